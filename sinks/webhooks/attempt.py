"""One delivery and its endpoint in, what became of one try out: taken, failed, or gone for good.

2xx is success, also when the receiver closes before its body is read. Everything else is failure:
redirects are not followed, 410 means that nobody wants this any more. The receiver's words are read to
a limit and kept to a line, never more.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
from dataclasses import dataclass
from typing import Literal

import aiohttp
from aiohttp.abc import AbstractResolver

from sinks.webhooks.endpoints import Endpoint
from sinks.webhooks.mail import send_mail
from sinks.webhooks.schedule import parse_retry_after
from sinks.webhooks.signing import sign
from sinks.webhooks.store import Delivery
from streams.egress import build_connector, check_url
from streams.errors import UnsafeAddressError
from streams.outcomes import DeadReason

_ANSWER_BYTES = 16_384
_NOTE_LENGTH = 200
_OVERLOADED = (429, 502, 503, 504)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")

Verdict = Literal["taken", "failed", "gone"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one try."""

    verdict: Verdict
    status: int | None
    note: str
    retry_after: float | None = None
    pauses: bool = False
    """The endpoint as a whole is down or overloaded: leave it alone for a while."""
    reason: DeadReason = "delivery_exhausted"


class Sender:
    """Sends to one endpoint over its own connections, so that it shares nothing with the others."""

    def __init__(self, endpoint: Endpoint, resolver: AbstractResolver | None = None) -> None:
        self.endpoint = endpoint
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def send(self, delivery: Delivery, now: dt.datetime) -> Attempt:
        """Try once; never raises for what a receiver does."""
        if self.endpoint.format == "email":
            return await self._send_mail(delivery)
        try:
            check_url(
                self.endpoint.url,
                allow_private=self.endpoint.allow_private,
                schemes=("http", "https"),
            )
            return await self._post(delivery, now)
        except UnsafeAddressError as error:
            return Attempt("failed", None, error.why, reason="delivery_refused")
        except TimeoutError:
            note = f"no answer in {self.endpoint.timeout:g} s"
            return Attempt("failed", None, note, pauses=True)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # the error's own words may hold the address, and the address may be the secret
            note = type(error).__name__
            if isinstance(error, OSError) and error.errno:
                note = f"{note}: {os.strerror(error.errno)}"
            return Attempt("failed", None, note, pauses=True)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, delivery: Delivery, now: dt.datetime) -> Attempt:
        headers = {
            "user-agent": "tocsin-webhooks/1",
            **self.endpoint.headers,
            **delivery.headers,
            "content-type": delivery.content_type,
            **sign(delivery.alert_id, int(now.timestamp()), delivery.body, self.endpoint.secrets),
        }
        if self.endpoint.token:
            headers["authorization"] = f"Bearer {self.endpoint.token}"
        session = self._open()
        async with session.post(
            self.endpoint.url, data=delivery.body, headers=headers, allow_redirects=False
        ) as answer:
            retry_after = parse_retry_after(answer.headers.get("retry-after"), now)
            try:
                words = await answer.content.read(_ANSWER_BYTES)
            except (aiohttp.ClientError, TimeoutError, OSError):
                words = b""  # the status has been said, and that is what counts
            answer.close()  # do not wait for more than the limit
        return _judge(answer.status, _tidy(words), retry_after)

    async def _send_mail(self, delivery: Delivery) -> Attempt:
        code, words = await asyncio.to_thread(send_mail, self.endpoint, delivery.body)
        note = _tidy(words.encode())
        if 200 <= code < 300:
            return Attempt("taken", code, note)
        return Attempt("failed", code or None, note, pauses=code == 0)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=build_connector(
                    allow_private=self.endpoint.allow_private,
                    resolver=self._resolver,
                    limit=self.endpoint.concurrency,
                    limit_per_host=self.endpoint.concurrency,
                ),
                timeout=aiohttp.ClientTimeout(total=self.endpoint.timeout, connect=10),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
            )
        return self._session


def _judge(status: int, words: str, retry_after: float | None) -> Attempt:
    if 200 <= status < 300:
        return Attempt("taken", status, words)
    if status == 410:
        return Attempt("gone", status, words or "gone", reason="delivery_refused")
    if 300 <= status < 400:
        words = "redirects are not followed"
    asked = retry_after if status in _OVERLOADED else None
    return Attempt("failed", status, words, asked, pauses=status in _OVERLOADED)


def _tidy(words: bytes) -> str:
    text = _CONTROL.sub(" ", words.decode("utf-8", "replace"))
    return " ".join(text.split())[:_NOTE_LENGTH]
