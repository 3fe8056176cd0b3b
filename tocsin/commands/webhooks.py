"""`tocsin sink webhooks`: from the topic of alerts to webhooks, chats and mail, as a service."""

from __future__ import annotations

import os

import click

from sinks.webhooks.settings import WebhookSettings
from streams.logs import set_up_logs
from streams.metrics import serve_metrics
from streams.settings import KafkaSettings, LogSettings
from tocsin.config import load


@click.command("webhooks")
@click.option("--check", is_flag=True, help="Read the endpoints file, say what is wrong, and end.")
def deliver(check: bool) -> None:  # noqa: FBT001 - click gives flags so
    """Deliver alerts to the endpoints of endpoints.toml; ends on Ctrl-C or SIGTERM.

    What is under way is finished. The file is read again when it changes, and on SIGHUP. The
    schedule is kept in TOCSIN_WEBHOOKS_DATA_DIR.
    """
    settings = load((KafkaSettings, WebhookSettings, LogSettings))
    webhooks = settings[WebhookSettings]

    from sinks.webhooks.endpoints import EndpointsFile, load_endpoints  # noqa: PLC0415 - settings first

    if check:
        for endpoint in load_endpoints(webhooks.endpoints_file, os.environ):
            click.echo(f"{endpoint.name}: {endpoint.format}")
        return
    file = EndpointsFile(webhooks.endpoints_file, os.environ)

    from sinks.webhooks.run import WebhookSink  # noqa: PLC0415 - kafka takes its time to import

    set_up_logs(settings[LogSettings])
    serve_metrics(webhooks.metrics_port)
    WebhookSink(settings[KafkaSettings], webhooks, file).run()
