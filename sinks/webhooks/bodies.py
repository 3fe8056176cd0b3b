"""An alert and an endpoint's format in, the bytes that are sent out; built once, sent as they are.

`json` is the body of Standard Webhooks (`type`, `timestamp`, `data`), `cloudevents` the same data in a
CloudEvents 1.0 envelope, `cap` the Common Alerting Protocol, `template` a person's own words. The
chats are in `sinks.webhooks.chat`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sinks.webhooks.cap import render_cap
from sinks.webhooks.chat import CHATS
from sinks.webhooks.endpoints import Endpoint
from sinks.webhooks.mail import render_mail
from sinks.webhooks.template import render_template
from streams.records import SCHEMA, Alert, Event

SOURCE = "urn:tocsin"
TYPES = {
    "Alert": "tocsin.alert.rung",
    "Update": "tocsin.alert.updated",
    "Cancel": "tocsin.alert.cancelled",
}
_BODY_BYTES = 20_000
"""Standard Webhooks asks for bodies below 20 kB; the ledger is shortened until one fits."""
_ARTICLES = 10


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, without the signature."""

    content_type: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def render_body(endpoint: Endpoint, alert: Alert) -> Body:
    """Render an alert for an endpoint; raises `ValueError` when its template fails."""
    if endpoint.format == "template":
        assert endpoint.template is not None
        content = render_template(endpoint.template, build_data(alert), TYPES[alert.kind])
        return Body(endpoint.content_type, content)
    if endpoint.format == "email":
        assert endpoint.mail is not None
        return Body("message/rfc822", render_mail(endpoint.mail, alert))
    if endpoint.format in CHATS:
        chat = CHATS[endpoint.format](alert, endpoint.routing_key)
        return Body(chat.content_type, chat.content, chat.headers)
    return _PLAIN[endpoint.format](alert)


def build_data(alert: Alert) -> dict[str, Any]:
    """Build `data`: the alert with its schema version, its links, and its event in short."""
    whole = alert.model_dump(mode="json", exclude_none=True, exclude={"event", "channels"})
    whole = {"schema": SCHEMA, **whole, "thread": name_thread(alert), "links": build_links(alert)}
    if alert.event is not None:
        whole["event"] = _shorten(alert.event)
    # a digest may have 200 titles; it has no event, and `title` says how many there are
    while len(_dump(whole)) > _BODY_BYTES * 0.9 and len(whole["digest"]) > 1:
        whole["digest"] = whole["digest"][: len(whole["digest"]) // 2]
    return whole


def name_thread(alert: Alert) -> str:
    """Name the thread of an alert: the id of the Alert at its head."""
    return alert.references[0] if alert.references else alert.id


def build_links(alert: Alert) -> dict[str, Any]:
    """Build the links: the articles that tell the event, newest first."""
    ledger = alert.event.ledger if alert.event else ()
    urls = [entry.url for entry in reversed(ledger) if entry.url]
    return {"articles": list(dict.fromkeys(urls))[:_ARTICLES]}


def _render_json(alert: Alert) -> Body:
    body = {"type": TYPES[alert.kind], "timestamp": _iso(alert), "data": build_data(alert)}
    return Body("application/json", _dump(body))


def _render_cloudevent(alert: Alert) -> Body:
    envelope = {
        "specversion": "1.0",
        "id": alert.id,
        "source": f"{SOURCE}:rule:{_quote(alert.rule)}",
        "type": TYPES[alert.kind],
        "subject": alert.event_id,
        "time": _iso(alert),
        "datacontenttype": "application/json",
        "data": build_data(alert),
    }
    return Body("application/cloudevents+json; charset=utf-8", _dump(envelope))


def _render_cap(alert: Alert) -> Body:
    return Body("application/cap+xml", render_cap(alert))


_PLAIN: dict[str, Callable[[Alert], Body]] = {
    "json": _render_json,
    "cloudevents": _render_cloudevent,
    "cap": _render_cap,
}


def _shorten(event: Event) -> dict[str, Any]:
    """Write the event without what only Tocsin needs, and its ledger as far as it fits."""
    whole = event.model_dump(
        mode="json", exclude_none=True, exclude={"links", "mention_ids", "block"}
    )
    whole["ledger_entries"] = len(event.ledger)
    while len(_dump(whole)) > _BODY_BYTES * 0.8 and (whole["ledger"] or whole["article_ids"]):
        # keep the beginning: who said it first is what a reader checks
        whole["ledger"] = whole["ledger"][: len(whole["ledger"]) // 2]
        whole["article_ids"] = whole["article_ids"][: len(whole["article_ids"]) // 2]
    return whole


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _iso(alert: Alert) -> str:
    return alert.at.isoformat().replace("+00:00", "Z")


def _quote(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in name)
