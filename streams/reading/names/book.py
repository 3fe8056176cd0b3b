"""The names of one article: its people and organisations, and whom each word stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streams.reading.names.groups import GROUPS
from streams.reading.names.phrases import clean_phrase, head_of, phrase_of
from streams.reading.names.titles import is_title
from streams.reading.words import Token

Place = tuple[int, int]
"""A token of the article: the identity of its paragraph's parse, and its number there."""


@dataclass(slots=True)
class Names:
    """The people and organisations of one article, and the words that stand for them."""

    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    _titles: dict[str, str] = field(default_factory=dict)
    _meant: dict[Place, str] = field(default_factory=dict)

    def title_of(self, name: str) -> str | None:
        """The office or title the article gives this person, e.g. Deputy Defence Minister."""
        return self._titles.get(name)

    def person_at(self, token: Token) -> str | None:
        """The full name this word stands for, or is part of."""
        return self._meant.get(place_of(token))

    def canonical(self, tokens: Sequence[Token]) -> str:
        """The full name these words stand for; else the words, without articles."""
        if not tokens:
            return ""
        head = head_of(tokens)
        named = (child for child in head.children if child.dep_ == "appos")
        for token in (head, *tokens, *named):
            meant = self._meant.get(place_of(token))
            if meant is not None and _is_within(token, head):
                return meant
        for token in _apposed_below(head):  # "the mayor of Kota, Ana Costa,"
            meant = self._meant.get(place_of(token))
            if meant is not None:
                return meant
        for child in head.children:  # "the group Ansar": the name says more
            between = child.left_edge.i - head.i - 1 if child.dep_ == "appos" else -1
            body = between == 1 and head.lower_ in GROUPS and head.nbor().text == ","
            if child.pos_ == "PROPN" and (between == 0 or body):
                return clean_phrase(phrase_of(child))
        return clean_phrase(tokens)


def _apposed_below(head: Token) -> Iterator[Token]:
    """What the parser puts beside the place of an office and is the name of who holds it."""
    if not is_title(head):
        return
    for child in head.children:
        if child.dep_ == "prep" and child.i == head.i + 1:
            for place in child.children:
                yield from (t for t in place.children if t.dep_ == "appos" and t.pos_ == "PROPN")


def _is_within(token: Token, head: Token) -> bool:
    """Tell whether a name is the phrase's own, not its owner's: not "Mr. Putin's party"."""
    if token == head:
        return True
    return token.dep_ in {"compound", "flat", "appos", "nmod"} and token.head == head


def place_of(token: Token) -> Place:
    """The place of a word in the article."""
    return id(token.doc), token.i
