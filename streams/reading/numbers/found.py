"""What `find_quantities` hands on: a number with its unit, and the noun and clause it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from streams.reading.words import Token
from streams.records import Quantity, Span


@dataclass(frozen=True, slots=True, eq=False)
class FoundQuantity:
    """One number of the text and what it measures.

        `head` is the token that ties it to the clause: the counted noun, or the word that says what
        befell the counted ("dead"). `is_part` marks a part of another number ("including 3 children"),
    `is_definite` one person told with "the" or a name, who may be one of those counted elsewhere.
    """

    sentence: int
    first: Token
    last: Token
    head: Token
    quantity: Quantity
    noun: str | None = None
    is_part: bool = False
    is_definite: bool = False

    @property
    def span(self) -> Span:
        """Where the words stand."""
        assert self.quantity.span is not None  # every found quantity has one
        return self.quantity.span
