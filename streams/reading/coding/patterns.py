"""The lexicon's TOML tables in; patterns by trigger word out.

Patterns are data: one table a kind, in `streams/lexicon/en/code_*.toml`, and the word classes they
use in `classes.toml`. A pattern names its trigger (`v` a verb, `n` a noun, `a` an adjective) and what
must stand around it. Keys of a pattern, each a string of words parted by spaces:

- `v`, `n`, `a`: lemmas that trigger it; `set+off` is a verb with its particle;
- `s`, `o`: what the subject or the object must be; `ns`, `no`: what it must not be;
- `x`: what it makes of its object ("shot dead", "found guilty"), or the infinitive it governs;
- `m`, `nm`: modifiers (compounds, adjectives, possessors) a noun or an object must have, or not;
- `p`: prepositional objects, as `in:@place against:#NAME`, of which one must match; `~` stands for
  a measure without preposition ("pushed south a kilometre"); `np` must not match;
- `c`, `nc`: words of the sentence that must (one of them), or must not, be there;
- `g`: verbs that govern a noun trigger, one of which it needs; `ng`: ones that it must not have;
- `need`: arguments that must be present, of `s o p x`; `bare = false`: a noun that is an event only
  under a verb which says that it happened; `intr = true`: no object; `active = true`: no passive;
- `modal`: the trigger stands under one of these auxiliaries; `spoken = true`: an official speaks of
  his own side (`lenient = true`: or somebody of a side the article does not tell);
- `to`: prepositions whose object is the recipient; `at`: those whose object is the target;
  `by`: those whose object is the actor;
- `head = true`: only in a headline; `tells`: the modality of what it tells ("called an election");
- `w`: 0 to 1, how sure the pattern is; `state = true`: it tells a lasting state, whose date is only
  when it was seen; `role`: `so` (subject acts on object, the default), `o` (the subject suffers), `none`.

Terms are lemmas, `@class` from `classes.toml`, or `#NAME` (a proper name), `#LONE` (one of a
single word: a village rather than a person), `#NUM`, `#PERSON`, `#ORG`,
`#GPE` (an entity label), `#COUNTRY` (a country, its people or its capital), `#PAIR` (more than one,
named together or in the plural), `#SEVERAL` (named together or counted).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from operator import attrgetter
from typing import Any, Literal

from streams.records import Modality

Part = Literal["v", "n", "a"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What an argument may be: lemmas and marks such as NAME or PERSON."""

    lemmas: frozenset[str]
    marks: frozenset[str]

    def __bool__(self) -> bool:
        """Say whether there is anything to match."""
        return bool(self.lemmas or self.marks)


MAX_KEPT = 50_000
"""Sets of keys whose patterns are remembered; names are without end."""
NO_TERMS = Terms(frozenset(), frozenset())


@dataclass(frozen=True, eq=False)
class Pattern:
    """One way in which a language tells an event of one kind."""

    id: str
    kind: str
    part: Part
    particle: str | None
    subject: Terms
    obj: Terms
    not_subject: Terms
    not_obj: Terms
    complement: Terms
    modifier: Terms
    not_modifier: Terms
    preps: tuple[tuple[str, Terms], ...]
    not_preps: tuple[tuple[str, Terms], ...]
    context: Terms
    not_context: Terms
    governor: Terms
    not_governor: Terms
    need: str
    bare: bool
    intransitive: bool
    active: bool
    modal: frozenset[str]
    spoken: bool
    lenient: bool
    recipients: tuple[str, ...]
    targets: tuple[str, ...]
    doers: tuple[str, ...]
    headline: bool
    tells: Modality
    weight: float
    state: bool
    role: str

    @cached_property
    def order(self) -> tuple[int, float]:
        """Where it stands among the patterns of a trigger: the most specific first."""
        return -self.specificity, -self.weight

    @cached_property
    def asked(self) -> tuple[tuple[str, Terms, bool], ...]:
        """The slots of a frame that must hold one of these terms, or must not."""
        asked = (
            ("subjects", self.subject, True),
            ("objects", self.obj, True),
            ("complements", self.complement, True),
            ("subjects", self.not_subject, False),
            ("objects", self.not_obj, False),
            ("modifiers", self.modifier, True),
            ("modifiers", self.not_modifier, False),
        )
        return tuple(row for row in asked if row[1])

    @cached_property
    def specificity(self) -> int:
        """How much the pattern asks for: the more specific of two that match is taken."""
        asked = (
            self.subject,
            self.obj,
            self.complement,
            self.modifier,
            self.preps,
            self.context,
            self.governor,
            self.particle,
            self.modal,
        )
        return sum(1 for part in asked if part) + (2 if self.spoken else 0)


@dataclass(frozen=True, slots=True)
class CodingLexicon:
    """Every pattern, found by part of speech and trigger lemma, and the word classes."""

    patterns: dict[tuple[Part, str], tuple[Pattern, ...]]
    classes: dict[str, Terms]
    all_patterns: tuple[Pattern, ...]
    triggers: frozenset[str]
    """The last words of all triggers below a headline: at any other word no pattern holds."""
    _found: dict[tuple[Part, tuple[str, ...], bool], tuple[Pattern, ...]] = field(
        default_factory=dict, init=False, compare=False
    )

    def find(self, part: Part, keys: tuple[str, ...], *, headline: bool) -> tuple[Pattern, ...]:
        """The patterns under any of `keys`, the most specific first; for headlines only in one."""
        found = self._found.get((part, keys, headline))
        if found is None:
            if len(self._found) > MAX_KEPT:
                self._found.clear()
            rows = [
                row
                for key in dict.fromkeys(keys)
                for row in self.patterns.get((part, key), ())
                if headline or not row.headline
            ]
            # a list, not a set: of patterns that are equally good, the first is taken, in every process
            found = tuple(sorted(rows, key=attrgetter("order")))
            self._found[part, keys, headline] = found
        return found

    def terms(self, name: str) -> Terms:
        """The word class `name`; empty when there is none."""
        return self.classes.get(name, NO_TERMS)


@cache
def load_coding_lexicon(language: str = "en") -> CodingLexicon:
    """Load one language's patterns, most specific first under each trigger."""
    folder = resources.files("streams.lexicon").joinpath(language)
    classes = _build_classes(tomllib.loads(folder.joinpath("classes.toml").read_text("utf-8")))
    found: dict[tuple[Part, str], list[Pattern]] = {}
    every: list[Pattern] = []
    tables = sorted(
        (item for item in folder.iterdir() if item.name.startswith("code_")), key=lambda i: i.name
    )
    for table in tables:
        for kind, rows in tomllib.loads(table.read_text("utf-8")).items():
            for number, row in enumerate(rows, start=1):
                rule = f"code.{table.name[5:-5]}.{kind}.{number}"
                for trigger, pattern in _build_patterns(rule, kind, row, classes):
                    found.setdefault((pattern.part, trigger), []).append(pattern)
                    every.append(pattern)
    ordered = {key: tuple(sorted(rows, key=attrgetter("order"))) for key, rows in found.items()}
    triggers = frozenset(
        word
        for (_, key), rows in ordered.items()
        if not all(row.headline for row in rows)
        for word in (key, key.rpartition(" ")[2])
    )
    return CodingLexicon(ordered, classes, tuple(every), triggers)


def _build_classes(table: dict[str, str]) -> dict[str, Terms]:
    """Build the word classes; a class may name others, which must stand above it."""
    classes: dict[str, Terms] = {}
    for name, words in table.items():
        classes[name] = _build_terms(words, classes)
    return classes


def _build_terms(words: str, classes: dict[str, Terms]) -> Terms:
    lemmas: set[str] = set()
    marks: set[str] = set()
    for word in words.split():
        if word.startswith("@"):
            lemmas |= classes[word[1:]].lemmas
            marks |= classes[word[1:]].marks
        elif word.startswith("#"):
            marks.add(word[1:])
        else:
            lemmas.add(word.replace("_", " "))
    return Terms(frozenset(lemmas), frozenset(marks))


def _build_patterns(
    rule: str, kind: str, row: dict[str, Any], classes: dict[str, Terms]
) -> list[tuple[str, Pattern]]:
    parts: tuple[Part, ...] = ("v", "n", "a")
    part = next(part for part in parts if part in row)

    def terms(key: str) -> Terms:
        return _build_terms(row.get(key, ""), classes)

    built = []
    for word in row[part].split():
        trigger, _, particle = word.partition("+")
        pattern = Pattern(
            id=rule,
            kind=kind,
            part=part,
            particle=particle or None,
            subject=terms("s"),
            obj=terms("o"),
            not_subject=terms("ns"),
            not_obj=terms("no"),
            complement=terms("x"),
            modifier=terms("m"),
            not_modifier=terms("nm"),
            preps=_build_preps(row.get("p", ""), classes),
            not_preps=_build_preps(row.get("np", ""), classes),
            context=terms("c"),
            not_context=terms("nc"),
            governor=terms("g"),
            not_governor=terms("ng"),
            need=row.get("need", ""),
            bare=row.get("bare", True),
            intransitive=row.get("intr", False),
            active=row.get("active", False),
            modal=frozenset(row.get("modal", "").split()),
            spoken=row.get("spoken", False),
            lenient=row.get("lenient", False),
            recipients=tuple(row.get("to", "").split()),
            targets=tuple(row.get("at", "").split()),
            doers=tuple(row.get("by", "").split()),
            headline=row.get("head", False),
            tells=row.get("tells", "happened"),
            weight=row.get("w", 0.8),
            state=row.get("state", False),
            role=row.get("role", "so"),
        )
        built.append((trigger.replace("_", " "), pattern))
    return built


def _build_preps(text: str, classes: dict[str, Terms]) -> tuple[tuple[str, Terms], ...]:
    """Read `in:@place,Rome on:#NAME`; a preposition alone takes any object."""
    preps = []
    for item in text.split():
        prep, _, words = item.partition(":")
        preps.append((prep, _build_terms(words.replace(",", " "), classes)))
    return tuple(preps)
