"""`tocsin deliveries`: the log of deliveries, one in full, replays, and endpoints that were disabled."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from sinks.webhooks.settings import WebhookSettings
from streams.errors import SettingsError
from tocsin.config import load

if TYPE_CHECKING:
    from sinks.webhooks.store import Delivery, DeliveryStore

STATES = click.Choice(["pending", "delivered", "dead", "skipped"])
_STYLES = {"pending": "yellow", "delivered": "green", "dead": "red", "skipped": "dim"}


def parse_time(value: str, now: float) -> float:
    """Read `2h`, `7d` (ago), or an ISO date or time, as seconds since 1970."""
    from streams.alerting.conditions import parse_span  # noqa: PLC0415 - only when asked

    try:
        span = parse_span(value)
    except ValueError:
        span = None
    if isinstance(span, dt.timedelta):
        return now - span.total_seconds()
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError as error:
        message = f"{value!r} is no time; write for example 2h, 7d or 2026-03-01T10:00Z"
        raise click.BadParameter(message) from error
    return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp()


class Moment(click.ParamType):
    """A moment as people write one."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Read the moment."""
        return value if isinstance(value, float) else parse_time(str(value), time.time())


@click.group(invoke_without_command=True)
@click.option("--endpoint", help="Only those of an endpoint.")
@click.option("--state", type=STATES, help="Only those in a state.")
@click.option("--alert", help="Only those of an alert.")
@click.option("--since", type=Moment(), help="Since 2h, 7d, or a date.")
@click.option("--until", type=Moment(), help="Until 2h (ago), or a date.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def deliveries(ctx: click.Context, /, as_json: bool, **filters: Any) -> None:  # noqa: FBT001
    """Show what was delivered where, newest first."""
    if ctx.invoked_subcommand is not None:
        return
    store = _open()
    found = store.list_deliveries(**filters)
    if as_json:
        for delivery in found:
            click.echo(json.dumps(_describe(delivery)))
        return
    table = Table(box=None)
    for column in ("when", "endpoint", "state", "tries", "status", "title and alert"):
        # an id that is broken over lines could not be copied
        table.add_column(column, overflow="fold", no_wrap=column == "when")
    for d in found:
        state = f"[{_STYLES[d.state]}]{d.state}[/]"
        status = str(d.status or d.note or "")[:30]
        when = _iso(d.created_at)[:16].replace("T", " ")
        title = f"{_escape(d)}\n[dim]{d.alert_id}[/]"
        table.add_row(when, d.endpoint, state, str(d.tries), status, title)
    Console().print(table if found else "No deliveries.")


@deliveries.command()
@click.argument("alert")
def show(alert: str) -> None:
    """Show every try of an alert, at every endpoint, as JSON."""
    store = _open()
    found = store.list_deliveries(alert=alert, limit=1_000)
    if not found:
        click.echo(f"no delivery of {alert}", err=True)
        raise SystemExit(1)
    for delivery in found:
        tries = [
            {"at": _iso(t.at), "seconds": round(t.seconds, 3), "status": t.status, "note": t.note}
            for t in store.list_tries(delivery.id)
        ]
        click.echo(json.dumps({**_describe(delivery), "log": tries}))


@deliveries.command()
@click.argument("alerts", nargs=-1)
@click.option("--endpoint", help="Only at this endpoint.")
@click.option("--state", type=STATES, help="Only those in a state, e.g. dead.")
@click.option("--since", type=Moment(), help="A span: since 2h, 7d, or a date.")
@click.option("--until", type=Moment(), help="Until 2h (ago), or a date.")
def replay(
    alerts: tuple[str, ...], since: float | None, until: float | None, **filters: Any
) -> None:
    """Send again: the alerts named, or those of a span. They keep their ids."""
    if not alerts and since is None:
        raise click.UsageError("name alerts, or a span with --since")
    store = _open()
    found: list[Delivery] = []
    for alert in alerts or (None,):
        found += store.list_deliveries(
            alert=alert, since=since, until=until, limit=100_000, **filters
        )
    count = store.replay([d.id for d in found if d.state != "pending"], time.time())
    click.echo(f"{count} deliveries are on the schedule again.")
    if not count:
        raise SystemExit(1)


@deliveries.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def endpoints(as_json: bool) -> None:  # noqa: FBT001
    """Show how each endpoint stands."""
    store = _open()
    counts = store.count_states()
    names = sorted({name for name, _ in counts})
    table = Table("endpoint", "standing", "pending", "delivered", "dead", "skipped", box=None)
    for name in names:
        standing = store.get_standing(name)
        state = "disabled" if standing.disabled_at else "failing" if standing.failures else "well"
        numbers = [counts.get((name, s), 0) for s in ("pending", "delivered", "dead", "skipped")]
        if as_json:
            keys = ("pending", "delivered", "dead", "skipped")
            facts = {"endpoint": name, "standing": state, "why": standing.disabled_why}
            click.echo(json.dumps({**facts, **dict(zip(keys, numbers, strict=True))}))
        table.add_row(name, state, *map(str, numbers))
    if not as_json:
        Console().print(table if names else "No deliveries.")


@deliveries.command()
@click.argument("name")
def enable(name: str) -> None:
    """Enable an endpoint that was disabled."""
    if not _open().enable(name):
        click.echo(f"{name} is not disabled", err=True)
        raise SystemExit(1)
    click.echo(
        f"{name} is enabled; `tocsin deliveries replay --endpoint {name} --since …` sends again."
    )


def _open() -> DeliveryStore:
    settings = load((WebhookSettings,))[WebhookSettings]

    from sinks.webhooks.store import STORE, DeliveryStore  # noqa: PLC0415

    path: Path = settings.data_dir / STORE
    if not path.exists():
        raise SettingsError(
            (f"{path}: there is no schedule yet; `tocsin sink webhooks` makes one",)
        )
    return DeliveryStore(path)


def _describe(delivery: Delivery) -> dict[str, Any]:
    return {
        "at": _iso(delivery.created_at),
        "endpoint": delivery.endpoint,
        "alert": delivery.alert_id,
        "thread": delivery.thread,
        "rule": delivery.rule,
        "kind": delivery.kind,
        "title": delivery.title,
        "state": delivery.state,
        "tries": delivery.tries,
        "status": delivery.status,
        "note": delivery.note,
        "next": _iso(delivery.next_at) if delivery.state == "pending" else None,
        "settled": _iso(delivery.settled_at) if delivery.settled_at else None,
    }


def _escape(delivery: Delivery) -> str:
    from rich.markup import escape  # noqa: PLC0415

    word = "" if delivery.kind == "Alert" else f"{delivery.kind}: "
    return escape(f"{word}{delivery.title}")


def _iso(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
