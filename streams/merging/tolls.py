"""The numbers of an event's mentions in, told in order; low, best and high of each out, with whose they are.

Nothing is averaged. Each speaker (the claimant of the number, else the publisher's family) stands by
the last number given. `low` and `high` are the ends of what somebody stands by now.

`best` of a count that rises while bodies are found (killed, injured, displaced ...) follows the latest
voice upwards: "at least 11" and then "13" moves best to 13. One later voice with a lower number does
not move it back, as it may be a late copy of the morning's story; two in a row do. `best` of any other
measure is the number that most voices give among the three latest, the latest of equals.

What it gets wrong on purpose: a wild last number is best until two voices have contradicted it. Who
says it stands beside it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from streams.merging.compat import RISING
from streams.merging.telling import Number, Telling
from streams.records import Measure, Quantity, Toll

LATEST = 3
"""How many of the latest voices decide what is best of a measure that does not rise."""


@dataclass(slots=True, eq=False)
class _Standing:
    """A number that somebody stands by."""

    number: Number
    voice: int

    @property
    def quantity(self) -> Quantity:
        return self.number.quantity


class Numbers:
    """The numbers that stand, told in order."""

    def __init__(self) -> None:
        self._standing: dict[tuple[Measure, str | None], dict[str, _Standing]] = {}
        self._tolls: dict[tuple[Measure, str | None], Toll] = {}

    def add(self, telling: Telling, voice: int) -> None:
        """Add the numbers of the next mention, one that is not withdrawn."""
        for number in telling.numbers:
            table = self._standing.setdefault(number.key, {})
            kept = table.get(number.source)
            # one mention may give a measure twice (11 on Monday, 13 in all): the greater stands
            if kept is None or _replaces(number, kept.number):
                table[number.source] = _Standing(number, voice)
                self._tolls.pop(number.key, None)

    def renumber(self, numbers: dict[int, int]) -> None:
        """Take over that some voices have other numbers."""
        for table in self._standing.values():
            for source, said in table.items():
                table[source] = _Standing(said.number, numbers[said.voice])
        self._tolls.clear()

    def build(self) -> tuple[Toll, ...]:
        """Add them up."""
        for key, said in self._standing.items():
            if key not in self._tolls:
                ordered = sorted(said.values(), key=lambda one: one.number.rank)
                self._tolls[key] = _build_toll(*key, ordered)
        return tuple(self._tolls[key] for key in sorted(self._tolls, key=str))


def _replaces(said: Number, kept: Number) -> bool:
    if kept.rank[:2] == said.rank[:2]:
        return said.weight > kept.weight
    return said.rank >= kept.rank


def _build_toll(measure: Measure, unit: str | None, said: list[_Standing]) -> Toll:
    lows = [(_find_low(one.quantity), one) for one in said]
    highs = [(_find_high(one.quantity), one) for one in said]
    low = min((pair for pair in lows if pair[0] is not None), key=_by_value, default=None)
    high = max((pair for pair in highs if pair[0] is not None), key=_by_value, default=None)
    best = _follow_rise(said) if measure in RISING else _choose_best(said)
    return Toll(
        measure=measure,
        unit=unit,
        low=low[0] if low else None,
        best=best.quantity.value if best else None,
        high=high[0] if high else None,
        qualifier=(best or said[-1]).quantity.qualifier,
        low_by=low[1].number.speaker if low else None,
        best_by=best.number.speaker if best else None,
        high_by=high[1].number.speaker if high else None,
        voices=len({one.voice for one in said}),
    )


def _by_value(pair: tuple[float | None, _Standing]) -> float:
    assert pair[0] is not None
    return pair[0]


def _find_low(quantity: Quantity) -> float | None:
    return quantity.low if quantity.low is not None else quantity.value


def _find_high(quantity: Quantity) -> float | None:
    return quantity.high if quantity.high is not None else quantity.value


def _list_latest(said: list[_Standing]) -> list[_Standing]:
    """The last number of every voice, in the order in which they were said."""
    latest: dict[int, _Standing] = {}
    for one in said:
        if one.quantity.value is not None:
            latest.pop(one.voice, None)
            latest[one.voice] = one
    return list(latest.values())


def _follow_rise(said: list[_Standing]) -> _Standing | None:
    best: _Standing | None = None
    doubt = False
    for one in _list_latest(said):
        if best is None or doubt or (one.quantity.value or 0) >= (best.quantity.value or 0):
            best, doubt = one, False
        else:
            doubt = True
    return best


def _choose_best(said: list[_Standing]) -> _Standing | None:
    candidates = _list_latest(said)[-LATEST:]
    if not candidates:
        return None
    support = Counter(one.quantity.value for one in candidates)
    return max(candidates, key=lambda one: (support[one.quantity.value], one.number.rank))
