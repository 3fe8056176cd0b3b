"""The settings of the poller: `[poll]` in `tocsin.toml`, `TOCSIN_POLL_*` in the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode

from streams.settings import Section


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split)]


class PollSettings(Section):
    """Which feeds are polled, and with what manners and limits."""

    section = "poll"
    feeds: Paths = Field(
        (Path("feeds.toml"),), description="files of feeds, TOML or OPML, comma-separated"
    )
    state_file: Path = Field(
        Path(".tocsin/poll/memory.sqlite"), description="the poller's memory, SQLite"
    )
    contact: str | None = Field(
        None, description="address or URL in the User-Agent where a server's owner can complain"
    )
    floor: float = Field(300.0, ge=5, description="seconds between two polls of a feed, at least")
    ceiling: float = Field(21_600.0, ge=60, description="seconds between two polls, at most")
    start: float = Field(
        900.0, ge=5, description="seconds between polls while nothing is known of a feed"
    )
    concurrency: int = Field(32, ge=1, le=1000, description="feeds polled at the same time")
    per_host: int = Field(2, ge=1, le=50, description="connections to one server at the same time")
    host_spacing: float = Field(
        1.0, ge=0, description="seconds between two requests to one server, at least"
    )
    timeout: float = Field(30.0, gt=0, description="seconds one fetch may take in all")
    idle_timeout: float = Field(10.0, gt=0, description="seconds a server may stay silent")
    max_bytes: int = Field(
        8_000_000, ge=10_000, description="bytes of a body, after decompression, at most"
    )
    parse_processes: int = Field(2, ge=1, le=64, description="processes that parse and extract")
    parse_timeout: float = Field(15.0, gt=0, description="seconds one parse may take")
    parse_memory: int = Field(
        1_500_000_000, ge=400_000_000, description="bytes of memory of one parsing process"
    )
    full_text: bool = Field(True, description="fetch the page where a feed carries a summary only")
    full_text_enough: int = Field(
        700, ge=0, description="characters in the feed from which on the page is not fetched"
    )
    pages_a_poll: int = Field(
        30, ge=0, description="pages fetched for one poll of a feed, at most; newest first"
    )
    allow_private: bool = Field(
        False, description="allow feeds on private and loopback addresses (intranet, demo)"
    )
    callback_url: str | None = Field(
        None, description="public address of the WebSub callback; unset: hubs are not used"
    )
    callback_host: str = Field("127.0.0.1", description="address the callback server listens on")
    callback_port: int = Field(
        8787, ge=0, le=65535, description="port the callback server listens on"
    )
    lease: int = Field(
        432_000, ge=300, description="seconds of a hub subscription that are asked for"
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Prometheus port on loopback"
    )

    @model_validator(mode="after")
    def _check_bounds(self) -> PollSettings:
        if self.floor > self.ceiling:
            raise ValueError("floor must not be over ceiling")
        if self.idle_timeout > self.timeout:
            raise ValueError("idle_timeout must not be over timeout")
        return self
