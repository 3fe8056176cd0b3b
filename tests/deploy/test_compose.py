"""docker-compose.yml and Dockerfile: well formed, safe, complete, and true to the settings there are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from streams.reading.where.gazetteer import default_path
from streams.settings import load_settings
from tocsin.command import COMMANDS
from tocsin.config import SECTIONS

ROOT = Path(__file__).parent.parent.parent
OURS = ("setup", "poll", "work", "sink-elastic", "sink-webhooks")
ONCE = ("setup", "users")
REQUIRED = (
    "ELASTIC_PASSWORD",
    "KIBANA_SYSTEM_PASSWORD",
    "TOCSIN_ELASTIC_PASSWORD",
    "KIBANA_ENCRYPTION_KEY",
    "CONFIG_DIR",
    "POLL_CONTACT",
)

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
TABLE = {"type": "object", "additionalProperties": {"type": ["string", "integer"]}}
SPAN = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}
DEPENDS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["condition"],
        "additionalProperties": False,
        "properties": {
            "condition": {
                "enum": ["service_started", "service_healthy", "service_completed_successfully"]
            }
        },
    },
}
HEALTH = {
    "type": "object",
    "required": ["test", "interval", "timeout", "retries", "start_period"],
    "additionalProperties": False,
    "properties": {
        "test": {"type": "array", "items": TEXT, "contains": {"enum": ["CMD", "CMD-SHELL"]}},
        "interval": SPAN,
        "timeout": SPAN,
        "start_period": SPAN,
        "retries": {"type": "integer", "minimum": 1},
    },
}
SERVICE = {
    "type": "object",
    "required": ["image", "restart", "environment", "logging"],
    "additionalProperties": False,
    "properties": {
        "image": TEXT,
        "build": TEXT,
        "restart": {"type": "string", "pattern": r"^(unless-stopped|on-failure:\d+)$"},
        "init": {"type": "boolean"},
        "read_only": {"type": "boolean"},
        "cap_drop": TEXTS,
        "security_opt": TEXTS,
        "user": TEXT,
        "tmpfs": TEXTS,
        "working_dir": TEXT,
        "stop_grace_period": SPAN,
        "logging": {"type": "object", "required": ["driver", "options"]},
        "depends_on": DEPENDS,
        "environment": TABLE,
        "command": TEXTS,
        "entrypoint": TEXTS,
        "ports": TEXTS,
        "volumes": TEXTS,
        "ulimits": {"type": "object"},
        "healthcheck": HEALTH,
    },
}
SCHEMA = {
    "type": "object",
    "required": ["name", "services", "volumes"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": TEXT,
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
    },
}
"""The part of the Compose Specification that the file uses, closed: a misspelt key is an error."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file, its anchors resolved."""
    found = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def fill_in(value: str) -> str:
    """Put a value where a variable stands, its default where it has one."""
    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda m: m[2] if ":-" in m[0] else "x", value)


def test_the_file_keeps_to_the_specification(compose: dict[str, Any]) -> None:
    """Every key and every form is one that Compose knows."""
    jsonschema.validate(compose, SCHEMA)


def test_docker_compose_takes_it(tmp_path: Path) -> None:
    """Where the program is at hand, it reads the file without a word, and refuses a missing secret."""
    program = find_compose()
    if program is None:
        pytest.skip("neither `docker compose` nor `docker-compose` is on this machine")
    command = [*program, "--file", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | dict.fromkeys(REQUIRED, "x")

    good = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    environ.pop("ELASTIC_PASSWORD")
    bad = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    assert (good.returncode, good.stderr) == (0, "")
    assert bad.returncode != 0
    assert "ELASTIC_PASSWORD" in bad.stderr


def test_images_are_pinned(compose: dict[str, Any]) -> None:
    """Every image has a full version, never `latest`."""
    images = {name: service["image"] for name, service in compose["services"].items()}

    assert {n for n, image in images.items() if not re.search(r":\d+\.\d+\.\d+$", image)} == set()
    assert images["elasticsearch"] == images["users"] == "elasticsearch:9.2.0"
    assert images["kibana"] == "kibana:9.2.0"


def test_there_is_no_default_secret(compose: dict[str, Any]) -> None:
    """Whatever looks like a secret is a variable that must be set."""
    secrets = [
        (name, key, str(value))
        for name, service in compose["services"].items()
        for key, value in service["environment"].items()
        if re.search(r"PASSWORD|SECRET|TOKEN|ENCRYPTIONKEY|API_KEY", key)
    ]

    assert len(secrets) >= 6
    assert [s for s in secrets if not re.fullmatch(r"\$\{\w+:\?[^}]+\}", s[2])] == []


def test_every_required_variable_is_listed(compose: dict[str, Any]) -> None:
    """The variables that the file asks for are the ones that the tests (and the docs) know."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")

    assert set(re.findall(r"\$\{(\w+):\?", text)) == set(REQUIRED)


def test_ports_are_published_on_loopback_only(compose: dict[str, Any]) -> None:
    """Nothing listens on the outside; Kafka is not published at all."""
    ports = {n: s["ports"] for n, s in compose["services"].items() if "ports" in s}

    assert set(ports) == {"elasticsearch", "kibana"}
    assert all(p.startswith("127.0.0.1:") for published in ports.values() for p in published)


def test_every_service_is_watched_and_comes_back(compose: dict[str, Any]) -> None:
    """A health check and a restart for all that stays; a bounded number of tries for what runs once."""
    for name, service in compose["services"].items():
        if name in ONCE:
            assert service["restart"].startswith("on-failure"), name
        else:
            assert service["restart"] == "unless-stopped", name
            assert "healthcheck" in service, name


def test_what_must_last_is_in_volumes(compose: dict[str, Any]) -> None:
    """Each named volume is mounted by one service and declared."""
    mounted = {
        name: {v.split(":")[0] for v in service.get("volumes", ()) if re.match(r"[a-z]", v)}
        for name, service in compose["services"].items()
    }

    assert {name: volumes for name, volumes in mounted.items() if volumes} == {
        "kafka": {"kafka"},
        "elasticsearch": {"elasticsearch"},
        "kibana": {"kibana"},
        "poll": {"poll"},
        "sink-webhooks": {"webhooks"},
    }
    assert set(compose["volumes"]) == set().union(*mounted.values())


def test_our_services_have_no_more_rights_than_they_need(compose: dict[str, Any]) -> None:
    """No root, no capability, a read-only file system, configuration that cannot be written."""
    for name in OURS:
        service = compose["services"][name]
        assert service["user"] == "10001:10001", name
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert any(v.endswith(":/etc/tocsin:ro") for v in service["volumes"]), name


def test_services_start_after_what_they_need(compose: dict[str, Any]) -> None:
    """Topics and indices are there before anybody reads or writes them."""
    depends = {n: compose["services"][n]["depends_on"] for n in OURS}

    assert set(depends.pop("setup")) == {"kafka", "users"}
    done = {"setup": {"condition": "service_completed_successfully"}}
    assert depends == dict.fromkeys(OURS[1:], done)


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_commands_and_settings_that_exist(
    compose: dict[str, Any], name: str
) -> None:
    """The command is in the table of commands, and every TOCSIN_* variable is a setting that loads."""
    service = compose["services"][name]
    environ = {key: fill_in(str(value)) for key, value in service["environment"].items()}

    assert service["command"][0] in COMMANDS
    load_settings(SECTIONS, SECTIONS, environ)


def test_the_image_is_built_by_hash_and_does_not_run_as_root() -> None:
    """The Dockerfile installs only what the lock file names, pins its base, and ends as `tocsin`."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    installs = [line for line in lines if "pip install" in line and ".whl" not in line]

    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base) for base in bases)
    assert installs
    assert all("--require-hashes --no-deps" in line for line in installs)
    assert [line for line in lines if line.startswith("USER ")][-1] == "USER tocsin"
    assert 'ENTRYPOINT ["tocsin"]' in lines


def test_the_image_brings_its_index_of_places() -> None:
    """Built by the user that runs it, and not below a volume: an old volume would hide a new index."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    home = re.search(r"--home-dir (\S+)", text)
    volumes = re.findall(r"^VOLUME (\S+)$", text, re.MULTILINE)

    assert home is not None
    assert re.search(r"^USER tocsin\n(?:#.*\n)*RUN tocsin gazetteer build$", text, re.MULTILINE)
    assert default_path().is_relative_to(Path.home())
    assert volumes
    assert not [v for v in volumes if Path(home[1], ".cache").is_relative_to(v)]
    assert all(f"--group=tocsin {volume}" in text for volume in volumes)


def test_the_image_is_given_what_it_copies() -> None:
    """Every COPY source is let through by .dockerignore and is there."""
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line[0] == "!"
    }
    copies = re.findall(
        r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    copied = {source for copy in copies for source in copy.split()[:-1]}

    assert copied == allowed
    assert {name for name in copied if not (ROOT / name).exists()} == set()


def find_compose() -> list[str] | None:
    """Find Docker Compose as a plugin of docker or as a program of its own."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            told = subprocess.run([*command, "version"], capture_output=True, check=False)
            if told.returncode == 0:
                return command
    return None
