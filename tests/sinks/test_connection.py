"""TLS, credentials and several hosts, before the real Elasticsearch.

The published jars lack the security module, so a proxy stands before the server, speaks TLS and lets
in only whom it knows, as a secured cluster does. What it cannot show is how privileges are judged.

The certificates in `tls/` are for tests only, were made with OpenSSL, and end in 2126: `ca.pem` signed
`server.pem` (127.0.0.1) and `elsewhere.pem` (another name); `other-ca.pem` signed nothing.
"""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from sinks.elastic.server import NotNowError, RefusedError, Server
from streams.errors import SettingsError
from streams.settings import ElasticSettings
from tests.sinks.proxy import Proxy, Reply, open_proxy
from tocsin.command import tocsin
from tocsin.stack.local import Stack

TLS = Path(__file__).parent / "tls"
KEY = "aWQ6c2VjcmV0LWtleQ=="
USER, PASSWORD = "tocsin", "pass:wörd"
HEADERS = {
    f"ApiKey {KEY}",
    f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}",
}


@pytest.fixture(scope="module")
def secured(stack: Stack) -> Iterator[Proxy]:
    """Elasticsearch behind TLS, for those who have the key or the password."""
    with open_proxy(stack.elastic, TLS / "server.pem", HEADERS.__contains__) as proxy:
        yield proxy


@pytest.fixture
def down() -> str:
    """The address of a host where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"https://127.0.0.1:{taken.getsockname()[1]}"


def ask(
    *hosts: str,
    ca: str | None = "ca.pem",
    key: str | None = None,
    user: tuple[str, str] | None = None,
) -> str:
    """Connect and ask for the health."""
    settings = ElasticSettings(
        hosts=hosts,
        ca_file=TLS / ca if ca else None,
        api_key=SecretStr(key) if key else None,
        username=user[0] if user else None,
        password=SecretStr(user[1]) if user else None,
    )
    server = Server.connect(settings, timeout=10)
    try:
        return server.check_health()
    finally:
        server.close()


@pytest.mark.stack
def test_a_key_or_a_password_opens_a_verified_server(secured: Proxy) -> None:
    """With the authority's file, either of the two is enough."""
    assert ask(secured.url, key=KEY) in {"green", "yellow"}
    assert ask(secured.url, user=(USER, PASSWORD)) in {"green", "yellow"}


@pytest.mark.stack
def test_a_wrong_key_or_none_is_refused_with_the_settings_to_look_at(secured: Proxy) -> None:
    """401 is for a person to mend; the key is not in the message."""
    for wrong in (None, "d3Jvbmc6a2V5"):
        with pytest.raises(RefusedError, match="HTTP 401") as caught:
            ask(secured.url, key=wrong)
        assert "TOCSIN_ELASTIC_API_KEY" in (caught.value.hint or "")
        assert str(wrong) not in str(caught.value)


@pytest.mark.stack
@pytest.mark.parametrize("ca", ["other-ca.pem", None])
def test_a_server_that_the_authority_did_not_sign_is_refused(
    secured: Proxy, ca: str | None
) -> None:
    """Another authority's file, or none and so the system's: an end, not an endless wait."""
    with pytest.raises(RefusedError, match="its certificate was not accepted") as caught:
        ask(secured.url, ca=ca, key=KEY)

    assert "TOCSIN_ELASTIC_CA_FILE" in (caught.value.hint or "")


@pytest.mark.stack
def test_a_certificate_of_another_name_is_refused(stack: Stack) -> None:
    """Signed by the right authority, but for somebody else."""
    with (
        open_proxy(stack.elastic, TLS / "elsewhere.pem") as proxy,
        pytest.raises(RefusedError, match="doesn't match"),
    ):
        ask(proxy.url)


@pytest.mark.stack
def test_a_host_that_is_down_is_passed_over(secured: Proxy, down: str) -> None:
    """Whichever is tried first, each single question is answered."""
    assert {ask(down, secured.url, key=KEY) for _ in range(8)} <= {"green", "yellow"}


@pytest.mark.stack
def test_an_answer_of_one_host_is_not_asked_for_again(stack: Stack) -> None:
    """A busy host has answered: the sink waits, and does not hurry to the next one."""
    with open_proxy(stack.elastic) as first, open_proxy(stack.elastic) as second:
        for proxy in (first, second):
            proxy.set_fault(lambda _path, _number: Reply(429))
        with pytest.raises(NotNowError, match="HTTP 429"):
            ask(first.url, second.url, ca=None)

        assert len(first.requests) + len(second.requests) == 1


def test_when_every_host_is_down_it_may_heal(down: str) -> None:
    """No answer is a reason to wait."""
    with pytest.raises(NotNowError, match="refused"):
        ask(down, down.replace("127.0.0.1", "localhost"))


def test_an_authority_file_that_is_none_is_said_so(tmp_path: Path) -> None:
    """A missing file and one that is no PEM end with the file's name."""
    (tmp_path / "empty.pem").write_text("no certificate")
    for file in (tmp_path / "empty.pem", tmp_path / "missing.pem"):
        with pytest.raises(RefusedError) as caught:
            ask("https://127.0.0.1:9", ca=str(file))
        assert str(file) in str(caught.value) + (caught.value.hint or "")


def test_a_password_in_an_address_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Addresses are logged, so they may hold no secret."""
    monkeypatch.setenv("TOCSIN_ELASTIC_HOSTS", "https://ana:hunter2@127.0.0.1:9200")

    result = CliRunner().invoke(tocsin, ["search", "fire"])

    assert isinstance(result.exception, SettingsError)
    assert "hunter2" not in f"{result.exception} {result.output}"
