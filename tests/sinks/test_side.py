"""Side indices on the real Elasticsearch: seen by nobody until the aliases move, and then by all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sinks.elastic.documents import build_document
from sinks.elastic.homes import Homes
from sinks.elastic.side import Part, SideError, build_side, switch_to
from sinks.elastic.write import Writer
from sinks.setup import set_up_indices
from streams.records import Event
from tests.samples import FETCHED, build_event
from tests.sinks.test_faults import SHAPES_OF_TOPICS, build_messages
from tests.sinks.world import World
from tocsin.stack.local import Stack

pytestmark = pytest.mark.stack

OLD = [build_event(id=f"e1-{name}", revision=3, title=f"old {name}") for name in "abcd"]


@pytest.fixture
def world(stack: Stack, unique_name: Callable[[str], str]) -> Iterator[World]:
    """Indices of this test's own with four events in them."""
    made = World(stack, unique_name("side"))
    set_up_indices(made.direct)
    write(made, OLD)
    yield made
    made.close()


def write(world: World, events: list[Event]) -> None:
    """Write events as the sink does."""
    homes = Homes(world.server, world.prefix)
    writer = Writer(
        world.server, homes, SHAPES_OF_TOPICS, lambda _: None, lambda: FETCHED, 4_000_000
    )
    assert writer.write(build_messages({"events": [*events]})).dead == []


def read_titles(world: World) -> dict[str, str]:
    """What an analyst reads: the title of every event."""
    return {key: document["title"] for (_, key), document in world.read().items()}


def build_part(*events: Event, gone: dict[str, int]) -> Part:
    """A replay of `gone` that came to `events`."""
    return Part("events", [build_document(event, FETCHED) for event in events], gone)


def test_a_switch_replaces_adds_and_keeps_in_one_step(world: World) -> None:
    """Before it nothing changes; after it a new text, a new event, one less, and the rest as it was."""
    new = OLD[0].model_copy(update={"title": "new a"}), build_event(id="e1-x", title="new x")
    part = build_part(*new, gone={"e1-a": 3, "e1-b": 3})
    side = build_side(world.server, world.prefix, [part], 7)
    assert read_titles(world) == {event.id: event.title for event in OLD}

    assert switch_to(side) == []

    assert read_titles(world) == {
        "e1-a": "new a",
        "e1-x": "new x",
        "e1-c": "old c",
        "e1-d": "old d",
    }
    write(world, [OLD[0].model_copy(update={"revision": 4, "title": "a goes on"})])
    assert read_titles(world)["e1-a"] == "a goes on"
    assert all(name.endswith("-r7") for name in list_events(world))


def test_what_the_sink_writes_meanwhile_is_not_lost(world: World) -> None:
    """A revision after the replay's own reading goes before what the replay made of the event."""
    part = build_part(OLD[0].model_copy(update={"title": "new a"}), gone={"e1-a": 3, "e1-b": 3})
    side = build_side(world.server, world.prefix, [part], 8)
    late = [one.model_copy(update={"revision": 4, "title": "late"}) for one in OLD[:2]]
    write(world, [*late, build_event(id="e1-late", title="late")])

    left = switch_to(side, keep_old=True)

    found = read_titles(world)
    assert [found[key] for key in ("e1-a", "e1-b", "e1-late")] == ["late"] * 3
    assert len(found) == 5
    assert [bool(aliases) for aliases in world.server.find_indices(left[0]).values()] == [False]


def test_a_replay_that_broke_off_leaves_nothing(world: World) -> None:
    """Its index has no alias, and the next replay drops it."""
    broken = build_side(world.server, world.prefix, [build_part(gone={"e1-a": 3})], 9)
    assert len(read_titles(world)) == 4

    switch_to(build_side(world.server, world.prefix, [build_part(gone={"e1-b": 3})], 10))

    assert set(read_titles(world)) == {"e1-a", "e1-c", "e1-d"}
    assert str(broken.pairs[0][1]) not in world.server.find_indices(f"{world.prefix}-events-*")


def test_a_document_that_is_refused_moves_no_alias(world: World) -> None:
    """The error names the index and the server's reason; readers go on as before."""
    part = build_part(OLD[0], gone={"e1-a": 3})
    part.documents[0].fields["no_such_field"] = 1
    with pytest.raises(SideError, match="no_such_field"):
        build_side(world.server, world.prefix, [part], 11)
    assert read_titles(world)["e1-a"] == "old a"


def list_events(world: World) -> tuple[str, ...]:
    """The indices behind the alias for reading events that hold any."""
    names = world.server.list_indices(f"{world.prefix}-events")
    return tuple(name for name in names if world.server.count(name))
