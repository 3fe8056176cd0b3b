"""What a message of a batch leads to, before any of it is sent or stored; and state with plans laid over.

A batch is handled in three strides: plan every message in order, send everything that the plans say and
wait for every acknowledgement, then store everything. Send first, store after holds for the batch as a
whole: a crash between the strides repeats the batch on the state as it was, with the same result. While
planning, each message must see what those before it will store: that is `Overlay`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from streams.outcomes import Dead, Outcome
from streams.records import MAX_RECORD_BYTES, Record, encode
from streams.topics import Topic

Write = tuple[str, bytes | None]
Message = tuple[Topic, str, Record]
Wire = tuple[Topic, bytes, bytes]


class Shelf(Protocol):
    """The stored state of one partition."""

    def get(self, key: str) -> bytes | None:
        """Look a key up; None where there is none."""
        ...

    def items(self) -> Iterable[tuple[str, bytes]]:
        """Every key with its value."""
        ...


@dataclass(slots=True)
class Overlay:
    """A shelf as it will be once the writes that are planned are stored."""

    shelf: Shelf
    writes: dict[str, bytes | None] = field(default_factory=dict)

    def get(self, key: str) -> bytes | None:
        """Look a key up, planned writes first."""
        return self.writes[key] if key in self.writes else self.shelf.get(key)

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Every key with the value it will have."""
        for key, value in self.shelf.items():
            if key not in self.writes:
                yield key, value
        for key, planned in self.writes.items():
            if planned is not None:
                yield key, planned

    def plan(self, writes: Sequence[Write]) -> None:
        """Lay writes over what is stored."""
        self.writes.update(writes)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one message leads to: its outcome, what to send, and what to store after."""

    outcome: Outcome[Any]
    messages: tuple[Wire, ...] = ()
    writes: tuple[Write, ...] = ()


def build_plan(outcome: Outcome[Any], messages: Sequence[Message], writes: Sequence[Write]) -> Plan:
    """Build a plan; when a record is too large for the wire, the message is dead and stores nothing."""
    wires = tuple((topic, key.encode(), encode(record)) for topic, key, record in messages)
    for topic, key, value in wires:
        if len(value) > MAX_RECORD_BYTES:
            return Plan(Dead("too_large", f"{topic.name} {key.decode()}: {len(value)} bytes"))
    return Plan(outcome, wires, tuple(writes))
