"""A parsed article in, who its names, titles and pronouns stand for out.

The theory: a newspaper introduces a person once in full ("Ukrainian Deputy Defence Minister Hanna
Maliar") and then says "Ms. Maliar", "the minister" or "she". So the last word of a full name stands
for it afterwards, a title stands for its latest holder, and a pronoun for the latest person, first
of all the one who did something. "The ministry" stands for the last ministry that was named.

What it gets wrong on purpose: two people with one surname are told apart only by their first names;
gender is known only from "Mr." and "Ms."; "they" and "it" are left alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from streams.reading.names.book import Names, Place, place_of
from streams.reading.names.groups import Groups
from streams.reading.names.people import SPEAKING, Person, is_unnamed, is_unnamed_speaker
from streams.reading.names.phrases import clean_phrase, origin_stem, phrase_of
from streams.reading.names.runs import find_people, find_places, looks_like_name, run_at, words_of
from streams.reading.names.titles import (
    MAX_TITLE_WORDS,
    gender_before,
    is_title,
    load_titles,
    title_after,
    title_before,
)
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.words import Token

_PRONOUNS = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}
_SUBJECT_DEPS = frozenset({"nsubj", "nsubjpass"})


def build_names(parsed: ParsedArticle) -> Names:
    """Find every person, and what each surname, title and pronoun stands for."""
    builder = _Builder()
    for sentence in parsed.sentences:
        builder.introduce(sentence)
    builder.forget_places()
    builder.link_unnamed(parsed.sentences)
    builder.link_speakers(parsed.sentences)
    for sentence in parsed.sentences:
        builder.follow(sentence)
    return builder.finish(parsed)


class _Builder:
    """Collects people sentence by sentence."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.surnames: dict[str, Person] = {}
        self.firsts: dict[str, Person | None] = {}
        self.meant: dict[Place, str] = {}
        self.groups = Groups()
        self.recent: list[Person] = []
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
        self.places.update(find_places(sentence.tokens))
        self.runs[sentence.index] = list(find_people(sentence.words))
        for run in self.runs[sentence.index]:
            words = words_of(run)
            if len(words) < 2 or not looks_like_name(words):
                continue
            name = " ".join(words)
            person = self._known(words) or self.people.setdefault(name, Person(name))
            title, origin = title_before(run)
            title = title or title_after(run)
            if title and title not in person.titles:
                person.titles.append(title)
            person.origin = person.origin or origin
            person.gender = person.gender if person.gender != "-" else gender_before(run)
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
        unnamed = [t for s in opening for t in s.words if is_unnamed(t)]
        if (
            person is None
            or person.titles
            or any(self.runs[s.index] for s in opening if s.paragraph.role == "lead")
        ):
            return
        for token in unnamed[:2]:
            self.meant[place_of(token)] = person.name

    def link_speakers(self, sentences: Sequence[Sentence]) -> None:
        """Tie "the state governor said" to whom the next paragraph lets speak by a name alone."""
        for sentence, after in itertools.pairwise(sentences):
            offices = [t for t in sentence.words if is_unnamed_speaker(t)]
            runs = self.runs[after.index]
            if not offices or not runs or runs[0][0].i != after.tokens.start:
                continue
            last = runs[0][-1]
            person = self._match(runs[0])
            speaks = last.dep_ == "nsubj" and last.head.lemma_.lower() in SPEAKING
            if person is None or person.titles or not speaks or self._holder(offices[-1]):
                continue
            if self._is_named_before(person, sentence):
                continue
            person.titles.append(clean_phrase(phrase_of(offices[-1])))
            self.meant[place_of(offices[-1])] = person.name

    def _is_named_before(self, person: Person, sentence: Sentence) -> bool:
        runs = (run for n in range(sentence.index + 1) for run in self.runs.get(n, ()))
        return any(self._match(run) is person for run in runs)

    def follow(self, sentence: Sentence) -> None:
        """Say for each word of a sentence whom it stands for."""
        runs = {run[0].i: run for run in self.runs[sentence.index]}
        skip = -1
        subject: Person | None = None
        for token in sentence.words:
            if token.i <= skip:
                continue
            run = runs.get(token.i, [token])
            skip = run[-1].i
            person = self._match(run) if token.i in runs else self._meaning(token)
            if person is None:
                continue
            for word in run:
                self.meant[place_of(word)] = person.name
            self._see(person)
            if subject is None and run[-1].dep_ in {"nsubj", "nsubjpass"}:
                subject = person
        if subject is not None:
            self._see(subject)

    def _meaning(self, token: Token) -> Person | None:
        """Whom a pronoun, a surname or an office stands for; a group is followed on the way."""
        if token.lower_ in _PRONOUNS:
            return self._latest(_PRONOUNS[token.lower_])
        if token.pos_ == "PROPN" and token.lower_ in self.surnames and not _in_other(token):
            return self.surnames[token.lower_]
        if token.pos_ in {"NOUN", "PROPN"} and is_title(token):
            return self._named_after(token) or self._holder(token)
        if token.pos_ in {"NOUN", "PROPN"}:
            name = self.groups.follow(token)
            if name is not None:
                self.meant[place_of(token)] = name
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

    def _known(self, words: list[str]) -> Person | None:
        """A person named before with more or fewer first names: Joe Biden, Joseph R. Biden."""
        person = self.surnames.get(words[-1].lower())
        if person is None:
            return None
        first, known = words[0], person.name.split()[0]
        same = first == known or (first[0] == known[0] and (len(first) <= 2 or len(known) <= 2))
        return person if same else None

    def _match(self, run: Sequence[Token]) -> Person | None:
        words = words_of(run)
        name = " ".join(words)
        if name in self.people:
            return self.people[name]
        if len(words) > 1:
            return self._known(words)
        word = words[0].lower() if words else ""
        person = self.surnames.get(word) or self.firsts.get(word)
        if person is None and words and gender_before(run) != "-":
            person = self.people.setdefault(name, Person(name))
            self.surnames[word] = person
        if person is not None and person.gender == "-":
            person.gender = gender_before(run)
        return person

    def _latest(self, gender: str) -> Person | None:
        for person in reversed(self.recent[-6:]):
            if person.gender in {gender, "-"}:
                return person
        return None

    def _holder(self, token: Token) -> Person | None:
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

    def _named_after(self, token: Token) -> Person | None:
        """Who is named after a comma: "a spokesman for the army, Colonel Idris Hamdan"."""
        seen_comma = False
        for word in token.doc[token.i + 1 : token.i + MAX_TITLE_WORDS + 6]:
            if word.text == ",":
                if seen_comma:
                    return None
                seen_comma = True
            elif seen_comma:
                if word.ent_type_ == "PERSON" or word.lower_ in self.surnames:
                    return self._match(run_at(word))
                if not is_title(word) and word.pos_ != "PROPN":
                    return None
            elif word.pos_ in {"VERB", "AUX", "PUNCT"} and word.text != "-":
                return None
        return None

    def _see(self, person: Person) -> None:
        self.clock += 1
        person.seen = self.clock
        if person in self.recent:
            self.recent.remove(person)
        self.recent.append(person)


def _in_other(token: Token) -> bool:
    """Tell whether a word belongs to a longer name of another sort, e.g. Trump Tower."""
    return token.ent_type_ in {"ORG", "FAC", "LOC", "GPE", "EVENT", "WORK_OF_ART"} and (
        token.ent_iob_ == "I" or (token.i + 1 < len(token.doc) and token.nbor().ent_iob_ == "I")
    )
