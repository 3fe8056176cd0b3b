"""One feed in, one visit made: fetched, parsed, judged, published, and only then remembered.

The order is the promise: a feed's state is saved after Kafka has acknowledged its articles, so a kill
at any point repeats at most this visit. Bodies that a WebSub hub pushes take the same way.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from producers import metrics
from producers.articles import BACKFILL_AGE, Source, build_article, fit_wire, needs_page
from producers.feedlist import Feed
from producers.fetch import Failure, Fetcher, Reply
from producers.hosts import Hosts
from producers.items import NotAFeed, ParsedFeed
from producers.links import host_of
from producers.memory import FeedState, Memory, SeenItem
from producers.novelty import Judgement, Verdict, judge_items
from producers.outcomes import FAILED, PollOutcome
from producers.pages import PageFetch, Pages
from producers.publish import Letter, Publisher
from producers.publishers import Outlet, Outlets
from producers.schedule import (
    Learnt,
    Manners,
    first_gap,
    plan_poll,
    read_retry_after,
    read_server_wait,
    smooth_gap,
)
from producers.settings import PollSettings
from producers.workers import WorkerFailure, Workers
from streams.identity import article_version, deadletter_id
from streams.logs import get_log
from streams.outcomes import DeadReason
from streams.records import Article, DeadLetter, encode
from streams.topics import ARTICLES, DEADLETTERS

WHOLE_EVERY = 20
"""After so many answers of 304 the body is fetched whole once: validators can lie."""
MOVE_AFTER = 3
"""Sightings of the same permanent redirect before the feed's address moves."""
BUSY_WINDOW = 5
"""Items; a smaller window that is all new says nothing of what was missed."""
_RAW_LIMIT = 700_000
_FAILURE_OUTCOMES: dict[str, PollOutcome] = {
    "unsafe": "unsafe",
    "too_large": "too_large",
    "bomb": "too_large",
}


@dataclass(slots=True)
class Visit:
    """What one visit came to, for the log line and the table."""

    feed: str
    outcome: PollOutcome = "unreachable"
    status: int | None = None
    detail: str | None = None
    items: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    pages: int = 0
    overran: bool = False
    retry_after: float | None = None
    server_wait: float | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Tell whether the visit brought no feed."""
        return self.outcome in FAILED


class Visitor:
    """Makes visits; holds what they all share."""

    def __init__(  # noqa: PLR0913 - the parts that all visits share
        self,
        settings: PollSettings,
        *,
        fetcher: Fetcher,
        workers: Workers,
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
        self._outlets = outlets
        self._now = now
        self._jitter = jitter
        self._pages = Pages(fetcher, workers, hosts)
        # fetching pages waits for hosts, not for us: it must not hold up other feeds
        self._phase = asyncio.Semaphore(settings.concurrency)
        self._log = get_log("poll")

    async def visit(self, feed: Feed, state: FeedState) -> Visit:
        """Poll a feed and update its state."""
        visit = Visit(feed.url)
        started = time.monotonic()
        metrics.ACTIVE.inc()
        try:
            async with self._phase:
                reply = await self._fetch(state)
            if isinstance(reply, Failure):
                visit.outcome = _FAILURE_OUTCOMES.get(reply.kind, "unreachable")
                visit.detail = f"{reply.kind}: {reply.detail}"[:300]
                await self._settle(feed, state, visit)
            else:
                await self._take_reply(feed, state, visit, reply)
        finally:
            metrics.ACTIVE.dec()
        self._report(visit, state, time.monotonic() - started)
        return visit

    async def deliver(
        self, feed: Feed, state: FeedState, body: bytes, content_type: str | None
    ) -> Visit:
        """Take a body that the feed's hub pushed."""
        visit = Visit(feed.url)
        started = time.monotonic()
        await self._take_body(feed, state, visit, body, content_type, pushed=True)
        self._report(visit, state, time.monotonic() - started)
        return visit

    async def _fetch(self, state: FeedState) -> Reply | Failure:
        headers: dict[str, str] = {}
        if not state.distrusts_validators and state.since_whole < WHOLE_EVERY:
            if state.etag:
                headers["If-None-Match"] = state.etag
            if state.last_modified:
                headers["If-Modified-Since"] = state.last_modified
        async with self._hosts.turn(host_of(state.address)):
            return await self._fetcher.get(state.address, headers)

    async def _take_reply(self, feed: Feed, state: FeedState, visit: Visit, reply: Reply) -> None:
        now = self._now()
        visit.status = reply.status
        visit.server_wait = read_server_wait(reply.headers, now)
        if reply.status == 304:
            visit.outcome = "not_modified"
            state.since_whole += 1
            _follow_move(state, reply, visit)
            await self._settle(feed, state, visit)
        elif 200 <= reply.status < 300:
            await self._take_body(
                feed, state, visit, reply.body, reply.headers.get("content-type"), reply=reply
            )
        else:
            visit.outcome = _name_status(reply.status)
            visit.detail = f"HTTP {reply.status}"
            visit.retry_after = read_retry_after(reply.headers.get("retry-after"), now)
            if reply.status in {429, 503} and visit.retry_after is not None:
                # it is the server that asked, so all of its feeds and pages wait
                self._hosts.pause(host_of(reply.url), min(visit.retry_after, 86_400.0))
            state.gone = reply.status == 410
            await self._settle(feed, state, visit)

    async def _take_body(
        self,
        feed: Feed,
        state: FeedState,
        visit: Visit,
        body: bytes,
        content_type: str | None,
        *,
        reply: Reply | None = None,
        pushed: bool = False,
    ) -> None:
        body_hash = hashlib.blake2b(body, digest_size=16).hexdigest()
        same_body = body_hash == state.body_hash and not state.pages_owed
        if same_body and not pushed:
            visit.outcome = "unchanged"
            if reply is not None:
                _keep_validators(state, reply)
                _follow_move(state, reply, visit)
            await self._settle(feed, state, visit)
            return
        now = self._now()
        async with self._phase:
            parsed = await self._workers.run(
                "parse",
                body=body,
                url=reply.url if reply else state.address,
                now=now,
                content_type=content_type,
            )
        if not isinstance(parsed, ParsedFeed):
            await self._bury(state, visit, parsed, body, body_hash, now)
            await self._settle(feed, state, visit)
            return
        if reply is not None:
            _follow_move(state, reply, visit)
        seen = await self._take_items(feed, state, visit, parsed, now, pushed=pushed)
        if reply is not None:
            _watch_validators(state, reply, visit)
            _keep_validators(state, reply)
            state.body_hash = body_hash
        _keep_feed_facts(state, parsed, reply)
        await self._settle(feed, state, visit, seen, parsed=parsed)

    async def _take_items(
        self,
        feed: Feed,
        state: FeedState,
        visit: Visit,
        parsed: ParsedFeed,
        now: dt.datetime,
        *,
        pushed: bool,
    ) -> list[SeenItem]:
        before = self._memory.load_items(feed.url)
        judged = judge_items(feed.url, parsed.items, before, state.shared_urls)
        state.shared_urls = judged.shared_urls
        fresh = judged.in_state("new")
        elsewhere = self._memory.find_elsewhere(feed.url, (one.article for one in fresh))
        source = Source(feed.url, parsed, now, first=not state.fetched_first)
        wanted = [
            verdict
            for verdict in judged.in_state("new", "changed", "retry")
            if verdict.article not in elsewhere
        ]
        pages = await self._fetch_pages(feed, wanted, source, visit)
        letters: list[Letter] = []
        seen: list[SeenItem] = []
        chosen = {verdict.article for verdict in wanted}
        for verdict in judged.verdicts:
            if verdict.article not in chosen:
                seen.append(_remember(verdict, verdict.shown, 0))
                continue
            page = pages.get(verdict.article)
            article = self._build(feed, verdict, source, page)
            tries = verdict.before.page_tries if verdict.state == "retry" and verdict.before else 0
            tries = tries + 1 if page is not None and page.outcome == "failed" else 0
            seen.append(_remember(verdict, article.version, tries))
            if verdict.before is not None and verdict.before.version == article.version:
                continue
            letters.append(self._write(article, verdict, visit, now))
        gone, taken_back = self._take_back(feed, parsed, before, source)
        letters += taken_back
        visit.withdrawn += len(taken_back)
        seen += gone
        visit.items = len(parsed.items)
        visit.overran = _has_overrun(judged, state, pushed=pushed)
        if judged.empty:
            visit.notes.append(f"{judged.empty} items say nothing")
        async with self._phase:
            await self._publisher.publish(letters)
        visit.outcome = "articles" if letters else "nothing_new" if parsed.items else "no_items"
        return seen

    def _write(self, article: Article, verdict: Verdict, visit: Visit, now: dt.datetime) -> Letter:
        value = fit_wire(article)
        if value is None:
            raw = encode(article)
            return _build_dead_letter(
                article.feed, "too_large", f"{len(raw)} bytes", raw, article.version, now
            )
        if article.withdrawn:
            visit.withdrawn += 1
        elif verdict.state == "new":
            visit.new += 1
        else:
            visit.changed += 1
        return Letter(ARTICLES.name, article.id, value)

    def _build(
        self, feed: Feed, verdict: Verdict, source: Source, fetched: PageFetch | None
    ) -> Article:
        item = verdict.item
        outlet = _override(self._outlets.name(item.link or source.parsed.link, feed.url), feed)
        article = build_article(
            item, verdict.article, source, outlet, fetched.page if fetched else None
        )
        if fetched is not None and fetched.outcome == "gone" and verdict.state == "changed":
            return article.model_copy(update={"withdrawn": True})
        return article

    async def _fetch_pages(
        self, feed: Feed, wanted: Sequence[Verdict], source: Source, visit: Visit
    ) -> dict[str, PageFetch]:
        full_text = self._settings.full_text if feed.full_text is None else feed.full_text
        if not full_text or not self._settings.pages_a_poll:
            return {}
        oldest = source.fetched - BACKFILL_AGE
        short = [
            verdict
            for verdict in wanted
            if needs_page(verdict.item, self._settings.full_text_enough)
            and not (source.first and verdict.item.published and verdict.item.published < oldest)
        ]
        short.sort(key=lambda verdict: verdict.item.published or source.fetched, reverse=True)
        short = short[: self._settings.pages_a_poll]
        found = await asyncio.gather(
            *(self._pages.fetch(verdict.item.link or "") for verdict in short)
        )
        for page in found:
            metrics.PAGES.labels(page.outcome).inc()
        visit.pages = sum(page.outcome == "text" for page in found)
        return {verdict.article: page for verdict, page in zip(short, found, strict=True)}

    def _take_back(
        self, feed: Feed, parsed: ParsedFeed, before: Sequence[SeenItem], source: Source
    ) -> tuple[list[SeenItem], list[Letter]]:
        """Withdraw the articles that the feed's tombstones name."""
        by_guid = {item.guid: item for item in before if item.guid}
        gone, letters = [], []
        for guid in parsed.deleted:
            item = by_guid.get(guid)
            if item is None or item.shown == _WITHDRAWN:
                continue
            outlet = _override(self._outlets.name(item.url, feed.url), feed)
            article = Article(
                id=item.article,
                version=article_version(item.title, "", _WITHDRAWN),
                feed=feed.url,
                feed_title=parsed.title,
                guid=guid,
                url=item.url,
                publisher=outlet.name,
                family=outlet.family,
                title=item.title,
                fetched=source.fetched,
                withdrawn=True,
            )
            letters.append(Letter(ARTICLES.name, article.id, encode(article)))
            gone.append(_replace_shown(item, _WITHDRAWN, article.version))
        return gone, letters

    async def _bury(
        self,
        state: FeedState,
        visit: Visit,
        parsed: NotAFeed | WorkerFailure,
        body: bytes,
        body_hash: str,
        now: dt.datetime,
    ) -> None:
        if isinstance(parsed, NotAFeed):
            visit.outcome, visit.detail = "not_a_feed", parsed.reason
        else:
            visit.outcome, visit.detail = "parse_failed", f"{parsed.kind}: {parsed.detail}"
        if body_hash == state.dead_hash:
            return
        letter = _build_dead_letter(
            state.feed, "feed_unparseable", visit.detail, body, body_hash, now
        )
        async with self._phase:
            await self._publisher.publish([letter])
        metrics.DEAD.labels("feed_unparseable").inc()
        state.dead_hash = body_hash

    async def _settle(
        self,
        feed: Feed,
        state: FeedState,
        visit: Visit,
        seen: Sequence[SeenItem] = (),
        *,
        parsed: ParsedFeed | None = None,
    ) -> None:
        """Plan the next visit and save what this one learnt."""
        now = self._now()
        _count(state, visit, parsed, seen, now)
        manners = Manners(
            floor=feed.floor or self._settings.floor,
            ceiling=max(feed.ceiling or self._settings.ceiling, feed.floor or 0),
            start=max(self._settings.start, feed.floor or 0),
        )
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
            manners,
            now,
            self._jitter(),
        )
        state.next_at, state.because = plan.at, plan.because
        if not visit.failed:
            state.interval = plan.interval
        self._memory.save(state, seen, now=now)

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


_WITHDRAWN = "withdrawn"


def _remember(verdict: Verdict, version: str, page_tries: int) -> SeenItem:
    item = verdict.item
    return SeenItem(
        article=verdict.article,
        guid=verdict.guid,
        content=verdict.content,
        url=verdict.url,
        title=item.title[:300],
        published=item.published.timestamp() if item.published else None,
        shown=verdict.shown,
        version=version
        if verdict.state != "unchanged" or verdict.before is None
        else verdict.before.version,
        page_tries=page_tries
        if verdict.state != "unchanged" or verdict.before is None
        else verdict.before.page_tries,
    )


def _replace_shown(item: SeenItem, shown: str, version: str) -> SeenItem:
    return SeenItem(
        item.article, item.guid, item.content, item.url, item.title, item.published, shown, version
    )


def _override(outlet: Outlet, feed: Feed) -> Outlet:
    """Let the configured feed say who publishes."""
    if not (feed.publisher or feed.family or feed.country or feed.language):
        return outlet
    name = feed.publisher or outlet.name
    return Outlet(
        name=name,
        family=feed.family or (name if feed.publisher else outlet.family),
        country=feed.country or outlet.country,
        zone=feed.zone or outlet.zone,
        language=feed.language or outlet.language,
    )


def _has_overrun(judged: Judgement, state: FeedState, *, pushed: bool) -> bool:
    """Tell whether items were probably missed: nothing in the window was there the last time."""
    return (
        state.fetched_first
        and not pushed
        and len(judged.verdicts) >= BUSY_WINDOW
        and all(verdict.before is None for verdict in judged.verdicts)
    )


def _follow_move(state: FeedState, reply: Reply, visit: Visit) -> None:
    if reply.moved_to is None or reply.moved_to == state.address:
        state.moved_to, state.moved_seen = None, 0
        return
    if reply.moved_to != state.moved_to:
        state.moved_to, state.moved_seen = reply.moved_to, 0
    state.moved_seen += 1
    if state.moved_seen < MOVE_AFTER:
        return
    if state.moved_to in state.former or state.moved_to == state.feed:
        visit.notes.append(f"moved back to {state.moved_to}; the address is kept")
        return
    state.former = (*state.former, state.address)[-10:]
    state.address, state.moved_to, state.moved_seen = reply.moved_to, None, 0
    visit.notes.append(f"moved for good to {state.address}")


def _watch_validators(state: FeedState, reply: Reply, visit: Visit) -> None:
    """Catch validators that lie: the articles changed, and the validators did not."""
    if not (visit.new or visit.changed) or not state.fetched_first:
        return
    etag, modified = reply.headers.get("etag"), reply.headers.get("last-modified")
    told = [(etag, state.etag), (modified, state.last_modified)]
    given = [(now, before) for now, before in told if now and before]
    if given and all(now == before for now, before in given) and not state.distrusts_validators:
        state.distrusts_validators = True
        visit.notes.append("its validators lie: they are not sent any more")


def _keep_validators(state: FeedState, reply: Reply) -> None:
    state.etag = (reply.headers.get("etag") or "")[:1000] or None
    state.last_modified = (reply.headers.get("last-modified") or "")[:200] or None
    state.since_whole = 0


def _keep_feed_facts(state: FeedState, parsed: ParsedFeed, reply: Reply | None) -> None:
    state.title = parsed.title or state.title
    state.ttl = parsed.ttl
    state.skip_hours, state.skip_days = parsed.skip_hours, parsed.skip_days
    state.problems = parsed.problems[:5]
    if reply is not None:
        links = read_links(reply.headers.get("link", ""))
        state.hub = next(iter((*links.get("hub", ()), *parsed.hubs)), None)
        state.topic = next(iter(links.get("self", ())), None) or parsed.self_url or state.address


def read_links(header: str) -> dict[str, list[str]]:
    """Read a Link header: relation to addresses."""
    links: dict[str, list[str]] = {}
    for part in header[:8000].split("<")[1:]:
        address, _, rest = part.partition(">")
        for parameter in rest.split(";"):
            name, _, value = parameter.strip().strip(",").partition("=")
            if name.strip().lower() == "rel":
                for relation in value.strip().strip('",').lower().split():
                    links.setdefault(relation, []).append(address.strip())
    return links


def _count(
    state: FeedState,
    visit: Visit,
    parsed: ParsedFeed | None,
    seen: Sequence[SeenItem],
    now: dt.datetime,
) -> None:
    before = state.last_new or state.last_success
    state.polls += 1
    state.last_try = now
    state.outcome = visit.outcome
    if visit.failed:
        state.errors += 1
        state.error = visit.detail or visit.outcome
        return
    state.errors, state.error = 0, None
    state.last_success = now
    state.articles += visit.new
    state.versions += visit.changed
    state.overruns += visit.overran
    if parsed is not None:
        state.window = len(parsed.items)
        state.pages_owed = sum(0 < item.page_tries < 3 for item in seen)
        if not state.fetched_first:
            dates = [item.published for item in parsed.items if item.published]
            state.gap = state.usual_gap = first_gap(dates)
            state.last_new = max(dates, default=None)
            state.fetched_first = True
            return
    if before is not None:
        state.gap = smooth_gap(state.gap, visit.new, (now - before).total_seconds())
        if visit.new:
            state.usual_gap = smooth_gap(state.usual_gap, visit.new, (now - before).total_seconds())
    if visit.new:
        state.last_new = now


def _name_status(status: int) -> PollOutcome:
    if status == 410:
        return "gone"
    if status == 404:
        return "not_found"
    return "rate_limited" if status in {429, 503} else "http_error"


def _build_dead_letter(
    feed: str, reason: DeadReason, detail: str, raw: bytes, mark: str, now: dt.datetime
) -> Letter:
    letter = DeadLetter(
        id=deadletter_id("poll", f"{feed} {mark}"),
        step="poll",
        reason=reason,
        detail=detail,
        source=feed,
        raw=base64.b64encode(raw[:_RAW_LIMIT]).decode("ascii"),
        truncated=len(raw) > _RAW_LIMIT,
        at=now,
    )
    return Letter(DEADLETTERS.name, letter.id, encode(letter))
