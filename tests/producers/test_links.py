"""One page, one address; two pages, two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.links import absolute_url, canonical_url, host_of, identity_url


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ("https://E.org:443/a/../b?utm_source=rss&b=2&a=1#top", "https://e.org/b?a=1&b=2"),
        ("https://e.org/b?id=2&ref=rss&fbclid=xyz", "https://e.org/b?id=2"),
        ("https://e.org/b?ref=chapter7", "https://e.org/b?ref=chapter7"),
        ("https://e.org/story.php?12345", "https://e.org/story.php?12345"),
        ("https://e.org/b;jsessionid=A1B2?x=1", "https://e.org/b?x=1"),
        ("https://e.org/app#!/story/7", "https://e.org/app#!/story/7"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("ftp://e.org/a", None),
        ("https://", None),
        (None, None),
    ],
)
def test_canonical_addresses(link: str | None, canonical: str | None) -> None:
    """Trackers and noise go; what names the page stays."""
    assert canonical_url(link) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://e.org/a/", "https://www.e.org/a"),
        ("https://m.e.org/a", "https://e.org/a"),
        ("https://e.org/amp/a", "https://e.org/a"),
        ("https://e.org/a/amp/", "https://e.org/a"),
        ("https://e.org/a.amp.html", "https://e.org/a.html"),
        ("https://e.org/a?outputType=amp", "https://e.org/a"),
        ("https://e.org/a?b=1&c=2", "https://e.org/a?c=2&b=1"),
    ],
)
def test_the_same_page_has_one_identity(one: str, other: str) -> None:
    """Scheme, mobile and AMP hosts, slash and order of parameters do not make another page."""
    assert identity_url(canonical_url(one)) == identity_url(canonical_url(other)) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://e.org/?p=1", "https://e.org/?p=2"),
        ("https://e.org/a?id=1", "https://e.org/a?id=2"),
        ("https://e.org/amplifier", "https://e.org/lifier"),
        ("https://a.e.org/x", "https://b.e.org/x"),
        ("https://e.org/App", "https://e.org/app"),
    ],
)
def test_two_pages_have_two_identities(one: str, other: str) -> None:
    """Unknown parameters name pages."""
    assert identity_url(canonical_url(one)) != identity_url(canonical_url(other))


def test_a_front_page_names_no_article() -> None:
    """Feeds that link every item to the home page have no addresses to go by."""
    assert identity_url(canonical_url("https://www.e.org/")) is None


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[::1", "//"]
)
def test_only_web_addresses_are_links(link: str) -> None:
    """Nothing but http and https is kept."""
    assert absolute_url(link, None) is None


def test_relative_links_are_made_absolute() -> None:
    """Against the address of the feed."""
    assert absolute_url("../a b", "https://e.org/x/y/feed") == "https://e.org/x/ab"
    assert host_of("https://user@E.org:8080/x") == "e.org:8080"


@given(st.text(max_size=200))
def test_any_link_is_taken_or_refused(link: str) -> None:
    """Canonical forms are stable, and no input is an error."""
    absolute = absolute_url(link, "https://e.org/feed")
    canonical = canonical_url(absolute)
    identity_url(canonical)
    if canonical is not None:
        assert canonical_url(canonical) == canonical
