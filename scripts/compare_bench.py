#!/usr/bin/env python3
"""Compares a benchmark of this tree with the same benchmark of another revision, in turns on the same folder.

    scripts/compare_bench.py REVISION [options] [-- options of the program]

Checks the revision out into a temporary worktree, builds the program there and here with the preset `release`,
and runs both in turns, the first one changing. Rows are matched by their names. Prints for each the median of
both, the ratio before / after (above 1: this tree is faster), and the ratio of each to the floor that ran with it.
Progress goes to standard error. The worktree is removed at the end, also after Ctrl-C.

Example: scripts/compare_bench.py v0.1.0 --rounds 5 -- --folder /dev/shm --only NORMAL --size 300
"""

import argparse
import contextlib
import json
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def progress(text):
    print(text, file=sys.stderr, flush=True)


def run(*command, cwd=ROOT):
    """Runs to the end; shows what it printed only when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n{' '.join(map(str, command))}: exit code {done.returncode}")
    return done.stdout


def build(tree, program, jobs):
    progress(f"building {program} in {tree}")
    if not (tree / "build/release/build.ninja").exists():
        run("cmake", "--preset", "release", "-DMESSENGER_BUILD_TESTS=OFF", "-DMESSENGER_BUILD_EXAMPLES=OFF", cwd=tree)
    run("cmake", "--build", "build/release", "--target", program, "-j", jobs, cwd=tree)
    return tree / "build/release/bin" / program


@contextlib.contextmanager
def worktree(revision, keep):
    """The tree of the revision: in `keep`, where it stays for the next time, or in a folder that goes."""
    commit = run("git", "rev-parse", "--verify", f"{revision}^{{commit}}").strip()
    if keep:
        if not keep.exists():
            run("git", "worktree", "add", "--detach", keep, commit)
        elif run("git", "-C", keep, "rev-parse", "HEAD").strip() != commit:
            sys.exit(f"{keep} has another revision")
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="compare-bench-") as folder:
        tree = pathlib.Path(folder) / "tree"
        try:
            run("git", "worktree", "add", "--detach", tree, commit)
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measure(program, options):
    """The rows of one run, by name."""
    done = subprocess.run([str(program), "--json", *options], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{program}: exit code {done.returncode}\n{done.stderr}")
    return {row["name"]: row for row in json.loads(done.stdout)["rows"]}


def shown(nanoseconds):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.1f} {unit}"
    return f"{nanoseconds:.1f} ns"


def table(before, after):
    """The lines of the result, from the rows of all rounds."""

    def median(rounds, name, key):
        values = [rows[name][key] for rows in rounds if key in rows.get(name, {})]
        return statistics.median(values) if values else None

    names = [name for name in after[0] if name in before[0]]
    width = max([4, *map(len, names)])
    yield f"{'name':<{width}} | {'before':>9} | {'after':>9} | {'before/after':>12} | {'floor before':>12} | {'floor after':>11}"
    for name in names:
        old, new = median(before, name, "ours"), median(after, name, "ours")
        floors = [median(rounds, name, "ratio") for rounds in (before, after)]
        first, second = (f"{ratio:.2f}" if ratio else "-" for ratio in floors)
        yield f"{name:<{width}} | {shown(old):>9} | {shown(new):>9} | {old / new:>12.2f} | {first:>12} | {second:>11}"
    for label, rows, others in (("before", before[0], after[0]), ("after", after[0], before[0])):
        alone = [name for name in rows if name not in others]
        if alone:
            yield f"only {label}: " + "; ".join(alone)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     usage="%(prog)s REVISION [options] [-- options of the program]")
    parser.add_argument("revision", help="what git calls a commit")
    parser.add_argument("--program", default="bench_lifecycle", help="the benchmark (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each runs, in turns (default: %(default)s)")
    parser.add_argument("--jobs", default="2", help="of the build (default: %(default)s)")
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR",
                        help="a folder for the worktree that is used again the next time, and not removed")
    own, options = sys.argv[1:], []
    if "--" in own:
        own, options = own[:own.index("--")], own[own.index("--") + 1:]
    arguments = parser.parse_args(own)
    if arguments.rounds < 1:
        parser.error("--rounds takes a number from 1 on")

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with worktree(arguments.revision, arguments.keep) as tree:
        sides = {"before": build(tree, arguments.program, arguments.jobs),
                 "after": build(ROOT, arguments.program, arguments.jobs)}
        rounds = {"before": [], "after": []}
        for number in range(arguments.rounds):
            for side in sorted(sides, reverse=number % 2 == 0):
                progress(f"round {number + 1} of {arguments.rounds}: {side}")
                rounds[side].append(measure(sides[side], options))
    for line in table(rounds["before"], rounds["after"]):
        print(line)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
