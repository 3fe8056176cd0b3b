"""The little KQL that our panels use in; the query that Kibana makes of it out.

`field : value`, `field : (one or other)`, `field < value` and its sisters, where a time may be `now` or
`now-1d`; `not`, and `and` between them. Anything else is refused, so that a panel cannot say more than
the checker understands.
"""

from __future__ import annotations

import re
from typing import Any

_TERM = re.compile(
    r"^(?P<no>not\s+)?(?P<field>[\w.@]+)\s*"
    r"(?:(?P<sign>[<>]=?)\s*(?P<bound>[\w.-]+)"
    r"|:\s*(?:\((?P<any>[\w.-]+(?:\s+or\s+[\w.-]+)+)\)|(?P<value>\"[^\"]*\"|[\w.*-]+)))$"
)
_BOUNDS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


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
    asked = {"bool": {"should": _list_choices(match), "minimum_should_match": 1}}
    return {"bool": {"must_not": asked}} if match["no"] else asked


def _list_choices(match: re.Match[str]) -> list[dict[str, Any]]:
    field = match["field"]
    if match["sign"]:
        return [{"range": {field: {_BOUNDS[match["sign"]]: match["bound"]}}}]
    if match["any"]:
        return [{"match": {field: value}} for value in re.split(r"\s+or\s+", match["any"])]
    value = match["value"].strip('"')
    return [{"exists": {"field": field}} if value == "*" else {"match": {field: value}}]
