"""Valid records of every sort, written for the tests: `build_article()` and its sisters.

Each builder takes the fields that a test cares about as keywords and fills the rest with a small,
consistent story: a missile strike on Kryvyi Rih, as told by two outlets.
"""

from __future__ import annotations

import base64
import datetime as dt
import random
from typing import Any

from streams.identity import alert_id, article_id, article_version, build_id, deadletter_id, feed_id
from streams.identity import event_id as build_event_id
from streams.identity import mention_id as build_mention_id
from streams.lexicon.ontology import load_ontology
from streams.records import (
    Actor,
    Alert,
    Article,
    Change,
    Claim,
    DeadLetter,
    Event,
    FeedHealth,
    LedgerEntry,
    Link,
    Mention,
    Point,
    Quantity,
    Reason,
    Record,
    Span,
    Toll,
    When,
    Where,
)

PUBLISHED = dt.datetime(2023, 6, 13, 6, 30, tzinfo=dt.UTC)
FETCHED = dt.datetime(2023, 6, 13, 6, 42, tzinfo=dt.UTC)
SENTENCE = "A missile hit a block of flats in Kryvyi Rih, killing at least 11 people."


def build_when(start: dt.datetime = dt.datetime(2023, 6, 13, tzinfo=dt.UTC)) -> When:
    """Build the date of a day."""
    return When(
        start=start,
        end=start + dt.timedelta(days=1),
        date=start.date(),
        precision="day",
        anchor="published",
        rule="date.weekday.today",
        text="on Tuesday",
        span=Span(start=10, end=20),
    )


def build_where(**fields: Any) -> Where:
    """Build a place that was found."""
    given: dict[str, Any] = {
        "name": "Kryvyi Rih",
        "resolved": "Kryvyi Rih",
        "point": Point(lat=47.91, lon=33.39),
        "precision": 1,
        "country": "UA",
        "admin1": "Dnipropetrovsk",
        "feature": "settlement",
        "geoname_id": 703845,
        "rule": "place.gazetteer.only",
        "span": Span(start=40, end=50),
    }
    return Where(**given | fields)


def build_article(**fields: Any) -> Article:
    """Build an article."""
    url = fields.get("url", "https://news.example/world/strike-kryvyi-rih")
    given: dict[str, Any] = {
        "id": article_id(url, None, "https://news.example/rss", ""),
        "version": article_version("Missile strike", "", SENTENCE),
        "feed": "https://news.example/rss",
        "feed_title": "Example News",
        "guid": "tag:news.example,2023:1",
        "url": url,
        "link": f"{url}?utm_source=rss",
        "publisher": "Example News",
        "family": "Example Group",
        "title": "Missile strike kills 11 in Kryvyi Rih",
        "summary": "Rescuers search the rubble.",
        "text": f"{SENTENCE} The mayor confirmed it.",
        "text_source": "page",
        "language": "en",
        "authors": ("A. Writer",),
        "tags": ("Ukraine", "War"),
        "published": PUBLISHED,
        "published_from": "feed",
        "published_raw": "Tue, 13 Jun 2023 06:30:00 GMT",
        "published_offset": 0,
        "fetched": FETCHED,
    }
    return Article(**given | fields)


def build_mention(**fields: Any) -> Mention:
    """Build a mention."""
    article = fields.get("article_id", build_article().id)
    kind = fields.get("kind", "missile_strike")
    given: dict[str, Any] = {
        "id": build_mention_id(article, kind, SENTENCE, 0),
        "article_id": article,
        "article_version": build_article().version,
        "fetched": FETCHED,
        "published": PUBLISHED,
        "url": "https://news.example/world/strike-kryvyi-rih",
        "publisher": "Example News",
        "family": "Example Group",
        "language": "en",
        "genre": "report",
        "headline": "Missile strike kills 11 in Kryvyi Rih",
        "context": SENTENCE,
        "names": ("Oleksandr Vilkul",),
        "places": ("Kryvyi Rih", "Ukraine"),
        "blocks": ("UA:Dnipropetrovsk:attack",),
        "kind": kind,
        "main": True,
        "when": build_when(),
        "where": build_where(),
        "actors": (Actor(name="Russia", country="RU", sector="MIL"),),
        "targets": (Actor(name="block of flats", country="UA", sector="CVL"),),
        "numbers": (
            Quantity(
                measure="killed",
                value=11,
                low=11,
                unit="people",
                qualifier="at_least",
                text="at least 11 people",
                claimant="Oleksandr Vilkul",
            ),
        ),
        "claims": (
            Claim(claimant="Oleksandr Vilkul", stance="confirms", country="UA", sector="GOV"),
            Claim(claimant="Russia", stance="denies", country="RU", sector="GOV"),
            Claim(claimant="Example News", stance="asserts", sector="JRN", outlet=True),
        ),
        "sentence": SENTENCE,
        "span": Span(start=39, end=39 + len(SENTENCE)),
        "confidence": 0.9,
        "why": (Reason(field="kind", rule="kind.missile", score=0.95),),
    }
    return Mention(**given | fields)


def build_ledger_entry(**fields: Any) -> LedgerEntry:
    """Build a claim in a ledger."""
    given: dict[str, Any] = {
        "claimant": "Oleksandr Vilkul",
        "stance": "confirms",
        "words": "said",
        "numbers": build_mention().numbers,
        "sentence": SENTENCE,
        "at": PUBLISHED,
        "article_id": build_article().id,
        "mention_id": build_mention().id,
        "publisher": "Example News",
        "family": "Example Group",
        "url": "https://news.example/world/strike-kryvyi-rih",
    }
    return LedgerEntry(**given | fields)


def build_event(**fields: Any) -> Event:
    """Build an event."""
    mention = build_mention()
    given: dict[str, Any] = {
        "id": build_event_id(mention.id),
        "revision": 1,
        "kind": "missile_strike",
        "title": "Missile strike kills 11 in Kryvyi Rih",
        "summary": SENTENCE,
        "status": "contested",
        "when": build_when(),
        "where": build_where(),
        "actors": mention.actors,
        "targets": mention.targets,
        "tolls": (
            Toll(
                measure="killed",
                unit="people",
                low=11,
                best=11,
                high=13,
                qualifier="at_least",
                low_by="Oleksandr Vilkul",
                best_by="Oleksandr Vilkul",
                high_by="Second Paper",
                voices=2,
            ),
        ),
        "ledger": (
            build_ledger_entry(),
            build_ledger_entry(claimant="Russia", stance="denies", numbers=(), voice=1),
            build_ledger_entry(
                claimant="Ukraine",
                stance="accuses",
                of="Russia",
                numbers=(),
                at=PUBLISHED + dt.timedelta(hours=3),
                publisher="Second Paper",
                family="Second Group",
                voice=2,
            ),
        ),
        "publishers": ("Example News", "Second Paper"),
        "families": ("Example Group", "Second Group"),
        "voices": 3,
        "article_ids": (mention.article_id,),
        "mention_ids": (mention.id,),
        "links": (Link(mention_id=mention.id, score=1.0, parts={"place": 1.0, "time": 1.0}),),
        "block": "UA:Dnipropetrovsk:attack",
        "first_seen": PUBLISHED,
        "last_changed": PUBLISHED + dt.timedelta(hours=3),
    }
    return Event(**given | fields)


def build_alert(**fields: Any) -> Alert:
    """Build an alert."""
    event = fields.get("event", build_event())
    given: dict[str, Any] = {
        "id": alert_id("strikes", event.id, fields.get("sequence", 0)),
        "rule": "strikes",
        "kind": "Alert",
        "sequence": 0,
        "severity": "Severe",
        "event_id": event.id,
        "event_revision": event.revision,
        "event_kind": event.kind,
        "title": event.title,
        "reason": "killed.best is 11, the rule asks for 10",
        "changes": (Change(field="killed.best", before=None, after="11"),),
        "at": event.last_changed,
        "channels": ("desk",),
        "event": event,
    }
    return Alert(**given | fields)


def build_deadletter(**fields: Any) -> DeadLetter:
    """Build a dead letter."""
    offset = fields.get("offset", 7)
    given: dict[str, Any] = {
        "id": deadletter_id("read", f"tocsin.articles/0/{offset}"),
        "step": "read",
        "reason": "invalid_record",
        "detail": "1 problems, first id: Field required",
        "topic": "tocsin.articles",
        "partition": 0,
        "offset": offset,
        "key": base64.b64encode(b"key").decode(),
        "raw": base64.b64encode(b'{"schema":1}').decode(),
        "at": FETCHED,
    }
    return DeadLetter(**given | fields)


def build_feed(**fields: Any) -> FeedHealth:
    """Build the health of a feed that is polled well."""
    url = fields.get("feed", "https://news.example/rss")
    given: dict[str, Any] = {
        "id": feed_id(url),
        "feed": url,
        "at": FETCHED,
        "health": "well",
        "title": "Example News",
        "publisher": "Example News",
        "family": "Example Group",
        "outcome": "articles",
        "last_try": FETCHED,
        "last_success": FETCHED,
        "last_new": FETCHED,
        "next_at": FETCHED + dt.timedelta(minutes=15),
        "because": "pace",
        "interval": 900.0,
        "usual_gap": 3_600.0,
        "items_per_day": 24.0,
        "silent_after": FETCHED + dt.timedelta(days=1),
        "polls": 90,
        "articles": 60,
        "versions": 4,
        "problems": ("2 items without a date",),
    }
    return FeedHealth(**given | fields)


_PLACES = (
    ("Kryvyi Rih", "UA", "Dnipropetrovsk", 47.91, 33.39),
    ("Nairobi", "KE", "Nairobi", -1.29, 36.82),
    ("Manila", "PH", "Metro Manila", 14.6, 120.98),
    ("Lyon", "FR", "Auvergne-Rhone-Alpes", 45.75, 4.85),
    ("Bogota", "CO", "Bogota D.C.", 4.61, -74.08),
)
_OUTLETS = (
    ("Example News", "Example Group"),
    ("Second Paper", "Second Group"),
    ("Third Herald", "Third Group"),
    ("Example Evening", "Example Group"),
)
_STATUSES = ("claimed", "contested", "corroborated", "confirmed", "withdrawn")


def build_many(count: int, seed: int = 1, now: dt.datetime = PUBLISHED) -> dict[str, list[Record]]:
    """Build `count` articles with their mentions and events, and fewer alerts and dead letters.

    Times lie in the 20 days before `now`. The keys are the names of the shapes.
    """
    rng = random.Random(seed)
    kinds = list(load_ontology())
    made: dict[str, list[Record]] = {
        name: [] for name in ("articles", "mentions", "events", "alerts", "deadletters", "feeds")
    }
    for number in range(count):
        happened = now - dt.timedelta(days=rng.randrange(20), hours=rng.randrange(24))
        day = happened.replace(hour=0, minute=0, second=0, microsecond=0)
        published = happened + dt.timedelta(hours=rng.randrange(1, 24), seconds=number)
        fetched = published + dt.timedelta(minutes=rng.randrange(1, 90))
        name, country, admin1, lat, lon = rng.choice(_PLACES)
        where = build_where(
            name=name,
            resolved=name,
            country=country,
            admin1=admin1,
            point=Point(lat=lat + rng.random() / 10, lon=lon + rng.random() / 10),
        )
        publisher, family = rng.choice(_OUTLETS)
        kind = rng.choice(kinds)
        url = f"https://{publisher.split()[0].lower()}.example/{number}"
        article = build_article(
            url=url,
            feed=f"https://{publisher.split()[-1].lower()}.example/rss",
            publisher=publisher,
            family=family,
            title=f"{kind.replace('_', ' ').capitalize()} in {name}, report {number}",
            published=published,
            fetched=fetched,
        )
        killed = rng.randrange(1, 40)
        mention = build_mention(
            article_id=article.id,
            kind=kind,
            published=published,
            fetched=fetched,
            publisher=publisher,
            family=family,
            url=url,
            when=build_when(day),
            where=where,
        )
        entry = build_ledger_entry(
            at=published,
            article_id=article.id,
            mention_id=mention.id,
            publisher=publisher,
            family=family,
            url=url,
        )
        event = build_event(
            id=build_event_id(mention.id),
            kind=kind,
            title=article.title,
            status=rng.choice(_STATUSES),
            when=build_when(day),
            where=where,
            tolls=(
                Toll(
                    measure="killed",
                    unit="people",
                    low=killed,
                    best=killed,
                    high=killed + 2,
                    best_by=publisher,
                ),
            ),
            ledger=(
                entry,
                entry.model_copy(update={"claimant": "Russia", "stance": "denies", "numbers": ()}),
                entry.model_copy(
                    update={"claimant": "Ukraine", "stance": "accuses", "of": "Russia", "voice": 1}
                ),
            ),
            publishers=(publisher,),
            families=(family,),
            voices=rng.randrange(1, 4),
            article_ids=(article.id,),
            mention_ids=(mention.id,),
            first_seen=published,
            last_changed=published,
        )
        made["articles"].append(article)
        made["mentions"].append(mention)
        made["events"].append(event)
        if number % 5 == 0:
            made["alerts"].append(
                build_alert(event=event, kind=rng.choice(("Alert", "Update", "Cancel")))
            )
        if number % 10 == 0:
            made["feeds"].append(
                build_feed(
                    feed=f"https://{number}.example/rss",
                    at=fetched,
                    health=rng.choice(("well", "silent", "failing", "gone")),
                    error="HTTP 500",
                    errors=number,
                )
            )
            made["deadletters"].append(
                build_deadletter(
                    offset=number,
                    at=fetched,
                    id=build_id("d1", "sample", number),
                    reason=rng.choice(("invalid_record", "reader_failed", "feed_unparseable")),
                )
            )
    return made
