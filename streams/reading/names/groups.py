"""A word for a body of people in, the name it stands for out: "the ministry", "the gang".

The theory: a group is named once ("Russia's defence ministry", "a gang known as Grey Heron") and
then called by its noun with "the".
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


class Groups:
    """The groups of one article, by their noun, the last named first."""

    def __init__(self) -> None:
        """Start with none."""
        self._named: dict[str, str] = {}

    def follow(self, token: Token) -> str | None:
        """Remember the group that this noun names; else tell which one it stands for."""
        name = _name_given(token)
        if name:
            self._named[token.lower_] = name
            return name
        if token.lower_ not in GROUPS and token.lower_ not in self._named:
            return None
        phrase = phrase_of(token)
        if any(w.text[:1].isupper() and w.lower_ not in ARTICLES for w in phrase):
            self._named[token.lower_] = clean_phrase(phrase)
        elif phrase[0].lower_ == "the" and len(phrase) == 2:
            return self._named.get(token.lower_)
        return None


def _name_given(token: Token) -> str:
    """The name of "a gang known as Grey Heron" or "a group called the Lanterns"."""
    for child in token.children:
        if child.dep_ == "acl" and child.lower_ in {"known", "called", "named", "dubbed"}:
            words = [t for t in child.subtree if t.i > child.i and t.lower_ != "as"]
            if words and any(word.text[:1].isupper() for word in words):
                return clean_phrase(words[:5])
    return ""
