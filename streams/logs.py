"""Log lines out: a constant lower-case phrase in the past tense, with its facts as keys.

Console on a terminal, JSON otherwise. Never the text of articles, never secrets.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

from streams.settings import LogSettings


def set_up_logs(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's loggers to `stream` (stdout) in one format."""
    stream = stream or sys.stdout
    pretty = settings.format == "console" or (settings.format == "auto" and stream.isatty())
    level = getattr(logging, settings.level.upper())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(),
            # rich's traceback shows local variables: the text of articles, and secrets
            exception_formatter=structlog.dev.plain_traceback,
        )
        if pretty
        else structlog.processors.JSONRenderer()
    )
    trace: list[structlog.typing.Processor] = (
        [] if pretty else [structlog.processors.format_exc_info]
    )
    structlog.configure(
        processors=[*shared, *trace, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *trace,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))


def get_log(step: str) -> structlog.typing.FilteringBoundLogger:
    """Get a logger that names its step, e.g. poll, read, elastic."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger(step=step)
    return log
