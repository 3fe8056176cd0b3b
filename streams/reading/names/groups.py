"""A word for a body of people in, the name it stands for out: "the ministry", "the gang".

The theory: a group is named once ("Russia's defence ministry", "a gang known as Grey Heron", "the
rebel group Ansar") and then called by its noun with "the". "The company" whose noun was not named
is the business that did something last.
"""

from __future__ import annotations

from streams.reading.names.phrases import ARTICLES, clean_phrase, phrase_of
from streams.reading.words import Token

GROUPS = frozenset(
    [
        "ministry", "army", "military", "government", "company", "bank", "agency", "court", "party",
        "union", "group", "commission", "council", "department", "office", "service", "club", "team",
        "university", "hospital", "airline", "committee", "parliament", "regulator", "firm",
    ]
)  # fmt: skip
_DOING = frozenset({"nsubj", "nsubjpass"})
_KINDS = GROUPS | {"militia", "organisation", "organization", "charity", "gang", "movement"}
_BUSINESSES = frozenset(
    [
        "company", "firm", "airline", "carmaker", "automaker", "bank", "retailer", "maker", "group",
        "manufacturer", "chipmaker", "drugmaker", "operator", "supplier", "lender", "insurer",
        "chain", "start-up", "startup", "brewer", "miner", "utility", "supermarket", "brand",
    ]
)  # fmt: skip
_PUBLIC = frozenset(
    [
        "ministry", "department", "police", "court", "agency", "office", "commission", "committee",
        "parliament", "council", "party", "union", "university", "hospital", "authority", "army",
        "government", "force", "senate", "house", "congress", "assembly", "administration", "fbi",
        "cia", "nato", "un", "eu", "unicef", "reuters", "afp", "ap", "bbc", "cnn", "taliban", "hamas",
        "hezbollah", "service", "bureau", "board", "association", "federation", "institute", "league",
    ]
)  # fmt: skip


class Groups:
    """The groups of one article, by their noun, the last named first."""

    def __init__(self) -> None:
        """Start with none."""
        self._named: dict[str, str] = {}
        self._business: str | None = None

    def follow(self, token: Token) -> str | None:
        """Remember the group that this noun names; else tell which one it stands for."""
        if token.pos_ == "PROPN" and token.ent_type_ == "ORG" and token.dep_ in _DOING:
            self._see_business(token)
        name = _name_given(token)
        if name:
            self._named[token.lower_] = name
            return name
        known = token.lower_ in GROUPS or token.lower_ in self._named
        if not known and token.lower_ not in _BUSINESSES:
            return None
        phrase = phrase_of(token)
        if any(w.text[:1].isupper() and w.lower_ not in ARTICLES for w in phrase):
            self._named[token.lower_] = clean_phrase(phrase)
        elif phrase[0].lower_ == "the" and len(phrase) == 2:
            return self._named.get(token.lower_) or (
                self._business if token.lower_ in _BUSINESSES else None
            )
        return None

    def _see_business(self, token: Token) -> None:
        """Remember the business that does something, also by what it is called before its name."""
        phrase = phrase_of(token)
        if any(word.lower_ in _PUBLIC for word in phrase) or token.head.lemma_ in {
            "report",
            "quote",
        }:
            return
        name = [word for word in phrase if word.ent_type_ == "ORG" and word.text[:1].isupper()]
        self._business = clean_phrase(name or phrase)


def _name_given(token: Token) -> str:
    """The name of "a gang known as Grey Heron" or "a group called the Lanterns"."""
    for child in token.children:
        if child.dep_ == "acl" and child.lower_ in {"known", "called", "named", "dubbed"}:
            words = [t for t in child.subtree if t.i > child.i and t.lower_ != "as"]
            if words and any(word.text[:1].isupper() for word in words):
                return clean_phrase(words[:5])
        apposed = child.dep_ == "appos" and child.pos_ == "PROPN" and child.ent_type_ != "PERSON"
        if apposed and token.lower_ in _KINDS and child.left_edge.i == token.i + 1:
            return clean_phrase(phrase_of(child))
    return ""
