"""What is remembered across restarts, and how much of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from producers.learning import read_links
from producers.memory import KEEP_ITEMS, FeedState, Memory, SeenItem
from tests.producers.site import NOON

FEED = "https://harbour.example/rss"


def build_seen(number: int) -> SeenItem:
    """Build an item that was seen."""
    return SeenItem(f"a{number}", f"g{number}", f"c{number}", None, "T", None, "s", "v", 0, "r")


def build_state() -> FeedState:
    """Build a state with something in every sort of field."""
    return FeedState(
        feed=FEED,
        address=FEED,
        next_at=NOON,
        etag='"1"',
        skip_hours=frozenset({1, 2}),
        shared_urls=("https://harbour.example/live",),
        lease_until=NOON,
        hub_secret="quiet",
    )


def test_a_state_survives_a_restart(tmp_path: Path) -> None:
    """Every field of it, with its items."""
    memory = Memory(tmp_path / "memory.sqlite")
    memory.save(build_state(), [build_seen(1)])
    memory.close()
    again = Memory(tmp_path / "memory.sqlite")
    assert list(again.load_states()) == [build_state()]
    assert again.load_items(FEED) == [build_seen(1)]
    assert again.find_elsewhere("https://other.example/", ["a1", "a2"]) == {"a1"}
    assert again.find_elsewhere(FEED, ["a1"]) == set()
    again.forget(FEED)
    assert list(again.load_states()) == []
    again.close()


def test_a_secret_is_not_shown() -> None:
    """Not in logs or tracebacks."""
    assert "quiet" not in repr(build_state())


def test_the_items_of_a_feed_are_bounded() -> None:
    """The oldest go first, and never one that still stands in the feed."""
    memory = Memory(":memory:")
    state = build_state()
    memory.save(state, [build_seen(0)], now=NOON)
    for day in range(1, 60):
        fresh = [build_seen(number) for number in range(day * 20, day * 20 + 20)]
        memory.save(state, fresh, ["a0"], now=NOON + dt.timedelta(days=day))
    kept = {item.article for item in memory.load_items(FEED)}
    assert KEEP_ITEMS <= len(kept) <= KEEP_ITEMS * 5 // 4 + 20
    assert {"a0", "a1199", "a1180"} <= kept
    assert "a25" not in kept
    memory.close()


def test_link_headers_are_read() -> None:
    """Several relations, quoted or not."""
    header = '<https://hub.example/>; rel="hub", <https://h.example/f>; rel=self; type="x"'
    assert read_links(header) == {"hub": ["https://hub.example/"], "self": ["https://h.example/f"]}
    assert read_links("nonsense <<>; rel") == {}
