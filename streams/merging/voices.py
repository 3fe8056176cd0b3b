"""The sources and texts of an event's mentions in; which of them are one voice out.

Twenty papers that carry one agency's story are one voice, and so are two papers of one house and two
texts of which one is nearly word for word in the other. MinHash (128 permutations, `rensa`)
estimates how many four-word phrases two texts share; when the shorter has three quarters of its own
from the longer, they are copies: half a story can be cut for length and still be the same story.
Voices are numbered in the order of the mentions.

What it gets wrong on purpose: an outlet that adds its own reporting under an agency's credit is
counted with the agency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

PERMUTATIONS = 128
COPY = 0.75
"""Share of the shorter text's phrases that the longer one has, from which the two are copies."""
PHRASE = 4
ROWS = 32
"""Texts compared with all others at once."""
SHORTEST = 12
"""Words below which a text says too little for its likeness to prove a copy."""

Signature = npt.NDArray[np.uint32]
"""The minima of the permutations, and at the end the number of phrases."""

_WORD = re.compile(r"\w+")
_NO_TEXTS: Signature = np.empty((0, PERMUTATIONS + 1), np.uint32)


def sign_text(text: str) -> Signature | None:
    """Sign a text by its phrases; None when it is too short."""
    words = _WORD.findall(text.casefold())
    if len(words) < SHORTEST:
        return None
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=42)
    phrases = {" ".join(words[i : i + PHRASE]) for i in range(len(words) - PHRASE + 1)}
    minhash.update(list(phrases))
    return np.array([*minhash.digest(), len(phrases)], np.uint32)


class Voices:
    """The voices of mentions told in order."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        """The voice of each mention."""
        self.count = 0
        self._seen: dict[str, int] = {}
        """The first mention of every source."""
        self._table = _NO_TEXTS
        self._rows: list[int] = []
        """Which mention each signature in the table is of."""

    def add(
        self, sources: Sequence[Sequence[str]], signatures: Sequence[Signature | None]
    ) -> dict[int, int]:
        """Number the next mentions; returns the numbers of earlier ones, old to new, if any has changed.

        Sources are the folded names by which a mention is of somebody's voice.
        """
        copies = self._find_copies(signatures)
        before = list(self.numbers)
        for names in sources:
            place = len(self.numbers)
            others = [self._seen.setdefault(name, place) for name in names]
            others += copies.get(place, ())
            voices = sorted({self.numbers[other] for other in others if other < place})
            if not voices:
                self.count += 1
            self.numbers.append(voices[0] if voices else self.count)
            for gone in reversed(voices[1:]):
                self._unite(voices[0], gone)
        renumbered = dict(zip(before, self.numbers, strict=False))
        return renumbered if any(old != new for old, new in renumbered.items()) else {}

    def _unite(self, kept: int, gone: int) -> None:
        """Make a later voice one with an earlier; those after it move up."""
        self.numbers = [
            kept if number == gone else number - (number > gone) for number in self.numbers
        ]
        self.count -= 1

    def _find_copies(self, signatures: Sequence[Signature | None]) -> dict[int, list[int]]:
        """Find for each of the next mentions the earlier ones of which it is a copy, or they of it."""
        place = len(self.numbers)
        known = len(self._rows)
        self._rows += [place + i for i, found in enumerate(signatures) if found is not None]
        new = [signature for signature in signatures if signature is not None]
        if not new:
            return {}
        self._table = np.concatenate((self._table, new)) if known else np.array(new, np.uint32)
        found: dict[int, list[int]] = {}
        for first, second in _compare_rows(self._table, known):
            found.setdefault(self._rows[second], []).append(self._rows[first])
        return found


def number_voices(
    sources: Sequence[Sequence[str]], signatures: Sequence[Signature | None]
) -> list[int]:
    """Number the independent voices from 1, one number for each mention."""
    voices = Voices()
    voices.add(sources, signatures)
    return voices.numbers


def _compare_rows(table: npt.NDArray[np.uint32], begin: int) -> Iterator[tuple[int, int]]:
    """Compare the rows from `begin` on with all before them; yields the copies."""
    if len(table) < 2:
        return
    sizes = table[:, -1].astype(np.float64)
    for start in range(begin, len(table), ROWS):
        rows = slice(start, start + ROWS)
        same = np.count_nonzero(table[rows, None, :-1] == table[None, :, :-1], axis=2)
        jaccard = same / PERMUTATIONS
        # what is shared, from the Jaccard index and the two sizes, over the smaller size
        shared = jaccard * (sizes[rows, None] + sizes[None, :]) / (1 + jaccard)
        copied = shared / np.minimum(sizes[rows, None], sizes[None, :]) >= COPY
        for row, other in zip(*np.nonzero(copied), strict=True):
            if other < row + start:
                yield int(other), int(row) + start
