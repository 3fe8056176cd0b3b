# ruff: noqa: RUF001 - agencies write their names in their own scripts
"""A text and its by-lines in; out, the news agency it credits: the sign of a copy.

Agencies sign at the start of a text ("KYIV (Reuters) -", "PARIS, 13 juin (AFP) -", "(ANSA) - ROMA"),
in the by-line, or at its end ("(Reporting by ...", "© AFP", "with files from The Canadian Press"). A
text that merely *cites* an agency ("told Reuters") is no copy, so only these places count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES = {
    "Reuters": r"reuters|thomson\ reuters|рейтер|ロイター",
    "AP": r"ap|a\.p\.|associated\ press|the\ associated\ press",
    "AFP": r"afp|agence\ france[- ]presse|法新社|afp=jiji|afp-時事|afp時事",
    "dpa": r"dpa(?:[-/]\w+)?|deutsche\ presse[- ]agentur",
    "EFE": r"efe|agencia\ efe|efeagro|efeverde",
    "ANSA": r"ansa|agenzia\ ansa",
    "TASS": r"tass|itar[- ]tass|тасс",
    "Interfax": r"interfax(?:[- ]ukraine|[- ]україна|[- ]украина)?|интерфакс",
    "RIA Novosti": r"ria\ novosti|риа\ новости|ria\ nowosti",
    "Ukrinform": r"ukrinform|укрінформ|укринформ",
    "UNIAN": r"unian|уніан|униан",
    "Xinhua": r"xinhua|xinhua\ news\ agency|新华社|新華社|新华网|新华",
    "Kyodo": r"kyodo|kyodo\ news|jiji\ kyodo|共同|共同通信",
    "Jiji": r"jiji|jiji\ press|時事|時事通信",
    "Yonhap": r"yonhap|yonhap\ news\ agency|연합뉴스",
    "PTI": r"pti|press\ trust\ of\ india",
    "ANI": r"ani|asian\ news\ international",
    "IANS": r"ians",
    "UNI": r"uni|united\ news\ of\ india",
    "UPI": r"upi|united\ press\ international",
    "PA": r"pa|pa\ media|press\ association|the\ press\ association",
    "The Canadian Press": r"cp|the\ canadian\ press|canadian\ press|la\ presse\ canadienne",
    "AAP": r"aap|australian\ associated\ press",
    "Anadolu": r"aa|anadolu|anadolu\ agency|anadolu\ ajansı",
    "Belga": r"belga",
    "ANP": r"anp",
    "APA": r"apa",
    "Keystone-SDA": r"sda|keystone[- ]sda|ats|keystone[- ]ats",
    "TT": r"tt",
    "NTB": r"ntb",
    "Ritzau": r"ritzau",
    "STT": r"stt",
    "PAP": r"pap",
    "CTK": r"čtk|ctk",
    "MTI": r"mti",
    "Lusa": r"lusa|agência\ lusa",
    "Europa Press": r"europa\ press",
    "Télam": r"t[ée]lam",
    "Notimex": r"notimex",
    "Agência Brasil": r"ag[êe]ncia\ brasil",
    "Bloomberg": r"bloomberg|bloomberg\ news",
    "Bernama": r"bernama",
    "Antara": r"antara",
    "IRNA": r"irna",
    "Tasnim": r"tasnim",
    "SANA": r"sana",
    "WAM": r"wam",
    "SPA": r"spa",
    "MENA": r"mena",
    "Petra": r"petra",
    "NAN": r"nan|news\ agency\ of\ nigeria",
    "APP": r"app|associated\ press\ of\ pakistan",
    "BTA": r"bta",
    "Agerpres": r"agerpres",
    "KCNA": r"kcna",
}
_ANY = "|".join(f"(?P<w{number}>{pattern})" for number, pattern in enumerate(_NAMES.values()))
_ORDER = tuple(_NAMES)
_ALONE = re.compile(rf"^(?:{_ANY})$", re.IGNORECASE | re.VERBOSE)
_OPENING = re.compile(
    r"^(?P<city>[^()\n]{0,70}?)\(\s*(?P<credit>[^()\n]{2,60})\s*\)\s*(?P<after>[-\u2013\u2014:.|]{1,2}|$|\s[A-Z\u0410-\u042f])"
)
_DASHED = re.compile(
    r"^(?P<city>[^()\n.]{2,60}?)[,.]\s*(?P<credit>[A-Z][\w. ]{1,24}?)\s*[-\u2013\u2014]{1,2}\s"
)
_DATED = re.compile(
    r"^(?P<city>[^()\n.]{2,60}?),\s+[^()\n.]{3,20}\s\(\s*(?P<credit>[^()\n]{2,40})\s*\)"
)
_TRAILING = re.compile(
    r"(?:\(\s*(?:reporting|writing|additional reporting)\s+by\b[^()]{3,400}\)?"
    r"|[©(]\s*(?:copyright\s*)?(?:\d{4}\s*)?(?:the\s+)?(?P<owner>[A-Za-z][\w. -]{1,30}?)\s*(?:\d{4})?\)?"
    r"|with\s+files\s+from\s+(?:the\s+)?(?P<files>[A-Z][\w. ]{1,30}?)"
    r"|[-\u2013\u2014]\s*(?:with\s+)?(?P<dash>[A-Z][\w. ]{1,24}?))\s*[.)]*\s*$",
    re.IGNORECASE,
)
_REUTERS_TAIL = re.compile(
    r"\(?\b(?:reporting|writing)\s+by\b.{3,300}\b(?:editing|writing)\s+by\b",
    re.IGNORECASE | re.DOTALL,
)
_SPLIT = re.compile(r"\s*(?:[/,;|&+]|\band\b|\bund\b|\bet\b|\by\b|\s-\s)\s*", re.IGNORECASE)
_ROLE = re.compile(
    r"^(?:by|von|par|por|di|da|staff(?:\s+and)?|from|mit|con|avec|redaktion|source|agence|agencia|agenzia)\s*:?\s+",
    re.IGNORECASE,
)
_MAX_CITY_WORDS = 9
_SHORT_AND_COMMON = {
    "ap",
    "pa",
    "aa",
    "cp",
    "tt",
    "uni",
    "ani",
    "apa",
    "app",
    "spa",
    "sana",
    "mena",
    "petra",
    "nan",
    "ats",
    "pap",
    "sda",
    "wam",
    "irna",
}


def find_wire(summary: str, text: str, authors: Iterable[str] = ()) -> str | None:
    """Find the agency that a text is credited to, or None when it is the outlet's own."""
    for author in authors:
        if found := name_agency(author):
            return found
    for body in (text, summary):
        if not body:
            continue
        if found := _find_opening(body[:300]):
            return found
    return _find_trailing((text or summary)[-500:])


def name_agency(credit: str) -> str | None:
    """Name the agency of a by-line or credit, which may name a person or a paper besides."""
    credit = credit.strip().strip("()[]")
    for part in (credit, *_SPLIT.split(credit)):
        part = _ROLE.sub("", part.strip()).strip(" .")  # noqa: PLW2901 - the part without its role
        found = _ALONE.match(part)
        if found is None:
            continue
        if part.casefold() in _SHORT_AND_COMMON and not part.isupper():
            continue
        return _ORDER[int(str(found.lastgroup)[1:])]
    return None


def _find_opening(head: str) -> str | None:
    line = head.split("\n", 1)[0]
    for pattern in (_OPENING, _DATED, _DASHED):
        found = pattern.match(line)
        if found is None or len(found["city"].split()) > _MAX_CITY_WORDS:
            continue
        agency = name_agency(found["credit"])
        if agency:
            return agency
    return None


def _find_trailing(tail: str) -> str | None:
    if _REUTERS_TAIL.search(tail):
        return "Reuters"
    last = tail.rstrip().rsplit("\n", 1)[-1]
    found = _TRAILING.search(last)
    if found is None:
        return None
    for group in ("owner", "files", "dash"):
        if found[group] and (agency := name_agency(found[group])):
            return agency
    return None
