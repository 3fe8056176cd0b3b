"""Two mentions' facts in; the log-odds that they tell one happening, by part, or a contradiction, out.

Similar words make two mentions neighbours; facts make them one event or two. Each part adds to or
takes from the odds of the text (streams/merging/pairs.py). A contradiction is final: two towns fifty
kilometres apart, two days, two magnitudes, two scores.

The numbers are judgements, not fitted: no labelled set of events with coded facts exists. They are
held by the scripted streams in tests/cases/streams, each of which is a happening that they decide.
What this gets wrong on purpose: a date read wrong by two days makes a second event, because lumping
two strikes into one is worse than a duplicate that the next report joins.
"""

from __future__ import annotations

import difflib

from streams.merging.facts import DAY, Facts, compare_forms, compare_sentences, measure_distance

SAME_PLACE_KM = 3.0
NEAR_KM = 10.0
FAR_KM = 40.0
KM_A_DEGREE = 111.0
"""Kilometres that a degree of latitude has at least, by the sphere that distances are measured on."""
SAME_WORDS = 0.5
"""Cosine of two telling sentences, less their places, from which they are one form filled in twice."""
OTHER_TOWN = -1.0
"""Of two towns of which one is unread, one may be the district of the other."""
LOCAL_GROUPS = frozenset({"attack", "fire", "transport_accident", "accident", "protest", "crime"})
"""Groups whose happenings are at one place; a quake or a storm is felt in many towns."""
SPELLED_ALIKE = 0.7
"""Share of the letters in common from which two spellings may be one name."""
LONG_RUNNING = 14 * DAY
"""A kind that stays open longer (a trial, an outbreak) is told on many days."""

STEPS = frozenset(("charge", "verdict", "acquittal", "sentence", "court_ruling", "execution"))
"""Steps of one case: two different ones on two days are two happenings, however alike they are told."""

ALIKE_GROUPS = frozenset(
    {"attack", "geophysical", "weather", "fire", "transport_accident", "accident", "protest"}
    | {"crime", "humanitarian", "health", "sport"}
)
"""Groups whose kinds are often two reporters' names for one thing."""

ACROSS = frozenset(
    frozenset(pair)
    for pair in (
        ("explosion", "bombing"),
        ("explosion", "missile_strike"),
        ("explosion", "drone_strike"),
        ("explosion", "air_strike"),
        ("explosion", "suicide_bombing"),
        ("explosion", "grenade_attack"),
        ("explosion", "massacre"),
        ("explosion", "assassination"),
        ("explosion", "infrastructure_destroyed"),
        ("explosion", "industrial_accident"),
        ("explosion", "building_collapse"),
        ("fire", "drone_strike"),
        ("fire", "missile_strike"),
        ("fire", "bombing"),
        ("fire", "air_strike"),
        ("fire", "infrastructure_destroyed"),
        ("homicide", "shooting"),
        ("homicide", "stabbing"),
        ("homicide", "explosion"),
        ("homicide", "bombing"),
        ("homicide", "suicide_bombing"),
        ("homicide", "grenade_attack"),
        ("homicide", "missile_strike"),
        ("homicide", "air_strike"),
        ("homicide", "drone_strike"),
        ("homicide", "beating"),
        ("homicide", "assassination"),
        ("homicide", "massacre"),
        ("territory_gained", "offensive"),
        ("territory_gained", "armed_clash"),
        ("territory_overtaken", "armed_clash"),
        ("casualty_claim", "armed_clash"),
        ("casualty_claim", "missile_strike"),
        ("equipment_loss", "mobilization"),
        ("drowning", "ship_accident"),
        ("displacement", "flood"),
        ("bankruptcy", "bailout"),
        ("death", "illness"),
        ("sanctions", "trade_measure"),
        ("withdrawal", "agreement"),
        ("transfer", "appointment"),
        ("product_launch", "release"),
        ("policy_announced", "announcement"),
    )
)
"""Pairs of kinds in different groups that may name one happening."""

APART = frozenset(
    frozenset(pair)
    for pair in (
        ("appointment", "resignation"),
        ("verdict", "acquittal"),
        ("charge", "acquittal"),
        ("charge", "sentence"),
        ("charge", "execution"),
        ("investigation", "sentence"),
        ("layoffs", "hiring_plan"),
        ("storm", "drought"),
        ("flood", "drought"),
        ("match_result", "injury_sport"),
        ("match_result", "transfer"),
        ("match_result", "doping"),
        ("torture", "missile_strike"),
        ("abduction", "missile_strike"),
        ("abduction", "air_strike"),
        ("sexual_violence", "missile_strike"),
        ("weapons_intercepted", "abduction"),
        ("rescue", "famine"),
    )
)
"""Pairs of one group that are two happenings."""

PERSONAL_GROUPS = frozenset(
    ("people", "death", "justice", "arrest", "crime", "release", "sport", "business", "election")
)
"""Groups whose happenings are told apart by whom they befall."""

EXACT_MEASURES = {"magnitude": 0.35, "score": 0.0}
"""Numbers of which one happening has one, and how far two tellings may differ."""

RISING = frozenset(
    ("killed", "injured", "missing", "displaced", "detained", "rescued", "affected", "infected")
)


def compare_facts(a: Facts, b: Facts) -> dict[str, float] | None:
    """Weigh every part; None when the two contradict each other."""
    if (kind := _compare_kinds(a, b)) is None:
        return None
    if (time := _compare_times(a, b)) is None:
        return None
    if (place := _compare_places(a, b)) is None:
        return None
    if (numbers := _compare_numbers(a, b)) is None:
        return None
    return {
        "kind": kind,
        "time": time,
        "place": place,
        "number": numbers,
        "people": _compare_people(a, b),
        "sentence": 2.0 * compare_sentences(a, b) - 0.3,
    }


def can_be_one_kind(a: str, group_a: str, b: str, group_b: str) -> bool:
    """Tell whether two kinds may name one happening."""
    if a == b:
        return True
    pair = frozenset((a, b))
    if pair in APART:
        return False
    return group_a == group_b or pair in ACROSS


def _compare_kinds(a: Facts, b: Facts) -> float | None:
    if a.kind == b.kind:
        return 0.5
    if not can_be_one_kind(a.kind, a.group, b.kind, b.group):
        return None
    if a.group != b.group:
        return -0.8
    return -0.4 if a.group in ALIKE_GROUPS else -1.4


def _compare_times(a: Facts, b: Facts) -> float | None:
    if a.start is not None and b.start is not None and a.end is not None and b.end is not None:
        return _compare_days(a, b, max(a.start, b.start) - min(a.end, b.end))
    if a.published is None or b.published is None:
        return 0.0
    expiry = min(a.expiry, b.expiry)
    apart = abs(a.published - b.published)
    if apart > expiry + DAY:
        return None
    return -0.5 if apart > expiry / 2 else 0.0


def _compare_days(a: Facts, b: Facts, gap: float) -> float | None:
    """Weigh two dated intervals; `gap` is the time between them, below zero when they overlap."""
    precise = a.precise and b.precise
    if gap < 0:
        return 0.8 if precise else 0.2
    if not precise:
        return None if gap >= DAY else -0.3
    if gap < DAY:
        # midnight, a time zone, "overnight": one day off is a reader's error as often as not
        return -0.7
    if a.kind != b.kind and a.kind in STEPS and b.kind in STEPS:
        return None
    expiry = min(a.expiry, b.expiry)
    return -0.3 if expiry > LONG_RUNNING and gap <= expiry else None


def _compare_places(a: Facts, b: Facts) -> float | None:
    if a.country and b.country and a.country != b.country:
        return None
    if a.place and b.place and a.place == b.place:
        return 1.2
    if a.point and b.point and a.exact and b.exact:
        return _compare_points(a, b)
    if a.place and b.place and a.exact and b.exact and a.article == b.article:
        # one article that names two towns tells two happenings
        return None
    return _compare_wider_places(a, b)


def _compare_wider_places(a: Facts, b: Facts) -> float | None:
    """Weigh places of which at least one is no known point: regions, and the names of towns."""
    if a.region and b.region and a.region != b.region:
        return -3.0
    unread = not (a.place and b.place and a.exact and b.exact)
    if unread and a.group in LOCAL_GROUPS and _name_other_towns(a, b):
        # the same words of another town are another happening: a report is often a form filled in
        return None if compare_forms(a, b) >= SAME_WORDS else OTHER_TOWN
    return 0.3 if a.region and b.region else 0.0


def _name_other_towns(a: Facts, b: Facts) -> bool:
    """Tell whether both name a town, none of them shared, and at least one of them is unread."""
    ours, theirs = _list_towns(a), _list_towns(b)
    return bool(ours and theirs) and not any(
        _is_spelled_alike(one, other) for one in ours for other in theirs
    )


def _list_towns(facts: Facts) -> frozenset[str]:
    return facts.towns | {facts.place} if facts.place and facts.exact else facts.towns


def _is_spelled_alike(a: str, b: str) -> bool:
    """Kharkiv and Kharkov, Al Bab and Bab: one spelled in the other, or a common beginning."""
    short, long = sorted((a, b), key=len)
    if short in long:
        return True
    return difflib.SequenceMatcher(None, short, long).ratio() >= SPELLED_ALIKE


def _compare_points(a: Facts, b: Facts) -> float | None:
    assert a.point is not None
    assert b.point is not None
    if abs(a.point[0] - b.point[0]) * KM_A_DEGREE > FAR_KM:
        return None
    distance = measure_distance(a.point, b.point)
    if distance > FAR_KM or (a.article == b.article and distance > SAME_PLACE_KM):
        return None
    if distance <= SAME_PLACE_KM:
        return 0.8
    if a.group == "territory":
        return None
    return -0.5 if distance <= NEAR_KM else -3.0


def _compare_numbers(a: Facts, b: Facts) -> float | None:
    weight = 0.0
    for measure, value in a.numbers:
        others = [other for name, other in b.numbers if name == measure]
        if not others:
            continue
        nearest = min(others, key=lambda other: abs(other - value))
        if measure in EXACT_MEASURES and abs(nearest - value) > EXACT_MEASURES[measure]:
            return None
        if nearest == value:
            weight += 0.6 if value > 2 else 0.3
        elif measure in RISING and min(nearest, value) > 0:
            ratio = max(nearest, value) / min(nearest, value)
            weight -= 0.2 if ratio <= 4 else 0.8
        elif measure not in RISING:
            weight -= 0.3
    return max(-1.5, min(1.2, weight))


def _compare_people(a: Facts, b: Facts) -> float:
    if not a.people or not b.people:
        return 0.0
    if a.people & b.people:
        return 0.8
    if a.group == b.group == "justice":
        # one court judges several in a day, each in the same words
        return -5.0
    return -3.5 if a.group in PERSONAL_GROUPS else -0.4
