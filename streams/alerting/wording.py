"""A rule, an event and what was told before in; what the rule watches and the alert's words out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streams.alerting.conditions import format_number, read_number
from streams.alerting.memory import Thread
from streams.alerting.rules import SEVERITIES, Rule
from streams.identity import alert_id
from streams.records import Alert, AlertKind, Change, Event, Severity, encode

_EVENT_BYTES = 400_000
"""An event that is larger is carried with the opening of its ledger only: a record has 1 MB."""
_LEDGER_KEPT = 100
_REFERENCES_KEPT = 100
FOLLOWED = (
    "kind",
    "status",
    "place",
    "killed.best",
    "injured.best",
    "missing.best",
    "affected.best",
)
"""What a rule watches that names nothing itself and asks for everything (follow lists)."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What an alert is to say, before it has an id."""

    kind: AlertKind
    title: str
    reason: str
    at: dt.datetime
    event: Event | None = None
    event_kind: str = "other"
    changes: tuple[Change, ...] = ()
    digest: tuple[str, ...] = ()
    severity: Severity | None = None


def name_watched(rule: Rule) -> tuple[str, ...]:
    """Name the fields whose change is an Update: `watch`, else what the rule has conditions on.

    A rule for a country or a kind is about being in it; leaving it is a Cancel, not an Update.
    """
    if rule.watch is not None:
        return rule.watch
    fields = [condition.field for match in rule.match for condition in match.numbers]
    fields += [change.field for change in rule.change]
    fields += [escalation.when.field for escalation in rule.escalate]
    if any(len(match.status) != 1 and match.status for match in rule.match):
        fields.append("status")
    if any(match.place or match.within or match.polygon for match in rule.match):
        fields.append("place")
    return tuple(dict.fromkeys(fields))


def read_watched(rule: Rule, event: Event) -> dict[str, str]:
    """Read what the rule watches, as text; what is unknown is left out."""
    values: dict[str, str] = {}
    for field in name_watched(rule):
        if field in ("status", "kind", "title"):
            values[field] = str(getattr(event, field))
        elif field == "place":
            if event.where is not None:
                parts = (event.where.resolved or event.where.name, event.where.country)
                values[field] = ", ".join(part for part in parts if part)
        elif (number := read_number(event, field)) is not None:
            values[field] = format_number(number)
    return values


def find_changes(told: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    """Find what differs from what was told."""
    fields = dict.fromkeys((*told, *now))
    return tuple(
        Change(field=field, before=told.get(field), after=now.get(field))
        for field in fields
        if told.get(field) != now.get(field)
    )


def describe_changes(changes: Sequence[Change]) -> str:
    """Say changes in words: `killed.best 10 → 11`."""
    return "; ".join(f"{c.field} {c.before or 'unknown'} → {c.after or 'unknown'}" for c in changes)


def pick_severity(rule: Rule, event: Event | None) -> Severity:
    """Pick the worst severity that the rule gives this event."""
    found = [rule.severity]
    if event is not None:
        found += [e.severity for e in rule.escalate if e.when.is_met(event)]
    return max(found, key=SEVERITIES.index)


def build_alert(rule: Rule, thread: Thread, telling: Telling) -> Alert:
    """Build the next alert of a thread."""
    event = telling.event
    return Alert(
        id=alert_id(rule.name, thread.origin, thread.sequence),
        rule=rule.name,
        kind=telling.kind,
        sequence=thread.sequence,
        references=thread.references,
        reference_times=thread.times,
        severity=telling.severity or pick_severity(rule, event),
        event_id=event.id if event is not None and rule.is_about_events else thread.origin,
        event_revision=event.revision if event is not None else 0,
        event_kind=event.kind if event is not None else telling.event_kind,
        title=telling.title,
        reason=telling.reason,
        changes=telling.changes,
        at=telling.at,
        channels=rule.channels,
        event=None if event is None else _shorten_event(event),
        digest=telling.digest,
    )


def note_rung(thread: Thread, alert: Alert, told: dict[str, str]) -> None:
    """Let the thread know that this alert of it has rung."""
    thread.sequence = alert.sequence + 1
    # the first is the thread's name for every receiver; between it and the latest, some may go
    cut = 1 if len(thread.references) < _REFERENCES_KEPT else 2
    thread.references = (*thread.references[:1], *thread.references[cut:], alert.id)
    thread.times = (*thread.times[:1], *thread.times[cut:], alert.at)
    thread.state = "cancelled" if alert.kind == "Cancel" else "open"
    thread.told = told


def _shorten_event(event: Event) -> Event:
    if len(encode(event)) <= _EVENT_BYTES:
        return event
    return event.model_copy(
        update={
            "ledger": event.ledger[:_LEDGER_KEPT],
            "links": (),
            "mention_ids": event.mention_ids[:_LEDGER_KEPT],
            "article_ids": event.article_ids[:_LEDGER_KEPT],
        }
    )
