"""The settings of the sinks to Elasticsearch and of Kibana."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from streams.settings import Section


class SinkSettings(Section):
    """The sink to Elasticsearch: how much it takes at once, and how it waits."""

    section = "sink"
    group: str = Field("tocsin-elastic", description="Kafka consumer group of the sink")
    batch_records: int = Field(500, ge=1, le=10_000, description="most messages in one batch")
    batch_bytes: int = Field(
        4_000_000, ge=1_000_000, le=50_000_000, description="most bytes in one request"
    )
    batch_seconds: float = Field(
        1.0, gt=0, le=60, description="longest wait for a batch to fill, seconds"
    )
    retry_first: float = Field(0.5, gt=0, description="first pause when Elasticsearch says not now")
    retry_cap: float = Field(30.0, gt=0, le=120, description="longest pause, seconds")
    grace: float = Field(
        20.0,
        gt=0,
        description="seconds that a stop waits for Elasticsearch; then the batch is left",
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Prometheus port on loopback"
    )

    @model_validator(mode="after")
    def _check_pauses(self) -> SinkSettings:
        if self.retry_first > self.retry_cap:
            raise ValueError("retry_first must not be above retry_cap")
        return self


class RetentionSettings(Section):
    """How long documents are kept, by the month in which Tocsin first saw them."""

    section = "retention"
    articles: int | None = Field(365, ge=1, description="days; unset in TOML keeps the default")
    mentions: int | None = Field(365, ge=1, description="days")
    events: int | None = Field(None, ge=1, description="days; none: kept for ever")
    alerts: int | None = Field(730, ge=1, description="days")
    deadletters: int | None = Field(90, ge=1, description="days")
    feeds: int | None = Field(
        None, ge=1, description="days since a feed was first seen; none: kept for ever"
    )


class KibanaSettings(Section):
    """How to reach Kibana, for `tocsin kibana import`."""

    section = "kibana"
    url: str = Field("http://127.0.0.1:5601", description="address of Kibana, with its base path")
    space: str | None = Field(
        None, pattern=r"^[a-z0-9_-]+$", description="space to import into; none: the default one"
    )
    api_key: SecretStr | None = Field(None, description="API key, base64 as Elasticsearch gives it")
    username: str | None = Field(None, description="basic authentication user")
    password: SecretStr | None = Field(None, description="basic authentication password")
    ca_file: Path | None = Field(None, description="PEM file of the authority that signed Kibana")
    timeout: float = Field(60.0, gt=0, description="seconds to wait for an answer")

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address like https://kibana.example.org:5601")
        if parts.username or parts.password:
            # addresses are shown in errors
            raise ValueError("give username and password by themselves, not in the address")
        return value

    @model_validator(mode="after")
    def _check_authentication(self) -> KibanaSettings:
        if self.api_key and self.username:
            raise ValueError("give api_key or username and password, not both")
        if bool(self.username) != bool(self.password):
            raise ValueError("username and password go together")
        return self
