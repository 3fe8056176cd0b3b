"""Two tokens of a sentence in, how loosely the syntax ties the place to the event out."""

from __future__ import annotations

from streams.reading.walk import (
    AT_ONCE,
    find_opening,
    is_forerunner,
    is_own_clause,
    is_toll_pair,
    price_path,
)
from streams.reading.when.english import SAY_LEMMAS
from streams.reading.when.lexicon import word_set
from streams.reading.words import Token

FAR = 5.0
"""Beyond this price a place belongs to something else."""

_SITUATED = frozenset(("locate", "situate", "base", "nestle"))
_BEFALLS = word_set("places_words", "befalls")
_ELSEWHERE = word_set("places_words", "elsewhere")


def price(trigger: Token, place: Token) -> float:
    """The price of the path between an event's trigger and the head of a place name."""
    return price_path(trigger, place, _up, _down)


def _is_besides(node: Token) -> bool:
    """Whether "with" adds another place: "captured X along with Y"."""
    return node.lower_ == "with" and node.i > 0 and node.nbor(-1).lower_ in ("along", "together")


def _is_cause(after: Token, trigger: Token) -> bool:
    """Whether "after" leads to why it befell somebody: "died after being shot in Chicago"."""
    has_deed = any(
        child.dep_ == "pcomp" and child.tag_ in ("VBG", "VBN") for child in after.children
    )
    return has_deed and trigger.lemma_.lower() in _BEFALLS


def _up(node: Token) -> float:  # noqa: PLR0911 - a table of cases, read from the top
    dep = node.dep_
    if dep in ("ccomp", "parataxis"):
        return 6.0 if node.head.lemma_.lower() in SAY_LEMMAS else 3.0
    if dep == "advcl":
        opening = find_opening(node)
        if opening:
            return 1.5 if opening in AT_ONCE else 3.5
        return 1.0 if node.tag_ in ("VBG", "VBN") else 2.0
    if dep in ("relcl", "acl"):
        if is_own_clause(node):
            return 4.0
        return 1.0  # "the village, which Ukraine captured": the noun above is the place itself
    if dep == "conj":
        return 2.0 + (2.0 if is_own_clause(node) else 0.0)
    if dep == "prep" and node.lower_ in _ELSEWHERE:
        return 3.0
    return 1.0


def _down(node: Token, trigger: Token) -> float:  # noqa: C901, PLR0911, PLR0912 - a table of cases, read from the top
    dep, head = node.dep_, node.head
    if is_forerunner(node):
        return 6.0
    if dep in ("relcl", "acl"):
        if node.lemma_.lower() in _SITUATED:
            return 0.5  # "in a clinic located in Hasakah"
        if head is trigger:
            return (
                1.5  # also "A tornado hit Mayfield", where the parser makes the verb a participle
            )
        return 5.0 if is_own_clause(node) else 4.0
    if dep == "advcl":
        return 1.0 if node.tag_ == "VBG" or find_opening(node) in AT_ONCE else 4.0
    if dep in ("ccomp", "parataxis"):
        return 5.0
    if dep == "conj":
        return 0.6 if node.pos_ not in ("VERB", "AUX") or is_toll_pair(node) else 3.0
    if dep == "prep":
        if node.lower_ == "after" and _is_cause(node, trigger):
            return 0.8
        return 3.5 if node.lower_ in _ELSEWHERE and not _is_besides(node) else 0.8
    if dep == "pobj":
        return 0.3
    if dep == "appos":
        return 0.5
    if dep == "dobj":
        return 0.7
    if dep in ("compound", "nmod", "amod", "poss"):
        return 0.4 if head.i == trigger.i else 1.5
    return 1.0
