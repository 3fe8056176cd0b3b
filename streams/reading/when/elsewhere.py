"""An event without a date of its own and the article's other dates in, the date told elsewhere out.

For what headline and lead tell: "The blast happened on Monday" in one of the next sentences, then the
same deed told again with its day, then the date of the lead's main clause. What is told of "another"
attack is another attack.
"""

from __future__ import annotations

import datetime as dt

from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.walk import AT_ONCE, find_opening
from streams.reading.when.attach import price
from streams.reading.when.english import ANNOUNCE_LEMMAS, SAY_LEMMAS, is_announced, is_speech
from streams.reading.when.found import FoundDate, Reference
from streams.reading.when.retold import (
    NEAR,
    comes_back,
    governor,
    is_aftermath,
    is_call,
    is_harmful,
    is_other,
    is_retold,
)
from streams.reading.words import Token
from streams.records import When

_RECENT = 10
"""Days before publication in which a repeated verb tells of the news."""
_CONTINUED = 3
"""How many sentences on a "The blast happened on Monday" is looked for."""
_RECENT_STRETCH = 100
"""The same for months and quarters: what the statistics of a quarter say is news weeks later."""
_REPEATED = 9
"""How many sentences on the same deed, told again with its day, is looked for."""


def find_elsewhere(
    dates: tuple[FoundDate, ...],
    parsed: ParsedArticle,
    sentence: Sentence,
    trigger: Token,
    reference: Reference,
    kind: str | None,
) -> When | None:
    """The date of an event of headline or lead that another sentence gives."""
    return (
        _continued(dates, sentence, trigger, reference, kind)
        or _from_lead(dates, parsed, sentence, trigger, reference, kind)
        or _from_statement(dates, sentence, reference, kind)
    )


def _continued(
    dates: tuple[FoundDate, ...],
    sentence: Sentence,
    trigger: Token,
    reference: Reference,
    kind: str | None,
) -> When | None:
    """Find "The blast happened on Monday", or the event's own verb again, in one of the next sentences."""
    if sentence.paragraph.role not in ("headline", "lead"):
        return None
    for date in dates:
        if not sentence.index < date.sentence <= sentence.index + _REPEATED:
            continue
        if not date.is_dated or date.role != "at":
            continue
        is_near = date.sentence <= sentence.index + _CONTINUED + 1
        is_recent = _is_recent(date.when, reference)
        if (is_near and comes_back(sentence, date, kind, is_recent=is_recent)) or (
            is_recent and is_retold(trigger, date, kind)
        ):
            return date.when.model_copy(update={"rule": date.when.rule + ".continued"})
    return None


def _is_recent(when: When, reference: Reference) -> bool:
    """Whether a day can be the news itself and not an earlier case of the same."""
    if when.date is None or reference.day is None or when.precision not in ("hour", "day"):
        return False
    return dt.timedelta(0) <= reference.day - when.date <= dt.timedelta(_RECENT)


def _from_lead(
    dates: tuple[FoundDate, ...],
    parsed: ParsedArticle,
    sentence: Sentence,
    trigger: Token,
    reference: Reference,
    kind: str | None,
) -> When | None:
    """The date of the lead's main clause, for what headline and lead tell.

    Of what is said the saying is the main clause: "Liberia says X lied", "officials said Thursday".
    """
    if sentence.paragraph.role != "headline" and (
        not _opens_lead(parsed, sentence) or _is_perfect(trigger)
    ):
        return None
    for date in dates:
        owner = parsed.sentences[date.sentence]
        if owner.index == sentence.index or not _opens_lead(parsed, owner):
            continue
        if not date.is_dated or date.role != "at" or date.tense == "future":
            continue
        verb = governor(date.head)
        is_said = verb.lemma_.lower() in SAY_LEMMAS
        if is_said and not (is_by_saying(verb, kind) and verb.dep_ == "ROOT"):
            continue
        if not (_is_main(verb) or _opens_speech(verb) or is_today_after(date, verb, reference)):
            continue
        if is_aftermath(verb) or (is_call(verb) and not is_harmful(kind)):
            continue  # police were called to the theft on Sunday, not to the charge
        if price(verb, date.head) > NEAR or is_other(verb, date) or _is_old(date.when, reference):
            continue
        return date.when.model_copy(update={"rule": date.when.rule + ".lead"})
    return None


def is_by_saying(verb: Token, kind: str | None) -> bool:
    """Whether an event of this kind is done by saying it with this verb: a threat, a layoff announced."""
    if kind is None:
        return False
    return is_speech(kind) or (verb.lemma_.lower() in ANNOUNCE_LEMMAS and is_announced(kind))


def _from_statement(
    dates: tuple[FoundDate, ...], sentence: Sentence, reference: Reference, kind: str | None
) -> When | None:
    """The day of the statement, for what headline or lead say that somebody says.

    "The ministry condemned the arrest", then "the ministry said in a statement on Tuesday".
    """
    if kind is None or not is_speech(kind) or sentence.paragraph.role not in ("headline", "lead"):
        return None
    names = {word.lower_ for word in sentence.words if word.pos_ in ("PROPN", "NOUN")}
    for date in dates:
        if not sentence.index < date.sentence <= sentence.index + _CONTINUED:
            continue
        verb = governor(date.head)
        is_day = date.role == "at" and _is_recent(date.when, reference)
        if not is_day or verb.dep_ != "ROOT" or verb.lemma_.lower() not in SAY_LEMMAS:
            continue
        speaker = next((child for child in verb.children if child.dep_ == "nsubj"), None)
        if speaker is not None and any(word.lower_ in names for word in speaker.subtree):
            return date.when.model_copy(update={"rule": date.when.rule + ".statement"})
    return None


def _is_main(verb: Token) -> bool:
    """Whether a verb tells the lead's own news: its main clause, or "when a bus fell ..." beside it."""
    if verb.dep_ == "acl" and verb.head.dep_ == "advcl":
        verb = verb.head  # the parser's way with "when a bus overturned"
    is_main = verb.dep_ in ("ROOT", "ccomp", "conj")
    return is_main or (verb.dep_ == "advcl" and find_opening(verb) in AT_ONCE)


def is_today_after(date: FoundDate, verb: Token, reference: Reference) -> bool:
    """Whether the date bounds the day from below, and there is only today above it.

    "The motion has failed after members left on Saturday", in Saturday's paper: it failed on Saturday.
    """
    if date.role != "at" or date.when.precision not in ("hour", "day"):
        return False
    if reference.latest is None or date.when.date != reference.latest:
        return False
    if verb.dep_ == "pcomp" or verb.pos_ not in ("VERB", "AUX"):
        verb = verb.head
    return find_opening(verb) == "after" or verb.lower_ == "after"


def _opens_speech(verb: Token) -> bool:
    """Whether it is the deed with which the lead's speaker begins: "Passing sentence on Friday, ..."."""
    is_first = verb.tag_ == "VBG" and verb.dep_ == "advcl" and verb.left_edge.i == verb.sent.start
    return is_first and verb.i < verb.head.i


def _is_old(when: When, reference: Reference) -> bool:
    """Whether a lead's date lies too far back to be the news of its headline."""
    if when.end is None or reference.day is None:
        return False
    is_day = when.precision in ("hour", "day")
    age = reference.day - (when.end - dt.timedelta(days=1)).date()
    return age > dt.timedelta(_RECENT if is_day else _RECENT_STRETCH)


def _is_perfect(trigger: Token) -> bool:
    """Whether it has happened since: "The company has apologised" is not of the crash's day."""
    return any(
        child.dep_ == "aux" and child.lower_ in ("has", "have") for child in trigger.children
    )


def _opens_lead(parsed: ParsedArticle, sentence: Sentence) -> bool:
    """Whether it is one of the lead's first two sentences."""
    if sentence.paragraph.role != "lead":
        return False
    first = next(other.index for other in parsed.sentences if other.paragraph.role == "lead")
    return sentence.index <= first + 1
