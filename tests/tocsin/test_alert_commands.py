"""The commands around alerts: try rules, silence, follow, deliveries; clear words and exit codes."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from sinks.webhooks.enqueue import Enqueuer
from sinks.webhooks.store import STORE, DeliveryStore
from streams.errors import SettingsError, TocsinError
from streams.records import Event, encode
from tests.alerting.scripts import CASES, build_event, load_script
from tests.sinks.webhooks.receiver import build_alert, build_endpoint
from tocsin.command import tocsin
from tocsin.commands.serve import ListFile

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder of its own, with its files there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TOCSIN_WORK_ALERTS_FILE", str(tmp_path / "alerts.toml"))
    monkeypatch.setenv("TOCSIN_WORK_FOLLOW_FILE", str(tmp_path / "follow.toml"))
    monkeypatch.setenv("TOCSIN_WEBHOOKS_DATA_DIR", str(tmp_path / "webhooks"))
    (tmp_path / "alerts.toml").write_text((EXAMPLES / "alerts.toml").read_text("utf-8"))

    def run_command(*words: str, code: int = 0, text: str | None = None) -> Result:
        result = CliRunner().invoke(tocsin, words, input=text)
        if not isinstance(result.exception, SettingsError):
            assert result.exit_code == code, result.output
        return result

    return run_command


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """A file of events: a toll that rises to 11."""
    script = load_script(CASES / "02_toll_update.toml")
    lines = [encode(message).decode() for message in script.messages if isinstance(message, Event)]
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(lines) + "\n\n")
    return file


def test_rules_are_checked_without_events(run: Run) -> None:
    """The file alone is read and told."""
    result = run("alerts", "test", "alerts.toml")
    assert "9 rules, all good" in result.output
    broken = run("alerts", "test", str(CASES / "01_threshold_crossed_late.toml"))
    assert isinstance(broken.exception, SettingsError)


def test_channels_that_lead_nowhere_are_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule may name an endpoint that endpoints.toml does not have; without the file nothing is said."""
    file = tmp_path / "endpoints.toml"
    monkeypatch.setenv("TOCSIN_WEBHOOKS_ENDPOINTS_FILE", str(file))
    rules = '[[rule]]\nname = "a"\nchannels = ["desk", "wal"]\n'
    (tmp_path / "alerts.toml").write_text(rules)
    run("alerts", "test", "alerts.toml")
    file.write_text('[[endpoint]]\nname = "desk"\n[[endpoint]]\nname = "wall"\n')
    told = run("alerts", "test", "alerts.toml", code=1)
    assert "rule a: endpoints.toml has no endpoint wal\n" in told.output
    file.write_text(file.read_text().replace("wall", "wal"))
    run("alerts", "test", "alerts.toml")


def test_trial_shows_alerts_and_why_not(run: Run, events: Path) -> None:
    """A table with what rang and, for each rule, why it did not."""
    result = run("alerts", "test", "alerts.toml", "--events", str(events))
    assert "killed.best 10 → 11" in result.output
    assert "3 revisions of events were tried" in result.output
    why = run("alerts", "test", "alerts.toml", "--events", str(events), "--why", "e1")
    assert "many-killed: rang: killed.best 10" in why.output
    assert "coup: not_met: kind missile_strike is not wanted" in why.output
    run("alerts", "test", "alerts.toml", "--events", str(events), "--why", "nobody", code=1)


def test_trial_for_programs(run: Run, events: Path) -> None:
    """One JSON object or one CAP message an alert."""
    result = run("alerts", "test", "alerts.toml", "--events", str(events), "--json")
    assert [json.loads(line)["kind"] for line in result.output.splitlines()] == ["Alert", "Update"]
    cap = run(
        "alerts", "test", "alerts.toml", "--events", "-", "--format", "cap", text=events.read_text()
    )
    messages = cap.output.split("<?xml version='1.0' encoding='UTF-8'?>\n")[1:]
    assert [etree.fromstring(message.encode())[4].text for message in messages] == [
        "Alert",
        "Update",
    ]


def test_line_that_is_no_event_is_named(run: Run, events: Path) -> None:
    """With its number."""
    events.write_text(events.read_text() + "{}\n")
    result = run("alerts", "test", "alerts.toml", "--events", str(events))
    assert isinstance(result.exception, SettingsError)
    assert "line 5" in str(result.exception)


def test_silence_is_added_listed_and_ended(run: Run, tmp_path: Path) -> None:
    """The file lies beside the rules, and the trial heeds it."""
    assert "no silences" in run("alerts", "silence").output
    added = run("alerts", "silence", "--rule", "many-killed", "--for", "2h", "--comment", "known")
    name = added.output.split(":")[0]
    table = tomllib.loads((tmp_path / "alerts.silences.toml").read_text())
    assert table["silence"][0]["id"] == name
    listed = json.loads(run("alerts", "silence", "--json").output)
    assert (listed["rule"], listed["active"]) == ("many-killed", True)
    assert "has ended" in run("alerts", "silence", "--end", name).output
    run("alerts", "silence", "--end", name, code=1)
    run("alerts", "silence", "--rule", "many-killed", code=2)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--rule", "nosuch", "--for", "2h"), "there is no rule nosuch"),
        (("--country", "XYZ", "--for", "2h"), "is no country"),
        (("--for", "soon"), "no length of time"),
    ],
)
def test_silence_of_nothing_is_refused(run: Run, words: tuple[str, ...], part: str) -> None:
    """With the reason."""
    result = run("alerts", "silence", *words)
    assert isinstance(result.exception, SettingsError)
    assert part in str(result.exception)


def test_follow_lists_are_kept_in_the_file(run: Run, tmp_path: Path) -> None:
    """Added, listed, removed; what a person wrote in the file stays."""
    (tmp_path / "follow.toml").write_text(
        '# mine\nschema = 1\n[[list]]\nname = "bo"\n[[list.follow]]\nwords = "grain"\n'
    )
    run("follow", "add", "ana", "--topic", "flood", "--place", "DE", "--title", "Ana's")
    run("follow", "add", "ana", "--person", "Olaf Scholz", "--channel", "mail")
    lists = [json.loads(line) for line in run("follow", "list", "--json").output.splitlines()]
    assert [each["name"] for each in lists] == ["bo", "ana"]
    assert lists[1]["follow"] == [
        {"topics": ["flood"], "places": ["DE"]},
        {"people": ["Olaf Scholz"]},
    ]
    assert lists[1]["channels"] == ["mail"]
    assert (tmp_path / "follow.toml").read_text().startswith("# mine")
    run("follow", "remove", "ana", "1")
    assert "Olaf Scholz" in run("follow", "list").output
    run("follow", "remove", "ana", "7", code=1)
    run("follow", "remove", "ana")
    run("follow", "remove", "ana", code=1)
    assert "grain" in run("follow", "list").output


def test_follow_begins_without_a_file(run: Run, tmp_path: Path) -> None:
    """The first `add` makes it; a kind that is misspelt makes nothing."""
    assert "Nothing is followed" in run("follow", "list").output
    bad = run("follow", "add", "ana", "--topic", "flod")
    assert isinstance(bad.exception, SettingsError)
    assert not (tmp_path / "follow.toml").exists()
    run("follow", "add", "ana", "--topic", "flood")
    run("follow", "add", "bo", "--event", "e1-1")
    run("follow", "remove", "ana")
    run("follow", "remove", "bo")
    assert "Nothing is followed" in run("follow", "list").output


def test_served_lists_follow_their_file(run: Run, tmp_path: Path) -> None:
    """A change is seen at the next event; a broken file leaves the old lists."""
    run("follow", "add", "ana", "--topic", "flood")
    lists = ListFile(tmp_path / "follow.toml")
    assert lists.place(build_event(kind="flood")) == ["ana"]
    assert lists.titles() == {"ana": "ana"}
    before = lists.meanings()
    run("follow", "add", "ana", "--topic", "storm", "--title", "Weather")
    assert lists.place(build_event(kind="storm")) == ["ana"]
    assert lists.titles() == {"ana": "Weather"}
    assert lists.meanings() != before
    (tmp_path / "follow.toml").write_text("[[list]]\n")
    assert lists.titles() == {"ana": "Weather"}


def test_deliveries_are_shown_and_replayed(run: Run, tmp_path: Path) -> None:
    """The log, one in full, a replay under the same id, endpoints."""
    missing = run("deliveries")
    assert isinstance(missing.exception, SettingsError)
    store = DeliveryStore(tmp_path / "webhooks" / STORE)
    now = dt.datetime.now(dt.UTC)
    alert = build_alert().model_copy(update={"at": now})
    endpoints = [build_endpoint("http://127.0.0.1/x", name) for name in ("desk", "wall")]
    Enqueuer(store, endpoints, dt.timedelta(days=7)).enqueue([alert], now)
    store.disable("desk", "410", now.timestamp())
    assert "Headline of e0" in run("deliveries").output
    rows = [json.loads(line) for line in run("deliveries", "--json").output.splitlines()]
    assert {(row["endpoint"], row["state"]) for row in rows} == {
        ("desk", "dead"),
        ("wall", "pending"),
    }
    shown = [json.loads(line) for line in run("deliveries", "show", alert.id).output.splitlines()]
    assert {row["alert"] for row in shown} == {alert.id}
    run("deliveries", "show", "nothing", code=1)
    assert "disabled" in run("deliveries", "endpoints").output
    run("deliveries", "enable", "desk")
    run("deliveries", "enable", "desk", code=1)
    assert "1 deliveries" in run("deliveries", "replay", "--since", "1h", "--state", "dead").output
    run("deliveries", "replay", alert.id, code=1)
    run("deliveries", "replay", code=2)
    run("deliveries", "--since", "whenever", code=2)
    assert store.count_states() == {("desk", "pending"): 1, ("wall", "pending"): 1}


def test_endpoints_can_be_checked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tocsin sink webhooks --check` reads the file and its secrets, and ends."""
    file = tmp_path / "endpoints.toml"
    file.write_text('[[endpoint]]\nname = "desk"\nurl = "https://a.example"\nunsigned = true\n')
    monkeypatch.setenv("TOCSIN_WEBHOOKS_ENDPOINTS_FILE", str(file))
    assert run("sink", "webhooks", "--check").output == "desk: json\n"
    file.write_text('[[endpoint]]\nname = "desk"\n')
    assert isinstance(run("sink", "webhooks", "--check").exception, SettingsError)


def test_files_that_cannot_be_used_are_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder in a file's place, a database that is none: words and no traceback."""
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("TOCSIN_WORK_FOLLOW_FILE", str(tmp_path / "taken" / "follow.toml"))
    (tmp_path / "webhooks").mkdir()
    (tmp_path / "webhooks" / STORE).write_text("no database, and long enough to be read as one")
    calls = (("follow", "add", "ana", "--topic", "flood"), ("deliveries",))
    for words in calls:
        result = CliRunner().invoke(tocsin, words)
        assert isinstance(result.exception, TocsinError), words
        assert str(tmp_path) in str(result.exception)
