"""Records become documents that an analyst can use, and none is lost for a missing part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from sinks.elastic.documents import build_document
from streams.lexicon.ontology import get_kind
from streams.records import Quantity, Record, Toll, When
from tests.samples import (
    FETCHED,
    build_alert,
    build_article,
    build_deadletter,
    build_event,
    build_feed,
    build_mention,
)

NOW = FETCHED + dt.timedelta(seconds=5)
RECORDS: tuple[Record, ...] = (
    build_article(),
    build_mention(),
    build_event(),
    build_alert(),
    build_deadletter(),
    build_feed(error="HTTP 500", errors=3),
)


def list_bare() -> Iterator[Record]:
    """Give each record once for each optional field, with that field at its default."""
    for record in RECORDS:
        for name, info in type(record).model_fields.items():
            if not info.is_required():
                yield record.model_copy(update={name: info.get_default(call_default_factory=True)})


@pytest.mark.parametrize("record", list(list_bare()), ids=lambda r: type(r).__name__)
def test_a_record_without_an_optional_part_still_becomes_a_document(record: Record) -> None:
    """Unknown is unknown: the document is made, with its time and its line for a person."""
    document = build_document(record, NOW)

    assert document.fields["@timestamp"]
    assert document.fields["message"]
    assert document.id == document.fields["id"]


def test_an_event_carries_its_kind_in_every_coding() -> None:
    """The analyst counts by leaf kind, PLOVER, ACLED, CAMEO or IPTC."""
    fields = build_document(build_event(), NOW).fields

    assert fields["kind"] == "missile_strike"
    kind = get_kind("missile_strike")
    assert fields["plover"] == {"type": kind.plover_type, "mode": kind.plover_mode}
    assert fields["acled"]["event_type"] == kind.acled_event
    assert fields["cameo"]["root"] == kind.cameo_root
    assert fields["iptc"]["code"] == kind.iptc


def test_an_unknown_kind_is_counted_as_other() -> None:
    """A kind of a newer version keeps its name; its codes are those of `other`."""
    fields = build_document(build_event(kind="teleportation"), NOW).fields

    assert fields["kind"] == "teleportation"
    assert (
        fields["kind_group"] == build_document(build_event(kind="other"), NOW).fields["kind_group"]
    )


def test_tolls_are_flat_and_whole() -> None:
    """`killed.low/best/high` for counting, the list with who said it for reading."""
    fields = build_document(build_event(), NOW).fields

    assert fields["killed"] == {"low": 11, "best": 11, "high": 13, "unit": "people"}
    assert fields["tolls"][0]["high_by"] == "Second Paper"


def test_of_two_tolls_of_one_measure_the_first_is_flat() -> None:
    """Money in two currencies: both are in the list, the first gives the short field."""
    tolls = (Toll(measure="money", unit="EUR", best=5), Toll(measure="money", unit="USD", best=6))

    fields = build_document(build_event(tolls=tolls), NOW).fields

    assert fields["money"] == {"best": 5, "unit": "EUR"}
    assert len(fields["tolls"]) == 2


def test_voices_are_told_by_stance() -> None:
    """Who denies, who confirms, who is accused: each a list of names, sorted."""
    fields = build_document(build_event(), NOW).fields

    assert fields["says"] == {
        "accuses": ["Ukraine"],
        "confirms": ["Oleksandr Vilkul"],
        "denies": ["Russia"],
    }
    assert fields["accused"] == ["Russia"]
    assert fields["claimants"] == ["Oleksandr Vilkul", "Russia", "Ukraine"]


def test_the_time_of_an_event_is_when_it_happened() -> None:
    """Its interval is a range; an event without a date stands at its first report, with no range."""
    dated = build_document(build_event(), NOW).fields
    undated = build_document(build_event(when=When()), NOW).fields

    assert dated["@timestamp"] == "2023-06-13T00:00:00.000Z"
    assert dated["when"]["range"] == {
        "gte": "2023-06-13T00:00:00.000Z",
        "lt": "2023-06-14T00:00:00.000Z",
    }
    assert undated["@timestamp"] == "2023-06-13T06:30:00.000Z"
    assert "range" not in undated["when"]


@pytest.mark.parametrize(
    ("fetched", "withdrawn"),
    [
        (FETCHED, True),
        (FETCHED + dt.timedelta(milliseconds=1), False),
        (FETCHED + dt.timedelta(days=1), True),
    ],
)
def test_later_fetches_and_withdrawals_are_newer_versions(
    fetched: dt.datetime, *, withdrawn: bool
) -> None:
    """The version that decides in Elasticsearch rises with the fetch, and with a withdrawal."""
    first = build_document(build_article(), NOW)
    later = build_document(build_article(fetched=fetched, withdrawn=withdrawn), NOW)

    assert later.version > first.version
    assert build_document(build_article(), NOW).version == first.version


def test_lags_are_seconds_between_event_article_fetch_and_document() -> None:
    """Each step of the way has its own number."""
    article = build_document(build_article(), NOW).fields
    mention = build_document(build_mention(), NOW).fields

    assert article["lag"] == {"fetch": 720, "index": 5}
    # published at 06:30, of an event on that day
    assert mention["lag"] == {"publish": 6.5 * 3600, "index": 5}


def test_dozens_count_with_what_the_words_allow_at_least() -> None:
    """A number without a value has its low end as the one to count with."""
    dozens = Quantity(measure="injured", low=24, qualifier="dozens", text="dozens")

    fields = build_document(build_mention(numbers=(dozens,)), NOW).fields

    assert fields["injured"] == {"low": 24, "best": 24}


def test_an_alert_carries_the_facets_of_its_event() -> None:
    """Alerts are filtered by kind, place, status and toll like events are."""
    fields = build_document(build_alert(), NOW).fields

    assert fields["kind"] == "missile_strike"
    assert fields["alert_kind"] == "Alert"
    assert fields["rule"] == {"name": "strikes"}
    assert fields["geo"]["location"] == {"lat": 47.91, "lon": 33.39}
    assert fields["status"] == "contested"
    assert fields["killed"]["best"] == 11
    assert fields["changed"] == ["killed.best"]
    assert fields["event"]["start"] == "2023-06-13T00:00:00.000Z"


def test_a_line_for_a_person() -> None:
    """Kind, place, day, status, toll and title in one line."""
    fields = build_document(build_event(), NOW).fields

    assert fields["message"] == (
        "Missile or artillery strike in Kryvyi Rih, Dnipropetrovsk, UA on 2023-06-13 (contested); "
        "killed 11 (11 to 13); Missile strike kills 11 in Kryvyi Rih"
    )


def test_a_feeds_last_word_stands_and_says_why() -> None:
    """The later the word, the higher the version; the reason is where ECS has errors."""
    failing = build_feed(health="failing", errors=3, error="HTTP 500")
    later = build_feed(at=FETCHED + dt.timedelta(milliseconds=1))

    document = build_document(failing, NOW)

    assert (document.shape, document.id) == ("feeds", later.id)
    assert build_document(later, NOW).version == document.version + 1
    assert document.fields["error"] == {"message": "HTTP 500"}
    assert document.fields["url"] == {"domain": "news.example"}
    assert document.fields["lag"] == {"index": 5.0}
    assert document.fields["message"] == (
        "Example News (https://news.example/rss) is failing, 3 polls in a row: HTTP 500"
    )
