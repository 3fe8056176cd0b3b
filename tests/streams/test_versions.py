"""Versions of an article: what is sent when it changes, and that blocks end up right in any case."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from streams.reading.versions import Told, build_sending, judge_version
from streams.records import Article, Mention, Span

START = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def build_version(number: int, *, withdrawn: bool = False) -> Article:
    return Article(
        id="a1-x",
        version=f"v1-{number}",
        feed="https://harbour.example/feed",
        publisher="Harbour Post",
        family="Harbour Post",
        title="Ferry runs aground",
        fetched=START + dt.timedelta(minutes=number),
        withdrawn=withdrawn,
    )


def build_mention(article: Article, name: str, *blocks: str) -> Mention:
    return Mention(
        id=name,
        article_id=article.id,
        article_version=article.version,
        fetched=article.fetched,
        publisher=article.publisher,
        family=article.family,
        headline=article.title,
        context="long " * 100,
        blocks=blocks,
        kind="ship_accident",
        sentence="A ferry ran aground.",
        span=Span(start=0, end=20),
        confidence=0.9,
    )


def test_a_first_version_is_sent_to_every_block() -> None:
    """A mention on a border goes to both blocks."""
    article = build_version(1)
    mention = build_mention(article, "m1-a", "GR|transport", "TR|transport")
    sending = build_sending(article, (mention,), None)
    assert sending.messages == (("GR|transport", mention), ("TR|transport", mention))
    assert judge_version(article, sending.told) == "unchanged"


def test_what_a_new_version_no_longer_tells_is_withdrawn_last() -> None:
    """First the new mentions, then the withdrawals, so that no event stands empty between."""
    one, two = build_version(1), build_version(2)
    told = build_sending(one, (build_mention(one, "m1-a", "GR|transport"),), None).told
    fresh = build_mention(two, "m1-b", "GR|transport")
    messages = build_sending(two, (fresh,), told).messages
    assert [(block, m.id, m.withdrawn) for block, m in messages] == [
        ("GR|transport", "m1-b", False),
        ("GR|transport", "m1-a", True),
    ]


def test_a_mention_that_moved_is_withdrawn_only_where_it_was() -> None:
    """Its live copy stays newer than the withdrawal, for stores that keep one copy of an id."""
    one, two = build_version(1), build_version(2)
    told = build_sending(one, (build_mention(one, "m1-a", "GR|transport"),), None).told
    moved = build_mention(two, "m1-a", "IT|transport")
    live, gone = (m for _, m in build_sending(two, (moved,), told).messages)
    assert (live.withdrawn, gone.withdrawn) == (False, True)
    assert live.fetched > gone.fetched > one.fetched


def test_an_article_taken_back_withdraws_all_its_voices() -> None:
    """Whatever its text still says."""
    one, two = build_version(1), build_version(2, withdrawn=True)
    told = build_sending(one, (build_mention(one, "m1-a", "GR|transport"),), None).told
    sending = build_sending(two, (build_mention(two, "m1-a", "GR|transport"),), told)
    assert [m.withdrawn for _, m in sending.messages] == [True]
    assert sending.told.mentions == ()


def test_versions_are_judged_by_content_then_by_time() -> None:
    """Unchanged, changed, or older than what is known."""
    told = build_sending(build_version(5), (), None).told
    assert judge_version(build_version(5), None) == "new"
    assert judge_version(build_version(5), told) == "unchanged"
    assert judge_version(build_version(6), told) == "changed"
    assert judge_version(build_version(4), told) == "stale"


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["m1-a", "m1-b", "m1-c"]),
            st.sets(st.sampled_from(["GR|x", "IT|x", "TR|x"]), min_size=1),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_every_block_ends_with_what_the_last_version_tells(
    versions: list[dict[str, set[str]]],
) -> None:
    """Whatever the versions were, replaying the messages leaves exactly the last one's mentions."""
    told: Told | None = None
    blocks: dict[tuple[str, str], Mention] = {}
    one_copy: dict[str, Mention] = {}
    for number, telling in enumerate(versions, start=1):
        article = build_version(number)
        mentions = tuple(build_mention(article, i, *sorted(b)) for i, b in telling.items())
        sending = build_sending(article, mentions, told)
        told = Told.model_validate_json(sending.told.model_dump_json())
        for block, mention in sending.messages:
            blocks[block, mention.id] = mention
            if mention.id not in one_copy or mention.fetched >= one_copy[mention.id].fetched:
                one_copy[mention.id] = mention
    live = {key for key, mention in blocks.items() if not mention.withdrawn}
    assert live == {(block, i) for i, found in versions[-1].items() for block in found}
    assert {i for i, m in one_copy.items() if not m.withdrawn} == set(versions[-1])
