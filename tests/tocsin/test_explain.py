"""`tocsin explain` takes what people have and says what it read."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from streams.records import Article, Mention, decode, encode
from tocsin.commands.explain import explain
from tocsin.inputs import Given, InputError, load_article, parse_instant
from tocsin.scoring.gold import load_gold

NOW = dt.datetime(2024, 3, 13, tzinfo=dt.UTC)
TEXT = """Skip to main content

Quake kills nine in Lima

A strong earthquake killed nine people in Lima on Tuesday, the interior ministry said.
"""
PAGE = f"""<!doctype html><html><head><title>Quake kills nine in Lima</title>
<meta property="article:published_time" content="2024-03-12T10:00:00Z"></head><body><article>
<h1>Quake kills nine in Lima</h1>
<p>{"A strong earthquake killed nine people in Lima on Tuesday, the ministry said. " * 3}</p>
<p>{"Rescuers looked for survivors in the old town all night and found nobody. " * 3}</p>
</article></body></html>"""


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A saved page without a date."""
    path = tmp_path / "quake.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_a_saved_page_is_read_with_its_headline(saved: Path) -> None:
    """The headline is found below the furniture."""
    article = load_article(str(saved), Given(published="2024-03-12", publisher="Gazette"), NOW)
    assert (article.title, article.publisher) == ("Quake kills nine in Lima", "Gazette")
    assert article.text.startswith("A strong earthquake")


def test_a_page_gives_its_own_date(tmp_path: Path) -> None:
    """HTML is extracted, and the date of the page is used where none is given."""
    path = tmp_path / "quake.html"
    path.write_text(PAGE, "utf-8")
    article = load_article(str(path), Given(), NOW)
    assert article.published is not None
    assert article.published.date() == dt.date(2024, 3, 12)
    assert "earthquake" in article.text


def test_json_may_be_a_whole_article_or_a_part(tmp_path: Path, saved: Path) -> None:
    """An article as on the wire, and three fields of one, are both read."""
    whole = load_article(str(saved), Given(published="2024-03-12T10:00-05:00"), NOW)
    path = tmp_path / "article.json"
    path.write_bytes(encode(whole))
    again = load_article(str(path), Given(), NOW)
    assert (again.id, again.title, again.published) == (whole.id, whole.title, whole.published)
    path.write_text(json.dumps({"headline": "H", "body": "B", "published": "2024-03-12"}), "utf-8")
    part = load_article(str(path), Given(), NOW)
    assert (part.title, part.text) == ("H", "B")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "empty"),
        ("{oops", "starts like JSON"),
        ('{"a": 1}', "neither title"),
        ("x", "publication"),
    ],
)
def test_what_gives_no_article_says_why(tmp_path: Path, body: str, reason: str) -> None:
    """Bad input is one clear line, never a traceback."""
    path = tmp_path / "bad"
    path.write_text(body, "utf-8")
    with pytest.raises(InputError, match=reason):
        load_article(str(path), Given(), NOW)


def test_a_missing_file_says_why() -> None:
    """The operating system's reason is passed on."""
    with pytest.raises(InputError, match="No such file"):
        load_article("/nowhere/at/all", Given(published="2024-03-12"), NOW)


@pytest.mark.parametrize(
    ("written", "instant", "offset"),
    [
        ("2024-03-12", dt.datetime(2024, 3, 12, 12, tzinfo=dt.UTC), None),
        ("2024-03-12T10:00", dt.datetime(2024, 3, 12, 10, tzinfo=dt.UTC), None),
        ("2024-03-12T22:00-04:00", dt.datetime(2024, 3, 13, 2, tzinfo=dt.UTC), -240),
    ],
)
def test_days_and_times_are_read(written: str, instant: dt.datetime, offset: int | None) -> None:
    """A day is its noon; the clock's offset is kept for the outlet's own day."""
    assert parse_instant(written) == (instant, offset)


def test_json_lines_are_mentions_as_on_the_wire(saved: Path) -> None:
    """Each line decodes to a Mention."""
    result = CliRunner().invoke(explain, [str(saved), "--published", "2024-03-12", "--json"])
    assert result.exit_code == 0
    mentions = [decode(Mention, line.encode()) for line in result.output.splitlines()]
    assert [mention.kind for mention in mentions] == ["earthquake"]


@pytest.mark.parametrize("columns", ["60", "160"])
def test_the_table_shows_kind_place_number_and_voice(saved: Path, columns: str) -> None:
    """What was read stands in the table, wide or narrow, and --why adds the rules."""
    result = CliRunner(env={"COLUMNS": columns}).invoke(
        explain, [str(saved), "--published", "2024-03-12", "--why"]
    )
    assert result.exit_code == 0
    for words in ("earthquake", "Lima", "killed 9", "interior ministry", "newsworthiness"):
        assert words in " ".join(result.output.split())


def test_standard_input_is_a_source() -> None:
    """A dash reads what is piped in."""
    arguments = ["-", "--published", "2024-03-12", "--json"]
    result = CliRunner().invoke(explain, arguments, input=TEXT)
    assert result.exit_code == 0
    assert "earthquake" in result.output


def test_gold_articles_are_articles() -> None:
    """Every label file loads, both halves are large enough, and a dozen articles report nothing."""
    folder = Path(__file__).parents[1] / "gold"
    building, checking = load_gold(folder / "building"), load_gold(folder / "checking")
    assert len(building) >= 20
    assert len(checking) >= 20
    silent = [g for g in (*building.values(), *checking.values()) if not g.events]
    assert len(silent) >= 12
    assert all(isinstance(g.to_article(), Article) for g in building.values())
