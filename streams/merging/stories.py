"""The main mention of an article in; the story it belongs to, told to the mention's home, out.

A story is what a newsroom calls one: everything reported about one happening and what it led to. Its
block sees one mention of every article, also of those that report no event that is counted. Each
arrival gathers its neighbourhood (what resembles it, and what their stories hold) and groups it anew
by average link; so a story found too early is divided, and two that were one are joined, as soon as
the evidence is there. The groups take the names of the stories they overlap most.

One block is one partition's work: see the measure in docs/merging.md. A story also
brings vague mentions together: one whose place is only a country is shown to the block in which the
most resembling article of its story has its event.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from streams.identity import build_id
from streams.merging.blocking import get_group, is_story_block
from streams.merging.contrast import contrast_facts
from streams.merging.desk import Draft
from streams.merging.members import Cluster, Member
from streams.merging.pairs import BRIEF, score_hood, score_profiles, to_likelihood
from streams.merging.regroup import group_pairs
from streams.records import Mention, Relay

JOIN = 0.5
"""Mean likelihood that joins groups; the biases of the weights are set for it."""
NEAR, LEAST = 30, 0.06
NEAR_BRIEF, LEAST_BRIEF = 40, 0.03
"""A short text shares few words with its like, so its neighbourhood is looked for further out."""
BUDGET = 4_000
"""Postings of the index that one article may read."""
HOOD = 80
"""Members of a neighbourhood at most: the work for each article is bounded."""
MATES = 30
"""Members that one story brings into a neighbourhood at most."""
SHOWN = "#shown"
TOLD = "#story"


def merge_story_mention(draft: Draft, member: Member) -> list[tuple[str, Mention]]:
    """Merge a new state of a member into the stories of its block."""
    known = draft.find_cluster(member.id)
    changed = known is None or draft.desk.members[member.id].profile is not member.profile
    draft.put_member(member)
    if known is not None:
        draft.put_cluster(replace(known, touched=max(known.touched, member.body.fetched)))
    if member.withdrawn or not changed:
        if known is None:
            _open(draft, member)
    else:
        _regroup(draft, member, known)
    return _tell_homes(draft)


def _regroup(draft: Draft, member: Member, known: Cluster | None) -> None:
    hood = _gather(draft, member)
    if len(hood) == 1:
        if known is None:
            _open(draft, member)
        return
    odds = score_hood([one.profile for one in hood])
    odds += contrast_facts([one.facts for one in hood], odds)
    labels = group_pairs(to_likelihood(odds), JOIN)
    groups: dict[int, list[Member]] = {}
    for one, label in zip(hood, labels, strict=True):
        groups.setdefault(label, []).append(one)
    for key, group in _name_groups(draft, groups):
        _collect(draft, key, group)


def _gather(draft: Draft, member: Member) -> list[Member]:
    """Gather a mention's neighbourhood: the nearest, and their stories' members, in order."""
    brief = member.profile.length <= BRIEF
    least, limit = (LEAST_BRIEF, NEAR_BRIEF) if brief else (LEAST, NEAR)
    near = [key for key, _ in draft.desk.index.find_near(member.profile, least, limit, BUDGET)]
    hood = dict.fromkeys(mention for mention in near if mention != member.id)
    for mention in list(hood):
        story = draft.find_cluster(mention)
        for mate in draft.choose_exemplars(story)[-MATES:] if story else ():
            if len(hood) < HOOD and mate != member.id:
                hood.setdefault(mate)
    found = [draft.get_member(mention) for mention in hood]
    live = [one for one in found if one is not None and not one.withdrawn]
    return sorted([*live, member], key=lambda one: one.rank)


def _name_groups(draft: Draft, groups: dict[int, list[Member]]) -> list[tuple[str, list[Member]]]:
    """Give every group the key of the story it overlaps most; a story names one group only."""
    overlaps: Counter[tuple[int, str]] = Counter()
    for label, group in groups.items():
        for one in group:
            story = draft.find_cluster(one.id)
            if story is not None:
                overlaps[label, story.key] += 1
    names: dict[int, str] = {}
    for (label, key), _ in sorted(overlaps.items(), key=lambda pair: (-pair[1], pair[0][0])):
        if label not in names and key not in names.values():
            names[label] = key
    taken = set(names.values())
    named = []
    for label, group in groups.items():
        key = names.get(label) or _choose_new_key(draft, group, taken)
        taken.add(key)
        named.append((key, group))
    return named


def _choose_new_key(draft: Draft, group: list[Member], taken: set[str]) -> str:
    for one in group:
        key = _build_key(one)
        if key not in taken and draft.get_cluster(key) is None:
            return key
    return build_id("s1", *(one.body.article for one in group))


def _collect(draft: Draft, key: str, group: list[Member]) -> None:
    """Bring a group's members into one story, out of the stories they were in."""
    moved = [one for one in group if (c := draft.find_cluster(one.id)) is None or c.key != key]
    if not moved:
        return
    for one in moved:
        old = draft.find_cluster(one.id)
        if old is not None:
            _remove(draft, old, one.id)
    story = draft.get_cluster(key) or Cluster(
        key=key, block=draft.desk.block, members=(), touched=group[0].body.fetched
    )
    draft.put_cluster(
        replace(
            story,
            members=(*story.members, *(one.id for one in moved)),
            touched=max([story.touched, *(one.body.fetched for one in moved)]),
        )
    )


def _remove(draft: Draft, story: Cluster, mention: str) -> None:
    rest = tuple(one for one in story.members if one != mention)
    if rest:
        draft.put_cluster(replace(story, members=rest))
    else:
        draft.drop_cluster(story.key)


def _open(draft: Draft, member: Member) -> None:
    key = _build_key(member)
    if draft.get_cluster(key) is not None:
        key = build_id("s1", member.body.article, member.id)
    draft.put_cluster(
        Cluster(
            key=key,
            block=draft.desk.block,
            members=(member.id,),
            touched=member.body.fetched,
        )
    )


def _build_key(member: Member) -> str:
    return build_id("s1", member.body.article)


def _tell_homes(draft: Draft) -> list[tuple[str, Mention]]:
    """Tell the blocks of events which story their mentions are in, and show them vague ones."""
    relays: list[tuple[str, Mention]] = []
    for story in [found for found in draft.clusters.values() if found is not None]:
        # of members only: a story may go on for years, and one that comes back is told again
        told = _keep_members(story, TOLD)
        shown = _keep_members(story, SHOWN)
        members = [m for m in draft.list_members(story) if not is_story_block(m.home)]
        for member in members:
            if told.get(member.id) != story.key and not member.withdrawn:
                told[member.id] = story.key
                relays.append(_relay(story, member, member.home))
        relays += _show_vague(members, shown)
        draft.put_cluster(replace(story, sent={TOLD: told, SHOWN: shown}))
    return relays


def _keep_members(story: Cluster, said: str) -> dict[str, str]:
    before = story.sent.get(said, {})
    return {mention: before[mention] for mention in story.members if mention in before}


def _show_vague(members: list[Member], shown: dict[str, str]) -> list[tuple[str, Mention]]:
    """Show a vague mention to the block of the most resembling event of its story, once."""
    relays: list[tuple[str, Mention]] = []
    for vague in members:
        if vague.id in shown or not vague.body.vague or vague.withdrawn:
            continue
        group = get_group(vague.home)
        others = [
            one
            for one in members
            if get_group(one.home) == group
            and one.home not in vague.body.blocks
            and not one.body.vague
        ][-MATES:]
        if others:
            odds = score_profiles([*(one.profile for one in others), vague.profile], last_only=True)
            block = others[int(odds[0, :-1].argmax())].home
            shown[vague.id] = block
            relays.append((block, vague.mention))
    return relays


def _relay(story: Cluster, member: Member, home: str) -> tuple[str, Mention]:
    relay = Relay(sender=story.block, story=story.key)
    return home, member.mention.model_copy(update={"relay": relay})
