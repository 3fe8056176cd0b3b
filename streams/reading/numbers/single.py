"""A sentence in, the single people it tells the fate of out: "a man was killed", "killing a woman".

A casualty that the text does not count is still one person: the article "a" says so, or the missing
article of a headline ("Woman dies in fire"). "The driver was killed" and "Ann Lee was shot dead" are
one person too, but often one of those counted elsewhere: they are marked as definite, and give way
to any other count of the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from streams.reading.gate import Gate
from streams.reading.numbers.amounts import bounded, read_number
from streams.reading.numbers.counted import Counted
from streams.reading.numbers.fate import NOT_DONE, find_lives, is_remains
from streams.reading.parse import Sentence
from streams.reading.when.lexicon import word_set
from streams.reading.words import Token
from streams.records import Measure

_VERBS: dict[str, Measure] = {
    "kill": "killed", "murder": "killed", "injure": "injured", "wound": "injured", "arrest": "detained",
    "detain": "detained", "hurt": "injured", "rescue": "rescued", "slay": "killed", "execute": "killed",
    "assassinate": "killed", "electrocute": "killed", "behead": "killed", "gun": "killed",
}  # fmt: skip
_DIES = frozenset(("die", "perish", "drown"))
_FATES = Gate(
    re.compile(
        r"kill|murder|injur|wound|arrest|detain|hurt|rescu|slay|slain|execut|died?\b|dies|dying|perish|drown|"
        r"to death|\blife of\b|\bdead(?:ly)?\b|\bdeaths?\b|\bbody\b|assassinat|behead|electrocut|fatal|"
        r"gun(?:ned|s)? down"
    )
)
_AGENT = re.compile(r"(?:er|or|ist|ian|ant|man|woman|friend|partner)$")
"""How most words for people end; "and a dog" is nobody."""
_ONE = word_set("numbers_lists", "one")
_TWO = word_set("numbers_lists", "two")
_NOT_PEOPLE = word_set("numbers_lists", "not_people")
_DEEDS = frozenset(
    ("shooting", "stabbing", "beating", "attack", "ambush", "assault", "mauling", "fall")
)
_MURDERS = frozenset(("murder", "murders", "homicide", "homicides"))
_FOLD = {"double": 2.0, "triple": 3.0, "quadruple": 4.0}
_BODIES = frozenset(("body", "corpse"))


def find_single(sentence: Sentence, text: str) -> Iterator[Counted]:
    """Every single casualty; those told with "the" or "his" are marked definite."""
    if not _FATES.may_match(text) or not _FATES.pattern.search(text):
        return
    for token in sentence.words:
        is_two = token.lower_ in _TWO
        if (is_two and not _is_pair(token)) or (not is_two and token.tag_ not in ("NN", "NNP")):
            continue
        is_named = _is_named(token)
        if not is_named and not _is_person(token):
            continue
        article = (_name_start(token), True) if is_named else _article(token, sentence)
        if article is None:
            continue
        first, is_definite = article
        fate = _fate(token, is_bare=first.i == token.i)
        if fate is None or (is_named and fate[0] != "killed"):
            continue
        measure, head = fate
        base = sentence.tokens.start_char
        yield Counted(
            first.idx - base,
            token.idx + len(token.text) - base,
            bounded(2.0 if is_two else 1.0, "exactly"),
            measure,
            "people",
            head,
            token.lemma_.lower(),
            is_part=False,
            is_definite=is_definite,
        )


def find_manifold(sentence: Sentence, text: str) -> Iterator[Counted]:
    """The killed that a charge counts: a double murder, two counts of murder."""
    if "murder" not in text and "homicide" not in text:
        return
    for token in sentence.words:
        if token.lower_ not in _MURDERS or any(c.lower_ in NOT_DONE for c in token.children):
            continue
        first = next((c for c in token.children if c.lower_ in _FOLD and c.i < token.i), None)
        value = _FOLD[first.lower_] if first is not None else None
        of = token.head
        if (
            value is None
            and token.dep_ == "pobj"
            and of.lower_ == "of"
            and of.head.lemma_ == "count"
        ):
            first = next((c for c in of.head.children if c.dep_ == "nummod"), None)
            value = read_number(first.text) if first is not None else None
        if first is None or not value:
            continue
        base = sentence.tokens.start_char
        end = token.idx + len(token.text) - base
        amount = bounded(value, "exactly")
        yield Counted(
            first.idx - base, end, amount, "killed", "people", token, "murder", is_part=False
        )


def _is_pair(token: Token) -> bool:
    """Whether a noun of two counts by itself: "the couple", "his parents"; "a couple of" is a number."""
    if token.i + 1 < len(token.doc) and token.nbor(1).lower_ == "of":
        return False
    return token.lower_ != "couple" or all(child.lower_ != "a" for child in token.children)


def _is_person(token: Token) -> bool:
    """Whether a noun is a person: a known word, or one that "and a" joins to one."""
    low = token.lower_
    if low in _ONE or low in _TWO:
        return True
    if any(child.lower_ == "old" and child.dep_ == "amod" for child in token.lefts):
        return True  # "a 63-year-old beekeeper"
    if low in _NOT_PEOPLE or not _AGENT.search(low):
        return False
    is_joined = token.dep_ == "conj" and token.head.lower_ in _ONE
    is_hit = is_joined or token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj")
    return is_hit and any(child.lower_ in ("a", "an") for child in token.lefts)


def _is_named(token: Token) -> bool:
    """Whether a word ends somebody's name: Jerry Ortiz, Deputy Ortiz."""
    if token.tag_ != "NNP" or token.dep_ in ("compound", "nmod"):
        return False
    if token.ent_type_ == "PERSON":
        return True
    return not token.ent_type_ and any(child.lower_ in _ONE for child in token.lefts)


def _name_start(token: Token) -> Token:
    """The first word of a name with its title."""
    parts = [child for child in token.lefts if child.dep_ in ("compound", "nmod")]
    return parts[0].left_edge if parts else token


def _article(token: Token, sentence: Sentence) -> tuple[Token, bool] | None:
    """The word that makes the noun one person, and whether it is a definite one."""
    for child in token.children:
        if child.dep_ == "nummod":
            return None
        if child.dep_ in ("det", "poss") and child.i < token.i:
            low = child.lower_
            if low in ("a", "an"):
                return child, False
            return child, True
    if token.dep_ == "conj" and token.head.lower_ in _ONE and token.head.i < token.i:
        shared = _article(token.head, sentence)  # "his mother and sister"
        return (_name_start(token), shared[1]) if shared is not None else None
    is_first = token.left_edge.i == sentence.tokens.start  # "Woman killed in crash"
    is_bare = is_first or sentence.paragraph.role == "headline"  # "Ricochet killed teenager"
    return (token, False) if is_bare and token.dep_ not in ("compound", "nmod") else None


def _fate(token: Token, *, is_bare: bool) -> tuple[Measure, Token] | None:
    node = token
    for _ in range(2):
        fate = _fate_in_clause(node, is_bare=is_bare)
        if fate is not None:
            return fate
        if node.dep_ != "conj" or node.head.i == node.i:
            return None
        node = node.head
    return None


def _fate_in_clause(node: Token, *, is_bare: bool) -> tuple[Measure, Token] | None:  # noqa: C901, PLR0911 - a table of cases, read from the top
    verb, dep = node.head, node.dep_
    lemma = verb.lemma_.lower()
    for child in node.children:
        if child.dep_ == "acl" and child.tag_ in ("VBN", "VBD") and child.i > node.i:
            is_doer = any(grand.dep_ == "dobj" for grand in child.children)
            measure = None if is_doer else _suffered(child)
            if measure is not None:
                return measure, child
    if dep == "pobj" and verb.lower_ == "of" and _is_killing(verb.head):
        return "killed", verb.head
    if dep == "poss" and verb.lemma_.lower() not in _BODIES and _is_killing(verb):
        return "killed", verb
    if dep == "pobj" and verb.lower_ == "of" and verb.head.lemma_.lower() == "life":
        measure, taker = find_lives(verb.head)
        return (measure, taker) if measure is not None and taker is not None else None
    if dep == "nsubj" and lemma in _DIES and verb.pos_ == "VERB":
        return "killed", verb
    if dep == "nsubj" and lemma == "be":
        state = next((child for child in verb.children if child.dep_ == "acomp"), None)
        return ("killed", state) if state is not None and state.lower_ == "dead" else None
    is_bare_passive = (
        is_bare
        and dep == "nsubj"
        and verb.tag_ in ("VBN", "VBD")
        and verb.dep_ == "ROOT"
        and not any(child.dep_ in ("dobj", "aux") for child in _joined_to(verb))
    )
    if dep in ("dobj", "nsubjpass") or is_bare_passive:
        if any(child.dep_ == "neg" for child in verb.children):
            return None
        measure = _suffered(verb)
        return (measure, verb) if measure is not None else None
    return None


def _is_killing(noun: Token) -> bool:
    """Whether a noun tells a death: the killing of, the fatal shooting of, the shooting death of."""
    if is_remains(noun):
        return True
    deadly = noun.lemma_.lower() in _DEEDS
    return deadly and any(child.lower_ in ("fatal", "deadly") for child in noun.children)


def _joined_to(verb: Token) -> list[Token]:
    """The children of a verb and of those joined to it: in "shot and killed two" she is no victim."""
    children = list(verb.children)
    for child in verb.conjuncts:
        children.extend(child.children)
    return children


def _suffered(verb: Token) -> Measure | None:
    """What a verb does to whom it befalls: killed, stabbed to death, shot dead."""
    measure = _VERBS.get(verb.lemma_.lower())
    if measure is not None:
        return measure
    for child in verb.children:
        is_death = child.lower_ == "to" and any(c.lower_ == "death" for c in child.children)
        if child.lower_ in ("dead", "fatally") or is_death:
            return "killed"
        if child.dep_ == "conj" and child.lemma_.lower() == "kill":
            return "killed"  # "was shot and killed"
    return None
