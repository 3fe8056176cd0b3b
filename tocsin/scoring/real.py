"""Real articles and labels of their headline event in, how it was read out.

The labels are tables in `tests/labels`, the texts stay in the corpora: ECB+, labelled by cluster, and
entries of real feeds, labelled one by one. Only the headline event is judged: its kind (any that the
label accepts), its country and admin1, and its killed; where nothing is reported, that nothing is new.
A body's event of an accepted kind beside a main event of another kind counts as `beside`.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from producers.articles import Source, build_article
from producers.items import NotAFeed
from producers.parse import parse_feed
from producers.publishers import Outlet
from streams.errors import TocsinError
from streams.identity import article_id, fold_text
from streams.lexicon.ontology import OTHER, load_ontology
from streams.records import Article, Mention
from tocsin.scoring import merging
from tocsin.scoring.match import Problem, Tally, Verdict
from tocsin.scoring.merging import CorpusError, build_labelled

NOTHING = "none"
_FETCHED = dt.datetime(2022, 1, 12, tzinfo=dt.UTC)
"""After the newest entry of the feeds."""


class LabelError(TocsinError):
    """Labels that are missing or wrong."""

    what = "labels refused"


@dataclass(frozen=True, slots=True)
class HeadlineLabel:
    """What the headline event of an article is; empty fields say nothing."""

    kinds: frozenset[str]
    country: str = ""
    admin1: str = ""
    killed: frozenset[float] = frozenset()


@dataclass(frozen=True, slots=True)
class RealArticle:
    """A real article with its label."""

    name: str
    article: Article
    label: HeadlineLabel


def load_ecbplus(corpora: Path, labels: Path, split: str) -> list[RealArticle]:
    """Load the labelled articles of ECB+; the first sentence is the headline, no date is known."""
    by_cluster = {row["cluster"]: _read_label(row, labels) for row in _read_rows(labels)}
    return [
        RealArticle(one.name, build_labelled(one, _FETCHED), by_cluster[one.cluster])
        for one in merging.load_ecbplus(corpora, split, first_only=False)
    ]


def load_feeds(corpora: Path, labels: Path) -> list[RealArticle]:
    """Load the labelled entries of the real feeds, as the poller would send them without pages."""
    rows = [(row, _read_label(row, labels)) for row in _read_rows(labels)]
    items = {feed: _read_feed(corpora, feed) for feed in {row["feed"] for row, _ in rows}}
    return [
        RealArticle(
            f"{row['feed']}/{row['entry']}",
            items[row["feed"]][int(row["entry"]) - 1],
            label,
        )
        for row, label in rows
    ]


def score_headline(real: RealArticle, mentions: Sequence[Mention], tally: Tally) -> None:
    """Judge the headline event of one article, and add to the tally."""
    label = real.label
    new = [mention for mention in mentions if mention.newsworthiness == "new"]
    told = "; ".join(f"{m.kind}{'*' if m.main else ''}: {m.sentence[:90]}" for m in new) or "silent"
    title = real.article.title[:120]
    tally.articles += 1
    tally.mentions += len(mentions)
    reports = label.kinds - {NOTHING}
    if not reports:
        tally.silent += 1
        tally.kept_silent += not new
        if new:
            tally.problems.append(Problem(real.name, title, "false event", "nothing", told))
        return
    if NOTHING in label.kinds and not new:
        return
    tally.must += 1
    main = next((mention for mention in new if mention.main), new[0] if new else None)
    met = next((m for m in (main, *new) if m is not None and m.kind in reports), None)
    verdict = _judge_kind(main, met)
    tally.found += met is not None
    tally.fields["kind", "right" if met is not None and met is main else verdict] += 1
    if met is not main or met is None:
        tally.problems.append(Problem(real.name, title, "kind", "/".join(sorted(reports)), told))
    if met is not None:
        for name, expected, said, judged in _judge_fields(label, met):
            tally.fields[name, judged] += 1
            if judged != "right":
                tally.problems.append(
                    Problem(real.name, title, name, expected, f"{said} [{judged}] {met.sentence}")
                )


def _judge_kind(main: Mention | None, met: Mention | None) -> Verdict:
    if main is None or main.kind == OTHER:
        return "unknown"
    return "right" if met is main else "wrong"


def _judge_fields(
    label: HeadlineLabel, mention: Mention
) -> Iterator[tuple[str, str, str, Verdict]]:
    """Judge place and toll: field, expected, found, verdict."""
    where = mention.where
    if label.country:
        said = where.country if where else None
        judged: Verdict = _judge(right=said == label.country, said=bool(said))
        yield "country", label.country, f"{where.name if where else None} {said}", judged
    if label.admin1:
        region = (where.admin1 if where else None) or ""
        same = fold_text(region)[:6] == fold_text(label.admin1)[:6]
        yield "admin1", label.admin1, region, _judge(right=same, said=bool(region))
    if label.killed:
        tolls = [n.value for n in mention.numbers if n.measure == "killed" and n.value is not None]
        right = any(toll in label.killed for toll in tolls)
        yield "killed", str(sorted(label.killed)), str(tolls), _judge(right=right, said=bool(tolls))


def _judge(*, right: bool, said: bool) -> Verdict:
    if right:
        return "right"
    return "wrong" if said else "unknown"


def _read_feed(corpora: Path, name: str) -> list[Article]:
    path = corpora / "feeds" / "real" / f"{name}.xml"
    if not path.exists():
        raise CorpusError(name, f"{path} is missing", "say where it is with --corpora")
    parsed = parse_feed(path.read_bytes(), url="", now=_FETCHED)
    if isinstance(parsed, NotAFeed):
        raise CorpusError(name, f"{path} is no feed: {parsed.reason}")
    source, outlet = Source(name, parsed, _FETCHED, first=True), Outlet(name, name)
    return [
        build_article(item, article_id(item.url, item.guid, name, item.title), source, outlet)
        for item in parsed.items
    ]


def _read_rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        raise LabelError(path.name, f"{path} is missing", "run it from the source tree")
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def _read_label(row: dict[str, str], path: Path) -> HeadlineLabel:
    kinds = frozenset(row["kinds"].split(","))
    unknown = kinds - set(load_ontology()) - {NOTHING}
    if unknown:
        raise LabelError(str(path), f"no such kind: {', '.join(sorted(unknown))}")
    killed = frozenset(float(value) for value in (row["killed"] or "").split(",") if value)
    return HeadlineLabel(kinds, row["country"], row.get("admin1") or "", killed)
