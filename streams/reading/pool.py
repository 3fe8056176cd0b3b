"""Articles in, their mentions out, read in processes of their own; the event loop stays free.

Reading is CPU work of tens of milliseconds. In the worker's own process it would starve the
heartbeats that keep its partitions. So it runs in spawned processes (forking a process that has
RocksDB threads is unsafe), with a time limit: a process that overruns or dies is replaced, and the
article that did it is tried once more alone before it goes to the dead letters. Articles are read in groups,
which is quicker; a group that comes to nothing is read again, one article after the other.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from streams.logs import get_log
from streams.orphans import end_with_parent
from streams.outcomes import Dead, Keep, Outcome
from streams.records import Article, Mention, decode, encode

log = get_log("read")

ReadRaw = Callable[[Sequence[bytes]], list[list[bytes]]]

COLLECT_AFTER = 20_000
"""Objects made and kept, about two articles' worth, after which the young ones are looked at."""
GROUP_CHARS = 12_000
"""Characters of a group of articles: half a second of work."""

_WARMING = Article(
    id="a1-warming",
    version="v1-warming",
    feed="",
    publisher="",
    family="",
    title="A flood in Dresden killed two people on Monday",
    language="en",
    fetched=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
)
"""An article that makes a process load everything that reading needs."""


class ReaderPool:
    """A bounded pool of reading processes; `read` never raises for an article.

    `read_raw` does the work there: encoded articles in, the encoded mentions of each out.
    """

    def __init__(self, processes: int, timeout: float, read_raw: ReadRaw | None = None) -> None:
        self._processes = processes
        self._timeout = timeout
        self._read_raw = read_raw or _read_bytes
        self._executor: ProcessPoolExecutor | None = None
        self._alone = asyncio.Lock()
        self._turns = asyncio.Semaphore(processes)

    def start(self) -> None:
        """Start the processes; each loads its models on its first article or `warm`."""
        self._executor = ProcessPoolExecutor(
            self._processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin_process,
        )

    async def warm(self) -> None:
        """Load the models in every process, so that the first article does not wait."""
        loop = asyncio.get_running_loop()
        executor = self._running()
        loading = [loop.run_in_executor(executor, _warm_up) for _ in range(self._processes)]
        await asyncio.gather(*loading)

    async def read(self, article: Article) -> Outcome[Mention]:
        """Read one article: its mentions, or why it could not be read."""
        outcome = await self._try_to_read([article])
        if isinstance(outcome, Dead) and outcome.reason == "reader_crashed":
            # another article may have killed the shared process: once more, with nobody beside it
            async with self._alone:
                outcome = await self._try_to_read([article])
        return outcome if isinstance(outcome, Dead) else outcome[0]

    async def read_all(self, articles: Sequence[Article]) -> list[Outcome[Mention]]:
        """Read articles, several in one go where they are short; one outcome each, in order."""
        groups = group_articles(articles, self._processes)
        read = await asyncio.gather(*(self._read_group(group) for group in groups))
        return [outcome for outcomes in read for outcome in outcomes]

    async def _read_group(self, group: Sequence[Article]) -> list[Outcome[Mention]]:
        if len(group) > 1:
            outcomes = await self._try_to_read(group)
            if not isinstance(outcomes, Dead):
                return [*outcomes]
        return [await self.read(article) for article in group]

    def stop(self) -> None:
        """End the processes without waiting for what they read."""
        if self._executor is not None:
            _kill(self._executor)
            self._executor = None

    def _running(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self.start()
        assert self._executor is not None
        return self._executor

    async def _try_to_read(self, group: Sequence[Article]) -> list[Keep[Mention]] | Dead:
        """Read a group; its outcomes, or what became of the whole of it."""
        raw = [encode(article) for article in group]
        who = group[0].id
        # the time of an article begins when a process is free for it
        async with self._turns:
            executor = self._running()
            reading = asyncio.get_running_loop().run_in_executor(executor, self._read_raw, raw)
            try:
                read = await asyncio.wait_for(reading, self._timeout)
            except TimeoutError:
                self._replace(executor)
                return Dead("reader_timed_out", f"{who}: over {self._timeout:g} s")
            except BrokenProcessPool:
                self._replace(executor)
                return Dead("reader_crashed", f"{who}: the reading process died")
            except Exception as error:  # noqa: BLE001 - whatever reading raises is this article's fate
                return Dead("reader_failed", f"{who}: {type(error).__name__}: {error}")
        return [Keep(tuple(decode(Mention, one) for one in mentions)) for mentions in read]

    def _replace(self, executor: ProcessPoolExecutor) -> None:
        if self._executor is executor:
            log.warning("reading process replaced")
            _kill(executor)
            self._executor = None


def _kill(executor: ProcessPoolExecutor) -> None:
    processes = list((executor._processes or {}).values())  # noqa: SLF001 - no public way to end them
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        if process.is_alive():
            process.kill()


def _begin_process() -> None:
    # the parent stops us; a Ctrl-C in the terminal reaches the whole group
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(signal.SIGKILL)
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _warm_up() -> None:
    # what loads the models is imported here only
    from streams.reading.headline import warm_up_model  # noqa: PLC0415
    from streams.reading.read import read_article  # noqa: PLC0415

    read_article(_WARMING)
    warm_up_model()
    calm_collector()


def calm_collector() -> None:
    """Let the garbage collector leave the models alone, and come by less often.

    What was loaded stays for good, and an article makes hundreds of objects for each word: at the
    usual threshold the collector takes a twentieth of the time of reading.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def group_articles(articles: Sequence[Article], processes: int) -> Iterator[list[Article]]:
    """Part articles into groups of a bounded length, so many that no process is idle."""
    most = -(-len(articles) // processes)
    group: list[Article] = []
    size = 0
    for article in articles:
        length = len(article.reading_text)
        if group and (len(group) >= most or size + length > GROUP_CHARS):
            yield group
            group, size = [], 0
        group.append(article)
        size += length
    if group:
        yield group


def _read_bytes(raw: Sequence[bytes]) -> list[list[bytes]]:
    from streams.merging.address import address_mentions  # noqa: PLC0415 - loads models, here only
    from streams.reading.read import read_articles  # noqa: PLC0415 - the same

    articles = [decode(Article, one) for one in raw]
    return [
        [encode(mention) for mention in address_mentions(article, mentions)]
        for article, mentions in zip(articles, read_articles(articles), strict=True)
    ]
