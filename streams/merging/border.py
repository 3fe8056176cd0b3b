"""A changed cluster in; what its block tells the other blocks that hold a part of it out.

A mention on a border of blocks is sent to each. Its home founds events; elsewhere it is a guest, and
a cluster of guests alone is never an event. When a block finds that a mention of its own tells what a
guest tells, it relays its members to the guest's home, pinned to the guest, and the home relays its
own back. Two blocks that have once relayed to each other about a cluster go on telling each other
whatever joins it.

Why everything is counted once. Relays only ever add members and foundings, each is told to a block
once for each state it has, and a partner is told all that its neighbour knows. So all blocks that
hold connected parts end with the same members and the same foundings. The leader is the least founding
by (time, id), the same one everywhere, and only the leader's block sends the event. A block that sent
another event for it before sends that one once more, superseded by the leader's.

A guest too vague to know where it belongs can be claimed by events in two blocks that contradict each
other. Its home, which sees both, keeps the first and tells the other to let the guest go.
"""

from __future__ import annotations

import hashlib

from streams.merging.blocking import is_story_block
from streams.merging.desk import Draft
from streams.merging.members import Cluster, Member
from streams.records import Mention, Relay

FOUNDINGS = "#"
"""Key, beside mention ids, under which a partner's knowledge of the foundings is kept."""

Sent = dict[str, dict[str, str]]


def tell_partners(draft: Draft, cluster: Cluster) -> tuple[list[tuple[str, Mention]], Sent]:
    """Build the relays of a cluster, as (block, mention), and what the partners know after them."""
    members = draft.list_members(cluster)
    sent = {partner: dict(told) for partner, told in cluster.sent.items()}
    relays: list[tuple[str, Mention]] = []
    for partner in sorted(_find_partners(cluster, members)):
        told = sent.setdefault(partner, {})
        relays += [(partner, mention) for mention in _tell_partner(cluster, members, partner, told)]
    return relays, sent


def note_sender(cluster: Cluster, sender: str, member: Member) -> Sent:
    """Note that another block knows this cluster, and this state of a member."""
    sent = {partner: dict(told) for partner, told in cluster.sent.items()}
    sent.setdefault(sender, {})[member.id] = name_state(member)
    return sent


def refuse_claim(block: str, guest: Member, claimant: Member) -> list[tuple[str, Mention]]:
    """Tell the home of a claimant to let a guest go; only the guest's own home may say so."""
    if guest.home != block or claimant.home == block:
        return []
    relay = Relay(sender=block, refused=True)
    return [(claimant.home, guest.mention.model_copy(update={"relay": relay}))]


def name_state(member: Member) -> str:
    """Name the state of a member that a partner may know."""
    return f"{member.body.fetched.isoformat()}{'-' if member.withdrawn else '+'}"


def _find_partners(cluster: Cluster, members: list[Member]) -> set[str]:
    block = cluster.block
    homes = {member.home for member in members}
    partners = set(cluster.sent)
    if block in homes or partners:
        partners |= {home for home in homes if not is_story_block(home)}
    return partners - {block}


def _tell_partner(
    cluster: Cluster, members: list[Member], partner: str, told: dict[str, str]
) -> list[Mention]:
    """List what a partner does not know yet, and note it as told."""
    known = [m for m in members if m.id in told or partner in m.body.blocks]
    if not known:
        return []
    pin = known[0]
    digest = _digest_foundings(cluster)
    unknown = []
    for member in members:
        gets_it = partner in member.body.blocks
        if member is pin and gets_it:
            continue
        # a mention the partner gets from the reader too is only pinned, once
        state = "pinned" if gets_it else name_state(member)
        if told.get(member.id) not in (state, name_state(member)):
            told[member.id] = state
            unknown.append(member)
    if not unknown and told.get(FOUNDINGS) != digest:
        unknown = [pin]
    if unknown:
        told[FOUNDINGS] = digest
    return [_build_relay(cluster, member, pin) for member in unknown]


def _build_relay(cluster: Cluster, member: Member, pin: Member) -> Mention:
    relay = Relay(
        sender=cluster.block,
        pin=None if member is pin else pin.id,
        foundings=cluster.foundings,
    )
    return member.mention.model_copy(update={"relay": relay})


def _digest_foundings(cluster: Cluster) -> str:
    known = ",".join(sorted(founding.event_id for founding in cluster.foundings))
    return hashlib.blake2b(known.encode(), digest_size=8).hexdigest()
