"""Ten thousand feeds through a kill -9 and a broker that stands still; out, what was lost or doubled.

    python -m benchmarks.poll_faults [--feeds 10000] [--outage 60]

Starts a stack and a feed server of its own. `tocsin poll` visits every feed; it is killed by -9 on its
way, started again, and while it goes on the broker is stopped for some time and let go. Then every
article must be on `tocsin.articles`, and the poller's memory is told as it grew. Exit code 1 when an
article is missing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from benchmarks.poll import ITEMS, read_peak_mb, serve
from streams.logs import set_up_logs
from streams.settings import KafkaSettings, LogSettings
from streams.topics import ARTICLES
from tocsin.brokers import create_topics, measure_lags, open_admin
from tocsin.stack.leash import tie_to_this_process
from tocsin.stack.local import inspect_stack, start_stack, stop_stack
from tocsin.stack.settings import StackSettings
from tocsin.topic import read_records

PORT = 8943
KILL_AT, STOP_AT = 0.23, 0.53
"""Share of the articles on the topic when the poller is killed, and when the broker is stopped."""


class PollRun:
    """`tocsin poll --once` as a process of its own."""

    def __init__(self, kafka: str, feeds: Path, state: Path) -> None:
        self._log = (feeds.parent / "poll.log").open("ab")
        environ = os.environ | {
            "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": kafka,
            "TOCSIN_POLL_STATE_FILE": str(state),
            "TOCSIN_POLL_ALLOW_PRIVATE": "true",
            "TOCSIN_POLL_FULL_TEXT": "false",
            "TOCSIN_POLL_HOST_SPACING": "0",
            "TOCSIN_POLL_PER_HOST": "32",
        }
        command = [sys.executable, "-m", "tocsin", "poll", "--once", "--feeds", str(feeds)]
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.DEVNULL, stderr=self._log
        )

    def read_peak_mb(self) -> float:
        """Read the most memory the process has held so far."""
        return read_peak_mb(Path("/proc") / str(self.process.pid))

    def kill(self) -> None:
        """End it by -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._log.close()


def count_sent(kafka: str) -> int:
    """Count the articles on the topic."""
    admin = open_admin(_settings(kafka))
    try:
        return sum(lag.end for lag in measure_lags(admin, {"poll-faults": {ARTICLES.name}}))
    finally:
        admin.close()


def count_distinct(kafka: str) -> int:
    """Count the different articles on the topic."""
    return len({article.id for article in read_records(_settings(kafka), ARTICLES)})


def _settings(kafka: str) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=(kafka,))


@click.command()
@click.option(
    "--feeds", default=10_000, show_default=True, help="How many feeds, of 20 items each."
)
@click.option("--outage", default=60.0, show_default=True, help="Seconds the broker stands still.")
def main(*, feeds: int, outage: float) -> None:
    """Run it and print what was found."""
    set_up_logs(LogSettings(level="error"), sys.stderr)
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    server = context.Process(target=serve, args=(PORT, ready), daemon=True)
    server.start()
    ready.wait(30)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed = folder / "feeds.toml"
        listed.write_text(
            "".join(
                f'[[feed]]\nurl = "http://127.0.0.1:{PORT}/feed/{n}.xml"\n' for n in range(feeds)
            )
        )
        settings = StackSettings(data_dir=folder / "stack", kafka_port=0, elastic_port=0)
        leash = tie_to_this_process(settings.data_dir)
        try:
            kafka = start_stack(settings, print).kafka
            create_topics(_settings(kafka))
            lost = _poll_through(kafka, settings, listed, feeds * ITEMS, outage)
        finally:
            stop_stack(settings, print)
            server.terminate()
            assert leash.stdin is not None
            leash.stdin.close()
    sys.exit(1 if lost else 0)


def _poll_through(
    kafka: str, settings: StackSettings, listed: Path, items: int, outage: float
) -> int:
    state = listed.parent / "memory.sqlite"
    run = PollRun(kafka, listed, state)
    _wait_for(kafka, int(items * KILL_AT), run)
    print(f"killed with {count_sent(kafka)} of {items} sent, peak {run.read_peak_mb():.0f} MB")
    run.kill()
    run = PollRun(kafka, listed, state)
    _wait_for(kafka, int(items * STOP_AT), run)
    broker = next(server.pid for server in inspect_stack(settings) if server.name == "kafka")
    assert broker is not None
    print(f"broker stopped at {count_sent(kafka)} sent, peak {run.read_peak_mb():.0f} MB")
    os.kill(broker, signal.SIGSTOP)
    time.sleep(outage)
    print(f"broker let go after {outage:g} s, peak {run.read_peak_mb():.0f} MB")
    os.kill(broker, signal.SIGCONT)
    peak = 0.0
    while run.process.poll() is None:
        peak = max(peak, run.read_peak_mb())
        time.sleep(0.5)
    sent, distinct = count_sent(kafka), count_distinct(kafka)
    print(f"ended with {run.process.returncode}, peak {peak:.0f} MB")
    print(f"{items} articles served, {distinct} arrived, {sent - distinct} sent twice")
    return items - distinct


def _wait_for(kafka: str, count: int, run: PollRun) -> None:
    while count_sent(kafka) < count:
        assert run.process.poll() is None, f"the poller ended with {run.process.returncode}"
        time.sleep(0.5)


if __name__ == "__main__":
    main()
