"""A number and the noun it counts in, what befell the counted out: killed, injured, arrested, missing.

The word that says so is looked for right after the number ("11 people were killed"), right before it
("killing at least 11"), then up the syntax tree.
"""

from __future__ import annotations

import re
from functools import cache

from streams.reading.parse import Sentence
from streams.reading.when.lexicon import word_set
from streams.reading.where.places import read_table
from streams.reading.words import Token
from streams.records import Measure

PEOPLE = word_set("numbers_lists", "people")
TIMES = word_set("numbers_lists", "times")
_SKIP = word_set("numbers_lists", "skip")
_REMAINS = word_set("numbers_lists", "remains")
_VIOLENT = word_set("numbers_lists", "violent")
_NOT_PEOPLE = word_set("numbers_lists", "not_people")
_AGENT = re.compile(r"[a-z]{3}(?:er|or|ist|ian)$")
_TAKES_LIVES = frozenset(("claim", "take", "lose", "cost", "kill", "end", "cut"))
NOT_DONE = frozenset(("attempted", "attempt", "planned", "alleged", "plotted", "threatened"))
_HELPERS = (
    r"\s*(?:(?:people|persons?|residents|others|more|were|was|are|is|have|has|had|been|being|later|"
    r"also)\s+)*"
)
_CARE = re.compile(
    rf"{_HELPERS}(?:(?:taken|rushed|airlifted|brought|transported|sent|admitted|carried)\s+to\s+"
    r"(?:[\w'-]+\s+){0,3}?(?:hospitals?|clinics?|infirmary)\b|treated\s+(?:for|in|at)\b|"
    r"(?:sustained|suffered|sustaining|suffering)\s+(?:[\w-]+\s+){0,3}?(?:injuries|burns|wounds)\b|"
    r"in\s+(?:a\s+)?(?:critical|serious|stable|grave)\b)"
)
_CUSTODY = re.compile(
    rf"{_HELPERS}(?:(?:taken\s+into|remanded\s+in|in)\s+(?:police\s+)?custody\b|placed\s+under\s+arrest\b)"
)
_HOMELESS = re.compile(
    rf"{_HELPERS}(?:to\s+)?(?:forced|driven|ordered|fled|flee|leave|left|leaving)\s+(?:to\s+(?:flee|leave|abandon)\s+)?"
    r"(?:from\s+|out\s+of\s+)?their\s+(?:homes?|houses|villages)\b"
)
_PHRASES: tuple[tuple[re.Pattern[str], Measure], ...] = (
    (_CARE, "injured"),
    (_CUSTODY, "detained"),
    (_HOMELESS, "displaced"),
)


@cache
def fate_words() -> dict[tuple[str, str], Measure]:
    """Load the table: (part of the rule, lemma) to what it measures."""
    found: dict[tuple[str, str], Measure] = {}
    for row in read_table("numbers_words.tsv"):
        for word in row["words"].split(","):
            found[row["part"], word] = row["measure"]  # type: ignore[assignment]  # the table's own test checks it
    return found


def find_fate(
    number: Token, noun: Token | None, sentence: Sentence
) -> tuple[Measure | None, Token | None]:
    """Find what befell the counted, and the word that says so."""
    words = fate_words()
    if noun is not None:
        lemma = noun.lemma_.lower()
        if lemma == "life":
            return find_lives(noun)
        if lemma not in PEOPLE:
            if ("noun", lemma) in words:
                return words["noun", lemma], noun
            if noun.ent_type_ != "NORP" and not is_agent(lemma):
                return None, None
        for child in noun.children:  # "the 14 injured people", "six missing crew"
            state = words.get(("state", child.lower_))
            if state is not None and child.dep_ == "amod" and number.i < child.i < noun.i:
                return state, noun
    fate = _after(number, noun, sentence) or _before(number, sentence)
    return fate if fate is not None else _by_tree(noun if noun is not None else number)


def is_agent(lemma: str) -> bool:
    """Whether a noun names people by what they do: trafficker, looter, arsonist; not a tiger."""
    return lemma not in _NOT_PEOPLE and _AGENT.search(lemma) is not None


def find_lives(noun: Token) -> tuple[Measure | None, Token | None]:
    """Read what takes lives: floods claimed seven lives, seven lives were lost."""
    verb, dep = noun.head, noun.dep_
    if dep in ("dobj", "nsubjpass", "nsubj", "dative") and verb.lemma_.lower() in _TAKES_LIVES:
        return "killed", verb
    if dep in ("dobj", "nsubjpass") and verb.lemma_.lower() == "save":
        return "rescued", verb
    return None, None


def _after(number: Token, noun: Token | None, sentence: Sentence) -> tuple[Measure, Token] | None:  # noqa: C901 - a table of cases, read from the top
    """11 people were reported killed; 11 dead; 30 others injured; 20 people from X fled."""
    words, doc = fate_words(), number.doc
    start = (noun.i if noun is not None and noun.i > number.i else number.i) + 1
    violent: Token | None = None
    for word in doc[start : min(start + 7, sentence.tokens.end)]:
        lemma, low = word.lemma_.lower(), word.lower_
        if low == "was" and noun is not None and noun.tag_ == "NNS" and noun.dep_ == "dobj":
            break  # "a driver who killed three people was jailed"
        if ("state", low) in words and word.pos_ in ("ADJ", "VERB", "NOUN", "ADV"):
            return words["state", low], word
        if ("dies", lemma) in words and word.pos_ == "VERB":
            return words["dies", lemma], word
        if ("verb", lemma) in words and word.tag_ in ("VBN", "VBD") and _is_passive(word):
            return words["verb", lemma], word
        follower = word.nbor(1).lower_ if word.i + 1 < len(doc) else ""
        if low == "without" and follower in ("power", "electricity", "water"):
            return "affected", word
        if violent is not None and low == "to" and follower == "death":
            return "killed", violent
        if violent is not None and low == "and":
            violent = None
            continue  # "shot and killed"
        if low in _VIOLENT:
            violent = word
        elif low not in _SKIP or low in ("and", ","):
            break
    return _by_phrase(start, sentence)


def _by_phrase(start: int, sentence: Sentence) -> tuple[Measure, Token] | None:
    """20 others were taken to hospital; 14 people were taken into custody."""
    rest = sentence.tokens.doc[start : min(start + 14, sentence.tokens.end)]
    text = rest.text.lower()
    for pattern, measure in _PHRASES:
        match = pattern.match(text)
        if match:
            verbs = [
                token
                for token in rest
                if token.pos_ == "VERB" and token.idx - rest[0].idx < match.end()
            ]
            return measure, verbs[0] if verbs else rest[0].head
    return None


def _is_passive(word: Token) -> bool:
    return (
        word.tag_ == "VBN"
        or any(child.dep_ == "auxpass" for child in word.children)
        or word.dep_ in ("acl", "amod")
    )


def _before(number: Token, sentence: Sentence) -> tuple[Measure, Token] | None:
    """Killing at least 11; wounded another 30; arrested dozens of people."""
    words, doc = fate_words(), number.doc
    i, steps = number.i - 1, 0
    while i >= sentence.tokens.start and steps < 6:
        word = doc[i]
        lemma = word.lemma_.lower()
        if (
            ("verb", lemma) in words
            and word.pos_ in ("VERB", "NOUN")
            and word.tag_ in ("VB", "VBD", "VBG", "VBZ", "VBP", "VBN", "NN")
        ):
            return words["verb", lemma], word
        if word.lower_ == "dead" or (lemma == "gun" and doc[i + 1].lower_ == "down"):
            return "killed", word
        if word.lower_ in ("deaths", "death", "killings") and doc[i + 1].lower_ == "of":
            return "killed", word
        if not (
            word.pos_ in ("ADV", "ADJ", "DET", "NUM", "ADP", "SCONJ", "PRON")
            and word.lower_
            not in ("in", "on", "by", "with", "after", "before", "from", "to", "for", "and")
        ):
            return None
        i -= 1
        steps += 1
    return None


def _by_tree(  # noqa: C901, PLR0911, PLR0912 - a table of cases, read from the top
    node: Token,
) -> tuple[Measure | None, Token | None]:
    """Up from the counted noun to the verb that it is an argument of."""
    words = fate_words()
    for child in node.children:
        if child.dep_ in ("acl", "relcl", "amod", "advcl") and child.i > node.i:
            lemma = child.lemma_.lower()
            if ("verb", lemma) in words and (child.tag_ == "VBN" or child.dep_ == "relcl"):
                return words["verb", lemma], child
            if ("dies", lemma) in words:
                return words["dies", lemma], child
    for _ in range(3):
        dep, head = node.dep_, node.head
        lemma = head.lemma_.lower()
        if dep == "pobj" and head.lower_ == "of":
            if is_remains(head.head):
                return "killed", head.head  # "the bodies of five miners"
            if head.head.lemma_.lower() == "life":
                return find_lives(head.head)
        if dep in ("dobj", "nsubjpass") and _is_to_death(head):
            return "killed", head
        if dep == "nsubj" and lemma == "lose" and _loses_life(head):
            return "killed", head
        if dep in ("dobj", "nsubjpass") and ("verb", lemma) in words:
            return words["verb", lemma], head
        if dep == "nsubj" and ("dies", lemma) in words:
            return words["dies", lemma], head
        if dep == "nsubj" and lemma == "be":
            state = next(
                (c for c in head.children if c.dep_ == "acomp" and ("state", c.lower_) in words),
                None,
            )
            if state is not None:
                return words["state", state.lower_], state
        if dep in ("dobj", "nsubjpass") and lemma in ("move", "relocate", "shelter"):
            return "displaced", head
        if (
            dep in ("dobj", "nsubj", "nsubjpass")
            and lemma in ("drive", "force")
            and _mentions_homes(head)
        ):
            return "displaced", head
        if dep not in ("conj", "appos", "pobj", "prep", "nummod") or head.i == node.i:
            break
        if dep == "pobj" and node.head.lower_ != "of":
            break
        node = head
    return None, None


def is_remains(noun: Token) -> bool:
    """Whether "of" after a noun names the dead: the bodies of, the murder of; not an attempted one."""
    if noun.lemma_.lower() not in _REMAINS:
        return False
    return not any(child.lower_ in NOT_DONE for child in noun.children)


def _is_to_death(verb: Token) -> bool:
    """Shot to death, stabbed to death."""
    return any(
        child.lower_ == "to" and any(grand.lower_ == "death" for grand in child.children)
        for child in verb.children
    )


def _loses_life(verb: Token) -> bool:
    return any(child.dep_ == "dobj" and child.lemma_.lower() == "life" for child in verb.children)


def _mentions_homes(verb: Token) -> bool:
    return any(
        token.lemma_.lower() in ("home", "flee", "house", "evacuate", "leave")
        for token in verb.subtree
    )


def count_things(
    lemma: str | None, noun: Token | None, number: Token
) -> tuple[Measure | None, Token | None]:
    """A count of things, tied to its noun."""
    if noun is None or lemma is None or lemma in TIMES:
        return None, None
    if number.lower_ in ("one", "several", "few") and lemma in (
        "thing",
        "way",
        "reason",
        "part",
        "day",
    ):
        return None, None
    return "count", noun
