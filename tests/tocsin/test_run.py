"""`tocsin run`: which processes make a service."""

from __future__ import annotations

from pathlib import Path

from streams.settings import WorkSettings
from tocsin.commands.run import build_children
from tocsin.settings import RunSettings


def list_names(work: WorkSettings, run: RunSettings, *without: str) -> list[str]:
    return [child.name for child in build_children(work, run, without)]


def test_a_service_is_its_processes_in_the_order_of_the_data() -> None:
    """What feeds first comes first, so that stopping in this order leaves nothing half done."""
    assert list_names(WorkSettings(), RunSettings()) == ["poll", "work", "elastic", "webhooks"]


def test_parts_can_be_left_out_and_feeds_are_served_where_followed() -> None:
    """For a deployment that runs them elsewhere, and for people who follow."""
    assert list_names(WorkSettings(), RunSettings(), "poll", "webhooks") == ["work", "elastic"]
    work = WorkSettings(follow_file=Path("follow.toml"))
    assert list_names(work, RunSettings())[-1] == "serve"
    assert "serve" not in list_names(work, RunSettings(), "serve")


def test_each_worker_has_its_own_tables() -> None:
    """RocksDB locks its folder."""
    children = build_children(WorkSettings(), RunSettings(workers=3), ("poll",))
    workers = [child for child in children if child.name.startswith("work")]
    folders = {child.environ["TOCSIN_WORK_DATA_DIR"] for child in workers}
    assert (len(workers), len(folders)) == (3, 3)
