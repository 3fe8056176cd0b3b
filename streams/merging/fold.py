"""The members of a cluster in; the event they make out. Pure, and the same for every order of arrival.

An event is a function of the set of its mentions, never of the event before: that is what makes
folding idempotent and order-free, and a correction or a withdrawal the same as if the mention had
never said otherwise. Only `revision` looks at the event before, and rises when something that a
reader would see has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from streams.merging.folded import fold_name
from streams.merging.ledger import build_ledger, judge_status, list_entries
from streams.merging.members import Member
from streams.merging.tolls import build_tolls
from streams.merging.voices import Copies, number_voices
from streams.records import Actor, Event, LedgerEntry, Mention, Modality, When, Where

T = TypeVar("T")

MAX_ACTORS = 12
UNSEEN = frozenset({"revision", "links", "mention_ids", "last_changed"})
"""Fields whose change alone makes no new revision."""

MODALITIES: tuple[Modality, ...] = ("happened", "planned", "threatened", "hypothetical", "denied")
"""The first that anybody uses is the event's: one who says it happened outweighs who foresaw it."""


def fold_event(
    event_id: str,
    block: str,
    members: Sequence[Member],
    before: Event | None,
    *,
    supersedes: tuple[str, ...] = (),
    split_from: str | None = None,
    copies: Copies | None = None,
) -> Event:
    """Fold members into the event; its revision is that of `before` unless a reader sees a change.

    `copies` remembers which texts of this event are copies, and changes nothing but the time it takes.
    """
    ordered = sorted(members, key=lambda member: member.rank)
    live = [member for member in ordered if not member.mention.withdrawn]
    shown = live or ordered
    mentions = [member.mention for member in shown]
    voices = number_voices(mentions, [member.signature for member in shown], copies)
    ledger = build_ledger(
        _recall(member, voice) for member, voice in zip(live, voices, strict=False)
    )
    best = _choose_telling(mentions)
    articles = dict.fromkeys(mention.article_id for mention in mentions)
    event = Event(
        id=event_id,
        revision=1,
        kind=_vote(mentions, voices, lambda mention: mention.kind),
        title=best.headline,
        summary=best.sentence,
        modality=min((mention.modality for mention in mentions), key=MODALITIES.index),
        newsworthiness="new" if any(m.newsworthiness == "new" for m in mentions) else "background",
        status=judge_status([member.mention for member in live], voices[: len(live)], ledger),
        when=_choose_when(mentions, voices),
        where=_choose_where(mentions, voices),
        actors=_join_actors(mention.actors for mention in mentions),
        targets=_join_actors(mention.targets for mention in mentions),
        recipients=_join_actors(mention.recipients for mention in mentions),
        tolls=build_tolls(mentions, voices),
        ledger=ledger,
        publishers=tuple(dict.fromkeys(mention.publisher for mention in mentions)),
        families=tuple(dict.fromkeys(mention.family for mention in mentions)),
        voices=max(voices, default=1),
        article_ids=tuple(articles),
        mention_ids=tuple(member.id for member in ordered),
        links=tuple(member.link for member in ordered if member.link is not None),
        story=_choose_story(shown),
        block=block,
        first_seen=min(member.at for member in ordered),
        last_changed=max(member.at for member in ordered),
        supersedes=supersedes,
        split_from=split_from,
        backfill=all(mention.backfill for mention in mentions),
    )
    if before is None:
        return event
    risen = before.revision + 1 if is_changed(before, event) else before.revision
    return event.model_copy(update={"revision": risen})


def is_changed(before: Event, after: Event) -> bool:
    """Tell whether a reader would see a difference between two states of an event."""
    return any(
        getattr(before, name) != getattr(after, name)
        for name in Event.model_fields
        if name not in UNSEEN
    )


def supersede_event(before: Event, by: str) -> Event:
    """Close an event that was found to be part of another."""
    return before.model_copy(update={"revision": before.revision + 1, "superseded_by": by})


def _recall(member: Member, voice: int) -> tuple[LedgerEntry, ...]:
    """Recall the ledger entries of a member, which are built once: an event is folded often."""
    entries = member.told.get(voice)
    if entries is None:
        member.told.clear()
        entries = member.told[voice] = list_entries(member.mention, voice)
    return entries


def _choose_telling(mentions: Sequence[Mention]) -> Mention:
    """Choose the mention whose headline and sentence tell the event best."""
    return min(
        mentions,
        key=lambda m: (
            not m.main,
            m.newsworthiness == "background",
            MODALITIES.index(m.modality),
            -round(m.confidence, 3),
            m.published or m.fetched,
            m.id,
        ),
    )


def _vote(
    mentions: Sequence[Mention], voices: Sequence[int], read: Callable[[Mention], Hashable]
) -> str:
    """Choose the value that most voices give; of equals the one read with more confidence."""
    support: dict[Hashable, set[int]] = {}
    weight: Counter[Hashable] = Counter()
    for mention, voice in zip(mentions, voices, strict=True):
        value = read(mention)
        support.setdefault(value, set()).add(voice)
        weight[value] += round(1000 * mention.confidence) * (2 if mention.main else 1)
    return str(max(support, key=lambda value: (len(support[value]), weight[value], str(value))))


def _choose_when(mentions: Sequence[Mention], voices: Sequence[int]) -> When:
    """Choose the day that most voices give, else the narrowest interval; within it the most exact."""
    dated = [(m, v) for m, v in zip(mentions, voices, strict=True) if m.when.start is not None]
    if not dated:
        return min((m.when for m in mentions), key=lambda when: str(when.end or ""))
    exact = [(m, v) for m, v in dated if m.when.precision in ("hour", "day")] or dated
    days = _count_voices((m.when.date or m.when.start, v) for m, v in exact)
    first = min(days, key=lambda day: (-days[day], str(day)))
    chosen = [m for m, _ in exact if (m.when.date or m.when.start) == first]
    return min(chosen, key=lambda m: (_measure_width(m.when), m.published or m.fetched, m.id)).when


def _measure_width(when: When) -> float:
    if when.start is None or when.end is None:
        return float("inf")
    return (when.end - when.start).total_seconds()


def _choose_where(mentions: Sequence[Mention], voices: Sequence[int]) -> Where | None:
    """Choose the most exact place, and of equals the one that most voices name."""
    placed = [(m, v) for m, v in zip(mentions, voices, strict=True) if m.where is not None]
    if not placed:
        return None
    support = _count_voices((_name_place(m.where), v) for m, v in placed)

    def order(mention: Mention) -> tuple[object, ...]:
        where = mention.where
        assert where is not None
        return (
            where.point is None,
            where.country is None,
            where.precision,
            -support[_name_place(where)],
            mention.published or mention.fetched,
            mention.id,
        )

    return min((m for m, _ in placed), key=order).where


def _name_place(where: Where | None) -> str:
    return "" if where is None else fold_name(where.resolved or where.name)


def _count_voices(pairs: Iterable[tuple[Hashable, int]]) -> dict[Hashable, int]:
    found: dict[Hashable, set[int]] = {}
    for value, voice in pairs:
        found.setdefault(value, set()).add(voice)
    return {value: len(voices) for value, voices in found.items()}


def _join_actors(groups: Iterable[tuple[Actor, ...]]) -> tuple[Actor, ...]:
    """Join actors by name, those whom most mentions name first, each as it is told in most detail."""
    found: dict[str, Actor] = {}
    named: Counter[str] = Counter()
    for actors in groups:
        for actor in actors:
            name = fold_name(actor.name)
            named[name] += 1
            if name not in found or _count_known(actor) > _count_known(found[name]):
                found[name] = actor
    order = sorted(found, key=lambda name: (-named[name], name))
    return tuple(found[name] for name in order[:MAX_ACTORS])


def _count_known(actor: Actor) -> int:
    return sum(value is not None for value in (actor.country, actor.sector, actor.title))


def _choose_story(members: Sequence[Member]) -> str | None:
    """Choose the story of most main mentions."""
    stories = Counter(member.story for member in members if member.story)
    return min(stories, key=lambda story: (-stories[story], story)) if stories else None
