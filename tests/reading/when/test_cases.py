"""Every case of `tests/cases/dates.toml` gives the expected date."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from streams.reading.parse import ParsedArticle, parse_article
from streams.reading.when import choose_when, find_dates
from streams.records import Article, When
from tests.reading.when.build import build_article, find_trigger

CASES = Path(__file__).parents[2] / "cases" / "dates.toml"
_DAY = dt.timedelta(days=1)


def _load() -> list[Any]:
    groups = tomllib.loads(CASES.read_text("utf-8"))["group"]
    return [
        pytest.param(group, *case, id=f"{group['name']}: {case[0]} [{case[1]}]")
        for group in groups
        for case in group["cases"]
    ]


def describe_when(when: When) -> str:  # noqa: PLR0911 - one precision after another
    """Write a date as the cases write it."""
    if when.start is None or when.end is None or when.date is None:
        return "before"
    first, last = when.date, (when.end - _DAY).date()
    if when.precision == "hour":
        return when.start.strftime("%Y-%m-%dT%H:%MZ")
    if when.precision == "week":
        return f"week {first}"
    if when.precision == "day":
        return f"{first}" if first == last else f"{first}/{last}"
    whole_month = first.day == 1 and (last + _DAY).day == 1 and last - first < 31 * _DAY
    if when.precision == "month" and whole_month:
        return first.strftime("%Y-%m")
    whole_year = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    if when.precision == "year" and whole_year and first.year == last.year:
        return str(first.year)
    return f"{when.precision} {first}/{last}"


def _article(group: dict[str, Any], text: str) -> Article:
    return build_article(
        text,
        published=group.get("published"),
        offset=group.get("offset"),
        url=group.get("url"),
        backfill=group.get("backfill", False),
    )


@pytest.mark.parametrize(("group", "text", "trigger", "expected"), _load())
def test_date_of_the_event_is_read(
    group: dict[str, Any], text: str, trigger: str, expected: str
) -> None:
    """The event's date is the one the words give it, or honestly unknown."""
    parsed: ParsedArticle = parse_article(_article(group, text))
    sentence, token = find_trigger(parsed, trigger)
    when = choose_when(find_dates(parsed), parsed, sentence, token)
    assert describe_when(when) == expected, when


def test_there_are_enough_cases() -> None:
    """The issue asks for at least 150 cases."""
    assert len(_load()) >= 150
