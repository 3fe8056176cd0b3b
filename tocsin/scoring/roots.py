"""Single sentences with CAMEO roots in, how well the roots and who acts on whom are read out.

Two sets. The wire sentences are of our own writing (`tests/labels/wire.tsv`), some for every code of the
CAMEO book; a hash of the text parts them into a half for building, whose mistakes are looked at, and a
half for checking. The PETRARCH sentences are UniversalPetrarch's validation files, of which every second
one was looked at. Each sentence is read as the headline of a report. What is only recalled (background)
is not counted among the roots: coders leave it out as well.
"""

from __future__ import annotations

import csv
import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from streams.errors import TocsinError
from streams.identity import fold_text
from streams.lexicon.ontology import get_kind, load_ontology
from streams.reading.parse import parse_articles
from streams.reading.reader import ArticleReader
from streams.records import Actor, Article, Mention

GROUP = 100
"""Sentences parsed together."""
_PUBLISHED = "2010-01-01T12:00:00Z"
_NOTHING = "00"


class SentencesError(TocsinError):
    """Labelled sentences that are not here or not right."""

    what = "sentences refused"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One sentence and the CAMEO roots it was given; none where it tells nothing."""

    id: str
    text: str
    roots: frozenset[str]
    kinds: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    """Roots that are right as well: to promise aid is 03 in the CAMEO book and 07 to many coders."""
    actor: str = ""
    target: str = ""

    def choose_roots(self, found: frozenset[str]) -> frozenset[str]:
        """The roots to compare with, where others are right as well."""
        return found & self.also or self.roots if not found & self.roots else self.roots


@dataclass(slots=True)
class Share:
    """Counts of one measure."""

    name: str
    hits: int = 0
    invented: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what was read that is right."""
        return self.hits / (self.hits + self.invented) if self.hits + self.invented else 0.0

    @property
    def recall(self) -> float:
        """Share of what is there that was read."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def add(self, other: Share) -> None:
        """Count what another share counted, too."""
        self.hits += other.hits
        self.invented += other.invented
        self.missed += other.missed

    def summarise(self) -> dict[str, float]:
        """Precision, recall and F1, rounded to three places."""
        return {
            "precision": round(self.precision, 3),
            "recall": round(self.recall, 3),
            "f1": round(self.f1, 3),
        }


@dataclass(frozen=True, slots=True)
class Misread:
    """A sentence that was read otherwise than it is labelled."""

    labelled: Labelled
    roots: frozenset[str]
    told: str


@dataclass(slots=True)
class RootTally:
    """What was counted over a set of sentences."""

    sentences: int = 0
    presence: Share = field(default_factory=lambda: Share("presence"))
    root: Share = field(default_factory=lambda: Share("root"))
    kind: Share = field(default_factory=lambda: Share("kind"))
    actor: Share = field(default_factory=lambda: Share("actor"))
    target: Share = field(default_factory=lambda: Share("target"))
    misread: list[Misread] = field(default_factory=list)

    @property
    def shares(self) -> tuple[Share, ...]:
        """The measures that something was counted for."""
        every = (self.presence, self.root, self.kind, self.actor, self.target)
        return tuple(share for share in every if share.hits + share.invented + share.missed)


def load_wire(path: Path) -> list[Labelled]:
    """Load the sentences of our own."""
    if not path.exists():
        raise SentencesError(path.name, f"{path} is missing", "run it from the source tree")
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [_read_row(row, path) for row in rows]


def is_building(labelled: Labelled) -> bool:
    """Say whether a sentence of our own is one whose mistakes may be looked at."""
    return hashlib.sha256(labelled.text.encode()).digest()[0] % 2 == 0


def part_wire(sentences: Sequence[Labelled]) -> dict[str, list[Labelled]]:
    """Part the sentences of our own by their hash."""
    building = [one for one in sentences if is_building(one)]
    return {"building": building, "checking": [one for one in sentences if not is_building(one)]}


def part_petrarch(sentences: Sequence[Labelled]) -> dict[str, list[Labelled]]:
    """Part the PETRARCH sentences into those that were looked at and those that never were."""
    return {"seen": list(sentences[::2]), "kept": list(sentences[1::2])}


def load_petrarch(path: Path) -> list[Labelled]:
    """Load a validation file of UniversalPetrarch; it is not well-formed XML: it is cut, not parsed."""
    if not path.exists():
        raise SentencesError(path.name, f"{path} is missing", "say where it is with --corpora")
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


def score_sentences(sentences: Sequence[Labelled]) -> RootTally:
    """Read every sentence and compare."""
    tally = RootTally()
    for first in range(0, len(sentences), GROUP):
        group = sentences[first : first + GROUP]
        parsed = parse_articles([_write(labelled) for labelled in group])
        for labelled, one in zip(group, parsed, strict=True):
            score_sentence(labelled, ArticleReader(one, genre="report").read(), tally)
    return tally


def score_sentence(labelled: Labelled, mentions: Sequence[Mention], tally: RootTally) -> None:
    """Compare what was read from one sentence, and add to the tally."""
    coded = [mention for mention in mentions if not _is_guessed(mention)]
    new = [mention for mention in coded if mention.newsworthiness == "new"]
    roots = frozenset(root for m in new if (root := get_kind(m.kind).cameo_root))
    wanted = labelled.choose_roots(roots)
    tally.sentences += 1
    tally.presence.hits += bool(labelled.roots) and bool(coded)
    tally.presence.invented += not labelled.roots and bool(coded)
    tally.presence.missed += bool(labelled.roots) and not coded
    tally.root.hits += len(roots & wanted)
    tally.root.invented += len(roots - wanted)
    tally.root.missed += len(wanted - roots)
    if labelled.kinds:
        right = any(mention.kind in labelled.kinds for mention in new)
        _count(tally.kind, right=right, said=bool(new))
    met = next((m for m in new if get_kind(m.kind).cameo_root in wanted), None)
    if met is not None:
        _score_who(tally.actor, labelled.actor, met.actors)
        _score_who(tally.target, labelled.target, (*met.targets, *met.recipients))
    if roots != wanted:
        told = "; ".join(f"{m.kind} {m.modality} {m.newsworthiness}" for m in coded)
        tally.misread.append(Misread(labelled, roots, told))


def _score_who(share: Share, word: str, found: Sequence[Actor]) -> None:
    if word:
        folded = fold_text(word)
        right = any(folded in fold_text(f"{actor.text} {actor.name}") for actor in found)
        _count(share, right=right, said=bool(found))


def _count(share: Share, *, right: bool, said: bool) -> None:
    share.hits += right
    share.invented += said and not right
    share.missed += not right


def _is_guessed(mention: Mention) -> bool:
    """Say whether only the guess at a headline without a pattern told it."""
    return any(reason.rule.startswith("headline.") for reason in mention.why)


def _write(labelled: Labelled) -> Article:
    return Article.model_validate(
        {
            "id": "sentence",
            "version": "1",
            "feed": "sentences",
            "publisher": "sentences",
            "family": "sentences",
            "title": labelled.text,
            "language": "en",
            "published": _PUBLISHED,
            "fetched": _PUBLISHED,
        }
    )


def _read_row(row: dict[str, str], path: Path) -> Labelled:
    kinds = frozenset(kind for kind in row["kinds"].split(",") if kind)
    unknown = kinds - set(load_ontology())
    if unknown:
        raise SentencesError(str(path), f"no such kind: {', '.join(sorted(unknown))}")
    code, _, also = row["code"].partition("/")
    return Labelled(
        id=code,
        text=row["text"],
        roots=frozenset({code[:2]} - {_NOTHING}),
        kinds=kinds,
        also=frozenset({also} - {""}),
        actor=row["actor"],
        target=row["target"],
    )
