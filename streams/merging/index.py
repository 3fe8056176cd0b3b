"""A profile in; the most resembling profiles of the block out, without looking at all of them.

An inverted index over the heaviest terms of each text. Work is bounded however full the block is:
terms are looked up from the rarest in this block to the commonest, of each only the texts in which it
weighs most, until the budget of postings is spent. What is lost: two texts that share only words which
weigh more in hundreds of other live texts of the block. Those words could not have told the two apart.

Only the head of a common word's list is kept in order; putting a text into or out of the rest costs the
same however many texts have the word.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from functools import lru_cache

import numpy as np

from streams.merging.terms import Profile

TERMS = 40
"""How many terms of a text are looked up and indexed, heaviest first."""
DEEPEST = 100
"""Texts of one term that a look-up reads at most, those in which it weighs most."""
ORDERED = 400
"""Texts of one term that are kept in order."""

Posting = tuple[float, str]
"""The weight of a term in a text, negative so that the heaviest comes first, and the text's key."""


class _Postings:
    """The texts of one term: the heaviest in order, the rest, where there are more, in none."""

    __slots__ = ("head", "rest")

    def __init__(self) -> None:
        self.head: list[Posting] = []
        self.rest: set[Posting] | None = None
        """Most terms of a block stand in one text or two, and have no rest."""

    def __len__(self) -> int:
        return len(self.head) + len(self.rest or ())

    def add(self, posting: Posting) -> None:
        """Put a text in; the lightest of a full head goes to the rest."""
        if self.rest and posting > self.head[-1]:
            self.rest.add(posting)
            return
        insort(self.head, posting)
        if len(self.head) > ORDERED:
            if self.rest is None:
                self.rest = set()
            self.rest.add(self.head.pop())

    def remove(self, posting: Posting) -> None:
        """Take a text out; the head never has fewer than are read while there are any."""
        if self.rest and posting in self.rest:
            self.rest.remove(posting)
            return
        del self.head[bisect_left(self.head, posting)]
        if self.rest and len(self.head) < DEEPEST:
            heaviest = heapq.nsmallest(ORDERED - len(self.head), self.rest)
            self.rest.difference_update(heaviest)
            self.head += heaviest


class BlockIndex:
    """Profiles of one block by their terms; keys are mention ids."""

    def __init__(self) -> None:
        self._postings: dict[int, _Postings] = {}
        self._terms: dict[str, list[tuple[int, float]]] = {}
        self._profiles: dict[str, Profile] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._terms

    def __len__(self) -> int:
        return len(self._terms)

    def holds(self, key: str, profile: Profile) -> bool:
        """Tell whether exactly this profile is indexed under this key."""
        return self._profiles.get(key) is profile

    def add(self, key: str, profile: Profile) -> None:
        """Index a profile, in place of an earlier one of the same key."""
        self.remove(key)
        weighed = _weigh_terms(profile)
        self._terms[key] = weighed
        self._profiles[key] = profile
        for term, weight in weighed:
            postings = self._postings.get(term)
            if postings is None:
                postings = self._postings[term] = _Postings()
            postings.add((-weight, key))

    def remove(self, key: str) -> None:
        """Take a profile out; nothing happens when it is not there."""
        self._profiles.pop(key, None)
        for term, weight in self._terms.pop(key, ()):
            postings = self._postings[term]
            postings.remove((-weight, key))
            if not postings.head:
                del self._postings[term]

    def find_near(
        self, profile: Profile, least: float, limit: int, budget: int, deepest: int = DEEPEST
    ) -> list[tuple[str, float]]:
        """Find up to `limit` keys with a cosine of at least `least`, best first, ties by key.

        At most `budget` postings are read, and `deepest` of one term.
        """
        found = [
            (postings, weight)
            for term, weight in _weigh_terms(profile)
            if (postings := self._postings.get(term))
        ]
        # what weighs much and is rare here first: the budget is spent where it tells most
        found.sort(key=lambda pair: len(pair[0]) / (pair[1] * pair[1]))
        scores: dict[str, float] = {}
        for postings, weight in found:
            read = postings.head[: min(deepest, budget)]
            budget -= len(read)
            for other, key in read:
                scores[key] = scores.get(key, 0.0) - weight * other
            if budget <= 0:
                break
        near = [(key, round(score, 6)) for key, score in scores.items() if score >= least]
        return heapq.nsmallest(limit, near, key=lambda pair: (-pair[1], pair[0]))


@lru_cache(maxsize=256)  # a text is looked up and then indexed; profiles are hashed by identity
def _weigh_terms(profile: Profile) -> list[tuple[int, float]]:
    weights = profile.counts * profile.rarities
    order = np.lexsort((profile.ids, -weights))[:TERMS]
    chosen = weights[order]
    length = float(np.linalg.norm(chosen)) or 1.0
    return list(zip(profile.ids[order].tolist(), (chosen / length).tolist(), strict=True))
