"""Every case of `tests/cases/places.toml` gives the expected place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from streams.reading.parse import parse_article
from streams.reading.where import Places, choose_all_where, find_places
from streams.records import Where
from tests.reading.when.build import build_article, find_trigger

CASES = Path(__file__).parents[2] / "cases" / "places.toml"


def _load(sort: str) -> list[Any]:
    groups = tomllib.loads(CASES.read_text("utf-8"))[sort]
    return [
        pytest.param(*case, id=f"{group['name']}: {case[0]} [{case[1]}]")
        for group in groups
        for case in group["cases"]
    ]


def describe_where(where: Where) -> str:
    """Write a place as the cases write it."""
    inside = "/".join(filter(None, (where.country, where.admin1)))
    if where.resolved is None:
        return f"unresolved {inside}".strip()
    feature = where.feature
    if feature in ("settlement", "facility"):
        feature = "point"  # type: ignore[assignment]
        assert where.point is not None
    return f"{feature} {inside}".strip()


def _described(places: Places, name: str) -> str:
    found = [place for place in places.found if place.where.name == name]
    if not found:
        return "none"
    if found[0].role == "actor":
        return "actor"
    return describe_where(found[0].where)


@pytest.mark.parametrize(("text", "name", "expected"), _load("named"))
def test_name_is_resolved_or_left_open(text: str, name: str, expected: str) -> None:
    """A name is the place that the context makes it, or honestly none."""
    places = find_places(parse_article(build_article(text)))
    assert _described(places, name) == expected, [place.where for place in places.found]


@pytest.mark.parametrize(("text", "trigger", "expected"), _load("events"))
def test_event_gets_its_own_place(text: str, trigger: str, expected: str) -> None:
    """The event's place is the one its clause names."""
    parsed = parse_article(build_article(text))
    sentence, token = find_trigger(parsed, trigger)
    wheres = choose_all_where(find_places(parsed), parsed, sentence, token)
    assert (", ".join(where.name for where in wheres) or "none") == expected


def test_there_are_enough_cases() -> None:
    """The issue asks for at least 100 cases with country and region."""
    assert len(_load("named")) >= 100
