"""The mentions of an event with their voices in, one after the other; the ledger of claims and the status out.

Every claim of every mention is an entry, oldest first, with the article and the sentence it stands
in. A mention in which nobody speaks is the outlet's own word. The status is read from `RULES`, top
down, the first that holds:

| status | holds when |
|---|---|
| withdrawn | no mention is left that is not taken back |
| confirmed | a named witness who is no party confirms it, or both sides say it |
| contested | somebody's latest word is a denial |
| corroborated | two publisher families tell it in independent texts |
| claimed | otherwise |

Of one claimant only the latest word counts: who first denies and then confirms has confirmed. An
outlet's "could not be verified" stays in the ledger, and its text is then not a voice that
corroborates. What this gets wrong on purpose: an outlet's own assertion never confirms, however good
the outlet; and a denial after a witness's confirmation does not undo it, but stays in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from streams.merging.folded import fold_name
from streams.merging.telling import Telling
from streams.records import LedgerEntry, Status

MAX_ENTRIES = 250
"""Entries kept of an event: the oldest half and the newest half."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the rules look at."""

    live: int
    """Mentions that are not taken back."""
    latest: dict[str, LedgerEntry]
    """The latest word of every claimant that is not an outlet, by folded name."""
    parties: frozenset[str]
    """Names and countries of who did it, and of whom it was done to."""
    sides: frozenset[str]
    """Which sides say that it happened: actor, target."""
    families: int
    """Publisher families with an independent text that vouches or reports without a doubt."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table of statuses."""

    status: Status
    when: Callable[[Hearing], bool]


def _has_witness(hearing: Hearing) -> bool:
    return any(
        entry.stance == "confirms" and claimant not in hearing.parties
        for claimant, entry in hearing.latest.items()
    )


RULES: tuple[Rule, ...] = (
    Rule("withdrawn", lambda hearing: hearing.live == 0),
    Rule("confirmed", lambda hearing: _has_witness(hearing) or len(hearing.sides) == 2),
    Rule("contested", lambda hearing: any(e.stance == "denies" for e in hearing.latest.values())),
    Rule("corroborated", lambda hearing: hearing.families >= 2),
    Rule("claimed", lambda _: True),
)
"""The table of statuses, first match wins."""


class Ledger:
    """The ledger of an event, told in order."""

    def __init__(self) -> None:
        self._entries: list[LedgerEntry] = []
        self._words = _Words()
        self._vouching: list[tuple[str, int, str]] = []
        """Article, voice and family of every mention that does not deny it."""
        self._names: dict[str, set[str]] = {"actor": set(), "target": set()}
        self._countries: dict[str, set[str]] = {"actor": set(), "target": set()}
        self._from_country: dict[str, str] = {}
        self._live = 0

    def add(self, telling: Telling, voice: int) -> None:
        """Add what the next mention says, one that is not withdrawn."""
        self._live += 1
        entries = [entry.model_copy(update={"voice": voice}) for entry in telling.entries]
        self._entries += entries
        self._words.add(entries)
        if not telling.is_denial:
            self._vouching.append((telling.article, voice, telling.family))
        for side, named in (("actor", telling.actors), ("target", telling.targets)):
            for one in named:
                self._names[side].add(one.name)
                if one.actor.country:
                    self._countries[side].add(one.actor.country)
        self._from_country.update(telling.speakers)

    def renumber(self, numbers: dict[int, int]) -> None:
        """Take over that some voices have other numbers."""
        self._vouching = [(article, numbers[v], family) for article, v, family in self._vouching]
        self._entries = [
            entry
            if numbers[entry.voice] == entry.voice
            else entry.model_copy(update={"voice": numbers[entry.voice]})
            for entry in self._entries
        ]

    def build(self) -> tuple[LedgerEntry, ...]:
        """List who says what, oldest first."""
        if len(self._entries) > MAX_ENTRIES:
            half = MAX_ENTRIES // 2
            return (*self._entries[:half], *self._entries[-half:])
        return tuple(self._entries)

    def judge(self) -> Status:
        """Read the status of the event from the table."""
        words = self._words
        if len(self._entries) > MAX_ENTRIES:
            words = _Words()
            words.add(self.build())
        sure = {
            voice: family
            for article, voice, family in self._vouching
            if article not in words.doubting
        }
        hearing = Hearing(
            live=self._live,
            latest=words.latest,
            parties=frozenset(self._names["actor"] | self._names["target"]),
            sides=self._find_sides(words.latest),
            families=len(set(sure.values())),
        )
        return next(rule.status for rule in RULES if rule.when(hearing))

    def _find_sides(self, latest: dict[str, LedgerEntry]) -> frozenset[str]:
        """Tell which sides say that it happened, by name or, where the sides differ in it, by country."""
        names, countries = self._names, self._countries
        same = names["actor"] & names["target"]
        both = countries["actor"] & countries["target"]
        sides = set()
        for claimant, entry in latest.items():
            if entry.stance not in ("asserts", "confirms", "announces", "accuses"):
                continue
            country = self._from_country.get(claimant)
            for side in ("actor", "target"):
                by_name = claimant in names[side] and claimant not in same
                if by_name or (country in countries[side] and country not in both):
                    sides.add(side)
        return frozenset(sides)


class _Words:
    """The latest word of every claimant, and which articles doubt."""

    def __init__(self) -> None:
        self.latest: dict[str, LedgerEntry] = {}
        self.doubting: set[str] = set()

    def add(self, entries: Iterable[LedgerEntry]) -> None:
        for entry in entries:
            if entry.stance == "cannot_verify":
                self.doubting.add(entry.article_id)
            elif not entry.outlet:
                self.latest[fold_name(entry.claimant)] = entry
