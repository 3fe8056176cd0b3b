"""The little KQL that our panels use in; the query that Kibana makes of it out.

`field : value`, `not`, and `and` between them. Anything else is refused, so that a panel cannot say
more than the checker understands.
"""

from __future__ import annotations

import re
from typing import Any

_TERM = re.compile(r'^(?P<no>not\s+)?(?P<field>[\w.@]+)\s*:\s*(?P<value>"[^"]*"|[\w.*-]+)$')


def translate_kql(text: str) -> dict[str, Any]:
    """Translate a query; raise `ValueError` for what is not in the little language."""
    if not text.strip():
        return {"match_all": {}}
    parts = [_translate_term(part.strip()) for part in re.split(r"\s+and\s+", text.strip())]
    return parts[0] if len(parts) == 1 else {"bool": {"filter": parts}}


def list_kql_fields(text: str) -> list[str]:
    """List the fields that a query names."""
    found = (_TERM.match(part.strip()) for part in re.split(r"\s+and\s+", text.strip()))
    return [match["field"] for match in found if match]


def _translate_term(text: str) -> dict[str, Any]:
    match = _TERM.match(text)
    if match is None:
        raise ValueError(f"not in the KQL that panels may use: {text!r}")
    value = match["value"].strip('"')
    query: dict[str, Any] = {"match": {match["field"]: value}}
    if value == "*":
        query = {"exists": {"field": match["field"]}}
    asked = {"bool": {"should": [query], "minimum_should_match": 1}}
    return {"bool": {"must_not": asked}} if match["no"] else asked
