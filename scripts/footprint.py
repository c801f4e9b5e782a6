#!/usr/bin/env python3
"""Measures what a host pays for having the library: symbols, time to compile the header, size, time to start.

    .ci/embedding && scripts/footprint.py [--runs 9] [--before REVISION]

Reads what .ci/embedding has built in build/embedding. Times are medians: of processor time for the compiler, of elapsed time for a
whole process that opens an existing file. With --before the library of that revision is built in a temporary worktree (minutes),
and measured beside this one, in turns.
"""

import argparse
import contextlib
import os
import pathlib
import re
import resource
import statistics
import subprocess
import tempfile
import time

import compare_bench

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / "build/embedding"


def output(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **more).stdout


def standard_headers(include, header, seen):
    """The standard headers that a public header names, by itself or by others."""
    found = set()
    if header in seen:
        return found
    seen.add(header)
    for quoted, name in re.findall(r'^#include ([<"])([^>"]+)', (include / header).read_text(), re.MULTILINE):
        if quoted == '"':
            found |= standard_headers(include, name, seen)
        elif "/" not in name:
            found.add(name)
    return found


class Library:
    """An installed static library, with the headers and the example that belong to it."""

    def __init__(self, name, tree, prefix):
        self.name, self.tree, self.prefix = name, tree, prefix

    def compile(self, source, program):
        flags = output("pkg-config", "--cflags", "--libs", "messenger", env={**os.environ, "PKG_CONFIG_PATH": str(self.prefix / "lib/pkgconfig")})
        output("g++", "-std=c++20", "-O2", source, "-o", program, *flags.split())


@contextlib.contextmanager
def library_of(revision):
    with compare_bench.worktree(revision, None) as tree, tempfile.TemporaryDirectory() as prefix:
        off = [f"-DMESSENGER_{part}=OFF" for part in ("BUILD_TESTS", "BUILD_EXAMPLES", "BUILD_BENCH", "CONSOLE", "HTTP", "JANUS")]
        compare_bench.run("cmake", "-S", tree, "-B", tree / "build/footprint", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", *off,
                          f"-DCMAKE_INSTALL_PREFIX={prefix}", "-DCMAKE_INSTALL_LIBDIR=lib")
        compare_bench.run("cmake", "--build", tree / "build/footprint")
        compare_bench.run("cmake", "--install", tree / "build/footprint")
        yield Library(revision, tree, pathlib.Path(prefix))


def compile_seconds(library, source):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output("g++", "-std=c++20", "-fsyntax-only", f"-I{library.prefix / 'include'}", source)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def header_cost(libraries, folder, runs):
    ours = folder / "ours.cpp"
    ours.write_text("#include <messenger/messenger.hpp>\n")
    sources, times = {}, {library.name: [] for library in libraries}
    for library in libraries:
        headers = sorted(standard_headers(library.prefix / "include", "messenger/messenger.hpp", set()))
        sources[library.name] = folder / f"standard-{len(sources)}.cpp"
        sources[library.name].write_text("".join(f"#include <{name}>\n" for name in headers))
    for _ in range(runs):
        for library in libraries:
            times[library.name].append((compile_seconds(library, ours), compile_seconds(library, sources[library.name])))
    for library in libraries:
        whole, base = (statistics.median(side) for side in zip(*times[library.name]))
        print(f"{library.name}: #include <messenger/messenger.hpp>  {whole:.2f} s, {whole - base:.2f} s over its standard headers ({base:.2f} s)")


def symbols(what, *files):
    shown = output("nm", "--dynamic", "--defined-only", *files)
    unique = output("readelf", "--dyn-syms", "--wide", *files).count(" UNIQUE ")
    ours = len(re.findall(r"\b_Z\w*9messenger", shown))
    print(f"{what:36} {ours} symbols of ours shown, {unique} unique")


def size_of_first_call(library, folder):
    program = folder / "first_call"
    library.compile(library.tree / "examples/first_call/main.cpp", program)
    output("strip", program)
    print(f"{library.name}: first_call, static library, stripped  {program.stat().st_size / 1e6:.2f} MB")


# What tests/embedding/start_up.cpp does, for versions without `host()` too.
START_UP = """#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>
using namespace messenger;
auto find(auto& messenger) {
  if constexpr (requires { messenger.host(); }) return messenger.host().findCall(CallId{"none"});
  else return messenger.findCall(CallId{"none"});
}
int main(int, char** argv) {
  Config config;
  config.calling.enabled = true;
  Messenger messenger{config, sqliteStorage(argv[1])};
  return find(messenger) ? 1 : 0;
}
"""


def start_up(programs, folder, runs):
    times = {name: [] for name in programs}
    commands = {name: (program, folder / f"{number}.db") for number, (name, program) in enumerate(programs.items())}
    for command in commands.values():
        output(*command)
    for _ in range(5 * runs):
        for name, command in commands.items():
            begun = time.perf_counter()
            output(*command)
            times[name].append((time.perf_counter() - begun) * 1000)
    for name, each in times.items():
        print(f"{name}: start on an existing file  {statistics.median(each):.1f} ms the whole process (fastest {min(each):.1f} ms)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--before", metavar="REVISION", help="what git calls a commit")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        libraries = [Library("now", ROOT, BUILT / "static")]
        if given.before:
            libraries.append(stack.enter_context(library_of(given.before)))
        symbols("libmessenger.so", BUILT / "shared/lib/libmessenger.so")
        symbols("a plug-in with the static library", BUILT / "hosts-static/libplugin.so")
        header_cost(libraries, folder, given.runs)
        programs = {"now, shared": BUILT / "hosts-shared/start_up"}
        source = folder / "start_up.cpp"
        source.write_text(START_UP)
        for library in libraries:
            size_of_first_call(library, folder)
            programs[library.name] = folder / f"start_up-{len(programs)}"
            library.compile(source, programs[library.name])
        start_up(programs, folder, given.runs)


if __name__ == "__main__":
    main()
