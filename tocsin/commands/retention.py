"""`tocsin retention`: which months of documents are past their time, and with --apply their end."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from sinks.elastic.retention import Past, find_past, list_indices
from sinks.elastic.server import Server
from sinks.elastic.shapes import ShapeName
from sinks.settings import RetentionSettings
from streams.settings import ElasticSettings
from tocsin.config import load


@click.command()
@click.option("--apply", "apply_", is_flag=True, help="Drop them; without it nothing is changed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def retention(*, apply_: bool, as_json: bool) -> None:
    """Show which indices are past their time, and drop them with --apply.

    How long each sort of document is kept: TOCSIN_RETENTION_ARTICLES and its sisters, in days.
    """
    settings = load((ElasticSettings, RetentionSettings))
    kept = settings[RetentionSettings]
    days: dict[ShapeName, int | None] = {
        "articles": kept.articles,
        "mentions": kept.mentions,
        "events": kept.events,
        "alerts": kept.alerts,
        "deadletters": kept.deadletters,
        "feeds": kept.feeds,
    }
    server = Server.connect(settings[ElasticSettings])
    try:
        prefix = settings[ElasticSettings].index_prefix
        today = dt.datetime.now(dt.UTC).date()
        judged = find_past(list_indices(server, prefix), prefix, days, today)
        if apply_:
            for past in judged:
                if past.drop:
                    server.delete_index(past.index)
    finally:
        server.close()
    _show(judged, applied=apply_, as_json=as_json)


def _show(judged: list[Past], *, applied: bool, as_json: bool) -> None:
    verdict = "dropped" if applied else "would be dropped"
    if as_json:
        for past in judged:
            line = asdict(past) | {"dropped": past.drop and applied}
            click.echo(json.dumps(line, default=str))
        return
    table = Table("index", "documents", "kept until", "")
    for past in judged:
        until = str(past.kept_until) if past.kept_until else "for ever"
        table.add_row(past.index, f"{past.documents:,}", until, verdict if past.drop else "")
    console = Console()
    console.print(table)
    number = sum(past.drop for past in judged)
    console.print(f"{number} of {len(judged)} indices {verdict}.")
    if number and not applied:
        console.print("Nothing was changed; `tocsin retention --apply` drops them.")
