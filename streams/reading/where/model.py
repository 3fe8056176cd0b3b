"""What the parts of `where` hand on: a name in the text, and an article's places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from streams.reading.parse import Sentence
from streams.reading.where.places import Place
from streams.reading.words import Token
from streams.records import Span, Where

PlaceRole = Literal["place", "actor", "modifier"]
"""place: somewhere; actor: a government or a team that acts; modifier: it names another noun."""


@dataclass(slots=True, eq=False)
class NamedPlace:
    """A name of the text that may be a place, while it is being read."""

    sentence: Sentence
    first: Token
    last: Token
    head: Token
    name: str
    key: str
    places: tuple[Place, ...]
    role: PlaceRole = "place"
    generic: str | None = None
    is_near: bool = False
    is_far: bool = False
    """So many kilometres from it that it only says where another place lies."""
    is_part: bool = False
    container_country: str | None = None
    container_admin1: str | None = None
    facility: str | None = None
    is_front: bool = False
    is_locative: bool = False
    is_village: bool = False
    is_town: bool = False
    chosen: Place | None = None

    @property
    def span(self) -> Span:
        """The name as a span of the reading text."""
        return self.sentence.span_of(self.first, self.last)


@dataclass(frozen=True, slots=True, eq=False)
class FoundPlace:
    """A name of the text with what it was resolved to."""

    sentence: int
    first: Token
    last: Token
    head: Token
    role: PlaceRole
    where: Where


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The places of one article."""

    found: tuple[FoundPlace, ...]
    countries: dict[str, float] = field(default_factory=dict)
    capital: Where | None = None
    story: Where | None = None
    dateline: Where | None = None

    def in_sentence(self, index: int) -> list[FoundPlace]:
        """The places named in one sentence."""
        return [place for place in self.found if place.sentence == index]

    @property
    def names(self) -> tuple[str, ...]:
        """The places the article names, each once, in order; not what only names an actor."""
        seen: dict[str, None] = {}
        for place in self.found:
            if place.role != "actor":
                seen.setdefault(place.where.name)
        return tuple(seen)
