"""Times of day beside a day in, hours on the world's clock out ("at 3:20 p.m. EST on Tuesday").

Only a time with a zone makes an hour: the clock of the place is not known here, and a wrong zone
would move an event to another day.
"""

from __future__ import annotations

import datetime as dt
import re

from streams.reading.when.reference import load_zones, zone_of
from streams.records import When

_ZONES = "|".join(
    sorted((re.escape(name) for name in load_zones() if name[0] != "."), key=len, reverse=True)
)
_TIME = re.compile(
    rf"(?<![\d.:$€£])(?:(?P<hour>\d{{1,2}})(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[AaPp]\.?\s?[Mm]\b\.?)?|"
    rf"(?P<four>[0-2]\d[0-5]\d)|(?P<word>noon|midnight|midday))"
    rf"\s*(?:hours\s+|hrs\s+)?(?P<zone>{_ZONES})\b(?:\s+[Tt]ime)?"
)


def find_clock(text: str) -> re.Match[str] | None:
    """The first time of day with its zone; Greenwich time wins, being the surest."""
    matches = list(_TIME.finditer(text)) if any(c.isdigit() for c in text) or "noon" in text else []
    best = [match for match in matches if match["zone"] in ("GMT", "UTC")]
    return next(iter(best or matches), None)


def at_hour(when: When, match: re.Match[str]) -> When | None:
    """The same day at that time: an hour, if the words make one."""
    zone = zone_of(match["zone"])
    if zone is None or when.date is None or when.precision != "day":
        return None
    if match["word"]:
        hour, minute = (0, 0) if match["word"] == "midnight" else (12, 0)
    elif match["four"]:
        hour, minute = int(match["four"][:2]), int(match["four"][2:])
    else:
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if match["half"]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    if hour > 23:
        return None
    local = dt.datetime.combine(when.date, dt.time(hour, minute), tzinfo=zone)
    start = local.astimezone(dt.UTC)
    return when.model_copy(
        update={
            "start": start,
            "end": start + dt.timedelta(hours=1),
            "precision": "hour",
            "rule": when.rule + ".hour",
        }
    )
