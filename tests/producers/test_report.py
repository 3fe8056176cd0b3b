"""What a poll tells its operator: one log line, and metrics by outcome, for every visit."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog
from prometheus_client import REGISTRY
from structlog.testing import LogCapture

from tests.producers.site import Clock, Shelf, Site, build_item, build_poller, build_rss


def read_counter(name: str, **labels: str) -> float:
    """Read a sample of the process's registry; nothing counted yet is zero."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def lines() -> LogCapture:
    """Everything that is logged, as dictionaries."""
    capture = LogCapture()
    structlog.configure(
        processors=[capture], wrapper_class=structlog.make_filtering_bound_logger(0)
    )
    return capture


async def test_every_poll_is_one_line_with_what_came_of_it(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock, lines: LogCapture
) -> None:
    """The feed, the outcome, the numbers and the next poll with its reason; failures are warnings."""
    good, bad = site.url("/good"), site.url("/bad")
    site.put("/good", build_rss(build_item("A"), build_item("B")))
    site.put("/bad", status=500)
    async with build_poller(tmp_path, [good, bad], shelf, clock) as poller:
        await poller.run_once()
    told = {line["feed"]: line for line in lines.entries if line["event"] == "feed was polled"}
    assert len(told) == len(lines.entries) == 2
    assert (told[good]["log_level"], told[good]["outcome"]) == ("info", "articles")
    assert (told[good]["status"], told[good]["items"], told[good]["new"]) == (200, 2, 2)
    assert told[good]["seconds"] >= 0
    assert told[good]["next_at"] > clock().isoformat()
    assert told[good]["because"]
    assert (told[bad]["log_level"], told[bad]["outcome"]) == ("warning", "http_error")
    assert told[bad]["detail"] == "HTTP 500"


async def test_metrics_count_each_outcome(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Visits by outcome, articles by state, dead letters by reason, feeds by state."""
    site.put("/feed", build_rss(build_item("A")))
    site.put("/page", "<!doctype html><html><body>No feed here.</body></html>")
    site.put("/gone", status=410)
    urls = [site.url(path) for path in ("/feed", "/page", "/gone")]
    watched = [
        ("tocsin_polls_total", {"outcome": "articles"}),
        ("tocsin_polls_total", {"outcome": "unchanged"}),
        ("tocsin_polls_total", {"outcome": "not_a_feed"}),
        ("tocsin_polls_total", {"outcome": "gone"}),
        ("tocsin_poll_articles_total", {"state": "new"}),
        ("tocsin_poll_deadletters_total", {"reason": "feed_unparseable"}),
        ("tocsin_poll_seconds_count", {}),
    ]
    before = [read_counter(name, **labels) for name, labels in watched]
    async with build_poller(tmp_path, urls, shelf, clock) as poller:
        await poller.run_once()
        await poller.run_once()
    after = [read_counter(name, **labels) for name, labels in watched]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 2, 1, 1, 1, 5]
