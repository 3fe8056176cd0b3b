"""A parsed feed and what it showed before in; out, the letters to send and the items to remember.

Fetches the pages of the articles that need one; sends nothing itself.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from producers import metrics
from producers.articles import BACKFILL_AGE, Source, build_article, fit_wire, needs_page
from producers.feedlist import Feed
from producers.learning import Visit
from producers.links import hide_secrets
from producers.memory import FeedState, Memory, SeenItem
from producers.novelty import Judgement, Verdict, judge_items
from producers.pages import PageFetch, Pages
from producers.publish import Letter
from producers.publishers import Outlet, Outlets
from producers.settings import PollSettings
from streams.identity import article_version, deadletter_id
from streams.outcomes import DeadReason
from streams.records import Article, DeadLetter, encode
from streams.topics import ARTICLES, DEADLETTERS

BUSY_WINDOW = 5
"""Items; a smaller window that is all new says nothing of what was missed."""
WITHDRAWN = "withdrawn"
"""What an item shows whose article was taken back."""
_RAW_LIMIT = 700_000


@dataclass(slots=True)
class Harvest:
    """What one fetch of a feed brings."""

    letters: list[Letter] = field(default_factory=list)
    seen: list[SeenItem] = field(default_factory=list)
    claimed: list[str] = field(default_factory=list)
    """Articles that no other visit may send meanwhile."""


class Harvester:
    """Turns parsed feeds into letters; holds what that takes."""

    def __init__(
        self, settings: PollSettings, memory: Memory, outlets: Outlets, pages: Pages
    ) -> None:
        self._settings = settings
        self._memory = memory
        self._outlets = outlets
        self._pages = pages
        self._claims: dict[str, asyncio.Event] = {}

    def release(self, harvest: Harvest) -> None:
        """Let other visits go on with the articles of a harvest that is saved, or given up."""
        for article in harvest.claimed:
            self._claims.pop(article).set()
        harvest.claimed.clear()

    async def _claim(self, feed: str, articles: Sequence[str], harvest: Harvest) -> set[str]:
        """Claim new articles, and return those that another feed has brought before.

        Two sections of a paper that are polled at the same time bring the same story: the second
        waits until the first is saved. Whoever waits holds nothing, so nobody waits in a circle.
        """
        while held := [self._claims[article] for article in articles if article in self._claims]:
            await held[0].wait()
        elsewhere = self._memory.find_elsewhere(feed, articles)
        harvest.claimed += [article for article in articles if article not in elsewhere]
        self._claims |= {article: asyncio.Event() for article in harvest.claimed}
        return elsewhere

    async def harvest(  # noqa: PLR0913 - what a fetch is made of
        self,
        feed: Feed,
        state: FeedState,
        visit: Visit,
        source: Source,
        before: Sequence[SeenItem],
        *,
        present: Sequence[SeenItem] = (),
        raws: Sequence[str | None] = (),
        pushed: bool = False,
    ) -> Harvest:
        """Judge the items of a feed and write the letters of those that are new or changed."""
        judged = judge_items(
            feed.url,
            source.parsed.items,
            before,
            shared_urls=state.shared_urls,
            present=present,
            raws=raws,
        )
        state.shared_urls = judged.shared_urls
        fresh = [verdict.article for verdict in judged.in_state("new")]
        harvest = Harvest()
        elsewhere = await self._claim(feed.url, fresh, harvest)
        wanted = {
            verdict.article: verdict
            for verdict in judged.in_state("new", "changed", "retry")
            if verdict.article not in elsewhere
        }
        try:
            pages = await self._fetch_pages(feed, list(wanted.values()), source, visit)
        except BaseException:
            self.release(harvest)
            raise
        for verdict in judged.verdicts:
            if verdict.article in wanted:
                self._take(feed, verdict, source, pages.get(verdict.article), visit, harvest)
            else:
                harvest.seen.append(_remember(verdict, verdict.shown))
        self._take_back(feed, source, before, visit, harvest)
        visit.items = len(source.parsed.items) + len(present)
        visit.overran = not (pushed or present) and _has_overrun(judged, state)
        if judged.empty:
            visit.notes.append(f"{judged.empty} items say nothing")
        return harvest

    def _take(
        self,
        feed: Feed,
        verdict: Verdict,
        source: Source,
        fetched: PageFetch | None,
        visit: Visit,
        harvest: Harvest,
    ) -> None:
        item = verdict.item
        outlet = _override(self._outlets.name(item.link or source.parsed.link, feed.url), feed)
        page = fetched.page if fetched else None
        article = build_article(item, verdict.article, source, outlet, page)
        if fetched is not None and fetched.outcome == "gone" and verdict.state == "changed":
            article = article.model_copy(update={"withdrawn": True})
        tries = 0
        if fetched is not None and fetched.outcome == "failed":
            tries = 1 + (verdict.before.page_tries if verdict.before else 0)
        harvest.seen.append(_remember(verdict, article.version, tries))
        if verdict.before is None or verdict.before.version != article.version:
            harvest.letters.append(_write(article, verdict, visit, source.fetched))

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
        self,
        feed: Feed,
        source: Source,
        before: Sequence[SeenItem],
        visit: Visit,
        harvest: Harvest,
    ) -> None:
        """Withdraw the articles that the feed's tombstones name."""
        by_guid = {item.guid: item for item in before if item.guid}
        for guid in source.parsed.deleted:
            item = by_guid.get(guid)
            if item is None or item.shown == WITHDRAWN:
                continue
            outlet = _override(self._outlets.name(item.url, feed.url), feed)
            article = Article(
                id=item.article,
                version=article_version(item.title, "", WITHDRAWN),
                feed=hide_secrets(feed.url),
                feed_title=source.parsed.title,
                guid=guid,
                url=item.url,
                publisher=outlet.name,
                family=outlet.family,
                title=item.title,
                fetched=source.fetched,
                withdrawn=True,
            )
            harvest.letters.append(Letter(ARTICLES.name, article.id, encode(article)))
            harvest.seen.append(
                replace(item, shown=WITHDRAWN, version=article.version, page_tries=0, raw=None)
            )
            visit.withdrawn += 1


def build_dead_letter(
    feed: str, reason: DeadReason, detail: str, raw: bytes, *, mark: str, now: dt.datetime
) -> Letter:
    """Write the dead letter of a feed's bytes; `mark` tells these bytes from others of the feed."""
    metrics.DEAD.labels(reason).inc()
    letter = DeadLetter(
        id=deadletter_id("poll", f"{feed} {mark}"),
        step="poll",
        reason=reason,
        detail=detail,
        source=hide_secrets(feed),
        raw=base64.b64encode(raw[:_RAW_LIMIT]).decode("ascii"),
        truncated=len(raw) > _RAW_LIMIT,
        at=now,
    )
    return Letter(DEADLETTERS.name, letter.id, encode(letter))


def _write(article: Article, verdict: Verdict, visit: Visit, now: dt.datetime) -> Letter:
    value = fit_wire(article)
    if value is None:
        raw = encode(article)
        detail = f"{len(raw)} bytes, and not for its text"
        return build_dead_letter(
            article.feed, "too_large", detail, raw, mark=article.version, now=now
        )
    if article.withdrawn:
        visit.withdrawn += 1
    elif verdict.state == "new":
        visit.new += 1
    else:
        visit.changed += 1
    return Letter(ARTICLES.name, article.id, value)


def _remember(verdict: Verdict, version: str, page_tries: int = 0) -> SeenItem:
    before = verdict.before
    unchanged = verdict.state == "unchanged" and before is not None
    return SeenItem(
        article=verdict.article,
        guid=verdict.guid,
        content=verdict.content,
        url=verdict.url,
        title=verdict.item.title[:300],
        published=verdict.item.published.timestamp() if verdict.item.published else None,
        shown=verdict.shown,
        version=before.version if unchanged and before else version,
        page_tries=before.page_tries if unchanged and before else page_tries,
        raw=verdict.raw,
    )


def _override(outlet: Outlet, feed: Feed) -> Outlet:
    """Let the configured feed say who publishes."""
    name = feed.publisher or outlet.name
    return Outlet(
        name=name,
        family=feed.family or (name if feed.publisher else outlet.family),
        country=feed.country or outlet.country,
        zone=feed.zone or outlet.zone,
        language=feed.language or outlet.language,
    )


def _has_overrun(judged: Judgement, state: FeedState) -> bool:
    """Tell whether items were probably missed: nothing in the window was there the last time."""
    return (
        state.fetched_first
        and len(judged.verdicts) >= BUSY_WINDOW
        and all(verdict.before is None for verdict in judged.verdicts)
    )
