"""A frame and a pattern in; whether the pattern holds there out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from streams.lexicon.ontology import get_kind
from streams.reading.coding.frames import Frame, Said, heads_of
from streams.reading.coding.patterns import Pattern, Terms
from streams.reading.who.countries import find_country
from streams.reading.words import Token

GENERIC = frozenset({"fighter", "force", "group", "troop", "member", "gunman", "side", "forces"})
"""Heads that say little: of "Taliban fighters", "Taliban" counts as well; so does a title."""
ALONE = frozenset(
    {"attack", "protest", "crime", "weather", "fire", "geophysical", "accident", "health"}
    | {"transport_accident", "humanitarian"}
)
"""Groups whose word alone with a place is a report."""
BEFALL = frozenset({"kill", "die", "injure", "hurt", "wound", "perish", "trample", "maim"})
"""What befalls people in an event: the verb says that the event happened."""
NAMES = frozenset({"PERSON", "ORG", "GPE", "NORP", "FAC", "LOC", "PRODUCT", "EVENT"})


def has_context(pattern: Pattern, words: frozenset[str]) -> bool:
    """Say whether the sentence's words are such as `pattern` asks for."""
    if pattern.context and pattern.context.lemmas.isdisjoint(words):
        return False
    return pattern.not_context.lemmas.isdisjoint(words)


def is_match(pattern: Pattern, frame: Frame) -> bool:
    """Say whether all that `pattern` asks for stands in `frame`; of the context see `has_context`."""
    if not (_has_particle(pattern, frame) and _has_needed(pattern, frame)):
        return False
    for slot, terms, wanted in pattern.asked:
        if _says(frame, slot, getattr(frame, slot), terms) is not wanted:
            return False
    return _has_prep(pattern, frame) and _has_governor(pattern, frame)


def _says(frame: Frame, slot: str, tokens: Iterable[Token], terms: Terms) -> bool:
    """Say whether one of a slot's words (or what it counts) is what `terms` ask for."""
    said = frame.said.get(slot)
    if said is None:
        said = frame.said[slot] = _read_slot(tokens)
    if not terms.lemmas.isdisjoint(said.names):
        return True
    return bool(terms.marks) and any(
        _has_mark(head, mark) for head in said.heads for mark in terms.marks
    )


def _read_slot(tokens: Iterable[Token]) -> Said:
    heads = tuple([head for token in tokens for head in heads_of(token)])
    names: set[str] = set()
    for head in heads:
        lemma = head.lemma_.lower()
        names.update((lemma, head.lower_))
        if head.pos_ == "PROPN" and not head.ent_type_ and lemma.endswith("s"):
            names.add(lemma[:-1])  # "Rebels" at the head of a sentence is taken for a name
        if head.i > 0:
            names.add(f"{head.nbor(-1).lower_} {lemma}")
        if lemma in GENERIC or head.pos_ == "PROPN":
            names.update(word.lemma_.lower() for word in _describing(head))
    return Said(frozenset(names), heads)


def _describing(token: Token) -> Iterator[Token]:
    """The words that say more of a head: "Taliban fighters", "fighters of the M23 movement"."""
    for child in token.children:
        if child.dep_ in {"compound", "amod"}:
            yield child
        elif child.dep_ == "prep" and child.lower_ in {"of", "from"}:
            for inner in child.children:
                if inner.dep_ == "pobj":
                    yield inner
                    yield from (word for word in inner.children if word.dep_ == "compound")


def _has_mark(token: Token, mark: str) -> bool:
    test = MARKS.get(mark)
    return token.ent_type_ == mark if test is None else test(token)


def _is_name(token: Token) -> bool:
    return token.pos_ == "PROPN" or token.ent_type_ in NAMES


def _is_lone(token: Token) -> bool:
    return token.pos_ == "PROPN" and not any(
        child.dep_ in {"compound", "flat"} for child in token.children
    )


def _is_counted(token: Token) -> bool:
    return token.pos_ == "NUM" or any(child.dep_ == "nummod" for child in token.children)


def _is_plural(token: Token) -> bool:
    return token.tag_ in {"NNS", "NNPS"}


def _is_pair(token: Token) -> bool:
    return _is_plural(token) or bool(token.conjuncts)


def _is_several(token: Token) -> bool:
    if token.conjuncts or any(
        child.dep_ in {"amod", "compound"} and child.conjuncts for child in token.children
    ):
        return True  # "North and South Korea"
    return _is_plural(token) and _is_counted(token)


MARKS: dict[str, Callable[[Token], bool]] = {
    "NAME": _is_name,
    "LONE": _is_lone,
    "NUM": _is_counted,
    "PAIR": _is_pair,
    "SEVERAL": _is_several,
    "COUNTRY": lambda token: find_country(token) is not None,
}
"""Marks that are no entity labels, with what tells them."""


def _has_particle(pattern: Pattern, frame: Frame) -> bool:
    return pattern.particle is None or pattern.particle in frame.particles


def _has_needed(pattern: Pattern, frame: Frame) -> bool:
    if (pattern.intransitive and frame.objects) or (pattern.active and _is_passive(frame)):
        return False
    if not pattern.need:
        return True
    slots = {
        "s": frame.subjects,
        "o": frame.objects,
        "p": frame.preps,
        "x": frame.complements,
    }
    return all(slots[slot] for slot in pattern.need)


def _is_passive(frame: Frame) -> bool:
    return frame.passive or any(child.dep_ == "auxpass" for child in frame.trigger.children)


def _has_prep(pattern: Pattern, frame: Frame) -> bool:
    for prep, terms in pattern.not_preps:
        if not terms and pattern.part == "n" and not _has_own(frame.trigger, prep):
            continue  # "of" of "an avalanche hit a group of hikers" is not the avalanche's
        if prep in frame.preps and (not terms or _says(frame, prep, frame.preps[prep], terms)):
            return False
    if not pattern.preps:
        return True
    for prep, terms in pattern.preps:
        if prep in frame.preps and (not terms or _says(frame, prep, frame.preps[prep], terms)):
            return True
    return False


def _has_own(noun: Token, prep: str) -> bool:
    return any(child.dep_ == "prep" and child.lower_ == prep for child in noun.children)


def _stands_alone(frame: Frame, pattern: Pattern) -> bool:
    """Say whether it is a headline without a verb: "Fresh protests in Nepal"."""
    placed = any(prep in frame.preps for prep in ("in", "at", "near", "outside"))
    return (
        frame.trigger.dep_ == "ROOT"
        and frame.trigger.sent[-1].text != "."
        and placed
        and get_kind(pattern.kind).group in ALONE
    )


def is_cause(frame: Frame) -> bool:
    """Say whether people came to harm in it: "twelve were killed in riots"."""
    governor, prep = frame.governor, frame.trigger.head
    return (
        governor is not None
        and frame.governed_as == "pobj"
        and governor.lemma_.lower() in BEFALL
        and prep.lower_ in {"in", "during", "by"}
    )


def _has_governor(pattern: Pattern, frame: Frame) -> bool:
    governor = frame.governor.lemma_.lower() if frame.governor is not None else ""
    if governor in pattern.not_governor.lemmas:
        return False
    if pattern.governor and governor not in pattern.governor.lemmas:
        return is_cause(frame) or (frame.governor is None and _stands_alone(frame, pattern))
    return True
