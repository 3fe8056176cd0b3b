"""The words of a headline in, the probability of each kind (and of no event) out.

A multinomial logistic regression over the lemmas of a headline, alone and in pairs, with its names as
placeholders (`_person dies` is the same whoever died), over the stems of all its words, and over a static
vector of its words, reduced.
The examples are `streams/lexicon/headlines/*.tsv`, all of our own writing; `python -m benchmarks.headlines
--write` trains on them and writes `headline_weights.npz`, which names the examples it was trained on.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np

from streams.reading.parse import Sentence
from streams.reading.vectors import Vectors, embed_texts

NO_EVENT = "none"
"""The label of a headline that reports nothing."""
_NAMES = frozenset({"PERSON", "GPE", "NORP", "ORG", "LOC", "FAC"})
_FIGURES = frozenset({"DATE", "TIME", "MONEY", "CARDINAL", "PERCENT", "QUANTITY", "ORDINAL"})

_EMPTY = frozenset(
    ["a", "an", "the", "be", "have", "that", "its", "their", "his", "her", "which", "who"]
)
_ENDINGS = ["ations", "ation", "ings", "ing", "ers", "ies", "ied", "ed", "es", "er", "ly", "s", "e"]
_MIN_STEM = 4


@dataclass(frozen=True, slots=True)
class Features:
    """What the model sees of a headline."""

    grams: tuple[str, ...]
    """Lemmas and placeholders, alone and in pairs, and `~stem` of each word."""
    plain: str
    """Its words without the names."""


@dataclass(frozen=True, slots=True)
class HeadlineModel:
    """The trained weights."""

    kinds: tuple[str, ...]
    rows: dict[str, int]
    """Gram -> row of `weights`."""
    rarity: Vectors
    """Inverse document frequency of each gram."""
    weights: Vectors
    """Grams x kinds, then the directions of the vector x kinds."""
    bias: Vectors
    mean: Vectors
    directions: Vectors
    """Of the words' vector, scaled: 256 x directions."""
    trained_on: str

    def knows(self, features: Features) -> bool:
        """Say whether any of its words, names aside, is known."""
        return any(gram in self.rows for gram in features.grams if gram[0] not in "_~")

    def rate(self, features: Features) -> dict[str, float]:
        """Rate every kind; the values add up to 1."""
        scores = self.bias.copy()
        found = [(self.rows[gram], count) for gram, count in count_grams(features, self.rows)]
        if found:
            rows = np.array([row for row, _ in found])
            values = self.rarity[rows] * (1 + np.log([count for _, count in found]))
            values /= np.linalg.norm(values)
            scores += values @ self.weights[rows]
        reduced = (embed_texts([features.plain])[0] - self.mean) @ self.directions
        scores += reduced @ self.weights[len(self.rows) :]
        scores = np.exp(scores - scores.max())
        return dict(zip(self.kinds, (scores / scores.sum()).tolist(), strict=True))


def count_grams(features: Features, known: dict[str, int]) -> list[tuple[str, int]]:
    """Count the grams that are known, in order of first sight."""
    counts: dict[str, int] = {}
    for gram in features.grams:
        if gram in known:
            counts[gram] = counts.get(gram, 0) + 1
    return list(counts.items())


def find_features(sentences: Sequence[Sentence]) -> Features:
    """Take what the model sees from the sentences of a headline."""
    grams: list[str] = []
    for sentence in sentences:
        words = list(_read_words(sentence))
        grams.extend(words)
        grams.extend(f"{one} {other}" for one, other in itertools.pairwise(words))
        grams.extend(_read_stems(sentence))
    plain = " ".join(
        token.text
        for sentence in sentences
        for token in sentence.words
        if token.ent_type_ not in _NAMES and not token.is_punct
    )
    return Features(tuple(grams), plain)


def _read_words(sentence: Sentence) -> Iterator[str]:
    last = ""
    for token in sentence.words:
        if token.is_punct or token.is_space:
            last = ""
            continue
        name = token.ent_type_
        if name not in _NAMES and name not in _FIGURES:
            last = ""
            yield token.lemma_.lower()
        elif name != last or token.ent_iob_ == "B":
            last = name
            yield f"_{name.lower()}"


def _read_stems(sentence: Sentence) -> Iterator[str]:
    """Cut the words of a sentence to stems, names too: a title in capitals takes verbs for names."""
    for token in sentence.words:
        word = token.lower_
        if token.ent_type_ in _NAMES:
            known = word.isalpha()
        else:
            known = token.ent_type_ not in _FIGURES and not token.is_punct and not token.is_space
        if known and word not in _EMPTY:
            yield f"~{cut_ending(word)}"


@lru_cache(maxsize=20_000)
def cut_ending(word: str) -> str:
    """Cut the ending of a word, so that its forms meet."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            return word[: -len(ending)]
    return word


def load_examples() -> list[tuple[str, str]]:
    """Load the labelled headlines: kind and headline, in the order of the files."""
    found = []
    for table in _list_tables():
        for line in table.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                kind, _, headline = line.partition("\t")
                found.append((kind, headline))
    return found


def digest_examples() -> str:
    """Digest the labelled headlines: weights made of others are stale."""
    return hashlib.sha256(json.dumps(load_examples()).encode()).hexdigest()[:16]


def _list_tables() -> list[Traversable]:
    folder = resources.files("streams.lexicon").joinpath("headlines")
    return sorted((f for f in folder.iterdir() if f.name.endswith(".tsv")), key=lambda f: f.name)


@cache
def load_model() -> HeadlineModel:
    """Load the weights, once a process."""
    path = resources.files("streams.reading").joinpath("headline_weights.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        grams = str(stored["grams"]).split("\n")
        return HeadlineModel(
            kinds=tuple(str(stored["kinds"]).split("\n")),
            rows={gram: row for row, gram in enumerate(grams)},
            rarity=stored["rarity"].astype(np.float32),
            weights=stored["weights"].astype(np.float32),
            bias=stored["bias"].astype(np.float32),
            mean=stored["mean"].astype(np.float32),
            directions=stored["directions"].astype(np.float32),
            trained_on=str(stored["trained_on"]),
        )
