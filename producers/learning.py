"""What one visit saw in; out, the feed's state with what it learnt from it. Changes the state in place.

Pure but for that: no clock, no socket. The order of calls is the visitor's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from producers.fetch import Reply
from producers.items import ParsedFeed
from producers.memory import FeedState, SeenItem
from producers.novelty import MAX_PAGE_TRIES
from producers.outcomes import FAILED, PollOutcome
from producers.schedule import first_gap, smooth_gap

MOVE_AFTER = 3
"""Sightings of the same permanent redirect before the feed's address moves."""


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


def follow_move(state: FeedState, reply: Reply, visit: Visit) -> None:
    """Count permanent redirects, and move the feed's address when one has repeated."""
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


def watch_validators(state: FeedState, reply: Reply, visit: Visit) -> None:
    """Catch validators that lie: the articles changed, and the validators did not."""
    if not (visit.new or visit.changed) or not state.fetched_first:
        return
    etag, modified = reply.headers.get("etag"), reply.headers.get("last-modified")
    told = ((etag, state.etag), (modified, state.last_modified))
    given = [(now, before) for now, before in told if now and before]
    if given and all(now == before for now, before in given) and not state.distrusts_validators:
        state.distrusts_validators = True
        visit.notes.append("its validators lie: they are not sent any more")


def keep_validators(state: FeedState, reply: Reply) -> None:
    """Keep the validators of a body, verbatim."""
    state.etag = (reply.headers.get("etag") or "")[:1000] or None
    state.last_modified = (reply.headers.get("last-modified") or "")[:200] or None
    state.since_whole = 0


def keep_feed_facts(state: FeedState, parsed: ParsedFeed, reply: Reply | None) -> None:
    """Keep what the feed says of itself."""
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


def count_visit(
    state: FeedState,
    visit: Visit,
    parsed: ParsedFeed | None,
    seen: Sequence[SeenItem],
    now: dt.datetime,
) -> None:
    """Count the visit, and learn the feed's pace from it."""
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
        state.window = visit.items
        state.pages_owed = sum(0 < item.page_tries < MAX_PAGE_TRIES for item in seen)
        if not state.fetched_first:
            dates = [item.published for item in parsed.items if item.published]
            state.gap = state.usual_gap = first_gap(dates)
            state.last_new = max(dates, default=None)
            state.fetched_first = True
            return
    if before is not None:
        elapsed = (now - before).total_seconds()
        state.gap = smooth_gap(state.gap, visit.new, elapsed)
        if visit.new:
            state.usual_gap = smooth_gap(state.usual_gap, visit.new, elapsed)
    if visit.new:
        state.last_new = now
