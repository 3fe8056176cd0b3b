"""`tocsin work`: the Faust worker that reads, merges and alerts."""

from __future__ import annotations

import click

from streams.logs import get_log, set_up_logs
from streams.metrics import serve_metrics
from streams.settings import KafkaSettings, LogSettings, WorkSettings
from tocsin.brokers import create_worker_topics, wait_for_kafka
from tocsin.config import load


@click.command()
def work() -> None:
    """Read articles into mentions, merge mentions into events, ring alerts.

    Several workers share the partitions; give each its own TOCSIN_WORK_DATA_DIR.
    """
    settings = load((KafkaSettings, WorkSettings, LogSettings))
    set_up_logs(settings[LogSettings])
    kafka, worker = settings[KafkaSettings], settings[WorkSettings]
    wait_for_kafka(kafka, need_topics=True)
    create_worker_topics(kafka, worker.app_id)
    serve_metrics(worker.metrics_port)
    worker.data_dir.mkdir(parents=True, exist_ok=True)

    from streams.alerting.load import load_ringer  # noqa: PLC0415 - after the settings are good
    from streams.app import build_app, run_worker  # noqa: PLC0415 - faust takes a second to import

    ringer = load_ringer(worker.alerts_file, worker.follow_file)
    get_log("work").info("worker started", kafka=kafka.bootstrap_servers, app=worker.app_id)
    run_worker(build_app(kafka, worker, ringer))
