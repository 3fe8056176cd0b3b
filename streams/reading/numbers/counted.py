"""A sentence in, the numbers that count people and things out: killed, injured, arrested, missiles.

The word that says what befell the counted is looked for right after the number ("11 people were
killed"), right before it ("killing at least 11"), then up the syntax tree. A number of a part
("including three children") is no toll, an age is no number of people, and "no one was hurt" is zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Token

from streams.reading.numbers.amounts import (
    DIGITS,
    NUMBER,
    QUALIFIER,
    Amount,
    ranged,
    read_amount,
    read_number,
)
from streams.reading.parse import Sentence
from streams.reading.when.lexicon import word_set
from streams.reading.where.places import read_table
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
    r"\b(?:death\s+toll|toll|number\s+of\s+(?:dead|deaths|people\s+killed|fatalities))\b(?:\s+[\w'\u2019-]+){0,9}?\s+"
    r"(?:(?P<over>pass(?:es|ed)?|tops|topped|exceed(?:s|ed)|surpass(?:es|ed)|(?:rose|rises|climbed|jumped|soared)\s+above)"
    r"|to|at|of|reach(?:es|ed)|hits?|was|is|stood\s+at|:)\s+"
    rf"(?:(?P<q>{QUALIFIER})\s+)?(?P<n>{NUMBER})(?![\w%]|[.,]\d)",
    re.IGNORECASE,
)
_PEOPLE = word_set("numbers_lists", "people")
_ANIMALS = word_set("numbers_lists", "animals")
_TIMES = word_set("numbers_lists", "times")
_SKIP = word_set("numbers_lists", "skip")
_PART = re.compile(
    r"(?:\bincluding|\bamong\s+them|\bof\s+whom|\bof\s+them|\bmostly|\bsome\s+of|,\s+with)\s+(?:at\s+least\s+)?$",
    re.IGNORECASE,
)
_LEAVE = frozenset(("leave", "claim", "cause"))


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


@cache
def _words() -> dict[tuple[str, str], Measure]:
    found: dict[tuple[str, str], Measure] = {}
    for row in read_table("numbers_words.tsv"):
        for word in row["words"].split(","):
            found[row["part"], word] = row["measure"]  # type: ignore[assignment]  # the table's own test checks it
    return found


def find_counted(sentence: Sentence, text: str, is_taken: list[tuple[int, int]]) -> list[Counted]:
    """Every count of the sentence that no unit has read already."""
    found: list[Counted] = []
    taken = list(is_taken)
    lower = text.lower()
    searched = lower if len(lower) == len(text) else text  # the patterns are faster on lower case
    for pattern, reader in ((_ZERO, _read_zero), (_TOLL, _read_toll), (_COUNT, _read_count)):
        for match in pattern.finditer(searched):
            start, end = match.span("n") if pattern is _TOLL else match.span()
            if any(start < last and end > first for first, last in taken):
                continue
            counts = reader(match, sentence, text)
            if counts:
                taken.append((counts[0].start, counts[0].end))
                found.extend(counts)
    return found


def _token_at(sentence: Sentence, offset: int) -> Token:
    doc = sentence.tokens.doc
    base = sentence.tokens.start_char + offset
    span = doc.char_span(base, base + 1, alignment_mode="expand")
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
            return [
                Counted(
                    match.start(), match.end(), amount, measure, "people", head, None, is_part=False
                )
                for measure in measures
            ]
    return []


def _read_toll(match: re.Match[str], sentence: Sentence, text: str) -> list[Counted]:
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
    if amount is None:
        return []
    number = _token_at(sentence, match.end() - 1)
    noun = _noun_of(number)
    if _is_no_count(match, noun, text):
        return []
    measure, head = _measure(number, noun, sentence)
    lemma = noun.lemma_.lower() if noun is not None else None
    if measure is None:
        measure, head = _by_noun(lemma, noun, number)
    if measure is None or head is None:
        return []
    if lemma in _ANIMALS and measure in ("killed", "injured", "rescued", "missing", "affected"):
        measure = "count"
    unit = _unit(measure, lemma)
    is_part = bool(_PART.search(text[: match.start()]))
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
    node = number
    for _ in range(4):
        if (
            node.dep_ in ("nummod", "quantmod", "compound", "amod", "det", "predet", "advmod")
            and node.head.i > node.i
        ):
            node = node.head
            if node.pos_ in ("NOUN", "PROPN"):
                return node
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


_CLOCK = re.compile(r"\s*(?:a\.?m\b|p\.?m\b|o'clock|GMT|UTC|hours\b)", re.IGNORECASE)
_MONTH_BEFORE = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+$")
_MONTH_AFTER = re.compile(r"\s+(?:of\s+)?(?:Jan|Feb|Mar|Apr|May|June|July|Aug|Sep|Oct|Nov|Dec)")
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
    if re.match(r"[\s-]*(?:years?|months?|weeks?|days?)[\s-]+old\b|-year-old", after):
        return True
    if (
        re.fullmatch(r"\d{1,3}", words)
        and _AGE_BEFORE.search(before)
        and re.match(r"\s*(?:[,.;)]|and\b)", after)
        and noun is None
    ):
        return True
    if re.fullmatch(r"(?:1[5-9]|20)\d\d", words) and (
        noun is None or noun.lemma_.lower() not in _PEOPLE
    ):
        return True
    if noun is not None and noun.lemma_.lower() in _TIMES:
        return True
    return bool(_NOT_BEFORE.search(before)) and not match["q"]


def _measure(
    number: Token, noun: Token | None, sentence: Sentence
) -> tuple[Measure | None, Token | None]:
    lemma = noun.lemma_.lower() if noun is not None else None
    is_thing = (
        lemma is not None
        and lemma not in _PEOPLE
        and not (noun is not None and noun.ent_type_ == "NORP")
    )
    words = _words()
    if noun is not None and lemma is not None and ("noun", lemma) in words and lemma not in _PEOPLE:
        return words["noun", lemma], noun
    if is_thing:
        return None, None
    after = _after(number, noun, sentence)
    if after is not None:
        return after
    before = _before(number, sentence)
    if before is not None:
        return before
    return _by_tree(noun if noun is not None else number)


def _after(number: Token, noun: Token | None, sentence: Sentence) -> tuple[Measure, Token] | None:  # noqa: PLR0911 - a table of cases, read from the top
    """11 people were reported killed; 11 dead; 30 others injured; 20 people from X fled."""
    words, doc = _words(), number.doc
    start = (noun.i if noun is not None and noun.i > number.i else number.i) + 1
    for word in doc[start : min(start + 7, sentence.tokens.end)]:
        lemma, low = word.lemma_.lower(), word.lower_
        if ("state", low) in words and word.pos_ in ("ADJ", "VERB", "NOUN", "ADV"):
            return words["state", low], word
        if ("dies", lemma) in words and word.pos_ == "VERB":
            return words["dies", lemma], word
        if ("verb", lemma) in words and word.tag_ in ("VBN", "VBD") and _is_passive(word):
            return words["verb", lemma], word
        if (
            low == "without"
            and word.i + 1 < len(doc)
            and word.nbor(1).lower_ in ("power", "electricity", "water")
        ):
            return "affected", word
        if low not in _SKIP:
            return None
        if low in ("and", ","):
            return None
    return None


def _is_passive(word: Token) -> bool:
    return (
        word.tag_ == "VBN"
        or any(child.dep_ == "auxpass" for child in word.children)
        or word.dep_ in ("acl", "amod")
    )


def _before(number: Token, sentence: Sentence) -> tuple[Measure, Token] | None:
    """Killing at least 11; wounded another 30; arrested dozens of people."""
    words, doc = _words(), number.doc
    i, steps = number.i - 1, 0
    while i >= sentence.tokens.start and steps < 6:
        word = doc[i]
        lemma = word.lemma_.lower()
        if (
            ("verb", lemma) in words
            and word.pos_ in ("VERB", "NOUN")
            and word.tag_ in ("VB", "VBD", "VBG", "VBZ", "VBP", "VBN", "NN")
        ):
            return words["verb", lemma], word
        if word.lower_ == "dead":
            return "killed", word
        if word.lower_ in ("deaths", "death", "killings") and doc[i + 1].lower_ == "of":
            return "killed", word
        if not (
            word.pos_ in ("ADV", "ADJ", "DET", "NUM", "ADP", "SCONJ", "PRON")
            and word.lower_
            not in ("in", "on", "by", "with", "after", "before", "from", "to", "for", "and")
        ):
            return None
        i -= 1
        steps += 1
    return None


def _by_tree(  # noqa: C901, PLR0911, PLR0912 - a table of cases, read from the top
    node: Token,
) -> tuple[Measure | None, Token | None]:
    """Up from the counted noun to the verb that it is an argument of."""
    words = _words()
    for child in node.children:
        if child.dep_ in ("acl", "relcl", "amod", "advcl") and child.i > node.i:
            lemma = child.lemma_.lower()
            if ("verb", lemma) in words and (child.tag_ == "VBN" or child.dep_ == "relcl"):
                return words["verb", lemma], child
            if ("dies", lemma) in words:
                return words["dies", lemma], child
    for _ in range(3):
        dep, head = node.dep_, node.head
        lemma = head.lemma_.lower()
        if dep in ("dobj", "nsubjpass") and ("verb", lemma) in words:
            return words["verb", lemma], head
        if dep == "nsubj" and ("dies", lemma) in words:
            return words["dies", lemma], head
        if dep == "nsubj" and lemma == "be":
            state = next(
                (c for c in head.children if c.dep_ == "acomp" and ("state", c.lower_) in words),
                None,
            )
            if state is not None:
                return words["state", state.lower_], state
        if dep in ("dobj", "nsubjpass") and lemma in ("move", "relocate", "shelter"):
            return "displaced", head
        if dep in ("dobj", "nsubj") and lemma in ("drive", "force") and _mentions_homes(head):
            return "displaced", head
        if dep not in ("conj", "appos", "pobj", "prep", "nummod") or head.i == node.i:
            break
        if dep == "pobj" and node.head.lower_ != "of":
            break
        node = head
    return None, None


def _mentions_homes(verb: Token) -> bool:
    return any(
        token.lemma_.lower() in ("home", "flee", "house", "evacuate", "leave")
        for token in verb.subtree
    )


def _by_noun(
    lemma: str | None, noun: Token | None, number: Token
) -> tuple[Measure | None, Token | None]:
    """A count of things, tied to its noun."""
    if noun is None or lemma is None or lemma in _TIMES:
        return None, None
    if number.lower_ in ("one", "several", "few") and lemma in (
        "thing",
        "way",
        "reason",
        "part",
        "day",
    ):
        return None, None
    return "count", noun
