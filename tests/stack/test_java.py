"""Finding a Java: which is taken, which is passed over, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import StackError
from tocsin.stack.java import find_java, inspect_java

MODULES = 'MODULES="java.base jdk.compiler java.net.http"'


def make_java(home: Path, version: str, modules: str = MODULES) -> Path:
    """Make a folder that looks like a Java of this version."""
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text("#!/bin/sh\nexit 1\n")
    (home / "bin" / "java").chmod(0o755)
    (home / "release").write_text(f'JAVA_VERSION="{version}"\n{modules}\n')
    return home


def test_java_home_is_taken_first(tmp_path: Path) -> None:
    """JAVA_HOME comes before the usual folders when it fits."""
    first = make_java(tmp_path / "first", "21.0.2")
    make_java(tmp_path / "usual" / "jdk-25", "25")

    java = find_java({"JAVA_HOME": str(first)}, folders=[f"{tmp_path}/usual/*"])

    assert (first, 21) == (java.home, java.version)


def test_an_old_java_home_is_passed_over(tmp_path: Path) -> None:
    """A JAVA_HOME that is too old does not hide a newer Java in a usual folder."""
    old = make_java(tmp_path / "old", "17.0.15")
    new = make_java(tmp_path / "usual" / "jdk-25", "25.0.3")

    assert new == find_java({"JAVA_HOME": str(old)}, folders=[f"{tmp_path}/usual/*"]).home


def test_the_java_on_path_is_found_through_its_link(tmp_path: Path) -> None:
    """/usr/bin/java is a link: its home is where the link leads."""
    home = make_java(tmp_path / "jdk", "23")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")

    assert home == find_java({"PATH": str(tmp_path / "bin")}, folders=()).home


def test_folders_below_home_are_searched(tmp_path: Path) -> None:
    """A pattern with ~ is looked up in the HOME of the given environment."""
    home = make_java(tmp_path / ".sdkman" / "candidates" / "java" / "24-tem", "24")

    assert home == find_java({"HOME": str(tmp_path)}, folders=["~/.sdkman/candidates/java/*"]).home


def test_what_was_found_instead_is_named(tmp_path: Path) -> None:
    """The error names each Java that was too old or lacks the compiler, and the next step."""
    make_java(tmp_path / "jdk-17", "17.0.15")
    make_java(tmp_path / "jre-21", "21.0.1", 'MODULES="java.base"')

    with pytest.raises(StackError) as caught:
        find_java({}, folders=[f"{tmp_path}/*"])

    assert "jdk-17 (Java 17)" in str(caught.value)
    assert "jre-21 (Java 21, without the compiler)" in str(caught.value)
    assert "TOCSIN_STACK_JAVA_HOME" in (caught.value.hint or "")


@pytest.mark.parametrize("version", ["17.0.15", "1.8.0_392", "nonsense"])
def test_a_wanted_java_that_does_not_fit_is_refused(tmp_path: Path, version: str) -> None:
    """A wanted Java is not passed over in silence."""
    old = make_java(tmp_path / "old", version)

    with pytest.raises(StackError, match="is not a JDK 21 or newer"):
        find_java({}, wanted=old, folders=())


def test_a_wanted_folder_without_java_is_refused(tmp_path: Path) -> None:
    """The error names the folder."""
    with pytest.raises(StackError, match=f"no bin/java in {tmp_path}"):
        find_java({}, wanted=tmp_path, folders=())


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ('openjdk version "21.0.2" 2024-01-16', 21),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "25" 2025-09-16', 25),
    ],
)
def test_a_java_without_a_release_file_is_asked(tmp_path: Path, told: str, version: int) -> None:
    """Where there is no release file, the program tells its version on standard error."""
    home = make_java(tmp_path / "jdk", "0")
    (home / "release").unlink()
    (home / "bin" / "java").write_text(f"#!/bin/sh\necho '{told}' >&2\n")

    java = inspect_java(home)

    assert java is not None
    assert (version, False) == (java.version, java.compiles)
