"""How fast one core reads, and where the time goes: `python -m benchmarks.reading`.

Articles are made of the gold articles' own text, brought to 2,000 characters; headlines are their
titles with one sentence. They are read in groups, as the worker does. One process, one thread; the
model is loaded before the clock starts, and the first pass fills the caches. `--profile` prints the
time of each part (cProfile, which slows all of it by about a half, so only the shares mean something).
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import resource
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from streams.reading.parse import load_pipeline  # noqa: E402 - threads are set before numpy loads
from streams.reading.pool import calm_collector, group_articles  # noqa: E402
from streams.reading.read import read_articles  # noqa: E402
from streams.records import Article  # noqa: E402
from streams.settings import WorkSettings  # noqa: E402
from tocsin.scoring.gold import load_gold  # noqa: E402

GOLD = Path(__file__).parents[1] / "tests" / "gold"
LENGTH = 2_000


def build_articles() -> list[Article]:
    """Full articles of 2,000 characters: each gold report, followed by what else its set says."""
    gold = [g for folder in sorted(GOLD.iterdir()) for g in load_gold(folder).values()]
    reports = [g.to_article() for g in gold if g.events]
    texts = [article.text.strip() for article in reports]
    articles = []
    for number, article in enumerate(reports):
        text = article.text.strip()
        following = number
        while len(text) < LENGTH:
            following += 1
            text += "\n\n" + texts[following % len(texts)]
        articles.append(article.model_copy(update={"text": text[:LENGTH]}))
    return articles


def build_headlines() -> list[Article]:
    """Entries as most feeds carry them: a headline and one sentence."""
    entries = []
    for article in build_articles():
        first = article.text.split(". ")[0] + "."
        entries.append(article.model_copy(update={"text": "", "summary": first}))
        entries.append(article.model_copy(update={"text": "", "summary": ""}))
    return entries


def build_groups(articles: list[Article]) -> list[list[Article]]:
    """The groups in which a worker with one reading process reads them."""
    batch = WorkSettings().read_batch
    batches = [articles[n : n + batch] for n in range(0, len(articles), batch)]
    return [group for taken in batches for group in group_articles(taken, processes=1)]


def measure(articles: list[Article], rounds: int) -> float:
    """Read the articles `rounds` times; return articles a second of the best round."""
    best = 0.0
    groups = build_groups(articles)
    for _ in range(rounds):
        begun = time.process_time()
        for group in groups:
            read_articles(group)
        best = max(best, len(articles) / (time.process_time() - begun))
    return best


def measure_parts(articles: list[Article]) -> list[tuple[str, float, float]]:
    """Profile one round; return each part's file, its own seconds and its share."""
    profile = cProfile.Profile()
    groups = build_groups(articles)
    profile.enable()
    for group in groups:
        read_articles(group)
    profile.disable()
    stats = pstats.Stats(profile)
    parts: dict[str, float] = {}
    for (file, _, _), (_, _, own, _, _) in stats.stats.items():  # type: ignore[attr-defined]  # not in the stubs
        parts[_part_of(file)] = parts.get(_part_of(file), 0.0) + own
    total = sum(parts.values())
    ranked = sorted(parts.items(), key=lambda item: -item[1])
    return [(name, seconds, seconds / total) for name, seconds in ranked]


def _part_of(file: str) -> str:
    path = Path(file)
    if "reading" in path.parts:
        inside = path.parts[path.parts.index("reading") + 1 :]
        return f"reading/{inside[0].removesuffix('.py')}"
    for package in ("spacy", "thinc", "numpy", "pydantic", "streams"):
        if package in path.parts:
            return package
    return "python and C"


def main() -> None:
    """Measure, print, and write one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    load_pipeline()
    articles, headlines = build_articles(), build_headlines()
    read_articles([*articles[:5], *headlines[:5]])
    calm_collector()
    result = {
        "articles_per_second": round(measure(articles, options.rounds), 1),
        "headlines_per_second": round(measure(headlines, options.rounds), 1),
        "characters": LENGTH,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(result))
    if options.profile:
        for name, seconds, share in measure_parts(articles)[:20]:
            print(f"{share:6.1%}  {seconds:6.2f} s  {name}")


if __name__ == "__main__":
    main()
