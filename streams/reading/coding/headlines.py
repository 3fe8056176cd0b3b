"""A headline whose parse has no verb in; the verb that hides in it, with its frame, out.

Theory: the parser takes headline verbs for nouns ("Minister apologises over letter", "Fighters
surrender weapons"). Where no finite verb was found, a word that the lexicon knows as a verb and that
stands between a noun and something it could govern is that verb. Its frame is read from the order of
the words alone. What it gets wrong on purpose: a plural noun before a preposition ("strikes on Kyiv")
is left to the nouns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from spacy.tokens import Token

from streams.reading.coding.frames import Frame, modifiers_of

FINITE = frozenset({"VBZ", "VBP", "VBD", "VBN", "MD", "TO"})
DESCRIBING = frozenset({"compound", "amod", "nmod"})
MISTAKEN = frozenset({"VBP", "VBZ", "NN", "NNS", "NNP", "NNPS", "VB", "JJ"})
"""What a headline's verb is tagged as when it is not found."""
PARTICLES = frozenset({"over", "out", "up", "down", "off", "back"})
NOMINAL = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "DET", "PART", "PRON"})
HEADS = frozenset({"NOUN", "PROPN", "NUM", "PRON"})


def find_hidden_verb(
    tokens: Sequence[Token], is_verb: Callable[[str], bool], is_noun: Callable[[str], bool]
) -> tuple[Token, str] | None:
    """Find the verb in a headline without one, and its lemma."""
    if any(token.tag_ in FINITE and token.dep_ not in DESCRIBING | {"relcl"} for token in tokens):
        return None
    for token, after in pairwise(tokens):
        if token.i == tokens[0].i or token.tag_ not in MISTAKEN:
            continue
        before = token.nbor(-1)
        if before.pos_ not in HEADS | {"DET"} and not before.ent_type_:
            continue
        lemma = next((lemma for lemma in _lemmas_after(before, token) if is_verb(lemma)), None)
        if lemma is None:
            continue
        if after.pos_ in NOMINAL or (after.pos_ == "ADP" and not is_noun(lemma)):
            return token, lemma
    return None


def _lemmas_after(before: Token, token: Token) -> tuple[str, ...]:
    """What the verb may be if it agrees with the noun before it: "chief decries", "chiefs decry"."""
    form = token.lower_
    if form.endswith("s") and not form.endswith("ss"):
        return () if before.tag_ == "NNS" else _strip(form)
    plural = before.tag_ in {"NNS", "NNPS"} or before.lower_.endswith("s") or _is_joined(before)
    return (form,) if plural else ()


def _is_joined(noun: Token) -> bool:
    return noun.i >= noun.sent.start + 2 and noun.nbor(-1).lower_ in {"and", "&"}


def _strip(form: str) -> tuple[str, ...]:
    if form.endswith("ies"):
        return (form[:-3] + "y",)
    return (form[:-1], form[:-2]) if form.endswith("es") else (form[:-1],)


def build_hidden_frame(verb: Token, tokens: Sequence[Token]) -> Frame:
    """Build the frame of a verb from the words before and after it."""
    place = verb.i - tokens[0].i
    frame = Frame(verb, subjects=[tokens[place - 1]])
    if place >= 3 and tokens[place - 2].lower_ in {"and", "&"}:
        frame.subjects.append(tokens[place - 3])
    prep = ""
    phrase: list[Token] = []
    for token in [*tokens[place + 1 :], None]:
        if token is not None and token.pos_ in NOMINAL:
            phrase.append(token)
            continue
        _add_phrase(frame, prep, phrase)
        if prep in PARTICLES and len(frame.preps) == 1:
            _add_phrase(frame, "", phrase)  # "hands over dossier"
        phrase = []
        if token is None or token.pos_ not in {"ADP", "SCONJ", "ADV"}:
            break
        prep = token.lower_
        frame.particles.add(prep)
        frame.preps.setdefault(prep, [])
    frame.modifiers = [word for noun in frame.objects for word in modifiers_of(noun)]
    return frame


def _add_phrase(frame: Frame, prep: str, phrase: Sequence[Token]) -> None:
    heads = [token for token in phrase if token.pos_ in HEADS]
    if not heads:
        return
    if prep:
        frame.preps[prep].append(heads[-1])
    else:
        frame.objects.append(heads[-1])
        frame.complements.append(heads[-1])
