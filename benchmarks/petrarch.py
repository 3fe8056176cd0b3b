"""How well events are coded: `python -m benchmarks.petrarch [--wrong] [--json]`.

The sentences of UniversalPetrarch's validation files, each read as the headline of a report, against
the CAMEO codes a coder gave them. Three measures, a sentence at a time: whether it tells an event
(presence), the set of CAMEO roots (root), and both only on the part kept back. Every second sentence
was looked at while the lexicon was written ("seen"), the others were not ("kept"). What is only recalled
(background) is not counted among the roots: the coders left it out as well.

`PETR.UnitTest.records.xml` tests PETRARCH's machinery with a made-up dictionary: its codes are not
CAMEO (restoring ties is 064 there and 057 in CAMEO, "will abandon cultural ties" is 902), so only
presence means something there; the root is given for completeness.
"""

from __future__ import annotations

import argparse
import html
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.articles import build_article
from streams.lexicon.ontology import get_kind
from streams.reading.parse import parse_article
from streams.reading.reader import ArticleReader

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "petrarch"
PUBLISHED = "2010-01-01T12:00:00Z"
FILES = {"PETR2_GSR_validation.xml": "GSR", "PETR.UnitTest.records.xml": "unit tests"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One sentence and the CAMEO roots it was given; none where it tells nothing."""

    id: str
    text: str
    roots: frozenset[str]


@dataclass(slots=True)
class Score:
    """Counts of one measure."""

    name: str
    hits: int = 0
    invented: int = 0
    missed: int = 0
    precision: float = field(default=0.0)
    recall: float = field(default=0.0)
    f1: float = field(default=0.0)

    def finish(self) -> Score:
        """Work the shares out."""
        found, wanted = self.hits + self.invented, self.hits + self.missed
        self.precision = round(self.hits / found, 3) if found else 0.0
        self.recall = round(self.hits / wanted, 3) if wanted else 0.0
        both = self.precision + self.recall
        self.f1 = round(2 * self.precision * self.recall / both, 3) if both else 0.0
        return self


def load_sentences(path: Path) -> list[Labelled]:
    """Load a validation file; it is not well-formed XML, so it is cut, not parsed."""
    text = re.sub(r"<!--.*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
    found = []
    for head, body in re.findall(r"<Sentence\b([^>]*?)/?>(.*?)</Sentence>", text, re.DOTALL):
        words = re.search(r"<Text>(.*?)</Text>", body, re.DOTALL)
        codings = re.findall(r"<EventCoding\b([^>]*)>", body)
        if words is None or any("error" in coding for coding in codings):
            continue  # records that test PETRARCH's error handling
        name = re.search(r'\bid="([^"]*)"', head)
        codes = re.findall(r'eventcode="(\d\d)', " ".join(codings))
        plain = html.unescape(" ".join(words.group(1).split()))
        found.append(Labelled(name.group(1) if name else "", plain, frozenset(codes)))
    return found


def read_roots(text: str) -> tuple[frozenset[str], bool]:
    """Read a sentence: the CAMEO roots of its mentions, and whether it tells anything at all."""
    article = build_article("petrarch", PUBLISHED, title=text)
    mentions = [
        mention
        for mention in ArticleReader(parse_article(article), genre="report").read()
        if not any(reason.rule.startswith("headline.") for reason in mention.why)
    ]
    new = [mention for mention in mentions if mention.newsworthiness == "new"]
    roots = {get_kind(mention.kind).cameo_root for mention in new}
    return frozenset(root for root in roots if root), bool(mentions)


def score_sentences(name: str, sentences: list[Labelled], *, show: bool) -> list[Score]:
    """Score presence and roots of `sentences`; `show` prints what was read wrongly."""
    presence, root = Score(f"{name}: presence"), Score(f"{name}: root")
    for labelled in sentences:
        roots, told = read_roots(labelled.text)
        presence.hits += bool(labelled.roots) and told
        presence.invented += not labelled.roots and told
        presence.missed += bool(labelled.roots) and not told
        root.hits += len(roots & labelled.roots)
        root.invented += len(roots - labelled.roots)
        root.missed += len(labelled.roots - roots)
        if show and roots != labelled.roots:
            print(labelled.id, sorted(labelled.roots), sorted(roots))
    return [presence.finish(), root.finish()]


def main() -> None:
    """Run the measures and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--wrong", action="store_true", help="ids of the seen sentences read wrongly"
    )
    parser.add_argument("--json", action="store_true", help="one object a measure")
    options = parser.parse_args()
    if not CORPUS.is_dir():
        parser.exit(2, f"no corpus at {CORPUS}: put UniversalPetrarch's validation files there\n")
    scores: list[Score] = []
    for file, name in FILES.items():
        sentences = load_sentences(CORPUS / file)
        parts = {"seen": sentences[::2], "kept": sentences[1::2], "all": sentences}
        for part, chosen in parts.items():
            show = options.wrong and part == "seen"
            scores += score_sentences(f"{name}, {part} ({len(chosen)})", chosen, show=show)
    _print_scores(scores, as_json=options.json)


def _print_scores(scores: list[Score], *, as_json: bool) -> None:
    if as_json:
        for score in scores:
            print(json.dumps(asdict(score)))
        return
    table = Table("measure", "precision", "recall", "F1", title="PETRARCH sentences")
    for score in scores:
        table.add_row(score.name, f"{score.precision}", f"{score.recall}", f"{score.f1}")
    Console().print(table)


if __name__ == "__main__":
    main()
