"""`endpoints.toml` in, endpoints with their secrets out, or one `SettingsError` with every problem.

Secrets are never in the file: it names files or environment variables that hold them. The address of
a chat is such a secret too (`url_file`, `url_env`), since whoever has it can write there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from sinks.webhooks.signing import parse_secret
from streams.alerting.rules import Name, Piece, describe_problem, read_table
from streams.egress import check_url
from streams.errors import SettingsError, UnsafeAddressError
from streams.records import Alert, Severity
from streams.settings import PREFIX

Format = Literal[
    "json",
    "cloudevents",
    "cap",
    "template",
    "slack",
    "teams",
    "discord",
    "mattermost",
    "ntfy",
    "pagerduty",
    "email",
]
SIGNED: tuple[Format, ...] = ("json", "cloudevents", "cap", "template")
"""Formats whose receivers are people's own programs, which check signatures."""
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Many = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class Mail(Piece):
    """How to reach a mail server."""

    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password_file: Path | None = None
    password_env: str | None = None
    sender: str
    to: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]

    @field_validator("sender", "to")
    @classmethod
    def _check_address(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for address in (value,) if isinstance(value, str) else value:
            bare = parseaddr(address)[1]
            if "@" not in bare or not bare.isascii() or not address.isprintable():
                raise ValueError(f"{address!r} is no mail address of ASCII letters")
        return value


class EndpointPiece(Piece):
    """An endpoint as the file has it."""

    name: Name
    format: Format = "json"
    url: str | None = None
    url_file: Path | None = None
    url_env: str | None = None
    secret_files: Many = ()
    secret_env: Many = ()
    unsigned: bool = Field(False, description="send without a signature")
    token_file: Path | None = Field(None, description="sent as Authorization: Bearer")
    token_env: str | None = None
    routing_key_file: Path | None = Field(None, description="PagerDuty's integration key")
    routing_key_env: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    template_file: Path | None = None
    content_type: str = "application/json"
    mail: Mail | None = None
    default: bool = Field(True, description="takes alerts that name no channel")
    operations: bool = Field(False, description="takes notices about Tocsin itself")
    min_severity: Severity = "Unknown"
    allow_private: bool = Field(False, description="the receiver is in one's own network")
    allow_http: bool = Field(False, description="without TLS")
    timeout: float = Field(15.0, gt=0, le=30)
    concurrency: int = Field(2, ge=1, le=32)
    enabled: bool = True

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        problems = []
        if self.format == "email":
            if self.mail is None:
                problems.append("format email needs [endpoint.mail]")
        elif self.format != "pagerduty" and not (self.url or self.url_file or self.url_env):
            problems.append("needs url, url_file or url_env")
        if self.format == "template" and self.template_file is None:
            problems.append("format template needs template_file")
        if self.format == "pagerduty" and not (self.routing_key_file or self.routing_key_env):
            problems.append("format pagerduty needs routing_key_file or routing_key_env")
        signed = bool(self.secret_files or self.secret_env)
        if self.format in SIGNED and not signed and not self.unsigned:
            problems.append("needs secret_files or secret_env, or unsigned = true")
        problems += [
            f"header {name!r} is not a word with a line of ASCII"
            for name, value in self.headers.items()
            if not _HEADER.fullmatch(name) or not (value.isascii() and value.isprintable())
        ]
        given = [n for n in self.headers if n.lower().startswith(("webhook-", "content-", "host"))]
        if given:
            problems.append(f"headers that Tocsin sets itself: {', '.join(given)}")
        problems += [
            f"{name} {value}: names that begin with {PREFIX} are Tocsin's own settings"
            for name, value in self._variables()
            if value.upper().startswith(PREFIX)
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _variables(self) -> list[tuple[str, str]]:
        named = [(n, getattr(self, n)) for n in ("url_env", "token_env", "routing_key_env")]
        named += [("secret_env", name) for name in self.secret_env]
        if self.mail is not None:
            named.append(("password_env", self.mail.password_env))
        return [(name, value) for name, value in named if value]


class _Whole(Piece):
    """The whole file."""

    schema_version: Literal[1] = Field(1, alias="schema")
    endpoint: tuple[EndpointPiece, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where alerts go, ready to use; what is secret does not show in `repr`."""

    name: str
    format: Format
    url: str = field(repr=False)
    secrets: tuple[bytes, ...] = field(repr=False, default=())
    token: str | None = field(repr=False, default=None)
    routing_key: str | None = field(repr=False, default=None)
    headers: Mapping[str, str] = field(default_factory=dict)
    template: str | None = field(repr=False, default=None)
    content_type: str = "application/json"
    mail: Mail | None = None
    mail_password: str | None = field(repr=False, default=None)
    default: bool = True
    operations: bool = False
    min_severity: Severity = "Unknown"
    allow_private: bool = False
    timeout: float = 15.0
    concurrency: int = 2

    def takes(self, alert: Alert, order: tuple[str, ...]) -> bool:
        """Tell whether an alert is for this endpoint; `order` are the severities, mildest first."""
        if order.index(alert.severity) < order.index(self.min_severity) and alert.kind != "Cancel":
            return False
        return self.name in alert.channels if alert.channels else self.default


def load_endpoints(source: str | Path, environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """Load the endpoints of a file, or of TOML text; relative paths are from the file's folder."""
    folder = source.parent if isinstance(source, Path) else Path()
    name, table = read_table(source, "endpoints.toml")
    problems: list[str] = []
    try:
        pieces = _Whole.model_validate(table).endpoint
    except ValidationError as error:
        raise SettingsError(
            tuple(describe_problem(name, table, detail) for detail in error.errors())
        ) from error
    names = [piece.name for piece in pieces]
    problems += [
        f"{name}: endpoint {n}: the name is used twice"
        for n in sorted(set(names))
        if names.count(n) > 1
    ]
    endpoints = []
    for piece in pieces:
        reader = _SecretReader(folder, environ)
        endpoint = _build_endpoint(piece, reader)
        problems += [f"{name}: endpoint {piece.name}: {problem}" for problem in reader.problems]
        if piece.enabled:
            endpoints.append(endpoint)
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(endpoints)


def list_names(path: Path) -> frozenset[str]:
    """List the names of a file's endpoints, without reading a secret."""
    _, table = read_table(path, path.name)
    found = table.get("endpoint")
    pieces = found if isinstance(found, list) else []
    return frozenset(str(p["name"]) for p in pieces if isinstance(p, dict) and "name" in p)


class EndpointsFile:
    """The file of endpoints as it is now; it is read again when it changes, or when asked."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path
        self._environ = environ
        self._stamp: tuple[int, int] | None = None
        self._asked = False

    def load(self) -> tuple[Endpoint, ...]:
        """Load the endpoints; where there is no file there are none."""
        self._stamp, self._asked = self._find_stamp(), False
        return load_endpoints(self.path, self._environ) if self._stamp else ()

    def ask(self) -> None:
        """Take the file for changed: secrets in other files may be new."""
        self._asked = True

    def has_changed(self) -> bool:
        """Tell whether to load again."""
        return self._asked or self._find_stamp() != self._stamp

    def _find_stamp(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size


class _SecretReader:
    """Reads secrets from files and variables, and collects what is wrong with them."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self.problems: list[str] = []

    def read(self, file: Path | str | None, variable: str | None) -> str | None:
        """Read one secret; None where none is named."""
        if variable is not None:
            if variable not in self._environ:
                self.problems.append(f"the variable {variable} is not set")
                return None
            return self._check_filled(f"the variable {variable}", self._environ[variable])
        if file is None:
            return None
        try:
            return self._check_filled(str(file), (self._folder / file).read_text("utf-8"))
        except (OSError, ValueError) as error:  # no UTF-8, or no path
            self.problems.append(f"{file} cannot be read: {error}")
            return None

    def read_line(self, file: Path | str | None, variable: str | None) -> str | None:
        """Read a secret that is sent in a header: one line of ASCII."""
        text = self.read(file, variable)
        if text is not None and not (text.isascii() and text.isprintable()):
            self.problems.append(f"{file or variable} does not hold one line of ASCII")
        return text

    def _check_filled(self, name: str, text: str) -> str | None:
        """Refuse an empty secret: what it should protect would go out without it."""
        if not text.strip():
            self.problems.append(f"{name} is empty")
            return None
        return text.strip()

    def read_keys(self, piece: EndpointPiece) -> tuple[bytes, ...]:
        """Read the signing secrets; a file may hold several, one a line, the newest first."""
        texts = [self.read(file, None) for file in piece.secret_files]
        texts += [self.read(None, variable) for variable in piece.secret_env]
        keys = []
        for line in (line for text in texts if text for line in text.split()):
            try:
                keys.append(parse_secret(line))
            except ValueError as error:
                self.problems.append(str(error))
        return tuple(keys)


def _build_endpoint(piece: EndpointPiece, reader: _SecretReader) -> Endpoint:
    url = piece.url or reader.read(piece.url_file, piece.url_env) or ""
    if piece.format == "pagerduty":
        url = url or PAGERDUTY
    if url:
        schemes = ("https", "http") if piece.allow_http else ("https",)
        try:
            check_url(url, allow_private=piece.allow_private, schemes=schemes)
        except UnsafeAddressError as error:
            reader.problems.append(f"the address is refused: {error.why}")
    fields: dict[str, Any] = {
        name: getattr(piece, name)
        for name in ("name", "format", "headers", "content_type", "mail", "default", "operations")
    }
    fields |= {
        name: getattr(piece, name)
        for name in ("min_severity", "allow_private", "timeout", "concurrency")
    }
    return Endpoint(
        url=url,
        secrets=reader.read_keys(piece),
        token=reader.read_line(piece.token_file, piece.token_env),
        routing_key=reader.read(piece.routing_key_file, piece.routing_key_env),
        template=reader.read(piece.template_file, None),
        mail_password=(
            reader.read(piece.mail.password_file, piece.mail.password_env) if piece.mail else None
        ),
        **fields,
    )
