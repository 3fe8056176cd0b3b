"""Short made-up reports tell the new events that they should, class by class of old faults."""

from __future__ import annotations

from collections import defaultdict

from streams.records import Mention
from tests.reading.coding.build import Telling, load_tellings, read_sentence

MIN_CLASS = 0.5
"""Share of a class that is read to the letter; the classes are of what was hard."""


def test_each_class_is_read() -> None:
    """A rule that reads one class must not unread another."""
    right: dict[str, list[bool]] = defaultdict(list)
    for telling in load_tellings("tellings.toml"):
        right[telling.name].append(telling.is_told_by(_kinds_of(telling)))
    shares = {name: sum(told) / len(told) for name, told in right.items()}
    assert {name: share for name, share in shares.items() if share < MIN_CLASS} == {}


def _kinds_of(telling: Telling) -> list[str]:
    return [m.kind for m in _read(telling) if m.newsworthiness == "new"]


def _read(telling: Telling) -> tuple[Mention, ...]:
    return read_sentence(telling.text, telling.headline)
