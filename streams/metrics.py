"""Every metric Tocsin exports, with its meaning; dashboards and docs read this list.

Metrics are served on loopback only where a port is configured (`TOCSIN_*_METRICS_PORT`).
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from streams.outcomes import Dead, Drop, Keep, Outcome

OUTCOMES = Counter(
    "tocsin_outcomes_total",
    "Units of work by step, outcome (keep, drop, dead) and reason; exactly one each",
    ("step", "outcome", "reason"),
)
SECONDS = Histogram(
    "tocsin_step_seconds",
    "Seconds one unit of work took, by step",
    ("step",),
    buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
SENT = Counter("tocsin_sent_total", "Records acknowledged by Kafka, by topic", ("topic",))
LAG = Gauge("tocsin_lag", "Messages not yet committed, by group and topic", ("group", "topic"))
RESTARTS = Counter(
    "tocsin_restarts_total", "Children restarted by `tocsin run`, by name", ("name",)
)


def count_outcome(step: str, outcome: Outcome[object]) -> None:
    """Count what became of one unit of work."""
    match outcome:
        case Keep():
            OUTCOMES.labels(step, "keep", "").inc()
        case Drop(reason):
            OUTCOMES.labels(step, "drop", reason).inc()
        case Dead(reason):
            OUTCOMES.labels(step, "dead", reason).inc()


def serve_metrics(port: int | None) -> None:
    """Serve the metrics on loopback, where a port is configured."""
    if port is not None:
        start_http_server(port, addr="127.0.0.1")
