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
    raw: str | None = None
    """Hash of the item's bytes, where it may stand for the item the next time."""


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
    feed: str,
    items: Sequence[Item],
    before: Iterable[SeenItem] = (),
    *,
    shared_urls: Sequence[str] = (),
    present: Sequence[SeenItem] = (),
    raws: Sequence[str | None] = (),
) -> Judgement:
    """Judge the items of one fetch against what the feed showed before.

    `present` are items that stand in the feed unchanged and were not parsed again; `raws` are the
    hashes of the bytes of `items`, where they are known.
    """
    known = list(before)
    here = [(item.url, fold_text(item.title), item.guid) for item in present]
    urls = [identity_url(item.url) for item in items]
    here += [
        (url, fold_text(item.title[:300]), item.guid) for url, item in zip(urls, items, strict=True)
    ]
    shared = dict.fromkeys(shared_urls) | dict.fromkeys(_find_shared_urls(here))
    shared_guids = _find_shared_guids(here)
    usable = [url if url not in shared else None for url in urls]
    finder = _Finder(feed, known, usable)
    verdicts: dict[str, Verdict] = {}
    ids: list[str | None] = []
    repeated = 0
    hashes = raws or [None] * len(items)
    for item, url, raw in zip(items, usable, hashes, strict=True):
        if not (item.title or item.summary or item.text):
            ids.append(None)
            continue
        guid = item.guid if item.guid not in shared_guids else None
        verdict = finder.judge(item, url, guid, raw if _is_settled(item) else None)
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


def _is_settled(item: Item) -> bool:
    """Tell whether the same bytes will be read the same the next time; a date may come to pass."""
    return item.date_problem != "future"


class _Finder:
    """Finds an item among those the feed showed before."""

    def __init__(self, feed: str, known: Sequence[SeenItem], urls: Sequence[str | None]) -> None:
        self._feed = feed
        self._by_article = {item.article: item for item in known}
        self._by_url = {item.url: item for item in known if item.url}
        self._by_guid = {item.guid: item for item in known if item.guid}
        self._by_content = {item.content: item for item in known}
        self._urls_now = {url for url in urls if url}

    def judge(self, item: Item, url: str | None, guid: str | None, raw: str | None) -> Verdict:
        content = _hash_content(item, url)
        shown = article_version(item.title, item.summary, item.text)
        before = self._find(item, url, guid, content)
        if before is None:
            fresh = article_id(url, guid, self._feed, f"{item.title} {item.summary}")
            state: State = "new"
            if fresh in self._by_article:  # a reused guid: the old article keeps its id
                fresh = article_id(None, f"{guid} {content}", self._feed, "")
            return Verdict(item, fresh, state, shown, content, url, guid, raw=raw)
        if before.shown != shown:
            state = "changed"
        elif 0 < before.page_tries < MAX_PAGE_TRIES:
            state = "retry"
        else:
            state = "unchanged"
        url = url or before.url
        return Verdict(item, before.article, state, shown, content, url, guid, before, raw)

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


def _find_shared_urls(here: Sequence[tuple[str | None, str, str | None]]) -> list[str]:
    """Find addresses under which one feed lists several items, by title and by guid."""
    titles: defaultdict[str, set[str]] = defaultdict(set)
    guids: defaultdict[str, set[str | None]] = defaultdict(set)
    for url, title, guid in here:
        if url:
            titles[url].add(title)
            guids[url].add(guid)
    return [
        url
        for url, named in titles.items()
        if len(named) > 1 and (len(guids[url]) > 1 or guids[url] == {None})
    ]


def _find_shared_guids(here: Sequence[tuple[str | None, str, str | None]]) -> set[str]:
    """Find guids that one feed gives to several items."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for url, title, guid in here:
        if guid:
            holders[guid].add(url or title)
    return {guid for guid, held in holders.items() if len(held) > 1}
