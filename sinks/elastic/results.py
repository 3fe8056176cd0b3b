"""A found document in; its cells for a table and the lines of its ledger out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sinks.elastic.shapes import ShapeName

Fields = Mapping[str, Any]
Column = Callable[[Fields], str]

_TOLLS = ("killed", "injured", "missing", "displaced", "affected", "money", "magnitude")


def describe_ledger(fields: Fields) -> Iterator[str]:
    """Tell who says what about an event, oldest first."""
    for entry in fields.get("ledger", ()):
        of = f" {entry['of']}" if entry.get("of") else ""
        numbers = ", ".join(number["text"] for number in entry.get("numbers", ()))
        told = f" ({numbers})" if numbers else ""
        yield (
            f"{_minute(entry.get('at'))} {entry['claimant']} {_stance(entry['stance'])}{of}{told}"
            f" [{entry['publisher']}]"
        )


def _stance(stance: str) -> str:
    return stance.replace("_", " ")


def _text(path: str) -> Column:
    def tell(fields: Fields) -> str:
        value: Any = fields
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is None:
            return ""
        if isinstance(value, (list, tuple)):
            return ", ".join(str(part) for part in value)
        return str(value)

    return tell


def _minute(value: object) -> str:
    return str(value)[:16].replace("T", " ") if value else ""


def _at(fields: Fields) -> str:
    return _minute(fields.get("@timestamp"))


def _polled(fields: Fields) -> str:
    return _minute(fields.get("last_try"))


def _last_new(fields: Fields) -> str:
    return _minute(fields.get("last_new"))


def _when(fields: Fields) -> str:
    when = fields.get("when") or {}
    precision = str(when.get("precision"))
    date = str(when.get("date") or "")
    if precision == "before" or not date:
        return f"by {str((fields.get('event') or {}).get('end') or fields.get('@timestamp'))[:10]}"
    if precision == "hour":
        return _minute((fields.get("event") or {}).get("start"))
    return {"year": date[:4], "month": date[:7], "week": f"week of {date}"}.get(precision, date)


def _where(fields: Fields) -> str:
    geo = fields.get("geo") or {}
    parts = [geo.get("name"), geo.get("region_name"), geo.get("country_iso_code")]
    return ", ".join(part for i, part in enumerate(parts) if part and part not in parts[:i])


def _toll(fields: Fields) -> str:
    told = []
    for measure in _TOLLS:
        ends = fields.get(measure) or {}
        best = ends.get("best", ends.get("low"))
        if best is None:
            continue
        low, high = ends.get("low", best), ends.get("high", best)
        spread = f" ({low:,.10g}-{high:,.10g})" if low != high else ""
        unit = f" {ends['unit']}" if measure == "money" and ends.get("unit") else ""
        told.append(f"{measure} {best:,.10g}{spread}{unit}")
    return ", ".join(told)


COLUMNS: dict[ShapeName, dict[str, Column]] = {
    "events": {
        "when": _when,
        "kind": _text("kind"),
        "where": _where,
        "toll": _toll,
        "status": _text("status"),
        "voices": _text("voices"),
        "title": _text("title"),
    },
    "articles": {
        "published": _at,
        "publisher": _text("publisher"),
        "language": _text("language"),
        "title": _text("title"),
        "address": _text("url.full"),
    },
    "mentions": {
        "when": _when,
        "kind": _text("kind"),
        "modality": _text("modality"),
        "where": _where,
        "toll": _toll,
        "publisher": _text("publisher"),
        "sentence": _text("sentence"),
    },
    "alerts": {
        "at": _at,
        "rule": _text("rule.name"),
        "type": _text("alert_kind"),
        "severity": _text("severity"),
        "kind": _text("kind"),
        "where": _where,
        "title": _text("title"),
    },
    "deadletters": {
        "at": _at,
        "step": _text("step"),
        "reason": _text("reason"),
        "topic": _text("topic"),
        "partition": _text("partition"),
        "offset": _text("offset"),
        "detail": _text("error.message"),
    },
    "feeds": {
        "polled": _polled,
        "health": _text("health"),
        "publisher": _text("publisher"),
        "errors": _text("errors"),
        "last new": _last_new,
        "feed": _text("message"),
    },
}
"""The columns of the table of each sort of record."""
