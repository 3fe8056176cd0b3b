"""A link in, its canonical form out: the same page has one address, two pages never share one.

`canonical_url` is for showing and opening: host and path normalised (url-normalize), trackers
removed, the query sorted, the fragment dropped unless it is a route ("#!/story"). `identity_url` goes
further and is only hashed, never opened: http and https, `www.`, `m.` and `amp.` hosts, a trailing
slash, AMP and print variants are one page.

Unknown query parameters stay: `?id=1` and `?id=2` are two articles (courlan's strict mode merges
them). Wrong on purpose: a site that serves different articles on http and https, or with and without
a trailing slash, would be merged; none was seen.
"""

from __future__ import annotations

import re
from importlib import resources
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

from url_normalize import url_normalize

MAX_URL = 4_000
"""Longer links are no addresses of articles."""

_TRACKERS = frozenset(
    line.strip()
    for line in resources.files("producers").joinpath("trackers.txt").read_text().splitlines()
    if line.strip() and not line.startswith("#")
)
_TRACKER_PREFIXES = ("utm_", "utm-", "hsa_", "itm_", "mtm_", "pk_", "matomo_", "ga_", "asc_")
_REFERRERS = {
    # `ref` and `source` name real things on some sites, so only these values go
    "ref": re.compile(
        r"rss|feed|hp|home|fb|tw|facebook|twitter|share|news(letter)?|upstract", re.IGNORECASE
    ),
    "source": re.compile(r"rss|feed|newsletter|email|facebook|twitter|social.*", re.IGNORECASE),
    "from": re.compile(r"rss|feed|newsletter|email|homepage", re.IGNORECASE),
    "rss": re.compile(r"(1|true|yes|)", re.IGNORECASE),
    "feed": re.compile(r"rss", re.IGNORECASE),
    "output": re.compile(r"amp", re.IGNORECASE),
    "print": re.compile(r"(1|true|yes|)", re.IGNORECASE),
    "cmd": re.compile(r"rss", re.IGNORECASE),
    "mode": re.compile(r"amp", re.IGNORECASE),
}
_PLAIN = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9_~./-]*(?:\?[A-Za-z0-9_.~=&-]*)?")
_UNTIDY = re.compile(r"\.\.|/\.|\./|(?<!:)//")
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_MOBILE_HOST = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.[^.])")
_AMP_PATH = re.compile(r"\.amp(?=\.html$)|(?:(?<=.)/amp|\.amp)/?$|^/amp(?=/.)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_SECRET = re.compile(
    r"([?&;][\w.-]*(?:key|token|secret|passw(?:or)?d|pwd|auth|sig(?:nature)?|session)=)[^&;#]+",
    re.IGNORECASE,
)


def absolute_url(link: str | None, base: str | None) -> str | None:
    """Make a link absolute; None unless the result is http or https and has a host."""
    if not link:
        return None
    link = _CONTROL.sub("", link.strip()) if link else ""
    if not link or len(link) > MAX_URL:
        return None
    try:
        whole = urljoin(base, link) if base else link
        parts = urlsplit(whole)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    return whole


def hide_secrets(address: str) -> str:
    """Mask the values of keys, tokens and the like in an address that is shown."""
    return _SECRET.sub(r"\1***", address)


def canonical_url(link: str | None) -> str | None:
    """Write an absolute link in its canonical form, or None when it is no address of a page."""
    if not link:
        return None
    try:
        bare, _, fragment = _SESSION_IN_PATH.sub("", link).partition("#")
        # most are in their normal form already, and url-normalize takes 0.1 ms
        tidy = _PLAIN.fullmatch(bare) and not _UNTIDY.search(bare)
        parts = urlsplit(bare if tidy else url_normalize(bare) or "")
        host = parts.hostname
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    query = _sort_query(parts.query)
    fragment = fragment if fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, fragment))


def identity_url(canonical: str | None) -> str | None:
    """Fold a canonical URL to what names the page; None for a bare host, which names no article."""
    if not canonical:
        return None
    parts = urlsplit(canonical)
    path = _AMP_PATH.sub("", parts.path).rstrip("/")
    if not path and not parts.query and not parts.fragment:
        return None
    host = _MOBILE_HOST.sub("", parts.netloc.removesuffix(":80").removesuffix(":443"))
    return urlunsplit(("https", host, path or "/", parts.query, parts.fragment))


def host_of(url: str) -> str:
    """Name the host and port of a URL: the server that its manners are counted for."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2].lower()


def _sort_query(query: str) -> str:
    if not query:
        return ""
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=None)
        if not _is_tracker(name, value)
    ]
    return "&".join(
        f"{quote(unquote(name), safe='')}={quote(value, safe='/:,@')}"
        if value or "=" in query
        else quote(name, safe="")
        for name, value in sorted(kept)
    )


def _is_tracker(name: str, value: str) -> bool:
    folded = name.lower()
    if folded in _TRACKERS or folded.startswith(_TRACKER_PREFIXES):
        return True
    referrer = _REFERRERS.get(folded)
    return referrer is not None and referrer.fullmatch(value) is not None
