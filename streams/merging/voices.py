"""The mentions of an event in; which of them are one voice out.

Twenty papers that carry one agency's story are one voice, and so are two papers of one house and two
texts that are nearly word for word the same. MinHash (128 permutations, `rensa`) estimates how much
of their four-word phrases two texts share; from 0.6 they are copies: half a story can be cut for
length and still be the same story. Voices are numbered in the order of the mentions.

What it gets wrong on purpose: an outlet that adds its own reporting under an agency's credit is
counted with the agency.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from streams.identity import fold_text
from streams.records import Mention

PERMUTATIONS = 128
COPY = 0.6
PHRASE = 4
SHORTEST = 12
"""Words below which a text says too little for its likeness to prove a copy."""

Signature = npt.NDArray[np.uint32]

_WORD = re.compile(r"\w+")


def sign_text(text: str) -> Signature | None:
    """Sign a text by its phrases; None when it is too short."""
    words = _WORD.findall(text.casefold())
    if len(words) < SHORTEST:
        return None
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=42)
    minhash.update([" ".join(words[i : i + PHRASE]) for i in range(len(words) - PHRASE + 1)])
    return np.array(minhash.digest(), np.uint32)


def number_voices(
    mentions: Sequence[Mention], signatures: Sequence[Signature | None]
) -> tuple[int, ...]:
    """Number the independent voices from 1, one number for each mention."""
    leader = list(range(len(mentions)))

    def find(item: int) -> int:
        while leader[item] != item:
            leader[item] = leader[leader[item]]
            item = leader[item]
        return item

    def join(first: int, second: int) -> None:
        a, b = sorted((find(first), find(second)))
        leader[b] = a

    seen: dict[str, int] = {}
    for place, mention in enumerate(mentions):
        for name in _name_sources(mention):
            join(seen.setdefault(name, place), place)
    for first, second in _find_copies(signatures):
        join(first, second)
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(find(i), len(numbers) + 1) for i in range(len(mentions)))


def _name_sources(mention: Mention) -> set[str]:
    named = (mention.family, mention.publisher, mention.wire, mention.article_id)
    return {fold_text(name) for name in named if name}


def _find_copies(signatures: Sequence[Signature | None]) -> list[tuple[int, int]]:
    places = [place for place, signature in enumerate(signatures) if signature is not None]
    table = np.array([signatures[place] for place in places], np.uint32)
    pairs = []
    for row in range(1, len(places)):
        alike = (table[:row] == table[row]).mean(axis=1)
        pairs += [(places[int(other)], places[row]) for other in np.flatnonzero(alike >= COPY)]
    return pairs
