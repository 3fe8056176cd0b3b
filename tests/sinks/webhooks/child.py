"""A sink to kill: reads a topic that is a list, enqueues, commits to a file, and delivers.

Run as `python -m tests.sinks.webhooks.child FOLDER URL COUNT START`. Its clock runs sixty times as
fast, so that retries come soon.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time
from pathlib import Path

from sinks.webhooks.dispatch import Dispatcher
from sinks.webhooks.enqueue import Enqueuer
from sinks.webhooks.store import STORE, DeliveryStore
from streams.records import Alert
from tests.sinks.webhooks.receiver import build_alert, build_endpoint

SPEED = 60


def build_topic(count: int) -> list[Alert]:
    """Build the alerts of the topic: threads of three, one after another."""
    return [build_alert(number // 3, number % 3) for number in range(count)]


async def deliver(folder: Path, url: str, count: int, start: float) -> None:
    """Read, enqueue and deliver until killed."""
    store = DeliveryStore(folder / STORE)
    endpoint = build_endpoint(url, timeout=1)

    def clock() -> float:
        return start + (time.time() - start) * SPEED

    dispatcher = Dispatcher(store, [endpoint], clock=clock)
    enqueuer = Enqueuer(store, [endpoint], dt.timedelta(days=10_000))
    committed = folder / "offset"
    task = asyncio.create_task(dispatcher.run())
    topic = build_topic(count)
    offset = int(committed.read_text()) if committed.exists() else 0
    while offset < count:
        batch = topic[offset : offset + 4]
        enqueuer.enqueue(batch, dt.datetime.fromtimestamp(clock(), dt.UTC))
        offset += len(batch)
        fresh = folder / "offset.new"
        fresh.write_text(str(offset))
        fresh.replace(committed)
        dispatcher.wake()
        await asyncio.sleep(0.01)
    await task


if __name__ == "__main__":
    asyncio.run(deliver(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
