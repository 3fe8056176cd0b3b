"""The mentions of an event in; which of them are one voice out.

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

from streams.merging.folded import fold_name
from streams.records import Mention

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


def sign_text(text: str) -> Signature | None:
    """Sign a text by its phrases; None when it is too short."""
    words = _WORD.findall(text.casefold())
    if len(words) < SHORTEST:
        return None
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=42)
    phrases = {" ".join(words[i : i + PHRASE]) for i in range(len(words) - PHRASE + 1)}
    minhash.update(sorted(phrases))
    return np.array([*minhash.digest(), len(phrases)], np.uint32)


class Copies:
    """Which texts of one event are copies, remembered: only what is new is compared with the rest."""

    def __init__(self) -> None:
        self._known: dict[str, Signature] = {}
        self._pairs: list[tuple[str, str]] = []

    def find(
        self, keys: Sequence[str], signatures: Sequence[Signature | None]
    ) -> list[tuple[int, int]]:
        """Find the copies among texts, as pairs of places."""
        texts = {k: s for k, s in zip(keys, signatures, strict=True) if s is not None}
        if self._known.keys() != texts.keys() or any(
            self._known[key] is not signature for key, signature in texts.items()
        ):
            self._learn(texts)
        place = {key: number for number, key in enumerate(keys)}
        return [(place[first], place[second]) for first, second in self._pairs]

    def _learn(self, texts: dict[str, Signature]) -> None:
        kept = {key for key, signature in texts.items() if self._known.get(key) is signature}
        self._pairs = [pair for pair in self._pairs if pair[0] in kept and pair[1] in kept]
        # those that are known first, so that the rows of the new ones are the last
        order = sorted(texts, key=lambda key: key not in kept)
        if len(order) > 1:
            table = np.array([texts[key] for key in order], np.uint32)
            found = _compare_rows(table, len(kept))
            self._pairs += [(order[first], order[second]) for first, second in found]
        self._known = texts


def number_voices(
    mentions: Sequence[Mention],
    signatures: Sequence[Signature | None],
    copies: Copies | None = None,
) -> tuple[int, ...]:
    """Number the independent voices from 1, one number for each mention."""
    leader = list(range(len(mentions)))

    def find(item: int) -> int:
        while leader[item] != item:
            leader[item] = leader[leader[item]]
            item = leader[item]
        return item

    def join(first: int, second: int) -> None:
        a, b = find(first), find(second)
        if a != b:
            leader[max(a, b)] = min(a, b)

    seen: dict[str, int] = {}
    for place, mention in enumerate(mentions):
        for name in _name_sources(mention):
            join(seen.setdefault(name, place), place)
    copies = copies or Copies()
    for first, second in copies.find([mention.id for mention in mentions], signatures):
        join(first, second)
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(find(i), len(numbers) + 1) for i in range(len(mentions)))


def _name_sources(mention: Mention) -> Iterator[str]:
    for name in (mention.family, mention.publisher, mention.wire, mention.article_id):
        if name:
            yield fold_name(name)


def _compare_rows(table: npt.NDArray[np.uint32], begin: int) -> Iterator[tuple[int, int]]:
    """Compare the rows from `begin` on with all before them; yields the copies."""
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
