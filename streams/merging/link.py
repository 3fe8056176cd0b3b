"""A mention and its block in; the events it belongs to, with the reasons, out.

Candidates come from the block's index. The facts of the mention are compared with those of each
candidate's exemplars; an event that half or more of them contradict is no candidate. The likelihood of
the text is then weighed in the neighbourhood of those that are left. An event's score is the mean over
its exemplars (average link), where one that contradicts counts as nothing in common.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
NEAR = 16
CANDIDATES = 5
BUDGET = 200
"""Postings of the index that one mention may read."""
DEEPEST = 30
"""Postings of one word that it may read."""
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
    candidates = []
    for cluster in _find_candidates(draft, member):
        if cluster.key in without:
            continue
        exemplars = _choose_exemplars(draft, cluster)
        facts = _compare_with_all(member, exemplars)
        if facts:
            candidates.append((cluster, exemplars, facts))
    if not candidates:
        return []
    hood = [one.profile for _, exemplars, _ in candidates for one in exemplars]
    odds = iter(score_profiles([*hood, member.profile], last_only=True)[0].tolist())
    matches = []
    for cluster, exemplars, facts in candidates:
        texts = [_weigh_text(member, one, next(odds)) for one in exemplars]
        match = _score_cluster(cluster, texts, facts)
        if match.score >= JOIN:
            matches.append(match)
    matches.sort(key=lambda match: (-match.score, match.cluster.key))
    return matches


def are_one(draft: Draft, first: Cluster, second: Cluster) -> bool:
    """Tell whether two events are one: exemplars of each against all of the other."""
    one, other = _choose_exemplars(draft, first), _choose_exemplars(draft, second)
    pairs = [(a, b) for a in one for b in other]
    facts = [compare_facts(a.facts, b.facts) for a, b in pairs]
    # the facts settle most pairs of look-alikes, and are far cheaper than the texts
    if not pairs or facts.count(None) * 5 > len(pairs):
        return False
    odds = score_profiles([member.profile for member in (*one, *other)])
    texts = odds[: len(one), len(one) :].ravel().tolist()
    likelihoods = [
        _to_likelihood(_weigh_text(a, b, text) + sum(parts.values()))
        for (a, b), text, parts in zip(pairs, texts, facts, strict=True)
        if parts is not None
    ]
    return sum(likelihoods) >= UNITE * len(pairs)


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
        one for one in draft.list_members(cluster) if one.id != member.id and not one.withdrawn
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
    near = [key for key, _ in desk.index.find_near(member.profile, LEAST, NEAR, BUDGET, DEEPEST)]
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


def _compare_with_all(member: Member, exemplars: Sequence[Member]) -> list[dict[str, float] | None]:
    """Compare the facts with those of all exemplars; empty where half or more of them contradict."""
    facts = []
    left = (len(exemplars) - 1) // 2
    for one in exemplars:
        parts = compare_facts(member.facts, one.facts)
        if parts is None:
            left -= 1
            # its text need not be looked at, nor the others
            if left < 0:
                return []
        facts.append(parts)
    return facts


def _choose_exemplars(draft: Draft, cluster: Cluster) -> list[Member]:
    found = (draft.get_member(mention) for mention in draft.choose_exemplars(cluster))
    return [member for member in found if member is not None]


def _score_cluster(
    cluster: Cluster, texts: list[float], facts: list[dict[str, float] | None]
) -> Match:
    """Score a candidate: the mean likelihood over its exemplars, those that contradict count zero."""
    agreeing = [{"text": text, **parts} for text, parts in zip(texts, facts, strict=True) if parts]
    likelihoods = [_to_likelihood(sum(parts.values())) for parts in agreeing]
    mean = {name: sum(parts[name] for parts in agreeing) / len(agreeing) for name in agreeing[0]}
    return Match(cluster, sum(likelihoods) / len(facts), mean)


def _weigh_pair(a: Member, b: Member, odds: float) -> dict[str, float] | None:
    facts = compare_facts(a.facts, b.facts)
    return None if facts is None else {"text": _weigh_text(a, b, odds), **facts}


def _weigh_text(a: Member, b: Member, odds: float) -> float:
    if a.facts.article == b.facts.article:
        return OWN_TEXT
    return TEXT_WEIGHT * max(-TEXT_LIMIT, min(TEXT_LIMIT, odds))


def _to_likelihood(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
