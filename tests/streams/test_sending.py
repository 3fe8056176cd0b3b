"""What a worker sends: one key's messages keep their order, whatever the client does meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from streams.app import _Worker, list_unsent
from streams.plans import Wire
from streams.topics import ALERTS, EVENTS


class SlowTopic:
    """A topic whose client holds a long message back until its batch is sent, and fails when told."""

    def __init__(self, failing: Collection[bytes] = ()) -> None:
        self.arrived: list[bytes] = []
        self.failing = set(failing)

    async def send(self, *, key: bytes, value: bytes) -> asyncio.Future[None]:
        """Take a message over."""
        assert key
        for _ in range(len(value)):
            await asyncio.sleep(0)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if value in self.failing:
            self.failing.remove(value)
            future.set_exception(KafkaTimeoutError())
        else:
            self.arrived.append(value)
            future.set_result(None)
        return future


def send(topic: Any, *messages: Wire) -> None:
    """Send messages as a worker does."""
    worker = _Worker.__new__(_Worker)
    worker.topics = {EVENTS.name: topic, ALERTS.name: topic}
    asyncio.run(worker._send(messages))


def test_a_long_message_is_not_overtaken_by_a_short_one() -> None:
    """Two revisions of an event arrive in their order though the first takes longer."""
    topic = SlowTopic()
    send(topic, (EVENTS, b"e1", b"long revision 5"), (EVENTS, b"e1", b"rev 6"))
    assert topic.arrived == [b"long revision 5", b"rev 6"]


def test_what_follows_a_failed_message_of_its_key_is_sent_again_after_it() -> None:
    """The last revision is also the last to arrive; other keys are sent once."""
    topic = SlowTopic(failing={b"5"})
    send(topic, (EVENTS, b"e1", b"5"), (EVENTS, b"e2", b"1"), (EVENTS, b"e1", b"6"))
    assert topic.arrived == [b"1", b"6", b"5", b"6"]


def test_a_client_that_refuses_is_asked_again_for_all_that_was_left() -> None:
    """A refusal ends the handing over of its key; nothing is lost and the order holds."""

    class Refusing(SlowTopic):
        refusals = 1

        async def send(self, *, key: bytes, value: bytes) -> asyncio.Future[None]:
            if value == b"2" and self.refusals:
                self.refusals -= 1
                raise KafkaConnectionError
            return await super().send(key=key, value=value)

    topic = Refusing()
    send(topic, *((EVENTS, b"e1", b"%d" % n) for n in (1, 2, 3)))
    assert topic.arrived == [b"1", b"2", b"3"]


def test_the_same_key_on_another_topic_is_not_sent_again() -> None:
    """Order holds within a topic only."""
    first, other = (EVENTS, b"k", b"1"), (ALERTS, b"k", b"2")
    assert list_unsent([(first, KafkaTimeoutError()), (other, None)]) == [first]
