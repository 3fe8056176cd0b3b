"""Rules over time: an event in; the episodes of its groups begun, grown, ended, or broken silence out.

Event time drives the windows, never the clock: an article that comes late is counted where it
belongs. `happened` counts at the event's date where a day or an hour is known, else (and for
`reported`) at its first publication. Ends of a window are inclusive, so that two events dated to
neighbouring days lie within 24h.

An episode is a stretch of overlapping windows that each meet the rule. It has one thread of alerts:
an Alert when it begins, an Update each time as many events again have joined it, a Cancel when
corrections, joins or withdrawals leave too few, or when a late event shows that two episodes were one.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left, bisect_right

from streams.alerting.conditions import format_span
from streams.alerting.gate import Round, drop_held, is_held, offer
from streams.alerting.match import Verdict, match_any, read_labels
from streams.alerting.memory import (
    Count,
    Episode,
    EventMemo,
    GroupMemo,
    Thread,
    group_key,
    to_instant,
)
from streams.alerting.rules import Label, Novel, Rate, Rule, Spike
from streams.alerting.wording import Telling
from streams.records import Change, Event

_SHARD = 14_400.0
"""Seconds that are counted under one key: a busy country's day would be a large value to rewrite."""
_EPISODES_KEPT = 50
_SPAN = 90 * 6
"""The longest stretch that is counted together, in shards: 90 days."""


def read_time(event: Event, time: str) -> float:
    """Read the time an event is counted at, in seconds since 1970."""
    if time == "happened" and event.when.start and event.when.precision in ("hour", "day"):
        return event.when.start.timestamp()
    return event.first_seen.timestamp()


def count_event(work: Round, rule: Rule, memo: EventMemo, event: Event) -> None:
    """Count an event for a rate or spike, or take it out again, and offer what follows."""
    over_time = rule.rate or rule.spike
    assert over_time is not None
    verdict = _judge(rule, memo, event)
    if not verdict.is_met:
        work.note(rule, event.id, "not_met", "; ".join(verdict.why_not))
    groups = _file_event(work, rule, memo, event, verdict, (over_time.by, over_time.time))
    for group, was in groups["left"]:
        _shrink(work, rule, group, was, event)
    for group, at in groups["joined"]:
        _grow(work, rule, group, at, event)


def is_novel(work: Round, rule: Rule, novel: Novel, memo: EventMemo, event: Event) -> str | None:
    """File an event for a `novel` rule; give the reason when it is not the first of its group."""
    verdict = _judge(rule, memo, event)
    groups = _file_event(work, rule, memo, event, verdict, (novel.by, "reported"))
    length = novel.within.total_seconds()
    for group, at in groups["now"]:
        others = [
            seen for name, seen in _load(work, rule, group, at - length, at) if name != event.id
        ]
        if others:
            return f"not new: {group} had {len(others)} within {format_span(novel.within)}"
    return None


def hear_event(work: Round, rule: Rule, memo: EventMemo, event: Event) -> None:
    """Note for a silence rule that a group was heard; end the silence that had been told."""
    assert rule.silence is not None
    if not _judge(rule, memo, event).is_met:
        return
    at = min(event.last_changed, work.now).timestamp()
    heard = work.clock.groups.setdefault(rule.name, {})
    for labels in read_labels(event, rule.silence.by):
        group = _name_group(labels)
        if at <= heard.get(group, 0.0):
            continue
        heard[group] = at
        key = group_key(rule.name, group)
        quiet = work.pad.read(GroupMemo, key)
        if quiet is None or not quiet.episodes:
            continue
        thread = quiet.episodes[-1].thread
        if thread.has_rung and thread.state == "open":
            title = f"Heard again: {group}"
            reason = f"{event.title} ({', '.join(event.publishers)})"
            telling = Telling("Cancel", title, reason, event.last_changed, event_kind=event.kind)
            offer(work, rule, thread, key, telling, {})
        drop_held(work, rule, thread)
        work.pad.write(key, GroupMemo())


def find_silences(work: Round, rule: Rule) -> None:
    """On a tick, ring for groups that were not heard for as long as the rule says."""
    assert rule.silence is not None
    length = rule.silence.within.total_seconds()
    for group, last in sorted(work.clock.groups.get(rule.name, {}).items()):
        if work.now.timestamp() - last < length:
            continue
        key = group_key(rule.name, group)
        memo = work.pad.read(GroupMemo, key) or GroupMemo()
        if memo.episodes:
            continue
        thread = Thread(origin=f"{rule.name}/{group}/{to_instant(last):%Y-%m-%dT%H:%M:%SZ}")
        span = format_span(rule.silence.within)
        telling = Telling(
            "Alert",
            f"Silence: {group}",
            f"nothing heard for {span}, last at {to_instant(last):%Y-%m-%d %H:%M} UTC",
            to_instant(last + length),
        )
        memo.episodes = (Episode(start=last, end=last, threshold=0, thread=thread),)
        offer(work, rule, thread, key, telling, {})
        work.pad.write(key, memo)


def _judge(rule: Rule, memo: EventMemo, event: Event) -> Verdict:
    joined = event.superseded_by or memo.into
    if joined:
        return Verdict((), (f"joined into {joined}",))
    return match_any(rule.match, event)


Placed = list[tuple[str, float]]


def _file_event(
    work: Round,
    rule: Rule,
    memo: EventMemo,
    event: Event,
    verdict: Verdict,
    how: tuple[tuple[Label, ...], str],
) -> dict[str, Placed]:
    """Write the event into the counts where it belongs and out of those where it no longer does."""
    labels, time = how
    at = read_time(event, time)
    groups = [_name_group(g) for g in read_labels(event, labels)] if verdict.is_met else []
    keys = {_count_key(rule, group, at): group for group in groups}
    left: Placed = []
    for key in memo.counted.get(rule.name, ()):
        count = work.pad.read(Count, key) or Count()
        was = count.events.get(event.id)
        if was is not None and (key not in keys or was != at):
            del count.events[event.id]
            work.pad.write(key, count) if count.events else work.pad.delete(key)
            left.append((key.removeprefix(f"count/{rule.name}/").rsplit("/", 1)[0], was))
    joined: Placed = []
    for key, group in keys.items():
        count = work.pad.read(Count, key) or Count()
        if count.events.get(event.id) != at:
            count.events[event.id] = at
            work.pad.write(key, count)
        joined.append((group, at))
    if keys:
        memo.counted[rule.name] = tuple(keys)
    else:
        memo.counted.pop(rule.name, None)
    return {"left": left, "joined": joined, "now": joined}


def _grow(work: Round, rule: Rule, group: str, at: float, event: Event) -> None:
    over_time = rule.rate or rule.spike
    assert over_time is not None
    length = over_time.within.total_seconds()
    times = [seen for _, seen in _load(work, rule, group, at - length, at + length)]
    window = _find_fullest(times, length, at)
    start, end, count = window
    threshold, usual = _find_threshold(work, rule, group, start)
    if threshold is None or count < threshold:
        told = "too little history" if threshold is None else f"{count} of {threshold}"
        work.note(rule, event.id, "not_yet", f"{told} in {group}{usual}")
        return
    key = group_key(rule.name, group)
    memo = work.pad.read(GroupMemo, key) or GroupMemo()
    near = [e for e in memo.episodes if e.start - length <= end and start <= e.end + length]
    if near:
        episode = near[0]
        episode.start = min(start, *(e.start for e in near))
        episode.end = max(end, *(e.end for e in near))
    else:
        origin = f"{rule.name}/{group}/{to_instant(start):%Y-%m-%dT%H:%M:%SZ}"
        episode = Episode(start=start, end=end, threshold=threshold, thread=Thread(origin=origin))
    for other in near[1:]:
        _end_episode(work, rule, key, other, event, f"one with {episode.thread.origin}")
    gone = {e.thread.origin for e in near[1:]}
    kept = [e for e in memo.episodes if e.thread.origin not in gone]
    if not near:
        kept.append(episode)
    _tell_growth(work, rule, group, episode, event, usual)
    # an episode that was muted is not remembered: the next event of it may ring
    remembered = [e for e in kept if _is_kept(work, rule, e)]
    memo.episodes = tuple(sorted(remembered, key=lambda e: e.start)[-_EPISODES_KEPT:])
    if memo.episodes or near:
        work.pad.write(key, memo)


def _tell_growth(
    work: Round, rule: Rule, group: str, episode: Episode, event: Event, usual: str
) -> None:
    over_time = rule.rate or rule.spike
    assert over_time is not None
    thread = episode.thread
    count = len(_load(work, rule, group, episode.start, episode.end))
    before = int(thread.told.get("count", 0))
    if thread.state in ("open", "digested") and count < before + episode.threshold:
        work.note(rule, event.id, "unchanged", f"{count} in {group}, told at {before}")
        return
    told = {"count": str(count)}
    changes = (
        (Change(field="count", before=str(before), after=str(count)),) if thread.has_rung else ()
    )
    span = format_span(over_time.within)
    stretch = f"{to_instant(episode.start):%Y-%m-%d %H:%M} to {to_instant(episode.end):%Y-%m-%d %H:%M} UTC"
    telling = Telling(
        "Update" if thread.has_rung else "Alert",
        f"{count} events in {group}: {rule.description or rule.name}",
        f"{count} from {stretch}, at least {episode.threshold} within {span}{usual};"
        f" the latest: {event.title}",
        event.last_changed,
        event=event,
        changes=changes,
    )
    offer(work, rule, thread, group_key(rule.name, group), telling, told)


def _shrink(work: Round, rule: Rule, group: str, was: float, event: Event) -> None:
    over_time = rule.rate or rule.spike
    assert over_time is not None
    key = group_key(rule.name, group)
    memo = work.pad.read(GroupMemo, key)
    if memo is None:
        return
    length = over_time.within.total_seconds()
    for episode in memo.episodes:
        if not episode.start <= was <= episode.end or episode.thread.state == "cancelled":
            continue
        times = [seen for _, seen in _load(work, rule, group, episode.start, episode.end)]
        fullest = max((_find_fullest(times, length, at)[2] for at in times), default=0)
        if fullest < episode.threshold:
            reason = f"{fullest} are left of {episode.threshold}: {event.title} no longer counts"
            _end_episode(work, rule, key, episode, event, reason)
    memo.episodes = tuple(e for e in memo.episodes if _is_kept(work, rule, e))
    work.pad.write(key, memo)


def _end_episode(
    work: Round, rule: Rule, key: str, episode: Episode, event: Event, reason: str
) -> None:
    drop_held(work, rule, episode.thread)
    if episode.thread.has_rung and episode.thread.state == "open":
        title = f"No longer: {rule.description or rule.name}"
        telling = Telling("Cancel", title, reason, event.last_changed, event_kind=event.kind)
        offer(work, rule, episode.thread, key, telling, {})


def _find_threshold(work: Round, rule: Rule, group: str, start: float) -> tuple[int | None, str]:
    """Find how many events a window needs, and for a spike what is usual; None: not yet known."""
    if isinstance(rule.rate, Rate):
        return rule.rate.count, ""
    spike = rule.spike
    assert isinstance(spike, Spike)
    usual = spike.usual.total_seconds()
    since = work.clock.since if work.clock.since is not None else start
    observed = min(usual, start - since)
    if observed < usual / 2:
        return None, ""
    history = _load(work, rule, group, start - observed, math.nextafter(start, 0))
    average = len(history) / (observed / spike.within.total_seconds())
    return max(spike.at_least, math.ceil(spike.factor * average)), f", usual {average:.1f}"


def _find_fullest(times: list[float], length: float, at: float) -> tuple[float, float, int]:
    """Find the window of `length` around `at` with the most events: its first and last, how many."""
    ordered = sorted(times)
    best = (at, at, 0)
    for index in range(bisect_left(ordered, at - length), bisect_right(ordered, at)):
        start = ordered[index]
        stop = bisect_right(ordered, start + length)
        if stop - index > best[2]:
            best = (start, ordered[stop - 1], stop - index)
    return best


def _load(work: Round, rule: Rule, group: str, start: float, end: float) -> list[tuple[str, float]]:
    """Load the events of a group between two times, inclusive."""
    first, last = int(start // _SHARD), int(end // _SHARD)
    first = max(first, last - _SPAN)
    found: list[tuple[str, float]] = []
    for shard in range(first, last + 1):
        count = work.pad.read(Count, f"count/{rule.name}/{group}/{shard}")
        if count is not None:
            found += [(name, at) for name, at in count.events.items() if start <= at <= end]
    return found


def _is_kept(work: Round, rule: Rule, episode: Episode) -> bool:
    thread = episode.thread
    return thread.has_rung or thread.state == "digested" or is_held(work, rule, thread)


def _count_key(rule: Rule, group: str, at: float) -> str:
    return f"count/{rule.name}/{group}/{int(at // _SHARD)}"


def _name_group(labels: tuple[str, ...]) -> str:
    return "|".join(labels) or "everywhere"


def to_day(key: str) -> dt.date:
    """Read the day of a `count/` key."""
    return to_instant(int(key.rsplit("/", 1)[1]) * _SHARD).date()
