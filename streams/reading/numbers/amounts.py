"""The words of a number in, its value or bounds and its qualifier out.

"at least 11" has value 11, low 11 and no high; "dozens" has low 24 and no value; "10 to 20" is a range.
"About" bounds nothing: how far about goes is not said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from streams.reading.numbers.spelled import read_spelled
from streams.records import Qualifier

_SCALE = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "mln": 1e6, "billion": 1e9,
    "b": 1e9, "bn": 1e9, "bln": 1e9, "trillion": 1e12, "tn": 1e12, "trn": 1e12, "lakh": 1e5, "crore": 1e7,
}  # fmt: skip

_ONES = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
SCALE_WORD = r"(?:hundred|thousand|million|billion|trillion|lakh|crore)"
SPELLED = (
    rf"(?:(?:a|an)\s+(?=hundred|thousand|million|billion|trillion)|(?:{_ONES})\b(?!-year|-old))"
    rf"(?:(?:[\s-]+(?:and\s+)?)?(?:(?:{_ONES})\b|{SCALE_WORD}\b))*(?:{SCALE_WORD}\b)?"
)
VAGUE = (
    r"hundreds\s+of\s+thousands|tens\s+of\s+thousands|tens\s+of\s+millions|hundreds\s+of\s+millions|several\s+hundred|"
    r"several\s+thousand|several\s+dozen|a\s+few\s+hundred|a\s+few\s+thousand|a\s+few\s+dozen|few\s+hundred|"
    r"dozens|scores|hundreds|thousands|millions|half\s+a\s+dozen|half-a-dozen|(?:a|one|two|three|four|five|six)\s+dozen|"
    r"several|a\s+few|a\s+couple|a\s+handful|a\s+score|a\s+pair"
)
NUMBER_WORDS = frozenset(re.findall(r"[a-z]{3,}", f"{_ONES} {SCALE_WORD} {VAGUE}"))
"""Of these words, or of digits, every number holds one."""
NUMBER = (
    rf"(?:{VAGUE}|(?:{DIGITS})(?:[\s-]*{SCALE_WORD}\b|(?:bn|mn|tn|mln|bln|trn|m|b|k)\b)?|{SPELLED})"
)
QUALIFIER = (
    r"at\s+least|no\s+fewer\s+than|no\s+less\s+than|not\s+less\s+than|a\s+minimum\s+of|more\s+than|over|upwards\s+of|"
    r"in\s+excess\s+of|exceeding|above|just\s+over|well\s+over|about|around|approximately|roughly|some|nearly|almost|"
    r"close\s+to|an\s+estimated|estimated|as\s+many\s+as|as\s+much\s+as|up\s+to|at\s+most|no\s+more\s+than|"
    r"fewer\s+than|less\s+than|under|below|just\s+under|exactly|only|just|another|an\s+additional|a\s+further|a\s+total\s+of|all"
)
_QUALIFIERS: dict[str, Qualifier] = {
    "at least": "at_least", "no fewer than": "at_least", "no less than": "at_least", "not less than": "at_least",
    "a minimum of": "at_least", "more than": "more_than", "over": "more_than", "upwards of": "more_than",
    "in excess of": "more_than", "exceeding": "more_than", "above": "more_than", "just over": "more_than",
    "well over": "more_than", "about": "about", "around": "about", "approximately": "about", "roughly": "about",
    "some": "about", "nearly": "about", "almost": "about", "close to": "about", "an estimated": "about",
    "estimated": "about", "as many as": "up_to", "as much as": "up_to", "up to": "up_to", "at most": "up_to",
    "no more than": "up_to", "fewer than": "fewer_than", "less than": "fewer_than", "under": "fewer_than",
    "below": "fewer_than", "just under": "fewer_than",
}  # fmt: skip
_VAGUE: dict[str, tuple[float, Qualifier]] = {
    "hundreds of thousands": (200_000, "hundreds_of_thousands"),
    "tens of thousands": (20_000, "tens_of_thousands"),
    "tens of millions": (20_000_000, "millions"),
    "hundreds of millions": (200_000_000, "millions"),
    "several hundred": (300, "hundreds"),
    "a few hundred": (300, "hundreds"),
    "few hundred": (300, "hundreds"),
    "several thousand": (3_000, "thousands"),
    "a few thousand": (3_000, "thousands"),
    "several dozen": (36, "dozens"),
    "a few dozen": (36, "dozens"),
    "dozens": (24, "dozens"),
    "scores": (40, "dozens"),
    "hundreds": (200, "hundreds"),
    "thousands": (2_000, "thousands"),
    "millions": (2_000_000, "millions"),
    "several": (3, "several"),
    "a few": (3, "several"),
    "a handful": (3, "several"),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as the words give it."""

    value: float | None
    low: float | None
    high: float | None
    qualifier: Qualifier

    def scaled(self, factor: float) -> Amount:
        """The same amount in another unit."""
        return Amount(
            _times(self.value, factor),
            _times(self.low, factor),
            _times(self.high, factor),
            self.qualifier,
        )


def _times(value: float | None, factor: float) -> float | None:
    if value is None or factor == 1.0:
        return value
    return float(f"{value * factor:.6g}")


def read_number(words: str) -> float | None:
    """The value of digits or number words: "325-million", "two dozen", "1,200", "2.3bn"."""
    words = " ".join(words.lower().split())
    match = re.fullmatch(rf"({DIGITS})(?:[\s-]*([a-z]+))?", words)
    if match:
        scale = _SCALE.get(match[2]) if match[2] else 1.0
        number = float(match[1].replace(",", ""))
        return None if scale is None or number > 1e15 else float(f"{number * scale:.12g}")
    if words.endswith("dozen"):
        count = words.removesuffix("dozen").replace("-", " ").strip()
        if count == "half a":
            return 6.0
        number_of = 1.0 if count in ("a", "one", "") else read_spelled(count)
        return None if number_of is None else 12.0 * number_of
    if words in ("a couple", "a pair"):
        return 2.0
    if words == "a score":
        return 20.0
    return read_spelled(words)


def read_amount(words: str, qualifier: str | None = None, tail: str | None = None) -> Amount | None:
    """The amount that a number with its qualifier says."""
    plain = " ".join(words.lower().split())
    if plain in _VAGUE:
        low, vague = _VAGUE[plain]
        return Amount(None, low, None, vague)
    value = read_number(plain)
    if value is None:
        return None
    kind = _QUALIFIERS.get(" ".join((qualifier or "").lower().split()), "exactly")
    if tail and re.match(r"\s+(?:or|and)\s+more\b", tail, re.IGNORECASE):
        kind = "at_least"
    if kind == "exactly" and ("dozen" in plain or plain in ("a couple", "a score")):
        kind = "about"
    return bounded(value, kind)


def bounded(value: float, qualifier: Qualifier) -> Amount:
    """A value with the bounds that its qualifier sets."""
    if qualifier == "exactly":
        return Amount(value, value, value, qualifier)
    if qualifier in ("at_least", "more_than"):
        return Amount(value, value, None, qualifier)
    if qualifier in ("up_to", "fewer_than"):
        return Amount(value, None, value, qualifier)
    return Amount(value, None, None, qualifier)


def ranged(low: float, high: float) -> Amount:
    """A range."""
    return Amount(None, min(low, high), max(low, high), "range")


def requalified(amount: Amount, qualifier: Qualifier) -> Amount:
    """The same value under another qualifier."""
    if amount.value is None:
        return replace(amount, qualifier=qualifier)
    return bounded(amount.value, qualifier)
