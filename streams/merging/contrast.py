"""The facts of a neighbourhood in; what they add to the odds that two articles tell one story, out.

The theory. Two strikes on two cities in one night are told in the same words, and the text alone makes
one story of them. What reading found for the main event of each article tells them apart: another
country, another region, two towns far from each other, two days of one kind of happening, two magnitudes
or final scores. A story goes on where its event led to, so another kind of event or a later day of another
kind says nothing against it, and nothing here is final: a wrong town in one article of ten is outvoted
by the mean over the group.

The numbers are judgements, as in `compat.py`; docs/merging.md says what they do to labelled articles.
All pairs are weighed at once, in tables, since a neighbourhood is weighed anew at every arrival;
`tests/merging/test_contrast.py` says the same rules pair by pair and holds the two equal.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

from streams.merging.compat import EXACT_MEASURES, FAR_KM, LONG_RUNNING, can_be_one_kind
from streams.merging.facts import DAY, EARTH_KM, Facts

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

FAR_APART = -4.0
"""Odds of the text below which two articles are of two stories whatever their facts."""
OTHER_COUNTRY = -3.0
OTHER_REGION = -1.5
OTHER_TOWN = -3.0
OTHER_DAY = -3.0
"""Both days read precisely, of kinds that may be one and do not go on for weeks."""
OTHER_NUMBER = -3.0
SAME_NUMBER = 1.5
"""Of a magnitude or a final score, of which one happening has one."""

_FAR_COSINE = math.cos(2 * FAR_KM / EARTH_KM)
"""Cosine of the angle at the middle of the earth below which two points are far from each other."""
_MEASURES = tuple(sorted(EXACT_MEASURES))
"""The first that both articles give decides."""


def contrast_facts(facts: Sequence[Facts], odds: Floats) -> Floats:
    """Weigh every pair that may join: an array like `odds`, 0 where the facts say nothing."""
    telling = np.array([_tells(one) for one in facts])
    near = np.triu((odds > FAR_APART) & telling[:, None] & telling, 1)
    table = np.minimum(_contrast_places(facts), _contrast_days(facts)) + _contrast_numbers(facts)
    table = np.where(near, table, 0)
    weighed: Floats = (table + table.T).astype(odds.dtype)
    return weighed


def _tells(facts: Facts) -> bool:
    return bool(facts.country or facts.numbers or (facts.precise and facts.start is not None))


def _contrast_places(facts: Sequence[Facts]) -> Floats:
    known, countries = _number([one.country for one in facts])
    other_country = known & (countries[:, None] != countries)
    named, places = _number([one.place for one in facts])
    same_place = named & (places[:, None] == places)
    known, regions = _number([one.region for one in facts])
    elsewhere = np.where(known & (regions[:, None] != regions), np.float32(OTHER_REGION), 0)
    pointed, far = _measure_far(facts)
    elsewhere = np.where(pointed, np.where(far, np.float32(OTHER_TOWN), 0), elsewhere)
    weighed: Floats = np.where(
        other_country, np.float32(OTHER_COUNTRY), np.where(same_place, 0, elsewhere)
    )
    return weighed


def _measure_far(facts: Sequence[Facts]) -> tuple[Bools, Bools]:
    """Say of which pairs both towns are known exactly, and which of these are far from each other."""
    exact = np.array([one.exact and one.point is not None for one in facts])
    latitude, longitude = np.radians([one.point or (0.0, 0.0) for one in facts]).T
    ring = np.cos(latitude)
    points = np.stack((ring * np.cos(longitude), ring * np.sin(longitude), np.sin(latitude)))
    return exact[:, None] & exact, points.T @ points < _FAR_COSINE


def _contrast_days(facts: Sequence[Facts]) -> Floats:
    days = [
        (one.start, one.end)
        if one.precise and one.start is not None and one.end is not None
        else (math.nan, math.nan)
        for one in facts
    ]
    starts, ends = np.array(days).T
    # of a day that is not known nothing is larger than anything
    apart = np.maximum(starts[:, None], starts) - np.minimum(ends[:, None], ends) >= DAY
    short = np.array([one.expiry <= LONG_RUNNING for one in facts])
    apart &= short[:, None] | short
    if apart.any():
        apart &= _list_one_kinds([(one.kind, one.group) for one in facts])
    weighed: Floats = np.where(apart, np.float32(OTHER_DAY), np.float32(0))
    return weighed


def _list_one_kinds(kinds: Sequence[tuple[str, str]]) -> Bools:
    """Say which pairs of kinds, each with its group, may name one happening."""
    place = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    alike = [_can_be_one_kind(a, b) for a, b in product(place, repeat=2)]
    table = np.array(alike).reshape(len(place), -1)
    numbers = [place[kind] for kind in kinds]
    return table[np.ix_(numbers, numbers)]


@lru_cache(maxsize=20_000)
def _can_be_one_kind(a: tuple[str, str], b: tuple[str, str]) -> bool:
    return can_be_one_kind(*a, *b)


def _contrast_numbers(facts: Sequence[Facts]) -> Floats:
    weighed = np.zeros((len(facts), len(facts)), np.float32)
    if not any(one.numbers for one in facts):
        return weighed
    for measure in reversed(_MEASURES):
        said = [[value for name, value in one.numbers if name == measure] for one in facts]
        most = max(map(len, said))
        if most == 0:
            continue
        # what is not said is as far as can be; the first that the earlier article says is compared
        table = np.array([[*values, *[math.inf] * (most - len(values))] for values in said])
        spoken = np.isfinite(table[:, 0])
        first = np.where(spoken, table[:, 0], 0.0)
        nearest = np.abs(first[:, None, None] - table[None, :, :]).min(axis=2)
        same = nearest <= EXACT_MEASURES[measure]
        weight = np.where(same, np.float32(SAME_NUMBER), np.float32(OTHER_NUMBER))
        weighed = np.where(spoken[:, None] & spoken, weight, weighed)
    return weighed


def _number(values: Iterable[Hashable]) -> tuple[Bools, npt.NDArray[np.int64]]:
    """Number equal values alike; says of each pair whether both have a value."""
    place: dict[Hashable, int] = {}
    numbers = np.array([place.setdefault(one, len(place)) if one else -1 for one in values])
    return (numbers[:, None] >= 0) & (numbers >= 0), numbers
