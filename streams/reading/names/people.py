"""One person of an article, as the reading goes on; who is meant by a man without a name."""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.reading.names.titles import load_titles
from streams.reading.words import Token

SPEAKING = frozenset(
    ["say", "tell", "add", "give", "announce", "confirm", "write", "warn", "describe", "state"]
)
_UNNAMED = frozenset(
    [
        "man",
        "woman",
        "teenager",
        "suspect",
        "gunman",
        "driver",
        "student",
        "bomber",
        "killer",
        "boy",
        "girl",
    ]
)


@dataclass(slots=True)
class Person:
    """One person: the full name, the titles the article gives, and how lately he was seen."""

    name: str
    titles: list[str] = field(default_factory=list)
    origin: str = ""
    gender: str = "-"
    seen: int = -1

    def holds(self, office: str) -> bool:
        """Tell whether this is somebody of this office."""
        return any(office in title.lower().replace("-", " ").split() for title in self.titles)


def is_unnamed_speaker(token: Token) -> bool:
    """Tell whether an office speaks for which the article has not named anybody: "the mayor said"."""
    if token.dep_ != "nsubj" or token.tag_ != "NN" or token.lower_ not in load_titles("office"):
        return False
    if any(child.dep_ in {"appos", "relcl"} for child in token.children):
        return False
    return token.head.lemma_.lower() in SPEAKING


def is_unnamed(token: Token) -> bool:
    """Tell whether a word is a person without a name who does or suffers something."""
    acts = token.dep_ in {"nsubj", "nsubjpass", "dobj", "ROOT"}
    return token.lower_ in _UNNAMED and acts and not any(c.dep_ == "appos" for c in token.children)
