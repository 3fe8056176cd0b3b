"""The sentences of a text in; those that say something, and the days on which it was issued, out.

A page that was cut out of a newspaper's site often opens with `Posted: Nov 27, 2005 8:20 AM ET`. Such a
line is no headline and tells nothing of the happening, but when it was told: two texts that were issued
a year apart tell two happenings, and a line like that resembles every other one of its site.
"""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources

from streams.lexicon.calendar import MONTH_STEMS, month_number

OPENING = 5
"""Sentences of a text among which a dateline may stand."""
LONGEST = 120
"""Letters of a dateline."""
DAY_RARITY, SPAN_RARITY = 0.5, 0.35
SPAN = 4
"""Days of a span; two rows of spans overlap, so that two days running always share one."""

_DATELINE_WORDS = frozenset(
    resources.files("streams.merging").joinpath("dateline_words.txt").read_text("utf-8").split()
)
"""Months, weekdays, zones, and what stands before a date: posted, updated, published."""
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_NAMED = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3,9})\.?,?\s+(\d{4})"
    r"|\b([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})"
)
_NUMERIC = re.compile(
    r"(?<![\d.,])(\d{1,4})\s?([/.\-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d.,]*\d)"
)


def cut_datelines(sentences: list[str]) -> tuple[list[str], frozenset[int]]:
    """Take the datelines out of the opening; days are ordinals, none where no year stands."""
    rest: list[str] = []
    days: set[int] = set()
    for place, sentence in enumerate(sentences):
        if place < OPENING and is_dateline(sentence):
            days |= find_days(sentence)
        else:
            rest.append(sentence)
    return rest, frozenset(days)


def list_day_terms(days: frozenset[int]) -> list[tuple[str, float]]:
    """List terms, with their rarities, by which a text that has only a date finds those of its days."""
    terms: dict[str, float] = {}
    for day in days:
        terms[f"#day {day}"] = DAY_RARITY
        terms[f"#span {day // SPAN}"] = SPAN_RARITY
        terms[f"#shifted {(day + SPAN // 2) // SPAN}"] = SPAN_RARITY
    return sorted(terms.items())


def is_dateline(sentence: str) -> bool:
    """Tell whether a sentence is nothing but a date or a time of day."""
    if len(sentence) > LONGEST or not any(letter.isdigit() for letter in sentence):
        return False
    return all(
        token.isdigit() or token in _DATELINE_WORDS for token in _TOKEN.findall(sentence.lower())
    )


def find_days(text: str) -> frozenset[int]:
    """Find the dates with a year; where day and month can change places, both."""
    found: set[int] = set()
    for day, name, year, other, other_day, other_year in _NAMED.findall(text.lower()):
        month = name or other
        if month[:3] in MONTH_STEMS:
            _add(found, year or other_year, month_number(month), day or other_day)
    for first, _, second, third in _NUMERIC.findall(text):
        if len(first) == 4:
            _add(found, first, second, third)
        elif len(first) <= 2:
            _add(found, third, first, second)
            _add(found, third, second, first)
    return frozenset(found)


def _add(found: set[int], year: str, month: str | int, day: str) -> None:
    full = int(year) + (2000 if len(year) == 2 else 0)
    try:
        found.add(dt.date(full, int(month), int(day)).toordinal())
    except ValueError:
        return
