"""An environment and the usual folders in, a Java that is new enough out, or what was found instead."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.errors import StackError

OLDEST = 21
"""Elasticsearch 9 needs Java 21; Kafka 4 would do with 17."""

USUAL_FOLDERS: tuple[str, ...] = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/opt/jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
)
"""Where distributions, macOS, Homebrew, SDKMAN and IDEs put Java."""

HINT = (
    f"install a JDK {OLDEST} or newer (apt install openjdk-{OLDEST}-jdk, brew install openjdk, "
    "https://adoptium.net) or set TOCSIN_STACK_JAVA_HOME to the folder of one"
)

_VERSION = re.compile(r'(?:JAVA_VERSION="|version ")(\d+)(?:\.(\d+))?')


@dataclass(frozen=True, slots=True)
class Java:
    """A Java found on this machine."""

    home: Path
    version: int
    """The major version, e.g. 25; 0 when it could not be told."""
    compiles: bool
    """Whether it can run a source file, which a bare runtime cannot."""

    @property
    def program(self) -> Path:
        """The program `java`."""
        return self.home / "bin" / "java"

    @property
    def fits(self) -> bool:
        """Whether the local stack can run on it."""
        return self.version >= OLDEST and self.compiles

    def __str__(self) -> str:
        lack = "" if self.compiles else ", without the compiler"
        return f"{self.home} (Java {self.version or 'of unknown version'}{lack})"


def find_java(
    environ: Mapping[str, str],
    wanted: Path | None = None,
    folders: Sequence[str] = USUAL_FOLDERS,
) -> Java:
    """Find the first Java that fits: the wanted one, JAVA_HOME, the one on PATH, the usual folders.

    Raises `StackError` naming what was found instead. A wanted one that does not fit is an error,
    not passed over; JAVA_HOME is passed over, since other programs set it for reasons of their own.
    """
    if wanted is not None:
        java = inspect_java(wanted)
        if java is None:
            raise StackError("Java", f"there is no bin/java in {wanted}", HINT)
        if not java.fits:
            raise StackError("Java", f"{java} is not a JDK {OLDEST} or newer", HINT)
        return java
    seen: dict[Path, Java] = {}
    for home in _list_homes(environ, folders):
        if home in seen:
            continue
        java = inspect_java(home)
        if java is not None and java.fits:
            return java
        if java is not None:
            seen[home] = java
    found = "; found " + ", ".join(str(java) for java in seen.values()) if seen else ""
    raise StackError("Java", f"no JDK {OLDEST} or newer on this machine{found}", HINT)


def inspect_java(home: Path) -> Java | None:
    """Tell the version of the Java in `home`, or None when there is none."""
    if not (home / "bin" / "java").is_file():
        return None
    try:
        told = (home / "release").read_text("utf-8", "replace")
    except OSError:
        told = _ask_version(home / "bin" / "java")
    version = _parse_version(told)
    modules = re.search(r'MODULES="([^"]*)"', told)
    compiles = (
        "jdk.compiler" in modules[1].split() if modules else (home / "bin" / "javac").is_file()
    )
    return Java(home, version, compiles)


def _parse_version(told: str) -> int:
    match = _VERSION.search(told)
    if match is None:
        return 0
    # before Java 9 the version was written 1.8.0
    return int(match[2] or 0) if match[1] == "1" else int(match[1])


def _ask_version(program: Path) -> str:
    try:
        answer = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stderr + answer.stdout


def _list_homes(environ: Mapping[str, str], folders: Sequence[str]) -> Iterator[Path]:
    if named := environ.get("JAVA_HOME"):
        yield Path(named).resolve()
    if on_path := shutil.which("java", path=environ.get("PATH", "")):
        yield Path(on_path).resolve().parent.parent
    home = environ.get("HOME", "")
    for pattern in folders:
        if pattern.startswith("~") and not home:
            continue
        folder = Path(pattern.replace("~", home, 1))
        root = Path(folder.anchor)
        for match in sorted(root.glob(str(folder.relative_to(root))), reverse=True):
            yield match.resolve()
