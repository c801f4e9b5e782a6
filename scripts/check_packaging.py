#!/usr/bin/env python3
"""Holds the packages to the build: debian/, packaging/vcpkg, packaging/conan, the tables of README.md, and the hosted CI.

    scripts/check_packaging.py              checks the tree that the script lies in
    scripts/check_packaging.py --root DIR   checks another one

Each names every component and option of cmake/options.cmake and none that does not exist, each says the version in
include/messenger/version.hpp, and each can be read by its tool: JSON, Python, the deb822 format. The jobs of .github/workflows/ci.yml are the
checks of .ci/run, and those are the scripts in .ci/. Prints what is wrong; exit code 1 when something is.
"""

import argparse
import ast
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK_ON_THE_LIBRARY = {"MESSENGER_BUILD_TESTS", "MESSENGER_BUILD_EXAMPLES", "MESSENGER_BUILD_BENCH", "MESSENGER_WARNINGS"}


class Check:
    def __init__(self, root):
        self.root = root
        self.findings = []
        options = self.text("cmake/options.cmake") + self.text("cmake/call_server.cmake")
        self.options = set(re.findall(r"(?:option|set)\(\s*(MESSENGER_\w+) \"[^\"]*\"(?: \$| ON| OFF| CACHE|\s*\n)", options))
        self.components = {
            name.lower(): name for name in re.findall(r"option\(MESSENGER_(\w+) \"Build messenger::", options)
        }
        header = self.text("include/messenger/version.hpp")
        self.version = ".".join(
            re.search(rf"#define MESSENGER_VERSION_{part} (\d+)", header).group(1) for part in ("MAJOR", "MINOR", "PATCH")
        )
        self.abi = re.search(r"#define MESSENGER_ABI_VERSION (\d+)", header).group(1)

    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def say(self, path, text):
        self.findings.append(f"{path}: {text}")

    def same(self, path, what, found, wanted):
        for name in sorted(set(wanted) - set(found)):
            self.say(path, f"{what} {name} is missing")
        for name in sorted(set(found) - set(wanted)):
            self.say(path, f"there is no {what} {name}")

    def check(self):
        self.check_namespace()
        self.check_readme()
        self.check_vcpkg()
        self.check_conan()
        self.check_debian()
        self.check_ci()
        return self.findings

    def check_namespace(self):
        for folder in ("include", "src"):
            for path in sorted((self.root / folder).rglob("*.[hc]pp")):
                for name in re.findall(r"^namespace messenger\b(.*) \{", path.read_text(encoding="utf-8"), re.MULTILINE):
                    if not re.match(rf"::inline v{self.abi}(::|$)", name):
                        self.say(path.relative_to(self.root), f"write `namespace messenger::inline v{self.abi}`")

    def check_readme(self):
        table = "\n".join(line for line in self.text("README.md").split("\n") if line.startswith("|"))
        named = set(re.findall(r"`(MESSENGER_[A-Z_]+)`", table))
        self.same("README.md", "option", named, self.options)
        self.same("README.md", "component", re.findall(r"\| `(\w+)`, `messenger-\1`", table), self.components)

    def check_vcpkg(self):
        path = "packaging/vcpkg/vcpkg.json"
        port = json.loads(self.text(path))
        if port["version"] != self.version:
            self.say(path, f"the version is {self.version}")
        self.same(path, "feature", port["features"], self.components)
        path = "packaging/vcpkg/portfile.cmake"
        text = self.text(path)
        self.same(path, "feature", re.findall(r"^    (\w+) MESSENGER_", text, re.MULTILINE), self.components)
        self.options_exist(path, text)

    def check_conan(self):
        path = "packaging/conan/conanfile.py"
        text = self.text(path)
        for node in ast.parse(text, path).body:
            if isinstance(node, ast.Assign) and node.targets[0].id == "COMPONENTS":
                parts = ast.literal_eval(node.value)
                self.same(path, "component", parts, self.components)
                self.same(path, "option", {option for option, _ in parts.values()},
                          {f"MESSENGER_{name}" for name in self.components.values()})
        self.options_exist(path, text)

    def check_debian(self):
        paragraphs = [
            dict(re.findall(r"^(\S+): *(.*(?:\n[ \t].*)*)", part, re.MULTILINE))
            for part in re.split(r"\n\n+", self.text("debian/control").strip())
        ]
        wanted = {f"libmessenger{self.abi}", "libmessenger-dev", "messenger-cli", "messenger-doc"}
        self.same("debian/control", "package", {part["Package"] for part in paragraphs if "Package" in part}, wanted)
        entry = self.text("debian/changelog").split("\n", 1)[0]
        if not entry.startswith(f"messenger ({self.version}-"):
            self.say("debian/changelog", f"the newest entry is not of {self.version}")
        self.options_exist("debian/rules", self.text("debian/rules"))

    def check_ci(self):
        path = ".ci/run"
        run = self.text(path)
        always = re.search(r"^\[\[ .*checks=\((.*)\)$", run, re.MULTILINE).group(1).split()
        named = re.search(r"these: (.*?)\nset ", run, re.DOTALL).group(1)
        named = re.findall(r"\w+", named.replace("; also", ","))
        scripts = {"test"} | {file.name for file in (self.root / ".ci").iterdir() if file.name != "run"}
        self.same(path, "check", named, scripts)
        path = ".github/workflows/ci.yml"
        jobs = self.text(path)
        self.same(path, "check", re.search(r"^ +name: \[(.*)\]$", jobs, re.MULTILINE).group(1).split(", "), scripts)
        self.same(path, "check of the night", re.findall(r"- name: .*schedule' && '(\w+)'", jobs), scripts - set(always))

    def options_exist(self, path, text):
        named = set(re.findall(r"MESSENGER_[A-Z_]+", text))
        known = self.options | {"MESSENGER_STATIC", "MESSENGER_CCACHE", "MESSENGER_VERSION_"}
        self.same(path, "option", named - known, set())
        self.same(path, "option", named & WORK_ON_THE_LIBRARY, WORK_ON_THE_LIBRARY)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=ROOT)
    findings = Check(parser.parse_args().root).check()
    print("\n".join(findings) if findings else "the packages agree with the build")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
