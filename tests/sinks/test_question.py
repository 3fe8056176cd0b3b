"""What an analyst asks becomes the right request, or a clear refusal."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.elastic.question import (
    Question,
    QuestionError,
    build_request,
    check_kind,
    parse_point,
    parse_time,
)
from streams.records import Point

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("7d", False, NOW - dt.timedelta(days=7)),
        ("24h", False, NOW - dt.timedelta(hours=24)),
        ("2w", True, NOW - dt.timedelta(weeks=2)),
        ("today", False, dt.datetime(2026, 11, 24, tzinfo=dt.UTC)),
        ("yesterday", True, dt.datetime(2026, 11, 24, tzinfo=dt.UTC)),
        ("2023-06-13", False, dt.datetime(2023, 6, 13, tzinfo=dt.UTC)),
        ("2023-06-13", True, dt.datetime(2023, 6, 14, tzinfo=dt.UTC)),
        ("2023-06-13T08:00", False, dt.datetime(2023, 6, 13, 8, tzinfo=dt.UTC)),
        ("2023-06-13T08:00+03:00", True, dt.datetime(2023, 6, 13, 5, tzinfo=dt.UTC)),
    ],
)
def test_times_are_read(text: str, end: bool, expected: dt.datetime) -> None:  # noqa: FBT001 - a table
    """Spans count back from now; a day as an end means its end."""
    assert expected == parse_time(text, NOW, end=end)


@given(st.text(max_size=30))
def test_any_text_as_a_time_is_read_or_refused(text: str) -> None:
    """No text brings a traceback."""
    try:
        found = parse_time(text, NOW)
    except QuestionError:
        return
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("47.9,33.4", Point(lat=47.9, lon=33.4)),
        (" -1.3 , 36.8 ", Point(lat=-1.3, lon=36.8)),
        ("Kryvyi Rih", None),
        ("Paris, France", None),
    ],
)
def test_points_are_told_from_names(text: str, expected: Point | None) -> None:
    """Two numbers are a point; everything else is the name of a place."""
    assert expected == parse_point(text)


def test_a_point_off_the_globe_is_refused() -> None:
    """Latitude and longitude in the wrong order are the usual cause."""
    with pytest.raises(QuestionError, match="latitude"):
        parse_point("133.4,47.9")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("missile_strike", "missile_strike"),
        ("assault", "ASSAULT"),
        ("attack", "attack"),
        ("armed clash", "Armed clash"),
        ("16000000", "16000000"),
    ],
)
def test_kinds_go_by_any_of_their_names(name: str, expected: str) -> None:
    """Leaf kind, group, PLOVER, ACLED and IPTC."""
    assert expected == check_kind(name)


def test_an_unknown_kind_is_refused_with_what_was_meant() -> None:
    """A misspelt kind would otherwise find nothing, and look like peace."""
    with pytest.raises(QuestionError) as caught:
        check_kind("missle_strike")

    assert "missile_strike" in (caught.value.hint or "")


def find_all(value: Any, key: str) -> list[Any]:
    """Find every value of a key, however deep."""
    if isinstance(value, dict):
        own = [value[key]] if key in value else []
        return own + [found for part in value.values() for found in find_all(part, key)]
    if isinstance(value, list):
        return [found for part in value for found in find_all(part, key)]
    return []


def test_every_word_must_be_there_in_singular_or_plural() -> None:
    """Words are joined by and, phrases in quotation marks stay together."""
    request = build_request(Question(words='missiles city "kryvyi rih"'))

    assert [
        match["words"]["query"] for match in find_all(request, "match") if "words" in match
    ] == ["missiles missile", "city cities citys"]
    assert find_all(request, "match_phrase") == [{"words": "kryvyi rih"}]


def test_a_time_finds_events_whose_interval_overlaps() -> None:
    """The range of the event is asked, and `@timestamp` only where there is none."""
    request = build_request(Question(since=NOW))

    ranges = find_all(request, "range")
    assert "when.range" in ranges[0]
    assert ranges[0]["when.range"]["relation"] == "intersects"
    assert "@timestamp" in ranges[1]


@pytest.mark.parametrize(
    "question",
    [
        Question(shape="articles", kinds=("attack",)),
        Question(shape="articles", near=Point(lat=0, lon=0)),
        Question(shape="deadletters", statuses=("claimed",)),
        Question(shape="articles", sort="toll"),
        Question(shape="alerts", sort="changed"),
    ],
)
def test_what_records_do_not_have_is_refused(question: Question) -> None:
    """Asking articles for their kind would find nothing and look like an answer."""
    with pytest.raises(QuestionError, match="have no"):
        build_request(question)
