"""A line of a page in, whether it is furniture out: menus, captions, credits, sign-ups, bylines.

The patterns are data (`streams/lexicon/furniture.tsv`). A line is furniture as a whole or not at
all, so that no pattern can eat half of a sentence that reports something; what stands inside a
paragraph ("The post … appeared first on …") has a class of its own. A caption is dropped because it
repeats the story in the present tense, undated and often from another day.
"""

# ruff: noqa: RUF001 - newspapers write curly quotes and long dashes
from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib import resources

from streams.lexicon.calendar import ANY_MONTH
from streams.reading.gate import Gate
from streams.reading.stamp import is_stamp

MAX_FURNITURE = 400
"""A longer line is prose, whatever it starts with (captions excepted)."""


@cache
def load_patterns(kind: str) -> re.Pattern[str]:
    """Join the patterns of one class of the table."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in _load_table()[kind]), re.IGNORECASE)


def is_furniture(line: str) -> bool:
    """Tell whether a whole line is furniture of the page."""
    stripped = line.strip(" \t\r\n•·*>|-–—\u200b")
    if not stripped:
        return True
    if len(stripped) > MAX_FURNITURE:
        return False
    return bool(load_patterns("line").fullmatch(stripped)) or is_stamp(stripped)


def announces_caption(line: str) -> bool:
    """Tell whether a line says that a picture follows, and with it a caption."""
    return bool(load_patterns("caption").fullmatch(line.strip()))


def is_caption(line: str) -> bool:
    """Tell whether a line ends in a picture credit."""
    if len(line) > 2 * MAX_FURNITURE or not _gate("credit").may_match(line.lower()):
        return False
    return bool(load_patterns("credit").search(line.strip()))


@cache
def _gate(kind: str) -> Gate:
    return Gate(load_patterns(kind))


def trim_caption(line: str) -> int:
    """Measure a caption without the credit at its end."""
    match = load_patterns("credit").search(line.rstrip())
    if not match or len(line) > 2 * MAX_FURNITURE:
        return len(line)
    opening = match.group().lstrip()[:1]
    return match.start() + (match.group()[:1] in ".!?" and opening in ".!?")


def find_inside(text: str) -> list[tuple[int, int]]:
    """Find furniture inside a paragraph, as ranges to cut out."""
    if not _gate("inside").may_match(text.lower()):
        return []
    return [match.span() for match in load_patterns("inside").finditer(text)]


def trim_headline(text: str) -> tuple[int, int]:
    """Cut labels and outlet names off both ends of a headline; return the range that is left."""
    start, end = 0, len(text)
    while match := load_patterns("prefix").match(text, start, end):
        start = match.end()
    while match := re.compile(load_patterns("suffix").pattern, re.IGNORECASE).search(
        text[start:end]
    ):
        end = start + match.start()
    return (start, end) if text[start:end].strip() else (0, len(text))


@cache
def _agencies() -> str:
    return "|".join(re.escape(name) for name in _load_table()["dateline"])


@cache
def _dateline_pattern() -> re.Pattern[str]:
    place = r"[A-Z][\w.'’-]*(?:[ /,]+(?:[A-Z][\w.'’-]*|de|del|la|al|el|and|of)){0,5}"
    month = rf"(?i:{ANY_MONTH})[a-z]*\.?"
    date = rf"(?:{month} \d{{1,2}}|\d{{1,2}} {month})(?:,? \d{{4}})?"
    agency = rf"\((?i:{_agencies()})[^)]{{0,20}}\)"
    dash = r"\s*(?:--|[-–—])\s+(?=[A-Z0-9\"“‘'])"
    label = r"(?!(?:WARNING|EXCLUSIVE|UPDATE|WATCH|BREAKING|VIDEO|NOTE|READ|LIVE|TOP)\b)"
    shouted = label + r"[A-Z][A-Z.'’-]{2,}(?:[ /,]+[A-Z][A-Za-z.'’-]*\.?){0,5}"
    return re.compile(
        rf"(?:{place}(?:, {date})?\s*{agency}(?:{dash}|\s*:\s*)"
        rf"|{place}, {date}(?:{dash}|\s*:\s*)"
        rf"|{shouted}(?:, {date})?(?:{dash}|:\s+)"
        rf"|{agency}{dash})"
    )


def find_dateline(text: str) -> int:
    """Measure the dateline that opens a paragraph ("KYIV, June 13 (Reuters) - "); 0 if none."""
    match = _dateline_pattern().match(text[:160])
    return match.end() if match else 0


@cache
def _load_table() -> dict[str, list[str]]:
    table = resources.files("streams.lexicon").joinpath("furniture.tsv").read_text("utf-8")
    patterns: dict[str, list[str]] = defaultdict(list)
    for line in table.splitlines()[1:]:
        if line and not line.startswith("#") and "\t" in line:
            kind, pattern = line.split("\t", 1)
            patterns[kind].append(pattern)
    return patterns
