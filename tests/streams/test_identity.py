"""Ids: the same input gives the same id for ever, and different input another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.identity import (
    alert_id,
    article_id,
    article_version,
    build_id,
    event_id,
    fold_text,
    mention_id,
)

FIELDS = st.lists(st.none() | st.text(max_size=20) | st.integers(), max_size=5)


def test_ids_do_not_change_between_releases() -> None:
    """Golden values: a change here orphans every stored record."""
    assert (
        article_id("https://a.example/1", None, "f", "t") == "a1-0038cee32306bd1850f55e08c09d5f8a"
    )
    mention = mention_id("a1-1", "flood", "The river rose.", 0)
    assert mention == "m1-e8ee029ea0f35f2c5ee728f7ed177ae7"
    assert event_id(mention) == "e1-f8af65b8b4dc910155ee9c533d43f437"


@given(FIELDS)
def test_an_id_is_a_function_of_its_fields(fields: list[str | int | None]) -> None:
    """No clock, no order of the process, no salt."""
    assert build_id("x1", *fields) == build_id("x1", *fields)


@given(FIELDS)
def test_an_optional_field_added_later_keeps_old_ids(fields: list[str | int | None]) -> None:
    """An empty field at the end changes nothing."""
    assert build_id("x1", *fields, None, "") == build_id("x1", *fields)


@given(st.text(min_size=1, max_size=9), st.text(min_size=1, max_size=9))
def test_fields_do_not_run_into_each_other(one: str, two: str) -> None:
    """Moving a boundary gives another id."""
    assert build_id("x1", one + two) != build_id("x1", one, two)
    assert build_id("x1", one, None) != build_id("x1", None, one)


def test_an_article_is_its_address_before_its_guid_before_its_content() -> None:
    """A new GUID or title under the same address is the same article."""
    by_url = article_id("https://a.example/1", "g1", "f", "one")
    assert by_url == article_id("https://a.example/1", "g2", "other feed", "two")
    by_guid = article_id(None, "g1", "f", "one")
    assert by_guid == article_id(None, "g1", "f", "two")
    assert by_guid != article_id(None, "g1", "other feed", "one")
    assert article_id(None, None, "f", "One  two") == article_id(None, None, "f", "one two")


def test_a_version_is_what_a_reader_sees() -> None:
    """White space and case do not make a new version; words do."""
    assert article_version("A b", "", "c") == article_version("a  B", "", "c ")
    assert article_version("a", "", "nine dead") != article_version("a", "", "eleven dead")


def test_an_unchanged_sentence_is_the_same_mention() -> None:
    """Two equal kinds in one sentence are told apart by their ordinal."""
    first = mention_id("a1-1", "territory_gained", "They took two villages.", 0)
    assert first != mention_id("a1-1", "territory_gained", "They took two villages.", 1)
    assert first == mention_id("a1-1", "territory_gained", "They  took two villages.", 0)


def test_alert_ids_rise_with_the_sequence() -> None:
    """Each message of a thread has its own id."""
    assert len({alert_id("r", "e1-1", n) for n in range(3)}) == 3


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing(text: str) -> None:
    """fold_text is idempotent."""
    assert fold_text(fold_text(text)) == fold_text(text)
