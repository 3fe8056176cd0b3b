"""Properties of merging on streams of reports that are told in any order, twice, changed and taken back."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.merging.local import LocalMerge
from streams.records import Event, Mention
from tests.merging.script import build_mention

PLACES = {
    "Avem": {"country": "UA", "admin1": "North", "lat": 50.0, "lon": 30.0},
    "Bory": {"country": "UA", "admin1": "South", "lat": 46.0, "lon": 34.0},
}
SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@st.composite
def reports(draw: st.DrawFn) -> list[Mention]:
    """Reports of two happenings that nothing can confuse: two towns, two kinds."""
    count = draw(st.integers(2, 7))
    return [_build_report(draw, number) for number in range(count)]


def _build_report(draw: st.DrawFn, number: int, version: int = 1) -> Mention:
    fire = draw(st.booleans())
    hour = draw(st.integers(0, 20))
    place = "Avem" if fire else "Bory"
    step: dict[str, Any] = {
        "outlet": f"Outlet {number}",
        "article": f"article-{number}",
        "version": f"v{version}",
        "kind": "fire" if fire else "missile_strike",
        "place": place,
        "day": "2031-03-03",
        "at": f"2031-03-03T{hour:02d}:00",
        "fetched": f"2031-03-04T{version:02d}:00",
        "headline": "Fire at paper mill in Avem" if fire else "Missile hits railway depot in Bory",
        "sentence": "A fire broke out at the paper mill in Avem."
        if fire
        else "A missile hit the railway depot in Bory.",
        "killed": draw(st.integers(1, 9)),
        "claims": draw(
            st.sampled_from(
                (
                    (),
                    ({"claimant": "The Mayor", "stance": "asserts"},),
                    ({"claimant": "The Army", "stance": "denies"},),
                    ({"claimant": "Monitors", "stance": "confirms"},),
                )
            )
        ),
    }
    return build_mention(step, PLACES, number)


def _tell(mentions: list[Mention]) -> LocalMerge:
    merge = LocalMerge(embed=False)
    for mention in mentions:
        merge.tell(mention)
    return merge


def _describe(merge: LocalMerge) -> list[dict[str, Any]]:
    """Standing events but for what the order of arrival may decide: ids, revisions and reasons."""
    free = {"id", "revision", "links", "story", "supersedes", "split_from", "block"}
    events = [e for e in merge.list_events() if e.superseded_by is None]
    described = [event.model_dump(exclude=free) for event in events]
    return sorted(described, key=lambda event: (event["kind"], event["title"]))


def _live(merge: LocalMerge) -> dict[str, Event]:
    return {event.id: event for event in merge.list_events() if event.superseded_by is None}


@SLOW
@given(st.data(), reports())
def test_any_order_of_arrival_gives_the_same_events(
    data: st.DataObject, told: list[Mention]
) -> None:
    """Two orders differ in ids and revisions at most."""
    shuffled = data.draw(st.permutations(told))
    assert _describe(_tell(list(shuffled))) == _describe(_tell(told))


@SLOW
@given(st.data(), reports())
def test_telling_again_changes_nothing(data: st.DataObject, told: list[Mention]) -> None:
    """Mentions told again, in any order, send nothing and change nothing."""
    merge = _tell(told)
    before = _live(merge)
    for mention in data.draw(st.permutations(told)):
        assert merge.tell(mention) == []
    assert _live(merge) == before


@SLOW
@given(st.data(), reports(), st.integers(1, 99))
def test_a_version_replaces_what_it_changes(
    data: st.DataObject, told: list[Mention], killed: int
) -> None:
    """After a correction the events are as if the first version had never been; late copies too."""
    old = data.draw(st.sampled_from(told))
    number = old.numbers[0].model_copy(
        update={"value": killed, "low": killed, "high": killed, "text": str(killed)}
    )
    new = old.model_copy(
        update={
            "numbers": (number,),
            "fetched": old.fetched.replace(hour=9),
            "article_version": "v9",
        }
    )
    corrected = [new if mention is old else mention for mention in told]
    both = data.draw(st.permutations([*told, new]))
    assert _describe(_tell(list(both))) == _describe(_tell(corrected))


@SLOW
@given(st.data(), reports())
def test_a_withdrawn_report_has_no_voice(data: st.DataObject, told: list[Mention]) -> None:
    """What an outlet took back is in no ledger, no toll and no list of outlets."""
    gone = data.draw(st.sampled_from(told))
    back = gone.model_copy(update={"withdrawn": True, "fetched": gone.fetched.replace(hour=9)})
    merge = _tell([*told, back])
    for event in _live(merge).values():
        if event.status == "withdrawn":
            continue
        assert gone.publisher not in event.publishers
        assert all(entry.mention_id != gone.id for entry in event.ledger)


@SLOW
@given(st.data(), reports())
def test_a_crash_before_storing_repeats_the_same(data: st.DataObject, told: list[Mention]) -> None:
    """A step that was sent but not stored is sent again with the same ids and revisions."""
    sure, torn = LocalMerge(embed=False), LocalMerge(embed=False)
    for mention in told:
        for block in mention.blocks:
            sure.deliver([(block, mention)])
            if data.draw(st.booleans()):
                lost = torn.merger.merge(mention, block, mention.fetched)
                torn = LocalMerge(torn.shelf, embed=False)
                again = torn.merger.merge(mention, block, mention.fetched)
                assert (again.events, again.relays) == (lost.events, lost.relays)
            torn.deliver([(block, mention)])
    assert _live(torn) == _live(sure)


@SLOW
@given(st.data(), reports())
def test_a_crash_between_two_writes_heals(data: st.DataObject, told: list[Mention]) -> None:
    """Whatever part of a step's writes was stored, the mention told again gives the same events."""
    sure, torn = LocalMerge(embed=False), LocalMerge(embed=False)
    for mention in told:
        for block in mention.blocks:
            sure.deliver([(block, mention)])
            step = torn.merger.merge(mention, block, mention.fetched)
            stored = data.draw(st.integers(0, len(step.writes)))
            shelf = dict(torn.shelf)
            for key, value in step.writes[:stored]:
                if value is None:
                    shelf.pop(key, None)
                else:
                    shelf[key] = value
            torn = LocalMerge(shelf, embed=False)
            torn.deliver([*step.relays, (block, mention)])
    assert _describe(torn) == _describe(sure)
