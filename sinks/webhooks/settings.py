"""The settings of the sink to webhooks."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from streams.settings import Section


class WebhookSettings(Section):
    """The sink to webhooks, chats and mail: where its schedule is, and how long it tries."""

    section = "webhooks"
    endpoints_file: Path = Field(Path("endpoints.toml"), description="where alerts go, TOML")
    data_dir: Path = Field(Path(".tocsin/webhooks"), description="folder of the schedule (SQLite)")
    group: str = Field("tocsin-webhooks", description="Kafka consumer group of the sink")
    max_age_days: float = Field(
        7.0, gt=0, description="days; older alerts are kept in the log but not sent by themselves"
    )
    disable_after_days: float = Field(
        3.0, gt=0, description="days without one success until an endpoint is disabled"
    )
    keep_days: float = Field(90.0, gt=0, description="days a settled delivery stays in the log")
    grace: float = Field(20.0, gt=0, description="seconds that a stop waits for tries under way")
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Prometheus port on loopback"
    )
