"""The drafts of one article in; one draft an event out.

Theory: an article tells its event again and again (headline, lead, later sentences). Two drafts are
one when their kinds may tell one happening and nothing speaks against it: other days, other places,
other people, other extents, or words such as "separate". Two that differ stay two: a wrong join
hides an event, a missed one is joined again when events are merged.

A denial that names no event of its own ("denied that Ukraine had made any gains") belongs to every
event of its kind and side that a party claims; what the outlet itself vouches for stays as it is.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources

from streams.lexicon.ontology import get_kind
from streams.reading.coding.code import Coding
from streams.reading.coding.patterns import load_coding_lexicon
from streams.reading.draft import Draft
from streams.reading.who.actors import drop_doubles
from streams.records import Actor, Claim, Newsworthiness, Quantity, Reason, When, Where

CUMULATIVE = dt.timedelta(days=3)
SAME_PLACE_KM = 40.0
"""Two points nearer than this may be one event: a town and its suburb, a village and its town."""
BORROWED = ".lead"
"""How the rule of a day or a place ends that a headline has from the lead."""
FAR = 3
"""Sentences between two tellings from which other dead are another event's."""
EXTENTS = frozenset({"distance", "area", "money", "magnitude"})
BY_PERSON = frozenset({"people", "justice", "death", "sport", "business", "culture", "release"})
"""Groups whose events are told apart by whom they befall."""
BY_WORDS = frozenset({"statement", "threat", "government", "markets", "economy", "science"})
"""Groups whose events are told apart by their words: two demands are two."""
DEEDS = (
    frozenset({"group", "crew", "gang", "convoy", "ship", "boat", "plane", "train", "bus", "bomb"})
    | {"suspect", "gunman", "bomber", "blast", "explosion", "strike", "attack", "missile", "rocket"}
    | {"village", "town", "house", "drone", "car", "quake", "earthquake", "tornado", "fire"}
)
"""Of these another one means another event; another person may be one more of the same."""
OTHER_EVENT = frozenset({"separate", "separately", "another", "elsewhere", "second", "similar"})


@cache
def load_related() -> dict[str, frozenset[str]]:
    """Load which general kind gives way to which particular kinds."""
    path = resources.files("streams.lexicon").joinpath("related.toml")
    table: dict[str, str] = tomllib.loads(path.read_text("utf-8"))
    return {kind: frozenset(words.split()) for kind, words in table.items()}


def fold_drafts(drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    """Fold drafts that plainly tell one event; order of first telling."""
    denials = [draft for draft in drafts if draft.modality == "denied"]
    told = [draft for draft in drafts if draft.modality != "denied"]
    folded: list[Draft] = []
    for draft in told:
        for index, other in enumerate(folded):
            if is_same(other, draft):
                folded[index] = join_drafts(other, draft)
                break
        else:
            folded.append(draft)
    for denial in denials:
        folded = _attach_denial(denial, folded)
    return tuple(folded)


def is_same(one: Draft, other: Draft) -> bool:
    """Say whether the two drafts tell one event."""
    kinds = _may_be_kind(one.kind, other.kind) or _share_toll(one, other)
    if not kinds or (one.modality != other.modality and not _is_announced(one, other)):
        return False
    if one.coding is other.coding:  # "captured A and B": one clause, two events
        return False
    if _are_stages(one, other) or _says_other(one) or _says_other(other):
        return False
    if not _may_be_when(one.when, other.when):
        return False
    if _have_other_toll(one, other) or _recalls(one, other) or _recalls(other, one):
        return False
    by_words = get_kind(other.kind).group in BY_WORDS
    return _are_one_headline(one, other) or (
        _may_be_about(one, other)
        and (by_words or _may_be_where(one.where, other.where))
        and _may_be_actors(one.actors, other.actors)
        and not _have_other_extent(one, other)
    )


def _is_announced(one: Draft, other: Draft) -> bool:
    """Say whether a headline tells as done what its lead says is to come: "launches", "is to launch"."""
    modalities = {one.modality, other.modality}
    opening = one.in_headline != other.in_headline and one.in_opening and other.in_opening
    return one.kind == other.kind and opening and modalities == {"happened", "planned"}


def _recalls(news: Draft, past: Draft) -> bool:
    """Say whether the body recalls another year's or month's deed beside one that just happened."""
    dated = past.when.start is not None and past.when.precision in {"year", "month"}
    recalled = past.newsworthiness == "background" and dated and not past.in_opening
    return recalled and news.newsworthiness == "new" and news.in_opening


def _are_stages(one: Draft, other: Draft) -> bool:
    """Say whether one is an old stage of the case: "rejected an appeal by a woman sentenced to die"."""
    recalled = one.coding.judgement.recalled != other.coding.judgement.recalled
    return recalled and one.kind != other.kind and get_kind(one.kind).group == "justice"


def _have_other_toll(one: Draft, other: Draft) -> bool:
    """Say whether each has dead of its own: other places, or far apart and no toll going on."""
    mine, yours = _killed(one), _killed(other)
    if not mine or not yours or mine & yours:
        return False
    if "toll" in other.coding.sentence.text or (one.in_opening and other.in_opening):
        return False
    places = _place_name(one), _place_name(other)
    if None not in places and places[0] != places[1]:
        return True
    return all(abs(a - b) > FAR for a in one.sentences for b in other.sentences)


def _share_toll(one: Draft, other: Draft) -> bool:
    """Say whether two attacks have the same dead: an ambush is told as a shooting as well."""
    groups = {get_kind(one.kind).group, get_kind(other.kind).group}
    return (
        groups <= {"attack", "crime"} and "attack" in groups and bool(_killed(one) & _killed(other))
    )


def _killed(draft: Draft) -> set[float]:
    return {n.value for n in draft.numbers if n.measure == "killed" and n.value}


def _are_one_headline(one: Draft, other: Draft) -> bool:
    """Say whether headline and lead tell one deed of one actor, whatever places they name."""
    both_open = one.in_opening and other.in_opening and one.kind == other.kind
    group = get_kind(one.kind).group
    apart = group in BY_WORDS or group == "territory" or one.sentences == other.sentences
    return both_open and not apart and _share_actor(one, other)


def _may_be_about(one: Draft, other: Draft) -> bool:
    """Say whether they may be about the same people, words or things."""
    group = get_kind(other.kind).group
    both_open = one.in_opening and other.in_opening
    if "death" in {one.kind, other.kind} and one.kind != other.kind and not both_open:
        return False
    one_breath = one.sentences == other.sentences and _share_actor(one, other)
    if group in BY_WORDS and not one_breath and not _share_words(one, other):
        return False
    if group in BY_PERSON and not both_open and not _share_person(one, other):
        return False
    if group == "territory" and _place_name(one) != _place_name(other):
        return False
    apart = one.newsworthiness != other.newsworthiness or (
        one.kind != other.kind and not _are_near(one, other)
    )
    return not apart or _has_evidence(one, other)


def join_drafts(one: Draft, other: Draft) -> Draft:
    """Join two drafts of one event: the best of each field and the union of the lists."""
    first, second = (one, other) if _rank(one) >= _rank(other) else (other, one)
    kind, confidence = _choose_kind(first, second)
    return replace(
        first,
        kind=kind,
        when=_better_when(first.when, second.when),
        where=_better_where(first.where, second.where),
        actors=_join_actors(first.actors, second.actors),
        targets=_join_actors(first.targets, second.targets),
        recipients=_join_actors(first.recipients, second.recipients),
        numbers=_join_numbers(first.numbers, second.numbers),
        claims=_join_claims(first.claims, second.claims),
        newsworthiness=_join_news(one, other),
        sentences=tuple(sorted({*one.sentences, *other.sentences})),
        told=one.told | other.told,
        reasons=_join_reasons(first, second),
        confidence=min(0.99, confidence + 0.05),
        opening=_choose_opening(one, other),
    )


def _choose_opening(one: Draft, other: Draft) -> Coding:
    """The telling nearest to the top of the article: the headline's, else the lead's."""
    tellings = (one.opening or one.coding, other.opening or other.coding)
    order = {"headline": 0, "lead": 1}
    return min(tellings, key=lambda coding: order.get(coding.sentence.paragraph.role, 2))


def _attach_denial(denial: Draft, folded: list[Draft]) -> list[Draft]:
    """Add a denial to the events it denies; keep it alone when there is none."""
    denying = {claim.claimant for claim in denial.claims if claim.stance == "denies"}
    found = False
    result = []
    for draft in folded:
        if _may_be_kind(draft.kind, denial.kind) and any(
            claim.stance == "denies" and claim.claimant in denying for claim in draft.claims
        ):
            found = True
        elif _is_denied(draft, denial):
            found = True
            draft = replace(  # noqa: PLW2901 - the draft with its denial takes its place
                draft,
                claims=_join_claims(draft.claims, denial.claims),
                sentences=tuple(sorted({*draft.sentences, *denial.sentences})),
            )
        result.append(draft)
    return result if found else [*result, denial]


def _is_denied(draft: Draft, denial: Draft) -> bool:
    if draft.newsworthiness == "background" and denial.newsworthiness == "new":
        return False
    vouched = any(claim.outlet or claim.sector == "JRN" for claim in draft.claims)
    general = denial.where is None or denial.where.precision == 3
    return (
        _may_be_kind(draft.kind, denial.kind)
        and not (general and vouched)
        and _may_be_where(draft.where, denial.where)
        and _may_be_actors(draft.actors, denial.actors)
    )


def _may_be_kind(one: str, other: str) -> bool:
    related = load_related()
    return one == other or other in related.get(one, ()) or one in related.get(other, ())


def _choose_kind(first: Draft, second: Draft) -> tuple[str, float]:
    """The particular kind of the two."""
    related = load_related()
    if second.kind in related.get(first.kind, ()):
        return second.kind, second.confidence
    if first.kind in related.get(second.kind, ()):
        return first.kind, first.confidence
    return first.kind, max(first.confidence, second.confidence)


def _says_other(draft: Draft) -> bool:
    """Say whether its clause tells another deed of the same sort: "another crew was captured"."""
    trigger = draft.coding.trigger
    frame = draft.coding.frame
    opening = set(draft.coding.sentence.lowers[:4])
    if opening & {"separately", "elsewhere"}:
        return True
    if {"separate", "another"} & opening and {"incident", "case", "attack"} & opening:
        return True
    told = [trigger]
    if trigger.pos_ in {"VERB", "AUX"}:  # who does it or suffers it, but people: "another person"
        told += [t for t in (*frame.subjects, *frame.objects) if t.lemma_.lower() in DEEDS]
    return any(child.lower_ in OTHER_EVENT for token in told for child in token.children)


def _are_near(one: Draft, other: Draft) -> bool:
    """Say whether two drafts stand side by side, or both open the article."""
    if one.in_opening and other.in_opening:
        return True
    return any(abs(a - b) <= 1 for a in one.sentences for b in other.sentences)


def _has_evidence(one: Draft, other: Draft) -> bool:
    """Say whether something told twice is the same: its day, its place, its dead or its object."""
    if one.in_opening and other.in_opening and _killed(one) & _killed(other):
        return True
    if one.when.date is not None and one.when.date == other.when.date:
        return True
    undated = one.when.start is None and other.when.start is None
    if undated and _place_name(one) is not None and _place_name(one) == _place_name(other):
        return True
    mine = {token.lemma_.lower() for token in one.coding.targets if token.pos_ == "NOUN"}
    yours = {token.lemma_.lower() for token in other.coding.targets if token.pos_ == "NOUN"}
    people = load_coding_lexicon().terms("human").lemmas
    return one.kind == other.kind and bool((mine & yours) - people)


def _share_words(one: Draft, other: Draft) -> bool:
    """Say whether two statements are about the same: their objects share a word of content."""
    return bool(_content(one) & _content(other))


def _content(draft: Draft) -> set[str]:
    coding = draft.coding
    words = {token.lemma_.lower() for token in coding.targets}
    for token in coding.frame.trigger.subtree:
        if token.pos_ in {"NOUN", "PROPN", "VERB", "NUM"} and token.i != coding.trigger.i:
            words.add(token.lemma_.lower())
    return words - {token.lemma_.lower() for token in coding.actors} - {"say", "year"}


def _share_person(one: Draft, other: Draft) -> bool:
    """Say whether they may befall the same person: a name on both sides must be shared."""
    mine, yours = _names(one), _names(other)
    return not mine or not yours or bool(mine & yours)


def _share_actor(one: Draft, other: Draft) -> bool:
    mine = {actor.name for actor in one.actors if actor.name[:1].isupper()}
    return bool(mine & {actor.name for actor in other.actors})


def _names(draft: Draft) -> set[str]:
    people = [*draft.targets, *draft.actors]
    names = [actor.name for actor in people if actor.name[:1].isupper()]
    return {name.split()[-1].lower() for name in names}


def _may_be_when(one: When, other: When) -> bool:
    if one.start is None or other.start is None or one.end is None or other.end is None:
        return True
    if _is_borrowed(one.rule) or _is_borrowed(other.rule):
        return True
    if _is_cumulative(one) != _is_cumulative(other):
        return False
    return one.start < other.end and other.start < one.end


def _is_borrowed(rule: str) -> bool:
    """Say whether a headline has its day or place only from the lead, which may tell two events."""
    return rule.endswith(BORROWED)


def _is_cumulative(when: When) -> bool:
    """Say whether it counts up over days: "since the offensive began" is not the day of one advance."""
    if when.start is None or when.end is None or "since" not in when.rule:
        return False
    return when.end - when.start > CUMULATIVE


def _may_be_where(one: Where | None, other: Where | None) -> bool:
    if one is None or other is None:
        return True
    if one.name.lower() == other.name.lower() or _is_borrowed(one.rule) or _is_borrowed(other.rule):
        return True
    if one.country and other.country and one.country != other.country:
        return False
    if one.precision == 3 or other.precision == 3:
        return not (one.admin1 and other.admin1 and one.admin1 != other.admin1)
    if one.point is None or other.point is None:
        return False
    return _distance_km(one, other) <= SAME_PLACE_KM


def _place_name(draft: Draft) -> str | None:
    return draft.where.name.lower() if draft.where is not None else None


def _distance_km(one: Where, other: Where) -> float:
    if one.point is None or other.point is None:
        return math.inf
    lat1, lat2 = math.radians(one.point.lat), math.radians(other.point.lat)
    delta = math.radians(one.point.lon - other.point.lon)
    cosine = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(delta)
    return 6371.0 * math.acos(max(-1.0, min(1.0, cosine)))


def _may_be_actors(one: tuple[Actor, ...], other: tuple[Actor, ...]) -> bool:
    """Two sides of known countries must share one."""
    mine = {actor.country for actor in one if actor.country}
    yours = {actor.country for actor in other if actor.country}
    return not mine or not yours or bool(mine & yours)


def _have_other_extent(one: Draft, other: Draft) -> bool:
    """Two advances of other extents, one in distance and one in area, are two."""
    is_ground = get_kind(one.kind).group == "territory"
    telling = EXTENTS if is_ground else EXTENTS - {"distance"}
    return any(
        mine.value and yours.value and mine.value != yours.value
        for mine in one.numbers
        for yours in other.numbers
        if mine.measure == yours.measure and mine.measure in telling
    ) or (is_ground and _measures(one) != _measures(other))


def _join_news(one: Draft, other: Draft) -> Newsworthiness:
    """New when either is; but the one that has the date knows better."""
    dated = [draft for draft in (one, other) if draft.when.start is not None]
    judges = dated if len(dated) == 1 else [one, other]
    return "new" if any(draft.newsworthiness == "new" for draft in judges) else "background"


def _measures(draft: Draft) -> set[str]:
    return {number.measure for number in draft.numbers if number.measure in EXTENTS}


def _rank(draft: Draft) -> float:
    """How well a draft tells the event: fields it fills, then where it stands."""
    if get_kind(draft.kind).group in BY_WORDS:  # the first telling is the fullest
        return -float(draft.sentences[0]) - draft.coding.trigger.i / 1000
    score = 2.0 * (draft.when.start is not None) + 2.0 * (draft.where is not None)
    score += min(2, len(draft.numbers)) + (draft.newsworthiness == "new")
    score += 0.5 * bool(draft.actors) + 0.5 * bool(draft.targets) + draft.confidence
    if "lead" in draft.told:
        score += 1.5
    elif draft.in_headline:
        score -= 0.5
    if draft.coding.pattern.state:
        score -= 3
    return score - 0.02 * draft.sentences[0]


def _better_when(first: When, second: When) -> When:
    if _is_borrowed(first.rule) != _is_borrowed(second.rule) and first.start and second.start:
        return second if _is_borrowed(first.rule) else first
    order = {"hour": 0, "day": 1, "week": 2, "month": 3, "year": 4, "before": 5}
    return second if order[second.precision] < order[first.precision] else first


def _better_where(first: Where | None, second: Where | None) -> Where | None:
    if first is None or second is None:
        return first or second
    if _is_borrowed(first.rule) != _is_borrowed(second.rule):
        return second if _is_borrowed(first.rule) else first
    if (second.point is not None, -second.precision) > (first.point is not None, -first.precision):
        return second
    return first


def _join_actors(one: tuple[Actor, ...], other: tuple[Actor, ...]) -> tuple[Actor, ...]:
    """Names first; a vague word gives way when the other side has a name of its country."""
    joined = {actor.name: actor for actor in (*one, *other)}
    named = sorted(joined.values(), key=lambda actor: not actor.name[:1].isupper())
    return drop_doubles(named)[:6]


def _join_numbers(one: tuple[Quantity, ...], other: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    """Join the numbers; the headline's bare "12" and the lead's "at least 12" are one number."""
    found: dict[tuple[str, str | None, float | str], Quantity] = {}
    for number in (*one, *other):
        value = number.qualifier if number.value is None else number.value
        key = (number.measure, number.unit, value)
        first = found.setdefault(key, number)
        if first.qualifier == "exactly" != number.qualifier:
            claimant = number.claimant or first.claimant
            found[key] = number.model_copy(update={"claimant": claimant})
    return tuple(found.values())


def _join_claims(one: tuple[Claim, ...], other: tuple[Claim, ...]) -> tuple[Claim, ...]:
    found: dict[tuple[str, str, str | None], Claim] = {}
    for claim in (*one, *other):
        found.setdefault((claim.claimant, claim.stance, claim.of), claim)
    return tuple(found.values())


def _join_reasons(first: Draft, second: Draft) -> tuple[Reason, ...]:
    return first.reasons + tuple(r for r in second.reasons if r not in first.reasons)
