"""Hubs in, their pushes out as visits: W3C WebSub, with polling as the safety net.

A feed that names a hub is subscribed to, with a secret of its own and an address that nobody can
guess. The hub's question whether we meant it is answered only for what we asked; content is taken
only with a valid HMAC over its bytes; a lease is renewed when a fifth of it is left. Deliveries wait
in a bounded queue, and a hub that finds it full is told to come again. What a hub forgets to push,
the next poll finds.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import web

from producers import metrics
from producers.fetch import Failure, Fetcher
from producers.memory import FeedState
from producers.settings import PollSettings
from streams.logs import get_log

RENEW_AT = 0.2
"""Part of the lease that is left when it is renewed."""
RETRY_AFTER = dt.timedelta(hours=1)
MAX_WAITING = 200
MAX_LEASE = 30 * 86_400
_DIGESTS = {"sha1", "sha256", "sha384", "sha512"}

Deliver = Callable[[str, bytes, str | None], Awaitable[object]]


class WebSub:
    """Subscribes to the hubs of feeds, and listens to them."""

    def __init__(
        self,
        settings: PollSettings,
        *,
        states: Mapping[str, FeedState],
        save: Callable[[FeedState], None],
        deliver: Deliver,
        fetcher: Fetcher,
        now: Callable[[], dt.datetime],
    ) -> None:
        assert settings.callback_url is not None
        self._settings = settings
        self._base = settings.callback_url.rstrip("/")
        self._states = states
        self._save = save
        self._deliver = deliver
        self._fetcher = fetcher
        self._now = now
        self._waiting: asyncio.Queue[tuple[str, bytes, str | None]] = asyncio.Queue(MAX_WAITING)
        self._runner: web.AppRunner | None = None
        self._task: asyncio.Task[None] | None = None
        self._log = get_log("websub")

    async def start(self) -> None:
        """Listen on the callback address."""
        app = web.Application(client_max_size=self._settings.max_bytes)
        path = urlsplit(self._base).path.rstrip("/") + "/{token}"
        app.router.add_get(path, self._verify)
        app.router.add_post(path, self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.callback_host, self._settings.callback_port)
        await site.start()
        self._task = asyncio.create_task(self._take_deliveries())

    async def close(self) -> None:
        """Stop listening; what waits in the queue is found by the next poll."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._runner is not None:
            await self._runner.cleanup()

    async def renew(self) -> None:
        """Subscribe to every hub whose lease is missing or runs out."""
        now = self._now()
        for state in list(self._states.values()):
            if self._needs_lease(state, now):
                await self._subscribe(state, now)

    def _needs_lease(self, state: FeedState, now: dt.datetime) -> bool:
        if state.hub is None or state.topic is None or state.gone:
            return False
        if state.hub_tried is not None and now < state.hub_tried + RETRY_AFTER:
            return False
        margin = dt.timedelta(seconds=self._settings.lease * RENEW_AT)
        return state.lease_until is None or state.lease_until < now + margin

    async def _subscribe(self, state: FeedState, now: dt.datetime) -> None:
        assert state.hub is not None
        assert state.topic is not None
        state.hub_token = state.hub_token or secrets.token_urlsafe(24)
        state.hub_secret = state.hub_secret or secrets.token_urlsafe(32)
        state.hub_tried = now
        # saved first: the hub may ask back before it answers
        self._save(state)
        reply = await self._fetcher.post(
            state.hub,
            {
                "hub.mode": "subscribe",
                "hub.topic": state.topic,
                "hub.callback": f"{self._base}/{state.hub_token}",
                "hub.lease_seconds": str(self._settings.lease),
                "hub.secret": state.hub_secret,
            },
        )
        if isinstance(reply, Failure) or not 200 <= reply.status < 300:
            said = reply.detail if isinstance(reply, Failure) else f"HTTP {reply.status}"
            self._log.warning("hub refused", feed=state.feed, hub=state.hub, answer=said[:200])
        else:
            self._log.info("hub was asked to push", feed=state.feed, hub=state.hub)

    async def _verify(self, request: web.Request) -> web.Response:
        """Answer the hub's question whether we meant to subscribe."""
        state = self._find(request)
        query = request.query
        if state is None or query.get("hub.topic") != state.topic:
            return web.Response(status=404)
        if query.get("hub.mode") == "denied":
            state.lease_until = None
            self._save(state)
            self._log.warning("hub denied the subscription", feed=state.feed)
            return web.Response()
        challenge = query.get("hub.challenge")
        if query.get("hub.mode") != "subscribe" or not challenge or state.hub_tried is None:
            return web.Response(status=404)
        asked = query.get("hub.lease_seconds", "")
        seconds = int(asked) if asked.isdecimal() and len(asked) < 10 else self._settings.lease
        seconds = min(max(seconds, 60), MAX_LEASE)
        state.lease_until = self._now() + dt.timedelta(seconds=seconds)
        self._save(state)
        self._log.info("hub subscription was verified", feed=state.feed, lease=seconds)
        return web.Response(text=challenge, content_type="text/plain")

    async def _receive(self, request: web.Request) -> web.Response:
        """Take content, when its signature is ours."""
        state = self._find(request)
        if state is None:
            metrics.PUSHES.labels("unknown").inc()
            # 410 tells the hub to forget the subscription
            return web.Response(status=410)
        body = await request.read()
        signature = request.headers.get("X-Hub-Signature", "")
        if not is_signed(body, state.hub_secret or "", signature):
            metrics.PUSHES.labels("forged").inc()
            self._log.warning("push with a wrong signature was ignored", feed=state.feed)
            # by the standard: answer success, so that a forger learns nothing
            return web.Response(status=202)
        try:
            self._waiting.put_nowait((state.feed, body, request.headers.get("Content-Type")))
        except asyncio.QueueFull:
            metrics.PUSHES.labels("refused").inc()
            return web.Response(status=503, headers={"Retry-After": "120"})
        metrics.PUSHES.labels("taken").inc()
        return web.Response(status=202)

    async def _take_deliveries(self) -> None:
        while True:
            feed, body, content_type = await self._waiting.get()
            try:
                await self._deliver(feed, body, content_type)
            except Exception:  # noqa: BLE001 - logged whole
                # a bug of ours in one delivery must not end the others
                self._log.exception("delivery failed", feed=feed)

    def _find(self, request: web.Request) -> FeedState | None:
        token = request.match_info["token"]
        for state in self._states.values():
            if state.hub_token and hmac.compare_digest(state.hub_token.encode(), token.encode()):
                return state
        return None


def is_signed(body: bytes, secret: str, signature: str) -> bool:
    """Tell whether `signature` ("sha256=...") is the HMAC of `body` with `secret`."""
    method, _, digest = signature.partition("=")
    if not secret or method.strip().lower() not in _DIGESTS:
        return False
    right = hmac.new(secret.encode(), body, getattr(hashlib, method.strip().lower())).hexdigest()
    return hmac.compare_digest(right.encode(), digest.strip().lower().encode())
