"""A record in, one line for a person out: what a log viewer or a search result shows of it."""

from __future__ import annotations

from streams.lexicon.ontology import get_kind
from streams.records import Alert, Event, FeedHealth, Mention, Quantity, Toll, When, Where

_TOLD = ("killed", "injured", "missing", "displaced", "detained", "money", "magnitude")
"""The measures that a line tells, in this order; the others stay in the document."""


def describe_event(event: Event) -> str:
    """Describe an event, e.g. `Missile strike in Kryvyi Rih, UA on 2023-06-13; killed 11`."""
    tolls = {toll.measure: toll for toll in reversed(event.tolls)}
    numbers = [_tell_toll(tolls[measure]) for measure in _TOLD if measure in tolls]
    head = _head(event.kind, event.where, event.when)
    return "; ".join([f"{head} ({event.status})", *numbers, event.title])


def describe_mention(mention: Mention) -> str:
    """Describe a mention: kind, place, date and modality, numbers, and the outlet."""
    numbers = {number.measure: number for number in reversed(mention.numbers)}
    told = [_tell_number(numbers[measure]) for measure in _TOLD if measure in numbers]
    head = _head(mention.kind, mention.where, mention.when)
    return "; ".join([f"{head} ({mention.modality})", *told, f"{mention.publisher} reports"])


def describe_alert(alert: Alert) -> str:
    """Describe an alert: its type, rule and title."""
    return f"{alert.kind} {alert.rule}: {alert.title}"


def describe_feed(feed: FeedHealth) -> str:
    """Describe how a feed is doing: title and address, its health and the reason."""
    name = f"{feed.title} ({feed.feed})" if feed.title else feed.feed
    told = f"{name} is {feed.health}"
    if feed.errors and feed.error:
        told = f"{told}, {feed.errors} polls in a row: {feed.error}"
    return told


def _head(kind: str, where: Where | None, when: When) -> str:
    parts = [get_kind(kind).label]
    if where is not None:
        names = [where.name, where.admin1, where.country]
        named = [name for i, name in enumerate(names) if name and name not in names[:i]]
        parts.append(f"in {', '.join(named)}")
    if when.date is not None:
        parts.append(f"on {when.date.isoformat()}")
    return " ".join(parts)


def _tell_toll(toll: Toll) -> str:
    best = _number(toll.best if toll.best is not None else toll.low)
    spread = ""
    if toll.low is not None and toll.high is not None and toll.low != toll.high:
        spread = f" ({_number(toll.low)} to {_number(toll.high)})"
    return f"{toll.measure} {best}{spread}"


def _tell_number(number: Quantity) -> str:
    return f"{number.measure} {number.text}"


def _number(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"
