"""`tocsin serve`: the feeds of follow lists, kept up to date and served on loopback."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinks.backoff import compute_pause
from sinks.follow.settings import ServeSettings
from streams.errors import SettingsError, UnreachableError
from streams.logs import get_log, set_up_logs
from streams.records import Event
from streams.settings import KafkaSettings, LogSettings, WorkSettings
from tocsin.config import load

if TYPE_CHECKING:
    from streams.alerting.follow import FollowList

log = get_log("serve")


@click.command()
def serve() -> None:
    """Serve an Atom feed and a JSON Feed for every follow list; ends on Ctrl-C or SIGTERM.

    The lists are read again when follow.toml changes. See `tocsin follow`.
    """
    settings = load((KafkaSettings, WorkSettings, ServeSettings, LogSettings))
    set_up_logs(settings[LogSettings])
    lists = ListFile(settings[WorkSettings].follow_file or Path("follow.toml"))
    asyncio.run(_run(settings[KafkaSettings], settings[ServeSettings], lists))


class ListFile:
    """The follow lists of a file, as they are now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._lists: tuple[FollowList, ...] = ()
        self._read()

    def titles(self) -> Mapping[str, str]:
        """Give the lists with their titles."""
        return {each.name: each.title or each.name for each in self._now()}

    def meanings(self) -> Mapping[str, str]:
        """Give the lists with what they follow."""
        return {
            each.name: each.model_dump_json(include={"follow"}, exclude_defaults=True)
            for each in self._now()
        }

    def place(self, event: Event) -> list[str]:
        """Give the lists that an event belongs to."""
        return [each.name for each in self._now() if each.match(event).is_met]

    def _now(self) -> tuple[FollowList, ...]:
        if self._find_stamp() != self._stamp:
            try:
                self._read()
            except SettingsError as error:
                log.warning("follow lists refused", problems=error.problems)
        return self._lists

    def _read(self) -> None:
        from streams.alerting.follow import load_follows  # noqa: PLC0415 - settings first

        self._stamp = self._find_stamp()
        self._lists = load_follows(self._path).lists

    def _find_stamp(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size


async def _run(kafka: KafkaSettings, settings: ServeSettings, lists: ListFile) -> None:
    from aiohttp import web  # noqa: PLC0415 - settings are checked first

    from sinks.follow.fill import fill_feeds  # noqa: PLC0415
    from sinks.follow.serve import Door, build_app  # noqa: PLC0415
    from sinks.follow.store import STORE, FeedStore  # noqa: PLC0415

    loop = asyncio.get_running_loop()
    stopping = threading.Event()
    stopped = asyncio.Event()
    failures: list[Exception] = []

    def stop() -> None:
        stopping.set()
        stopped.set()

    def fill() -> None:
        tries = 0
        try:
            while not stopping.is_set():
                try:
                    fill_feeds(kafka, settings, lists.meanings, lists.place, stopping.is_set, _now)
                except UnreachableError as error:
                    # the feeds there are stay served
                    tries += 1
                    pause = compute_pause(tries, 1.0, 30.0, random.random)
                    log.warning("kafka unreachable", error=str(error), again_in=round(pause, 1))
                    stopping.wait(pause)
        except Exception as error:  # noqa: BLE001 - raised below; feeds that are never filled must end
            failures.append(error)
            loop.call_soon_threadsafe(stop)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    store = FeedStore(settings.data_dir / STORE)
    password = settings.password.get_secret_value() if settings.password else None
    door = Door(settings.username, password)
    app = build_app(store, lists.titles, settings.entries, settings.base_url, door)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        await runner.cleanup()
        where = f"{settings.host}:{settings.port}"
        raise SettingsError(
            (f"TOCSIN_SERVE_PORT: cannot listen on {where}: {error.strerror}",)
        ) from error
    log.info("feeds served", url=f"http://{settings.host}:{runner.addresses[0][1]}/")
    thread = threading.Thread(target=fill, name="fill")
    thread.start()
    await stopped.wait()
    await runner.cleanup()
    await asyncio.to_thread(thread.join)
    store.close()
    if failures:
        raise failures[0]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
