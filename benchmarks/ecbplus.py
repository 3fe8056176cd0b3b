"""What is read in ECB+: `python -m benchmarks.ecbplus [--sample 50] [--seed 42]`.

All 772 articles as they stand in `train_dev.jsonl`, the first sentence as the headline, published on
one made-up day. Counts of articles and mentions, and how many have a date, a place and who; with
`--sample` that many mentions, drawn at random, for a check by hand (`docs/quality.md`).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from pathlib import Path

from rich.progress import track

from streams.reading.read import read_article
from streams.records import Article, Mention

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "ecbplus" / "train_dev.jsonl"
PUBLISHED = "2013-05-04T00:00:00Z"


def load_articles() -> list[Article]:
    """Load the corpus as articles."""
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    return [
        Article.model_validate(
            {
                "id": row["id"],
                "version": "1",
                "feed": "ecbplus",
                "publisher": "ECB+",
                "family": "ECB+",
                "url": row["url"] or None,
                "title": row["sentences"][0],
                "text": "\n\n".join(row["sentences"][1:]),
                "language": "en",
                "published": PUBLISHED,
                "fetched": PUBLISHED,
            }
        )
        for row in rows
    ]


def count_mentions(read: list[tuple[Mention, ...]]) -> dict[str, int]:
    """Count what the mentions have."""
    counts: Counter[str] = Counter(articles=len(read))
    for mentions in read:
        counts["silent articles"] += not mentions
        for mention in mentions:
            counts["mentions"] += 1
            counts["new"] += mention.newsworthiness == "new"
            counts["dated"] += mention.when.start is not None
            counts["with a place"] += mention.where is not None
            counts["with a point"] += mention.where is not None and mention.where.point is not None
            counts["with somebody"] += bool(mention.actors or mention.targets)
            counts["of no kind"] += mention.kind == "other"
    return dict(counts)


def main() -> None:
    """Read the corpus and print the counts, and a sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="mentions to print")
    parser.add_argument("--seed", type=int, default=42, help="of the sample")
    options = parser.parse_args()
    if not CORPUS.is_file():
        parser.exit(2, f"no corpus at {CORPUS}: put ECB+ there\n")
    start = time.perf_counter()
    read = [read_article(article) for article in track(load_articles(), "reading ECB+")]
    print(json.dumps({**count_mentions(read), "seconds": round(time.perf_counter() - start)}))
    every = [mention for mentions in read for mention in mentions]
    random.Random(options.seed).shuffle(every)
    for mention in every[: options.sample]:
        place = mention.where.name if mention.where else None
        print(mention.article_id, mention.kind, mention.modality, mention.newsworthiness, end=" ")
        print(mention.when.date, place, "|", mention.sentence)


if __name__ == "__main__":
    main()
