"""A robots.txt in, whether we may fetch a path out (RFC 9309), and how far apart it wants requests.

Feeds are published to be fetched by programs, so only pages are asked about. No regular expressions:
a rule of a stranger must not decide how long matching takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

MAX_BYTES = 500_000
_MAX_RULES = 5_000
_MAX_DELAY = 30.0


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for us in one robots.txt: (path pattern, allowed)."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float | None = None
    """Crawl-delay in seconds, at most 30."""

    def allows(self, url: str) -> bool:
        """Tell whether `url` may be fetched: the longest matching rule decides, Allow on a tie."""
        parts = urlsplit(url)
        path = _fold(parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        best, allowed = -1, True
        for pattern, allows in self.rules:
            if len(pattern) < best or not _matches(pattern, path):
                continue
            if len(pattern) > best or allows:
                best, allowed = len(pattern), allows
        return allowed


EVERYTHING = Robots()
NOTHING = Robots((("/", False),))


def parse_robots(raw: bytes, agent: str) -> Robots:
    """Read the rules for `agent` (a product token such as `tocsin`), else those for everybody."""
    groups: dict[str, list[tuple[str, bool]]] = {}
    delays: dict[str, float] = {}
    named: list[str] = []
    in_rules = False
    for line in raw[:MAX_BYTES].decode("utf-8-sig", "replace").splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        field, value = field.strip().lower(), value.strip()
        if not colon:
            continue
        if field == "user-agent":
            named = [] if in_rules else named
            in_rules = False
            token = value.split("/")[0].lower()
            named.append(token)
            groups.setdefault(token, [])
        elif field in {"allow", "disallow"}:
            in_rules = True
            for token in named:
                if value and len(groups[token]) < _MAX_RULES:
                    groups[token].append((_fold(value), field == "allow"))
        elif field == "crawl-delay":
            in_rules = True
            delays |= dict.fromkeys(named, _read_delay(value))
    token = agent.lower() if agent.lower() in groups else "*"
    return Robots(tuple(groups.get(token, ())), delays.get(token) or None)


def _matches(pattern: str, path: str) -> bool:
    """Match a pattern with `*` and a closing `$` from the start of a path, in linear steps."""
    anchored = pattern.endswith("$")
    pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for number, piece in enumerate(pieces[1:], start=1):
        if anchored and number == len(pieces) - 1:
            return len(path) - at >= len(piece) and path.endswith(piece)
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return not anchored or at == len(path)


def _fold(path: str) -> str:
    return quote(unquote(path), safe="/*$?&=:;,@!+~.-_()'%")


def _read_delay(value: str) -> float:
    try:
        delay = float(value)
    except ValueError:
        return 0.0
    return min(max(delay, 0.0), _MAX_DELAY)
