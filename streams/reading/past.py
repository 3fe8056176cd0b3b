"""The drafts of one article in, those told of another time recalled out.

The theory: an article that looks back stays there. From a sentence whose main verb stands in another
year ("In 1930 he was jailed", "won control at auction in 2014", "Thirty years ago students rose") the
sentences that go on in the past tense and without a day of their own ("The charge was dropped", "He was
killed the same year") tell of that time too, until one speaks of now: by its tense, a weekday, or
somebody who says something. Three smaller rules: what a body tells of a whole month or year that is over
is recalled, but for figures, which take as long to be counted; the life of somebody whose death is the
news is recalled; so are the deeds that a trial hears.

What it gets wrong on purpose: news without a day that follows a sentence about the past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from streams.lexicon.ontology import get_kind
from streams.reading.coding.code import HARM
from streams.reading.draft import Draft
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.when.reference import find_moment
from streams.reading.words import Token

_PAST_YEAR = re.compile(r"(1[5-9]\d\d|20\d\d)(s?)")
_AGO = frozenset({"ago", "earlier", "before"})
_SPANS = frozenset({"year", "decade", "century", "generation"})
_FRESH = frozenset(
    {"today", "yesterday", "tonight", "tomorrow", "now", "currently", "recently"}
) | {
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
}
"""Words of a sentence that speaks of now."""
_GOING_ON = frozenset(
    ["he", "she", "they", "his", "her", "their", "then", "soon", "later", "after", "eventually"]
)
"""Among the first words of a sentence: it goes on from the one before."""
_DEFINITE = frozenset({"the", "this", "that", "these", "those"})
_TELLING = frozenset({"say", "tell", "report", "announce", "confirm"})
_FIGURES = frozenset({"economy", "markets", "statement"})
_COUNTED = frozenset({"earnings", "poll", "economic_data", "market_move"})
"""What is told of a month or a quarter when it is over."""
_HEARD = frozenset({"trial"})
_LIFE = frozenset({"he", "she", "his", "her"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})


def recall_past(drafts: Sequence[Draft], parsed: ParsedArticle) -> tuple[Draft, ...]:
    """Recall what the body tells of another time, as if it were new."""
    if not any(_is_open(draft) for draft in drafts):
        return tuple(drafts)
    past: frozenset[int] | None = None
    daily = _is_daily(drafts, parsed)
    dead = _find_dead(drafts)
    heard = any(d.kind in _HEARD and d.in_opening and d.newsworthiness == "new" for d in drafts)
    told = []
    for draft in drafts:
        if not _is_open(draft):
            told.append(draft)
            continue
        if past is None:
            past = frozenset(_find_past(parsed))
        over = draft.when.start is None and all(index in past for index in draft.sentences)
        if not draft.in_opening:
            over = (
                over
                or (daily and _is_over(draft, parsed))
                or (bool(dead) and _is_of_life(draft, dead))
                or (heard and _is_deed(draft))
            )
        told.append(replace(draft, newsworthiness="background") if over else draft)
    return tuple(told)


def _is_open(draft: Draft) -> bool:
    """Say whether it is told as new, and not by the headline."""
    return draft.newsworthiness == "new" and not draft.in_headline


def _is_daily(drafts: Sequence[Draft], parsed: ParsedArticle) -> bool:
    """Say whether the article opens with news: an event, or a day of this week."""
    if any(draft.in_opening and draft.newsworthiness == "new" for draft in drafts):
        return True
    opening = [s for s in parsed.sentences if s.paragraph.role in {"headline", "lead"}]
    return any(not _FRESH.isdisjoint(sentence.lowers) for sentence in opening)


def _is_over(draft: Draft, parsed: ParsedArticle) -> bool:
    """Say whether it happened in a month or a year that is over, and is no figure for it."""
    when = draft.when
    if when.end is None or when.precision not in {"month", "year"}:
        return False
    if draft.kind in _COUNTED or get_kind(draft.kind).group in _FIGURES or "since" in when.rule:
        return False
    return when.end <= find_moment(parsed.article)


def _is_deed(draft: Draft) -> bool:
    return draft.when.start is None and get_kind(draft.kind).group in {"attack", "crime"}


# ---------------------------------------------------------------------- stretches of another time


def _find_past(parsed: ParsedArticle) -> Iterator[int]:
    """Find the sentences that tell of another time because the one before does."""
    year = find_moment(parsed.article).year
    looks_back, of_past = False, False
    before: Sentence | None = None
    for sentence in parsed.sentences:
        if sentence.paragraph.role == "headline":
            continue
        looks_back = looks_back and (of_past or (before is not None and _goes_on(sentence, before)))
        if _speaks_of_now(sentence):
            looks_back = False
        elif _is_years_back(sentence, year):
            looks_back = True
            of_past = of_past or before is None
        elif looks_back:
            yield sentence.index
        before = sentence


def _goes_on(sentence: Sentence, before: Sentence) -> bool:
    """Say whether it goes on from the one before: by its first words, or by whom it is about."""
    if not _GOING_ON.isdisjoint(sentence.lowers[:4]):
        return True
    about = [c for c in sentence.tokens.root.children if c.dep_ in _SUBJECTS]
    return any(
        (child.pos_ == "PROPN" or any(c.lower_ in _DEFINITE for c in child.children))
        and child.lemma_.lower() in before.lemmas
        for child in about
    )


def _speaks_of_now(sentence: Sentence) -> bool:
    """Say whether its main verb is in the present, it names a weekday, or somebody says something."""
    if not _FRESH.isdisjoint(sentence.lowers):
        return True
    root = sentence.tokens.root
    if root.lemma_.lower() in _TELLING:
        return True
    if root.tag_ in {"VBZ", "VBP"}:
        return True
    return any(
        child.dep_ in {"aux", "auxpass"} and child.tag_ in {"VBZ", "VBP", "MD"}
        for child in root.children
    )


def _is_years_back(sentence: Sentence, year: int) -> bool:
    """Say whether its main verb stands in another year."""
    for token, lower in zip(sentence.words, sentence.lowers, strict=True):
        if lower in _AGO:
            span = token.nbor(-1).lemma_.lower() if token.i > sentence.words[0].i else ""
            if span in _SPANS and _is_of_main(token):
                return True
        elif lower[:1].isdigit() and (found := _PAST_YEAR.fullmatch(lower)) is not None:
            last = int(found.group(1)) + (9 if found.group(2) else 0)
            if last < year and _is_of_main(token):
                return True
    return False


def _is_of_main(token: Token) -> bool:
    """Say whether a date belongs to the main verb, or one coordinated with it."""
    for above in token.ancestors:
        if above.pos_ in {"VERB", "AUX"}:
            return above.dep_ == "ROOT" or (above.dep_ == "conj" and above.head.dep_ == "ROOT")
        if above.dep_ in _SUBJECTS | {"dobj", "attr", "appos", "poss"}:
            return False
    return False


# ---------------------------------------------------------------------- lives


def _find_dead(drafts: Sequence[Draft]) -> frozenset[str]:
    """The last names of those whose death is the news, in lower case."""
    return frozenset(
        actor.name.split()[-1].lower()
        for draft in drafts
        if draft.kind == "death" and draft.in_opening and draft.newsworthiness == "new"
        for actor in (*draft.targets, *draft.actors)
        if actor.name[:1].isupper()
    )


def _is_of_life(draft: Draft, dead: frozenset[str]) -> bool:
    """Say whether it is told, without a day, of what somebody who died did or what befell him."""
    if draft.when.start is not None or get_kind(draft.kind).group in HARM:
        return False
    told = draft.coding.sentence.tokens.root
    about = [c for v in (told, draft.coding.trigger) for c in v.children if c.dep_ in _SUBJECTS]
    return any(
        child.lower_ in _LIFE
        or child.lower_ in dead
        or any(c.lower_ in _LIFE for c in child.children)
        for child in about
    )
