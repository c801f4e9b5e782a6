"""PostgreSQL and Redis, each with a replica on a machine of its own."""
import glob
import os
import shutil
import signal
import subprocess
import time


def wait_until(holds, seconds, what):
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(0.05)


class Postgres:
    """A primary that answers no commit before its standby has it, so that a failover loses nothing."""

    PROGRAMS = max(glob.glob("/usr/lib/postgresql/*/bin"), default="/usr/local/pgsql/bin")
    AS = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]  # it refuses root

    def __init__(self, folder, primary, standby):
        self.folder, self.primary, self.standby = folder, primary, standby
        self.log = open(os.path.join(folder, "postgres.log"), "a", encoding="utf-8")
        self.processes = {}
        shutil.chown(folder, "postgres")
        self.tool("initdb", "-U", "messenger", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8",
                  "-D", self.data(primary))
        with open(os.path.join(self.data(primary), "pg_hba.conf"), "a", encoding="utf-8") as access:
            access.write("host all all 10.78.0.0/24 trust\nhost replication all 10.78.0.0/24 trust\n")
        self.start(primary)
        self.add_standby()

    def url(self, application):
        """Both: libpq looks for the one that is primary now."""
        hosts = ",".join(f"{address}:5432" for address in sorted((self.primary.address, self.standby.address)))
        return (f"postgresql://messenger@{hosts}/postgres?target_session_attrs=read-write&sslmode=disable"
                f"&application_name={application}")

    def data(self, machine):
        return os.path.join(self.folder, machine.name)

    def tool(self, name, *arguments):
        subprocess.run([*self.AS, f"{self.PROGRAMS}/{name}", *arguments], check=True, stdout=self.log,
                       stderr=self.log, cwd=self.folder)

    def start(self, machine):
        options = {"listen_addresses": machine.address, "unix_socket_directories": "", "fsync": "off",
                   "max_connections": 200, "shared_buffers": "64MB", "synchronous_standby_names": "*",
                   "wal_keep_size": "256MB", "wal_sender_timeout": "5s", "wal_receiver_timeout": "5s",
                   "wal_retrieve_retry_interval": "200ms", "log_min_messages": "warning"}
        given = [each for name, value in options.items() for each in ("-c", f"{name}={value}")]
        self.processes[machine] = subprocess.Popen(
            machine.command(*self.AS, f"{self.PROGRAMS}/postgres", "-D", self.data(machine), *given),
            stdout=self.log, stderr=self.log, cwd=self.folder)
        wait_until(lambda: self.asks(machine, "SELECT 1") == "1", 60, f"PostgreSQL on {machine.name} does not start")

    def stop(self, machine, how):
        """SIGQUIT: an immediate shutdown; SIGKILL: as when the machine is lost."""
        process = self.processes.pop(machine)
        process.send_signal(how)
        process.wait()

    def psql(self, machine, *arguments, **options):
        return subprocess.run(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", machine.address, "-U",
                               "messenger", "-d", "postgres", *arguments], capture_output=True, text=True,
                              check=False, env={**os.environ, "PGCONNECT_TIMEOUT": "2"}, **options)

    def asks(self, machine, statement):
        """The answer, or nothing."""
        try:
            return self.psql(machine, "-c", statement, timeout=10).stdout.strip()
        except subprocess.TimeoutExpired:
            return ""

    def is_replicated(self):
        return self.asks(self.primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"

    def add_standby(self):
        shutil.rmtree(self.data(self.standby), ignore_errors=True)
        self.tool("pg_basebackup", "-D", self.data(self.standby), "-R", "-c", "fast", "-X", "stream", "-d",
                  f"host={self.primary.address} user=messenger dbname=postgres application_name=standby")
        self.start(self.standby)
        wait_until(self.is_replicated, 60, "the standby does not follow")

    def restart(self, pause):
        self.stop(self.primary, signal.SIGQUIT)
        time.sleep(pause)
        self.start(self.primary)

    def fail_over(self, lose):
        """`lose`: how the primary is lost, before the standby takes over."""
        wait_until(self.is_replicated, 60, "the standby does not follow")
        lose()
        self.psql(self.standby, "-c", "SELECT pg_promote()", timeout=60)
        wait_until(lambda: self.asks(self.standby, "SELECT pg_is_in_recovery()") == "f", 60, "it is not promoted")
        self.primary, self.standby = self.standby, self.primary
        # The old one must be gone before it is reachable again.
        if self.standby in self.processes:
            self.stop(self.standby, signal.SIGKILL)
        if self.standby.is_cut:
            self.standby.mend()
        self.add_standby()

    def end(self):
        for machine in list(self.processes):
            self.stop(machine, signal.SIGQUIT)


class Redis:
    """A primary that has an address which moves with it, and a replica that may be behind."""

    ADDRESS = "10.78.0.30"

    def __init__(self, folder, primary, replica, network):
        self.folder, self.primary, self.replica, self.network = folder, primary, replica, network
        self.log = open(os.path.join(folder, "redis.log"), "a", encoding="utf-8")
        self.processes = {}
        primary.take(self.ADDRESS)
        self.start(primary)
        self.start(replica, self.primary)

    def url(self):
        return f"redis://{self.ADDRESS}:6379/0?tls=off"

    def start(self, machine, follows=None):
        role = ["--replicaof", follows.address, "6379"] if follows else []
        self.processes[machine] = subprocess.Popen(
            machine.command("redis-server", "--port", "6379", "--protected-mode", "no", "--save", "", "--appendonly",
                            "no", "--repl-diskless-sync-delay", "0", "--dir", self.folder, *role),
            stdout=self.log, stderr=self.log)
        wait_until(lambda: self.asks(machine, "ping") == "PONG", 20, "Redis does not start")

    def asks(self, machine, *command):
        return subprocess.run(machine.command("redis-cli", "-h", "127.0.0.1", *command), capture_output=True,
                              text=True, check=False).stdout.strip()

    def kill(self, machine):
        process = self.processes.pop(machine)
        process.kill()
        process.wait()

    def restart(self, pause):
        """It comes back empty."""
        self.kill(self.primary)
        time.sleep(pause)
        self.start(self.primary)

    def flush(self):
        self.asks(self.primary, "flushall")

    def fail_over(self, kill):
        """The primary dies, or becomes the replica while everybody is connected to it."""
        if kill:
            self.kill(self.primary)
        self.primary.give_up(self.ADDRESS)
        self.asks(self.replica, "replicaof", "no", "one")
        self.replica.take(self.ADDRESS)
        self.network.forget_neighbours()
        self.primary, self.replica = self.replica, self.primary
        if kill:
            self.start(self.replica, self.primary)
        else:
            self.asks(self.replica, "replicaof", self.primary.address, "6379")

    def end(self):
        for machine in list(self.processes):
            self.kill(machine)
