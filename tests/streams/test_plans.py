"""Plans: what is laid over a shelf reads as if it were stored, and too large a record is dead."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from streams.outcomes import Dead, Keep
from streams.plans import Overlay, Write, build_plan
from streams.records import MAX_RECORD_BYTES
from streams.topics import ARTICLES
from tests.streams.test_versions import build_version

KEYS = st.sampled_from(["a", "b", "c"])
WRITES = st.lists(st.tuples(KEYS, st.none() | st.binary(max_size=3)), max_size=6)


class DictShelf:
    def __init__(self, stored: dict[str, bytes]) -> None:
        self.stored = dict(stored)

    def get(self, key: str) -> bytes | None:
        return self.stored.get(key)

    def items(self) -> Iterable[tuple[str, bytes]]:
        return self.stored.items()

    def store(self, writes: Iterable[Write]) -> None:
        for key, value in writes:
            if value is None:
                self.stored.pop(key, None)
            else:
                self.stored[key] = value


@given(stored=st.dictionaries(KEYS, st.binary(max_size=3)), steps=st.lists(WRITES, max_size=4))
def test_an_overlay_reads_as_the_shelf_will(
    stored: dict[str, bytes], steps: list[list[Write]]
) -> None:
    """Whatever is planned, in whatever order, get and items agree with storing it at once."""
    overlay, later = Overlay(DictShelf(stored)), DictShelf(stored)
    for writes in steps:
        overlay.plan(writes)
        later.store(writes)
        assert dict(overlay.items()) == dict(later.items())
        assert [overlay.get(key) for key in "abc"] == [later.get(key) for key in "abc"]


def test_a_plan_with_too_large_a_record_sends_and_stores_nothing() -> None:
    """The message is dead; the rest of its batch goes on."""
    article = build_version(1)
    huge = article.model_copy(update={"text": "x" * MAX_RECORD_BYTES})
    good = build_plan(Keep((article,)), [(ARTICLES, "k", article)], [("k", b"v")])
    assert (len(good.messages), good.writes) == (1, (("k", b"v"),))
    sends = [(ARTICLES, "k", article), (ARTICLES, "k", huge)]
    bad = build_plan(Keep((article, huge)), sends, [("k", b"v")])
    assert isinstance(bad.outcome, Dead)
    assert (bad.outcome.reason, bad.messages, bad.writes) == ("too_large", (), ())
