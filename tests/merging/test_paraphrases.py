"""Happenings told in many wordings by many outlets: one story each, and one event each."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from streams.merging.local import LocalMerge
from tests.merging.script import build_mention
from tocsin.scoring.merging import load_paraphrases, score_order

PARAPHRASES = Path(__file__).parents[1] / "cases" / "paraphrases.toml"
BLAST_KINDS = ("bombing", "explosion", "suicide_bombing", "homicide", "massacre", "explosion")
PLACES = {"Velmar": {"country": "CZ", "admin1": "Moravia", "lat": 49.2, "lon": 16.6}}


def test_twelve_wordings_are_one_story() -> None:
    """Ten happenings of which four are look-alikes: at most a telling or two is astray."""
    fit = score_order(load_paraphrases(PARAPHRASES), 0)
    assert fit.f1 >= 0.97
    assert fit.found <= fit.gold + 2


@pytest.mark.parametrize("order", range(3))
def test_thirty_outlets_with_several_kinds_are_one_event(order: int) -> None:
    """One calls it a blast, one a bombing, one an attack; some know the toll, some do not."""
    tellings = load_paraphrases(PARAPHRASES)[:12]
    mentions = []
    for number in range(30):
        told = tellings[number % len(tellings)]
        step = {
            "kind": BLAST_KINDS[number % len(BLAST_KINDS)],
            "outlet": f"Outlet {number}",
            "at": f"2031-05-03T{6 + number // 4:02}:{number % 4 * 15:02}",
            "day": "2031-05-03",
            "place": "Velmar",
            "headline": told.title,
            "sentence": told.text,
            **({"killed": 9} if number % 2 else {}),
        }
        mentions.append(build_mention(step, PLACES, number))
    random.Random(order).shuffle(mentions)
    merge = LocalMerge()
    for mention in mentions:
        merge.tell(mention)
    standing = [event for event in merge.list_events() if event.superseded_by is None]
    assert [len(event.publishers) for event in standing] == [30]
