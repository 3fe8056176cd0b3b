"""Events and ticks in, alerts and writes out: the bell itself.

`judge` and `tick` are pure: the same rules, table and event give the same alerts with the same ids.
The caller sends the alerts, waits for the broker, and then stores the writes in their order. When it
dies between, the event comes again and gives the very same alerts again; when it dies in the middle
of the writes, judging again completes them and rings nothing new.

Exactly one Alert is told of an event and a rule, for ever. Its thread goes on with an Update when
something that the rule watches has changed, a Cancel when the event is withdrawn or no longer meets
the rule, and an Update again should it come back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from streams.alerting.conditions import read_firsts
from streams.alerting.gate import Note, Round, drop_held, is_held, offer
from streams.alerting.joins import find_survivor, hand_over
from streams.alerting.match import Verdict, match_any
from streams.alerting.memory import (
    Clock,
    EventMemo,
    Pad,
    Shelf,
    Thread,
    Write,
    event_key,
    to_instant,
)
from streams.alerting.release import forget_old, release_due
from streams.alerting.rules import Rule, Rules
from streams.alerting.windows import count_event, find_silences, hear_event, is_novel
from streams.alerting.wording import Telling, describe_changes, find_changes, read_watched
from streams.outcomes import DropReason
from streams.records import Alert, Event

CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Step:
    """What one event or tick leads to: send `alerts`, then store `writes` in their order."""

    alerts: tuple[Alert, ...]
    writes: tuple[Write, ...]
    notes: tuple[Note, ...] = ()

    @property
    def drop(self) -> DropReason | None:
        """Why nothing rang, as an outcome of the step; None when something did."""
        if self.alerts:
            return None
        fates = {note.fate for note in self.notes}
        if fates & {"muted", "held"}:
            return "muted"
        if fates & {"unchanged", "not_yet"}:
            return "unchanged"
        return "no_rule" if self.writes else "stale"


class Ringer:
    """Judges events by rules. Follow lists with channels are rules too: see `streams.alerting.follow`.

    `renew` is asked before each step for rules that have changed; None keeps the ones there are.
    """

    def __init__(self, rules: Rules, renew: Callable[[], Rules | None] = lambda: None) -> None:
        self.rules = rules
        self._renew = renew

    def judge(self, event: Event, state: Shelf) -> Step:
        """Judge one revision of an event."""
        work = self._begin(state, event.last_changed)
        key = event_key(event.id)
        memo = work.pad.read(EventMemo, key) or EventMemo()
        if event.revision <= memo.revision:
            return Step((), ())
        work.clock.since = min(
            event.first_seen.timestamp(), work.clock.since or event.first_seen.timestamp()
        )
        self._join(work, event)
        memo = work.pad.read(EventMemo, key) or EventMemo()
        memo.first = read_firsts(event) | memo.first
        memo.revision, memo.changed = event.revision, event.last_changed
        for rule in self.rules.active:
            if rule.silence is not None:
                hear_event(work, rule, memo, event)
            elif rule.is_about_events:
                _judge_rule(work, rule, memo, event)
            else:
                count_event(work, rule, memo, event)
        work.pad.write(CLOCK, work.clock)
        work.pad.write(key, memo)
        return Step(tuple(work.alerts), work.pad.finish(last=key), tuple(work.notes))

    def tick(self, now: dt.datetime, state: Shelf) -> Step:
        """Let time pass: ring what was held back until now, and what has gone quiet.

        Call it every few seconds to a minute, from the same place as `judge`, and only when the
        events before it have been judged: a backlog would look like silence.
        """
        work = self._begin(state, now)
        if work.clock.now is not None and now.timestamp() <= work.clock.now:
            return Step((), ())
        work.clock.now, work.now = now.timestamp(), now
        release_due(work)
        for rule in self.rules.active:
            if rule.silence is not None:
                find_silences(work, rule)
        forget_old(work)
        work.pad.write(CLOCK, work.clock)
        return Step(tuple(work.alerts), work.pad.finish(last=CLOCK), tuple(work.notes))

    def _begin(self, state: Shelf, otherwise: dt.datetime) -> Round:
        self.rules = self._renew() or self.rules
        pad = Pad(state)
        clock = pad.read(Clock, CLOCK) or Clock()
        now = to_instant(clock.now) if clock.now is not None else otherwise
        return Round(self.rules, pad, clock, now)

    def _join(self, work: Round, event: Event) -> None:
        for ended in event.supersedes:
            if ended != event.id and find_survivor(work, event.id) != ended:
                hand_over(work, ended, event.id, event)
        if event.superseded_by and event.superseded_by != event.id:
            survivor = find_survivor(work, event.superseded_by)
            if survivor != event.id:
                hand_over(work, event.id, survivor, event)


def _judge_rule(work: Round, rule: Rule, memo: EventMemo, event: Event) -> None:
    thread = memo.threads.get(rule.name) or Thread(origin=event.id)
    if memo.into is not None or thread.state == "moved":
        work.note(rule, event.id, "unchanged", f"joined into {memo.into}")
        return
    told_before = None
    if rule.novel is not None:
        told_before = is_novel(work, rule, rule.novel, memo, event)
    verdict = _meet(rule, memo, event)
    if not verdict.is_met:
        _take_back(work, rule, thread, event, verdict)
    elif not thread.has_rung and told_before is not None:
        work.note(rule, event.id, "muted", told_before)
    else:
        _tell(work, rule, thread, event, verdict)
    if thread != Thread(origin=event.id) or is_held(work, rule, thread):
        memo.threads[rule.name] = thread


def _meet(rule: Rule, memo: EventMemo, event: Event) -> Verdict:
    verdict = match_any(rule.match, event)
    why, why_not = list(verdict.why), list(verdict.why_not)
    for change in rule.change:
        met = change.is_met(event, memo.first)
        (why if met else why_not).append(
            f"{change} (first {memo.first.get(change.field, 'unknown')})"
        )
    return Verdict(tuple(why), tuple(why_not))


def _take_back(work: Round, rule: Rule, thread: Thread, event: Event, verdict: Verdict) -> None:
    reason = "; ".join(verdict.why_not)
    if thread.has_rung and thread.state == "open":
        said = "withdrawn" if event.status == "withdrawn" else f"no longer meets the rule: {reason}"
        telling = Telling("Cancel", event.title, said, event.last_changed, event=event)
        offer(work, rule, thread, event_key(event.id), telling, {})
        return
    drop_held(work, rule, thread)
    work.note(rule, event.id, "not_met", reason)


def _tell(work: Round, rule: Rule, thread: Thread, event: Event, verdict: Verdict) -> None:
    now = read_watched(rule, event)
    changes = find_changes(thread.told, now)
    if thread.state in ("open", "digested") and not changes:
        drop_held(work, rule, thread)
        work.note(rule, event.id, "unchanged", "nothing that the rule watches has changed")
        return
    why = "; ".join(verdict.why) or "every event"
    if event.split_from and not thread.has_rung:
        why = f"{why}; split from {event.split_from}"
    if not thread.has_rung:
        telling = Telling("Alert", event.title, why, event.last_changed, event=event)
    else:
        said = (
            describe_changes(changes) if thread.state == "open" else f"meets the rule again: {why}"
        )
        telling = Telling(
            "Update", event.title, said, event.last_changed, event=event, changes=changes
        )
    offer(work, rule, thread, event_key(event.id), telling, now)
