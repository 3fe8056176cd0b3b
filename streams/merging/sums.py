"""The tellings of an event in, one after the other; what they add up to out, for any number of them.

Each table here is a fold over tellings in their order, so that a next one costs the same however many
there are. What depends on everything (who is named most, which number is best) is worked out when it is
asked for and something has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from operator import is_
from typing import Any

from streams.merging.body import Body
from streams.merging.ledger import Ledger
from streams.merging.telling import MODALITIES, Named, Telling
from streams.merging.tolls import Numbers
from streams.merging.voices import Voices
from streams.records import Actor, When, Where

MAX_ACTORS = 12


class Sums:
    """What the mentions of one event add up to, remembered."""

    def __init__(self) -> None:
        self._bodies: list[Body] = []
        self._voices = Voices()
        self._tables = _Tables()

    def bring(self, bodies: Sequence[Body]) -> None:
        """Bring the sums to exactly these members' bodies, which are in order."""
        known = len(self._bodies)
        if known > len(bodies) or not all(map(is_, self._bodies, bodies)):
            self._voices, self._tables, known = Voices(), _Tables(), 0
        new = bodies[known:]
        tellings = [body.telling for body in new]
        renumbered = self._voices.add(
            [telling.sources for telling in tellings], [body.signature for body in new]
        )
        if renumbered:
            self._tables.renumber(renumbered)
        for telling, voice in zip(tellings, self._voices.numbers[known:], strict=True):
            self._tables.add(telling, voice)
        self._bodies = list(bodies)

    def build(self, *, withdrawn: bool) -> dict[str, Any]:
        """Build the fields of the event; of one that is withdrawn nobody's word is left."""
        tables = self._tables
        best = tables.best
        return {
            "kind": tables.kinds.choose(),
            "title": best.headline,
            "summary": best.sentence,
            "modality": MODALITIES[tables.modality],
            "newsworthiness": "new" if tables.is_new else "background",
            "status": "withdrawn" if withdrawn else tables.ledger.judge(),
            "when": tables.times.choose(),
            "where": tables.places.choose(),
            "actors": tables.actors.choose(),
            "targets": tables.targets.choose(),
            "recipients": tables.recipients.choose(),
            "tolls": tables.numbers.build(),
            "ledger": () if withdrawn else tables.ledger.build(),
            "publishers": tuple(tables.publishers),
            "families": tuple(tables.families),
            "voices": self._voices.count or 1,
            "article_ids": tuple(tables.articles),
            "backfill": tables.backfill,
        }


class _Tables:
    """Everything but the voices."""

    def __init__(self) -> None:
        self.best: Telling
        self.modality = len(MODALITIES) - 1
        self.is_new = False
        self.backfill = True
        self.kinds = _Kinds()
        self.times = _Times()
        self.places = _Places()
        self.actors, self.targets, self.recipients = _People(), _People(), _People()
        self.numbers = Numbers()
        self.ledger = Ledger()
        self.publishers: dict[str, None] = {}
        self.families: dict[str, None] = {}
        self.articles: dict[str, None] = {}

    def renumber(self, numbers: dict[int, int]) -> None:
        """Take over that some voices have other numbers."""
        for table in (self.kinds, self.times, self.places, self.numbers, self.ledger):
            table.renumber(numbers)

    def add(self, telling: Telling, voice: int) -> None:
        if not self.articles or telling.best < self.best.best:
            self.best = telling
        self.modality = min(self.modality, telling.modality)
        self.is_new = self.is_new or telling.is_new
        self.backfill = self.backfill and telling.backfill
        self.kinds.add(telling, voice)
        self.times.add(telling, voice)
        self.places.add(telling, voice)
        self.actors.add(telling.actors)
        self.targets.add(telling.targets)
        self.recipients.add(telling.recipients)
        self.numbers.add(telling, voice)
        self.ledger.add(telling, voice)
        self.publishers[telling.publisher] = None
        self.families[telling.house] = None
        self.articles[telling.article] = None


Support = dict[Any, set[int]]
"""A value and the voices that give it."""


def _renumber(support: Support, numbers: dict[int, int]) -> None:
    for value, voices in support.items():
        support[value] = {numbers[voice] for voice in voices}


class _Kinds:
    """The kind that most voices give; of equals the one read with more confidence."""

    def __init__(self) -> None:
        self._support: Support = {}
        self._weight: Counter[str] = Counter()

    def add(self, telling: Telling, voice: int) -> None:
        kind = telling.kind
        self._support.setdefault(kind, set()).add(voice)
        self._weight[kind] += telling.weight

    def renumber(self, numbers: dict[int, int]) -> None:
        _renumber(self._support, numbers)

    def choose(self) -> str:
        return max(
            self._weight, key=lambda kind: (len(self._support[kind]), self._weight[kind], kind)
        )


class _Times:
    """The day that most voices give, else the narrowest interval; within it the most exact."""

    def __init__(self) -> None:
        self._exact = _Days()
        self._dated = _Days()
        self._undated: When | None = None

    def add(self, telling: Telling, voice: int) -> None:
        if telling.day is None:
            when = telling.when
            if self._undated is None or str(when.end or "") < str(self._undated.end or ""):
                self._undated = when
            return
        self._dated.add(telling, voice)
        if telling.exact:
            self._exact.add(telling, voice)

    def renumber(self, numbers: dict[int, int]) -> None:
        self._exact.renumber(numbers)
        self._dated.renumber(numbers)

    def choose(self) -> When:
        found = self._exact.choose() or self._dated.choose() or self._undated
        assert found is not None
        return found


class _Days:
    def __init__(self) -> None:
        self._support: Support = {}
        self._narrowest: dict[Hashable, Telling] = {}

    def add(self, telling: Telling, voice: int) -> None:
        day = telling.day
        self._support.setdefault(day, set()).add(voice)
        known = self._narrowest.get(day)
        if known is None or telling.width < known.width:
            self._narrowest[day] = telling

    def renumber(self, numbers: dict[int, int]) -> None:
        _renumber(self._support, numbers)

    def choose(self) -> When | None:
        if not self._support:
            return None
        day = min(self._support, key=lambda day: (-len(self._support[day]), str(day)))
        return self._narrowest[day].when


class _Places:
    """The most exact place, and of equals the one that most voices name."""

    def __init__(self) -> None:
        self._support: Support = {}
        self._nearest: dict[str, Telling] = {}

    def add(self, telling: Telling, voice: int) -> None:
        if telling.where is None:
            return
        place = telling.place
        self._support.setdefault(place, set()).add(voice)
        known = self._nearest.get(place)
        if known is None or (telling.nearness, telling.at) < (known.nearness, known.at):
            self._nearest[place] = telling

    def renumber(self, numbers: dict[int, int]) -> None:
        _renumber(self._support, numbers)

    def choose(self) -> Where | None:
        if not self._support:
            return None

        def order(place: str) -> tuple[object, ...]:
            nearest = self._nearest[place]
            return nearest.nearness, -len(self._support[place]), nearest.at

        return self._nearest[min(self._support, key=order)].where


class _People:
    """Who is named, those whom most mentions name first, each as told in most detail."""

    def __init__(self) -> None:
        self._found: dict[str, Named] = {}
        self._named: Counter[str] = Counter()
        self._chosen: tuple[Actor, ...] | None = ()

    def add(self, people: Iterable[Named]) -> None:
        for one in people:
            self._chosen = None
            self._named[one.name] += 1
            known = self._found.get(one.name)
            if known is None or one.known > known.known:
                self._found[one.name] = one

    def choose(self) -> tuple[Actor, ...]:
        if self._chosen is None:
            order = sorted(self._found, key=lambda name: (-self._named[name], name))
            self._chosen = tuple(self._found[name].actor for name in order[:MAX_ACTORS])
        return self._chosen
