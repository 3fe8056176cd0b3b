"""kill -9 of the sink at random: nothing is lost, ids stay, threads keep their order."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from pathlib import Path

from aiohttp import web

from sinks.webhooks.store import STORE, DeliveryStore
from tests.sinks.webhooks.child import build_topic
from tests.sinks.webhooks.receiver import receive

COUNT = 90
KILLS = 3


async def test_killed_at_random_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Every alert is taken; a double has the same id and body; an Update never precedes its Alert."""
    rng = random.Random(20260301)
    accepted: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        # twice bad at most for one alert: its third delay is minutes also for the fast clock
        seen = sum(taken.id == request.headers["webhook-id"] for taken in receiver.taken)
        what = rng.random() if seen <= 2 else 1.0
        if what < 0.1:
            return web.Response(status=500)
        accepted.append(request.headers["webhook-id"])
        if what < 0.2:
            # taken, but the sender never hears of it
            assert request.transport is not None
            request.transport.abort()
        return web.Response()

    wanted = [alert.id for alert in build_topic(COUNT)]
    async with receive(answer) as receiver:
        start = time.time()
        for kill in range(KILLS + 1):
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.sinks.webhooks.child",
                str(tmp_path),
                receiver.url,
                str(COUNT),
                str(start),
            )
            before = len(receiver.taken)
            # killed while it works: some requests after its first
            more = rng.randrange(1, 30)
            async with asyncio.timeout(60):
                while child.returncode is None and set(wanted) != set(accepted):
                    if kill < KILLS and len(receiver.taken) - before >= more:
                        break
                    await asyncio.sleep(0.002)
            child.kill()
            await child.wait()
            if set(wanted) == set(accepted):
                break
        assert kill >= 2, "the kills came too late to mean anything"
    assert set(accepted) == set(wanted)
    first = {name: accepted.index(name) for name in wanted}
    for thread in range(0, COUNT, 3):
        places = [first[name] for name in wanted[thread : thread + 3]]
        assert places == sorted(places)
    bodies: dict[str, set[bytes]] = {}
    for taken in receiver.taken:
        bodies.setdefault(taken.id, set()).add(taken.body)
    assert all(len(same) == 1 for same in bodies.values())
    store = DeliveryStore(tmp_path / STORE)
    assert len(store.list_deliveries(limit=10_000)) == COUNT
