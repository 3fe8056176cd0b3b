"""`tocsin sink elastic` and `tocsin sink webhooks`: from the topics to the outside, as services."""

from __future__ import annotations

import importlib
import signal

import click

from sinks.settings import SinkSettings
from streams.logs import set_up_logs
from streams.metrics import serve_metrics
from streams.settings import ElasticSettings, KafkaSettings, LogSettings
from tocsin.config import load

WEBHOOKS = "tocsin.commands.webhooks:deliver"


class SinkGroup(click.Group):
    """The sinks; that of the webhooks is imported only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List both sinks."""
        return ["elastic", "webhooks"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a sink's command and return it."""
        if cmd_name != "webhooks":
            return super().get_command(ctx, cmd_name)
        module, attribute = WEBHOOKS.split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=SinkGroup)
def sink() -> None:
    """Write records to the outside: Elasticsearch, webhooks."""


@sink.command()
def elastic() -> None:
    """Write every record to Elasticsearch; ends on Ctrl-C or SIGTERM after the batch in hand."""
    settings = load((KafkaSettings, ElasticSettings, SinkSettings, LogSettings))
    set_up_logs(settings[LogSettings])
    serve_metrics(settings[SinkSettings].metrics_port)

    from sinks.elastic.run import (  # noqa: PLC0415 - settings are checked first
        ElasticSink,
        calm_collector,
    )

    calm_collector()
    service = ElasticSink(
        settings[KafkaSettings], settings[ElasticSettings], settings[SinkSettings]
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: service.stop())
    service.run()
