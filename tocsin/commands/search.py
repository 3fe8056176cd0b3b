"""`tocsin search`: what an analyst asks in the terminal, answered from Elasticsearch."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, get_args

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sinks.elastic.indices import read_alias
from sinks.elastic.question import (
    SORTS,
    Question,
    QuestionError,
    Sort,
    build_request,
    check_kind,
    parse_point,
    parse_time,
)
from sinks.elastic.results import COLUMNS, describe_ledger
from sinks.elastic.server import Server
from sinks.elastic.shapes import ShapeName
from streams.records import Point, Status
from streams.settings import ElasticSettings
from tocsin.config import load

_WIDE = 130
"""Columns of a terminal that can show every fact in a column of its own."""


@click.command()
@click.argument("words", nargs=-1)
@click.option("--articles", "shape", flag_value="articles", help="Search articles.")
@click.option("--mentions", "shape", flag_value="mentions", help="Search mentions.")
@click.option(
    "--events", "shape", flag_value="events", default=True, help="Search events (default)."
)
@click.option("--alerts", "shape", flag_value="alerts", help="Search alerts.")
@click.option("--deadletters", "shape", flag_value="deadletters", help="Search dead letters.")
@click.option("--feeds", "shape", flag_value="feeds", help="Search feeds and their health.")
@click.option(
    "--kind", "kinds", multiple=True, help="Kind, group or code in any coding; repeatable."
)
@click.option("--since", help="A day, a time, or 24h, 7d, 2w, today, yesterday.")
@click.option("--until", help="The same; a day counts to its end.")
@click.option(
    "--near", help="LAT,LON, or a place: as the news has it, else the largest of that name."
)
@click.option("--within", default="50km", show_default=True, help="Distance from --near.")
@click.option(
    "--country", "countries", multiple=True, help="Name or ISO 3166-1 code, e.g. UA; repeatable."
)
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice(get_args(Status)),
    help="Status of the event; repeatable.",
)
@click.option("--id", "ids", multiple=True, help="Id of a record; repeatable.")
@click.option("--sort", type=click.Choice(SORTS), help="Default: relevance for words, else newest.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--ledger", is_flag=True, help="Show who says what, under each event.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def search(  # noqa: PLR0913 - each is an option
    *,
    words: tuple[str, ...],
    shape: ShapeName,
    kinds: tuple[str, ...],
    since: str | None,
    until: str | None,
    near: str | None,
    within: str,
    countries: tuple[str, ...],
    statuses: tuple[str, ...],
    ids: tuple[str, ...],
    sort: Sort | None,
    limit: int,
    ledger: bool,
    as_json: bool,
) -> None:
    r"""Find events by words, kind, time and place; or any other record.

    \b
    tocsin search "missile kryvyi rih" --since 7d --status contested
    tocsin search '"kryvyi rih"' --kind attack --sort toll --ledger
    """
    elastic = load((ElasticSettings,))[ElasticSettings]
    now = dt.datetime.now(dt.UTC)
    server = Server.connect(elastic)
    try:
        question = Question(
            shape=shape,
            words=" ".join(words),
            ids=ids,
            kinds=tuple(check_kind(kind) for kind in kinds),
            since=parse_time(since, now) if since is not None else None,
            until=parse_time(until, now, end=True) if until is not None else None,
            near=_find_point(server, elastic.index_prefix, near) if near is not None else None,
            within_km=_parse_distance(within),
            countries=tuple(map(_find_country, countries)),
            statuses=statuses,
            sort=sort,
            limit=limit,
        )
        answer = server.search(read_alias(elastic.index_prefix, shape), build_request(question))
    finally:
        server.close()
    if as_json:
        for hit in answer["hits"]["hits"]:
            click.echo(json.dumps(hit["_source"], ensure_ascii=False))
        return
    _show(answer["hits"], question, ledger=ledger)


def _show(hits: dict[str, Any], question: Question, *, ledger: bool) -> None:
    console = Console()
    columns = COLUMNS[question.shape]
    first, *middle, last = columns
    # on a narrow terminal the facts stand below each other, so that the title keeps its room
    narrow = console.width < _WIDE
    table = Table(*((first, "what", last) if narrow else columns), show_lines=narrow)
    total, found = hits["total"]["value"], hits["hits"]
    for hit in found:
        cells = {name: tell(hit["_source"]) for name, tell in columns.items()}
        facts = [cells[name] for name in middle]
        shown = ["\n".join(fact for fact in facts if fact)] if narrow else facts
        text = Text(cells[last])
        if ledger:
            for line in describe_ledger(hit["_source"]):
                text.append(f"\n{line}", style="dim")
        table.add_row(Text(cells[first]), *(Text(fact) for fact in shown), text)
    if found:
        console.print(table)
    console.print(f"{len(found)} of {total:,} {question.shape}.")


def _find_point(server: Server, prefix: str, near: str) -> Point:
    """Read a point, or find the point that events of the news give a place of this name."""
    point = parse_point(near)
    if point is not None:
        return point
    name = {"match": {"geo.name.folded": {"query": near, "operator": "and"}}}
    body = {
        "size": 0,
        "query": {"bool": {"filter": [name, {"exists": {"field": "geo.location"}}]}},
        "aggs": {
            "places": {
                "geotile_grid": {"field": "geo.location", "precision": 12, "size": 1},
                "aggs": {"middle": {"geo_centroid": {"field": "geo.location"}}},
            }
        },
    }
    for shape in ("events", "mentions"):
        answer = server.search(read_alias(prefix, shape), body)
        for bucket in answer["aggregations"]["places"]["buckets"]:
            return Point(**bucket["middle"]["location"])
    from streams.reading.where.gazetteer import load_gazetteer  # noqa: PLC0415 - only where needed

    known = [place for place in load_gazetteer().find(near) if place.lat is not None]
    if known:
        largest = max(known, key=lambda place: place.population)
        return Point.model_validate({"lat": largest.lat, "lon": largest.lon})
    raise QuestionError(f"--near {near}", "no place of that name is known", "--near LAT,LON")


def _find_country(name: str) -> str:
    """Read an ISO code, or find the code of a country's English name."""
    if len(name) == 2:
        return name.upper()
    from streams.reading.where.places import fold, load_countries  # noqa: PLC0415 - only where needed

    for place in load_countries().get(fold(name), ()):
        if place.country:
            return place.country
    raise QuestionError(f"--country {name}", "no country of that name is known", "--country UA")


def _parse_distance(text: str) -> float:
    number = text.strip().lower().removesuffix("km").strip()
    try:
        distance = float(number)
    except ValueError:
        distance = 0.0
    if not 0 < distance <= 20_000:
        raise QuestionError(f"--within {text}", "not a distance", "e.g. --within 25km")
    return distance
