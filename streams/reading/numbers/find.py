"""A parsed article in, its numbers with measure, unit, bounds and qualifier out."""

from __future__ import annotations

import re

from streams.reading.numbers.counted import Counted, find_counted
from streams.reading.numbers.found import FoundQuantity
from streams.reading.numbers.joined import join_counts
from streams.reading.numbers.measured import Draft, find_measured
from streams.reading.numbers.single import find_manifold, find_single
from streams.reading.numbers.units import bare_dollar
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.when.find import text_of
from streams.reading.words import Token
from streams.records import Quantity, Span

_CUE = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twel|thir|four|fif|six|seven|eigh|nine|twenty|forty|hundred|"
    r"thousand|million|billion|dozen|scores|several|few|couple|handful|no|nobody|none|zero|any|half|another|kilomet|mile|pair|without)"
)


def find_quantities(parsed: ParsedArticle) -> tuple[FoundQuantity, ...]:
    """Every number of the article that measures or counts something, in the order of the text."""
    dollar = bare_dollar(parsed.article.url or parsed.article.feed)
    found: list[FoundQuantity] = []
    for sentence in parsed.sentences:
        found.extend(_find_in_sentence(sentence, dollar))
    return tuple(found)


def _find_in_sentence(sentence: Sentence, dollar: str) -> list[FoundQuantity]:
    text = text_of(sentence).replace("\u2019", "'")
    counts = list(find_single(sentence, text.lower()))
    counts.extend(find_manifold(sentence, text.lower()))
    drafts: list[Draft] = []
    if _CUE.search(text.lower()):
        drafts = find_measured(text, dollar)
        counts.extend(find_counted(sentence, text, [(draft.start, draft.end) for draft in drafts]))
    found = [_from_draft(sentence, draft) for draft in drafts]
    found.extend(_from_count(sentence, count) for count in join_counts(counts, text))
    return sorted(found, key=lambda quantity: quantity.span.start)


def _tokens(sentence: Sentence, start: int, end: int) -> tuple[Token, Token, Token]:
    base = sentence.tokens.start_char
    span = sentence.tokens.doc.cover(base + start, base + end)
    if span is None or not len(span):
        token = sentence.tokens[0]
        return token, token, token
    return span[0], span[-1], span.root


def _from_draft(sentence: Sentence, draft: Draft) -> FoundQuantity:
    first, last, root = _tokens(sentence, draft.start, draft.end)
    amount = draft.amount
    quantity = Quantity(
        measure=draft.measure,
        value=amount.value,
        low=amount.low,
        high=amount.high,
        unit=draft.unit,
        qualifier=amount.qualifier,
        text=text_of(sentence)[draft.start : draft.end].strip(),
        span=Span(start=sentence.start + draft.start, end=sentence.start + draft.end),
    )
    return FoundQuantity(sentence.index, first, last, root, quantity)


def _from_count(sentence: Sentence, count: Counted) -> FoundQuantity:
    first, last, _ = _tokens(sentence, count.start, count.end)
    amount = count.amount
    quantity = Quantity(
        measure=count.measure,
        value=amount.value,
        low=amount.low,
        high=amount.high,
        unit=count.unit,
        qualifier=amount.qualifier,
        text=text_of(sentence)[count.start : count.end].strip(),
        span=Span(start=sentence.start + count.start, end=sentence.start + count.end),
    )
    return FoundQuantity(
        sentence.index,
        first,
        last,
        count.head,
        quantity,
        count.noun,
        is_part=count.is_part,
        is_definite=count.is_definite,
    )
