"""What a replay would change, told from two lists of events."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.records import Event, Point
from tests.samples import build_event, build_when, build_where
from tocsin.replay import adopt_events, compare_events, find_touched


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


def test_an_event_keeps_the_id_that_people_know() -> None:
    """What continues an event takes its id and revision; pointers and references follow."""
    old = [_event("known", "a", "b", revision=5), _event("part", "c", revision=2)]
    new = [_event("made", "a", "b", "c"), _event("joined", "c", superseded_by="made")]
    adopted = adopt_events(old, new)
    by_id = {event.id: event for event in adopted.events}
    assert (by_id["known"].title, by_id["known"].revision) == ("made", 5)
    assert (by_id["part"].superseded_by, by_id["joined"].superseded_by) == ("known", "known")
    assert set(by_id) == {"known", "part", "joined"}
    assert adopted.replaced == {"known": 5, "part": 2}


def test_an_id_that_is_made_again_is_nobody_elses() -> None:
    """An event that has its own id already keeps it, whatever else it resembles."""
    old = [_event("x", "a"), _event("y", "b", "c")]
    adopted = adopt_events(old, [_event("y", "a"), _event("n", "b", "c")])
    assert {(event.id, event.article_ids) for event in adopted.events} >= {("y", ("a",))}
    assert len({event.id for event in adopted.events}) == len(adopted.events)


def test_what_nobody_tells_any_more_is_left_out() -> None:
    """It is among the replaced, and not among the events."""
    adopted = adopt_events([_event("x", "a", revision=3)], [])
    assert (adopted.events, adopted.replaced) == ((), {"x": 3})


def test_what_was_joined_or_withdrawn_before_stays_so() -> None:
    """A link to it still leads somewhere; a pointer to an event that is gone goes with it."""
    old = [
        _event("x", "a"),
        _event("joined", "a", superseded_by="x"),
        _event("lost", "b", superseded_by="y"),
        _event("taken", "c", status="withdrawn"),
    ]
    adopted = adopt_events(old, [_event("made", "a")])
    found = {event.id: event.superseded_by for event in adopted.events}
    assert found == {"x": None, "joined": "x", "taken": None}


def test_events_are_read_again_whole() -> None:
    """Articles that share an event come along, and those that share one with them."""
    events = [_event("x", "a", "b"), _event("y", "b", "c"), _event("z", "d")]
    assert find_touched(events, ["a", "q"]) == {"a", "b", "c", "q"}


names = st.sampled_from("abcde")
many = st.lists(
    st.builds(
        lambda i, a: (i, tuple(sorted(a))), names, st.sets(st.sampled_from("pqrs"), min_size=1)
    ),
    unique_by=lambda pair: pair[0],
    max_size=5,
)


@given(many, many)
def test_adoption_never_gives_one_id_twice(
    old: list[tuple[str, tuple[str, ...]]], new: list[tuple[str, tuple[str, ...]]]
) -> None:
    """Whatever stands and whatever is made, ids are unique and no standing one is forgotten."""
    before = [_event(name, *articles) for name, articles in old]
    after = [_event(name, *articles) for name, articles in new]
    adopted = adopt_events(before, after)
    ids = [event.id for event in adopted.events]
    assert len(ids) == len(set(ids))
    assert set(adopted.replaced) == {name for name, _ in old}
    assert len([event for event in adopted.events if event.superseded_by is None]) == len(new)
