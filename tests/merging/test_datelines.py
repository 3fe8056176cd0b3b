"""Datelines are told from sentences, read to days, and stand for a text that tells nothing else."""

from __future__ import annotations

import datetime as dt

import pytest

from streams.merging.alike import PARTS
from streams.merging.datelines import cut_datelines, find_days, is_dateline, list_day_terms
from streams.merging.pairs import measure_pairs, score_profiles
from streams.merging.terms import build_profile, dump_profile, load_profile


def _days(*dates: str) -> frozenset[int]:
    return frozenset(dt.date.fromisoformat(date).toordinal() for date in dates)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Posted: Oct 3, 2031 8: 20 AM ET", _days("2031-10-03")),
        ("LAST UPDATED: FRIDAY, 3RD OCTOBER 2031, 02:24 GMT", _days("2031-10-03")),
        ("2031 - 10 - 03", _days("2031-10-03")),
        ("Updated 10/23/2031 3:41 PM", _days("2031-10-23")),
        ("23. 10. 31", _days("2031-10-23")),
        ("3/10/2031", _days("2031-10-03", "2031-03-10")),
        ("OCT 3", frozenset()),
        ("30/02/2031", frozenset()),
        ("9: 40am:", frozenset()),
    ],
)
def test_a_dateline_gives_its_day(text: str, expected: frozenset[int]) -> None:
    """Whatever the order of day and month; both where they can change places."""
    assert is_dateline(text)
    assert find_days(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Lynx beat Otters 20 - 13",
        "May day",
        "On 3 October 2031 the ferry sank.",
        "Last updated",
        "2031",
        "",
    ],
)
def test_what_tells_something_is_no_dateline(text: str) -> None:
    """A year alone may be a headline's whole wit, but is a date; words and scores are not."""
    assert is_dateline(text) == (text == "2031")


def test_datelines_are_cut_from_the_opening_only() -> None:
    """Further down a date on a line of its own is part of the text."""
    rest, days = cut_datelines(["October 3, 2031", "a", "b", "c", "d", "e", "October 4, 2031"])
    assert rest == ["a", "b", "c", "d", "e", "October 4, 2031"]
    assert days == _days("2031-10-03")


def test_a_dateline_is_not_the_lead() -> None:
    """The headline under it is, so that the same text with and without a dateline is the same."""
    dated = build_profile("Posted: Oct 3, 2031", "Ferry sinks off Quista.\nDivers search.")
    bare = build_profile("Ferry sinks off Quista.", "Divers search.")
    assert dated.ids.tolist() == bare.ids.tolist()
    assert dated.flags.tolist() == bare.flags.tolist()
    assert dated.length == bare.length


def test_days_running_share_a_term_and_days_apart_do_not() -> None:
    """Two rows of spans overlap, so that no midnight falls between two texts of one news."""
    for day in range(20):
        terms = [{term for term, _ in list_day_terms(frozenset((day + gap,)))} for gap in (0, 1, 7)]
        assert terms[0] & terms[1]
        assert not terms[0] & terms[2]


def test_texts_issued_far_apart_agree_less() -> None:
    """Within three days they may be of one news, a month apart hardly."""
    lines = ("October 3, 2031", "October 5, 2031", "December 24, 2031", "Ferry sinks off Quista")
    parts = measure_pairs([build_profile(line) for line in lines])
    issued = parts[..., PARTS.index("issued")]
    assert issued[0].tolist() == [1, 1, -1, 0]
    last = measure_pairs([build_profile(line) for line in lines[1:4]], last_only=True)
    assert last[0, :, PARTS.index("issued")].tolist() == [0, 0, 0]


def test_a_profile_keeps_when_it_was_issued() -> None:
    """Stored and loaded, and unknown in what was stored before it was kept."""
    profile = build_profile("October 3, 2031", "Ferry sinks off Quista.")
    stored = dump_profile(profile)
    assert load_profile(stored).issued == _days("2031-10-03")
    del stored["issued"]
    assert load_profile(stored).issued == frozenset()


def test_nothing_but_a_time_of_day_resembles_nothing() -> None:
    """A text without a word and without a day is compared without a fault."""
    odds = score_profiles([build_profile("9: 40am:"), build_profile("Ferry sinks off Quista")])
    assert odds[0, 1] < 0
