"""What is new, changed or known: nothing sent twice, nothing swallowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from producers.items import Item
from producers.links import canonical_url
from producers.memory import SeenItem
from producers.novelty import Judgement, judge_items

FEED = "https://harbour.example/feed"


def build_item(
    name: str = "one",
    *,
    guid: str | None = "",
    link: str | None = "",
    title: str | None = None,
    summary: str = "A summary.",
    day: int = 10,
) -> Item:
    """Build an item; `None` for none."""
    link = f"https://harbour.example/{name}" if link == "" else link
    return Item(
        guid=f"guid-{name}" if guid == "" else guid,
        link=link,
        url=canonical_url(link),
        title=f"Story {name}" if title is None else title,
        summary=summary,
        published=dt.datetime(2026, 3, day, tzinfo=dt.UTC),
    )


def remember(judged: Judgement) -> list[SeenItem]:
    """Remember a fetch as the poller does."""
    return [
        SeenItem(
            verdict.article,
            verdict.guid,
            verdict.content,
            verdict.url,
            verdict.item.title,
            verdict.item.published.timestamp() if verdict.item.published else None,
            verdict.shown,
            "v",
        )
        for verdict in judged.verdicts
    ]


def judge_twice(first: Sequence[Item], second: Sequence[Item]) -> Judgement:
    """Judge a second fetch after a first."""
    before = judge_items(FEED, first)
    return judge_items(FEED, second, remember(before), shared_urls=before.shared_urls)


def states(judged: Judgement) -> list[str]:
    """List the states in order."""
    return [verdict.state for verdict in judged.verdicts]


def test_an_unchanged_item_is_known() -> None:
    """The same again is nothing."""
    assert states(judge_twice([build_item()], [build_item()])) == ["unchanged"]


def test_a_changed_item_is_a_version_of_the_same_article() -> None:
    """A new title or summary keeps the id."""
    first, second = build_item(), build_item(title="Story one, corrected")
    judged = judge_twice([first], [second])
    assert states(judged) == ["changed"]
    assert judged.ids == judge_items(FEED, [first]).ids


def test_tracking_parameters_scheme_and_new_guids_make_no_new_article() -> None:
    """The address names the article, whatever hangs on it."""
    moved = build_item(link="http://www.harbour.example/one/?utm_campaign=x", guid="other-guid")
    assert states(judge_twice([build_item()], [moved])) == ["unchanged"]


def test_a_feed_that_issues_every_guid_anew_causes_no_flood() -> None:
    """Also where its items have no address."""
    first = [build_item(f"{n}", link=None, guid=f"a{n}") for n in range(20)]
    second = [replace(item, guid=f"b{n}") for n, item in enumerate(first)]
    assert set(states(judge_twice(first, second))) == {"unchanged"}


def test_a_changed_address_with_the_same_guid_is_the_same_article() -> None:
    """A slug follows its title; the guid and the date stay."""
    second = build_item(link="https://harbour.example/one-corrected", title="Corrected")
    assert states(judge_twice([build_item()], [second])) == ["changed"]


def test_a_reused_guid_names_a_new_article() -> None:
    """Guids that count positions: another address, title and date are another article."""
    second = build_item("two", guid="guid-one", day=11)
    judged = judge_twice([build_item()], [second])
    assert states(judged) == ["new"]
    assert judged.ids != judge_items(FEED, [build_item()]).ids


def test_items_that_all_link_to_one_page_are_all_articles() -> None:
    """An address that several items share names none of them, now and later."""
    items = [build_item(f"{n}", link="https://harbour.example/live") for n in range(4)]
    judged = judge_items(FEED, items)
    assert len(set(judged.ids)) == 4
    later = judge_items(FEED, items[:1], remember(judged), shared_urls=judged.shared_urls)
    assert states(later) == ["unchanged"]


def test_items_that_link_to_the_front_page_are_all_articles() -> None:
    """So does a front page."""
    items = [build_item(f"{n}", link="https://harbour.example/") for n in range(4)]
    assert len(set(judge_items(FEED, items).ids)) == 4


def test_one_guid_for_all_items_names_none() -> None:
    """A constant guid is ignored."""
    items = [build_item(f"{n}", guid="same") for n in range(4)]
    assert len(set(judge_items(FEED, items).ids)) == 4


def test_a_daily_column_is_a_new_article_each_day() -> None:
    """The same words under another address and date are not the same."""
    first = build_item("mon", title="In brief", summary="The news of the day.", day=10)
    second = build_item("tue", title="In brief", summary="The news of the day.", day=11)
    assert states(judge_twice([first], [second])) == ["new"]


def test_an_item_listed_twice_is_one_article() -> None:
    """Repeats within a feed are counted and not sent twice."""
    judged = judge_items(FEED, [build_item(), build_item()])
    assert (len(judged.verdicts), judged.repeated, len(judged.ids)) == (1, 1, 2)


def test_an_item_that_says_nothing_is_counted() -> None:
    """No title, no summary, no text: no article."""
    judged = judge_items(FEED, [build_item(title="", summary="")])
    assert (judged.verdicts, judged.empty) == ((), 1)


def test_a_page_that_failed_is_tried_again_a_few_times() -> None:
    """The item is known, its text is owed."""
    known = remember(judge_items(FEED, [build_item()]))
    for tries, state in ((1, "retry"), (2, "retry"), (3, "unchanged")):
        before = [replace(item, page_tries=tries) for item in known]
        assert states(judge_items(FEED, [build_item()], before)) == [state]


_ITEMS = st.lists(
    st.builds(
        build_item,
        st.sampled_from("abcdef"),
        guid=st.sampled_from(["", "g1", "g2", None]),
        link=st.sampled_from(["", "https://harbour.example/", "https://harbour.example/x", None]),
        title=st.sampled_from([None, "Same title"]),
        summary=st.sampled_from(["", "s1", "s2"]),
        day=st.integers(1, 3),
    ),
    max_size=8,
)


@given(_ITEMS)
def test_the_same_fetch_again_is_never_new(items: list[Item]) -> None:
    """Idempotent: what was just remembered brings nothing."""
    judged = judge_twice(items, items)
    assert not judged.in_state("new")


@given(_ITEMS, _ITEMS)
def test_ids_are_given_once_a_fetch(first: list[Item], second: list[Item]) -> None:
    """Whatever the feed does, one fetch has one verdict an article, and one id an item."""
    judged = judge_twice(first, second)
    articles = [verdict.article for verdict in judged.verdicts]
    assert len(articles) == len(set(articles))
    assert len(judged.ids) == len(second)
