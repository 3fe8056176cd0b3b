"""Documents of one index in, the same with their versions in another; aliases moved in one step.

Versions are external, so a copy never overwrites what the sink has written since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from pydantic_core import to_json

from sinks.elastic.indices import IndexName
from sinks.elastic.server import Server
from streams.errors import TocsinError

Row = tuple[str, int, bytes]
"""A document's id, version and body."""
_PAGE = 500


class CopyError(TocsinError):
    """A document that an index refuses; what was copied before it stays."""

    what = "not copied"


def write_rows(server: Server, index: IndexName, rows: Iterable[Row]) -> int:
    """Write documents into an index that need have no alias; returns how many were new to it."""
    waiting = iter(rows)
    written = 0
    while page := list(islice(waiting, _PAGE)):
        lines: list[bytes] = []
        for name, version, body in page:
            action = {"_id": name, "version": version, "version_type": "external"}
            lines += (to_json({"index": {"_index": str(index), **action}}), body)
        for (name, _, _), answer in zip(
            page, server.write(lines, require_alias=False), strict=True
        ):
            if answer.status not in (200, 201, 409):
                why = f"HTTP {answer.status}: {answer.error}: {answer.reason}"
                raise CopyError(f"{index}/{name}", why)
            written += answer.status != 409
    return written


def copy_index(
    server: Server, old: IndexName, new: IndexName, gone: Mapping[str, int] | None = None
) -> int:
    """Copy every document but those of `gone` that are no newer than the version given there."""
    left_out = gone or {}
    server.refresh(str(old))
    return sum(
        write_rows(
            server,
            new,
            (
                (hit["_id"], hit["_version"], to_json(hit["_source"]))
                for hit in hits
                if hit["_version"] > left_out.get(hit["_id"], -1)
            ),
        )
        for hits in server.scan(str(old))
    )


def swap_aliases(server: Server, pairs: Sequence[tuple[IndexName | None, IndexName]]) -> None:
    """Move the aliases of each old index to the new one, all in one step."""
    actions: list[dict[str, dict[str, str]]] = []
    for old, new in pairs:
        if old is not None:
            actions += [{"remove": {"index": str(old), "alias": a}} for a in old.aliases]
        actions += [{"add": {"index": str(new), "alias": a}} for a in new.aliases]
    server.move_aliases(actions)
