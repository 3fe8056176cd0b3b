"""The demo, played once as a user plays it, for every test that looks at what it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tocsin.command import tocsin
from tocsin.stack.local import find_running
from tocsin.stack.settings import StackSettings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the replay last among the tests of this folder: it changes what the others look at."""
    here = Path(__file__).parent
    places = [n for n, item in enumerate(items) if item.path.parent == here]
    ours = sorted((items[n] for n in places), key=lambda item: item.path.name == "test_replay.py")
    for place, item in zip(places, ours, strict=True):
        items[place] = item


def call(*words: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(tocsin, words)


@dataclass(frozen=True)
class Played:
    """A demo that was played with --keep, and whose servers still run."""

    folder: Path
    code: int
    log: str
    events: list[dict[str, Any]]
    summary: dict[str, Any]

    @property
    def environ(self) -> dict[str, str]:
        """The settings that point a command at what the demo left."""
        return {
            "TOCSIN_ELASTIC_HOSTS": self.summary["elastic"],
            "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": self.summary["kafka"],
            "TOCSIN_WORK_ALERTS_FILE": str(self.folder / "alerts.toml"),
            "TOCSIN_WEBHOOKS_DATA_DIR": str(self.folder / "webhooks"),
            "TOCSIN_WEBHOOKS_MAX_AGE_DAYS": "36500",
        }


@pytest.fixture(scope="package")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Play the demo once for all tests that look at it; stop it as its last line says."""
    place = tmp_path_factory.mktemp("demo")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TOCSIN_")}
    # a setting and a file that a user may have: neither may reach the demo's own services
    (place / "tocsin.toml").write_text('[kafka]\nbootstrap_servers = ["192.0.2.1:9092"]\n')
    folder = place / ".tocsin" / "demo"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tocsin", "demo", "--json", "--keep"],
            cwd=place,
            env=clean | {"TOCSIN_ELASTIC_HOSTS": "http://192.0.2.1:9200"},
            capture_output=True,
            text=True,
            timeout=350,
            check=False,
        )
        assert done.stdout, done.stderr[-3000:]
        *events, summary = (json.loads(line) for line in done.stdout.splitlines())
        log = done.stderr[-3000:] + done.stdout[-3000:]
        yield Played(folder, done.returncode, log, events, summary)
    finally:
        subprocess.run(
            [sys.executable, "-m", "tocsin", "stack", "down"],
            cwd=place,
            env=clean | {"TOCSIN_STACK_DATA_DIR": str(folder)},
            check=True,
            timeout=120,
            stdout=subprocess.DEVNULL,
        )
        assert find_running(StackSettings(data_dir=folder)) is None


@pytest.fixture
def at_demo(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the commands at what the demo left."""
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(played.folder)
    monkeypatch.setenv("COLUMNS", "200")
    for name, value in played.environ.items():
        monkeypatch.setenv(name, value)
