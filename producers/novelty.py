"""A feed's items and what it showed before in; out, which articles are new, changed or known.

An article is known by its canonical address; then by its guid, when the address changed but title or
date did not; then by what it says, for feeds that issue new guids and addresses at every fetch. A
guid that turns up with another address *and* title *and* date was reused and names a new article.
Within one feed, an address or guid that several different items share names none of them.

Nothing is sent twice because its tracking parameters, scheme or guid changed; nothing is swallowed
because a feed gives every item the address of its front page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from producers.items import Item
from producers.links import identity_url
from producers.memory import SeenItem
from streams.identity import article_id, article_version, build_id, fold_text

State = Literal["new", "changed", "unchanged", "retry"]
MAX_PAGE_TRIES = 3
MAX_SHARED = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an item is to us."""

    item: Item
    article: str
    """Article id."""
    state: State
    shown: str
    """Version of what the feed shows."""
    content: str
    url: str | None
    guid: str | None
    before: SeenItem | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts on one fetch of a feed."""

    verdicts: tuple[Verdict, ...]
    shared_urls: tuple[str, ...]
    """Addresses that several items have shared; they name no article in this feed."""
    empty: int = 0
    """Items that say nothing at all."""
    repeated: int = 0
    """Items that stand in the feed more than once."""
    ids: tuple[str | None, ...] = ()
    """The article id of every item, in the feed's order; None for one that says nothing."""

    def in_state(self, *states: State) -> tuple[Verdict, ...]:
        """List the verdicts of these states."""
        return tuple(verdict for verdict in self.verdicts if verdict.state in states)


def judge_items(
    feed: str, items: Sequence[Item], before: Iterable[SeenItem], shared_urls: Sequence[str] = ()
) -> Judgement:
    """Judge the items of one fetch against what the feed showed before."""
    known = list(before)
    urls = [identity_url(item.url) for item in items]
    shared = dict.fromkeys(shared_urls) | dict.fromkeys(_find_shared_urls(urls, items))
    shared_guids = _find_shared_guids(urls, items)
    usable = [url if url not in shared else None for url in urls]
    finder = _Finder(feed, known, usable)
    verdicts: dict[str, Verdict] = {}
    ids: list[str | None] = []
    repeated = 0
    for item, url in zip(items, usable, strict=True):
        if not (item.title or item.summary or item.text):
            ids.append(None)
            continue
        guid = item.guid if item.guid not in shared_guids else None
        verdict = finder.judge(item, url, guid)
        ids.append(verdict.article)
        if verdict.article in verdicts:
            repeated += 1
            continue
        verdicts[verdict.article] = verdict
    return Judgement(
        tuple(verdicts.values()),
        tuple(shared)[-MAX_SHARED:],
        empty=ids.count(None),
        repeated=repeated,
        ids=tuple(ids),
    )


class _Finder:
    """Finds an item among those the feed showed before."""

    def __init__(self, feed: str, known: Sequence[SeenItem], urls: Sequence[str | None]) -> None:
        self._feed = feed
        self._by_article = {item.article: item for item in known}
        self._by_url = {item.url: item for item in known if item.url}
        self._by_guid = {item.guid: item for item in known if item.guid}
        self._by_content = {item.content: item for item in known}
        self._urls_now = {url for url in urls if url}

    def judge(self, item: Item, url: str | None, guid: str | None) -> Verdict:
        content = _hash_content(item, url)
        shown = article_version(item.title, item.summary, item.text)
        before = self._find(item, url, guid, content)
        if before is None:
            fresh = article_id(url, guid, self._feed, f"{item.title} {item.summary}")
            state: State = "new"
            if fresh in self._by_article:  # a reused guid: the old article keeps its id
                fresh = article_id(None, f"{guid} {content}", self._feed, "")
            return Verdict(item, fresh, state, shown, content, url, guid)
        if before.shown != shown:
            state = "changed"
        elif 0 < before.page_tries < MAX_PAGE_TRIES:
            state = "retry"
        else:
            state = "unchanged"
        return Verdict(item, before.article, state, shown, content, url or before.url, guid, before)

    def _find(self, item: Item, url: str | None, guid: str | None, content: str) -> SeenItem | None:
        if url and (found := self._by_url.get(url)):
            return found
        if guid and (found := self._by_guid.get(guid)) and _is_same(item, url, found):
            return found
        found = self._by_content.get(content)
        if found is not None and (found.url is None or found.url not in self._urls_now):
            return found
        return None


def _is_same(item: Item, url: str | None, found: SeenItem) -> bool:
    return (url is None and found.url is None) or _says_same(item, found)


def _says_same(item: Item, found: SeenItem) -> bool:
    if fold_text(item.title[:300]) == fold_text(found.title):
        return True
    published = item.published.timestamp() if item.published else None
    return published is not None and published == found.published


def _hash_content(item: Item, url: str | None) -> str:
    """Hash what an item says; with its date where it has an address, since columns repeat their words."""
    date = item.published.isoformat() if url and item.published else None
    return build_id("c1", fold_text(item.title), fold_text(item.summary or item.text[:2000]), date)


def _find_shared_urls(urls: Sequence[str | None], items: Sequence[Item]) -> list[str]:
    """Find addresses under which one feed lists several items, by title and by guid."""
    titles: defaultdict[str, set[str]] = defaultdict(set)
    guids: defaultdict[str, set[str | None]] = defaultdict(set)
    for url, item in zip(urls, items, strict=True):
        if url:
            titles[url].add(fold_text(item.title))
            guids[url].add(item.guid)
    return [
        url
        for url, named in titles.items()
        if len(named) > 1 and (len(guids[url]) > 1 or guids[url] == {None})
    ]


def _find_shared_guids(urls: Sequence[str | None], items: Sequence[Item]) -> set[str]:
    """Find guids that one feed gives to several items."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for url, item in zip(urls, items, strict=True):
        if item.guid:
            holders[item.guid].add(url or fold_text(item.title))
    return {guid for guid, held in holders.items() if len(held) > 1}
