"""Questions and documents in, answers out: the only file that speaks to Elasticsearch.

Failures leave here as one of two errors: `NotNowError` for what may heal by waiting (no answer, 429,
5xx), `RefusedError` for what will not (401, 403, 400, a certificate of a stranger). A host that cannot
be reached is passed over at once for the next one; beyond that the client's own retries are off: the
sink waits by itself, so that it can keep its place in the consumer group meanwhile.
"""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.exceptions import UnsupportedProductError

from streams.errors import TocsinError, UnreachableError
from streams.settings import ElasticSettings

RETRYABLE = frozenset({429, 500, 502, 503, 504})
"""Statuses that may heal by waiting."""


class NotNowError(UnreachableError):
    """Elasticsearch does not answer now, or asks to wait."""


class RefusedError(TocsinError):
    """Elasticsearch refuses, and will refuse again; `status` is its HTTP status."""

    what = "Elasticsearch refused"

    def __init__(self, which: str, why: str, hint: str | None = None, status: int = 0) -> None:
        self.status = status
        super().__init__(which, why, hint)


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """What became of one item of a bulk request."""

    status: int
    error: str | None = None
    """Elasticsearch's type of error."""
    reason: str | None = None
    """Its words."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where one id was found."""

    id: str
    index: str
    version: int


class Server:
    """One Elasticsearch, with the calls that Tocsin needs."""

    def __init__(self, client: Elasticsearch, hosts: Sequence[str]) -> None:
        self._client = client
        self._which = ", ".join(hosts)

    @classmethod
    def connect(cls, settings: ElasticSettings, timeout: float | None = None) -> Server:
        """Build the client for `settings`; nothing is sent yet. TLS is always verified."""
        hosts = [_check_host(host) for host in settings.hosts]
        options: dict[str, Any] = {}
        if settings.api_key:
            options["api_key"] = settings.api_key.get_secret_value()
        if settings.username and settings.password:
            # encoded here: the client takes ASCII only, Elasticsearch takes UTF-8
            user = f"{settings.username}:{settings.password.get_secret_value()}"
            options["basic_auth"] = base64.b64encode(user.encode()).decode()
        try:
            if settings.ca_file:
                # read here, or a file that is no PEM would only be seen as a failed connection
                ssl.create_default_context(cafile=settings.ca_file)
                options["ca_certs"] = str(settings.ca_file)
            client = Elasticsearch(
                hosts,
                request_timeout=timeout or settings.timeout,
                # only what never reached a host goes to the next one
                max_retries=len(hosts) - 1,
                retry_on_status=(),
                retry_on_timeout=False,
                dead_node_backoff_factor=0.5,
                max_dead_node_backoff=5,
                **options,
            )
        except (ValueError, TypeError, OSError) as error:
            raise RefusedError(
                ", ".join(settings.hosts), f"the settings do not fit: {error}", _see_ca(settings)
            ) from error
        return cls(client, settings.hosts)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def check_health(self) -> str:
        """Ask for the cluster's health: green, yellow or red."""
        with self._naming("cluster health"):
            return str(self._client.cluster.health()["status"])

    # ---------------------------------------------------------------- templates and indices

    def put_component_template(self, name: str, template: Mapping[str, Any]) -> None:
        """Put a component template."""
        with self._naming(f"component template {name}"):
            self._client.cluster.put_component_template(name=name, template=dict(template))

    def put_index_template(self, name: str, template: Mapping[str, Any]) -> None:
        """Put an index template."""
        with self._naming(f"index template {name}"):
            self._client.indices.put_index_template(name=name, **template)

    def get_template_version(self, name: str) -> int | None:
        """Get the mapping version of an index template; None when there is no such template."""
        with self._naming(f"index template {name}"):
            try:
                answer = self._client.indices.get_index_template(name=name)
            except NotFoundError:
                return None
        template = answer["index_templates"][0]["index_template"]
        version = template.get("_meta", {}).get("version")
        return version if isinstance(version, int) else None

    def create_index(self, name: str, aliases: Sequence[str]) -> bool:
        """Create an index from its template; False when it exists already."""
        with self._naming(f"index {name}"):
            try:
                self._client.indices.create(index=name, aliases={alias: {} for alias in aliases})
            except ApiError as error:
                if _error_type(error.body) == "resource_already_exists_exception":
                    return False
                raise
        return True

    def extend_mapping(self, index: str, mapping: Mapping[str, Any]) -> None:
        """Add the fields that an index does not have yet; a changed type is refused."""
        with self._naming(f"mapping of {index}"):
            self._client.indices.put_mapping(
                index=index, properties=mapping["properties"], meta=mapping["_meta"]
            )

    def list_indices(self, alias: str) -> tuple[str, ...]:
        """List the indices behind an alias; none when there is no such alias."""
        with self._naming(f"alias {alias}"):
            try:
                return tuple(sorted(self._client.indices.get_alias(name=alias).keys()))
            except NotFoundError:
                return ()

    def find_indices(self, pattern: str) -> dict[str, tuple[str, ...]]:
        """Find indices by a pattern, each with its aliases."""
        with self._naming(f"indices {pattern}"):
            answer = self._client.indices.get_alias(index=pattern, allow_no_indices=True)
            return {name: tuple(sorted(found["aliases"])) for name, found in answer.items()}

    def move_aliases(self, actions: Sequence[Mapping[str, Any]]) -> None:
        """Apply alias actions in one step."""
        with self._naming("aliases"):
            self._client.indices.update_aliases(actions=actions)

    def delete_index(self, name: str) -> None:
        """Delete an index."""
        with self._naming(f"index {name}"):
            self._client.indices.delete(index=name)

    def refresh(self, index: str) -> None:
        """Make everything written so far visible to searches."""
        with self._naming(f"refresh of {index}"):
            self._client.indices.refresh(index=index, ignore_unavailable=True)

    # ---------------------------------------------------------------- documents

    def write(self, operations: Sequence[bytes], *, require_alias: bool = True) -> list[ItemAnswer]:
        """Send one bulk request: lines of NDJSON by turns action and document."""
        with self._naming("bulk request"):
            answer = self._client.bulk(
                operations=cast(
                    "Any", operations
                ),  # lines that are serialised already go as they are
                require_alias=require_alias,
                filter_path="items.*.status,items.*.error.type,items.*.error.reason"
                ",items.*.error.caused_by",
            )
        return [_read_item(item) for item in answer.get("items", [])]

    def find_ids(self, alias: str, ids: Sequence[str]) -> list[Found]:
        """Find which of `ids` there are, at most 10,000; sees what the last refresh made visible."""
        with self._naming(f"look at ids in {alias}"):
            answer = self._client.search(
                index=alias,
                query={"ids": {"values": list(ids)}},
                size=len(ids),
                source=False,
                version=True,
                # the last month may have been dropped just now
                ignore_unavailable=True,
                track_total_hits=False,
                filter_path="hits.hits._id,hits.hits._index,hits.hits._version",
            )
        hits = answer.get("hits", {}).get("hits", [])
        return [Found(hit["_id"], hit["_index"], hit["_version"]) for hit in hits]

    def search(self, index: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send one search."""
        with self._naming(f"search of {index}"):
            return dict(self._client.search(index=index, **body))

    def count(self, index: str) -> int:
        """Count the documents of an index, nested ones not included."""
        with self._naming(f"count of {index}"):
            return int(self._client.count(index=index)["count"])

    def get_field_types(self, index: str) -> dict[str, str]:
        """Get every field that can be asked for, with its type."""
        with self._naming(f"fields of {index}"):
            answer = self._client.field_caps(index=index, fields="*")
        return {
            name: next(iter(types))
            for name, types in answer["fields"].items()
            if not next(iter(types.values())).get("metadata_field")
        }

    def scan(self, index: str, size: int = 500) -> Iterator[list[dict[str, Any]]]:
        """Read every document of an index as it stands now, in pages, with its version."""
        with self._naming(f"reading of {index}"):
            point = self._client.open_point_in_time(index=index, keep_alive="5m")["id"]
        after: list[Any] | None = None
        try:
            while True:
                with self._naming(f"reading of {index}"):
                    answer = self._client.search(
                        pit={"id": point, "keep_alive": "5m"},
                        size=size,
                        sort=["_shard_doc"],
                        search_after=after,
                        version=True,
                        track_total_hits=False,
                    )
                hits = answer["hits"]["hits"]
                if not hits:
                    return
                yield hits
                after = hits[-1]["sort"]
        finally:
            with self._naming(f"reading of {index}"):
                self._client.close_point_in_time(id=point)

    # ---------------------------------------------------------------- failures

    @contextmanager
    def _naming(self, what: str) -> Iterator[None]:
        """Turn the client's errors into ours."""
        try:
            yield
        except UnsupportedProductError as error:
            raise RefusedError(
                self._which, f"not an Elasticsearch that the client takes: {error}"
            ) from error
        except ApiError as error:
            status = error.meta.status
            why = f"{what}: HTTP {status}: {_reason(error.body) or error.message}"
            if status in RETRYABLE:
                raise NotNowError(self._which, why) from error
            raise RefusedError(self._which, why, _HINTS.get(status), status) from error
        except TransportError as error:
            if distrust := _DISTRUST.search(str(error.message)):
                raise RefusedError(
                    self._which,
                    f"{what}: its certificate was not accepted: {distrust[0]}",
                    "TOCSIN_ELASTIC_CA_FILE names the authority that signed it",
                ) from error
            raise NotNowError(self._which, f"{what}: {error.message}") from error


_DISTRUST = re.compile(
    r"(?<=certificate verify failed: ).+?(?= \(_ssl)|hostname .* doesn't match .*"
)
"""What OpenSSL and urllib3 say of a certificate: its signer, its dates, its name."""

_HINTS = {
    401: "give TOCSIN_ELASTIC_API_KEY, or TOCSIN_ELASTIC_USERNAME and TOCSIN_ELASTIC_PASSWORD",
    403: "give the key or user the privileges that docs/elasticsearch.md lists",
    404: "`tocsin setup` makes the indices of TOCSIN_ELASTIC_INDEX_PREFIX",
}


def _check_host(host: str) -> str:
    """Refuse what is no address; that it holds no password the settings have seen to."""
    try:
        urlsplit(host)
    except ValueError as error:
        raise RefusedError(host, f"not an address: {error}") from error
    return host


def _see_ca(settings: ElasticSettings) -> str | None:
    return f"is {settings.ca_file} a PEM file that can be read?" if settings.ca_file else None


def _read_item(item: Mapping[str, Any]) -> ItemAnswer:
    answer = next(iter(item.values()))
    error = answer.get("error")
    if not error:
        return ItemAnswer(answer["status"])
    cause = (error.get("caused_by") or {}).get("reason")
    reason = f"{error.get('reason')}; {cause}" if cause else error.get("reason")
    return ItemAnswer(answer["status"], error.get("type"), reason)


def _error_type(body: object) -> str | None:
    error = body.get("error") if isinstance(body, dict) else None
    return error.get("type") if isinstance(error, dict) else None


def _reason(body: object) -> str | None:
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        # "all shards failed" says nothing; its root cause does
        roots = error.get("root_cause") or [error]
        return f"{roots[0].get('type')}: {roots[0].get('reason')}"
    return str(error) if error else None
