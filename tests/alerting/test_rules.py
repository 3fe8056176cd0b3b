"""A rules file is good, or every problem in it is told; small sentences mean what they say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alerting.conditions import format_span, parse_change, parse_number, parse_span
from streams.alerting.follow import load_follows
from streams.alerting.gate import find_quiet_end
from streams.alerting.load import AlertFiles, load_ringer, silences_path
from streams.alerting.match import is_inside, match_event, measure_km
from streams.alerting.rules import Match, Quiet, load_rules
from streams.errors import SettingsError
from streams.records import Point
from tests.alerting.scripts import build_event
from tests.sinks.webhooks.receiver import build_alert

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def test_example_rules_load() -> None:
    """The file people begin with is good, and its inhibiting rule is judged first."""
    rules = load_rules(EXAMPLES / "alerts.toml")
    assert len(rules.rule) == 9
    assert rules.active[0].name == "coup"
    assert rules.rule[0].channels == ("desk",)
    assert load_follows(EXAMPLES / "follow.toml").lists[0].name == "ana"


def test_every_problem_is_told_at_once() -> None:
    """Not the first: all, each with the name of its rule."""
    with pytest.raises(SettingsError) as refused:
        load_rules(
            """
            schema = 2
            [[rule]]
            name = "a"
            severty = "Severe"
            match = { kind = "eartquake", country = "UKR", numbers = "dead >= 3" }
            rate = { count = 1, within = "soon" }
            [[rule]]
            name = "a"
            quiet = { from = 07:00:00, to = 07:00:00, timezone = "Mars/Olympus" }
            match = { polygon = [[1.0, 2.0]] }
            [[rule]]
            name = "b"
            rate = { count = 2, within = "1h" }
            novel = {}
            change = "status to odd"
            [[inhibit]]
            by = "a"
            holds = ["b"]
            [[inhibit]]
            by = "b"
            holds = ["a", "x"]
            """
        )
    words = "\n".join(refused.value.problems)
    for part in (
        "schema",
        "rule a > severty: unknown name",
        "did you mean earthquake",
        "'UKR' is no country",
        "'dead' is no number",
        "rule a > rate > count",
        "'soon' is no length of time",
        "Mars/Olympus",
        "at least three corners",
        "'odd' is no status",
        "rule a: the name is used 2 times",
        "there is no rule x",
        "a holds itself back in a circle",
    ):
        assert part in words


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[[rule]]\nname="a"\nrate={count=2,within="1h"}\nsilence={within="1h"}', "make two rules"),
        ('[[rule]]\nname="a"\nspike={factor=2,within="4d",usual="5d"}', "twice as long"),
        ('[[rule]]\nname="a/b"', "pattern"),
        ("[[rule]]", "name: is missing"),
        ('[[rule]]\nname="a"\nrepeat="99999999999w"', "at most 40000d"),
        ('[[rule]]\nname="a"\nrepeat="0h"', "longer than nothing"),
        ('[[rule]]\nname="a"\nrate={count=2,within="91d"}', "at most 90d"),
        ('[[rule]]\nname="a"\nquiet={from=23,to=07:00:00}', "23 is no time of day"),
        ('[[rule]]\nname="a"\nquiet={from="23:00Z",to="07:00"}', "no time of day"),
        ('[[rule]]\nname="a"\ndigest={at="25:00"}', "digest > at"),
        ('[[rule]]\nname="a"\nspike={factor=2,within="1d",usual="91d"}', "at most 90d"),
        ('[[rule]]\nname="a"\nnovel={within="91d"}', "at most 90d"),
        ('[[rule]]\nname="a"\nmatch={numbers="killed >= 1e999"}', "no number that an event"),
        ('[[rule]]\nname="a"\nmatch={polygon=[[nan,1.0],[2.0,2.0],[3.0,1.0]]}', "in degrees"),
        ('[[rule]]\nname="a"\nmatch={within={lat=nan,lon=1.0,km=5.0}}', "lat"),
        (
            '[[rule]]\nname="a"\nmatch={polygon=[[170.0,0.0],[-170.0,0.0],[170.0,9.0]]}',
            "write 190 for -170",
        ),
        ("rule = 3", "rule"),
        ("not toml", "not readable as TOML"),
        (
            '[[mute]]\nid="m"\nfrom=2026-03-01T10:00:00Z\nto=2026-03-01T09:00:00Z',
            "before it begins",
        ),
    ],
)
def test_rule_that_means_nothing_is_refused(text: str, part: str) -> None:
    """With what to do instead."""
    with pytest.raises(SettingsError, match=part):
        load_rules(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("killed >= 10", "killed.best >= 10"),
        ("killed.low>3", "killed.low > 3"),
        ("money >= 1_000_000 USD", "money.best >= 1000000 USD"),
        ("voices == 2", "voices == 2"),
        ("magnitude >= 6.5", "magnitude.best >= 6.5"),
    ],
)
def test_numbers_are_read(text: str, said: str) -> None:
    """And written back in full."""
    assert str(parse_number(text)) == said


@pytest.mark.parametrize(
    "text", ["", "killed", "killed >= ten", ">= 3", "voices.low > 1", "killed.mean > 1"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    """In words."""
    with pytest.raises(ValueError, match="number"):
        parse_number(text)


@pytest.mark.parametrize("text", ["status", "killed sideways 3", "status to killed", "up 3", ""])
def test_what_is_no_change_is_refused(text: str) -> None:
    """In words."""
    with pytest.raises(ValueError, match=r"change|status|number"):
        parse_change(text)


@given(st.integers(1, 500), st.sampled_from("smhdw"))
def test_lengths_of_time_are_written_as_they_are_read(number: int, unit: str) -> None:
    """What is written is read as the same length."""
    span = parse_span(f"{number}{unit}")
    assert isinstance(span, dt.timedelta)
    assert parse_span(format_span(span)) == span


def test_unknown_is_not_zero() -> None:
    """No toll known: neither more than three nor fewer."""
    for numbers in ("killed >= 0", "killed < 3"):
        assert not match_event(Match.model_validate({"numbers": numbers}), build_event()).is_met


def test_unit_is_looked_at() -> None:
    """Dollars are no euros."""
    match = Match.model_validate({"numbers": "killed >= 3 horses"})
    assert not match_event(match, build_event(killed=5)).is_met


@given(
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
)
def test_distance_is_one_of_a_globe(one: tuple[float, float], other: tuple[float, float]) -> None:
    """Symmetric, nought for the same place, never more than half the way round."""
    a, b = Point(lat=one[0], lon=one[1]), Point(lat=other[0], lon=other[1])
    assert measure_km(a, b) == pytest.approx(measure_km(b, a), abs=1e-6)
    assert measure_km(a, a) == 0
    assert measure_km(a, b) < 20_016


def test_distance_of_known_places() -> None:
    """London to Paris is 344 km; across the 180th meridian it is not far."""
    london, paris = Point(lat=51.5074, lon=-0.1278), Point(lat=48.8566, lon=2.3522)
    assert measure_km(london, paris) == pytest.approx(343.6, abs=1)
    assert measure_km(Point(lat=0, lon=179.9), Point(lat=0, lon=-179.9)) < 25


def test_polygon_with_a_dent() -> None:
    """Inside the dent is outside."""
    corners = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0))
    assert is_inside(Point(lat=0.5, lon=2), corners)
    assert not is_inside(Point(lat=3, lon=2), corners)


def test_area_across_the_date_line() -> None:
    """Longitudes that go on beyond 180 draw an area on both sides of it, from either side."""
    fiji = ((176.0, -20.0), (184.0, -20.0), (184.0, -12.0), (176.0, -12.0))
    mirrored = tuple((lon - 360, lat) for lon, lat in fiji)
    for corners in (fiji, mirrored):
        match = Match.model_validate({"polygon": corners})
        assert is_inside(Point(lat=-16.8, lon=179.9), match.polygon)
        assert is_inside(Point(lat=-16.8, lon=-179.9), match.polygon)
        assert not is_inside(Point(lat=-16.8, lon=175.0), match.polygon)
        assert not is_inside(Point(lat=-16.8, lon=-175.0), match.polygon)
        assert not is_inside(Point(lat=-16.8, lon=0.0), match.polygon)
    assert measure_km(Point(lat=-17, lon=179.9), Point(lat=-17, lon=-179.9)) < 22


_HOURS = st.times().map(lambda time: time.replace(second=0, microsecond=0))


@given(
    start=_HOURS,
    end=_HOURS,
    zone=st.sampled_from(
        ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
    ),
    day=st.sampled_from(
        [(2011, 12, 28), (2026, 3, 8), (2026, 3, 28), (2026, 10, 3), (2026, 10, 31)]
    ),
    later=st.timedeltas(dt.timedelta(), dt.timedelta(days=4)),
)
def test_quiet_hours_end_in_the_future_whatever_the_clocks_do(
    start: dt.time, end: dt.time, zone: str, day: tuple[int, int, int], later: dt.timedelta
) -> None:
    """Put forward, put back, half an hour or a whole day: the end is to come, and within two days."""
    if start == end:
        return
    quiet = Quiet.model_validate({"from": start, "to": end, "timezone": zone})
    moment = dt.datetime(*day, tzinfo=dt.UTC) + later

    until = find_quiet_end(quiet, build_alert(), moment)

    if until is not None:
        assert moment < until <= moment + dt.timedelta(hours=50)


def test_quiet_hours_when_clocks_are_put_back() -> None:
    """Half past one comes twice: what is held the second time is not told at the first, which is over."""
    quiet = Quiet.model_validate(
        {"from": dt.time(22), "to": dt.time(1, 30), "timezone": "Europe/London"}
    )
    second_quarter_past_one = dt.datetime(2026, 10, 25, 1, 15, tzinfo=dt.UTC)

    until = find_quiet_end(quiet, build_alert(), second_quarter_past_one)

    assert until == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)


def test_follow_problems_are_told_at_once() -> None:
    """Each with the name of its list."""
    with pytest.raises(SettingsError) as refused:
        load_follows(
            """
            [[list]]
            name = "ana"
            [[list]]
            name = "bo"
            [[list.follow]]
            [[list.follow]]
            topics = "flod"
            """
        )
    words = "\n".join(refused.value.problems)
    for part in ("list ana > follow: is missing", "follows nothing", "did you mean flood"):
        assert part in words


def test_files_are_read_again_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    """A new rule is there at the next message; a broken file leaves the old rules."""
    file = tmp_path / "alerts.toml"
    file.write_text('[[rule]]\nname = "a"\n')
    ringer = load_ringer(file)
    event = build_event()
    table: dict[str, bytes] = {}
    assert [alert.rule for alert in ringer.judge(event, table).alerts] == ["a"]
    file.write_text('[[rule]]\nname = "a"\n[[rule]]\nname = "b"\n')
    assert [alert.rule for alert in ringer.judge(event, table).alerts] == ["a", "b"]
    file.write_text("[[rule]]\n")
    assert [alert.rule for alert in ringer.judge(event, table).alerts] == ["a", "b"]
    silences_path(file).write_text(
        '[[silence]]\nid="s"\nrule="a"\nfrom=2020-01-01T00:00:00Z\nto=2030-01-01T00:00:00Z\n'
    )
    file.write_text('[[rule]]\nname = "a"\n')
    assert ringer.judge(event, table).drop == "muted"


def test_problems_of_all_files_are_told_together(tmp_path: Path) -> None:
    """Rules, silences and follow lists."""
    file, follow = tmp_path / "alerts.toml", tmp_path / "follow.toml"
    file.write_text("[[rule]]\n")
    silences_path(file).write_text("[[silence]]\n")
    with pytest.raises(SettingsError) as refused:
        AlertFiles(file, follow).load()
    words = "\n".join(refused.value.problems)
    for part in ("alerts.toml: rule 1 > name", "alerts.silences.toml: silence 1", "follow.toml"):
        assert part in words
