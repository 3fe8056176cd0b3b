"""A receiver on loopback that answers as it is told, and keeps what it was sent."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from standardwebhooks.webhooks import Webhook

from sinks.webhooks.endpoints import Endpoint, load_endpoints
from sinks.webhooks.signing import parse_secret
from streams.records import Alert
from tests.alerting.scripts import build_event

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_secret(name: str = "desk") -> str:
    """Build a secret as people would make one."""
    return "whsec_" + base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()


def build_alert(number: int = 0, sequence: int = 0, event: str | None = None) -> Alert:
    """Build the n-th alert of a thread about an event."""
    found = build_event(
        event or f"e{number}", killed=10 + sequence, country="UA", lat=50.4, lon=30.5
    )
    ids = tuple(f"l1-{number:04d}-{s}" for s in range(sequence + 1))
    return Alert(
        id=ids[-1],
        rule="deadly",
        kind="Update" if sequence else "Alert",
        sequence=sequence,
        references=ids[:-1],
        reference_times=(found.last_changed,) * sequence,
        severity="Severe",
        event_id=found.id,
        event_revision=sequence + 1,
        event_kind=found.kind,
        title=found.title,
        reason="killed.best 10 (killed.best >= 10)",
        at=found.last_changed,
        event=found,
    )


def build_endpoint(url: str, name: str = "desk", **more: object) -> Endpoint:
    """Build an endpoint as its file would, for a receiver on loopback."""
    fields: dict[str, object] = {"name": name, "format": "json", "url": url, **more}
    lines = ["[[endpoint]]", "allow_private = true", "allow_http = true", 'secret_env = "SECRET"']
    lines += [f"{key} = {_toml(value)}" for key, value in fields.items()]
    return load_endpoints("\n".join(lines), {"SECRET": build_secret(name)})[0]


@dataclass
class Taken:
    """One request."""

    id: str
    body: bytes
    headers: dict[str, str]
    verified: bool
    at: float


@dataclass
class Receiver:
    """A receiver; `answers` are given in turn, then the last for ever."""

    answers: list[Answer | int]
    secret: str = field(default_factory=build_secret)
    taken: list[Taken] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep the request, verify it with the public package, and answer as told."""
        body = await request.read()
        headers = {key.lower(): value for key, value in request.headers.items()}
        verified = True
        try:
            Webhook(self.secret).verify(body, headers)
        except Exception:  # noqa: BLE001 - whatever it says, it is not verified
            verified = False
        now = asyncio.get_running_loop().time()
        self.taken.append(Taken(headers.get("webhook-id", ""), body, headers, verified, now))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=answer) if isinstance(answer, int) else await answer(request)

    def ids(self) -> list[str]:
        """List the ids of all requests in order."""
        return [taken.id for taken in self.taken]


@asynccontextmanager
async def receive(*answers: Answer | int, name: str = "desk") -> AsyncIterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver(list(answers) or [200], build_secret(name))
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


def read_key(name: str = "desk") -> bytes:
    """Read the key of a secret."""
    return parse_secret(build_secret(name))


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'
