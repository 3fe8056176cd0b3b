"""Events that were joined in; their threads of alerts handed to the event that survived.

The merging of two events can be seen from either side first: the one that ended names its survivor
(`superseded_by`), the survivor names it (`supersedes`). Both lead here, and doing it twice changes
nothing. The survivor goes on with the thread of the one that ended, so that people are not told
again. Where both had rung, the thread of the one that ended is cancelled with a word on why.
"""

from __future__ import annotations

from streams.alerting.gate import Round, drop_held, offer
from streams.alerting.memory import EventMemo, Thread, event_key
from streams.alerting.rules import Rule
from streams.alerting.wording import Telling
from streams.records import Event

_CHAIN = 100
"""No chain of joins is longer; a circle would be a fault of the merging."""


def find_survivor(work: Round, event_id: str) -> str:
    """Follow joins to the event that survives."""
    for _ in range(_CHAIN):
        memo = work.pad.read(EventMemo, event_key(event_id))
        if memo is None or memo.into is None or memo.into == event_id:
            return event_id
        event_id = memo.into
    return event_id


def hand_over(work: Round, ended_id: str, survivor_id: str, event: Event) -> None:
    """Hand the threads of an event that ended to its survivor; `event` is the one being judged."""
    ended = work.pad.read(EventMemo, event_key(ended_id)) or EventMemo()
    survivor = work.pad.read(EventMemo, event_key(survivor_id)) or EventMemo()
    rules = {rule.name: rule for rule in work.rules.rule}
    for name, thread in ended.threads.items():
        rule = rules.get(name)
        if thread.state == "moved" or rule is None:
            continue
        _hand_over_thread(work, rule, ended_id, thread, (survivor_id, survivor), event)
    for field, value in ended.first.items():
        # a change is counted from what was first known of either
        survivor.first.setdefault(field, value)
    ended.into = survivor_id
    # the survivor first: should the process die between, handing over again completes it
    work.pad.write(event_key(survivor_id), survivor)
    work.pad.write(event_key(ended_id), ended)


def _hand_over_thread(
    work: Round,
    rule: Rule,
    ended_id: str,
    thread: Thread,
    to: tuple[str, EventMemo],
    event: Event,
) -> None:
    survivor_id, survivor = to
    own = survivor.threads.get(rule.name)
    if own is not None and own.origin == thread.origin:
        thread.state = "moved"
        return
    drop_held(work, rule, thread)
    if not thread.has_rung and thread.state != "digested":
        thread.state = "moved"
        return
    if own is None or not (own.has_rung or own.state == "digested"):
        if own is not None:
            drop_held(work, rule, own)
        survivor.threads[rule.name] = thread.model_copy()
        thread.state = "moved"
        return
    if thread.has_rung and thread.state == "open":
        first = own.references[0] if own.references else ""
        telling = Telling(
            "Cancel",
            f"Joined with another: {event.title}",
            f"the same happening as {survivor_id}" + (f", told by alert {first}" if first else ""),
            event.last_changed,
            event_kind=event.kind,
            event=event if event.id == ended_id else None,
        )
        offer(work, rule, thread, event_key(ended_id), telling, {})
    thread.state = "moved"
