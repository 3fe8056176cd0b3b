"""A folder in; the newsroom told through the whole of Tocsin, and what Elasticsearch knows then, out.

Everything is real: the stack, the poller, the worker and the sinks are the same commands that a
deployment runs, as processes of their own. The results are read back from Elasticsearch.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sinks.elastic.indices import read_alias
from sinks.elastic.server import Server
from sinks.elastic.shapes import ShapeName
from sinks.settings import SinkSettings
from sinks.webhooks.settings import WebhookSettings
from streams.settings import ElasticSettings, KafkaSettings, WorkSettings
from tocsin.brokers import Lag
from tocsin.demo.children import Children, PartError
from tocsin.demo.expected import find_problems, load_expected
from tocsin.demo.newsroom import BROKEN, Newsroom, load_outlets, serve_newsroom
from tocsin.drain import (
    ELASTIC_READS,
    WEBHOOKS_READS,
    WORKER_READS,
    NotDrainedError,
    wait_until_drained,
)
from tocsin.stack.jars import Report
from tocsin.stack.leash import tie_to_this_process
from tocsin.stack.local import Stack, start_stack, stop_stack
from tocsin.stack.settings import StackSettings

SERVICES: Mapping[str, tuple[str, ...]] = {
    "work": ("work",),
    "elastic-sink": ("sink", "elastic"),
    "webhooks-sink": ("sink", "webhooks"),
}
"""The services by the name of their log, in the order of the data."""

ALERTS = """\
[[rule]]
name = "ten-or-more-dead"
match = { numbers = "killed >= 10" }
severity = "Severe"
max_age = "36500d"
"""
"""The newsroom's day is long past; a real rule keeps the default age."""
ENDPOINT = """\
[[endpoint]]
name = "desk"
url = "{url}"
secret_env = "{secret}"
allow_private = true
allow_http = true
"""
SECRET_VARIABLE = "DEMO_DESK_SECRET"  # noqa: S105 - the name of a variable

SET_UP_SECONDS = 90.0
POLL_SECONDS = 90.0
DELIVERY_SECONDS = 20.0
DRAIN_SECONDS = 150.0
"""The first article waits until the worker has loaded its language model."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came out."""

    events: tuple[dict[str, Any], ...]
    """Event documents, those that happened first first."""
    alerts: tuple[dict[str, Any], ...]
    """Alert documents."""
    delivered: tuple[dict[str, Any], ...]
    """What the desk took by webhook."""
    articles: int
    deadletters: dict[str, int]
    problems: tuple[str, ...]
    """Everything that was expected and did not arrive; none is success."""
    seconds: float
    kafka: str
    elastic: str
    data_dir: Path


def play_demo(
    data_dir: Path,
    stack_settings: StackSettings,
    environ: Mapping[str, str],
    report: Report,
    *,
    keep: bool,
) -> Told:
    """Play the whole demo; stops what it started unless `keep` leaves the servers running.

    Raises a `TocsinError` that names the part that failed.
    """
    begun = time.monotonic()
    settings = stack_settings.model_copy(
        update={"data_dir": data_dir.absolute(), "kafka_port": 0, "elastic_port": 0}
    )
    clear_folder(settings, report)
    leash = tie_to_this_process(settings.data_dir)
    kept = False
    try:
        stack = start_stack(settings, report, environ)
        report(f"Kafka on {stack.kafka}, Elasticsearch on {stack.elastic}")
        children = Children(stack.data_dir, build_environ(environ, stack))
        delivered = _tell(children, stack, report)
        told = _read_back(stack, delivered, time.monotonic() - begun)
        kept = keep
    finally:
        if kept:
            leash.kill()
        else:
            stop_stack(settings, report)
        assert leash.stdin is not None
        leash.stdin.close()
        leash.wait(60)
    return told


def clear_folder(settings: StackSettings, report: Report) -> None:
    """Stop what an earlier demo left running, and remove its data; logs are replaced as they come."""
    if stop_stack(settings, report):
        report("the servers of an earlier demo were stopped")
    for name in ("kafka", "elastic", "work", "poll", "webhooks", "run"):
        shutil.rmtree(settings.data_dir / name, ignore_errors=True)
    settings.data_dir.mkdir(parents=True, exist_ok=True)


def build_environ(environ: Mapping[str, str], stack: Stack) -> dict[str, str]:
    """Build the variables of the children: the user's settings of Tocsin do not reach the demo."""
    clean = {name: value for name, value in environ.items() if not name.startswith("TOCSIN_")}
    data = stack.data_dir
    return {
        **clean,
        **stack.environ,
        "TOCSIN_KAFKA_PARTITIONS": "2",
        "TOCSIN_POLL_FEEDS": str(data / "feeds.toml"),
        "TOCSIN_POLL_STATE_FILE": str(data / "poll" / "memory.sqlite"),
        "TOCSIN_POLL_ALLOW_PRIVATE": "true",  # the newsroom is on loopback
        "TOCSIN_POLL_FULL_TEXT": "false",  # its articles are whole, and have no pages
        "TOCSIN_POLL_HOST_SPACING": "0",  # all its feeds are on one server
        "TOCSIN_POLL_PARSE_PROCESSES": "1",
        "TOCSIN_WORK_DATA_DIR": str(data / "work"),
        "TOCSIN_WORK_COMMIT_INTERVAL": "0.5",
        "TOCSIN_WORK_ALERTS_FILE": str(data / "alerts.toml"),
        "TOCSIN_WEBHOOKS_ENDPOINTS_FILE": str(data / "endpoints.toml"),
        "TOCSIN_WEBHOOKS_DATA_DIR": str(data / "webhooks"),
        "TOCSIN_WEBHOOKS_MAX_AGE_DAYS": "36500",  # as with the rule: the day is long past
        "TOCSIN_SINK_BATCH_SECONDS": "0.2",
        "TOCSIN_LOG_FORMAT": "json",
    }


def write_files(folder: Path, room: Newsroom) -> None:
    """Write the feeds, the rule that rings and where it rings, as a user would."""
    (folder / "alerts.toml").write_text(ALERTS, "utf-8")
    endpoint = ENDPOINT.format(url=f"{room.address}/desk", secret=SECRET_VARIABLE)
    (folder / "endpoints.toml").write_text(endpoint, "utf-8")
    names = {outlet.slug: outlet.name for outlet in load_outlets("morning")}
    names[BROKEN] = "The Broken Bugle"
    lines = []
    for address in room.feeds:
        name = names[address.split("/")[-2]]
        lines.append(f'[[feed]]\nurl = "{address}"\npublisher = "{name}"\nfamily = "{name}"\n')
    (folder / "feeds.toml").write_text("\n".join(lines), "utf-8")


def _tell(children: Children, stack: Stack, report: Report) -> tuple[dict[str, Any], ...]:
    """Publish both editions, each until everybody has read everything."""
    report("making topics and indices")
    children.run("setup", ("setup",), SET_UP_SECONDS)
    with serve_newsroom() as room:
        write_files(stack.data_dir, room)
        children.environ = {**children.environ, SECRET_VARIABLE: room.secret}
        try:
            for name, words in SERVICES.items():
                children.start(name, words)
            _poll(children, room, report)
            _drain(children, stack, report)
            room.edition = "evening"
            _poll(children, room, report)
            _drain(children, stack, report)
            _wait_for_alerts(children, room, stack)
        finally:
            children.stop()
        return tuple(room.alerts.values())


def _poll(children: Children, room: Newsroom, report: Report) -> None:
    # 1: a feed failed, which the broken one must; any other failure is told below
    printed = children.run("poll", ("poll", "--once", "--json"), POLL_SECONDS, fine=(0, 1))
    visits = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    sent = sum(visit["new"] + visit["changed"] for visit in visits)
    failed = [visit["feed"] for visit in visits if visit.get("failed")]
    report(f"{room.edition} edition polled: {len(visits)} feeds, {sent} articles sent")
    surprising = [feed for feed in failed if f"/{BROKEN}/" not in feed]
    if surprising or len(visits) != len(room.feeds):
        log = children.folder / "logs" / "poll.log"
        raise PartError("poll", f"feeds failed: {', '.join(surprising) or 'some'}", log)


def _drain(children: Children, stack: Stack, report: Report) -> None:
    kafka = KafkaSettings(bootstrap_servers=(stack.kafka,))
    app = WorkSettings.model_fields["app_id"].default
    sink = SinkSettings.model_fields["group"].default
    desk = WebhookSettings.model_fields["group"].default

    def watch(lags: Sequence[Lag]) -> None:
        children.check()
        behind = Counter({lag.topic: 0 for lag in lags})
        for lag in lags:
            behind[lag.topic] += lag.behind
        waiting = ", ".join(f"{n} {topic}" for topic, n in behind.items() if n)
        report(f"waiting for {waiting}" if waiting else "everything is read")

    parts = {app: "work", sink: "elastic-sink", desk: "webhooks-sink"}
    reads = {app: WORKER_READS, sink: ELASTIC_READS, desk: WEBHOOKS_READS}
    try:
        wait_until_drained(kafka, reads, DRAIN_SECONDS, watch)
    except NotDrainedError as error:
        behind = {lag.group for lag in error.lags}
        slow = next((part for group, part in parts.items() if group in behind), "work")
        log = children.folder / "logs" / f"{slow}.log"
        raise PartError(slow, error.why, log) from error


def _wait_for_alerts(children: Children, room: Newsroom, stack: Stack) -> None:
    """Wait until the desk has as many alerts as were rung; what is late is told as a problem."""
    elastic = ElasticSettings(hosts=(stack.elastic,))
    server = Server.connect(elastic)
    try:
        rung = len(_read_all(server, elastic.index_prefix, "alerts"))
    finally:
        server.close()
    deadline = time.monotonic() + DELIVERY_SECONDS
    while len(room.alerts) < rung and time.monotonic() < deadline:
        children.check()
        time.sleep(0.1)


def _read_back(stack: Stack, delivered: tuple[dict[str, Any], ...], seconds: float) -> Told:
    elastic = ElasticSettings(hosts=(stack.elastic,))
    server = Server.connect(elastic)
    try:
        found = {shape: _read_all(server, elastic.index_prefix, shape) for shape in _SHAPES}
    finally:
        server.close()
    events = sorted(
        found["events"],
        key=lambda e: ((e.get("event") or {}).get("start") or e["@timestamp"], e["id"]),
    )
    deadletters = Counter(str(letter["reason"]) for letter in found["deadletters"])
    counts = {
        "articles": len(found["articles"]),
        "alerts": len(found["alerts"]),
        "delivered": len(delivered),
    }
    problems = find_problems(load_expected(), events, counts, deadletters)
    return Told(
        events=tuple(events),
        alerts=tuple(found["alerts"]),
        delivered=delivered,
        articles=len(found["articles"]),
        deadletters=dict(deadletters),
        problems=tuple(problems),
        seconds=seconds,
        kafka=stack.kafka,
        elastic=stack.elastic,
        data_dir=stack.data_dir,
    )


_SHAPES: tuple[ShapeName, ...] = ("articles", "events", "alerts", "deadletters")


def _read_all(server: Server, prefix: str, shape: ShapeName) -> list[dict[str, Any]]:
    alias = read_alias(prefix, shape)
    server.refresh(alias)
    return [hit["_source"] for page in server.scan(alias) for hit in page]
