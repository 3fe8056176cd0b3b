"""Settings: every problem at once, nothing unknown, no secret shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.errors import SettingsError
from streams.settings import (
    ElasticSettings,
    KafkaSettings,
    LogSettings,
    WorkSettings,
    load_settings,
    read_toml,
)

ALL = (KafkaSettings, ElasticSettings, LogSettings, WorkSettings)


def load_kafka(environ: dict[str, str], toml: dict[str, Any] | None = None) -> KafkaSettings:
    return load_settings([KafkaSettings], ALL, environ, toml)[KafkaSettings]


def test_defaults_need_no_environment() -> None:
    """A fresh machine needs no settings."""
    assert load_kafka({}).bootstrap_servers == ("127.0.0.1:9092",)


def test_environment_wins_over_the_file() -> None:
    """A variable overrides the TOML file; what only the file says is kept."""
    toml = {"kafka": {"partitions": 8, "client_id": "desk"}}
    kafka = load_kafka({"TOCSIN_KAFKA_PARTITIONS": "2"}, toml)
    assert (kafka.partitions, kafka.client_id) == (2, "desk")


def test_every_problem_is_reported_together() -> None:
    """Unknown names and wrong values of all sections come in one error, with suggestions."""
    environ = {
        "TOCSIN_KAFKA_BOOTSTRAP_SERVER": "a:1",
        "TOCSIN_KAFKA_PARTITIONS": "none",
        "TOCSIN_ELASTIC_TIMEOUT": "-1",
        "OTHER": "kept out of it",
    }
    with pytest.raises(SettingsError) as caught:
        load_settings([KafkaSettings, ElasticSettings], ALL, environ, {"kafak": {}})
    text = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 4
    assert "did you mean TOCSIN_KAFKA_BOOTSTRAP_SERVERS" in text
    assert "did you mean kafka" in text
    assert "TOCSIN_KAFKA_PARTITIONS" in text
    assert "TOCSIN_ELASTIC_TIMEOUT" in text


def test_an_address_holds_no_password() -> None:
    """Addresses are shown and logged; the error does not repeat it."""
    environ = {"TOCSIN_ELASTIC_HOSTS": "https://one:9200,https://ana:hunter2@two:9200"}
    with pytest.raises(SettingsError, match="username and password by themselves") as caught:
        load_settings([ElasticSettings], ALL, environ)
    assert "hunter2" not in str(caught.value)


def test_sections_that_are_not_used_are_not_validated() -> None:
    """A worker without Elasticsearch does not care about a wrong Elasticsearch value."""
    assert load_kafka({"TOCSIN_ELASTIC_TIMEOUT": "-1"}).partitions == 4


def test_combinations_are_checked() -> None:
    """Fields that need one another are refused alone."""
    with pytest.raises(SettingsError, match="needs username and password"):
        load_kafka({"TOCSIN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"})
    with pytest.raises(SettingsError, match="not both"):
        load_settings(
            [ElasticSettings],
            ALL,
            {
                "TOCSIN_ELASTIC_API_KEY": "k",
                "TOCSIN_ELASTIC_USERNAME": "u",
                "TOCSIN_ELASTIC_PASSWORD": "p",
            },
        )


def test_secrets_come_from_files_and_are_never_shown(tmp_path: Path) -> None:
    """A secret is read from the file its variable names; no way of printing shows it."""
    file = tmp_path / "password"
    file.write_text("hunter2\n")
    environ = {
        "TOCSIN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "TOCSIN_KAFKA_USERNAME": "desk",
        "TOCSIN_KAFKA_PASSWORD_FILE": str(file),
    }
    settings = load_settings([KafkaSettings], ALL, environ)
    kafka = settings[KafkaSettings]
    assert kafka.password is not None
    assert kafka.password.get_secret_value() == "hunter2"
    assert kafka.client_config()["sasl_plain_password"] == "hunter2"
    assert "hunter2" not in f"{kafka!r} {settings.as_dict()}"


def test_a_secret_in_a_wrong_value_is_not_repeated_in_the_error() -> None:
    """Errors name the variable, not the value."""
    with pytest.raises(SettingsError) as caught:
        load_kafka({"TOCSIN_KAFKA_PARTITIONS": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_a_secret_given_twice_or_unreadable_is_refused(tmp_path: Path) -> None:
    """One source for a secret, and a file that can be read."""
    environ = {
        "TOCSIN_KAFKA_PASSWORD": "a",
        "TOCSIN_KAFKA_PASSWORD_FILE": str(tmp_path / "missing"),
    }
    with pytest.raises(SettingsError, match="give one"):
        load_kafka(environ)
    del environ["TOCSIN_KAFKA_PASSWORD"]
    with pytest.raises(SettingsError, match="cannot read"):
        load_kafka(environ)


def test_the_file_is_found_by_variable_and_bad_toml_is_named(tmp_path: Path) -> None:
    """TOCSIN_CONFIG names the file; a missing or broken one is a clear error."""
    file = tmp_path / "desk.toml"
    file.write_text("[kafka]\npartitions = 3\n")
    assert read_toml({"TOCSIN_CONFIG": str(file)}) == {"kafka": {"partitions": 3}}
    file.write_text("[kafka\n")
    with pytest.raises(SettingsError, match="not readable as TOML"):
        read_toml({"TOCSIN_CONFIG": str(file)})
    with pytest.raises(SettingsError, match="no such file"):
        read_toml({"TOCSIN_CONFIG": str(tmp_path / "none.toml")})
