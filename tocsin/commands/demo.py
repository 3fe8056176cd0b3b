"""`tocsin demo`: a small newsroom told through everything, and the events that come out as a table."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sinks.elastic.results import COLUMNS, describe_ledger
from tocsin.config import load
from tocsin.demo.children import PartError
from tocsin.demo.play import Told, play_demo
from tocsin.stack.settings import StackSettings

WIDTH = 140
"""Columns of a picture, a file or a pipe: a row of the table fits on one line or two."""
LONGEST = 400
"""Characters shown of a line of a log; a traceback inside a JSON line has thousands."""


@click.command()
@click.option("--keep", is_flag=True, help="Leave Kafka and Elasticsearch running, with the data.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: events, then a sum.")
@click.option("--picture", type=click.Path(path_type=Path), help="Save what is shown as SVG.")
def demo(*, keep: bool, as_json: bool, picture: Path | None) -> None:
    """Tell a small newsroom through Tocsin, and show the events that come out.

    Starts a stack of its own, polls sample feeds on loopback twice, waits until everything is read,
    and shows what Elasticsearch knows. Ends by itself; exit code 1 when something that was expected
    did not arrive.
    """
    settings = load((StackSettings,))[StackSettings]
    signal.signal(signal.SIGTERM, _end_orderly)
    folder = settings.data_dir / "demo"
    console = Console(stderr=True)
    begun = time.monotonic()
    with console.status("starting") as status:

        def report(line: str) -> None:
            status.update(line)
            if (
                not line.startswith(("waiting for", "everything is read"))
                or not console.is_terminal
            ):
                mark = f"{time.monotonic() - begun:5.1f} s  {line}"
                console.print(mark, markup=False, highlight=False, soft_wrap=True)

        try:
            told = play_demo(folder, settings, os.environ, report, keep=keep)
        except PartError as error:
            for line in error.tail:
                console.print(f"  {line[:LONGEST]}", markup=False, highlight=False, soft_wrap=True)
            raise
    if as_json:
        show_json(told)
    else:
        wide = picture is not None or not sys.stdout.isatty()
        shown = Console(record=picture is not None, width=WIDTH if wide else None)
        show_told(told, shown)
        if picture:
            # a picture that asks nobody for fonts
            drawn = re.sub(
                r"@font-face \{.*?\}", "", shown.export_svg(title="make demo"), flags=re.DOTALL
            )
            picture.write_text(drawn, "utf-8")
        if keep:
            show_kept(told, folder)
    if told.problems:
        sys.exit(1)


def show_told(told: Told, console: Console) -> None:
    """Show the events as a table, the fullest ledger, the alerts and what is missing."""
    living = [event for event in told.events if not event.get("superseded_by")]
    table = Table(title=f"{len(living)} events from {told.articles} articles", expand=True)
    columns = COLUMNS["events"]
    for name in ("kind", "when", "where", "numbers (low-high)", "status", "outlets", "headline"):
        short = name in {"when", "status", "outlets"}
        table.add_column(
            name,
            justify="right" if name == "outlets" else "left",
            overflow="fold",
            no_wrap=short,
            ratio=None if short else 2 if name == "headline" else 1,
        )
    for event in living:
        modality = event.get("modality", "happened")
        kind = event["kind"] + ("" if modality == "happened" else f", {modality}")
        cells = [kind, columns["when"](event), columns["where"](event), columns["toll"](event)]
        outlets = len(event.get("publishers", ()))
        table.add_row(
            *map(escape, cells), event["status"], str(outlets), escape(columns["title"](event))
        )
    console.print(table)
    fullest = max(living, key=lambda event: (_variety(event), event["id"]), default=None)
    if fullest is not None:
        console.print(f"\nThe ledger of one of them: {escape(fullest['title'])}", style="bold")
        for line in describe_ledger(fullest):
            console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    for alert in told.alerts:
        console.print(f"\n{alert['alert_kind']}: {alert['message']}", markup=False, highlight=False)
    if told.delivered:
        console.print(f"delivered by webhook, signed: {len(told.delivered)}", highlight=False)
    letters = ", ".join(f"{count} {reason}" for reason, count in sorted(told.deadletters.items()))
    console.print(f"\ndead letters: {letters or 'none'}", markup=False, highlight=False)
    for problem in told.problems:
        console.print(f"not as expected: {problem}", style="red", markup=False, highlight=False)
    word = "arrived" if not told.problems else "did not all arrive"
    console.print(f"what was expected {word}; {told.seconds:.0f} s", highlight=False)


def show_kept(told: Told, folder: Path) -> None:
    """Say where the kept servers are, how to look at them and how to stop them."""
    click.echo(f"\nleft running: Kafka {told.kafka}, Elasticsearch {told.elastic}")
    click.echo(f"  look:  TOCSIN_ELASTIC_HOSTS={told.elastic} tocsin search Chittagong --ledger")
    click.echo(f"  stop:  TOCSIN_STACK_DATA_DIR={folder} tocsin stack down")


def show_json(told: Told) -> None:
    """Print each event, then the sum of everything, one object a line."""
    for event in told.events:
        click.echo(json.dumps(event, ensure_ascii=False))
    summary = {
        "articles": told.articles,
        "events": len(told.events),
        "alerts": len(told.alerts),
        "delivered": len(told.delivered),
        "deadletters": told.deadletters,
        "problems": told.problems,
        "seconds": round(told.seconds, 1),
        "kafka": told.kafka,
        "elastic": told.elastic,
    }
    click.echo(json.dumps(summary, ensure_ascii=False))


def _variety(event: dict[str, Any]) -> tuple[int, int]:
    """Order events by how much their ledger has to tell: stances, then entries."""
    ledger = event.get("ledger", ())
    return len({entry["stance"] for entry in ledger}), len(ledger)


def _end_orderly(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
