"""Scripted streams give exactly the alerts expected, in every order, through kills and replays."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.records import Event
from tests.alerting.scripts import Message, Script, Worker, load_scripts, net_threads, tell_alert

SCRIPTS = load_scripts()
every_script = pytest.mark.parametrize("script", SCRIPTS, ids=[s.name for s in SCRIPTS])


def test_there_are_at_least_fifteen_scripts() -> None:
    """The issue asks for fifteen."""
    assert len(SCRIPTS) >= 15


@every_script
def test_script_gives_exactly_the_alerts_expected(script: Script) -> None:
    """In the order as written, every alert and nothing else."""
    sent = Worker(script.rules).play_all(script.messages).sent
    told = [tell_alert(alert) for alert in sent]
    assert told == [_drop_extras(expected) for expected in script.expect]
    for alert, expected in zip(sent, script.expect, strict=True):
        for name in ("severity", "channels", "title", "at"):
            if name in expected:
                found = getattr(alert, name)
                assert (list(found) if isinstance(found, tuple) else found) == expected[name]
        for words in expected.get("reason", ()):
            assert words in alert.reason
    net_threads(sent)


@every_script
@settings(max_examples=20, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_kills_and_redelivery_ring_nothing_new(script: Script, rng: random.Random) -> None:
    """Killed after any write and fed the same messages again, the same ids with the same content."""
    whole = {alert.id: alert for alert in Worker(script.rules).play_all(script.messages).sent}
    worker = Worker(script.rules)
    for index, message in enumerate(script.messages):
        if rng.random() < 0.5:
            worker.play(message, kill_after=rng.randrange(0, 6))
        if rng.random() < 0.3 and isinstance(message, Event):
            # what was handled before comes once more: the offset had not been committed
            for earlier in script.messages[max(0, index - 3) : index]:
                if isinstance(earlier, Event):
                    worker.play(earlier)
        worker.play(message)
    assert {alert.id for alert in worker.sent} == set(whole)
    for alert in worker.sent:
        if not alert.digest:
            assert alert == whole[alert.id]


@every_script
def test_replay_rings_nothing(script: Script) -> None:
    """The whole topic read again from the start, with the table kept, rings nothing."""
    worker = Worker(script.rules).play_all(script.messages)
    before = len(worker.sent)
    worker.play_all(message for message in script.messages if isinstance(message, Event))
    assert len(worker.sent) == before


@pytest.mark.parametrize(
    "script", [s for s in SCRIPTS if "exact" in s.orders], ids=lambda script: script.name
)
@settings(max_examples=30, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_events_in_any_order_give_the_same_alerts(script: Script, rng: random.Random) -> None:
    """While each event's revisions keep their order, the alerts are the same to the letter."""
    whole = {alert.id: alert for alert in Worker(script.rules).play_all(script.messages).sent}
    shuffled = Worker(script.rules).play_all(_interleave(script.messages, rng)).sent
    assert {alert.id: alert for alert in shuffled} == whole
    assert len(shuffled) == len(whole)


@pytest.mark.parametrize(
    "script", [s for s in SCRIPTS if "net" in s.orders], ids=lambda script: script.name
)
@settings(max_examples=60, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_any_order_leaves_people_with_the_same(script: Script, rng: random.Random) -> None:
    """Revisions and events in any order, doubled: the same open threads, one Alert at each head."""
    whole = net_threads(Worker(script.rules).play_all(script.messages).sent)
    mixed: list[Message] = []
    for segment in _split_by_ticks(script.messages):
        events = [*segment, *rng.sample(segment, rng.randrange(len(segment) + 1))]
        events = [message for message in events if isinstance(message, Event)]
        rng.shuffle(events)
        mixed += [*events, *(m for m in segment if not isinstance(m, Event))]
    assert net_threads(Worker(script.rules).play_all(mixed).sent) == whole


def _drop_extras(expected: dict[str, Any]) -> dict[str, Any]:
    compared = ("kind", "rule", "event", "changes", "digest")
    return {name: expected[name] for name in compared if name in expected}


def _split_by_ticks(messages: tuple[Message, ...]) -> list[list[Message]]:
    segments: list[list[Message]] = [[]]
    for message in messages:
        segments[-1].append(message)
        if not isinstance(message, Event):
            segments.append([])
    return segments


def _interleave(messages: tuple[Message, ...], rng: random.Random) -> list[Message]:
    """Mix the events of each stretch between ticks, keeping the order of each event's revisions."""
    mixed: list[Message] = []
    for segment in _split_by_ticks(messages):
        by_event: dict[str, list[Message]] = {}
        for message in segment:
            if isinstance(message, Event):
                by_event.setdefault(message.id, []).append(message)
        while by_event:
            name = rng.choice(sorted(by_event))
            mixed.append(by_event[name].pop(0))
            if not by_event[name]:
                del by_event[name]
        mixed += [m for m in segment if not isinstance(m, Event)]
    return mixed
