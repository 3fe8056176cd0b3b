"""The two servers: folders and ports in, the command that starts each and the question "ready?" out.

Kafka runs in KRaft mode, broker and controller in one process; Elasticsearch as a single node. Both
listen on loopback only. Each is asked who it is (cluster id, cluster name), so that a stranger that
listens on the port is never taken for it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import subprocess
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from streams.errors import StackError
from tocsin.stack.jars import ELASTICSEARCH, KAFKA, Bundle
from tocsin.stack.java import Java
from tocsin.stack.ports import LOOPBACK, is_free


class Server(Protocol):
    """What the stack needs to know of a server."""

    @property
    def name(self) -> str:
        """Its name in commands, files and settings."""

    @property
    def bundle(self) -> Bundle:
        """Its jars."""

    @property
    def port(self) -> int:
        """The port that its clients use."""

    @property
    def home(self) -> Path:
        """Its own folder; stands in its command line."""

    def prepare(self, java: Java, jars: Path, environ: Mapping[str, str]) -> None:
        """Write its configuration; on the first start also what it needs on disk."""

    def build_command(self, java: Java, jars: Path) -> list[str]:
        """Build the command that starts it."""

    def is_ready(self) -> bool:
        """Tell whether it answers, and is this server and no other."""


def escape_property(value: str) -> str:
    """Write a value as Java's properties files have it: Latin-1 at most, so the rest is escaped."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(
        chr(low) if high == 0 and low < 128 else f"\\u{high:02x}{low:02x}" for high, low in pairs
    )


@dataclass(frozen=True, slots=True)
class KafkaServer:
    """One Kafka broker and controller."""

    home: Path
    heap: str
    port: int
    inner_port: int
    """The controller's port."""
    name: str = "kafka"
    bundle: Bundle = KAFKA

    def prepare(self, java: Java, jars: Path, environ: Mapping[str, str]) -> None:
        """Write the configuration, and format the storage on the first start."""
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "log4j2.properties").write_text(self.bundle.read("log4j2.properties"), "utf-8")
        self._properties.write_text(self._configure(), "utf-8")
        if self._read_cluster_id() is not None:
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # an id that starts with a dash would be read as an option
        command = [
            *self._build_java(java, jars, "-Xmx256m", "-XX:TieredStopAtLevel=1"),
            "kafka.tools.StorageTool",
            "format",
            f"--cluster-id={cluster}",
            f"--config={self._properties}",
        ]
        answer = subprocess.run(
            command, capture_output=True, text=True, env=dict(environ), check=False
        )
        if answer.returncode:
            told = (answer.stderr + answer.stdout).strip().splitlines() or ["no output"]
            raise StackError("kafka", f"its storage could not be formatted: {told[-1]}")

    def build_command(self, java: Java, jars: Path) -> list[str]:
        """Build the command that starts the broker."""
        options = self._build_java(java, jars, f"-Xmx{self.heap}")
        return [*options, "kafka.Kafka", str(self._properties)]

    def is_ready(self) -> bool:
        """Ask the broker for its cluster id, and compare."""
        if is_free(self.port):
            return False
        # while it starts, the client would log every refused connection
        logging.getLogger("kafka").setLevel(logging.CRITICAL)
        try:
            admin = KafkaAdminClient(
                bootstrap_servers=f"{LOOPBACK}:{self.port}",
                client_id="tocsin-stack",
                request_timeout_ms=5_000,
                bootstrap_timeout_ms=2_000,
            )
        except (KafkaError, OSError, ValueError):
            return False
        try:
            return bool(admin.describe_cluster()["cluster_id"] == self._read_cluster_id())
        except (KafkaError, OSError, KeyError):
            return False
        finally:
            admin.close()
            logging.getLogger("kafka").setLevel(logging.NOTSET)

    @property
    def _properties(self) -> Path:
        return self.home / "server.properties"

    def _build_java(self, java: Java, jars: Path, *options: str) -> list[str]:
        return [
            str(java.program),
            *options,
            "-XX:+ExitOnOutOfMemoryError",
            f"-Dlog4j2.configurationFile={self.home / 'log4j2.properties'}",
            "-cp",
            f"{jars / 'lib'}/*",
        ]

    def _read_cluster_id(self) -> str | None:
        try:
            lines = (self.home / "data" / "meta.properties").read_text("utf-8").splitlines()
        except OSError:
            return None
        found = [line.partition("=")[2] for line in lines if line.startswith("cluster.id=")]
        return found[0].replace("\\", "") if found else None

    def _configure(self) -> str:
        listener, controller = f"{LOOPBACK}:{self.port}", f"{LOOPBACK}:{self.inner_port}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{listener},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{listener}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": (self.home / "data").as_posix(),
            # topics are made by `tocsin setup`; a misspelt name must not become a topic
            "auto.create.topics.enable": "false",
            "num.partitions": "4",
            # one broker: everything is kept once, and a handful of partitions is plenty
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "share.coordinator.state.topic.num.partitions": "4",
            "group.initial.rebalance.delay.ms": "0",
            # the default of 128 MB is a quarter of this heap
            "log.cleaner.dedupe.buffer.size": str(16 << 20),
        }
        return "".join(f"{name}={escape_property(value)}\n" for name, value in settings.items())


@dataclass(frozen=True, slots=True)
class ElasticServer:
    """One Elasticsearch node."""

    home: Path
    heap: str
    port: int
    inner_port: int
    """The transport's port."""
    name: str = "elastic"
    bundle: Bundle = ELASTICSEARCH

    def prepare(self, java: Java, jars: Path, environ: Mapping[str, str]) -> None:
        """Write the configuration."""
        config = self.home / "config"
        config.mkdir(parents=True, exist_ok=True)
        (config / "log4j2.properties").write_text(self.bundle.read("log4j2.properties"), "utf-8")
        source = self.bundle.read("ElasticsearchNode.java")
        (self.home / "ElasticsearchNode.java").write_text(source, "utf-8")

    def build_command(self, java: Java, jars: Path) -> list[str]:
        """Build the command that compiles and starts the node, which takes a second more."""
        return [
            str(java.program),
            f"-Xms{self.heap}",
            f"-Xmx{self.heap}",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            f"{jars / 'lib'}/*",
            str(self.home / "ElasticsearchNode.java"),
            str(self.home),
            str(jars / "modules"),
            self._cluster,
            str(self.port),
            str(self.inner_port),
        ]

    def is_ready(self) -> bool:
        """Ask for the health, and compare the cluster's name."""
        # no proxy of the environment may stand between us and loopback
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        address = f"http://{LOOPBACK}:{self.port}/_cluster/health?wait_for_status=yellow&timeout=2s"
        try:
            with direct.open(address, timeout=5) as answer:
                health = json.load(answer)
        except (OSError, ValueError):
            return False
        return bool(
            health.get("cluster_name") == self._cluster
            and health.get("status") in {"yellow", "green"}
        )

    @property
    def _cluster(self) -> str:
        return "tocsin-" + hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
