"""The settings of the served feeds."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

from streams.settings import Section


class ServeSettings(Section):
    """The feeds of follow lists: where they are kept, and where they are served."""

    section = "serve"
    data_dir: Path = Field(Path(".tocsin/serve"), description="folder of the entries (SQLite)")
    group: str = Field("tocsin-serve", description="Kafka consumer group")
    host: str = Field("127.0.0.1", description="address to listen on; loopback unless you mean it")
    port: int = Field(8321, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    base_url: str | None = Field(
        None, description="address that readers use, e.g. https://news.example.org; none: as asked"
    )
    entries: int = Field(100, ge=1, le=1_000, description="newest entries in a feed")
    keep_days: float = Field(30.0, gt=0, description="days an entry is kept after its last change")

    @field_validator("base_url")
    @classmethod
    def _check_base(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")
