"""The schedule is kept whatever a receiver answers: same ids, nothing lost, order within a thread."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest
from aiohttp import web

from sinks.webhooks.dispatch import Dispatcher
from sinks.webhooks.endpoints import Endpoint
from sinks.webhooks.enqueue import NOTICE_RULE, Enqueuer
from sinks.webhooks.store import STORE, DeliveryStore
from streams.records import Alert
from tests.sinks.webhooks.receiver import build_alert, build_endpoint, receive

START = 1_772_359_200.0
"""1 March 2026, 10:00 UTC: when the alerts of these tests rang."""


class Clock:
    """A clock that stands still until it is moved, and that goes on a little at each look."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Desk:
    """A store, its endpoints and a dispatcher under a clock of ours."""

    def __init__(self, folder: Path, *endpoints: Endpoint, now: float = START) -> None:
        self.clock = Clock(now)
        self.store = DeliveryStore(folder / STORE)
        self.enqueuer = Enqueuer(self.store, endpoints, dt.timedelta(days=7))
        self.disabled: list[str] = []
        self.dispatcher = Dispatcher(
            self.store,
            endpoints,
            on_disabled=self._on_disabled,
            clock=self.clock,
            rng=lambda: 0.5,
        )

    def enqueue(self, *alerts: Alert) -> int:
        """Put alerts on the schedule."""
        return self.enqueuer.enqueue(alerts, dt.datetime.fromtimestamp(self.clock.now, dt.UTC))

    async def run_until(self, is_done: Callable[[], bool]) -> None:
        """Deliver until something holds."""
        task = asyncio.create_task(self.dispatcher.run(grace=1.0))
        async with asyncio.timeout(20):
            while not is_done():
                self.dispatcher.wake()
                await asyncio.sleep(0.005)
        self.dispatcher.stop()
        await task

    def states(self) -> dict[str, str]:
        """Tell the state of each delivery."""
        return {d.alert_id: d.state for d in self.store.list_deliveries()}

    def _on_disabled(self, name: str, why: str) -> None:
        self.disabled.append(why)
        self.enqueuer.enqueue_notice(name, why, dt.datetime.fromtimestamp(self.clock.now, dt.UTC))


@pytest.fixture(autouse=True)
def _real_time_for_verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public verifier compares with its own clock: let it see ours."""
    from standardwebhooks import webhooks  # noqa: PLC0415

    class Frozen(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(START, tz)

    monkeypatch.setattr(webhooks, "datetime", Frozen)


async def test_delivers_signed_and_once(tmp_path: Path) -> None:
    """An alert arrives with a signature that the public package verifies, and only once."""
    async with receive(200) as receiver:
        desk = Desk(tmp_path, build_endpoint(receiver.url))
        assert desk.enqueue(build_alert()) == 1
        assert desk.enqueue(build_alert()) == 0
        await desk.run_until(lambda: desk.states() == {"l1-0000-0": "delivered"})
    assert receiver.ids() == ["l1-0000-0"]
    assert receiver.taken[0].verified


async def test_retries_500_with_the_same_id_and_body(tmp_path: Path) -> None:
    """A receiver that fails gets the same bytes under the same id when the delay is over."""
    async with receive(500, 200) as receiver:
        desk = Desk(tmp_path, build_endpoint(receiver.url))
        desk.enqueue(build_alert())
        task = asyncio.create_task(
            desk.run_until(lambda: desk.states() == {"l1-0000-0": "delivered"})
        )
        while not receiver.taken or not desk.store.get_standing("desk").failures:
            await asyncio.sleep(0.005)
        assert desk.store.list_deliveries()[0].next_at == START + 5
        desk.clock.now += 5
        await task
    assert receiver.ids() == ["l1-0000-0"] * 2
    assert receiver.taken[0].body == receiver.taken[1].body
    assert all(taken.verified for taken in receiver.taken)
    assert desk.store.get_standing("desk").failures == 0


async def test_obeys_retry_after(tmp_path: Path) -> None:
    """429 with Retry-After: nothing goes to that endpoint before the time it asked for."""

    async def slow_down(_: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "120"})

    async with receive(slow_down, 200) as receiver:
        desk = Desk(tmp_path, build_endpoint(receiver.url, concurrency=1))
        desk.enqueue(build_alert(1), build_alert(2))
        await desk.run_until(lambda: desk.store.get_standing("desk").failures == 1)
        assert desk.store.get_standing("desk").paused_until == START + 120
        again = Desk(tmp_path, build_endpoint(receiver.url), now=START + 119)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await again.run_until(lambda: len(receiver.taken) > 1)
        last = Desk(tmp_path, build_endpoint(receiver.url), now=START + 130)
        await last.run_until(lambda: set(last.states().values()) == {"delivered"})
    assert len(receiver.taken) == 3


async def test_slow_endpoint_holds_up_nobody_else(tmp_path: Path) -> None:
    """While one receiver hangs, the other has everything."""
    hold = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await hold.wait()
        return web.Response()

    async with receive(hang, name="slow") as slow, receive(200, name="fast") as fast:
        desk = Desk(
            tmp_path,
            build_endpoint(slow.url, "slow", timeout=0.5),
            build_endpoint(fast.url, "fast"),
        )
        desk.enqueue(*(build_alert(number) for number in range(30)))
        await desk.run_until(lambda: len(fast.taken) == 30)
        hold.set()
    assert sorted(fast.ids()) == sorted(f"l1-{number:04d}-0" for number in range(30))
    assert len(slow.taken) <= 2


async def test_hanging_receiver_times_out_and_stays_scheduled(tmp_path: Path) -> None:
    """No answer in time is a failure like another."""
    hold = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await hold.wait()
        return web.Response()

    async with receive(hang) as receiver:
        desk = Desk(tmp_path, build_endpoint(receiver.url, timeout=0.1))
        desk.enqueue(build_alert())
        await desk.run_until(lambda: desk.store.list_deliveries()[0].tries == 1)
        hold.set()
    delivery = desk.store.list_deliveries()[0]
    assert (delivery.state, delivery.note) == ("pending", "no answer in 0.1 s")


async def test_redirect_to_loopback_is_refused(tmp_path: Path) -> None:
    """A redirect is a failure, and its target is never asked."""
    async with receive(200) as inside:

        async def redirect(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": inside.url})

        async with receive(redirect) as receiver:
            desk = Desk(tmp_path, build_endpoint(receiver.url))
            desk.enqueue(build_alert())
            await desk.run_until(lambda: desk.store.list_deliveries()[0].tries == 1)
    delivery = desk.store.list_deliveries()[0]
    assert (delivery.state, delivery.status) == ("pending", 302)
    assert inside.taken == []


async def test_410_disables_the_endpoint_and_tells_another(tmp_path: Path) -> None:
    """Gone is gone: what waits is given up, and somebody hears of it."""
    async with receive(410) as gone, receive(200, name="ops") as ops:
        desk = Desk(
            tmp_path,
            build_endpoint(gone.url),
            build_endpoint(ops.url, "ops", operations=True, default=False),
        )
        desk.enqueue(build_alert(1), build_alert(2))
        await desk.run_until(lambda: len(ops.taken) == 1)
        assert desk.disabled == ["the receiver answered 410 Gone"]
        desk.enqueue(build_alert(3))
    states = {d.alert_id: d.state for d in desk.store.list_deliveries(endpoint="desk")}
    assert set(states.values()) == {"dead"}
    assert {d.reason for d in desk.store.find_letters()} == {"delivery_refused"}
    assert NOTICE_RULE.encode() in ops.taken[0].body
    assert ops.taken[0].verified
    assert desk.store.enable("desk")


async def test_answer_that_breaks_off_after_200_is_success(tmp_path: Path) -> None:
    """The status has been said; the same alert is not sent again."""

    async def break_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=200, headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    async with receive(break_off) as receiver:
        desk = Desk(tmp_path, build_endpoint(receiver.url))
        desk.enqueue(build_alert())
        await desk.run_until(lambda: desk.states() == {"l1-0000-0": "delivered"})
    assert len(receiver.taken) == 1


async def test_connection_closed_without_answer_is_tried_again(tmp_path: Path) -> None:
    """Nobody knows whether it was taken: the same id comes again, and the receiver can tell."""

    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with receive(cut, 200) as receiver:
        desk = Desk(tmp_path, build_endpoint(receiver.url))
        desk.enqueue(build_alert())
        await desk.run_until(lambda: desk.store.list_deliveries()[0].tries == 1)
        again = Desk(tmp_path, build_endpoint(receiver.url), now=START + 10)
        await again.run_until(lambda: again.states() == {"l1-0000-0": "delivered"})
    assert set(receiver.ids()) == {"l1-0000-0"}


async def test_thread_goes_in_order_and_others_do_not_wait(tmp_path: Path) -> None:
    """An Update waits for its Alert; another thread overtakes."""
    failed = False

    async def fail_first_alert(request: web.Request) -> web.Response:
        nonlocal failed
        if request.headers["webhook-id"] == "l1-0001-0" and not failed:
            failed = True
            return web.Response(status=500)
        return web.Response()

    async with receive(fail_first_alert) as receiver:
        desk = Desk(tmp_path, build_endpoint(receiver.url))
        desk.enqueue(build_alert(1, 0), build_alert(1, 1), build_alert(2), build_alert(1, 2))
        await desk.run_until(lambda: desk.states()["l1-0002-0"] == "delivered" and failed)
        assert desk.states()["l1-0001-1"] == "pending"
        again = Desk(tmp_path, build_endpoint(receiver.url), now=START + 10)
        await again.run_until(lambda: set(again.states().values()) == {"delivered"})
    thread = [name for name in receiver.ids() if name.startswith("l1-0001")]
    assert thread == ["l1-0001-0", "l1-0001-0", "l1-0001-1", "l1-0001-2"]


async def test_gives_up_after_the_last_try(tmp_path: Path) -> None:
    """Three days of failure: a dead letter is due, and the thread goes on."""
    async with receive(500) as receiver:
        now, tries = START, 0
        while True:
            desk = Desk(tmp_path, build_endpoint(receiver.url), now=now)
            if not tries:
                desk.enqueue(build_alert())
            tries += 1
            wanted = tries
            await desk.run_until(lambda: desk.store.list_deliveries()[0].tries == wanted)  # noqa: B023
            delivery = desk.store.list_deliveries()[0]
            if delivery.state == "dead":
                break
            now = delivery.next_at
            # other alerts get through: the endpoint as a whole is well
            desk.store._db.execute("UPDATE endpoints SET failing_since = NULL, paused_until = 0")
    assert tries == 11
    assert 2.9 < (now - START) / 86_400 < 3.1
    assert [d.alert_id for d in desk.store.find_letters()] == ["l1-0000-0"]


async def test_days_without_success_disable(tmp_path: Path) -> None:
    """An endpoint that nothing has reached for days is disabled."""
    async with receive(500) as receiver:
        first = Desk(tmp_path, build_endpoint(receiver.url))
        first.enqueue(build_alert())
        await first.run_until(lambda: first.store.get_standing("desk").failures == 1)
        late = Desk(tmp_path, build_endpoint(receiver.url), now=START + 3.5 * 86_400)
        await late.run_until(lambda: bool(late.disabled))
    assert late.disabled == ["no delivery has succeeded for 3.5 days"]


async def test_old_alerts_are_kept_but_not_sent(tmp_path: Path) -> None:
    """A sink that starts on an old topic does not ring about last month; a replay can."""
    async with receive(200) as receiver:
        desk = Desk(tmp_path, build_endpoint(receiver.url), now=START + 30 * 86_400)
        desk.enqueue(build_alert())
        assert desk.states() == {"l1-0000-0": "skipped"}
        desk.store.replay([d.id for d in desk.store.list_deliveries()], desk.clock.now)
        await desk.run_until(lambda: desk.states() == {"l1-0000-0": "delivered"})
    assert receiver.ids() == ["l1-0000-0"]


async def test_no_endpoint_is_no_error(tmp_path: Path) -> None:
    """A sink without endpoints waits for them, and ends when asked."""
    desk = Desk(tmp_path)
    assert desk.enqueue(build_alert()) == 0
    await desk.run_until(lambda: True)
