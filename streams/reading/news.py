"""An event's word and date in, whether the article reports it as new or recalls it out.

The theory: what an article recalls it marks, by date ("in 2014"), by tense ("had been besieged"),
by adjective ("previous strikes"), by a measured distance ("one week after an explosion destroyed"),
or by hanging it on the news in a clause of its own without a date. What carries no such mark is the
news. In an opinion, a review or a feature everything is recalled.

What it gets wrong on purpose: a first report of something that happened weeks ago is background
unless the headline tells it; figures for a month or a year stay news for as long as such figures
take to be counted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from streams.lexicon.calendar import WRITTEN_MONTHS
from streams.lexicon.ontology import get_kind
from streams.reading.draft import Draft
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.recall import find_grammar, find_mark, in_own_clause, recall_pattern
from streams.reading.voices.cues import deeds_of
from streams.reading.when.reference import find_moment
from streams.reading.words import Token
from streams.records import DatePrecision, Genre, Newsworthiness, Reason, When

_TRIAL_ENDS = frozenset({"sentence", "verdict", "acquittal"})
_FLIGHTS = frozenset({"prison_break"})
RECALLING: frozenset[Genre] = frozenset(
    {
        "opinion", "analysis", "feature", "review", "listing", "recipe", "language", "advertisement",
    }
)  # fmt: skip
FRESH_DAYS: dict[DatePrecision, int] = {"hour": 4, "day": 4, "week": 10, "month": 20, "year": 31}
"""Days between the end of an interval and publication up to which it is news."""
OPENING_DAYS: dict[DatePrecision, int] = {
    "hour": 14,
    "day": 14,
    "week": 21,
    "month": 45,
    "year": 120,
}
"""The same in the headline and the lead, outside of a clause that only says who somebody is."""
WEEKLY_DAYS = 35
"""The same for the main verb of the lead: a weekly or monthly tells late what happened."""
_MONTHS = rf"(?:{WRITTEN_MONTHS})"
_YEAR = re.compile(
    rf"(?:\b(?:in|until|since|by|during|from|of|between|and|early|late) (?:{_MONTHS} )?"
    rf"|^In (?:that|the|a|his|her|its|their) "
    rf"|\b{_MONTHS} (?:\d\d?, )?)((?:1[6-9]|20)\d\d)\b"
)
_AGO = re.compile(r"\b(?:weeks?|months?|years?|decades?) (?:ago|earlier)\b|\blast (?:month|year)\b")
_PRONOUNS = frozenset({"he", "she", "they", "his", "her", "their"})
_FATE = frozenset(
    [
        "convict", "sentence", "arrest", "charge", "acquit", "jail", "indict", "find", "plead",
        "release", "detain", "kill", "die", "injure", "wound", "resign", "appoint", "elect",
    ]
)  # fmt: skip
"""What happens to people: in another month than this it is recalled; figures of that month are not."""
_HARM = frozenset(
    ["attack", "killing", "capture", "torture", "crash", "protest", "crime", "sinking", "quake"]
)
"""Deeds of which another year's are recalled, while its figures may be news."""


def judge_newsworthiness(
    parsed: ParsedArticle, sentence: Sentence, trigger: Token, when: When, genre: Genre
) -> tuple[Newsworthiness, Reason]:
    """Judge whether the event told by `trigger` is new or background; the reason names the rule."""
    rule = _find_recall(parsed, sentence, trigger, when, genre)
    if rule is None:
        return "new", Reason(field="newsworthiness", rule="news.new", span=sentence.span)
    return "background", Reason(field="newsworthiness", rule=rule, span=sentence.span)


def recall_deeds(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Recall the undated deeds of an article that tells how their trial ended.

    A verdict comes months after the crime; a charge may come the same day and recalls nothing.
    """
    ended = any(
        draft.kind in _TRIAL_ENDS and draft.newsworthiness == "new" and draft.in_opening
        for draft in drafts
    )
    if not ended:
        return tuple(drafts)
    return tuple(
        replace(draft, newsworthiness="background") if _is_tried(draft) else draft
        for draft in drafts
    )


def _is_tried(draft: Draft) -> bool:
    """Tell whether a draft tells a deed that courts judge, without a day of its own."""
    news = draft.coding.sentence.paragraph.role == "headline" and (
        draft.coding.trigger.dep_ == "ROOT"
    )
    judged = get_kind(draft.kind).group in {"attack", "crime"} and draft.kind not in _FLIGHTS
    return judged and draft.when.start is None and not news


def _find_recall(
    parsed: ParsedArticle, sentence: Sentence, trigger: Token, when: When, genre: Genre
) -> str | None:
    if genre in RECALLING:
        return f"news.genre.{genre}"
    age = _age_of(parsed, when)
    opening = sentence.paragraph.role in {"headline", "lead"}
    if age is not None and _is_old(trigger, when, age, opening=opening):
        return "news.old_date"
    if recall_pattern("sentence").search(sentence.text):
        return "news.looks_back"
    if sentence.paragraph.role == "headline":  # a headline that is a sentence tells as a lead does
        ends = sentence.text[-1:] == "."
        return find_grammar(sentence, trigger, opening=True) if ends else None
    mark = _find_year(parsed, sentence) if age is None and not opening else None
    return mark or find_mark(sentence, trigger, opening=opening, dated=age is not None)


def _is_old(trigger: Token, when: When, age: int, *, opening: bool) -> bool:
    """Tell whether a date lies too far back for news."""
    if opening and _is_still_so(trigger):
        return False  # "a star of the 1950s has died"
    if not opening and when.precision in {"month", "year"} and age > 0:
        harm = bool(deeds_of(trigger) & _HARM) and when.precision == "year"
        if harm or _is_fate(trigger):
            return True
    if opening and when.precision == "day" and age <= WEEKLY_DAYS and _is_told_first(trigger):
        return False
    fresh = OPENING_DAYS if opening and not in_own_clause(trigger) else FRESH_DAYS
    return age > fresh.get(when.precision, 4)


def _find_year(parsed: ParsedArticle, sentence: Sentence) -> str | None:
    """Find another year in an undated sentence, or in the one that it goes on with."""
    if _names_past_year(parsed, sentence):
        return "news.past_year"
    return "news.goes_on" if _goes_on_recalling(parsed, sentence) else None


def _age_of(parsed: ParsedArticle, when: When) -> int | None:
    """Days from the end of the interval to publication; None when no date was found."""
    if when.precision == "before" or when.end is None:
        return None
    published = find_moment(parsed.article)
    last = when.end - dt.timedelta(seconds=1)
    return (published - last).days


def _names_past_year(parsed: ParsedArticle, sentence: Sentence) -> bool:
    """Tell whether an undated event stands in a sentence about another year: "until 1997, when"."""
    published = find_moment(parsed.article)
    years = [int(year) for year in _YEAR.findall(sentence.text)]
    return bool(years) and max(years) < published.year


def _goes_on_recalling(parsed: ParsedArticle, sentence: Sentence) -> bool:
    """Tell whether a sentence goes on about what the one before recalls.

    "In 1997 he was tried. He was jailed", "A week ago rebels shelled a port. They denied that attack".
    """
    if sentence.index == 0:
        return False
    before = parsed.sentences[sentence.index - 1]
    if before.paragraph.role != "body":
        return False
    if sentence.tokens[0].lower_ in _PRONOUNS and _names_past_year(parsed, before):
        return True
    points = "that" in sentence.lowers and any(
        token.lower_ == "that" and token.dep_ == "det" and deeds_of(token.head)
        for token in sentence.words
    )
    return points and bool(_names_past_year(parsed, before) or _AGO.search(before.text))


def _is_still_so(trigger: Token) -> bool:
    """Tell whether the opening's own verb is in the present or the present perfect."""
    verb = trigger
    if trigger.pos_ not in {"VERB", "AUX"} and trigger.dep_ in {"nsubj", "nsubjpass", "dobj"}:
        verb = trigger.head
    if verb.dep_ not in {"ROOT", "ccomp"} or verb.pos_ not in {"VERB", "AUX"}:
        return False
    told = any(c.lower_ in {"has", "have", "is", "are", "'s"} for c in verb.children)
    return told and not any(token.dep_ == "relcl" for token in (verb, *verb.ancestors))


def _is_told_first(trigger: Token) -> bool:
    """Tell whether it is the main verb, not what the news hangs on."""
    return trigger.pos_ == "VERB" and (
        trigger.dep_ == "ROOT" or (trigger.dep_ == "conj" and trigger.head.dep_ == "ROOT")
    )


def _is_fate(trigger: Token) -> bool:
    """Tell whether it is told what happened to people, in the past tense."""
    return trigger.pos_ == "VERB" and trigger.lemma_.lower() in _FATE and trigger.tag_ != "VBZ"
