#!/usr/bin/env python3
"""clang-tidy over the sources of a build folder, several sources in one translation unit.

Most of clang-tidy's time goes to the standard library's headers, again for each source. Sources with the same options are
therefore written one after another into one file, so that their headers are looked at once and every check takes all of it for
the main file. Two sources that give a meaning to the same name outside a header are never put together; should a group not
compile all the same, its sources are looked at one by one.

usage: scripts/tidy.py BUILD_FOLDER [--jobs N] REGEX    the sources whose path, as of the project's folder, matches REGEX
"""
import argparse
import concurrent.futures
import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST = 12  # sources in a group: enough that headers are not most of the work, few enough that all cores have some
WORDS = {"if", "for", "while", "switch", "return", "noexcept", "defined", "operator", "sizeof", "catch"}


def own_names(source):
    """The names that a source declares for itself: in unnamed namespaces, as macros, and `main`."""
    text = re.sub(r"//.*", "", source.read_text())
    text = re.sub(r'R"(\w*)\(.*?\)\1"', '""', text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    names = set(re.findall(r"^\s*#\s*define\s+(\w+)", text, flags=re.M))
    if re.search(r"^int main\(", text, flags=re.M):
        names.add("main")
    for start in re.finditer(r"\bnamespace\s*\{", text):
        depth, outer = 1, []
        for character in text[start.end():]:
            depth += {"{": 1, "}": -1}.get(character, 0)
            if depth == 0:
                break
            if depth == 1 or character == "{":
                outer.append(character)
        names |= set(re.findall(r"\b(?:struct|class|enum|union|using)\s+(?:class\s+)?(\w+)", "".join(outer)))
        names |= set(re.findall(r"\b(\w+)\s*[(={[]", "".join(outer)))
    return names - WORDS


def options_of(entry):
    """The compiler and its options, without the source, the output and warnings, which are the compiler's to give."""
    words = shlex.split(entry["command"])
    output = words.index("-o")
    words = words[:output] + words[output + 2:]
    return tuple(w for w in words if w not in ("-c", entry["file"]) and not w.startswith("-W"))


def groups_of(entries):
    """(options, sources) for each translation unit."""
    same = {}
    for entry in entries:
        same.setdefault(options_of(entry), []).append(pathlib.Path(entry["file"]))
    for options, sources in same.items():
        groups = []
        wanted = -(-len(sources) // LARGEST)
        for source in sorted(sources, key=lambda s: (-s.stat().st_size, s)):
            names = own_names(source)
            free = [g for g in groups if len(g[0]) < LARGEST and not g[1] & names]
            if len(groups) < wanted or not free:
                groups.append(([source], names))
            else:
                smallest = min(free, key=lambda g: sum(s.stat().st_size for s in g[0]))
                smallest[0].append(source)
                smallest[1].update(names)
        for members, _ in groups:
            yield options, members


def tidy(folder, name, options, sources):
    """What clang-tidy prints of these sources, with places in them, and whether it found nothing."""
    unit = folder / f"{name}.cpp"
    places = []
    with unit.open("w") as out:
        for source in sources:
            lines = source.read_text().splitlines()
            out.write("\n".join(lines) + "\n")
            places += [(source, number) for number in range(1, len(lines) + 1)]
    beside = [word for s in dict.fromkeys(s.parent for s in sources) for word in ("-iquote", str(s))]
    done = subprocess.run(["clang-tidy", "--quiet", f"--config-file={ROOT / '.clang-tidy'}", str(unit), "--", *options[1:], *beside, "-w"],
                          capture_output=True, text=True)

    def place(match):
        source, number = places[min(int(match[1]), len(places)) - 1]
        return f"{source.relative_to(ROOT)}:{number}:"

    # What it says of itself counts only when it found nothing to say of the sources: an option it does not know, a crash.
    printed = done.stdout or (done.stderr if done.returncode else "")
    return re.sub(re.escape(str(unit)) + r":(\d+):", place, printed), done.returncode == 0


def tidy_group(folder, number, options, sources):
    printed, clean = tidy(folder, f"group_{number}", options, sources)
    if len(sources) > 1 and "[clang-diagnostic-error]" in printed:
        each = [tidy(folder, f"group_{number}_{i}", options, [s]) for i, s in enumerate(sources)]
        return "".join(p for p, _ in each), all(c for _, c in each)
    return printed, clean


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("build", type=pathlib.Path)
    arguments.add_argument("names")
    arguments.add_argument("--jobs", type=int, default=2)
    given = arguments.parse_args()

    commands = json.loads((given.build / "compile_commands.json").read_text())
    inside = [e for e in commands if pathlib.Path(e["file"]).is_relative_to(ROOT)]
    wanted = [e for e in inside if re.search(given.names, str(pathlib.Path(e["file"]).relative_to(ROOT)))]
    if not wanted:
        arguments.error(f"no source matches {given.names}")
    folder = (given.build / "tidy").resolve()
    folder.mkdir(exist_ok=True)
    # The largest first, so that no core is left with one at the end.
    groups = sorted(groups_of(wanted), key=lambda g: -sum(s.stat().st_size for s in g[1]))
    found = 0
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        running = {pool.submit(tidy_group, folder, n, o, s): s for n, (o, s) in enumerate(groups)}
        for n, each in enumerate(concurrent.futures.as_completed(running), 1):
            printed, clean = each.result()
            found += not clean
            print(f"[{n}/{len(groups)}] {', '.join(sorted(s.stem for s in running[each]))}", flush=True)
            if printed.strip():
                print(printed, flush=True)
    print(f"{len(wanted)} sources looked at, {found} of {len(groups)} groups with findings")
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
