"""`tocsin event`: an event's id in, its ledger as a page in the terminal out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from sinks.elastic.indices import read_alias
from sinks.elastic.question import Question, build_request
from sinks.elastic.server import RefusedError, Server
from streams.errors import TocsinError
from streams.lexicon.ontology import get_kind
from streams.settings import ElasticSettings
from tocsin.config import load

Fields = Mapping[str, Any]

COLOURS = {
    "confirmed": "bold green",
    "corroborated": "green",
    "claimed": "yellow",
    "contested": "bold red",
    "withdrawn": "dim strike",
}


class EventError(TocsinError):
    """An event that is not there."""

    what = "no such event"


@click.command()
@click.argument("event_id", metavar="ID")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Look in a file of `tocsin cluster --events` instead of Elasticsearch.",
)
@click.option("--json", "as_json", is_flag=True, help="The event as one JSON object.")
@click.option("--why", is_flag=True, help="Show why each mention is in the event.")
def event(*, event_id: str, file: Path | None, as_json: bool, why: bool) -> None:
    """Show who says what about the event ID (or the start of an id, with --file)."""
    fields = _find_in_file(file, event_id) if file else _find_in_elastic(event_id)
    if as_json:
        click.echo(json.dumps(fields, ensure_ascii=False))
        return
    Console().print(build_page(fields, why=why))


def build_page(fields: Fields, *, why: bool = False) -> Group:
    """Lay an event out: what, when and where; the numbers with whose they are; the ledger."""
    parts: list[Any] = [_build_head(fields)]
    if fields.get("tolls"):
        parts.append(_build_tolls(fields["tolls"]))
    if fields.get("ledger"):
        parts.append(_build_ledger(fields["ledger"]))
    if why and fields.get("links"):
        parts.append(_build_links(fields["links"]))
    return Group(*parts)


def _find_in_file(file: Path, event_id: str) -> Fields:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        try:
            fields = json.loads(line)
        except json.JSONDecodeError as error:
            raise EventError(event_id, f"{file}:{number} is not JSON") from error
        if str(fields.get("id", "")).startswith(event_id):
            found: Fields = fields
            return found
    raise EventError(event_id, f"not in {file}", "tocsin cluster FILE --events > events.jsonl")


def _find_in_elastic(event_id: str) -> Fields:
    elastic = load((ElasticSettings,))[ElasticSettings]
    server = Server.connect(elastic)
    try:
        alias = read_alias(elastic.index_prefix, "events")
        answer = server.search(alias, build_request(Question(shape="events", ids=(event_id,))))
    except RefusedError as error:
        if error.status == 404:
            raise EventError(event_id, "there is no index of events yet", "tocsin setup") from error
        raise
    finally:
        server.close()
    hits = answer["hits"]["hits"]
    if not hits:
        raise EventError(event_id, "not in Elasticsearch", "tocsin search WORDS --json shows ids")
    source: Fields = hits[0]["_source"]
    return source


def _build_head(fields: Fields) -> Text:
    status = str(fields.get("status"))
    text = Text(str(fields.get("title", "")), style="bold")
    text.append(f"\n{get_kind(str(fields.get('kind'))).label}", style="cyan")
    text.append(f" · {_describe_when(fields)} · {_describe_where(fields)} · ")
    text.append(status, style=COLOURS.get(status, ""))
    publishers = fields.get("publishers") or ()
    text.append(f"\n{len(publishers)} outlets, {fields.get('voices')} independent voices: ")
    text.append(", ".join(publishers), style="dim")
    text.append(f"\n{fields.get('id')} revision {fields.get('revision')}", style="dim")
    for name, says in (
        ("superseded_by", "is part of"),
        ("split_from", "was split from"),
        ("story", "story"),
    ):
        if fields.get(name):
            text.append(f"\n{says} {fields[name]}", style="dim")
    for other in fields.get("supersedes") or ():
        text.append(f"\ntakes in {other}", style="dim")
    return text


def _describe_when(fields: Fields) -> str:
    when = fields.get("when") or {}
    date = str(when.get("date") or "day unknown")
    precision = when.get("precision")
    return date if precision in ("day", "hour", "before", None) else f"{date} ({precision})"


def _describe_where(fields: Fields) -> str:
    geo, where = fields.get("geo") or {}, fields.get("where") or {}
    names = (
        geo.get("name") or where.get("name"),
        geo.get("region_name") or where.get("admin1"),
        geo.get("country_iso_code") or where.get("country"),
    )
    return ", ".join(dict.fromkeys(name for name in names if name)) or "place unknown"


def _build_tolls(tolls: list[Fields]) -> Table:
    table = Table(title="numbers", title_justify="left")
    for heading in ("", "low", "best", "high", "voices"):
        table.add_column(heading, overflow="fold")
    for toll in tolls:
        ends = [_describe_end(toll, end) for end in ("low", "best", "high")]
        unit = toll.get("unit")
        name = str(toll["measure"]) + (f" ({unit})" if unit and unit != "people" else "")
        table.add_row(name, *ends, str(toll.get("voices", "")))
    return table


def _describe_end(toll: Fields, end: str) -> str:
    value, by = toll.get(end), toll.get(f"{end}_by")
    if value is None:
        return "unknown"
    return f"{value:,.10g}" + (f"\n{by}" if by else "")


def _build_ledger(ledger: list[Fields]) -> Table:
    table = Table(title="who says what", title_justify="left", show_lines=True)
    for heading in ("when", "who", "says", "voice", "in"):
        table.add_column(heading, overflow="fold")
    for entry in ledger:
        numbers = ", ".join(number["text"] for number in entry.get("numbers") or ())
        stance = str(entry["stance"]).replace("_", " ")
        said = stance + (f" {entry['of']}" if entry.get("of") else "")
        said += f" ({numbers})" if numbers else ""
        told = Text(str(entry.get("publisher", "")))
        told.append(f"\n{entry.get('sentence', '')}", style="dim")
        at = str(entry.get("at", ""))[:16].replace("T", " ")
        table.add_row(at, str(entry["claimant"]), said, str(entry.get("voice", "")), told)
    return table


def _build_links(links: list[Fields]) -> Table:
    table = Table(title="why each mention is here", title_justify="left")
    for heading in ("mention", "likelihood", "parts (log-odds)"):
        table.add_column(heading, overflow="fold")
    for link in links:
        parts = ", ".join(f"{name} {value:+.2f}" for name, value in (link["parts"] or {}).items())
        table.add_row(str(link["mention_id"])[:14], f"{link['score']:.2f}", parts)
    return table
