"""The settings of the local stack: where it lives, which ports it takes, which Java it runs on."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from streams.settings import Section


class StackSettings(Section):
    """The local Kafka and Elasticsearch of `tocsin stack`."""

    section = "stack"
    data_dir: Path = Field(Path(".tocsin"), description="folder of data, logs and pid files")
    cache_dir: Path | None = Field(
        None, description="folder of the servers' jars, shared; the user's cache folder otherwise"
    )
    kafka_port: int | None = Field(
        None, ge=0, le=65535, description="Kafka's port; 0 any free one; unset 9092, else any free"
    )
    elastic_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Elasticsearch's; 0 any free one; unset 9200, else any free",
    )
    java_home: Path | None = Field(None, description="folder of a JDK 21 or newer; found otherwise")
    kafka_heap: str = Field("512m", pattern=r"^[1-9]\d*[mg]$", description="Java heap of Kafka")
    elastic_heap: str = Field(
        "768m", pattern=r"^[1-9]\d*[mg]$", description="Java heap of Elasticsearch"
    )
    start_timeout: float = Field(
        90.0, gt=0, description="seconds a server may take until it answers"
    )

    @model_validator(mode="after")
    def _check_ports(self) -> StackSettings:
        if self.kafka_port and self.kafka_port == self.elastic_port:
            raise ValueError("kafka_port and elastic_port are the same")
        return self
