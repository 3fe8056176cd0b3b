"""Documents of a replay in; out, side indices that hold them, and the aliases moved to those.

For each month that changes: a new index without aliases, filled with what the replay made and with
everything else as it stands, and then all aliases of all months and shapes moved in one step. Until
that step readers and the sink see the old indices, and a replay that breaks off leaves nothing but
indices that no alias names: the next one drops them. What the sink wrote meanwhile is copied after
the step, as in a migration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic_core import to_json

from sinks.elastic.copying import CopyError, copy_index, swap_aliases, write_rows
from sinks.elastic.documents import Document
from sinks.elastic.homes import Homes
from sinks.elastic.indices import IndexName, month_of, parse_index, read_alias
from sinks.elastic.server import Server
from sinks.elastic.shapes import MAPPING_VERSION, ShapeName
from streams.errors import TocsinError

Gone = Mapping[str, int]
"""Ids that are replaced, each with the version that was seen; a newer one is kept."""
_PAGE = 500


class SideError(TocsinError):
    """A side index that could not be filled; the hint says where the aliases are."""

    what = "replay stopped"


@dataclass(frozen=True, slots=True)
class Part:
    """What changes in one shape."""

    shape: ShapeName
    documents: Sequence[Document]
    gone: Gone


@dataclass(slots=True)
class Side:
    """The side indices of one replay, by the index that each takes the place of."""

    server: Server
    pairs: list[tuple[IndexName | None, IndexName, Gone]] = field(default_factory=list)
    written: int = 0
    copied: int = 0


def build_side(
    server: Server,
    prefix: str,
    parts: Sequence[Part],
    number: int,
) -> Side:
    """Make and fill the side indices of replay `number`; nobody sees them yet.

    Raises `NotSetUpError` when the indices are of another mapping version, `SideError` when the
    server refuses a document.
    """
    Homes(server, prefix).check([part.shape for part in parts])
    _drop_leftovers(server, prefix, parts)
    side = Side(server)
    try:
        for part in parts:
            _fill(side, prefix, part, number)
    except CopyError as error:
        hint = "the aliases were not moved; mend it and try again"
        raise SideError(error.which, error.why, hint) from error
    return side


def switch_to(side: Side, *, keep_old: bool = False) -> list[str]:
    """Move every alias in one step, copy what came meanwhile; returns the indices that are left.

    Raises `SideError` when that copy is refused: the aliases have moved, and every old index stays.
    """
    if not side.pairs:
        return []
    swap_aliases(side.server, [(old, new) for old, new, _ in side.pairs])
    left = []
    for old, new, gone in side.pairs:
        if old is not None:
            try:
                copy_index(side.server, old, new, gone)
            except CopyError as error:
                hint = f"the aliases have moved; what came meanwhile is still in {old}"
                raise SideError(error.which, error.why, hint) from error
            left.append(str(old))
        side.server.refresh(str(new))
    if keep_old:
        return left
    for name in left:
        side.server.delete_index(name)
    return []


def _fill(side: Side, prefix: str, part: Part, number: int) -> None:
    """Make and fill the side indices of one shape."""
    server = side.server
    standing = _list_months(server, prefix, part.shape)
    homes = _find_homes(server, prefix, part)
    months = {month for month in homes.values() if month in standing} | {
        homes[document.id] for document in part.documents
    }
    for month in sorted(months):
        new = IndexName(prefix, part.shape, month, MAPPING_VERSION, number)
        server.create_index(str(new), ())
        ours = (document for document in part.documents if homes[document.id] == month)
        side.written += write_rows(
            server, new, ((one.id, one.version, to_json(one.fields)) for one in ours)
        )
        old = standing.get(month)
        if old is not None:
            side.copied += copy_index(server, old, new, part.gone)
        side.pairs.append((old, new, part.gone))


def _list_months(server: Server, prefix: str, shape: ShapeName) -> dict[str, IndexName]:
    names = (parse_index(prefix, name) for name in server.list_indices(read_alias(prefix, shape)))
    return {name.month: name for name in names if name is not None}


def _find_homes(server: Server, prefix: str, part: Part) -> dict[str, str]:
    """The month of every id that changes: where it lives, else the month of its first sight."""
    alias = read_alias(prefix, part.shape)
    homes = {document.id: month_of(document.first_sight) for document in part.documents}
    wanted = sorted({*homes, *part.gone})
    server.refresh(alias)
    for start in range(0, len(wanted), _PAGE):
        for hit in server.find_ids(alias, wanted[start : start + _PAGE]):
            index = parse_index(prefix, hit.index)
            if index is not None:
                homes[hit.id] = index.month
    return homes


def _drop_leftovers(server: Server, prefix: str, parts: Sequence[Part]) -> None:
    for part in parts:
        for name, aliases in server.find_indices(f"{read_alias(prefix, part.shape)}-*-r*").items():
            if not aliases and parse_index(prefix, name) is not None:
                server.delete_index(name)
