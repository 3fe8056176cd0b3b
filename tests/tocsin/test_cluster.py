"""`tocsin cluster` and `tocsin event` on a small file of our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tocsin.command import tocsin
from tocsin.scoring.merging import measure_fit

LINES = (
    {
        "id": "one",
        "title": "Ferry sinks off Manila, five dead",
        "text": "A ferry sank off Manila on Friday, killing five people, the coast guard said.",
        "published": "2024-03-01T10:00:00Z",
        "publisher": "River Times",
    },
    {
        "id": "two",
        "title": "Five killed as ferry sinks off Manila",
        "text": "Five people were killed when a ferry sank off Manila on Friday.",
        "published": "2024-03-01T12:00:00Z",
        "publisher": "Bay News",
    },
    {"id": "three", "text": "Gardeners in Bristol grew a pumpkin as large as a car."},
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of three articles."""
    path = tmp_path / "articles.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in LINES), "utf-8")
    return path


def test_cluster_answers_for_every_line_in_order(file: Path) -> None:
    """Two reports of one sinking share a story; the pumpkin has its own; missing fields are fine."""
    result = CliRunner().invoke(tocsin, ["cluster", str(file), "--json", "--jobs", "1"])
    assert result.exit_code == 0, result.output
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["id"] for one in found] == ["one", "two", "three"]
    assert found[0]["headline_event"] == found[1]["headline_event"]
    assert found[2]["headline_event"] not in (None, found[0]["headline_event"])
    assert set(found[0]["events"]) & set(found[1]["events"])


def test_event_shows_the_ledger_of_a_clustered_file(file: Path, tmp_path: Path) -> None:
    """What cluster --events writes, event --file reads."""
    runner = CliRunner()
    events = runner.invoke(tocsin, ["cluster", str(file), "--events", "--jobs", "1"]).stdout
    saved = tmp_path / "events.jsonl"
    saved.write_text(events, "utf-8")
    wanted = next(e for e in map(json.loads, events.splitlines()) if len(e["publishers"]) == 2)
    page = runner.invoke(tocsin, ["event", wanted["id"], "--file", str(saved), "--why"])
    assert page.exit_code == 0
    assert "who says what" in page.stdout
    assert "Bay News" in page.stdout


@pytest.mark.parametrize("line", ["{", '{"title": "no id"}', '{"id": 1}', "[]"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    """The error says which line and why."""
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{json.dumps(LINES[0])}\n{line}\n", "utf-8")
    result = CliRunner().invoke(tocsin, ["cluster", str(path)])
    assert "bad.jsonl:2" in str(result.exception)


def test_the_measure_is_b_cubed() -> None:
    """By hand: clusters {a, a, b} and {b} against labels a, a, b, b."""
    fit = measure_fit(["a", "a", "b", "b"], ["x", "x", "x", "y"])
    assert fit.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert fit.recall == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)
    assert (fit.found, fit.gold) == (2, 2)
