"""The mentions of an event with their voices in; the ledger of claims and the status out.

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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from streams.merging.folded import fold_name
from streams.records import Claim, LedgerEntry, Mention, Status

MAX_ENTRIES = 250
"""Entries kept of an event: the oldest half and the newest half."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the rules look at."""

    live: int
    """Mentions that are not taken back."""
    latest: tuple[LedgerEntry, ...]
    """The latest word of every claimant that is not an outlet."""
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
        entry.stance == "confirms" and fold_name(entry.claimant) not in hearing.parties
        for entry in hearing.latest
    )


RULES: tuple[Rule, ...] = (
    Rule("withdrawn", lambda hearing: hearing.live == 0),
    Rule("confirmed", lambda hearing: _has_witness(hearing) or len(hearing.sides) == 2),
    Rule("contested", lambda hearing: any(e.stance == "denies" for e in hearing.latest)),
    Rule("corroborated", lambda hearing: hearing.families >= 2),
    Rule("claimed", lambda _: True),
)
"""The table of statuses, first match wins."""


def list_entries(mention: Mention, voice: int) -> tuple[LedgerEntry, ...]:
    """List what one mention says."""
    claims = mention.claims or (_speak_for_outlet(mention),)
    return tuple(_build_entry(mention, claim, voice) for claim in claims)


def build_ledger(said: Iterable[tuple[LedgerEntry, ...]]) -> tuple[LedgerEntry, ...]:
    """List who says what, oldest first, from the entries of mentions in order and not withdrawn."""
    entries = tuple(chain.from_iterable(said))
    if len(entries) > MAX_ENTRIES:
        half = MAX_ENTRIES // 2
        return entries[:half] + entries[-half:]
    return entries


def judge_status(
    mentions: Sequence[Mention], voices: Sequence[int], ledger: Sequence[LedgerEntry]
) -> Status:
    """Read the status of an event from the table."""
    hearing = _hear(mentions, voices, ledger)
    return next(rule.status for rule in RULES if rule.when(hearing))


def _hear(
    mentions: Sequence[Mention], voices: Sequence[int], ledger: Sequence[LedgerEntry]
) -> Hearing:
    latest: dict[str, LedgerEntry] = {}
    for entry in ledger:
        if not entry.outlet and entry.stance != "cannot_verify":
            latest[fold_name(entry.claimant)] = entry
    doubting = {entry.article_id for entry in ledger if entry.stance == "cannot_verify"}
    sure = {
        voice: mention.family
        for mention, voice in zip(mentions, voices, strict=True)
        if mention.article_id not in doubting and mention.modality != "denied"
    }
    actors = {fold_name(actor.name) for mention in mentions for actor in mention.actors}
    targets = {fold_name(actor.name) for mention in mentions for actor in mention.targets}
    return Hearing(
        live=len(mentions),
        latest=tuple(latest.values()),
        parties=frozenset(actors | targets),
        sides=_find_sides(mentions, latest),
        families=len({fold_name(family) for family in sure.values()}),
    )


def _find_sides(mentions: Sequence[Mention], latest: dict[str, LedgerEntry]) -> frozenset[str]:
    """Tell which sides say that it happened, by name or, where the sides differ in it, by country."""
    names = {
        "actor": {fold_name(a.name) for m in mentions for a in m.actors},
        "target": {fold_name(a.name) for m in mentions for a in m.targets},
    }
    countries = {
        "actor": {a.country for m in mentions for a in m.actors if a.country},
        "target": {a.country for m in mentions for a in m.targets if a.country},
    }
    from_country = {
        fold_name(claim.claimant): claim.country
        for mention in mentions
        for claim in mention.claims
        if claim.country
    }
    both = countries["actor"] & countries["target"]
    names = {side: found - names["actor"] & names["target"] for side, found in names.items()}
    sides = set()
    for claimant, entry in latest.items():
        if entry.stance not in ("asserts", "confirms", "announces", "accuses"):
            continue
        for side in ("actor", "target"):
            country = from_country.get(claimant)
            if claimant in names[side] or (country in countries[side] and country not in both):
                sides.add(side)
    return frozenset(sides)


def _speak_for_outlet(mention: Mention) -> Claim:
    return Claim(
        claimant=mention.publisher,
        stance="denies" if mention.modality == "denied" else "asserts",
        outlet=True,
        sector="JRN",
        span=mention.span,
    )


def _build_entry(mention: Mention, claim: Claim, voice: int) -> LedgerEntry:
    speaker = fold_name(claim.claimant)
    numbers = tuple(
        number
        for number in mention.numbers
        if number.claimant is None or fold_name(number.claimant) == speaker
    )
    return LedgerEntry(
        claimant=claim.claimant,
        stance=claim.stance,
        of=claim.of,
        outlet=claim.outlet,
        words=claim.words,
        numbers=numbers,
        sentence=mention.sentence,
        at=mention.published or mention.fetched,
        article_id=mention.article_id,
        mention_id=mention.id,
        publisher=mention.publisher,
        family=mention.family,
        url=mention.url,
        voice=voice,
    )
