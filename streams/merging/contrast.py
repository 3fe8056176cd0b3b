"""The facts of a neighbourhood in; what they add to the odds that two articles tell one story, out.

The theory. Two strikes on two cities in one night are told in the same words, and the text alone makes
one story of them. What reading found for the main event of each article tells them apart: another
country, another region, two towns far from each other, two days of one kind of happening, two magnitudes
or final scores. A story goes on where its event led to, so another kind of event or a later day of another
kind says nothing against it, and nothing here is final: a wrong town in one article of ten is outvoted
by the mean over the group.

The numbers are judgements, as in `compat.py`; docs/merging.md says what they do to labelled articles.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from streams.merging.compat import EXACT_MEASURES, FAR_KM, LONG_RUNNING, can_be_one_kind
from streams.merging.facts import DAY, Facts, measure_distance

Floats = npt.NDArray[np.float32]

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


def contrast_facts(facts: Sequence[Facts], odds: Floats) -> Floats:
    """Weigh every pair that may join: an array like `odds`, 0 where the facts say nothing."""
    table = np.zeros_like(odds)
    telling = np.array([_tells(one) for one in facts])
    near = (odds > FAR_APART) & telling[:, None] & telling[None, :]
    for row, column in np.argwhere(np.triu(near, 1)).tolist():
        table[row, column] = table[column, row] = _contrast(facts[row], facts[column])
    return table


def _tells(facts: Facts) -> bool:
    return bool(facts.country or facts.numbers or (facts.precise and facts.start is not None))


def _contrast(a: Facts, b: Facts) -> float:
    return min(_contrast_places(a, b), _contrast_days(a, b)) + _contrast_numbers(a, b)


def _contrast_places(a: Facts, b: Facts) -> float:
    if a.country and b.country and a.country != b.country:
        return OTHER_COUNTRY
    if a.place and a.place == b.place:
        return 0.0
    if a.exact and b.exact and a.point and b.point:
        return OTHER_TOWN if measure_distance(a.point, b.point) > FAR_KM else 0.0
    return OTHER_REGION if a.region and b.region and a.region != b.region else 0.0


def _contrast_days(a: Facts, b: Facts) -> float:
    if not (a.precise and b.precise) or min(a.expiry, b.expiry) > LONG_RUNNING:
        return 0.0
    if a.start is None or b.start is None or a.end is None or b.end is None:
        return 0.0
    if max(a.start, b.start) - min(a.end, b.end) < DAY:
        return 0.0
    return OTHER_DAY if can_be_one_kind(a.kind, a.group, b.kind, b.group) else 0.0


def _contrast_numbers(a: Facts, b: Facts) -> float:
    for measure, value in a.numbers:
        if measure in EXACT_MEASURES:
            others = [abs(other - value) for name, other in b.numbers if name == measure]
            if others:
                return SAME_NUMBER if min(others) <= EXACT_MEASURES[measure] else OTHER_NUMBER
    return 0.0
