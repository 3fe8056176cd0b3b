"""How many made-up sentences of each kind are read: `python -m benchmarks.kinds [--wrong] [--json]`.

The checklist of `tests/cases/kinds_*.toml` has sentences of our own for every kind of the ontology, in
varied syntax. A sentence counts as read when its kind is among its mentions; the table names the kinds
whose sentences are missed, worst first. They are our own, so the share flatters: use it to find gaps.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.articles import build_article
from streams.reading.parse import parse_articles
from streams.reading.reader import ArticleReader
from streams.records import Article

CASES = Path(__file__).parents[1] / "tests" / "cases"
PUBLISHED = "2024-03-12T18:00:00Z"
GROUP = 100
"""Sentences parsed together."""


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence, the kind it must tell (empty: none), and the kinds that were read."""

    kind: str
    text: str
    read: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the kind is among what was read; for a silent sentence, whether nothing was."""
        return self.kind in self.read if self.kind else not self.read


def load_sentences(pattern: str = "kinds_*.toml") -> list[tuple[str, str]]:
    """Load every sentence of the checklist with its kind."""
    found = []
    for path in sorted(CASES.glob(pattern)):
        for kind, lines in tomllib.loads(path.read_text("utf-8")).items():
            found += [(kind, line) for line in lines.splitlines() if line.strip()]
    return found


def read_sentences(sentences: list[tuple[str, str]]) -> list[Told]:
    """Read each sentence as a report of its own; what the headline's guess tells is left out."""
    told: list[Told] = []
    for first in range(0, len(sentences), GROUP):
        group = sentences[first : first + GROUP]
        parsed = parse_articles([_write(text) for _, text in group])
        for (kind, text), one in zip(group, parsed, strict=True):
            mentions = ArticleReader(one, genre="report").read()
            kinds = tuple(
                mention.kind
                for mention in mentions
                if not any(reason.rule.startswith("headline.") for reason in mention.why)
                and mention.newsworthiness == "new"
            )
            told.append(Told(kind, text, kinds))
    return told


def _write(text: str) -> Article:
    """An article of one sentence: a lead when it ends with a full stop, else a headline."""
    if text.endswith((".", "?", "!")):
        return build_article("kinds", PUBLISHED, text=text)
    return build_article("kinds", PUBLISHED, title=text)


def main() -> None:
    """Read the checklist and print what is missed, by kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="print every sentence that is missed")
    parser.add_argument("--json", action="store_true", help="one object a kind")
    options = parser.parse_args()
    told = read_sentences(load_sentences())
    counts: dict[str, list[bool]] = {}
    for one in told:
        counts.setdefault(one.kind, []).append(one.right)
        if options.wrong and not one.right:
            print(f"{one.kind}\t{' '.join(one.read) or '-'}\t{one.text}")
    rows = sorted(counts.items(), key=lambda row: sum(row[1]) / len(row[1]))
    if options.json:
        for kind, right in rows:
            print(json.dumps({"kind": kind, "sentences": len(right), "read": sum(right)}))
        return
    table = Table("kind", "sentences", "read", title="Checklist of kinds")
    for kind, right in rows:
        if not all(right):
            table.add_row(kind, str(len(right)), str(sum(right)))
    read = sum(one.right for one in told)
    table.add_section()
    table.add_row("all kinds", str(len(told)), f"{read} ({read / max(1, len(told)):.0%})")
    Console().print(table)


if __name__ == "__main__":
    main()
