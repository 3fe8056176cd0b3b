"""Markup of any kind in, plain text out: entities resolved, tags gone, nothing invisible left.

Feeds escape once, twice or not at all, whatever their format says. Known HTML tags and entities are
therefore undone until nothing changes (three rounds at most); what looks like a tag but is none
("<Breaking>", "a < b") stays as it was written. The result is text: whoever shows it must escape it.

Wrong on purpose: a headline that is *about* markup ("How to use <b>") loses the tag. News seldom is.
"""

from __future__ import annotations

import html
import re
import unicodedata

import ftfy
from lxml import etree

MAX_FIELD = 64_000
"""Characters of a title or summary that are read."""
MAX_TEXT = 200_000
"""Characters of a full text that are kept; the longest newspaper pieces are about 100,000."""

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(
    r"</?(?:a|abbr|acronym|address|article|aside|audio|b|big|blockquote|body|br|button|center|cite"
    r"|code|dd|del|details|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header"
    r"|hr|html|i|iframe|img|input|ins|label|li|link|main|mark|meta|nav|noscript|object|ol|p|param"
    r"|picture|pre|q|s|script|section|small|source|span|strike|strong|style|sub|summary|sup|svg"
    r"|table|tbody|td|template|tfoot|th|thead|time|title|tr|tt|u|ul|video|wbr)\b[^<>]*>|<!--",
    re.IGNORECASE,
)
# C0 and C1 controls but tab and newlines, soft hyphen, zero-width and bidirectional controls, BOM,
# lone surrogates. Zero-width joiners stay: Persian and Indic scripts spell with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_MOJIBAKE = re.compile("[\u00c2\u00c3\u00d0\u00d1\u00e2][\u0080-\u00bf\u0152-\u02dc\u2013-\u2122]")
_SPACE = re.compile(r"\s+")
_LINE_SPACE = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\n\s*\n\s*")
_BLOCKS = frozenset(
    (  # noqa: SIM905 - names read better as words
        "address article aside blockquote body center dd details div dl dt fieldset figure footer "
        "form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead "
        "tr ul"
    ).split()
)
_SILENT = frozenset(
    (  # noqa: SIM905 - names read better as words
        "script style template iframe object embed svg head title noscript figcaption button form "
        "audio video"
    ).split()
)
_ROUNDS = 3


def clean_line(markup: str | None) -> str:
    """Turn a title, name or tag into one line of plain text."""
    if not markup:
        return ""
    return _SPACE.sub(" ", _undo_markup(markup[:MAX_FIELD], blocks=False)).strip()


def clean_paragraphs(markup: str | None, limit: int = MAX_TEXT) -> str:
    """Turn a summary or content into plain text with its paragraphs parted by blank lines."""
    if not markup:
        return ""
    text = _undo_markup(markup[: 4 * limit], blocks=True)
    paragraphs = (
        _SPACE.sub(" ", part).strip() for part in _BREAKS.split(_LINE_SPACE.sub(" ", text))
    )
    return cut_text("\n\n".join(part for part in paragraphs if part), limit)


def cut_text(text: str, limit: int) -> str:
    """Cut text at the last white space before `limit`."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    return head.rsplit(None, 1)[0] if any(mark.isspace() for mark in head) else head


def scrub(text: str) -> str:
    """Remove what cannot be seen, mend text decoded with the wrong charset, and compose letters."""
    text = _INVISIBLE.sub("", text)
    if _MOJIBAKE.search(text):
        text = _INVISIBLE.sub("", ftfy.fix_encoding(text))
    return unicodedata.normalize("NFC", text)


def _undo_markup(text: str, *, blocks: bool) -> str:
    # the characters that hide in "ÐœÐ¾Ñ\x81" are needed to mend it, so scrub mends before it removes
    text = scrub(ftfy.fix_encoding(text) if _MOJIBAKE.search(text) else text)
    for _ in range(_ROUNDS):
        if _TAG.search(text):
            text = _strip_tags(text, blocks=blocks)
        elif not _ENTITY.search(text):
            break
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
        if "&" not in text and "<" not in text:
            break
    return _INVISIBLE.sub("", text)


def _strip_tags(markup: str, *, blocks: bool) -> str:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        root = etree.fromstring(f"<div>{markup}</div>".encode(), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return _TAG.sub(" ", markup)
    parts: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            silent += name in _SILENT
            if name in _BLOCKS:
                parts.append("\n\n" if blocks else " ")
            elif name == "br":
                parts.append("\n" if blocks else " ")
            if not silent and element.text:
                parts.append(_flatten(element.text))
        else:
            silent -= name in _SILENT
            if name in _BLOCKS:
                parts.append("\n\n" if blocks else " ")
            if not silent and element.tail:
                parts.append(_flatten(element.tail))
    return "".join(parts)


def _flatten(text: str) -> str:
    """Take the line breaks out of the text between two tags: HTML does not show them."""
    return text.replace("\n", " ").replace("\r", " ")
