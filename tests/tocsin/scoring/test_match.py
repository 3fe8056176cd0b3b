"""Labels meet mentions by kind, date, place and number; fields are right, wrong or unknown."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from streams.records import Claim, Mention, Quantity, Span, When, Where
from tocsin.scoring.gold import GoldArticle, GoldClaim, GoldEvent, GoldNumber
from tocsin.scoring.match import Tally, judge_date, match_events, score_article
from tocsin.scoring.places import judge_place

DAY = dt.date(2024, 3, 12)
START = dt.datetime(2024, 3, 12, tzinfo=dt.UTC)


def build_mention(kind: str = "earthquake", **fields: Any) -> Mention:
    shared: dict[str, Any] = {
        "id": "m1-x", "article_id": "a1-x", "article_version": "v1-x", "fetched": START,
        "publisher": "P", "family": "P", "headline": "H", "blocks": ("b",), "sentence": "S.",
        "span": Span(start=0, end=2), "confidence": 0.8,
    }  # fmt: skip
    return Mention(kind=kind, **{**shared, **fields})


def on(day: dt.date, days: int = 1, precision: str = "day") -> When:
    start = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return When.model_validate(
        {"start": start, "end": start + dt.timedelta(days), "date": day, "precision": precision}
    )


QUAKE = GoldEvent(
    id="q",
    kinds=("earthquake",),
    date=DAY,
    places=("Lima",),
    country="PE",
    numbers={"killed": GoldNumber(value=9, qualifier="at_least")},
    claims=(GoldClaim(claimant="interior ministry", stance="asserts"),),
)


@pytest.mark.parametrize(
    ("when", "verdict"),
    [
        (on(DAY), "right"),
        (on(dt.date(2024, 3, 5)), "wrong"),
        (When(), "unknown"),
        (on(dt.date(2024, 3, 1), 31, "month"), "unknown"),
    ],
)
def test_a_date_is_right_wrong_or_unknown(when: When, verdict: str) -> None:
    """An honest unknown is not wrong, and a coarse date that holds the day is not right."""
    assert judge_date(QUAKE, build_mention(when=when)) == verdict


@pytest.mark.parametrize(
    ("where", "verdict"),
    [
        (Where(name="Lima", country="PE", precision=1), "right"),
        (Where(name="Lima", country="US", precision=1), "wrong"),
        (Where(name="Peru", country="PE", precision=3), "unknown"),
        (None, "unknown"),
    ],
)
def test_a_place_is_right_wrong_or_unknown(where: Where | None, verdict: str) -> None:
    """The same name in another country is wrong; the country alone is unknown."""
    assert judge_place(QUAKE, build_mention(where=where)) == verdict


def test_two_events_of_one_kind_find_their_own_mentions() -> None:
    """Dates and places part what the kind cannot."""
    other = GoldEvent(id="o", kinds=("earthquake",), date=dt.date(2017, 1, 1), precision="year")
    old, new = build_mention(when=on(dt.date(2017, 5, 1))), build_mention(when=on(DAY))
    pairs = match_events((other, QUAKE), (new, old))
    assert pairs["q"] is new
    assert pairs["o"] is old


def test_a_mention_of_another_kind_in_the_group_needs_evidence() -> None:
    """A wrong kind alone meets no label."""
    volcano = build_mention("volcanic_eruption")
    assert match_events((QUAKE,), (volcano,)) == {}


def test_fields_and_false_events_are_counted() -> None:
    """A right reading is all right; an invented event is false; a denial heard as nothing unknown."""
    found = build_mention(
        when=on(DAY),
        where=Where(name="Lima", country="PE"),
        numbers=(Quantity(measure="killed", value=9, qualifier="at_least", text="at least 9"),),
        claims=(Claim(claimant="the interior ministry", stance="asserts"),),
    )
    gold = GoldArticle(publisher="P", published=START, text="T", events=(QUAKE,))
    tally = Tally()
    score_article("a", gold, (found, build_mention("flood")), tally)
    assert (tally.must, tally.found, tally.met, tally.false) == (1, 1, 1, 1)
    for name in ("kind", "date", "place", "killed", "claims"):
        assert tally.share(name) == (1, 0, 0), name


def test_an_article_that_reports_nothing_must_stay_silent() -> None:
    """Any new event of a review is false; a recalled one is not."""
    gold = GoldArticle(publisher="P", published=START, text="T")
    tally = Tally()
    score_article("quiet", gold, (build_mention(newsworthiness="background"),), tally)
    score_article("noisy", gold, (build_mention("statement"),), tally)
    assert (tally.silent, tally.kept_silent, tally.false) == (2, 1, 1)
