#!/usr/bin/env python3
"""Holds README.md, CHANGELOG.md, CONTRIBUTING.md, SECURITY.md and docs/ to the truth.

    scripts/check_docs.py              checks the tree that the script lies in
    scripts/check_docs.py --root DIR   checks another one
    scripts/check_docs.py --fix        copies the quoted code again where it differs, then checks
    scripts/check_docs.py --self-test  shows that every rule can fail

Rules:
  - C++ code is quoted: before its fence stands `<!-- quote: PATH [tag] [tag] -->`, and the block is, line by line, what lies in PATH
    between `// [tag]` and `// [/tag]`, shifted to the left; without a tag, the whole file.
  - README.md shows a whole program, which a reader can copy and compile: the first C++ in it is a whole file with a `main`. What it
    quotes in part is linked, so that the rest is found.
  - A relative link leads to a file, and its #anchor to a heading there.
  - A path in `code` exists; a name in `code` that looks like one of C++ or CMake occurs in the sources; a command of the console
    in `code` (calls:down) is one. What belongs to others is named in a line `<!-- foreign: A, B -->` of the page.
  - A picture in docs/images is made by a test in the browser, which gives it that name.

Prints `path:line: what is wrong` for each finding; exit code 1 when there is one.
"""

import argparse
import pathlib
import re
import sys
import tempfile
import textwrap

QUOTE = re.compile(r"<!-- quote: (\S+)((?: \[[\w-]+\])*) -->\s*$")
FENCE = re.compile(r"^\s*(```+)\s*(\S*)\s*$")
CODE = re.compile(r"(`+)(.+?)\1")
LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+(?:\([^)]*\))?)\)|(?:src|href)=\"([^\"]+)\"")
FOREIGN = re.compile(r"<!-- foreign: (.+) -->")

# Where names are looked for, and what kinds of files hold them.
SOURCES = ("include", "src", "examples", "tests", "bench", "cmake", "scripts", "CMakeLists.txt", "CMakePresets.json")
SOURCE_SUFFIXES = {".hpp", ".cpp", ".txt", ".cmake", ".in", ".json", ".py", ".sh", ""}
ROOTS = ("include/", "src/", "examples/", "tests/", "bench/", "cmake/", "scripts/", "docs/", ".ci/")

PATH = re.compile(r"^\.?/?[\w.*-]+(?:/[\w.*-]+)+/?$|^[\w-]+\.(?:hpp|cpp|md|py)$")
NAME = re.compile(r"^[A-Za-z_]\w*(?:(?:::|\.)~?[A-Za-z_]\w*)*$")
COMMAND = re.compile(r"^[a-z]+:[a-z][a-z-]*$")


class Page:
    """A page's text, with what is code set apart from what is prose."""

    def __init__(self, path):
        self.path = path
        self.lines = path.read_text(encoding="utf-8").split("\n")
        self.blocks = []  # (line of the fence, language, its content, line number of its quote or None)
        self.prose = []  # (line number, text)
        self.foreign = set()
        self._read()

    def _read(self):
        fence, start, language, quote = None, 0, "", None
        for number, line in enumerate(self.lines, 1):
            mark = FENCE.match(line)
            if fence is None and mark:
                fence, start, language = mark.group(1), number, mark.group(2)
                above = self.lines[number - 2] if number > 1 else ""
                quote = number - 1 if QUOTE.search(above) else None
            elif fence is not None and line.strip() == fence:
                self.blocks.append((start, language, self.lines[start : number - 1], quote))
                fence = None
            elif fence is None:
                found = FOREIGN.search(line)
                if found:
                    self.foreign |= {name.strip() for name in found.group(1).split(",")}
                self.prose.append((number, line))

    def anchors(self):
        found = set()
        for _, line in self.prose:
            heading = re.match(r"^#{1,6}\s+(.*)$", line)
            if heading:
                text = re.sub(r"[^\w\- ]", "", heading.group(1).replace("`", "").strip().lower())
                found.add(text.replace(" ", "-"))
        return found


class Tree:
    def __init__(self, root):
        self.root = root
        self.findings = []
        self._words = None
        self._commands = None

    def pages(self):
        pages = [self.root / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
        return [page for page in pages if page.exists()] + sorted((self.root / "docs").rglob("*.md"))

    def check(self, fix=False):
        for path in self.pages():
            page = Page(path)
            if fix and self._fix_quotes(page):
                page = Page(path)
            self._check_quotes(page)
            if path.name == "README.md" and path.parent == self.root:
                self._check_program(page)
            self._check_links(page)
            self._check_names(page)
        self._check_pictures()
        return self.findings

    def _found(self, page, line, text):
        self.findings.append(f"{page.path.relative_to(self.root)}:{line}: {text}")

    def _check_pictures(self):
        tests = "".join(file.read_text(encoding="utf-8") for file in sorted((self.root / "tests" / "browser").glob("*.mjs")))
        for picture in sorted((self.root / "docs" / "images").glob("*.png")):
            if not re.search(rf'screenshot\(.*"{picture.stem}"\)', tests):
                self.findings.append(f"docs/images/{picture.name}: no test in tests/browser makes it")

    # Quotes

    def _quoted(self, mark):
        """The code that a mark names, or a string that says why there is none."""
        source = self.root / mark.group(1)
        if not source.is_file():
            return f"{mark.group(1)} does not exist"
        lines = source.read_text(encoding="utf-8").split("\n")
        tags = re.findall(r"\[([\w-]+)\]", mark.group(2))
        if not tags:
            return [line for line in lines if not re.match(r"^\s*(//|#) \[/?[\w-]+\]$", line)]
        parts = []
        for tag in tags:
            marks = [f"{comment} [{end}{tag}]" for end in ("", "/") for comment in ("//", "#")]
            begin = [i for i, line in enumerate(lines) if line.strip() in marks[:2]]
            end = [i for i, line in enumerate(lines) if line.strip() in marks[2:]]
            if len(begin) != 1 or len(end) != 1 or end[0] < begin[0]:
                return f"{mark.group(1)} has no single [{tag}] … [/{tag}]"
            inner = [line for line in lines[begin[0] + 1 : end[0]] if not re.match(r"^\s*(//|#) \[/?[\w-]+\]$", line)]
            parts.append(textwrap.dedent("\n".join(inner)).strip("\n"))
        return "\n\n".join(parts).split("\n")

    @staticmethod
    def _trimmed(lines):
        return textwrap.dedent("\n".join(line.rstrip() for line in lines)).strip("\n").split("\n")

    def _check_quotes(self, page):
        for start, language, content, quote in page.blocks:
            if quote is None:
                if language in ("cpp", "c++", "C++"):
                    self._found(page, start, "C++ code that is not quoted from a source")
                continue
            expected = self._quoted(QUOTE.search(page.lines[quote - 1]))
            if isinstance(expected, str):
                self._found(page, quote, expected)
            elif self._trimmed(content) != self._trimmed(expected):
                self._found(page, start, "the quote differs from its source (scripts/check_docs.py --fix copies it again)")
        fences = {start for start, *_ in page.blocks}
        for number, line in page.prose:
            if QUOTE.search(line) and number + 1 not in fences:
                self._found(page, number, "a quote without a block of code below it")

    def _check_program(self, page):
        links = {(found.group(1) or found.group(2)).partition("#")[0] for _, line in page.prose for found in LINK.finditer(line)}
        first = True
        for start, _, content, quote in page.blocks:
            if quote is None:
                continue
            path, tags = QUOTE.search(page.lines[quote - 1]).groups()
            if first and (tags or not re.search(r"^int main\(", "\n".join(content), re.MULTILINE)):
                self._found(page, start, "the first C++ is no whole program: quote a file with a main, without a tag")
            first = False
            if tags and path not in links and (self.root / path).is_file():
                self._found(page, start, f"{path} is quoted in part, and no link leads to the rest")

    def _fix_quotes(self, page):
        lines, changed = list(page.lines), False
        for start, _, content, quote in reversed(page.blocks):
            expected = self._quoted(QUOTE.search(page.lines[quote - 1])) if quote else "no quote"
            if isinstance(expected, list) and self._trimmed(content) != self._trimmed(expected):
                lines[start : start + len(content)] = self._trimmed(expected)
                changed = True
        if changed:
            page.path.write_text("\n".join(lines), encoding="utf-8")
        return changed

    # Links

    def _check_links(self, page):
        for number, line in page.prose:
            for found in LINK.finditer(CODE.sub("", line) if "](" not in CODE.sub("", line) else line):
                target = found.group(1) or found.group(2)
                if re.match(r"^[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (page.path.parent / path) if path else page.path
                if not file.exists():
                    self._found(page, number, f"the link {target} leads nowhere")
                elif anchor and file.suffix == ".md" and anchor not in Page(file).anchors():
                    self._found(page, number, f"{file.name} has no heading #{anchor}")

    # Names

    def words(self):
        """Every word of the sources."""
        if self._words is None:
            self._words = set()
            for name in SOURCES:
                base = self.root / name
                files = [base] if base.is_file() else sorted(base.rglob("*")) if base.is_dir() else []
                for file in files:
                    if file.is_file() and file.suffix in SOURCE_SUFFIXES and file.name != "check_docs.py":
                        self._words |= set(re.findall(r"\w+", file.read_text(encoding="utf-8", errors="replace")))
        return self._words

    def commands(self):
        if self._commands is None:
            files = [file for room in ("console", "adapters") for file in (self.root / "src" / room).rglob("*.cpp")]
            texts = [file.read_text(encoding="utf-8") for file in files]
            self._commands = set(re.findall(r'"([a-z]+:[a-z][a-z-]*)"', "\n".join(texts)))
        return self._commands

    def _check_names(self, page):
        for number, line in page.prose:
            for found in CODE.finditer(line):
                self._check_span(page, number, found.group(2).strip())
        for start, language, content, _ in page.blocks:
            if language in ("sh", "bash", "console"):
                for offset, line in enumerate(content, 1):
                    for script in re.findall(r"(?:\./)?(?:scripts|\.ci)/[\w./-]+", line):
                        self._check_path(page, start + offset, script)

    def _check_span(self, page, number, span):
        if span in page.foreign:
            return
        span = span.removeprefix("<").removesuffix(">")
        words = span.split()
        if words and PATH.match(words[0]):
            self._check_path(page, number, words[0])
        elif COMMAND.match(words[0] if words else ""):
            if words[0] not in self.commands():
                self._found(page, number, f"there is no command {words[0]}")
        else:
            name = re.sub(r"[({<].*$", "", span)
            # One word in lower case is prose, a column of a table, or a value of JSON.
            if NAME.match(name) and (re.search(r"[a-z][A-Z]|::", name) or re.match(r"^[A-Z]\w*[a-z]", name) or re.match(r"^[A-Z]+_[A-Z_]+$", name)):
                for part in re.split(r"::|\.", name):
                    if part and part != "std" and part not in page.foreign and part not in self.words() and not name.startswith("std::"):
                        self._found(page, number, f"{part} (in {span}) does not occur in the sources")

    def _check_path(self, page, number, path):
        path = path.removeprefix("./").rstrip("/")
        if path in page.foreign or path.startswith(("/", "build/", "~")):
            return
        if path.startswith("messenger/"):
            candidates = [self.root / "include"]
        elif path.startswith(tuple(ROOTS)) or "/" not in path:
            candidates = [self.root, page.path.parent]
            if "/" not in path:
                candidates += [folder for room in ("include", "src", "examples", "docs") for folder in (self.root / room).rglob("*") if folder.is_dir()]
        elif re.search(r"\.(hpp|cpp|md|py|txt|svg|db)$", path):
            candidates = [self.root / "include" / "messenger", self.root / "src", self.root, page.path.parent]
        else:
            return  # a media type, a route, "and/or"
        if path.endswith(".db"):
            return
        if not any((folder / path).exists() or ("*" in path and list(folder.glob(path))) for folder in candidates):
            self._found(page, number, f"{path} does not exist")


# What the self-test puts into a page, and what must be found there (None: nothing).
SOURCE = "int before;\n  // [part]\n  int quoted;\n  // [/part]\n// [more]\nint more;\n// [/more]\nclass Known { void doIt(); };\n"
CASES = [
    ("<!-- quote: examples/a.cpp [part] -->\n```cpp\nint quoted;\n```", None),
    ("<!-- quote: examples/a.cpp [part] [more] -->\n```cpp\nint quoted;\n\nint more;\n```", None),
    ("<!-- quote: examples/a.cpp [part] -->\n```cpp\nint changed;\n```", "differs from its source"),
    ("<!-- quote: examples/a.cpp [part] -->\n```cpp\nint quoted;\nint more;\n```", "differs from its source"),
    ("<!-- quote: examples/a.cpp [none] -->\n```cpp\nint quoted;\n```", "no single [none]"),
    ("<!-- quote: examples/none.cpp [part] -->\n```cpp\nint quoted;\n```", "examples/none.cpp does not exist"),
    ("<!-- quote: examples/a.cpp [part] -->\nprose\n", "without a block of code"),
    ("```cpp\nint invented;\n```", "not quoted"),
    ("```sh\n./scripts/run\n```", None),
    ("```sh\n./scripts/walk\n```", "scripts/walk does not exist"),
    ("[there](docs/there.md)", None),
    ("[there](docs/nowhere.md)", "leads nowhere"),
    ("[there](docs/there.md#a-heading-in-code)", None),
    ("[there](docs/there.md#no-heading)", "has no heading"),
    ("[out](https://example.org/none)", None),
    ('<img src="docs/none.svg">', "leads nowhere"),
    ("`Known` and `Known::doIt` and `Known{1}`", None),
    ("`Unknown`", "Unknown (in Unknown) does not occur"),
    ("`Known::undo`", "undo (in Known::undo) does not occur"),
    ("`doIt()`, `undoIt()`", "undoIt (in undoIt()) does not occur"),
    ("`callEnded`", "callEnded"),
    ("<!-- foreign: Unknown -->\n`Unknown`", None),
    ("`true`, `room_id`, `202`, `a sentence`", None),
    ("`<messenger/a.hpp>` `messenger/a.hpp` `include/messenger/a.hpp`", None),
    ("`<messenger/b.hpp>`", "messenger/b.hpp does not exist"),
    ("`a.hpp`, `scripts/run --fast`", None),
    ("`b.hpp`", "b.hpp does not exist"),
    ("`src/none.cpp`", "src/none.cpp does not exist"),
    ("`calls:down --duration=5`", None),
    ("`calls:sideways`", "no command calls:sideways"),
    ("`KNOWN_OPTION`", None),
    ("`UNKNOWN_OPTION`", "UNKNOWN_OPTION"),
    ("![made](docs/images/made.png)", None),
]


# What README.md begins with in these cases: a whole program, and a link to what they quote in part.
PROGRAM = "<!-- quote: examples/program.cpp -->\n```cpp\nint main() {}\n```\n\n[rest](examples/a.cpp)\n\n"
BARE_CASES = [
    ("<!-- quote: examples/a.cpp [part] -->\n```cpp\nint quoted;\n```\n[rest](examples/a.cpp)", "no whole program"),
    ("<!-- quote: examples/program.cpp -->\n```cpp\nint main() {}\n```\n<!-- quote: examples/a.cpp [part] -->\n```cpp\nint quoted;\n```", "no link leads to the rest"),
    ("<!-- quote: examples/part.cpp -->\n```cpp\nint part;\n```", "no whole program"),
    ("No code.", None),
]


def self_test():
    failed = 0
    cases = [(PROGRAM + text, expected) for text, expected in CASES] + BARE_CASES
    for text, expected in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, content in {
                "examples/a.cpp": SOURCE,
                "examples/program.cpp": "int main() {}\n",
                "examples/part.cpp": "int part;\n",
                "include/messenger/a.hpp": "",
                "scripts/run": "",
                "src/console/a.cpp": 'add("calls:down");',
                "cmake/options.cmake": "option(KNOWN_OPTION)",
                "docs/there.md": "## A heading in `code`\n",
                "docs/images/made.png": "",
                "tests/browser/a.mjs": 'screenshot(page, "made")',
                "README.md": "# A page\n\n" + text + "\n",
            }.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
            findings = Tree(root).check()
            good = not findings if expected is None else len(findings) == 1 and expected in findings[0]
            if expected == "differs from its source":
                good = good and not Tree(root).check(fix=True)
            if not good:
                failed += 1
                print(f"{text!r}: expected {expected or 'nothing'}, found {findings}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parent.parent, type=pathlib.Path)
    parser.add_argument("--fix", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    tree = Tree(options.root)
    if not tree.pages():
        parser.error(f"{options.root} holds no pages")
    findings = tree.check(options.fix)
    for finding in findings:
        print(finding)
    print(f"{len(tree.pages())} pages, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
