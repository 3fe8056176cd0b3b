"""A token of a sentence in, the tense of its clause out: past, present, future or unknown.

Newspapers leave out "next" and "last": the verb says whether Friday has been or is to come.
What it gets wrong on purpose: a reported future ("said it would meet on Friday") counts as future
although the Friday may have passed by publication; nearest in time then decides the same day.
"""

from __future__ import annotations

from streams.reading.when.english import CALL_OFF_LEMMAS, PLAN_LEMMAS
from streams.reading.when.found import Tense
from streams.reading.words import Token

_MODALS = frozenset(
    ("will", "shall", "'ll", "\u2019ll", "would", "may", "might", "could", "should", "can", "must")
)
_PLANNED = frozenset(("upcoming", "planned", "scheduled", "next", "forthcoming", "coming"))
_STEPS = 12


def tense_of(token: Token, *, headline: bool = False) -> Tense:
    """The tense of the clause that `token` stands in."""
    node = token
    if node.dep_ == "poss" and node.head.head.lemma_.lower() in CALL_OFF_LEMMAS:
        return "future"  # "postponed Saturday's final"
    for _ in range(_STEPS):
        if node.pos_ in ("VERB", "AUX"):
            break
        if node.lower_ == "ahead":
            return "future"
        if node.lower_ in _PLANNED or any(child.lower_ in _PLANNED for child in node.lefts):
            return "future"
        if node.head is node:
            return "unknown"
        node = node.head
    else:
        return "unknown"
    return _verb_tense(node, headline=headline, depth=0)


def _verb_tense(verb: Token, *, headline: bool, depth: int) -> Tense:  # noqa: PLR0911 - a table of cases, read from the top
    helpers = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    words = {child.lower_ for child in helpers}
    tags = {child.tag_ for child in helpers}
    if words & _MODALS:
        return "past" if "have" in words else "future"
    if "TO" in tags:
        return _infinitive_tense(verb, headline=headline, depth=depth)
    if verb.tag_ == "VBD" or "VBD" in tags or words & {"have", "has", "had", "'ve", "\u2019ve"}:
        return "past"
    if verb.tag_ in ("VBN", "VBG"):
        if tags & {"VBZ", "VBP"}:
            return "past" if headline else "future"
        return _outer_tense(verb, headline=headline, depth=depth)
    if verb.tag_ in ("VBZ", "VBP"):
        return "past" if headline else "present"
    return _outer_tense(verb, headline=headline, depth=depth)


def _infinitive_tense(verb: Token, *, headline: bool, depth: int) -> Tense:
    governor = verb.head
    if governor.lemma_.lower() in PLAN_LEMMAS or governor.lower_ == "going":
        return "future"
    if headline and (governor is verb or governor.pos_ in ("NOUN", "PROPN")):
        return "future"
    return _outer_tense(verb, headline=headline, depth=depth)


def _outer_tense(verb: Token, *, headline: bool, depth: int) -> Tense:
    node = verb
    for _ in range(_STEPS):
        if node.head is node or depth > _STEPS:
            return "unknown"
        node = node.head
        if node.pos_ in ("VERB", "AUX"):
            return _verb_tense(node, headline=headline, depth=depth + 1)
    return "unknown"
