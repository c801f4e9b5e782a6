#!/usr/bin/env python3
"""Measures what a host pays for having the library: symbols, time to compile the header, size, time to start.

    .ci/embedding && scripts/footprint.py [--runs 9]

Reads what .ci/embedding has built in build/embedding. Times are medians: of processor time for the compiler, of elapsed time for a
whole process that opens an existing file.
"""

import argparse
import os
import pathlib
import re
import resource
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / "build/embedding"


def output(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **more).stdout


def standard_headers(header, seen):
    """The standard headers that a public header names, by itself or by others."""
    found = set()
    if header in seen:
        return found
    seen.add(header)
    for quoted, name in re.findall(r'^#include ([<"])([^>"]+)', (ROOT / "include" / header).read_text(), re.MULTILINE):
        if quoted == '"':
            found |= standard_headers(name, seen)
        elif "/" not in name:
            found.add(name)
    return found


def compile_seconds(source):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output("g++", "-std=c++20", "-fsyntax-only", f"-I{ROOT / 'include'}", source)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def header_cost(folder, runs):
    ours, standard = folder / "ours.cpp", folder / "standard.cpp"
    ours.write_text("#include <messenger/messenger.hpp>\n")
    standard.write_text("".join(f"#include <{name}>\n" for name in sorted(standard_headers("messenger/messenger.hpp", set()))))
    pairs = [(compile_seconds(ours), compile_seconds(standard)) for _ in range(runs)]
    whole, base = (statistics.median(side) for side in zip(*pairs))
    print(f"#include <messenger/messenger.hpp>   {whole:.2f} s, {whole - base:.2f} s over its standard headers ({base:.2f} s)")


def symbols(what, *files):
    shown = output("nm", "--dynamic", "--defined-only", *files)
    unique = output("readelf", "--dyn-syms", "--wide", *files).count(" UNIQUE ")
    ours = len(re.findall(r"\b_Z\w*9messenger", shown))
    print(f"{what:36} {ours} symbols of ours shown, {unique} unique")


def size_of_first_call(folder):
    flags = output("pkg-config", "--cflags", "--libs", "messenger", env={**os.environ, "PKG_CONFIG_PATH": str(BUILT / "static/lib/pkgconfig")})
    program = folder / "first_call"
    output("g++", "-std=c++20", "-O2", ROOT / "examples/first_call/main.cpp", "-o", program, *flags.split())
    output("strip", program)
    print(f"first_call, static library, stripped  {program.stat().st_size / 1e6:.2f} MB")


def start_up(kind, folder, runs):
    program, database = BUILT / f"hosts-{kind}/start_up", folder / f"{kind}.db"
    output(program, database)
    times = []
    for _ in range(5 * runs):
        begun = time.perf_counter()
        output(program, database)
        times.append((time.perf_counter() - begun) * 1000)
    print(f"start on an existing file, {kind:9}  {statistics.median(times):.1f} ms the whole process (fastest {min(times):.1f} ms)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        symbols("libmessenger.so", BUILT / "shared/lib/libmessenger.so")
        symbols("a plug-in with the static library", BUILT / "hosts-static/libplugin.so")
        header_cost(folder, runs)
        size_of_first_call(folder)
        for kind in ("static", "shared"):
            start_up(kind, folder, runs)


if __name__ == "__main__":
    main()
