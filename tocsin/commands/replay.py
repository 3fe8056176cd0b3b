"""`tocsin replay`: the articles in Kafka and the code at hand in, what would change out."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import asdict

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from streams.errors import TocsinError, WireError
from streams.records import Article, Event, decode
from streams.settings import KafkaSettings
from streams.topics import ARTICLES, EVENTS
from tocsin.clustering import merge_all, read_all
from tocsin.config import load
from tocsin.inputs import parse_instant
from tocsin.replay import SORTS, Difference, compare_events
from tocsin.topic import read_topic

LISTED = 40
"""Differences that the table shows; --json gives all."""


class ReplayError(TocsinError):
    """A replay that has nothing to read."""

    what = "nothing to replay"


@click.command()
@click.option("--from", "start", required=True, help="First fetch to read again: a day or a time.")
@click.option(
    "--dry-run",
    is_flag=True,
    expose_value=False,
    help="Said for clarity: it only ever shows, and writes nothing.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One difference a line.")
def replay(*, start: str, jobs: int, as_json: bool) -> None:
    """Read the articles in Kafka again and show what would change; nothing is written.

    Exit code 1 when anything would change. No alert rings: the events stay in this process.
    """
    since, _ = parse_instant(start)
    kafka = load((KafkaSettings,))[KafkaSettings]
    articles = _load_articles(kafka, since)
    if not articles:
        raise ReplayError(ARTICLES.name, f"no article was fetched since {since:%Y-%m-%d %H:%M}")
    read = track(
        read_all(articles, jobs), "reading", total=len(articles), console=Console(stderr=True)
    )
    merge = merge_all(read)
    ids = {article.id for article in articles}
    standing = [event for event in _load_events(kafka) if ids.issuperset(event.article_ids)]
    found = compare_events(standing, merge.list_events())
    if as_json:
        for one in found:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
    else:
        _show(found, len(articles), len(standing))
    raise SystemExit(1 if found else 0)


def _load_articles(kafka: KafkaSettings, since: dt.datetime) -> list[Article]:
    """Load the versions fetched since then, in the order of their fetching."""
    found = []
    for message in read_topic(kafka, ARTICLES.name):
        try:
            article = decode(Article, message.value)
        except WireError:
            continue  # the reader has put it on the dead letters
        if article.fetched >= since:
            found.append(article)
    return sorted(found, key=lambda article: (article.fetched, article.id))


def _load_events(kafka: KafkaSettings) -> list[Event]:
    """Load the last revision of every event."""
    latest: dict[str, Event] = {}
    for message in read_topic(kafka, EVENTS.name):
        try:
            event = decode(Event, message.value)
        except WireError:
            continue  # written by another version; there is nothing to compare
        known = latest.get(event.id)
        if known is None or event.revision >= known.revision:
            latest[event.id] = event
    return list(latest.values())


def _show(found: list[Difference], articles: int, standing: int) -> None:
    console = Console()
    counts = Counter(one.sort for one in found)
    told = ", ".join(f"{sort} {counts[sort]}" for sort in SORTS if counts[sort]) or "nothing"
    console.print(f"{articles} articles, {standing} events compared. Would change: {told}")
    if not found:
        return
    table = Table(*("what", "event", "is", "would be"))
    for one in found[:LISTED]:
        table.add_row(one.sort, one.title, one.was or "", one.becomes or "")
    console.print(table)
    if len(found) > LISTED:
        console.print(f"and {len(found) - LISTED} more: --json shows all")
