"""The whole way on real servers: feeds served here, `tocsin run`, documents read back from Elasticsearch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from streams.identity import article_id
from tocsin.stack.local import Stack

PATIENCE = 180.0
FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>{outlet}</title><link>https://{outlet}.example</link>
<item><title>{title}</title><link>{url}</link><guid>{url}</guid>
<pubDate>Wed, 11 Mar 2026 08:00:00 GMT</pubDate><description>{text}</description></item>
</channel></rss>"""
STORIES = {
    "first": (
        "Landslide kills five near Manizales",
        (
            "MANIZALES, Colombia - A landslide killed five people near Manizales on Tuesday, the mayor "
            "said. Twelve houses were buried after a night of rain."
        ),
    ),
    "second": (
        "At least five dead in Colombian landslide",
        (
            "At least five people were killed on Tuesday when a landslide buried houses near Manizales "
            "in Colombia, rescuers said. Three people were missing."
        ),
    ),
}


@contextmanager
def serve_feeds(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a feed for each story; give the server's address and the address of each article."""
    urls = {outlet: f"https://{outlet}.example/{name}" for outlet in STORIES}

    class Handler(BaseHTTPRequestHandler):
        """Answers with the feed of the outlet that is asked for."""

        def do_GET(self) -> None:
            outlet = self.path.strip("/")
            if outlet not in STORIES:
                self.send_error(404)
                return
            title, text = STORIES[outlet]
            body = FEED.format(outlet=outlet, url=urls[outlet], title=title, text=text).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", urls
        server.shutdown()


def build_environ(stack: Stack, name: str) -> dict[str, str]:
    """Build settings of which no other test's service has any."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TOCSIN_")}
    return clean | {
        **stack.environ,
        "TOCSIN_ELASTIC_INDEX_PREFIX": name,
        "TOCSIN_SINK_GROUP": f"{name}-elastic",
        "TOCSIN_WEBHOOKS_GROUP": f"{name}-webhooks",
        "TOCSIN_WORK_APP_ID": name,
        "TOCSIN_POLL_ALLOW_PRIVATE": "true",
        "TOCSIN_POLL_FULL_TEXT": "false",
        "TOCSIN_LOG_FORMAT": "json",
    }


def search(stack: Stack, index: str, ids: list[str]) -> list[dict[str, Any]]:
    """Find the documents of an index that name one of these articles."""
    field = "id" if index.endswith("-articles") else "article_id"
    field = "article_ids" if index.endswith("-events") else field
    request = urllib.request.Request(
        f"{stack.elastic}/{index}/_search?ignore_unavailable=true&size=100",
        data=json.dumps({"query": {"terms": {field: ids}}}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return [hit["_source"] for hit in json.load(answer)["hits"]["hits"]]


@pytest.mark.stack
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_feed_becomes_documents(
    stack: Stack, tmp_path: Path, unique_name: Callable[[str], str]
) -> None:
    """Two outlets' articles of one landslide are one event with both; SIGTERM ends everything with 0."""
    name = unique_name("way")
    tocsin = [sys.executable, "-m", "tocsin"]
    environ = build_environ(stack, name)
    subprocess.run([*tocsin, "setup"], env=environ, cwd=tmp_path, check=True, timeout=60)
    (tmp_path / "endpoints.toml").write_text("")
    log = tmp_path / "run.log"
    with serve_feeds(name) as (address, urls), log.open("wb") as out:
        feeds = [
            f'[[feed]]\nurl = "{address}/{outlet}"\npublisher = "{outlet}"\nfamily = "{outlet}"\n'
            for outlet in STORIES
        ]
        (tmp_path / "feeds.toml").write_text("\n".join(feeds))
        service = subprocess.Popen(
            [*tocsin, "run"], env=environ, cwd=tmp_path, stdout=out, stderr=out
        )
        try:
            ids = [article_id(url, None, "", "") for url in urls.values()]
            event = wait_for_event(stack, f"{name}-events", ids, service, log)
            service.send_signal(signal.SIGTERM)
            assert service.wait(90) == 0, log.read_text()[-3000:]
        finally:
            service.kill()
            service.wait()

    articles = search(stack, f"{name}-articles", ids)
    mentions = search(stack, f"{name}-mentions", ids)
    assert {article["title"] for article in articles} == {title for title, _ in STORIES.values()}
    assert {mention["publisher"] for mention in mentions} == set(STORIES)
    assert event["kind"] == "landslide"
    assert event["geo"]["country_iso_code"] == "CO"
    assert event["when"]["date"] == "2026-03-10"
    assert event["killed"]["best"] == 5
    assert sorted(event["publishers"]) == sorted(STORIES)


def wait_for_event(
    stack: Stack, index: str, ids: list[str], service: subprocess.Popen[bytes], log: Path
) -> dict[str, Any]:
    """Wait until an event names all these articles."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert service.poll() is None, log.read_text()[-3000:]
        for event in search(stack, index, ids):
            if set(ids) <= set(event["article_ids"]):
                return event
        time.sleep(0.3)
    raise AssertionError(
        f"no event of both articles within {PATIENCE:g} s: {log.read_text()[-3000:]}"
    )
