"""The wire: records round-trip, unknown fields pass, wrong bytes are refused with a reason."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import UnknownSchemaError, WireError
from streams.records import Article, Mention, Record, Span, decode, encode
from streams.topics import TOPICS

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def build_article(**fields: object) -> Article:
    base: dict[str, object] = {
        "id": "a1-x",
        "version": "v1-x",
        "feed": "https://harbour.example/feed",
        "publisher": "Harbour Post",
        "family": "Harbour Post",
        "title": "Ferry runs aground",
        "text": "A ferry ran aground.\n\nNobody was hurt.",
        "fetched": NOW,
    }
    return Article.model_validate(base | fields)


@given(
    title=st.text(max_size=200),
    text=st.text(max_size=500),
    fetched=st.datetimes(
        min_value=dt.datetime(1990, 1, 1),  # noqa: DTZ001 - the zone comes from `timezones`
        max_value=dt.datetime(2090, 1, 1),  # noqa: DTZ001
        timezones=st.timezones(),
    ),
    language=st.none() | st.sampled_from(["en", "uk"]),
)
def test_an_article_survives_the_wire(
    title: str, text: str, fetched: dt.datetime, language: str | None
) -> None:
    """Decoding what was encoded gives the equal record, in UTC."""
    article = build_article(title=title, text=text, fetched=fetched, language=language)
    again = decode(Article, encode(article))
    assert again == article
    assert again.fetched.tzinfo == dt.UTC


def test_fields_of_a_later_version_are_ignored() -> None:
    """A reader passes over fields it does not know."""
    raw = encode(build_article()).replace(b'"schema":1,', b'"schema":1,"mood":"calm",')
    assert decode(Article, raw) == build_article()


def test_an_unknown_schema_version_is_refused() -> None:
    """A record of another schema version is not guessed at."""
    raw = encode(build_article())
    with pytest.raises(UnknownSchemaError, match="schema version 2"):
        decode(Article, raw.replace(b'"schema":1', b'"schema":2'))
    with pytest.raises(UnknownSchemaError, match="None"):
        decode(Article, b"{}")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (None, "no value"),
        (b"", "not a JSON object"),
        (b"[1]", "not a JSON object"),
        (b"\xff\xfe", "not a JSON object"),
        (b'{"schema":1}', "Field required"),
        (b"x" * 1_000_001, "over the limit"),
    ],
)
def test_wrong_bytes_are_refused_with_what_is_wrong(raw: bytes | None, why: str) -> None:
    """The error says which record and why."""
    with pytest.raises(WireError, match=why) as caught:
        decode(Article, raw)
    assert caught.value.which == "Article"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_record_or_a_wire_error(raw: bytes) -> None:
    """No bytes raise anything else."""
    with pytest.raises(WireError):
        decode(Mention, raw)


def test_times_without_a_zone_are_refused() -> None:
    """A naive time is a bug, not UTC."""
    with pytest.raises(ValueError, match="timezone"):
        build_article(fetched=dt.datetime(2026, 3, 1, 12))  # noqa: DTZ001 - the point of the test


def test_the_reading_text_is_title_and_body() -> None:
    """The text is preferred, the summary stands in, and a title alone is enough."""
    assert build_article().reading_text == (
        "Ferry runs aground\n\nA ferry ran aground.\n\nNobody was hurt."
    )
    assert build_article(text="", summary="Short.").reading_text == "Ferry runs aground\n\nShort."
    assert build_article(text="").reading_text == "Ferry runs aground"


def find_record_types() -> list[type[Record]]:
    found = [topic.record for topic in TOPICS]
    return found + [r for r in Record.__subclasses__() if r.__module__ == "streams.records"]


@pytest.mark.parametrize("record", find_record_types())
def test_every_field_says_what_it_means(record: type[Record]) -> None:
    """Mappings and docs are generated from the descriptions."""
    missing = [name for name, field in record.model_fields.items() if not field.description]
    assert missing == []


def test_records_are_frozen() -> None:
    """A record is a value."""
    with pytest.raises(ValueError, match="frozen"):
        Span(start=1, end=2).start = 3  # type: ignore[misc]
