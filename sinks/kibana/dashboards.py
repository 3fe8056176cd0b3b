"""The five dashboards, as an analyst would describe them: no Kibana JSON here."""

from __future__ import annotations

from sinks.kibana.ledger import (
    ARTICLES_OF_EVENT,
    CLAIMS_GRID,
    LEDGER_LINES,
    NUMBERS_OVER_TIME,
)
from sinks.kibana.panels import (
    By,
    Chart,
    Control,
    Dashboard,
    Documents,
    EventMap,
    Metric,
    Number,
    Over,
    Share,
    Table,
    Words,
    arrange,
)

EVENTS = Metric("Events")
ARTICLES = Metric("Articles")
KILLED = Metric("Killed, best", "sum", "killed.best")
INJURED = Metric("Injured, best", "sum", "injured.best")
KIND = By("Kind", "kind_label", 10)
COUNTRY = By("Country", "geo.country_iso_code", 10)

_KIND_CONTROL = Control("Kind", "events", "kind_label")
_EVENT_CONTROLS = (
    _KIND_CONTROL,
    Control("Group of kinds", "events", "kind_group"),
    Control("Country", "events", "geo.country_iso_code"),
    Control("Status", "events", "status"),
)

NEWEST_EVENTS = Documents(
    key="newest-events",
    title="Newest events",
    view="events",
    columns=(
        "kind_label",
        "geo.name",
        "geo.country_iso_code",
        "killed.best",
        "status",
        "voices",
        "title",
    ),
)
ONE_EVENT = Documents(
    key="event-facts",
    title="The event",
    view="events",
    columns=(
        "title",
        "status",
        "kind_label",
        "geo.name",
        "killed.low",
        "killed.best",
        "killed.high",
        "says.denies",
        "says.confirms",
        "publishers",
        "revision",
    ),
)
NEWEST_ALERTS = Documents(
    key="newest-alerts",
    title="Newest alerts",
    view="alerts",
    columns=("alert_kind", "severity", "rule.name", "kind_label", "geo.name", "title", "reason"),
)
NEWEST_DEADLETTERS = Documents(
    key="newest-deadletters",
    title="Newest dead letters",
    view="deadletters",
    columns=("step", "reason", "topic", "partition", "offset", "source", "error.message"),
)
FAILING_FEEDS = Documents(
    key="failing-feeds",
    title="Feeds that fail",
    view="feeds",
    columns=(
        *("feed", "publisher", "health", "errors", "error.message"),
        *("last_success", "last_try", "next_at"),
    ),
    where="health : (failing or gone)",
    sort="last_try",
)
# judged when it is looked at: a silent feed sends nothing that would say so
_SILENT = "silent_after < now and not health : (failing or gone or removed)"
SILENT_FEEDS = Documents(
    key="silent-feeds",
    title="Silent feeds, the longest first",
    view="feeds",
    columns=(
        *("feed", "publisher", "title", "last_new", "silent_after"),
        *("items_per_day", "last_success", "articles"),
    ),
    where=_SILENT,
    sort="last_new",
    ascending=True,
)
EVERY_FEED = Documents(
    key="every-feed",
    title="Every feed",
    view="feeds",
    columns=(
        *("feed", "publisher", "health", "last_try", "last_success", "last_new"),
        *("errors", "interval", "items_per_day", "articles", "problems", "at"),
    ),
    where="not health : removed",
    sort="last_try",
)
NEWEST_ARTICLES = Documents(
    key="newest-articles",
    title="Newest articles",
    view="articles",
    columns=("publisher", "title", "language", "wire", "fetched", "url.full"),
)

SITUATION = Dashboard(
    key="situation",
    title="Tocsin: situation",
    description="What happened, where, and how surely.",
    controls=_EVENT_CONTROLS,
    placed=arrange(
        (
            6,
            (
                (Number("Events", "events", EVENTS), 12),
                (Number("Killed, best numbers", "events", KILLED), 12),
                (Number("Contested", "events", Metric("Events", where="status : contested")), 12),
                (Number("Outlets", "events", Metric("Outlets", "unique_count", "publishers")), 12),
            ),
        ),
        (
            20,
            (
                (
                    EventMap(
                        key="events-map",
                        title="Events by kind and toll",
                        view="events",
                        color="kind_group",
                        size="killed.best",
                        tooltip=(
                            "title",
                            "kind_label",
                            "geo.name",
                            "status",
                            "killed.best",
                            "voices",
                            "id",
                        ),
                        drills_to="ledger",
                    ),
                    30,
                ),
                (
                    Table(
                        "Largest tolls (click a row for its ledger)",
                        "events",
                        (By("Event", "title.keyword", 15),),
                        (
                            Metric("Killed, best", "max", "killed.best"),
                            Metric("Killed, low", "min", "killed.low"),
                            Metric("Killed, high", "max", "killed.high"),
                            Metric("Voices", "max", "voices"),
                        ),
                        drills_to="ledger",
                    ),
                    18,
                ),
            ),
        ),
        (
            12,
            (
                (
                    Chart(
                        "Events over time, by kind",
                        "events",
                        Over("Time", "@timestamp"),
                        (EVENTS,),
                        split=By("Kind", "kind_group", 10, other=True),
                    ),
                    32,
                ),
                (Share("Status", "events", By("Status", "status", 5), EVENTS), 16),
            ),
        ),
        (
            14,
            (
                (
                    Table(
                        "Top places",
                        "events",
                        (By("Place", "geo.name", 15), By("Country", "geo.country_iso_code", 1)),
                        (EVENTS, KILLED, INJURED),
                    ),
                    24,
                ),
                (
                    Chart(
                        "Events by country",
                        "events",
                        COUNTRY,
                        (EVENTS,),
                        look="bar_horizontal",
                    ),
                    12,
                ),
                (Chart("Events by kind", "events", KIND, (EVENTS,), look="bar_horizontal"), 12),
            ),
        ),
        (18, ((NEWEST_EVENTS, 48),)),
    ),
)

LEDGER = Dashboard(
    key="ledger",
    title="Tocsin: event ledger",
    description="One event: who says what, who denies it, the numbers and the articles.",
    controls=(Control("Event", "events", "title.keyword"), *_EVENT_CONTROLS),
    time_from="now-90d",
    placed=arrange(
        (
            4,
            (
                (
                    Words(
                        "How to read this",
                        "Choose **one event** above, or come here from *Situation* by a click on"
                        " the map or on a row. Without a choice the panels show the newest events"
                        " together.",
                    ),
                    48,
                ),
            ),
        ),
        (9, ((ONE_EVENT, 48),)),
        (16, ((CLAIMS_GRID, 24), (NUMBERS_OVER_TIME, 24))),
        (18, ((LEDGER_LINES, 48),)),
        (
            12,
            (
                (ARTICLES_OF_EVENT, 24),
                (
                    Table(
                        "Who denies",
                        "events",
                        (By("Who", "says.denies", 10),),
                        (EVENTS,),
                    ),
                    12,
                ),
                (
                    Table(
                        "Who speaks",
                        "events",
                        (By("Who", "claimants", 15),),
                        (EVENTS,),
                    ),
                    12,
                ),
            ),
        ),
    ),
)

SOURCES = Dashboard(
    key="sources",
    title="Tocsin: sources",
    description="Outlets and their families: what they bring, who is first, and how late.",
    controls=(
        Control("Outlet", "articles", "publisher"),
        Control("Family", "articles", "family"),
        Control("Language", "articles", "language"),
    ),
    placed=arrange(
        (
            6,
            (
                (Number("Articles", "articles", ARTICLES), 12),
                (
                    Number(
                        "Outlets that wrote",
                        "articles",
                        Metric("Outlets", "unique_count", "publisher"),
                    ),
                    12,
                ),
                (Number("Families", "articles", Metric("Families", "unique_count", "family")), 12),
                (
                    Number(
                        "Publication to fetch, median",
                        "articles",
                        Metric("Seconds", "median", "lag.fetch"),
                    ),
                    12,
                ),
            ),
        ),
        (
            16,
            (
                (
                    Table(
                        "Outlets",
                        "articles",
                        (By("Outlet", "publisher", 25), By("Family", "family", 1)),
                        (
                            ARTICLES,
                            Metric("Last published", "max", "published"),
                            Metric("To fetch, median s", "median", "lag.fetch"),
                            Metric("To index, median s", "median", "lag.index"),
                        ),
                    ),
                    28,
                ),
                (
                    Table(
                        "Who is first",
                        "events",
                        (By("Outlet", "first.publisher", 15),),
                        (
                            Metric("Events first"),
                            Metric("After the event, median s", "median", "lag.publish"),
                        ),
                    ),
                    20,
                ),
            ),
        ),
        (
            12,
            (
                (
                    Chart(
                        "Articles over time, by family",
                        "articles",
                        Over("Time", "@timestamp"),
                        (ARTICLES,),
                        split=By("Family", "family", 8, other=True),
                    ),
                    24,
                ),
                (
                    Chart(
                        "Event to publication, median seconds by outlet",
                        "mentions",
                        By("Outlet", "publisher", 12),
                        (Metric("Seconds", "median", "lag.publish"),),
                        look="bar_horizontal",
                    ),
                    24,
                ),
            ),
        ),
        (
            12,
            (
                (Share("Languages", "articles", By("Language", "language", 8), ARTICLES), 12),
                (
                    Share(
                        "Where the text is from", "articles", By("From", "text_source"), ARTICLES
                    ),
                    12,
                ),
                (
                    Table(
                        "Families that report the same events",
                        "events",
                        (By("Family", "families", 15),),
                        (
                            EVENTS,
                            Metric("Voices, average", "average", "voices"),
                            Metric("Contested", where="status : contested"),
                        ),
                    ),
                    24,
                ),
            ),
        ),
        (16, ((NEWEST_ARTICLES, 48),)),
    ),
)

PIPELINE = Dashboard(
    key="pipeline",
    title="Tocsin: pipeline",
    description="What flows, how late, what was refused, and which feeds fail or are silent.",
    time_from="now-24h",
    placed=arrange(
        (
            6,
            (
                (Number("Documents written", "arrivals", Metric("Documents")), 12),
                (
                    Number(
                        "Lag to the document, 95 %",
                        "arrivals",
                        Metric("Seconds", "percentile", "lag.index"),
                    ),
                    12,
                ),
                (Number("Dead letters", "deadletters", Metric("Dead letters")), 12),
                (
                    Number("Feeds that wrote", "articles", Metric("Feeds", "unique_count", "feed")),
                    12,
                ),
            ),
        ),
        (
            6,
            (
                (Number("Feeds", "feeds", Metric("Feeds", where="not health : removed")), 10),
                (
                    Number("Failing or gone", "feeds", Metric("Feeds", where=FAILING_FEEDS.where)),
                    10,
                ),
                (Number("Silent", "feeds", Metric("Feeds", where=_SILENT)), 10),
                (
                    Number(
                        "No word for a day: is the poller running?",
                        "feeds",
                        Metric("Feeds", where="at < now-1d and not health : removed"),
                    ),
                    18,
                ),
            ),
        ),
        (
            16,
            (
                (
                    Share(
                        "Feeds by health",
                        "feeds",
                        By("Health", "health", 7),
                        Metric("Feeds"),
                        where="not health : removed",
                    ),
                    12,
                ),
                (FAILING_FEEDS, 36),
            ),
        ),
        (14, ((SILENT_FEEDS, 48),)),
        (
            12,
            (
                (
                    Chart(
                        "Throughput, by topic",
                        "arrivals",
                        Over("Written", "event.ingested"),
                        (Metric("Documents"),),
                        split=By("Topic", "event.dataset", 6),
                    ),
                    24,
                ),
                (
                    Chart(
                        "Lag to the document, median seconds by topic",
                        "arrivals",
                        Over("Written", "event.ingested"),
                        (Metric("Seconds", "median", "lag.index"),),
                        split=By("Topic", "event.dataset", 6),
                        look="line",
                    ),
                    24,
                ),
            ),
        ),
        (
            14,
            (
                (
                    Table(
                        "Dead letters by reason",
                        "deadletters",
                        (By("Step", "step", 10), By("Reason", "reason", 15)),
                        (Metric("Dead letters"), Metric("Last", "max", "@timestamp")),
                    ),
                    24,
                ),
                (
                    Chart(
                        "Dead letters over time",
                        "deadletters",
                        Over("Time", "@timestamp"),
                        (Metric("Dead letters"),),
                        split=By("Reason", "reason", 8),
                    ),
                    24,
                ),
            ),
        ),
        (
            16,
            (
                (
                    Table(
                        "Feeds by their last article, the oldest first (90 days)",
                        "articles",
                        (By("Feed", "feed", 50, order=0, ascending=True),),
                        (
                            Metric("Last fetched", "max", "fetched"),
                            Metric("Last published", "max", "published"),
                            ARTICLES,
                        ),
                        time_from="now-90d",
                    ),
                    28,
                ),
                (
                    Chart(
                        "Publication to fetch, median seconds over time",
                        "articles",
                        Over("Fetched", "fetched"),
                        (
                            Metric("Median", "median", "lag.fetch"),
                            Metric("95 %", "percentile", "lag.fetch"),
                        ),
                        look="line",
                    ),
                    20,
                ),
            ),
        ),
        (16, ((EVERY_FEED, 48),)),
        (16, ((NEWEST_DEADLETTERS, 48),)),
    ),
)

ALERTS = Dashboard(
    key="alerts",
    title="Tocsin: alerts",
    description="What rang, by which rule, how often and about what.",
    controls=(
        Control("Rule", "alerts", "rule.name"),
        Control("Severity", "alerts", "severity"),
        Control("Kind", "alerts", "kind_label"),
        Control("Country", "alerts", "geo.country_iso_code"),
    ),
    placed=arrange(
        (
            6,
            (
                (Number("Alerts", "alerts", Metric("Alerts", where="alert_kind : Alert")), 12),
                (Number("Updates", "alerts", Metric("Updates", where="alert_kind : Update")), 12),
                (Number("Cancels", "alerts", Metric("Cancels", where="alert_kind : Cancel")), 12),
                (
                    Number(
                        "Rules that rang", "alerts", Metric("Rules", "unique_count", "rule.name")
                    ),
                    12,
                ),
            ),
        ),
        (
            12,
            (
                (
                    Chart(
                        "Alerts over time",
                        "alerts",
                        Over("Time", "@timestamp"),
                        (Metric("Alerts"),),
                        split=By("Type", "alert_kind", 3),
                    ),
                    32,
                ),
                (
                    Share("Severity", "alerts", By("Severity", "severity", 5), Metric("Alerts")),
                    16,
                ),
            ),
        ),
        (
            14,
            (
                (
                    Table(
                        "Rules",
                        "alerts",
                        (By("Rule", "rule.name", 20),),
                        (
                            Metric("Rang"),
                            Metric("Updates", where="alert_kind : Update"),
                            Metric("Last", "max", "@timestamp"),
                            Metric("To the document, median s", "median", "lag.index"),
                        ),
                    ),
                    24,
                ),
                (Chart("By kind", "alerts", KIND, (Metric("Alerts"),), look="bar_horizontal"), 12),
                (
                    Chart(
                        "By country",
                        "alerts",
                        COUNTRY,
                        (Metric("Alerts"),),
                        look="bar_horizontal",
                    ),
                    12,
                ),
            ),
        ),
        (18, ((NEWEST_ALERTS, 48),)),
    ),
)

DASHBOARDS: tuple[Dashboard, ...] = (SITUATION, LEDGER, SOURCES, PIPELINE, ALERTS)
