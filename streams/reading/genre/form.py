"""A parsed article in, the signs of its form out: dateline, tense, person, headline, attributions.

What quotes say is left aside: the people in a report say "I" and "should", its writer does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streams.reading.genre.signs import Sign
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.voices.quotes import find_quotes, is_quoted
from streams.reading.words import Token
from streams.records import Genre

SAYING = frozenset(
    [
        "say",
        "tell",
        "announce",
        "report",
        "confirm",
        "deny",
        "warn",
        "state",
        "declare",
        "claim",
        "add",
        "accuse",
        "urge",
        "order",
    ]
)
DUTY = frozenset({"should", "must", "ought"})
NEWS_DAYS = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "today",
        "yesterday",
        "overnight",
    ]
)
MANY_FIRST = 12
"""Times that only somebody's own story says "I"."""
MANY_SAID = 4
"""Attributions from which others speak in a text, whoever tells it."""
MIN_SUMMARY = 4
"""Words from which a summary shows a tense."""
_MAYBE = frozenset({"could", "may", "might", "can"})
_OPENERS = frozenset({"a", "an", "the", "my", "our", "his", "her", "your"})
"""News drops these before its first noun; the titles of essays and reviews do not."""
FINITE = frozenset({"VBZ", "VBD", "VBP", "MD"})


@dataclass(slots=True)
class _Counts:
    words: int = 0
    first: int = 0
    plural: int = 0
    second: int = 0
    duty: int = 0
    questions: int = 0
    orders: int = 0
    sentences: int = 0
    said: int = 0
    past: int = 0


def find_form(parsed: ParsedArticle) -> Iterator[Sign]:
    """Find what the form of an article speaks for."""
    yield from _judge_opening(parsed)
    yield from _judge_headline(parsed)
    yield from _judge_lead(parsed)
    counts = _count_words(parsed)
    if counts.said:
        yield Sign("report", "said", 1.0 if counts.said > 1 else 0.7, "attributions")
    if counts.words < 40:
        if counts.words >= MIN_SUMMARY and counts.past == 0 and not counts.said:
            yield Sign("feature", "no_past", 1.0, "no verb in the past tense")
        return
    yield from _judge_person(counts)
    if counts.second >= 3 and counts.second / counts.words > 0.01:
        yield Sign("feature", "second_person", 1.2, f"{counts.second} times you or your")
    if counts.duty >= 3 and counts.duty / counts.words > 0.005:
        yield Sign("opinion", "duty", 1.5, f"{counts.duty} times should or must")
    if counts.questions >= 2 and counts.questions / counts.sentences > 0.12:
        yield Sign("opinion", "questions", 1.0, f"{counts.questions} questions")
    if counts.orders >= 3 and counts.orders / counts.sentences > 0.25:
        yield Sign("recipe", "imperative", 1.5, f"{counts.orders} instructions")
    if counts.past == 0 and not counts.said:
        yield Sign("feature", "no_past", 1.0, "no verb in the past tense")


def _judge_person(counts: _Counts) -> Iterator[Sign]:
    """Judge who speaks outside of quotes: a writer of his own says "I", a commentator "we"."""
    if counts.first >= 3 and counts.first / counts.words > 0.008:
        genre: Genre = "opinion" if counts.duty >= 2 or counts.questions >= 2 else "feature"
        weight = 4.0 if counts.first >= MANY_FIRST and counts.said < MANY_SAID else 2.0
        yield Sign(genre, "first_person", weight, f"{counts.first} times I or my")
    if counts.plural >= 4 and counts.plural / counts.words > 0.006 and counts.said < MANY_SAID:
        yield Sign("opinion", "first_plural", 1.5, f"{counts.plural} times we or our")


def _judge_opening(parsed: ParsedArticle) -> Iterator[Sign]:
    dateline = next((p.dateline for p in parsed.paragraphs[:4] if p.dateline), None)
    if dateline:
        yield Sign("report", "dateline", 2.0, dateline)
    if parsed.article.wire:
        yield Sign("report", "wire", 1.0, parsed.article.wire)
    for sentence in parsed.sentences:
        if sentence.paragraph.role in {"headline", "caption"}:
            continue
        if sentence.paragraph.index > 3 or sentence.index > 5:
            break
        days = [token for token in sentence.words if token.lower_ in NEWS_DAYS]
        if days and any(token.tag_ in {"VBD", "VBN"} for token in sentence.words):
            yield Sign("report", "news_day", 1.5, days[0].text)
            break


def _judge_lead(parsed: ParsedArticle) -> Iterator[Sign]:
    """Judge the mood of the first sentence of the body: news happened, an analysis says what may be."""
    lead = next((s for s in parsed.sentences if s.paragraph.role == "lead"), None)
    if lead is None or any(token.lower_ in NEWS_DAYS for token in lead.words):
        return
    verb = lead.tokens.root
    if any(token.tag_ == "VBD" for token in lead.words) or verb.pos_ not in {"VERB", "AUX"}:
        return
    helpers = {child.lower_ for child in verb.children if child.dep_ in {"aux", "auxpass"}}
    if helpers & _MAYBE:
        yield Sign("analysis", "lead_may", 1.5, lead.text[:60])
    elif verb.tag_ in {"VBZ", "VBP"} and not helpers and verb.lemma_ not in SAYING:
        whole = lead.text[-1:] == "." and lead.words[0].lower_ != "this"
        headline = (s for s in parsed.sentences if s.paragraph.role == "headline")
        if whole and not any(token.tag_ == "VBD" for s in headline for token in s.words):
            yield Sign("feature", "lead_present", 0.6, lead.text[:60])


def _judge_headline(parsed: ParsedArticle) -> Iterator[Sign]:
    headline = [s for s in parsed.sentences if s.paragraph.role == "headline"]
    if not headline:
        return
    tokens = [token for sentence in headline for token in sentence.words]
    thesis = next((s for s in headline if _is_thesis(s)), None)
    if thesis is not None:
        yield Sign("opinion", "thesis", 1.5, thesis.text)
    elif any(is_statement(sentence) for sentence in headline):
        yield Sign("report", "verb_headline", 0.7, headline[0].text)
    elif tokens[0].lower_ in _OPENERS and not _is_told(tokens):
        yield Sign("feature", "titled", 1.6, headline[0].text)
        yield Sign("report", "titled", -1.5, headline[0].text)
    elif not any(token.tag_ in FINITE or token.tag_ in {"VBN", "VB"} for token in tokens):
        yield Sign("feature", "noun_headline", 0.8, headline[0].text)


def _is_told(tokens: Sequence[Token]) -> bool:
    """Tell whether a headline without subject and verb still tells: a participle, an object."""
    return any(
        token.pos_ in {"VERB", "AUX"} and token.dep_ in {"ROOT", "acl"} and token.tag_ != "VBG"
        for token in tokens
    )


def is_statement(sentence: Sentence) -> bool:
    """Tell whether a headline says that somebody does something: a finite verb with a subject."""
    for token in sentence.words:
        if token.pos_ not in {"VERB", "AUX"} or token.dep_ not in {"ROOT", "conj", "ccomp"}:
            continue
        subjects = [c for c in token.children if c.dep_ in {"nsubj", "nsubjpass"}]
        if subjects and not any(c.lower_ in {"i", "you", "we", "it", "this"} for c in subjects):
            return True
    return False


def _is_thesis(sentence: Sentence) -> bool:
    """Tell whether a headline says what something is: "The sharing economy is a lie"."""
    for verb in sentence.words:
        if verb.lower_ not in {"is", "are", "isn't", "aren't"} or verb.dep_ not in {
            "ROOT",
            "ccomp",
        }:
            continue
        for child in verb.children:
            if child.dep_ == "attr" and any(c.lower_ in {"a", "an", "the"} for c in child.children):
                return True
    return False


def _count_words(parsed: ParsedArticle) -> _Counts:
    counts = _Counts()
    for sentence in parsed.sentences:
        if sentence.paragraph.role in {"headline", "caption"}:
            continue
        quotes = find_quotes(sentence.paragraph.text)
        outside = [t for t in sentence.words if not quotes or not is_quoted(quotes, t.idx)]
        if not outside:
            continue
        counts.sentences += 1
        counts.questions += outside[-1].text == "?"
        counts.orders += _is_order(outside[0])
        for token in outside:
            _count_token(counts, token)
    return counts


_FIRST = frozenset({"i", "me", "my", "mine", "myself"})


def _count_token(counts: _Counts, token: Token) -> None:
    lower, tag = token.lower_, token.tag_
    counts.words += token.is_alpha
    if lower in _FIRST and token.text in {"I", "me", "my", "My", "mine", "myself"}:
        counts.first += 1
    elif lower in {"we", "our", "us", "ourselves"} and token.text not in {"US", "Us"}:
        counts.plural += 1
    elif lower in {"you", "your", "yours", "yourself"}:
        counts.second += 1
    elif lower in DUTY:
        counts.duty += 1
    if tag == "VBD":
        counts.past += 1
    if tag in {"VBD", "VBZ", "VBP"} and token.lemma_ in SAYING:
        counts.said += 1


def _is_order(first: Token) -> bool:
    return first.tag_ == "VB" and first.dep_ == "ROOT"
