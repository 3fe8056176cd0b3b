"""What every test may ask for: the real servers, started once a run, and names that nobody else uses."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tocsin.stack.leash import tie_to_this_process
from tocsin.stack.local import Stack, start_stack, stop_stack
from tocsin.stack.settings import StackSettings

# machines are shared and noisy: no deadline; where nobody looks at a new example, the same ones each time
settings.register_profile(
    "tocsin",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("tocsin")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A real Kafka and Elasticsearch for the whole run, in a temporary folder, on free ports.

    They stop with the run, also when it is interrupted or killed.
    """
    folder = tmp_path_factory.mktemp("stack") / ".tocsin"
    settings = StackSettings(
        data_dir=folder, kafka_port=0, elastic_port=0, kafka_heap="384m", elastic_heap="512m"
    )
    lines: list[str] = []
    leash = tie_to_this_process(folder)
    try:
        yield start_stack(settings, lines.append)
    finally:
        stop_stack(settings, lines.append)
        assert leash.stdin is not None
        leash.stdin.close()
        leash.wait(30)


@pytest.fixture
def unique_name() -> Callable[[str], str]:
    """Build names for topics, groups and indices that no other test uses: `prefix-1f2e3d4c`."""

    def build_name(prefix: str = "test") -> str:
        return f"{prefix}-{uuid.uuid4().hex[:8]}"

    return build_name
