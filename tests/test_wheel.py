"""The wheel: built as a user would, unpacked where nothing else of ours is, imported and read."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("producers", "streams", "sinks", "tocsin")

IMPORT_ALL = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    module = importlib.import_module(name)
    assert module.__file__.startswith(sys.argv[1]), f"{name} came from {module.__file__}"
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of the working tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def list_tracked() -> set[str]:
    """List the files of the four rooms as git knows them; what is ignored there is no part of it."""
    answer = subprocess.run(
        ["git", "ls-files", *ROOMS], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return {name for name in answer.stdout.splitlines() if (ROOT / name).exists()}


def test_every_file_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    """Modules and data files alike: poms, tables, cases, dashboards, the demo's newsroom."""
    assert list_tracked() - set(wheel.namelist()) == set()


def test_nothing_else_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    """No tests, no benchmarks, no leftovers."""
    tops = {name.split("/", maxsplit=1)[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == set(ROOMS)


@pytest.mark.slow
def test_every_module_imports_from_the_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Unpacked into an empty folder, every module of every room imports from there."""
    wheel.extractall(tmp_path)
    modules = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in wheel.namelist()
        if name.endswith(".py") and not name.endswith("__main__.py")
    ]

    answer = subprocess.run(
        [sys.executable, "-I", "-c", IMPORT_ALL, str(tmp_path), *modules],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert answer.returncode == 0, answer.stderr[-2000:]


def test_the_wheel_gives_the_command(wheel: zipfile.ZipFile) -> None:
    """`tocsin` is an entry point, and the licence travels along."""
    (points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))

    assert b"tocsin = tocsin.command:main" in wheel.read(points)
    assert any(name.endswith("LICENSE") for name in wheel.namelist())
