"""The settings of the served feeds."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from pydantic import Field, SecretStr, field_validator, model_validator

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
    username: str = Field("tocsin", min_length=1, description="user that readers give")
    password: SecretStr | None = Field(
        None, description="password that readers give; needed where host is not loopback"
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

    @model_validator(mode="after")
    def _check_password(self) -> ServeSettings:
        if self.password is None and not is_loopback(self.host):
            raise ValueError(f"host {self.host} is not loopback: give a password")
        if self.password is not None and not self.password.get_secret_value():
            raise ValueError("the password is empty")
        if ":" in self.username:
            raise ValueError("username must not hold a colon")
        return self


def is_loopback(host: str) -> bool:
    """Tell whether a name or address leads to this machine only."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
