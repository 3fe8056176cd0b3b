"""Indices of an older mapping in, the same documents in new indices out, readable all the while.

For each month: a new index without aliases, all documents copied with their versions, the aliases
moved in one step, what was written meanwhile copied too, the counts compared, the old index dropped.
Versions are external, so a copy never overwrites what the sink has written since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sinks.elastic.copying import CopyError, copy_index, swap_aliases
from sinks.elastic.indices import IndexName, parse_index, read_alias
from sinks.elastic.server import Server
from sinks.elastic.shapes import MAPPING_VERSION, SHAPES
from streams.errors import TocsinError


class MigrationError(TocsinError):
    """An index that cannot be moved; it stays as it was, and readable."""

    what = "migration stopped"


@dataclass(frozen=True, slots=True)
class Step:
    """One index that was moved."""

    old: str
    new: str
    documents: int


def migrate(server: Server, prefix: str, version: int = MAPPING_VERSION) -> Iterator[Step]:
    """Move every index of an older mapping version; the templates must be the new ones already."""
    for shape in SHAPES:
        for name in server.list_indices(read_alias(prefix, shape)):
            old = parse_index(prefix, name)
            if old is not None and old.version < version:
                yield _move(server, old, IndexName(prefix, shape, old.month, version))


def _move(server: Server, old: IndexName, new: IndexName) -> Step:
    # an index left by a migration that was broken off is filled further, not started again
    server.create_index(str(new), ())
    try:
        copy_index(server, old, new)
        swap_aliases(server, [(old, new)])
        # what the sink wrote to the old index between its copy and the move
        copy_index(server, old, new)
    except CopyError as error:
        hint = "read the topic again into the new index instead: docs/elasticsearch.md"
        raise MigrationError(error.which, error.why, hint) from error
    server.refresh(f"{old},{new}")
    before, after = server.count(str(old)), server.count(str(new))
    if after < before:
        raise MigrationError(str(old), f"{before} documents, but only {after} in {new}")
    server.delete_index(str(old))
    return Step(str(old), str(new), after)
