"""`tocsin demo` as a user runs it, in a folder of its own: feeds in, events in Elasticsearch, all gone after."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.stack.local import find_running
from tocsin.stack.settings import StackSettings


@pytest.mark.stack
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_what_is_expected_arrives_and_everything_is_stopped(tmp_path: Path) -> None:
    """It ends with 0, shows the corrected toll and a delivered alert, and leaves no process behind."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TOCSIN_")}
    # a setting and a file that a user may have: neither may reach the demo's own services
    (tmp_path / "tocsin.toml").write_text('[kafka]\nbootstrap_servers = ["192.0.2.1:9092"]\n')

    done = subprocess.run(
        [sys.executable, "-m", "tocsin", "demo", "--json"],
        cwd=tmp_path,
        env=clean | {"TOCSIN_ELASTIC_HOSTS": "http://192.0.2.1:9200"},
        capture_output=True,
        text=True,
        timeout=350,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
    *events, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert summary["problems"] == []
    (fire,) = (event for event in events if event["kind"] == "fire")
    assert fire["killed"]["best"] == 11
    assert summary["delivered"] == summary["alerts"] >= 1
    folder = tmp_path / ".tocsin" / "demo"
    assert find_running(StackSettings(data_dir=folder)) is None
    assert list((folder / "run").glob("child-*.json")) == []
