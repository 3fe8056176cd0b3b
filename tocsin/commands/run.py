"""`tocsin run`: the whole service in one terminal, for one machine."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path

import click
from kafka.errors import KafkaError

from streams.errors import UnreachableError
from streams.logs import get_log, set_up_logs
from streams.metrics import LAG, serve_metrics
from streams.settings import ElasticSettings, KafkaSettings, LogSettings, WorkSettings
from streams.topics import ARTICLES, EVENTS, MENTIONS
from tocsin.brokers import Lag, measure_lags, open_admin, wait_for_kafka
from tocsin.config import load
from tocsin.settings import RunSettings
from tocsin.supervise import Child, Supervisor
from tocsin.watchdog import Watchdog

log = get_log("run")

WATCH_SECONDS = 20.0
PARTS = ("poll", "work", "elastic", "webhooks", "serve")


@click.command()
@click.option(
    "--without", multiple=True, type=click.Choice(PARTS), help="Leave a part out; repeatable."
)
def run(without: tuple[str, ...]) -> None:
    """Poll, read, merge, alert, write and serve, supervised; ends on Ctrl-C or SIGTERM.

    The feeds of follow lists are served where a follow file is set.

    What dies is restarted with a growing pause. A worker that lives but commits nothing while work
    is waiting is restarted too.
    """
    settings = load((KafkaSettings, ElasticSettings, LogSettings, WorkSettings, RunSettings))
    set_up_logs(settings[LogSettings])
    wait_for_kafka(settings[KafkaSettings], need_topics=True)
    serve_metrics(settings[RunSettings].metrics_port)
    children = build_children(settings[WorkSettings], settings[RunSettings], without)
    asyncio.run(
        _supervise(
            children, settings[KafkaSettings], settings[WorkSettings].app_id, settings[RunSettings]
        )
    )


def build_children(work: WorkSettings, run: RunSettings, without: tuple[str, ...]) -> list[Child]:
    """List the processes of a whole service, in the order of the data."""
    program = [sys.executable, "-m", "tocsin"]
    children = []
    if "poll" not in without:
        children.append(Child("poll", [*program, "poll"]))
    if "work" not in without:
        for number in range(run.workers):
            name = "work" if run.workers == 1 else f"work-{number}"
            folder = work.data_dir if number == 0 else Path(f"{work.data_dir}-{number}")
            children.append(Child(name, [*program, "work"], {"TOCSIN_WORK_DATA_DIR": str(folder)}))
    children += [
        Child(sink, [*program, "sink", sink])
        for sink in ("elastic", "webhooks")
        if sink not in without
    ]
    if work.follow_file is not None and "serve" not in without:
        children.append(Child("serve", [*program, "serve"]))
    return children


async def _supervise(
    children: list[Child], kafka: KafkaSettings, app_id: str, settings: RunSettings
) -> None:
    def show(name: str, line: str) -> None:
        click.echo(f"{name:>9} | {line}")

    supervisor = Supervisor(children, os.environ, show, random.random, settings.grace)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, supervisor.stop)
    workers = [child.name for child in children if child.name.startswith("work")]
    watching = asyncio.create_task(_watch(supervisor, workers, kafka, app_id, settings.stall_after))
    await supervisor.run()
    watching.cancel()
    log.info("service stopped")


async def _watch(
    supervisor: Supervisor, workers: list[str], kafka: KafkaSettings, app_id: str, patience: float
) -> None:
    watchdog = Watchdog(patience)
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        try:
            lags = await asyncio.to_thread(_measure, kafka, app_id)
        except (KafkaError, UnreachableError) as error:
            log.warning("lag unknown", error=str(error))
            watchdog.forget()
            continue
        for topic in (ARTICLES, MENTIONS, EVENTS):
            behind = sum(lag.behind for lag in lags if lag.topic == topic.name)
            LAG.labels(app_id, topic.name).set(behind)
        stalled = watchdog.find_stalled(lags, time.monotonic())
        if stalled is not None:
            for name in workers:
                supervisor.restart(name, f"{stalled.topic}/{stalled.partition} stands still")
            watchdog.forget()


def _measure(kafka: KafkaSettings, app_id: str) -> list[Lag]:
    admin = open_admin(kafka)
    try:
        return measure_lags(admin, {app_id: (ARTICLES.name, MENTIONS.name, EVENTS.name)})
    finally:
        admin.close()
