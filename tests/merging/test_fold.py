"""Folding with what is remembered equals folding anew, whatever comes, in whatever order."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.merging.fold import fold_event
from streams.merging.members import Member, build_member
from streams.merging.sums import Sums
from streams.records import Event, Mention
from tests.merging.script import build_mention

PLACES: dict[str, Any] = {
    "Avem": {"country": "UA", "admin1": "North", "lat": 50.0, "lon": 30.0},
    "Bory": {"country": "UA", "admin1": "South", "lat": 46.0, "lon": 34.0},
    "Ukraine": {"country": "UA"},
}
TEXTS = (
    "A missile hit the railway depot in Avem before dawn and four workers of the night shift died.",
    "Before dawn a missile struck the depot at Avem, and rescuers were still digging there at noon.",
)
CLAIMS = (
    (),
    ({"claimant": "The Mayor", "stance": "asserts", "country": "UA"},),
    ({"claimant": "The Army", "stance": "denies"}, {"claimant": "The Mayor", "stance": "asserts"}),
    ({"claimant": "Monitors", "stance": "confirms"},),
    ({"claimant": "Outlet 1", "stance": "cannot_verify", "outlet": True},),
)
ACTORS = ({"name": "The Army"}, {"name": "The Army", "country": "RU"}, {"name": "Ann Lee"})


def _build_report(draw: st.DrawFn, number: int) -> Mention:
    outlet = draw(st.integers(0, 4))
    step: dict[str, Any] = {
        "outlet": f"Outlet {outlet}",
        "family": f"House {outlet // 2}",
        "wire": draw(st.sampled_from((None, None, None, "Wire", "Outlet 0"))),
        "article": f"article-{number}",
        "kind": draw(st.sampled_from(("missile_strike", "bombing"))),
        "main": draw(st.booleans()),
        "place": draw(st.sampled_from((None, *PLACES))),
        "day": draw(st.sampled_from((None, "2031", "2031-03-03", "2031-03-04"))),
        "at": f"2031-03-04T{draw(st.integers(0, 23)):02d}:00",
        "headline": "Missile hits depot",
        "sentence": "A missile hit the depot.",
        "text": draw(st.sampled_from(("", *TEXTS))) + draw(st.sampled_from(("", " It rained."))),
        "modality": draw(st.sampled_from(("happened", "denied", "planned"))),
        "newsworthiness": draw(st.sampled_from(("new", "background"))),
        "confidence": draw(st.sampled_from((0.5, 0.8))),
        "actors": draw(st.lists(st.sampled_from(ACTORS), max_size=2)),
        "targets": draw(st.lists(st.sampled_from(ACTORS), max_size=1)),
        "claims": draw(st.sampled_from(CLAIMS)),
    }
    for measure in ("killed", "injured", "money"):
        if draw(st.booleans()):
            step[measure] = draw(st.integers(1, 5))
    return build_mention(step, PLACES, number)


@st.composite
def happenings(draw: st.DrawFn) -> list[list[Member]]:
    """The members of one event at each step: told, corrected, taken back or taken out."""
    members: dict[str, Member] = {}
    steps: list[list[Member]] = []
    later = dt.timedelta(0)
    for number in range(draw(st.integers(2, 14))):
        later += dt.timedelta(hours=1)
        known = draw(st.sampled_from(sorted(members))) if members else None
        what = draw(st.sampled_from(("told", "told", "told", "corrected", "withdrawn", "out")))
        if what == "told" or known is None:
            member = build_member(_build_report(draw, number), None, None, embed=False)
        elif what == "out" and len(members) > 1:
            del members[known]
            steps.append(list(members.values()))
            continue
        else:
            old = members[known]
            changes = {"fetched": old.mention.fetched + later, "article_version": f"v{number}"}
            mention = _build_report(draw, number).model_copy(
                update={"id": old.id, "withdrawn": what == "withdrawn", **changes}
            )
            member = replace(build_member(mention, old, None, embed=False), story=f"s{number % 2}")
        members[member.id] = member
        steps.append(list(members.values()))
    return steps


@settings(max_examples=40, deadline=None, derandomize=True)
@given(happenings())
def test_what_is_remembered_changes_nothing(steps: list[list[Member]]) -> None:
    """At each step the event is the same as if all its mentions were added up for the first time."""
    sums = Sums()
    kept: Event | None = None
    for members in steps:
        anew = fold_event("e1", "UA|attack", members, kept)
        kept = fold_event("e1", "UA|attack", members, kept, sums=sums)
        assert kept == anew


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.data(), happenings())
def test_the_order_of_members_changes_nothing(
    data: st.DataObject, steps: list[list[Member]]
) -> None:
    """An event is a function of the set of its mentions."""
    shuffled = data.draw(st.permutations(steps[-1]))
    told = fold_event("e1", "UA|attack", steps[-1], None)
    assert fold_event("e1", "UA|attack", shuffled, None, sums=Sums()) == told
