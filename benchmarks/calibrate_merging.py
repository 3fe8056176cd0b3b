"""Train the weights of the one similarity on ECB+ train, whole topics held out, and show what they score.

    python benchmarks/calibrate_merging.py [--corpora ../shared/corpora] [--write]

For each set of weights (full text or headline alone, with or without vectors) the pairs come from
neighbourhoods as merging meets them: articles in random order, each with what the index finds of those
before it. A neighbourhood weighs the same whatever its size. In two folds the weights are trained on
half of the topics and the stories of the others are found with them, at several thresholds; the best
threshold on articles that no weight saw is then put into the bias, so that groups join at 0.5.
`--write` trains on all topics and writes streams/merging/weights.json. The dev topics are never read.
"""

from __future__ import annotations

import json
import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from sklearn.linear_model import LogisticRegression

import streams.merging.pairs as pairs_module
from streams.merging import stories
from streams.merging.index import BlockIndex
from streams.merging.pairs import PARTS, VECTOR_PARTS, Floats, Weights, measure_pairs
from streams.merging.terms import Profile, build_profile, settle_profile
from tocsin.scoring.merging import Labelled, load_ecbplus, score_order

ROOT = Path(__file__).parents[1]
FOLDS = 2
"""Two halves of twelve topics: a stream with few topics holds few distractors, and flatters low
thresholds (five folds of five topics chose 0.12 for headlines, which is too low in longer streams)."""
ORDERS = 6
EVERY = 4
"""Every fourth arrival gives its neighbourhood: neighbours in time have nearly the same one."""
GRID = {"full": (0.36, 0.42, 0.48), "brief": (0.12, 0.16, 0.2)}
SETS = ("full", "brief", "full_without_vectors", "brief_without_vectors")


def build_pairs(
    articles: Sequence[Labelled], profiles: dict[str, Profile], *, brief: bool
) -> tuple[Floats, Any, Any]:
    """Measure the labelled pairs of neighbourhoods, each with its weight."""
    measured, same, weights = [], [], []
    least = stories.LEAST_BRIEF if brief else stories.LEAST
    limit = stories.NEAR_BRIEF if brief else stories.NEAR
    for seed in range(ORDERS):
        order = list(articles)
        random.Random(seed).shuffle(order)
        index = BlockIndex()
        by_name = {article.name: article for article in order}
        for place, article in enumerate(order):
            profile = profiles[article.name]
            near = index.find_near(profile, least, limit, stories.BUDGET)
            index.add(article.name, profile)
            if place % EVERY or not near:
                continue
            hood = [*(by_name[name] for name, _ in near), article]
            upper = np.triu_indices(len(hood), 1)
            measured.append(measure_pairs([profiles[one.name] for one in hood])[upper])
            labels = np.array([one.cluster for one in hood])
            same.append((labels[:, None] == labels[None, :])[upper])
            weights.append(np.full(len(upper[0]), 1 / len(hood)))
    return np.concatenate(measured), np.concatenate(same), np.concatenate(weights)


def train(parts: Floats, same: Any, weights: Any, *, vectors: bool) -> Weights:
    """Fit a logistic regression over standardised parts."""
    mean, scale = parts.mean(axis=0), parts.std(axis=0)
    scale = np.where(scale < 1e-3, 1.0, scale).astype(np.float32)  # a part that never varies
    used = np.array([vectors or part not in VECTOR_PARTS for part in PARTS], np.float32)
    model = LogisticRegression(C=0.5, max_iter=1000)
    model.fit((parts - mean) / scale * used, same, sample_weight=weights)
    return Weights(mean, scale, (model.coef_[0] * used).astype(np.float32), model.intercept_[0])


def shift(weights: Weights, threshold: float) -> Weights:
    """Move the bias so that what joined at `threshold` joins at one half."""
    return replace(weights, bias=float(weights.bias - math.log(threshold / (1 - threshold))))


def score_with(table: dict[str, Weights], articles: Sequence[Labelled], *, embed: bool) -> float:
    """Find the stories of articles with these weights: mean B-cubed F1 of two orders."""
    loaded = pairs_module.load_weights
    setattr(pairs_module, "load_weights", table.__getitem__)  # noqa: B010 - a test double
    try:
        return statistics.mean(score_order(articles, seed, embed=embed).f1 for seed in (0, 1))
    finally:
        setattr(pairs_module, "load_weights", loaded)  # noqa: B010


def calibrate(name: str, articles: Sequence[Labelled]) -> tuple[Weights, float, float]:
    """Cross-validate a set of weights; return it trained on everything, its threshold and F1."""
    brief, vectors = name.startswith("brief"), not name.endswith("without_vectors")
    profiles = {
        one.name: settle_profile(build_profile(one.title, one.text, embed=vectors))
        for one in articles
    }
    topics = sorted({article.cluster.split("ecb")[0] for article in articles})
    random.Random(1).shuffle(topics)
    grid = GRID["brief" if brief else "full"]
    found: dict[float, list[float]] = {threshold: [] for threshold in grid}
    for fold in range(FOLDS):
        held = set(topics[fold::FOLDS])
        seen = [one for one in articles if one.cluster.split("ecb")[0] not in held]
        unseen = [one for one in articles if one.cluster.split("ecb")[0] in held]
        weights = train(*build_pairs(seen, profiles, brief=brief), vectors=vectors)
        for threshold in grid:
            table = dict.fromkeys(SETS, shift(weights, threshold))
            found[threshold].append(score_with(table, unseen, embed=vectors))
    best = max(grid, key=lambda threshold: statistics.mean(found[threshold]))
    for threshold in grid:
        print(f"{name:24} joins at {threshold:.2f}: F1 {statistics.mean(found[threshold]):.3f}")
    whole = train(*build_pairs(articles, profiles, brief=brief), vectors=vectors)
    return shift(whole, best), best, statistics.mean(found[best])


@click.command()
@click.option(
    "--corpora",
    type=click.Path(path_type=Path),
    default=ROOT.parent / "shared" / "corpora",
    show_default=False,
)
@click.option("--write", is_flag=True, help="Write streams/merging/weights.json.")
def main(*, corpora: Path, write: bool) -> None:
    """Calibrate the similarity."""
    stored: dict[str, Any] = {}
    for name in SETS:
        articles = load_ecbplus(corpora, "train", first_only=name.startswith("brief"))
        weights, _, _ = calibrate(name, articles)
        stored[name] = {
            field: {
                part: round(float(value), 4)
                for part, value in zip(PARTS, getattr(weights, field), strict=True)
            }
            for field in ("mean", "scale", "weight")
        } | {"bias": round(float(weights.bias), 4)}
    if write:
        path = ROOT / "streams" / "merging" / "weights.json"
        path.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
