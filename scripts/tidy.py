#!/usr/bin/env python3
"""clang-tidy over the sources of a build folder, several sources in one translation unit.

Most of clang-tidy's time goes to the standard library's headers, again for each source. Sources are therefore written one after
another into one file, with the options of all of them, so that their headers are looked at once and every check takes all of it
for the main file. Two sources that give a meaning to the same name outside a header, or whose options contradict each other, are
never put together; should a group not compile all the same, it is looked at in two halves.

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
LARGEST = 32  # sources in a group: enough that headers are not most of the work, few enough that all cores have some
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
    """The options of the compiler, in pairs where a word belongs to the next one; without the source, the output, and warnings, which are
    the compiler's to give."""
    words = iter(shlex.split(entry["command"])[1:])
    options = []
    for word in words:
        if word in ("-o", "-c", "-MF", "-MT"):
            next(words)
        elif word in ("-I", "-isystem", "-iquote", "-include"):
            options.append((word, next(words)))
        elif not word.startswith(("-W", "-M", "-fPI")):
            options.append((word,))
    return options


def meaning(option):
    """(what an option settles, how): two sources whose options settle the same in two ways do not go into one file."""
    name, equals, value = option[0].partition("=")
    return (name, value) if equals and len(option) == 1 else (option, "")


class Group:
    def __init__(self):
        self.sources, self.names, self.options, self.settled = [], set(), [], {}

    def takes(self, names, options):
        return (len(self.sources) < LARGEST and not self.names & names
                and all(self.settled.get(what, how) == how for what, how in map(meaning, options)))

    def add(self, source, names, options):
        self.sources.append(source)
        self.names |= names
        self.options += [o for o in options if o not in self.options]
        self.settled.update(map(meaning, options))

    def size(self):
        return sum(s.stat().st_size for s in self.sources)


def groups_of(entries):
    """As few groups as possible, of about the same size."""
    wanted = -(-len(entries) // LARGEST)
    groups = []
    for entry in sorted(entries, key=lambda e: (-pathlib.Path(e["file"]).stat().st_size, e["file"])):
        source, options = pathlib.Path(entry["file"]), options_of(entry)
        names = own_names(source)
        free = [g for g in groups if g.takes(names, options)]
        if len(groups) < wanted or not free:
            groups.append(Group())
            free = groups[-1:]
        min(free, key=Group.size).add(source, names, options)
    return groups


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
    done = subprocess.run(["clang-tidy", "--quiet", f"--config-file={ROOT / '.clang-tidy'}", str(unit), "--",
                           *(word for option in options for word in option), *beside, "-w"],
                          capture_output=True, text=True)

    def place(match):
        source, number = places[min(int(match[1]), len(places)) - 1]
        return f"{source.relative_to(ROOT)}:{number}:"

    # What it says of itself counts only when it found nothing to say of the sources: an option it does not know, a crash.
    printed = done.stdout or (done.stderr if done.returncode else "")
    return re.sub(re.escape(str(unit)) + r":(\d+):", place, printed), done.returncode == 0


def tidy_group(folder, name, options, sources):
    printed, clean = tidy(folder, name, options, sources)
    if len(sources) > 1 and "[clang-diagnostic-error]" in printed:
        middle = len(sources) // 2
        halves = [tidy_group(folder, f"{name}_{n}", options, half) for n, half in enumerate((sources[:middle], sources[middle:]))]
        return "".join(p for p, _ in halves), all(c for _, c in halves)
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
    groups = sorted(groups_of(wanted), key=lambda g: -g.size())
    found = 0
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        running = {pool.submit(tidy_group, folder, f"group_{n}", g.options, g.sources): g.sources for n, g in enumerate(groups)}
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
