"""Signing, the table of retries, endpoints files and the addresses that are refused."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import socket
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from standardwebhooks.webhooks import Webhook

from sinks.webhooks.attempt import Sender
from sinks.webhooks.endpoints import Endpoint, load_endpoints
from sinks.webhooks.mail import send_mail
from sinks.webhooks.schedule import DELAYS, find_delay, find_pause, parse_retry_after
from sinks.webhooks.signing import parse_secret, sign
from sinks.webhooks.store import Delivery
from streams.alerting.rules import SEVERITIES
from streams.errors import SettingsError
from tests.sinks.webhooks.receiver import (
    build_alert,
    build_endpoint,
    build_secret,
    read_key,
    receive,
)

NOW = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)
EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
PENDING = Delivery(
    1, "x", "l1-1", "l1-1", "r", "Alert", "t", "application/json", {}, b"{}", "pending", 0, 0, 0,
    None, None, None, None,
)  # fmt: skip


def test_signature_is_verified_while_secrets_rotate() -> None:
    """Signed with the new and the old secret, either verifies."""
    now = int(dt.datetime.now(dt.UTC).timestamp())
    headers = sign("l1-1", now, b'{"a":1}', [read_key("new"), read_key("old")])
    for name in ("new", "old"):
        assert Webhook(build_secret(name)).verify(b'{"a":1}', headers) == {"a": 1}
    with pytest.raises(Exception, match="signature"):
        Webhook(build_secret("other")).verify(b'{"a":1}', headers)


@pytest.mark.parametrize("text", ["whsec_", "whsec_short", "whsec_!!!", "whsec_" + "A" * 200])
def test_bad_secret_is_refused(text: str) -> None:
    """24 to 64 bytes of base64."""
    with pytest.raises(ValueError, match="secret"):
        parse_secret(text)


def test_retries_reach_three_days() -> None:
    """Eleven tries; jitter of a fifth; Retry-After only makes it longer, to a day at most."""
    assert 70 * 3_600 < sum(DELAYS) < 73 * 3_600
    assert [find_delay(n, lambda: 0.5) for n in (1, 2, 10, 11)] == [5, 30, 79_200, None]
    assert find_delay(1, lambda: 0.0) == 4
    assert find_delay(1, lambda: 1.0) == 6
    assert find_delay(1, lambda: 0.5, 120) == 120
    assert find_delay(2, lambda: 0.5, 1) == 30
    assert find_delay(1, lambda: 0.5, 9e9) == 86_400
    assert [find_pause(n) for n in (1, 2, 7, 99)] == [1, 2, 60, 60]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Sun, 01 Mar 2026 10:01:00 GMT", 60.0),
        ("Sun, 01 Mar 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after(value: str | None, expected: float | None) -> None:
    """Seconds or a date; what is neither is nothing."""
    assert parse_retry_after(value, NOW) == expected


def test_every_problem_of_the_file_is_told_at_once(tmp_path: Path) -> None:
    """Not the first, all."""
    file = tmp_path / "endpoints.toml"
    file.write_text(
        """
        [[endpoint]]
        name = "a"
        url = "https://a.example"
        secret_files = ["missing"]
        [[endpoint]]
        name = "a"
        url = "http://a.example"
        unsigned = true
        [[endpoint]]
        name = "b"
        url = "https://127.0.0.1/x"
        secret_env = ["NOT_SET"]
        """
    )
    with pytest.raises(SettingsError) as refused:
        load_endpoints(file, {})
    words = "\n".join(refused.value.problems)
    for part in (
        "the name is used twice",
        "missing cannot be read",
        "scheme 'http'",
        "private or special address",
        "NOT_SET is not set",
    ):
        assert part in words


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('name = "a"', "needs url"),
        ('name = "a"\nurl = "https://a.example"', "needs secret_files"),
        ('name = "a"\nurl = "https://a.example"\nsecrets = "x"', "unknown name"),
        ('name = "a"\nformat = "email"', r"needs \[endpoint.mail\]"),
        ('name = "a"\nformat = "pagerduty"', "needs routing_key"),
        ('name = "a"\nurl = "https://a"\nsecret_files = "a\\u0000b"', "cannot be read"),
        (
            'name="a"\nformat="email"\nmail={host="m",sender="t@x",to="ä@x"}',
            "no mail address of ASCII",
        ),
        (
            'name="a"\nformat="email"\nmail={host="m",sender="t@x\\nBcc: y@x",to="a@x"}',
            "no mail address",
        ),
        ('name = "a"\nformat = "slack"\nurl_env = "TOCSIN_SLACK"', "Tocsin's own settings"),
        ('name = "a"\nurl="https://a"\nunsigned=true\nheaders={webhook-id="x"}', "sets itself"),
        ('name = "a"\nurl="https://a"\nunsigned=true\nheaders={x="a\\r\\nb: c"}', "line of ASCII"),
        ('name = "a"\nurl="https://a"\nunsigned=true\nheaders={"x y"="z"}', "line of ASCII"),
    ],
)
def test_endpoint_that_cannot_work_is_refused(text: str, part: str) -> None:
    """With the reason."""
    with pytest.raises(SettingsError, match=part):
        load_endpoints(f"[[endpoint]]\n{text}", {})


def test_empty_secret_is_no_secret(tmp_path: Path) -> None:
    """An empty file must not send unsigned, without a token, or nowhere; a token is one line."""
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "two").write_text("one\ntwo\n")
    file = tmp_path / "endpoints.toml"
    file.write_text(
        """
        [[endpoint]]
        name = "a"
        url = "https://a.example"
        secret_files = "empty"
        token_env = "EMPTY"
        [[endpoint]]
        name = "b"
        format = "slack"
        url_file = "empty"
        token_file = "two"
        """
    )
    with pytest.raises(SettingsError) as refused:
        load_endpoints(file, {"EMPTY": ""})
    assert [problem.split(": ", 1)[1] for problem in refused.value.problems] == [
        "endpoint a: empty is empty",
        "endpoint a: the variable EMPTY is empty",
        "endpoint b: empty is empty",
        "endpoint b: two does not hold one line of ASCII",
    ]


def test_example_endpoints_load(tmp_path: Path) -> None:
    """The example file is good once its secrets are there."""
    (tmp_path / "secrets").mkdir()
    for name in ("desk", "bus"):
        (tmp_path / "secrets" / name).write_text(f"{build_secret('new')}\n{build_secret('old')}\n")
    (tmp_path / "secrets" / "slack-url").write_text("https://hooks.slack.example/services/T/B/x\n")
    (tmp_path / "secrets" / "mail").write_text("password\n")
    for name in ("endpoints.toml", "wall.json.j2"):
        (tmp_path / name).write_text((EXAMPLES / name).read_text("utf-8"))
    endpoints = {e.name: e for e in load_endpoints(tmp_path / "endpoints.toml", {})}
    assert set(endpoints) == {"desk", "bus", "newsroom", "operations", "wall"}
    assert len(endpoints["desk"].secrets) == 2
    assert "hooks.slack.example" not in repr(endpoints["newsroom"])
    assert repr(read_key("new")) not in repr(endpoints["desk"])


def test_endpoint_takes_what_is_for_it() -> None:
    """By channel, else by default; below its severity only cancels."""
    alert = build_alert()
    desk = build_endpoint("http://127.0.0.1/x", "desk", min_severity="Severe")
    other = build_endpoint("http://127.0.0.1/x", "other", default=False)
    assert desk.takes(alert, SEVERITIES)
    assert not other.takes(alert, SEVERITIES)
    named = alert.model_copy(update={"channels": ("other",)})
    assert not desk.takes(named, SEVERITIES)
    assert other.takes(named, SEVERITIES)
    mild = alert.model_copy(update={"severity": "Minor"})
    assert not desk.takes(mild, SEVERITIES)
    assert desk.takes(mild.model_copy(update={"kind": "Cancel"}), SEVERITIES)


class OneAnswer(AbstractResolver):
    """A name server that says one address for every name."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Say the address."""
        return [
            ResolveResult(
                hostname=host, host=self.address, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "100.64.0.1"])
async def test_name_that_leads_inside_is_refused(address: str) -> None:
    """The receiver's name is checked when it is resolved; nothing is connected to."""
    async with receive(200) as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        endpoint = Endpoint(name="x", format="json", url=f"http://hook.example:{port}/")
        sender = Sender(endpoint, OneAnswer(address))
        attempt = await sender.send(PENDING, NOW)
        await sender.close()
        assert receiver.taken == []
    assert (attempt.verdict, attempt.reason) == ("failed", "delivery_refused")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://[::1]/", "http://0x7f.1/", "ftp://a/"]
)
async def test_literal_address_inside_is_refused(url: str) -> None:
    """Aiohttp asks no resolver about these."""
    sender = Sender(Endpoint(name="x", format="json", url=url))
    attempt = await sender.send(PENDING, NOW)
    await sender.close()
    assert attempt.reason == "delivery_refused"


async def test_connection_refused_hides_the_address() -> None:
    """The address of a chat is its secret: it is not in the note."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sender = Sender(build_endpoint(f"http://127.0.0.1:{port}/T0/secret-path"))
    attempt = await sender.send(PENDING, NOW)
    await sender.close()
    assert attempt.pauses
    assert "secret-path" not in attempt.note
    assert "refused" in attempt.note.lower()


async def test_answer_is_cut_and_tidied() -> None:
    """A receiver's words are a line of at most 200 characters, whatever it sends."""
    from aiohttp import web  # noqa: PLC0415

    async def talk(_: web.Request) -> web.Response:
        return web.Response(status=500, body=b"\x1b[31mline\nline\x00" + b"x" * 1_000_000)

    async with receive(talk) as receiver:
        sender = Sender(build_endpoint(receiver.url))
        attempt = await sender.send(PENDING, NOW)
        await sender.close()
    assert len(attempt.note) == 200
    assert attempt.note.isprintable()


async def test_mail_goes_out_and_private_servers_need_leave() -> None:
    """A mail server on loopback takes the mail where `allow_private` is set, and not otherwise."""
    got: list[str] = []

    async def smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        in_body = False
        while line := (await reader.readline()).decode():
            got.append(line.rstrip())
            if in_body:
                if line == ".\r\n":
                    in_body = False
                    writer.write(b"250 taken\r\n")
                continue
            in_body = line.upper().startswith("DATA")
            offer = (
                b"250-ok\r\n250 AUTH PLAIN LOGIN\r\n" if line.startswith("ehlo") else b"250 ok\r\n"
            )
            writer.write(b"354 go on\r\n" if in_body else offer)
            if line.upper().startswith("QUIT"):
                break
        writer.close()

    server = await asyncio.start_server(smtp, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    text = f"""
    [[endpoint]]
    name = "m"
    format = "email"
    allow_private = true
    [endpoint.mail]
    host = "127.0.0.1"
    port = {port}
    security = "none"
    sender = "t@example.org"
    to = "a@example.org"
    """
    mailer = load_endpoints(text, {})[0]
    assert await asyncio.to_thread(send_mail, mailer, b"Subject: x\r\n\r\nbody\r\n") == (
        250,
        "sent",
    )
    odd = dataclasses.replace(mailer, mail_password="pässwörd")
    assert odd.mail is not None
    odd = dataclasses.replace(odd, mail=odd.mail.model_copy(update={"username": "ana"}))
    content = b"Subject: x\r\n\r\nbody\r\n"
    assert await asyncio.to_thread(send_mail, odd, content) == (0, "UnicodeEncodeError")
    assert "rcpt TO:<a@example.org>" in [line.split(" size")[0] for line in got]
    closed = load_endpoints(text.replace("allow_private = true", ""), {})[0]
    code, words = await asyncio.to_thread(send_mail, closed, b"x")
    assert code == 0
    assert "not public" in words
    server.close()
