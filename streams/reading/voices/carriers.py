"""A statement, a report or figures in; whose word they carry out.

The theory: "a statement from the airline", "the airline's statement" and "a report published by the
auditor" speak for the airline and the auditor. "The statement said" speaks for whoever issued one in
the sentence before, else for the last speaker. Who only saw a document is not its author.
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.reading.names import Names
from streams.reading.parse import Sentence
from streams.reading.voices.naming import SUBJECTS, name_speaker
from streams.reading.voices.speakers import can_speak
from streams.reading.words import Token, TokenSpan

_CARRIERS = frozenset(
    [
        "information", "figure", "figures", "data", "report", "reports", "statement", "statements",
        "release", "document", "documents", "record", "records", "estimate", "estimates", "count",
        "tally", "account", "accounts", "message", "messages", "post", "posts", "news", "letter",
        "communique", "notice", "memo", "email", "tweet", "filing", "bulletin", "announcement",
        "study", "survey", "poll", "research", "paper", "analysis",
    ]
)  # fmt: skip
"""What somebody's word comes in: "according to figures from the ministry"."""
_ALONE = frozenset(
    [
        "statement", "release", "message", "post", "letter", "report", "communique", "notice", "memo",
        "email", "tweet", "filing", "bulletin", "announcement",
    ]
)  # fmt: skip
"""What stands for its author with "the" alone: "the statement said"."""
_READING = frozenset(
    [
        "see",
        "obtain",
        "review",
        "view",
        "examine",
        "receive",
        "leak",
        "quote",
        "cite",
        "carry",
        "hear",
    ]
)
"""What those do with a document who did not write it."""
_ISSUING = frozenset(
    ["issue", "release", "publish", "post", "send", "write", "put", "make", "circulate", "share"]
)
_PAGES = frozenset({"website", "site", "page", "account", "channel", "feed", "profile", "blog"})
_SOMEWHERE = frozenset({"scene", "area", "region", "site", "ground", "field", "city", "capital"})


def source_of(speaker: Token) -> Token:
    """Whose figures, report or statement it is: "according to data released by the bank"."""
    if speaker.lower_ not in _CARRIERS or speaker.pos_ == "PROPN":
        return speaker
    for child in speaker.children:
        if child.dep_ == "poss" and (child.pos_ == "PRON" or _is_source(child)):
            return child
        made = [c for c in (child, *child.children) if c.dep_ == "acl"]
        if any(verb.lemma_ in _READING for verb in made):
            continue
        for step in (child, *(c for verb in made for c in (verb, *verb.children))):
            if step.dep_ in {"prep", "agent"} and step.lower_ in {"from", "by", "of"}:
                found = next((c for c in step.children if c.dep_ == "pobj"), None)
                if found is not None and _is_source(found):
                    return found
            if step.dep_ == "prep" and step.lower_ in {"on", "in"}:  # "posted on its website"
                owner = _owner_of_place(step)
                if owner is not None:
                    return owner
    return speaker


def _owner_of_place(on: Token) -> Token | None:
    """Whose website, account or channel a statement stands on."""
    for place in on.children:
        if place.lower_ in _PAGES:
            return next((c for c in place.children if c.dep_ == "poss"), None)
    return None


def stands_alone(subject: Token) -> bool:
    """Tell whether it is a statement told of before: "the statement said"."""
    if subject.text not in _ALONE:  # "the Post" is a newspaper
        return False
    left = [child for child in subject.children if child.i < subject.i]
    return len(left) == 1 and left[0].lower_ in {"the", "this"}


def find_author(name: str, sentences: Sequence[Sentence], names: Names) -> str | None:
    """Name the author of "a report" that the next sentences tell: "The report from the Court said"."""
    word = name.lower().rpartition(" ")[2]
    if word not in _CARRIERS:
        return None
    for sentence in sentences:
        if word not in sentence.lowers:
            continue
        for token in sentence.words:
            source = source_of(token) if token.lower_ == word else token
            if token.lower_ == word and source is not token and source.pos_ == "PROPN":
                return name_speaker(source, names)
    return None


def find_issuer(tokens: TokenSpan, names: Names) -> str | None:
    """Name whoever issues a statement in a sentence: "the ministry published a report"."""
    for verb in tokens:
        if verb.lemma_ not in _ISSUING or verb.pos_ != "VERB":
            continue
        issued = any(c.dep_ == "dobj" and c.lower_ in _ALONE for c in verb.children)
        subject = next((c for c in verb.children if c.dep_ in SUBJECTS), None)
        if issued and subject is not None and can_speak(subject, "say"):
            return name_speaker(subject, names)
    return None


def _is_source(token: Token) -> bool:
    """Tell whether figures come from somebody, not from somewhere."""
    somewhere = token.ent_type_ in {"GPE", "LOC", "DATE", "TIME"} or token.lower_ in _SOMEWHERE
    return token.pos_ in {"NOUN", "PROPN"} and not somewhere
