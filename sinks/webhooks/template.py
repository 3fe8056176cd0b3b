"""A person's Jinja template and the data of an alert in, bytes out, in a sandbox with limits.

A template is configuration, but text of strangers runs through it: the sandbox knows no file, no
import and no attribute with an underscore, `{{ x | tojson }}` quotes, and what comes out is bounded.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

_LONGEST = 100_000
_LONGEST_TEMPLATE = 50_000


def render_template(template: str, alert: dict[str, Any], kind: str) -> bytes:
    """Render a template with `alert` and `type`; raises `ValueError` that says what is wrong."""
    if len(template) > _LONGEST_TEMPLATE:
        raise ValueError(f"the template is longer than {_LONGEST_TEMPLATE} characters")
    parts: list[str] = []
    length = 0
    try:
        for part in _compile(template).generate(alert=alert, type=kind):
            length += len(part)
            if length > _LONGEST:
                raise ValueError(f"the template gives more than {_LONGEST} characters")
            parts.append(part)
    except (TemplateError, TypeError, ArithmeticError, LookupError) as error:
        raise ValueError(f"template: {type(error).__name__}: {error}") from error
    except (OverflowError, MemoryError, RecursionError) as error:
        raise ValueError(f"template: {type(error).__name__}") from error
    return "".join(parts).encode()


@lru_cache(maxsize=64)
def _compile(template: str) -> Template:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    return environment.from_string(template)
