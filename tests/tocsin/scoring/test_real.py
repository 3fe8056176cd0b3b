"""Labels of real articles' headline events: what is right, wrong, unknown, and rightly silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.records import Mention, Quantity, Where
from tests.samples import build_article, build_mention
from tocsin.scoring.match import Tally
from tocsin.scoring.real import (
    NOTHING,
    HeadlineLabel,
    LabelError,
    RealArticle,
    load_ecbplus,
    load_feeds,
    score_headline,
)

LABELS = Path(__file__).parents[2] / "labels"
CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
SHOOTING = HeadlineLabel(frozenset({"shooting"}), "US", "Florida", frozenset({5.0}))


def judge(label: HeadlineLabel, *mentions: Mention) -> Tally:
    """Score one article that was read as `mentions`."""
    tally = Tally()
    score_headline(RealArticle("one", build_article(), label), mentions, tally)
    return tally


def told(kind: str, *, country: str | None = None, killed: float | None = None) -> Mention:
    """A new main mention."""
    numbers = (Quantity(measure="killed", value=killed, text=""),) if killed else ()
    where = Where(name="there", country=country, precision=3) if country else None
    return build_mention(kind=kind, newsworthiness="new", main=True, where=where, numbers=numbers)


@pytest.mark.parametrize(
    ("mention", "field", "verdicts"),
    [
        (told("shooting"), "kind", (1, 0, 0)),
        (told("fire"), "kind", (0, 1, 0)),
        (told("other"), "kind", (0, 0, 1)),
        (told("shooting", country="US"), "country", (1, 0, 0)),
        (told("shooting", country="FR"), "country", (0, 1, 0)),
        (told("shooting"), "country", (0, 0, 1)),
        (told("shooting", country="US"), "admin1", (0, 0, 1)),
        (told("shooting", killed=5), "killed", (1, 0, 0)),
        (told("shooting", killed=4), "killed", (0, 1, 0)),
    ],
)
def test_a_field_is_right_wrong_or_unknown(
    mention: Mention, field: str, verdicts: tuple[int, int, int]
) -> None:
    """A kind of its label's, a country, a toll; what is not said is unknown."""
    assert judge(SHOOTING, mention).share(field) == verdicts


def test_an_event_beside_the_main_one_is_found_but_its_kind_is_wrong() -> None:
    """The main event of another kind does not hide that the right one was read."""
    beside = told("shooting").model_copy(update={"main": False})
    tally = judge(SHOOTING, told("fire"), beside)
    assert tally.found == 1
    assert tally.share("kind") == (0, 1, 0)


def test_where_nothing_is_reported_only_silence_is_right() -> None:
    """A new mention there is a false event; one recalled is none."""
    nothing = HeadlineLabel(frozenset({NOTHING}))
    recalled = told("fire").model_copy(update={"newsworthiness": "background"})
    assert judge(nothing).kept_silent == 1
    assert judge(nothing, recalled).kept_silent == 1
    assert judge(nothing, told("fire")).kept_silent == 0


def test_a_label_of_no_kind_is_refused(tmp_path: Path) -> None:
    """It says which file and which kind."""
    table = tmp_path / "feeds.tsv"
    table.write_text("feed\tentry\tkinds\tcountry\tkilled\nX\t1\tearthquack\t\t\n", "utf-8")
    with pytest.raises(LabelError, match=r"feeds\.tsv.*earthquack"):
        load_feeds(tmp_path, table)


@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not beside the project")
def test_every_label_has_its_article() -> None:
    """All labelled entries are in the feeds, and every article of ECB+ has a label."""
    feeds = load_feeds(CORPORA, LABELS / "feeds.tsv")
    assert len(feeds) == len({real.name for real in feeds})
    assert all(real.article.title for real in feeds)
    counts = {
        split: len(load_ecbplus(CORPORA, LABELS / "ecbplus.tsv", split))
        for split in ("train", "dev")
    }
    assert counts == {"train": 575, "dev": 197}
