"""A parsed article in, its date expressions out, each resolved against the article's own day."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

from streams.reading.gate import Gate
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.when.clock import at_hour, find_clock
from streams.reading.when.english import PLAN_LEMMAS
from streams.reading.when.found import FoundDate, Reference, Role, Tense
from streams.reading.when.hang import find_dated_noun, find_say_verb
from streams.reading.when.reference import find_reference
from streams.reading.when.rules import Context, Draft, Rule
from streams.reading.when.rules_calendar import CALENDAR_RULES
from streams.reading.when.rules_counted import COUNTED_RULES, EVENT_RULES
from streams.reading.when.rules_named import named_rules
from streams.reading.when.rules_relative import RELATIVE_RULES
from streams.reading.when.spans import placed
from streams.reading.when.tense import tense_of
from streams.reading.words import Token
from streams.records import Span, When

_SINCE = re.compile(r"\b(?:ever\s+)?since\s+(?:the\s+)?$", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till|by|through|no\s+later\s+than)\s+(?:the\s+)?$", re.IGNORECASE)
_CALLS = frozenset(("call", "announce", "election", "vote", "referendum", "summit", "date"))
_HUNG = 1.3
"""What "on" and its day would cost below the noun."""
_SOUTHERN = frozenset(("au", "nz", "za", "ar", "cl", "uy", "br", "bw", "zw", "na", "pe"))


def text_of(sentence: Sentence) -> str:
    """The sentence as written; a slice, where spaCy would join the tokens anew."""
    return sentence.paragraph.text[sentence.tokens.start_char : sentence.tokens.end_char]


@dataclass(slots=True)
class _Taken:
    """Characters of a sentence that a rule has read already."""

    ranges: list[tuple[int, int]] = field(default_factory=list)

    def is_free(self, start: int, end: int) -> bool:
        return all(end <= first or start >= last for first, last in self.ranges)


@cache
def _rules() -> tuple[Rule, ...]:
    named = named_rules()
    return (*named, *CALENDAR_RULES, *COUNTED_RULES, *RELATIVE_RULES, *EVENT_RULES)


@cache
def _gates() -> dict[re.Pattern[str], Gate]:
    return {rule.pattern: Gate(rule.pattern) for rule in _rules()}


@cache
def _cues() -> tuple[str, ...]:
    return tuple(dict.fromkeys(cue for rule in _rules() for cue in rule.cues))


def find_dates(parsed: ParsedArticle) -> tuple[FoundDate, ...]:
    """Every date expression of the article, in the order of the text."""
    reference = find_reference(parsed.article)
    southern = _is_southern(parsed.article.url or parsed.article.feed)
    found: list[FoundDate] = []
    previous: When | None = None
    # one look at the whole text spares most rules a look at each sentence
    whole = "\n".join(map(text_of, parsed.sentences)).replace("\u2019", "'").lower()
    cues = {cue for cue in _cues() if cue in whole}
    rules = [rule for rule in _rules() if not cues.isdisjoint(rule.cues)]
    for sentence in parsed.sentences:
        dates = _find_in_sentence(sentence, rules, cues, reference, previous, is_southern=southern)
        found.extend(dates)
        exact = [date.when for date in dates if date.is_dated and date.role == "at"]
        previous = exact[-1] if exact else previous
    return tuple(found)


def _is_southern(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host.rpartition(".")[2] in _SOUTHERN


def _find_in_sentence(
    sentence: Sentence,
    candidates: Sequence[Rule],
    cues: Collection[str],
    reference: Reference,
    previous: When | None,
    *,
    is_southern: bool,
) -> list[FoundDate]:
    text = text_of(sentence).replace("\u2019", "'")
    lower = text.lower()
    here = {cue for cue in cues if cue in lower}
    if not here:
        return []
    rules = [rule for rule in candidates if not here.isdisjoint(rule.cues)]
    headline = sentence.paragraph.role == "headline"

    def find_tense(start: int, end: int) -> Tense:
        first, _, head = _tokens(sentence, start, end)
        if _is_set_for(first):
            return "future"
        return tense_of(find_say_verb(first) or head, headline=headline)

    taken = _Taken()
    read: list[tuple[int, int, Draft]] = []
    # a letter that becomes two in lower case would shift the window
    is_even = len(lower) == len(text)
    gates = _gates()
    for rule in rules:
        window = gates[rule.pattern].find_window(lower)
        if window is None:
            continue
        for match in rule.pattern.finditer(text, *(window if is_even else ())):
            start, end = _trim(text, match.start(), match.end())
            if not taken.is_free(start, end):
                continue
            before = [draft.when for first, _, draft in sorted(read, key=_start) if first < start]
            dated = [when for when in before if when.start is not None]
            context = Context(
                reference,
                text,
                find_tense,
                dated[-1] if dated else previous,
                is_southern,
            )
            draft = rule.build(match, context)
            if draft is None:
                continue
            taken.ranges.append((start, end))
            read.append((start, end, draft))
    read.sort(key=_start)
    dates = [_build(sentence, start, end, draft) for start, end, draft in read]
    return _with_hour(dates, text, sentence)


def _is_set_for(first: Token) -> bool:
    """Whether a date is set: "called an election for November 14"."""
    i = first.i - (first.lower_ == "for")
    opening = first.sent.start
    if first.lower_ != "for" and (i <= opening or first.doc[i - 1].lower_ != "for"):
        return False
    words = first.doc[max(opening, i - 8) : i]
    return any(word.lemma_.lower() in PLAN_LEMMAS | _CALLS for word in words)


def _start(entry: tuple[int, int, Draft]) -> int:
    return entry[0]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _tokens(sentence: Sentence, start: int, end: int) -> tuple[Token, Token, Token]:
    base = sentence.tokens.start_char
    doc = sentence.tokens.doc
    span = doc.cover(base + start, base + end)
    if span is None or not len(span):
        token = sentence.tokens[0]
        return token, token, token
    return span[0], span[-1], span.root


def _build(sentence: Sentence, start: int, end: int, draft: Draft) -> FoundDate:
    first, last, head = _tokens(sentence, start, end)
    head = find_say_verb(first) or head
    where = Span(start=sentence.start + start, end=sentence.start + end)
    text = text_of(sentence)
    before = text[max(0, start - 24) : start]
    role = draft.role
    words = text[start:end]
    if role == "at":
        role = _role_of(before, words)
    tense: Tense = "unknown"
    if role in ("at", "until"):
        tense = tense_of(head, headline=sentence.paragraph.role == "headline")
    when = placed(draft.when, words, where)
    noun = None
    if role == "at" and when.precision in ("hour", "day"):
        noun = find_dated_noun(first, head)
    return FoundDate(
        sentence.index,
        where,
        first,
        last,
        noun or head,
        when,
        role,
        tense,
        draft.offset,
        0.0 if noun is None else _HUNG,
    )


def _role_of(before: str, words: str) -> Role:
    opening = words.split(" ", 1)[0].lower()
    if opening == "since" or _SINCE.search(before):
        return "since"
    if opening in ("until", "till", "by", "through") or _UNTIL.search(before):
        return "until"
    if opening == "before":
        return "before"
    if opening == "after":
        return "after"
    return "at"


def _with_hour(dates: list[FoundDate], text: str, sentence: Sentence) -> list[FoundDate]:
    days = [date for date in dates if date.when.precision == "day" and date.role == "at"]
    clock = find_clock(text) if days else None
    if clock is None:
        return dates
    at = sentence.start + clock.start()
    nearest = min(days, key=lambda date: min(abs(date.span.start - at), abs(date.span.end - at)))
    if min(abs(nearest.span.start - at), abs(nearest.span.end - at)) > 48:
        return dates
    when = at_hour(nearest.when, clock)
    if when is None:
        return dates
    exact = FoundDate(
        nearest.sentence,
        nearest.span,
        nearest.first,
        nearest.last,
        nearest.head,
        when,
        nearest.role,
        nearest.tense,
        hung=nearest.hung,
    )
    return [exact if date is nearest else date for date in dates]
