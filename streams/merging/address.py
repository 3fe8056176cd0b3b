"""An article with its mentions in; the mentions with the blocks they are sent to out.

The read step calls this last. An article without a main mention (it reports no event that is
counted) gets one of no kind, which goes to the block of stories only: so it joins its story by its
headline and opens no event.
"""

from __future__ import annotations

from streams.identity import mention_id
from streams.lexicon.ontology import OTHER
from streams.merging.blocking import build_block_keys
from streams.records import Article, Mention, Span

CONTEXT_CHARS = 2_000
SENTENCE_CHARS = 300


def address_mentions(article: Article, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Address every mention, and give the article a mention for its story where it has none."""
    if article.withdrawn:
        return ()
    addressed = tuple(_address(mention) for mention in mentions)
    if any(mention.main for mention in addressed) or not article.reading_text.strip():
        return addressed
    return (*addressed, _address(build_story_mention(article)))


def build_story_mention(article: Article) -> Mention:
    """Build the mention of no kind by which an article joins a story."""
    sentence = article.title or (article.text or article.summary)[:SENTENCE_CHARS]
    return Mention(
        id=mention_id(article.id, OTHER, sentence, 0),
        article_id=article.id,
        article_version=article.version,
        fetched=article.fetched,
        published=article.published,
        url=article.url,
        publisher=article.publisher,
        family=article.family,
        wire=article.wire,
        language=article.language,
        headline=article.title,
        context=article.reading_text[:CONTEXT_CHARS],
        blocks=("",),
        kind=OTHER,
        main=True,
        sentence=sentence,
        span=Span(start=0, end=len(sentence)),
        confidence=0.0,
        backfill=article.backfill,
    )


def _address(mention: Mention) -> Mention:
    blocks = build_block_keys(mention.kind, mention.where, main=mention.main)
    return mention.model_copy(update={"blocks": blocks})
