"""Scripted streams of news, with the exact events at each step."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.merging.local import LocalMerge
from streams.merging.merge import Merger
from tests.merging.script import FOLDER, describe_events, load_script

SCRIPTS = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_step_gives_exactly_the_expected_events(path: Path) -> None:
    """After each step the standing events are those that the script lists, no more and no fewer."""
    merge = LocalMerge()
    for number, step in enumerate(load_script(path)):
        merge.tell(step.mention)
        wanted = [dict(want) for want in step.expected]
        assert describe_events(merge, step.expected) == wanted, f"step {number}"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_restart_between_any_two_steps_changes_nothing(path: Path) -> None:
    """A merger rebuilt from the shelf goes on exactly as the one that was running."""
    running, restarted = LocalMerge(), LocalMerge()
    for step in load_script(path):
        sent = running.tell(step.mention)
        restarted = LocalMerge(restarted.shelf)
        assert restarted.tell(step.mention) == sent


def test_what_is_packed_away_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that keeps no cluster unpacked sends the same events."""
    running, packing = LocalMerge(embed=False), LocalMerge(embed=False)
    for path in SCRIPTS:
        for step in load_script(path):
            sent = running.tell(step.mention)
            with monkeypatch.context() as patch:
                patch.setattr("streams.merging.desk.WARM", 0)
                assert packing.tell(step.mention) == sent


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_telling_everything_twice_changes_nothing(path: Path) -> None:
    """A mention that comes again, soon or late, sends no revision."""
    merge = LocalMerge()
    for step in load_script(path):
        merge.tell(step.mention)
        assert merge.tell(step.mention) == []
    for step in load_script(path):
        assert merge.tell(step.mention) == []


def test_there_are_a_dozen_streams() -> None:
    """The promise of the issue."""
    assert len(SCRIPTS) >= 12


def test_a_merger_loads_what_it_stored() -> None:
    """Events read back from the shelf equal those in memory."""
    merge = LocalMerge()
    for path in SCRIPTS[:4]:
        for step in load_script(path):
            merge.tell(step.mention)
    loaded = sorted(Merger(merge.shelf).list_events(), key=lambda event: event.id)
    assert loaded == sorted(merge.merger.list_events(), key=lambda event: event.id)
