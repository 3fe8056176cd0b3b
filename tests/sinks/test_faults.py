"""Faults between the writer and the real Elasticsearch: nothing is lost, nothing doubled.

The writer is driven without Kafka here; `test_sink.py` runs the whole sink.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from sinks.consume import Message
from sinks.elastic import write
from sinks.elastic.documents import Document, build_document
from sinks.elastic.homes import Homes, NotSetUpError
from sinks.elastic.indices import read_alias
from sinks.elastic.server import ItemAnswer, RefusedError, Server
from sinks.elastic.shapes import ShapeName
from sinks.elastic.write import MappingMismatchError, StoppedError, Writer, Written
from streams.records import Record, encode
from tests.samples import FETCHED, build_event, build_many
from tests.sinks.proxy import Fault, Hang, LoseAnswer, Proxy, Reply, ThrottleItems, open_proxy
from tests.sinks.world import Documents, World, without_writing_times
from tocsin.stack.local import Stack

pytestmark = pytest.mark.stack

# all in one month, whose indices the world has made: making an index is what takes time
MADE = build_many(60, seed=7, now=dt.datetime(2023, 6, 25, tzinfo=dt.UTC))
SHAPES_OF_TOPICS: dict[str, ShapeName] = {
    "t.articles": "articles",
    "t.mentions": "mentions",
    "t.events": "events",
    "t.alerts": "alerts",
    "t.deadletters": "deadletters",
    "t.feeds": "feeds",
}


@pytest.fixture
def proxy(stack: Stack) -> Iterator[Proxy]:
    """A proxy before the real Elasticsearch."""
    with open_proxy(stack.elastic) as opened:
        yield opened


@pytest.fixture
def world(stack: Stack, proxy: Proxy, unique_name: Callable[[str], str]) -> Iterator[World]:
    """Indices of this test's own, reached through the proxy."""
    made = World(stack, unique_name("faults"), proxy.url, timeout=1.5, prefix="faults")
    made.set_up(topics=False)
    yield made
    made.close()


def build_messages(made: dict[str, list[Record]] = MADE, seed: int | None = None) -> list[Message]:
    """Build the messages of every topic, in order or shuffled."""
    pairs = [(shape, record) for shape, records in made.items() for record in records]
    if seed is not None:
        random.Random(seed).shuffle(pairs)
    return [
        Message(f"t.{shape}", 0, offset, b"key", encode(record))
        for offset, (shape, record) in enumerate(pairs)
    ]


def build_writer(world: World, wait: Callable[[int], None] = lambda _failures: None) -> Writer:
    """Build a writer that goes through the proxy."""
    server = Server.connect(world.elastic)
    homes = Homes(server, world.prefix)
    return Writer(server, homes, SHAPES_OF_TOPICS, wait, lambda: FETCHED, 4_000_000)


def write_all(
    world: World, messages: Sequence[Message], wait: Callable[[int], None] = lambda _failures: None
) -> Written:
    """Write messages in batches of 50, and add the outcomes up."""
    writer = build_writer(world, wait)
    total = Written()
    for start in range(0, len(messages), 50):
        result = writer.write(messages[start : start + 50])
        total.written += result.written
        total.stale += result.stale
        total.dead += result.dead
        total.tries += result.tries
    return total


def expect(made: dict[str, list[Record]] = MADE) -> Documents:
    """Say which documents must be there."""
    documents = (build_document(record, FETCHED) for records in made.values() for record in records)
    return {(d.shape, d.id): without_writing_times(d.fields) for d in documents}


def at_random(fault: Fault, share: float) -> Callable[[str, int], Fault | None]:
    """Misbehave on a share of the requests; a fixed rhythm could meet a retry at every turn."""
    rng = random.Random(11)
    return lambda _path, _number: fault if rng.random() < share else None


FAULTS: dict[str, Callable[[str, int], Fault | None]] = {
    "429 on a third of the items": lambda _path, number: ThrottleItems(3) if number < 12 else None,
    "503 on half of the requests": at_random(Reply(503), 0.5),
    "429 on whole requests": at_random(Reply(429), 0.3),
    "a hang": lambda path, number: Hang() if path.startswith("/_bulk") and number == 4 else None,
    "a lost answer": at_random(LoseAnswer(), 0.5),
}


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_or_doubled(world: World, proxy: Proxy, name: str) -> None:
    """Whatever the fault, in the end there is one document for each record, and no dead letter."""
    proxy.set_fault(FAULTS[name])

    total = write_all(world, build_messages())

    proxy.heal()
    assert total.dead == []
    assert expect() == world.read()


def test_a_refused_connection_is_waited_out(world: World, proxy: Proxy) -> None:
    """While the port is closed nothing is given up; when it opens, everything is written."""
    proxy.refuse()
    failures: list[int] = []

    def wait(number: int) -> None:
        failures.append(number)
        if number == 5:
            proxy.accept()

    total = write_all(world, build_messages(), wait)

    assert failures == [1, 2, 3, 4, 5]
    assert total.dead == []
    assert expect() == world.read()


def test_one_rejected_document_is_a_dead_letter_with_the_servers_reason(world: World) -> None:
    """A document that does not fit its mapping is buried alone; the others are written."""
    broken = build_event(id="e1-broken", block="x" * 40_000)
    # a field that the mapping lacks: the index was made by an older version of this code
    made = {**MADE, "events": [*MADE["events"], broken]}

    def build_with_stranger(record: Record, now: dt.datetime) -> Document:
        document = build_document(record, now)
        if document.id == "e1-broken":
            document.fields["stranger"] = 1
        return document

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "build_document", build_with_stranger)
        total = write_all(world, build_messages(made))

    (message, dead), *others = total.dead
    assert others == []
    assert encode(broken) == message.value
    assert dead.reason == "rejected_by_elasticsearch"
    assert "strict_dynamic_mapping_exception" in dead.detail
    assert "stranger" in dead.detail
    assert expect() == world.read()


def test_a_mapping_that_refuses_most_documents_stops_the_sink(world: World) -> None:
    """Hundreds of dead letters would hide that code and mapping do not fit each other."""

    def build_with_stranger(record: Record, now: dt.datetime) -> Document:
        document = build_document(record, now)
        document.fields["stranger"] = 1
        return document

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "build_document", build_with_stranger)
        with pytest.raises(MappingMismatchError, match="50 of 50 documents"):
            write_all(world, build_messages())


def test_a_missing_template_refuses_to_write(
    stack: Stack, unique_name: Callable[[str], str]
) -> None:
    """Without a template Elasticsearch would guess a mapping; the writer does not let it."""
    bare = World(stack, unique_name("bare"))

    with pytest.raises(NotSetUpError, match="its index template is missing"):
        write_all(bare, build_messages())

    assert bare.server.find_indices(f"{bare.prefix}-*") == {}


def test_an_index_that_goes_away_is_made_again_from_its_template(world: World) -> None:
    """Retention drops a month while the sink runs: the next document of that month makes it anew."""
    writer = build_writer(world)
    events = [m for m in build_messages() if m.topic == "t.events"]
    writer.write(events[:30])
    for index in world.server.list_indices(read_alias(world.prefix, "events")):
        world.server.delete_index(index)

    writer.write(events[30:])

    assert len(events) - 30 == len(world.read())


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_the_credentials_stops_with_a_clear_line(
    world: World, proxy: Proxy, status: int
) -> None:
    """Waiting does not heal a wrong key."""
    proxy.set_fault(lambda _path, _number: Reply(status))

    with pytest.raises(RefusedError, match=f"HTTP {status}") as caught:
        write_all(world, build_messages())

    assert caught.value.hint


def test_a_stop_during_an_outage_leaves_the_batch(world: World, proxy: Proxy) -> None:
    """The writer does not hold up a stop for ever; what was not written is not reported written."""
    proxy.set_fault(lambda _path, _number: Reply(503))

    def wait(failures: int) -> None:
        if failures == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        write_all(world, build_messages(), wait)

    proxy.heal()
    assert world.read() == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_order_and_repetition_do_not_matter(world: World, seed: int) -> None:
    """Shuffled, and then all of it again from the start: the same documents."""
    newer = [
        event.model_copy(update={"revision": 2, "title": "A later title"})
        for event in MADE["events"][:20]
    ]
    made = {**MADE, "events": [*MADE["events"], *newer]}
    write_all(world, build_messages(made, seed))
    first = world.read()

    again = write_all(world, build_messages(made))

    assert again.written == 0
    assert expect({**MADE, "events": [*MADE["events"][20:], *newer]}) == first
    assert first == world.read()


def test_an_event_stays_in_its_index_when_its_first_report_gets_earlier(world: World) -> None:
    """A late article moves `first_seen` into the month before; the document does not move."""
    event = build_event(first_seen=dt.datetime(2023, 6, 1, 4, tzinfo=dt.UTC))
    other = build_event(id="e1-other", first_seen=dt.datetime(2023, 5, 9, tzinfo=dt.UTC))
    earlier = event.model_copy(
        update={"revision": 2, "first_seen": dt.datetime(2023, 5, 31, 20, tzinfo=dt.UTC)}
    )
    write_all(world, build_messages({"events": [event, other]}))

    write_all(world, build_messages({"events": [earlier]}))

    assert world.read()["events", event.id]["revision"] == 2
    assert len(world.read()) == 2


# ------------------------------------------------------------------ planted bugs: the checks bite


def test_check_bites_when_429_counts_as_done(
    world: World, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: items with 429 are taken for written."""
    judge = write._judge
    monkeypatch.setattr(
        write,
        "_judge",
        lambda answer, *rest: judge(ItemAnswer(200) if answer.status == 429 else answer, *rest),
    )
    proxy.set_fault(FAULTS["429 on a third of the items"])

    write_all(world, build_messages())

    assert expect() != world.read()


def test_check_bites_when_the_home_is_not_looked_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the month is worked out anew each time."""
    monkeypatch.setattr(Homes, "_look_up", lambda *_: {})

    with pytest.raises(AssertionError, match="in two indices"):
        test_an_event_stays_in_its_index_when_its_first_report_gets_earlier(world)


def test_check_bites_when_versions_are_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the last one to arrive stands, whatever its revision."""
    send = Server.write

    def write_unversioned(self: Server, lines: Sequence[bytes]) -> list[ItemAnswer]:
        return send(
            self, [_drop_version(line) if i % 2 == 0 else line for i, line in enumerate(lines)]
        )

    monkeypatch.setattr(Server, "write", write_unversioned)

    with pytest.raises(AssertionError):
        test_order_and_repetition_do_not_matter(world, 1)


def _drop_version(line: bytes) -> bytes:
    action = json.loads(line)["index"]
    return json.dumps({"index": {name: action[name] for name in ("_index", "_id")}}).encode()


def test_the_writer_is_safe_to_use_while_another_reads(world: World) -> None:
    """Searches during the writing see whole documents, old or new."""
    stop = threading.Event()
    seen: set[int] = set()

    def read() -> None:
        while not stop.is_set():
            for hit in world.server.search(read_alias(world.prefix, "events"), {"size": 100})[
                "hits"
            ]["hits"]:
                seen.add(hit["_source"]["revision"])

    reader = threading.Thread(target=read)
    reader.start()
    write_all(world, build_messages())
    stop.set()
    reader.join()

    assert seen <= {1}
