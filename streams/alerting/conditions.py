"""The small sentences of a rule in, conditions out: `killed.best >= 10`, `status to contested`, `24h`.

A number is a toll of the event with the end that is meant (`low`, `best` or `high`; `best` when not
said), or `voices`, `publishers` and `families`, which count who reports it. An unknown number meets
no condition: unknown is not zero.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, PlainSerializer

from streams.records import Event, Measure, Status, Toll

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LONGEST = 40_000 * 86_400
"""A century: added to any time of an event, it stays one that can be written."""
_SPAN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*$")
_NUMBER = re.compile(
    r"^\s*(?P<field>[a-z_]+(?:\.(?:low|best|high))?)\s*(?P<sign>>=|<=|==|=|>|<)\s*"
    r"(?P<value>\d[\d_]*(?:\.\d+)?(?:e\d+)?)\s*(?P<unit>[A-Za-z][\w-]*)?\s*$"
)
_STATUS_CHANGE = re.compile(r"^\s*status\s+to\s+(?P<status>[a-z]+)\s*$")
_NUMBER_CHANGE = re.compile(
    r"^\s*(?P<field>[a-z_]+(?:\.(?:low|best|high))?)\s+(?P<way>up|down)\s+(?:by\s+)?"
    r"(?P<value>\d+(?:\.\d+)?)\s*(?P<percent>%)?\s*$"
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_COUNTS = ("voices", "publishers", "families")
_MEASURES: tuple[str, ...] = get_args(Measure)
_STATUSES: tuple[str, ...] = get_args(Status)


def parse_span(value: object) -> object:
    """Read `90m`, `24h`, `7d` or `2w` as a length of time; other values are pydantic's to refuse."""
    if not isinstance(value, str):
        return value
    match = _SPAN.match(value)
    if match is None:
        raise ValueError(f"{value!r} is no length of time; write for example 90m, 24h or 7d")
    seconds = float(match[1]) * _UNITS[match[2]]
    if not 0 < seconds <= _LONGEST:
        raise ValueError(f"{value!r}: a length of time is longer than nothing, and at most 40000d")
    return dt.timedelta(seconds=seconds)


def format_span(span: dt.timedelta) -> str:
    """Write a length of time as rules do: `24h`, `7d`."""
    seconds = int(span.total_seconds())
    for unit in ("w", "d", "h", "m"):
        if seconds >= 2 * _UNITS[unit] and seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
        if unit in "hm" and seconds % _UNITS[unit] == 0 and seconds:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


SpanOfTime = Annotated[dt.timedelta, BeforeValidator(parse_span), PlainSerializer(format_span)]


@dataclass(frozen=True, slots=True)
class NumberCondition:
    """`killed.best >= 10`, with a unit where one was given (`money >= 1000000 USD`)."""

    field: str
    sign: str
    value: float
    unit: str | None

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.field} {self.sign} {format_number(self.value)}{unit}"

    def is_met(self, event: Event) -> bool:
        """Tell whether the event's number is known and meets this."""
        found = read_number(event, self.field, self.unit)
        return found is not None and _SIGNS[self.sign](found, self.value)


@dataclass(frozen=True, slots=True)
class StatusChange:
    """`status to contested`: it is now, and was something else when the event was first seen."""

    status: str
    field: str = "status"

    def __str__(self) -> str:
        return f"status to {self.status}"

    def is_met(self, event: Event, first: Mapping[str, str]) -> bool:
        """Tell whether the status has become this since the event was first seen."""
        before = first.get("status")
        return event.status == self.status and before is not None and before != self.status


@dataclass(frozen=True, slots=True)
class NumberChange:
    """`killed.best up 50%`: against the first value that was known for the event."""

    field: str
    way: str
    value: float
    percent: bool

    def __str__(self) -> str:
        return f"{self.field} {self.way} {format_number(self.value)}{'%' if self.percent else ''}"

    def is_met(self, event: Event, first: Mapping[str, str]) -> bool:
        """Tell whether the number has moved so far since it was first known."""
        now = read_number(event, self.field)
        if now is None or self.field not in first:
            return False
        before = float(first[self.field])
        step = abs(before) * self.value / 100 if self.percent else self.value
        if now == before:
            return False
        return now >= before + step if self.way == "up" else now <= before - step


Change = StatusChange | NumberChange


def parse_number(value: object) -> object:
    """Read a number condition."""
    if not isinstance(value, str):
        return value
    match = _NUMBER.match(value)
    if match is None:
        raise ValueError(f"{value!r} is no condition on a number; write for example killed >= 10")
    return NumberCondition(
        _name_field(match["field"]),
        match["sign"],
        _read_finite(match["value"].replace("_", "")),
        match["unit"],
    )


def parse_change(value: object) -> object:
    """Read a condition on a change."""
    if not isinstance(value, str):
        return value
    if match := _STATUS_CHANGE.match(value):
        if match["status"] not in _STATUSES:
            raise ValueError(f"{match['status']!r} is no status; there are {', '.join(_STATUSES)}")
        return StatusChange(match["status"])
    if match := _NUMBER_CHANGE.match(value):
        field = _name_field(match["field"])
        step = _read_finite(match["value"])
        return NumberChange(field, match["way"], step, bool(match["percent"]))
    raise ValueError(
        f"{value!r} is no change; write for example 'status to contested' or 'killed up 50%'"
    )


def parse_field(value: object) -> object:
    """Read the name of a field that a rule watches."""
    if not isinstance(value, str) or value in ("status", "kind", "place", "title"):
        return value
    return _name_field(value)


def read_number(event: Event, field: str, unit: str | None = None) -> float | None:
    """Read a number of the event by its name; None where nobody gave it."""
    if field in _COUNTS:
        return float(event.voices if field == "voices" else len(getattr(event, field)))
    measure, _, end = field.partition(".")
    toll = _find_toll(event, measure, unit)
    found = None if toll is None else getattr(toll, end)
    return None if found is None else float(found)


def read_firsts(event: Event) -> dict[str, str]:
    """Read what a change is counted from: the status and every known number."""
    firsts = {"status": str(event.status)}
    for toll in reversed(event.tolls):  # the first of a measure wins, as in `read_number`
        for end in ("low", "best", "high"):
            if (value := getattr(toll, end)) is not None:
                firsts[f"{toll.measure}.{end}"] = repr(float(value))
    return firsts | {name: repr(read_number(event, name)) for name in _COUNTS}


def format_number(value: float) -> str:
    """Write a number plainly: 10, 2.5, 2400000000; exponents only from 15 digits on."""
    return f"{value:.15g}"


def _read_finite(text: str) -> float:
    value = float(text)
    if value == math.inf:
        raise ValueError(f"{text} is no number that an event could have")
    return value


def _find_toll(event: Event, measure: str, unit: str | None) -> Toll | None:
    for toll in event.tolls:
        if toll.measure == measure and (unit is None or (toll.unit or "").lower() == unit.lower()):
            return toll
    return None


def _name_field(name: str) -> str:
    measure, dot, end = name.partition(".")
    if measure in _COUNTS and not dot:
        return measure
    if measure not in _MEASURES:
        known = ", ".join((*_COUNTS, *_MEASURES))
        raise ValueError(f"{name!r} is no number of an event; there are {known}")
    return f"{measure}.{end or 'best'}"


def _keep(value: Any) -> str:
    return str(value)


Number = Annotated[NumberCondition, BeforeValidator(parse_number), PlainSerializer(_keep)]
Changed = Annotated[Change, BeforeValidator(parse_change), PlainSerializer(_keep)]
Watched = Annotated[str, BeforeValidator(parse_field)]
