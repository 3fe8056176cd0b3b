"""Every section of settings there is, and how a command loads those it uses."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from producers.settings import PollSettings
from sinks.follow.settings import ServeSettings
from sinks.settings import KibanaSettings, RetentionSettings, SinkSettings
from sinks.webhooks.settings import WebhookSettings
from streams.errors import SettingsError
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

_GROUPS = ("group", "app_id")
"""Fields that name a Kafka consumer group."""


def load(use: Sequence[type[Section]], config: Path | None = None) -> Settings:
    """Load the sections of `use` from this process's environment and TOML file."""
    toml = read_toml(os.environ, config)
    settings = load_settings(use, SECTIONS, os.environ, toml)
    problems = find_shared_groups(os.environ, toml)
    if problems:
        raise SettingsError(problems)
    return settings


def find_shared_groups(environ: Mapping[str, str], toml: Mapping[str, Any]) -> tuple[str, ...]:
    """Find programs with one consumer group: Kafka gives each the other's partitions, all stand still."""
    owner: dict[str, str] = {}
    problems: list[str] = []
    for section in SECTIONS:
        for name in _GROUPS:
            if name not in section.model_fields:
                continue
            variable = section.prefix() + name.upper()
            given = toml.get(section.section, {}).get(name, section.model_fields[name].default)
            group = environ.get(variable, str(given))
            first = owner.setdefault(group, variable)
            if first != variable:
                problems.append(
                    f"{variable}: {group!r} is the consumer group of {first} too; the two would "
                    "take each other's partitions and stand still: give each a name of its own"
                )
    return tuple(problems)
