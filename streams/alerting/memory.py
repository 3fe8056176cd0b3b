"""What the ringer remembers between events, as small JSON values under keys of one table.

| key | value | for |
|---|---|---|
| `event/<id>` | `EventMemo` | the newest revision seen, and the thread of alerts of each rule |
| `group/<rule>/<group>` | `GroupMemo` | the episodes of a rate, spike or silence |
| `count/<rule>/<group>/<n>` | `Count` | the events of four hours that a rule over time counts |
| `held/<thread>` | `Held` | an alert that waits for its hour |
| `rung/<scope>` | `Rung` | what rang lately, for limits and repeat intervals |
| `open/<rule>/<labels>` | `Rung` | open alerts that hold other rules back |
| `clock` | `Clock` | the last tick, and when held-back alerts are due |

`Pad` lays the writes of one step over the table. Alerts are sent before the writes are stored, and
the writes may be stored in part when the process dies. Therefore every value is a set or map by id
(writing it twice changes nothing), and the key that says "done" is written last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from streams.records import Alert, Instant

Write = tuple[str, bytes | None]
ThreadState = Literal["waiting", "digested", "open", "cancelled", "moved"]


class Shelf(Protocol):
    """The table as the ringer needs it: bytes under keys."""

    def get(self, key: str, /) -> bytes | None:
        """Get the value of a key, or None."""
        ...

    def items(self) -> Iterable[tuple[str, bytes]]:
        """Go through everything; asked for once a day, to forget what is old."""
        ...


class Memo(BaseModel):
    """A value in the table."""

    model_config = ConfigDict(extra="ignore")


class Thread(Memo):
    """The alerts of one rule about one event or group: Alert, Updates, perhaps Cancel."""

    origin: str
    """The event or group whose id the alert ids are built from, also after a join."""
    sequence: int = 0
    """Number of the next alert; 0 while nothing has rung."""
    references: tuple[str, ...] = ()
    times: tuple[Instant, ...] = ()
    state: ThreadState = "waiting"
    told: dict[str, str] = {}
    """What the rule watches, as it was last told."""
    holding: tuple[str, ...] = ()
    """`open/` keys under which it holds other rules back."""

    @property
    def has_rung(self) -> bool:
        """Tell whether its Alert has been sent."""
        return self.sequence > 0


class EventMemo(Memo):
    """What is remembered of one event."""

    revision: int = 0
    first: dict[str, str] = {}
    """Status and numbers as they were first known; changes are counted from them."""
    threads: dict[str, Thread] = {}
    into: str | None = None
    """The event this one was joined into."""
    counted: dict[str, tuple[str, ...]] = {}
    """Where rules over time have counted it: rule to `count/` keys."""
    changed: Instant | None = None


class Episode(Memo):
    """A stretch of time in which a group met a rule over time, and its alerts."""

    start: float
    end: float
    threshold: int
    thread: Thread


class GroupMemo(Memo):
    """What is remembered of one group of a rule over time."""

    episodes: tuple[Episode, ...] = ()


class Count(Memo):
    """The events of one group and four hours, with the second each is counted at."""

    events: dict[str, float] = {}


class Held(Memo):
    """An alert that waits."""

    alert: Alert
    owner: str
    """Key of the memo that holds its thread."""
    told: dict[str, str]


class Rung(Memo):
    """Ids of what rang, with when, seconds since 1970."""

    ids: dict[str, float] = {}


class Due(Memo):
    """When a held-back alert is due, and why it waits."""

    rule: str
    at: float
    why: str


class Clock(Memo):
    """The last tick."""

    now: float | None = None
    since: float | None = None
    """The earliest event time known: how far back "usual" can look."""
    held: dict[str, Due] = {}
    unlisted: dict[str, tuple[str, ...]] = {}
    """Rule to the reasons for which more waits than is listed."""
    groups: dict[str, dict[str, float]] = {}
    """Rule of silence to its groups, with when each was last heard."""
    swept: float | None = None


MemoT = TypeVar("MemoT", bound=Memo)


class Pad:
    """The table with the writes of one step laid over it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._writes: dict[str, bytes | None] = {}

    def read(self, memo: type[MemoT], key: str) -> MemoT | None:
        """Read a value, as this step has left it."""
        raw = self._writes[key] if key in self._writes else self._shelf.get(key)
        return None if raw is None else memo.model_validate_json(raw)

    def write(self, key: str, value: Memo) -> None:
        """Write a value; nothing is written when it is what the table holds already."""
        raw = value.model_dump_json(exclude_defaults=True).encode()
        if key in self._writes or self._shelf.get(key) != raw:
            self._writes[key] = raw

    def delete(self, key: str) -> None:
        """Delete a key."""
        if key in self._writes or self._shelf.get(key) is not None:
            self._writes[key] = None

    def items(self) -> Iterable[tuple[str, bytes]]:
        """Go through the table as it was before this step."""
        return self._shelf.items()

    def finish(self, last: str) -> tuple[Write, ...]:
        """Give the writes in their order, with the one that says "done" at the end.

        What has been told of waiting alerts is forgotten only after that: a digest that is told
        again must have the same alerts in it. What is left over by a kill, `forget_old` sweeps up.
        """
        told = {key for key, raw in self._writes.items() if raw is None and key.startswith("held/")}
        order = sorted(self._writes, key=lambda key: (key in told, key == last))
        return tuple((key, self._writes[key]) for key in order)


def event_key(event_id: str) -> str:
    """Name the memo of an event."""
    return f"event/{event_id}"


def group_key(rule: str, group: str) -> str:
    """Name the memo of a group."""
    return f"group/{rule}/{group}"


def held_key(rule: str, origin: str) -> str:
    """Name what a thread has waiting."""
    return f"held/{rule}/{origin}"


def to_instant(seconds: float) -> dt.datetime:
    """Read seconds since 1970 as an instant."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
