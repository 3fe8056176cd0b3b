"""The article's dates and one event trigger in, the date of that event out.

By syntax first, then counted from another event of the sentence ("a day after ..."), then a
sentence elsewhere that tells the same (`elsewhere`). Else `before`: only that it was not after the
day of publication, or after the day on which somebody spoke of it. A wrong date costs more than an
honest unknown, so the date of another clause is never borrowed.
"""

from __future__ import annotations

import datetime as dt

from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.when.attach import FAR, price
from streams.reading.when.elsewhere import find_elsewhere, is_today_after
from streams.reading.when.english import (
    ANNOUNCE_LEMMAS,
    BEGIN_LEMMAS,
    CALL_OFF_LEMMAS,
    SAY_LEMMAS,
    is_speech,
)
from streams.reading.when.found import FoundDate, Reference
from streams.reading.when.lexicon import word_set
from streams.reading.when.reference import find_reference
from streams.reading.when.retold import governor
from streams.reading.when.rules_counted import counted
from streams.reading.when.spans import before_when, midnight, placed
from streams.reading.when.tense import tense_of
from streams.reading.words import Token
from streams.records import When

_PHRASE = 8
"""A noun phrase of so many words has its own date at its end."""
_REPORTS = frozenset(("report", "post", "announce", "say", "publish", "release", "unveil"))
_SET = frozenset(("call", "election", "vote", "referendum", "summit", "schedule", "set", "poll"))
_DESCRIBES = frozenset(("compound", "nmod", "amod", "nummod", "npadvmod"))
_RANKS = word_set("dates_words", "ranks")
_UNDATED = 0.6
"""By so much a date is nearer that names no day, where another does."""
_HALF_A_YEAR = dt.timedelta(183)

OLD_NEWS = dt.timedelta(days=45)
"""An opening whose own sentence gives no day tells nothing that ended so long before."""


def choose_when(
    dates: tuple[FoundDate, ...],
    parsed: ParsedArticle,
    sentence: Sentence,
    trigger: Token,
    *,
    background: bool = False,
    kind: str | None = None,
) -> When:
    """The date of the event of this kind that `trigger` tells, or `before`."""
    reference = find_reference(parsed.article)
    here = [date for date in dates if date.sentence == sentence.index]
    told = here
    if sentence.paragraph.role == "headline":
        told = [date for date in dates if parsed.sentences[date.sentence].paragraph.role == "lead"]
    chosen = _set_for(told, trigger, reference) or _by_count(here, trigger, reference)
    chosen = chosen or _by_syntax(here, dates, trigger, reference)
    chosen = chosen or _announced(here, trigger)
    if chosen is None and kind is not None and is_speech(kind):
        chosen = _spoken(here, trigger)
    chosen = chosen or _after_today(here, trigger, reference)
    if chosen is not None:
        return chosen
    if not background:
        chosen = find_elsewhere(dates, parsed, sentence, trigger, reference, kind)
        if chosen is not None and not _is_too_old(chosen, sentence, reference):
            return chosen
    return _said(here, trigger, reference) or before_when(
        reference.latest, "date.none", reference.anchor
    )


def _is_too_old(when: When, sentence: Sentence, reference: Reference) -> bool:
    """Whether a day that another sentence gives is of something before: an article opens with news."""
    if sentence.paragraph.role not in ("headline", "lead"):
        return False
    ended, today = when.end or when.start, reference.latest
    return ended is not None and today is not None and today - ended.date() > OLD_NEWS


def _set_for(here: list[FoundDate], trigger: Token, reference: Reference) -> When | None:
    """The day for which something is set: "on Thursday called a snap election for November 14"."""
    if trigger.lemma_.lower() not in _SET:
        return None
    for date in here:
        doc, i = date.first.doc, date.first.i
        is_set = date.first.lower_ == "for" or (i > 0 and doc[i - 1].lower_ == "for")
        if date.role == "at" and is_set and (trigger.doc is not doc or trigger.i < i):
            day, today = date.when.date, reference.day
            return date.when if day is not None and today is not None and day > today else None
    return None


def _by_syntax(
    here: list[FoundDate],
    dates: tuple[FoundDate, ...],
    trigger: Token,
    reference: Reference,
) -> When | None:
    best: tuple[float, int, FoundDate] | None = None
    for date in here:
        if date.role in ("until", "after", "before", "duration") or _is_inside_count(here, date):
            continue
        if _is_elses(date, trigger, reference):
            continue
        cost = price(trigger, date.head) + date.hung
        if date.role == "modifier" and not (cost <= 0.5 or _names(date, trigger)):
            continue
        if cost > FAR:
            continue
        if not date.is_dated:
            cost += _UNDATED  # "This morning, 41 years later, police arrested ..."
        key = (cost, abs(date.head.i - trigger.i), date)
        if best is None or key[:2] < best[:2]:
            best = key
    if best is None:
        return None
    date = best[2]
    if date.when.rule == "date.quarter":
        date = _day_of_report(here) or date
    return _since(date, dates, reference) if date.role == "since" else date.when


def _is_elses(date: FoundDate, trigger: Token, reference: Reference) -> bool:
    """Whether a date cannot be the deed's: it bounds a comparison, names another thing, lies ahead."""
    return (
        _is_compared(date) or _names_another(date, trigger) or _is_ahead(date, trigger, reference)
    )


def _is_ahead(date: FoundDate, trigger: Token, reference: Reference) -> bool:
    """Whether a date is to come and the deed is done: "postponed the talks set for next month"."""
    start, today = date.when.date, reference.latest
    if start is None or today is None or start <= today + dt.timedelta(1):
        return False
    if trigger.pos_ != "VERB":
        return False
    return tense_of(trigger) == "past" or trigger.lemma_.lower() in CALL_OFF_LEMMAS


def _day_of_report(here: list[FoundDate]) -> FoundDate | None:
    """The day on which a company reported: "on Thursday reported second-quarter profit"."""
    for date in here:
        near = (date.head.head, *date.head.head.ancestors)
        is_day = date.role == "at" and date.when.precision == "day"
        if is_day and any(token.lemma_.lower() in _REPORTS for token in near):
            return date
    return None


def _announced(here: list[FoundDate], trigger: Token) -> When | None:
    """Find a tail that the parser hangs anywhere: "..., the companies announced on Tuesday"."""
    for date in here:
        verb = governor(date.head)
        if date.role == "at" and verb.lemma_.lower() in ANNOUNCE_LEMMAS and verb.i > trigger.i:
            return date.when.model_copy(update={"rule": date.when.rule + ".announced"})
    return None


def _spoken(here: list[FoundDate], trigger: Token) -> When | None:
    """The day of the saying, for what is done by saying it: "said on Thursday they will sue"."""
    for date in here:
        verb = governor(date.head)
        is_day = date.role == "at" and date.when.precision in ("hour", "day")
        if is_day and verb.lemma_.lower() in SAY_LEMMAS and verb.is_ancestor(trigger):
            return date.when.model_copy(update={"rule": date.when.rule + ".spoken"})
    return None


def _after_today(here: list[FoundDate], trigger: Token, reference: Reference) -> When | None:
    """Today, for what happened after something of today."""
    if tense_of(trigger) != "past":
        return None
    for date in here:
        verb = governor(date.head)
        if trigger.is_ancestor(verb) and is_today_after(date, verb, reference):
            return date.when.model_copy(update={"rule": date.when.rule + ".after"})
    return None


def _said(here: list[FoundDate], trigger: Token, reference: Reference) -> When | None:
    """Bound what was said: what police said on Monday had happened by the end of Monday."""
    for date in here:
        verb = governor(date.head)
        day = date.when.date
        if day is None or date.when.precision not in ("hour", "day") or date.role != "at":
            continue
        if verb.lemma_.lower() not in SAY_LEMMAS or not verb.is_ancestor(trigger):
            continue
        is_past = tense_of(trigger) == "past" and (not reference.latest or day <= reference.latest)
        return before_when(day, "date.said", date.when.anchor) if is_past else None
    return None


def _names(date: FoundDate, trigger: Token) -> bool:
    """Whether a year names the noun phrase that ends in the trigger: the 2015 nuclear deal."""
    return 0 < trigger.i - date.last.i <= 4 and date.head.head.i == trigger.i


def _names_another(date: FoundDate, trigger: Token) -> bool:
    """Whether a year or a decade only describes a noun: "the 1950s film star", "the 2012 champion"."""
    if date.head.dep_ == "poss" and date.when.precision in ("month", "year"):
        return date.head.head is not trigger  # "last year's decline in prices"
    if date.when.precision != "year" or date.head.dep_ not in _DESCRIBES:
        return False
    noun = date.head
    while noun.dep_ in _DESCRIBES and noun.head is not noun:
        noun = noun.head
    return noun is not trigger and noun.pos_ in ("NOUN", "PROPN")


def _is_compared(date: FoundDate) -> bool:
    """Whether a stretch bounds a comparison: deadliest since 2014, the strongest storm this year."""
    doc, start = date.first.doc, date.first.sent.start
    if date.role == "since":
        before = doc[start : date.first.i][-12:]
        return any(token.tag_ in ("JJS", "RBS") or token.lower_ == "first" for token in before)
    if date.when.precision not in ("week", "month", "year"):
        return False
    for token in reversed(doc[max(start, date.first.i - _PHRASE) : date.first.i]):
        if token.tag_ in ("JJS", "RBS") or token.lower_ in _RANKS:
            return True
        if token.pos_ == "VERB" or token.text == ",":
            return False
    return False


def _is_since_event(date: FoundDate) -> bool:
    return date.when.rule == "date.since.event"


def _since(date: FoundDate, dates: tuple[FoundDate, ...], reference: Reference) -> When | None:
    """From the date until today; a bare year is when a lasting state began."""
    start = date.when
    if _is_since_event(date):
        begun = _when_begun(date, dates)
        if begun is None:
            return before_when(reference.latest, "date.since.unknown", reference.anchor)
        start = placed(begun, date.when.text or "", date.span)
    elif start.precision == "year":
        return start.model_copy(update={"rule": start.rule + ".since"})
    if reference.latest is None or start.end is None:
        return start
    end = max(start.end, midnight(reference.latest + dt.timedelta(days=1)))
    return start.model_copy(update={"end": end, "rule": "date.since"})


def _when_begun(since: FoundDate, dates: tuple[FoundDate, ...]) -> When | None:
    """The date of "the offensive began", told elsewhere in the article."""
    names = {
        token.lemma_.lower()
        for token in since.last.doc[since.last.i + 1 : since.last.i + 9]
        if token.pos_ in ("NOUN", "PROPN")
    }
    for date in dates:
        verb = date.head
        for _ in range(4):
            if verb.pos_ == "VERB" or verb.head.i == verb.i:
                break
            verb = verb.head
        if not date.is_dated or date is since or verb.lemma_.lower() not in BEGIN_LEMMAS:
            continue
        nouns = [child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass", "dobj")]
        if verb.dep_ in ("relcl", "acl"):
            nouns.append(verb.head)
        if any(_same_noun(noun.lemma_.lower(), names) for noun in nouns):
            return date.when
    return None


def _same_noun(noun: str, names: set[str]) -> bool:
    return any(
        noun == name
        or (len(name) > 5 and len(noun) > 5 and (noun.endswith(name) or name.endswith(noun)))
        for name in names
    )


def _clause_of(date: FoundDate) -> Token | None:
    """The head of what a counted date is counted from: "a day after [the videos showed]"."""
    if date.when.rule == "date.anniversary":
        for child in date.last.children:
            if child.lower_ == "of":
                return next(
                    (grand for grand in child.children if grand.dep_ in ("pobj", "pcomp")), None
                )
        return None
    word = date.last
    if word.dep_ == "mark":
        return word.head
    inner = [child for child in word.children if child.dep_ in ("pobj", "pcomp", "ccomp", "advcl")]
    if inner:
        return inner[0]
    return word.head if word.head.i > word.i else None


def _is_inside(clause: Token | None, token: Token) -> bool:
    return clause is not None and (clause.i == token.i or clause.is_ancestor(token))


def _is_within(date: FoundDate, clause: Token | None, token: Token) -> bool:
    """Whether a token stands in what is counted from, by syntax or, the parser erring, by place."""
    if token.i <= date.last.i:
        return False
    if _is_inside(clause, token):
        return True
    between = token.doc[date.last.i + 1 : token.i]
    opens = date.first.i == date.first.sent.start
    return not opens and not any(word.is_punct for word in between)


def _is_inside_count(here: list[FoundDate], date: FoundDate) -> bool:
    """Whether a date belongs to the clause that another is counted from."""
    return any(
        other.offset is not None and other is not date and _is_inside(_clause_of(other), date.head)
        for other in here
    )


def _by_count(here: list[FoundDate], trigger: Token, reference: Reference) -> When | None:
    for date in here:
        offset = date.offset
        if offset is None or offset.unit == "hour":
            continue
        clause = _clause_of(date)
        inner = [
            other
            for other in here
            if other.is_dated
            and (_is_inside(clause, other.head) or _follows(date, clause, other))
            and not _is_too_near(date, other, reference)
        ]
        sign = 1 if date.role == "after" else -1
        if _is_within(date, clause, trigger):
            if inner:
                return inner[0].when
            outer = [other for other in here if other.is_dated and other not in inner]
            made = _count_back(date, outer, reference, sign)
        elif inner and inner[0].when.date and price(trigger, date.head) <= FAR:
            base = inner[0].when
            assert base.date is not None
            made = counted(
                base.date, sign * offset.count, offset.unit, f"date.counted.{date.role}", "event"
            )
        else:
            continue
        if made is not None:
            return placed(made, date.when.text or "", date.span)
    return None


def _follows(date: FoundDate, clause: Token | None, other: FoundDate) -> bool:
    """Whether a date ends the noun phrase counted from: "a day after a fire on Saturday"."""
    if clause is None or clause.pos_ not in ("NOUN", "PROPN") or clause.i >= other.first.i:
        return False
    between = other.first.doc[date.last.i + 1 : other.first.i]
    return len(between) < _PHRASE and not any(
        word.is_punct or word.pos_ == "VERB" for word in between
    )


def _is_too_near(date: FoundDate, other: FoundDate, reference: Reference) -> bool:
    """Whether a date is today's and not that of what is counted from: "80 years since X on Monday"."""
    if date.offset is None or date.offset.unit != "year" or reference.day is None:
        return False
    return other.when.date is not None and abs(reference.day - other.when.date) < _HALF_A_YEAR


def _count_back(
    date: FoundDate, outer: list[FoundDate], reference: Reference, sign: int
) -> When | None:
    offset = date.offset
    assert offset is not None  # the caller has looked
    outer = [other for other in outer if other.when.precision in ("hour", "day")]
    rule = f"date.counted.{'back' if sign > 0 else 'on'}"
    if date.when.rule == "date.anniversary":
        rule = "date.anniversary"
    if outer:
        nearest = min(outer, key=lambda other: abs(other.head.i - date.head.i))
        assert nearest.when.date is not None
        return counted(nearest.when.date, -sign * offset.count, offset.unit, rule, "event")
    today = reference.day
    if today is None:
        return None
    is_now = tense_of(date.head) in ("present", "unknown") or offset.unit in (
        "week",
        "month",
        "year",
    )
    if not is_now:
        return None  # "a day after" some day we do not know
    return counted(today, -sign * offset.count, offset.unit, rule, reference.anchor or "published")
