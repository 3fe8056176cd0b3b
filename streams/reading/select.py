"""Drafts of one article in; those worth a mention out, and which of them is the main one.

Theory: silence is the right answer for most of what sentences speak of. What did not happen is kept
when somebody threatens it, or when the headline or lead is about it; what is recalled is kept when
the text gives its date or place; statements are kept when they are the news, not in passing.
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.lexicon.ontology import get_kind
from streams.reading.coding.code import HARM
from streams.reading.draft import Draft
from streams.reading.parse import ParsedArticle
from streams.reading.words import Token
from streams.records import Genre

SMALL_TALK = frozenset({"statement", "diplomacy", "culture"})
"""Groups that body text is full of without reporting them."""
MERE_WORDS = frozenset({"statement", "announcement"})
"""Kinds that are told only where nothing else is."""
ONLY_OPENING = frozenset({"match_result", "tournament"})
"""Kinds of which a body tells one after the other in passing."""
DESCRIBING = frozenset({"modality.participle.recalled", "modality.relative.recalled"})
"""What says who is meant ("a man convicted of spying") is told where it has its own date."""
OUGHT = frozenset({"should", "must", "can", "ought"})
"""Auxiliaries of opinion: what should happen is no news of what may."""
MIN_BODY = 0.6
"""Confidence below which a body sentence alone opens nothing."""
MIN_PLANNED = 0.75
"""Confidence from which the body's "will close the plant" is told."""
MIN_UNKNOWN = 0.6
"""The same in an article without one sign of a report."""
MISSING = frozenset({"missing", "disappeared", "vanished", "lost", "swept", "survivors"})
CONTENT = frozenset({"NOUN", "PROPN"})
LABEL = 6
"""Up to this many words before a colon are a label."""
RECALLING = frozenset({"opinion", "analysis", "feature"})
MIN_RECALLED = 0.8


def select_drafts(drafts: Sequence[Draft], genre: Genre) -> tuple[Draft, ...]:
    """Keep the drafts worth a mention; words about an event are none beside the event."""
    told = tuple(draft for draft in drafts if is_worth_telling(draft, genre))
    told = tuple(draft for draft in told if not _is_of_told(draft, told))
    deeds = tuple(draft for draft in told if draft.kind not in MERE_WORDS)
    if any(draft.newsworthiness == "new" for draft in deeds):
        return deeds
    return tuple(d for d in told if d.kind not in MERE_WORDS or d.in_opening)


def _is_of_told(draft: Draft, told: Sequence[Draft]) -> bool:
    """Say whether the body only tells who died, or who is looked for, of what the opening told."""
    if draft.in_opening or draft.newsworthiness != "new":
        return False
    opened = {get_kind(d.kind).group for d in told if d.in_opening and d.newsworthiness == "new"}
    if draft.kind == "death":
        return bool(opened & HARM)
    missing = MISSING.isdisjoint(draft.coding.sentence.lowers)
    return draft.kind == "missing_person" and missing and bool(opened & {"attack", "crime"})


def is_worth_telling(draft: Draft, genre: Genre) -> bool:
    """Say whether the draft deserves a mention of its own."""
    if draft.told == {"caption"} or not _fits_genre(draft, genre):
        return False
    if draft.modality in {"hypothetical", "planned", "threatened"} and not _is_open(draft):
        return False
    if draft.modality == "denied":
        return bool(draft.claims)
    if draft.newsworthiness == "background":
        described = draft.coding.judgement.rule in DESCRIBING
        anchored = draft.when.start is not None if described else _has_anchor(draft)
        return anchored and draft.confidence >= MIN_BODY
    return draft.in_opening or (_is_reported(draft) and not _only_says_who(draft))


def _only_says_who(draft: Draft) -> bool:
    """Say whether only a clause on a person tells it: "a nurse who infected two colleagues"."""
    if len(draft.sentences) > 1 or draft.when.start is not None:
        return False
    verb = draft.coding.trigger
    while verb.dep_ in {"conj", "dobj", "advcl"}:
        verb = verb.head
    return verb.dep_ == "relcl" and any(
        child.dep_ in {"nsubj", "nsubjpass"} and child.lower_ == "who" for child in verb.children
    )


def _is_reported(draft: Draft) -> bool:
    """Say whether the body reports it: sure, not in passing, and with something to hold on to."""
    passing = get_kind(draft.kind).group in SMALL_TALK and not draft.coding.pattern.spoken
    if draft.kind in ONLY_OPENING:
        return False
    held = _has_anchor(draft) or bool(draft.numbers or draft.actors or draft.targets)
    return held and not passing and draft.confidence >= MIN_BODY


def find_main(drafts: Sequence[Draft]) -> Draft | None:
    """The event that the headline is about, else the lead, else the first new one."""
    new = [draft for draft in drafts if draft.newsworthiness == "new"]
    for told in ("headline", "lead"):
        here = [draft for draft in new if told in draft.told]
        if here:
            return max(here, key=_lead_rank)
    return new[0] if new else None


def is_of_opening(draft: Draft, parsed: ParsedArticle) -> bool:
    """Say whether a body event shares a name or a thing with the headline or the lead."""
    opening = {
        token.lemma_.lower()
        for sentence in parsed.sentences
        if sentence.paragraph.role in {"headline", "lead"}
        for token in sentence.tokens
        if token.pos_ in {"NOUN", "PROPN"}
    }
    told = draft.coding.sentence.tokens
    return any(token.lemma_.lower() in opening for token in told if token.pos_ in CONTENT)


def _lead_rank(draft: Draft) -> tuple[bool, bool, bool, int, float]:
    """What happened before what may; what the sentence itself says before what hangs on it."""
    trigger = (draft.opening or draft.coding).trigger
    depth = sum(1 for _ in trigger.ancestors)
    aside = depth > 0 and get_kind(draft.kind).group in SMALL_TALK
    happened = draft.modality == "happened"
    return happened, not _is_label(trigger), not aside, -depth, draft.confidence


def _is_label(trigger: Token) -> bool:
    """Say whether it only names the story that the headline goes on with: "Mall shooting: two held"."""
    if trigger.pos_ not in {"NOUN", "PROPN"}:
        return False
    words = list(trigger.sent)
    colon = next((token.i for token in words if token.text == ":"), None)
    if colon is None or trigger.i > colon:
        return False
    before = [token for token in words if token.i < colon]
    return len(before) <= LABEL and not any(token.tag_ in {"VBZ", "VBD", "VBP"} for token in before)


def _fits_genre(draft: Draft, genre: Genre) -> bool:
    group = get_kind(draft.kind).group
    if genre == "obituary":
        return draft.kind == "death"
    if genre == "result":
        return group == "sport"
    if genre in RECALLING:
        return draft.confidence >= MIN_RECALLED and _has_anchor(draft)
    if genre == "unknown":
        return draft.confidence >= MIN_UNKNOWN
    return True


def _is_open(draft: Draft) -> bool:
    """Say whether what has not happened is itself the news: a threat, or the opening's plan."""
    if get_kind(draft.kind).group == "threat":
        return True
    judgement = draft.coding.judgement
    word = judgement.word.lower_ if judgement.word is not None else ""
    said_possible = judgement.rule.startswith("modality.auxiliary") and word not in OUGHT
    if judgement.modality == "hypothetical":
        return draft.in_opening and said_possible
    firm = said_possible and draft.confidence >= MIN_PLANNED
    return draft.in_opening or (firm and bool(draft.actors or draft.numbers) and _has_anchor(draft))


def _has_anchor(draft: Draft) -> bool:
    """Say whether the text gives it a date or a place; the country of the whole story is none."""
    placed = draft.where is not None and draft.where.rule != "place.story"
    return placed or draft.when.start is not None
