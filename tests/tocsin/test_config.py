"""Sections that do not go together are refused before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import SettingsError
from streams.settings import WorkSettings
from tocsin.config import find_shared_groups, load


def test_every_program_has_a_consumer_group_of_its_own() -> None:
    """What comes as it is has no two of one name."""
    assert find_shared_groups({}, {}) == ()


@pytest.mark.parametrize(
    ("environ", "toml"),
    [
        ({"TOCSIN_SINK_GROUP": "tocsin"}, {}),
        ({}, {"sink": {"group": "tocsin"}}),
        ({"TOCSIN_WORK_APP_ID": "news"}, {"sink": {"group": "news"}}),
        ({"TOCSIN_WORK_APP_ID": "tocsin-elastic"}, {}),
    ],
)
def test_one_group_for_two_programs_is_named(
    environ: dict[str, str], toml: dict[str, dict[str, str]]
) -> None:
    """Worker and sink in one group would stand still; both settings are in the message."""
    (problem,) = find_shared_groups(environ, toml)
    assert "TOCSIN_SINK_GROUP" in problem
    assert "TOCSIN_WORK_APP_ID" in problem


def test_loading_refuses_a_shared_group(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also a program that does not use the other's section says so, in one clear error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_SINK_GROUP", "tocsin")
    with pytest.raises(SettingsError, match="TOCSIN_SINK_GROUP"):
        load((WorkSettings,))
