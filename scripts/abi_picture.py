#!/usr/bin/env python3
"""Prints the binary interface as text that can be compared: what the public headers fix, and what the shared libraries show.

    scripts/abi_picture.py LIBRARY…             prints it
    scripts/abi_picture.py --compare OLD NEW    what is gone or changed, by the rule in docs/versioning.md; exit code 1 when something is
    scripts/abi_picture.py --self-test          shows that every part of the rule can fail

For each class and struct of the public headers its size and where its members lie; for each that a host may derive from the order of
its virtual functions; for each enumeration its numbers; then the symbols of each library. Needs clang++, which prints layouts.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include"
NOT_IN_A_LIBRARY = "messenger/asio/"  # compiled into the host, which has Boost.Asio
OPENING = re.compile(r"^( *)(template|class|struct|enum class) ?(?:MESSENGER_\w+ |\[\[nodiscard\]\] )*(\w+)?( final)?[^;]*$")


class Types:
    """The classes, structs and enumerations that the public headers define, as written there."""

    def __init__(self):
        self.records, self.derivable, self.enums = [], [], {}
        self.headers = sorted(name for name in (path.relative_to(INCLUDE).as_posix() for path in INCLUDE.rglob("*.hpp"))
                              if not name.startswith(NOT_IN_A_LIBRARY))
        for header in self.headers:
            self.read((INCLUDE / header).read_text(encoding="utf-8").split("\n"))

    def read(self, lines):
        spaces, stack, generic = [], [], False
        for number, line in enumerate(lines):
            if found := re.match(r"namespace (messenger\S*?)::inline v\d+(\S*) \{", line):
                spaces.append(found.group(1) + found.group(2))
            elif found := re.match(r"namespace (\w+) \{", line):
                spaces.append(found.group(1))
            elif line.startswith("}  // namespace"):
                spaces.pop()
            if not (found := OPENING.match(line)) or not spaces:
                continue
            indent, kind, name, final = found.groups()
            if kind == "template":
                generic = True
                continue
            stack = [(depth, outer) for depth, outer in stack if depth < len(indent)]
            inner = "::".join(spaces + [outer for _, outer in stack] + [name or ""])
            body = self.body(lines[number:], indent)
            stack.append((len(indent), name))
            if kind == "enum class":
                self.enums[inner] = re.findall(r"^ *(\w+(?: = \d+)?),?$", re.sub(r"//.*", "", body.replace(", ", ",\n")), re.MULTILINE) or [body]
            elif not generic and (not indent or self.is_public(lines[:number])):
                self.records.append(inner)
                if re.search(rf"virtual ~{name}\(", body) and not final:
                    self.derivable.append(inner)
            generic = False

    @staticmethod
    def body(lines, indent):
        for count, line in enumerate(lines):
            if line.startswith(indent + "}") or line.rstrip().endswith("};"):
                return "\n".join(lines[: count + 1])
        return "\n".join(lines)

    @staticmethod
    def is_public(before):
        for line in reversed(before):
            if re.match(r" (public|private|protected):", line):
                return line.startswith(" public")
            if re.match(r"(class|struct) ", line):
                return line.startswith("struct")
        return False


def layouts(types):
    """What clang says of a source that needs the layout of each, and the table of virtual functions of what may be derived from."""
    source = "".join(f"#include <{header}>\n" for header in types.headers)
    source += "".join(f"static_assert(sizeof({name}) > 0);\n" for name in types.records)
    for number, name in enumerate(types.derivable):
        source += f"struct Derived{number} : {name} {{ ~Derived{number}() override; }};\nDerived{number}::~Derived{number}() = default;\n"
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "all.cpp"
        path.write_text(source, encoding="utf-8")
        return subprocess.run(
            ["clang++", "-std=c++20", f"-I{INCLUDE}", "-w", "-c", "-o", "/dev/null", "-Xclang", "-fdump-record-layouts", "-Xclang", "-fdump-vtable-layouts", path],
            check=True, capture_output=True, text=True).stdout


def records(dump, wanted):
    for part in re.split(r"\n(?=\*\*\* Dumping|Vtable |VTable |Thunks )", dump):
        found = re.match(r"\*\*\* Dumping AST Record Layout\n +0 \| (?:class|struct) (\S+)\n(.*)", part, re.DOTALL)
        if found and found.group(1) in wanted:
            # Members of members are other people's, or have their own paragraph.
            members = [f"{offset} {what}" for offset, what in re.findall(r"^ *([\d:-]+) \|   (\S.*)$", found.group(2), re.MULTILINE)]
            size = re.search(r"sizeof=(\d+)", part).group(1)
            yield f"{found.group(1)}: {size} bytes", members


def virtuals(dump, wanted):
    for name, table in re.findall(r"^Vtable for '(\S+)' \(\d+ entries\)\.\n(.*?)(?:\n\n|\Z)", dump, re.DOTALL | re.MULTILINE):
        if name in wanted:
            yield f"{name}, virtual functions", [f"{slot} {what}" for slot, what in re.findall(r"^ *(\d+) \| (.*\(.*\).*)$", table, re.MULTILINE)]


def symbols(library):
    shown = subprocess.run(["nm", "--dynamic", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    # Inline functions are in whatever uses them.
    return f"{pathlib.Path(library).name}", sorted(
        {name for kind, name in re.findall(r"^\S+ (\w) (\S+)$", shown, re.MULTILINE) if kind not in "WVu" and "9messenger" in name})


def paragraphs_of(text):
    paragraphs = {}
    for line in text.split("\n"):
        if line.startswith("  "):
            paragraphs[title].append(line[2:])
        elif line:
            title = line
            paragraphs[title] = []
    return paragraphs


def broken(old, new):
    """What a program that was built with `old` would miss in `new`: docs/versioning.md."""
    old, new = paragraphs_of(old), paragraphs_of(new)
    for title, lines in old.items():
        if title not in new:
            yield f"gone or another size: {title}"
        elif title.endswith((" bytes", ", virtual functions")):
            if lines != new[title]:
                yield f"not as it was: {title}"
        else:
            for line in lines:
                if line not in new[title]:
                    yield f"gone from {title}: {line}"


SAMPLE = "A: 16 bytes\n  0 int x\n  8 long y\nA, virtual functions\n  2 A::f()\n  3 A::g()\nE, numbers\n  one = 1\nlib.so\n  _Zf\n  _Zg\n"
CASES = [  # what is replaced by what, and whether that breaks
    ("A: 16", "A: 24", True), ("0 int x", "0 int z", True), ("  8 long y\n", "", True), ("A: 16 bytes\n", "B: 8 bytes\nA: 16 bytes\n", False),
    ("2 A::f()\n  3 A::g()", "2 A::g()\n  3 A::f()", True), ("3 A::g()", "3 A::g()\n  4 A::h()", True), ("one = 1", "one = 2", True),
    ("one = 1", "one = 1\n  two = 2", False), ("  _Zf\n", "", True), ("  _Zg\n", "  _Zg\n  _Zh\n", False), ("lib.so\n", "other.so\n", True),
]


def self_test():
    wrong = [case for case in CASES if bool(list(broken(SAMPLE, SAMPLE.replace(case[0], case[1])))) != case[2] or case[0] not in SAMPLE]
    print("\n".join(f"wrong: {case}" for case in wrong) or f"{len(CASES)} changes are judged as they should be")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", nargs="*")
    parser.add_argument("--compare", nargs=2, type=pathlib.Path, metavar=("OLD", "NEW"))
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.compare:
        findings = list(broken(*(path.read_text(encoding="utf-8") for path in arguments.compare)))
        print("\n".join(findings) or "nothing is gone or changed")
        return 1 if findings else 0
    print_picture(arguments.libraries)
    return 0


def print_picture(libraries):
    types = Types()
    dump = layouts(types)
    paragraphs = dict(records(dump, set(types.records))) | dict(virtuals(dump, set(types.derivable)))
    paragraphs |= {f"{name}, numbers": values for name, values in types.enums.items()}
    paragraphs = dict(sorted(paragraphs.items())) | dict(symbols(library) for library in sorted(libraries))
    for title, lines in paragraphs.items():
        print("\n  ".join([title] + lines))


if __name__ == "__main__":
    sys.exit(main())
