"""The article's numbers and one event trigger in, the numbers of that event out.

A number belongs to the event whose clause it stands in: the price of the path in the syntax tree
decides, and the complement of "said" is another event. What a kind cannot have it does not get: a
statement kills nobody, a strike has no score.
"""

from __future__ import annotations

from collections.abc import Callable

from streams.lexicon.ontology import get_kind
from streams.reading.numbers.fate import fate_words
from streams.reading.numbers.found import FoundQuantity
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.walk import find_opening, is_forerunner, is_own_clause, price_path
from streams.reading.when.english import SAY_LEMMAS
from streams.reading.when.lexicon import word_set
from streams.reading.words import Token
from streams.records import Measure, Quantity

FAR = 4.5
SpeakerOf = Callable[[Sentence, Token], str | None]
"""Who says a word of a sentence, where the text says so."""
_CASUALTIES: frozenset[Measure] = frozenset(
    ("killed", "injured", "missing", "displaced", "rescued", "affected", "infected")
)
_HURT: frozenset[Measure] = frozenset(("killed", "injured", "missing"))
"""What only groups that hurt people have: talks kill nobody, even as an air strike does."""
_CONTENT = frozenset(
    (
        "pcomp",
        "pobj",
        "conj",
        "acomp",
        "oprd",
        "xcomp",
        "dobj",
        "compound",
        "nmod",
        "appos",
        "nsubj",
        "nsubjpass",
    )
)
_ACCUSED = frozenset(("accuse", "charge", "suspect", "convict"))
_CHARGED = frozenset(("with", "of", "for", "in", "over", "on"))
_CASES = frozenset(("justice", "arrest"))
"""Groups whose dead are those of the deed that somebody is held or tried for."""
_HURTING = word_set("numbers_lists", "hurting")
_CONTINUED = 3
_PREPOSITIONS = {
    "after": 3.0, "before": 3.0, "since": 3.0, "despite": 3.0, "following": 3.0, "than": 3.0,
    "over": 4.5, "about": 4.5, "against": 4.5, "unlike": 4.5,
}  # fmt: skip
"""What they lead to is another event: protests "over the death of a student"."""
_SPARKS = word_set("numbers_lists", "sparks")
"""Riots sparked by the killing of a boy: the riots did not kill him."""
_CROWDS = frozenset(("protest", "arrest", "crime"))
_TOLL_WORDS = word_set("numbers_lists", "toll_words")


def choose_numbers(
    quantities: tuple[FoundQuantity, ...],
    parsed: ParsedArticle,
    sentence: Sentence,
    triggers: tuple[Token, ...],
    kind: str,
    speaker_of: SpeakerOf,
) -> tuple[Quantity, ...]:
    """The numbers of one event with who said each: of all its words, and of the sentences that go on.

    Another number of the same thing joins only when somebody else says it: "police said 11 had died;
    the rebels put it at 30".
    """
    found = [n for word in triggers for n in _near_numbers(quantities, sentence, word, kind)]
    found += _rival_tolls(quantities, sentence, kind)
    found += _continued(quantities, parsed, sentence, kind)
    found = [n for n in found if not (n.is_definite and kind == "death")]
    found = [n for n in found if n.quantity.measure != "magnitude" or not _is_echo(n, parsed)]
    hurt = {n.span.start for n in found if n.quantity.measure in _CASUALTIES}
    found = [n for n in found if n.quantity.measure != "count" or n.span.start not in hurt]
    counted = {number.quantity.measure for number in found if not number.is_definite}
    found = [n for n in found if not n.is_definite or n.quantity.measure not in counted]
    chosen: dict[tuple[str, str | None], Quantity] = {}
    others: dict[tuple[str, str | None, str], Quantity] = {}
    for number in found:
        key = _key(number.quantity)
        speaker = speaker_of(parsed.sentences[number.sentence], number.head)
        quantity = number.quantity.model_copy(update={"claimant": speaker})
        first = chosen.setdefault(key, quantity)
        is_other = speaker is not None and speaker != first.claimant
        if is_other and quantity.value != first.value and quantity.measure in _CASUALTIES:
            others.setdefault((*key, speaker or ""), quantity)
    return (*chosen.values(), *others.values())


def _is_echo(number: FoundQuantity, parsed: ParsedArticle) -> bool:
    """Say whether a magnitude is an aftershock's: "the strongest of magnitude 5.5"."""
    lowers = parsed.sentences[number.sentence].lowers
    echoes = any(word.startswith("aftershock") for word in lowers)
    return echoes and not any(word.endswith("quake") for word in lowers)


def _near_numbers(
    quantities: tuple[FoundQuantity, ...], sentence: Sentence, trigger: Token, kind: str
) -> list[FoundQuantity]:
    """The numbers of the event's own clause, the nearest first."""
    priced: list[tuple[float, int, FoundQuantity]] = []
    for found in quantities:
        if found.sentence != sentence.index or found.is_part:
            continue
        if not _fits(found, kind, trigger):
            continue
        is_content = found.quantity.measure == "killed" and is_charged(trigger, found.head, kind)
        cost = 1.0 if is_content else price(trigger, found.head)
        if cost <= FAR:
            priced.append((cost, abs(found.head.i - trigger.i), found))
    priced.sort(key=lambda entry: entry[:2])
    return [found for _, _, found in priced]


def _key(quantity: Quantity) -> tuple[str, str | None]:
    is_thing = quantity.measure in ("count", "weapons")
    return quantity.measure, quantity.unit if is_thing else None


def _rival_tolls(
    quantities: tuple[FoundQuantity, ...], sentence: Sentence, kind: str
) -> list[FoundQuantity]:
    """Another toll in the same sentence, whoever's clause it stands in."""
    if get_kind(kind).group not in _HURTING:
        return []
    return [
        found
        for found in quantities
        if found.sentence == sentence.index and found.noun == "toll" and not found.is_part
    ]


def _continued(
    quantities: tuple[FoundQuantity, ...], parsed: ParsedArticle, sentence: Sentence, kind: str
) -> list[FoundQuantity]:
    """Tolls in the next sentences that go on about the same event: "The death toll rose to 13".

    Only casualties, only until a sentence speaks of something else that hurts people.
    """
    group = get_kind(kind).group
    if group not in _HURTING:
        return []
    further: list[FoundQuantity] = []
    for found in quantities:
        if not sentence.index < found.sentence <= sentence.index + _CONTINUED or found.is_part:
            continue
        owner = parsed.sentences[found.sentence]
        if found.is_definite and found.sentence > sentence.index + 1:
            continue
        if found.quantity.measure == "detained":
            is_next = found.sentence == sentence.index + 1 and group in _CROWDS
            if not is_next or owner.paragraph.index != sentence.paragraph.index:
                continue
        elif found.quantity.measure not in _CASUALTIES or not _goes_on(owner, found):
            continue
        further.append(found)
    return further


def _goes_on(sentence: Sentence, found: FoundQuantity) -> bool:
    if found.first.i - sentence.tokens.start <= 1:
        return True  # "About 3,200 people were moved to schools"
    words = {token.lower_ for token in sentence.tokens}
    opening = {token.lower_ for token in sentence.tokens[:6]}
    return (
        "toll" in words or bool(opening & _TOLL_WORDS) or ("at" in opening and "least" in opening)
    )


def _fits(found: FoundQuantity, kind: str, trigger: Token) -> bool:
    """Whether an event of this kind can have such a number."""
    group = get_kind(kind).group
    measure = found.quantity.measure
    if measure == "score":
        return group == "sport"
    if measure == "count":
        return trigger.i in (found.head.head.i, found.head.i)
    if measure in _CASUALTIES:
        return _can_hurt(found, kind, trigger)
    if measure == "years":
        return group in ("crime", "justice", "arrest", "coercion", "sport")
    return True


def _can_hurt(found: FoundQuantity, kind: str, trigger: Token) -> bool:
    group, measure = get_kind(kind).group, found.quantity.measure
    if group in _CASES and kind != "execution":
        return measure == "killed" and is_charged(trigger, found.head, kind)
    if group not in _HURTING:
        return measure not in _HURT and trigger.lemma_.lower() not in SAY_LEMMAS
    return not _is_cause(group, found)


def _is_cause(group: str, found: FoundQuantity) -> bool:
    """Whether a death is what a crowd is angry at: "a protest at the killing of a boy"."""
    return group == "protest" and found.head.pos_ == "NOUN"


def is_charged(trigger: Token, head: Token, kind: str) -> bool:
    """Whether a death is what somebody is charged with: "guilty of killing two", "held over the murder of".

    For an arrest or a trial also what a clause tells of the deed: "a driver who killed three was
    jailed". A blast after which somebody was held is not yet his.
    """
    node, is_case = head, get_kind(kind).group in _CASES
    for _ in range(8):
        if node.i == trigger.i:
            return True
        is_link = (
            node.dep_ in _CONTENT
            or (node.dep_ == "prep" and node.lower_ in _CHARGED)
            or (node.dep_ == "acl" and node.lemma_.lower() in _ACCUSED)
            or (is_case and _is_deed(node))
        )
        if not is_link or node.head.i == node.i:
            return False
        node = node.head
    return False


def _is_deed(node: Token) -> bool:
    """Whether a clause tells the accused's deed: "who killed three", "after stabbing his wife to death"."""
    if node.dep_ == "prep":
        has_deed = any(child.dep_ == "pcomp" for child in node.children)
        return node.lower_ == "to" or (node.lower_ == "after" and has_deed)
    is_clause = node.dep_ in ("relcl", "acl") and not is_own_clause(node)
    return is_clause or (node.dep_ == "advcl" and node.tag_ == "VBG" and not find_opening(node))


def price(trigger: Token, head: Token) -> float:
    """How loosely the syntax ties a number to the event."""
    return price_path(trigger, head, _up, _down)


def _up(node: Token) -> float:  # noqa: PLR0911 - a table of cases, read from the top
    dep = node.dep_
    if dep in ("ccomp", "parataxis"):
        return 6.0 if node.head.lemma_.lower() in SAY_LEMMAS else 3.0
    if dep == "advcl":
        return 3.0 if any(child.dep_ == "mark" for child in node.children) else 1.0
    if dep in ("relcl", "acl"):
        if node.lemma_.lower() in _SPARKS:
            return 4.5
        if dep == "acl" and _is_toll(node) and node.head.like_num:
            return 0.5  # "ten were killed and at least 50 injured when ..."
        if any(child.lower_ == "when" for child in node.children):
            return 0.5
        return 4.5 if is_own_clause(node) else 1.5
    if dep == "conj":
        if (_is_toll(node) or node.like_num) and _is_toll(node.head):
            return 0.5  # "ten were killed and twelve wounded when ..."
        return 1.5 + (3.0 if is_own_clause(node) else 0.0)
    if dep == "prep" and node.lower_ in ("after", "before", "since", "despite", "following"):
        return 2.0
    return 0.7


def _is_toll(verb: Token) -> bool:
    return fate_words().get(("verb", verb.lemma_.lower())) in ("killed", "injured")


def _down(node: Token, trigger: Token) -> float:  # noqa: PLR0911 - a table of cases, read from the top
    dep, head = node.dep_, node.head
    if is_forerunner(node):
        return 6.0
    if dep in ("relcl", "acl"):
        if is_own_clause(node) or node.lemma_.lower() in _SPARKS:
            return 4.0
        return 1.0 if head.i == trigger.i else 2.5
    if dep == "advcl":
        marks = {child.lower_ for child in node.children if child.dep_ == "mark"}
        if marks - {"as", "while"}:
            return 5.0
        return 1.0 if node.tag_ in ("VBG", "VBN") else 3.5
    if dep in ("ccomp", "parataxis"):
        return 4.0
    if dep == "conj":
        is_rest = _is_toll(node) and head.lemma_.lower() == "leave"
        if node.pos_ not in ("VERB", "AUX") or is_rest:
            return 1.0  # "left seven dead and 66 injured"
        return 1.5 + (3.0 if is_own_clause(node) else 0.0)
    if dep == "prep":
        return _PREPOSITIONS.get(node.lower_, 0.8)
    return 0.6
