"""One feed in, one visit made: fetched, parsed, judged, published, and only then remembered.

The order is the promise: a feed's state is saved after Kafka has acknowledged its articles, so a kill
at any point repeats at most this visit. Bodies that a WebSub hub pushes take the same way.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import time
from collections.abc import Callable, Sequence

from producers import metrics
from producers.articles import Source
from producers.feedlist import Feed
from producers.fetch import Failure, Fetcher, Reply
from producers.harvest import Harvester, build_dead_letter
from producers.hosts import Hosts
from producers.items import NotAFeed, ParsedFeed
from producers.learning import (
    Visit,
    count_visit,
    follow_move,
    keep_feed_facts,
    keep_validators,
    watch_validators,
)
from producers.links import host_of
from producers.memory import FeedState, Memory, SeenItem
from producers.outcomes import PollOutcome
from producers.pages import Pages
from producers.publish import Publisher
from producers.publishers import Outlets
from producers.schedule import Learnt, Manners, plan_poll, read_retry_after, read_server_wait
from producers.settings import PollSettings
from producers.slices import cut_known_items
from producers.workers import Runner, WorkerFailure
from streams.logs import get_log

WHOLE_EVERY = 20
"""After so many answers of 304 the body is fetched whole once: validators can lie."""
_FAILURE_OUTCOMES: dict[str, PollOutcome] = {
    "unsafe": "unsafe",
    "too_large": "too_large",
    "bomb": "too_large",
}


class Visitor:
    """Makes visits; holds what they all share."""

    def __init__(  # noqa: PLR0913 - the parts that all visits share
        self,
        settings: PollSettings,
        *,
        fetcher: Fetcher,
        workers: Runner,
        hosts: Hosts,
        memory: Memory,
        publisher: Publisher,
        outlets: Outlets,
        now: Callable[[], dt.datetime],
        jitter: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._workers = workers
        self._hosts = hosts
        self._memory = memory
        self._publisher = publisher
        self._now = now
        self._jitter = jitter
        self._harvester = Harvester(settings, memory, outlets, Pages(fetcher, workers, hosts))
        # fetching pages waits for hosts, not for us: it must not hold up other feeds
        self._phase = asyncio.Semaphore(settings.concurrency)
        self._log = get_log("poll")

    async def visit(self, feed: Feed, state: FeedState) -> Visit:
        """Poll a feed and update its state."""
        visit = Visit(feed.url)
        started = time.monotonic()
        with metrics.ACTIVE.track_inprogress():
            async with self._phase:
                reply = await self._fetch(state)
            if isinstance(reply, Failure):
                visit.outcome = _FAILURE_OUTCOMES.get(reply.kind, "unreachable")
                visit.detail = f"{reply.kind}: {reply.detail}"[:300]
                self._settle(feed, state, visit)
            else:
                await self._take_reply(feed, state, visit, reply)
        self._report(visit, state, time.monotonic() - started)
        return visit

    async def deliver(
        self, feed: Feed, state: FeedState, body: bytes, content_type: str | None
    ) -> Visit:
        """Take a body that the feed's hub pushed."""
        visit = Visit(feed.url)
        started = time.monotonic()
        await self._take_body(feed, state, visit, body, content_type)
        self._report(visit, state, time.monotonic() - started)
        return visit

    async def _fetch(self, state: FeedState) -> Reply | Failure:
        headers: dict[str, str] = {}
        whole = state.distrusts_validators or state.since_whole >= WHOLE_EVERY or state.pages_owed
        if state.etag and not whole:
            headers["If-None-Match"] = state.etag
        if state.last_modified and not whole:
            headers["If-Modified-Since"] = state.last_modified
        async with self._hosts.turn(host_of(state.address)):
            return await self._fetcher.get(state.address, headers)

    async def _take_reply(self, feed: Feed, state: FeedState, visit: Visit, reply: Reply) -> None:
        now = self._now()
        visit.status = reply.status
        visit.server_wait = read_server_wait(reply.headers, now)
        if 200 <= reply.status < 300:
            content_type = reply.headers.get("content-type")
            await self._take_body(feed, state, visit, reply.body, content_type, reply=reply)
            return
        if reply.status == 304:
            visit.outcome = "not_modified"
            state.since_whole += 1
            follow_move(state, reply, visit)
        else:
            visit.outcome = _name_status(reply.status)
            visit.detail = f"HTTP {reply.status}"
            visit.retry_after = read_retry_after(reply.headers.get("retry-after"), now)
            if reply.status in {429, 503} and visit.retry_after is not None:
                # it is the server that asked, so all of its feeds and pages wait
                self._hosts.pause(host_of(reply.url), min(visit.retry_after, 86_400.0))
            state.gone = reply.status == 410
        self._settle(feed, state, visit)

    async def _take_body(
        self,
        feed: Feed,
        state: FeedState,
        visit: Visit,
        body: bytes,
        content_type: str | None,
        *,
        reply: Reply | None = None,
    ) -> None:
        """Take a body; without a `reply`, a hub has pushed it."""
        body_hash = hashlib.blake2b(body, digest_size=16).hexdigest()
        if reply is not None and body_hash == state.body_hash and not state.pages_owed:
            visit.outcome = "unchanged"
            keep_validators(state, reply)
            follow_move(state, reply, visit)
            self._settle(feed, state, visit)
            return
        now = self._now()
        before = self._memory.load_items(feed.url)
        by_raw = {item.raw: item for item in before if item.raw and not item.page_tries}
        sliced = cut_known_items(body, by_raw)
        present = [by_raw[raw] for raw in dict.fromkeys(sliced.known)]
        async with self._phase:
            parsed = await self._workers.run(
                "parse",
                body=sliced.body,
                url=reply.url if reply else state.address,
                now=now,
                content_type=content_type,
            )
        if not isinstance(parsed, ParsedFeed):
            await self._bury(state, visit, parsed, body, body_hash, now)
            self._settle(feed, state, visit)
            return
        # only a well-formed feed whose items were all found may be sliced the next time
        trusted = not parsed.problems and len(parsed.items) == len(sliced.raws)
        harvest = await self._harvester.harvest(
            feed,
            state,
            visit,
            Source(feed.url, parsed, now, first=not state.fetched_first),
            before,
            present=present,
            raws=sliced.raws if trusted else (),
            pushed=reply is None,
        )
        try:
            async with self._phase:
                await self._publisher.publish(harvest.letters)
            visit.outcome = (
                "articles" if harvest.letters else "nothing_new" if visit.items else "no_items"
            )
            if reply is not None:
                follow_move(state, reply, visit)
                watch_validators(state, reply, visit)
                keep_validators(state, reply)
                state.body_hash = body_hash
            keep_feed_facts(state, parsed, reply)
            still = [item.article for item in present]
            self._settle(feed, state, visit, harvest.seen, still, parsed=parsed)
        finally:
            self._harvester.release(harvest)

    async def _bury(
        self,
        state: FeedState,
        visit: Visit,
        parsed: NotAFeed | WorkerFailure,
        body: bytes,
        body_hash: str,
        now: dt.datetime,
    ) -> None:
        """Send a body that is no feed to the dead letters, once."""
        if isinstance(parsed, NotAFeed):
            visit.outcome, visit.detail = "not_a_feed", parsed.reason
        else:
            visit.outcome, visit.detail = "parse_failed", f"{parsed.kind}: {parsed.detail}"
        if body_hash == state.dead_hash:
            return
        letter = build_dead_letter(
            state.feed, "feed_unparseable", visit.detail, body, mark=body_hash, now=now
        )
        async with self._phase:
            await self._publisher.publish([letter])
        state.dead_hash = body_hash

    def _settle(
        self,
        feed: Feed,
        state: FeedState,
        visit: Visit,
        seen: Sequence[SeenItem] = (),
        still: Sequence[str] = (),
        *,
        parsed: ParsedFeed | None = None,
    ) -> None:
        """Plan the next visit and save what this one learnt."""
        now = self._now()
        count_visit(state, visit, parsed, seen, now)
        floor = feed.floor or self._settings.floor
        plan = plan_poll(
            Learnt(
                failed=visit.failed,
                errors=state.errors,
                interval=state.interval,
                gap=state.gap,
                new=visit.new,
                overran=visit.overran,
                pushed=state.is_pushed(now),
                server_wait=visit.server_wait,
                feed_wait=state.ttl,
                retry_after=visit.retry_after,
                skip_hours=state.skip_hours,
                skip_days=state.skip_days,
            ),
            Manners(
                floor=floor,
                ceiling=max(feed.ceiling or self._settings.ceiling, floor),
                start=max(self._settings.start, floor),
            ),
            now,
            self._jitter(),
        )
        state.next_at, state.because = plan.at, plan.because
        if not visit.failed:
            state.interval = plan.interval
        self._memory.save(state, seen, still, now=now)

    def _report(self, visit: Visit, state: FeedState, seconds: float) -> None:
        metrics.POLLS.labels(visit.outcome).inc()
        metrics.SECONDS.observe(seconds)
        for kind in ("new", "changed", "withdrawn"):
            metrics.ARTICLES.labels(kind).inc(getattr(visit, kind))
        if visit.overran:
            metrics.OVERRUNS.inc()
        facts = {
            "status": visit.status,
            "items": visit.items or None,
            "new": visit.new or None,
            "changed": visit.changed or None,
            "withdrawn": visit.withdrawn or None,
            "pages": visit.pages or None,
            "detail": visit.detail,
            "notes": visit.notes or None,
            "missed_items": True if visit.overran else None,
        }
        log = self._log.warning if visit.failed else self._log.info
        log(
            "feed was polled",
            feed=visit.feed,
            outcome=visit.outcome,
            seconds=round(seconds, 3),
            next_at=state.next_at.isoformat(timespec="seconds"),
            because=state.because,
            **{name: value for name, value in facts.items() if value is not None},
        )


def _name_status(status: int) -> PollOutcome:
    if status == 410:
        return "gone"
    if status == 404:
        return "not_found"
    return "rate_limited" if status in {429, 503} else "http_error"
