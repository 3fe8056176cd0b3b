"""Two tokens of a sentence in, how loosely the syntax ties the date to the event out.

The path from the event's trigger to the date is walked in spaCy's tree, and every edge has a price:
an argument or an adverb is near, another clause is far, and the complement of "said" is farthest,
because the day on which somebody spoke is not the day of what they spoke of. The prices were set on
sentences of our own (`tests/cases/dates.toml`), not learnt.
"""

from __future__ import annotations

from streams.reading.walk import (
    AT_ONCE,
    find_opening,
    is_forerunner,
    is_own_clause,
    is_toll_pair,
    price_path,
)
from streams.reading.when.english import (
    ANNOUNCE_LEMMAS,
    HAPPEN_LEMMAS,
    PLAN_LEMMAS,
    SAY_LEMMAS,
)
from streams.reading.when.lexicon import word_set
from streams.reading.words import Token

FAR = 5.0
"""Beyond this price a date belongs to something else."""

_BOUNDING = word_set("dates_words", "bounding")
_NAMING = frozenset(("poss", "compound", "amod", "nummod", "nmod"))


def price(trigger: Token, date: Token) -> float:
    """The price of the path between an event's trigger and the head of a date."""
    return price_path(trigger, date, _up, _down)


def _up(node: Token) -> float:  # noqa: PLR0911 - a table of cases, read from the top
    dep = node.dep_
    if dep in ("ccomp", "parataxis"):
        said = node.head.lemma_.lower()
        if said in ANNOUNCE_LEMMAS:
            return 3.5
        return 9.0 if said in SAY_LEMMAS else 4.0
    if dep == "advcl":
        opening = find_opening(node)
        if opening:
            return 1.5 if opening in AT_ONCE else 4.0
        return 1.0 if node.tag_ in ("VBG", "VBN") else 2.0
    if dep in ("relcl", "acl"):
        if any(child.lower_ == "when" for child in node.children):
            return 1.0  # "on Monday when a bus ..."
        return 3.0 if dep == "relcl" else 2.0 + (3.0 if is_own_clause(node) else 0.0)
    if dep == "conj":
        return 1.5 + (2.0 if is_own_clause(node) else 0.0)
    if dep == "amod" and node.tag_ == "VBN":
        return 5.0  # "captured tanks" were captured some other day
    if dep in ("prep", "pcomp") and (node.lower_ in _BOUNDING or node.head.lower_ in _BOUNDING):
        return 4.0
    return 1.0


def _down(node: Token, trigger: Token) -> float:  # noqa: C901, PLR0911 - a table of cases, read from the top
    dep, head = node.dep_, node.head
    if is_forerunner(node):
        return 6.0
    if dep in _NAMING:
        return 0.5 if head.i == trigger.i else 2.0
    if dep in ("relcl", "acl"):
        if head.i == trigger.i:
            return 1.0
        if is_own_clause(node):
            return 5.0
        is_at_once = node.tag_ == "VBG" or node.lemma_.lower() in HAPPEN_LEMMAS
        return 1.0 if is_at_once else 4.0  # "youths throwing stones on Monday"
    if dep == "advcl":
        opening = find_opening(node)
        is_at_once = opening in AT_ONCE or (not opening and node.tag_ == "VBG")
        return 1.5 if is_at_once else 4.0
    if dep in ("ccomp", "parataxis"):
        return 5.0
    if dep == "conj":
        return 1.0 if node.pos_ not in ("VERB", "AUX") or is_toll_pair(node) else 3.0
    if dep == "prep":
        if node.lower_ == "for" and head.lemma_.lower() in PLAN_LEMMAS:
            return 1.0  # "scheduled for Sunday"
        return 4.0 if node.lower_ in _BOUNDING else 1.0
    if dep in ("pobj", "pcomp"):
        return 0.3
    return 1.0
