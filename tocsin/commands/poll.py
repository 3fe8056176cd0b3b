"""`tocsin poll`: the configured feeds in, articles on `tocsin.articles` out."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click
from prometheus_client import start_http_server
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from producers.feedlist import FeedList, read_feeds
from producers.learning import Visit
from producers.poll import Poller
from producers.publish import KafkaPublisher
from producers.settings import PollSettings
from streams.errors import SettingsError, UnreachableError
from streams.logs import get_log, set_up_logs
from streams.settings import KafkaSettings, LogSettings
from streams.topics import ARTICLES, DEADLETTERS, FEEDS
from tocsin.config import load

_RELOAD_EVERY = 15.0


@click.command()
@click.option("--once", is_flag=True, help="Visit every feed once and end.")
@click.option("--due", is_flag=True, help="With --once: only the feeds that are due.")
@click.option(
    "--feeds",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Files of feeds, TOML or OPML, instead of the configured ones.",
)
@click.option("--config", type=click.Path(path_type=Path), help="The TOML file of settings.")
@click.option("--json", "as_json", is_flag=True, help="With --once: one JSON object a feed.")
def poll(
    *, once: bool, due: bool, files: tuple[Path, ...], config: Path | None, as_json: bool
) -> None:
    """Poll the configured feeds and send their articles to Kafka.

    Runs until it is stopped, each feed at its own pace. With --once it visits every feed once, waits
    until Kafka has acknowledged the articles, and ends with 1 when a feed failed.
    """
    settings = load([PollSettings, KafkaSettings, LogSettings], config)
    given = settings[PollSettings]
    if files:
        given = given.model_copy(update={"feeds": files})
    found = read_configured(given)
    if once:
        # the table says what a log would; stdout is the result's
        set_up_logs(LogSettings(level="error"), sys.stderr)
        visits = asyncio.run(
            _poll_once(
                given, settings[KafkaSettings], found, as_json=as_json, due=due, others=bool(files)
            )
        )
        raise SystemExit(1 if found.problems or any(visit.failed for visit in visits) else 0)
    set_up_logs(settings[LogSettings])
    if given.metrics_port:
        start_http_server(given.metrics_port, addr="127.0.0.1")
    asyncio.run(_poll_on(given, settings[KafkaSettings], found, others=bool(files)))


def read_configured(settings: PollSettings) -> FeedList:
    """Read the configured files of feeds, or say what is missing."""
    found = read_feeds(settings.feeds)
    for problem in found.problems:
        click.echo(f"tocsin: {problem}", err=True)
    if not found.feeds:
        raise SettingsError(
            ("no feeds: add one with `tocsin feeds add URL`, or set TOCSIN_POLL_FEEDS",)
        )
    return found


async def _poll_once(
    settings: PollSettings,
    kafka: KafkaSettings,
    found: FeedList,
    *,
    as_json: bool,
    due: bool,
    others: bool,
) -> list[Visit]:
    """Visit every feed once; `others` are feeds given instead of the configured ones, which stay."""
    publisher = KafkaPublisher(kafka)
    try:
        await publisher.connect(ARTICLES.name, DEADLETTERS.name, FEEDS.name)
        async with Poller(settings, found.feeds, publisher) as poller:
            if not others:
                poller.tell_removed()
            console = Console(stderr=True)
            with Progress(
                TextColumn("polling"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=console,
                disable=as_json or not console.is_terminal,
            ) as progress:
                bar = progress.add_task("", total=len(found.feeds))
                visits = await poller.run_once(lambda _: progress.advance(bar), only_due=due)
    finally:
        await publisher.close()
    if as_json:
        for visit in visits:
            click.echo(json.dumps(asdict(visit), ensure_ascii=False))
    else:
        show_visits(visits)
    return visits


def show_visits(visits: list[Visit], *, total: bool = True) -> None:
    """Show what visits came to as a table, and in `total`."""
    console = Console()
    table = Table("outcome", "items", "new", "changed", "pages", "feed, detail", box=None)
    for visit in sorted(visits, key=lambda visit: (not visit.failed, visit.feed)):
        style = "red" if visit.failed else None
        counts = (visit.items, visit.new, visit.changed, visit.pages)
        said = visit.detail or "; ".join(visit.notes)
        table.add_row(
            visit.outcome,
            *(str(count or "") for count in counts),
            escape(f"{visit.feed}\n  {said}" if said else visit.feed),
            style=style,
        )
    console.print(table)
    if not total:
        return
    articles = sum(visit.new + visit.changed + visit.withdrawn for visit in visits)
    failed = sum(visit.failed for visit in visits)
    console.print(f"{len(visits)} feeds, {articles} articles sent, {failed} feeds failed")


async def _poll_on(
    settings: PollSettings, kafka: KafkaSettings, found: FeedList, *, others: bool
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log = get_log("poll")
    publisher = KafkaPublisher(kafka)
    try:
        await publisher.connect()
    except UnreachableError as error:
        # a service waits for its broker; nothing is lost meanwhile
        log.warning("kafka was unreachable", error=str(error), next_step=error.hint)
    try:
        async with Poller(settings, found.feeds, publisher) as poller:
            if not others:
                poller.tell_removed()
            log.info("polling was started", feeds=len(found.feeds))
            await poller.run(stop, _build_reload(settings, poller))
    finally:
        await publisher.close()
    log.info("polling was stopped")


def _build_reload(settings: PollSettings, poller: Poller) -> Callable[[], None]:
    """Build what looks, now and then, whether the files of feeds changed, and takes them then."""
    seen = [_stamp(settings), time.monotonic()]

    def reload() -> None:
        if time.monotonic() - float(str(seen[1])) < _RELOAD_EVERY:
            return
        seen[1] = time.monotonic()
        stamp = _stamp(settings)
        if stamp == seen[0]:
            return
        seen[0] = stamp
        found = read_feeds(settings.feeds)
        log = get_log("poll")
        for problem in found.problems:
            log.warning("feeds file had a problem", problem=problem)
        if found.feeds:
            poller.set_feeds(found.feeds)
            log.info("feeds were read again", feeds=len(found.feeds))

    return reload


def _stamp(settings: PollSettings) -> tuple[float, ...]:
    return tuple(path.stat().st_mtime if path.exists() else 0.0 for path in settings.feeds)
