"""What mkdocs needs to know of this tree: docs/*.md stay as they are read on a git host, and links from them lead into all of it.

Each file of the site keeps its path in the tree, so that a link from one to the other is resolved as it is written:
  - docs/*.md, and the pages beside README.md;
  - a header is the page that Doxygen made of it;
  - another file that a page links to is shown on a page of its own.
The navigation is docs/README.md: its headings are the sections, its links the pages.
"""

import functools
import json
import logging
import pathlib
import posixpath
import re
import shutil
import xml.etree.ElementTree as xml

from mkdocs.structure.files import File, Files

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOXYGEN = ROOT / "build/site/doxygen"
PROJECT = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
LINK = re.compile(r"\[([^\]]*)\]\(([^()\s#]+)(?:#[^()\s]*)?\)")
LANGUAGES = {".hpp": "cpp", ".cpp": "cpp", ".py": "python", ".mjs": "js", ".txt": "cmake", ".json": "json", ".yml": "yaml"}

log = logging.getLogger("mkdocs.site")


def slug(text, separator):
    """The anchor of a heading, as git hosts make it, and scripts/check_docs.py."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", separator)


class SiteFile(File):
    """A file of the tree, by its path there, and where it is in the site."""

    def __init__(self, path, url, config, source=None, is_page=False):
        self.is_page = is_page
        super().__init__(path, str(ROOT), config["site_dir"], use_directory_urls=False)
        self.dest_uri = self.url = url
        self.name = pathlib.Path(url).stem
        self.abs_src_path = str(source or ROOT / path)
        self.abs_dest_path = str(pathlib.Path(config["site_dir"]) / url)

    def is_documentation_page(self):
        return self.is_page

    @property
    def is_source(self):
        return self.is_page and not self.src_uri.endswith(".md")


def links(path):
    """(text, path in the tree) of each link to a file of the tree."""
    for text, target in LINK.findall((ROOT / path).read_text(encoding="utf-8")):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if (ROOT / target).is_file():
            yield text, target


# Navigation


def on_startup(command, dirty):
    # What it says besides warnings is a list of all pages that show a file.
    if command == "build":
        logging.getLogger("mkdocs").setLevel(logging.WARNING)


def on_config(config):
    config["nav"] = navigation("docs/README.md")
    config["mdx_configs"]["toc"]["slugify"] = slug
    return config


def navigation(path):
    sections, pages = [{"Overview": path}], None
    for line in (ROOT / path).read_text(encoding="utf-8").split("\n"):
        if line.startswith("## "):
            pages = []
            sections.append({line[3:].strip(): pages})
        elif line.startswith("| [") and pages is not None:
            text, target = LINK.search(line).groups()
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            pages.append({text: target})
            if posixpath.basename(target) == "README.md" and target != "README.md":
                pages += [{text: linked} for text, linked in links(target)]
    return [section for section in sections if all(section.values())]


def listed(nav):
    for item in nav:
        for value in item.values():
            yield from [value] if isinstance(value, str) else listed(value)


# Files


def on_files(files, config):
    found = {}

    def add(path, url, **kinds):
        found.setdefault(path, SiteFile(path, url, config, **kinds))

    for path in PROJECT:
        add(path, f"project/{path[:-3].lower()}.html", is_page=True)
    for file in files:
        if not (ROOT / "docs" / file.src_uri).exists():
            found[file.src_uri] = file  # the theme's
        elif not file.src_uri.endswith(".1") and (not file.src_uri.startswith("site/") or file.src_uri == "site/site.css"):
            add(f"docs/{file.src_uri}", file.dest_uri, is_page=file.src_uri.endswith(".md"))
    pages = [file for file in found.values() if file.is_documentation_page()]
    for path in sorted({page.src_uri for page in pages if page.src_uri.startswith("docs/")} - set(listed(config["nav"]))):
        log.warning(f"{path} is in no table of docs/README.md or of the README.md beside it")
    for kind, path, url in symbols():
        if kind == "file":
            add(path, url, source=DOXYGEN / url)
    for page in pages:
        for _, target in links(page.src_uri):
            add(target, f"source/{target}.html", is_page=True)
    return Files(list(found.values()))


def on_page_read_source(page, config):
    if page.file.is_source:
        path = page.file.src_uri
        code = pathlib.Path(page.file.abs_src_path).read_text(encoding="utf-8")
        return f"# {path}\n\n`````{LANGUAGES.get(pathlib.Path(path).suffix, '')}\n{code}\n`````\n"
    return None


# The reference


def symbols():
    """(kind, qualified name, url) of everything that Doxygen documented."""
    for compound in xml.parse(DOXYGEN / "symbols.xml").getroot():
        kind, name = compound.get("kind"), compound.findtext("name")
        if kind == "file":
            path = pathlib.Path(compound.findtext("path")) / name
            yield kind, path.relative_to(ROOT).as_posix(), f"reference/{compound.findtext('filename')}"
        elif kind in ("class", "struct", "namespace"):
            yield kind, name, f"reference/{compound.findtext('filename')}"
            for member in compound.iter("member"):
                url = f"reference/{member.findtext('anchorfile')}#{member.findtext('anchor')}"
                yield member.get("kind"), f"{name}::{member.findtext('name')}", url


@functools.cache
def urls():
    """Where in the reference a name leads: that of a class or a member, without the library's namespace."""
    found = {}
    for kind, name, url in symbols():
        if kind not in ("file", "namespace"):
            found.setdefault(name.removeprefix("messenger::"), url)
    return found


def reference_entries():
    """Classes and functions for the search. What lies in a class, such as its structs and fields, is left out: it would hide the pages that
    explain. The theme wants the page of a class before what lies on it, and replaces it by the first of these."""
    pages = {}
    for kind, name, url in symbols():
        name = name.removeprefix("messenger::")
        if kind in ("class", "struct") and "::" not in re.sub("^(testing|http|console|janus)::", "", name) or kind == "function":
            pages.setdefault(url.split("#")[0], {}).setdefault(name, url)
    for page, entries in pages.items():
        title = next((name for name, url in entries.items() if url == page), None)
        if title or page.startswith("reference/namespace"):
            parent = {"location": page, "title": title or "Reference", "text": ""}
            yield parent
            yield {**parent, "location": f"{page}#{posixpath.basename(page)}"}
            yield from ({"location": url, "title": name, "text": ""} for name, url in entries.items() if url != page)


def on_page_content(html, page, config, files):
    if page.file.is_source:
        return html
    return with_names_linked(with_links_resolved(html, page.file, files), page.file)


def with_links_resolved(html, here, files):
    """mkdocs resolves links to names with a dot; here the others are, such as LICENSE."""

    def resolved(found):
        file = files.get_file_from_path(posixpath.normpath(posixpath.join(posixpath.dirname(here.src_uri), found.group(1))))
        return f'href="{file.url_relative_to(here)}"' if file else found.group(0)

    return re.sub(r'href="([\w/-]+)"', resolved, html)


def with_names_linked(html, here):
    """Names in code, that is no link and no heading, lead into the reference."""

    def linked(found):
        name = re.sub(r"\(.*|\{.*", "", found.group(1)).replace(".", "::").removeprefix("messenger::")
        if name not in urls():
            return found.group(0)
        url = posixpath.relpath(urls()[name], posixpath.dirname(here.dest_uri) or ".")
        return f'<a class="symbol" href="{url}">{found.group(0)}</a>'

    parts = re.split(r"(<a .*?</a>|<pre.*?</pre>|<h[1-6].*?</h[1-6]>)", html, flags=re.DOTALL)
    return "".join(part if index % 2 else re.sub(r"<code>([^<]+)</code>", linked, part) for index, part in enumerate(parts))


def on_post_build(config):
    site = pathlib.Path(config["site_dir"])
    shutil.copytree(DOXYGEN / "reference", site / "reference", dirs_exist_ok=True)
    for page in (site / "reference").glob("class*.html"):
        # Doxygen links to the section of nested classes also when they are all private, and there is none.
        html = page.read_text(encoding="utf-8")
        if "#nested-classes" in html and 'name="nested-classes"' not in html:
            page.write_text(re.sub(r'<a href="#nested-classes">Classes</a> &#124;\n?', "", html), encoding="utf-8")

    path = site / "search/search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    # Pages that only show a file would hide what explains it; the names of the reference can be searched for.
    index["docs"] = [entry for entry in index["docs"] if not entry["location"].startswith("source/")]
    index["docs"] += reference_entries()
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
