"""An event's word and a date of another sentence in, whether that sentence tells the same event out.

Four ways a report comes back to its event: "The blast happened on Monday"; the same deed in another
word ("derailment" above, "derailed on Monday" below); what the event befell, and how ("The boat hit a
log on Saturday"); the call for help ("Firefighters were called at 3pm on Sunday"). What is told of
"another" attack is another attack, and a fire that "was put out on Tuesday" began on some other day.
"""

from __future__ import annotations

from streams.lexicon.ontology import get_kind
from streams.reading.parse import Sentence
from streams.reading.when.attach import price
from streams.reading.when.english import HAPPEN_LEMMAS, SAY_LEMMAS
from streams.reading.when.found import FoundDate
from streams.reading.when.lexicon import word_map, word_set
from streams.reading.words import Token

NEAR = 3.0
"""The price within which a date belongs to the word itself."""
_STEM = 5
_OTHERS = word_set("dates_words", "others")
_SAME = word_map("dates_words", "same")
_KINDRED = frozenset(_SAME.values())
_EVENTS = word_set("dates_words", "events")
_NAMES_IT = frozenset(("poss", "compound", "nmod", "npadvmod"))
_HARMS = word_set("dates_words", "harms")
_FALLS = word_set("dates_words", "falls")
_HELPERS = word_set("dates_words", "helpers")
_UNREST = frozenset(("violence", "fighting", "clash", "unrest", "rioting", "shooting", "trouble"))
"""What breaks out without an article: "Violence erupted six days ago"."""
_CALLED = frozenset(("call", "summon", "alert", "dispatch", "scramble"))
_CAME = frozenset(("respond", "rush", "race"))
_LATER = frozenset(
    (
        "end",
        "continue",
        "enter",
        "draw",
        "prompt",
        "spark",
        "raise",
        "resume",
        "remain",
        "spread",
        "lead",
    )
)
_DONE = frozenset(("carry", "stage", "commit"))
_WITH = {"give": "way", "run": "aground"}
"""Words without which a verb of the table tells no harm."""
_THIS = frozenset(("the", "this"))
_HARM_GROUPS = frozenset(
    (
        "attack",
        "crime",
        "accident",
        "transport_accident",
        "fire",
        "death",
        "geophysical",
        "weather",
        "environment",
    )
)


def governor(token: Token) -> Token:
    """The verb that a token hangs on."""
    node = token
    for _ in range(20):
        if node.pos_ in ("VERB", "AUX") or node.head is node:
            return node
        node = node.head
    return node


def comes_back(sentence: Sentence, date: FoundDate, kind: str | None, *, is_recent: bool) -> bool:
    """Whether the date's clause comes back to the event of `sentence` by a noun, a thing or a call."""
    verb = governor(date.head)
    if happens(verb):
        return True
    is_harm = is_harmful(kind)
    if is_recent and is_harm and _is_named_by_day(date):
        return True
    if not is_recent or price(verb, date.head) > NEAR or is_other(verb, date):
        return False
    return _strikes(verb) or (is_harm and (is_call(verb) or _falls(verb, sentence)))


def is_harmful(kind: str | None) -> bool:
    """Whether help is called to events of this kind."""
    return kind is not None and get_kind(kind).group in _HARM_GROUPS


def happens(verb: Token) -> bool:
    """Whether a clause says that the event took place: "The blast happened", "It made landfall"."""
    lands = verb.lemma_.lower() == "make" and any(c.lower_ == "landfall" for c in verb.children)
    if not lands and verb.lemma_.lower() not in HAPPEN_LEMMAS:
        return False
    subject = _subject_of(verb)
    if subject is None or verb.dep_ not in ("ROOT", "ccomp"):
        return False
    is_unrest = subject.lemma_.lower() in _UNREST and not is_other(subject)
    return subject.lower_ == "it" or is_unrest or _is_definite(subject)


def is_retold(trigger: Token, date: FoundDate, kind: str | None) -> bool:
    """Whether the date's clause tells the same deed again, in the same or a kindred word.

    Kindred are the trigger and the words of its kind: a `suicide_bombing` may open with "an attack".
    """
    wanted = {stem for stem in _stems(trigger, kind) if len(stem) >= _STEM or stem in _KINDRED}
    return bool(wanted) and any(
        (token.pos_ in ("VERB", "NOUN") or _is_found_dead(token))
        and stem_of(token) in wanted
        and price(token, date.head) <= NEAR
        and not is_other(token, date)
        and not _is_aftermath(token)
        for token in date.first.sent
    )


def _is_found_dead(token: Token) -> bool:
    """Whether it is the "dead" of "was found dead", by which a death is told."""
    return token.lower_ == "dead" and token.head.lemma_.lower() == "find"


def retells(token: Token, trigger: Token) -> bool:
    """Whether a word of another sentence tells the deed of `trigger` again."""
    wanted = stem_of(trigger)
    is_known = len(wanted) >= _STEM or wanted in _KINDRED
    return is_known and stem_of(token) == wanted and not is_other(token)


def is_aftermath(verb: Token) -> bool:
    """Whether a clause tells what came of the event: its own noun is put out, condemned, ended."""
    subject = _subject_of(verb)
    is_event = subject is not None and subject.lemma_.lower() in _EVENTS
    return is_event and subject is not None and _is_aftermath(subject)


def _is_aftermath(noun: Token) -> bool:
    """Whether a clause tells what came of the event: "The fire was put out", "The attack drew anger"."""
    verb = noun.head
    if noun.dep_ == "nsubjpass" and noun.pos_ == "NOUN":
        return verb.lemma_.lower() not in _DONE
    return noun.dep_ == "nsubj" and noun.pos_ == "NOUN" and verb.lemma_.lower() in _LATER


def _stems(trigger: Token, kind: str | None) -> list[str]:
    words = kind.split("_") if kind is not None else []
    return [stem_of(trigger), *(_SAME[word] for word in words if word in _SAME)]


def is_other(token: Token, date: FoundDate | None = None) -> bool:
    """Whether a word tells another deed of the same sort: "another crew was captured on Saturday".

    The words of the date itself tell nothing of it: "the fire last night".
    """
    near = token.doc[max(token.sent.start, token.i - 5) : min(token.sent.end, token.i + 4)]
    own = range(0) if date is None else range(date.first.i, date.last.i + 1)
    return any(word.lower_ in _OTHERS and word.i not in own for word in near)


def _is_named_by_day(date: FoundDate) -> bool:
    """Whether the day names the event: "claimed Wednesday's attack", "since Sunday's disaster"."""
    day = date.head
    is_owner = day.dep_ in _NAMES_IT and day.i < day.head.i and day.head.lemma_.lower() in _EVENTS
    return is_owner and not is_other(day.head, date)


def _strikes(verb: Token) -> bool:
    """Whether the event's noun does its harm: "The blast tore through the hall", "was carried out"."""
    lemma = verb.lemma_.lower()
    subject = _subject_of(verb)
    if subject is None or subject.lemma_.lower() not in _EVENTS or not _is_definite(subject):
        return False
    return lemma in (_DONE if subject.dep_ == "nsubjpass" else _HARMS)


def _falls(verb: Token, sentence: Sentence) -> bool:
    """Whether what the event befell comes to harm: "The dam gave way", of "A dam burst"."""
    subject = _subject_of(verb)
    if subject is None or verb.lemma_.lower() not in _FALLS or not _is_definite(subject):
        return False
    needed = _WITH.get(verb.lemma_.lower())
    is_whole = needed is None or any(child.lower_ == needed for child in verb.children)
    return is_whole and subject.lemma_.lower() in sentence.lemmas


def is_call(verb: Token) -> bool:
    """Whether help was called: "Police were called to the flat at 3am on Sunday"."""
    lemma = verb.lemma_.lower()
    if lemma not in _CALLED and lemma not in _CAME:
        return False
    subject = _subject_of(verb)
    if subject is None or subject.lemma_.lower() not in _HELPERS:
        return False
    return (subject.dep_ == "nsubjpass") == (lemma in _CALLED)


def _subject_of(verb: Token) -> Token | None:
    return next((child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")), None)


def _is_definite(noun: Token) -> bool:
    return any(child.lower_ in _THIS for child in noun.children)


def stem_of(token: Token) -> str:
    """The beginning of a word, the same for "derailed" and "derailment", "killed" and "died"."""
    lemma = token.lemma_.lower()
    if lemma == "pass" and any(child.lower_ == "away" for child in token.children):
        lemma = "die"
    return "" if lemma in SAY_LEMMAS else _SAME.get(token.lower_) or _SAME.get(lemma, lemma[:_STEM])
