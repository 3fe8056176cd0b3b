"""Resolving jars with a Maven of our own making: whole or not at all, once, and by hash."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from streams.errors import StackError
from tocsin.stack.jars import ELASTICSEARCH, KAFKA, Bundle, find_cache, find_maven, resolve_jars

JARS = {"server-1.0.jar": b"the server", "netty-common-4.jar": b"the net"}


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """A bundle of two small jars."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "toy-pom.xml").write_text("<project/>")
    (files / "plugin-descriptor.properties").write_text("name=transport-netty4\n")
    pins = [f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in JARS.items()]
    (files / "toy.sha256").write_text("".join(pins))
    return Bundle("toy", "Toy", "1.0", modules=("netty-",), files=files)


def make_maven(home: Path, script: str) -> dict[str, str]:
    """Make a `mvn` that runs `script` with $out set to the output folder; return its environment."""
    program = home / "bin" / "mvn"
    program.parent.mkdir(parents=True)
    find_out = 'for a in "$@"; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done'
    program.write_text(
        f'#!/bin/sh\necho run >> {home}/runs\n{find_out}\nmkdir -p "$out"\n{script}\n'
    )
    program.chmod(0o755)
    return {"MAVEN_HOME": str(home), "PATH": "/usr/bin:/bin"}


GOOD = """
for jar in server-1.0.jar netty-common-4.jar; do
  echo "Downloaded from central: https://repo.example/org/$jar (1 kB at 2 kB/s)"
done
printf 'the server' > "$out/server-1.0.jar"
printf 'the net' > "$out/netty-common-4.jar"
"""


def test_jars_are_resolved_once(bundle: Bundle, tmp_path: Path) -> None:
    """The second call finds the folder, and runs no Maven."""
    environ = make_maven(tmp_path / "maven", GOOD)
    lines: list[str] = []

    first = resolve_jars(bundle, tmp_path / "cache", environ, lines.append)
    second = resolve_jars(bundle, tmp_path / "cache", {}, lines.append)

    assert first == second
    assert (tmp_path / "maven" / "runs").read_text() == "run\n"
    assert [path.name for path in (first / "lib").iterdir()] == ["server-1.0.jar"]
    module = first / "modules" / "transport-netty4"
    assert {"netty-common-4.jar", "plugin-descriptor.properties"} == {
        path.name for path in module.iterdir()
    }


def test_progress_is_counted(bundle: Bundle, tmp_path: Path) -> None:
    """Each fetched jar moves the count."""
    lines: list[str] = []

    resolve_jars(bundle, tmp_path / "cache", make_maven(tmp_path / "maven", GOOD), lines.append)

    assert "Toy 1.0: fetched 2 of 2 jars" in lines


@pytest.mark.parametrize(
    "spoil",
    [
        'printf "another server" > "$out/server-1.0.jar"',
        'rm "$out/server-1.0.jar"',
        'printf x > "$out/stranger.jar"',
    ],
)
def test_other_jars_than_the_pinned_ones_are_refused(
    bundle: Bundle, tmp_path: Path, spoil: str
) -> None:
    """A changed, missing or added jar is an error, and nothing stays in the cache."""
    environ = make_maven(tmp_path / "maven", GOOD + spoil)

    with pytest.raises(StackError, match="not the ones that Tocsin pins"):
        resolve_jars(bundle, tmp_path / "cache", environ, lambda _: None)

    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["toy.lock"]


def test_mavens_reason_is_told(bundle: Bundle, tmp_path: Path) -> None:
    """When Maven fails, its first error is in ours, and nothing stays in the cache."""
    script = 'echo "[ERROR] Unknown host repo.example"; echo "[ERROR] more"; exit 1'
    environ = make_maven(tmp_path / "maven", script)

    with pytest.raises(StackError, match=r"could not resolve it: Unknown host repo\.example"):
        resolve_jars(bundle, tmp_path / "cache", environ, lambda _: None)

    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["toy.lock"]


def test_a_folder_left_half_done_is_not_taken(bundle: Bundle, tmp_path: Path) -> None:
    """What a killed resolution left behind is cleared away."""
    leftover = tmp_path / "cache" / ".toy-abc123"
    (leftover / "lib").mkdir(parents=True)
    (leftover / "lib" / "server-1.0.jar").write_bytes(b"the ser")

    place = resolve_jars(
        bundle, tmp_path / "cache", make_maven(tmp_path / "maven", GOOD), lambda _: None
    )

    assert (place / "lib" / "server-1.0.jar").read_bytes() == b"the server"
    assert not leftover.exists()


def test_two_at_once_resolve_once(bundle: Bundle, tmp_path: Path) -> None:
    """The second waits for the first, and finds its folder."""
    environ = make_maven(tmp_path / "maven", GOOD)
    together = threading.Barrier(2)

    def resolve() -> None:
        together.wait()
        resolve_jars(bundle, tmp_path / "cache", environ, lambda _: None)

    threads = [threading.Thread(target=resolve) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (tmp_path / "maven" / "runs").read_text() == "run\n"


def test_a_missing_maven_is_named() -> None:
    """The error says which program, what for, and how to get it."""
    with pytest.raises(StackError, match="mvn is not on PATH") as caught:
        find_maven({"PATH": "/nowhere"})

    assert "apt install maven" in (caught.value.hint or "")


def test_the_cache_follows_the_users_folders(tmp_path: Path) -> None:
    """The setting, then XDG_CACHE_HOME, then ~/.cache."""
    environ = {"XDG_CACHE_HOME": "/xdg", "HOME": "/home/ada"}

    assert tmp_path == find_cache(environ, tmp_path)
    assert Path("/xdg/tocsin") == find_cache(environ, None)
    assert Path("/home/ada/.cache/tocsin") == find_cache({"HOME": "/home/ada"}, None)


@pytest.mark.parametrize(("shipped", "count"), [(KAFKA, 92), (ELASTICSEARCH, 47)])
def test_every_shipped_bundle_is_pinned(shipped: Bundle, count: int) -> None:
    """Each jar has a whole SHA-256, and the pom names the version."""
    assert count == len(shipped.hashes)
    assert all(len(digest) == 64 for digest in shipped.hashes.values())
    assert f"<version>{shipped.version}</version>" in shipped.read(f"{shipped.name}-pom.xml")
