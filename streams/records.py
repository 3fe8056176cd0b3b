"""The records that travel on the topics: Article, Mention, Event, Alert, DeadLetter and FeedHealth.

All are frozen; lists are tuples; times are aware and in UTC; `None` means unknown, never zero or
"now". On the wire a record is JSON in UTF-8 with its schema version (`encode`, `decode`). Readers
ignore fields they do not know and refuse schema versions they do not know.

Every field says its meaning, and its unit where it has one, in `description`: the Elasticsearch
mappings and `docs/fields.md` are generated from here. `Text` marks prose (searched by words); other
strings are exact values.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from streams.errors import UnknownSchemaError, WireError

SCHEMA = 1
"""The schema version written on every record. Raise it only when a reader would misread."""

MAX_RECORD_BYTES = 1_000_000
"""No record on the wire is larger; Kafka's default limit is 1,048,576 bytes a batch."""


class Prose:
    """Marks a string that people read and search by its words."""


Text = Annotated[str, Prose()]


def _to_utc(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]


class Record(BaseModel):
    """A frozen piece of data; fields it does not know are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")


# --------------------------------------------------------------------------- articles

PublishedFrom = Literal["feed", "updated", "page", "url", "unknown"]
TextSource = Literal["feed", "page", "none"]


class Article(Record):
    """One version of one article, as a feed and its page tell it."""

    id: str = Field(description="deterministic id: canonical URL, else guid, else content")
    version: str = Field(description="hash of title, summary and text; equal means unchanged")
    feed: str = Field(description="address of the feed it came from; keys and tokens are masked")
    feed_title: str | None = Field(None, description="title of the feed")
    guid: str | None = Field(None, description="the feed's own id for the item, as given")
    url: str | None = Field(None, description="canonical URL, trackers removed")
    link: str | None = Field(None, description="the link as the feed gave it")
    publisher: str = Field(description="the outlet's name, e.g. The Globe and Mail")
    family: str = Field(description="the owner group or wire the outlet belongs to; one voice")
    wire: str | None = Field(None, description="agency credited in the text, e.g. Reuters: a copy")
    title: Text = Field(description="headline as plain text")
    summary: Text = Field("", description="the feed's summary as plain text")
    text: Text = Field("", description="full text as plain text, paragraphs parted by blank lines")
    text_source: TextSource = Field("none", description="where `text` was taken from")
    language: str | None = Field(None, description="ISO 639-1 code, e.g. en")
    authors: tuple[str, ...] = Field((), description="bylines as given")
    tags: tuple[str, ...] = Field((), description="categories as the feed gave them")
    published: Instant | None = Field(None, description="when the outlet says it was published")
    published_from: PublishedFrom = Field("unknown", description="where `published` was taken from")
    published_raw: str | None = Field(None, description="the date as the feed wrote it")
    published_offset: int | None = Field(
        None, description="UTC offset of the publisher's clock, minutes; for its local day"
    )
    fetched: Instant = Field(description="when Tocsin fetched this version")
    withdrawn: bool = Field(False, description="the outlet took the article back")
    backfill: bool = Field(False, description="seen on the first fetch of its feed; rings no alert")

    @property
    def reading_text(self) -> str:
        """The text that is read: title, a blank line, then the text (else the summary).

        Every `Span` of a mention counts characters in this string.
        """
        body = self.text or self.summary
        return f"{self.title}\n\n{body}" if body else self.title


# --------------------------------------------------------------------------- mentions

Modality = Literal["happened", "denied", "threatened", "planned", "hypothetical"]
Newsworthiness = Literal["new", "background"]
Genre = Literal[
    "report",
    "live_blog",
    "analysis",
    "opinion",
    "feature",
    "review",
    "listing",
    "recipe",
    "language",
    "obituary",
    "result",
    "advertisement",
    "unknown",
]
DatePrecision = Literal["hour", "day", "week", "month", "year", "before"]
DateAnchor = Literal["published", "fetched", "dateline", "text", "event"]
PlacePrecision = Literal[1, 2, 3]
PlaceFeature = Literal[
    "settlement", "region", "country", "sea", "water", "front", "facility", "area", "unknown"
]
PlaceRelation = Literal["at", "near", "toward", "between"]
Measure = Literal[
    "killed",
    "injured",
    "missing",
    "displaced",
    "detained",
    "rescued",
    "affected",
    "infected",
    "money",
    "area",
    "distance",
    "weapons",
    "magnitude",
    "percent",
    "votes",
    "price",
    "jobs",
    "years",
    "speed",
    "temperature",
    "score",
    "count",
]
Qualifier = Literal[
    "exactly",
    "at_least",
    "more_than",
    "about",
    "up_to",
    "fewer_than",
    "range",
    "several",
    "dozens",
    "hundreds",
    "thousands",
    "tens_of_thousands",
    "hundreds_of_thousands",
    "millions",
]
Stance = Literal[
    "asserts", "denies", "confirms", "accuses", "announces", "threatens", "cannot_verify"
]


class Span(Record):
    """A half-open range of characters in `Article.reading_text`."""

    start: int = Field(ge=0, description="first character")
    end: int = Field(ge=0, description="one past the last character")


class Point(Record):
    """A place on the map, WGS 84."""

    lat: float = Field(ge=-90, le=90, description="degrees north")
    lon: float = Field(ge=-180, le=180, description="degrees east")


class Reason(Record):
    """Why a field has its value."""

    field: str = Field(description="the field this explains, e.g. when")
    rule: str = Field(description="id of the rule or model, e.g. date.weekday.today")
    score: float | None = Field(None, description="0 to 1 where the rule has a score")
    span: Span | None = Field(None, description="the words it rests on")


class When(Record):
    """When it happened: an interval with its precision, and how we know.

    For precision day and coarser, `start` and `end` are calendar days at the place, written as UTC
    midnights, end exclusive: 13 June is 2023-06-13T00:00Z to 2023-06-14T00:00Z wherever it happened.
    For precision hour they are true instants. `before` means that no date was found: `start` is
    None and `end` is the end of the publication day, an upper bound and not a day.
    """

    start: Instant | None = Field(None, description="first instant, inclusive")
    end: Instant | None = Field(None, description="last instant, exclusive")
    date: dt.date | None = Field(
        None, description="first calendar day at the place; None if before"
    )
    precision: DatePrecision = Field("before", description="how exact the interval is")
    anchor: DateAnchor | None = Field(None, description="what a relative date was counted from")
    rule: str = Field("date.none", description="id of the rule that gave it")
    text: str | None = Field(None, description="the words, e.g. early Tuesday morning")
    span: Span | None = Field(None, description="where the words stand")


class Candidate(Record):
    """A place that a name could mean."""

    name: str = Field(description="its name in the gazetteer")
    country: str | None = Field(None, description="ISO 3166-1 alpha-2")
    admin1: str | None = Field(None, description="first-level region, English name")
    point: Point | None = Field(None, description="its point")
    feature: PlaceFeature = Field("unknown", description="what sort of place")
    geoname_id: int | None = Field(None, description="GeoNames id where it has one")
    score: float = Field(description="0 to 1")


class Where(Record):
    """Where it happened, or an honest unknown."""

    name: str = Field(description="the place as the text names it, e.g. Neskuchne")
    resolved: str | None = Field(None, description="its name in the gazetteer")
    point: Point | None = Field(None, description="None when the place was not resolved to a point")
    precision: PlacePrecision = Field(
        3, description="1 this place, 2 near it or part of a region, 3 region or country"
    )
    country: str | None = Field(None, description="ISO 3166-1 alpha-2, e.g. UA")
    admin1: str | None = Field(None, description="first-level region, e.g. Donetsk")
    feature: PlaceFeature = Field("unknown", description="what sort of place")
    relation: PlaceRelation = Field("at", description="at it, near it, toward it, between two")
    toward: str | None = Field(None, description="direction of a movement, e.g. Berdyansk")
    geoname_id: int | None = Field(None, description="GeoNames id where it has one")
    candidates: tuple[Candidate, ...] = Field(
        (), description="what the name could mean, best first"
    )
    rule: str = Field("place.none", description="id of the rule that decided")
    reason: str | None = Field(None, description="why it has no point, where it has none")
    span: Span | None = Field(None, description="where the name stands")


class Actor(Record):
    """Somebody who does, suffers or receives."""

    name: str = Field(description="full name as the article first gives it, e.g. Vladimir Putin")
    text: str | None = Field(None, description="the words here, e.g. Mr. Putin")
    country: str | None = Field(None, description="ISO 3166-1 alpha-2 of nationality")
    sector: str | None = Field(None, description="PLOVER sector code, e.g. GOV, MIL, REB, CVL")
    title: str | None = Field(None, description="office or title, e.g. President")
    span: Span | None = Field(None, description="where the words stand")


class Quantity(Record):
    """A number tied to the event: a value or a range, with its qualifier.

    "dozens" has low 24 and no value; "at least 11" has value 11, low 11 and no high.
    """

    measure: Measure = Field(description="what is counted or measured")
    value: float | None = Field(None, description="the number said, in `unit`")
    low: float | None = Field(None, description="lowest the words allow, in `unit`")
    high: float | None = Field(None, description="highest the words allow, in `unit`")
    unit: str | None = Field(
        None, description="people, ISO 4217 currency, km, km2, Mw, percent ..."
    )
    qualifier: Qualifier = Field("exactly", description="how the words bound it")
    text: str = Field(description="the words, e.g. at least 11 people")
    claimant: str | None = Field(None, description="who said this number, where the text says")
    span: Span | None = Field(None, description="where the words stand")


class Claim(Record):
    """Somebody's voice about the event."""

    claimant: str = Field(description="who says it, full name; the outlet itself when nobody else")
    stance: Stance = Field(description="what the voice does")
    of: str | None = Field(None, description="who is accused")
    words: str | None = Field(None, description="the words that say so, e.g. said in a statement")
    country: str | None = Field(None, description="ISO 3166-1 alpha-2 of the claimant")
    sector: str | None = Field(None, description="PLOVER sector of the claimant, JRN for an outlet")
    outlet: bool = Field(False, description="the outlet itself vouches for it")
    span: Span | None = Field(None, description="the sentence the voice speaks in")


class Founding(Record):
    """That a block opened an event, told to the other blocks that hold some of its mentions."""

    event_id: str = Field(description="the event that was opened")
    at: Instant = Field(description="fetch of the mention that opened it; the earliest one stays")
    block: str = Field(description="blocking key whose merger sends this event")


class Relay(Record):
    """What one block of the merge step tells another about a mention."""

    sender: str = Field(description="blocking key it was relayed from")
    story: str | None = Field(None, description="story of its article, told by the story's block")
    pin: str | None = Field(None, description="mention it is merged with, which you know")
    foundings: tuple[Founding, ...] = Field(
        (), description="events opened by what it is merged with"
    )
    refused: bool = Field(False, description="its home contradicts the merging: let it go")


class Mention(Record):
    """One event as one article tells it."""

    id: str = Field(description="deterministic id: article, kind, sentence, ordinal")
    article_id: str = Field(description="the article")
    article_version: str = Field(description="the version of the article that was read")
    fetched: Instant = Field(description="when that version was fetched; orders versions")
    published: Instant | None = Field(None, description="publication of the article")
    url: str | None = Field(None, description="the article's address")
    publisher: str = Field(description="the outlet")
    family: str = Field(description="the outlet's family; one voice")
    wire: str | None = Field(None, description="agency the article credits")
    language: str | None = Field(None, description="ISO 639-1 code of the article")
    genre: Genre = Field("unknown", description="what sort of article")
    headline: Text = Field(description="the article's headline")
    context: Text = Field("", description="the opening of the article, at most 2,000 characters")
    names: tuple[str, ...] = Field((), description="people and organisations the article names")
    places: tuple[str, ...] = Field((), description="places the article names")
    blocks: tuple[str, ...] = Field(description="blocking keys it was sent to, the first its home")

    kind: str = Field(description="leaf kind of the ontology, e.g. missile_strike, or other")
    modality: Modality = Field("happened", description="whether it happened")
    newsworthiness: Newsworthiness = Field("new", description="the article's news, or recalled")
    main: bool = Field(False, description="this is what the headline is about")
    when: When = Field(default_factory=When, description="when it happened")
    where: Where | None = Field(None, description="where it happened")
    actors: tuple[Actor, ...] = Field((), description="who did it")
    targets: tuple[Actor, ...] = Field((), description="whom or what it was done to")
    recipients: tuple[Actor, ...] = Field((), description="who received (aid, a threat, a message)")
    numbers: tuple[Quantity, ...] = Field((), description="numbers of this event")
    claims: tuple[Claim, ...] = Field((), description="who says what about it")
    sentence: Text = Field(description="the sentence that tells it")
    span: Span = Field(description="where that sentence stands")
    confidence: float = Field(ge=0, le=1, description="how sure the reading is, 0 to 1")
    why: tuple[Reason, ...] = Field((), description="rules and scores behind the fields")
    withdrawn: bool = Field(False, description="a later version no longer tells it")
    backfill: bool = Field(False, description="from the first fetch of a feed; rings no alert")
    relay: Relay | None = Field(None, description="set on mentions that one block sends another")


# --------------------------------------------------------------------------- events

Status = Literal["claimed", "contested", "corroborated", "confirmed", "withdrawn"]


class Toll(Record):
    """One measure of an event: the span of what is said, and who says the ends."""

    measure: Measure = Field(description="what is counted or measured")
    unit: str | None = Field(None, description="unit of the numbers")
    low: float | None = Field(None, description="lowest number that somebody stands by now")
    best: float | None = Field(None, description="the number to use; never an average")
    high: float | None = Field(None, description="highest number that somebody stands by now")
    qualifier: Qualifier = Field("exactly", description="qualifier of `best`")
    low_by: str | None = Field(None, description="who says low")
    best_by: str | None = Field(None, description="who says best")
    high_by: str | None = Field(None, description="who says high")
    voices: int = Field(1, description="independent voices that give this measure")


class LedgerEntry(Record):
    """One claim in the event's ledger, with where it was made."""

    claimant: str = Field(description="who says it")
    stance: Stance = Field(description="what the voice does")
    of: str | None = Field(None, description="who is accused")
    outlet: bool = Field(False, description="the outlet itself vouches for it")
    words: str | None = Field(None, description="the words that say so")
    numbers: tuple[Quantity, ...] = Field((), description="numbers given with the claim")
    sentence: Text = Field(description="the sentence")
    at: Instant = Field(description="publication of the article, else its fetch")
    article_id: str = Field(description="the article")
    mention_id: str = Field(description="the mention")
    publisher: str = Field(description="the outlet that carries it")
    family: str = Field(description="the outlet's family")
    url: str | None = Field(None, description="the article's address")
    voice: int = Field(0, description="number of the independent voice it belongs to")


class Link(Record):
    """Why a mention is in the event."""

    mention_id: str = Field(description="the mention")
    score: float = Field(description="0 to 1")
    parts: dict[str, float] = Field(default_factory=dict, description="similarity parts by name")


class Event(Record):
    """One thing that happened, as everybody together tells it."""

    id: str = Field(description="deterministic id of the founding mention")
    revision: int = Field(ge=1, description="rises when something a reader would see has changed")
    kind: str = Field(description="leaf kind of the ontology")
    title: Text = Field(description="the headline that tells it best")
    summary: Text = Field("", description="the sentence that tells it best")
    modality: Modality = Field("happened", description="whether it happened")
    newsworthiness: Newsworthiness = Field("new", description="new, or only recalled so far")
    status: Status = Field(description="what the ledger adds up to")
    when: When = Field(default_factory=When, description="when it happened")
    where: Where | None = Field(None, description="where it happened")
    actors: tuple[Actor, ...] = Field((), description="who did it")
    targets: tuple[Actor, ...] = Field((), description="whom or what it was done to")
    recipients: tuple[Actor, ...] = Field((), description="who received")
    tolls: tuple[Toll, ...] = Field((), description="numbers, low / best / high")
    ledger: tuple[LedgerEntry, ...] = Field((), description="who says what, oldest first")
    publishers: tuple[str, ...] = Field((), description="outlets that report it")
    families: tuple[str, ...] = Field((), description="publisher families that report it")
    voices: int = Field(1, description="independent voices; copies and one family count once")
    article_ids: tuple[str, ...] = Field((), description="articles that tell it")
    mention_ids: tuple[str, ...] = Field((), description="mentions that make it")
    links: tuple[Link, ...] = Field((), description="why each mention is here")
    story: str | None = Field(None, description="id of the story it belongs to")
    block: str = Field(description="home blocking key")
    first_seen: Instant = Field(description="earliest publication (else fetch) of its articles")
    last_changed: Instant = Field(description="publication (else fetch) behind the last change")
    superseded_by: str | None = Field(None, description="the event this one was joined into")
    supersedes: tuple[str, ...] = Field((), description="events joined into this one")
    split_from: str | None = Field(None, description="the event this one was split from")
    backfill: bool = Field(False, description="told only by first fetches; rings no alert")


# --------------------------------------------------------------------------- alerts

AlertKind = Literal["Alert", "Update", "Cancel"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]


class Change(Record):
    """One difference between two revisions that a rule cares about."""

    field: str = Field(description="what changed, e.g. killed.best")
    before: str | None = Field(None, description="value before, as text")
    after: str | None = Field(None, description="value now, as text")


class Alert(Record):
    """One ring of the bell: Alert first, Update on change, Cancel when taken back (CAP words)."""

    id: str = Field(description="deterministic id of rule, event and sequence")
    rule: str = Field(description="name of the rule that rang")
    kind: AlertKind = Field(description="CAP message type")
    sequence: int = Field(ge=0, description="0 for the Alert, then rising")
    references: tuple[str, ...] = Field((), description="ids of the earlier alerts of this thread")
    severity: Severity = Field("Unknown", description="CAP severity")
    event_id: str = Field(description="the event, or the group for rules over time")
    event_revision: int = Field(description="revision of the event that rang")
    event_kind: str = Field(description="leaf kind of the event")
    title: Text = Field(description="one line for a person")
    reason: Text = Field(description="why it rang, in words")
    changes: tuple[Change, ...] = Field((), description="what changed since the one before")
    at: Instant = Field(description="time of the change in the event; not the clock")
    channels: tuple[str, ...] = Field((), description="names of the endpoints it goes to")
    event: Event | None = Field(None, description="the event as it was")
    digest: tuple[str, ...] = Field((), description="titles of what a limit held back")
    reference_times: tuple[Instant, ...] = Field(
        (), description="`at` of each alert in `references`, in the same order"
    )


# --------------------------------------------------------------------------- dead letters


class DeadLetter(Record):
    """A message that a step could not take, as it came, so that it can be replayed."""

    id: str = Field(description="deterministic id of step and source position")
    step: str = Field(description="poll, read, merge, alert, elastic, webhooks")
    reason: str = Field(description="one of streams.outcomes.DEAD_REASONS")
    detail: Text = Field(description="what exactly, for a person")
    topic: str | None = Field(None, description="topic it came from; None for a feed")
    partition: int | None = Field(None, description="partition it came from")
    offset: int | None = Field(None, description="offset it came from")
    source: str | None = Field(None, description="address of the feed or endpoint")
    key: str | None = Field(None, description="message key, base64")
    raw: str = Field(description="message bytes, base64; cut at 700,000 bytes")
    truncated: bool = Field(False, description="whether `raw` was cut")
    at: Instant = Field(description="when it was given up")


# --------------------------------------------------------------------------- feeds

Health = Literal["well", "new", "quiet", "silent", "failing", "gone", "removed"]


class FeedHealth(Record):
    """How one feed is doing, as its poller knows it; the newest one of a feed stands."""

    id: str = Field(description="deterministic id of the feed's address as configured")
    feed: str = Field(description="its address as configured; keys and tokens in it are masked")
    at: Instant = Field(description="when the poller said this")
    health: Health = Field(
        description="well, new (never polled), quiet (no item yet), silent, failing, gone (HTTP 410),"
        " removed (no longer configured)"
    )
    title: Text | None = Field(None, description="its title, as configured, else as it says")
    publisher: str | None = Field(None, description="the outlet's name")
    family: str | None = Field(None, description="owner group or wire the outlet belongs to")
    address: str | None = Field(None, description="where it is polled, if it moved for good")
    outcome: str | None = Field(None, description="what the last poll came to, e.g. not_modified")
    error: Text | None = Field(None, description="why the last poll failed, if it did")
    errors: int = Field(0, description="polls that failed in a row")
    last_try: Instant | None = Field(None, description="last poll")
    last_success: Instant | None = Field(None, description="last poll that found a feed")
    last_new: Instant | None = Field(
        None, description="last new item; at the first poll the newest date of its items"
    )
    next_at: Instant | None = Field(None, description="when it is polled next")
    because: str | None = Field(None, description="what decided the next poll, e.g. pace")
    interval: float | None = Field(None, description="seconds between two polls")
    usual_gap: float | None = Field(None, description="usual seconds between two new items")
    items_per_day: float | None = Field(None, description="new items in a day, by the usual gap")
    silent_after: Instant | None = Field(
        None, description="no new item until then is a silence, by the feed's own pace"
    )
    polls: int = Field(0, description="polls so far")
    articles: int = Field(0, description="articles it brought so far")
    versions: int = Field(0, description="changed versions of articles so far")
    overruns: int = Field(0, description="polls between which items were probably missed")
    pushed: bool = Field(False, description="whether a WebSub hub pushes its items")
    distrusts_validators: bool = Field(
        False, description="its ETag or Last-Modified lied, so it is always fetched whole"
    )
    problems: tuple[str, ...] = Field((), description="what is ill-formed in it")


# --------------------------------------------------------------------------- ticks


class Tick(Record):
    """The clock, as a message: lets rules over time run in order with the events."""

    at: Instant = Field(description="the time it was sent")


# --------------------------------------------------------------------------- the wire

RecordT = TypeVar("RecordT", bound=Record)


_OPENING = b'{"schema":%d,' % SCHEMA


def encode(record: Record) -> bytes:
    """Write a record as JSON bytes with its schema version; unknown values are left out."""
    body = record.model_dump_json(exclude_none=True, exclude_defaults=False)
    return _OPENING + body[1:].encode()


def decode(record_type: type[RecordT], raw: bytes | None) -> RecordT:
    """Read a record from the wire.

    Raises `WireError` (its `why` says what is wrong) for bytes that are not this record, and
    `UnknownSchemaError` for a schema version that this code does not know.
    """
    name = record_type.__name__
    if raw is None:
        raise WireError(name, "the message has no value")
    if len(raw) > MAX_RECORD_BYTES:
        raise WireError(name, f"{len(raw)} bytes is over the limit of {MAX_RECORD_BYTES}")
    if raw.startswith(_OPENING):  # as `encode` writes it: one pass is enough
        with suppress(ValidationError):  # what is wrong is said below
            return record_type.model_validate_json(raw)
    try:
        fields = _parse_object(raw)
    except (ValueError, RecursionError) as error:
        raise WireError(name, f"not a JSON object: {error}") from error
    schema = fields.pop("schema", None)
    if schema != SCHEMA:
        raise UnknownSchemaError(name, f"schema version {schema!r}, this code knows {SCHEMA}")
    try:
        return record_type.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or name
        raise WireError(
            name, f"{error.error_count()} problems, first {where}: {first['msg']}"
        ) from error


def _parse_object(raw: bytes) -> dict[str, Any]:
    fields = from_json(raw)
    if not isinstance(fields, dict):
        raise ValueError("the JSON is not an object")  # noqa: TRY004 - bad data, not a bug
    return fields
