"""`tocsin score`: labelled sets in, tables of how well they are read and merged out."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

import tocsin
from streams.errors import TocsinError
from streams.reading.read import read_article, read_articles
from tocsin.commands.score_merging import merging
from tocsin.scoring.gold import GoldArticle, load_gold
from tocsin.scoring.match import Problem, Tally, score_article
from tocsin.scoring.merging import CorpusError
from tocsin.scoring.real import LabelError, RealArticle, load_ecbplus, load_feeds, score_headline
from tocsin.scoring.roots import (
    Labelled,
    RootTally,
    SentencesError,
    load_petrarch,
    load_wire,
    part_petrarch,
    part_wire,
    score_sentences,
)
from tocsin.scoring.seed import find_forbidden, load_seed

GOLD_SETS = ("seed", "gold-build", "gold-check")
REAL_SETS = {"ecbplus": "train", "ecbplus-dev": "dev", "feeds": ""}
"""Sets of real articles, whose headline event is labelled, with their split."""
ROOT_SETS = ("wire", "petrarch")
"""Sets of single sentences labelled with CAMEO roots."""
SETS = (*GOLD_SETS, *REAL_SETS, *ROOT_SETS)
_ROOT = Path(tocsin.__file__).parents[1]
_GROUP = 16
"""Articles parsed together."""


class SetError(TocsinError):
    """A labelled set that is not here."""

    what = "no such set"


@click.group()
def score() -> None:
    """Measure reading on labelled sets."""


score.add_command(merging)


@score.command()
@click.option(
    "--set",
    "names",
    multiple=True,
    type=click.Choice(SETS),
    help="Which set; repeatable. All but ecbplus-dev.",
)
@click.option("--why", is_flag=True, help="Show everything that was read wrongly.")
@click.option("--json", "as_json", is_flag=True, help="One object a set.")
@click.option(
    "--gold",
    type=click.Path(path_type=Path),
    default=_ROOT / "tests" / "gold",
    help="Folder with building/ and checking/.",
)
@click.option(
    "--corpora",
    type=click.Path(path_type=Path),
    default=_ROOT.parent / "shared" / "corpora",
    help="Folder with the real corpora.",
)
def reading(*, names: tuple[str, ...], why: bool, as_json: bool, gold: Path, corpora: Path) -> None:
    """Read the labelled articles and compare."""
    console = Console()
    for name in names or [name for name in SETS if name != "ecbplus-dev"]:
        try:
            if name in ROOT_SETS:
                parts = _load_sentences(name, gold.parent / "labels", corpora)
                _score_roots(console, name, parts, why=why, as_json=as_json)
                continue
            if name in REAL_SETS:
                tally = _score_real(_load_real(name, gold.parent / "labels", corpora))
            else:
                tally = _score_set(name, _load_set(name, gold, corpora), show=not as_json)
        except (SetError, CorpusError, LabelError, SentencesError):
            if names:
                raise
            console.print(f"{name}: not here, left out", style="yellow")
            continue
        if as_json:
            click.echo(json.dumps({"set": name, **summarise(tally)}))
        else:
            build = _build_headline_table if name in REAL_SETS else _build_table
            console.print(build(name, tally))
        if why:
            _show_problems(console, tally.problems, as_json=as_json)


def _load_set(name: str, gold: Path, corpora: Path) -> dict[str, GoldArticle]:
    if name == "seed":
        folder = corpora / "seed"
        if not folder.is_dir():
            raise SetError(name, f"{folder} is missing", "say where it is with --corpora")
        return {"seed": load_seed(folder)}
    folder = gold / f"{name.removeprefix('gold-')}ing"
    if not folder.is_dir():
        raise SetError(name, f"{folder} is missing", "say where it is with --gold")
    return load_gold(folder)


def _load_real(name: str, labels: Path, corpora: Path) -> list[RealArticle]:
    if name == "feeds":
        return load_feeds(corpora, labels / "feeds.tsv")
    return load_ecbplus(corpora, labels / "ecbplus.tsv", REAL_SETS[name])


def _load_sentences(name: str, labels: Path, corpora: Path) -> dict[str, list[Labelled]]:
    if name == "wire":
        return part_wire(load_wire(labels / "wire.tsv"))
    return part_petrarch(load_petrarch(corpora / "petrarch" / "PETR2_GSR_validation.xml"))


def _score_roots(
    console: Console,
    name: str,
    parts: dict[str, list[Labelled]],
    *,
    why: bool,
    as_json: bool,
) -> None:
    """Read single sentences, and show the shares; what was misread only of the half to look at."""
    table = Table(title=f"reading: {name}, CAMEO roots", title_justify="left")
    for heading in ("part", "what", "precision", "recall", "F1"):
        table.add_column(heading, justify="left" if heading in {"part", "what"} else "right")
    for number, (part, sentences) in enumerate(parts.items()):
        tally = score_sentences(sentences)
        for share in tally.shares:
            row = (f"{share.precision:.2f}", f"{share.recall:.2f}", f"{share.f1:.2f}")
            table.add_row(f"{part} ({tally.sentences})", share.name, *row)
        if as_json:
            click.echo(json.dumps({"set": name, "part": part, **_summarise_roots(tally)}))
        if why and number == 0:
            _show_misread(console, tally)
    if not as_json:
        console.print(table)


def _summarise_roots(tally: RootTally) -> dict[str, object]:
    shares = {share.name: share.summarise() for share in tally.shares}
    return {"sentences": tally.sentences, **shares}


def _show_misread(console: Console, tally: RootTally) -> None:
    for misread in tally.misread:
        console.print(misread.labelled.text, style="bold", highlight=False, markup=False)
        wanted = ", ".join(sorted(misread.labelled.roots)) or "nothing"
        found = ", ".join(sorted(misread.roots)) or "nothing"
        console.print(f"   expected {wanted}, found {found}: {misread.told}", highlight=False)


def _score_set(set_name: str, articles: dict[str, GoldArticle], *, show: bool) -> Tally:
    tally = Tally()
    for name in track(articles, "reading", console=Console(stderr=True), disable=not show):
        article = articles[name]
        mentions = read_article(article.to_article())
        score_article(name, article, mentions, tally)
        if set_name == "seed":
            tally.problems.extend(find_forbidden(mentions))
    return tally


def _score_real(articles: list[RealArticle]) -> Tally:
    tally = Tally()
    groups = [articles[start : start + _GROUP] for start in range(0, len(articles), _GROUP)]
    for group in track(groups, "reading", console=Console(stderr=True)):
        for real, mentions in zip(group, read_articles([r.article for r in group]), strict=True):
            score_headline(real, mentions, tally)
    return tally


def summarise(tally: Tally) -> dict[str, object]:
    """The numbers of a tally, for programs."""
    fields = sorted({name for name, _ in tally.fields})
    return {
        "articles": tally.articles,
        "events": tally.must,
        "found": tally.found,
        "recall": round(tally.recall, 3),
        "precision": round(tally.precision, 3),
        "f1": round(tally.f1, 3),
        "false_events": tally.false,
        "false_events_per_article": round(tally.false / max(tally.articles, 1), 3),
        "words_only": tally.words_only,
        "silent_articles": tally.silent,
        "kept_silent": tally.kept_silent,
        "must_not": sum(problem.field.startswith("must not") for problem in tally.problems),
        "fields": {
            name: dict(zip(("right", "wrong", "unknown"), tally.share(name), strict=True))
            for name in fields
        },
    }


def _build_table(name: str, tally: Tally) -> Table:
    table = Table(title=f"reading: {name}", title_justify="left")
    table.add_column("what")
    for heading in ("right", "wrong", "unknown", "share right"):
        table.add_column(heading, justify="right")
    missed = tally.must - tally.found
    table.add_row("events found", str(tally.found), "", str(missed), f"{tally.recall:.2f}")
    precision = f"{tally.precision:.2f}"
    table.add_row("mentions that meet a label", str(tally.met), str(tally.false), "", precision)
    table.add_row("F1 of both", "", "", "", f"{tally.f1:.2f}")
    per = tally.false / max(tally.articles, 1)
    table.add_row("false events an article", "", str(tally.false), "", f"{per:.2f}")
    table.add_row("only words, not counted", str(tally.words_only), "", "", "")
    if tally.silent:
        kept, noisy = tally.kept_silent, tally.silent - tally.kept_silent
        share = f"{kept / tally.silent:.2f}"
        table.add_row("articles rightly silent", str(kept), str(noisy), "", share)
    for field_name in sorted({name for name, _ in tally.fields}):
        right, wrong, unknown = tally.share(field_name)
        share = f"{right / (right + wrong + unknown):.2f}"
        table.add_row(field_name, str(right), str(wrong), str(unknown), share)
    forbidden = sum(problem.field.startswith("must not") for problem in tally.problems)
    if name == "seed":
        table.add_row("must not", "", str(forbidden), "", "")
    return table


def _build_headline_table(name: str, tally: Tally) -> Table:
    """The table of a set whose headline event alone is labelled."""
    table = Table(title=f"reading: {name}, headline events", title_justify="left")
    table.add_column("what")
    for heading in ("right", "wrong", "unknown", "share right"):
        table.add_column(heading, justify="right")
    for field_name in sorted({field for field, _ in tally.fields}, key="kind".__ne__):
        right, wrong, unknown = tally.share(field_name)
        share = f"{right / (right + wrong + unknown):.2f}"
        table.add_row(field_name, str(right), str(wrong), str(unknown), share)
    if tally.must:
        missed = tally.must - tally.found
        share = f"{tally.found / tally.must:.2f}"
        table.add_row("kind, among all that is new", str(tally.found), "", str(missed), share)
    if tally.silent:
        kept = tally.kept_silent
        share = f"{kept / tally.silent:.2f}"
        table.add_row("rightly silent", str(kept), str(tally.silent - kept), "", share)
    return table


def _show_problems(console: Console, problems: list[Problem], *, as_json: bool) -> None:
    for problem in problems:
        if as_json:
            click.echo(
                json.dumps(
                    {
                        "article": problem.article,
                        "event": problem.event,
                        "field": problem.field,
                        "expected": problem.expected,
                        "found": problem.found,
                    }
                )
            )
        else:
            place = f"{problem.article} / {problem.event}"
            console.print(f"{place}: {problem.field}", style="bold", highlight=False)
            console.print(f"   expected {problem.expected}", markup=False, highlight=False)
            console.print(f"   found    {problem.found}", markup=False, highlight=False)
