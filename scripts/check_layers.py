#!/usr/bin/env python3
"""Holds the #include lines of the library to the order of its layers: an include never goes up.

    scripts/check_layers.py              checks the tree that the script lies in
    scripts/check_layers.py --root DIR   checks another one
    scripts/check_layers.py --self-test  shows that every rule can fail

Prints `path:line: what is wrong` for each finding; exit code 1 when there is one.
"""

import argparse
import pathlib
import re
import sys
import tempfile

# A layer may include itself and every layer of its own rank or below.
RANKS = {
    "support": 0,
    "export": 0,
    "version": 0,
    "fwd": 0,
    "result": 0,
    "errors": 0,
    "model": 1,
    "events": 2,
    "contracts": 3,
    "config": 3,
    "views": 3,
    "rules": 4,
    "actions": 5,
    "jobs": 6,
    "facade": 7,
}

# Rooms at the rim: they see themselves and the core up to a rank, never each other; the core does not see them.
RIM = {"testing": 3, "asio": 7, "http": 7, "console": 7}
ADAPTER_LIMIT = 3

# Public headers that stand at the root of include/messenger.
ROOT_HEADERS = {
    "export.hpp": "export",
    "version.hpp": "version",
    "fwd.hpp": "fwd",
    "result.hpp": "result",
    "errors.hpp": "errors",
    "config.hpp": "config",
    "views.hpp": "views",
    "host.hpp": "facade",
    "jobs.hpp": "facade",
    "threads.hpp": "facade",
    "messenger.hpp": "facade",
    "lane.hpp": "facade",
}

# Files whose rank is not their layer's.
RANK_OF_FILE = {
    # Names for std::chrono types and nothing of the model; the id generator in support needs them.
    "include/messenger/model/time.hpp": 0,
}

# Files of an adapter that see more than an adapter does: they bring its provider and the calls together again.
LIMIT_OF_FILE = {
    "src/adapters/janus/reconciler.cpp": 7,
    "src/adapters/janus/reconcile_command.cpp": 7,
}
# The one header of the console that an adapter may know: what a command of its own is made of. It needs no library.
COMMAND = "include/messenger/console/command.hpp"
COMMANDS_OF_ADAPTERS = {
    "include/messenger/adapters/janus/reconcile_command.hpp",
    "src/adapters/janus/reconcile_command.cpp",
}

# Defaults for what a host leaves out: the public headers of adapters that a layer may include for them.
DEFAULTS = {
    "facade": ["include/messenger/adapters/memory.hpp", "include/messenger/adapters/defaults.hpp"],
    "http": ["include/messenger/adapters/defaults.hpp"],
    "console": ["include/messenger/adapters/defaults.hpp"],
    "testing": ["include/messenger/adapters/defaults.hpp"],
}

# The executable `messenger` is a host: it picks the storage for the console.
CLI = "src/console/cli/"
CHOICES_OF_CLI = {
    "include/messenger/adapters/database/database.hpp",
    "include/messenger/adapters/janus/reconcile_command.hpp",
}

# What a URL names is picked among the storages: of each its public header.
DATABASE = "adapters/database"
CHOICES_OF_DATABASE = {
    "include/messenger/adapters/memory.hpp",
    "include/messenger/adapters/sqlite.hpp",
    "include/messenger/adapters/postgres/postgres_storage.hpp",
    "include/messenger/adapters/redis/redis_presence.hpp",
    # For copies, which know no rules: rows as they are.
    "src/adapters/sqlite/table_rows.hpp",
    "src/adapters/postgres/table_rows.hpp",
    "include/messenger/adapters/defaults.hpp",
}

# Third-party headers have one home each. (pattern of the header, where it may be included)
HOMES = [
    (r"tl/", ["include/messenger/result.hpp"]),
    (r"fmt/", ["src/"]),
    (r"SQLiteCpp/|sqlite3", ["src/adapters/sqlite/"]),
    (r"boost/", ["src/events/", "include/messenger/asio/"]),
    (r"nlohmann/", ["src/http/", "src/console/", "src/adapters/janus/"]),
    (r"CLI/", ["src/console/"]),
    (r"curl/", ["src/adapters/janus/"]),
    (r"openssl/", ["src/adapters/janus/", "src/adapters/redis/"]),
    (r"hiredis/", ["src/adapters/redis/"]),
    (r"prometheus/", ["src/adapters/prometheus/"]),
    (r"libpq-fe\.h", ["src/adapters/postgres/"]),
]

STANDARD = re.compile(r"[a-z0-9_]+$")
POSIX = re.compile(
    r"(sys/[a-z0-9_/]+|arpa/[a-z]+|netinet/[a-z]+|dirent|errno|fcntl|netdb|poll|pthread|sched|signal|string"
    r"|stdlib|termios|time|unistd)\.h$"
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def room_of(path):
    """The layer that a file of the library belongs to, or None."""
    parts = pathlib.PurePosixPath(path).parts
    if parts[:2] == ("include", "messenger"):
        inner = parts[2:]
        if len(inner) == 1:
            return ROOT_HEADERS.get(inner[0])
    elif parts[0] == "src":
        inner = parts[1:]
    else:
        return None
    if len(inner) < 2:
        return None
    if inner[0] == "adapters":
        return "adapters/" + inner[1].removesuffix(".hpp")
    if inner[0] in RANKS or inner[0] in RIM:
        return inner[0]
    return None


def may_include(source, target):
    """Whether the file `source` of the library may include the file `target` of the library."""
    source_room, target_room = room_of(source), room_of(target)
    if source_room == target_room and source not in RANK_OF_FILE:
        return True
    if target_room not in RANKS:
        if source.startswith(CLI) and target in CHOICES_OF_CLI:
            return True
        if source_room == DATABASE and target in CHOICES_OF_DATABASE:
            return True
        if source in COMMANDS_OF_ADAPTERS and target == COMMAND:
            return True
        return target in DEFAULTS.get(source_room, [])
    if source_room.startswith("adapters/"):
        limit = LIMIT_OF_FILE.get(source, ADAPTER_LIMIT)
    elif source_room in RIM:
        limit = RIM[source_room]
    else:
        limit = RANK_OF_FILE.get(source, RANKS[source_room])
    return RANK_OF_FILE.get(target, RANKS[target_room]) <= limit


class Tree:
    """The files of one checkout and what is wrong with their includes."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.findings = []
        self.includes = 0
        self.files = 0

    def sources(self, *folders):
        for folder in folders:
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in (".hpp", ".cpp", ".h", ".cc") and path.is_file():
                    yield path.relative_to(self.root).as_posix()

    def check(self):
        for path in self.sources("include", "src"):
            if room_of(path) is None:
                self.say(path, 1, "stands in no layer: give it a place in scripts/check_layers.py")
                continue
            self.read(path, self.check_library)
        for path in self.sources("examples"):
            self.read(path, self.check_example)
        for path in self.sources("tests", "bench"):
            self.read(path, self.check_test)
        return self.findings

    def say(self, path, line, text):
        self.findings.append(f"{path}:{line}: {text}")

    def read(self, path, check):
        self.files += 1
        text = (self.root / path).read_text(encoding="utf-8")
        text = COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)
        for number, line in enumerate(text.split("\n"), start=1):
            found = INCLUDE.match(line)
            if found:
                self.includes += 1
                check(path, number, found.group(1) == '"', found.group(2))

    def own(self, header):
        """Where in the library this header lies, or None when it is not the library's."""
        if header.startswith("messenger/"):
            return "include/" + header
        if (self.root / "src" / header).is_file():
            return "src/" + header
        return None

    def check_library(self, path, line, quoted, header):
        target = self.own(header)
        if target:
            if not (self.root / target).is_file():
                self.say(path, line, f"{header} does not exist")
            elif room_of(target) is None:
                return  # said at the file itself
            elif path.startswith("include/") and not target.startswith("include/"):
                self.say(path, line, f"a public header includes the private {header}")
            elif not may_include(path, target):
                self.say(path, line, f"{room_of(path)} must not include {header} of {room_of(target)}")
        elif quoted:
            self.say(path, line, f"{header}: write it from the root of include/ or src/")
        else:
            self.check_foreign(path, line, header)

    def check_foreign(self, path, line, header):
        for pattern, homes in HOMES:
            if re.match(pattern, header):
                if not any(path == home or (home.endswith("/") and path.startswith(home)) for home in homes):
                    self.say(path, line, f"<{header}> has its home in {', '.join(homes)}")
                return
        if STANDARD.match(header) or (path.startswith("src/") and POSIX.match(header)):
            return
        where = "a public header" if path.startswith("include/") else "the library"
        self.say(path, line, f"<{header}> has no home in {where}: see HOMES in scripts/check_layers.py")

    def check_example(self, path, line, quoted, header):
        target = self.own(header)
        beside = (self.root / path).parent / header
        if target and target.startswith("src/") and not (quoted and beside.is_file()):
            self.say(path, line, f"an example includes the private {header}")
        self.check_catch(path, line, header)

    def check_test(self, path, line, quoted, header):
        del quoted
        self.check_catch(path, line, header)

    def check_catch(self, path, line, header):
        if header.startswith("catch2/") and path != "tests/support/catch.hpp":
            self.say(path, line, f"<{header}> has its home in tests/support/catch.hpp")


# What each rule allows and forbids: (file, include line, a part of the complaint or None).
CASES = [
    ("src/support/a.cpp", '"messenger/result.hpp"', None),
    ("src/support/a.cpp", '"messenger/model/time.hpp"', None),
    ("src/support/a.cpp", '"messenger/model/call.hpp"', "support must not include"),
    ("include/messenger/model/time.hpp", '"messenger/model/call.hpp"', "model must not include"),
    ("include/messenger/model/call.hpp", '"messenger/events/call_events.hpp"', "model must not include"),
    ("include/messenger/model/call.hpp", '"support/text.hpp"', "private"),
    ("include/messenger/config.hpp", '"messenger/jobs/worker.hpp"', "config must not include"),
    ("include/messenger/jobs/worker.hpp", '"messenger/config.hpp"', None),
    ("include/messenger/views.hpp", '"messenger/threads.hpp"', "views must not include"),
    ("src/events/a.cpp", '"messenger/contracts/storage.hpp"', "events must not include"),
    ("src/events/a.cpp", "<boost/signals2.hpp>", None),
    ("src/jobs/a.cpp", "<boost/signals2.hpp>", "home in src/events/"),
    ("include/messenger/asio/a.hpp", "<boost/asio/post.hpp>", None),
    ("include/messenger/asio/a.hpp", '"messenger/lane.hpp"', None),
    ("include/messenger/contracts/a.hpp", '"messenger/asio/executor.hpp"', "contracts must not include"),
    ("src/actions/a.cpp", '"messenger/contracts/storage.hpp"', None),
    ("src/actions/a.cpp", '"messenger/views.hpp"', None),
    ("src/actions/a.cpp", '"messenger/jobs/worker.hpp"', "actions must not include"),
    ("src/actions/a.cpp", "<messenger/messenger.hpp>", "actions must not include"),
    ("src/actions/a.cpp", '"messenger/adapters/memory.hpp"', "actions must not include"),
    ("src/jobs/a.cpp", '"actions/b.hpp"', None),
    ("src/jobs/a.cpp", '"facade/b.hpp"', "jobs must not include"),
    ("src/facade/a.cpp", '"jobs/b.hpp"', None),
    ("src/facade/a.cpp", '"messenger/adapters/memory.hpp"', None),
    ("src/facade/a.cpp", '"messenger/adapters/sqlite.hpp"', "facade must not include"),
    ("src/facade/a.cpp", '"adapters/sqlite/b.hpp"', "facade must not include"),
    ("src/adapters/sqlite/a.cpp", '"messenger/contracts/storage.hpp"', None),
    ("src/adapters/sqlite/a.cpp", '"adapters/sqlite/b.hpp"', None),
    ("src/adapters/sqlite/a.cpp", '"messenger/adapters/sqlite.hpp"', None),
    ("src/adapters/sqlite/a.cpp", '"messenger/adapters/memory.hpp"', "must not include"),
    ("src/adapters/sqlite/a.cpp", '"actions/b.hpp"', "must not include"),
    ("src/adapters/sqlite/a.cpp", "<SQLiteCpp/SQLiteCpp.h>", None),
    ("src/adapters/sqlite/a.cpp", "<sqlite3.h>", None),
    ("src/adapters/memory/a.cpp", "<sqlite3.h>", "home in src/adapters/sqlite/"),
    ("src/adapters/janus/a.cpp", '"adapters/janus/b.hpp"', None),
    ("src/adapters/janus/a.cpp", '"messenger/messenger.hpp"', "must not include"),
    ("src/adapters/janus/reconciler.cpp", '"messenger/messenger.hpp"', None),
    ("src/adapters/janus/a.cpp", '"messenger/console/command.hpp"', "must not include"),
    ("src/adapters/janus/reconcile_command.cpp", '"messenger/console/command.hpp"', None),
    ("src/adapters/janus/reconcile_command.cpp", '"messenger/console/console.hpp"', "must not include"),
    ("include/messenger/adapters/janus/reconcile_command.hpp", '"messenger/console/command.hpp"', None),
    ("src/adapters/janus/a.cpp", "<openssl/evp.h>", None),
    ("src/adapters/sqlite/a.cpp", "<openssl/evp.h>", "home in src/adapters/janus/"),
    ("src/testing/a.cpp", '"messenger/contracts/storage.hpp"', None),
    ("src/testing/a.cpp", '"messenger/messenger.hpp"', "testing must not include"),
    ("src/http/a.cpp", '"messenger/messenger.hpp"', None),
    ("src/testing/a.cpp", '"messenger/adapters/defaults.hpp"', None),
    ("src/testing/a.cpp", '"messenger/adapters/memory.hpp"', "testing must not include"),
    ("src/http/a.cpp", '"messenger/adapters/defaults.hpp"', None),
    ("src/http/a.cpp", '"messenger/adapters/sqlite.hpp"', "http must not include"),
    ("src/http/a.cpp", '"messenger/testing/fake.hpp"', "http must not include"),
    ("src/http/a.cpp", "<nlohmann/json.hpp>", None),
    ("src/console/a.cpp", "<CLI/CLI.hpp>", None),
    ("src/console/a.cpp", '"http/b.hpp"', "console must not include"),
    ("src/console/a.cpp", '"messenger/adapters/sqlite.hpp"', "console must not include"),
    ("src/console/cli/a.cpp", '"messenger/adapters/database/database.hpp"', None),
    ("src/console/cli/a.cpp", '"messenger/adapters/sqlite.hpp"', "console must not include"),
    ("src/adapters/database/a.cpp", '"messenger/adapters/sqlite.hpp"', None),
    ("src/adapters/database/a.cpp", '"adapters/sqlite/b.hpp"', "must not include"),
    ("src/adapters/database/a.cpp", '"adapters/sqlite/table_rows.hpp"', None),
    ("src/adapters/postgres/a.cpp", '"messenger/adapters/database/database.hpp"', "must not include"),
    ("src/console/cli/a.cpp", '"messenger/adapters/janus/reconcile_command.hpp"', None),
    ("src/console/a.cpp", '"messenger/adapters/janus/reconcile_command.hpp"', "console must not include"),
    ("src/console/cli/a.cpp", '"messenger/adapters/memory.hpp"', "console must not include"),
    ("src/actions/a.cpp", "<nlohmann/json.hpp>", "home in src/http/"),
    ("src/actions/a.cpp", "<CLI/CLI.hpp>", "home in src/console/"),
    ("src/actions/a.cpp", "<curl/curl.h>", "home in src/adapters/janus/"),
    ("src/actions/a.cpp", "<fmt/format.h>", None),
    ("include/messenger/errors.hpp", "<fmt/format.h>", "home in src/"),
    ("include/messenger/result.hpp", "<tl/expected.hpp>", None),
    ("include/messenger/errors.hpp", "<tl/expected.hpp>", "home in include/messenger/result.hpp"),
    ("include/messenger/errors.hpp", "<unistd.h>", "no home in a public header"),
    ("src/support/a.cpp", "<unistd.h>", None),
    ("src/support/a.cpp", "<spdlog/spdlog.h>", "no home in the library"),
    ("src/support/a.cpp", '"b.hpp"', "write it from the root"),
    ("src/support/a.cpp", '"messenger/nowhere.hpp"', "does not exist"),
    ("src/attic/a.cpp", "<string>", "stands in no layer"),
    ("include/messenger/attic.hpp", "<string>", "stands in no layer"),
    ("examples/one/a.cpp", "<messenger/messenger.hpp>", None),
    ("examples/one/a.cpp", '"actions/b.hpp"', "an example includes the private"),
    ("tests/actions/a.cpp", '"actions/b.hpp"', None),
    ("tests/actions/a.cpp", "<catch2/catch.hpp>", "home in tests/support/catch.hpp"),
    ("tests/support/catch.hpp", "<catch2/catch.hpp>", None),
]


def self_test():
    failed = 0
    targets = [line[1:-1] for _, line, _ in CASES if line[1:-1].endswith(".hpp")]
    for path, line, expected in CASES:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for header in targets:
                public = header.startswith("messenger/")
                if "/" in header and header != "messenger/nowhere.hpp" and (public or room_of("src/" + header)):
                    target = root / ("include" if public else "src") / header
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.touch()
            source = root / path
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text(f"/* #include <spdlog/no.h>\n*/\n// #include <spdlog/no.h>\n#include {line}\n")
            findings = Tree(root).check()
            if expected is None:
                good = not findings
            else:
                good = len(findings) == 1 and expected in findings[0]
                good = good and (":4:" in findings[0] or "stands in no layer" in findings[0])
            if not good:
                failed += 1
                print(f"{path} with {line}: expected {expected or 'nothing'}, found {findings}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parent.parent, type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if not (options.root / "include" / "messenger").is_dir():
        parser.error(f"{options.root} holds no include/messenger")
    tree = Tree(options.root)
    findings = tree.check()
    for finding in findings:
        print(finding)
    print(f"{tree.includes} includes in {tree.files} files: {len(findings) or 'none'} against the order of the layers")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
