"""Alerts in, deliveries on the schedule out: one for each endpoint that takes the alert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from sinks.webhooks.bodies import Body, name_thread, render_body
from sinks.webhooks.endpoints import Endpoint
from sinks.webhooks.store import DeliveryStore, NewDelivery
from streams.alerting.rules import SEVERITIES
from streams.identity import alert_id
from streams.logs import get_log
from streams.records import Alert

NOTICE_RULE = "tocsin.endpoint"
log = get_log("webhooks")


class Enqueuer:
    """Renders alerts for the endpoints there are and puts them on the schedule."""

    def __init__(
        self, store: DeliveryStore, endpoints: Sequence[Endpoint], max_age: dt.timedelta
    ) -> None:
        self._store = store
        self._endpoints = endpoints
        self._max_age = max_age

    def enqueue(self, alerts: Sequence[Alert], now: dt.datetime) -> int:
        """Put alerts on the schedule in one transaction; done again, it changes nothing."""
        known = {endpoint.name for endpoint in self._endpoints}
        for alert in alerts:
            unknown = sorted(set(alert.channels) - known)
            if unknown:
                log.warning("channel unknown", rule=alert.rule, channels=unknown)
        built = [each for alert in alerts for each in self._build(alert, now)]
        return self._store.enqueue(built, now.timestamp())

    def enqueue_notice(self, name: str, why: str, now: dt.datetime) -> int:
        """Put the notice that an endpoint was disabled on the schedule of those that take notices.

        Where none does, every other endpoint takes it: somebody has to know.
        """
        others = [e for e in self._endpoints if e.name != name]
        takers = [e for e in others if e.operations] or others
        origin = f"endpoint/{name}/{now:%Y-%m-%dT%H:%M:%SZ}"
        notice = Alert(
            id=alert_id(NOTICE_RULE, origin, 0),
            rule=NOTICE_RULE,
            kind="Alert",
            sequence=0,
            severity="Severe",
            event_id=origin,
            event_revision=0,
            event_kind="other",
            title=f"The endpoint {name} is disabled",
            reason=f"{why}; `tocsin deliveries enable {name}` enables it again",
            at=now,
        )
        return self._store.enqueue([_deliver(e, notice) for e in takers], now.timestamp())

    def _build(self, alert: Alert, now: dt.datetime) -> Iterator[NewDelivery]:
        old = now - alert.at > self._max_age
        for endpoint in self._endpoints:
            if not endpoint.takes(alert, SEVERITIES):
                continue
            delivery = _deliver(endpoint, alert)
            standing = self._store.get_standing(endpoint.name)
            if delivery.state == "dead":
                yield delivery
            elif old:
                yield _settle(delivery, "skipped", "older than max_age_days when it came")
            elif standing.disabled_at is not None:
                yield _settle(delivery, "dead", f"endpoint disabled: {standing.disabled_why}")
            else:
                yield delivery


def _deliver(endpoint: Endpoint, alert: Alert) -> NewDelivery:
    problem = None
    try:
        body = render_body(endpoint, alert)
    except ValueError as error:
        problem = str(error)
        body = Body("text/plain", b"")
    return NewDelivery(
        endpoint=endpoint.name,
        alert_id=alert.id,
        thread=name_thread(alert),
        rule=alert.rule,
        kind=alert.kind,
        title=alert.title[:300],
        content_type=body.content_type,
        headers=body.headers,
        body=body.content,
        state="pending" if problem is None else "dead",
        note=problem,
        reason=None if problem is None else "delivery_refused",
    )


def _settle(delivery: NewDelivery, state: Literal["skipped", "dead"], note: str) -> NewDelivery:
    reason = "delivery_refused" if state == "dead" else None
    return replace(delivery, state=state, note=note, reason=reason)
