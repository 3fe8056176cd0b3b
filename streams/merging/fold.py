"""The members of a cluster in; the event they make out. Pure, and the same for every order of arrival.

An event is a function of the set of its mentions, never of the event before: that is what makes
folding idempotent and order-free, and a correction or a withdrawal the same as if the mention had
never said otherwise. Only `revision` looks at the event before, and rises when something that a
reader would see has changed.

What the mentions add up to (`Sums`) is remembered from one fold to the next. Mentions told after those
that are known are added to it; anything else (one told earlier, corrected, taken back, or one that
makes two voices one) has it added up anew. `tests/merging/test_fold.py` holds the two ways equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from streams.merging.members import Member
from streams.merging.sums import Sums
from streams.records import Event

UNSEEN = frozenset({"revision", "links", "mention_ids", "last_changed"})
"""Fields whose change alone makes no new revision."""
SEEN = tuple(name for name in Event.model_fields if name not in UNSEEN)


def fold_event(
    event_id: str,
    block: str,
    members: Sequence[Member],
    before: Event | None,
    *,
    supersedes: tuple[str, ...] = (),
    split_from: str | None = None,
    sums: Sums | None = None,
) -> Event:
    """Fold members into the event; its revision is that of `before` unless a reader sees a change.

    `sums` remembers what this event added up to, and changes nothing but the time it takes.
    """
    ordered = sorted(members, key=lambda member: member.rank)
    live = [member for member in ordered if not member.withdrawn]
    shown = live or ordered
    if sums is None:
        sums = Sums()
    sums.bring([member.body for member in shown])
    fields: dict[str, Any] = {
        **sums.build(withdrawn=not live),
        "id": event_id,
        "mention_ids": tuple([member.id for member in ordered]),
        "links": tuple([member.link for member in ordered if member.link is not None]),
        "story": _choose_story(shown),
        "block": block,
        "first_seen": ordered[0].at,
        "last_changed": ordered[-1].at,
        "supersedes": supersedes,
        "split_from": split_from,
    }
    if before is None:
        return Event(revision=1, **fields)
    risen = any(getattr(before, name) != fields.get(name) for name in SEEN)
    return Event(revision=before.revision + risen, **fields)


def supersede_event(before: Event, by: str) -> Event:
    """Close an event that was found to be part of another."""
    return before.model_copy(update={"revision": before.revision + 1, "superseded_by": by})


def _choose_story(members: Sequence[Member]) -> str | None:
    """Choose the story of most main mentions."""
    stories = Counter(member.story for member in members if member.story)
    return min(stories, key=lambda story: (-stories[story], story)) if stories else None
