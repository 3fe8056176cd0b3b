"""`tocsin score merging`: labelled articles in, how well their stories are found out."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

import tocsin
from tocsin.scoring.merging import (
    Fit,
    Labelled,
    load_ecbplus,
    load_headlines,
    load_paraphrases,
    score_order,
)

_ROOT = Path(tocsin.__file__).parents[1]
PARAPHRASES = _ROOT / "tests" / "cases" / "paraphrases.toml"
SETS = ("ecbplus-full", "ecbplus-first", "headlines", "paraphrases")


@click.command()
@click.option(
    "--set", "names", multiple=True, type=click.Choice(SETS), help="Which set; repeatable. All."
)
@click.option("--split", type=click.Choice(["train", "dev"]), default="dev", show_default=True)
@click.option("--orders", default=10, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="One object a set.")
@click.option(
    "--corpora",
    type=click.Path(path_type=Path),
    default=_ROOT.parent / "shared" / "corpora",
    help="Folder with the real corpora.",
)
def merging(
    *, names: tuple[str, ...], split: str, orders: int, as_json: bool, corpora: Path
) -> None:
    """Merge labelled articles in several orders of arrival and compare.

    The weights were trained on ECB+ train: numbers of that split flatter.
    """
    table = Table(title=f"merging: {orders} orders of arrival", title_justify="left")
    for heading in ("set", "P", "R", "B-cubed F1", "spread", "pairwise F1", "found / gold"):
        table.add_column(heading, justify="left" if heading == "set" else "right")
    for name in names or SETS:
        articles = _load(name, corpora, split)
        label = f"{name} {split}" if name.startswith("ecbplus") else name
        seeds = track(range(orders), label, console=Console(stderr=True), disable=as_json)
        fits = [score_order(articles, seed) for seed in seeds]
        found = summarise(fits)
        if as_json:
            click.echo(json.dumps({"set": label, "articles": len(articles), **found}))
            continue
        table.add_row(
            label,
            f"{found['precision']:.3f}",
            f"{found['recall']:.3f}",
            f"{found['f1']:.3f}",
            f"{found['f1_spread']:.3f}",
            f"{found['pairwise_f1']:.3f}",
            f"{found['clusters_found']:.1f} / {found['clusters_gold']:.0f}",
        )
    if not as_json:
        Console().print(table)


def summarise(fits: list[Fit]) -> dict[str, float]:
    """The mean over the orders, and the spread of F1 (standard deviation)."""
    return {
        "precision": round(statistics.mean(fit.precision for fit in fits), 4),
        "recall": round(statistics.mean(fit.recall for fit in fits), 4),
        "f1": round(statistics.mean(fit.f1 for fit in fits), 4),
        "f1_spread": round(statistics.pstdev(fit.f1 for fit in fits), 4),
        "pairwise_f1": round(statistics.mean(fit.pairwise_f1 for fit in fits), 4),
        "clusters_found": round(statistics.mean(fit.found for fit in fits), 1),
        "clusters_gold": fits[0].gold,
    }


def _load(name: str, corpora: Path, split: str) -> list[Labelled]:
    if name == "headlines":
        return load_headlines(corpora)
    if name == "paraphrases":
        return load_paraphrases(PARAPHRASES)
    return load_ecbplus(corpora, split, first_only=name == "ecbplus-first")
