"""The environment and a TOML file in, frozen settings out, or one error that names every problem.

Each part of Tocsin owns a `Section`: the fields of `[kafka]` in `tocsin.toml` are `TOCSIN_KAFKA_*`
in the environment, which wins. A field of type `SecretStr` can also be given as the path of a file
(`TOCSIN_KAFKA_PASSWORD_FILE`). Unknown names are refused, since a misspelt setting that is silently
ignored is the worst kind. A process validates only the sections that it uses, but knows the names of
all (`tocsin.config` lists them).
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from streams.errors import SettingsError

PREFIX = "TOCSIN_"
CONFIG_VARIABLE = "TOCSIN_CONFIG"
"""The variable that names the TOML file; `tocsin.toml` in the working directory otherwise."""


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several values, comma-separated in the environment and a list in TOML."""


class Section(BaseSettings):
    """One section of the settings; subclasses set `section` and their fields."""

    section: ClassVar[str]
    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values only as given: `load_settings` has read the environment and the file."""
        return (init_settings,)

    @classmethod
    def prefix(cls) -> str:
        """The start of this section's variables, e.g. `TOCSIN_KAFKA_`."""
        return f"{PREFIX}{cls.section.upper()}_"

    @classmethod
    def variables(cls) -> dict[str, FieldInfo]:
        """Every variable of this section with its field, `*_FILE` of secrets included."""
        found: dict[str, FieldInfo] = {}
        for name, field in cls.model_fields.items():
            found[cls.prefix() + name.upper()] = field
            if _is_secret(field):
                found[cls.prefix() + name.upper() + "_FILE"] = field
        return found


class KafkaSettings(Section):
    """How to reach the broker."""

    section = "kafka"
    bootstrap_servers: Names = Field(("127.0.0.1:9092",), description="host:port, comma-separated")
    client_id: str = Field("tocsin", description="name shown in the broker's logs")
    partitions: int = Field(4, ge=1, le=256, description="partitions of the topics that are spread")
    replication_factor: int = Field(
        1, ge=1, description="copies of each partition; 3 in production"
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Kafka security.protocol"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="Kafka sasl.mechanism"
    )
    username: str | None = Field(None, description="SASL user")
    password: SecretStr | None = Field(None, description="SASL password")
    ca_file: Path | None = Field(
        None, description="PEM file of the authority that signed the broker"
    )

    def client_config(self) -> dict[str, Any]:
        """What every kafka-python client needs to connect, as its keyword arguments."""
        config: dict[str, Any] = {
            "bootstrap_servers": list(self.bootstrap_servers),
            "client_id": self.client_id,
            "security_protocol": self.security_protocol,
        }
        if self.ca_file:
            config["ssl_cafile"] = str(self.ca_file)
        if self.password:
            config["sasl_mechanism"] = self.sasl_mechanism
            config["sasl_plain_username"] = self.username
            config["sasl_plain_password"] = self.password.get_secret_value()
        return config

    @model_validator(mode="after")
    def _check_sasl(self) -> KafkaSettings:
        if self.security_protocol.startswith("SASL") and not (self.username and self.password):
            raise ValueError(
                f"security_protocol {self.security_protocol} needs username and password"
            )
        return self


class ElasticSettings(Section):
    """How to reach Elasticsearch."""

    section = "elastic"
    hosts: Names = Field(("http://127.0.0.1:9200",), description="addresses, comma-separated")
    index_prefix: str = Field(
        "tocsin", pattern=r"^[a-z][a-z0-9-]*$", description="start of index names"
    )
    api_key: SecretStr | None = Field(None, description="API key, base64 as Elasticsearch gives it")
    username: str | None = Field(None, description="basic authentication user")
    password: SecretStr | None = Field(None, description="basic authentication password")
    ca_file: Path | None = Field(
        None, description="PEM file of the authority that signed the server"
    )
    replicas: int = Field(0, ge=0, description="copies of each shard; 1 or more in production")
    timeout: float = Field(30.0, gt=0, description="seconds to wait for an answer")

    @field_validator("hosts")
    @classmethod
    def _check_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        if any("@" in host for host in hosts):
            # addresses are logged, and shown by `tocsin settings`
            raise ValueError("give username and password by themselves, not in an address")
        return hosts

    @model_validator(mode="after")
    def _check_authentication(self) -> ElasticSettings:
        if self.api_key and self.username:
            raise ValueError("give api_key or username and password, not both")
        if bool(self.username) != bool(self.password):
            raise ValueError("username and password go together")
        return self


class LogSettings(Section):
    """What is logged, and how."""

    section = "log"
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="lowest level")
    format: Literal["auto", "console", "json"] = Field(
        "auto", description="auto: console on a terminal, JSON otherwise"
    )


class WorkSettings(Section):
    """The Faust worker: reading, merging, alerting."""

    section = "work"
    data_dir: Path = Field(Path(".tocsin/work"), description="RocksDB tables; one folder a worker")
    read_processes: int = Field(1, ge=1, le=64, description="processes that read articles")
    read_batch: int = Field(16, ge=1, le=500, description="articles read together")
    read_timeout: float = Field(60.0, gt=0, description="seconds one article may take")
    commit_interval: float = Field(1.0, gt=0, description="seconds between offset commits")
    session_timeout: float = Field(10.0, gt=0, description="seconds until a dead worker is missed")
    alerts_file: Path | None = Field(None, description="alert rules, TOML")
    follow_file: Path | None = Field(None, description="follow lists, TOML")
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Prometheus port on loopback"
    )
    app_id: str = Field("tocsin", description="Faust application id; names groups and changelogs")

    @model_validator(mode="after")
    def _check_session(self) -> WorkSettings:
        if self.session_timeout < 3 * self.commit_interval:
            raise ValueError("session_timeout must be at least three times commit_interval")
        return self


SectionT = TypeVar("SectionT", bound=Section)


class Settings:
    """The sections that were loaded, asked for by their class."""

    def __init__(self, sections: Mapping[type[Section], Section]) -> None:
        self._sections = dict(sections)

    def __getitem__(self, section: type[SectionT]) -> SectionT:
        found = self._sections[section]
        assert isinstance(found, section)
        return found

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Every value for showing, secrets redacted."""
        return {s.section: v.model_dump(mode="json") for s, v in self._sections.items()}


def load_settings(
    use: Sequence[type[Section]],
    known: Sequence[type[Section]],
    environ: Mapping[str, str],
    toml: Mapping[str, Any] | None = None,
) -> Settings:
    """Load the sections of `use`; raise one `SettingsError` with every problem found.

    `known` are all sections there are: a variable or TOML section of none of them is a problem, and
    so is an unknown name in any, also in those that this process does not use.
    """
    toml = toml or {}
    problems = _find_unknown(known, environ, toml)
    loaded: dict[type[Section], Section] = {}
    for section in use:
        given = toml.get(section.section, {})
        values = dict(given) if isinstance(given, Mapping) else {}
        values = {name: value for name, value in values.items() if name in section.model_fields}
        problems += _read_secret_files(section, environ, values)
        values |= _Environ(section, environ)()
        try:
            loaded[section] = section(**values)
        except ValidationError as error:
            problems += [_describe(section, detail) for detail in error.errors()]
    if problems:
        raise SettingsError(tuple(problems))
    return Settings(loaded)


def read_toml(environ: Mapping[str, str], path: Path | None = None) -> dict[str, Any]:
    """Read the TOML file named by `path` or `TOCSIN_CONFIG`, else `tocsin.toml` where there is one."""
    named = path or (Path(environ[CONFIG_VARIABLE]) if CONFIG_VARIABLE in environ else None)
    file = named or Path("tocsin.toml")
    if not file.exists():
        if named:
            raise SettingsError((f"{file}: no such file",))
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError((f"{file}: not readable as TOML: {error}",)) from error


class _Environ(EnvSettingsSource):
    """pydantic's own reading of variables, over a mapping that is passed in."""

    def __init__(self, section: type[Section], environ: Mapping[str, str]) -> None:
        self._environ = {key.lower(): value for key, value in environ.items()}
        super().__init__(section, env_prefix=section.prefix())

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._environ


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation))


def _read_secret_files(
    section: type[Section], environ: Mapping[str, str], values: dict[str, Any]
) -> list[str]:
    problems = []
    for name, field in section.model_fields.items():
        variable = f"{section.prefix()}{name.upper()}_FILE"
        if not _is_secret(field) or variable not in environ:
            continue
        if variable.removesuffix("_FILE") in environ:
            problems.append(f"{variable}: given together with the secret itself; give one")
            continue
        try:
            values[name] = Path(environ[variable]).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{variable}: cannot read {environ[variable]}: {error}")
    return problems


def _find_unknown(
    known: Sequence[type[Section]], environ: Mapping[str, str], toml: Mapping[str, Any]
) -> list[str]:
    variables = {name for section in known for name in section.variables()} | {CONFIG_VARIABLE}
    problems = [
        f"{name}: unknown setting{_suggest(name, variables)}"
        for name in environ
        if name.startswith(PREFIX) and name not in variables
    ]
    sections = {section.section: section for section in known}
    for name, values in toml.items():
        if name not in sections:
            problems.append(f"[{name}]: unknown section{_suggest(name, sections)}")
        elif not isinstance(values, Mapping):
            problems.append(f"[{name}]: is not a section of settings")
        else:
            fields = sections[name].model_fields
            problems += [
                f"[{name}] {field}: unknown setting{_suggest(field, fields)}"
                for field in values
                if field not in fields
            ]
    return problems


def _suggest(name: str, names: Any) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f", did you mean {near[0]}?" if near else ""


def _describe(section: type[Section], detail: Any) -> str:
    where = ".".join(str(part) for part in detail["loc"])
    variable = section.prefix() + where.split(".")[0].upper() if where else f"[{section.section}]"
    return f"{variable}: {detail['msg']}"
