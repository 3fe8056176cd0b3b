"""The settings reference says what the code does, and shows no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tocsin.command import tocsin
from tocsin.commands.settings import build_reference
from tocsin.config import SECTIONS

ROOT = Path(__file__).parents[2]


def test_the_reference_is_made_from_the_code() -> None:
    """`tocsin settings --markdown > docs/settings.md` brings it up to date."""
    assert (ROOT / "docs/settings.md").read_text("utf-8") == build_reference()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.section)
def test_every_setting_says_what_it_means(section: type) -> None:
    """A setting without a meaning cannot be set."""
    fields = section.model_fields  # type: ignore[attr-defined]
    assert [name for name, field in fields.items() if not field.description] == []


def test_secrets_are_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the table nor the JSON shows one."""
    monkeypatch.setenv("TOCSIN_ELASTIC_API_KEY", "hunter2")
    table = CliRunner().invoke(tocsin, ["settings"])
    values = CliRunner().invoke(tocsin, ["settings", "--json"])
    assert (table.exit_code, values.exit_code) == (0, 0)
    assert "hunter2" not in table.output + values.output
    assert json.loads(values.output)["elastic"]["api_key"] == "**********"
