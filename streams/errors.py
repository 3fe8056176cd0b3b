"""Every failure Tocsin names itself, as one tree.

    TocsinError
    ├── SettingsError      a setting is missing, unknown or does not fit another
    ├── WireError          bytes are not the record they should be
    │   └── UnknownSchemaError
    ├── UnsafeAddressError an address that Tocsin must not connect to
    ├── UnreachableError   Kafka or Elasticsearch does not answer
    └── StackError         the local stack cannot be brought up or down

`str(error)` says what, which and why; the parts are attributes.
"""

from __future__ import annotations


class TocsinError(Exception):
    """What failed, on which thing, and why; `hint` is the next step for a person."""

    what = "failed"

    def __init__(self, which: str, why: str, hint: str | None = None) -> None:
        self.which = which
        self.why = why
        self.hint = hint
        super().__init__(f"{self.what}: {which}: {why}")


class SettingsError(TocsinError):
    """Settings that do not fit; `problems` holds every one that was found, not the first."""

    what = "settings refused"

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"{len(problems)} {noun}", "; ".join(problems))


class WireError(TocsinError):
    """Bytes on a topic that are not the record they should be."""

    what = "record refused"


class UnknownSchemaError(WireError):
    """A record of a schema version this reader does not know."""


class UnsafeAddressError(TocsinError):
    """An address inside a private network, or one that hides such an address."""

    what = "address refused"


class UnreachableError(TocsinError):
    """A server that does not answer."""

    what = "unreachable"


class StackError(TocsinError):
    """The local stack cannot be brought up or down."""

    what = "local stack"
