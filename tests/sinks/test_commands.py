"""The commands, as a person or a program calls them: search, retention, kibana, sink."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sinks.elastic.homes import Homes
from sinks.elastic.indices import read_alias
from sinks.elastic.shapes import SHAPES
from sinks.elastic.write import Writer
from streams.errors import TocsinError
from streams.records import Record
from tests.samples import (
    FETCHED,
    build_alert,
    build_article,
    build_deadletter,
    build_event,
    build_feed,
    build_many,
    build_mention,
)
from tests.sinks.test_faults import SHAPES_OF_TOPICS, build_messages
from tests.sinks.world import World
from tocsin.command import tocsin
from tocsin.stack.local import Stack

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def filled(stack: Stack) -> Iterator[World]:
    """Indices with documents of every shape, which no test changes."""
    made = fill(stack, "commands")
    yield made
    made.close()


@pytest.fixture
def doomed(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The same in indices of one test, which may drop them."""
    made = fill(stack, "doomed")
    point_at(stack, made, monkeypatch)
    yield made
    made.close()


def fill(stack: Stack, name: str) -> World:
    """Make indices and write documents of every shape."""
    made = World(stack, name)
    made.set_up(topics=False)
    homes = Homes(made.server, made.name)
    writer = Writer(
        made.server, homes, SHAPES_OF_TOPICS, lambda _n: None, lambda: FETCHED, 4_000_000
    )
    many = build_many(30, seed=2)
    sample: dict[str, list[Record]] = {
        "articles": [build_article()],
        "mentions": [build_mention()],
        "events": [
            build_event(),
            build_event(id="e1-may", first_seen=dt.datetime(2023, 5, 2, tzinfo=dt.UTC)),
        ],
        "alerts": [build_alert()],
        "deadletters": [build_deadletter()],
        "feeds": [build_feed()],
    }
    writer.write(build_messages({name: [*sample[name], *many[name]] for name in many}))
    for shape in SHAPES:
        made.server.refresh(read_alias(made.name, shape))
    return made


@pytest.fixture
def environ(stack: Stack, filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the commands at the indices that no test changes."""
    point_at(stack, filled, monkeypatch)


def point_at(stack: Stack, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the commands at the indices of `world`."""
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TOCSIN_ELASTIC_HOSTS", stack.elastic)
    monkeypatch.setenv("TOCSIN_ELASTIC_INDEX_PREFIX", world.name)


def call(*words: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(tocsin, words)


def find(*words: str) -> list[str]:
    """Search, and give the ids that were found."""
    result = call("search", *words, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize(
    ("option", "id_"),
    [
        ("--articles", build_article().id),
        ("--mentions", build_mention().id),
        ("--events", build_event().id),
        ("--alerts", build_alert().id),
        ("--deadletters", build_deadletter().id),
        ("--feeds", build_feed().id),
    ],
)
def test_a_record_of_every_topic_is_found_again(option: str, id_: str) -> None:
    """By its id, whatever its sort."""
    assert find(option, "--id", id_) == [id_]


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize(
    "words",
    [
        ["missile kryvyi rih"],
        ['"kryvyi rih"', "strikes"],
        ["strike", "--kind", "missile_strike"],
        ["--kind", "ASSAULT", "--near", "47.91,33.39", "--within", "1km"],
        ["--near", "kryvyi rih", "--country", "ukraine", "--kind", "missile_strike"],
        [
            "--since",
            "2023-06-13",
            "--until",
            "2023-06-13",
            "--status",
            "contested",
            "--limit",
            "99",
        ],
    ],
)
def test_an_event_is_found_as_an_analyst_would_ask(words: list[str]) -> None:
    """Words, kind, place, time, country and status."""
    assert build_event().id in find(*words, "--limit", "200")


@pytest.mark.usefixtures("environ")
def test_what_does_not_fit_is_not_found() -> None:
    """Another word, another country, another time."""
    id_ = build_event().id

    assert id_ not in find("missile", "nairobi", "--limit", "200")
    assert id_ not in find("--country", "KE", "--limit", "200")
    assert id_ not in find("--until", "2023-06-12", "--limit", "200")
    assert id_ not in find("--near", "nairobi", "--limit", "200")


@pytest.mark.usefixtures("environ")
def test_tolls_sort_and_the_table_tells_the_ledger() -> None:
    """The largest toll comes first; --ledger says who says what."""
    lines = call("search", "--sort", "toll", "--limit", "50", "--json").stdout.splitlines()
    killed = [json.loads(line)["killed"]["best"] for line in lines]
    table = call("search", "--id", build_event().id, "--ledger")

    assert killed == sorted(killed, reverse=True)
    assert "killed 11 (11-13)" in table.stdout
    assert "Russia denies" in " ".join(table.stdout.split())
    assert "1 of 1 events." in table.stdout


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize(
    "words",
    [
        ["--kind", "missle"],
        ["--since", "someday"],
        ["--near", "Xyzzyville-under-Nothing"],
        ["--near", "200,200"],
        ["--near", ""],
        ["--near", "nan,nan"],
        ["--near", "1,2,3"],
        ["--within", "nan", "--near", "1,1"],
        ["--since", ""],
        ["--since", "2023-06-14", "--until", "2023-06-13"],
        ["word " * 101],
        ["x" * 10_001],
        ["--within", "far", "--near", "1,1"],
        ["--country", "Atlantis"],
        ["--articles", "--status", "claimed"],
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_by_name(words: list[str]) -> None:
    """No traceback and no empty answer that looks like peace: `main` prints the error and exits 2."""
    result = call("search", *words)

    assert isinstance(result.exception, TocsinError)


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize(
    "words",
    ['"', '"" "', "\\ * ? : ( ) [ ] { } ^ ~ && ||", "NOT OR AND", "*:*", "'; DROP", "\u0000"],
)
def test_signs_of_query_languages_are_only_signs(words: str) -> None:
    """What people type is never a query: no error, and no document that lacks the words."""
    assert set(find(words, "--limit", "200")) <= set(find("--limit", "200"))
    assert find("missile", words + " xyzzy") == []


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize(
    "words", [["search", "fire"], ["search", "--near", "Paris"], ["kibana", "check"]]
)
def test_missing_indices_have_a_next_step(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before `tocsin setup`, or with another prefix: the error says what makes them."""
    monkeypatch.setenv("TOCSIN_ELASTIC_INDEX_PREFIX", "nowhere")

    result = call(*words)

    assert isinstance(result.exception, TocsinError)
    assert "tocsin setup" in (result.exception.hint or "")


@pytest.mark.usefixtures("environ")
def test_panels_are_checked_from_the_terminal() -> None:
    """Every panel is fine, one JSON object a line."""
    result = call("kibana", "check", "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]

    assert result.exit_code == 0, result.output
    assert all(line["fine"] for line in lines)
    assert len(lines) > 60


@pytest.mark.usefixtures("environ")
def test_a_file_of_saved_objects_is_exported_and_checked(tmp_path: Path) -> None:
    """What is exported can be checked; a spoilt file is exit code 1."""
    file = tmp_path / "tocsin.ndjson"
    call("kibana", "export", str(file))
    good = call("kibana", "check", "--file", str(file))
    file.write_text(file.read_text().replace("killed.best", "killed.most"))
    bad = call("kibana", "check", "--file", str(file), "--json")

    assert good.exit_code == 0, good.output
    assert bad.exit_code == 1
    assert "killed.most is missing" in bad.stdout


def test_retention_shows_first_and_drops_when_told(
    doomed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run changes nothing; --apply drops exactly what was shown."""
    monkeypatch.setenv("TOCSIN_RETENTION_DEADLETTERS", "7")
    before = doomed.server.find_indices(f"{doomed.name}-*")

    dry = [json.loads(line) for line in call("retention", "--json").stdout.splitlines()]
    shown = {line["index"] for line in dry if line["drop"]}
    unchanged = doomed.server.find_indices(f"{doomed.name}-*")
    call("retention", "--apply")
    after = doomed.server.find_indices(f"{doomed.name}-*")

    assert before == unchanged
    assert not any(line["dropped"] for line in dry)
    assert set(before) - set(after) == shown != set()
    assert not any("-events-" in name for name in shown)


def test_the_sink_stops_cleanly_on_sigterm(stack: Stack, tmp_path: Path) -> None:
    """A service manager stops it with SIGTERM: it leaves its group and ends with 0."""
    log = tmp_path / "log"
    environ = {
        **{k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")},
        **stack.environ,
        "TOCSIN_ELASTIC_INDEX_PREFIX": "sigterm",
        "TOCSIN_SINK_GROUP": f"sigterm-{os.getpid()}",
    }
    subprocess.run(
        [sys.executable, "-m", "tocsin", "setup"],
        env=environ,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tocsin", "sink", "elastic"], env=environ, stdout=out, stderr=out
        )
        try:
            deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)
            while b"partitions assigned" not in log.read_bytes():
                assert dt.datetime.now(dt.UTC) < deadline, log.read_text()
                assert process.poll() is None, log.read_text()
            process.send_signal(signal.SIGTERM)
            code = process.wait(30)
        finally:
            process.kill()

    assert code == 0, log.read_text()
    assert "sink stopped" in log.read_text()
