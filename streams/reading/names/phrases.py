"""Words of a noun phrase in, the phrase as people would write it out: whole, and without articles."""

# ruff: noqa: RUF001 - newspapers write curly apostrophes
from __future__ import annotations

import re
from collections.abc import Sequence

from streams.reading.words import Token

ARTICLES = frozenset({"the", "a", "an", "this", "that", "these", "those", "its", "their"})


_SPACED = re.compile(
    r" (?=['’](?:s\b)?(?: |$))|(?<=\b[A-Z]\.) (?=[A-Z]\.)|(?<=\w) (?=- \w)|(?<=\w -) (?=\w)"
)
"""Spaces that a page with its words set apart leaves in a name: "Iran 's", "U. S."."""


def head_of(tokens: Sequence[Token]) -> Token:
    """The word that the others hang on."""
    inside = set(tokens)
    for token in tokens:
        if token.head not in inside or token.head == token:
            return token
    return tokens[-1]


def phrase_of(head: Token) -> list[Token]:
    """The noun phrase of a head, without clauses and appositions: "Russia's defence ministry"."""
    keep = {
        "det",
        "amod",
        "compound",
        "poss",
        "nummod",
        "nmod",
        "case",
        "flat",
        "quantmod",
        "punct",
    }
    found = [head]
    for child in head.children:
        if child.dep_ in keep and not (child.dep_ == "punct" and child.text not in {"-", "–"}):
            found.extend(t for t in child.subtree if abs(t.i - head.i) <= 12)
        elif child.dep_ == "prep" and child.i == head.i + 1 and child.text[:1].isupper():
            found.extend(
                t for t in child.subtree if t.text[:1].isupper()
            )  # "Doctors Without Borders"
        elif child.dep_ == "prep" and child.lower_ in {"of", "for"} and child.i == head.i + 1:
            if any(inner.dep_ == "pcomp" for inner in child.children):
                continue  # "accused by prosecutors of stealing"
            aside = {t for c in child.subtree if c.dep_ in {"relcl", "acl"} for t in c.subtree}
            found.extend(t for t in child.subtree if t.i - head.i <= 7 and t not in aside)
    found.sort(key=lambda token: token.i)
    return found


def clean_phrase(tokens: Sequence[Token]) -> str:
    """Words as a name: no leading article, no trailing possessive or punctuation."""
    kept = list(tokens)
    while len(kept) > 1 and kept[0].lower_ in ARTICLES:
        kept.pop(0)
    while len(kept) > 1 and (kept[-1].lower_ in {"'s", "’s", "'", "’"} or kept[-1].is_punct):
        kept.pop()
    text = "".join(token.text_with_ws for token in kept)
    text = _SPACED.sub("", re.sub(r"\s+", " ", text))
    return text.strip(' ,;:"“”')


def origin_stem(word: str) -> str:
    """A stem that a country and its adjective share: Ukraine and Ukrainian, Russia and Russian."""
    return word.lower()[:5]
