"""Setting up, extending and migrating indices of the real Elasticsearch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sinks import setup
from sinks.elastic import homes, indices, migrate
from sinks.elastic.documents import build_document
from sinks.elastic.homes import Homes, NotSetUpError
from sinks.elastic.indices import build_mapping, read_alias
from sinks.elastic.write import Writer
from sinks.setup import make_indices, put_templates, set_up_indices
from streams.records import Record
from tests.samples import FETCHED, PUBLISHED, build_event, build_many
from tests.sinks.test_faults import SHAPES_OF_TOPICS, build_messages
from tests.sinks.world import World, without_writing_times
from tocsin.stack.local import Stack

pytestmark = pytest.mark.stack

MADE: dict[str, list[Record]] = {"events": build_many(30, seed=4)["events"]}


@pytest.fixture
def world(stack: Stack, unique_name: Callable[[str], str]) -> Iterator[World]:
    """Indices of this test's own."""
    made = World(stack, unique_name("setup"))
    yield made
    made.close()


def build_writer(world: World) -> Writer:
    """Build a writer of the version that the code has just now."""
    home = Homes(world.server, world.name)
    return Writer(world.server, home, SHAPES_OF_TOPICS, lambda _n: None, lambda: FETCHED, 4_000_000)


def set_version(patch: pytest.MonkeyPatch, version: int) -> None:
    """Pretend that the code is of another mapping version."""
    for module in (setup, homes, indices):
        patch.setattr(module, "MAPPING_VERSION", version)
    patch.setattr(migrate.migrate, "__defaults__", (version,))


def test_setting_up_twice_changes_nothing(world: World) -> None:
    """The second time the templates are put again, and no index is made."""
    first = set_up_indices(world.direct)
    second = set_up_indices(world.direct)

    assert [line for line in first if line.startswith(f"index {world.name}")] != []
    assert [line for line in second if line.startswith(f"index {world.name}")] == []


def test_a_new_field_is_added_to_the_indices_there_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field that a later release brings needs no migration."""
    put_templates(world.server, world.direct)
    make_indices(world.server, world.name, PUBLISHED)
    mapping = build_mapping("events")
    mapping["properties"]["novelty"] = {"type": "double"}
    monkeypatch.setattr(setup, "build_mapping", lambda _shape: mapping)

    make_indices(world.server, world.name, PUBLISHED)

    assert world.server.get_field_types(read_alias(world.name, "events"))["novelty"] == "double"


def test_a_migration_moves_every_document_and_stays_readable(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 1 to version 2, while a sink writes to the old index until the aliases move."""
    put_templates(world.server, world.direct)
    make_indices(world.server, world.name, PUBLISHED)
    build_writer(world).write(build_messages(MADE))
    late = build_event(id="e1-late", first_seen=PUBLISHED)
    old_writer = build_writer(world)
    move_aliases = world.server.move_aliases
    seen: list[int] = []

    def write_then_move(self: object, actions: list[dict[str, object]]) -> None:
        # what an old sink writes between the copy and the move must not be lost
        old_writer.write(build_messages({"events": [late]}))
        seen.append(len(world.read()))
        move_aliases(actions)
        seen.append(len(world.read()))

    set_version(monkeypatch, 2)
    monkeypatch.setattr(type(world.server), "move_aliases", write_then_move)

    with pytest.raises(NotSetUpError, match="older than mapping version 2"):
        set_up_indices(world.direct)
    lines = set_up_indices(world.direct, migrate=True)

    after = world.read()
    names = world.server.list_indices(read_alias(world.name, "events"))
    documents = [build_document(record, FETCHED) for record in (*MADE["events"], late)]
    assert after == {("events", d.id): without_writing_times(d.fields) for d in documents}
    assert all(name.endswith("-v2") for name in names)
    assert min(seen) >= len(MADE["events"])
    assert any(" documents moved from " in line for line in lines)


def test_a_sink_of_another_version_refuses_to_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its documents would not fit, or lack what the new mapping has."""
    put_templates(world.server, world.direct)
    make_indices(world.server, world.name, PUBLISHED)
    set_version(monkeypatch, 2)

    with pytest.raises(NotSetUpError, match="version 1"):
        Homes(world.server, world.name).check(["events"])
