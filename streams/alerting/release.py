"""A tick in; the held-back alerts whose hour has come rung, and memories that are too old dropped.

What waits for one reason under one rule is told together: one alert as itself, more as a digest. A
Cancel always rings as itself, since it takes back what somebody was told.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.alerting.gate import (
    Round,
    find_quiet_end,
    find_silence,
    remember_rung,
    ring,
)
from streams.alerting.memory import (
    Due,
    EventMemo,
    GroupMemo,
    Held,
    Thread,
    held_key,
    to_instant,
)
from streams.alerting.rules import SEVERITIES, Rule
from streams.alerting.windows import to_day
from streams.alerting.wording import Telling, build_alert
from streams.records import Alert

_TITLES = 200
_TITLE_LENGTH = 300
_DAY = 86_400.0
_KEEP_QUIET_DAYS = 60
"""Days after its last change until an event that never rang is forgotten."""
_KEEP_RUNG_DAYS = 400
"""Days after its last change until an event that rang is forgotten."""
_KEEP_COUNT_DAYS = 100

Waiting = tuple[str, Held, Thread, EventMemo | GroupMemo]


def release_due(work: Round) -> None:
    """Ring everything that is due, with all that waits for the same reason."""
    now = work.now.timestamp()
    due = sorted({(d.rule, d.why) for d in work.clock.held.values() if d.at <= now})
    rules = {rule.name: rule for rule in work.rules.active}
    for name, why in due:
        keys = sorted(key for key, d in work.clock.held.items() if d.rule == name and d.why == why)
        rule = rules.get(name)
        if rule is None:
            _drop(work, keys)
        else:
            _release(work, rule, why, keys)


def forget_old(work: Round) -> None:
    """Once a day, drop memories of what has long been over."""
    now = work.now.timestamp()
    if work.clock.swept is None:
        work.clock.swept = now
        return
    if now - work.clock.swept < _DAY:
        return
    work.clock.swept = now
    for key, raw in list(work.pad.items()):
        if _is_over(work, key, raw):
            work.pad.delete(key)


def _is_over(work: Round, key: str, raw: bytes) -> bool:
    if key.startswith("count/"):
        return (work.now.date() - to_day(key)).days > _KEEP_COUNT_DAYS
    if key.startswith("held/"):
        return key not in work.clock.held
    if not key.startswith("event/"):
        return False
    memo = EventMemo.model_validate_json(raw)
    rang = memo.into is not None or any(thread.has_rung for thread in memo.threads.values())
    days = _KEEP_RUNG_DAYS if rang else _KEEP_QUIET_DAYS
    changed = memo.changed.timestamp() if memo.changed else work.now.timestamp()
    return work.now.timestamp() - changed > days * _DAY


def _release(work: Round, rule: Rule, why: str, keys: list[str]) -> None:
    waiting: list[Waiting] = []
    for key in keys:
        found = _find_waiting(work, key)
        if found is None or find_silence(work, rule, found[1].alert):
            _drop(work, [key])
            continue
        until = find_quiet_end(rule.quiet, found[1].alert, work.now)
        if until is not None:
            work.clock.held[key] = Due(rule=rule.name, at=until.timestamp(), why="quiet hours")
            continue
        waiting.append(found)
    alone = [w for w in waiting if w[1].alert.kind == "Cancel"]
    together = [w for w in waiting if w[1].alert.kind != "Cancel"]
    whys = work.clock.unlisted.get(rule.name, ())
    if len(together) == 1 and rule.digest is None and why not in whys:
        alone += together
        together = []
    for key, held, thread, memo in _find_again(work, alone):
        ring(work, rule, thread, held.alert, held.told)
        work.pad.write(held.owner, memo)
        _drop(work, [key])
    if together:
        _ring_digest(work, rule, why, together)


def _ring_digest(work: Round, rule: Rule, why: str, waiting: list[Waiting]) -> None:
    latest = max(held.alert.at for _, held, _, _ in waiting)
    due = min(work.clock.held[key].at for key, _, _, _ in waiting)
    thread = Thread(origin=f"digest/{rule.name}/{why}/{to_instant(due):%Y-%m-%dT%H:%M:%SZ}")
    severity = max((held.alert.severity for _, held, _, _ in waiting), key=SEVERITIES.index)
    titles = tuple(_entitle(held.alert) for _, held, _, _ in waiting[:_TITLES])
    whys = work.clock.unlisted.get(rule.name, ())
    more = " or more" if why in whys else ""
    if len(waiting) > _TITLES or more:
        titles += (f"and {max(0, len(waiting) - _TITLES)}{more} others",)
    work.clock.unlisted[rule.name] = tuple(each for each in whys if each != why)
    telling = Telling(
        "Alert",
        f"{len(waiting)}{more} held back: {rule.description or rule.name}",
        f"held back by {why}",
        latest,
        digest=titles,
        severity=severity,
    )
    alert = build_alert(rule, thread, telling)
    work.alerts.append(alert)
    work.note(rule, alert.event_id, "rang", alert.reason)
    remember_rung(work, rule, alert, why.removeprefix("repeat of "))
    for key, held, waited, memo in _find_again(work, waiting):
        waited.told = held.told
        if not waited.has_rung:
            waited.state = "digested"
        work.pad.write(held.owner, memo)
        _drop(work, [key])


def _find_waiting(work: Round, key: str) -> Waiting | None:
    """Find a held alert with its thread; None when the thread has gone on without it."""
    held = work.pad.read(Held, key)
    if held is None:
        return None
    memo: EventMemo | GroupMemo | None
    if held.owner.startswith("event/"):
        memo = work.pad.read(EventMemo, held.owner)
        thread = memo.threads.get(held.alert.rule) if memo else None
    else:
        memo = work.pad.read(GroupMemo, held.owner)
        threads = [e.thread for e in memo.episodes] if memo else []
        thread = next((t for t in threads if held_key(held.alert.rule, t.origin) == key), None)
    if memo is None or thread is None or thread.sequence != held.alert.sequence:
        return None
    return key, held, thread, memo


def _find_again(work: Round, waiting: list[Waiting]) -> Iterator[Waiting]:
    """Read each memo when its turn comes: two threads may live in one memo."""
    for key, *_ in waiting:
        found = _find_waiting(work, key)
        if found is not None:
            yield found


def _drop(work: Round, keys: list[str]) -> None:
    for key in keys:
        work.clock.held.pop(key, None)
        work.pad.delete(key)


def _entitle(alert: Alert) -> str:
    place = alert.event.where if alert.event else None
    where = f" ({place.resolved or place.name})" if place else ""
    changed = f": {alert.reason}" if alert.kind == "Update" else ""
    return f"{alert.title}{where}{changed}"[:_TITLE_LENGTH]
