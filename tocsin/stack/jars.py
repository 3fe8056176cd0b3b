"""A server's name in, a folder of its jars out: resolved once by Maven, checked by hash, kept whole.

The cache is shared by all data folders. A bundle is resolved into a folder beside its place, every
jar is compared with the hashes that ship with Tocsin, and only then the folder is renamed: what is
there is whole. A lock makes two resolutions at once wait for each other.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from streams.errors import StackError

Report = Callable[[str], None]
"""Takes one line about progress."""

COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
FILES = resources.files("tocsin.stack") / "files"
"""The poms, hashes and configurations that ship with this package."""

TIME_LIMIT = 1800.0
"""Seconds for one resolution: 54 MB over a slow line."""

_FETCHED = re.compile(r"Downloaded from \S+ \S+/(\S+\.jar)\b")


@dataclass(frozen=True, slots=True)
class Bundle:
    """One server as Maven resolves it."""

    name: str
    label: str
    version: str
    modules: tuple[str, ...] = ()
    """Starts of the names of jars that go to `modules/transport-netty4` and not to `lib`."""
    files: Traversable = FILES
    """Where its pom and its hashes are."""

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each jar by name."""
        lines = self.read(f"{self.name}.sha256").splitlines()
        return {name: digest for digest, name in (line.split() for line in lines)}

    def read(self, name: str) -> str:
        """Read one of its files."""
        return self.files.joinpath(name).read_text("utf-8")

    @property
    def folder(self) -> str:
        """The name of its folder in the cache; it changes when the set of jars does."""
        pins = hashlib.sha256(self.read(f"{self.name}.sha256").encode()).hexdigest()
        return f"{self.name}-{self.version}-{pins[:12]}"


KAFKA = Bundle("kafka", "Kafka", "4.3.1")
ELASTICSEARCH = Bundle(
    "elasticsearch", "Elasticsearch", "9.2.0", modules=("netty-", "transport-netty4-")
)


def find_cache(environ: Mapping[str, str], wanted: Path | None) -> Path:
    """Name the folder of the cache: the wanted one, else `tocsin` in the user's cache folder."""
    if wanted is not None:
        return wanted
    if base := environ.get("XDG_CACHE_HOME"):
        return Path(base) / "tocsin"
    return Path(environ.get("HOME") or Path.home()) / ".cache" / "tocsin"


def resolve_jars(bundle: Bundle, cache: Path, environ: Mapping[str, str], report: Report) -> Path:
    """Return the bundle's folder (`lib/`, `modules/`), resolving it first when it is not there."""
    place = cache / bundle.folder
    if place.is_dir():
        return place
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StackError(
            "jars", f"cannot write to {cache}: {error.strerror}", "set TOCSIN_STACK_CACHE_DIR"
        ) from error
    with _hold_lock(cache / f"{bundle.name}.lock", report):
        if place.is_dir():
            return place
        for leftover in cache.glob(f".{bundle.name}-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{bundle.name}-", dir=cache))
        try:
            _run_maven(bundle, draft, environ, report)
            _check_jars(bundle, draft / "lib")
            _arrange(bundle, draft)
            draft.chmod(0o755)
            draft.rename(place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return place


def find_maven(environ: Mapping[str, str]) -> str:
    """Find the program `mvn`; raises `StackError` when there is none."""
    for variable in ("MAVEN_HOME", "M2_HOME"):
        if home := environ.get(variable):
            program = Path(home) / "bin" / "mvn"
            if program.is_file():
                return str(program)
    found = shutil.which("mvn", path=environ.get("PATH", ""))
    if found is None:
        raise StackError(
            "Maven",
            "the program mvn is not on PATH; it fetches Kafka and Elasticsearch the first time",
            "apt install maven, brew install maven, or set MAVEN_HOME",
        )
    return found


def _run_maven(bundle: Bundle, draft: Path, environ: Mapping[str, str], report: Report) -> None:
    pom = draft / "pom.xml"
    pom.write_text(bundle.read(f"{bundle.name}-pom.xml"), "utf-8")
    command = [
        find_maven(environ),
        "--batch-mode",
        f"--file={pom}",
        COPY,
        f"-DoutputDirectory={draft / 'lib'}",
        "-DincludeScope=runtime",
        "-Dstyle.color=never",
    ]
    name, total = f"{bundle.label} {bundle.version}", len(bundle.hashes)
    report(f"{name}: resolving {total} jars, once")
    maven = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environ),
        text=True,
        errors="replace",
    )
    limit = threading.Timer(TIME_LIMIT, maven.kill)
    limit.start()
    errors: list[str] = []
    fetched: set[str] = set()
    try:
        assert maven.stdout is not None
        for line in maven.stdout:
            if line.startswith("[ERROR]"):
                errors.append(line.removeprefix("[ERROR]").strip())
            if (match := _FETCHED.search(line)) and match[1] in bundle.hashes:
                fetched.add(match[1])
                report(f"{name}: fetched {len(fetched)} of {total} jars")
        code = maven.wait()
    finally:
        limit.cancel()
        maven.kill()
        maven.wait()
    if code:
        why = errors[0] if errors else f"mvn ended with code {code}"
        raise StackError(
            name, f"Maven could not resolve it: {why}", "check the network and Maven's settings"
        )
    report(f"{name}: {total} jars resolved; checking them")


def _check_jars(bundle: Bundle, folder: Path) -> None:
    expected = bundle.hashes
    found = {path.name: path for path in folder.glob("*.jar")}
    odd = sorted(expected.keys() ^ found.keys())
    odd += [
        name
        for name in sorted(expected.keys() & found.keys())
        if hashlib.sha256(found[name].read_bytes()).hexdigest() != expected[name]
    ]
    if odd:
        raise StackError(
            f"{bundle.label} {bundle.version}",
            f"{len(odd)} jars are not the ones that Tocsin pins, e.g. {odd[0]}",
            "remove it from Maven's local repository (~/.m2) and start again",
        )


def _arrange(bundle: Bundle, draft: Path) -> None:
    """Put the jars of modules where Elasticsearch looks for them."""
    if not bundle.modules:
        return
    module = draft / "modules" / "transport-netty4"
    module.mkdir(parents=True)
    for jar in sorted((draft / "lib").glob("*.jar")):
        if jar.name.startswith(bundle.modules):
            jar.rename(module / jar.name)
    descriptor = bundle.read("plugin-descriptor.properties")
    (module / "plugin-descriptor.properties").write_text(descriptor, "utf-8")


@contextmanager
def _hold_lock(path: Path, report: Report) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("another process is resolving the jars; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
