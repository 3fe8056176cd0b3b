"""A batch of messages in; every one of them written, known to be stale, or a dead letter out.

What may heal by waiting is tried again for ever, with a growing pause during which the reader keeps
its place in the group: no answer, 429, 5xx, an index that went away, a disk over its flood stage.
A document that Elasticsearch refuses for good becomes a dead letter with the server's own reason.
When most of a batch is refused, it is the mapping that is wrong and not the documents: the sink stops.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from pydantic_core import to_json

from sinks.consume import Message
from sinks.elastic.documents import Document, build_document
from sinks.elastic.homes import Homes
from sinks.elastic.server import RETRYABLE, ItemAnswer, NotNowError, RefusedError, Server
from sinks.elastic.shapes import SHAPES, ShapeName
from streams.errors import TocsinError, UnknownSchemaError, WireError
from streams.logs import get_log
from streams.outcomes import Dead
from streams.records import decode

log = get_log("elastic")

TOO_MANY_REFUSED = 20
"""Refused documents in one batch, when they are also more than half of it, that stop the sink."""

_MISSING = "index_not_found_exception"
_HEALING = frozenset({_MISSING, "cluster_block_exception"})
"""Errors of documents that may heal: the index is made again, the disk gets room again."""

Key = tuple[ShapeName, str]
Answer = TypeVar("Answer")


class StoppedError(Exception):
    """The sink was told to stop while it waited; the batch is left uncommitted."""


class MappingMismatchError(TocsinError):
    """Elasticsearch refuses most documents: code and mapping do not fit each other."""

    what = "refused to go on"


class Pending(NamedTuple):
    """A document on its way, with the message it came from."""

    document: Document
    message: Message
    body: bytes

    @property
    def key(self) -> Key:
        """What makes two documents the same."""
        return (self.document.shape, self.document.id)


@dataclass(slots=True)
class Built:
    """A batch as documents, and what cannot be one."""

    pendings: list[Pending] = field(default_factory=list)
    dead: list[tuple[Message, Dead]] = field(default_factory=list)
    homes: dict[Key, str] | None = None
    """The month of each document; None when the server did not say."""


@dataclass(slots=True)
class Written:
    """What became of a batch."""

    written: int = 0
    stale: int = 0
    """Older than what stands in Elasticsearch, or in the same batch; or written before."""
    dead: list[tuple[Message, Dead]] = field(default_factory=list)
    tries: int = 0


class Writer:
    """Writes batches to one Elasticsearch."""

    def __init__(
        self,
        server: Server,
        homes: Homes,
        shapes: Mapping[str, ShapeName],
        wait: Callable[[int], None],
        clock: Callable[[], dt.datetime],
        max_bytes: int,
    ) -> None:
        self._server = server
        self._homes = homes
        self._shapes = shapes
        self._wait = wait
        """Waits as long as so many failures in a row ask for."""
        self._clock = clock
        self._max_bytes = max_bytes

    def write(self, messages: Sequence[Message]) -> Written:
        """Build and write a batch; see `write_built`."""
        return self.write_built(self.build(messages))

    def build(self, messages: Sequence[Message]) -> Built:
        """Build the documents of a batch and look where they live; may run beside `write_built`."""
        built = Built()
        now = self._clock()
        for message in messages:
            outcome = self._build_one(message, now)
            if isinstance(outcome, Dead):
                built.dead.append((message, outcome))
            else:
                built.pendings.append(outcome)
        # where it fails, `write_built` asks again: it can wait, and says what is wrong
        with suppress(NotNowError, RefusedError):
            built.homes = self._find_homes(built.pendings)
        return built

    def write_built(self, built: Built) -> Written:
        """Write a batch; returns when every message has its outcome.

        Raises `StoppedError`, `RefusedError` (401, 403), `NotSetUpError` or `MappingMismatchError`;
        then nothing of the batch may be committed.
        """
        newest = _keep_newest(built.pendings)
        result = Written(stale=len(built.pendings) - len(newest), dead=list(built.dead))
        homes = built.homes or self._insist(lambda: self._find_homes(built.pendings))
        self._insist(lambda: self._make_indices(homes))
        for chunk in self._cut(newest):
            self._write_chunk(chunk, homes, result)
        return result

    def _build_one(self, message: Message, now: dt.datetime) -> Pending | Dead:
        shape = SHAPES[self._shapes[message.topic]]
        try:
            record = decode(shape.topic.record, message.value)
            document = build_document(record, now)
            return Pending(document, message, to_json(document.fields, inf_nan_mode="null"))
        except UnknownSchemaError as error:
            return Dead("unknown_schema", error.why)
        except WireError as error:
            return Dead("invalid_record", error.why)
        except Exception as error:  # noqa: BLE001 - one bad record must not stop the topic
            detail = f"no document can be built of it: {type(error).__name__}: {error}"
            return Dead("invalid_record", detail)

    def _find_homes(self, every: Sequence[Pending]) -> dict[Key, str]:
        return self._homes.find([pending.document for pending in every])

    def _make_indices(self, homes: Mapping[Key, str]) -> None:
        for shape, month in sorted({(shape, month) for (shape, _), month in homes.items()}):
            self._homes.ensure(shape, month)

    def _write_chunk(
        self, chunk: Sequence[Pending], homes: Mapping[Key, str], result: Written
    ) -> None:
        left = list(chunk)
        failures = 0
        refused: list[tuple[Message, Dead]] = []
        while left:
            result.tries += 1
            why = ""
            try:
                answers = self._send(left, homes)
            except NotNowError as error:
                why = error.why
            else:
                again = []
                for pending, answer in zip(left, answers, strict=True):
                    if _judge(answer, pending, result, refused):
                        again.append(pending)
                        why = f"HTTP {answer.status}: {answer.error}"
                        if answer.error == _MISSING:
                            self._homes.look_again()
                left = again
                _stop_if_mapping_is_wrong(refused, len(chunk))
            if left:
                failures += 1
                log.warning("documents wait", count=len(left), failures=failures, why=why)
                self._wait(failures)
        result.dead += refused

    def _send(self, left: Sequence[Pending], homes: Mapping[Key, str]) -> list[ItemAnswer]:
        lines: list[bytes] = []
        for pending in left:
            document = pending.document
            alias = self._homes.ensure(document.shape, homes[pending.key])
            action = {
                "_index": alias,
                "_id": document.id,
                "version": document.version,
                "version_type": "external",
            }
            lines += (to_json({"index": action}), pending.body)
        try:
            answers = self._server.write(lines)
        except RefusedError as error:
            if error.status != 413 or len(left) == 1:
                return _refuse_alone(error, left)
            half = len(left) // 2
            return [*self._send(left[:half], homes), *self._send(left[half:], homes)]
        if len(answers) != len(left):
            raise NotNowError("bulk answer", f"{len(answers)} answers for {len(left)} documents")
        return answers

    def _insist(self, ask: Callable[[], Answer]) -> Answer:
        failures = 0
        while True:
            try:
                return ask()
            except NotNowError as error:
                failures += 1
                log.warning("server not ready", failures=failures, why=error.why)
                self._wait(failures)

    def _cut(self, pendings: Sequence[Pending]) -> Iterator[list[Pending]]:
        """Cut a batch into requests of at most `max_bytes`."""
        chunk: list[Pending] = []
        size = 0
        for pending in pendings:
            if chunk and size + len(pending.body) > self._max_bytes:
                yield chunk
                chunk, size = [], 0
            chunk.append(pending)
            size += len(pending.body)
        if chunk:
            yield chunk


def _keep_newest(every: Sequence[Pending]) -> list[Pending]:
    """Keep the newest version of each id: two versions in one request would race each other."""
    newest: dict[Key, Pending] = {}
    for pending in every:
        seen = newest.get(pending.key)
        if seen is None or pending.document.version > seen.document.version:
            newest[pending.key] = pending
    return list(newest.values())


def _judge(
    answer: ItemAnswer, pending: Pending, result: Written, refused: list[tuple[Message, Dead]]
) -> bool:
    """Count what became of one document; True when it must be tried again."""
    if answer.status in (200, 201):
        result.written += 1
        return False
    if answer.status == 409:
        # an equal or newer version stands there: a replay, or an answer that was lost
        result.stale += 1
        return False
    if answer.status in RETRYABLE or answer.error in _HEALING:
        return True
    if answer.status in (401, 403):
        raise RefusedError(
            "bulk request",
            f"HTTP {answer.status}: {answer.error}: {answer.reason}",
            "give the key or user the privileges that docs/elasticsearch.md lists",
            answer.status,
        )
    if answer.reason and "no write index" in answer.reason:
        raise MappingMismatchError(
            f"{pending.document.shape}", answer.reason, "an alias for writing names two indices"
        )
    detail = f"HTTP {answer.status}: {answer.error}: {answer.reason}"
    refused.append((pending.message, Dead("rejected_by_elasticsearch", detail)))
    return False


def _refuse_alone(error: RefusedError, left: Sequence[Pending]) -> list[ItemAnswer]:
    """A single document over the server's size limit is refused by itself; all else stops the sink."""
    if error.status == 413 and len(left) == 1:
        return [ItemAnswer(413, "request_entity_too_large", error.why)]
    raise error


def _stop_if_mapping_is_wrong(refused: Sequence[tuple[Message, Dead]], size: int) -> None:
    if len(refused) >= TOO_MANY_REFUSED and len(refused) * 2 > size:
        detail = refused[0][1].detail
        raise MappingMismatchError(
            f"{len(refused)} of {size} documents", f"the first: {detail}", "tocsin setup --migrate"
        )
