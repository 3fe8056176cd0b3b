"""Train the guess at a headline's kind, and show what it is worth on headlines it has not seen.

    python -m benchmarks.headlines [--folds 5] [--write]

The labelled headlines of `streams/lexicon/headlines` are read as any headline is, a regression is
trained on all folds but one and asked about the one left out. Within a kind no two have the same verb
and frame, so the table is of the hardest headlines; near kinds count as wrong. `--write` trains on all
and writes `streams/reading/headline_weights.npz`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

import streams.reading.headline_model as model_module
from benchmarks.articles import build_article
from streams.reading.headline_model import (
    NO_EVENT,
    Features,
    HeadlineModel,
    digest_examples,
    find_features,
    load_examples,
)
from streams.reading.parse import parse_articles
from streams.reading.vectors import embed_texts

STRENGTH = 10.0
"""Inverse of the regularisation."""
RARE = 2
"""A gram of fewer examples is left out."""
DIRECTIONS = 128
SCALE = 1.0
"""Of the words' vector against the grams."""
LEVELS = (0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
PUBLISHED = "2020-01-01T00:00:00Z"
_GROUP = 32


def read_features(headlines: list[str]) -> list[Features]:
    """Parse headlines as they are parsed in the service."""
    found: list[Features] = []
    groups = [headlines[start : start + _GROUP] for start in range(0, len(headlines), _GROUP)]
    for group in track(groups, "parsing", console=Console(stderr=True)):
        for parsed in parse_articles(
            [build_article("headlines", PUBLISHED, title=title) for title in group]
        ):
            heads = [s for s in parsed.sentences if s.paragraph.role == "headline"]
            found.append(find_features(heads))
    return found


def train(features: list[Features], kinds: list[str]) -> HeadlineModel:
    """Fit the regression."""
    vectorizer = TfidfVectorizer(analyzer=_keep, min_df=RARE, sublinear_tf=True)
    counted = vectorizer.fit_transform([f.grams for f in features])
    vectors = embed_texts([f.plain for f in features])
    mean = vectors.mean(axis=0)
    axes = np.linalg.svd(vectors - mean, full_matrices=False)[2][:DIRECTIONS]
    directions = axes.T * SCALE
    inputs = hstack([counted, csr_matrix((vectors - mean) @ directions)]).tocsr()
    fitted = LogisticRegression(C=STRENGTH, max_iter=60).fit(inputs, kinds)
    grams = vectorizer.get_feature_names_out().tolist()
    return HeadlineModel(
        kinds=tuple(fitted.classes_.tolist()),
        rows={gram: row for row, gram in enumerate(grams)},
        rarity=vectorizer.idf_.astype(np.float32),
        weights=fitted.coef_.T.astype(np.float32),
        bias=fitted.intercept_.astype(np.float32),
        mean=np.asarray(mean, np.float32),
        directions=directions.astype(np.float32),
        trained_on=digest_examples(),
    )


def _keep(grams: tuple[str, ...]) -> tuple[str, ...]:
    return grams


def hold_out(
    features: list[Features], kinds: list[str], folds: int
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Ask about each headline the model of the other folds: its best kind, and how sure it is."""
    best = np.empty(len(kinds), dtype=object)
    sure = np.zeros(len(kinds))
    order = np.random.default_rng(0).permutation(len(kinds))
    for number in range(folds):
        held = set(order[number::folds].tolist())
        kept = [i for i in range(len(kinds)) if i not in held]
        model = train([features[i] for i in kept], [kinds[i] for i in kept])
        for i in held:
            rated = model.rate(features[i])
            best[i] = max(rated, key=rated.__getitem__)
            sure[i] = rated[best[i]]
    return best, sure


def write(model: HeadlineModel) -> Path:
    """Write the weights where the package reads them."""
    path = Path(model_module.__file__).with_name("headline_weights.npz")
    np.savez_compressed(
        path,
        kinds="\n".join(model.kinds),
        grams="\n".join(model.rows),
        rarity=model.rarity.astype(np.float16),
        weights=model.weights.astype(np.float16),
        bias=model.bias,
        mean=model.mean,
        directions=model.directions,
        trained_on=model.trained_on,
    )
    return path


@click.command(help=__doc__)
@click.option("--folds", type=click.IntRange(0, 20), default=5, help="0 leaves the table out.")
@click.option("--write", "wanted", is_flag=True, help="Write the weights of all examples.")
def main(*, folds: int, wanted: bool) -> None:
    """Train, show, write."""
    examples = load_examples()
    kinds = [kind for kind, _ in examples]
    features = read_features([headline for _, headline in examples])
    print(f"{len(examples)} headlines of {len(set(kinds))} kinds")
    if folds:
        best, sure = hold_out(features, kinds, folds)
        truth = np.array(kinds, dtype=object)
        table = Table("sure", "answered", "right", "reports nothing, answered")
        for level in LEVELS:
            told = (sure >= level) & (best != NO_EVENT)
            right = (best == truth)[told].mean() if told.any() else 0.0
            empty = told[truth == NO_EVENT].mean()
            table.add_row(f"{level:.2f}", f"{told.mean():.2f}", f"{right:.2f}", f"{empty:.2f}")
        Console().print(table)
    if wanted:
        path = write(train(features, kinds))
        print(f"wrote {path.name}, {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
