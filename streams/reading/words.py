"""A text parsed by spaCy in, the same as plain Python objects out, which every rule of reading walks over.

The rules ask a word for its head, its children and its lemma a hundred thousand times an article; spaCy
makes a new object or a new string at each of these questions, here they are read once and kept. Names
and meanings are spaCy's (`Token`, `Doc`, `Span`): https://spacy.io/api/token. Two words are equal when
they are the same object, and `children`, `subtree` and their like are tuples in the order of the text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple, overload

from spacy.tokens import Doc as SpacyDoc
from spacy.vocab import Vocab

MAX_KEPT = 100_000
"""Words whose spelling is remembered; names are without end."""
_ATTRIBUTES = (
    "ORTH",
    "LEMMA",
    "POS",
    "TAG",
    "DEP",
    "HEAD",
    "ENT_TYPE",
    "ENT_IOB",
    "SPACY",
    "SENT_START",
)
_IOB = ("", "I", "O", "B")
_WRAP = 1 << 64
"""spaCy gives the distance to the head as an unsigned number."""


class Spelling(NamedTuple):
    """What a word is wherever it stands."""

    text: str
    lower: str
    is_punct: bool
    is_space: bool
    is_alpha: bool
    is_digit: bool
    like_num: bool


class Token:
    """One word with its place in the parse."""

    __slots__ = (
        "_ancestors",
        "_subtree",
        "children",
        "dep_",
        "doc",
        "ent_iob_",
        "ent_type_",
        "head",
        "i",
        "idx",
        "is_alpha",
        "is_digit",
        "is_punct",
        "is_space",
        "lemma_",
        "like_num",
        "lower_",
        "pos_",
        "sent",
        "tag_",
        "text",
        "whitespace_",
    )

    doc: Doc
    sent: TokenSpan
    head: Token
    children: tuple[Token, ...]

    def __init__(
        self,
        i: int,
        idx: int,
        spelling: Spelling,
        forms: tuple[str, str, str, str],
        entity: tuple[str, str],
        whitespace: str,
    ) -> None:
        """Take what spaCy says of the word itself; `Doc` ties it to the others."""
        self.i = i
        self.idx = idx
        (
            self.text,
            self.lower_,
            self.is_punct,
            self.is_space,
            self.is_alpha,
            self.is_digit,
            self.like_num,
        ) = spelling
        self.lemma_, self.pos_, self.tag_, self.dep_ = forms
        self.ent_type_, self.ent_iob_ = entity
        self.whitespace_ = whitespace
        self.children = ()
        self._subtree: tuple[Token, ...] | None = None
        self._ancestors: tuple[Token, ...] | None = None

    def __repr__(self) -> str:
        """The word, as spaCy shows it."""
        return self.text

    def __len__(self) -> int:
        """Characters of the word."""
        return len(self.text)

    def __bool__(self) -> bool:
        """Every word is true, as in spaCy."""
        return True

    @property
    def text_with_ws(self) -> str:
        """The word and the space after it."""
        return self.text + self.whitespace_

    @property
    def lefts(self) -> tuple[Token, ...]:
        """Children before the word."""
        return tuple([child for child in self.children if child.i < self.i])

    @property
    def rights(self) -> tuple[Token, ...]:
        """Children after the word."""
        return tuple([child for child in self.children if child.i > self.i])

    @property
    def subtree(self) -> tuple[Token, ...]:
        """The word and all below it."""
        found = self._subtree
        if found is None:
            if not self.children:
                found = (self,)
            else:
                parts: list[Token] = []
                waiting = True
                for child in self.children:
                    if waiting and child.i > self.i:
                        parts.append(self)
                        waiting = False
                    parts.extend(child.subtree)
                if waiting:
                    parts.append(self)
                found = tuple(parts)
            self._subtree = found
        return found

    @property
    def left_edge(self) -> Token:
        """The first word of the subtree."""
        return min(self.subtree, key=_place_of)

    @property
    def right_edge(self) -> Token:
        """The last word of the subtree."""
        return max(self.subtree, key=_place_of)

    @property
    def ancestors(self) -> tuple[Token, ...]:
        """The head, its head and so on to the root."""
        found = self._ancestors
        if found is None:
            head = self.head
            found = () if head is self else (head, *head.ancestors)
            self._ancestors = found
        return found

    @property
    def conjuncts(self) -> tuple[Token, ...]:
        """The other words that are coordinated with this one."""
        first = self
        while first.dep_ == "conj" and first.head is not first:
            first = first.head
        found = [first]
        for word in found:
            found.extend([child for child in word.rights if child.dep_ == "conj"])
        return tuple([word for word in found if word is not self])

    def is_ancestor(self, descendant: Token) -> bool:
        """Whether `descendant` hangs on this word, directly or not."""
        return any(word is self for word in descendant.ancestors)

    def nbor(self, distance: int = 1) -> Token:
        """The word so many places on; IndexError beyond the text."""
        place = self.i + distance
        if place < 0:
            raise IndexError(f"word {self.i} of {self.doc.text!r} has no neighbour at {distance}")
        return self.doc.tokens[place]


def _place_of(token: Token) -> int:
    return token.i


class TokenSpan:
    """Words that stand together."""

    __slots__ = ("doc", "end", "label_", "start")

    def __init__(self, doc: Doc, start: int, end: int, label: str = "") -> None:
        """From word `start` to before word `end`; a named entity has a label."""
        self.doc = doc
        self.start = start
        self.end = end
        self.label_ = label

    def __repr__(self) -> str:
        """The words as written."""
        return self.text

    def __len__(self) -> int:
        """How many words."""
        return self.end - self.start

    def __iter__(self) -> Iterator[Token]:
        """The words in order."""
        return iter(self.doc.tokens[self.start : self.end])

    @overload
    def __getitem__(self, key: int) -> Token: ...
    @overload
    def __getitem__(self, key: slice) -> TokenSpan: ...
    def __getitem__(self, key: int | slice) -> Token | TokenSpan:
        """A word or a part, counted from the span's first word."""
        if isinstance(key, slice):
            first, last, _ = key.indices(len(self))
            return TokenSpan(self.doc, self.start + first, self.start + max(first, last))
        return self.doc.tokens[range(self.start, self.end)[key]]

    @property
    def start_char(self) -> int:
        """The first character in the text."""
        tokens = self.doc.tokens
        return tokens[self.start].idx if self.start < len(tokens) else len(self.doc.text)

    @property
    def end_char(self) -> int:
        """One past the last character."""
        if self.end <= self.start:
            return self.start_char
        last = self.doc.tokens[self.end - 1]
        return last.idx + len(last.text)

    @property
    def text(self) -> str:
        """The words as written."""
        return self.doc.text[self.start_char : self.end_char]

    @property
    def root(self) -> Token:
        """The word nearest to the root of the sentence."""
        words = self.doc.tokens[self.start : self.end]
        for word in words:
            if word.head is word:
                return word
        tops = [word for word in words if not self.start <= word.head.i < self.end]
        return min(tops, key=self._depth_of) if tops else words[0]

    def _depth_of(self, word: Token) -> int:
        """Steps to the root; a mark or a space comes last, for it is no better than any word."""
        if (word.is_space or word.is_punct) and not word.children:
            return len(self.doc.tokens) - 1
        return len(word.ancestors)

    @property
    def ents(self) -> list[TokenSpan]:
        """The named entities that lie inside."""
        return [ent for ent in self.doc.ents if self.start <= ent.start and ent.end <= self.end]


class Doc:
    """One parsed text, a paragraph."""

    __slots__ = ("_starts", "ents", "sents", "text", "tokens")

    def __init__(self, text: str, tokens: tuple[Token, ...], starts: list[int]) -> None:
        """Tie the words to the text; `starts` are the first words of its sentences."""
        self.text = text
        self.tokens = tokens
        self._starts: list[int] | None = None
        bounds = pairwise([*starts, len(tokens)])
        self.sents = tuple([TokenSpan(self, start, end) for start, end in bounds])
        for sent in self.sents:
            for token in tokens[sent.start : sent.end]:
                token.doc = self
                token.sent = sent
        self.ents = tuple(self._find_entities())

    def __len__(self) -> int:
        """How many words."""
        return len(self.tokens)

    def __iter__(self) -> Iterator[Token]:
        """The words in order."""
        return iter(self.tokens)

    @overload
    def __getitem__(self, key: int) -> Token: ...
    @overload
    def __getitem__(self, key: slice) -> TokenSpan: ...
    def __getitem__(self, key: int | slice) -> Token | TokenSpan:
        """A word or a part of the text."""
        if isinstance(key, slice):
            first, last, _ = key.indices(len(self.tokens))
            return TokenSpan(self, first, max(first, last))
        return self.tokens[key]

    def cover(self, start: int, end: int) -> TokenSpan | None:
        """The words that hold the characters from `start` to before `end`; None outside of the text."""
        first, last = self._word_at(start), self._word_at(end - 1)
        if first is None or last is None:
            return None
        token = self.tokens[first]
        if start == token.idx + len(token.text):  # the space after a word is not of the word
            first += 1
        return TokenSpan(self, first, last + 1)

    def _word_at(self, char: int) -> int | None:
        if self._starts is None:
            self._starts = [token.idx for token in self.tokens]
        place = bisect_right(self._starts, char) - 1
        if place < 0:
            return None
        token = self.tokens[place]
        return place if char < token.idx + len(token.text) + len(token.whitespace_) else None

    def _find_entities(self) -> Iterator[TokenSpan]:
        first = 0
        label = ""
        for token in self.tokens:
            if token.ent_iob_ == "I":
                continue
            if label:
                yield TokenSpan(self, first, token.i, label)
            first, label = token.i, token.ent_type_
        if label:
            yield TokenSpan(self, first, len(self.tokens), label)


class Copier:
    """Copies parsed texts of one pipeline; what it learns of words is kept for the next."""

    def __init__(self, vocab: Vocab) -> None:
        """Begin with an empty memory."""
        self._vocab = vocab
        self._spellings: dict[int, Spelling] = {}
        self._forms: dict[tuple[int, int, int, int], tuple[str, str, str, str]] = {}
        self._entities: dict[tuple[int, int], tuple[str, str]] = {}

    def copy(self, parsed: SpacyDoc) -> Doc:
        """Copy a parsed text."""
        if max(len(self._spellings), len(self._forms)) > MAX_KEPT:
            self._spellings.clear()
            self._forms.clear()
        rows: list[list[int]] = parsed.to_array(list(_ATTRIBUTES)).tolist()
        tokens: list[Token] = []
        heads: list[int] = []
        starts: list[int] = []
        idx = 0
        for i, row in enumerate(rows):
            orth, lemma, pos, tag, dep, head, ent_type, iob, space, sent_start = row
            spelling = self._spellings.get(orth) or self._spell(orth)
            form_key = (lemma, pos, tag, dep)
            forms = self._forms.get(form_key) or self._name(form_key)
            entity_key = (ent_type, iob)
            entity = self._entities.get(entity_key) or self._name_entity(entity_key)
            tokens.append(Token(i, idx, spelling, forms, entity, " " if space else ""))
            heads.append(i + head if head < _WRAP // 2 else i + head - _WRAP)
            if sent_start == 1 or i == 0:
                starts.append(i)
            idx += len(spelling.text) + space
        below: dict[int, list[Token]] = {}
        for token, head in zip(tokens, heads, strict=True):
            token.head = tokens[head]
            if head != token.i:
                below.setdefault(head, []).append(token)
        for head, children in below.items():
            tokens[head].children = tuple(children)
        return Doc(parsed.text, tuple(tokens), starts)

    def _spell(self, orth: int) -> Spelling:
        word: Any = self._vocab[orth]
        spelling = Spelling(
            word.text,
            word.lower_,
            word.is_punct,
            word.is_space,
            word.is_alpha,
            word.is_digit,
            word.like_num,
        )
        self._spellings[orth] = spelling
        return spelling

    def _name(self, key: tuple[int, int, int, int]) -> tuple[str, str, str, str]:
        strings = self._vocab.strings
        lemma, pos, tag, dep = key
        named = (str(strings[lemma]), str(strings[pos]), str(strings[tag]), str(strings[dep]))
        self._forms[key] = named
        return named

    def _name_entity(self, key: tuple[int, int]) -> tuple[str, str]:
        ent_type, iob = key
        named = (str(self._vocab.strings[ent_type]), _IOB[iob])
        self._entities[key] = named
        return named
