"""`tocsin feeds`: the health of the configured feeds, and lists and files of feeds in and out."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from producers.articles import Source, build_article
from producers.discover import Found, NothingFound, discover_feeds
from producers.feedlist import Feed, FeedList, add_feeds, read_feeds, to_feed, to_outline
from producers.fetch import Fetcher, Limits
from producers.health import describe_health
from producers.hosts import Hosts
from producers.items import Item, NotAFeed, ParsedFeed
from producers.learning import Visit
from producers.memory import FeedState, Memory
from producers.novelty import judge_items
from producers.opml import parse_opml, write_opml
from producers.poll import Poller, build_user_agent, utc_now
from producers.publish import Letter
from producers.publishers import load_outlets
from producers.settings import PollSettings
from producers.text import cut_text
from producers.workers import WorkerFailure, Workers
from streams.errors import TocsinError
from streams.logs import set_up_logs
from streams.records import FeedHealth
from streams.settings import LogSettings
from tocsin.commands.poll import read_configured, show_visits
from tocsin.config import load

MAX_FILE = 50_000_000


class FeedError(TocsinError):
    """A file or address that is no feed, or a list that cannot be read."""

    what = "feed"


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed.")
@click.option("--config", type=click.Path(path_type=Path), help="The TOML file of settings.")
@click.pass_context
def feeds(ctx: click.Context, *, as_json: bool, config: Path | None) -> None:
    """Show how each feed is doing: last success, next poll, pace, errors and silence.

    Ends with 1 when a feed is failing, gone or silent.
    """
    set_up_logs(LogSettings(level="error"), sys.stderr)
    ctx.obj = config
    if ctx.invoked_subcommand is not None:
        return
    settings = load([PollSettings], config)[PollSettings]
    found = read_configured(settings)
    states: dict[str, FeedState] = {}
    if settings.state_file.exists():
        memory = Memory(settings.state_file)
        states = {state.feed: state for state in memory.load_states()}
        memory.close()
    now = utc_now()
    lines = [
        describe_health(feed, states.get(feed.url), now, load_outlets()) for feed in found.feeds
    ]
    if as_json:
        for line in lines:
            click.echo(line.model_dump_json(exclude_none=True))
    else:
        _show_health(lines, now)
    ill = sum(line.health in {"failing", "gone", "silent"} for line in lines)
    raise SystemExit(1 if ill or found.problems else 0)


@feeds.command()
@click.argument("url")
@click.option("--to", type=click.Path(path_type=Path), help="The TOML file to add to.")
@click.option("--all", "every", is_flag=True, help="Add every feed that the page names.")
@click.option("--dry-run", is_flag=True, help="Only show what was found.")
@click.pass_obj
def add(config: Path | None, *, url: str, to: Path | None, every: bool, dry_run: bool) -> None:
    """Find the feeds of a page (or take a feed's own address), and add the first to the list."""
    settings = load([PollSettings], config)[PollSettings]
    url = url if "://" in url else f"https://{url}"
    found = asyncio.run(_discover(url, settings))
    if isinstance(found, NothingFound):
        raise FeedError(url, found.reason, "give the address of the feed itself")
    chosen = found if every else found[:1]
    path = to or _find_toml(settings)
    for one in found:
        mark = "+" if one in chosen else " "
        newest = max((item.published for item in one.feed.items if item.published), default=None)
        click.echo(
            f"{mark} {one.url}  {one.feed.title or ''} ({one.feed.version}, "
            f"{len(one.feed.items)} items, newest {newest.date() if newest else 'undated'})"
        )
    if dry_run:
        return
    added = add_feeds(path, [Feed(url=one.url, title=one.feed.title) for one in chosen])
    click.echo(f"{added} added to {path}" if added else f"already in {path}")


@feeds.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed.")
@click.pass_obj
def check(config: Path | None, *, file: Path, as_json: bool) -> None:
    """Try every feed of a file (TOML or OPML) once, and show what is wrong. Sends nothing."""
    settings = load([PollSettings], config)[PollSettings]
    found = _read_file(file)
    trial = settings.model_copy(update={"state_file": Path(":memory:"), "full_text": False})
    visits = asyncio.run(_try_feeds(trial, found, quiet=as_json))
    if as_json:
        for visit in visits:
            click.echo(json.dumps(asdict(visit), ensure_ascii=False))
    else:
        wrong = [visit for visit in visits if visit.failed or visit.notes or not visit.items]
        if wrong:
            show_visits(wrong, total=False)
        failed = sum(visit.failed for visit in visits)
        click.echo(f"{len(visits)} feeds tried, {len(visits) - failed} work, {failed} do not")
    raise SystemExit(1 if found.problems or any(visit.failed for visit in visits) else 0)


@feeds.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--url", help="The address it was fetched from, for relative links.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an item.")
@click.pass_obj
def parse(config: Path | None, *, file: Path, url: str | None, as_json: bool) -> None:
    """Parse a saved feed (- for standard input) and print its items.

    Ends with 0 when it is a feed, with items or without, and with 2 when it is none.
    """
    settings = load([PollSettings], config)[PollSettings]
    body = _read_body(file)
    now = utc_now()
    parsed = asyncio.run(_parse(body, url or "", settings, now))
    if isinstance(parsed, NotAFeed):
        raise FeedError(str(file), parsed.reason)
    if isinstance(parsed, WorkerFailure):
        raise FeedError(str(file), f"it cannot be parsed: {parsed.detail}")
    feed_url = url or parsed.self_url or parsed.link or ""
    ids = judge_items(feed_url, parsed.items, ()).ids
    if as_json:
        source = Source(feed_url, parsed, now, first=True)
        for item, article in zip(parsed.items, ids, strict=True):
            click.echo(json.dumps(_describe_item(item, article, source), ensure_ascii=False))
        return
    console = Console()
    table = Table("published", "title", "link", box=None)
    for item in parsed.items:
        when = item.published.isoformat(" ", "minutes") if item.published else ""
        said = item.title or cut_text(item.summary, 80)
        table.add_row(when, escape(said), escape(item.url or item.guid or ""))
    if parsed.items:
        console.print(table)
    name = f"{parsed.title or 'untitled'} ({parsed.version})"
    console.print(f"{name}: {len(parsed.items) or 'no'} items", markup=False)
    for problem in parsed.problems:
        console.print(f"  {problem}", markup=False)


@feeds.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="The TOML file to add to.")
@click.pass_obj
def import_(config: Path | None, *, file: Path, to: Path | None) -> None:
    """Add the feeds of an OPML file to the list; ill-formed files are read as far as possible."""
    settings = load([PollSettings], config)[PollSettings]
    opml = parse_opml(_read_body(file))
    if not opml.outlines:
        raise FeedError(str(file), "; ".join(opml.problems), "is it an OPML file?")
    for problem in opml.problems:
        click.echo(f"{file}: {problem}", err=True)
    path = to or _find_toml(settings)
    added = add_feeds(path, [to_feed(outline) for outline in opml.outlines])
    click.echo(f"{len(opml.outlines)} feeds read, {added} added to {path}")


@feeds.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@click.pass_obj
def export(config: Path | None, *, file: Path) -> None:
    """Write the configured feeds as OPML 2.0 (- for standard output)."""
    settings = load([PollSettings], config)[PollSettings]
    raw = write_opml(to_outline(feed) for feed in read_configured(settings).feeds)
    if str(file) == "-":
        sys.stdout.buffer.write(raw)
    else:
        file.write_bytes(raw)


class _Nowhere:
    """A publisher for trials: it takes articles and drops them."""

    async def publish(self, letters: Sequence[Letter]) -> None:
        """Take letters."""

    async def close(self) -> None:
        """Release nothing."""


async def _try_feeds(settings: PollSettings, found: FeedList, *, quiet: bool) -> list[Visit]:
    console = Console(stderr=True)
    async with Poller(settings, found.feeds, _Nowhere()) as poller:
        with Progress(
            TextColumn("checking"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        ) as progress:
            bar = progress.add_task("", total=len(found.feeds))
            return await poller.run_once(lambda _: progress.advance(bar))


async def _discover(url: str, settings: PollSettings) -> list[Found] | NothingFound:
    fetcher = Fetcher(
        user_agent=build_user_agent(settings.contact),
        limits=Limits(total=settings.timeout, idle=settings.idle_timeout, bytes=settings.max_bytes),
        allow_private=settings.allow_private,
    )
    workers = Workers(1, seconds=settings.parse_timeout, memory=settings.parse_memory)
    try:
        return await discover_feeds(
            url,
            fetcher=fetcher,
            workers=workers,
            hosts=Hosts(per_host=settings.per_host, spacing=min(settings.host_spacing, 1.0)),
            now=utc_now(),
        )
    finally:
        await workers.close()
        await fetcher.close()


async def _parse(
    body: bytes, url: str, settings: PollSettings, now: dt.datetime
) -> ParsedFeed | NotAFeed | WorkerFailure:
    workers = Workers(1, seconds=max(settings.parse_timeout, 60.0), memory=settings.parse_memory)
    try:
        parsed = await workers.run("parse", body=body, url=url, now=now, content_type=None)
    finally:
        await workers.close()
    assert isinstance(parsed, ParsedFeed | NotAFeed | WorkerFailure)
    return parsed


def _describe_item(item: Item, article: str | None, source: Source) -> dict[str, object]:
    outlet = load_outlets().name(item.link or source.parsed.link, source.feed)
    built = build_article(item, article or "", source, outlet)
    described = built.model_dump(mode="json", exclude={"fetched", "backfill"})
    return described | {
        "id": article,
        "title": item.title,
        "date_problem": item.date_problem,
        "updated": item.updated.isoformat() if item.updated else None,
    }


def _show_health(lines: Sequence[FeedHealth], now: dt.datetime) -> None:
    colours = {"failing": "red", "gone": "red", "silent": "yellow", "new": "dim"}
    table = Table("health", "last success", "next", "pace", "articles", "feed", box=None)
    order = {"gone": 0, "failing": 1, "silent": 2}
    for line in sorted(lines, key=lambda line: (order.get(line.health, 3), line.feed)):
        said = [line.feed]
        if line.error:
            said.append(f"  {line.errors} failures: {line.error}")
        if line.address:
            said.append(f"  moved to {line.address}")
        if line.health == "silent" and line.last_new:
            said.append(f"  no new item for {_span((now - line.last_new).total_seconds())}")
        if line.overruns:
            said.append(f"  items were probably missed in {line.overruns} polls")
        table.add_row(
            line.health,
            f"{_span((now - line.last_success).total_seconds())} ago" if line.last_success else "",
            f"in {_span((line.next_at - now).total_seconds())}" if line.next_at else "",
            f"{_span(line.usual_gap)} an item" if line.usual_gap else "",
            str(line.articles or ""),
            escape("\n".join(said)),
            style=colours.get(line.health),
        )
    Console().print(table)


def _span(seconds: float) -> str:
    seconds = max(0.0, seconds)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _read_file(file: Path) -> FeedList:
    found = read_feeds([file])
    for problem in found.problems:
        click.echo(f"tocsin: {problem}", err=True)
    if not found.feeds:
        raise FeedError(str(file), "it lists no feeds", "give a TOML file with [[feed]], or OPML")
    return found


def _find_toml(settings: PollSettings) -> Path:
    return next((path for path in settings.feeds if path.suffix == ".toml"), Path("feeds.toml"))


def _read_body(file: Path) -> bytes:
    try:
        if str(file) == "-":
            body = sys.stdin.buffer.read(MAX_FILE + 1)
        else:
            with file.open("rb") as stream:
                body = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise FeedError(str(file), f"cannot be read: {os.strerror(error.errno or 0)}") from error
    if len(body) > MAX_FILE:
        raise FeedError(str(file), f"over {MAX_FILE} bytes")
    return body
