"""`follow.toml` in, follow lists out: what a person wants to hear of, as matches and as rules.

A list has entries. Within an entry everything that is given must hold (floods *and* Germany), between
entries any (floods in Germany *or* anything about Olaf Scholz). Every list is a feed that
`tocsin serve` serves; a list with `channels` also rings there, at once or in a daily digest.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from streams.alerting.match import Verdict, match_any
from streams.alerting.rules import (
    Circle,
    Daily,
    KindName,
    Match,
    Name,
    Piece,
    Quiet,
    Rule,
    Rules,
    describe_problem,
    read_table,
)
from streams.alerting.wording import FOLLOWED
from streams.errors import SettingsError
from streams.records import Event, Severity

PREFIX = "follow."
"""The start of the rule names of follow lists."""
_CIRCLE = re.compile(r"^(-?\d+(?:\.\d+)?),\s*(-?\d+(?:\.\d+)?),\s*(\d+(?:\.\d+)?)\s*(?:km)?$")
_COUNTRY = re.compile(r"^[A-Z]{2}$")


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Many = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class Entry(Piece):
    """One thing that is followed; all that is given must hold, within each any."""

    topics: Annotated[tuple[KindName, ...], BeforeValidator(_as_tuple)] = ()
    places: Many = Field((), description="country code, region, place, or 'lat, lon, km'")
    people: Many = ()
    outlets: Many = ()
    events: Many = ()
    words: Many = ()

    @model_validator(mode="after")
    def _check_something(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError(
                "follows nothing; give topics, places, people, outlets, events or words"
            )
        return self

    def build_matches(self) -> tuple[Match, ...]:
        """Build the matches that this entry stands for: one for each way to say where."""
        countries = tuple(place for place in self.places if _COUNTRY.match(place))
        circles = tuple(c for c in map(_read_circle, self.places) if c is not None)
        named = tuple(
            place for place in self.places if place not in countries and _read_circle(place) is None
        )
        common = Match(
            kind=self.topics,
            actors=self.people,
            publishers=self.outlets,
            events=self.events,
            words=self.words,
            modality=("happened", "denied", "threatened", "planned"),
        )
        ways: list[dict[str, object]] = []
        if countries:
            ways.append({"country": countries})
        if named:
            ways.append({"place": named})
        if circles:
            ways.append({"within": circles})
        return tuple(common.model_copy(update=way) for way in ways) or (common,)


class FollowList(Piece):
    """What one person or desk follows."""

    name: Name
    title: str = ""
    follow: tuple[Entry, ...] = Field(min_length=1)
    channels: tuple[str, ...] = ()
    digest: Daily | None = None
    quiet: Quiet | None = None
    severity: Severity = "Minor"

    def match(self, event: Event) -> Verdict:
        """Judge whether the list is about an event."""
        return match_any(self.build_matches(), event)

    def build_matches(self) -> tuple[Match, ...]:
        """Build the matches of all entries."""
        return tuple(match for entry in self.follow for match in entry.build_matches())

    def build_rule(self) -> Rule:
        """Build the rule that rings for this list."""
        return Rule(
            name=PREFIX + self.name,
            description=self.title or self.name,
            match=self.build_matches(),
            watch=FOLLOWED,
            severity=self.severity,
            channels=self.channels,
            digest=self.digest,
            quiet=self.quiet,
        )


class Follows(Piece):
    """Every follow list."""

    schema_version: Literal[1] = Field(1, alias="schema")
    lists: tuple[FollowList, ...] = Field((), alias="list")

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [follow_list.name for follow_list in self.lists]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"the same name is used twice: {', '.join(doubled)}")
        return self


def load_follows(source: str | Path) -> Follows:
    """Load follow lists from a file or from TOML text; raise `SettingsError` with every problem."""
    name, table = read_table(source, "follow.toml")
    try:
        return Follows.model_validate(table)
    except ValidationError as error:
        raise SettingsError(
            tuple(describe_problem(name, table, detail) for detail in error.errors())
        ) from error


def add_follows(rules: Rules, follows: Follows) -> Rules:
    """Add a rule for each follow list that has channels."""
    more = tuple(each.build_rule() for each in follows.lists if each.channels)
    return rules.model_copy(update={"rule": rules.rule + more})


def _read_circle(place: str) -> Circle | None:
    match = _CIRCLE.match(place)
    if match is None:
        return None
    return Circle(lat=float(match[1]), lon=float(match[2]), km=float(match[3]))
