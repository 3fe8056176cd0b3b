"""`tocsin alerts`: try rules on past events, see what rang, and silence what should not."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from streams.errors import SettingsError, WireError
from streams.logs import set_up_logs
from streams.records import Alert, Event, decode
from streams.settings import KafkaSettings, LogSettings, WorkSettings
from streams.topics import ALERTS, EVENTS
from tocsin.commands.deliveries import Moment
from tocsin.config import load
from tocsin.files import replace_text

if TYPE_CHECKING:
    from streams.alerting.rules import Rules
    from streams.alerting.trial import Trial

_STYLES = {"Alert": "bold red", "Update": "yellow", "Cancel": "dim"}
FORMATS = click.Choice(["table", "json", "cap"])
EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def alerts() -> None:
    """Try rules on past events, see what rang, silence what should not ring."""
    # stdout is for alerts: programs read it line by line
    set_up_logs(LogSettings(level="error"), sys.stderr)


@alerts.command("test")
@click.argument("rules", type=EXISTING)
@click.option(
    "--events", "file", type=click.File("rb"), help="Events, one JSON record a line; - for stdin."
)
@click.option("--since", type=Moment(), help="Events of the topic since 7d, or a date.")
@click.option("--follow", type=EXISTING, help="Follow lists that ring too.")
@click.option("--why", "event_id", help="Say what each rule made of this event.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
def try_out(
    rules: Path,
    file: Any,
    since: float | None,
    follow: Path | None,
    event_id: str | None,
    form: str,
) -> None:
    """Say what RULES would have rung on past events, and why or why not.

    Without --events and --since, only check the file; exit code 1 when a rule names a channel that
    endpoints.toml does not have, since its alerts would go nowhere.
    """
    from streams.alerting.load import AlertFiles  # noqa: PLC0415 - what the command needs
    from streams.alerting.trial import try_rules  # noqa: PLC0415

    loaded = AlertFiles(rules, follow).load()
    if file is None and since is None:
        _show_rules(loaded)
        _check_channels(loaded)
        return
    events = _read_file(file) if file is not None else _read_events(since or 0.0)
    trial = try_rules(loaded, events)
    if event_id is not None:
        _show_why(trial, event_id, form)
        return
    show_alerts(trial.alerts, form)
    if form == "table":
        _show_fates(loaded, trial)


@alerts.command("list")
@click.option("--since", type=Moment(), help="Since 2h, 7d, or a date.")
@click.option("--rule", help="Only those of a rule.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
def list_alerts(since: float | None, rule: str | None, limit: int, form: str) -> None:
    """Show what has rung, oldest first."""
    from tocsin.topic import read_records  # noqa: PLC0415 - kafka takes its time to import

    kafka = load((KafkaSettings,))[KafkaSettings]
    rung = (
        alert
        for alert in read_records(kafka, ALERTS)
        if (rule is None or alert.rule == rule) and alert.at.timestamp() >= (since or 0.0)
    )
    show_alerts(list(deque(rung, maxlen=limit)), form)


@alerts.command()
@click.option("--rule", help="Only this rule.")
@click.option("--event", help="Only this event.")
@click.option("--kind", help="Only this kind of event, or a parent of kinds.")
@click.option("--country", help="Only this country, two letters.")
@click.option("--for", "span", help="How long, e.g. 2h or 3d.")
@click.option("--comment", default="", help="Why.")
@click.option("--end", "ended", help="End the silence with this id.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def silence(
    span: str | None,
    comment: str,
    ended: str | None,
    as_json: bool,  # noqa: FBT001 - click gives flags so
    **asked: str | None,
) -> None:
    """Silence alerts for a while; without options, list the silences there are.

    The worker notices within half a minute.
    """
    from streams.alerting.load import load_silences, silences_path  # noqa: PLC0415

    file = _find_rules_file()
    path = silences_path(file)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    there = [
        m.model_dump(mode="json", by_alias=True, exclude_none=True) for m in load_silences(path)
    ]
    if ended is not None:
        left = [mute for mute in there if mute["id"] != ended]
        if len(left) == len(there):
            click.echo(f"there is no silence {ended}", err=True)
            raise SystemExit(1)
        _write_silences(path, left)
        click.echo(f"{ended} has ended.")
        return
    if span is None:
        if any(asked.values()):
            raise click.UsageError("say how long with --for, e.g. --for 2h")
        _show_silences(there, now, as_json)
        return
    given = {name: value for name, value in asked.items() if value is not None}
    mute = _build_mute(given, span, comment, now)
    _check_rule(file, asked["rule"])
    # what ended a month ago is of no use to anybody
    kept = [m for m in there if dt.datetime.fromisoformat(m["to"]) > now - dt.timedelta(days=30)]
    _write_silences(path, [*kept, mute])
    click.echo(
        f"{mute['id']}: silent until {mute['to']}; `tocsin alerts silence --end {mute['id']}` ends it."
    )


def show_alerts(found: Iterable[Alert], form: str) -> None:
    """Show alerts as a table, as JSON lines, or as CAP messages."""
    if form == "table":
        table = Table("at", "what", "severity", "rule", "title", "why", box=None)
        for a in found:
            what = f"[{_STYLES[a.kind]}]{a.kind}[/]"
            title = escape("\n".join([a.title, *(f"- {entry}" for entry in a.digest)]))
            cells = (f"{a.at:%Y-%m-%d %H:%M}", what, a.severity, a.rule, title, escape(a.reason))
            table.add_row(*cells)
        Console().print(table if table.row_count else "Nothing rang.")
        return
    if form == "cap":
        from sinks.webhooks.cap import render_cap  # noqa: PLC0415

        for alert in found:
            click.echo(render_cap(alert).decode())
        return
    for alert in found:
        click.echo(alert.model_dump_json(exclude_none=True))


def _read_file(file: Any) -> Iterator[Event]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            yield decode(Event, line)
        except WireError as error:
            raise SettingsError((f"{file.name} line {number}: {error.why}",)) from error


def _read_events(since: float) -> Iterator[Event]:
    from tocsin.topic import read_records  # noqa: PLC0415 - kafka takes its time to import

    kafka = load((KafkaSettings,))[KafkaSettings]
    for event in read_records(kafka, EVENTS):
        if event.last_changed.timestamp() >= since:
            yield event


def _show_rules(rules: Rules) -> None:
    table = Table("rule", "severity", "channels", "rings", box=None)
    for rule in rules.active:
        over_time = [n for n in ("rate", "spike", "silence", "change", "novel") if getattr(rule, n)]
        rings = ", ".join(over_time) or "for each event"
        table.add_row(rule.name, rule.severity, ", ".join(rule.channels) or "all", rings)
    Console().print(table)
    click.echo(f"{len(rules.active)} rules, all good; --events or --since tries them.")


def _check_channels(rules: Rules) -> None:
    from sinks.webhooks.endpoints import list_names  # noqa: PLC0415 - only where needed
    from sinks.webhooks.settings import WebhookSettings  # noqa: PLC0415

    path = load((WebhookSettings,))[WebhookSettings].endpoints_file
    if not path.exists():
        return
    known = list_names(path)
    lost = [(r.name, name) for r in rules.active for name in r.channels if name not in known]
    for rule, name in lost:
        click.echo(f"rule {rule}: {path.name} has no endpoint {name}", err=True)
    if lost:
        raise SystemExit(1)


def _show_fates(rules: Rules, trial: Trial) -> None:
    fates = ("rang", "held", "muted", "unchanged", "not_yet", "not_met")
    counts = trial.count_fates()
    table = Table(
        "rule", *(fate.replace("_", " ") for fate in fates), "most often, why not", box=None
    )
    for rule in rules.active:
        not_met = [n.why for n in trial.notes if n.rule == rule.name and n.fate == "not_met"]
        why = max(set(not_met), key=lambda w: (not_met.count(w), w)) if not_met else ""
        numbers = [str(counts.get((rule.name, fate), 0)) for fate in fates]
        table.add_row(rule.name, *numbers, escape(why))
    Console().print()
    Console().print(table)
    held = f"; {trial.held} still held back at the end" if trial.held else ""
    click.echo(f"{trial.events} revisions of events were tried{held}.")


def _show_why(trial: Trial, event_id: str, form: str) -> None:
    notes = trial.explain(event_id)
    if not notes:
        click.echo(f"no rule has judged an event {event_id}", err=True)
        raise SystemExit(1)
    for note in notes:
        facts = {"rule": note.rule, "fate": note.fate, "why": note.why, "alert": note.alert_id}
        click.echo(json.dumps(facts) if form == "json" else f"{note.rule}: {note.fate}: {note.why}")


def _find_rules_file() -> Path:
    file = load((WorkSettings,))[WorkSettings].alerts_file
    if file is None:
        raise SettingsError(("TOCSIN_WORK_ALERTS_FILE: is not set; silences lie beside that file",))
    return file


def _build_mute(given: dict[str, str], span: str, comment: str, now: dt.datetime) -> dict[str, str]:
    from pydantic import ValidationError  # noqa: PLC0415

    from streams.alerting.conditions import parse_span  # noqa: PLC0415
    from streams.alerting.rules import Mute  # noqa: PLC0415

    try:
        length = parse_span(span)
        assert isinstance(length, dt.timedelta)
        mute = {
            "id": f"s-{secrets.token_hex(3)}",
            **given,
            "from": now.isoformat(),
            "to": (now + length).isoformat(),
            **({"comment": comment} if comment else {}),
        }
        Mute.model_validate(mute)
    except ValidationError as error:
        problems = [str(detail["msg"]) for detail in error.errors()]
        raise SettingsError(tuple(p.removeprefix("Value error, ") for p in problems)) from error
    except ValueError as error:
        raise SettingsError((str(error),)) from error
    return mute


def _check_rule(file: Path, rule: str | None) -> None:
    from streams.alerting.rules import load_rules  # noqa: PLC0415

    names = [each.name for each in load_rules(file).rule]
    if rule is not None and rule not in names and not rule.startswith("follow."):
        raise SettingsError((f"{file}: there is no rule {rule}; there are {', '.join(names)}",))


def _write_silences(path: Path, silences: list[dict[str, Any]]) -> None:
    import tomlkit  # noqa: PLC0415

    text = "# written by `tocsin alerts silence`\n" + tomlkit.dumps({"silence": silences})
    replace_text(path, text)


def _show_silences(there: list[dict[str, Any]], now: dt.datetime, as_json: bool) -> None:  # noqa: FBT001
    table = Table("id", "what", "until", "comment", box=None)
    for mute in there:
        active = dt.datetime.fromisoformat(mute["to"]) > now
        if as_json:
            click.echo(json.dumps({**mute, "active": active}))
        parts = [f"{n} {mute[n]}" for n in ("rule", "event", "kind", "country") if n in mute]
        until = mute["to"] if active else f"{mute['to']} (over)"
        table.add_row(mute["id"], ", ".join(parts) or "everything", until, mute.get("comment", ""))
    if not as_json:
        Console(file=sys.stdout).print(table if there else "There are no silences.")
