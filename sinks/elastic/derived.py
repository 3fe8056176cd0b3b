"""The fields of documents that no record has: worked out for people who search and count."""

from __future__ import annotations

from typing import NamedTuple, get_args

from streams.records import Measure, Stance


class Derived(NamedTuple):
    """A field with its type and meaning."""

    path: str
    type: str
    meaning: str


MEASURES: tuple[Measure, ...] = get_args(Measure)
STANCES: tuple[Stance, ...] = get_args(Stance)

COMMON = (
    Derived("event.dataset", "keyword", "the topic it came from, e.g. tocsin.events"),
    Derived("event.ingested", "date", "when this version was written to Elasticsearch"),
    Derived("message", "text", "the record in one line, for a person"),
    Derived("words", "text", "the words of all its prose and names; not part of the document"),
)

TIMESTAMPS = {
    "articles": "when it was published, else fetched",
    "mentions": "when its article was published, else fetched",
    "events": "when it happened, else when it was first reported",
    "alerts": "when the event changed so that the alert rang",
    "deadletters": "when the message was given up",
    "feeds": "when the poller said this; at most about an hour after what it tells",
}
"""What `@timestamp` is, the time at which Kibana puts a document of each shape."""

_KIND = (
    Derived("kind_label", "keyword", "the kind in words, e.g. Missile or artillery strike"),
    Derived("kind_group", "keyword", "coarse group of the kind, e.g. attack"),
    Derived("plover.type", "keyword", "PLOVER event type, e.g. ASSAULT"),
    Derived("plover.mode", "keyword", "PLOVER mode, e.g. drone"),
    Derived("acled.event_type", "keyword", "ACLED event type, e.g. Battles"),
    Derived("acled.sub_event_type", "keyword", "ACLED sub-event type, e.g. Armed clash"),
    Derived("cameo.root", "keyword", "CAMEO root code, e.g. 19"),
    Derived("iptc.code", "keyword", "IPTC media topic, e.g. 16000000"),
)

_RANGE = Derived("when.range", "date_range", "the interval in which it happened")

_SAYS = tuple(
    Derived(f"says.{stance}", "keyword", f"who {words}")
    for stance, words in {
        "asserts": "asserts that it happened",
        "denies": "denies it",
        "confirms": "confirms it",
        "accuses": "accuses somebody of it",
        "announces": "announces it",
        "threatens": "threatens it",
        "cannot_verify": "says that it cannot be verified",
    }.items()
)
_CLAIMANTS = (
    Derived("claimants", "keyword", "everybody who says something about it"),
    Derived("accused", "keyword", "everybody who is accused of it"),
    *_SAYS,
)

_TOLLS = tuple(
    Derived(f"{measure}.{end}", kind, f"{measure}: {meaning}")
    for measure in MEASURES
    for end, kind, meaning in (
        ("low", "double", "lowest number that somebody stands by"),
        ("best", "double", "the number to use"),
        ("high", "double", "highest number that somebody stands by"),
        ("unit", "keyword", "unit of the numbers"),
    )
)

ARTICLE = (
    Derived("url.domain", "keyword", "host of the article's address"),
    Derived("length", "long", "characters of `text`, else of `summary`"),
    Derived("lag.fetch", "double", "seconds from publication to fetch"),
    Derived("lag.index", "double", "seconds from fetch to the document"),
)

MENTION = (
    *_KIND,
    _RANGE,
    *_CLAIMANTS,
    *_TOLLS,
    Derived("url.domain", "keyword", "host of the article's address"),
    Derived(
        "lag.publish",
        "double",
        "seconds from the event (its midnight UTC if only the day is known) to publication",
    ),
    Derived("lag.index", "double", "seconds from fetch to the document"),
)

EVENT = (
    *_KIND,
    _RANGE,
    *_CLAIMANTS,
    *_TOLLS,
    Derived("first.publisher", "keyword", "outlet whose claim is the earliest in the ledger"),
    Derived("first.family", "keyword", "family of that outlet"),
    Derived("publisher_count", "long", "number of outlets that report it"),
    Derived("family_count", "long", "number of publisher families that report it"),
    Derived("article_count", "long", "number of articles that tell it"),
    Derived("mention_count", "long", "number of mentions that make it"),
    Derived("lag.publish", "double", "seconds from the event (its midnight) to the first report"),
    Derived("lag.index", "double", "seconds from the last change to the document"),
)

ALERT = (
    *_KIND,
    *_CLAIMANTS,
    *_TOLLS,
    Derived("status", "keyword", "status of the event when it rang"),
    Derived("geo.location", "geo_point", "where the event happened"),
    Derived("geo.name", "keyword", "the place as the text names it"),
    Derived("geo.country_iso_code", "keyword", "ISO 3166-1 alpha-2"),
    Derived("geo.region_name", "keyword", "first-level region"),
    Derived("event.start", "date", "first instant of the event, inclusive"),
    Derived("event.end", "date", "last instant of the event, exclusive"),
    Derived("event_title", "text", "title of the event when it rang"),
    Derived("publishers", "keyword", "outlets that reported the event when it rang"),
    Derived("families", "keyword", "publisher families that reported the event when it rang"),
    Derived("voices", "long", "independent voices when it rang"),
    Derived("changed", "keyword", "names of the fields that changed since the alert before"),
    Derived("lag.index", "double", "seconds from the change in the event to the document"),
)

DEADLETTER = (
    Derived("reason_meaning", "keyword", "the reason in words"),
    Derived("size", "long", "bytes of the message, or of what was kept of it"),
    Derived("lag.index", "double", "seconds from the giving up to the document"),
)

FEED = (
    Derived("url.domain", "keyword", "host of the feed's address"),
    Derived("lag.index", "double", "seconds from the poller's word to the document"),
)
