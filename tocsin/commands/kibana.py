"""`tocsin kibana import|export|check`: the dashboards, into Kibana, into a file, and put to the proof."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from sinks.elastic.question import QuestionError, parse_time
from sinks.elastic.server import Server
from sinks.kibana.api import import_objects
from sinks.kibana.check import check_answers, check_shape, read_ndjson
from sinks.kibana.objects import build_objects, view_indices, write_ndjson
from sinks.kibana.requests import Window, build_requests
from sinks.settings import KibanaSettings
from streams.settings import ElasticSettings
from tocsin.config import load


@click.group()
def kibana() -> None:
    """Bring the dashboards to Kibana, and check that their panels have something to show."""


@kibana.command("import")
def import_() -> None:
    """Import data views, searches, map and dashboards; safe to repeat. Kibana 8.19 or 9."""
    settings = load((KibanaSettings, ElasticSettings))
    objects = build_objects(settings[ElasticSettings].index_prefix)
    done = import_objects(settings[KibanaSettings], write_ndjson(objects))
    for error in done.errors:
        click.echo(f"not imported: {error}", err=True)
    click.echo(f"{done.count} of {len(objects)} saved objects imported.")
    if done.errors or done.count < len(objects):
        raise SystemExit(1)


@kibana.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export(file: Path | None) -> None:
    """Write the saved objects as NDJSON, to FILE or to the terminal, for an import by hand.

    In Kibana: Stack Management, Saved Objects, Import.
    """
    text = write_ndjson(build_objects(load((ElasticSettings,))[ElasticSettings].index_prefix))
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise QuestionError(str(file), f"cannot be written: {error.strerror}") from error
    click.echo(f"{len(text.splitlines())} saved objects in {file}.")


@kibana.command()
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="NDJSON."
)
@click.option("--since", help="Start of the time range; default: the oldest document.")
@click.option("--until", help="End of the time range; default: the newest document.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def check(*, file: Path | None, since: str | None, until: str | None, as_json: bool) -> None:
    """Send every panel's search to Elasticsearch, and tell which would stay empty or fail.

    No Kibana is needed. The shape of the saved objects is checked as well.
    """
    elastic = load((ElasticSettings,))[ElasticSettings]
    prefix = elastic.index_prefix
    objects = read_ndjson(file.read_text("utf-8", "replace")) if file else build_objects(prefix)
    found = [(problem.where, [problem.why]) for problem in check_shape(objects)]
    server = Server.connect(elastic)
    try:
        window = _find_window(server, prefix, since, until)
        if not found:
            found = [
                (r.where, w) for r, w in check_answers(server, build_requests(objects, window))
            ]
    finally:
        server.close()
    _show(found, as_json=as_json)
    if any(wrong for _, wrong in found):
        raise SystemExit(1)


def _find_window(server: Server, prefix: str, since: str | None, until: str | None) -> Window:
    now = dt.datetime.now(dt.UTC)
    body = {
        "size": 0,
        "aggs": {
            f"{end}.{number}": {end: {"field": path}}
            for end in ("min", "max")
            for number, path in enumerate(("@timestamp", "event.ingested", "fetched"))
        },
    }
    found = server.search(view_indices("arrivals", prefix), body).get("aggregations", {})
    times = [
        dt.datetime.fromtimestamp(agg["value"] / 1000, dt.UTC)
        for agg in found.values()
        if agg["value"] is not None
    ]
    start = parse_time(since, now) if since else min(times, default=now - dt.timedelta(days=7))
    end = parse_time(until, now, end=True) if until else max(times, default=now)
    return Window(start, end + dt.timedelta(seconds=1))


def _show(found: list[tuple[str, list[str]]], *, as_json: bool) -> None:
    if as_json:
        for where, wrong in found:
            click.echo(json.dumps({"panel": where, "fine": not wrong, "problems": wrong}))
        return
    table = Table("panel", "")
    for where, wrong in found:
        table.add_row(where, "\n".join(wrong) or "fine")
    console = Console()
    console.print(table)
    bad = sum(bool(wrong) for _, wrong in found)
    console.print(f"{len(found) - bad} of {len(found)} panels and controls are fine.")
