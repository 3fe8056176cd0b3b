"""2,000 feeds on a local server in; out, how long Tocsin and the library `reader` take to poll them.

Both poll the same server in the same run, each in a process of its own, one after the other:

1. `first`: every feed is new (20 items each);
2. `not modified`: the server answers 304;
3. `same body`: the server ignores validators and sends the same bytes again;
4. `changed`: every feed has two new items.

Neither fetches pages. Tocsin's articles go to a publisher that only counts them, since reader has no
Kafka to wait for. reader runs with as many threads as it likes best here (`--reader-workers`).

    python benchmarks/poll.py --feeds 2000
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import logging
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
from aiohttp import web

from producers.feedlist import Feed
from producers.poll import Poller
from producers.publish import Letter
from producers.settings import PollSettings
from streams.topics import ARTICLES

ROUNDS = ("first", "not modified", "same body", "changed")
ITEMS, NEW_ITEMS = 20, 2
WORDS = (
    "The ministry said on Tuesday that the bridge over the river had been closed to traffic after "
    "inspectors found cracks in two of its pillars, and that repairs would take until the autumn. "
)


def build_feed(number: int, stage: int) -> bytes:
    """Write the feed `number` as it stands at `stage`: each stage puts new items on top."""
    newest = ITEMS + NEW_ITEMS * stage
    items = "".join(
        f"<item><title>Story {n} of outlet {number}: bridge closed for repairs</title>"
        f"<link>https://outlet{number}.example/2026/story-{n}.html?utm_source=rss</link>"
        f"<guid isPermaLink='false'>outlet-{number}-{n}</guid>"
        f"<pubDate>Mon, 23 Nov 2026 {n % 24:02}:{n % 60:02}:00 +0100</pubDate>"
        f"<category>Local</category><description><![CDATA[<p>{WORDS}</p>]]></description></item>"
        for n in range(newest, newest - ITEMS, -1)
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Outlet {number}"
        f"</title><link>https://outlet{number}.example/</link><language>en</language>{items}"
        "</channel></rss>"
    ).encode()


def serve(port: int, ready: multiprocessing.synchronize.Event) -> None:
    """Serve the feeds; `/stage/N/MODE` sets what they are and whether validators are honoured."""
    state = {"stage": 0, "validates": 1}

    async def feed(request: web.Request) -> web.Response:
        etag = f'"{state["stage"]}"'
        if state["validates"] and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        body = build_feed(int(request.match_info["number"]), state["stage"])
        headers = {"ETag": etag} if state["validates"] else {}
        return web.Response(body=body, content_type="application/rss+xml", headers=headers)

    async def stage(request: web.Request) -> web.Response:
        state["stage"] = int(request.match_info["stage"])
        state["validates"] = int(request.match_info["validates"])
        return web.Response()

    async def start() -> None:
        app = web.Application()
        app.router.add_get("/feed/{number}.xml", feed)
        app.router.add_get("/stage/{stage}/{validates}", stage)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        ready.set()
        await asyncio.Event().wait()

    asyncio.run(start())


class CountingPublisher:
    """Takes articles and counts them."""

    def __init__(self) -> None:
        self.count = 0

    async def publish(self, letters: Sequence[Letter]) -> None:
        """Count articles."""
        self.count += sum(letter.topic == ARTICLES.name for letter in letters)

    async def close(self) -> None:
        """Release nothing."""


def poll_with_tocsin(urls: list[str], folder: str, set_round: Callable[[str], None]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    settings = PollSettings(
        state_file=Path(folder) / "memory.sqlite",
        allow_private=True,
        full_text=False,
        host_spacing=0,
        per_host=32,
        concurrency=32,
    )

    async def run() -> None:
        publisher = CountingPublisher()
        async with Poller(settings, [Feed(url=url) for url in urls], publisher) as poller:
            for name in ROUNDS:
                set_round(name)
                started, before = Meter(), publisher.count
                visits = await poller.run_once()
                assert not any(visit.failed for visit in visits)
                started.report(name, publisher.count - before)

    asyncio.run(run())


def poll_with_reader(
    urls: list[str], folder: str, set_round: Callable[[str], None], workers: int
) -> None:
    # reader's own copy of feedparser asks for `sgmllib` by its old name, which 6.0.13 renamed
    sys.modules["sgmllib"] = importlib.import_module("feedparser_sgmllib")
    from reader import make_reader  # noqa: PLC0415 - the other side does not load it

    reader = make_reader(f"{folder}/reader.sqlite")
    for url in urls:
        reader.add_feed(url)
    before = 0
    for name in ROUNDS:
        set_round(name)
        started = Meter()
        # update_feeds would skip what it updated a moment ago
        reader.update_feeds(workers=workers, scheduled=False)
        count = reader.get_entry_counts().total or 0
        started.report(name, count - before)
        before = count
    failed = [feed.url for feed in reader.get_feeds(broken=True)]
    assert not failed, failed[:3]


class Meter:
    """Wall clock and processor time of this process and its children, from now on."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), self._read_cpu()

    def report(self, name: str, articles: int) -> None:
        """Print what a round took, as a line of JSON."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        line = {
            "round": name,
            "seconds": time.perf_counter() - self._wall,
            "cpu": self._read_cpu() - self._cpu,
            "peak_mb": usage.ru_maxrss / 1024 + _children_mb(),
            "articles": articles,
        }
        print(json.dumps(line), flush=True)

    def _read_cpu(self) -> float:
        own = resource.getrusage(resource.RUSAGE_SELF)
        return own.ru_utime + own.ru_stime + _children_cpu()


def _children() -> list[Path]:
    tasks = Path("/proc/self/task").iterdir()
    pids = [pid for task in tasks for pid in (task / "children").read_text().split()]
    return [Path("/proc") / pid for pid in pids]


def _children_cpu() -> float:
    ticks = 0
    for child in _children():
        fields = (child / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100


def _children_mb() -> float:
    return sum(read_peak_mb(child) for child in _children())


def read_peak_mb(process: Path) -> float:
    """The most memory that the process of a folder of /proc has held so far."""
    for line in (process / "status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def run_side(side: str, options: argparse.Namespace) -> list[dict[str, float]]:
    """Run one side in a process of its own against the server."""
    command = [
        sys.executable,
        __file__,
        "--side",
        side,
        "--port",
        str(options.port),
        "--feeds",
        str(options.feeds),
        "--reader-workers",
        str(options.reader_workers),
    ]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            print(f"{side}: {line.strip()}", file=sys.stderr, flush=True)
            lines.append(json.loads(line))
    assert child.returncode == 0, f"{side} ended with {child.returncode}"
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--port", type=int, default=8941)
    parser.add_argument("--reader-workers", type=int, default=20)
    parser.add_argument("--side", choices=["tocsin", "reader"])
    options = parser.parse_args()
    if options.side:
        _poll_side(options)
        return
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    server = context.Process(target=serve, args=(options.port, ready), daemon=True)
    server.start()
    ready.wait(30)
    try:
        ours = run_side("tocsin", options)
        theirs = run_side("reader", options)
    finally:
        server.terminate()
    print(
        f"| {options.feeds} feeds | Tocsin s | CPU s | peak MB | reader s | CPU s | peak MB | faster |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for mine, other in zip(ours, theirs, strict=True):
        assert mine["articles"] == other["articles"], (mine, other)
        print(
            f"| {mine['round']} | {mine['seconds']:.1f} | {mine['cpu']:.1f} | {mine['peak_mb']:.0f} "
            f"| {other['seconds']:.1f} | {other['cpu']:.1f} | {other['peak_mb']:.0f} "
            f"| {other['seconds'] / mine['seconds']:.1f}x |"
        )


def _poll_side(options: argparse.Namespace) -> None:
    import requests  # noqa: PLC0415 - only to tell the server

    stages = {"first": (0, 1), "not modified": (0, 1), "same body": (0, 0), "changed": (1, 1)}

    def set_round(name: str) -> None:
        stage, validates = stages[name]
        requests.get(f"http://127.0.0.1:{options.port}/stage/{stage}/{validates}", timeout=10)

    urls = [f"http://127.0.0.1:{options.port}/feed/{n}.xml" for n in range(options.feeds)]
    with tempfile.TemporaryDirectory() as folder:
        if options.side == "tocsin":
            poll_with_tocsin(urls, folder, set_round)
        else:
            poll_with_reader(urls, folder, set_round, options.reader_workers)


if __name__ == "__main__":
    main()
