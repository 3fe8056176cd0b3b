"""An alert in, a message of the Common Alerting Protocol 1.2 out (OASIS Standard, 1 July 2010).

Certainty follows the event's status: confirmed is Observed, corroborated Likely, claimed and contested
Possible. News tells what has happened, so urgency is Past; what is planned or threatened is Future. A
Cancel says what it takes back; `incidents` names the event. Identifiers carry no space, comma, `<` or
`&`, times are written with their offset and no `Z`, as the standard's rules ask.
"""

from __future__ import annotations

import datetime as dt
import re

from lxml import etree

from streams.lexicon.ontology import get_kind
from streams.records import Alert, Event

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "tocsin"
_CERTAINTY = {
    "confirmed": "Observed",
    "corroborated": "Likely",
    "claimed": "Possible",
    "contested": "Possible",
    "withdrawn": "Unlikely",
}
_CATEGORIES = {
    "geophysical": "Geo",
    "weather": "Met",
    "fire": "Fire",
    "health": "Health",
    "environment": "Env",
    "transport_accident": "Transport",
    "accident": "Safety",
    "humanitarian": "Rescue",
    "cyber": "Infra",
    "attack": "Security",
    "military": "Security",
    "territory": "Security",
    "crime": "Security",
    "protest": "Security",
    "threat": "Security",
    "coercion": "Security",
}
_BAD_IDENTIFIER = re.compile(r"[\s,<&]+")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_cap(alert: Alert, sender: str = SENDER) -> bytes:
    """Render an alert as CAP."""
    root = etree.Element(_tag("alert"), nsmap={None: NAMESPACE})  # type: ignore[dict-item] # the stubs know no default namespace
    _add(root, "identifier", clean_identifier(alert.id))
    _add(root, "sender", clean_identifier(sender))
    _add(root, "sent", format_time(alert.at))
    _add(root, "status", "Actual")
    _add(root, "msgType", alert.kind)
    _add(root, "source", f"rule {alert.rule}")
    _add(root, "scope", "Public")
    if alert.kind == "Cancel":
        _add(root, "note", alert.reason)
    if references := _refer(alert, sender):
        _add(root, "references", references)
    # alerts of other rules about the same event are of one incident
    _add(root, "incidents", clean_identifier(alert.event_id))
    _add_info(root, alert)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def clean_identifier(text: str) -> str:
    """Write an identifier without what the standard forbids in one."""
    return _BAD_IDENTIFIER.sub("-", _NOT_XML.sub("", text)) or "-"


def format_time(time: dt.datetime) -> str:
    """Write a time as the standard wants it; UTC is `-00:00`."""
    # isoformat pads the year, strftime does not
    return f"{time.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='seconds')}-00:00"


def _add_info(root: etree._Element, alert: Alert) -> None:
    event = alert.event
    kind = get_kind(alert.event_kind)
    info = _add(root, "info")
    _add(info, "language", "en")
    _add(info, "category", _CATEGORIES.get(kind.group, "Other"))
    _add(info, "event", kind.label)
    _add(info, "urgency", _find_urgency(event))
    _add(info, "severity", alert.severity)
    _add(info, "certainty", _CERTAINTY[event.status] if event else "Unknown")
    code = _add(info, "eventCode")
    _add(code, "valueName", "tocsin:kind")
    _add(code, "value", alert.event_kind)
    if event is not None and event.when.start is not None:
        _add(info, "onset", format_time(event.when.start))
    _add(info, "senderName", "Tocsin")
    _add(info, "headline", alert.title[:160])
    _add(info, "description", "\n".join([alert.reason, *alert.digest]))
    url = next((e.url for e in reversed(event.ledger) if e.url), None) if event else None
    if url and re.match(r"https?://\S+$", url):
        _add(info, "web", url)
    for name, value in _list_parameters(alert):
        parameter = _add(info, "parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    if event is not None and event.where is not None:
        _add_area(info, event)


def _list_parameters(alert: Alert) -> list[tuple[str, str]]:
    found = [("tocsin:event", alert.event_id), ("tocsin:revision", str(alert.event_revision))]
    found += [
        (f"tocsin:change:{change.field}", f"{change.before or ''}>{change.after or ''}")
        for change in alert.changes
    ]
    if alert.event is not None:
        found.append(("tocsin:status", alert.event.status))
        found += [
            (f"tocsin:{toll.measure}", f"{toll.best:.15g}")
            for toll in alert.event.tolls
            if toll.best is not None
        ]
    return found


def _add_area(info: etree._Element, event: Event) -> None:
    where = event.where
    assert where is not None
    area = _add(info, "area")
    names = (where.resolved or where.name, where.admin1, where.country)
    _add(area, "areaDesc", ", ".join(dict.fromkeys(name for name in names if name)))
    if where.point is not None:
        # a tenth of a metre; an exponent is no decimal of the standard
        lat, lon = (f"{degrees:.6f}" for degrees in (where.point.lat, where.point.lon))
        _add(area, "circle", f"{lat},{lon} 0")
    if where.country:
        code = _add(area, "geocode")
        _add(code, "valueName", "ISO3166-1")
        _add(code, "value", where.country)


def _find_urgency(event: Event | None) -> str:
    if event is None:
        return "Unknown"
    return {"planned": "Future", "threatened": "Future", "hypothetical": "Unknown"}.get(
        event.modality, "Past"
    )


def _refer(alert: Alert, sender: str) -> str:
    return " ".join(
        f"{clean_identifier(sender)},{clean_identifier(reference)},{format_time(at)}"
        for reference, at in zip(alert.references, alert.reference_times, strict=False)
    )


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, _tag(name))
    if text is not None:
        element.text = _NOT_XML.sub("", text)
    return element
