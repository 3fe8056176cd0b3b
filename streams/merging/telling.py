"""A mention in; what it adds to its event out, worked out once: an event is folded at every report."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from streams.merging.folded import fold_name
from streams.records import (
    Actor,
    Claim,
    LedgerEntry,
    Measure,
    Mention,
    Modality,
    Quantity,
    When,
    Where,
)

MODALITIES: tuple[Modality, ...] = ("happened", "planned", "threatened", "hypothetical", "denied")
"""The first that anybody uses is the event's: one who says it happened outweighs who foresaw it."""

Order = tuple[object, ...]
"""A key by which one telling is preferred to another; it ends in the mention's id, so none are equal."""


@dataclass(slots=True, eq=False)
class Named:
    """Somebody whom a mention names."""

    name: str
    """Folded."""
    known: int
    """How many of country, sector and title are told."""
    actor: Actor


@dataclass(slots=True, eq=False)
class Number:
    """A number of a mention, with whose it is."""

    key: tuple[Measure, str | None]
    source: str
    """Folded; a number that nobody is named for is that of the publisher's family."""
    speaker: str
    rank: tuple[dt.datetime, str, str]
    weight: float
    """Of two numbers that one mention gives for one measure the weightier stands."""
    quantity: Quantity


@dataclass(slots=True, eq=False)
class Telling:
    """What one mention adds to its event."""

    article: str
    publisher: str
    house: str
    """The publisher's family as it is written."""
    headline: str
    sentence: str
    kind: str
    is_new: bool
    is_denial: bool
    backfill: bool
    when: When
    where: Where | None
    sources: tuple[str, ...]
    """Folded names of family, publisher, wire and article: who shares one with another is one voice."""
    family: str
    best: Order
    """The lowest gives the event its title."""
    weight: int
    """What its word on the kind of event weighs among equals."""
    modality: int
    day: dt.date | dt.datetime | None
    """The day it tells, or the beginning of an interval; None where it is not dated."""
    exact: bool
    width: Order
    """The lowest of those who tell the event's day gives its time."""
    place: str
    nearness: tuple[bool, bool, int]
    at: tuple[dt.datetime, str]
    actors: tuple[Named, ...]
    targets: tuple[Named, ...]
    recipients: tuple[Named, ...]
    numbers: tuple[Number, ...]
    speakers: tuple[tuple[str, str], ...]
    """Folded claimants with their countries, those that have one."""
    entries: tuple[LedgerEntry, ...]
    """What it adds to the ledger, of no voice yet."""


def build_telling(mention: Mention) -> Telling:
    """Work out what a mention adds to its event."""
    when, where = mention.when, mention.where
    at = (mention.published or mention.fetched, mention.id)
    modality = MODALITIES.index(mention.modality)
    width = float("inf")
    if when.start is not None and when.end is not None:
        width = (when.end - when.start).total_seconds()
    sources = (mention.family, mention.publisher, mention.wire, mention.article_id)
    return Telling(
        article=mention.article_id,
        publisher=mention.publisher,
        house=mention.family,
        headline=mention.headline,
        sentence=mention.sentence,
        kind=mention.kind,
        is_new=mention.newsworthiness == "new",
        is_denial=mention.modality == "denied",
        backfill=mention.backfill,
        when=when,
        where=where,
        sources=tuple(fold_name(name) for name in sources if name),
        family=fold_name(mention.family),
        best=(
            not mention.main,
            mention.newsworthiness == "background",
            modality,
            -round(mention.confidence, 3),
            *at,
        ),
        weight=round(1000 * mention.confidence) * (2 if mention.main else 1),
        modality=modality,
        day=None if when.start is None else when.date or when.start,
        exact=when.precision in ("hour", "day"),
        width=(width, *at),
        place=_name_place(where),
        nearness=(True, True, 3)
        if where is None
        else (where.point is None, where.country is None, where.precision),
        at=at,
        actors=_name_all(mention.actors),
        targets=_name_all(mention.targets),
        recipients=_name_all(mention.recipients),
        numbers=tuple(_name_number(mention, quantity, at) for quantity in mention.numbers),
        speakers=tuple(
            (fold_name(claim.claimant), claim.country) for claim in mention.claims if claim.country
        ),
        entries=_list_entries(mention),
    )


def _list_entries(mention: Mention) -> tuple[LedgerEntry, ...]:
    """List what one mention says."""
    claims = mention.claims or (_speak_for_outlet(mention),)
    return tuple(_build_entry(mention, claim) for claim in claims)


def _speak_for_outlet(mention: Mention) -> Claim:
    return Claim(
        claimant=mention.publisher,
        stance="denies" if mention.modality == "denied" else "asserts",
        outlet=True,
        sector="JRN",
        span=mention.span,
    )


def _build_entry(mention: Mention, claim: Claim) -> LedgerEntry:
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
    )


def _name_place(where: Where | None) -> str:
    return "" if where is None else fold_name(where.resolved or where.name)


def _name_all(actors: tuple[Actor, ...]) -> tuple[Named, ...]:
    return tuple(Named(fold_name(actor.name), _count_known(actor), actor) for actor in actors)


def _count_known(actor: Actor) -> int:
    return sum(value is not None for value in (actor.country, actor.sector, actor.title))


def _name_number(mention: Mention, quantity: Quantity, at: tuple[dt.datetime, str]) -> Number:
    found = [v for v in (quantity.value, quantity.low, quantity.high) if v is not None]
    return Number(
        key=(quantity.measure, quantity.unit),
        source=fold_name(quantity.claimant or mention.family),
        speaker=quantity.claimant or mention.publisher,
        rank=(*at, quantity.text),
        weight=max(found, default=0.0),
        quantity=quantity,
    )
