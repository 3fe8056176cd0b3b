"""Stated fields in, a deterministic id out: a version letter and digit, then a hash of the fields.

The same input gives the same id for ever, on every machine. `None` and empty fields are left out,
with their position kept, so that adding an optional field later does not change old ids.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_WHITE = re.compile(r"\s+")


def build_id(prefix: str, *fields: str | int | None) -> str:
    """Build an id such as `a1-9f2c…` from `prefix` and 32 hex digits of BLAKE2b over the fields."""
    digest = hashlib.blake2b(digest_size=16)
    for position, field in enumerate(fields):
        if field is None or field == "":
            continue
        digest.update(f"{position}\x1f{field}\x1e".encode("utf-8", "surrogatepass"))
    return f"{prefix}-{digest.hexdigest()}"


def fold_text(text: str) -> str:
    """Fold case, compatibility forms and white space, for comparing what people would call equal."""
    return _WHITE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def article_id(canonical_url: str | None, guid: str | None, feed: str, content: str) -> str:
    """Identify an article by its canonical URL, else by its guid in its feed, else by its content."""
    if canonical_url:
        return build_id("a1", "url", canonical_url)
    if guid:
        return build_id("a1", "guid", feed, guid)
    return build_id("a1", "content", feed, fold_text(content))


def article_version(title: str, summary: str, text: str) -> str:
    """Hash what a reader sees of an article: equal versions are the same text."""
    return build_id("v1", fold_text(title), fold_text(summary), fold_text(text))


def mention_id(article: str, kind: str, sentence: str, ordinal: int) -> str:
    """Identify a mention by its article, kind and sentence; `ordinal` counts equals in the sentence.

    The sentence, not its offset: a paragraph added above must not make a new mention.
    """
    return build_id("m1", article, kind, fold_text(sentence), ordinal)


def event_id(founding_mention: str) -> str:
    """Identify an event by the mention that founded it."""
    return build_id("e1", founding_mention)


def alert_id(rule: str, event: str, sequence: int) -> str:
    """Identify the n-th alert of a rule about an event (0 is the Alert itself)."""
    return build_id("l1", rule, event, str(sequence))


def deadletter_id(step: str, source: str) -> str:
    """Identify a dead letter by the step that refused it and where it came from.

    `source` is `topic/partition/offset`, or for a feed its address and a hash of the bytes.
    """
    return build_id("d1", step, source)


def feed_id(address: str) -> str:
    """Identify a feed by its address as configured: it keeps its id when it moves."""
    return build_id("f1", address)
