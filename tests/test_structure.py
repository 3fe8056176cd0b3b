"""The shape of the code: who may import whom, held by reading every import there is."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("producers", "streams", "sinks", "tocsin")

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "producers": frozenset({"producers", "streams"}),
    "streams": frozenset({"streams"}),
    "sinks": frozenset({"sinks", "streams"}),
    "tocsin": frozenset(ROOMS),
}
"""Room to the rooms it may import: producers → streams ← sinks, and tocsin may import everything."""

CONTRACT = frozenset(
    {
        "streams.records",
        "streams.topics",
        "streams.settings",
        "streams.logs",
        "streams.outcomes",
        "streams.identity",
        "streams.egress",
        "streams.errors",
        "streams.deadletters",
        "streams.metrics",
        "streams.lexicon",
        "streams.alerting.rules",  # how files that a person writes are read, and severities
    }
)
"""What producers and sinks may know of streams: the contract, not how an event is read or merged."""

ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "faust": ("streams/app.py",),
    "aiokafka": ("streams/app.py",),
    "feedparser": ("producers/parse.py",),
    "trafilatura": ("producers/extract.py",),
    "elasticsearch": ("sinks/elastic/server.py",),
    "kafka": (
        "producers/publish.py",
        "sinks/consume.py",
        "tocsin/brokers.py",
        "tocsin/commands/run.py",
        "tocsin/letters.py",
        "tocsin/stack/servers.py",
    ),
}
"""Outside package to the files that may import it."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import in one file."""

    file: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.name}"


def find_imports(file: str, source: str) -> Iterator[Import]:
    """Find every import of a file, also inside functions, under TYPE_CHECKING and by name."""
    package = file.removesuffix(".py").removesuffix("/__init__").split("/")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            up = node.level - (1 if file.endswith("__init__.py") else 0)
            base = package[: len(package) - up] if node.level else []
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                yield Import(file, node.lineno, f"{module}.{alias.name}")
        elif _is_import_call(node):
            assert isinstance(node, ast.Call)
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield Import(file, node.lineno, first.value)


def find_violations(sources: Mapping[str, str]) -> list[str]:
    """Check every import of every file (path to source) against the rules."""
    problems = []
    for file, source in sources.items():
        room = file.split("/", maxsplit=1)[0]
        for found in find_imports(file, source):
            top = found.name.split(".", maxsplit=1)[0]
            if top in ROOMS and top not in MAY_IMPORT[room]:
                problems.append(f"{found}: {room} may not import {top}")
            elif top == "streams" and room in {"producers", "sinks"} and not _is_contract(found):
                problems.append(f"{found}: not part of the contract")
            elif top in ONLY_IN and file not in ONLY_IN[top]:
                problems.append(f"{found}: only {', '.join(ONLY_IN[top])} may")
            elif top == "tests":
                problems.append(f"{found}: the program may not import its tests")
    return problems


def read_sources() -> dict[str, str]:
    """Read every source file of the four rooms."""
    files: Iterable[Path] = (file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


def test_every_import_keeps_its_direction() -> None:
    """The code as it is breaks no rule."""
    assert find_violations(read_sources()) == []


def test_every_file_that_may_import_a_package_is_there() -> None:
    """The list of edge files names no file that has gone, so that it cannot rot."""
    files = read_sources()

    assert [file for names in ONLY_IN.values() for file in names if file not in files] == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("streams/merging/merge.py", "from producers.parse import parse_feed"),
        ("streams/merging/merge.py", "import sinks"),
        ("sinks/consume.py", "def f():\n    from producers import memory"),
        ("producers/poll.py", "from tocsin.config import load"),
        ("streams/reading/pool.py", "import importlib\nimportlib.import_module('tocsin.config')"),
        ("streams/reading/pool.py", "__import__('sinks.consume')"),
        ("streams/reading/pool.py", "if TYPE_CHECKING:\n    from sinks.consume import Batch"),
        ("producers/__init__.py", "from ..sinks import consume"),
        ("sinks/elastic/index.py", "from streams.merging.merge import Merger"),
        ("sinks/elastic/index.py", "from streams import reading"),
        ("streams/reading/parse.py", "import faust"),
        ("streams/reading/parse.py", "from faust.types import TableT"),
        ("sinks/elastic/index.py", "import elasticsearch.helpers as h"),
        ("producers/fetch.py", "import feedparser"),
        ("producers/fetch.py", "from kafka import KafkaProducer"),
        ("sinks/consume.py", "from tests.conftest import stack"),
    ],
)
def test_a_planted_violation_is_found(file: str, source: str) -> None:
    """Each way around the rules is seen."""
    assert len(find_violations({file: source})) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("producers/poll.py", "from streams.records import Article"),
        ("producers/poll.py", "from streams import records, topics"),
        ("sinks/elastic/index.py", "from . import server\nfrom .server import Server"),
        ("tocsin/demo/play.py", "from sinks.elastic.server import Server"),
        ("streams/app.py", "import faust"),
        ("streams/reading/parse.py", "import kafkaesque"),
    ],
)
def test_what_is_allowed_is_left_alone(file: str, source: str) -> None:
    """The checker does not cry wolf."""
    assert find_violations({file: source}) == []


def test_records_come_without_faust() -> None:
    """A producer or a sink never loads the stream processor, a language model or another client."""
    code = (
        "import sys, streams.records, streams.topics, streams.settings, streams.outcomes, "
        "streams.identity, streams.logs\n"
        "heavy = {'faust', 'mode', 'spacy', 'kafka', 'elasticsearch', 'feedparser', 'sklearn'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert answer.stdout == "[]\n"


def _is_contract(found: Import) -> bool:
    return any(found.name == name or found.name.startswith(f"{name}.") for name in CONTRACT)


def _is_import_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in {"import_module", "__import__"}
