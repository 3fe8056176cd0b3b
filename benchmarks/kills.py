"""Kill the worker by -9 at random, many times in one stream, and compare with a calm run.

    python -m benchmarks.kills [--kills 20] [--seed N]

Starts a stack of its own. The same articles are published twice under other addresses: once for a
worker that nobody disturbs, once in small portions for one that is killed at random moments. Exit
code 1 when the events differ.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import click

from streams.settings import KafkaSettings
from tests.worker_run import WorkerRun, build_articles, describe, publish, read_events
from tocsin.brokers import create_topics
from tocsin.stack.leash import tie_to_this_process
from tocsin.stack.local import start_stack, stop_stack
from tocsin.stack.settings import StackSettings


@click.command()
@click.option("--kills", default=20, show_default=True, help="How often the worker is killed.")
@click.option("--seed", type=int, help="Seed of the random moments; printed when not given.")
def main(*, kills: int, seed: int | None) -> None:
    """Run it and print what was found."""
    seed = random.randrange(2**32) if seed is None else seed
    rng = random.Random(seed)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = StackSettings(data_dir=folder / "stack", kafka_port=0, elastic_port=0)
        leash = tie_to_this_process(settings.data_dir)
        try:
            stack = start_stack(settings, print)
            kafka = KafkaSettings(bootstrap_servers=(stack.kafka,))
            create_topics(kafka)
            same = _compare(kafka, folder, kills, rng)
        finally:
            stop_stack(settings, print)
            assert leash.stdin is not None
            leash.stdin.close()
    sys.exit(0 if same else 1)


def _compare(kafka: KafkaSettings, folder: Path, kills: int, rng: random.Random) -> bool:
    calm, rough = build_articles("calm"), build_articles("rough")
    publish(kafka, calm)
    worker = WorkerRun(kafka, "calm", folder / "calm")
    worker.start()
    worker.wait_until_drained(300)
    worker.stop()
    expected = describe(read_events(kafka, calm))

    worker = WorkerRun(kafka, "rough", folder / "rough")
    worker.skip_what_is_there()
    worker.start()
    for number in range(kills):
        portion = rough[number * len(rough) // kills : (number + 1) * len(rough) // kills]
        publish(kafka, portion)
        # from before the worker has its partitions until long after it has read everything
        time.sleep(rng.uniform(0.0, 25.0))
        worker.kill()
        print(f"killed {number + 1} of {kills}; {len(read_events(kafka, rough))} events by now")
        worker.start()
    worker.wait_until_drained(300)
    worker.stop()
    found = describe(read_events(kafka, rough))
    print(f"{len(expected)} events in the calm run, {len(found)} in the killed one")
    for event in sorted(set(expected) ^ set(found), key=repr):
        print("differs:", event)
    return found == expected


if __name__ == "__main__":
    main()
