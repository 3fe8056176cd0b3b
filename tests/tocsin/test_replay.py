"""What a replay would change, told from two lists of events."""

from __future__ import annotations

from streams.records import Event, Point
from tests.samples import build_event, build_when, build_where
from tocsin.replay import compare_events


def _event(name: str, *articles: str, **fields: object) -> Event:
    return build_event(id=name, article_ids=articles, title=name, **fields)


def _sorts(before: list[Event], after: list[Event]) -> list[str]:
    return [one.sort for one in compare_events(before, after)]


def test_the_same_events_under_other_ids_are_no_difference() -> None:
    """Ids depend on sentences, which a better reader chooses otherwise."""
    assert _sorts([_event("old", "a", "b")], [_event("new", "a", "b")]) == []


def test_events_are_gained_and_lost() -> None:
    """What nobody tells any more is lost; what nobody told before is gained."""
    assert _sorts([_event("x", "a")], [_event("y", "b")]) == ["gained", "lost"]


def test_two_events_that_become_one_are_merged_and_the_reverse_is_split() -> None:
    """The difference names all of them."""
    two, one = [_event("x", "a"), _event("y", "b")], [_event("z", "a", "b")]
    merged, split = compare_events(two, one)[0], compare_events(one, two)[0]
    assert (merged.sort, merged.before, merged.after) == ("merged", ("x", "y"), ("z",))
    assert (split.sort, split.before, split.after) == ("split", ("z",), ("x", "y"))


def test_moved_dates_and_places_are_told() -> None:
    """With what they are and what they would be."""
    old = _event("x", "a")
    when = build_when(build_when().start.replace(day=14))  # type: ignore[union-attr]  # it is dated
    new = _event("x", "a", when=when, where=build_where(point=Point(lat=46.5, lon=30.7)))
    found = {one.sort: one for one in compare_events([old], [new])}
    assert set(found) == {"date", "place"}
    assert found["date"].becomes == "2023-06-14 (day)"


def test_joined_and_withdrawn_events_are_not_compared() -> None:
    """They stand no more."""
    gone = [_event("x", "a", superseded_by="y"), _event("w", "c", status="withdrawn")]
    assert _sorts(gone, []) == []
