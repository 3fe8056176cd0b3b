"""A delivery that was given up in, its dead letter out; the address of the endpoint is not in it."""

from __future__ import annotations

import base64
import datetime as dt
from typing import get_args

from sinks.webhooks.store import Delivery
from streams.identity import deadletter_id
from streams.outcomes import DeadReason
from streams.records import DeadLetter


def build_letter(delivery: Delivery, now: dt.datetime) -> DeadLetter:
    """Build the dead letter of a delivery; its raw bytes are the body that nobody took."""
    reason = delivery.reason if delivery.reason in get_args(DeadReason) else "delivery_exhausted"
    source = f"endpoint/{delivery.endpoint}"
    status = f"status {delivery.status}, " if delivery.status else ""
    return DeadLetter(
        id=deadletter_id("webhooks", f"{source}/{delivery.alert_id}"),
        step="webhooks",
        reason=str(reason),
        detail=f"{delivery.title}: {status}{delivery.note or 'no answer'} after {delivery.tries} tries",
        source=source,
        key=base64.b64encode(delivery.alert_id.encode()).decode(),
        raw=base64.b64encode(delivery.body[:700_000]).decode(),
        truncated=len(delivery.body) > 700_000,
        at=now,
    )
