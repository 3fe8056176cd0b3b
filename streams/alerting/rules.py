"""`alerts.toml` in, frozen `Rules` out, or one `SettingsError` that names every problem.

A rule says what an event must be (`match`), what may have to happen over time (`rate`, `spike`,
`silence`, `change`, `novel`), and how it rings (`severity`, `channels`, `group_by`, `repeat`,
`quiet`, `digest`, `limit_per_hour`). `docs/alerts.md` tells each field with an example.
"""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from streams.alerting.conditions import Changed, Number, SpanOfTime, Watched
from streams.errors import SettingsError
from streams.identity import fold_text
from streams.lexicon.ontology import load_ontology
from streams.records import Instant, Modality, Newsworthiness, Severity, Status

SEVERITIES: tuple[Severity, ...] = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")
"""From the mildest to the worst."""

Label = Literal[
    "event", "kind", "group", "country", "admin1", "place", "publisher", "family", "actor", "story"
]
"""What events can be grouped by."""


def _check_kind(name: str) -> str:
    known = {fold_text(kind) for kind in load_ontology()}
    known |= {fold_text(parent) for kind in load_ontology().values() for parent in kind.parents}
    if fold_text(name) in known:
        return name
    near = difflib.get_close_matches(fold_text(name), sorted(known), n=1)
    hint = f", did you mean {near[0]}?" if near else ""
    raise ValueError(f"{name!r} is no kind of event nor a parent of one{hint}")


def _check_country(code: str) -> str:
    if len(code) != 2 or not code.isalpha() or not code.isascii():
        raise ValueError(f"{code!r} is no country; use two letters of ISO 3166-1, e.g. UA")
    return code.upper()


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is no known time zone, e.g. Europe/London") from error
    return name


def _check_clock(value: object) -> object:
    """Take `23:00:00` or `"23:00"`; pydantic would read 23 as seconds, in UTC."""
    if isinstance(value, str) and len(value) in (5, 8) and value.replace(":", "").isdigit():
        return value
    if isinstance(value, dt.time) and value.tzinfo is None:
        return value
    raise ValueError(f"{value!r} is no time of day; write for example 23:00:00")


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str | Mapping) else value


Clock = Annotated[dt.time, BeforeValidator(_check_clock)]
KindName = Annotated[str, AfterValidator(_check_kind)]
CountryCode = Annotated[str, AfterValidator(_check_country)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]


class Piece(BaseModel):
    """A part of a rules file; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Circle(Piece):
    """Everything within `km` of a point."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    km: float = Field(gt=0, le=20_040)


class Match(Piece):
    """What an event must be: every field that is given must hold; within a field, any value."""

    kind: Annotated[tuple[KindName, ...], BeforeValidator(_as_tuple)] = ()
    not_kind: Annotated[tuple[KindName, ...], BeforeValidator(_as_tuple)] = ()
    country: Annotated[tuple[CountryCode, ...], BeforeValidator(_as_tuple)] = ()
    not_country: Annotated[tuple[CountryCode, ...], BeforeValidator(_as_tuple)] = ()
    admin1: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    place: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    within: Annotated[tuple[Circle, ...], BeforeValidator(_as_tuple)] = ()
    polygon: tuple[tuple[float, float], ...] = Field((), description="longitude, latitude pairs")
    numbers: Annotated[tuple[Number, ...], BeforeValidator(_as_tuple)] = ()
    status: Annotated[tuple[Status, ...], BeforeValidator(_as_tuple)] = ()
    publishers: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    not_publishers: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    actors: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    words: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    not_words: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    events: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    stories: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    modality: Annotated[tuple[Modality, ...], BeforeValidator(_as_tuple)] = ("happened",)
    newsworthiness: Annotated[tuple[Newsworthiness, ...], BeforeValidator(_as_tuple)] = ("new",)

    @field_validator("polygon")
    @classmethod
    def _check_polygon(
        cls, corners: tuple[tuple[float, float], ...]
    ) -> tuple[tuple[float, float], ...]:
        if corners and len(set(corners)) < 3:
            raise ValueError("a polygon needs at least three corners")
        # written so that `nan`, which TOML knows, is refused too
        if not all(abs(lon) <= 360 and abs(lat) <= 90 for lon, lat in corners):
            raise ValueError("corners are [longitude, latitude], in degrees")
        for (lon1, _), (lon2, _) in zip(corners, (*corners[1:], *corners[:1]), strict=True):
            if abs(lon1 - lon2) > 180:
                raise ValueError(
                    f"the side from longitude {lon1:g} to {lon2:g} spans more than 180 degrees; across"
                    " the 180th meridian write 190 for -170, else put a corner in between"
                )
        return corners


Matches = Annotated[tuple[Match, ...], BeforeValidator(_as_tuple)]
By = Annotated[tuple[Label, ...], BeforeValidator(_as_tuple)]


def _check_counted(span: dt.timedelta) -> dt.timedelta:
    if span > dt.timedelta(days=90):
        raise ValueError("may be at most 90d: older events are no longer counted")
    return span


Counted = Annotated[SpanOfTime, AfterValidator(_check_counted)]


class Rate(Piece):
    """`count` events of a group within a length of time."""

    count: int = Field(ge=2)
    within: Counted
    by: By = ()
    time: Literal["happened", "reported"] = "happened"


class Spike(Piece):
    """Many more events of a group than usual."""

    factor: float = Field(gt=1)
    within: SpanOfTime
    usual: Counted = dt.timedelta(days=14)
    at_least: int = Field(5, ge=2)
    by: By = ()
    time: Literal["happened", "reported"] = "happened"

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if self.usual < 2 * self.within:
            raise ValueError("usual must be at least twice as long as within")
        return self


class Silence(Piece):
    """No event of a group for a length of time: an outlet or a region gone quiet."""

    within: SpanOfTime
    by: By = ()


class Novel(Piece):
    """No other event of the group in the time before."""

    within: Counted = dt.timedelta(days=30)
    by: By = ("kind", "country")


class Quiet(Piece):
    """Hours in which nothing rings but the worst; what was held back is told at their end."""

    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")
    timezone: Zone = "UTC"
    through: Severity = Field("Extreme", description="this severity and worse rings anyway")

    @model_validator(mode="after")
    def _check_hours(self) -> Self:
        if self.start == self.end:
            raise ValueError("from and to are the same time")
        return self


class Daily(Piece):
    """Tell everything once a day, in one digest."""

    at: Clock
    timezone: Zone = "UTC"


class Escalation(Piece):
    """A worse severity when a number is high."""

    when: Number
    severity: Severity


class Rule(Piece):
    """When the bell rings, how loudly and where."""

    name: Name
    description: str = ""
    match: Matches = (Match(),)
    change: Annotated[tuple[Changed, ...], BeforeValidator(_as_tuple)] = ()
    rate: Rate | None = None
    spike: Spike | None = None
    silence: Silence | None = None
    novel: Novel | None = None
    watch: tuple[Watched, ...] | None = None
    severity: Severity = "Moderate"
    escalate: tuple[Escalation, ...] = ()
    channels: tuple[str, ...] = ()
    group_by: By = ("event",)
    repeat: SpanOfTime | None = None
    quiet: Quiet | None = None
    digest: Daily | None = None
    limit_per_hour: int | None = Field(None, ge=1)
    max_age: SpanOfTime = dt.timedelta(days=3)
    enabled: bool = True

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        over_time = [n for n in ("rate", "spike", "silence") if getattr(self, n) is not None]
        if len(over_time) > 1:
            raise ValueError(f"{' and '.join(over_time)} do not go together; make two rules")
        if over_time and (self.change or self.novel):
            raise ValueError(f"{over_time[0]} does not go with change or novel; make two rules")
        return self

    @property
    def is_about_events(self) -> bool:
        """Tell whether it rings for single events, not for groups over time."""
        return self.rate is None and self.spike is None and self.silence is None


class Inhibition(Piece):
    """While an alert of `by` is open, the rules in `holds` are mute for events with equal labels."""

    by: Name
    holds: Annotated[tuple[Name, ...], BeforeValidator(_as_tuple)]
    equal: By = ("country",)
    window: SpanOfTime = Field(dt.timedelta(days=1), alias="for")


class Mute(Piece):
    """A silence a person asked for: nothing that fits rings until its end."""

    id: Name
    rule: str | None = None
    event: str | None = None
    kind: KindName | None = None
    country: CountryCode | None = None
    start: Instant = Field(alias="from")
    end: Instant = Field(alias="to")
    comment: str = ""

    @model_validator(mode="after")
    def _check_mute(self) -> Self:
        if self.end <= self.start:
            raise ValueError("it ends before it begins")
        return self


class Rules(Piece):
    """Everything that decides what rings."""

    schema_version: Literal[1] = Field(1, alias="schema")
    rule: tuple[Rule, ...] = ()
    inhibit: tuple[Inhibition, ...] = ()
    mute: tuple[Mute, ...] = ()
    limit_per_hour: int | None = Field(None, ge=1, description="for all rules together")

    @property
    def active(self) -> tuple[Rule, ...]:
        """The rules that are on; those that hold others back come first."""
        sources = {inhibition.by for inhibition in self.inhibit}
        rules = [rule for rule in self.rule if rule.enabled]
        return tuple(sorted(rules, key=lambda rule: rule.name not in sources))


def load_rules(source: str | Path, mutes: tuple[Mute, ...] = ()) -> Rules:
    """Load rules from a file, or from TOML text; raise `SettingsError` with every problem found.

    `[defaults]` holds fields for all rules (a rule's own win); `mutes` are what
    `tocsin alerts silence` has added.
    """
    name, table = read_table(source, "alerts.toml")
    table = _apply_defaults(table)
    problems: list[str] = []
    rules = None
    try:
        rules = Rules.model_validate(table)
    except ValidationError as error:
        problems += [describe_problem(name, table, detail) for detail in error.errors()]
    problems += [f"{name}: {problem}" for problem in _find_conflicts(table)]
    if problems or rules is None:
        raise SettingsError(tuple(problems))
    return rules.model_copy(update={"mute": rules.mute + mutes})


def read_table(source: str | Path, name: str) -> tuple[str, dict[str, Any]]:
    """Read TOML from a path or text; give the name to call it by, and its table."""
    if isinstance(source, Path):
        name = source.name
        try:
            source = source.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError((f"{name}: cannot be read: {error}",)) from error
    try:
        return name, tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError((f"{name}: not readable as TOML: {error}",)) from error


def describe_problem(name: str, table: Mapping[str, Any], detail: Any) -> str:
    """Say one problem of a TOML file, with the entry's own name where it has one."""
    found: Any = table
    parts: list[str] = []
    for step in detail["loc"]:
        found = _go(found, step)
        if isinstance(step, int):
            own = found.get("name") if isinstance(found, Mapping) else None
            parts[-1:] = [f"{parts[-1]} {own or step + 1}" if parts else str(step + 1)]
        else:
            parts.append(str(step))
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = "unknown name"
    elif detail["type"] == "missing":
        message = "is missing"
    return f"{name}: {' > '.join(parts) or 'file'}: {message}"


def _go(found: Any, step: str | int) -> Any:
    if isinstance(found, Mapping) and isinstance(step, str):
        return found.get(step)
    if isinstance(found, list) and isinstance(step, int) and step < len(found):
        return found[step]
    return found if isinstance(step, int) else None


def _apply_defaults(table: dict[str, Any]) -> dict[str, Any]:
    defaults = table.get("defaults")
    if not isinstance(defaults, Mapping):
        return table
    rules = table.get("rule", [])
    if isinstance(rules, list):
        rules = [{**defaults, **rule} if isinstance(rule, Mapping) else rule for rule in rules]
    return {name: value for name, value in table.items() if name != "defaults"} | {"rule": rules}


def _find_conflicts(table: Mapping[str, Any]) -> list[str]:
    """Find what single fields cannot show: names used twice or unknown, and circles."""
    rules = [r for r in _tables(table.get("rule")) if isinstance(r.get("name"), str)]
    names = Counter(str(rule["name"]) for rule in rules)
    problems = [f"rule {name}: the name is used {n} times" for name, n in names.items() if n > 1]
    held: dict[str, set[str]] = {}
    for inhibition in _tables(table.get("inhibit")):
        by = str(inhibition.get("by"))
        targets = {str(name) for name in _listed(inhibition.get("holds"))}
        problems += [
            f"inhibit: there is no rule {name}"
            for name in sorted({by} | targets)
            if name not in names
        ]
        held.setdefault(by, set()).update(targets)
    problems += [
        f"inhibit: {by} holds itself back in a circle" for by in sorted(held) if _reaches(held, by)
    ]
    return problems


def _reaches(held: Mapping[str, set[str]], start: str) -> bool:
    seen: set[str] = set()
    todo = list(held.get(start, ()))
    while todo:
        name = todo.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            todo += held.get(name, ())
    return False


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []
