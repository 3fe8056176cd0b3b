"""README.md: every command it shows is run as shown, and every file it shows is taken."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from producers.feedlist import read_feeds
from streams.settings import load_settings
from tocsin.config import SECTIONS
from tocsin.demo.newsroom import load_outlets, render_feed
from tocsin.stack.local import Stack

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
ELSEWHERE = {
    "make demo": "tests/demo/test_demo.py",
    "make test": "this run",
    "tocsin run": "tests/test_whole_way.py",
}
"""Commands that are whole tests of their own; here only what they start is looked up."""
IN_CONTAINERS = "docker"

ARTICLE = """Bridge collapses near Porto

PORTO, Portugal - A road bridge collapsed near Porto on Tuesday, killing three people, police said.
"""


def find_blocks(language: str, text: str) -> list[str]:
    """Find the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def find_commands(text: str) -> list[str]:
    """Find the commands in console blocks, without prompts, comments and line breaks."""
    joined = "\n".join(find_blocks("console", text)).replace("\\\n", " ")
    lines = (
        re.sub(r"(^|\s)#.*$", "", line).removeprefix("$ ").strip() for line in joined.split("\n")
    )
    return [line for line in lines if line]


COMMANDS = find_commands(README.read_text("utf-8"))


def build_environ(stack: Stack, folder: Path, name: str) -> dict[str, str]:
    """Build the environment of a reader of README: its own folder, and the stack of this run."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TOCSIN_")}
    return clean | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TOCSIN_STACK_DATA_DIR": str(stack.data_dir),
        "TOCSIN_ELASTIC_INDEX_PREFIX": name,
        **stack.environ,
    }


@pytest.mark.stack
@pytest.mark.slow
def test_the_commands_run_as_shown(
    stack: Stack, tmp_path: Path, unique_name: Callable[[str], str]
) -> None:
    """From top to bottom, each ends with 0 in a folder that holds what README says it should."""
    (tmp_path / "article.txt").write_text(ARTICLE)
    (tmp_path / "alerts.toml").write_text("")
    (tmp_path / "feeds.toml").write_text('[[feed]]\nurl = "https://www.example.org/rss"\n')
    (tmp_path / "feed.xml").write_bytes(render_feed(load_outlets("morning")[0]))
    environ = build_environ(stack, tmp_path, unique_name("readme"))

    failed = []
    for command in COMMANDS:
        if command in ELSEWHERE or command.startswith(IN_CONTAINERS):
            continue
        assert command.startswith("tocsin "), f"not a command of ours: {command}"
        done = subprocess.run(
            shlex.split(command),
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode or "Traceback" in done.stderr:
            failed.append(f"{command}: {done.returncode}: {done.stderr[-400:]}")

    assert failed == []


def test_commands_that_are_tested_elsewhere_exist() -> None:
    """A target of make is one, the list names only what README shows, and the tests are there."""
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert set(ELSEWHERE) <= set(COMMANDS)
    assert {c.split()[1] for c in ELSEWHERE if c.startswith("make ")} <= set(targets)
    assert all((ROOT / test).exists() for test in ELSEWHERE.values() if test.endswith(".py"))


def test_its_files_are_taken(tmp_path: Path) -> None:
    """Each TOML block loads: settings without a problem, and a list of feeds."""
    for block in find_blocks("toml", README.read_text("utf-8")):
        table = tomllib.loads(block)
        if "feed" in table:
            (tmp_path / "feeds.toml").write_text(block)
            assert read_feeds([tmp_path / "feeds.toml"]).problems == ()
        else:
            load_settings(SECTIONS, SECTIONS, {}, table)


def test_its_links_lead_somewhere() -> None:
    """Every file that README or a page of docs links to is there."""
    pages = [README, *sorted((ROOT / "docs").glob("*.md"))]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if "://" not in target and not target.startswith("mailto:")
        if not (page.parent / target).exists()
    ]

    assert broken == []


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("```console\nmake demo\n```\n", ["make demo"]),
        ("```console\n$ tocsin setup  # topics\n```\n", ["tocsin setup"]),
        ("```console\ntocsin search \\\n  x\n\n# only a remark\n```\n", ["tocsin search    x"]),
        ("```toml\na = 1\n```\n", []),
    ],
)
def test_commands_are_found_as_people_write_them(text: str, commands: list[str]) -> None:
    """With a prompt, a remark behind, or broken over lines."""
    assert find_commands(text) == commands
