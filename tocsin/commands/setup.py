"""`tocsin setup`: the topics and the index templates, made or brought up to date; safe to repeat."""

from __future__ import annotations

import json
import sys

import click
from rich.console import Console

from streams.logs import set_up_logs
from streams.settings import ElasticSettings, KafkaSettings, LogSettings
from tocsin.brokers import create_topics
from tocsin.config import load


@click.command()
@click.option("--migrate", is_flag=True, help="Move indices of an older mapping to new ones.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def setup(*, migrate: bool, as_json: bool) -> None:
    """Make the Kafka topics and the Elasticsearch templates, indices and aliases."""
    settings = load((KafkaSettings, ElasticSettings, LogSettings))
    set_up_logs(settings[LogSettings], sys.stderr)
    created, kept = create_topics(settings[KafkaSettings])

    from sinks.setup import set_up_indices  # noqa: PLC0415 - after Kafka has answered

    indices = set_up_indices(settings[ElasticSettings], migrate=migrate)
    if as_json:
        click.echo(json.dumps({"topics": {"created": created, "kept": kept}, "indices": indices}))
        return
    console = Console()
    console.print(f"Kafka: {len(created)} topics created, {len(kept)} were there.")
    for line in indices:
        console.print(f"Elasticsearch: {line}")
