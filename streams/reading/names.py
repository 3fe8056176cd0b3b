"""A parsed article in, who its names, titles and pronouns stand for out.

The theory: a newspaper introduces a person once in full ("Ukrainian Deputy Defence Minister Hanna
Maliar") and then says "Ms. Maliar", "the minister" or "she". So the last word of a full name stands
for it afterwards, a title stands for its latest holder, and a pronoun for the latest person, first
of all the one who did something. "The ministry" stands for the last ministry that was named.

What it gets wrong on purpose: two people with one surname are told apart only by their first names;
gender is known only from "Mr." and "Ms."; "they" and "it" are left alone.
"""

# ruff: noqa: RUF001 - newspapers write curly apostrophes
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from spacy.tokens import Span as SpacySpan
from spacy.tokens import Token

from streams.reading.parse import ParsedArticle, Sentence

MAX_TITLE_WORDS = 8
_PRONOUNS = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}
_ARTICLES = frozenset({"the", "a", "an", "this", "that", "these", "those", "its", "their"})
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_PARTICLES = frozenset(
    {"de", "del", "la", "al", "bin", "ben", "von", "van", "der", "di", "da", "el", "dos", "le"}
)
_SUBJECT_DEPS = frozenset({"nsubj", "nsubjpass"})
_UNNAMED = frozenset(
    [
        "man",
        "woman",
        "teenager",
        "suspect",
        "gunman",
        "driver",
        "student",
        "bomber",
        "killer",
        "boy",
        "girl",
    ]
)
_AT_PLACES = frozenset({"in", "near", "at", "around", "outside", "toward", "towards"})
"""Words after which a place stands, whatever the parser says."""
GROUPS = frozenset(
    [
        "ministry", "army", "military", "government", "company", "bank", "agency", "court", "party",
        "union", "group", "commission", "council", "department", "office", "service", "club", "team",
        "university", "hospital", "airline", "committee", "parliament", "regulator", "firm",
    ]
)  # fmt: skip

_SPACED = re.compile(
    r" (?=['’](?:s\b)?(?: |$))|(?<=\b[A-Z]\.) (?=[A-Z]\.)|(?<=\w) (?=- \w)|(?<=\w -) (?=\w)"
)
"""Spaces that a page with its words set apart leaves in a name: "Iran 's", "U. S."."""

Place = tuple[int, int]
"""A token of the article: the identity of its paragraph's parse, and its number there."""


@dataclass(slots=True)
class _Person:
    name: str
    titles: list[str] = field(default_factory=list)
    origin: str = ""
    gender: str = "-"
    seen: int = -1

    def holds(self, office: str) -> bool:
        return any(office in title.lower().replace("-", " ").split() for title in self.titles)


@dataclass(slots=True)
class Names:
    """The people and organisations of one article, and the words that stand for them."""

    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    _titles: dict[str, str] = field(default_factory=dict)
    _meant: dict[Place, str] = field(default_factory=dict)

    def title_of(self, name: str) -> str | None:
        """The office or title the article gives this person, e.g. Deputy Defence Minister."""
        return self._titles.get(name)

    def person_at(self, token: Token) -> str | None:
        """The full name this word stands for, or is part of."""
        return self._meant.get(_place(token))

    def canonical(self, tokens: Sequence[Token]) -> str:
        """The full name these words stand for; else the words, without articles."""
        if not tokens:
            return ""
        head = head_of(tokens)
        named = (child for child in head.children if child.dep_ == "appos")
        for token in (head, *tokens, *named):
            meant = self._meant.get(_place(token))
            if meant is not None and _is_within(token, head):
                return meant
        for child in head.children:  # "the group Ansar": the name says more
            if child.dep_ == "appos" and child.pos_ == "PROPN" and head.i + 1 == child.left_edge.i:
                return clean_phrase(phrase_of(child))
        return clean_phrase(tokens)


def build_names(parsed: ParsedArticle) -> Names:
    """Find every person, and what each surname, title and pronoun stands for."""
    builder = _Builder()
    for sentence in parsed.sentences:
        builder.introduce(sentence)
    builder.forget_places()
    builder.link_unnamed(parsed.sentences)
    for sentence in parsed.sentences:
        builder.follow(sentence)
    return builder.finish(parsed)


def head_of(tokens: Sequence[Token]) -> Token:
    """The word that the others hang on."""
    inside = set(tokens)
    for token in tokens:
        if token.head not in inside or token.head == token:
            return token
    return tokens[-1]


def phrase_of(head: Token) -> list[Token]:
    """The noun phrase of a head, without clauses and appositions: "Russia's defence ministry"."""
    keep = {
        "det",
        "amod",
        "compound",
        "poss",
        "nummod",
        "nmod",
        "case",
        "flat",
        "quantmod",
        "punct",
    }
    found = [head]
    for child in head.children:
        if child.dep_ in keep and not (child.dep_ == "punct" and child.text not in {"-", "–"}):
            found.extend(t for t in child.subtree if abs(t.i - head.i) <= 12)
        elif child.dep_ == "prep" and child.lower_ in {"of", "for"} and child.i == head.i + 1:
            found.extend(t for t in child.subtree if t.i - head.i <= 7 and t.dep_ != "relcl")
    found.sort(key=lambda token: token.i)
    return found


def clean_phrase(tokens: Sequence[Token]) -> str:
    """Words as a name: no leading article, no trailing possessive or punctuation."""
    kept = list(tokens)
    while len(kept) > 1 and kept[0].lower_ in _ARTICLES:
        kept.pop(0)
    while len(kept) > 1 and (kept[-1].lower_ in {"'s", "’s", "'", "’"} or kept[-1].is_punct):
        kept.pop()
    text = "".join(token.text_with_ws for token in kept)
    text = _SPACED.sub("", re.sub(r"\s+", " ", text))
    return text.strip(' ,;:"“”')


def origin_stem(word: str) -> str:
    """A stem that a country and its adjective share: Ukraine and Ukrainian, Russia and Russian."""
    return word.lower()[:5]


class _Builder:
    """Collects people sentence by sentence."""

    def __init__(self) -> None:
        self.people: dict[str, _Person] = {}
        self.surnames: dict[str, _Person] = {}
        self.firsts: dict[str, _Person | None] = {}
        self.meant: dict[Place, str] = {}
        self.groups: dict[str, str] = {}
        self.recent: list[_Person] = []
        self.places: set[str] = set()
        self.clock = 0
        self.runs: dict[int, list[list[Token]]] = {}

    def forget_places(self) -> None:
        """Drop the people without office whose name follows "in" or "the city of" elsewhere."""
        for name in [n for n, p in self.people.items() if n in self.places and not p.titles]:
            person = self.people.pop(name)
            self.surnames = {w: p for w, p in self.surnames.items() if p is not person}
            self.firsts = {w: p for w, p in self.firsts.items() if p is not person}

    def introduce(self, sentence: Sentence) -> None:
        """Register the full names of a sentence with their titles."""
        self.places.update(_find_places(sentence.tokens))
        self.runs[sentence.index] = list(_find_people(sentence.words))
        for run in self.runs[sentence.index]:
            words = _words_of(run)
            if len(words) < 2 or not _looks_like_name(words):
                continue
            name = " ".join(words)
            person = self._known(words) or self.people.setdefault(name, _Person(name))
            title, origin = _title_before(run)
            title = title or _title_after(run)
            if title and title not in person.titles:
                person.titles.append(title)
            person.origin = person.origin or origin
            person.gender = person.gender if person.gender != "-" else _gender_before(run)
            self.surnames.setdefault(words[-1].lower(), person)
            first = words[0].lower()
            self.firsts[first] = person if self.firsts.get(first, person) is person else None

    def link_unnamed(self, sentences: Sequence[Sentence]) -> None:
        """Tie "a 29-year-old man" of the lead to the person whom the next paragraph names first.

        So crime and accident reports introduce people: what was done first, by whom second.
        """
        opening = [s for s in sentences if s.paragraph.role in {"headline", "lead"}]
        after = [s for s in sentences if s.paragraph.role == "body"][:1]
        if not after or not opening or opening[-1].paragraph.index + 1 < after[0].paragraph.index:
            return
        runs = [run for run in self.runs[after[0].index] if run[-1].dep_ in _SUBJECT_DEPS]
        if not runs or runs[0][0].i - after[0].tokens.start > 1 or len(runs[0]) < 2:
            return
        person = self._match(runs[0])
        unnamed = [t for s in opening for t in s.words if _is_unnamed(t)]
        if (
            person is None
            or person.titles
            or any(self.runs[s.index] for s in opening if s.paragraph.role == "lead")
        ):
            return
        for token in unnamed[:2]:
            self.meant[_place(token)] = person.name

    def follow(self, sentence: Sentence) -> None:
        """Say for each word of a sentence whom it stands for."""
        runs = {run[0].i: run for run in self.runs[sentence.index]}
        skip = -1
        subject: _Person | None = None
        for token in sentence.words:
            if token.i <= skip:
                continue
            run = runs.get(token.i, [token])
            skip = run[-1].i
            person = self._match(run) if token.i in runs else self._meaning(token)
            if person is None:
                continue
            for word in run:
                self.meant[_place(word)] = person.name
            self._see(person)
            if subject is None and run[-1].dep_ in {"nsubj", "nsubjpass"}:
                subject = person
        if subject is not None:
            self._see(subject)

    def _meaning(self, token: Token) -> _Person | None:
        """Whom a pronoun, a surname or an office stands for; a group is followed on the way."""
        if token.lower_ in _PRONOUNS:
            return self._latest(_PRONOUNS[token.lower_])
        if token.pos_ == "PROPN" and token.lower_ in self.surnames and not _in_other(token):
            return self.surnames[token.lower_]
        if token.pos_ in {"NOUN", "PROPN"} and _is_title(token):
            return self._named_after(token) or self._holder(token)
        if token.pos_ in {"NOUN", "PROPN"}:
            self._follow_group(token)
        return None

    def finish(self, parsed: ParsedArticle) -> Names:
        """Close the book."""
        organisations: dict[str, None] = {}
        for sentence in parsed.sentences:
            for entity in sentence.tokens.ents:
                if entity.label_ == "ORG" and len(entity.text) > 1:
                    organisations.setdefault(clean_phrase(list(entity)))
        people = tuple(self.people)
        return Names(
            people=people,
            organisations=tuple(name for name in organisations if name and name not in people),
            _titles={p.name: p.titles[0] for p in self.people.values() if p.titles},
            _meant=self.meant,
        )

    def _known(self, words: list[str]) -> _Person | None:
        """A person named before with more or fewer first names: Joe Biden, Joseph R. Biden."""
        person = self.surnames.get(words[-1].lower())
        if person is None:
            return None
        first, known = words[0], person.name.split()[0]
        same = first == known or (first[0] == known[0] and (len(first) <= 2 or len(known) <= 2))
        return person if same else None

    def _match(self, run: Sequence[Token]) -> _Person | None:
        words = _words_of(run)
        name = " ".join(words)
        if name in self.people:
            return self.people[name]
        if len(words) > 1:
            return self._known(words)
        word = words[0].lower() if words else ""
        person = self.surnames.get(word) or self.firsts.get(word)
        if person is None and words and _gender_before(run) != "-":
            person = self.people.setdefault(name, _Person(name))
            self.surnames[word] = person
        if person is not None and person.gender == "-":
            person.gender = _gender_before(run)
        return person

    def _latest(self, gender: str) -> _Person | None:
        for person in reversed(self.recent[-6:]):
            if person.gender in {gender, "-"}:
                return person
        return None

    def _holder(self, token: Token) -> _Person | None:
        """Whom "the president" or "the Russian leader" means."""
        if token.lower_ not in load_titles("office"):
            return None
        definite = any(
            child.lower_ in {"the", "his", "her"} or child.dep_ == "poss"
            for child in token.children
        )
        if not definite or token.dep_ in {"compound", "attr", "appos"}:
            return None
        origins = [
            origin_stem(child.text)
            for child in token.children
            if child.dep_ in {"amod", "poss", "compound", "nmod"} and child.text[:1].isupper()
        ]
        office = token.lower_
        found = [
            person
            for person in self.people.values()
            if (person.holds(office) or (office == "leader" and person.titles))
            and (not origins or not person.origin or origin_stem(person.origin) in origins)
        ]
        return max(found, key=lambda person: person.seen, default=None)

    def _named_after(self, token: Token) -> _Person | None:
        """Who is named after a comma: "a spokesman for the army, Colonel Idris Hamdan"."""
        seen_comma = False
        for word in token.doc[token.i + 1 : token.i + MAX_TITLE_WORDS + 6]:
            if word.text == ",":
                if seen_comma:
                    return None
                seen_comma = True
            elif seen_comma:
                if word.ent_type_ == "PERSON" or word.lower_ in self.surnames:
                    return self._match(_run_at(word))
                if not _is_title(word) and word.pos_ != "PROPN":
                    return None
            elif word.pos_ in {"VERB", "AUX", "PUNCT"} and word.text != "-":
                return None
        return None

    def _follow_group(self, token: Token) -> None:
        """Remember "Russia's defence ministry" and "a gang known as Grey Heron"; follow "the gang"."""
        name = _name_given(token)
        if name:
            self.groups[token.lower_] = name
            self.meant[_place(token)] = name
            return
        if token.lower_ not in GROUPS and token.lower_ not in self.groups:
            return
        phrase = phrase_of(token)
        if any(w.text[:1].isupper() and w.lower_ not in _ARTICLES for w in phrase):
            self.groups[token.lower_] = clean_phrase(phrase)
        elif phrase[0].lower_ == "the" and len(phrase) == 2 and token.lower_ in self.groups:
            self.meant[_place(token)] = self.groups[token.lower_]

    def _see(self, person: _Person) -> None:
        self.clock += 1
        person.seen = self.clock
        if person in self.recent:
            self.recent.remove(person)
        self.recent.append(person)


@cache
def load_titles(kind: str) -> dict[str, str]:
    """Load one class of `titles.tsv`: the word in lower case, and the gender it tells."""
    table = resources.files("streams.lexicon").joinpath("titles.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[1]: row[2] for row in rows if row[0] == kind}


def _find_people(words: Sequence[Token]) -> Iterator[list[Token]]:
    """Find runs of words that name a person, without honorifics and titles."""
    position = 0
    honorifics, offices = load_titles("honorific"), load_titles("office")
    while position < len(words):
        token = words[position]
        before = words[position - 1].lower_ if position else ""
        apposed = _find_apposed(words, position)
        if apposed:
            yield apposed
            position += len(apposed)
            continue
        titled = before in honorifics or before in offices
        starts = token.ent_type_ == "PERSON" or (
            titled and token.pos_ == "PROPN" and token.ent_type_ not in {"GPE", "NORP", "LOC"}
        )
        if not starts or not token.text[:1].isupper() or _is_title(token) or token.tag_ == "VBG":
            position += 1
            continue
        end = position
        while end + 1 < len(words) and _continues(words[end], words[end + 1]):
            end += 1
        if titled or before not in _AT_PLACES:
            yield list(words[position : end + 1])
        position = end + 1


def _find_places(tokens: SpacySpan) -> Iterator[str]:
    """Find what follows "in" or "the city of", and the parser takes for a person."""
    for entity in tokens.ents:
        if entity.label_ != "PERSON" or entity.start <= tokens.start:
            continue
        before = entity.doc[entity.start - 1].lower_
        settled = (
            before == "of"
            and entity.start - tokens.start > 1
            and (
                entity.doc[entity.start - 2].lower_ in {"city", "town", "village", "port", "suburb"}
            )
        )
        if before in _AT_PLACES or settled:
            yield " ".join(token.text for token in entity if token.lower_ not in {"'s", "’s"})


def _run_at(token: Token) -> list[Token]:
    """The words of a name from its first word on."""
    words = [token]
    while words[-1].i + 1 < len(token.doc) and _continues(words[-1], words[-1].nbor()):
        words.append(words[-1].nbor())
    return words


def _continues(last: Token, token: Token) -> bool:
    if _is_title(token) and token.ent_type_ != "PERSON":
        return False
    inside = token.ent_type_ == "PERSON" and token.ent_iob_ == "I"
    if token.lower_ in _PARTICLES:
        return token.ent_type_ == "PERSON" or last.lower_ in _PARTICLES
    if token.text == "-" or last.text == "-":
        return inside  # "Tae-yul": what follows a hyphen need not be a capital
    if not token.text[:1].isupper():
        return False
    if inside or last.lower_ in _PARTICLES:
        return True  # "von der Leyen", of which the parser makes a place
    name_like = token.pos_ == "PROPN"
    same = token.ent_type_ == "PERSON" or last.ent_type_ != "PERSON"
    return name_like and same and token.ent_iob_ != "B"


def _find_apposed(words: Sequence[Token], position: int) -> list[Token]:
    """A name of two words or more in commas after an office: "the mayor, Ana Costa,"."""
    if position < 2 or words[position - 1].text != "," or words[position].pos_ != "PROPN":
        return []
    office = words[position - 2].lower_
    if office not in load_titles("office") and office not in load_titles("role"):
        return []
    name: list[Token] = []
    for token in words[position : position + MAX_TITLE_WORDS]:
        if token.pos_ == "PROPN" and token.text[:1].isupper() and not _is_title(token):
            name.append(token)
        elif token.text in {",", "."} or token.pos_ in {"VERB", "AUX"}:
            return name if len(name) > 1 else []
        else:
            break
    return []


def _words_of(run: Sequence[Token]) -> list[str]:
    """The words of a name, its hyphens inside them: "Cho", "Tae-yul"."""
    words: list[str] = []
    for token in run:
        if token.lower_ in _SUFFIXES:
            continue
        hyphened = words and (token.text == "-" or words[-1].endswith("-"))
        if hyphened:
            words[-1] += token.text
        else:
            words.append(token.text)
    return [word.rstrip("-") for word in words]


def _is_title(token: Token) -> bool:
    lower = token.lower_
    return (
        lower in load_titles("honorific")
        or lower in load_titles("office")
        or lower in load_titles("role")
    )


def _looks_like_name(words: list[str]) -> bool:
    return all(re.match(r"[^\W\d_]", word) or word == "'" for word in words) and len(words) <= 5


def _title_before(run: Sequence[Token]) -> tuple[str, str]:
    """The office before a name ("Deputy Defence Minister") and the country it is of."""
    doc = run[0].doc
    words: list[Token] = []
    position = run[0].i - 1
    while position >= run[0].sent.start and len(words) < MAX_TITLE_WORDS:
        token = doc[position]
        joins = bool(words) and token.lower_ in {"and", "-", "'s", "’s"}
        if token.lower_ in {"of", "for"}:
            joins = bool(words) and token.i > 0 and _is_title(token.nbor(-1))
        if not (token.pos_ in {"PROPN", "NOUN", "ADJ"} or joins or _is_title(token)):
            break
        words.insert(0, token)
        position -= 1
    while words and words[0].lower_ in {"of", "and", "for", "-", "'s", "’s"}:
        words.pop(0)
    offices = [i for i, word in enumerate(words) if word.lower_ in load_titles("office")]
    if not offices:
        return "", ""
    origin = ""
    if words[0].ent_type_ in {"NORP", "GPE"}:
        while words and (words[0].ent_type_ in {"NORP", "GPE"} or words[0].lower_ in {"'s", "’s"}):
            origin = origin or words[0].text
            words.pop(0)
    return clean_phrase(words) if words else "", origin


def _title_after(run: Sequence[Token]) -> str:
    """The office in an apposition: "Hanna Maliar, the deputy defence minister,"."""
    doc = run[0].doc
    start = run[-1].i + 1
    if start >= len(doc) or doc[start].text != ",":
        return ""
    words: list[Token] = []
    for token in doc[start + 1 : start + 2 + MAX_TITLE_WORDS]:
        if token.is_punct and token.text != "-":
            break
        words.append(token)
    offices = [i for i, word in enumerate(words) if word.lower_ in load_titles("office")]
    if not offices or any(word.pos_ in {"VERB", "AUX"} for word in words[: offices[0]]):
        return ""
    if any(word.ent_type_ == "PERSON" for word in words[: offices[-1] + 2]):
        return ""  # "Chequers, the house of Prime Minister Rishi Sunak"
    return clean_phrase(words[: offices[-1] + 1])


def _gender_before(run: Sequence[Token]) -> str:
    before = run[0].nbor(-1).lower_ if run[0].i > run[0].sent.start else ""
    return load_titles("honorific").get(before) or load_titles("office").get(before) or "-"


def _name_given(token: Token) -> str:
    """The name of "a gang known as Grey Heron" or "a group called the Lanterns"."""
    for child in token.children:
        if child.dep_ == "acl" and child.lower_ in {"known", "called", "named", "dubbed"}:
            words = [t for t in child.subtree if t.i > child.i and t.lower_ != "as"]
            if words and any(word.text[:1].isupper() for word in words):
                return clean_phrase(words[:5])
    return ""


def _is_unnamed(token: Token) -> bool:
    """Tell whether a word is a person without a name who does or suffers something."""
    acts = token.dep_ in {"nsubj", "nsubjpass", "dobj", "ROOT"}
    return token.lower_ in _UNNAMED and acts and not any(c.dep_ == "appos" for c in token.children)


def _in_other(token: Token) -> bool:
    """Tell whether a word belongs to a longer name of another sort, e.g. Trump Tower."""
    return token.ent_type_ in {"ORG", "FAC", "LOC", "GPE", "EVENT", "WORK_OF_ART"} and (
        token.ent_iob_ == "I" or (token.i + 1 < len(token.doc) and token.nbor().ent_iob_ == "I")
    )


def _is_within(token: Token, head: Token) -> bool:
    """Tell whether a name is the phrase's own, not its owner's: not "Mr. Putin's party"."""
    if token == head:
        return True
    return token.dep_ in {"compound", "flat", "appos", "nmod"} and token.head == head


def _place(token: Token) -> Place:
    return id(token.doc), token.i
