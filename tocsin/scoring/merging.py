"""Labelled articles and an order of arrival in; how well the stories they are merged into fit, out.

B-cubed: for each article, the share of its cluster that belongs with it (precision) and the share of
what belongs with it that its cluster holds (recall), both averaged over the articles.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.errors import TocsinError
from streams.identity import article_id, article_version
from streams.merging.address import address_mentions
from streams.merging.local import LocalMerge
from streams.records import Article

START = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class CorpusError(TocsinError):
    """A labelled corpus that is not where it should be."""

    what = "no corpus"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One article and the real event it is about."""

    name: str
    title: str
    text: str
    publisher: str
    cluster: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How well clusters fit the labels."""

    precision: float
    recall: float
    f1: float
    pairwise_f1: float
    found: int
    gold: int


def load_ecbplus(corpora: Path, split: str, *, first_only: bool) -> list[Labelled]:
    """Load ECB+: the first sentence stands for the headline, as the corpus has none of its own."""
    path = corpora / "ecbplus" / "train_dev.jsonl"
    if not path.exists():
        raise CorpusError("ecbplus", f"{path} is missing", "say where it is with --corpora")
    articles = []
    for line in path.read_text("utf-8").splitlines():
        given = json.loads(line)
        if given["split"] != split:
            continue
        sentences = given["sentences"]
        text = "" if first_only else "\n".join(sentences[1:])
        name = given["id"]
        articles.append(Labelled(name, sentences[0], text, name, given["cluster"]))
    return articles


def load_headlines(corpora: Path) -> list[Labelled]:
    """Load the sample of headlines of 18 stories."""
    path = corpora / "headlines" / "uci_sample.csv"
    if not path.exists():
        raise CorpusError("headlines", f"{path} is missing", "say where it is with --corpora")
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Labelled(row["ID"], row["TITLE"], "", row["PUBLISHER"] or "unknown", row["STORY"])
            for row in csv.DictReader(lines)
        ]


def load_paraphrases(path: Path) -> list[Labelled]:
    """Load our own happenings, each told in many wordings, every telling by another outlet."""
    if not path.exists():
        raise CorpusError("paraphrases", f"{path} is missing", "run it from the source tree")
    articles = []
    for story in tomllib.loads(path.read_text("utf-8"))["story"]:
        for number, telling in enumerate(story["tellings"]):
            title, text = telling.split(" | ")
            name = f"{story['name']} {number}"
            articles.append(Labelled(name, title, text, name, story["name"]))
    return articles


def score_order(articles: Sequence[Labelled], seed: int, *, embed: bool = True) -> Fit:
    """Merge the articles in a random order and compare their stories with the labels."""
    order = list(articles)
    random.Random(seed).shuffle(order)
    merge = LocalMerge(embed=embed)
    built = [
        build_labelled(labelled, START + dt.timedelta(seconds=place))
        for place, labelled in enumerate(order)
    ]
    for article in built:
        for mention in address_mentions(article, ()):
            merge.tell(mention)
    stories = [merge.merger.find_story(article.id) or article.id for article in built]
    return measure_fit([labelled.cluster for labelled in order], stories)


def measure_fit(gold: Sequence[str], found: Sequence[str]) -> Fit:
    """Compare two groupings of the same items."""
    together = Counter(zip(gold, found, strict=True))
    by_gold, by_found = Counter(gold), Counter(found)
    size = len(gold)
    precision = sum(n * n / by_found[f] for (_, f), n in together.items()) / size
    recall = sum(n * n / by_gold[g] for (g, _), n in together.items()) / size
    right, of_found, of_gold = (
        sum(n * (n - 1) / 2 for n in counts.values()) for counts in (together, by_found, by_gold)
    )
    pairwise = 2 * right / (of_found + of_gold) if of_found + of_gold else 1.0
    f1 = 2 * precision * recall / (precision + recall)
    return Fit(precision, recall, f1, pairwise, len(by_found), len(by_gold))


def build_labelled(labelled: Labelled, fetched: dt.datetime) -> Article:
    """Build a labelled article that came at `fetched`; when it was published is unknown."""
    return Article(
        id=article_id(None, labelled.name, "score", ""),
        version=article_version(labelled.title, "", labelled.text),
        feed="score",
        publisher=labelled.publisher,
        family=labelled.publisher,
        title=labelled.title,
        text=labelled.text,
        language="en",
        fetched=fetched,
    )
