#!/usr/bin/env python3
"""Prints the software bill of materials of this version: SPDX 2.3, as JSON.

    scripts/sbom.py [--created 2026-01-31T00:00:00Z] [--archive FILE]

The library, and what it is built with: nothing is contained in the sources, all comes from the system or a package manager. The archive
is the source archive of the release, whose checksum goes in.
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Name, licence, oldest version, what is done with it, which component needs it.
DEPENDENCIES = [
    ("Boost", "BSL-1.0", "1.74", "BUILD_DEPENDENCY_OF", "core, asio, headers only"),
    ("SQLite", "blessing", "3.37", "DEPENDENCY_OF", "core"),
    ("SQLiteCpp", "MIT", "3.2", "DEPENDENCY_OF", "core"),
    ("fmt", "MIT", "9", "DEPENDENCY_OF", "core"),
    ("tl-expected", "CC0-1.0", "1.0", "DEPENDENCY_OF", "core, a header that hosts include"),
    ("nlohmann-json", "MIT", "3.11", "BUILD_DEPENDENCY_OF", "http, console, janus, headers only"),
    ("curl", "curl", "7.74", "OPTIONAL_DEPENDENCY_OF", "janus"),
    ("OpenSSL", "Apache-2.0", "1.1.1", "OPTIONAL_DEPENDENCY_OF", "janus, redis"),
    ("libpq", "PostgreSQL", "14", "OPTIONAL_DEPENDENCY_OF", "postgres"),
    ("hiredis", "BSD-3-Clause", "0.14", "OPTIONAL_DEPENDENCY_OF", "redis"),
    ("prometheus-cpp", "MIT", "1.0", "OPTIONAL_DEPENDENCY_OF", "prometheus"),
]


def version():
    header = (ROOT / "include/messenger/version.hpp").read_text(encoding="utf-8")
    return ".".join(
        re.search(rf"#define MESSENGER_VERSION_{part} (\d+)", header).group(1) for part in ("MAJOR", "MINOR", "PATCH")
    )


def package(name, licence, number, comment):
    return {
        "SPDXID": f"SPDXRef-{name}",
        "name": name,
        "versionInfo": number,
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "comment": comment,
    }


def document(created, archive):
    ours = package("messenger", "MIT", version(), "the library, its console and its examples")
    ours["copyrightText"] = (ROOT / "LICENSE").read_text(encoding="utf-8").split("\n")[2]
    digest = "tree"
    if archive:
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        ours["packageFileName"] = archive.name
        ours["checksums"] = [{"algorithm": "SHA256", "checksumValue": digest}]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"messenger-{version()}",
        "documentNamespace": f"urn:messenger:sbom:{version()}:{digest}",
        "creationInfo": {"created": created, "creators": ["Tool: scripts/sbom.py"]},
        "packages": [ours]
        + [package(name, licence, f">={oldest}", f"for {part}") for name, licence, oldest, _, part in DEPENDENCIES],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-messenger"}
        ]
        + [
            {"spdxElementId": f"SPDXRef-{name}", "relationshipType": kind, "relatedSpdxElement": "SPDXRef-messenger"}
            for name, _, _, kind, _ in DEPENDENCIES
        ],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    parser.add_argument("--created", default=now)
    parser.add_argument("--archive", type=pathlib.Path)
    arguments = parser.parse_args()
    print(json.dumps(document(arguments.created, arguments.archive), indent=2))


if __name__ == "__main__":
    main()
