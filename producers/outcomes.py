"""What one visit to a feed came to: closed lists with their meaning, for logs, metrics and people."""

from __future__ import annotations

from typing import Literal

PollOutcome = Literal[
    "articles",
    "nothing_new",
    "no_items",
    "unchanged",
    "not_modified",
    "gone",
    "not_found",
    "rate_limited",
    "http_error",
    "unreachable",
    "unsafe",
    "too_large",
    "not_a_feed",
    "parse_failed",
]
POLL_OUTCOMES: dict[PollOutcome, str] = {
    "articles": "new or changed articles were sent",
    "nothing_new": "the body changed, its articles did not",
    "no_items": "it is a feed, with no items in it",
    "unchanged": "the same body as before",
    "not_modified": "the server said 304",
    "gone": "the server said 410; the feed is not asked again",
    "not_found": "the server said 404; feeds come back, so it is asked ever less often",
    "rate_limited": "the server said 429 or 503; it is left alone for as long as it asked",
    "http_error": "another HTTP status that is no success",
    "unreachable": "no usable answer: DNS, connection, TLS, time limit or protocol",
    "unsafe": "the address, or one it redirects to, is private or special",
    "too_large": "the body is over its size limit, or a decompression bomb",
    "not_a_feed": "the body is no feed; it went to the dead letters",
    "parse_failed": "parsing took too long or too much memory; the body went to the dead letters",
}
FAILED: frozenset[PollOutcome] = frozenset(
    {
        "gone",
        "not_found",
        "rate_limited",
        "http_error",
        "unreachable",
        "unsafe",
        "too_large",
        "not_a_feed",
        "parse_failed",
    }
)

PageOutcome = Literal["text", "no_text", "disallowed", "gone", "failed"]
PAGE_OUTCOMES: dict[PageOutcome, str] = {
    "text": "the article's text was extracted",
    "no_text": "the page holds no article that can be read",
    "disallowed": "robots.txt does not allow the page",
    "gone": "the server said 410 for the page",
    "failed": "the page could not be fetched; it is tried again with the next polls",
}
