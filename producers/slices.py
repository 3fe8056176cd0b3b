"""A feed's bytes in; out, the bytes of its items, and the feed without those that were parsed before.

A busy feed changes two of its fifty items at a time, and parsing is what a poll costs. So each item
is remembered by a hash of its bytes, and one that comes again byte for byte is cut out before the
parser sees the feed. Only items that a well-formed parse matched one to one are ever remembered, so a
feed that cannot be sliced safely (an item inside an item, a CDATA section across the border) is
simply parsed whole.

Linear in the size of the body, whatever stands in it: it only ever searches forward.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container
from dataclasses import dataclass

PARSER_VERSION = b"1"
"""Raise it when the same bytes would now be read differently: everything is then read once more."""
MAX_ITEMS = 5_000
"""Items of a feed that is sliced; a larger one is parsed whole, which has its own limits."""
_TAGS = (b"item", b"entry")
_AFTER_NAME = frozenset((b" ", b"\t", b"\r", b"\n", b">", b"/"))


@dataclass(frozen=True, slots=True)
class Sliced:
    """A feed without the items that are known."""

    body: bytes
    raws: tuple[str, ...]
    """Hashes of the items that are left in `body`, in order."""
    known: tuple[str, ...]
    """Hashes of the items that were cut out."""


def cut_known_items(body: bytes, known: Container[str]) -> Sliced:
    """Cut the known items out of a feed; the whole body and no hashes where it cannot be sliced."""
    spans = find_items(body)
    if not spans:
        return Sliced(body, (), ())
    kept: list[bytes] = []
    raws: list[str] = []
    cut: list[str] = []
    at = 0
    view = memoryview(body)
    for start, end in spans:
        raw = hash_item(view[start:end])
        if raw in known:
            kept.append(body[at:start])
            at = end
            cut.append(raw)
        else:
            raws.append(raw)
    kept.append(body[at:])
    return Sliced(b"".join(kept) if cut else body, tuple(raws), tuple(cut))


def find_items(body: bytes) -> list[tuple[int, int]]:
    """Find where the items of an XML feed begin and end; empty where that is not plain to see."""
    found = [(at, tag) for tag in _TAGS if (at := _find_open(body, tag, 0)) >= 0]
    if not found:
        return []
    at, tag = min(found)
    close = b"</" + tag
    spans: list[tuple[int, int]] = []
    while at >= 0:
        shut = body.find(close, at)
        end = body.find(b">", shut) + 1 if shut >= 0 else 0
        if len(spans) >= MAX_ITEMS or not end or body[shut + len(close) : end - 1].strip():
            return []
        following = _find_open(body, tag, at + 1)
        if 0 <= following < end or not _is_whole(body, at, end):
            return []
        spans.append((at, end))
        at = following
    return spans


def _is_whole(body: bytes, start: int, end: int) -> bool:
    """Tell whether CDATA sections and comments that begin in an item also end in it."""
    return all(
        body.count(opening, start, end) == body.count(closing, start, end)
        for opening, closing in ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))
    )


def hash_item(raw: bytes | memoryview) -> str:
    """Hash the bytes of an item."""
    return hashlib.blake2b(raw, digest_size=10, key=PARSER_VERSION).hexdigest()


def _find_open(body: bytes, tag: bytes, start: int) -> int:
    mark = b"<" + tag
    at = body.find(mark, start)
    while at >= 0 and body[at + len(mark) : at + len(mark) + 1] not in _AFTER_NAME:
        at = body.find(mark, at + 1)
    return at
