"""A headline in, the kind of event it most likely reports out, for where the parse gives nothing.

The theory: the words of headlines tell their kind once names are taken out, because names tell a story
and not a kind. A regression that was trained on some thousand labelled headlines of our own writing
(`streams.reading.headline_model`) rates every kind, and `none`: headlines that report nothing ("A
bathroom for less") are a tenth of the examples, and when they win there is no event.

What it gets wrong on purpose: where no kind is clear but a report is, the kind is `other`, not a guess.
What it is worth on headlines it has not seen is in docs/quality.md; more examples help more than another
model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from streams.lexicon.ontology import OTHER
from streams.reading.headline_model import NO_EVENT, Features, find_features, load_model
from streams.reading.parse import ParsedArticle, Sentence
from streams.records import Genre, Modality, Reason

CLEAR = 0.2
"""Probability from which the best kind is more often right than wrong."""
REPORTS = 0.8
"""Probability of any event at all from which an unclear headline is a report of kind `other`."""
MIN_UNSUPPORTED = 0.4
"""Probability for a headline without a verb ("Light pillars on winter nights"), or without any other
sign of a report: such are rarely one."""
NOTHING = 0.95
"""Probability of no event from which a headline alone is not believed to report one."""
OTHER_CONFIDENCE = 0.2
_ASKING = frozenset({"WRB", "WP", "WDT"})
_TENSES = frozenset({"was", "were", "is", "are", "has", "have"})
"""Auxiliaries that headlines leave out and sentences have."""
_VERBS = frozenset({"VBZ", "VBD", "VBP", "VBN", "VBG", "VB", "MD"})


@dataclass(frozen=True, slots=True)
class HeadlineGuess:
    """A guess at the kind of a headline."""

    kind: str
    confidence: float
    reason: Reason
    modality: Modality = "happened"


def headline_fallback(parsed: ParsedArticle, genre: Genre) -> HeadlineGuess | None:
    """Guess what the headline of a report tells; None where it tells no event."""
    if genre not in {"report", "live_blog", "result", "unknown"}:
        return None
    told = [s for s in parsed.sentences if s.paragraph.role == "headline"]
    told = told or [s for s in parsed.sentences if s.paragraph.role == "lead"][:1]
    if not told:
        return None
    kind, confidence, probability = guess_kind(told)
    says = any(token.tag_ in _VERBS for sentence in told for token in sentence.words)
    sure = probability >= MIN_UNSUPPORTED
    if kind == NO_EVENT or not (sure or (says and genre != "unknown")):
        return None
    rule = "headline.model" if kind != OTHER else "headline.far"
    reason = Reason(field="kind", rule=rule, score=round(probability, 2), span=told[0].span)
    return HeadlineGuess(kind, confidence, reason, find_modality(told[0]))


def reports_nothing(parsed: ParsedArticle) -> bool:
    """Say whether the article is no more than a headline, or with a summary, that surely tells no event.

    A whole sentence is none: the examples are headlines, which have no full stop and no past tense.
    """
    if parsed.article.text or parsed.article.title.rstrip().endswith("."):
        return False
    headline = [s for s in parsed.sentences if s.paragraph.role == "headline"]
    if not headline or any(_tells_as_sentence(sentence) for sentence in headline):
        return False
    return _rate_once(find_features(headline))[NO_EVENT] >= NOTHING


def _tells_as_sentence(headline: Sentence) -> bool:
    """Say whether a headline tells in a past tense with its subject: "Israel set up a panel"."""
    root = headline.tokens.root
    children = list(root.children)
    if root.pos_ not in {"VERB", "AUX"} or any(child.tag_ in _ASKING for child in children):
        return False
    told = root.tag_ == "VBD" or any(
        child.dep_ in {"aux", "auxpass"} and child.lower_ in _TENSES for child in children
    )
    return told and any(child.dep_ in {"nsubj", "nsubjpass"} for child in children)


def find_modality(headline: Sentence) -> Modality:
    """Tell whether a headline speaks of what is to come ("Plant to close") or may come."""
    root = headline.tokens.root
    for token in headline.words:
        if token.tag_ == "MD" and token.head == root:
            if token.lower_ in {"may", "might", "could"}:
                return "hypothetical"
            if token.lower_ in {"will", "'ll"}:
                return "planned"
        if token.tag_ == "TO" and token.head.tag_ == "VB":
            verb = token.head
            if verb == root or (verb.head == root and root.pos_ not in {"VERB", "AUX"}):
                return "planned"
    return "happened"


def guess_kind(told: Sequence[Sentence]) -> tuple[str, float, float]:
    """Guess the kind of a headline: the kind, a confidence and the probability, from 0 to 1."""
    model, features = load_model(), find_features(told)
    rated = dict(_rate_once(features))
    nothing = rated.pop(NO_EVENT)
    kind = max(rated, key=rated.__getitem__)
    best = rated[kind]
    if not model.knows(features):
        return OTHER, OTHER_CONFIDENCE, best
    if best >= CLEAR and best > nothing:
        return kind, _rate(best), best
    if nothing > 1 - REPORTS:
        return NO_EVENT, round(nothing, 2), nothing
    return OTHER, OTHER_CONFIDENCE, best


def warm_up_model() -> None:
    """Load what the guess needs, before the first headline asks for it."""
    load_model().rate(Features(("fire",), "fire"))


@lru_cache(maxsize=8)
def _rate_once(features: Features) -> dict[str, float]:
    """Rate a headline, which may be asked about twice in a row."""
    return load_model().rate(features)


def _rate(probability: float) -> float:
    """The confidence, close to the share of right answers that was measured."""
    return round(min(0.9, 0.45 + 0.6 * probability), 2)
