# ruff: noqa: RUF001 - letters and marks as papers write them
"""Full text from pages: robots.txt, extraction, furniture, wire credits and outlets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.furniture import drop_furniture, is_furniture
from producers.hosts import Hosts
from producers.publishers import load_outlets, registered_domain
from producers.robots import parse_robots
from producers.wires import find_wire
from tests.producers.site import Clock, Shelf, Site, build_item, build_poller, build_rss

PARAGRAPH = (
    "The ferry {name} came back to port on Tuesday after a night at sea, the harbour master said, "
    "and all of its {count} passengers were taken to a school near the quay for the morning."
)
PAGE = """<html><head><title>Ferry returns</title><meta charset="utf-8"></head><body>
<nav><a href="/">Home</a><a href="/world">World</a></nav><main><article><h1>Ferry returns</h1>
<p>Skip to main content</p><p>{one}</p><p>Follow related authors and topics</p><p>{two}</p>
<p>Crews at the quay. Jane Example/Getty Images</p><p>{three}</p><p>Interact with The Post</p>
</article></main><footer><p>© 2026 The Post. All rights reserved.</p></footer></body></html>"""


def build_page() -> str:
    """Write an article's page with its furniture."""
    parts = [PARAGRAPH.format(name=name, count=count) for name, count in
             (("Aurora", 120), ("Borealis", 80), ("Cygnus", 45))]  # fmt: skip
    return PAGE.format(one=parts[0], two=parts[1], three=parts[2])


async def test_a_summary_is_filled_up_from_the_page(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """The text is the page's without its furniture; the feed's summary stays."""
    site.put("/story", build_page(), kind="text/html")
    site.put("/feed", build_rss(build_item("A", link=site.url("/story"))))
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock, full_text=True) as poller:
        (visit,) = await poller.run_once()
    (article,) = shelf.articles
    assert (visit.pages, article.text_source) == (1, "page")
    assert article.summary.startswith("The ferry A came back")
    assert [part[:16] for part in article.text.split("\n\n")] == [
        "The ferry Aurora",
        "The ferry Boreal",
        "The ferry Cygnus",
    ]
    assert len(site.asked("/robots.txt")) == 1


async def test_a_page_that_robots_forbid_is_not_fetched(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """The summary is all there is, and no request is made."""
    site.put("/robots.txt", "User-agent: *\nDisallow: /story", kind="text/plain")
    site.put("/story", build_page(), kind="text/html")
    site.put("/feed", build_rss(build_item("A", link=site.url("/story"))))
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock, full_text=True) as poller:
        await poller.run_once()
    assert site.asked("/story") == []
    assert shelf.articles[0].text_source == "none"


async def test_a_page_that_failed_is_fetched_with_a_later_poll(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """The article goes out at once with its summary, and again with its text."""
    site.put("/story", "busy", status=503)
    site.put("/feed", build_rss(build_item("A", link=site.url("/story"))), etag='"1"')
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock, full_text=True) as poller:
        await poller.run_once()
        site.put("/story", build_page(), kind="text/html")
        await poller.run_once()
        await poller.run_once()
    assert [article.text_source for article in shelf.articles] == ["none", "page"]
    assert len({article.id for article in shelf.articles}) == 1


async def test_a_changed_article_whose_page_is_gone_was_withdrawn(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """410 for the page of an article that was sent before."""
    site.put("/feed", build_rss(build_item("A", link=site.url("/story"))))
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock, full_text=True) as poller:
        await poller.run_once()
        site.put("/story", status=410)
        site.put("/feed", build_rss(build_item("A", link=site.url("/story"), summary="Removed.")))
        await poller.run_once()
    assert [article.withdrawn for article in shelf.articles] == [False, True]


@pytest.mark.parametrize(
    "line",
    [
        "Skip to main content",
        "Follow related authors and topics",
        "Interact with The Globe",
        "Advertisement",
        "Story continues below advertisement",
        "Share this article on Facebook",
        "Sign up for our morning newsletter",
        "Open this photo in gallery:",
        "Read more",
        "Most read",
        "Photo: Jane Example",
        "Firefighters at the scene. Ana Example/The Associated Press",
        "Jane Example/AFP/Getty Images",
        "Published March 10, 2026",
        "3 min read",
        "© 2026 The Post. All rights reserved.",
        "***",
        "Lire aussi : la ferry revient",
        "Don’t miss: what to read next",
    ],
)
def test_page_furniture_is_known(line: str) -> None:
    """Menu entries, credits, invitations and boxes."""
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "The ferry came back to port on Tuesday.",
        "“We will share the bill,” the minister said.",
        "Police said on Tuesday that the search had been called off.",
        "Follow the money, the prosecutor told the court.",
        "It was the third strike this week, Reuters reported.",
        "Reading the full text took the clerk an hour and a half.",
        "Close to the border, shelling continued through the night.",
        "Search teams found two survivors.",
        "Updated figures show 20 people were killed.",
        "Published by the ministry on Monday, the report blames the crew.",
        "More on the attack is not known.",
        "Reporting by the newspaper led to three arrests.",
        "Share prices fell 3 per cent.",
        "Save the Children said 40 children were hurt.",
        "Watch out for floods, forecasters said, as rivers rise across the north and crews fill sacks.",
    ],
)
def test_sentences_of_an_article_stay(line: str) -> None:
    """A sentence that only contains such words is not furniture."""
    assert not is_furniture(line)
    assert drop_furniture([line, line]) == [line]


@pytest.mark.parametrize(
    ("summary", "authors", "wire"),
    [
        ("KYIV (Reuters) - A ferry came back.", (), "Reuters"),
        ("PARIS, March 10 (AFP) — A ferry came back.", (), "AFP"),
        ("(ANSA) - ROMA, 10 MAR - Il traghetto.", (), "ANSA"),
        ("Berlin (dpa) - Die Fähre ist zurück.", (), "dpa"),
        ("МОСКВА, 10 марта (Интерфакс) — Паром вернулся.", (), "Interfax"),
        ("A ferry came back.", ("Ana Example, The Associated Press",), "AP"),
        ("A ferry came back.", ("By PTI",), "PTI"),
        ("A ferry came back.\n\n(Reporting by Ana Example; Editing by Bo Sample)", (), "Reuters"),
        ("A ferry came back.\n\n© 2026 AFP", (), "AFP"),
        ("A ferry came back.\n\nWith files from The Canadian Press", (), "The Canadian Press"),
        ("The minister told Reuters that the ferry came back.", (), None),
        ("A ferry came back (see map) on Tuesday.", ("Ana App",), None),
        ("Ann Arbor (Michigan) - A ferry came back.", ("Pa Example",), None),
    ],
)
def test_the_wire_is_credited_where_agencies_sign(
    summary: str, authors: tuple[str, ...], wire: str | None
) -> None:
    """Openings, by-lines and closings; not agencies that are merely cited."""
    assert find_wire(summary, "", authors) == wire


@given(st.text(max_size=200), st.text(max_size=200), st.lists(st.text(max_size=40), max_size=3))
def test_any_text_is_searched_for_a_wire(summary: str, text: str, authors: list[str]) -> None:
    """No input is an error."""
    find_wire(summary, text, authors)


@pytest.mark.parametrize(
    ("link", "name", "family"),
    [
        ("https://www.reuters.com/world/x", "Reuters", "Reuters"),
        ("https://eu.usatoday.com/story", "USA Today", "Gannett"),
        ("https://www.freep.com/story", "Detroit Free Press", "Gannett"),
        ("https://nationalpost.com/x", "National Post", "Postmedia"),
        ("https://news.bbc.co.uk/x", "BBC News", "BBC"),
        ("https://www.mirror.co.uk/x", "Daily Mirror", "Reach"),
        ("https://nypost.com/x", "New York Post", "News Corp"),
        ("https://blog.example.co.uk/x", "example.co.uk", "example.co.uk"),
        ("https://feedproxy.google.com/x", "example.org", "example.org"),
        (None, "example.org", "example.org"),
    ],
)
def test_outlets_and_their_families_are_known(link: str | None, name: str, family: str) -> None:
    """By the longest domain in the table, else by the registered domain, else by the feed's."""
    outlet = load_outlets().name(link, "https://www.example.org/rss")
    assert (outlet.name, outlet.family) == (name, family)


def test_the_table_of_outlets_is_sound() -> None:
    """Many outlets, each with a zone that exists; addresses without a domain name themselves."""
    outlets = load_outlets()
    assert len(outlets) > 300
    assert outlets.zone_of("https://www.theglobeandmail.com/x") is not None
    assert outlets.zone_of("https://unknown.example/x") is None
    assert registered_domain("http://127.0.0.1:8000/x") == "127.0.0.1"


ROBOTS = b"""\xef\xbb\xbfUser-agent: Googlebot
User-agent: Tocsin/1.0
Disallow: /private
Allow: /private/open$
Disallow: /*.pdf$
Crawl-delay: 3

User-agent: *
Disallow: /
"""


@pytest.mark.parametrize(
    ("path", "ours", "others"),
    [
        ("/story", True, False),
        ("/private/x", False, False),
        ("/private/open", True, False),
        ("/private/opened", False, False),
        ("/a/b.pdf", False, False),
        ("/a/b.pdf?x", True, False),
    ],
)
def test_robots_rules_are_matched(path: str, ours: bool, others: bool) -> None:  # noqa: FBT001
    """The longest rule of our own group decides, else the group of everybody."""
    url = f"https://e.org{path}"
    assert parse_robots(ROBOTS, "tocsin").allows(url) is ours
    assert parse_robots(ROBOTS, "other").allows(url) is others
    assert parse_robots(ROBOTS, "tocsin").delay == 3


@given(st.binary(max_size=300), st.text(max_size=50))
def test_any_robots_file_is_read(raw: bytes, path: str) -> None:
    """No input is an error."""
    parse_robots(b"User-agent: *\nDisallow: " + raw, "tocsin").allows("https://e.org/" + path)


async def test_hosts_are_spaced_and_paused() -> None:
    """Each server has its own turn."""
    at = [100.0]
    hosts = Hosts(per_host=1, spacing=2, clock=lambda: at[0])
    assert hosts.delay("a.example") == 0
    async with hosts.turn("a.example"):
        assert hosts.delay("a.example") == 2
        assert hosts.delay("b.example") == 0
    at[0] = 101.5
    assert hosts.delay("a.example") == 0.5
    hosts.pause("a.example", 60)
    assert hosts.delay("a.example") == 60
    at[0] = 161.5
    assert hosts.delay("a.example") == 0
