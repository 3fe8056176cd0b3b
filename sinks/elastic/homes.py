"""Ids in, the month in which each one's document lives out: a document never moves.

The theory: a record's id holds no time, and every time in it may be corrected later (a late article
makes an event's `first_seen` earlier; a new version is fetched next month). A month worked out from
the record could therefore change, and one id would live in two indices. So the month is decided once,
from the first version of the record that is seen, and afterwards looked up: in memory, else by one
search for the ids. The search sees only what a refresh made visible, so the index is refreshed before
the first look-up, and again after partitions came (another sink may just have written them), and
before memory could forget what was written since. The look-up is skipped when the only month there is
is the one worked out. A month is remembered when it is decided, before the document is written: the
next batch is looked up while this one is on its way. Safe for threads for the same reason.

What it gets wrong: two writers that meet a *new* id within a second, with versions whose months
differ, would write it twice. The events topic has one partition and so one writer; mentions that
travel in two blocks carry the same times in both. A consumer that was paused past its session and
wakes up re-sends what its successor also read first, so both work out the same month.

Tried and dropped: a realtime `mget` over all months. It needs no refresh, but asks ids times months;
with three months it took as long as the writing itself.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from sinks.elastic.documents import Document
from sinks.elastic.indices import IndexName, month_of, parse_index, read_alias, write_alias
from sinks.elastic.server import Server
from sinks.elastic.shapes import MAPPING_VERSION, ShapeName
from streams.errors import TocsinError

REMEMBERED = 200_000
"""Ids kept in memory: about 30 MB."""

_PAGE = 1_000
"""Ids asked for in one request."""


class NotSetUpError(TocsinError):
    """The templates are missing or of another version: writing would spoil the mapping."""

    what = "refused to write"


class Homes:
    """Knows the month of every id, and creates the index of a month when it is first needed."""

    def __init__(self, server: Server, prefix: str, remembered: int = REMEMBERED) -> None:
        self._server = server
        self._prefix = prefix
        self._limit = remembered
        self._known: OrderedDict[tuple[ShapeName, str], str] = OrderedDict()
        self._months: dict[ShapeName, set[str]] = {}
        self._visible: set[ShapeName] = set()
        """Shapes of which everything that is not in memory can be seen by a search."""
        self._decided = 0
        """Months decided since all that was written before was visible."""
        self._lock = threading.Lock()
        self._outdated = False

    def find(self, documents: Sequence[Document]) -> dict[tuple[ShapeName, str], str]:
        """Find the month of each document; the first of several with one id decides a new one.

        What is decided is remembered at once.
        """
        with self._lock:
            self._forget_what_is_outdated()
            homes = self._find(documents)
            self._remember(homes)
        return homes

    def _find(self, documents: Sequence[Document]) -> dict[tuple[ShapeName, str], str]:
        homes: dict[tuple[ShapeName, str], str] = {}
        unknown: dict[ShapeName, dict[str, str]] = {}
        for document in documents:
            key = (document.shape, document.id)
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                homes[key] = known
            else:
                worked_out = month_of(document.first_sight)
                unknown.setdefault(document.shape, {}).setdefault(document.id, worked_out)
        for shape, ids in unknown.items():
            found = self._look_up(shape, ids)
            homes |= {(shape, id_): found.get(id_, month) for id_, month in ids.items()}
        return homes

    def _remember(self, homes: Mapping[tuple[ShapeName, str], str]) -> None:
        self._known.update(homes)
        self._decided += len(homes)
        if self._decided > self._limit // 2:
            self._visible.clear()
        while len(self._known) > self._limit:
            self._known.popitem(last=False)

    def ensure(self, shape: ShapeName, month: str) -> str:
        """Return the month's alias for writing; create its index, but only from our template."""
        with self._lock:
            self._forget_what_is_outdated()
            if month not in self._list_months(shape):
                self._create(shape, month)
                self._months[shape].add(month)
        return write_alias(self._prefix, shape, month)

    def look_again(self) -> None:
        """Look at the indices again: another process may have created, moved, dropped or written."""
        # no lock here: it is called while the reader must not be held up
        self._outdated = True

    def _forget_what_is_outdated(self) -> None:
        if self._outdated:
            self._outdated = False
            self._months.clear()
            self._visible.clear()

    def check(self, shapes: Sequence[ShapeName]) -> None:
        """Refuse unless the templates and the indices are of the version this code writes."""
        for shape in shapes:
            self._check_template(shape)
            for name in self._server.list_indices(read_alias(self._prefix, shape)):
                index = parse_index(self._prefix, name)
                if index is not None and index.version != MAPPING_VERSION:
                    raise NotSetUpError(
                        name,
                        f"it has mapping version {index.version}, this code writes {MAPPING_VERSION}",
                        "tocsin setup --migrate",
                    )

    def _look_up(self, shape: ShapeName, ids: Mapping[str, str]) -> dict[str, str]:
        months = self._list_months(shape)
        # nothing else to find where its own month is the only one there is
        wanted = [id_ for id_, worked_out in ids.items() if months - {worked_out}]
        if not wanted:
            return {}
        alias = read_alias(self._prefix, shape)
        if shape not in self._visible:
            self._server.refresh(alias)
            self._visible.add(shape)
            self._decided = 0
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _PAGE):
            for hit in self._server.find_ids(alias, wanted[start : start + _PAGE]):
                index = parse_index(self._prefix, hit.index)
                if index is not None:
                    found[hit.id] = index.month
        return found

    def _list_months(self, shape: ShapeName) -> set[str]:
        if shape not in self._months:
            names = self._server.list_indices(read_alias(self._prefix, shape))
            parsed = (parse_index(self._prefix, name) for name in names)
            self._months[shape] = {index.month for index in parsed if index is not None}
        return self._months[shape]

    def _create(self, shape: ShapeName, month: str) -> None:
        self._check_template(shape)
        index = IndexName(self._prefix, shape, month, MAPPING_VERSION)
        self._server.create_index(str(index), (index.read_alias, index.write_alias))

    def _check_template(self, shape: ShapeName) -> None:
        name = read_alias(self._prefix, shape)
        version = self._server.get_template_version(name)
        if version is None:
            raise NotSetUpError(name, "its index template is missing", "tocsin setup")
        if version != MAPPING_VERSION:
            raise NotSetUpError(
                name,
                f"its index template has version {version}, this code writes {MAPPING_VERSION}",
                "tocsin setup --migrate" if version < MAPPING_VERSION else "update this worker",
            )
