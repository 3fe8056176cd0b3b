"""A headline whose parse has no verb in; the verb that hides in it, with its frame, out.

Theory: the parser takes headline verbs for nouns ("Minister apologises over letter", "Fighters
surrender weapons"). Where no finite verb was found, a word that the lexicon knows as a verb and that
stands between a noun and something it could govern is that verb. Its frame is read from the order of
the words alone. What it gets wrong on purpose: a plural noun before a preposition ("strikes on Kyiv")
is left to the nouns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streams.reading.coding.frames import Frame, modifiers_of
from streams.reading.words import Token

FINITE = frozenset({"VBZ", "VBP", "VBD", "VBN", "MD", "TO"})
DESCRIBING = frozenset({"compound", "amod", "nmod"})
MISTAKEN = frozenset({"VBP", "VBZ", "NN", "NNS", "NNP", "NNPS", "VB", "JJ"})
"""What a headline's verb is tagged as when it is not found."""
PARTICLES = frozenset({"over", "out", "up", "down", "off", "back"})
NOMINAL = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "DET", "PART", "PRON"})
HEADS = frozenset({"NOUN", "PROPN", "NUM", "PRON"})
BARE = frozenset({"VB", "VBP"})
"""What the object of a hidden verb may be tagged as: "catches fire", "rejects appeal"."""
BREAKS = frozenset(
    {",", ";", ":", "-", "\u2013", "\u2014", "as", "after", "when", "while", "but", "before"}
)
"""Where a headline's next clause begins: the verb of the second says nothing of the first."""


def find_hidden_verb(
    tokens: Sequence[Token], is_verb: Callable[[str], bool], is_noun: Callable[[str], bool]
) -> tuple[Token, str] | None:
    """Find the verb in a headline (or its first clause) without one, and its lemma."""
    for place, token in enumerate(tokens[: _verbless_until(tokens)]):
        before = _noun_before(tokens, place)
        if before is None or token.tag_ not in MISTAKEN:
            continue
        if before.pos_ not in HEADS | {"DET", "INTJ"} and not before.ent_type_:
            continue
        lemma = next((lemma for lemma in _lemmas_after(before, token) if is_verb(lemma)), None)
        if lemma is not None and _may_govern(tokens, place, noun=is_noun(lemma)):
            return token, lemma
    return None


def _verbless_until(tokens: Sequence[Token]) -> int:
    """How many words stand before the clause of the first verb: all, where there is none."""
    finite = next((n for n, token in enumerate(tokens) if _is_finite(token)), None)
    if finite is None:
        return len(tokens)
    if finite and tokens[finite].tag_ == "VBP" and tokens[finite - 1].tag_ == "NNS":
        return finite  # "Court rejects appeal": both are read the wrong way round
    return next((n for n in range(finite - 1, 0, -1) if tokens[n].lower_ in BREAKS), 0)


def _is_finite(token: Token) -> bool:
    return token.tag_ in FINITE and token.dep_ not in DESCRIBING | {"relcl"}


def _noun_before(tokens: Sequence[Token], place: int) -> Token | None:
    """The word before; over an age or a name in commas: "Boy, 7, drowns"."""
    if place and tokens[place - 1].lower_ == ",":
        start = next((n for n in range(place - 2, 0, -1) if tokens[n].lower_ == ","), 0)
        return tokens[start - 1] if place - 1 - start in {2, 3} and start else None
    return tokens[place - 1] if place else None


def _may_govern(tokens: Sequence[Token], place: int, *, noun: bool) -> bool:
    """Say whether what follows could hang on a verb; a plural before a preposition is a noun."""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if after is None or after.is_punct or after.lower_ in BREAKS or after.pos_ in {"ADP", "ADV"}:
        return not noun
    return after.pos_ in NOMINAL or after.tag_ == "VB" or (after.tag_ == "VBP" and not noun)


def _lemmas_after(before: Token, token: Token) -> tuple[str, ...]:
    """What the verb may be if it agrees with the noun before it: "chief decries", "chiefs decry"."""
    form = token.lower_
    if form.endswith("s") and not form.endswith("ss"):
        return () if before.tag_ == "NNS" else _strip(form)
    many = before.lower_.endswith("s") and before.ent_type_ not in {"GPE", "PERSON"}
    plural = before.tag_ in {"NNS", "NNPS"} or many or _is_joined(before)
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
    subject = _noun_before(tokens, place)
    frame = Frame(verb, subjects=[] if subject is None else [subject])
    if place >= 3 and tokens[place - 2].lower_ in {"and", "&"}:
        frame.subjects.append(tokens[place - 3])
    prep = ""
    phrase: list[Token] = []
    for token in [*tokens[place + 1 :], None]:
        if token is not None and (token.pos_ in NOMINAL or token.tag_ in BARE):
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
    heads = [token for token in phrase if token.pos_ in HEADS or token.tag_ in BARE]
    if not heads:
        return
    if prep:
        frame.preps[prep].append(heads[-1])
    else:
        frame.objects.append(heads[-1])
        frame.complements.append(heads[-1])
