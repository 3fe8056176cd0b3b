"""What reading found tells look-alike stories apart, and says nothing where it does not know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from streams.merging.contrast import contrast_facts
from streams.merging.facts import build_facts
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
