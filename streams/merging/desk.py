"""One block's members and clusters, and the changes that a step would make to them.

`Desk` is what stands in memory: it is rebuilt from the shelf and changed only by `Draft.apply`, after
a step's writes were stored. `Draft` is a step's working copy: it reads through to the desk and keeps
what would change, so that a step that is never stored leaves no trace.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace

from streams.lexicon.ontology import get_kind
from streams.merging.blocking import is_story_block
from streams.merging.index import BlockIndex
from streams.merging.members import Cluster, Member
from streams.merging.sums import Sums

STORY_DAYS = 14
"""How long a story stays open after it was last heard of."""
LATE_DAYS = 3
"""How long after its expiry a cluster still takes mentions that arrive late."""
KEEP = dt.timedelta(days=30)
"""How long a closed cluster is kept for corrections and withdrawals of its own mentions."""
EXEMPLARS = 2
"""Members at each end of an event that are indexed and compared: the first told and the last."""
STORY_EXEMPLARS = 20
FEW = 2
"""Members from which what an event adds up to is remembered."""
WARM = 20_000
"""Clusters of a block that were changed last, of which everything is at hand."""
MAX_MEMBERS = 120
"""Members left of a cluster that is cut: the first half and the last half told."""
CUT = 150
"""Members beyond which a cluster is cut. Whoever goes has the event added up anew: so seldom."""


class Desk:
    """The live state of one block."""

    def __init__(self, block: str) -> None:
        self.block = block
        self.is_story = is_story_block(block)
        self.members: dict[str, Member] = {}
        self.clusters: dict[str, Cluster] = {}
        self.cluster_of: dict[str, str] = {}
        self.articles: dict[str, set[str]] = {}
        self.wanted: dict[str, set[str]] = {}
        """Members by the mention they are pinned to and that was not seen yet."""
        self.index = BlockIndex()
        self._sums: dict[str, Sums] = {}
        """What is remembered of events with many members."""
        self._warm: dict[str, None] = {}
        self._exemplars: dict[str, tuple[str, ...]] = {}
        self._indexed: dict[str, frozenset[str]] = {}
        self._closing: list[tuple[dt.datetime, str]] = []
        self._forgetting: list[tuple[dt.datetime, str]] = []

    def put(self, cluster: Cluster, members: Iterable[Member]) -> None:
        """Put a cluster and its changed members in place."""
        for member in members:
            self.members[member.id] = member
            self.articles.setdefault(member.body.article, set()).add(member.id)
            if member.pin and member.pin not in self.members:
                self.wanted.setdefault(member.pin, set()).add(member.id)
            self.wanted.pop(member.id, None)
        # one entry for each cluster and not for each mention: what is not due is asked again then
        if cluster.key not in self._indexed:
            heapq.heappush(self._closing, (self._find_close(cluster), cluster.key))
        if cluster.key not in self.clusters:
            heapq.heappush(self._forgetting, (self._find_close(cluster) + KEEP, cluster.key))
        self.clusters[cluster.key] = cluster
        for mention in cluster.members:
            self.cluster_of[mention] = cluster.key
        self._index(cluster)
        self._keep_warm(cluster.key)

    def drop_cluster(self, key: str) -> None:
        """Take a cluster out; its members stay until they are dropped or put elsewhere."""
        self.clusters.pop(key, None)
        self._sums.pop(key, None)
        self._exemplars.pop(key, None)
        for mention in self._indexed.pop(key, frozenset()):
            self.index.remove(mention)

    def drop_member(self, mention: str) -> None:
        """Forget a member."""
        member = self.members.pop(mention, None)
        self.cluster_of.pop(mention, None)
        self.index.remove(mention)
        if member is None:
            return
        told = self.articles.get(member.body.article, set())
        told.discard(mention)
        if not told:
            self.articles.pop(member.body.article, None)
        if member.pin in self.wanted:
            self.wanted[member.pin].discard(mention)

    def close_expired(self, now: dt.datetime) -> None:
        """Take clusters past their life out of the index; they take no more mentions."""
        while self._closing and self._closing[0][0] < now:
            _, key = heapq.heappop(self._closing)
            cluster = self.clusters.get(key)
            if cluster is None:
                continue
            closes = self._find_close(cluster)
            if closes >= now:
                heapq.heappush(self._closing, (closes, key))
                continue
            for mention in self._indexed.pop(key, frozenset()):
                self.index.remove(mention)
            for mention in cluster.members:
                self.members[mention].body.shed(texts=True)

    def pop_forgotten(self, now: dt.datetime, limit: int) -> Iterator[Cluster]:
        """Name clusters that are to be deleted, at most `limit` a call."""
        found = 0
        while self._forgetting and self._forgetting[0][0] < now and found < limit:
            _, key = heapq.heappop(self._forgetting)
            cluster = self.clusters.get(key)
            if cluster is None:
                continue
            due = self._find_close(cluster) + KEEP
            if due >= now:
                heapq.heappush(self._forgetting, (due, key))
                continue
            found += 1
            yield cluster

    def get_exemplars(self, cluster: Cluster) -> tuple[str, ...]:
        """Get the members that stand for a cluster as it is here; those taken back do not."""
        return self._exemplars[cluster.key]

    def get_sums(self, cluster: Cluster) -> Sums | None:
        """Get the memory of what an event adds up to; one with few members needs none."""
        if len(cluster.members) < FEW:
            return None
        return self._sums.setdefault(cluster.key, Sums())

    def _keep_warm(self, key: str) -> None:
        """Of what has not changed for long, keep only what the next mention is compared with."""
        self._warm.pop(key, None)
        self._warm[key] = None
        if len(self._warm) <= WARM:
            return
        cold = next(iter(self._warm))
        del self._warm[cold]
        cluster = self.clusters.get(cold)
        if cluster is not None:
            compared = self._indexed.get(cold, frozenset())
            for mention in cluster.members:
                self.members[mention].body.shed(texts=mention not in compared)

    def _index(self, cluster: Cluster) -> None:
        before = self._indexed.get(cluster.key, frozenset())
        live = [m for m in cluster.members if not self.members[m].withdrawn]
        self._exemplars[cluster.key] = _choose_ends(live, self.is_story)
        after = frozenset(self._exemplars[cluster.key])
        for mention in before - after:
            if self.cluster_of.get(mention) == cluster.key or mention not in self.cluster_of:
                self.index.remove(mention)
        for mention in after:
            if not self.index.holds(mention, self.members[mention].profile):
                self.index.add(mention, self.members[mention].profile)
        self._indexed[cluster.key] = after

    def _find_close(self, cluster: Cluster) -> dt.datetime:
        """Find when a cluster takes no more mentions, if nothing is heard of it until then."""
        if self.is_story:
            return cluster.touched + dt.timedelta(days=STORY_DAYS + LATE_DAYS)
        kinds = {self.members[m].body.kind for m in cluster.members if m in self.members}
        longest = max((get_kind(kind).expiry_days for kind in kinds), default=1)
        return cluster.touched + dt.timedelta(days=longest + LATE_DAYS)


class Draft:
    """What a step would change on a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.members: dict[str, Member] = {}
        self.clusters: dict[str, Cluster | None] = {}
        self.dropped: set[str] = set()
        self._cluster_of: dict[str, str] = {}

    def get_member(self, mention: str) -> Member | None:
        """Look a member up."""
        return self.members.get(mention) or self.desk.members.get(mention)

    def get_cluster(self, key: str) -> Cluster | None:
        """Look a cluster up."""
        return self.clusters[key] if key in self.clusters else self.desk.clusters.get(key)

    def find_cluster(self, mention: str) -> Cluster | None:
        """Find the cluster that holds a mention."""
        key = self._cluster_of.get(mention) or self.desk.cluster_of.get(mention)
        return None if key is None else self.get_cluster(key)

    def list_members(self, cluster: Cluster) -> list[Member]:
        """List a cluster's members in the order of telling."""
        found = (self.get_member(mention) for mention in cluster.members)
        return [member for member in found if member is not None]

    def choose_exemplars(self, cluster: Cluster) -> tuple[str, ...]:
        """Choose the members that stand for a cluster; those taken back do not."""
        known = self.desk.clusters.get(cluster.key)
        stands = known is not None and known.members is cluster.members
        if stands and all(mention not in self.members for mention in cluster.members):
            return self.desk.get_exemplars(cluster)
        found = ((mention, self.get_member(mention)) for mention in cluster.members)
        live = [mention for mention, member in found if member and not member.withdrawn]
        return _choose_ends(live, self.desk.is_story)

    def put_member(self, member: Member) -> None:
        """Keep a new state of a member."""
        self.members[member.id] = member

    def put_cluster(self, cluster: Cluster) -> Cluster:
        """Keep a new state of a cluster, members in order and not too many."""
        known = self.clusters.get(cluster.key)
        if known is not None and known.members is cluster.members:
            self.clusters[cluster.key] = cluster
            return cluster
        ordered = sorted(cluster.members, key=self._rank)
        if len(ordered) > CUT:
            half = MAX_MEMBERS // 2
            self.dropped.update(ordered[half:-half])
            ordered = ordered[:half] + ordered[-half:]
        cluster = replace(cluster, members=tuple(ordered))
        self.clusters[cluster.key] = cluster
        for mention in ordered:
            self._cluster_of[mention] = cluster.key
        return cluster

    def drop_cluster(self, key: str) -> None:
        """Let a cluster go; its members have been put elsewhere."""
        self.clusters[key] = None

    def apply(self) -> None:
        """Make the changes on the desk."""
        for key, cluster in self.clusters.items():
            if cluster is None:
                self.desk.drop_cluster(key)
        for cluster in self.clusters.values():
            if cluster is not None:
                self.desk.put(
                    cluster, [self.members[m] for m in cluster.members if m in self.members]
                )
        for mention in self.dropped:
            self.desk.drop_member(mention)

    def _rank(self, mention: str) -> tuple[dt.datetime, str]:
        member = self.get_member(mention)
        assert member is not None
        return member.rank


def _choose_ends(live: list[str], is_story: bool) -> tuple[str, ...]:  # noqa: FBT001 - one caller
    ends = STORY_EXEMPLARS if is_story else EXEMPLARS
    return tuple(live) if len(live) <= 2 * ends else tuple(live[:ends] + live[-ends:])
