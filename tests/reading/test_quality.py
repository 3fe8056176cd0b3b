"""The labelled sets are read at least as well as when the numbers in docs/quality.md were written."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.reading.read import read_article
from tocsin.scoring.gold import load_gold
from tocsin.scoring.match import Tally, score_article
from tocsin.scoring.seed import find_forbidden, load_seed

ROOT = Path(__file__).parents[2]
SEED = ROOT.parent / "shared" / "corpora" / "seed"


def score(folder: str) -> Tally:
    tally = Tally()
    for name, gold in load_gold(ROOT / "tests" / "gold" / folder).items():
        score_article(name, gold, read_article(gold.to_article()), tally)
    return tally


@pytest.mark.parametrize(
    ("folder", "least", "loud"), [("building", 0.87, 0), ("checking", 0.76, 1)]
)
def test_gold_articles_are_read(folder: str, least: float, loud: int) -> None:
    """F1 of events holds, wrong kinds and places are rare, and what reports nothing is silent.

    `loud` articles of the checking set open an event and should not: no rule was written for them.
    """
    tally = score(folder)
    assert tally.f1 >= least, tally.problems
    assert tally.silent - tally.kept_silent <= loud, tally.problems
    for name in ("kind", "place"):
        right, wrong, _ = tally.share(name)
        assert wrong <= 0.15 * (right + wrong), (name, tally.problems)


@pytest.mark.corpora
@pytest.mark.skipif(not SEED.is_dir(), reason="../shared/corpora/seed is not on this machine")
def test_the_seed_is_read_as_its_labels_say() -> None:
    """Every event that must be found is found, and nothing that must not be."""
    gold = load_seed(SEED)
    mentions = read_article(gold.to_article())
    tally = Tally()
    score_article("seed", gold, mentions, tally)
    assert tally.found == tally.must, tally.problems
    assert tally.share("claims")[1:] == (0, 0), tally.problems
    assert not find_forbidden(mentions)
