"""`tocsin replay`: the articles in Kafka and the code at hand in, what would change out; or it is made so.

The replay is made in this process and written to side indices (`sinks.elastic.side`), to which the
aliases move in one step.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from sinks.elastic.documents import build_document
from sinks.elastic.server import Server
from sinks.elastic.side import Part, build_side, switch_to
from streams.errors import TocsinError
from streams.logs import set_up_logs
from streams.records import Article, Event, Mention
from streams.settings import ElasticSettings, KafkaSettings, LogSettings
from streams.topics import ARTICLES, EVENTS, MENTIONS
from tocsin.clustering import merge_all, read_all
from tocsin.config import load
from tocsin.inputs import parse_instant
from tocsin.replay import (
    SORTS,
    Adoption,
    Difference,
    adopt_events,
    compare_events,
    find_touched,
)
from tocsin.topic import read_records

APPLY_HELP = "Only show, or write side indices and move the aliases to them."
LISTED = 40
"""Differences that the table shows; --json gives all."""


class ReplayError(TocsinError):
    """A replay that has nothing to read."""

    what = "nothing to replay"


@click.command()
@click.option("--from", "start", required=True, help="First fetch to read again: a day or a time.")
@click.option("--dry-run/--apply", "dry_run", default=True, show_default=True, help=APPLY_HELP)
@click.option("--keep-old", is_flag=True, help="With --apply: leave the replaced indices there.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One difference a line.")
def replay(*, start: str, dry_run: bool, keep_old: bool, jobs: int, as_json: bool) -> None:
    """Read the articles in Kafka again, show what would change, and with --apply make it so.

    An event is read again with all of its articles, also those before --from. Nothing is written to
    Kafka: no alert rings. Exit code 1 when a dry run finds that anything would change.
    """
    since, _ = parse_instant(start)
    # stdout is the result's
    set_up_logs(LogSettings(level="error"), sys.stderr)
    settings = load((KafkaSettings, ElasticSettings))
    kafka = settings[KafkaSettings]
    before = _load_events(kafka)
    articles = _load_articles(kafka, since, before)
    if not articles:
        raise ReplayError(ARTICLES.name, f"no article was fetched since {since:%Y-%m-%d %H:%M}")
    console = Console(stderr=True)
    read = list(track(read_all(articles, jobs), "reading", total=len(articles), console=console))
    after = merge_all(track(read, "merging", console=console)).list_events()
    ids = {article.id for article in articles}
    standing = [event for event in before if ids.issuperset(event.article_ids)]
    found = compare_events(standing, after)
    if as_json:
        for one in found:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
    else:
        _show(found, len(articles), len(standing), "Would change" if dry_run else "Changes")
    if dry_run:
        raise SystemExit(1 if found else 0)
    mentions = {mention.id: mention for _, told in read for mention in told}
    applied = _apply(
        settings[ElasticSettings],
        adopt_events(standing, after),
        list(mentions.values()),
        _load_mentions(kafka, ids),
        keep_old=keep_old,
    )
    click.echo(json.dumps(applied) if as_json else _tell(applied))


def _apply(
    settings: ElasticSettings,
    adoption: Adoption,
    mentions: Sequence[Mention],
    told: Mapping[str, int],
    *,
    keep_old: bool,
) -> dict[str, Any]:
    """Fill the side indices and move the aliases to them; what was done, in numbers and names."""
    now = dt.datetime.now(dt.UTC)
    parts = [
        Part("events", [build_document(one, now) for one in adoption.events], adoption.replaced),
        Part("mentions", [build_document(one, now) for one in mentions], told),
    ]
    server = Server.connect(settings)
    try:
        side = build_side(server, settings.index_prefix, parts, int(now.timestamp()))
        left = switch_to(side, keep_old=keep_old)
    finally:
        server.close()
    return {
        "sort": "applied",
        "indices": [str(new) for _, new, _ in side.pairs],
        "written": side.written,
        "copied": side.copied,
        "left": left,
    }


def _tell(applied: Mapping[str, Any]) -> str:
    told = (
        f"applied: {applied['written']} documents made anew, {applied['copied']} copied; "
        f"the aliases read {', '.join(applied['indices']) or 'what they read before'}"
    )
    left = ", ".join(applied["left"])
    return f"{told}; left there: {left}" if left else told


def _load_articles(
    kafka: KafkaSettings, since: dt.datetime, events: Iterable[Event]
) -> list[Article]:
    """Load the versions fetched since then and all that share an event with them, by fetching."""
    # twice over the topic: the texts of all articles need not be in memory to know which are wanted
    late = {article.id for article in read_records(kafka, ARTICLES) if article.fetched >= since}
    ids = find_touched(events, late)
    found = [article for article in read_records(kafka, ARTICLES) if article.id in ids]
    return sorted(found, key=lambda article: (article.fetched, article.id))


def _load_events(kafka: KafkaSettings) -> list[Event]:
    """Load the last revision of every event."""
    latest: dict[str, Event] = {}
    for event in read_records(kafka, EVENTS):
        known = latest.get(event.id)
        if known is None or event.revision >= known.revision:
            latest[event.id] = event
    return list(latest.values())


def _load_mentions(kafka: KafkaSettings, articles: Container[str]) -> dict[str, int]:
    """Load the mentions of articles that were sent, each with the version of its document."""
    told: dict[str, int] = {}
    for mention in read_records(kafka, MENTIONS):
        if mention.article_id in articles:
            version = build_document(mention, mention.fetched).version
            told[mention.id] = max(version, told.get(mention.id, 0))
    return told


def _show(found: list[Difference], articles: int, standing: int, verb: str) -> None:
    console = Console()
    counts = Counter(one.sort for one in found)
    told = ", ".join(f"{sort} {counts[sort]}" for sort in SORTS if counts[sort]) or "nothing"
    console.print(f"{articles} articles, {standing} events compared. {verb}: {told}")
    if not found:
        return
    table = Table(*("what", "event", "is", "would be"))
    for one in found[:LISTED]:
        table.add_row(one.sort, one.title, one.was or "", one.becomes or "")
    console.print(table)
    if len(found) > LISTED:
        console.print(f"and {len(found) - LISTED} more: --json shows all")
