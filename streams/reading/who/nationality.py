"""A parsed article and its names in; the country each person speaks for out.

"Russian President Vladimir Putin" and "Ukraine's defence minister, Oleksii Reznikov" tell it once;
afterwards "Mr. Putin" speaks for Russia. The first country told for a name is kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.reading.names import Names
from streams.reading.parse import ParsedArticle
from streams.reading.who.actors import phrase_of
from streams.reading.who.countries import CountryName, find_country
from streams.reading.words import Token

Nationalities = dict[str, CountryName]


def find_nationalities(parsed: ParsedArticle, names: Names) -> Nationalities:
    """Find the country of every person whose title or description names one."""
    found: Nationalities = {}
    for sentence in parsed.sentences:
        for token in sentence.words:
            if token.ent_type_ != "PERSON" or token.dep_ in {"compound", "flat"}:
                continue
            country = next(_countries_near(token), None)
            if country is not None:
                found.setdefault(names.canonical([token]), country)
    return found


def _countries_near(token: Token) -> Iterator[CountryName]:
    """Countries in the person's own phrase, in what it stands in apposition to, or beside it."""
    phrases = [phrase_of(token)]
    if token.dep_ == "appos":
        phrases.append(phrase_of(token.head))
    phrases.extend(phrase_of(child) for child in token.children if child.dep_ == "appos")
    for phrase in phrases:
        for word in phrase:
            if word.ent_type_ != "PERSON" or word.dep_ in {"amod", "poss", "compound"}:
                country = find_country(word)
                if country is not None and country.sense != "seat":
                    yield country
        head = phrase[-1]
        for child in head.children:
            if child.dep_ == "prep" and child.lower_ in {"of", "from"}:
                yield from (c for w in child.children if (c := find_country(w)) is not None)
