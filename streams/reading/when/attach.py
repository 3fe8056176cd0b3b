"""Two tokens of a sentence in, how loosely the syntax ties the date to the event out.

The path from the event's trigger to the date is walked in spaCy's tree, and every edge has a price:
an argument or an adverb is near, another clause is far, and the complement of "said" is farthest,
because the day on which somebody spoke is not the day of what they spoke of. The prices were set on
sentences of our own (`tests/cases/dates.toml`), not learnt.
"""

from __future__ import annotations

from spacy.tokens import Token

from streams.reading.when.english import (
    ANNOUNCE_LEMMAS,
    HAPPEN_LEMMAS,
    PLAN_LEMMAS,
    SAY_LEMMAS,
    TOLL_LEMMAS,
)
from streams.reading.when.lexicon import word_set

FAR = 5.0
"""Beyond this price a date belongs to something else."""

_BOUNDING = word_set("dates_words", "bounding")
_NAMING = frozenset(("poss", "compound", "amod", "nummod", "nmod"))
_STEPS = 40


def price(trigger: Token, date: Token) -> float:
    """The price of the path between an event's trigger and the head of a date."""
    verb = lost_verb(trigger)
    cost = _price(trigger, date)
    return cost if verb is None else min(cost, 0.5 + _price(verb, date))


def _price(trigger: Token, date: Token) -> float:
    climbed = _climb(trigger)
    node, cost = date, 0.0
    for _ in range(_STEPS):
        if node.i in climbed:
            return cost + climbed[node.i]
        if node.head is node or node.head.i == node.i:
            break
        cost += _down(node, trigger)
        node = node.head
    return climbed.get(node.i, 50.0) + cost


def lost_verb(trigger: Token) -> Token | None:
    """The verb whose subject the parser took for the object of "after": "after floods killed 24"."""
    if trigger.dep_ != "pobj" or trigger.head.lower_ not in ("after", "before", "since", "as"):
        return None
    for token in trigger.doc[trigger.i + 1 : min(trigger.i + 9, trigger.sent.end)]:
        if token.is_punct:
            return None
        if token.tag_ == "VBD":
            has_subject = any(child.dep_ in ("nsubj", "nsubjpass") for child in token.children)
            return None if has_subject else token
    return None


def is_own_clause(verb: Token) -> bool:
    """Whether a coordinated or wrongly hung verb opens a clause of its own: "and a fire injured three"."""
    deps = {child.dep_ for child in verb.children}
    if verb.dep_ == "conj":
        is_toll = "nsubjpass" in deps and verb.lemma_.lower() in TOLL_LEMMAS
        return bool(deps & {"nsubj", "nsubjpass"}) and not is_toll
    return verb.dep_ == "acl" and verb.tag_ in ("VBN", "VBD") and "dobj" in deps


def _climb(trigger: Token) -> dict[int, float]:
    costs = {trigger.i: 0.0}
    node, cost = trigger, 0.0
    for _ in range(_STEPS):
        if node.head.i == node.i:
            break
        cost += _up(node)
        node = node.head
        costs.setdefault(node.i, cost)
    return costs


def _up(node: Token) -> float:  # noqa: PLR0911 - a table of cases, read from the top
    dep = node.dep_
    if dep in ("ccomp", "parataxis"):
        said = node.head.lemma_.lower()
        if said in ANNOUNCE_LEMMAS:
            return 3.5
        return 9.0 if said in SAY_LEMMAS else 4.0
    if dep == "advcl":
        if any(
            child.dep_ == "mark" or (child.dep_ == "advmod" and child.lower_ == "when")
            for child in node.children
        ):
            return 4.0
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
    if dep in _NAMING:
        return 0.5 if head.i == trigger.i else 2.0
    if dep in ("relcl", "acl"):
        if is_own_clause(node):
            return 5.0
        if head.i == trigger.i:
            return 1.0
        return 2.5 if node.lemma_.lower() in HAPPEN_LEMMAS else 4.0
    if dep == "advcl":
        return (
            1.5 if node.tag_ == "VBG" and not any(c.dep_ == "mark" for c in node.children) else 4.0
        )
    if dep in ("ccomp", "parataxis"):
        return 5.0
    if dep == "conj":
        return 1.0 if node.pos_ not in ("VERB", "AUX") else 3.0
    if dep == "prep":
        if node.lower_ == "for" and head.lemma_.lower() in PLAN_LEMMAS:
            return 1.0  # "scheduled for Sunday"
        return 4.0 if node.lower_ in _BOUNDING else 1.0
    if dep in ("pobj", "pcomp"):
        return 0.3
    return 1.0
