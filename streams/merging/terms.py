"""A text in; its terms out: what two tellings of one happening are compared by.

A `Profile` is all that the merge step keeps of an article's text. It holds, for every term, a hash
of its stem, how often it stands there, how rare it is, and whether it stands in the lead, looks like
a name or is a number; then the dates, years and weekdays the text names, and a static vector.

Names are found by their capitals and their rarity, not by a language model: the same few lines read
a headline in capitals, a lower-cased blog and a wire report, at a thousand times the speed, and a
wrong name only weighs a term a little wrong. What it gets wrong on purpose: it does not know a person
from a town. The places and people of a mention are compared by what the reading room found.
"""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from streams.lexicon.calendar import ANY_MONTH, month_number
from streams.merging.datelines import cut_datelines, list_day_terms
from streams.merging.rarity import measure_rarity, measure_zipf
from streams.merging.vectors import embed_text

LEAD, NAME, LEAD_NAME, NUMBER = 1, 2, 4, 8
"""Bits of `Profile.flags`."""

MAX_CHARS = 2_300
"""What is read of a text: a headline and the 2,000 characters of context a mention carries."""
LEAD_SENTENCES = 2
NAME_SENTENCES = 3
YEAR_SENTENCES = 5
"""Sentences whose years are the story's own; further down stands its background."""
COMMON_NAME = 4.2
"""Zipf frequency from which a capital at a sentence's start or in a headline is no sign of a name."""

COUNT_STEPS, RARITY_STEPS, VECTOR_STEPS = 40, 255, 400
"""Steps of one that are stored."""

Floats = npt.NDArray[np.float32]

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019\-][^\W\d_]+)*|\d[\d,.]*\d|\d")
_SENTENCE = re.compile(r"\n+|(?<=[.!?])[\"'\u201d\u2019]*\s+(?=[\"'\u201c\u2018`]*[A-Z0-9])")
_MONTH = rf"({ANY_MONTH})(?<!\w{{4}})[a-z]*\.?"
_MONTH_DAY = re.compile(rf"{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?\b")
_DAY_MONTH = re.compile(rf"(\d(?<!\w{{2}})\d?)(?:st|nd|rd|th)?\s+{_MONTH}(?!\w)")
"""Dates in a text without capitals. Where a word begins is asked after its first letters (`(?<!`):
asked before them it would be asked at every letter of the text."""
_MONTH_NAMED = re.compile(
    r"(Jan(?<!\w{4})(?:uary)?|Feb(?<!\w{4})(?:ruary)?|Mar(?<!\w{4})ch|Apr(?<!\w{4})il|May(?<!\w{4})"
    r"|Jun(?<!\w{4})e|Jul(?<!\w{4})y|Aug(?<!\w{4})(?:ust)?|Sep(?<!\w{4})t(?:ember)?"
    r"|Oct(?<!\w{4})(?:ober)?|Nov(?<!\w{4})(?:ember)?|Dec(?<!\w{4})(?:ember)?)\b"
)
"""Months with their capital: `may` and `march` are verbs."""
_YEAR = re.compile(r"((?:19|20)(?<!\w{3})\d\d)\b")
_WEEKDAY = re.compile(
    r"(mon(?<!\w{4})|tues(?<!\w{5})|wednes(?<!\w{7})|thurs(?<!\w{6})|fri(?<!\w{4})|satur(?<!\w{6})"
    r"|sun(?<!\w{4}))day\b"
)
_WEEKDAYS = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")

STOP = frozenset(
    resources.files("streams.merging").joinpath("stopwords.txt").read_text("utf-8").split()
)
"""Words that tell no two texts apart: grammar, days, months, small numbers, agencies."""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What is kept of a text; the arrays run side by side, one entry a term."""

    ids: npt.NDArray[np.uint32]
    counts: Floats
    rarities: Floats
    flags: npt.NDArray[np.uint8]
    length: int
    dates: frozenset[tuple[int, int]]
    years: frozenset[int]
    weekdays: frozenset[int]
    vector: Floats | None
    lead_years: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    issued: frozenset[int] = frozenset()
    """Days, as ordinals, of the datelines above the text."""


def build_profile(headline: str, text: str = "", *, embed: bool = True) -> Profile:
    """Read a headline and the text under it."""
    sentences = _split_sentences(headline, text)
    counts: dict[str, int] = {}
    flags: dict[str, int] = {}
    telling, issued = cut_datelines(sentences)
    for position, sentence in enumerate(telling):
        _read_sentence(sentence, position, counts, flags)
    length = sum(counts.values())
    known = [_know_stem(stem) for stem in counts]
    if not counts:
        # nothing is told: all that such a text can be found by is when it was issued
        for term, rarity in list_day_terms(issued):
            counts[term], flags[term] = 1, LEAD
            known.append((zlib.crc32(term.encode()), rarity))
    whole = " ".join(sentences)
    told = " ".join(telling)
    opening = " ".join(sentences[:4])
    return Profile(
        ids=np.array([identity for identity, _ in known], np.uint32),
        counts=1 + np.log(np.array(list(counts.values()), np.float32)),
        rarities=np.array([rarity for _, rarity in known], np.float32),
        flags=np.array([flags[stem] for stem in counts], np.uint8),
        length=length,
        dates=_find_dates(whole.lower()),
        years=_find_years(whole),
        weekdays=frozenset(_WEEKDAYS.index(day) for day in _WEEKDAY.findall(opening.lower())),
        vector=embed_text(told) if embed and told else None,
        lead_years=_find_years(" ".join(sentences[:YEAR_SENTENCES])),
        months=frozenset(month_number(name) for name in _MONTH_NAMED.findall(whole)),
        issued=issued,
    )


def stem_word(word: str) -> str:
    """Cut the endings that English hangs on a word; crude, and the same for both sides."""
    if len(word) <= 4:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith("ing") and len(word) > 6:
        word = word[:-3]
    elif word.endswith("ed") and len(word) > 5:
        word = word[:-2]
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word


def list_stems(text: str) -> list[str]:
    """List the stems of a text that carry meaning, in order."""
    return [stem for word in _WORD.findall(text) if (stem := _know_word(word)[0])]


def dump_profile(profile: Profile) -> dict[str, Any]:
    """Write a profile as JSON values, arrays as base64."""
    vector = profile.vector
    return {
        "ids": _pack(profile.ids),
        "counts": _pack(_round(profile.counts, COUNT_STEPS)),
        "rarities": _pack(_round(profile.rarities, RARITY_STEPS)),
        "flags": _pack(profile.flags),
        "length": profile.length,
        "dates": sorted(profile.dates),
        "years": sorted(profile.years),
        "weekdays": sorted(profile.weekdays),
        "lead_years": sorted(profile.lead_years),
        "months": sorted(profile.months),
        "issued": sorted(profile.issued),
        "vector": None if vector is None else _pack(_round_vector(vector)),
    }


def load_profile(stored: dict[str, Any]) -> Profile:
    """Read what `dump_profile` wrote."""
    packed = stored["vector"]
    vector = None if packed is None else _scale(_unpack(packed, np.int8), VECTOR_STEPS)
    return Profile(
        ids=_unpack(stored["ids"], np.uint32),
        counts=_scale(_unpack(stored["counts"], np.uint8), COUNT_STEPS),
        rarities=_scale(_unpack(stored["rarities"], np.uint8), RARITY_STEPS),
        flags=_unpack(stored["flags"], np.uint8),
        length=stored["length"],
        dates=frozenset((month, day) for month, day in stored["dates"]),
        years=frozenset(stored["years"]),
        weekdays=frozenset(stored["weekdays"]),
        vector=vector,
        # profiles stored before these were kept have none
        lead_years=frozenset(stored.get("lead_years", ())),
        months=frozenset(stored.get("months", ())),
        issued=frozenset(stored.get("issued", ())),
    )


def settle_profile(profile: Profile) -> Profile:
    """Round a profile as storing rounds it: a decision is the same before and after a restart."""
    vector = profile.vector
    return replace(
        profile,
        counts=_scale(_round(profile.counts, COUNT_STEPS), COUNT_STEPS),
        rarities=_scale(_round(profile.rarities, RARITY_STEPS), RARITY_STEPS),
        vector=None if vector is None else _scale(_round_vector(vector), VECTOR_STEPS),
    )


def _split_sentences(headline: str, text: str) -> list[str]:
    headline, text = headline.strip(), text.strip()
    while headline and text.startswith(headline):
        text = text[len(headline) :].lstrip(" .:|\n")
    found: list[str] = []
    length = 0
    for part in map(str.strip, (headline, *_SENTENCE.split(text))):
        if not part:
            continue
        found.append(part[: MAX_CHARS - length])
        length += len(part)
        if length >= MAX_CHARS:
            break
    return found


def _read_sentence(
    sentence: str, position: int, counts: dict[str, int], flags: dict[str, int]
) -> None:
    words = _WORD.findall(sentence)
    capitals = _is_in_capitals(words)
    place_flag = LEAD if position < LEAD_SENTENCES else 0
    name_flag = NAME | (LEAD_NAME if position < NAME_SENTENCES else 0)
    for place, word in enumerate(words):
        stem, number, rare = _know_word(word)
        if not stem:
            continue
        counts[stem] = counts.get(stem, 0) + 1
        flag = place_flag | number
        if word[0].isupper() and (rare or (place > 0 and not capitals)):
            flag |= name_flag
        flags[stem] = flags.get(stem, 0) | flag


@lru_cache(maxsize=100_000)
def _know_word(word: str) -> tuple[str, int, bool]:
    """A word's stem (empty when it says nothing), its NUMBER bit, and whether it is rare."""
    folded = _fold_word(word)
    if not folded or folded in STOP:
        return "", 0, False
    number = NUMBER if folded[0].isdigit() else 0
    return _stem_folded(folded), number, measure_zipf(folded) < COMMON_NAME


@lru_cache(maxsize=100_000)
def _know_stem(stem: str) -> tuple[int, float]:
    """A stem's hash and its rarity."""
    return zlib.crc32(stem.encode()), measure_rarity(stem)


def _is_in_capitals(words: list[str]) -> bool:
    long = [word for word in words if word[0].isalpha() and len(word) > 3]
    return len(long) >= 3 and sum(word[0].isupper() for word in long) > 0.6 * len(long)


def _fold_word(word: str) -> str:
    return word.lower().replace("\u2019", "'").removesuffix("'s")


def _stem_folded(folded: str) -> str:
    return folded.replace(",", "") if folded[0].isdigit() else stem_word(folded)


def _find_dates(text: str) -> frozenset[tuple[int, int]]:
    found = {(month_number(month), int(day)) for month, day in _MONTH_DAY.findall(text)}
    found |= {(month_number(month), int(day)) for day, month in _DAY_MONTH.findall(text)}
    return frozenset(found)


def _find_years(text: str) -> frozenset[int]:
    return frozenset(int(year) for year in _YEAR.findall(text))


def _pack(array: npt.NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode()


def _unpack(packed: str, dtype: Any) -> npt.NDArray[Any]:
    return np.frombuffer(base64.b64decode(packed), dtype=dtype)


def _round(weights: Floats, steps: int) -> npt.NDArray[np.uint8]:
    rounded: npt.NDArray[np.uint8] = np.round(weights * steps).clip(0, 255).astype(np.uint8)
    return rounded


def _round_vector(vector: Floats) -> npt.NDArray[np.int8]:
    rounded: npt.NDArray[np.int8] = np.round(vector * VECTOR_STEPS).astype(np.int8)
    return rounded


def _scale(array: npt.NDArray[Any], by: float) -> Floats:
    scaled: Floats = array.astype(np.float32) / np.float32(by)
    return scaled
