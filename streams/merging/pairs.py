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

from streams.merging.alike import PARTS, measure_last, measure_tables
from streams.merging.terms import Profile

Floats = npt.NDArray[np.float32]
WeightSet = Literal["full", "brief", "full_without_vectors", "brief_without_vectors"]

COMPANY_PARTS = ("odds", "words_company", "vector_company")
"""Parts of the second look: the odds of the pair alone, and how alike the two resemble the rest."""
ODDS_LIMIT = 8.0
CROWD = (30, 50)
"""Texts of a neighbourhood between which the second look fades out where texts are short: a crowd is cut
off somewhere, so that the company of each is not whole."""
TELLING = (8, 14)
"""Words with meaning between which a text becomes long enough for a second look in any crowd."""

BRIEF = 30
"""Words with meaning up to which a text is short; a headline and a sentence have fewer."""
VECTOR_PARTS = ("vector", "vector_here")


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
    if not last_only:
        return _score_tables(measure_tables(profiles), _list_sets(profiles), load_weights)
    parts = measure_last(profiles)
    odds = np.empty(len(profiles), np.float32)
    for name, chosen in _list_sets(profiles):
        own = slice(None) if chosen is None else chosen[-1]
        odds[own] = score_parts(parts[own], load_weights(name))
    return odds[None, :]


def score_hood(profiles: Sequence[Profile]) -> Floats:
    """Log-odds of every pair of a neighbourhood, with a second look at the company they keep.

    Two reports of one happening resemble the same others, and resemble them alike; two look-alike
    happenings each have their own company. A headline in a crowd is judged by the pair alone. The diagonal
    means nothing.
    """
    tables = measure_tables(profiles)
    sets = _list_sets(profiles)
    alone = _score_tables(tables, sets, load_weights)
    trust = _trust_company(profiles)
    if not trust.any():
        return alone
    looked = _score_tables(_compare_company(tables, alone), sets, load_company_weights)
    odds: Floats = (1 - trust) * alone + trust * looked
    return odds


def measure_pairs(profiles: Sequence[Profile], *, last_only: bool = False) -> Floats:
    """Measure the parts of every pair: an array [rows, profiles, parts].

    With `last_only` there is one row, the last profile against all: what linking one mention needs.
    """
    if last_only:
        return measure_last(profiles)[None]
    return np.moveaxis(measure_tables(profiles), 0, -1)


def measure_company(parts: Floats, odds: Floats) -> Floats:
    """Measure the parts of the second look: an array [profiles, profiles, parts]."""
    return np.moveaxis(_compare_company(np.moveaxis(parts, -1, 0), odds), 0, -1)


def _trust_company(profiles: Sequence[Profile]) -> Floats:
    """Say for each pair how far the second look holds, 0 to 1."""
    lengths = np.array([profile.length for profile in profiles], np.float32)
    shorter = np.minimum(lengths[:, None], lengths[None, :])
    telling = (shorter - TELLING[0]) / (TELLING[1] - TELLING[0])
    calm = (CROWD[1] - len(profiles)) / (CROWD[1] - CROWD[0])
    trust: Floats = np.maximum(telling, np.float32(calm)).clip(0, 1)
    return trust


def _compare_company(tables: Floats, odds: Floats) -> Floats:
    words = tables[PARTS.index("words_here")].clip(0)
    vector = tables[PARTS.index("vector_here")]
    return np.stack(
        (odds.clip(-ODDS_LIMIT, ODDS_LIMIT), _share_company(words), _share_company(vector))
    )


def _share_company(alike: Floats) -> Floats:
    """Cosine of each two rows of a square table, without what the two say of each other."""
    others = alike.copy()
    np.fill_diagonal(others, 0)
    squares = others * others
    rest = np.maximum(squares.sum(axis=1)[:, None] - squares, 1e-9)
    shared: Floats = (others @ others.T) / np.sqrt(rest * rest.T)
    return shared


def _list_sets(
    profiles: Sequence[Profile],
) -> list[tuple[WeightSet, npt.NDArray[np.bool_] | None]]:
    """List which weights judge which pairs (None: all), by the shorter text and whether both have vectors."""
    brief = np.array([profile.length <= BRIEF for profile in profiles])
    bare = np.array([profile.vector is None for profile in profiles])
    is_brief = brief[:, None] | brief
    is_bare = bare[:, None] | bare
    sets: list[tuple[WeightSet, npt.NDArray[np.bool_]]] = [
        ("full", ~is_brief & ~is_bare),
        ("brief", is_brief & ~is_bare),
        ("full_without_vectors", ~is_brief & is_bare),
        ("brief_without_vectors", is_brief & is_bare),
    ]
    used = [(name, chosen) for name, chosen in sets if chosen.any()]
    return [(used[0][0], None)] if len(used) == 1 else list(used)


def _score_tables(
    tables: Floats,
    sets: list[tuple[WeightSet, npt.NDArray[np.bool_] | None]],
    load: Callable[[WeightSet], Weights],
) -> Floats:
    """Turn parts (the first axis) into log-odds, as `score_parts` does without a copy of the tables."""
    odds = np.empty(tables.shape[1:], np.float32)
    for name, chosen in sets:
        weights = load(name)
        slope = weights.weight / weights.scale
        scored = np.tensordot(slope, tables, 1) + np.float32(weights.bias - weights.mean @ slope)
        if chosen is None:
            return scored
        odds[chosen] = scored[chosen]
    return odds
