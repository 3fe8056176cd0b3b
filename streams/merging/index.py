"""A profile in; the most resembling profiles of the block out, without looking at all of them.

An inverted index over the heaviest terms of each text. Work is bounded however full the block is:
terms are looked up from the rarest in this block to the commonest, of each only the texts in which it
weighs most, until the budget of postings is spent. What is lost: two texts that share only words which
weigh more in hundreds of other live texts of the block. Those words could not have told the two apart.

A posting is one whole number: the weight in its upper 24 bits, turned round so that the heaviest comes
first, and 40 bits that name the text. A term's postings are kept in order in arrays of at most `CHUNK`,
so that putting a text in or out costs nearly the same however many texts have the word, and a posting
takes eight bytes; a term of one text, as most are, has no array.
"""

from __future__ import annotations

import heapq
import zlib
from array import array
from bisect import bisect_left, insort

import numpy as np
import numpy.typing as npt

from streams.merging.terms import Profile

TERMS = 40
"""How many terms of a text are looked up and indexed, heaviest first."""
DEEPEST = 100
"""Texts of one term that a look-up reads at most, those in which it weighs most."""
CHUNK = 512
"""Postings that are kept in one array."""
NAME_BITS = 40
NAME_MASK = (1 << NAME_BITS) - 1
WEIGHT_STEPS = (1 << 24) - 1
_BITS, _MASK = np.uint64(NAME_BITS), np.uint64(NAME_MASK)


class _Postings:
    """The postings of a term that several texts have, in order."""

    __slots__ = ("chunks", "size")

    def __init__(self, first: int, second: int) -> None:
        self.chunks = [array("Q", sorted((first, second)))]
        self.size = 2

    def add(self, posting: int) -> None:
        """Put a posting in; a full array is parted."""
        place = self._find_chunk(posting)
        chunk = self.chunks[place]
        insort(chunk, posting)
        self.size += 1
        if len(chunk) > CHUNK:
            self.chunks.insert(place + 1, chunk[CHUNK // 2 :])
            del chunk[CHUNK // 2 :]

    def remove(self, posting: int) -> None:
        """Take a posting out that is in."""
        place = self._find_chunk(posting)
        chunk = self.chunks[place]
        del chunk[bisect_left(chunk, posting)]
        self.size -= 1
        if not chunk and len(self.chunks) > 1:
            del self.chunks[place]

    def read(self, limit: int) -> array[int]:
        """Read the heaviest."""
        found = self.chunks[0][:limit]
        for chunk in self.chunks[1:]:
            if len(found) >= limit:
                break
            found += chunk[: limit - len(found)]
        return found

    def _find_chunk(self, posting: int) -> int:
        if len(self.chunks) == 1:
            return 0
        return bisect_left(self.chunks, posting, hi=len(self.chunks) - 1, key=_get_last)


class BlockIndex:
    """Profiles of one block by their terms; keys are mention ids."""

    def __init__(self) -> None:
        self._postings: dict[int, int | _Postings] = {}
        """The one posting of a term, or several."""
        self._texts: dict[str, tuple[Profile, int]] = {}
        """The profile of each text, and its name in postings."""
        self._keys: dict[int, str] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __len__(self) -> int:
        return len(self._texts)

    def holds(self, key: str, profile: Profile) -> bool:
        """Tell whether exactly this profile is indexed under this key."""
        known = self._texts.get(key)
        return known is not None and known[0] is profile

    def add(self, key: str, profile: Profile) -> None:
        """Index a profile, in place of an earlier one of the same key."""
        self.remove(key)
        name = self._name(key)
        self._texts[key] = profile, name
        self._keys[name] = key
        postings = self._postings
        for term, posting in _list_postings(profile, name):
            known = postings.get(term)
            if known is None:
                postings[term] = posting
            elif isinstance(known, int):
                postings[term] = _Postings(known, posting)
            else:
                known.add(posting)

    def remove(self, key: str) -> None:
        """Take a profile out; nothing happens when it is not there."""
        known_text = self._texts.pop(key, None)
        if known_text is None:
            return
        profile, name = known_text
        del self._keys[name]
        for term, posting in _list_postings(profile, name):
            known = self._postings[term]
            if isinstance(known, int) or known.size == 1:
                del self._postings[term]
            else:
                known.remove(posting)

    def find_near(
        self, profile: Profile, least: float, limit: int, budget: int, deepest: int = DEEPEST
    ) -> list[tuple[str, float]]:
        """Find up to `limit` keys with a cosine of at least `least`, best first, ties by key.

        At most `budget` postings are read, and `deepest` of one term.
        """
        get = self._postings.get
        found = []
        for term, weight in zip(*_weigh_terms(profile), strict=True):
            postings = get(term)
            if postings is not None:
                size = 1 if isinstance(postings, int) else postings.size
                found.append((size / (weight * weight), weight, postings))
        # what weighs much and is rare here first: the budget is spent where it tells most
        found.sort(key=_get_first)
        read: array[int] = array("Q")
        weights: list[float] = []
        counts: list[int] = []
        for _, weight, postings in found:
            before = len(read)
            if isinstance(postings, int):
                read.append(postings)
            else:
                read += postings.read(min(deepest, budget - before))
            weights.append(weight)
            counts.append(len(read) - before)
            if len(read) >= budget:
                break
        if not read:
            return []
        return self._score(read, np.repeat(weights, counts), least, limit)

    def _score(
        self, read: array[int], weights: npt.NDArray[np.float64], least: float, limit: int
    ) -> list[tuple[str, float]]:
        """Add up what was read, text by text."""
        postings = np.frombuffer(read, np.uint64)
        names = postings & _MASK
        # a short cut to np.unique: order by text, then add up what lies between two borders
        order = names.argsort()
        names = names[order]
        starts = np.flatnonzero(np.concatenate(([True], names[1:] != names[:-1])))
        products = (weights * (WEIGHT_STEPS - (postings >> _BITS)))[order]
        scores = np.add.reduceat(products, starts) / WEIGHT_STEPS
        names = names[starts]
        chosen = np.flatnonzero(scores >= least)
        if len(chosen) > limit:
            # those as good as the last are kept, for their keys decide
            edge = np.partition(scores[chosen], -limit)[-limit] - 1e-6
            chosen = chosen[scores[chosen] >= edge]
        keys = self._keys
        near = [
            (keys[name], round(score, 6))
            for name, score in zip(names[chosen].tolist(), scores[chosen].tolist(), strict=True)
        ]
        return heapq.nsmallest(limit, near, key=lambda pair: (-pair[1], pair[0]))

    def _name(self, key: str) -> int:
        """Name a text by 40 bits of its key: of two equal weights the same comes first after a restart."""
        raw = key.encode()
        name = (zlib.crc32(raw) << 8 | zlib.adler32(raw) & 0xFF) & NAME_MASK
        while name in self._keys:
            name = (name + 1) & NAME_MASK
        return name


def _get_first(pair: tuple[float, float, int | _Postings]) -> float:
    return pair[0]


def _get_last(chunk: array[int]) -> int:
    return chunk[-1]


def _list_postings(profile: Profile, name: int) -> list[tuple[int, int]]:
    ids, weights = _weigh_terms(profile)
    return [
        (term, (WEIGHT_STEPS - round(weight * WEIGHT_STEPS)) << NAME_BITS | name)
        for term, weight in zip(ids, weights, strict=True)
    ]


def _weigh_terms(profile: Profile) -> tuple[list[int], list[float]]:
    """Weigh the terms by which a text is looked up, as a vector of length one."""
    ids, weights = profile.ids, profile.counts * profile.rarities
    if len(ids) > TERMS:
        order = np.lexsort((ids, -weights))[:TERMS]
        ids, weights = ids[order], weights[order]
    length = float(np.sqrt(np.dot(weights, weights))) or 1.0
    return ids.tolist(), (weights / length).tolist()
