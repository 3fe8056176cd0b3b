"""English words for dates in, numbers out: months, weekdays, counts, and the pieces of patterns."""

from __future__ import annotations

import re

from streams.lexicon.calendar import MONTHS, SHORT_MONTHS, WEEKDAYS
from streams.lexicon.ontology import get_kind
from streams.reading.when.lexicon import word_set

MONTH = (
    "(?:"
    + "|".join(
        [*MONTHS, *(rf"{short}\.?" for shorts in SHORT_MONTHS for short in reversed(shorts))]
    )
    + ")(?![A-Za-z])"
)
"""A month in full or short; only with a day, a year or a preposition is it surely a month."""

WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
SHORT_WEEKDAY = r"(?:Mon|Tues?|Weds?|Thu(?:rs?)?|Fri|Sat|Sun)\.?"
YEAR = r"(?:1[6-9]\d\d|20\d\d)(?![\d%]|[.,]\d|-(?:year|page|seat|strong|member))"
ORDINAL_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_TENS = r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
COUNT = (
    rf"(?:(?:{_TENS})-(?:one|two|three|four|five|six|seven|eight|nine)|(?<!-)(?:an?|one|two|three|four|five|six|"
    r"seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    rf"{_TENS}|a hundred)|\d{{1,4}})"
)
UNIT = r"(?:hour|day|week|fortnight|month|year|decade|century|centurie)"
PART = r"(?:morning|afternoon|evening|night|lunchtime|dawn|noon|midday)"

_COUNTS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {
    "a": 1,
    "an": 1,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "a hundred": 100,
}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        1,
    )
} | {"twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50}

SAY_LEMMAS = word_set("dates_words", "say_lemmas")
"""Verbs whose own date is the day somebody spoke, not the day of what they spoke of."""

PLAN_LEMMAS = word_set("dates_words", "plan_lemmas")
"""Words whose infinitive lies ahead: "is expected to meet Friday"."""

ANNOUNCE_LEMMAS = frozenset(("announce", "unveil", "decree"))
"""Verbs that do what they say: the day of the announcement is the day of what is announced."""

CALL_OFF_LEMMAS = frozenset(("cancel", "postpone", "delay", "scrap", "shelve", "rescind", "defer"))
"""Verbs whose object lies ahead: "postponed Saturday's final"."""

BEGIN_LEMMAS = frozenset(
    ["begin", "start", "launch", "open", "break", "commence", "erupt", "invade", "kick"]
)
HAPPEN_LEMMAS = frozenset(
    [
        "happen",
        "occur",
        "take",
        "come",
        "break",
        "unfold",
        "erupt",
        "strike",
        "hit",
        "begin",
        "start",
    ]
)


_SPEECH_GROUPS = frozenset(("statement", "threat"))
_SPEECH_KINDS = frozenset(("pledge", "support_statement", "concession", "layoffs", "earnings"))


def is_speech(kind: str) -> bool:
    """Whether an event of this kind is done by saying it: the day of the saying is its day."""
    return kind in _SPEECH_KINDS or get_kind(kind).group in _SPEECH_GROUPS


_ANNOUNCED_GROUPS = frozenset(("business", "economy", "aid"))
_ANNOUNCED_KINDS = frozenset(
    (
        "policy_announced", "budget", "product_recall", "health_measure", "appointment", "resignation",
        "sanctions", "award", "candidacy", "military_base", "discovery", "release", "drug_approval",
    )
)  # fmt: skip


def is_announced(kind: str) -> bool:
    """Whether an event of this kind becomes one by being announced: a budget, a recall, layoffs."""
    return kind in _ANNOUNCED_KINDS or get_kind(kind).group in _ANNOUNCED_GROUPS


def count_of(word: str) -> int | None:
    """The number that a small count says, in digits or words."""
    word = word.lower()
    if word.isdecimal():
        return int(word)
    tens, _, ones = word.partition("-")
    if ones and tens in _COUNTS and ones in _COUNTS:
        return _COUNTS[tens] + _COUNTS[ones]
    return _COUNTS.get(word)


def ordinal_of(word: str) -> int | None:
    """The number that an ordinal says: 10th, tenth."""
    word = word.lower()
    digits = re.match(r"\d{1,3}", word)
    return int(digits.group()) if digits else _ORDINALS.get(word)


def unit_of(word: str) -> tuple[str, int]:
    """A unit in singular, and how many of it the word means (a decade is ten years)."""
    word = word.lower().rstrip("s")
    many = {"fortnight": ("week", 2), "decade": ("year", 10)}
    if word.startswith("centur"):
        return "year", 100
    return many.get(word, (word, 1))
