"""The files of a person in, rules to ring by out: alerts, silences and follow lists, read again on change.

`alerts.toml` is a person's; beside it lies `alerts.silences.toml`, which `tocsin alerts silence` writes.
A file that has become wrong does not take the rules away: it is logged, and the old rules stay.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from pydantic import ValidationError

from streams.alerting.follow import add_follows, load_follows
from streams.alerting.ring import Ringer
from streams.alerting.rules import Mute, Piece, Rules, describe_problem, load_rules, read_table
from streams.errors import SettingsError
from streams.logs import get_log

log = get_log("alert")


class Silences(Piece):
    """The file of silences."""

    silence: tuple[Mute, ...] = ()


class AlertFiles:
    """The files that decide what rings."""

    def __init__(self, alerts: Path | None, follow: Path | None = None) -> None:
        self._alerts = alerts
        self._follow = follow
        self._seen: tuple[tuple[int, int] | None, ...] = ()
        self._asked = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that is looked at, whether or not it is there."""
        silences = (silences_path(self._alerts),) if self._alerts else ()
        return tuple(path for path in (self._alerts, *silences, self._follow) if path)

    def load(self) -> Rules:
        """Load everything; raise `SettingsError` with every problem of every file."""
        self._seen = self._stamp()
        problems: list[str] = []
        rules = Rules()
        try:
            if self._alerts:
                rules = load_rules(self._alerts)
        except SettingsError as error:
            problems += error.problems
        try:
            if self._alerts:
                mutes = load_silences(silences_path(self._alerts))
                rules = rules.model_copy(update={"mute": rules.mute + mutes})
        except SettingsError as error:
            problems += error.problems
        try:
            if self._follow:
                rules = add_follows(rules, load_follows(self._follow))
        except SettingsError as error:
            problems += error.problems
        if problems:
            raise SettingsError(tuple(problems))
        return rules

    def ask(self, *_: object) -> None:
        """Read the files again at the next message; a signal handler."""
        self._asked = True

    def renew(self) -> Rules | None:
        """Load again when a file has changed or somebody asked; None when the old rules stay."""
        if not self._asked and not self.has_changed():
            return None
        self._asked = False
        try:
            rules = self.load()
        except SettingsError as error:
            log.warning("rules refused", problems=error.problems)
            return None
        log.info("rules loaded", rules=len(rules.active), silences=len(rules.mute))
        return rules

    def has_changed(self) -> bool:
        """Tell whether a file has changed since `load`."""
        return self._stamp() != self._seen

    def _stamp(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_stamp_file(path) for path in self.paths)


def load_ringer(alerts: Path | None, follow: Path | None = None) -> Ringer:
    """Build the ringer of the worker: it reads its files again when they change, and on SIGHUP."""
    files = AlertFiles(alerts, follow)
    ringer = Ringer(files.load(), renew=files.renew)
    signal.signal(signal.SIGHUP, files.ask)
    return ringer


def silences_path(alerts: Path) -> Path:
    """Name the file of silences that belongs to a file of rules."""
    return alerts.with_name(f"{alerts.stem}.silences.toml")


def load_silences(path: Path) -> tuple[Mute, ...]:
    """Load the silences, none when there is no file; raise `SettingsError` with every problem."""
    if not path.exists():
        return ()
    name, table = read_table(path, path.name)
    try:
        return Silences.model_validate(table).silence
    except ValidationError as error:
        raise SettingsError(
            tuple(describe_problem(name, table, detail) for detail in error.errors())
        ) from error


def _stamp_file(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - one call for both facts
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
