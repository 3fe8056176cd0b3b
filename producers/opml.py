"""OPML in, the feeds it lists out; and feeds in, OPML out.

Two in three OPML files on the web are not well-formed XML: raw ampersands, stray control characters,
unescaped quotes, a truncated end. What can be read is read (libxml2 in recovery, after mending what
it cannot), without entities, DTDs or network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree

from producers.links import absolute_url
from producers.text import clean_line

MAX_BYTES = 20_000_000
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"^\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]{2,30})")
_ADDRESS = re.compile(r"\bxmlurl\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)'|([^\s\"'<>]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed as an OPML file lists it."""

    url: str
    title: str | None = None
    page: str | None = None
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpmlFile:
    """What was read of an OPML file."""

    outlines: tuple[Outline, ...]
    problems: tuple[str, ...] = ()


def parse_opml(raw: bytes) -> OpmlFile:
    """Read the feeds of an OPML file, each address once; never raises for bad input."""
    if len(raw) > MAX_BYTES:
        return OpmlFile((), (f"over {MAX_BYTES} bytes",))
    text = _decode(raw)
    problems: list[str] = []
    mended = _DECLARATION.sub("", _DOCTYPE.sub("", _CONTROL.sub("", text)), count=1)
    ampersands = _BARE_AMPERSAND.subn("&amp;", mended)
    if ampersands[1]:
        problems.append(f"{ampersands[1]} bare ampersands")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, load_dtd=False, no_network=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(ampersands[0].strip().encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        root = None
        problems.append(str(error)[:200])
    if len(parser.error_log) and not any("XML" in problem for problem in problems):
        first = parser.error_log[0]
        problems.append(f"not well-formed XML: line {first.line}: {first.message}"[:200])
    found = _read_tree(root) if root is not None else []
    if root is None or len(found) < len(_ADDRESS.findall(text)):
        # recovery gave up half-way: the addresses are still in the words
        found += _read_words(text)
    outlines: dict[str, Outline] = {}
    for outline in found:
        outlines.setdefault(outline.url, outline)
    if not outlines and not problems:
        problems.append("it lists no feeds")
    return OpmlFile(tuple(outlines.values()), tuple(problems))


def write_opml(outlines: Iterable[Outline], title: str = "Tocsin feeds") -> bytes:
    """Write feeds as OPML 2.0, in folders by their first folder's name."""
    folders: dict[str, list[Outline]] = {}
    for outline in outlines:
        folders.setdefault(outline.folders[0] if outline.folders else "", []).append(outline)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_escape(title)}</title></head>",
        "  <body>",
    ]
    for folder, members in folders.items():
        indent = "    "
        if folder:
            lines.append(f"    <outline text={quoteattr(folder)}>")
            indent = "      "
        lines += [indent + _write_outline(outline) for outline in members]
        if folder:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""]).encode()


def _write_outline(outline: Outline) -> str:
    name = quoteattr(outline.title or outline.url)
    page = f" htmlUrl={quoteattr(outline.page)}" if outline.page else ""
    return f'<outline type="rss" text={name} title={name} xmlUrl={quoteattr(outline.url)}{page}/>'


def _read_tree(root: etree._Element) -> list[Outline]:
    found: list[Outline] = []
    folders: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        # in recovery libxml2 keeps names that are none, which QName refuses
        if not isinstance(element.tag, str) or not element.tag.lower().endswith("outline"):
            continue
        values = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        url = _address(values.get("xmlurl") or values.get("xml_url"))
        name = clean_line(values.get("title") or values.get("text"))
        if event == "end":
            if url is None:
                folders.pop()
        elif url is None:
            folders.append(name)
        else:
            page = absolute_url(values.get("htmlurl"), None)
            found.append(
                Outline(url, name or None, page, tuple(folder for folder in folders if folder))
            )
    return found


def _read_words(text: str) -> list[Outline]:
    found = []
    for match in _ADDRESS.finditer(text):
        url = _address(next(group for group in match.groups() if group is not None))
        if url:
            found.append(Outline(url))
    return found


def _address(value: str | None) -> str | None:
    if not value:
        return None
    value = value.strip().replace("&amp;", "&")
    if value.startswith("feed:"):
        value = value.removeprefix("feed:")
        value = f"http:{value}" if value.startswith("//") else value
    return absolute_url(value, None)


def _decode(raw: bytes) -> str:
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16", "replace")
    stated = _ENCODING.match(raw[:200])
    for name in ("utf-8-sig", stated.group(1).decode() if stated else "windows-1252"):
        try:
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("windows-1252", "replace")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
