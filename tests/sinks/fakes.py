"""A small Elasticsearch of our own, in memory: versions, aliases, and answers as a test plans them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sinks.elastic.server import Found, ItemAnswer, Server
from sinks.elastic.shapes import MAPPING_VERSION

Plan = Callable[[str, dict[str, Any]], ItemAnswer | None]
"""Id and document to an answer that is given instead of writing."""


class FakeServer(Server):
    """Holds documents by index and id; knows external versions and `require_alias`."""

    def __init__(self, template_version: int | None = MAPPING_VERSION) -> None:
        self.template_version = template_version
        self.aliases: dict[str, set[str]] = {}
        self.documents: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
        self.visible: set[tuple[str, str]] = set()
        self.plan: Plan = lambda _id, _document: None
        self.requests: list[int] = []
        self.looked_up: list[tuple[str, str]] = []

    def get_template_version(self, name: str) -> int | None:
        """Give the version that the test set."""
        return self.template_version

    def list_indices(self, alias: str) -> tuple[str, ...]:
        """List the indices behind an alias."""
        return tuple(sorted(self.aliases.get(alias, ())))

    def create_index(self, name: str, aliases: Sequence[str]) -> bool:
        """Put an index behind its aliases."""
        for alias in aliases:
            self.aliases.setdefault(alias, set()).add(name)
        return True

    def refresh(self, index: str) -> None:
        """Make everything visible to `find_ids`."""
        self.visible = set(self.documents)

    def find_ids(self, alias: str, ids: Sequence[str]) -> list[Found]:
        """Find ids among what the last refresh made visible."""
        self.looked_up += [(alias, id_) for id_ in ids]
        return [
            Found(id_, index, self.documents[index, id_][0])
            for index in self.aliases.get(alias, ())
            for id_ in ids
            if (index, id_) in self.visible
        ]

    def write(self, operations: Sequence[bytes], *, require_alias: bool = True) -> list[ItemAnswer]:
        """Write, or answer as planned."""
        self.requests.append(len(operations) // 2)
        answers = []
        for line, body in zip(operations[::2], operations[1::2], strict=True):
            action, document = json.loads(line)["index"], json.loads(body)
            answers.append(
                self.plan(action["_id"], document)
                or self._write_one(action, document, require_alias=require_alias)
            )
        return answers

    def _write_one(
        self, action: dict[str, Any], document: dict[str, Any], *, require_alias: bool
    ) -> ItemAnswer:
        indices = self.aliases.get(action["_index"], set())
        if require_alias and len(indices) != 1:
            return ItemAnswer(404, "index_not_found_exception", "no such alias")
        key = (next(iter(indices), action["_index"]), action["_id"])
        if key in self.documents and self.documents[key][0] >= action["version"]:
            return ItemAnswer(409, "version_conflict_engine_exception", "planned")
        self.documents[key] = (action["version"], document)
        return ItemAnswer(201)
