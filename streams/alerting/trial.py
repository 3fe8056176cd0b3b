"""Past events and rules in; what would have rung out, with why and why not.

Time passes as in the events: a tick before each event, at the time of its change, so that quiet hours,
limits and silences are tried too. Nothing is sent and nothing is stored.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from streams.alerting.gate import Note
from streams.alerting.ring import Ringer, Step
from streams.alerting.rules import Rules
from streams.records import Alert, Event

_TICK = dt.timedelta(minutes=1)


@dataclass(slots=True)
class Trial:
    """What came of it."""

    events: int = 0
    alerts: list[Alert] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    held: int = 0

    def count_fates(self) -> Counter[tuple[str, str]]:
        """Count what became of each rule: (rule, fate) to how often."""
        return Counter((note.rule, note.fate) for note in self.notes)

    def explain(self, event_id: str) -> list[Note]:
        """Say what each rule made of an event."""
        return [note for note in self.notes if note.event_id == event_id]


def try_rules(rules: Rules, events: Iterable[Event]) -> Trial:
    """Play events through rules, in the order given."""
    table: dict[str, bytes] = {}
    ringer = Ringer(rules)
    trial = Trial()
    now: dt.datetime | None = None
    for event in events:
        trial.events += 1
        if now is None or event.last_changed - now >= _TICK:
            now = event.last_changed
            _take(trial, ringer.tick(now, table), table)
        _take(trial, ringer.judge(event, table), table)
    trial.held = sum(key.startswith("held/") for key in table)
    return trial


def _take(trial: Trial, step: Step, table: dict[str, bytes]) -> None:
    trial.alerts += step.alerts
    trial.notes += step.notes
    for key, value in step.writes:
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value
