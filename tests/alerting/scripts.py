"""A scripted stream as TOML in; its events and ticks, and what came of playing them out.

A step says only what has changed since the step before about the same event. `Worker` plays steps as
the Faust worker does: it sends the alerts, then stores the writes one by one, and can be killed
between any two of them.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streams.alerting.follow import add_follows, load_follows
from streams.alerting.ring import Ringer, Step
from streams.alerting.rules import Rules, load_rules
from streams.records import Actor, Alert, Event, Point, Toll, When, Where

CASES = Path(__file__).parent.parent / "cases" / "alerts"
Message = Event | dt.datetime


@dataclass(frozen=True)
class Script:
    """One scripted stream."""

    name: str
    title: str
    orders: tuple[str, ...]
    rules: Rules
    messages: tuple[Message, ...]
    expect: tuple[dict[str, Any], ...]


def load_scripts() -> list[Script]:
    """Load every case, in the order of their names."""
    return [load_script(path) for path in sorted(CASES.glob("*.toml"))]


def load_script(path: Path) -> Script:
    """Load one case."""
    table = tomllib.loads(path.read_text("utf-8"))
    rules = load_rules(table.get("rules", ""))
    if "follow" in table:
        rules = add_follows(rules, load_follows(table["follow"]))
    return Script(
        name=path.stem,
        title=table["title"],
        orders=tuple(table.get("orders", ())),
        rules=rules,
        messages=tuple(build_messages(table["step"])),
        expect=tuple(table.get("expect", ())),
    )


def build_messages(steps: Iterable[dict[str, Any]]) -> Iterator[Message]:
    """Build the events and ticks of a script."""
    known: dict[str, dict[str, Any]] = {}
    for step in steps:
        if "tick" in step:
            yield step["tick"]
            continue
        before = known.get(step["event"], {"revision": 0, "first": step["at"]})
        now = {**before, "revision": before["revision"] + 1, **step}
        known[step["event"]] = now
        yield build_event(**now)


def build_event(event: str = "e1", **said: Any) -> Event:
    """Build an event from the few words of a step."""
    at = said.get("at", dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC))
    publishers = tuple(said.get("publishers", ("The Courier",)))
    tolls = tuple(
        Toll(
            measure=measure,
            unit="people",
            low=said[measure],
            best=said[measure],
            high=said[measure],
        )
        for measure in ("killed", "injured", "displaced")
        if said.get(measure) is not None
    )
    return Event(
        id=event,
        revision=said.get("revision", 1),
        kind=said.get("kind", "missile_strike"),
        title=said.get("title", f"Headline of {event}"),
        modality=said.get("modality", "happened"),
        newsworthiness=said.get("newsworthiness", "new"),
        status=said.get("status", "claimed"),
        when=_build_when(said.get("day")),
        where=_build_where(said),
        actors=tuple(Actor(name=name) for name in said.get("actors", ())),
        tolls=tolls,
        publishers=publishers,
        families=publishers,
        voices=said.get("voices", len(publishers)),
        block=str(said.get("country", "xx")),
        story=said.get("story"),
        first_seen=said.get("first", at),
        last_changed=at,
        superseded_by=said.get("superseded_by"),
        supersedes=tuple(said.get("supersedes", ())),
        split_from=said.get("split_from"),
        backfill=said.get("backfill", False),
    )


def _build_when(day: dt.date | None) -> When:
    if day is None:
        return When()
    start = dt.datetime.combine(day, dt.time(), dt.UTC)
    return When(start=start, end=start + dt.timedelta(days=1), date=day, precision="day")


def _build_where(said: dict[str, Any]) -> Where | None:
    if not any(name in said for name in ("country", "place", "lat")):
        return None
    point = Point(lat=said["lat"], lon=said["lon"]) if "lat" in said else None
    place = said.get("place", said.get("country", "somewhere"))
    return Where(name=place, country=said.get("country"), admin1=said.get("admin1"), point=point)


@dataclass
class Worker:
    """Plays messages as the worker does; everything sent is kept, doubles included."""

    rules: Rules
    table: dict[str, bytes] = field(default_factory=dict)
    sent: list[Alert] = field(default_factory=list)

    def play(self, message: Message, kill_after: int | None = None) -> Step:
        """Handle one message; `kill_after` many writes the process dies."""
        ringer = Ringer(self.rules)
        step = (
            ringer.judge(message, self.table)
            if isinstance(message, Event)
            else ringer.tick(message, self.table)
        )
        self.sent += step.alerts
        for key, value in step.writes[:kill_after]:
            if value is None:
                self.table.pop(key, None)
            else:
                self.table[key] = value
        return step

    def play_all(self, messages: Iterable[Message]) -> Worker:
        """Handle messages in turn."""
        for message in messages:
            self.play(message)
        return self


def tell_alert(alert: Alert) -> dict[str, Any]:
    """Tell an alert in the words of a case."""
    told: dict[str, Any] = {"kind": alert.kind, "rule": alert.rule, "event": alert.event_id}
    if alert.changes:
        told["changes"] = [f"{c.field} {c.before} → {c.after}" for c in alert.changes]
    if alert.digest:
        told["digest"] = list(alert.digest)
    return told


def net_threads(alerts: Iterable[Alert]) -> set[tuple[str, str, str]]:
    """Reduce alerts to what a person is left with: the open threads, and what they are about.

    Also checks the life cycle: one Alert at the head of each thread, sequences without gaps, and
    references that name what came before.
    """
    threads: dict[str, list[Alert]] = {}
    for alert in alerts:
        thread = threads.setdefault(alert.references[0] if alert.references else alert.id, [])
        if alert.id not in {earlier.id for earlier in thread}:
            thread.append(alert)
    for first, thread in threads.items():
        assert [alert.sequence for alert in thread] == list(range(len(thread)))
        assert thread[0].id == first
        assert [a.kind == "Alert" for a in thread] == [True] + [False] * (len(thread) - 1)
        for index, alert in enumerate(thread):
            assert alert.references == tuple(earlier.id for earlier in thread[:index])
    last = [thread[-1] for thread in threads.values()]
    return {(a.rule, _name_subject(a), a.severity) for a in last if a.kind != "Cancel"}


def _name_subject(alert: Alert) -> str:
    return alert.event_id.rsplit("/", 1)[0]
