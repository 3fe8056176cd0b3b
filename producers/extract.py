"""A page's bytes in, the article on it out: text, by-lines and date. The only file with trafilatura.

trafilatura finds the main text; what it lets through is cleaned line by line (`producers.furniture`).
"""

from __future__ import annotations

import re

import trafilatura
from trafilatura.settings import Document

from producers.furniture import drop_furniture
from producers.items import Page
from producers.text import MAX_TEXT, clean_line, cut_text, scrub
from streams.identity import fold_text

ENOUGH = 140
"""Characters; a shorter text is a teaser, a paywall's or a cookie banner's, not an article."""
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)


def extract_page(body: bytes, *, url: str, charset: str | None = None) -> Page:
    """Extract the article from the page at `url`; `charset` is the one the server said."""
    html = _decode(body, charset)
    if not html.strip():
        return Page()
    found = trafilatura.bare_extraction(
        html,
        url=url,
        include_comments=False,
        include_tables=False,
        include_images=False,
        favor_precision=True,
        with_metadata=True,
    )
    if not isinstance(found, Document):
        return Page()
    paragraphs = [
        " ".join(scrub(line).split()) for line in (found.text or "").splitlines() if line.strip()
    ]
    title = clean_line(found.title)
    if paragraphs and fold_text(paragraphs[0]) == fold_text(title):
        del paragraphs[0]
    text = cut_text("\n\n".join(drop_furniture(paragraphs)), MAX_TEXT)
    authors = [clean_line(name) for name in (found.author or "").split(";")]
    return Page(
        text=text if len(text) >= ENOUGH else "",
        title=title or None,
        date=found.date,
        authors=tuple(name for name in authors if name)[:20],
    )


def _decode(body: bytes, charset: str | None) -> str:
    stated = _META_CHARSET.search(body[:4096])
    for name in (
        "utf-8-sig" if body.startswith(b"\xef\xbb\xbf") else None,
        charset,
        stated.group(1).decode("ascii", "replace") if stated else None,
        "utf-8",
    ):
        if not name:
            continue
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("windows-1252", "replace")
