"""The whole sink on the real Kafka and Elasticsearch: from the topics to the documents."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from sinks.consume import Message
from sinks.elastic.documents import build_document
from sinks.elastic.run import ElasticSink
from sinks.elastic.write import Built
from streams.identity import deadletter_id
from streams.records import Record, encode
from tests.samples import FETCHED, build_event, build_many
from tests.sinks.proxy import Proxy, Reply, open_proxy
from tests.sinks.world import Documents, World, wait_until, without_writing_times
from tocsin.stack.local import Stack
from tocsin.stack.processes import note_process, read_pid_file, start_process, write_pid_file

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]

# all in one month, whose indices the world has made: making an index is what takes time
MADE = build_many(40, seed=3, now=dt.datetime(2023, 6, 25, tzinfo=dt.UTC))


@pytest.fixture
def proxy(stack: Stack) -> Iterator[Proxy]:
    """A proxy before the real Elasticsearch."""
    with open_proxy(stack.elastic) as opened:
        yield opened


@pytest.fixture
def world(stack: Stack, proxy: Proxy, unique_name: Callable[[str], str]) -> Iterator[World]:
    """Topics and indices of this test's own; the sink goes through the proxy."""
    made = World(stack, unique_name("sink"), proxy.url, prefix="sink")
    made.set_up()
    yield made
    made.close()


def expect(made: dict[str, list[Record]] = MADE) -> Documents:
    """Say which documents must be there."""
    documents = (build_document(record, FETCHED) for records in made.values() for record in records)
    return {(d.shape, d.id): without_writing_times(d.fields) for d in documents}


def test_every_topics_records_become_documents_and_a_replay_changes_nothing(world: World) -> None:
    """Each record is found again; a second reading from offset 0 leaves all as it was."""
    world.publish(MADE)
    with world.running():
        world.wait_drained()
    first = world.read()

    world.publish(MADE)
    with world.running(group=f"{world.name}-again"):
        world.wait_drained(group=f"{world.name}-again")

    assert expect() == first
    assert first == world.read()


def test_what_cannot_be_read_is_buried_and_found_again(world: World) -> None:
    """Junk on a topic becomes a dead letter on its topic, and from there a document."""
    world.publish({"events": MADE["events"][:5]})
    world.publish_raw([("events", b"k", b"junk"), ("events", b"k", None)])
    schema = encode(build_event()).replace(b'"schema":1', b'"schema":99')
    world.publish_raw([("events", b"k", schema)])

    with world.running():
        wait_until(lambda: len(world.read()) == 8, 30, lambda: f"{len(world.read())} of 8")

    letters = [fields for (shape, _), fields in world.read().items() if shape == "deadletters"]
    assert {"invalid_record", "unknown_schema"} == {letter["reason"] for letter in letters}
    assert all(
        letter["id"]
        == deadletter_id("elastic", f"{letter['topic']}/{letter['partition']}/{letter['offset']}")
        for letter in letters
    )


def test_readers_that_come_and_go_lose_nothing(world: World) -> None:
    """While the topics fill, a second sink joins and leaves: partitions move, documents do not."""
    world.publish({"articles": MADE["articles"], "events": MADE["events"]})
    with world.running():
        with world.running():
            world.publish({"mentions": MADE["mentions"]})
        world.publish({name: MADE[name] for name in ("alerts", "deadletters", "feeds")})
        world.wait_drained()

    assert expect() == world.read()


def test_an_outage_is_waited_out_in_the_group_and_in_bounded_memory(
    world: World, proxy: Proxy
) -> None:
    """For seconds nothing is accepted: few messages are held, and afterwards the lag is drained."""
    proxy.set_fault(lambda _path, _number: Reply(503))
    with world.running(batch_records=10) as sink:
        world.publish(MADE)
        wait_until(lambda: len(proxy.requests) > 12, 30)
        held = len(sink._reader._held)
        proxy.heal()
        world.wait_drained()

    assert held <= 20
    assert expect() == world.read()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_server_that_is_killed_and_comes_back_has_everything(
    world: World, proxy: Proxy, stack: Stack
) -> None:
    """Kill -9 in the middle of the writing; the sink goes on by itself when the server is back."""
    notes = stack.data_dir / "run" / "elastic.json"
    if not notes.exists():
        pytest.skip("the stack was not started by this run")
    world.publish(MADE)
    with world.running(batch_records=25):
        wait_until(lambda: any("_bulk" in path for path in proxy.requests), 30)
        restart_killed(notes)
        world.wait_drained(150)

    assert expect() == world.read()


def test_a_stop_in_an_outage_commits_nothing_that_was_not_written(
    world: World, proxy: Proxy
) -> None:
    """The batch in hand is left; the next sink reads it again."""
    stop_in_outage(world, proxy, ElasticSink)

    with world.running():
        world.wait_drained()

    assert expect() == world.read()


def test_check_bites_when_offsets_are_committed_before_the_answer(
    world: World, proxy: Proxy
) -> None:
    """Planted: the sink commits first and writes then."""

    class Hasty(ElasticSink):
        def _handle(self, messages: Sequence[Message], built: Built) -> None:
            self._reader.commit(messages)
            super()._handle(messages, built)

    stop_in_outage(world, proxy, Hasty)
    with world.running():
        world.wait_drained()

    assert expect() != world.read()


def restart_killed(notes: Path) -> None:
    """Kill the server without warning, and start the same command again."""
    running = read_pid_file(notes)
    assert running is not None
    command = Path(f"/proc/{running.pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: not running.is_alive(), 20)
    process = start_process(command, Path(running.log), os.environ)
    again = note_process(process.pid, running.name, running.marker, running.port, Path(running.log))
    write_pid_file(notes, again)


def stop_in_outage(world: World, proxy: Proxy, build: type[ElasticSink]) -> None:
    """Run a sink while the server accepts nothing, and stop it."""
    world.publish(MADE)
    proxy.set_fault(lambda path, _number: Reply(503) if path.startswith("/_bulk") else None)
    with world.running(build):
        wait_until(lambda: any("_bulk" in path for path in proxy.requests), 30)
    proxy.heal()
