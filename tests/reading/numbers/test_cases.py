"""Every case of `tests/cases/numbers.toml` gives the expected numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from streams.reading.numbers import choose_numbers, find_quantities
from streams.reading.parse import parse_article
from streams.records import Quantity
from tests.reading.when.build import build_article, find_trigger

CASES = Path(__file__).parents[2] / "cases" / "numbers.toml"
_SIGNS = {
    "exactly": "",
    "at_least": ">=",
    "more_than": ">",
    "about": "~",
    "up_to": "<=",
    "fewer_than": "<",
}


def _load(sort: str) -> list[Any]:
    groups = tomllib.loads(CASES.read_text("utf-8"))[sort]
    return [
        pytest.param(*case, id=f"{group['name']}: {' | '.join(case[:2])}")
        for group in groups
        for case in group["cases"]
    ]


def _number(value: float | None) -> str:
    assert value is not None
    return str(int(value)) if value == int(value) else str(value)


def describe_quantity(quantity: Quantity) -> str:
    """Write a number as the cases write it."""
    unit = "" if quantity.unit == "people" else f" {quantity.unit or ''}"
    if quantity.qualifier == "range":
        words = f"{_number(quantity.low)}..{_number(quantity.high)}"
    elif quantity.qualifier in _SIGNS:
        words = _SIGNS[quantity.qualifier] + _number(quantity.value)
    else:
        words = f"{quantity.qualifier} {_number(quantity.low)}"
    return f"{quantity.measure} {words}{unit}"


def _describe(quantities: Iterable[Quantity]) -> str:
    described = [describe_quantity(q) for q in quantities if q.measure != "count"]
    return "; ".join(described) or "none"


@pytest.mark.parametrize(("text", "expected"), _load("found"))
def test_number_is_read_with_its_measure(text: str, expected: str) -> None:
    """A sentence gives the numbers it says, with measure, bounds and unit."""
    found = find_quantities(parse_article(build_article(text)))
    described = _describe(one.quantity for one in found if not one.is_part)
    assert described == expected, [one.quantity for one in found]


@pytest.mark.parametrize(("text", "trigger", "kind", "expected"), _load("events"))
def test_event_gets_its_own_numbers(text: str, trigger: str, kind: str, expected: str) -> None:
    """An event gets the numbers of its clause and not its neighbour's."""
    parsed = parse_article(build_article(text))
    sentence, token = find_trigger(parsed, trigger)
    found = find_quantities(parsed)
    chosen = choose_numbers(found, parsed, sentence, (token,), kind, lambda _sentence, _word: None)
    assert _describe(chosen) == expected


def test_there_are_enough_cases() -> None:
    """The brief asks for at least 100 cases."""
    assert len(_load("found")) >= 100
