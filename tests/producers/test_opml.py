"""Lists of feeds: OPML good and bad, TOML, and back."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.feedlist import Feed, add_feeds, read_feeds, to_outline
from producers.opml import Outline, parse_opml, write_opml

OPML = Path(__file__).parents[3] / "shared" / "corpora" / "feeds" / "opml.tar.gz"


def test_folders_titles_and_addresses_are_read() -> None:
    """The nesting is kept as folders."""
    raw = b"""<opml version="1.0"><body><outline text="World">
      <outline text="A &amp; B" type="rss" xmlUrl="https://a.example/rss" htmlUrl="https://a.example/"/>
      </outline><outline TEXT="C" XMLURL="feed://c.example/atom"/></body></opml>"""
    found = parse_opml(raw)
    assert found.outlines == (
        Outline("https://a.example/rss", "A & B", "https://a.example/", ("World",)),
        Outline("http://c.example/atom", "C"),
    )


@pytest.mark.parametrize(
    "raw",
    [
        b'<opml><body><outline text="R&D" xmlUrl="https://a.example/x?b=1&c=2"/></body></opml>',
        b'<opml><body><outline text="a" xmlUrl="https://a.example/x?b=1&amp;c=2">',
        b'<opml><body><outline text="a "quoted" b" xmlUrl="https://a.example/x?b=1&amp;c=2"/></body>',
        b'\x00<opml><outline text="\xe9" xmlUrl="https://a.example/x?b=1&amp;c=2"/></opml>',
        (
            b'<!DOCTYPE opml [<!ENTITY e SYSTEM "file:///etc/passwd">]><opml><body>'
            b'<outline text="&e;" xmlUrl="https://a.example/x?b=1&amp;c=2"/></body></opml>'
        ),
    ],
)
def test_ill_formed_files_are_read_as_far_as_possible(raw: bytes) -> None:
    """Bare ampersands, missing ends, stray quotes and bytes do not hide an address."""
    found = parse_opml(raw)
    assert [outline.url for outline in found.outlines] == ["https://a.example/x?b=1&c=2"]
    assert "root:" not in str(found)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes) -> None:
    """No input is an error."""
    parse_opml(raw)
    parse_opml(b"<opml><outline " + raw)


def test_what_is_written_is_read_again() -> None:
    """Export and import agree, whatever stands in the names."""
    outlines = (
        Outline("https://a.example/?x=1&y=2", 'A "quoted" < more & more', "https://a.example/"),
        Outline("https://b.example/rss", "Ünïcode", None, ("Folder & co",)),
    )
    found = parse_opml(write_opml(outlines))
    assert (set(found.outlines), found.problems) == (set(outlines), ())


def test_a_toml_list_keeps_what_stands_there(tmp_path: Path) -> None:
    """Feeds are added at the end, once."""
    file = tmp_path / "feeds.toml"
    file.write_text('# mine\n[[feed]]\nurl = "https://a.example/rss"\npublisher = "A"\n')
    new = [Feed(url="https://b.example/rss", title="B"), Feed(url="https://a.example/rss")]
    assert add_feeds(file, new) == 1
    assert add_feeds(file, new) == 0
    assert file.read_text().startswith("# mine\n")
    found = read_feeds([file])
    assert [(feed.url, feed.publisher) for feed in found.feeds] == [
        ("https://a.example/rss", "A"),
        ("https://b.example/rss", None),
    ]
    assert to_outline(found.feeds[1]).title == "B"


def test_problems_of_a_list_are_all_named(tmp_path: Path) -> None:
    """A bad feed or file is named, and the others are read."""
    file = tmp_path / "feeds.toml"
    file.write_text(
        '[[feed]]\nurl = "nonsense"\n[[feed]]\nurl = "https://a.example/"\ncolour = 1\n'
        '[[feed]]\nurl = "https://b.example/"\n[other]\n'
    )
    broken = tmp_path / "broken.toml"
    broken.write_text("[[feed\n")
    found = read_feeds([file, broken, tmp_path / "missing.toml"])
    assert [feed.url for feed in found.feeds] == ["https://b.example/"]
    assert len(found.problems) == 5
    assert all(str(tmp_path) in problem for problem in found.problems)


@pytest.mark.corpora
@pytest.mark.skipif(not OPML.exists(), reason="../shared/corpora is not there")
def test_the_real_lists_give_every_address() -> None:
    """Each of the 59 lists with and without its folders: 781 distinct addresses."""
    urls: set[str] = set()
    files = 0
    with tarfile.open(OPML) as archive:
        for member in archive:
            if member.name.endswith(".opml"):
                stream = archive.extractfile(member)
                assert stream is not None
                found = parse_opml(stream.read())
                assert found.outlines
                urls |= {outline.url for outline in found.outlines}
                files += 1
    assert files == 118
    assert len(urls) == 781
