"""Events as they stand and events as the code at hand would make them in, the differences out. Pure.

Ids cannot be compared: another sentence chosen by the reader is another mention, and another founding
mention another event. Two events are the same happening when their articles and kind groups say so:
each is matched to the one it shares most (article, kind group) pairs with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from streams.lexicon.ontology import get_kind
from streams.records import Event, Toll

Sort = Literal["gained", "lost", "merged", "split", "kind", "date", "place", "toll", "status"]
SORTS: tuple[Sort, ...] = (
    "gained",
    "lost",
    "merged",
    "split",
    "kind",
    "date",
    "place",
    "toll",
    "status",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that would change."""

    sort: Sort
    before: tuple[str, ...]
    """Ids of the events that stand."""
    after: tuple[str, ...]
    """Ids of the events that would stand."""
    title: str
    was: str | None = None
    becomes: str | None = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """The events of a replay as they take the place of those that stand."""

    events: tuple[Event, ...]
    """What is written: each under the id of the event it continues, where there is one."""
    replaced: dict[str, int]
    """Ids that stand now, each with the revision that was replaced."""


def adopt_events(before: Sequence[Event], after: Sequence[Event]) -> Adoption:
    """Give the events of a replay the ids and revisions of those they continue.

    Bookmarks, alerts and the running worker know an event by its id, and the worker goes on counting
    its revisions. An event that is now part of another becomes a pointer to it, as after a join; one
    that nobody tells any more is left out.
    """
    old, new = _list_standing(before), _list_standing(after)
    best_new, best_old = _match(old, new)
    by_old = {event.id: event for event in old}
    own = {event.id for event in new}
    ids = {
        event.id: best_old[event.id]
        for event in new
        if event.id not in by_old
        and event.id in best_old
        and best_old[event.id] not in own
        and best_new[best_old[event.id]] == event.id
    }
    known = {event.id: event.revision for event in before}
    events: dict[str, Event] = {}
    # those that stand first: a pointer never takes the id of an event
    for event in (*new, *(event for event in after if event.id not in own)):
        name = ids.get(event.id, event.id)
        if name not in events:
            events[name] = _rename(event, name, ids, known.get(name, event.revision))
    for event in before:
        heir = best_new.get(event.id)
        if event.id in events:
            continue
        if heir is not None:
            events[event.id] = event.model_copy(update={"superseded_by": ids.get(heir, heir)})
        elif event.id not in by_old and event.superseded_by in {None, *events}:
            events[event.id] = event
    return Adoption(tuple(events.values()), known)


def find_touched(events: Iterable[Event], articles: Iterable[str]) -> set[str]:
    """The articles, and all others that share an event with one of them, directly or not.

    Half an event cannot be replaced: what is read again must hold its events whole.
    """
    by_article: dict[str, list[Event]] = {}
    for event in events:
        for article in event.article_ids:
            by_article.setdefault(article, []).append(event)
    touched: set[str] = set()
    waiting = list(articles)
    while waiting:
        article = waiting.pop()
        if article not in touched:
            touched.add(article)
            for event in by_article.pop(article, ()):
                waiting += [other for other in event.article_ids if other not in touched]
    return touched


def _rename(event: Event, name: str, ids: dict[str, str], revision: int) -> Event:
    heir = event.superseded_by
    return event.model_copy(
        update={
            "id": name,
            "revision": revision,
            "superseded_by": ids.get(heir, heir) if heir else None,
            "supersedes": tuple(ids.get(other, other) for other in event.supersedes),
            "split_from": ids.get(event.split_from, event.split_from) if event.split_from else None,
        }
    )


def compare_events(before: Sequence[Event], after: Sequence[Event]) -> list[Difference]:
    """List what would change; events that were joined into others or taken back are left out."""
    old, new = _list_standing(before), _list_standing(after)
    best_new, best_old = _match(old, new)
    by_old = {event.id: event for event in old}
    by_new = {event.id: event for event in new}
    found = [
        Difference("lost", (event.id,), (), event.title)
        for event in old
        if event.id not in best_new
    ]
    found += [
        Difference("gained", (), (event.id,), event.title)
        for event in new
        if event.id not in best_old
    ]
    found += _find_many("merged", best_new, by_old, by_new)
    found += _find_many("split", best_old, by_new, by_old)
    for one, other in best_new.items():
        if best_old.get(other) == one:
            found += _compare_pair(by_old[one], by_new[other])
    return sorted(found, key=lambda one: (SORTS.index(one.sort), one.title, one.before, one.after))


def _match(old: Sequence[Event], new: Sequence[Event]) -> tuple[dict[str, str], dict[str, str]]:
    """For every old event the new one it shares most with, and the reverse."""
    shared: Counter[tuple[str, str]] = Counter()
    holders: dict[tuple[str, str], list[Event]] = {}
    for event in old:
        for key in _list_keys(event):
            holders.setdefault(key, []).append(event)
    for event in new:
        for key in _list_keys(event):
            shared.update((known.id, event.id) for known in holders.get(key, ()))
    best_new = _choose(((a, b, n) for (a, b), n in shared.items()))
    best_old = _choose(((b, a, n) for (a, b), n in shared.items()))
    return best_new, best_old


def _list_standing(events: Iterable[Event]) -> list[Event]:
    return [e for e in events if e.superseded_by is None and e.status != "withdrawn"]


def _list_keys(event: Event) -> list[tuple[str, str]]:
    group = get_kind(event.kind).group
    return [(article, group) for article in event.article_ids]


def _choose(pairs: Iterable[tuple[str, str, int]]) -> dict[str, str]:
    """For every first the second it shares most with, ties by id."""
    best: dict[str, tuple[int, str]] = {}
    for first, second, count in pairs:
        if first not in best or (-count, second) < (-best[first][0], best[first][1]):
            best[first] = (count, second)
    return {first: second for first, (_, second) in best.items()}


def _find_many(
    sort: Literal["merged", "split"],
    best: dict[str, str],
    many: dict[str, Event],
    one: dict[str, Event],
) -> list[Difference]:
    """Find the events that several events of the other side match best."""
    groups: dict[str, list[str]] = {}
    for first, second in best.items():
        groups.setdefault(second, []).append(first)
    found = []
    for single, several in groups.items():
        if len(several) < 2:
            continue
        parts = tuple(sorted(several))
        title = " | ".join(many[part].title for part in parts)
        before, after = (parts, (single,)) if sort == "merged" else ((single,), parts)
        found.append(Difference(sort, before, after, one[single].title, None, title))
    return found


def _compare_pair(old: Event, new: Event) -> list[Difference]:
    told: list[tuple[Sort, str | None, str | None]] = [
        ("kind", old.kind, new.kind),
        ("date", _tell_date(old), _tell_date(new)),
        ("place", _tell_place(old), _tell_place(new)),
        ("toll", _tell_tolls(old.tolls), _tell_tolls(new.tolls)),
        ("status", old.status, new.status),
    ]
    return [
        Difference(sort, (old.id,), (new.id,), new.title, was, becomes)
        for sort, was, becomes in told
        if was != becomes
    ]


def _tell_date(event: Event) -> str:
    return f"{event.when.date} ({event.when.precision})" if event.when.date else "unknown"


def _tell_place(event: Event) -> str:
    if event.where is None:
        return "unknown"
    where, point = event.where, event.where.point
    named = ", ".join(n for n in (where.resolved or where.name, where.admin1, where.country) if n)
    return named + (f" ({point.lat:.2f}, {point.lon:.2f})" if point else "")


def _tell_tolls(tolls: tuple[Toll, ...]) -> str:
    parts = []
    for toll in tolls:
        best = "unknown" if toll.best is None else f"{toll.best:,.10g}"
        parts.append(f"{toll.measure} {best}")
    return ", ".join(parts) or "none"
