"""The profiles of a neighbourhood in; for every pair, how likely they tell one story, and why, out.

This is the one similarity of the project: events and stories, the stream, `tocsin cluster` and the
scores in docs/merging.md all use it.

The theory. Two reports of one boxing match and two reports of two matches of one champion share most
of their words; what tells them apart is what is *not* shared in the neighbourhood. So a pair is never
compared alone, but inside the neighbourhood it was found in (the mention and whatever it resembles):
words are weighed by their rarity in English, and once more by their rarity here, and vectors are
compared after the mean of the neighbourhood is taken away. A logistic regression, trained on
labelled stories held out whole (benchmarks/calibrate_merging.py), weighs the parts; its weights are
data in weights.json. Short texts (a headline alone) have weights of their own, and so do texts that
were not embedded. The biases are set so that groups join at a mean likelihood of one half.

What it gets wrong on purpose: in a neighbourhood of one single happening the words that everybody
uses count little, so tellings that share nothing else drift apart. Training includes such
neighbourhoods for that reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
import numpy.typing as npt

from streams.merging.terms import LEAD, LEAD_NAME, NAME, NUMBER, Profile

Floats = npt.NDArray[np.float32]
WeightSet = Literal["full", "brief", "full_without_vectors", "brief_without_vectors"]

PARTS = (
    "words",
    "words_here",
    "words_rare_here",
    "lead",
    "lead_here",
    "names",
    "names_here",
    "lead_names",
    "numbers",
    "dates",
    "years",
    "weekdays",
    "lead_years",
    "months",
    "issued",
    "vector",
    "vector_here",
)
"""Names of the parts, in the order of the weights. `_here`: weighed within the neighbourhood."""
COMPANY_PARTS = ("odds", "words_company", "vector_company")
"""Parts of the second look: the odds of the pair alone, and how alike the two resemble the rest."""
ODDS_LIMIT = 8.0
CROWD = (30, 50)
"""Texts of a neighbourhood between which the second look fades out where texts are short: a crowd is cut
off somewhere, so that the company of each is not whole."""
TELLING = (8, 14)
"""Words with meaning between which a text becomes long enough for a second look in any crowd."""

SAME_ISSUE, OTHER_ISSUE = 3, 30
"""Days between two datelines up to which they may be of one news, and from which they hardly are."""
BRIEF = 30
"""Words with meaning up to which a text is short; a headline and a sentence have fewer."""
VECTOR_PARTS = ("vector", "vector_here")
CENTRING = 1.0
"""How much of the mean of the neighbourhood is taken from a vector."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression over standardised parts, and the likelihood from which pairs join."""

    mean: Floats
    scale: Floats
    weight: Floats
    bias: float


@cache
def load_weights(name: WeightSet) -> Weights:
    """Load the weights of a pair alone."""
    return _read_weights(name, PARTS)


@cache
def load_company_weights(name: WeightSet) -> Weights:
    """Load the weights of the second look."""
    return _read_weights(f"company_{name}", COMPANY_PARTS)


def _read_weights(name: str, parts: tuple[str, ...]) -> Weights:
    text = resources.files("streams.merging").joinpath("weights.json").read_text("utf-8")
    stored = json.loads(text)[name]
    return Weights(
        mean=np.array([stored["mean"][part] for part in parts], np.float32),
        scale=np.array([stored["scale"][part] for part in parts], np.float32),
        weight=np.array([stored["weight"][part] for part in parts], np.float32),
        bias=float(stored["bias"]),
    )


def score_parts(parts: Floats, weights: Weights) -> Floats:
    """Turn parts (the last axis) into log-odds of telling one story."""
    standard = (parts - weights.mean) / weights.scale
    odds: Floats = (standard @ weights.weight + weights.bias).astype(np.float32)
    return odds


def to_likelihood(odds: Floats) -> Floats:
    """Turn log-odds into a likelihood, 0 to 1."""
    likelihood: Floats = (1 / (1 + np.exp(-odds.clip(-30, 30)))).astype(np.float32)
    return likelihood


def score_profiles(profiles: Sequence[Profile], *, last_only: bool = False) -> Floats:
    """Log-odds of every pair: an array [rows, profiles]; see `measure_pairs`."""
    parts = measure_pairs(profiles, last_only=last_only)
    return _score_by_set(parts, _choose_sets(profiles, last_only=last_only), load_weights)


def score_hood(profiles: Sequence[Profile]) -> Floats:
    """Log-odds of every pair of a neighbourhood, with a second look at the company they keep.

    Two reports of one happening resemble the same others, and resemble them alike; two look-alike
    happenings each have their own company. A headline in a crowd is judged by the pair alone. The diagonal
    means nothing.
    """
    parts = measure_pairs(profiles)
    sets = _choose_sets(profiles, last_only=False)
    alone = _score_by_set(parts, sets, load_weights)
    looked = _score_by_set(measure_company(parts, alone), sets, load_company_weights)
    trust = _trust_company(profiles)
    odds: Floats = (1 - trust) * alone + trust * looked
    return odds


def _trust_company(profiles: Sequence[Profile]) -> Floats:
    """Say for each pair how far the second look holds, 0 to 1."""
    lengths = np.array([profile.length for profile in profiles], np.float32)
    shorter = np.minimum(lengths[:, None], lengths[None, :])
    telling = (shorter - TELLING[0]) / (TELLING[1] - TELLING[0])
    calm = (CROWD[1] - len(profiles)) / (CROWD[1] - CROWD[0])
    trust: Floats = np.maximum(telling, np.float32(calm)).clip(0, 1)
    return trust


def measure_company(parts: Floats, odds: Floats) -> Floats:
    """Measure the parts of the second look: an array [profiles, profiles, parts]."""
    words = parts[..., PARTS.index("words_here")].clip(0)
    vector = parts[..., PARTS.index("vector_here")]
    return np.stack(
        (odds.clip(-ODDS_LIMIT, ODDS_LIMIT), _share_company(words), _share_company(vector)), axis=-1
    )


def _share_company(alike: Floats) -> Floats:
    """Cosine of each two rows of a square table, without what the two say of each other."""
    others = alike * (1 - np.eye(len(alike), dtype=np.float32))
    squares = others * others
    rest = np.maximum(squares.sum(axis=1)[:, None] - squares, 1e-9)
    shared: Floats = (others @ others.T) / np.sqrt(rest * rest.T)
    return shared


def _choose_sets(
    profiles: Sequence[Profile], *, last_only: bool
) -> list[tuple[WeightSet, npt.NDArray[np.bool_]]]:
    """Say for each pair which weights judge it: by the shorter text, and by whether both have vectors."""
    brief = np.array([profile.length <= BRIEF for profile in profiles])
    bare = np.array([profile.vector is None for profile in profiles])
    rows = slice(len(profiles) - 1, None) if last_only else slice(None)
    is_brief = brief[rows, None] | brief[None, :]
    is_bare = bare[rows, None] | bare[None, :]
    return [
        ("full", ~is_brief & ~is_bare),
        ("brief", is_brief & ~is_bare),
        ("full_without_vectors", ~is_brief & is_bare),
        ("brief_without_vectors", is_brief & is_bare),
    ]


def _score_by_set(
    parts: Floats,
    sets: list[tuple[WeightSet, npt.NDArray[np.bool_]]],
    load: Callable[[WeightSet], Weights],
) -> Floats:
    odds = np.zeros(parts.shape[:2], np.float32)
    for name, chosen in sets:
        if chosen.any():
            odds[chosen] = score_parts(parts[chosen], load(name))
    return odds


def measure_pairs(profiles: Sequence[Profile], *, last_only: bool = False) -> Floats:
    """Measure the parts of every pair: an array [rows, profiles, parts].

    With `last_only` there is one row, the last profile against all: what linking one mention needs.
    """
    terms = _Terms(profiles)
    rows = slice(len(profiles) - 1, None) if last_only else slice(None)
    everything = terms.counts * terms.rarities
    here = everything * terms.local_half
    rare_here = everything * terms.local
    lead = (terms.flags & LEAD) > 0
    named = (terms.flags & NAME) > 0
    lead_named = (terms.flags & LEAD_NAME) > 0
    numbers = (terms.flags & NUMBER) > 0
    cosines = terms.compare(
        (
            everything,
            here,
            rare_here * (1 + lead),
            terms.rarities * lead,
            rare_here * lead,
            everything * named,
            rare_here * named,
            terms.rarities * lead_named,
            terms.counts * terms.local_half * numbers,
        ),
        rows,
    )
    parts = (
        *cosines,
        _agree([profile.dates for profile in profiles], rows),
        _agree([profile.years for profile in profiles], rows),
        _agree([profile.weekdays for profile in profiles], rows),
        _agree([profile.lead_years for profile in profiles], rows),
        _agree([profile.months for profile in profiles], rows),
        _compare_issues([profile.issued for profile in profiles], rows),
        *_compare_vectors(profiles, rows),
    )
    return np.stack(parts, axis=-1)


class _Terms:
    """The terms of a neighbourhood, each entry with its row (text) and column (term)."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self.size = len(profiles)
        sizes = np.array([len(profile.ids) for profile in profiles])
        ids = np.concatenate([profile.ids for profile in profiles])
        self.row = np.repeat(np.arange(self.size), sizes)
        self.ends = sizes.cumsum()
        self.counts = np.concatenate([profile.counts for profile in profiles])
        self.rarities = np.concatenate([profile.rarities for profile in profiles])
        self.flags = np.concatenate([profile.flags for profile in profiles])
        vocabulary, self.column = np.unique(ids, return_inverse=True)
        self.width = len(vocabulary)
        # 1 for a term of one text here, towards 0 for a term of all
        texts = np.bincount(self.column, minlength=self.width)
        span = np.log(self.size + 1)
        self.local: Floats = (np.log((self.size + 1) / texts) / span).astype(np.float32)[
            self.column
        ]
        self.local_half: Floats = np.sqrt(self.local)
        self.shared = (texts > 1)[self.column]

    def compare(self, weights: Sequence[npt.NDArray[np.floating]], rows: slice) -> list[Floats]:
        """Cosines of every pair under each of several weights of the terms."""
        if rows.start is not None:
            return self._compare_last(np.stack(weights))
        return [self._compare_all(one) for one in weights]

    def _compare_all(self, weights: npt.NDArray[np.floating]) -> Floats:
        # a term of one text adds to its length alone, and most terms of a neighbourhood are such
        chosen = np.flatnonzero(self.shared & (weights > 0))
        used = np.zeros(self.width, np.bool_)
        used[self.column[chosen]] = True
        place = np.cumsum(used) - 1
        matrix = np.zeros((self.size, int(used.sum())), np.float32)
        matrix[self.row[chosen], place[self.column[chosen]]] = weights[chosen]
        squares = np.bincount(self.row, weights * weights, self.size)
        matrix /= np.maximum(np.sqrt(squares), 1e-9).astype(np.float32)[:, None]
        cosine: Floats = matrix @ matrix.T
        np.fill_diagonal(cosine, squares > 0)
        return cosine

    def _compare_last(self, weights: npt.NDArray[np.floating]) -> list[Floats]:
        """Cosines of the last text alone, under all weights at once, without a table of terms."""
        own = self.ends[-2] if self.size > 1 else 0
        place = np.full(self.width, -1)
        place[self.column[own:]] = np.arange(len(self.column) - own)
        # few terms of the others stand in the last text too
        met = np.flatnonzero(place[self.column] >= 0)
        products = weights[:, met] * weights[:, own + place[self.column[met]]]
        shared = np.zeros((len(weights), self.size), np.float64)
        lengths = np.zeros((len(weights), self.size), np.float64)
        squares = weights * weights
        for row in range(len(weights)):
            shared[row] = np.bincount(self.row[met], products[row], self.size)
            lengths[row] = np.bincount(self.row, squares[row], self.size)
        lengths = np.sqrt(lengths)
        cosines = (shared / np.maximum(lengths * lengths[:, -1:], 1e-9)).astype(np.float32)
        return [row[None, :] for row in cosines]


def _agree(sets: Sequence[frozenset[int] | frozenset[tuple[int, int]]], rows: slice) -> Floats:
    """1 where two sets meet, -1 where both speak and do not meet, 0 where one is silent."""
    if rows.start is not None:
        own = sets[-1]
        row = [0.0 if not own or not f else -1.0 if own.isdisjoint(f) else 1.0 for f in sets]
        return np.array([row], np.float32)
    place: dict[int | tuple[int, int], int] = {}
    said = [(row, place.setdefault(one, len(place))) for row, f in enumerate(sets) for one in f]
    table = np.zeros((len(sets), len(place)), np.float32)
    if said:
        table[tuple(zip(*said, strict=True))] = 1
    speaks: Floats = table.max(axis=1, initial=0)
    meets = np.where(table @ table.T > 0, np.float32(1), np.float32(-1))
    agreed: Floats = meets * speaks[:, None] * speaks[None, :]
    return agreed


def _compare_issues(days: Sequence[frozenset[int]], rows: slice) -> Floats:
    """1 where two texts were issued within days, falling to -1 where a month lies between them."""
    table = np.zeros((len(days), len(days)), np.float32)
    dated = [row for row, own in enumerate(days) if own]
    first = len(days) - 1 if rows.start is not None else 0
    for row in dated:
        for other in dated:
            if row >= first:
                gap = min(abs(a - b) for a in days[row] for b in days[other])
                late = (gap - SAME_ISSUE) / (OTHER_ISSUE - SAME_ISSUE)
                table[row, other] = 1 - 2 * min(1.0, max(0.0, late))
    return table[rows]


def _compare_vectors(profiles: Sequence[Profile], rows: slice) -> tuple[Floats, Floats]:
    nothing = np.zeros((len(profiles), len(profiles)), np.float32)[rows]
    known = [profile.vector for profile in profiles if profile.vector is not None]
    if not known:
        return nothing, nothing
    blank = np.zeros_like(known[0])
    vectors = np.stack([blank if p.vector is None else p.vector for p in profiles])
    centred = vectors - CENTRING * np.mean(known, axis=0)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    return vectors[rows] @ vectors.T, centred[rows] @ centred.T
