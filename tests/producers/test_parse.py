# ruff: noqa: RUF001 - dashes as papers write them
"""Feeds of every format, dialect and state of repair become items, "no items", or a reason."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.items import Item, NotAFeed, ParsedFeed
from producers.parse import parse_feed
from tests.producers.site import NOON, build_item, build_rss

CORPORA = Path(__file__).parents[3] / "shared" / "corpora" / "feeds"
URL = "https://harbour.example/feed"
needs_corpora = [
    pytest.mark.corpora,
    pytest.mark.skipif(not CORPORA.exists(), reason="../shared/corpora is not there"),
]
REAL_COUNTS = {
    "AtomSpecialCharacters.xml": 1,
    "AtomVergeAllPosts.xml": 10,
    "AtomWiganwarriors.xml": 10,
    "Rss091Stadtfeuerwehr.xml": 15,
    "Rss10Minutos20.xml": 15,
    "Rss10OrfAt.xml": 50,
    "Rss20BreakingNews.xml": 10,
    "Rss20CTVNews.xml": 10,
    "Rss20DailyMail.xml": 0,
    "Rss20ISO88591Intranet30.xml": 30,
    "Rss20IndianExpress.xml": 200,
    "Rss20ItunesSample.xml": 4,
    "Rss20JapanToday.xml": 20,
    "Rss20LeFigaro.xml": 50,
    "Rss20LeMonde.xml": 18,
    "Rss20NYTimes.xml": 33,
    "Rss20Reuters.xml": 10,
    "Rss20Spiegel.xml": 17,
    "Rss20TheMirror.xml": 25,
    "Rss20YandexRussia.xml": 15,
}


def parse(body: bytes | str, **options: str) -> ParsedFeed:
    """Parse what must be a feed."""
    raw = body.encode() if isinstance(body, str) else body
    parsed = parse_feed(raw, url=URL, now=NOON, **options)  # type: ignore[arg-type]  # texts only
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def parse_one(body: bytes | str) -> Item:
    """Parse a feed of one item."""
    (item,) = parse(body).items
    return item


def refuse(body: bytes | str) -> str:
    """Parse what must be no feed, and return the reason."""
    raw = body.encode() if isinstance(body, str) else body
    parsed = parse_feed(raw, url=URL, now=NOON)
    assert isinstance(parsed, NotAFeed)
    return parsed.reason


def test_an_rss_item_is_read_whole() -> None:
    """Title, link, guid, date with its offset, author, tags, summary and full text."""
    item = parse_one(
        """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Post</title>
        <item><title>Ferry &amp;amp; crew <![CDATA[<b>safe</b>]]></title>
        <link>/2026/ferry?utm_medium=rss</link><guid>urn:1</guid>
        <pubDate>Tue, 10 Mar 2026 09:30:00 -0500</pubDate><dc:creator>Ana Example</dc:creator>
        <category>Local</category><category>Sea</category>
        <description>&lt;p&gt;The ferry came back.&lt;/p&gt;</description>
        <content:encoded><![CDATA[<p>The ferry came back on Tuesday.</p><p>All are safe.</p>
        <script>alert(1)</script>]]></content:encoded></item></channel></rss>"""
    )
    assert item.title == "Ferry & crew safe"
    assert item.url == "https://harbour.example/2026/ferry"
    assert (item.guid, item.authors, item.tags) == ("urn:1", ("Ana Example",), ("Local", "Sea"))
    assert item.published is None
    assert item.date_problem == "future"
    assert item.summary == "The ferry came back."
    assert item.text == "The ferry came back on Tuesday.\n\nAll are safe."


def test_dates_offsets_and_their_source_are_told() -> None:
    """The feed's date, else the update, else the address; the words are kept."""
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title>a</title>
      <id>1</id><updated>2026-03-10T10:00:00+02:00</updated></entry></feed>"""
    item = parse_one(atom)
    assert item.published == dt.datetime(2026, 3, 10, 8, tzinfo=dt.UTC)
    assert (item.published_from, item.published_offset) == ("updated", 120)
    assert item.published_raw == "2026-03-10T10:00:00+02:00"
    item = parse_one(
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item><title>a"
        "</title><dc:date>2026-03-10T10:00:00+02:00</dc:date></item></channel></rss>"
    )
    assert (item.published_from, item.published_offset) == ("feed", 120)
    item = parse_one(
        build_rss(build_item("x", date="never", link="https://harbour.example/2026/03/09/x"))
    )
    assert item.published == dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    assert (item.published_from, item.date_problem) == ("url", "unparseable")
    item = parse_one(build_rss("<item><title>No date</title></item>"))
    assert (item.published, item.published_from, item.date_problem) == (None, "unknown", "missing")


def test_what_the_feed_says_of_itself_is_read() -> None:
    """Hub, own address, ttl, quiet hours and days, language."""
    head = """<language>en-GB</language><ttl>30</ttl>
      <atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>
      <atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="https://harbour.example/f"/>
      <skipHours><hour>1</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>"""
    feed = parse(build_rss(build_item("x"), head=head))
    assert (feed.hubs, feed.self_url) == (("https://hub.example/",), "https://harbour.example/f")
    assert (feed.ttl, feed.language, feed.title) == (1800, "en", "The Harbour Post")
    assert (set(feed.skip_hours), set(feed.skip_days)) == ({1, 0}, {6})
    sy = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"
    head = f"<sy:updatePeriod {sy}>daily</sy:updatePeriod><sy:updateFrequency {sy}>4</sy:updateFrequency>"
    assert parse(build_rss(head=head)).ttl == 21_600


def test_a_json_feed_is_read() -> None:
    """Version 1.1, with its hub; items that are no objects are named."""
    feed = parse(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "Post",
                "language": "en-US",
                "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
                "items": [
                    {
                        "id": 7,
                        "url": "/a?utm_source=x",
                        "title": "Ferry &amp; crew",
                        "content_html": "<p>One.</p><p>Two.</p>",
                        "date_published": "2026-03-10T10:00:00+01:00",
                        "authors": [{"name": "Ana"}],
                        "tags": ["sea"],
                    },
                    "nonsense",
                ],
            }
        )
    )
    (item,) = feed.items
    assert (item.guid, item.url, item.title) == ("7", "https://harbour.example/a", "Ferry & crew")
    assert (item.text, item.published_offset) == ("One.\n\nTwo.", 60)
    assert (feed.format, feed.version, feed.hubs) == ("json", "json11", ("https://hub.example/",))
    assert feed.problems == ("1 items are no objects",)


def test_a_news_sitemap_is_read() -> None:
    """Google's news entries; pages without one are left out."""
    feed = parse(
        """<?xml version="1.0"?><!-- made by hand --><urlset
        xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
        <url><loc>https://harbour.example/a</loc><news:news><news:publication><news:name>Post
        </news:name><news:language>en</news:language></news:publication>
        <news:publication_date>2026-03-10T10:00:00+01:00</news:publication_date>
        <news:title>Ferry &amp; crew</news:title></news:news></url>
        <url><loc>https://harbour.example/about</loc></url></urlset>"""
    )
    (item,) = feed.items
    assert (item.title, item.url, item.published_offset) == (
        "Ferry & crew",
        "https://harbour.example/a",
        60,
    )
    assert (feed.format, feed.title) == ("sitemap", "Post")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("<!DOCTYPE html><html><body>hello</body></html>", "HTML page"),
        ("hello", "no feed"),
        ('{"a": 1}', "no JSON Feed"),
        ("[1, 2]", "no object"),
        ("{broken", "starts as JSON"),
        ("<urlset><url><loc>https://e.org/</loc></url></urlset>", "without news"),
        ("<sitemapindex></sitemapindex>", "sitemap index"),
        ("\x00\x01\x02", "no feed"),
        (b"\x1f\x8bnonsense", "gzip"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(body: str | bytes, words: str) -> None:
    """A person reads what it was instead."""
    assert words in refuse(body)


def test_a_feed_without_items_is_a_feed() -> None:
    """No items is no failure."""
    assert parse(build_rss()).items == ()


def test_a_packed_file_is_unpacked() -> None:
    """Some servers send the file they keep."""
    assert len(parse(gzip.compress(build_rss(build_item("x")).encode())).items) == 1


def test_a_bomb_of_entities_does_not_grow() -> None:
    """Billion laughs, and a file of ours by entity: neither is expanded."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    body += build_rss("<item><title>&l9; &f;</title></item>").partition("?>")[2]
    parsed = parse_feed(body.encode(), url=URL, now=NOON)
    assert "root:" not in str(parsed)
    assert len(str(parsed)) < 100_000


def test_links_that_are_no_web_addresses_are_dropped() -> None:
    """`javascript:` and local files do not get through."""
    for link in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"):
        item = parse_one(build_rss(build_item("x", link=link)))
        assert (item.link, item.url) == (None, None)


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16", "utf-8"])
def test_the_charset_of_the_xml_declaration_is_honoured(charset: str) -> None:
    """Letters beyond ASCII arrive."""
    body = build_rss("<item><title>Göteborg är översvämmat</title></item>")
    body = body.replace("utf-8", charset)
    assert parse_one(body.encode(charset)).title == "Göteborg är översvämmat"


def test_a_lying_charset_is_mended() -> None:
    """UTF-8 that says it is Latin-1, and Latin-1 that says it is UTF-8."""
    item = "<item><title>Göteborg är översvämmat – igen</title></item>"
    assert parse_one(build_rss(item).encode("windows-1252", "replace")).title.startswith(
        "Göteborg är"
    )
    lying = build_rss(item).replace("utf-8", "windows-1252").encode()
    assert parse_one(lying).title == "Göteborg är översvämmat – igen"


@pytest.mark.parametrize(
    ("title", "withdrawn"),
    [
        ("WITHDRAWN: Ferry sinks", True),
        ("[Retracted] Ferry sinks", True),
        ("Story removed: Ferry sinks", True),
        ("Troops withdrawn from the border", False),
        ("CORRECTED: Ferry sinks", False),
        ("Removed minister returns", False),
    ],
)
def test_a_notice_of_withdrawal_is_seen(title: str, withdrawn: bool) -> None:  # noqa: FBT001
    """Only where it opens the headline and is set off."""
    assert parse_one(build_rss(build_item("x", title=title))).withdrawn is withdrawn


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"<rss><channel><item>", b"<feed><entry>", b'{"version":', b"<urlset>"]),
)
def test_any_bytes_end_in_a_feed_or_a_reason(noise: bytes, start: bytes) -> None:
    """The parser is total."""
    parsed = parse_feed(start + noise, url=URL, now=NOON)
    assert isinstance(parsed, ParsedFeed | NotAFeed)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30))
def test_any_words_in_an_item_are_taken(title: str, summary: str, date: str) -> None:
    """Every item comes out, whatever it says."""
    rss = build_rss(
        *(
            f"<item><title><![CDATA[{title.replace(']]>', '')}]]></title><description>"
            f"<![CDATA[{summary.replace(']]>', '')}]]></description><pubDate><![CDATA["
            f"{date.replace(']]>', '')}]]></pubDate></item>"
            for _ in range(2)
        )
    )
    parsed = parse_feed(rss.encode("utf-8", "replace"), url=URL, now=NOON)
    assert isinstance(parsed, ParsedFeed)
    assert len(parsed.items) == 2


class TestCorpora:
    """Real feeds, and feedparser's own tests."""

    pytestmark = needs_corpora

    @pytest.mark.parametrize(("name", "count"), REAL_COUNTS.items())
    def test_real_feeds_give_every_item(self, name: str, count: int) -> None:
        """The exact number, with clean titles and canonical links."""
        feed = parse((CORPORA / "real" / name).read_bytes())
        assert len(feed.items) == count
        for item in feed.items:
            assert item.title
            assert "&amp;" not in item.title
            assert "\n" not in item.title
            assert item.url is None or item.url.startswith("http")
            assert item.published is not None

    def test_every_test_feed_ends_in_items_or_a_reason(self) -> None:
        """2,106 feeds, well and ill formed: no crash."""
        refused = items = empty = 0
        with tarfile.open(CORPORA / "feedparser_tests.tar.gz") as archive:
            for member in archive:
                if not member.name.endswith(".xml"):
                    continue
                stream = archive.extractfile(member)
                assert stream is not None
                parsed = parse_feed(stream.read(), url=URL, now=NOON)
                if isinstance(parsed, NotAFeed):
                    assert parsed.reason
                    refused += 1
                elif parsed.items:
                    items += 1
                else:
                    empty += 1
        assert refused + items + empty == 2106
        assert refused <= 8
