"""A headline in, the kind of event it most likely reports out, for where the parse gives nothing.

The theory: a headline is compared with labelled headlines of our own writing
(`streams/lexicon/headlines.tsv`), by static word vectors; the nearest vote. Names are taken out,
because they tell a story and not a kind. Headlines that report nothing ("A bathroom for less") are
among the examples, and when they are nearest there is no event.

What it gets wrong on purpose: where no example is near, the kind is `other`, not a guess.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from streams.lexicon.ontology import OTHER
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.vectors import Vectors, embed_texts
from streams.records import Genre, Reason

NEIGHBOURS = 6
MIN_SIMILARITY = 0.5
"""Below this no example is near, and the kind is `other`."""
MIN_CONFIDENCE = 0.4
"""Nearest similarity times share of the neighbours' votes; below it the kind is `other`."""
NO_EVENT = "none"
_NAMES = frozenset({"PERSON", "GPE", "NORP", "ORG", "LOC", "FAC"})


@dataclass(frozen=True, slots=True)
class HeadlineGuess:
    """A guess at the kind of a headline."""

    kind: str
    confidence: float
    reason: Reason


def headline_fallback(parsed: ParsedArticle, genre: Genre) -> HeadlineGuess | None:
    """Guess what the headline of a report tells; None where it tells no event."""
    if genre not in {"report", "live_blog", "result"}:
        return None
    headline = next((s for s in parsed.sentences if s.paragraph.role == "headline"), None)
    told = headline or next((s for s in parsed.sentences if s.paragraph.role == "lead"), None)
    if told is None:
        return None
    kind, confidence, similarity = guess_kind(_plain(told))
    if kind == NO_EVENT:
        return None
    rule = "headline.nearest" if kind != OTHER else "headline.far"
    reason = Reason(field="kind", rule=rule, score=round(similarity, 2), span=told.span)
    return HeadlineGuess(kind, confidence, reason)


def guess_kind(text: str) -> tuple[str, float, float]:
    """Guess the kind of a text: the kind, a confidence from 0 to 1, and the nearest similarity."""
    kinds, vectors = load_examples()
    similarities = (embed_texts([text]) @ vectors.T)[0]
    nearest = np.argsort(-similarities)[:NEIGHBOURS]
    votes: dict[str, float] = defaultdict(float)
    for index in nearest:
        votes[kinds[index]] += max(float(similarities[index]), 0.0) ** 4
    total = sum(votes.values()) or 1.0
    kind = max(votes, key=lambda name: votes[name])
    share = votes[kind] / total
    best = float(similarities[nearest[0]])
    if kind != NO_EVENT and (best < MIN_SIMILARITY or best * share < MIN_CONFIDENCE):
        return OTHER, round(0.3 * best, 2), best
    return kind, round(min(0.8, best * share), 2), best


def _plain(sentence: Sentence) -> str:
    kept = [
        token.text
        for token in sentence.tokens
        if token.ent_type_ not in _NAMES and not token.is_punct
    ]
    return " ".join(kept) or sentence.text


@cache
def load_examples() -> tuple[list[str], Vectors]:
    """Load the labelled headlines and their vectors."""
    table = resources.files("streams.lexicon").joinpath("headlines.tsv").read_text("utf-8")
    kinds: list[str] = []
    texts: list[str] = []
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    for line in lines[1:]:
        kind, headlines = line.split("\t", 1)
        for text in headlines.split(" | "):
            kinds.append(kind)
            texts.append(text)
    return kinds, embed_texts(texts)
