"""The processes of a kit: started, killed, frozen, and started again."""
import os
import signal
import subprocess
import time


class Workers:
    def __init__(self, command, count, logs, random):
        """`command(what, process, life)`: how one is run."""
        self.command, self.random = command, random
        self.journal = os.path.join(logs, "journal")
        self.errors = open(os.path.join(logs, "errors.txt"), "a", encoding="utf-8")
        self.lives = [0] * count
        self.processes = [None] * count
        self.stopped = {}  # process -> when it goes on

    def run(self, what, **options):
        """A process of its own that drains or checks."""
        return subprocess.run(self.command(what, 0, what), stderr=self.errors, check=False, **options)

    def life(self, index):
        return f"{index}.{self.lives[index]}"

    def start(self, index):
        self.lives[index] += 1
        self.processes[index] = subprocess.Popen(self.command("work", index, self.life(index)), stderr=self.errors)

    def start_all(self):
        for index in range(len(self.processes)):
            self.start(index)

    def wake(self, everyone=False):
        for index, until in list(self.stopped.items()):
            if everyone or time.monotonic() >= until:
                self.processes[index].send_signal(signal.SIGCONT)
                del self.stopped[index]

    def running(self):
        return [index for index in range(len(self.processes)) if index not in self.stopped]

    def note(self, word, detail):
        """In the journal, as a process would."""
        with open(self.journal, "a", encoding="utf-8") as journal:
            journal.write(f"{time.time_ns() // 1000} kit {word} {detail} - -\n")

    def restart_ended(self):
        """A process that ended by itself could not open its storage: during a fault that may be."""
        for index, process in enumerate(self.processes):
            if process.poll() is not None:
                self.start(index)

    def kill(self, index):
        self.note("killed", self.life(index))
        self.processes[index].kill()
        self.processes[index].wait()
        self.start(index)

    def stop(self, index, seconds):
        self.processes[index].send_signal(signal.SIGSTOP)
        self.stopped[index] = time.monotonic() + seconds

    def end(self):
        """Returns what is wrong with how they ended."""
        self.wake(everyone=True)
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        problems = []
        for process in self.processes:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                problems.append("a process did not end within 60 s of SIGTERM")
        return problems

    def check(self, rooms):
        """After they ended: drains what they left. Returns problems, and a line that says what was compared."""
        problems = []
        if self.run("drain", timeout=180).returncode != 0:
            problems.append("the jobs could not be drained")
        done = self.run("check", timeout=180, stdout=subprocess.PIPE, text=True)
        *found, summary = done.stdout.splitlines() or ["nothing was checked"]
        problems += found
        if done.returncode != 0 and not found:
            problems.append("the check failed")
        left, excused = self.rooms_left(rooms)
        problems += [f"room {each} exists after the end of its call" for each in left]
        return problems, summary, len(excused)

    def rooms_left(self, rooms):
        """A process that was frozen past its lease may make a room that nobody expects any more, and be killed
        before it stores that: nothing can destroy that room but a reconciliation with the provider."""
        made, killed = {}, set()
        with open(self.journal, encoding="utf-8") as lines:
            for _, life, word, call, *_ in map(str.split, lines):
                if word == "made":
                    made[call] = life
                elif word == "killed":
                    killed.add(call)
        there = os.listdir(rooms)
        excused = {each for each in there if made.get(each) in killed}
        return [each for each in there if each not in excused], excused
