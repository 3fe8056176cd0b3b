"""A simulated year through the merge step: what is kept follows what is alive, not what was ever told."""

from __future__ import annotations

import datetime as dt

from streams.lexicon.ontology import get_kind
from streams.merging.desk import KEEP, LATE_DAYS, STORY_DAYS
from streams.merging.local import LocalMerge
from streams.merging.members import load_cluster
from streams.records import Mention, Point, When, Where
from tests.samples import build_mention

BLOCK = "UA-North|attack"
STORIES = "story|all"
START = dt.datetime(2031, 1, 1, 9, tzinfo=dt.UTC)
STEP = 4
"""Days between two reports."""
LAST = 356
SEASON = 120
VOWELS = "aeiou"
CONSONANTS = "bdfgklmnprstvz"


def _build_report(number: int, kind: str, town: str, at: dt.datetime) -> Mention:
    day = at.replace(hour=0)
    sentence = f"The {kind} at {town} was reported by {town} officials."
    return build_mention(
        id=f"{kind}-{number}",
        article_id=f"article-{kind}-{number}",
        fetched=at,
        published=at,
        publisher=f"Outlet {number % 7}",
        family=f"House {number % 7}",
        headline=f"{kind.replace('_', ' ').capitalize()} at {town}",
        sentence=sentence,
        context=sentence,
        blocks=(BLOCK,),
        kind=kind,
        when=When(start=day, end=day + dt.timedelta(days=1), date=day.date(), precision="day"),
        where=Where(
            name=town,
            resolved=town,
            point=Point(lat=44 + number % 50 / 10, lon=22 + number // 50),
            precision=1,
            country="UA",
            admin1="North",
            feature="settlement",
        ),
        actors=(),
        targets=(),
        numbers=(),
        claims=(),
    )


def _name_town(number: int) -> str:
    first, rest = divmod(number, len(CONSONANTS))
    second, third = divmod(rest, len(VOWELS))
    last = VOWELS[third] + CONSONANTS[second] + "ovka"
    return (
        f"{CONSONANTS[rest % len(CONSONANTS)]}{VOWELS[first % 5]}{CONSONANTS[first]}{last}".title()
    )


def test_a_year_leaves_on_the_shelf_what_a_season_does() -> None:
    """Closed events and stories are forgotten, and the shelf grows no more."""
    merge = LocalMerge(embed=False)
    kept: dict[int, int] = {}
    size: dict[int, int] = {}
    for number in range(LAST // STEP + 1):
        at = START + dt.timedelta(days=number * STEP)
        strike = _build_report(number, "missile_strike", _name_town(number), at)
        merge.deliver([(BLOCK, strike), (STORIES, strike)], at)
        kept[number * STEP] = sum(key.startswith("cluster") for key in merge.shelf)
        size[number * STEP] = sum(len(value) for key, value in merge.shelf.items() if BLOCK in key)
    event = dt.timedelta(days=get_kind("missile_strike").expiry_days + LATE_DAYS) + KEEP
    story = dt.timedelta(days=STORY_DAYS + LATE_DAYS) + KEEP
    assert max(kept.values()) <= (event.days + story.days) // STEP + 2
    assert size[LAST] <= 1.2 * size[SEASON]
    for key, value in merge.shelf.items():
        if key.startswith(f"cluster\x1f{STORIES}"):
            lasting = load_cluster(value)
            assert all(told.keys() <= set(lasting.members) for told in lasting.sent.values())


def test_a_kind_that_stays_open_longer_is_kept_longer() -> None:
    """A year after, neither is left; when the strike's time is over, the trial's is not."""
    merge = LocalMerge(embed=False)
    strike = _build_report(1, "missile_strike", "Avem", START)
    inquiry = _build_report(2, "investigation", "Bory", START)
    for mention in (strike, inquiry):
        merge.deliver([(BLOCK, mention)], START)

    def kinds_after(days: int) -> set[str]:
        # forgetting happens when something else comes
        at = START + dt.timedelta(days=days)
        merge.deliver([(BLOCK, _build_report(days, "bombing", "Cerv", at))], at)
        return {event.kind for event in merge.list_events()} - {"bombing"}

    short = get_kind("missile_strike").expiry_days + LATE_DAYS + KEEP.days
    long = get_kind("investigation").expiry_days + LATE_DAYS + KEEP.days
    assert kinds_after(short - 1) == {"missile_strike", "investigation"}
    assert kinds_after(short + 1) == {"investigation"}
    assert kinds_after(long + 1) == set()
