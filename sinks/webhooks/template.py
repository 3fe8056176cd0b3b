"""A person's Jinja template and the data of an alert in, bytes out, in a sandbox with limits.

A template is configuration, but text of strangers runs through it: the sandbox knows no file, no
import and no attribute with an underscore, `{{ x | tojson }}` quotes, and what comes out is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

_LONGEST = 100_000
_LONGEST_TEMPLATE = 50_000


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, with a limit to what two signs can make of little."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Multiply, but no long texts; raise to no power: either could take all there is."""
        if operator == "**":
            raise SecurityError("** is not allowed")
        for text, times in ((left, right), (right, left)):
            if isinstance(text, Sized) and isinstance(times, int) and len(text) * times > _LONGEST:
                raise SecurityError("a text this long is not allowed")
        return super().call_binop(context, operator, left, right)


def render_template(template: str, alert: dict[str, Any], kind: str) -> bytes:
    """Render a template with `alert` and `type`; raises `ValueError` that says what is wrong."""
    if len(template) > _LONGEST_TEMPLATE:
        raise ValueError(f"the template is longer than {_LONGEST_TEMPLATE} characters")
    try:
        parts = list(_cut(_compile(template).generate(alert=alert, type=kind)))
    except Exception as error:  # what filters make of odd values has no common base
        raise ValueError(f"template: {type(error).__name__}: {str(error)[:300]}") from error
    if sum(map(len, parts)) > _LONGEST:
        raise ValueError(f"the template gives more than {_LONGEST} characters")
    return "".join(parts).encode()


def _cut(parts: Iterable[str]) -> Iterator[str]:
    """Take parts until there are too many letters."""
    length = 0
    for part in parts:
        yield part
        length += len(part)
        if length > _LONGEST:
            return


@lru_cache(maxsize=64)
def _compile(template: str) -> Template:
    environment = _Sandbox(undefined=StrictUndefined, autoescape=False)
    return environment.from_string(template)
