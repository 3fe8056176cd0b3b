"""Settings in, an Elasticsearch that is ready for the sink out: templates, first indices, aliases.

`set_up_elastic` may be run again at any time: it changes what differs and nothing else. Fields that
are new are added to the indices there are; a field that changed its type needs `migrate`.
"""

from __future__ import annotations

import datetime as dt

from sinks.elastic.homes import NotSetUpError
from sinks.elastic.indices import (
    IndexName,
    build_component_templates,
    build_index_template,
    build_mapping,
    month_of,
    parse_index,
    read_alias,
)
from sinks.elastic.migrate import migrate as migrate_indices
from sinks.elastic.server import Server
from sinks.elastic.shapes import MAPPING_VERSION, SHAPES
from streams.settings import ElasticSettings


def set_up_indices(settings: ElasticSettings, *, migrate: bool = False) -> list[str]:
    """Set up the Elasticsearch of `settings`; return a line for each thing that was done.

    Raises `NotSetUpError` when there are indices of an older mapping and `migrate` is not asked for.
    """
    server = Server.connect(settings)
    try:
        old = find_old_indices(server, settings.index_prefix)
        if old and not migrate:
            raise NotSetUpError(
                ", ".join(old),
                f"older than mapping version {MAPPING_VERSION}",
                "tocsin setup --migrate",
            )
        done = put_templates(server, settings)
        for step in migrate_indices(server, settings.index_prefix):
            done.append(f"{step.documents} documents moved from {step.old} to {step.new}")
        return done + make_indices(server, settings.index_prefix, dt.datetime.now(dt.UTC))
    finally:
        server.close()


def find_old_indices(server: Server, prefix: str) -> list[str]:
    """Find the indices that a migration would move."""
    names = [name for shape in SHAPES for name in server.list_indices(read_alias(prefix, shape))]
    parsed = ((name, parse_index(prefix, name)) for name in names)
    return [name for name, index in parsed if index and index.version < MAPPING_VERSION]


def put_templates(server: Server, settings: ElasticSettings) -> list[str]:
    """Put the component templates, then the index templates that are made of them."""
    prefix = settings.index_prefix
    done = []
    for name, template in build_component_templates(prefix, settings.replicas).items():
        server.put_component_template(name, template)
        done.append(f"component template {name}")
    for shape in SHAPES:
        name = read_alias(prefix, shape)
        server.put_index_template(name, build_index_template(prefix, shape))
        done.append(f"index template {name}")
    return done


def make_indices(server: Server, prefix: str, now: dt.datetime) -> list[str]:
    """Make this month's indices, and add new fields to those there are."""
    done = []
    for shape in SHAPES:
        for name in server.list_indices(read_alias(prefix, shape)):
            server.extend_mapping(name, build_mapping(shape))
        index = IndexName(prefix, shape, month_of(now), MAPPING_VERSION)
        if not server.list_indices(index.write_alias):
            server.create_index(str(index), (index.read_alias, index.write_alias))
            done.append(f"index {index}")
    return done
