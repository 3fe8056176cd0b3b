"""The reader pool: whatever an article does to its process, there is an outcome and the next is read."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from streams.outcomes import Dead, Keep
from streams.reading.pool import ReaderPool
from streams.records import Article, decode, encode
from tests.streams.test_versions import build_mention, build_version


def read_as_told(raw: Sequence[bytes]) -> list[list[bytes]]:
    """Do in the reading process what the articles' titles say."""
    return [_do_as_told(decode(Article, one)) for one in raw]


def _do_as_told(article: Article) -> list[bytes]:
    if article.title == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if article.title == "sleep":
        signal.pause()
    if article.title == "raise":
        raise ValueError("no such verb")
    return [encode(build_mention(article, "m1-a", "GR|x"))]


@pytest.fixture
async def pool() -> AsyncIterator[ReaderPool]:
    pool = ReaderPool(2, timeout=8, read_raw=read_as_told)
    yield pool
    pool.stop()


def build_article(title: str) -> Article:
    return build_version(1).model_copy(update={"title": title, "id": f"a1-{title}"})


async def test_an_article_gives_its_mentions(pool: ReaderPool) -> None:
    """Over the process boundary and back."""
    outcome = await pool.read(build_article("a ferry"))
    assert isinstance(outcome, Keep)
    assert [m.article_id for m in outcome.records] == ["a1-a ferry"]


async def test_an_error_is_that_articles_fate(pool: ReaderPool) -> None:
    """The dead letter says which article and what was raised."""
    outcome = await pool.read(build_article("raise"))
    assert outcome == Dead("reader_failed", "a1-raise: ValueError: no such verb")


async def test_a_killer_dies_alone(pool: ReaderPool) -> None:
    """Articles beside one that kills its process are read all the same."""
    titles = ["one", "die", "two", "three"]
    outcomes = await asyncio.gather(*(pool.read(build_article(title)) for title in titles))
    assert [isinstance(outcome, Keep) for outcome in outcomes] == [True, False, True, True]
    dead = outcomes[1]
    assert isinstance(dead, Dead)
    assert dead.reason == "reader_crashed"


@pytest.mark.parametrize("bad", ["die", "raise"])
async def test_a_group_that_fails_is_read_one_by_one(pool: ReaderPool, bad: str) -> None:
    """Only the article that did it is lost; the outcomes stand in the order of the articles."""
    titles = ["one", "two", bad, "three", "four"]
    outcomes = await pool.read_all([build_article(title) for title in titles])
    assert [isinstance(outcome, Keep) for outcome in outcomes] == [True, True, False, True, True]
    found = [o.records[0].article_id for o in outcomes if isinstance(o, Keep)]
    assert found == ["a1-one", "a1-two", "a1-three", "a1-four"]
    assert await pool.read_all([]) == []


async def test_an_article_that_never_ends_is_given_up() -> None:
    """Its process is replaced and the next article is read."""
    pool = ReaderPool(1, timeout=6, read_raw=read_as_told)
    outcome = await pool.read(build_article("sleep"))
    assert outcome == Dead("reader_timed_out", "a1-sleep: over 6 s")
    assert isinstance(await pool.read(build_article("next")), Keep)
    pool.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
async def test_reading_processes_do_not_outlive_a_killed_worker() -> None:
    """Kill -9 of the worker leaves no process that waits for work for ever."""
    code = (
        "import asyncio\n"
        "from tests.streams import test_pool as t\n"
        "async def main():\n"
        "    pool = t.ReaderPool(1, timeout=60, read_raw=t.tell_pid)\n"
        "    print((await pool.read(t.build_article('x'))).records[0].id, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    reader = int(await worker.stdout.readline())
    worker.kill()
    await worker.wait()
    async with asyncio.timeout(20):
        while _is_alive(reader):
            await asyncio.sleep(0.02)


def tell_pid(raw: Sequence[bytes]) -> list[list[bytes]]:
    """Answer with a mention whose id is the process's own."""
    pid = str(os.getpid())
    return [[encode(build_mention(decode(Article, one), pid, "GR|x"))] for one in raw]


def _is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii")
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"
