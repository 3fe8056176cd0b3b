"""What an operator does after the demo, with its own alerts: list, export, try rules, silence, send again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from lxml import etree

from tests.demo.conftest import Played, call
from tests.sinks.webhooks.receiver import Receiver, build_secret, receive
from tocsin.demo.newsroom import load_outlets

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(400)]


def read(*words: str) -> list[str]:
    """Call a command that must end well, and give its lines."""
    result = call(*words)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


@pytest.mark.usefixtures("at_demo")
def test_what_rang_is_listed_and_exported(played: Played) -> None:
    """As a table, as JSON and as CAP, from the topic itself."""
    (alert,) = (json.loads(line) for line in read("alerts", "list", "--json"))
    (cap,) = call("alerts", "list", "--format", "cap").stdout.strip().split("<?xml ")[1:]
    root = etree.fromstring(f"<?xml {cap}".encode())

    assert alert["rule"] == "ten-or-more-dead"
    assert root.findtext("{*}identifier") == alert["id"]
    assert "ten-or-more-dead" in "".join(read("alerts", "list"))
    assert read("alerts", "list", "--rule", "other", "--json") == []
    assert read("alerts", "list", "--since", "1h", "--json") == []


@pytest.mark.usefixtures("at_demo")
def test_rules_are_tried_on_the_past_and_a_silence_is_heeded(
    played: Played, tmp_path: Path
) -> None:
    """The rules that rang ring again on the topic; with a silence for it, they say so."""
    rules = str(played.folder / "alerts.toml")
    (rung,) = (json.loads(line) for line in read("alerts", "list", "--json"))

    tried = [
        json.loads(line) for line in read("alerts", "test", rules, "--since", "3650d", "--json")
    ]
    assert [alert["id"] for alert in tried] == [rung["id"]]
    assert read("alerts", "test", rules, "--since", "1h", "--json") == []

    said = read("alerts", "silence", "--rule", "ten-or-more-dead", "--for", "2h")
    name = said[0].split(":")[0]
    try:
        silent = [
            json.loads(line) for line in read("alerts", "test", rules, "--since", "3650d", "--json")
        ]
        why = read("alerts", "test", rules, "--since", "3650d", "--why", rung["event_id"])
    finally:
        read("alerts", "silence", "--end", name)
    # the trial's clock is that of the events, long before the silence began
    assert [alert["id"] for alert in silent] == [rung["id"]]
    assert any("rang" in line for line in why)


@pytest.mark.usefixtures("at_demo")
async def test_deliveries_are_sent_again_under_their_ids(played: Played, tmp_path: Path) -> None:
    """One by its id, then all of a span, to a receiver that has moved; no secret is in any log."""
    (delivery,) = (json.loads(line) for line in read("deliveries", "--json"))
    assert delivery["state"] == "delivered"
    log = tmp_path / "sink.log"
    async with receive(204) as receiver:
        (played.folder / "moved.toml").write_text(
            f'[[endpoint]]\nname = "desk"\nurl = "{receiver.url}"\nsecret_env = "MOVED"\n'
            "allow_private = true\nallow_http = true\n"
        )
        settings = {
            "TOCSIN_WEBHOOKS_ENDPOINTS_FILE": str(played.folder / "moved.toml"),
            "MOVED": build_secret(),
        }
        with log.open("wb") as out:
            sink = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tocsin", "sink", "webhooks"),
                env={**os.environ, **settings},
                cwd=played.folder,
                stdout=out,
                stderr=out,
            )
        try:
            await asyncio.to_thread(read, "deliveries", "replay", delivery["alert"])
            await wait_for(receiver, 1)
            span = ("--since", "1h", "--endpoint", "desk")
            await wait_settled(log)
            await asyncio.to_thread(read, "deliveries", "replay", *span)
            await wait_for(receiver, 2)
            await wait_settled(log)
        finally:
            sink.send_signal(signal.SIGTERM)
            code = await sink.wait()
    assert code == 0, log.read_text()
    assert receiver.ids() == [delivery["alert"]] * 2
    assert all(taken.verified for taken in receiver.taken)
    (shown,) = (json.loads(line) for line in read("deliveries", "show", delivery["alert"]))
    assert [each["status"] for each in shown["log"]] == [204, 204, 204]
    check_logs([log, *(played.folder / "logs").glob("*.log")])


async def wait_for(receiver: Receiver, count: int) -> None:
    """Wait until the receiver has taken so many."""
    async with asyncio.timeout(60):
        while len(receiver.taken) < count:
            await asyncio.sleep(0.05)


async def wait_settled(log: Path) -> None:
    """Wait until nothing is pending; when it takes too long, say what the sink said."""
    deadline = asyncio.get_running_loop().time() + 120
    while left := await asyncio.to_thread(read, "deliveries", "--state", "pending", "--json"):
        assert asyncio.get_running_loop().time() < deadline, tell(left, log)
        await asyncio.sleep(0.1)


def tell(left: list[str], log: Path) -> str:
    """What still waits, and the end of the sink's log."""
    return "\n".join([*left, log.read_text("utf-8", "replace")[-3000:]])


def check_logs(logs: list[Path]) -> None:
    """Fail where a log holds a secret or the text of an article."""
    sentences = [story.body[0] for outlet in load_outlets("morning") for story in outlet.stories]
    for log in logs:
        text = log.read_text("utf-8", "replace")
        assert "whsec_" not in text, log
        assert build_secret().removeprefix("whsec_") not in text, log
        assert not [sentence for sentence in sentences if sentence in text], log
