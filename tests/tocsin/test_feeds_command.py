"""`tocsin feeds` and `tocsin poll` as a person uses them: output, exit codes, clear words."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from producers.memory import FeedState, Memory
from producers.poll import utc_now
from streams.errors import TocsinError
from tests.producers.site import build_item, build_rss
from tocsin.command import tocsin

Run = Callable[..., Result]


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def web_folder(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder served on loopback, and its address."""
    folder = tmp_path / "web"
    folder.mkdir()
    handler = partial(_QuietHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TOCSIN_POLL_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("TOCSIN_POLL_HOST_SPACING", "0")

    def run_command(*words: str, data: bytes | None = None) -> Result:
        return CliRunner().invoke(tocsin, words, input=data)

    return run_command


def test_a_saved_feed_is_printed_one_item_a_line(run: Run, tmp_path: Path) -> None:
    """With every field a program may want."""
    items = (
        build_item(
            "A", title="Ferry &amp;amp; crew <b>safe</b>", date="10 Mar 2025 09:30:00 -0500"
        ),
        build_item("B", date="Fri, 01 Jan 2100 00:00:00 GMT"),
    )
    (tmp_path / "feed.xml").write_text(build_rss(*items))
    result = run("feeds", "parse", "feed.xml", "--json")
    first, second = (json.loads(line) for line in result.output.splitlines())
    assert result.exit_code == 0
    assert first["title"] == "Ferry & crew safe"
    assert (first["published"], first["published_offset"]) == ("2025-03-10T14:30:00Z", -300)
    assert first["url"] == "https://harbour.example/2026/A"
    assert first["publisher"] == "harbour.example"
    assert {"id", "guid", "authors", "tags", "summary", "text", "language"} <= first.keys()
    assert (second["published"], second["date_problem"]) == (None, "future")


def test_a_feed_comes_from_standard_input(run: Run) -> None:
    """As a table for people."""
    result = run(
        "feeds", "parse", "-", data=build_rss(build_item("A", title="[/b] Ferry A")).encode()
    )
    assert result.exit_code == 0
    assert "[/b] Ferry A" in result.output
    assert "1 items" in result.output


def test_a_feed_without_items_is_fine(run: Run) -> None:
    """Exit code 0, and it says so."""
    result = run("feeds", "parse", "-", data=build_rss().encode())
    assert (result.exit_code, "no items" in result.output) == (0, True)


@pytest.mark.parametrize("data", [b"", b"<html><body>x</body></html>", b"\xff\x00\x01", b"{}"])
def test_what_is_no_feed_is_refused(run: Run, data: bytes) -> None:
    """A named failure, which the command ends with 2 for; never a traceback."""
    result = run("feeds", "parse", "-", data=data)
    assert isinstance(result.exception, TocsinError)


def test_a_list_is_checked_feed_by_feed(run: Run, web_folder: tuple[Path, str]) -> None:
    """What works, what does not and why; exit code 1 when something does not."""
    folder, base = web_folder
    (folder / "good.xml").write_text(build_rss(build_item("A")))
    (folder / "page.html").write_text("<html><body>hello</body></html>")
    names = ("good.xml", "page.html", "missing.xml")
    lines = "".join(f'<outline type="rss" xmlUrl="{base}/{name}"/>' for name in names)
    Path("list.opml").write_text(f"<opml><body>{lines}</body></opml>")
    result = run("feeds", "check", "list.opml")
    assert result.exit_code == 1
    assert "3 feeds tried, 1 work, 2 do not" in result.output
    assert "HTTP 404" in result.output
    assert "HTML page" in result.output
    found = run("feeds", "check", "list.opml", "--json").output.splitlines()
    assert {json.loads(line)["outcome"] for line in found} == {
        "articles",
        "not_a_feed",
        "not_found",
    }
    assert not Path(".tocsin").exists()


def test_the_feeds_of_a_page_are_found_and_added(run: Run, web_folder: tuple[Path, str]) -> None:
    """From the page's own word, else from the usual places; once."""
    folder, base = web_folder
    (folder / "index.html").write_text(
        '<html><head><link rel="alternate" type="application/rss+xml" href="/news.xml">'
        '<link rel="alternate" type="application/rss+xml" href="/gone.xml"></head></html>'
    )
    (folder / "news.xml").write_text(build_rss(build_item("A")))
    result = run("feeds", "add", f"{base}/")
    assert (result.exit_code, "1 added to feeds.toml" in result.output) == (0, True)
    assert f'url = "{base}/news.xml"' in Path("feeds.toml").read_text()
    assert "already in" in run("feeds", "add", f"{base}/news.xml").output
    (folder / "bare.html").write_text("<html><body>nothing</body></html>")
    (folder / "rss.xml").write_text(build_rss(build_item("A")))
    assert f"{base}/rss.xml" in run("feeds", "add", f"{base}/bare.html", "--dry-run").output
    assert isinstance(run("feeds", "add", f"{base}/nowhere").exception, TocsinError)


def test_lists_go_in_and_out_as_opml(run: Run) -> None:
    """An ill-formed file is read as far as it goes, and what is written is well-formed."""
    Path("bad.opml").write_text(
        '<opml><body><outline text="A & B" xmlUrl="https://a.example/?x=1&y=2">'
    )
    result = run("feeds", "import", "bad.opml")
    assert "1 feeds read, 1 added" in result.output
    assert 'xmlUrl="https://a.example/?x=1&amp;y=2"' in run("feeds", "export").output
    assert isinstance(run("feeds", "import", "feeds.toml").exception, TocsinError)


def test_the_health_of_feeds_is_shown(run: Run) -> None:
    """Failing, silent and new ones, for people and for programs; exit code 1 when one is ill."""
    urls = [f"https://{name}.example/rss" for name in ("failing", "silent", "well", "new")]
    Path("feeds.toml").write_text("".join(f'[[feed]]\nurl = "{url}"\n' for url in urls))
    now = utc_now()
    memory = Memory(Path(".tocsin/poll/memory.sqlite"))
    for url in urls[:3]:
        state = FeedState(
            feed=url, address=url, next_at=now, polls=9, window=20, usual_gap=600.0,
            last_success=now, last_new=now,
        )  # fmt: skip
        if "failing" in url:
            state.errors, state.error = 3, "dns: no such host"
        if "silent" in url:
            state.last_new = now.replace(year=now.year - 1, day=1)
        memory.save(state)
    memory.close()
    result = run("feeds")
    assert result.exit_code == 1
    assert "3 failures: dns: no such host" in result.output
    assert "no new item for" in result.output
    lines = [json.loads(line) for line in run("feeds", "--json").output.splitlines()]
    health = {line["feed"].partition("//")[2].partition(".")[0]: line["health"] for line in lines}
    assert health == {"failing": "failing", "silent": "silent", "well": "well", "new": "new"}


def test_without_feeds_the_next_step_is_said(run: Run) -> None:
    """No list, no poll."""
    for words in (("feeds",), ("poll", "--once"), ("feeds", "export")):
        result = run(*words)
        assert isinstance(result.exception, TocsinError)
        assert "tocsin feeds add" in str(result.exception)


def test_an_unreachable_broker_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its address and what to try."""
    monkeypatch.setattr("producers.publish.BOOTSTRAP_TIMEOUT_MS", 300)
    monkeypatch.setenv("TOCSIN_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    Path("feeds.toml").write_text('[[feed]]\nurl = "https://a.example/rss"\n')
    error = run("poll", "--once").exception
    assert isinstance(error, TocsinError)
    assert "127.0.0.1:1" in str(error)
    assert error.hint is not None
