"""Every section of settings there is, and how a command loads those it uses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from producers.settings import PollSettings
from sinks.follow.settings import ServeSettings
from sinks.settings import KibanaSettings, RetentionSettings, SinkSettings
from sinks.webhooks.settings import WebhookSettings
from streams.settings import (
    ElasticSettings,
    KafkaSettings,
    LogSettings,
    Section,
    Settings,
    WorkSettings,
    load_settings,
    read_toml,
)
from tocsin.settings import RunSettings
from tocsin.stack.settings import StackSettings

SECTIONS: tuple[type[Section], ...] = (
    KafkaSettings,
    ElasticSettings,
    LogSettings,
    WorkSettings,
    StackSettings,
    RunSettings,
    SinkSettings,
    RetentionSettings,
    KibanaSettings,
    PollSettings,
    WebhookSettings,
    ServeSettings,
)


def load(use: Sequence[type[Section]], config: Path | None = None) -> Settings:
    """Load the sections of `use` from this process's environment and TOML file."""
    return load_settings(use, SECTIONS, os.environ, read_toml(os.environ, config))
