"""WebSub end to end against a small hub: subscribe, verify, push, renew; forgeries change nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web

from producers.memory import FeedState
from producers.poll import Poller
from producers.websub import is_signed
from tests.producers.site import Clock, Shelf, Site, build_item, build_poller, build_rss


class Hub:
    """A hub that asks back, and pushes when it is told to."""

    def __init__(self, site: Site) -> None:
        self.asked: list[dict[str, str]] = []
        self.verified: list[tuple[int, str]] = []
        self.lease = "3600"
        self.topic: str | None = None
        site.handle("/hub", self._subscribe)

    async def _subscribe(self, request: web.Request) -> web.Response:
        form = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        self.asked.append(form)
        query = {
            "hub.mode": "subscribe",
            "hub.topic": self.topic or form["hub.topic"],
            "hub.challenge": "prove-it",
            "hub.lease_seconds": self.lease,
        }
        async with (
            aiohttp.ClientSession() as session,
            session.get(form["hub.callback"], params=query) as answer,
        ):
            self.verified.append((answer.status, await answer.text()))
        return web.Response(status=202)

    async def push(self, body: str, *, secret: str | None = None) -> int:
        """Push a body; the status of the answer."""
        form = self.asked[-1]
        key = (secret or form["hub.secret"]).encode()
        signature = "sha256=" + hmac.new(key, body.encode(), hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature": signature, "Content-Type": "application/rss+xml"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(form["hub.callback"], data=body.encode(), headers=headers) as answer,
        ):
            return answer.status


def build_pushed_feed(site: Site, *items: str) -> str:
    """Write a feed that names the hub."""
    links = "".join(
        f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='{rel}' href='{site.url(path)}'/>"
        for rel, path in (("hub", "/hub"), ("self", "/feed"))
    )
    return build_rss(*items, head=links)


@pytest.fixture
async def poller(site: Site, tmp_path: Path, shelf: Shelf, clock: Clock) -> AsyncIterator[Poller]:
    """A poller with a callback, that has polled the feed once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site.put("/feed", build_pushed_feed(site, build_item("A")))
    async with build_poller(
        tmp_path,
        [site.url("/feed")],
        shelf,
        clock,
        callback_url=f"http://127.0.0.1:{port}/push/",
        callback_port=port,
        lease=3600,
        max_bytes=100_000,
    ) as poller:
        await poller.run_once()
        yield poller


@pytest.fixture
def hub(site: Site) -> Hub:
    """The hub that the feed names."""
    return Hub(site)


def get_state(poller: Poller) -> FeedState:
    """Get the state of the only feed."""
    (state,) = poller.states.values()
    return state


async def subscribe(poller: Poller) -> None:
    """Subscribe where a lease is missing."""
    assert poller.websub is not None
    await poller.websub.renew()


async def wait_for(shelf: Shelf, count: int) -> None:
    """Wait until so many articles were published."""
    async with asyncio.timeout(10):
        while len(shelf.articles) < count:
            await asyncio.sleep(0.01)


async def test_a_hub_is_subscribed_and_its_pushes_are_articles(
    poller: Poller, hub: Hub, site: Site, shelf: Shelf, clock: Clock
) -> None:
    """Verified by challenge, signed, taken, and polled less often from then on."""
    await subscribe(poller)
    state = get_state(poller)
    assert hub.verified == [(200, "prove-it")]
    assert hub.asked[0]["hub.topic"] == site.url("/feed")
    assert state.is_pushed(clock.now)
    assert await hub.push(build_pushed_feed(site, build_item("B"), build_item("A"))) == 202
    await wait_for(shelf, 2)
    assert len(site.asked("/feed")) == 1
    assert (state.next_at - clock.now).total_seconds() >= 6 * 3600
    # what was pushed is known to the next poll, and what was not pushed is found by it
    site.put("/feed", build_pushed_feed(site, *(build_item(name) for name in "CBA")))
    (visit,) = await poller.run_once()
    assert visit.new == 1


async def test_a_push_with_a_wrong_signature_is_ignored(
    poller: Poller, hub: Hub, site: Site, shelf: Shelf
) -> None:
    """The forger is told nothing, and nothing is taken."""
    await subscribe(poller)
    assert await hub.push(build_pushed_feed(site, build_item("Forged")), secret="guess") == 202
    assert await hub.push(build_pushed_feed(site, build_item("B"), build_item("A"))) == 202
    await wait_for(shelf, 2)
    assert "Forged" not in str(shelf.letters)


async def test_only_what_we_asked_for_is_verified(
    poller: Poller, hub: Hub, site: Site, clock: Clock
) -> None:
    """Another topic, an unknown callback and an unsubscription nobody asked for are refused."""
    hub.topic = "https://other.example/feed"
    await subscribe(poller)
    assert hub.verified[0][0] == 404
    assert not get_state(poller).is_pushed(clock.now)
    callback = hub.asked[0]["hub.callback"]
    query = {"hub.topic": site.url("/feed"), "hub.challenge": "x"}
    async with aiohttp.ClientSession() as session:
        async with session.get(callback, params=query | {"hub.mode": "unsubscribe"}) as answer:
            assert answer.status == 404
        async with session.get(callback + "x", params=query | {"hub.mode": "subscribe"}) as answer:
            assert answer.status == 404
        async with session.post(callback + "x", data=b"news") as answer:
            assert answer.status == 410
        async with session.post(callback, data=b"x" * 200_000) as answer:
            assert answer.status == 413


async def test_a_lease_is_renewed_before_it_ends(poller: Poller, hub: Hub, clock: Clock) -> None:
    """With a fifth of it left, and not before; a lease that ended is asked for again."""
    await subscribe(poller)
    clock.turn(minutes=30)
    await subscribe(poller)
    assert len(hub.asked) == 1
    clock.turn(hours=1)
    assert not get_state(poller).is_pushed(clock.now)
    await subscribe(poller)
    assert len(hub.asked) == 2
    assert hub.asked[0]["hub.callback"] == hub.asked[1]["hub.callback"]
    assert get_state(poller).is_pushed(clock.now)


async def test_a_hub_that_denies_leaves_the_feed_to_polling(
    poller: Poller, hub: Hub, site: Site, clock: Clock
) -> None:
    """The lease ends at once."""
    await subscribe(poller)
    query = {"hub.mode": "denied", "hub.topic": site.url("/feed"), "hub.reason": "no"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(hub.asked[0]["hub.callback"], params=query) as answer,
    ):
        assert answer.status == 200
    assert not get_state(poller).is_pushed(clock.now)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures_of_the_standard_are_known(method: str) -> None:
    """And nothing else."""
    right = hmac.new(b"secret", b"body", method).hexdigest()
    assert is_signed(b"body", "secret", f"{method}={right}")
    assert not is_signed(b"body!", "secret", f"{method}={right}")
    assert not is_signed(b"body", "", f"{method}={right}")
    assert not is_signed(b"body", "secret", f"md5={right}")
    assert not is_signed(b"body", "secret", "")
