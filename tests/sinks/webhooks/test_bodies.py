"""Every body is what its receiver's rules ask, also when headlines are hostile."""

from __future__ import annotations

import datetime as dt
import json
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from sinks.webhooks.bodies import build_data, render_body
from sinks.webhooks.cap import NAMESPACE, render_cap
from sinks.webhooks.chat import CHATS
from sinks.webhooks.endpoints import Endpoint, Mail
from sinks.webhooks.template import render_template
from streams.alerting.rules import load_rules
from streams.records import Alert, LedgerEntry
from tests.alerting.scripts import CASES, Worker, build_event, load_script, load_scripts
from tests.sinks.webhooks.receiver import build_alert

XSD = etree.XMLSchema(etree.parse(Path(__file__).parent / "cap-1.2.xsd"))
EVIL = '<!channel> @everyone [x](http://evil.example) *b* `c` "q" </a> \r\nBcc: x@evil.example \x00\x07 &'


def render(form: str, alert: Alert, **more: Any) -> Any:
    """Render for a format, and read the JSON back."""
    body = render_body(Endpoint(name="x", format=form, url="https://x.example", **more), alert)  # type: ignore[arg-type]
    return json.loads(body.content)


def cap_text(root: etree._Element, path: str) -> str | None:
    """Read one element of a CAP message."""
    return root.findtext("/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))


def test_standard_webhooks_body() -> None:
    """Type, timestamp and data, with the schema version, the thread and what changed."""
    body = render("json", build_alert(1, 2))
    assert set(body) == {"type", "timestamp", "data"}
    assert body["type"] == "tocsin.alert.updated"
    assert body["timestamp"] == "2026-03-01T10:00:00Z"
    data = body["data"]
    assert (data["schema"], data["id"], data["thread"]) == (1, "l1-0001-2", "l1-0001-0")
    assert data["event"]["tolls"][0]["best"] == 12


def test_large_event_stays_below_twenty_kilobytes() -> None:
    """The ledger is shortened, and says how long it was."""
    alert = build_alert()
    assert alert.event is not None
    entries = tuple(
        LedgerEntry(
            claimant="Somebody",
            stance="asserts",
            sentence="A long sentence about it. " * 10,
            at=alert.at,
            article_id=f"a{n}",
            mention_id=f"m{n}",
            publisher="The Courier",
            family="The Courier",
            url=f"https://a.example/{n}",
        )
        for n in range(500)
    )
    big = alert.model_copy(update={"event": alert.event.model_copy(update={"ledger": entries})})
    endpoint = Endpoint(name="x", format="json", url="https://x.example")
    body = render_body(endpoint, big)
    assert len(body.content) < 20_000
    data = json.loads(body.content)["data"]
    assert data["event"]["ledger_entries"] == 500
    assert data["links"]["articles"][0] == "https://a.example/499"


def test_cloudevent_has_its_required_attributes() -> None:
    """CloudEvents 1.0: id, source, specversion and type, none empty; subject and time."""
    alert = build_alert(1, 0)
    body = render("cloudevents", alert)
    assert body["specversion"] == "1.0"
    assert (body["id"], body["subject"]) == (alert.id, alert.event_id)
    assert body["source"] == "urn:tocsin:rule:deadly"
    assert body["datacontenttype"] == "application/json"
    assert dt.datetime.fromisoformat(body["time"]) == alert.at
    assert body["data"] == build_data(alert)


def test_every_scripted_alert_is_valid_cap() -> None:
    """Alert, Update, Cancel, groups, digests and silences keep the rules of the CAP schema."""
    alerts = [
        alert
        for script in load_scripts()
        for alert in Worker(script.rules).play_all(script.messages).sent
    ]
    assert {alert.kind for alert in alerts} == {"Alert", "Update", "Cancel"}
    for alert in alerts:
        XSD.assertValid(etree.fromstring(render_cap(alert)))


def test_cap_refers_to_the_ones_before() -> None:
    """An Update names the sender, id and time of each alert before it."""
    script = load_script(CASES / "02_toll_update.toml")
    first, second = Worker(script.rules).play_all(script.messages).sent
    root = etree.fromstring(render_cap(second))
    assert cap_text(root, "msgType") == "Update"
    assert cap_text(root, "references") == f"tocsin,{first.id},2026-03-01T10:00:00-00:00"
    assert cap_text(root, "info/severity") == "Moderate"
    assert cap_text(root, "info/event") == "Missile or artillery strike"


def test_cap_keeps_incident_and_thread_apart() -> None:
    """Two rules about one event are one incident; a Cancel says what it takes back, and of whom."""
    first = build_alert(1, 0)
    other = first.model_copy(update={"id": "l1-other", "rule": "other"})
    cancel = build_alert(1, 2).model_copy(update={"kind": "Cancel", "reason": "withdrawn & gone"})
    roots = [etree.fromstring(render_cap(alert)) for alert in (first, other, cancel)]
    assert {cap_text(root, "incidents") for root in roots} == {"e1"}
    assert len({cap_text(root, "identifier") for root in roots}) == 3
    assert [cap_text(root, "references") is None for root in roots] == [True, True, False]
    assert cap_text(roots[2], "note") == "withdrawn & gone"
    for root in roots:
        XSD.assertValid(root)


def test_cap_of_an_alert_without_times_of_the_ones_before() -> None:
    """A record of old has no such times: no reference is better than half of one."""
    root = etree.fromstring(
        render_cap(build_alert(1, 2).model_copy(update={"reference_times": ()}))
    )
    assert cap_text(root, "references") is None
    XSD.assertValid(root)


@settings(max_examples=50, deadline=None)
@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    killed=st.floats(0, 1e12),
    year=st.integers(1, 9998),
)
def test_any_place_number_and_year_makes_valid_cap(
    lat: float, lon: float, killed: float, year: int
) -> None:
    """No exponent in a circle, no short year in a time; a number is written out."""
    alert = build_alert()
    event = build_event("e1", killed=killed, country="UA", lat=lat, lon=lon)
    when = event.when.model_copy(update={"start": dt.datetime(year, 1, 2, tzinfo=dt.UTC)})
    alert = alert.model_copy(update={"event": event.model_copy(update={"when": when})})
    root = etree.fromstring(render_cap(alert))
    XSD.assertValid(root)
    found = (cap_text(root, "info/area/circle") or "").split(" ")[0].split(",")
    assert [float(part) for part in found] == pytest.approx([lat, lon], abs=1e-6)


def test_big_numbers_are_told_in_full() -> None:
    """Neither 2.4e+09 nor 1.23457e+06: in CAP, in chats and in mails."""
    event = build_event("e1", killed=1_234_567)
    alert = build_alert().model_copy(update={"event": event})
    assert b"<value>1234567</value>" in render_cap(alert)
    for chat in CHATS.values():
        assert "1,234,567" in chat(alert, "key").content.decode().replace("\\", "")


@settings(max_examples=50, deadline=None)
@given(
    title=st.text(max_size=80),
    rule=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True),
)
def test_any_headline_makes_valid_cap(title: str, rule: str) -> None:
    """Control characters and lone surrogates do not break the message."""
    alert = build_alert().model_copy(update={"title": title, "rule": rule, "reason": title})
    XSD.assertValid(etree.fromstring(render_cap(alert)))


@pytest.mark.parametrize("chat", sorted(CHATS))
def test_hostile_headline_is_harmless_in_chats(chat: str) -> None:
    """It mentions nobody, links nowhere and adds no header."""
    alert = build_alert().model_copy(update={"title": EVIL, "reason": EVIL, "digest": (EVIL,)})
    made = CHATS[chat](alert, "key")
    text = made.content.decode()
    if made.content_type == "application/json":
        text = json.dumps(json.loads(text), ensure_ascii=False)
    if chat == "slack":
        assert "<!channel>" not in text
    if chat == "discord":
        assert json.loads(made.content)["allowed_mentions"] == {"parse": []}
    if chat in ("mattermost", "teams"):
        assert "](http" not in text
        assert "@everyone" not in text
    for value in made.headers.values():
        assert value.isascii()
        assert "\n" not in value
        assert "\r" not in value


@pytest.mark.parametrize("letter", ["x", "_", "\N{CJK UNIFIED IDEOGRAPH-4E00}"])
def test_longest_digest_is_taken_by_every_receiver(letter: str) -> None:
    """Two hundred long titles, in letters that are escaped or take three bytes: each limit is kept."""
    words = letter * 300
    alert = build_alert().model_copy(
        update={"digest": (words,) * 200, "reason": words * 10, "title": words, "event": None}
    )
    made = {name: chat(alert, "key").content for name, chat in CHATS.items()}
    embed = json.loads(made["discord"])["embeds"][0]
    texts = [embed["title"], embed["description"]]
    texts += [field[part] for field in embed["fields"] for part in ("name", "value")]
    assert sum(map(len, texts)) <= 6_000
    assert len(made["teams"]) <= 28_000
    assert len(made["ntfy"]) <= 4_096
    assert len(json.loads(made["mattermost"])["text"]) <= 16_383
    assert len(made["pagerduty"]) <= 512_000
    blocks = json.loads(made["slack"])["blocks"]
    assert all(len(block["text"]["text"]) <= 3_000 for block in blocks)
    for form in ("json", "cloudevents"):
        body = render_body(Endpoint(name="x", format=form, url="https://x.example"), alert)
        assert len(body.content) < 20_000
        assert json.loads(body.content)["data"]["digest"]


def test_pagerduty_joins_a_thread_into_one_incident() -> None:
    """The same key for Alert, Update and Cancel; a Cancel resolves."""
    first = render("pagerduty", build_alert(1, 0), routing_key="key")
    update = render("pagerduty", build_alert(1, 1), routing_key="key")
    cancel = render(
        "pagerduty", build_alert(1, 2).model_copy(update={"kind": "Cancel"}), routing_key="key"
    )
    assert first["dedup_key"] == update["dedup_key"] == cancel["dedup_key"] == "l1-0001-0"
    assert [body["event_action"] for body in (first, update, cancel)] == [
        "trigger",
        "trigger",
        "resolve",
    ]
    assert first["payload"]["severity"] == "error"
    assert first["routing_key"] == "key"


def test_mail_shows_a_thread_as_one_conversation() -> None:
    """Message-ID from the alert, References to its head; a headline adds no header."""
    mail = Mail(host="mail.example", sender="Tocsin <t@example.org>", to=("a@example.org",))
    alert = build_alert(1, 2).model_copy(update={"title": EVIL + " Žižkov"})
    endpoint = Endpoint(name="m", format="email", url="", mail=mail)
    message = message_from_bytes(render_body(endpoint, alert).content, policy=default)
    assert message["Message-ID"] == "<l1-0001-2@example.org>"
    assert message["References"] == "<l1-0001-0@example.org> <l1-0001-1@example.org>"
    assert message["Bcc"] is None
    assert "Žižkov" in message["Subject"]
    assert message["Auto-Submitted"] == "auto-generated"


@settings(max_examples=60)
@given(
    title=st.one_of(
        st.text(max_size=120),
        st.lists(
            st.sampled_from(
                (
                    "=?utf-8?q?=0D=0ABcc:=20x@evil.example=0D=0A=0D=0Abody?=",
                    "=?utf-8?b?DQpCY2M6IHhAeQ0K?=",
                    *("=??Q?=0A", "=?", "?=", "\r\nBcc: x", "<a@b>", '"', "(", ",", "é", "\x00"),
                )
            ),
            max_size=6,
        ).map(" ".join),
    )
)
@example(title="=?utf-8?q?=0D=0ABcc:=20x@evil.example=0D=0A=0D=0Abody?=")
def test_no_headline_adds_a_header(title: str) -> None:
    """In mails and for ntfy, also with encoded words, which Python's own library decodes."""
    mail = Mail(host="mail.example", sender="t@example.org", to=("a@example.org",))
    endpoint = Endpoint(name="m", format="email", url="", mail=mail)
    plain = message_from_bytes(render_body(endpoint, build_alert()).content, policy=default)
    alert = build_alert().model_copy(update={"title": title, "reason": title, "digest": (title,)})
    message = message_from_bytes(render_body(endpoint, alert).content, policy=default)
    # how a body is encoded depends on its letters
    assert set(message.keys()) == set(plain.keys())
    assert message.get_content().startswith(" ".join(f"{title}".split()))
    for name, value in CHATS["ntfy"](alert, None).headers.items():
        assert value.isascii(), name
        assert value.isprintable(), name
        if name == "Title":
            shown = str(make_header(decode_header(value))).removesuffix("…")
            assert " ".join(title.split()).startswith(" ".join(shown.split()))


def test_template_has_the_alert_and_quotes() -> None:
    """`tojson` makes any headline safe in JSON."""
    data = build_data(build_alert().model_copy(update={"title": EVIL}))
    body = render_template('{"t": {{ alert.title | tojson }}, "k": "{{ type }}"}', data, "x.y")
    assert json.loads(body) == {"t": EVIL, "k": "x.y"}


@pytest.mark.parametrize(
    "template",
    [
        "{{ alert.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ alert.update({'a': 1}) }}",
        "{% include '/etc/passwd' %}",
        "{{ nothing }}",
        "{{ 1 / 0 }}",
        "{% for i in range(99999) %}{{ alert.title }}{{ alert.title }}{% endfor %}",
        "{% for i in range(9999999) %}{% endfor %}",
        "{{ 'a' * 1000000 }}",
        "{{ 1000000000000 * alert.title }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ alert.title | dictsort }}",
        "{{ '%d' | format('x') }}",
        "{{ alert.title.format_map(alert) }}{{ '{0.__class__}'.format(alert) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ alert.title | attr('__class__') }}",
        "{{ lipsum.__globals__ }}",
        "{% import 'x' as y %}",
        "{% broken",
    ],
)
def test_template_cannot_get_out_of_its_sandbox(template: str) -> None:
    """What is not allowed, wrong or without end is an error in words."""
    with pytest.raises(ValueError, match=r"template"):
        render_template(template, build_data(build_alert()), "x")


def test_example_template_gives_json() -> None:
    """The template beside the example endpoints works."""
    root = Path(__file__).parents[3] / "docs" / "examples"
    text = (root / "wall.json.j2").read_text("utf-8")
    assert json.loads(render_template(text, build_data(build_alert()), "x"))["level"] == "Severe"
    assert load_rules(root / "alerts.toml").rule
