"""Two tokens of a sentence in, how loosely the syntax ties the date to the event out.

The path from the event's trigger to the date is walked in spaCy's tree, and every edge has a price:
an argument or an adverb is near, another clause is far, and the complement of "said" is farthest,
because the day on which somebody spoke is not the day of what they spoke of. The prices were set on
sentences of our own (`tests/cases/dates.toml`), not learnt.
"""

from __future__ import annotations

import re

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
_HOURS = frozenset(
    ("am", "pm", "a.m.", "p.m.", "midnight", "noon", "midday", "dawn", "dusk", "sunset", "sunrise")
)
_ABOUT = frozenset(("over", "for", "about", "from", "with", "of"))
_TIME = re.compile(r"\d{1,2}(?:[.:]\d\d)?(?:am|pm)?$")
_NAMING = frozenset(("poss", "compound", "amod", "nummod", "nmod"))


def price(trigger: Token, date: Token) -> float:
    """The price of the path between an event's trigger and the head of a date."""
    return price_path(trigger, date, _up, _down)


def _up(node: Token) -> float:  # noqa: C901, PLR0911 - a table of cases, read from the top
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
    if node.lower_ == "during" and node.head.pos_ in ("NOUN", "PROPN"):
        return 4.0  # "an aide during the war died on Monday"
    if dep == "nsubj" and node.pos_ == "NOUN":
        return 0.5  # "The quake shook": the noun and its verb are one event
    return 1.0


def _down(node: Token, trigger: Token) -> float:  # noqa: C901, PLR0911 - a table of cases, read from the top
    dep, head = node.dep_, node.head
    if is_forerunner(node):
        return 6.0
    if dep in _NAMING:
        return _price_name(head, trigger)
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
        if node.lower_ == "of" or _is_for_first_time(node):
            return 0.5
        return 4.0 if node.lower_ in _BOUNDING and not _is_about_hour(node) else 1.0
    if dep in ("pobj", "pcomp"):
        return 0.3
    return 1.0


def _is_about_hour(node: Token) -> bool:
    """Whether "before" and "after" tell the time of day: "shortly before 9pm on Friday"."""
    return any(
        child.dep_ == "pobj" and (child.lower_ in _HOURS or _TIME.match(child.lower_))
        for child in node.children
    )


def _price_name(noun: Token, trigger: Token) -> float:
    """What a day costs that names a noun: "Monday's crash", not "a suspect in Monday's crash"."""
    if noun.i == trigger.i:
        return 0.5
    if noun.dep_ != "pobj":
        return 2.0
    return 4.0 if noun.head.lower_ in _ABOUT else 3.0


def _is_for_first_time(node: Token) -> bool:
    """Whether a date hangs only by the parse on "for the first time in a week on Monday"."""
    return node.lower_ == "for" and any(child.lower_ == "time" for child in node.children)
