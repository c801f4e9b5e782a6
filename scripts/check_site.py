#!/usr/bin/env python3
"""Checks the links of a built site: each leads to a file of the site, its #anchor to an id there, and nothing is loaded from another host.

    scripts/check_site.py FOLDER       checks the site in the folder
    scripts/check_site.py --self-test  shows that every rule can fail

Prints `page: what is wrong` for each finding; exit code 1 when there is one. Links to other hosts are not followed.
"""

import argparse
import html.parser
import pathlib
import sys
import tempfile
import urllib.parse


class Page(html.parser.HTMLParser):
    """The ids of a page, what it links to, and what it loads."""

    LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("link", "href"), ("source", "src"), ("object", "data")}
    NOT_LOADED = {"canonical", "next", "prev", "alternate"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.ids, self.links, self.loaded = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids |= {values[name] for name in ("id", "name") if values.get(name)}
        for name in ("href", "src", "data"):
            if not values.get(name):
                continue
            if (tag, name) in self.LOADED and values.get("rel") not in self.NOT_LOADED:
                self.loaded.append(values[name])
            elif name != "data":
                self.links.append(values[name])


class Site:
    def __init__(self, folder):
        self.folder = folder.resolve()
        self.pages = {
            path: Page(path.read_text(encoding="utf-8", errors="replace")) for path in sorted(self.folder.rglob("*.html"))
        }

    def check(self):
        findings, links = [], 0
        for path, page in self.pages.items():
            for url in page.loaded + page.links:
                links += 1
                found = self.fault(path, url, is_loaded=url in page.loaded)
                if found:
                    findings.append(f"{path.relative_to(self.folder)}: {url} {found}")
        for path in sorted(self.folder.rglob("*.css")):
            text = path.read_text(encoding="utf-8", errors="replace")
            findings += [f"{path.relative_to(self.folder)}: loads from another host" for part in ("url(http", "url(//", "@import") if part in text]
        return findings, links

    def fault(self, page, url, is_loaded):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme in ("data", "mailto", "javascript"):
            return None
        if parts.scheme or parts.netloc:
            return "is loaded from another host" if is_loaded else None
        path = urllib.parse.unquote(parts.path)
        target = page
        if path:
            target = (self.folder / path[1:] if path.startswith("/") else page.parent / path).resolve()
        if target.is_dir():
            target /= "index.html"
        if not target.is_file():
            return "leads nowhere"
        anchor = urllib.parse.unquote(parts.fragment)
        if anchor and target in self.pages and anchor not in self.pages[target].ids:
            return "has no such anchor"
        return None


CASES = [
    ('<a href="there.html#part">', None),
    ('<a href="nowhere.html">', "leads nowhere"),
    ('<a href="there.html#none">', "has no such anchor"),
    ('<a href="#here"><p id="here">', None),
    ('<a href="#none">', "has no such anchor"),
    ('<a href="https://example.org/">', None),
    ('<link rel="canonical" href="https://example.org/">', None),
    ('<script src="https://example.org/x.js"></script>', "another host"),
    ('<link rel="stylesheet" href="//example.org/x.css">', "another host"),
    ('<img src="none.png">', "leads nowhere"),
    ('<img src="data:image/png;base64,AA">', None),
]


def self_test():
    failed = 0
    for text, expected in CASES:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "there.html").write_text('<h1 id="part">', encoding="utf-8")
            (root / "index.html").write_text(text, encoding="utf-8")
            findings, _ = Site(root).check()
            if (not findings) if expected is None else (len(findings) == 1 and expected in findings[0]):
                continue
            failed += 1
            print(f"{text!r}: expected {expected or 'nothing'}, found {findings}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if not options.folder or not (options.folder / "index.html").exists():
        parser.error("name the folder of a built site")
    site = Site(options.folder)
    findings, links = site.check()
    print("\n".join(findings + [f"{len(site.pages)} pages, {links} links, {len(findings)} findings"]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
