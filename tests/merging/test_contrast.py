"""What reading found tells look-alike stories apart, and says nothing where it does not know."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.merging.compat import EXACT_MEASURES, FAR_KM, LONG_RUNNING, can_be_one_kind
from streams.merging.contrast import (
    FAR_APART,
    OTHER_COUNTRY,
    OTHER_DAY,
    OTHER_NUMBER,
    OTHER_REGION,
    OTHER_TOWN,
    SAME_NUMBER,
    contrast_facts,
)
from streams.merging.facts import DAY, Facts, build_facts, measure_distance
from streams.merging.local import LocalMerge
from streams.records import Mention
from tests.merging.script import build_mention

PLACES = {
    "Vellmar": {"country": "UA", "admin1": "Ostra", "lat": 50.0, "lon": 36.2},
    "Brenko": {"country": "UA", "admin1": "Ostra", "lat": 50.1, "lon": 36.3},
    "Sudova": {"country": "UA", "admin1": "Sula", "lat": 46.4, "lon": 30.7},
    "Tulcan": {"country": "EC", "admin1": "Carchi", "lat": 0.8, "lon": -77.7},
}


def _tell(number: int = 0, **step: Any) -> Mention:
    told = {
        "outlet": f"Outlet {number}",
        "at": f"2031-03-04T0{number}:00",
        "day": "2031-03-04",
        "kind": "missile_strike",
        "headline": "Missile hits block of flats",
        "sentence": "A missile hit a block of flats in the night.",
        **step,
    }
    return build_mention(told, PLACES, number)


def _weigh(first: dict[str, Any], second: dict[str, Any]) -> float:
    facts = [build_facts(_tell(number, **step)) for number, step in enumerate((first, second))]
    table = contrast_facts(facts, np.zeros((2, 2), np.float32))
    assert table[0, 1] == table[1, 0]
    return float(table[0, 1])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"place": "Vellmar"}, {"place": "Sudova"}),
        ({"place": "Vellmar"}, {"place": "Tulcan"}),
        ({"day": "2031-03-04"}, {"day": "2031-03-07"}),
        ({"kind": "earthquake", "magnitude": 5.2}, {"kind": "earthquake", "magnitude": 6.1}),
    ],
)
def test_other_towns_days_and_magnitudes_speak_against_one_story(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    """Each of them alone outweighs much that is alike in the words."""
    assert _weigh(first, second) <= -2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"place": "Vellmar"}, {}),
        ({"place": "Vellmar"}, {"place": "Brenko"}),
        ({"day": "2031-03-04"}, {"day": "2031-03-05"}),
        ({"day": "2031-03-04"}, {"day": "2031-03-14", "kind": "arrest"}),
        ({"day": "2031-03-04", "kind": "trial"}, {"day": "2031-03-14", "kind": "trial"}),
        ({"killed": 3}, {"killed": 8}),
    ],
)
def test_what_is_unknown_near_or_went_on_says_nothing(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    """A suburb, the night between two days, what a story led to, and a toll that rises."""
    assert _weigh(first, second) == 0


def test_one_score_speaks_for_one_story() -> None:
    """Two matches of one pair of teams seldom end alike."""
    match = {"kind": "match_result", "score": 21}
    assert _weigh(match, match) > 0


def test_texts_that_are_far_apart_are_not_looked_at() -> None:
    """Their facts could not make one story of them."""
    facts = [build_facts(_tell(place=place)) for place in ("Vellmar", "Sudova")]
    assert not contrast_facts(facts, np.full((2, 2), -9, np.float32)).any()


BLANK = build_facts(_tell())
KINDS = (
    ("missile_strike", "attack"),
    ("explosion", "accident"),
    ("earthquake", "geophysical"),
    ("match_result", "sport"),
    ("appointment", "people"),
    ("resignation", "people"),
)
DAYS = st.none() | st.sampled_from([0.0, 0.5 * DAY, DAY, 2 * DAY, 9 * DAY])
NUMBERS = st.tuples(
    st.sampled_from(["killed", "magnitude", "score"]), st.sampled_from([2.0, 5.2, 5.5, 6.1])
)


@st.composite
def draw_facts(draw: st.DrawFn) -> Facts:
    """Draw the facts of an article of which anything may be unknown."""
    kind, group = draw(st.sampled_from(KINDS))
    return replace(
        BLANK,
        kind=kind,
        group=group,
        expiry=draw(st.sampled_from([7 * DAY, LONG_RUNNING, 90 * DAY])),
        start=draw(DAYS),
        end=draw(DAYS),
        precise=draw(st.booleans()),
        country=draw(st.sampled_from([None, "UA", "EC"])),
        region=draw(st.sampled_from([None, "Ostra", "Sula"])),
        place=draw(st.sampled_from([None, "vellmar", "brenko", "sudova"])),
        point=draw(st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)))
        if draw(st.booleans())
        else draw(st.sampled_from([(50.0, 36.2), (50.1, 36.3), (46.4, 30.7)])),
        exact=draw(st.booleans()),
        numbers=tuple(sorted(draw(st.sets(NUMBERS, max_size=4)))),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(draw_facts(), min_size=2, max_size=7), st.integers(0, 1_000))
def test_a_neighbourhood_is_weighed_as_its_pairs_are(told: list[Facts], seed: int) -> None:
    """The tables say what the rules say of the earlier and the later of any two."""
    odds = np.random.default_rng(seed).uniform(-6, 4, (len(told), len(told))).astype(np.float32)
    expected = np.zeros_like(odds)
    for later, b in enumerate(told):
        for earlier, a in enumerate(told[:later]):
            if odds[earlier, later] > FAR_APART and _tells(a) and _tells(b):
                expected[earlier, later] = expected[later, earlier] = _weigh_pair(a, b)
    assert np.array_equal(contrast_facts(told, odds), expected)


def _tells(facts: Facts) -> bool:
    return bool(facts.country or facts.numbers or (facts.precise and facts.start is not None))


def _weigh_pair(a: Facts, b: Facts) -> float:
    return min(_weigh_places(a, b), _weigh_days(a, b)) + _weigh_numbers(a, b)


def _weigh_places(a: Facts, b: Facts) -> float:
    if a.country and b.country and a.country != b.country:
        return OTHER_COUNTRY
    if a.place and a.place == b.place:
        return 0.0
    if a.exact and b.exact and a.point and b.point:
        return OTHER_TOWN if measure_distance(a.point, b.point) > FAR_KM else 0.0
    return OTHER_REGION if a.region and b.region and a.region != b.region else 0.0


def _weigh_days(a: Facts, b: Facts) -> float:
    if not (a.precise and b.precise) or min(a.expiry, b.expiry) > LONG_RUNNING:
        return 0.0
    if a.start is None or b.start is None or a.end is None or b.end is None:
        return 0.0
    if max(a.start, b.start) - min(a.end, b.end) < DAY:
        return 0.0
    return OTHER_DAY if can_be_one_kind(a.kind, a.group, b.kind, b.group) else 0.0


def _weigh_numbers(a: Facts, b: Facts) -> float:
    for measure, value in a.numbers:
        if measure in EXACT_MEASURES:
            others = [abs(other - value) for name, other in b.numbers if name == measure]
            if others:
                return SAME_NUMBER if min(others) <= EXACT_MEASURES[measure] else OTHER_NUMBER
    return 0.0


def test_two_strikes_told_in_the_same_words_are_two_stories() -> None:
    """Six outlets tell of two cities in turn, of which only the name differs."""
    merge = LocalMerge()
    told = {"Vellmar": set[str | None](), "Sudova": set[str | None]()}
    mentions = []
    for number, place in enumerate(("Vellmar", "Sudova") * 3):
        mention = _tell(
            number,
            place=place,
            headline=f"Missile strike on {place} kills several",
            sentence=f"A missile hit a block of flats in {place} in the night, officials said.",
        )
        merge.tell(mention)
        mentions.append((place, mention))
    for place, mention in mentions:
        told[place].add(merge.merger.find_story(mention.article_id))
    assert len(told["Vellmar"]) == len(told["Sudova"]) == 1
    assert told["Vellmar"] != told["Sudova"]
