"""An article in, its mentions out: every event it tells, each with its own date, place and voices.

Total: any article gives a tuple, possibly an empty one. English is read sentence by sentence;
another language goes to its own reader (`streams.reading.languages`), which gives at most one
mention of the headline.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from spacy.tokens import Token

from streams.identity import mention_id
from streams.lexicon.ontology import get_kind
from streams.reading.coding.code import Coding, code_sentence
from streams.reading.domains import find_borrowed_groups
from streams.reading.draft import Draft
from streams.reading.fold import fold_drafts
from streams.reading.genre import judge_genre
from streams.reading.names import Names, build_names
from streams.reading.parse import ParsedArticle, parse_article
from streams.reading.when import FoundDate, choose_when, find_dates
from streams.reading.who.actors import build_actors
from streams.records import Actor, Article, Genre, Mention, Reason, Span

MAX_MENTIONS = 16
"""More events than this in one article are a list; the first are kept."""
SILENT = frozenset({"review", "listing", "recipe", "language", "advertisement"})
"""Genres that report no event at all."""
RECALLING = frozenset({"opinion", "analysis", "feature", "obituary"})
"""Genres that recall events and report none."""
CONTEXT_CHARS = 2_000


def read_article(article: Article) -> tuple[Mention, ...]:
    """Read every event the article tells."""
    if article.withdrawn or not article.reading_text.strip():
        return ()
    return _read_english(article)


def _read_english(article: Article) -> tuple[Mention, ...]:
    parsed = parse_article(article)
    genre, genre_reason = judge_genre(parsed)
    if genre in SILENT:
        return ()
    codings = code_article(parsed)
    reader = _Reader(parsed, genre)
    drafts = fold_drafts(tuple(reader.build_draft(coding) for coding in codings))
    return reader.build_mentions(drafts, genre_reason)


def code_article(parsed: ParsedArticle) -> list[Coding]:
    """Code every sentence; leave out what did not happen and what the article cannot mean."""
    borrowed = find_borrowed_groups(parsed)
    codings = []
    for sentence in parsed.sentences:
        for coding in code_sentence(sentence):
            if coding.judgement.negated or coding.group in borrowed:
                continue
            codings.append(coding)
    return codings


class _Reader:
    """One article while it is read: its names and dates, looked up once."""

    def __init__(self, parsed: ParsedArticle, genre: Genre) -> None:
        self.parsed = parsed
        self.genre = genre
        self.names: Names = build_names(parsed)
        self.dates: tuple[FoundDate, ...] = find_dates(parsed)

    def build_draft(self, coding: Coding) -> Draft:
        """Find the date, place, numbers and voices of one coding."""
        sentence, trigger = coding.sentence, coding.trigger
        recalled = coding.judgement.recalled
        when = choose_when(self.dates, self.parsed, sentence, trigger, background=recalled)
        return Draft(
            coding=coding,
            kind=coding.kind,
            modality=coding.judgement.modality,
            when=when,
            where=None,
            actors=self._who(coding.actors, coding),
            targets=self._who(coding.targets, coding),
            recipients=self._who(coding.recipients, coding),
            newsworthiness="background" if recalled or self.genre in RECALLING else "new",
            sentences=(sentence.index,),
            told=frozenset({sentence.paragraph.role}),
            reasons=_explain(coding, when.rule, when.span),
            confidence=coding.confidence,
        )

    def build_mentions(self, drafts: Sequence[Draft], genre: Reason) -> tuple[Mention, ...]:
        """Make mentions of the drafts, in the order of the text, the main one marked."""
        main = find_main(drafts)
        counts: Counter[tuple[str, str]] = Counter()
        mentions = []
        for draft in drafts[:MAX_MENTIONS]:
            sentence = draft.coding.sentence
            ordinal = counts[draft.kind, sentence.text]
            counts[draft.kind, sentence.text] += 1
            mentions.append(self._build_mention(draft, genre, ordinal, main=draft is main))
        return tuple(mentions)

    def _who(self, tokens: Sequence[Token], coding: Coding) -> tuple[Actor, ...]:
        return build_actors(tokens, coding.sentence, self.names.canonical, self.names.title_of)

    def _build_mention(self, draft: Draft, genre: Reason, ordinal: int, *, main: bool) -> Mention:
        article = self.parsed.article
        sentence = draft.coding.sentence
        return Mention(
            id=mention_id(article.id, draft.kind, sentence.text, ordinal),
            article_id=article.id,
            article_version=article.version,
            fetched=article.fetched,
            published=article.published,
            url=article.url,
            publisher=article.publisher,
            family=article.family,
            wire=article.wire,
            language=article.language,
            genre=self.genre,
            headline=article.title,
            context=article.reading_text[:CONTEXT_CHARS],
            names=(*self.names.people, *self.names.organisations),
            places=(),
            blocks=(get_kind(draft.kind).group,),
            kind=draft.kind,
            modality=draft.modality,
            newsworthiness=draft.newsworthiness,
            main=main,
            when=draft.when,
            where=draft.where,
            actors=draft.actors,
            targets=draft.targets,
            recipients=draft.recipients,
            numbers=draft.numbers,
            claims=draft.claims,
            sentence=sentence.text,
            span=sentence.span,
            confidence=draft.confidence,
            why=(genre, *draft.reasons),
            backfill=article.backfill,
        )


def find_main(drafts: Sequence[Draft]) -> Draft | None:
    """The event that the headline is about, else the lead, else the surest new one."""
    new = [draft for draft in drafts if draft.newsworthiness == "new"]
    for told in ("headline", "lead"):
        here = [draft for draft in new if told in draft.told]
        if here:
            return max(here, key=lambda draft: (draft.modality == "happened", draft.confidence))
    return new[0] if new else None


def _explain(coding: Coding, when_rule: str, when_span: Span | None) -> tuple[Reason, ...]:
    sentence, judgement = coding.sentence, coding.judgement
    word = judgement.word
    trigger = sentence.span_of(coding.trigger)
    return (
        Reason(field="kind", rule=coding.pattern.id, score=coding.confidence, span=trigger),
        Reason(
            field="modality",
            rule=judgement.rule,
            span=sentence.span_of(word) if word is not None else trigger,
        ),
        Reason(field="when", rule=when_rule, span=when_span),
    )
