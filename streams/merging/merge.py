"""A mention in; events to send, relays to send and writes to store out. Pure: no clock, no Kafka.

How the shell uses it, once for each message of `tocsin.mentions`:

    step = merger.merge(mention, block, now)   # block: the message's key
    send step.events and step.relays, wait until they are acknowledged
    store step.writes on the shelf, in their order
    merger.apply(step)

`merge` changes nothing, neither the shelf nor the merger. It is a function of what is stored and the
mention: when the process dies before the writes are stored, the mention comes again and gives the same
events, revisions and ids. When it dies between two writes, the journal completes them: a step that
writes more than one cluster first writes all of them as one value.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from streams.merging.blocking import is_story_block
from streams.merging.desk import Desk, Draft
from streams.merging.events import merge_event_mention
from streams.merging.members import (
    Member,
    build_member,
    dump_cluster,
    dump_member,
    is_newer,
    load_cluster,
    load_member,
)
from streams.merging.stories import merge_story_mention
from streams.records import Event, Mention

Write = tuple[str, bytes | None]

JOURNAL = "journal"
FORGET_AT_ONCE = 5
"""Forgotten clusters that one step deletes at most: work for each mention stays bounded."""


class Shelf(Protocol):
    """The stored state of one partition; keys are text, values are JSON."""

    def items(self) -> Iterable[tuple[str, bytes]]:
        """Every key with its value."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """What one mention leads to."""

    events: tuple[Event, ...] = ()
    """New revisions, for `tocsin.events`."""
    relays: tuple[tuple[str, Mention], ...] = ()
    """Mentions for `tocsin.mentions`, each with the block it goes to."""
    writes: tuple[Write, ...] = ()
    """What to store after the sends were acknowledged, in this order; None deletes."""
    draft: Draft | None = None


class Merger:
    """The merging of one partition: its blocks, rebuilt from what is stored."""

    def __init__(self, shelf: Shelf, *, embed: bool = True) -> None:
        self._desks: dict[str, Desk] = {}
        self._embed = embed
        self._pending: tuple[Write, ...] = ()
        self._load(shelf)

    def merge(self, mention: Mention, block: str, now: dt.datetime) -> Step:
        """Merge a mention that came with the key `block`; `now` only decides what has expired."""
        desk = self._desks.get(block) or Desk(block)
        desk.close_expired(now)
        old = desk.members.get(mention.id)
        if old is not None and not is_newer(mention, old):
            if mention.relay is None:
                return Step()
            member = old
        else:
            member = build_member(mention, old, _find_sibling(desk, mention), embed=self._embed)
        if member is not old and self._is_stray(desk, mention):
            return Step()
        draft = Draft(desk)
        if desk.is_story:
            events: list[Event] = []
            relays = merge_story_mention(draft, member)
        else:
            events, relays = merge_event_mention(draft, member, mention.relay)
        for cluster in desk.pop_forgotten(now, FORGET_AT_ONCE):
            if cluster.key not in draft.clusters:
                draft.clusters[cluster.key] = None
                draft.dropped.update(cluster.members)
        writes = (*self._pending, *_list_writes(draft))
        if not writes and not events and not relays:
            return Step()
        return Step(tuple(events), tuple(relays), writes, draft)

    def apply(self, step: Step) -> None:
        """Take over a step whose writes are stored."""
        if step.draft is None:
            return
        step.draft.apply()
        self._desks[step.draft.desk.block] = step.draft.desk
        self._pending = ()

    def list_events(self) -> Iterator[Event]:
        """Every event that this partition sent last, superseded ones included."""
        for desk in self._desks.values():
            for cluster in desk.clusters.values():
                yield from cluster.issued.values()

    def find_story(self, article: str) -> str | None:
        """Find the story that an article is in."""
        for block, desk in self._desks.items():
            if not is_story_block(block):
                continue
            told = sorted(desk.articles.get(article, ()))
            told.sort(key=lambda mention: desk.members[mention].withdrawn)
            if told:
                return desk.cluster_of.get(told[0])
        return None

    def list_stories(self) -> Iterator[tuple[str, tuple[Mention, ...]]]:
        """Every story with the main mentions of its articles, in the order of telling."""
        for block, desk in self._desks.items():
            if is_story_block(block):
                for cluster in desk.clusters.values():
                    told = (desk.members[m].mention for m in cluster.members)
                    yield cluster.key, tuple(told)

    @staticmethod
    def _is_stray(desk: Desk, mention: Mention) -> bool:
        """Tell whether a mention of another kind of block strayed here: nothing can be done."""
        return desk.is_story and mention.relay is not None

    def _load(self, shelf: Shelf) -> None:
        stored = dict(shelf.items())
        journal = stored.pop(JOURNAL, None)
        if journal is not None:
            self._pending = (*_read_journal(journal), (JOURNAL, None))
            for key, value in self._pending:
                if value is None:
                    stored.pop(key, None)
                else:
                    stored[key] = value
        members: dict[tuple[str, str], Member] = {}
        for key, value in stored.items():
            sort, block, name = key.split("\x1f")
            if sort == "member":
                members[block, name] = load_member(value)
        for key, value in stored.items():
            sort, block, _ = key.split("\x1f")
            if sort == "cluster":
                cluster = load_cluster(value)
                own = [members[block, m] for m in cluster.members if (block, m) in members]
                held = replace(cluster, members=tuple(member.id for member in own))
                self._desks.setdefault(block, Desk(block)).put(held, own)


def _find_sibling(desk: Desk, mention: Mention) -> Member | None:
    for known in sorted(desk.articles.get(mention.article_id, ())):
        member = desk.members[known]
        if member.body.version == mention.article_version:
            return member
    return None


def _list_writes(draft: Draft) -> list[Write]:
    """List what a draft changes: members before the clusters that name them, deletions last."""
    block = draft.desk.block
    members: list[Write] = [
        (_name("member", block, mention), dump_member(member))
        for mention, member in draft.members.items()
        if mention not in draft.dropped
    ]
    clusters: list[Write] = [
        (_name("cluster", block, key), None if cluster is None else dump_cluster(cluster))
        for key, cluster in draft.clusters.items()
        if cluster is not None or key in draft.desk.clusters
    ]
    deletions: list[Write] = [
        (_name("member", block, mention), None) for mention in sorted(draft.dropped)
    ]
    if len(clusters) > 1:
        clusters = [(JOURNAL, _write_journal(clusters)), *clusters, (JOURNAL, None)]
    return [*members, *clusters, *deletions]


def _name(sort: str, block: str, name: str) -> str:
    return f"{sort}\x1f{block}\x1f{name}"


def _write_journal(writes: list[Write]) -> bytes:
    return json.dumps(
        [[key, None if v is None else base64.b64encode(v).decode()] for key, v in writes]
    ).encode()


def _read_journal(journal: bytes) -> list[Write]:
    return [(key, None if v is None else base64.b64decode(v)) for key, v in json.loads(journal)]
