"""An alert that wants to ring in; rung, held back until its hour, or muted out, with the reason.

In this order: events of a first fetch and old events are mute; then silences that people asked for,
rules that hold others back, the daily digest, quiet hours, the repeat interval of a group, and the
limit an hour. What is muted is never told later by itself. What is held back is told when its time
has come: one alert by itself, more than one as a digest.

A Cancel takes back what was told, so nothing but quiet hours holds it.

"Now" is the last tick, which is stored; so the same event on the same table gives the same alerts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from streams.alerting.match import match_event, read_label, read_labels
from streams.alerting.memory import Clock, Due, Held, Pad, Rung, Thread, held_key, to_instant
from streams.alerting.rules import SEVERITIES, Daily, Match, Mute, Quiet, Rule, Rules
from streams.alerting.wording import Telling, build_alert, note_rung
from streams.records import Alert

_HOUR = 3_600.0
HELD_MOST = 300
"""Alerts of one rule that wait one by one; a digest lists 200."""
Fate = Literal["rang", "held", "muted", "unchanged", "not_met", "not_yet"]


@dataclass(frozen=True, slots=True)
class Note:
    """What became of one rule for one event, and why; for `tocsin alerts test` and the logs."""

    rule: str
    event_id: str
    fate: Fate
    why: str
    alert_id: str | None = None


@dataclass(slots=True)
class Round:
    """One step at work: the rules, the table under its pad, and what has come of it so far."""

    rules: Rules
    pad: Pad
    clock: Clock
    now: dt.datetime
    alerts: list[Alert] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def note(self, rule: Rule, event_id: str, fate: Fate, why: str) -> None:
        """Note what became of a rule."""
        self.notes.append(Note(rule.name, event_id, fate, why))


def offer(
    work: Round, rule: Rule, thread: Thread, owner: str, telling: Telling, told: dict[str, str]
) -> None:
    """Ring, hold back or mute what a thread has to tell; the caller writes the thread's memo."""
    alert = build_alert(rule, thread, telling)
    key = _held_key(rule, thread)
    mute = None if alert.kind == "Cancel" else _find_mute(work, rule, alert)
    if mute is not None:
        drop_held(work, rule, thread)
        work.note(rule, alert.event_id, "muted", mute)
        return
    due = _find_hold(work, rule, alert)
    if due is None:
        drop_held(work, rule, thread)
        ring(work, rule, thread, alert, told)
        return
    before = work.clock.held.get(key)
    if before is not None and before.why == due.why:
        due = before
    if before is None and alert.kind != "Cancel" and _is_full(work, rule):
        _hold_unlisted(work, rule, thread, due, told)
        work.note(rule, alert.event_id, "held", f"{due.why}; too many to list")
        return
    work.pad.write(key, Held(alert=alert, owner=owner, told=told))
    work.clock.held[key] = due
    why = f"{due.why} until {to_instant(due.at):%Y-%m-%d %H:%M} UTC"
    work.notes.append(Note(rule.name, alert.event_id, "held", why, alert.id))


def _is_full(work: Round, rule: Rule) -> bool:
    return sum(due.rule == rule.name for due in work.clock.held.values()) >= HELD_MOST


def _hold_unlisted(work: Round, rule: Rule, thread: Thread, due: Due, told: dict[str, str]) -> None:
    """Let the digest say that there is more; the index of what waits must stay small."""
    whys = work.clock.unlisted.get(rule.name, ())
    work.clock.unlisted[rule.name] = tuple(dict.fromkeys((*whys, due.why)))
    thread.told = told
    if not thread.has_rung:
        thread.state = "digested"


def ring(work: Round, rule: Rule, thread: Thread, alert: Alert, told: dict[str, str]) -> None:
    """Ring now, and remember it for limits and for the rules that this one holds back."""
    work.alerts.append(alert)
    work.notes.append(Note(rule.name, alert.event_id, "rang", alert.reason, alert.id))
    note_rung(thread, alert, told)
    if alert.kind == "Cancel":
        for key in thread.holding:
            held = work.pad.read(Rung, key) or Rung()
            held.ids.pop(thread.origin, None)
            work.pad.write(key, held) if held.ids else work.pad.delete(key)
        thread.holding = ()
        return
    remember_rung(work, rule, alert, _group(rule, alert))
    _hold_others(work, rule, thread, alert)


def remember_rung(work: Round, rule: Rule, alert: Alert, group: str) -> None:
    """Count what rang against the limits and repeat intervals that there are."""
    now = work.now.timestamp()
    scopes = [
        (f"rung/{rule.name}", _HOUR if rule.limit_per_hour else 0.0),
        ("rung", _HOUR if work.rules.limit_per_hour else 0.0),
        (f"rung/{rule.name}/{group}", rule.repeat.total_seconds() if rule.repeat else 0.0),
    ]
    for key, length in scopes:
        if length:
            rung = work.pad.read(Rung, key) or Rung()
            rung.ids = {name: at for name, at in rung.ids.items() if at > now - length}
            rung.ids[alert.id] = now
            work.pad.write(key, rung)


def drop_held(work: Round, rule: Rule, thread: Thread) -> None:
    """Forget what a thread had waiting."""
    key = _held_key(rule, thread)
    if work.clock.held.pop(key, None) is not None:
        work.pad.delete(key)


def is_held(work: Round, rule: Rule, thread: Thread) -> bool:
    """Tell whether a thread has something waiting."""
    return _held_key(rule, thread) in work.clock.held


def find_silence(work: Round, rule: Rule, alert: Alert) -> str | None:
    """Find a silence that somebody asked for and that covers this alert now."""
    for mute in work.rules.mute:
        if mute.start <= work.now < mute.end and _fits(mute, rule, alert):
            return f"silenced ({mute.id}{': ' + mute.comment if mute.comment else ''})"
    return None


def find_quiet_end(quiet: Quiet | None, alert: Alert, now: dt.datetime) -> dt.datetime | None:
    """Find when the quiet hours end that hold this alert back now; None when none do."""
    if quiet is None or SEVERITIES.index(alert.severity) >= SEVERITIES.index(quiet.through):
        return None
    local = now.astimezone(ZoneInfo(quiet.timezone))
    clock = local.time()
    over_night = quiet.start > quiet.end
    inside = (
        clock >= quiet.start or clock < quiet.end
        if over_night
        else quiet.start <= clock < quiet.end
    )
    return _next_time(local, quiet.end) if inside else None


def _find_mute(work: Round, rule: Rule, alert: Alert) -> str | None:
    event = alert.event
    if event is not None and event.backfill:
        return "told only by first fetches of feeds"
    if work.now - alert.at > rule.max_age:
        return f"older than {rule.max_age}"
    return find_silence(work, rule, alert) or _find_inhibition(work, rule, alert)


def _find_inhibition(work: Round, rule: Rule, alert: Alert) -> str | None:
    if alert.event is None:
        return None
    for inhibition in work.rules.inhibit:
        if rule.name not in inhibition.holds:
            continue
        for labels in read_labels(alert.event, inhibition.equal):
            rung = work.pad.read(Rung, _open_key(inhibition.by, labels))
            window = inhibition.window.total_seconds()
            times = rung.ids.values() if rung else ()
            if any(abs(at - alert.at.timestamp()) <= window for at in times):
                return f"held back by {inhibition.by} ({', '.join(labels)})"
    return None


def _find_hold(work: Round, rule: Rule, alert: Alert) -> Due | None:
    until = find_quiet_end(rule.quiet, alert, work.now)
    if alert.kind == "Cancel":
        return None if until is None else _due(rule, until, "quiet hours")
    if rule.digest is not None:
        return _due(rule, _next_digest(rule.digest, work.now), "daily digest")
    if until is not None:
        return _due(rule, until, "quiet hours")
    now = work.now.timestamp()
    if rule.repeat is not None:
        group = _group(rule, alert)
        rung = work.pad.read(Rung, f"rung/{rule.name}/{group}") or Rung()
        latest = max((at for name, at in rung.ids.items() if name != alert.id), default=None)
        if latest is not None and now < latest + rule.repeat.total_seconds():
            return Due(
                rule=rule.name, at=latest + rule.repeat.total_seconds(), why=f"repeat of {group}"
            )
    for key, limit in (
        (f"rung/{rule.name}", rule.limit_per_hour),
        ("rung", work.rules.limit_per_hour),
    ):
        if limit is None:
            continue
        rung = work.pad.read(Rung, key) or Rung()
        recent = [at for name, at in rung.ids.items() if at > now - _HOUR and name != alert.id]
        if len(recent) >= limit:
            return Due(rule=rule.name, at=min(recent) + _HOUR, why=f"limit of {limit} an hour")
    return None


def _hold_others(work: Round, rule: Rule, thread: Thread, alert: Alert) -> None:
    if alert.event is None:
        return
    for inhibition in work.rules.inhibit:
        if inhibition.by != rule.name:
            continue
        for labels in read_labels(alert.event, inhibition.equal):
            key = _open_key(rule.name, labels)
            rung = work.pad.read(Rung, key) or Rung()
            horizon = alert.at.timestamp() - 2 * inhibition.window.total_seconds()
            rung.ids = {name: at for name, at in rung.ids.items() if at >= horizon}
            rung.ids[thread.origin] = alert.at.timestamp()
            work.pad.write(key, rung)
            if key not in thread.holding:
                thread.holding = (*thread.holding, key)


def _fits(mute: Mute, rule: Rule, alert: Alert) -> bool:
    if mute.rule is not None and mute.rule != rule.name:
        return False
    if mute.event is not None and mute.event != alert.event_id:
        return False
    if mute.kind is None and mute.country is None:
        return True
    if alert.event is None:
        return False
    match = Match(kind=(mute.kind,)) if mute.kind else Match()
    named = not mute.kind or f"kind {alert.event.kind}" in match_event(match, alert.event).why
    return named and (not mute.country or mute.country in read_label(alert.event, "country"))


def _group(rule: Rule, alert: Alert) -> str:
    if alert.event is None or not rule.is_about_events:
        return alert.event_id.rsplit("/", 1)[0]
    groups = read_labels(alert.event, rule.group_by)
    return "|".join(groups[0]) if groups else alert.event_id


def _held_key(rule: Rule, thread: Thread) -> str:
    return held_key(rule.name, thread.origin)


def _open_key(rule: str, labels: tuple[str, ...]) -> str:
    return f"open/{rule}/{'|'.join(labels)}"


def _due(rule: Rule, until: dt.datetime, why: str) -> Due:
    return Due(rule=rule.name, at=until.timestamp(), why=why)


def _next_digest(daily: Daily, now: dt.datetime) -> dt.datetime:
    return _next_time(now.astimezone(ZoneInfo(daily.timezone)), daily.at)


def _next_time(local: dt.datetime, at: dt.time) -> dt.datetime:
    """Find the next moment at which the clock on the wall shows `at`.

    When clocks are put back it shows it twice; what has begun then ends the second time.
    """
    now = local.astimezone(dt.UTC)
    days = (local.date(), local.date() + dt.timedelta(days=1), local.date() + dt.timedelta(days=2))
    shown = (
        dt.datetime.combine(day, at.replace(fold=fold), local.tzinfo).astimezone(dt.UTC)
        for day in days
        for fold in (0, 1)
    )
    return min(moment for moment in shown if moment > now)
