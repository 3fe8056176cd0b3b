"""Documents of a replay in; out, side indices that hold them, and the aliases moved to those.

For each month that changes: a new index without aliases, filled with what the replay made and with
everything else as it stands, and then all aliases of all months and shapes moved in one step. Until
that step readers and the sink see the old indices, and a replay that breaks off leaves nothing but
indices that no alias names: the next one drops them. What the sink wrote meanwhile is copied after
the step, as in a migration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic_core import to_json

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
    """A side index that could not be filled; the aliases are where they were."""

    what = "replay not applied"


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
    prefix: str
    pairs: list[tuple[IndexName | None, IndexName, Gone]] = field(default_factory=list)
    written: int = 0
    copied: int = 0


def build_side(
    server: Server,
    prefix: str,
    parts: Sequence[Part],
    number: int,
    report: Callable[[str, int], None] = lambda _index, _count: None,
) -> Side:
    """Make and fill the side indices of replay `number`; nobody sees them yet.

    Raises `NotSetUpError` when the indices are of another mapping version, `SideError` when the
    server refuses a document.
    """
    Homes(server, prefix).check([part.shape for part in parts])
    _drop_leftovers(server, prefix, parts)
    side = Side(server, prefix)
    for part in parts:
        standing = _list_months(server, prefix, part.shape)
        homes = _find_homes(server, prefix, part)
        months = {month for month in homes.values() if month in standing} | {
            homes[document.id] for document in part.documents
        }
        for month in sorted(months):
            new = IndexName(prefix, part.shape, month, MAPPING_VERSION, number)
            server.create_index(str(new), ())
            ours = [document for document in part.documents if homes[document.id] == month]
            side.written += _write(server, new, (_line(new, one) for one in ours))
            old = standing.get(month)
            if old is not None:
                side.copied += _copy(server, old, new, part.gone)
            side.pairs.append((old, new, part.gone))
            report(str(new), len(ours))
    return side


def switch_to(side: Side, *, keep_old: bool = False) -> list[str]:
    """Move every alias in one step, copy what came meanwhile; returns the indices that are left."""
    actions: list[dict[str, dict[str, str]]] = []
    for old, new, _ in side.pairs:
        if old is not None:
            actions += [{"remove": {"index": str(old), "alias": a}} for a in _aliases(old)]
        actions += [{"add": {"index": str(new), "alias": a}} for a in _aliases(new)]
    if not actions:
        return []
    side.server.move_aliases(actions)
    left = []
    for old, new, gone in side.pairs:
        if old is not None:
            _copy(side.server, old, new, gone)
            left.append(str(old))
        side.server.refresh(str(new))
    if keep_old:
        return left
    for name in left:
        side.server.delete_index(name)
    return []


def _aliases(index: IndexName) -> tuple[str, str]:
    return index.read_alias, index.write_alias


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


def _copy(server: Server, old: IndexName, new: IndexName, gone: Gone) -> int:
    """Copy what is not replaced, and what is newer than what was replaced."""
    server.refresh(str(old))
    copied = 0
    for hits in server.scan(str(old)):
        kept = [hit for hit in hits if hit["_version"] > gone.get(hit["_id"], -1)]
        copied += _write(
            server,
            new,
            ((*_action(new, hit["_id"], hit["_version"]), to_json(hit["_source"])) for hit in kept),
        )
    return copied


def _line(new: IndexName, document: Document) -> tuple[bytes, ...]:
    return (*_action(new, document.id, document.version), to_json(document.fields))


def _action(new: IndexName, name: str, version: int) -> tuple[bytes, ...]:
    action = {"_index": str(new), "_id": name, "version": version, "version_type": "external"}
    return (to_json({"index": action}),)


def _write(server: Server, new: IndexName, lines: Iterable[tuple[bytes, ...]]) -> int:
    written = 0
    waiting = list(lines)
    for start in range(0, len(waiting), _PAGE):
        page = waiting[start : start + _PAGE]
        answers = server.write([part for line in page for part in line], require_alias=False)
        for answer in answers:
            if answer.status not in (200, 201, 409):
                why = f"HTTP {answer.status}: {answer.error}: {answer.reason}"
                raise SideError(str(new), why, "the aliases were not moved; mend it and try again")
            written += answer.status != 409
    return written
