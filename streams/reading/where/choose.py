"""The article's places and one event trigger in, the place of that event out.

By syntax: the place that hangs on the trigger or its clause, the smallest one where a town and its
region are both named. For what headline and lead tell, the other of the two. Else none.
"""

from __future__ import annotations

from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.when.lexicon import word_set
from streams.reading.when.retold import retells
from streams.reading.where.attach import FAR, price
from streams.reading.where.institution import find_institution, find_national
from streams.reading.where.model import FoundPlace, Places
from streams.reading.where.words import LOCATIVE
from streams.reading.words import Token
from streams.records import Where

_GRAIN = {
    "settlement": 0,
    "facility": 0,
    "front": 1,
    "water": 1,
    "area": 2,
    "unknown": 1,
    "region": 2,
    "sea": 2,
    "country": 3,
}
_TOWARD = frozenset(("toward", "towards"))
_ORIGIN = frozenset(("from",))
_MOVES_AWAY = word_set("places_words", "moves_away")
_OFFICES = word_set("places_words", "offices")
_HAPPEN = frozenset(
    ["happen", "occur", "take", "strike", "hit", "unfold", "erupt", "come", "break"]
)
_NEAR = 3.0
_REPEATED = 6
"""How many sentences on the same deed, told again with its place, is looked for."""
_SLACK = 1.6
"""A place within this price of the nearest one may be the better one by being smaller."""


def choose_where(
    places: Places, parsed: ParsedArticle, sentence: Sentence, trigger: Token
) -> Where | None:
    """The place of the event that `trigger` tells, or None."""
    chosen = choose_all_where(places, parsed, sentence, trigger)
    return chosen[0] if chosen else None


def choose_all_where(
    places: Places, parsed: ParsedArticle, sentence: Sentence, trigger: Token
) -> tuple[Where, ...]:
    """The places of the event: more than one only where they are coordinated ("captured X and Y")."""
    priced = _priced(places, sentence, trigger)
    if priced:
        return _refine(_pick(priced), places, parsed, sentence, trigger)
    elsewhere = (
        _referred(places, sentence, trigger)
        or _continued(places, sentence)
        or _from_lead(places, parsed, sentence)
        or _retold(places, parsed, sentence, trigger)
    )
    if elsewhere is not None:
        return _refine((elsewhere,), places, parsed, sentence, trigger)
    elsewhere = places.dateline if _is_top(sentence) else None
    elsewhere = elsewhere or find_national(sentence, trigger) or find_institution(trigger)
    elsewhere = elsewhere or places.story
    return (elsewhere,) if elsewhere is not None else ()


def _is_top(sentence: Sentence) -> bool:
    return sentence.paragraph.role in ("headline", "lead")


def _refine(
    wheres: tuple[Where, ...],
    places: Places,
    parsed: ParsedArticle,
    sentence: Sentence,
    trigger: Token,
) -> tuple[Where, ...]:
    """Find a town for a headline or lead that names only its region or country.

    The headline's "Ohio" is the lead's "East Palestine"; "UVALDE, Texas - ... at a Texas school" is
    the dateline's town.
    """
    if len(wheres) != 1 or not _is_top(sentence) or wheres[0].feature not in ("region", "country"):
        return wheres
    where = wheres[0]
    if sentence.paragraph.role == "headline":
        lead = _from_lead(places, parsed, sentence)
        if lead is not None and _is_inside(lead, where):
            return (lead,)
    told = _retold(places, parsed, sentence, trigger)
    if told is not None and _is_inside(told, where):
        return (told,)
    town = places.dateline
    if town is not None and where.feature == "region" and _is_inside(town, where):
        return (town,)
    return wheres


def _is_inside(place: Where, where: Where) -> bool:
    """Whether a resolved place lies in that country or region."""
    if place.country != where.country or _GRAIN[place.feature] >= _GRAIN[where.feature]:
        return False
    return where.admin1 is None or place.admin1 == where.admin1


def _priced(places: Places, sentence: Sentence, trigger: Token) -> list[tuple[float, FoundPlace]]:
    priced = []
    for place in places.in_sentence(sentence.index):
        if not _can_be(place, trigger):
            continue
        cost = price(trigger, place.head) + _preposition(place, trigger)
        if cost <= FAR:
            priced.append((cost, place))
    priced.sort(key=lambda pair: (pair[0], abs(pair[1].head.i - trigger.i)))
    return priced


def _can_be(place: FoundPlace, trigger: Token) -> bool:
    if place.role == "actor":
        return False
    if place.role == "modifier":
        head = place.head
        for _ in range(3):
            head = head.head
            if head.i == trigger.i:
                return True
            if head.pos_ not in ("NOUN", "PROPN"):
                break
        return place.where.feature != "country" and place.head.head.ent_type_ != "PERSON"
    return True


def _preposition(place: FoundPlace, trigger: Token) -> float:
    """What the preposition before the place adds: "from" is where something came from."""
    word = _preposition_of(place)
    if word is None:
        return 0.0
    if word in _ORIGIN and trigger.lemma_.lower() not in _MOVES_AWAY:
        return 2.0
    if word == "of" and _is_office(place):
        return 5.0  # the mayor of a town need not be in it
    if word in _TOWARD or word == "to":
        return 0.7
    if word in ("for", "about", "on") and place.where.feature == "country":
        return 1.0
    return 0.0


def _is_office(place: FoundPlace) -> bool:
    node = place.head
    while node.dep_ in ("pobj", "conj", "compound", "nmod") and node.head.i != node.i:
        node = node.head
    return node.lower_ == "of" and node.head.lemma_.lower() in _OFFICES


def _preposition_of(place: FoundPlace) -> str | None:
    node = place.head
    for _ in range(6):
        if node.dep_ == "prep":
            return node.lower_
        if (
            node.dep_ not in ("pobj", "conj", "appos", "compound", "nmod", "poss")
            or node.head.i == node.i
        ):
            return None
        node = node.head
    return None


def _pick(priced: list[tuple[float, FoundPlace]]) -> tuple[Where, ...]:
    nearest, first = priced[0]
    toward = next((place for _, place in priced if _is_toward(place)), None)
    slack = _SLACK if first.where.country or first.where.feature == "sea" else FAR
    near = [
        (cost, place) for cost, place in priced if cost <= nearest + slack and not _is_toward(place)
    ]
    if not near:
        return (_toward(first, toward),)
    best = min(near, key=lambda pair: (_grain(pair[1]), _is_open(pair[1]), pair[0]))[1]
    twins = [
        place
        for _, place in near
        if place is not best and _is_coordinated(place, best) and _grain(place) == _grain(best)
    ]
    wheres = [place.where for place in sorted([best, *twins], key=lambda place: place.first.i)]
    if toward is not None:
        wheres = [where.model_copy(update={"toward": toward.where.name}) for where in wheres]
    return tuple(wheres)


def _is_open(place: FoundPlace) -> bool:
    """Whether nobody knows where a name is: "a prison in Palermo" is better known by its town."""
    return place.where.resolved is None


def _grain(place: FoundPlace) -> int:
    return _GRAIN[place.where.feature]


def _is_toward(place: FoundPlace) -> bool:
    if _preposition_of(place) in _TOWARD:
        return True
    before = place.head.doc[max(0, place.first.i - 12) : place.first.i].text.lower()
    return "direction of" in before


def _toward(place: FoundPlace, toward: FoundPlace | None) -> Where:
    if toward is None:
        return place.where
    return toward.where.model_copy(
        update={
            "relation": "toward",
            "toward": toward.where.name,
            "precision": max(2, toward.where.precision),
        }
    )


def _is_coordinated(place: FoundPlace, best: FoundPlace) -> bool:
    low, high = sorted((place, best), key=lambda p: p.first.i)
    node = high.head
    for _ in range(8):
        if node.dep_ == "conj":
            node = node.head
            if node.i == low.head.i:
                return True
        elif (
            node.dep_ == "pobj"
            and node.head.lower_ in ("with", "as")
            and "along" in node.doc[max(0, node.head.i - 1) : node.head.i].text
        ):
            return True
        else:
            break
    between = low.last.doc[low.last.i + 1 : high.first.i].text.lower().strip()
    return between in ("and", ",", ", and", "along with", "as well as", "or")


_REFERRED: dict[str, tuple[str, ...]] = {
    "city": ("settlement",),
    "town": ("settlement", "unknown"),
    "village": ("settlement", "unknown"),
    "port": ("settlement",),
    "region": ("region",),
    "province": ("region",),
    "state": ("region",),
    "island": ("area", "region"),
    "country": ("country",),
    "nation": ("country",),
}


def _referred(places: Places, sentence: Sentence, trigger: Token) -> Where | None:
    """Find what "in the city", "in the capital" means: the one named last before."""
    for token in sentence.words:
        word = token.lower_
        if word not in _REFERRED and word != "capital":
            continue
        definite = any(child.lower_ in ("the", "this", "that") for child in token.children)
        if not definite or token.dep_ != "pobj" or token.head.lower_ not in LOCATIVE:
            continue
        if price(trigger, token) > FAR:
            continue
        if word == "capital":
            return places.capital
        for place in reversed(places.found):
            if place.sentence >= sentence.index or place.where.feature not in _REFERRED[word]:
                continue
            if place.role == "place" or _REFERRED[word] == ("country",):
                return place.where.model_copy(update={"rule": place.where.rule + ".referred"})
    return None


def _from_lead(places: Places, parsed: ParsedArticle, sentence: Sentence) -> Where | None:
    """The place of the lead for the headline's event, and of the headline for the lead's."""
    role = sentence.paragraph.role
    if role not in ("headline", "lead"):
        return None
    first_lead = next((s.index for s in parsed.sentences if s.paragraph.role == "lead"), None)
    if role == "lead" and sentence.index != first_lead:
        wanted: tuple[int | None, ...] = (first_lead,)
    else:
        wanted = (first_lead,) if role == "headline" else (0,)
    best: FoundPlace | None = None
    for place in places.found:
        if (
            place.sentence not in wanted
            or place.sentence == sentence.index
            or place.role != "place"
        ):
            continue
        if _preposition_of(place) in _ORIGIN:
            continue
        if best is None or _grain(place) < _grain(best):
            best = place
    if best is None:
        return None
    return best.where.model_copy(update={"rule": best.where.rule + ".lead"})


def _retold(
    places: Places, parsed: ParsedArticle, sentence: Sentence, trigger: Token
) -> Where | None:
    """Find where the deed of headline or lead is told again: "He was hanged on Friday in Lahore"."""
    if not _is_top(sentence):
        return None
    for place in places.found:
        if not sentence.index < place.sentence <= sentence.index + _REPEATED:
            continue
        if place.role != "place" or place.where.resolved is None or place.where.country is None:
            continue
        for word in parsed.sentences[place.sentence].words:
            if word.pos_ in ("VERB", "NOUN") and retells(word, trigger):
                cost = price(word, place.head) + _preposition(place, word)
                if cost <= _NEAR:
                    return place.where.model_copy(update={"rule": place.where.rule + ".retold"})
    return None


def _continued(places: Places, sentence: Sentence) -> Where | None:
    """Find "The blast happened in X", said in one of the next sentences."""
    if sentence.paragraph.role not in ("headline", "lead"):
        return None
    for place in places.found:
        if not sentence.index < place.sentence <= sentence.index + 4 or place.role != "place":
            continue
        if _preposition_of(place) in ("of", "from"):
            continue  # "in a village 50 km north of Melbourne"
        verb = place.head
        for _ in range(8):
            if verb.pos_ == "VERB" or verb.head.i == verb.i:
                break
            verb = verb.head
        if verb.lemma_.lower() not in _HAPPEN:
            continue
        subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
        if subject is not None and (
            subject.lower_ == "it" or any(c.lower_ in ("the", "this") for c in subject.children)
        ):
            return place.where.model_copy(update={"rule": place.where.rule + ".continued"})
    return None
