"""What scripts do not say: outcomes, bounds, memory, and rules that change under way."""

from __future__ import annotations

import datetime as dt

from streams.alerting.ring import CLOCK, Ringer
from streams.alerting.rules import load_rules
from streams.alerting.trial import try_rules
from streams.records import MAX_RECORD_BYTES, LedgerEntry, encode
from tests.alerting.scripts import CASES, Worker, build_event, load_script

EVERY = '[[rule]]\nname = "every"\nwatch = ["killed"]\n'
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def test_step_says_why_nothing_rang() -> None:
    """Stale, no rule, unchanged or muted: one of the closed list."""
    worker = Worker(load_rules('[[rule]]\nname = "a"\nmatch = { kind = "flood" }'))
    assert worker.play(build_event()).drop == "no_rule"
    assert worker.play(build_event()).drop == "stale"
    assert worker.play(build_event("e2", kind="flood", backfill=True)).drop == "muted"
    assert worker.play(build_event("e3", kind="flood")).drop is None
    assert worker.play(build_event("e3", kind="flood", revision=2)).drop == "unchanged"


def test_huge_event_makes_an_alert_that_fits_the_wire() -> None:
    """The ledger is cut, the alert is not refused."""
    entry = LedgerEntry(
        claimant="Somebody",
        stance="asserts",
        sentence="x" * 900,
        at=NOON,
        article_id="a",
        mention_id="m",
        publisher="p",
        family="p",
    )
    event = build_event().model_copy(update={"ledger": (entry,) * 900})
    assert len(encode(event)) > 900_000
    alerts = Worker(load_rules(EVERY)).play(event).alerts
    assert len(encode(alerts[0])) < MAX_RECORD_BYTES


def test_long_thread_keeps_its_head_and_stays_bounded() -> None:
    """Two hundred updates: the references name the first Alert and the latest hundred."""
    worker = Worker(load_rules(EVERY))
    for number in range(1, 200):
        worker.play(build_event(revision=number, killed=number))
    last = worker.sent[-1]
    assert last.sequence == 198
    assert last.references[0] == worker.sent[0].id
    assert last.references[-1] == worker.sent[-2].id
    assert len(last.references) == len(last.reference_times) == 100


def test_old_memories_are_forgotten() -> None:
    """An event that rang is kept for 400 days, one that did not for 60."""
    worker = Worker(load_rules('[[rule]]\nname = "a"\nmatch = { kind = "flood" }'))
    worker.play(build_event("quiet"))
    worker.play(build_event("rang", kind="flood"))
    worker.play(NOON)
    for days, left in ((70, {"event/rang"}), (500, set())):
        worker.play(NOON + dt.timedelta(days=days))
        assert {key for key in worker.table if key.startswith("event/")} == left


def test_clock_never_runs_backwards() -> None:
    """A tick from before is no tick."""
    worker = Worker(load_rules(EVERY))
    worker.play(NOON)
    before = worker.table[CLOCK]
    assert worker.play(NOON - dt.timedelta(hours=1)).writes == ()
    assert worker.table[CLOCK] == before


def test_rule_that_is_new_rings_at_the_next_news() -> None:
    """Threads of other rules are kept when rules change."""
    worker = Worker(load_rules(EVERY))
    worker.play(build_event(killed=1))
    worker.rules = load_rules(EVERY + '[[rule]]\nname = "more"\n')
    sent = worker.play(build_event(revision=2, killed=2)).alerts
    assert [(alert.rule, alert.kind) for alert in sent] == [("every", "Update"), ("more", "Alert")]


def test_held_alert_of_a_rule_that_is_gone_is_dropped() -> None:
    """Nobody is told by a rule that was taken away."""
    quiet = "quiet = { from = 11:00:00, to = 13:00:00 }\n"
    worker = Worker(load_rules(EVERY + quiet))
    worker.play(NOON)
    worker.play(build_event(at=NOON))
    assert any(key.startswith("held/") for key in worker.table)
    worker.rules = load_rules("")
    worker.play(NOON + dt.timedelta(hours=2))
    assert not any(key.startswith("held/") for key in worker.table)
    assert worker.sent == []


def test_steps_are_pure() -> None:
    """Judging does not touch the table, and twice gives the same."""
    ringer = Ringer(load_rules(EVERY))
    table: dict[str, bytes] = {}
    first, second = ringer.judge(build_event(), table), ringer.judge(build_event(), table)
    assert first == second
    assert table == {}


def test_trial_says_why_and_why_not() -> None:
    """What would have rung, and for one event what each rule made of it."""
    script = load_script(CASES / "02_toll_update.toml")
    events = [m for m in script.messages if not isinstance(m, dt.datetime)]
    trial = try_rules(script.rules, [*events, build_event("e9", killed=2)])
    assert [alert.kind for alert in trial.alerts] == ["Alert", "Update"]
    assert trial.events == 4
    assert trial.count_fates()["deadly", "rang"] == 2
    assert [(n.fate, n.why) for n in trial.explain("e9")] == [
        ("not_met", "killed.best 2 (killed.best >= 10)")
    ]


def test_flood_that_is_held_back_stays_small_and_is_told() -> None:
    """A thousand events over the limit: one digest says that there were more than it lists."""
    worker = Worker(load_rules(EVERY + "limit_per_hour = 1\n"))
    worker.play(NOON)
    for number in range(1_000):
        worker.play(build_event(f"e{number}", at=NOON, killed=1))
    assert max(len(value) for value in worker.table.values()) < 50_000
    worker.play(NOON + dt.timedelta(hours=1))
    assert len(worker.sent) == 2
    assert worker.sent[1].title.startswith("300 or more held back")
    assert worker.sent[1].digest[-1] == "and 100 or more others"
    # what was not listed is not new at its next revision, but when something has changed
    assert worker.play(build_event("e900", revision=2, at=NOON, killed=1)).alerts == ()
    worker.play(NOON + dt.timedelta(hours=3))
    changed = worker.play(build_event("e900", revision=3, at=NOON, killed=2)).alerts
    assert [alert.kind for alert in changed] == ["Alert"]
