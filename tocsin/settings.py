"""The settings of `tocsin run`."""

from __future__ import annotations

from pydantic import Field

from streams.settings import Section


class RunSettings(Section):
    """Everything in one terminal, for one machine."""

    section = "run"
    workers: int = Field(1, ge=1, le=16, description="Faust workers, each with its own tables")
    stall_after: float = Field(300, ge=30, description="seconds without progress that are a stall")
    grace: float = Field(60, gt=0, description="seconds a child has to finish when stopped")
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Prometheus port on loopback"
    )
