"""Tokens that name somebody in; `Actor` records out: name, title, country and PLOVER sector.

A country's seat stands for its government ("Moscow said"), a people's adjective before a noun gives
its nationality ("Russian forces"), and a person's title gives the sector ("Deputy Defence
Minister"). What the words do not give stays None.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

from streams.reading.coding.frames import QUANTITY, heads_of
from streams.reading.coding.patterns import load_coding_lexicon
from streams.reading.names import Names
from streams.reading.parse import Sentence
from streams.reading.who.countries import CountryName, find_country
from streams.reading.words import Token
from streams.records import Actor

PHRASE = frozenset({"compound", "amod", "poss", "nmod", "nummod", "flat", "quantmod", "det"})
VAGUE = frozenset(
    {"who", "which", "that", "what", "this", "there", "these", "those", "it", "one", "both", "each"}
    | {"all", "some", "many", "most", "none", "whom", "whose", "i", "we", "you", "me", "us", "your"}
)
_MEASURES = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "PERCENT", "MONEY", "QUANTITY"})
MAX_PHRASE = 8
ACTING = ("human", "pronoun", "official", "authority", "forces", "company", "team", "court")


@cache
def load_sectors(language: str = "en") -> tuple[tuple[str, frozenset[str]], ...]:
    """Load the sectors in the order in which they are tried."""
    path = resources.files("streams.lexicon").joinpath(language, "sectors.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    words: dict[str, str] = table["words"]
    order = table["order"]["sectors"].split()
    return tuple(
        (name, frozenset(word.replace("_", " ") for word in words[name].split()))
        for name in order
        if name in words
    )


def build_actors(tokens: Iterable[Token], sentence: Sentence, names: Names) -> tuple[Actor, ...]:
    """Build an actor for each token that names somebody; one name once."""
    found: dict[str, Actor] = {}
    for token in tokens:
        actor = build_actor(token, sentence, names)
        if actor is not None and actor.name not in found:
            found[actor.name] = actor
    return drop_doubles(tuple(found.values()))


def drop_doubles(actors: Sequence[Actor]) -> tuple[Actor, ...]:
    """Drop the short form of somebody who is there in full: "Court" beside "Nairobi court"."""
    words = [tuple(actor.name.casefold().split()) for actor in actors]
    kept = [
        actor
        for number, actor in enumerate(actors)
        if not any(
            other[-len(words[number]) :] == words[number]
            and (len(other) > len(words[number]) or place < number)
            for place, other in enumerate(words)
            if place != number
        )
    ]
    return tuple(kept)


def build_actor(token: Token, sentence: Sentence, names: Names) -> Actor | None:
    """Build the actor that the noun phrase at `token` names; None when it names nobody."""
    if (
        token.pos_ not in {"NOUN", "PROPN", "PRON", "ADJ"}
        or token.lower_ in VAGUE
        or not token.text[0].isalnum()
        or token.tag_ in {"JJR", "JJS"}
        or token.ent_type_ in _MEASURES
    ):
        return None
    phrase = phrase_of(token)
    counted = [head for head in heads_of(token) if head.i > token.i and head.dep_ == "pobj"]
    if counted and token.lemma_.lower() in QUANTITY:
        phrase = [*phrase, *token.doc[token.i + 1 : counted[0].i + 1]]
    first = phrase[1] if phrase[0].dep_ == "det" and len(phrase) > 1 else phrase[0]
    words = sentence.paragraph.text[first.idx : phrase[-1].idx + len(phrase[-1].text)]
    words = words.strip('"\u201c\u201d\u2018 ')
    country = _country_of(token, phrase)
    meant = names.person_at(token)
    named = _is_named(token)
    name = meant or (
        names.canonical(phrase if token.pos_ == "PROPN" else [token]) if named else words
    )
    own = find_country(token)
    if own is not None and (own.sense in {"name", "seat"} or token.pos_ == "ADJ"):
        name = own.name
    if token.pos_ == "PRON" and name.lower() == token.lower_:
        return None
    title = names.title_of(name)
    return Actor(
        name=name,
        text=words,
        country=country.iso if country is not None else None,
        sector=_sector_of(token, phrase, title, own),
        title=title,
        span=sentence.span_of(phrase[0], phrase[-1]),
    )


def is_somebody(token: Token) -> bool:
    """Say whether the token can act: a name, a person, a group, an office; not "an explosion"."""
    if token.pos_ == "PROPN" or token.ent_type_ in {"PERSON", "ORG", "GPE", "NORP"}:
        return True
    lexicon = load_coding_lexicon()
    lemma = token.lemma_.lower()
    return any(lemma in lexicon.terms(name).lemmas for name in ACTING) or (
        token.pos_ == "NUM" and token.dep_ in {"nsubj", "pobj"}
    )


def phrase_of(token: Token) -> list[Token]:
    """The words of the noun phrase that end at `token`, without its relative clauses."""
    first = token.i
    for child in token.children:
        if child.i < token.i and child.dep_ in PHRASE:
            first = min(first, child.left_edge.i)
    first = max(first, token.i - MAX_PHRASE, token.sent.start)
    return [word for word in token.doc[first : token.i + 1] if not word.is_space] or [token]


def _is_named(token: Token) -> bool:
    return token.pos_ in {"PROPN", "PRON"} or token.ent_type_ in {"PERSON", "ORG"}


def _country_of(token: Token, phrase: Sequence[Token]) -> CountryName | None:
    found = find_country(token)
    if found is not None:
        return found
    for word in phrase:
        found = find_country(word)
        if found is not None:
            return found
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ in {"of", "from"}:
            for inner in child.children:
                found = find_country(inner)
                if found is not None:
                    return found
    return None


def _sector_of(
    token: Token, phrase: Sequence[Token], title: str | None, country: CountryName | None
) -> str | None:
    words = {token.lemma_.lower(), token.lower_}
    previous = ""
    for part in phrase:
        words.update((part.lemma_.lower(), part.lower_, f"{previous} {part.lower_}"))
        previous = part.lower_
    if title:
        words.update(title.lower().split())
    for sector, members in load_sectors():
        if words & members:
            return sector
    if country is not None and country.sense in {"name", "seat"}:
        return "GOV"
    return None
