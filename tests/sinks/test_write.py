"""Every message of a batch has one outcome, whatever the server answers."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.consume import Message
from sinks.elastic.homes import Homes, NotSetUpError
from sinks.elastic.server import ItemAnswer, NotNowError, RefusedError
from sinks.elastic.shapes import ShapeName
from sinks.elastic.write import Writer
from streams.records import Event, encode
from tests.samples import FETCHED, build_event
from tests.sinks.fakes import FakeServer

TOPICS: dict[str, ShapeName] = {"events": "events", "articles": "articles"}


def build_writer(server: FakeServer, failures: list[int] | None = None) -> Writer:
    """Build a writer that does not really wait."""
    noted = failures if failures is not None else []
    homes = Homes(server, "t")
    return Writer(server, homes, TOPICS, noted.append, lambda: FETCHED, 100_000)


def build_messages(events: Sequence[Event]) -> list[Message]:
    """Build messages of events."""
    return [Message("events", 0, i, None, encode(event)) for i, event in enumerate(events)]


def revise(revision: int, first_seen: dt.datetime = FETCHED, id_: str = "e1-x") -> Event:
    """Build a revision of an event."""
    return build_event(id=id_, revision=revision, first_seen=first_seen)


def test_of_two_revisions_in_a_batch_the_newest_is_written() -> None:
    """Two versions in one request could overtake each other; the older one counts as stale."""
    server = FakeServer()

    result = build_writer(server).write(build_messages([revise(2), revise(3), revise(1)]))

    assert (result.written, result.stale) == (1, 2)
    assert [version for version, _ in server.documents.values()] == [3]


def test_the_first_version_seen_decides_the_month() -> None:
    """Also when the batch brings a newer one of another month: its successor would decide the same."""
    server = FakeServer()
    may = dt.datetime(2023, 5, 31, tzinfo=dt.UTC)

    build_writer(server).write(build_messages([revise(1), revise(2, may)]))

    assert [index for index, _ in server.documents] == ["t-events-2023.06-v1"]


@given(st.permutations(list(range(6))), st.lists(st.integers(1, 5), max_size=5))
def test_any_order_and_any_cut_into_batches_end_in_the_same_documents(
    order: list[int], cuts: list[int]
) -> None:
    """Six revisions over three months, shuffled and cut: the newest stands, in one index."""
    server = FakeServer()
    events = [
        revise(number + 1, dt.datetime(2023, 1 + number % 3, 5, tzinfo=dt.UTC)) for number in order
    ]
    bounds = sorted({0, len(events), *cuts})

    for start, end in itertools.pairwise(bounds):
        # another writer each time: nothing is remembered, as after a restart
        build_writer(server).write(build_messages(events[start:end]))

    assert [version for version, _ in server.documents.values()] == [6]


def test_a_batch_that_is_built_knows_the_months_of_the_one_on_its_way() -> None:
    """The next batch is looked up before this one is written: one id still has one month."""
    server = FakeServer()
    writer = build_writer(server)
    may = dt.datetime(2023, 5, 31, tzinfo=dt.UTC)

    first = writer.build(build_messages([revise(1)]))
    second = writer.build(build_messages([revise(2, may)]))
    writer.write_built(first)
    writer.write_built(second)

    assert [index for index, _ in server.documents] == ["t-events-2023.06-v1"]
    assert [version for version, _ in server.documents.values()] == [2]


def test_what_is_known_is_not_looked_up_again() -> None:
    """One look at an id, then memory; and none while there is only its own month."""
    server = FakeServer()
    writer = build_writer(server)
    writer.write(build_messages([revise(1)]))
    writer.write(build_messages([revise(2)]))
    assert server.looked_up == []

    writer.write(build_messages([revise(1, dt.datetime(2023, 5, 5, tzinfo=dt.UTC), "e1-y")]))
    writer.write(build_messages([revise(2, dt.datetime(2023, 5, 5, tzinfo=dt.UTC), "e1-y")]))

    assert server.looked_up == [("t-events", "e1-y")]


def test_memory_never_forgets_what_a_search_cannot_see_yet() -> None:
    """With room for four ids: those that fall out have been made visible before."""
    server = FakeServer()
    homes = Homes(server, "t", remembered=4)
    writer = Writer(server, homes, TOPICS, lambda _n: None, lambda: FETCHED, 100_000)
    may = dt.datetime(2023, 5, 5, tzinfo=dt.UTC)
    writer.write(build_messages([revise(1, may, "e1-first")]))
    for number in range(20):
        writer.write(build_messages([revise(1, FETCHED, f"e1-{number}")]))

    for number in range(20):
        writer.write(build_messages([revise(2, may, f"e1-{number}")]))

    assert sorted(id_ for _, id_ in server.documents) == sorted(
        ["e1-first", *(f"e1-{number}" for number in range(20))]
    )


def test_only_what_failed_is_sent_again() -> None:
    """Three documents, one of which gets 429 twice: requests of three, one and one."""
    server = FakeServer()
    turns = iter([ItemAnswer(429, "busy"), ItemAnswer(503, "away")])
    server.plan = lambda id_, _doc: next(turns, None) if id_ == "e1-b" else None
    failures: list[int] = []
    events = [revise(1, id_=f"e1-{letter}") for letter in "abc"]

    result = build_writer(server, failures).write(build_messages(events))

    assert server.requests == [3, 1, 1]
    assert failures == [1, 2]
    assert (result.written, result.tries) == (3, 3)


def test_a_request_that_is_too_large_is_halved() -> None:
    """413 for a request is met with smaller ones; a single document that is too large is buried."""
    server = FakeServer()
    send = server.write

    def limited(operations: Sequence[bytes], *, require_alias: bool = True) -> list[ItemAnswer]:
        if len(operations) > 4 or any(b"e1-huge" in line for line in operations[::2]):
            raise RefusedError("bulk", "too large", status=413)
        return send(operations, require_alias=require_alias)

    server.write = limited  # type: ignore[method-assign] # the fake's limit
    events = [revise(1, id_=id_) for id_ in ("e1-a", "e1-b", "e1-huge", "e1-c", "e1-d")]

    result = build_writer(server).write(build_messages(events))

    assert result.written == 4
    ((message, dead),) = result.dead
    assert message.offset == 2
    assert "413" in dead.detail


def test_requests_are_cut_by_bytes() -> None:
    """No request is larger than the setting, but for a single document that is."""
    server = FakeServer()
    long = "word " * 8_000
    events = [build_event(id=f"e1-{n}", summary=long) for n in range(5)]

    build_writer(server).write(build_messages(events))

    assert server.requests == [2, 2, 1]


def test_an_answer_that_lacks_items_is_not_taken_for_success() -> None:
    """A cut answer is asked again."""
    server = FakeServer()
    send = server.write
    cut = iter([True])

    def cutting(operations: Sequence[bytes], *, require_alias: bool = True) -> list[ItemAnswer]:
        answers = send(operations, require_alias=require_alias)
        return answers[:-1] if next(cut, False) else answers

    server.write = cutting  # type: ignore[method-assign] # the fake's fault
    failures: list[int] = []

    result = build_writer(server, failures).write(build_messages([revise(1), revise(1, id_="e")]))

    assert failures == [1]
    assert result.stale == 2


@pytest.mark.parametrize("version", [None, 99])
def test_a_template_that_is_missing_or_newer_stops_the_writing(version: int | None) -> None:
    """Nothing is sent: the mapping would grow by guessing."""
    server = FakeServer(template_version=version)

    with pytest.raises(NotSetUpError):
        build_writer(server).write(build_messages([revise(1)]))

    assert server.requests == []


def test_a_disk_that_is_full_is_waited_out() -> None:
    """403 with a cluster block heals when the disk has room again; it is no wrong password."""
    server = FakeServer()
    turns = iter([ItemAnswer(403, "cluster_block_exception", "flood stage")])
    server.plan = lambda _id, _doc: next(turns, None)

    result = build_writer(server).write(build_messages([revise(1)]))

    assert (result.written, result.dead) == (1, [])


def test_looking_ids_up_is_insisted_on() -> None:
    """A server that is away during the look-up is waited for, as during the writing.

    The first look, while the batch is built, is only tried.
    """
    server = FakeServer()
    find, turns = server.list_indices, iter([True, True, True])

    def away(alias: str) -> tuple[str, ...]:
        if next(turns, False):
            raise NotNowError("server", "away")
        return find(alias)

    server.list_indices = away  # type: ignore[method-assign] # the fake's fault
    failures: list[int] = []

    result = build_writer(server, failures).write(build_messages([revise(1)]))

    assert failures == [1, 2]
    assert result.written == 1


@given(st.binary(max_size=200))
def test_any_bytes_have_an_outcome(raw: bytes) -> None:
    """Junk is a dead letter, never an exception."""
    result = build_writer(FakeServer()).write([Message("events", 0, 0, None, raw)])

    assert len(result.dead) == 1
