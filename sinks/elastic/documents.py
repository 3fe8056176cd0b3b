"""A record in, the document that an analyst finds in Elasticsearch out, with its id and version.

Everything here is deterministic but `event.ingested` and `lag.index`, which tell when the document
was written. The version decides which of two documents with one id stands (`version_type=external`):
for articles and mentions the time of the fetch, for events the revision, for feeds the time of the
poller's word; alerts and dead letters never change, so theirs is 1 and the first one stands.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from sinks.elastic.message import (
    describe_alert,
    describe_event,
    describe_feed,
    describe_mention,
)
from sinks.elastic.shapes import SHAPES, ShapeName
from streams.lexicon.ontology import get_kind
from streams.outcomes import DEAD_REASONS, DeadReason
from streams.records import (
    Alert,
    Article,
    DeadLetter,
    Event,
    FeedHealth,
    LedgerEntry,
    Mention,
    Quantity,
    Record,
    Toll,
    When,
    Where,
)

_PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]+)(?=[/?#]|$)")
"""Most addresses; `urlsplit` says the same of them, and takes ten times as long."""

Fields = dict[str, Any]
"""A document, or a part of one: what JSON can hold."""


class Document(NamedTuple):
    """What is written: where to, under which id and version, and the fields."""

    shape: ShapeName
    id: str
    version: int
    first_sight: dt.datetime
    """Decides the month of the index when the id is new; see `sinks.elastic.homes`."""
    fields: Fields


def build_document(record: Record, now: dt.datetime) -> Document:
    """Build the document of any record that travels on a topic."""
    builder = _BUILDERS[type(record)]
    return builder(record, now)


def _build_article(article: Article, now: dt.datetime) -> Document:
    published = article.published
    fields = _start("articles", article, published or article.fetched, now)
    _put_url(fields, article.url)
    fields["message"] = f"{article.publisher}: {article.title}"
    fields["length"] = len(article.text or article.summary)
    fields["lag"] = _lags(
        fetch=_seconds(published, article.fetched), index=_seconds(article.fetched, now)
    )
    version = _fetch_version(article.fetched, withdrawn=article.withdrawn)
    return Document("articles", article.id, version, article.fetched, fields)


def _build_mention(mention: Mention, now: dt.datetime) -> Document:
    fields = _start("mentions", mention, mention.published or mention.fetched, now)
    _put_url(fields, mention.url)
    _put_kind(fields, mention.kind)
    _put_range(fields, mention.when)
    fields["message"] = describe_mention(mention)
    _put_voices(fields, ((c.claimant, c.stance, c.of) for c in mention.claims))
    for number in reversed(mention.numbers):
        fields[number.measure] = _ends(number.low, _best(number), number.high, number.unit)
    fields["lag"] = _lags(
        publish=_happened_to(mention.when, mention.published),
        index=_seconds(mention.fetched, now),
    )
    version = _fetch_version(mention.fetched, withdrawn=mention.withdrawn)
    return Document("mentions", mention.id, version, mention.fetched, fields)


def _build_event(event: Event, now: dt.datetime) -> Document:
    fields = _start("events", event, event.when.start or event.first_seen, now)
    _put_kind(fields, event.kind)
    _put_range(fields, event.when)
    _put_ledger(fields, event.ledger)
    _put_tolls(fields, event.tolls)
    fields["message"] = describe_event(event)
    if event.ledger:
        first = min(event.ledger, key=lambda entry: entry.at)
        fields["first"] = {"publisher": first.publisher, "family": first.family}
    fields["publisher_count"] = len(event.publishers)
    fields["family_count"] = len(event.families)
    fields["article_count"] = len(event.article_ids)
    fields["mention_count"] = len(event.mention_ids)
    fields["lag"] = _lags(
        publish=_happened_to(event.when, event.first_seen),
        index=_seconds(event.last_changed, now),
    )
    return Document("events", event.id, event.revision, event.first_seen, fields)


def _build_alert(alert: Alert, now: dt.datetime) -> Document:
    fields = _start("alerts", alert, alert.at, now)
    _put_kind(fields, alert.event_kind)
    fields["message"] = describe_alert(alert)
    fields["changed"] = sorted({change.field for change in alert.changes})
    fields["lag"] = _lags(index=_seconds(alert.at, now))
    if alert.event is not None:
        _put_event(fields, alert.event)
    return Document("alerts", alert.id, 1, alert.at, fields)


def _build_deadletter(letter: DeadLetter, now: dt.datetime) -> Document:
    fields = _start("deadletters", letter, letter.at, now)
    meaning = DEAD_REASONS.get(cast("DeadReason", letter.reason), letter.reason)
    fields["reason_meaning"] = meaning
    fields["message"] = f"{letter.step}: {meaning}: {letter.detail}"[:1000]
    fields["size"] = _decoded_size(letter.raw)
    fields["lag"] = _lags(index=_seconds(letter.at, now))
    return Document("deadletters", letter.id, 1, letter.at, fields)


def _build_feed(feed: FeedHealth, now: dt.datetime) -> Document:
    fields = _start("feeds", feed, feed.at, now)
    domain = _host(feed.address or feed.feed)
    if domain:
        fields["url"] = {"domain": domain}
    fields["message"] = describe_feed(feed)
    fields["lag"] = _lags(index=_seconds(feed.at, now))
    return Document("feeds", feed.id, int(feed.at.timestamp() * 1000), feed.at, fields)


_BUILDERS: dict[type[Record], Callable[[Any, dt.datetime], Document]] = {
    Article: _build_article,
    Mention: _build_mention,
    Event: _build_event,
    Alert: _build_alert,
    DeadLetter: _build_deadletter,
    FeedHealth: _build_feed,
}


def _start(shape: ShapeName, record: Record, timestamp: dt.datetime, now: dt.datetime) -> Fields:
    """Start a document: the record's own fields, those with an ECS name under that name."""
    fields = record.model_dump(mode="json", exclude_none=True, exclude=_LEFT_OUT[shape])
    for origin, moves in _MOVES[shape].items():
        inside = fields.get(origin) if origin else fields
        if inside is not None:
            for name, parent, target in moves:
                if name in inside:
                    value = inside.pop(name)
                    (fields.setdefault(parent, {}) if parent else fields)[target] = value
    event = fields.setdefault("event", {})
    event["dataset"] = SHAPES[shape].topic.name
    event["ingested"] = _instant(now)
    fields["@timestamp"] = _instant(timestamp)
    return fields


def _group_moves(moves: Mapping[str, str]) -> dict[str, list[tuple[str, str, str]]]:
    """Group moves by the object they take from: name there, object they put into, name in it."""
    grouped: dict[str, list[tuple[str, str, str]]] = {}
    for origin, path in moves.items():
        inside, _, name = origin.rpartition(".")
        parent, _, target = path.rpartition(".")
        grouped.setdefault(inside, []).append((name, parent, target))
    return grouped


_MOVES = {name: _group_moves(spec.moves) for name, spec in SHAPES.items()}
_LEFT_OUT = {name: set(spec.leave_out) or None for name, spec in SHAPES.items()}


def _put_url(fields: Fields, url: str | None) -> None:
    domain = _host(url) if url else None
    if domain:
        fields["url"]["domain"] = domain


def _host(url: str) -> str | None:
    plain = _PLAIN_HOST.match(url)
    if plain:
        return plain[1]
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _put_kind(fields: Fields, name: str) -> None:
    fields |= _describe_kind(get_kind(name).name)


@cache
def _describe_kind(name: str) -> Fields:
    """Describe a kind of the ontology; every document of that kind shares what is returned."""
    kind = get_kind(name)
    return {
        "kind_label": kind.label,
        "kind_group": kind.group,
        "plover": {"type": kind.plover_type, "mode": kind.plover_mode},
        "acled": {"event_type": kind.acled_event, "sub_event_type": kind.acled_sub_event},
        "cameo": {"root": kind.cameo_root},
        "iptc": {"code": kind.iptc},
    }


def _put_range(fields: Fields, when: When) -> None:
    if when.start is None:
        return
    interval = {"gte": _instant(when.start)}
    if when.end is not None and when.end > when.start:
        interval["lt"] = _instant(when.end)
    fields["when"]["range"] = interval


def _put_voices(fields: Fields, voices: Iterable[tuple[str, str, str | None]]) -> None:
    """Put who takes which stance; the lists are sorted, so that a replay writes the same."""
    says: dict[str, set[str]] = {}
    accused: set[str] = set()
    for claimant, stance, of in voices:
        says.setdefault(stance, set()).add(claimant)
        if of:
            accused.add(of)
    fields["says"] = {stance: sorted(names) for stance, names in sorted(says.items())}
    fields["claimants"] = sorted(set().union(*says.values()))
    fields["accused"] = sorted(accused)


def _put_ledger(fields: Fields, ledger: tuple[LedgerEntry, ...]) -> None:
    _put_voices(fields, ((entry.claimant, entry.stance, entry.of) for entry in ledger))


def _put_tolls(fields: Fields, tolls: tuple[Toll, ...]) -> None:
    # the first toll of a measure gives the short fields; the list `tolls` has them all
    for toll in reversed(tolls):
        fields[toll.measure] = _ends(toll.low, toll.best, toll.high, toll.unit)


def _put_event(fields: Fields, event: Event) -> None:
    """Put the facets of the event that an alert carries, under the names they have in events."""
    fields["status"] = event.status
    fields["event_title"] = event.title
    fields["publishers"] = list(event.publishers)
    fields["families"] = list(event.families)
    fields["voices"] = event.voices
    _put_ledger(fields, event.ledger)
    _put_tolls(fields, event.tolls)
    fields["event"] |= _without_none(
        {
            "start": _instant(event.when.start) if event.when.start else None,
            "end": _instant(event.when.end) if event.when.end else None,
        }
    )
    if event.where is not None:
        fields["geo"] = _place(event.where)


def _place(where: Where) -> Fields:
    return _without_none(
        {
            "name": where.name,
            "location": where.point.model_dump() if where.point else None,
            "country_iso_code": where.country,
            "region_name": where.admin1,
        }
    )


def _best(number: Quantity) -> float | None:
    """The number to count with: the one said, else the lowest that the words allow."""
    if number.value is not None:
        return number.value
    return number.low if number.low is not None else number.high


def _ends(low: float | None, best: float | None, high: float | None, unit: str | None) -> Fields:
    return _without_none({"low": low, "best": best, "high": high, "unit": unit})


def _lags(**seconds: float | None) -> Fields:
    return _without_none(seconds)


def _happened_to(when: When, then: dt.datetime | None) -> float | None:
    """Seconds from the event to a report, where the day at least is known and came first."""
    if when.start is None or when.precision not in ("hour", "day"):
        return None
    seconds = _seconds(when.start, then)
    return seconds if seconds is not None and seconds >= 0 else None


def _seconds(start: dt.datetime | None, end: dt.datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return round((end - start).total_seconds(), 3)


def _fetch_version(fetched: dt.datetime, *, withdrawn: bool) -> int:
    """Order the versions of an article: by fetch, and a withdrawal after what it withdraws."""
    return int(fetched.timestamp() * 1000) * 2 + int(withdrawn)


def _decoded_size(raw: str) -> int:
    try:
        return len(base64.b64decode(raw, validate=True))
    except ValueError:
        return len(raw)


@lru_cache(maxsize=4096)
def _instant(moment: dt.datetime) -> str:
    """Write an instant; the same midnights and times of writing come again and again."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def _without_none(fields: Mapping[str, Any]) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}
