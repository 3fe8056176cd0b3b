"""Fixtures of the producers' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from tests.producers.site import Clock, Shelf, Site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A web server on loopback."""
    async with Site() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon."""
    return Clock()


@pytest.fixture
def shelf() -> Shelf:
    """A publisher that keeps its letters."""
    return Shelf()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keep log lines of polls out of the test report."""
    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False
    )
    yield
    structlog.configure(**before)
