"""An alert in, the message that a chat takes out: Slack, Teams, Discord, Mattermost, ntfy, PagerDuty.

Headlines are strangers' text: in every chat what would mention everybody, link or mark up is made
harmless, and what is too long for the chat is cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.records import Alert, Severity

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")
_ZERO_WIDTH = "\u200b"
_COLOURS: dict[Severity, str] = {
    "Extreme": "B00020",
    "Severe": "D9480F",
    "Moderate": "E8A200",
    "Minor": "2F7D32",
    "Unknown": "607D8B",
}
_MARKS: dict[Severity, str] = {
    "Extreme": "\U0001f6a8",
    "Severe": "\U0001f534",
    "Moderate": "\U0001f7e0",
    "Minor": "\U0001f7e2",
    "Unknown": "\u26aa",
}
_TEAMS_BYTES = 27_000
"""Teams takes 28 kB."""
_NTFY = {"Extreme": 5, "Severe": 4, "Moderate": 3, "Minor": 2, "Unknown": 3}
_PAGERDUTY = {
    "Extreme": "critical",
    "Severe": "error",
    "Moderate": "warning",
    "Minor": "info",
    "Unknown": "info",
}


@dataclass(frozen=True, slots=True)
class Chat:
    """What a chat is sent."""

    content: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def build_lines(alert: Alert) -> list[tuple[str, str]]:
    """Build the facts of an alert as names and plain values."""
    facts = [("Rule", alert.rule), ("Severity", alert.severity)]
    event = alert.event
    if event is not None:
        facts.append(("Kind", event.kind.replace("_", " ")))
        facts.append(("Status", f"{event.status}, {event.voices} independent voices"))
        if event.where is not None:
            place = event.where.resolved or event.where.name
            facts.append(("Place", ", ".join(p for p in (place, event.where.country) if p)))
        facts += [
            (
                toll.measure.capitalize(),
                f"{toll.best:,.15g}" + (f" {toll.unit}" if toll.unit else ""),
            )
            for toll in event.tolls[:4]
            if toll.best is not None
        ]
        facts.append(("Outlets", ", ".join(event.publishers[:5])))
    if alert.changes:
        facts += [
            (c.field, f"{c.before or 'unknown'} → {c.after or 'unknown'}") for c in alert.changes
        ]
    return [(name, value) for name, value in facts if value]


def build_title(alert: Alert) -> str:
    """Build the first line: what it is, then the headline."""
    word = {"Alert": "", "Update": "Update: ", "Cancel": "Cancelled: "}[alert.kind]
    return f"{word}{alert.title}"


def find_link(alert: Alert) -> str | None:
    """Find the newest article that is safe to link to."""
    for entry in reversed(alert.event.ledger if alert.event else ()):
        if entry.url and re.match(r"https?://[^\s<>|\"]+$", entry.url):
            return entry.url
    return None


def _slack(alert: Alert, _: str | None) -> Chat:
    title = _cut(f"{_MARKS[alert.severity]} {_slack_text(build_title(alert))}", 2_900)
    link = find_link(alert)
    heading = f"*<{link}|{title}>*" if link else f"*{title}*"
    facts = "\n".join(f"{_slack_text(n)}: {_slack_text(v)}" for n, v in build_lines(alert))
    texts = [heading, _cut(facts, 2_900), _cut(_slack_text(alert.reason), 2_900)]
    texts += [_cut("\n".join(f"• {_slack_text(t)}" for t in alert.digest), 2_900)]
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in texts if text
    ]
    return _json({"text": title, "blocks": blocks, "unfurl_links": False})


def _mattermost(alert: Alert, _: str | None) -> Chat:
    lines = [f"**{_markdown_link(alert)}**"]
    lines += [f"{_markdown(n)}: {_markdown(v)}" for n, v in build_lines(alert)]
    lines += [_markdown(alert.reason), *(f"- {_markdown(title)}" for title in alert.digest)]
    return _json({"text": _cut("\n".join(lines), 15_000)})


def _discord(alert: Alert, _: str | None) -> Chat:
    embed: dict[str, Any] = {
        "title": _cut(build_title(alert), 250),
        "description": _cut(
            "\n".join([_markdown(alert.reason), *(f"- {_markdown(t)}" for t in alert.digest)]),
            3_000,
        ),
        "color": int(_COLOURS[alert.severity], 16),
        "timestamp": alert.at.isoformat(),
        "fields": [
            # 6,000 letters in all
            {"name": _cut(n, 40), "value": _cut(_markdown(v), 180), "inline": True}
            for n, v in build_lines(alert)[:12]
        ],
    }
    if link := find_link(alert):
        embed["url"] = link
    return _json({"embeds": [embed], "allowed_mentions": {"parse": []}})


def _teams(alert: Alert, _: str | None) -> Chat:
    titles = alert.digest
    card = _build_card(alert, titles)
    while len(card.content) > _TEAMS_BYTES and titles:
        titles = titles[: len(titles) // 2]
        card = _build_card(alert, titles)
    return card


def _build_card(alert: Alert, titles: Sequence[str]) -> Chat:
    body: list[dict[str, Any]] = [
        _text_block(_cut(build_title(alert), 1_000), size="Large", weight="Bolder"),
        {
            "type": "FactSet",
            "facts": [
                {"title": n, "value": _markdown(_cut(v, 300))} for n, v in build_lines(alert)[:20]
            ],
        },
        _text_block(_cut(alert.reason, 2_000)),
        *(_text_block(f"• {title}") for title in titles),
    ]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if link := find_link(alert):
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Article", "url": link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return _json({"type": "message", "attachments": [attachment]})


def _ntfy(alert: Alert, _: str | None) -> Chat:
    lines = [alert.reason, *(f"{n}: {v}" for n, v in build_lines(alert)), *alert.digest]
    headers = {
        # header values are Latin letters only: ntfy takes the encoding of mail headers
        "Title": _encode_header(_cut(build_title(alert), 200)),
        "Priority": str(_NTFY[alert.severity]),
        "Tags": _encode_header(f"tocsin,{alert.kind.lower()}"),
    }
    if link := find_link(alert):
        headers["Click"] = link.encode("ascii", "ignore").decode()
    # more than 4,096 bytes would become a file
    text = "\n".join(lines).encode()[:4_000].decode("utf-8", "ignore")
    return Chat(text.encode(), "text/plain; charset=utf-8", headers)


def _pagerduty(alert: Alert, routing_key: str | None) -> Chat:
    thread = alert.references[0] if alert.references else alert.id
    body: dict[str, Any] = {
        "routing_key": routing_key or "",
        "event_action": "resolve" if alert.kind == "Cancel" else "trigger",
        # one incident for one thread: an Update joins it, a Cancel resolves it
        "dedup_key": thread,
        "payload": {
            "summary": _cut(build_title(alert), 1_000),
            "source": "tocsin",
            "severity": _PAGERDUTY[alert.severity],
            "timestamp": alert.at.isoformat(),
            "class": alert.event_kind,
            "group": alert.rule,
            "custom_details": {**dict(build_lines(alert)), "reason": alert.reason},
        },
    }
    if link := find_link(alert):
        body["links"] = [{"href": link, "text": "Article"}]
    return _json(body)


CHATS: dict[str, Callable[[Alert, str | None], Chat]] = {
    "slack": _slack,
    "teams": _teams,
    "discord": _discord,
    "mattermost": _mattermost,
    "ntfy": _ntfy,
    "pagerduty": _pagerduty,
}


def _json(body: dict[str, Any]) -> Chat:
    return Chat(json.dumps(body, ensure_ascii=False).encode())


def _text_block(text: str, **more: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": _markdown(text), "wrap": True, **more}


def _slack_text(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # a star or a backtick would mark up; a space without width keeps it a letter
    return re.sub(r"([*_~`])", rf"\1{_ZERO_WIDTH}", " ".join(escaped.split()))


def _markdown(text: str) -> str:
    escaped = _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
    return escaped.replace("@", f"@{_ZERO_WIDTH}").replace("://", f":{_ZERO_WIDTH}//")


def _markdown_link(alert: Alert) -> str:
    title, link = _markdown(build_title(alert)), find_link(alert)
    return f"[{title}](<{link}>)" if link else title


def _encode_header(text: str) -> str:
    from email.header import Header  # noqa: PLC0415 - only ntfy needs it

    plain = " ".join(text.split())
    if plain.isascii() and plain.isprintable() and "=?" not in plain:
        return plain
    # also what looks encoded already: the reader must see it as it was, not what it decodes to
    return Header(plain, "utf-8", maxlinelen=10_000).encode()


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
