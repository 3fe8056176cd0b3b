"""A mention and its block in; the events it belongs to, with the reasons, out.

Candidates come from the block's index. The mention is then compared with the exemplars of each
candidate: the likelihood of the text, in the neighbourhood of all candidates, and the facts. An
event's score is the mean over its exemplars (average link). Facts that contradict an exemplar count
as nothing in common; an event whose exemplars contradict it by half or more is no candidate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streams.merging.compat import compare_facts
from streams.merging.desk import Draft
from streams.merging.members import Cluster, Member
from streams.merging.pairs import score_profiles
from streams.records import Link

Floats = npt.NDArray[np.float32]

LEAST = 0.05
"""Cosine below which the index names no candidate."""
NEAR = 20
CANDIDATES = 5
BUDGET = 500
"""Postings of the index that one mention may read."""
JOIN = 0.5
"""Mean likelihood from which a mention joins an event."""
UNITE = 0.5
"""Mean likelihood from which two events are one, once a mention has matched both."""
TEXT_WEIGHT = 0.8
"""What the odds of the text count beside those of the facts; texts of one article are one text."""
OWN_TEXT = 1.5
"""Odds of the text for two mentions of one article."""
TEXT_LIMIT = 4.0


@dataclass(frozen=True, slots=True)
class Match:
    """An event that a mention resembles."""

    cluster: Cluster
    score: float
    parts: dict[str, float]


def find_matches(
    draft: Draft, member: Member, *, without: frozenset[str] = frozenset()
) -> list[Match]:
    """Find the events of the block that a mention belongs to, best first; `without` some keys."""
    clusters = [c for c in _find_candidates(draft, member) if c.key not in without]
    if not clusters:
        return []
    exemplars = [_choose_exemplars(draft, cluster) for cluster in clusters]
    hood = [one for group in exemplars for one in group]
    odds = score_profiles([*(one.profile for one in hood), member.profile], last_only=True)[0]
    matches = []
    start = 0
    for cluster, group in zip(clusters, exemplars, strict=True):
        match = _score_cluster(member, cluster, group, odds[start : start + len(group)])
        start += len(group)
        if match is not None and match.score >= JOIN:
            matches.append(match)
    matches.sort(key=lambda match: (-match.score, match.cluster.key))
    return matches


def are_one(draft: Draft, first: Cluster, second: Cluster) -> bool:
    """Tell whether two events are one: exemplars of each against all of the other."""
    one, other = _choose_exemplars(draft, first), _choose_exemplars(draft, second)
    table = weigh_hood([*one, *other])[: len(one), len(one) :]
    if not table.size or (table < 0).mean() > 0.2:
        return False
    return float(table.clip(0).mean()) >= UNITE


def conflict(draft: Draft, first: Cluster, second: Cluster) -> bool:
    """Tell whether the facts of two events contradict each other."""
    one, other = _choose_exemplars(draft, first), _choose_exemplars(draft, second)
    pairs = [(a, b) for a in one for b in other if a.id != b.id]
    against = sum(compare_facts(a.facts, b.facts) is None for a, b in pairs)
    return against * 5 > len(pairs)


def weigh_hood(hood: list[Member]) -> Floats:
    """Likelihood of every pair of a neighbourhood; -1 where facts contradict each other."""
    odds = score_profiles([member.profile for member in hood])
    table = np.zeros((len(hood), len(hood)), np.float32)
    for row, a in enumerate(hood):
        for column in range(row + 1, len(hood)):
            parts = _weigh_pair(a, hood[column], float(odds[row, column]))
            likelihood = -1.0 if parts is None else _to_likelihood(sum(parts.values()))
            table[row, column] = table[column, row] = likelihood
    return table


def contradicts(draft: Draft, member: Member, cluster: Cluster) -> bool:
    """Tell whether a member's facts contradict most of what the others of its cluster say."""
    others = [
        one
        for one in draft.list_members(cluster)
        if one.id != member.id and not one.mention.withdrawn
    ]
    if not others:
        return False
    against = sum(compare_facts(member.facts, one.facts) is None for one in others)
    return against * 2 >= len(others)


def build_link(mention: str, match: Match | None) -> Link:
    """Say why a mention is in its event; who opened it needs no reason."""
    if match is None:
        return Link(mention_id=mention, score=1.0, parts={"opened": 1.0})
    parts = {name: round(value, 3) for name, value in match.parts.items()}
    return Link(mention_id=mention, score=round(match.score, 4), parts=parts)


def _find_candidates(draft: Draft, member: Member) -> list[Cluster]:
    desk = draft.desk
    near = [key for key, _ in desk.index.find_near(member.profile, LEAST, NEAR, BUDGET)]
    own = sorted(desk.articles.get(member.mention.article_id, ()))
    found: dict[str, Cluster] = {}
    for mention in own + near:
        cluster = draft.find_cluster(mention)
        if cluster is None or mention == member.id:
            continue
        found.setdefault(cluster.key, cluster)
        if len(found) == CANDIDATES:
            break
    return list(found.values())


def _choose_exemplars(draft: Draft, cluster: Cluster) -> list[Member]:
    found = (draft.get_member(mention) for mention in draft.choose_exemplars(cluster))
    return [member for member in found if member is not None]


def _score_cluster(
    member: Member, cluster: Cluster, exemplars: list[Member], odds: Floats
) -> Match | None:
    weighed = [
        _weigh_pair(member, one, float(text)) for one, text in zip(exemplars, odds, strict=True)
    ]
    agreeing = [parts for parts in weighed if parts is not None]
    if len(agreeing) * 2 <= len(weighed):
        return None
    likelihoods = [_to_likelihood(sum(parts.values())) for parts in agreeing]
    mean = {name: sum(parts[name] for parts in agreeing) / len(agreeing) for name in agreeing[0]}
    return Match(cluster, sum(likelihoods) / len(weighed), mean)


def _weigh_pair(a: Member, b: Member, odds: float) -> dict[str, float] | None:
    facts = compare_facts(a.facts, b.facts)
    if facts is None:
        return None
    same = a.facts.article == b.facts.article
    text = OWN_TEXT if same else TEXT_WEIGHT * max(-TEXT_LIMIT, min(TEXT_LIMIT, odds))
    return {"text": text, **facts}


def _to_likelihood(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))
