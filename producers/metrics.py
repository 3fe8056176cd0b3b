"""The poller's Prometheus metrics, in one list with their meaning."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

POLLS = Counter("tocsin_polls", "Visits to feeds, by outcome", ["outcome"])
ARTICLES = Counter("tocsin_poll_articles", "Articles sent to Kafka, by state", ["state"])
PAGES = Counter("tocsin_poll_pages", "Pages fetched for full text, by outcome", ["outcome"])
OVERRUNS = Counter("tocsin_poll_overruns", "Polls that found every item of a busy feed new")
DEAD = Counter("tocsin_poll_deadletters", "Dead letters written, by reason", ["reason"])
PUSHES = Counter("tocsin_poll_pushes", "Deliveries by WebSub hubs, by outcome", ["outcome"])
SECONDS = Histogram(
    "tocsin_poll_seconds",
    "Seconds one visit took, acknowledgement by Kafka included",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
FEEDS = Gauge("tocsin_feeds", "Feeds known, by state", ["state"])
ACTIVE = Gauge("tocsin_poll_active", "Visits under way")
LATE = Gauge("tocsin_poll_late_seconds", "How late the feed that was due longest is")
