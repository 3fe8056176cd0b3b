"""A sentence in, the numbers that count people and things out: killed, injured, arrested, missiles.

What befell the counted is `fate`'s to say. A number of a part ("including three children") is no
toll, an age is no number of people, and "no one was hurt" is zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from streams.lexicon.calendar import MONTHS
from streams.reading.gate import AFTER, BEFORE, Gate
from streams.reading.numbers.amounts import (
    DIGITS,
    NUMBER,
    NUMBER_WORDS,
    QUALIFIER,
    Amount,
    bounded,
    ranged,
    read_amount,
    read_number,
)
from streams.reading.numbers.fate import PEOPLE, TIMES, count_things, fate_words, find_fate
from streams.reading.parse import Sentence
from streams.reading.when.lexicon import word_set
from streams.reading.words import Token
from streams.records import Measure

_RANGE = (
    rf"(?:between\s+(?P<low>{NUMBER})\s+and\s+(?P<high>{NUMBER})|(?:from\s+)?(?P<low2>{NUMBER})\s+to\s+(?P<high2>{NUMBER})|"
    rf"(?P<low3>{DIGITS})\s*[-\u2013]\s*(?P<high3>{DIGITS}))"
)
_COUNT = re.compile(
    rf"(?<![\w$\u20ac\u00a3.,/:-])(?:(?P<q>{QUALIFIER})\s+)?(?:{_RANGE}|(?P<n>{NUMBER}))"
    r"(?![\w%]|[.,:/]\d|-year|-month|-day|-hour|-week|st\b|nd\b|rd\b|th\b)",
    re.IGNORECASE,
)
_ZERO = re.compile(
    r"\b(?:no|zero|without|nor)\s+(?:\w+\s+){0,3}?(?P<what>casualties|deaths|fatalities|injuries|damage|injured|victims|one\s+was\s+(?:killed|hurt|injured|wounded)|people\s+were\s+(?:killed|hurt|injured))"
    r"|\b(?:no\s+one|nobody|none)\s+(?:\w+\s+){0,4}?(?P<what2>killed|hurt|injured|wounded|dead|died|missing)\b"
    r"|\bany\s+(?P<what3>casualties|injuries|deaths)\b",
    re.IGNORECASE,
)
_TOLL = re.compile(
    r"\b(?:death\s+toll|toll|(?<=bringing\sthe\s)total|(?<=brings\sthe\s)total|(?<=raising\sthe\s)total|"
    r"(?<=taking\sthe\s)total|(?P<it>put(?:s|ting)?\s+(?:it|the\s+(?:figure|number|total|count)))|number\s+of\s+(?:dead|deaths|people\s+(?:killed|dead)|people\s+who\s+(?:have\s+)?died|fatalities))\b(?:\s+[\w'\u2019-]+){0,16}?\s+"
    r"(?:(?P<over>pass(?:es|ed)?|tops|topped|exceed(?:s|ed)|surpass(?:es|ed)|(?:rose|rises|climbed|jumped|soared)\s+above)"
    r"|to|at|of|reach(?:es|ed)|hits?|was|is|stood\s+at|:)\s+"
    rf"(?:(?P<q>{QUALIFIER})\s+)?(?P<n>{NUMBER})(?![\w%]|[.,]\d)",
    re.IGNORECASE,
)
_ZERO_GATE, _TOLL_GATE = Gate(_ZERO), Gate(_TOLL)
_ANIMALS = word_set("numbers_lists", "animals")
_PART = re.compile(
    r"(?:\bincluding|\bamong\s+them|\bof\s+whom|\bof\s+them|\bmostly|\bsome\s+of|,\s+with)\s+(?:at\s+least\s+)?$",
    re.IGNORECASE,
)
_DEAD = re.compile(r"\b(?:dead|died|dies|killed|deaths?|fatalities|toll)\b", re.IGNORECASE)
_PART_AFTER = re.compile(
    r"\s+of\s+(?:them|whom)\b|\s+of\s+(?:the|those)\s+(?:\w+\s+){0,2}?(?:dead|victims|wounded|injured|killed|casualties)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A count read from a sentence, by its characters and the token it hangs on."""

    start: int
    end: int
    amount: Amount
    measure: Measure
    unit: str
    head: Token
    noun: str | None
    is_part: bool
    is_definite: bool = False
    """"The driver": one person, maybe counted before."""


def find_counted(sentence: Sentence, text: str, is_taken: list[tuple[int, int]]) -> list[Counted]:
    """Every count of the sentence that no unit has read already."""
    found: list[Counted] = []
    taken = list(is_taken)
    lower = text.lower()
    searched = lower if len(lower) == len(text) else text  # the patterns are faster on lower case
    readers = [
        (_ZERO, _ZERO_GATE.find_window(lower), _read_zero),
        (_TOLL, _TOLL_GATE.find_window(lower), _read_toll),
        (_COUNT, _find_number_window(sentence), _read_count),
    ]
    for pattern, window, reader in readers:
        if window is None:
            continue
        for match in pattern.finditer(searched, *(window if searched is lower else ())):
            start, end = match.span("n") if pattern is _TOLL else match.span()
            if any(start < last and end > first for first, last in taken):
                continue
            counts = reader(match, sentence, text)
            if counts:
                taken.append((counts[0].start, counts[0].end))
                found.extend(counts)
    return found


def _find_number_window(sentence: Sentence) -> tuple[int, int] | None:
    """From where to where in the sentence a number may stand; None where there is no word of one."""
    words = [
        token
        for token, lower in zip(sentence.words, sentence.lowers, strict=True)
        if lower in NUMBER_WORDS or (not token.is_alpha and any(map(str.isdigit, lower)))
    ]
    if not words:
        return None
    base = sentence.tokens.start_char
    return max(words[0].idx - base - BEFORE, 0), words[-1].idx - base + AFTER


def _token_at(sentence: Sentence, offset: int) -> Token:
    doc = sentence.tokens.doc
    base = sentence.tokens.start_char + offset
    span = doc.cover(base, base + 1)
    return span[0] if span is not None and len(span) else sentence.tokens[0]


_ZEROES: dict[str, tuple[Measure, ...]] = {
    "casualt": ("killed", "injured"),
    "victim": ("killed", "injured"),
    "death": ("killed",),
    "fatal": ("killed",),
    "killed": ("killed",),
    "dead": ("killed",),
    "died": ("killed",),
    "injur": ("injured",),
    "hurt": ("injured",),
    "wounded": ("injured",),
    "missing": ("missing",),
}


def _read_zero(match: re.Match[str], sentence: Sentence, text: str) -> list[Counted]:
    what = (match["what"] or match["what2"] or match["what3"]).lower()
    if match["what3"] and not re.search(
        r"\b(?:no|not|n't|without|nor|never)\b|n't", text[: match.start()][-60:]
    ):
        return []
    if re.search(
        r"\bno\s+(?:immediate\s+)?(?:reports?|word|information|details|indication)\b",
        match.group(),
        re.IGNORECASE,
    ):
        return []  # nobody has counted: that is unknown, not zero
    amount = Amount(0.0, 0.0, 0.0, "exactly")
    head = _token_at(sentence, match.end() - 1)
    for stem, measures in _ZEROES.items():
        if stem in what:
            found = dict.fromkeys(measures)
            found |= dict.fromkeys(_also_zero(text[match.end() :]))
            return [
                Counted(
                    match.start(), match.end(), amount, measure, "people", head, None, is_part=False
                )
                for measure in found
            ]
    return []


def _also_zero(after: str) -> tuple[Measure, ...]:
    """What "or" adds: no one was killed or injured."""
    match = re.match(r"\s+or\s+(?:seriously\s+|badly\s+)?(\w+)", after, re.IGNORECASE)
    word = match[1].lower() if match else ""
    return next((measures for stem, measures in _ZEROES.items() if word.startswith(stem)), ())


def _read_toll(match: re.Match[str], sentence: Sentence, text: str) -> list[Counted]:
    if match["it"] and not _DEAD.search(text):
        return []
    qualifier = match["q"] or ("more than" if match["over"] else None)
    amount = read_amount(match["n"], qualifier, text[match.end() :])
    if amount is None:
        return []
    start = match.start("q") if match["q"] else match.start("n")
    head = _token_at(sentence, match.start())
    return [Counted(start, match.end(), amount, "killed", "people", head, "toll", is_part=False)]


def _read_count(match: re.Match[str], sentence: Sentence, text: str) -> list[Counted]:
    if match["n"] is None:
        bounds = [read_number(words) for words in match.groups()[1:] if words]
        low, high = bounds[0], bounds[1]
        if low is None or high is None or not low < high:
            return []
        amount: Amount | None = ranged(low, high)
    else:
        amount = read_amount(match["n"], match["q"], text[match.end() :])
        if match["n"].lower() == "a couple" and not text[match.end() :].lower().startswith(" of"):
            amount = bounded(2.0, "exactly")  # "a couple and their daughter"
    if amount is None:
        return []
    number = _token_at(sentence, match.end() - 1)
    noun = _noun_of(number)
    if _is_no_count(match, noun, text):
        return []
    measure, head = find_fate(number, noun, sentence)
    lemma = noun.lemma_.lower() if noun is not None else None
    if measure is None:
        measure, head = count_things(lemma, noun, number)
    if measure is None or head is None:
        return []
    if lemma in _ANIMALS and measure in ("killed", "injured", "rescued", "missing", "affected"):
        measure = "count"
    unit = _unit(measure, lemma)
    is_part = bool(_PART.search(text[: match.start()]) or _PART_AFTER.match(text[match.end() :]))
    end = match.end()
    if noun is not None and number.i < noun.i <= number.i + 4:
        end = noun.idx + len(noun.text) - sentence.tokens.start_char
    return [Counted(match.start(), end, amount, measure, unit, head, lemma, is_part=is_part)]


def _unit(measure: Measure, lemma: str | None) -> str:
    if measure in ("count", "weapons"):
        return lemma or "things"
    return {"jobs": "jobs", "votes": "votes"}.get(measure, "people")


def _noun_of(number: Token) -> Token | None:
    """The noun that a number counts."""
    follower = number.nbor(1) if number.i + 1 < len(number.doc) else None
    if follower is not None and ("state", follower.lower_) in fate_words():
        own = [child for child in follower.head.children if child.i == number.i]
        if not own or follower.dep_ != "amod":
            return None  # "three dead, five hurt": the parser takes "hurt" for what is counted
    node = number
    for _ in range(4):
        if (
            node.dep_ in ("nummod", "quantmod", "compound", "amod", "det", "predet", "advmod")
            and node.head.i > node.i
        ):
            node = node.head
            if node.pos_ in ("NOUN", "PROPN"):
                return _whole_noun(node)
        else:
            break
    after = number.nbor(1) if number.i + 1 < len(number.doc) else None
    if after is not None and after.lower_ == "of" and after.i + 1 < len(number.doc):
        return next((child for child in after.children if child.dep_ == "pobj"), None)
    if (
        after is not None
        and after.pos_ in ("NOUN", "ADJ")
        and number.pos_ in ("NUM", "NOUN", "ADJ")
    ):
        for word in number.doc[number.i + 1 : number.i + 4]:
            if word.pos_ == "NOUN":
                return word
    return None


def _whole_noun(noun: Token) -> Token:
    """The last part of a noun that the parser takes apart: co-workers."""
    end = noun.i + 2
    is_prefix = noun.lower_ in ("co", "ex") and end < len(noun.doc) and noun.nbor(1).text == "-"
    return noun.nbor(2) if is_prefix else noun


_CLOCK = re.compile(r"\s*(?:a\.?m\b|p\.?m\b|o'clock|GMT|UTC|hours\b)", re.IGNORECASE)
_MONTH_STEMS = "|".join(name[:3] for name in MONTHS)
_MONTH_BEFORE = re.compile(rf"\b(?:{_MONTH_STEMS})[a-z]*\.?\s+$")
_MONTH_AFTER = re.compile(rf"\s+(?:of\s+)?(?:{_MONTH_STEMS})")
# "a mother of 12" is one person
_PARENT_BEFORE = re.compile(
    r"\b(?:mother|father|mum|mom|dad|parent|grandmother|grandfather)\s*(?:-\s*)?of(?:\s*-)?\s+$",
    re.IGNORECASE,
)
# "has died at the age of 95", "dead at 95"
_AGE_AT_DEATH = re.compile(
    r"\bage\s+(?:of\s+)?$|\b(?:die[sd]?|dead|dying|death|passed\s+away|killed)\b[^.;]{0,40}\bat\s+$",
    re.IGNORECASE,
)
_AGE_BEFORE = re.compile(r"\baged?\s+(?:between\s+)?$|,\s*$", re.IGNORECASE)
_NOT_BEFORE = re.compile(
    r"\b(?:No\.?|number|route|flight|highway|group|article|section|chapter|day|phase|page|room|G|Boeing|Airbus|Covid)[\s-]*$",
    re.IGNORECASE,
)


def _is_no_count(match: re.Match[str], noun: Token | None, text: str) -> bool:
    """An age, a clock time, a day of the month, a year, a label: no count of anything."""
    before, after = text[: match.start()], text[match.end() :]
    words = match.group().strip()
    if _CLOCK.match(after) or _MONTH_BEFORE.search(before) or _MONTH_AFTER.match(after):
        return True
    is_age = re.match(r"[\s-]*(?:years?|months?|weeks?|days?)[\s-]+old\b|-year-old", after)
    if is_age or (noun is None and words.isdecimal() and _AGE_AT_DEATH.search(before)):
        return True
    if (
        re.fullmatch(r"\d{1,3}", words)
        and _AGE_BEFORE.search(before)
        and re.match(r"\s*(?:[,.;)]|and\b)", after)
        and noun is None
    ):
        return True
    if re.fullmatch(r"(?:1[5-9]|20)\d\d", words) and (
        noun is None or noun.lemma_.lower() not in PEOPLE
    ):
        return True
    is_time = noun is not None and noun.lemma_.lower() in TIMES
    if is_time or _PARENT_BEFORE.search(before):
        return True
    return bool(_NOT_BEFORE.search(before)) and not match["q"]
