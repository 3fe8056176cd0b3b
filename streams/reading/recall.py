"""An event's word in, the mark of grammar or words by which its clause recalls it out.

The theory: an article marks what it looks back on by an adjective ("previous strikes"), the past
perfect, a measured distance ("two years after the crash"), the verb that ties the news to it ("the
raid follows a shooting"), words such as "repeatedly" with the present perfect, or a clause of its own
that only says who or what is meant.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from streams.reading.parse import Sentence
from streams.reading.voices.cues import deeds_of
from streams.reading.words import Token

_MEASURES = frozenset({"week", "month", "year", "decade", "century"})
_DISTANCE = frozenset({"after", "since", "before"})
_CLAUSES = frozenset({"relcl", "acl", "advcl"})


def find_mark(sentence: Sentence, trigger: Token, *, opening: bool, dated: bool) -> str | None:
    """What recalls: grammar, words, or a clause of its own."""
    rule = find_grammar(sentence, trigger, opening=opening)
    if rule is not None or dated:
        return rule
    if recall_pattern("near").search(_clause_text(sentence, trigger)):
        rule = "news.words"
    elif not opening and _hangs_on_link(trigger):
        rule = "news.link"
    elif not opening and in_own_clause(trigger):
        rule = "news.clause"
    return rule


def find_grammar(sentence: Sentence, trigger: Token, *, opening: bool) -> str | None:
    """The grammar that recalls: adjective, tense, distance, or that the news follows it."""
    if any(_is_recalling(child) for child in trigger.children) or _has_old_subject(trigger):
        return "news.adjective"
    if _is_past_perfect(trigger):
        return "news.past_perfect"
    near = not _DISTANCE.isdisjoint(sentence.lowers)
    if near and _is_measured(trigger, opening=opening):
        return "news.measured"
    if not opening and _leads_up(trigger):
        return "news.leads_up"
    return None


def _is_recalling(child: Token) -> bool:
    if child.dep_ not in {"amod", "nummod", "compound", "poss"}:
        return False
    year = re.fullmatch(r"(?:1[5-9]|20)\d\d", child.text) is not None
    return year or child.lower_ in _words("before")


def _is_past_perfect(trigger: Token) -> bool:
    """Tell whether the event's verb stands with "had", itself or through the verb it follows."""
    verb = trigger
    if trigger.pos_ not in {"VERB", "AUX"}:
        verb = trigger.head
        if verb.pos_ not in {"VERB", "AUX"} or trigger.dep_ not in {"nsubj", "nsubjpass", "dobj"}:
            return False
    return any(
        child.dep_ in {"aux", "auxpass"} and child.lower_ == "had" for child in verb.children
    )


def _has_old_subject(trigger: Token) -> bool:
    """Tell whether a deed of another year does it: "the 2019 bombing killed nine"."""
    return trigger.pos_ == "VERB" and any(
        _is_recalling(child)
        for subject in trigger.children
        if subject.dep_ == "nsubj" and deeds_of(subject)
        for child in subject.children
    )


def _leads_up(trigger: Token) -> bool:
    """Tell whether the news comes after it: "the raid follows a shooting", "came after clashes"."""
    for token in (trigger, *trigger.ancestors):
        above = token.head
        if token.dep_ == "dobj" and above.lemma_ == "follow":
            return True
        if token.dep_ == "pobj" and above.lower_ == "after" and above.head.lemma_ == "come":
            return True
        if token.dep_ not in {"relcl", "acl", "conj", "dobj", "nsubjpass", "nsubj", "pobj", "prep"}:
            return False
    return False


def _is_measured(trigger: Token, *, opening: bool) -> bool:
    """Tell whether a distance leads to it: "two years after the crash", in the body "two days" too."""
    for token in trigger.sent:
        if token.lower_ not in _DISTANCE or token.i >= trigger.i:
            continue
        if token.i == token.sent.start:
            continue
        before = token.nbor(-1)
        days = not opening and before.lower_ == "days"
        if before.lemma_ not in _MEASURES and not days:
            continue
        clause = token.head if token.dep_ == "mark" else token
        if trigger == clause or clause.is_ancestor(trigger):
            return True
    return False


def _hangs_on_link(trigger: Token) -> bool:
    """Tell whether a noun only explains the news: "protests over the killing of"."""
    if trigger.pos_ not in {"NOUN", "PROPN"} or trigger.dep_ != "pobj":
        return False
    return trigger.head.lower_ in _words("link")


def in_own_clause(trigger: Token) -> bool:
    """Tell whether it stands in a relative clause, in the past, and not in the news itself."""
    for token in (trigger, *trigger.ancestors):
        if token.dep_ == "relcl":
            if token.left_edge.lower_ in {"when", "how", "why"}:
                return False
            if any(c.dep_ == "aux" and c.lower_ in {"has", "have"} for c in token.children):
                return False  # "an outbreak that has killed 400"
            return token.tag_ in {"VBD", "VBN"} or any(
                c.dep_ == "aux" and c.tag_ == "VBD" for c in token.children
            )
        if token.dep_ in {"ROOT", "ccomp", "conj"} or token.dep_ in _CLAUSES:
            return False
    return False


def _clause_text(sentence: Sentence, trigger: Token) -> str:
    verb = next((t for t in (trigger, *trigger.ancestors) if t.pos_ in {"VERB", "AUX"}), trigger)
    left, right = verb.left_edge.i, verb.right_edge.i
    return str(sentence.tokens.doc[left : right + 1].text)


@cache
def recall_pattern(kind: str) -> re.Pattern[str]:
    """The words of one class of `background.tsv` as one pattern."""
    return re.compile("|".join(_rows(kind)), re.IGNORECASE)


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(_rows(kind))


@cache
def _rows(kind: str) -> tuple[str, ...]:
    table = resources.files("streams.lexicon").joinpath("background.tsv").read_text("utf-8")
    rows = [line.split("\t", 1) for line in table.splitlines() if line and not line.startswith("#")]
    return tuple(row[1] for row in rows[1:] if row[0] == kind)
