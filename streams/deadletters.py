"""A message that a step could not take in, its dead letter out: the bytes as they came, and why."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass

from streams.identity import deadletter_id
from streams.outcomes import Dead
from streams.records import DeadLetter

MAX_RAW_BYTES = 700_000
"""Base64 of this fits into one record of `MAX_RECORD_BYTES`."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a message stood."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


def build_deadletter(
    step: str,
    dead: Dead,
    position: Position,
    message: tuple[bytes | None, bytes | None],
    now: dt.datetime,
) -> DeadLetter:
    """Build the dead letter of one message; `message` is its key and its value."""
    key, value = message
    raw = value or b""
    return DeadLetter(
        id=deadletter_id(step, str(position)),
        step=step,
        reason=dead.reason,
        detail=dead.detail[:2_000],
        topic=position.topic,
        partition=position.partition,
        offset=position.offset,
        key=None if key is None else base64.b64encode(key[:1_000]).decode(),
        raw=base64.b64encode(raw[:MAX_RAW_BYTES]).decode(),
        truncated=len(raw) > MAX_RAW_BYTES,
        at=now,
    )
