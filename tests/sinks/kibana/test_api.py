"""The import into Kibana, against a small server that answers as Kibana does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from sinks.kibana.api import KibanaError, import_objects
from sinks.kibana.objects import build_objects, write_ndjson
from sinks.settings import KibanaSettings
from streams.errors import UnreachableError


class FakeKibana:
    """Takes imports; remembers the last request."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: dict[str, Any] = {"success": True, "successCount": 1}
        self.path = ""
        self.headers: dict[str, str] = {}
        self.body = b""
        kibana = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                kibana.path, kibana.headers = self.path, dict(self.headers)
                kibana.body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = json.dumps(kibana.answer).encode()
                self.send_response(kibana.status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """Its address, with a base path."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/base"


@pytest.fixture
def kibana() -> Iterator[FakeKibana]:
    """A Kibana."""
    made = FakeKibana()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_objects_are_imported_over_earlier_ones(kibana: FakeKibana) -> None:
    """Every line is sent, with the header that Kibana demands, and overwriting is asked for."""
    objects = build_objects()
    kibana.answer = {"success": True, "successCount": len(objects)}

    done = import_objects(KibanaSettings(url=kibana.url), write_ndjson(objects))

    assert kibana.path == "/base/api/saved_objects/_import?overwrite=true"
    assert kibana.headers["kbn-xsrf"] == "true"
    assert write_ndjson(objects).encode() in kibana.body
    assert (done.count, done.errors) == (len(objects), ())


def test_a_space_and_a_key_are_used(kibana: FakeKibana) -> None:
    """The space is in the path, the key in the header."""
    settings = KibanaSettings(url=kibana.url, space="desk", api_key=SecretStr("c2VjcmV0"))

    import_objects(settings, "{}\n")

    assert kibana.path.startswith("/base/s/desk/api/")
    assert kibana.headers["Authorization"] == "ApiKey c2VjcmV0"


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://kibana.example", "https://ana:hunter2@kibana.example", "http://"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """A password in it too, and the refusal does not repeat it: addresses are shown."""
    with pytest.raises(ValidationError) as caught:
        KibanaSettings(url=url)

    assert "hunter2" not in str(caught.value)


def test_errors_of_single_objects_are_told(kibana: FakeKibana) -> None:
    """Kibana says 200 and which objects it did not take, and why."""
    missing = {"type": "missing_references", "references": [{"type": "map", "id": "x"}]}
    kibana.answer = {"successCount": 0, "errors": [{"type": "search", "id": "s", "error": missing}]}

    done = import_objects(KibanaSettings(url=kibana.url), "{}\n")

    assert done.errors == ("search s: missing_references map x",)


@pytest.mark.parametrize(("status", "word"), [(401, "API_KEY"), (403, "privilege"), (404, "SPACE")])
def test_a_refusal_has_a_next_step(kibana: FakeKibana, status: int, word: str) -> None:
    """A wrong key, missing rights, a wrong address."""
    kibana.status = status

    with pytest.raises(KibanaError) as caught:
        import_objects(KibanaSettings(url=kibana.url), "{}\n")

    assert word in (caught.value.hint or "")


def test_a_kibana_that_is_away_is_said_to_be(kibana: FakeKibana) -> None:
    """No traceback; the hand import is named as a way."""
    url = kibana.url
    kibana.server.shutdown()
    kibana.server.server_close()

    with pytest.raises(UnreachableError) as caught:
        import_objects(KibanaSettings(url=url), "{}\n")

    assert "export" in (caught.value.hint or "")
