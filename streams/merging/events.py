"""A member of a block of events in; the events that change and the relays they lead to out.

The way of a mention: it stays in the event it is in unless it was corrected into contradicting it; a
new one joins the best match or opens an event; a relayed one joins what it is pinned to. Then the
second look: when it also matches another event, the two may be one (join); when an event has doubled,
its members may be two happenings after all (split). At last every event it touched is folded anew.
"""

from __future__ import annotations

from dataclasses import replace

from streams.identity import event_id
from streams.merging.border import note_sender, refuse_claim, tell_partners
from streams.merging.desk import Draft
from streams.merging.fold import fold_event, supersede_event
from streams.merging.link import (
    Match,
    are_one,
    build_link,
    conflict,
    contradicts,
    find_matches,
    weigh_hood,
)
from streams.merging.members import Cluster, Member
from streams.merging.regroup import group_pairs
from streams.records import Event, Founding, Mention, Relay

SPLIT_SIZES = frozenset((5, 12, 30, 75))
"""Sizes at which an event is looked at for a second happening in it: seldom, and at every scale."""
SURE = 0.8
"""Likelihood from which a mention's joining leaves nothing to look at again."""
SPLIT = 0.3
"""Mean likelihood below which two parts of an event come apart; far below what joins them."""


def merge_event_mention(
    draft: Draft, member: Member, relay: Relay | None
) -> tuple[list[Event], list[tuple[str, Mention]]]:
    """Merge a new state of a member into its block's events."""
    if relay is not None and relay.story is not None:
        member = replace(member, story=relay.story)
    known = draft.find_cluster(member.id)
    if relay is not None and relay.pin is not None and relay.pin != member.pin:
        member = replace(member, pin=relay.pin)
    if relay is not None and relay.refused:
        return _let_go(draft, member, known)
    touched = _place(draft, member, known)
    touched, refusals = _follow_pins(draft, member, touched)
    if relay is not None and relay.story is None:
        touched = _take_relay(draft, member, touched, relay)
    _look_again(draft, touched)
    events, relays = _settle(draft)
    return events, relays + refusals


def _place(draft: Draft, member: Member, known: Cluster | None) -> Cluster:
    """Put a member where it belongs."""
    if known is None:
        if member.withdrawn:
            draft.put_member(member)
            return _open(draft, member)
        return _join_best(draft, member, frozenset())
    changed = draft.desk.members[member.id].body is not member.body
    touched = max(known.touched, member.body.fetched)
    draft.put_member(member)
    kept = draft.put_cluster(replace(known, touched=touched))
    if not changed or member.withdrawn:
        return kept
    if len(kept.members) == 1:
        return _rejoin(draft, member, kept)
    if contradicts(draft, member, kept):
        return _part(draft, member, kept)
    return kept


def _join_best(draft: Draft, member: Member, without: frozenset[str]) -> Cluster:
    matches = find_matches(draft, member, without=without)
    best = matches[0] if matches else None
    draft.put_member(replace(member, link=build_link(member.id, best)))
    if best is None:
        return _open(draft, member)
    home = _add(draft, best.cluster, member)
    for other in matches[1:]:
        rival = draft.get_cluster(other.cluster.key)
        if rival is not None and are_one(draft, home, rival):
            home = _unite(draft, home, rival)
    return home


def _rejoin(draft: Draft, member: Member, alone: Cluster) -> Cluster:
    """Look for an event for a corrected mention that stands alone in its own."""
    matches = find_matches(draft, member, without=frozenset((alone.key,)))
    if not matches:
        return alone
    draft.put_member(replace(member, link=build_link(member.id, matches[0])))
    return _unite(draft, matches[0].cluster, alone)


def _part(draft: Draft, member: Member, old: Cluster) -> Cluster:
    """Take a corrected mention out of an event that it now contradicts."""
    rest = tuple(mention for mention in old.members if mention != member.id)
    draft.put_cluster(replace(old, members=rest))
    matches: list[Match] = find_matches(draft, member, without=frozenset((old.key,)))
    draft.put_member(replace(member, link=build_link(member.id, matches[0] if matches else None)))
    if matches:
        return _add(draft, matches[0].cluster, member)
    origin = old.leader.event_id if old.leader else None
    return _open(draft, member, split_from=origin, seed=member.body.version)


def _open(
    draft: Draft, member: Member, *, split_from: str | None = None, seed: str = ""
) -> Cluster:
    """Open a cluster; a live mention that is at home here founds its event."""
    opened = event_id(f"{member.id}/{seed}" if seed else member.id)
    return draft.put_cluster(
        Cluster(
            key=opened,
            block=draft.desk.block,
            members=(member.id,),
            touched=member.body.fetched,
            split_from=split_from,
        )
    )


def _add(draft: Draft, cluster: Cluster, member: Member) -> Cluster:
    current = draft.get_cluster(cluster.key) or cluster
    return draft.put_cluster(
        replace(
            current,
            members=(*current.members, member.id),
            touched=max(current.touched, member.body.fetched),
        )
    )


def _unite(draft: Draft, first: Cluster, second: Cluster) -> Cluster:
    """Make two clusters one: the one whose event was opened first takes in the other."""
    if first.key == second.key:
        return first
    kept, gone = sorted((first, second), key=_seniority)
    draft.drop_cluster(gone.key)
    partners = {**gone.sent, **kept.sent}
    return draft.put_cluster(
        replace(
            kept,
            members=tuple(dict.fromkeys((*kept.members, *gone.members))),
            touched=max(kept.touched, gone.touched),
            foundings=tuple(dict.fromkeys((*kept.foundings, *gone.foundings))),
            issued={**gone.issued, **kept.issued},
            sent={
                partner: {**gone.sent.get(partner, {}), **kept.sent.get(partner, {})}
                for partner in partners
            },
        )
    )


def _seniority(cluster: Cluster) -> tuple[bool, object, str]:
    leader = cluster.leader
    return leader is None, leader.at if leader else cluster.touched, cluster.key


def _follow_pins(
    draft: Draft, member: Member, cluster: Cluster
) -> tuple[Cluster, list[tuple[str, Mention]]]:
    """Bring together what other blocks have merged, whichever of the two came first.

    A vague mention resembles events in two blocks, and each may claim it. Its home joins what it is
    pinned to only where the facts allow, and else has the claiming block let it go.
    """
    refusals = []
    pinned = [member.pin] if member.pin else []
    for mention in [*pinned, *sorted(draft.desk.wanted.get(member.id, ()))]:
        other = draft.find_cluster(mention)
        if other is None or other.key == cluster.key:
            continue
        if not conflict(draft, cluster, other):
            cluster = _unite(draft, cluster, other)
            continue
        guest = draft.get_member(member.pin or member.id)
        claimant = draft.get_member(member.id if member.pin else mention)
        if guest is not None and claimant is not None:
            refusals += refuse_claim(draft.desk.block, guest, claimant)
    return cluster, refusals


def _let_go(
    draft: Draft, member: Member, known: Cluster | None
) -> tuple[list[Event], list[tuple[str, Mention]]]:
    """Take a guest out of an event here that contradicts its own at its home."""
    if known is None:
        return [], []
    rest = tuple(mention for mention in known.members if mention != member.id)
    draft.dropped.add(member.id)
    if not rest:
        draft.drop_cluster(known.key)
        return [], []
    draft.put_cluster(replace(known, members=rest))
    return _settle(draft)


def _take_relay(draft: Draft, member: Member, cluster: Cluster, relay: Relay) -> Cluster:
    """Take over what the relaying block knows: the foundings, and that it knows this member."""
    foundings = dict.fromkeys((*cluster.foundings, *relay.foundings))
    sent = note_sender(cluster, relay.sender, member)
    return draft.put_cluster(replace(cluster, foundings=tuple(foundings), sent=sent))


def _look_again(draft: Draft, cluster: Cluster) -> None:
    """Split an event that has doubled when its members tell two happenings."""
    before = draft.desk.clusters.get(cluster.key)
    size = len(cluster.members)
    if size not in SPLIT_SIZES or (before is not None and len(before.members) >= size):
        return
    members = [m for m in draft.list_members(cluster) if not m.withdrawn]
    if _is_sure(members):
        return
    labels = group_pairs(weigh_hood(members), SPLIT)
    parts: dict[int, list[Member]] = {}
    for member, label in zip(members, labels, strict=True):
        parts.setdefault(label, []).append(member)
    for part in sorted(parts.values(), key=len, reverse=True)[1:]:
        if len(part) >= 2:
            cluster = _split(draft, cluster, part)


def _is_sure(members: list[Member]) -> bool:
    """Tell whether all but the one who opened the event resembled the first and the latest well.

    An event that was joined from two has two who opened it, and is looked at.
    """
    links = [member.link for member in members]
    unsure = [link for link in links if link is None or link.score < SURE or "opened" in link.parts]
    return len(unsure) <= 1


def _split(draft: Draft, cluster: Cluster, part: list[Member]) -> Cluster:
    """Take some members out of an event into one of their own."""
    gone = {member.id for member in part}
    native = [m for m in part if m.home == draft.desk.block]
    if not native or not cluster.foundings:
        return cluster
    rest = tuple(mention for mention in cluster.members if mention not in gone)
    kept = draft.put_cluster(replace(cluster, members=rest))
    first = min(native, key=lambda member: member.rank)
    origin = cluster.leader.event_id if cluster.leader else None
    opened = _open(draft, first, split_from=origin, seed=f"split-{len(cluster.members)}")
    draft.put_cluster(
        replace(opened, members=tuple(gone), touched=max(m.body.fetched for m in part))
    )
    return kept


def _settle(draft: Draft) -> tuple[list[Event], list[tuple[str, Mention]]]:
    """Fold every cluster that the step touched, and tell its partners."""
    events: list[Event] = []
    relays: list[tuple[str, Mention]] = []
    for cluster in [found for found in draft.clusters.values() if found is not None]:
        current = _found(draft, cluster)
        current, revised = _fold(draft, current)
        told, sent = tell_partners(draft, current)
        draft.put_cluster(replace(current, sent=sent))
        events += revised
        relays += told
    return events, relays


def _found(draft: Draft, cluster: Cluster) -> Cluster:
    """Open the event of a cluster that has none, when a live mention is at home here."""
    if cluster.foundings:
        return cluster
    block = draft.desk.block
    members = draft.list_members(cluster)
    native = [m for m in members if m.home == block and not m.withdrawn]
    if not native:
        return cluster
    # a cluster that a guest opened bears the guest's name, and so may the event at its home
    opened_here = cluster.split_from or any(event_id(m.id) == cluster.key for m in native)
    first = min(native, key=lambda m: (m.body.fetched, m.id))
    founding = Founding(
        event_id=cluster.key if opened_here else event_id(first.id),
        at=first.body.fetched,
        block=block,
    )
    return replace(cluster, foundings=(founding,))


def _fold(draft: Draft, cluster: Cluster) -> tuple[Cluster, list[Event]]:
    """Fold a cluster; returns it with what it issued, and the revisions to send."""
    leader = cluster.leader
    if leader is None:
        return cluster, []
    block = draft.desk.block
    issued = dict(cluster.issued)
    revised: list[Event] = []
    if leader.block == block:
        before = issued.get(leader.event_id)
        others = sorted(f.event_id for f in cluster.foundings if f.event_id != leader.event_id)
        event = fold_event(
            leader.event_id,
            block,
            draft.list_members(cluster),
            before,
            supersedes=tuple(others),
            split_from=cluster.split_from,
            sums=draft.desk.get_sums(cluster),
        )
        issued[event.id] = event
        if before is None or event.revision != before.revision:
            revised.append(event)
    for known, event in sorted(issued.items()):
        if leader.event_id not in (known, event.superseded_by):
            issued[known] = supersede_event(event, leader.event_id)
            revised.append(issued[known])
    return replace(cluster, issued=issued), revised
