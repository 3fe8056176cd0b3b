"""Train the weights of the one similarity on ECB+ train, whole topics held out, and show what they score.

    python benchmarks/calibrate_merging.py [--corpora ../shared/corpora] [--write] [--no-check]

For each set of weights (full text or headline alone, with or without vectors) the pairs come from
neighbourhoods as merging meets them: articles in random order, each with what the index finds of those
before it. A neighbourhood weighs the same whatever its size. First the weights of a pair alone are
fitted, then the three of the second look (streams/merging/pairs.py). In three folds both are trained on
two thirds of the topics and the stories of the others are found with them, at several thresholds, which
`--no-check` leaves out. The threshold of `JOINS` is put into the bias, so that groups join at 0.5.
`--write` trains on all topics and writes streams/merging/weights.json. The dev topics are never read.
"""

from __future__ import annotations

import json
import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

import streams.merging.pairs as pairs_module
from streams.merging import stories
from streams.merging.alike import PARTS
from streams.merging.index import BlockIndex
from streams.merging.pairs import (
    COMPANY_PARTS,
    VECTOR_PARTS,
    Floats,
    Weights,
    measure_company,
    measure_pairs,
    score_parts,
)
from streams.merging.terms import Profile, build_profile, settle_profile
from tocsin.scoring.merging import Labelled, load_ecbplus, score_order

ROOT = Path(__file__).parents[1]
FOLDS = 3
"""Eight or nine topics in a stream: a stream with few topics holds few distractors, and flatters low
thresholds (five folds of five topics chose 0.12 for headlines, which is too low in longer streams)."""
ORDERS = 4
EVERY = 4
"""Every fourth arrival gives its neighbourhood: neighbours in time have nearly the same one."""
PAIR_JOINS = {"full": 0.42, "brief": 0.16}
"""Where a pair alone joins: chosen the same way, by stories that were found without a second look."""
GRID = {"full": (0.38, 0.45, 0.52), "brief": (0.13, 0.16, 0.2)}
JOINS = {"full": 0.45, "brief": 0.16}
"""Where groups join: of what scores alike over three divisions into folds the higher for full texts, where
a stream of more topics has more distractors, and what keeps more of a headline's story together."""
SETS = ("full", "brief", "full_without_vectors", "brief_without_vectors")


@dataclass(frozen=True, slots=True)
class Hood:
    """The parts of every pair of a neighbourhood, and which of them tell one story."""

    parts: Floats
    same: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trained:
    """The weights of a pair alone and those of the second look."""

    pair: Weights
    company: Weights


def build_hoods(
    articles: Sequence[Labelled], profiles: dict[str, Profile], *, brief: bool
) -> list[Hood]:
    """Gather labelled neighbourhoods as merging meets them."""
    hoods = []
    least = stories.LEAST_BRIEF if brief else stories.LEAST
    limit = stories.NEAR_BRIEF if brief else stories.NEAR
    for seed in range(ORDERS):
        order = list(articles)
        random.Random(seed).shuffle(order)
        index = BlockIndex()
        by_name = {article.name: article for article in order}
        for place, article in enumerate(order):
            profile = profiles[article.name]
            near = [] if place % EVERY else index.find_near(profile, least, limit, stories.BUDGET)
            index.add(article.name, profile)
            if near:
                hood = [*(by_name[name] for name, _ in near), article]
                labels = np.array([one.cluster for one in hood])
                parts = measure_pairs([profiles[one.name] for one in hood])
                hoods.append(Hood(parts, labels[:, None] == labels[None, :]))
    return hoods


def train(hoods: Sequence[Hood], *, brief: bool, vectors: bool) -> Trained:
    """Fit the weights of a pair alone, then those of the second look."""
    used = np.array([vectors or part not in VECTOR_PARTS for part in PARTS], np.float32)
    pair = _fit([hood.parts for hood in hoods], hoods, used)
    pair = shift(pair, PAIR_JOINS["brief" if brief else "full"])
    company = [measure_company(hood.parts, score_parts(hood.parts, pair)) for hood in hoods]
    used = np.array([vectors or part != "vector_company" for part in COMPANY_PARTS], np.float32)
    return Trained(pair, _fit(company, hoods, used))


def _fit(tables: Sequence[Floats], hoods: Sequence[Hood], used: Floats) -> Weights:
    """Fit a logistic regression over standardised parts; each neighbourhood weighs the same."""
    corners = [np.triu_indices(len(table), 1) for table in tables]
    parts = np.concatenate([table[c] for table, c in zip(tables, corners, strict=True)])
    same = np.concatenate([hood.same[c] for hood, c in zip(hoods, corners, strict=True)])
    weight = np.concatenate(
        [np.full(len(c[0]), 1 / len(t)) for t, c in zip(tables, corners, strict=True)]
    )
    mean, scale = parts.mean(axis=0), parts.std(axis=0)
    scale = np.where(scale < 1e-3, 1.0, scale).astype(np.float32)  # a part that never varies
    model = LogisticRegression(C=0.5, max_iter=1000)
    model.fit((parts - mean) / scale * used, same, sample_weight=weight)
    return Weights(mean, scale, (model.coef_[0] * used).astype(np.float32), model.intercept_[0])


def shift(weights: Weights, threshold: float) -> Weights:
    """Move the bias so that what joined at `threshold` joins at one half."""
    return replace(weights, bias=float(weights.bias - math.log(threshold / (1 - threshold))))


def score_with(trained: Trained, articles: Sequence[Labelled], *, embed: bool) -> float:
    """Find the stories of articles with these weights: the B-cubed F1 of one order."""
    tables = {"load_weights": trained.pair, "load_company_weights": trained.company}
    loaded = {name: getattr(pairs_module, name) for name in tables}
    for name, weights in tables.items():
        setattr(pairs_module, name, partial(_give, weights))
    try:
        return score_order(articles, 0, embed=embed).f1
    finally:
        for name, load in loaded.items():
            setattr(pairs_module, name, load)


def _give(weights: Weights, _: str) -> Weights:
    return weights


def calibrate(name: str, articles: Sequence[Labelled], *, check: bool) -> Trained:
    """Train a set of weights on everything, its F1 on held out topics printed before with `check`."""
    brief, vectors = name.startswith("brief"), not name.endswith("without_vectors")
    profiles = {
        one.name: settle_profile(build_profile(one.title, one.text, embed=vectors))
        for one in articles
    }
    if check:
        _check(name, articles, profiles)
    whole = train(build_hoods(articles, profiles, brief=brief), brief=brief, vectors=vectors)
    return replace(whole, company=shift(whole.company, JOINS["brief" if brief else "full"]))


def _check(name: str, articles: Sequence[Labelled], profiles: dict[str, Profile]) -> None:
    """Print the F1 on topics that were held out, for several thresholds."""
    brief, vectors = name.startswith("brief"), not name.endswith("without_vectors")
    topics = sorted({article.cluster.split("ecb")[0] for article in articles})
    random.Random(1).shuffle(topics)
    grid = GRID["brief" if brief else "full"]
    found: dict[float, list[float]] = {threshold: [] for threshold in grid}
    for fold in range(FOLDS):
        held = set(topics[fold::FOLDS])
        seen = [one for one in articles if one.cluster.split("ecb")[0] not in held]
        unseen = [one for one in articles if one.cluster.split("ecb")[0] in held]
        trained = train(build_hoods(seen, profiles, brief=brief), brief=brief, vectors=vectors)
        for threshold in grid:
            moved = replace(trained, company=shift(trained.company, threshold))
            found[threshold].append(score_with(moved, unseen, embed=vectors))
    for threshold in grid:
        print(
            f"{name:24} joins at {threshold:.2f}: F1 {statistics.mean(found[threshold]):.3f}",
            flush=True,
        )


@click.command()
@click.option(
    "--corpora",
    type=click.Path(path_type=Path),
    default=ROOT.parent / "shared" / "corpora",
    show_default=False,
)
@click.option("--write", is_flag=True, help="Write streams/merging/weights.json.")
@click.option("--check/--no-check", default=True, help="Score topics that were held out.")
def main(*, corpora: Path, write: bool, check: bool) -> None:
    """Calibrate the similarity."""
    stored: dict[str, Any] = {}
    for name in SETS:
        articles = load_ecbplus(corpora, "train", first_only=name.startswith("brief"))
        trained = calibrate(name, articles, check=check)
        stored[name] = _store(trained.pair, PARTS)
        stored[f"company_{name}"] = _store(trained.company, COMPANY_PARTS)
    if write:
        path = ROOT / "streams" / "merging" / "weights.json"
        path.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
        print(f"wrote {path}")


def _store(weights: Weights, parts: tuple[str, ...]) -> dict[str, Any]:
    fields = {
        field: {
            part: round(float(value), 4)
            for part, value in zip(parts, getattr(weights, field), strict=True)
        }
        for field in ("mean", "scale", "weight")
    }
    return {**fields, "bias": round(float(weights.bias), 4)}


if __name__ == "__main__":
    main()
