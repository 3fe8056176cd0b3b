"""A page's own stamp of time is found, and is not taken for text."""

from __future__ import annotations

import datetime as dt

import pytest

from streams.reading.parse import parse_article
from streams.reading.stamp import find_stamps, is_stamp
from streams.reading.when import choose_when, find_dates
from tests.reading.when.build import build_article, find_trigger


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Published May 05, 2010", "2010-05-05"),
        ("Updated: July 7, 2012, 10:04 PM ET", "2012-07-07"),
        ("PUBLISHED: 22:07 GMT, 7 July 2012 | UPDATED: 06:55 GMT, 8 July 2012", "2012-07-07"),
        ("Fri., May. 3, 2013 11: 45 AM PDT", "2013-05-03"),
        ("on Tuesday, 16 December 2008 13: 45.", "2008-12-16"),
        ("26 September 2013, 10:00 (GMT+05:00)", "2013-09-26"),
        ("Last updated at 11:24, Tuesday, 18 June 2013", "2013-06-18"),
        ("First Posted 23:37:00 05/05/2010", "2010-05-05"),
        ("On Tue, 16/08/2011 - 13:42", "2011-08-16"),
        ("updated 12/19/2005 2:48:40 PM ET", "2005-12-19"),
        ("Updated 9/4/2012 8:33 am EDT", "2012-09-04"),
        ("9/4/2012 08.33 BST", "2012-04-09"),
        ("Posted on 08. 07. 2012", "2012-07-08"),
        ("Sun 8/7/2012", "2012-07-08"),
        ("2012-07-08T10:00:00Z", "2012-07-08"),
        ("POSTED: 05/02/07, 9:00 PM PDT |", "2007-05-02"),
        ("First Posted: 10/25/11 06:44 PM ET Updated: 12/25/11 05:12 AM ET", "2011-10-25"),
        ("5/1/2013", None),
        ("31 February 2013", None),
    ],
)
def test_the_day_of_a_stamp_is_read(line: str, expected: str | None) -> None:
    """What a page writes about its own time becomes its day; two possible days become none."""
    article = build_article(f"{line}\n\nA man was shot on Friday.", published=None)
    days = find_stamps(article)
    assert (str(days[0]) if days else None) == expected


@pytest.mark.parametrize(
    "line",
    [
        "End of watch: Friday, June 24, 2005",
        "The cable went down on Saturday 8 October 2011",
        "Restored: 4 November 2011",
        "Room 101",
        "",
    ],
)
def test_a_line_that_tells_more_is_no_stamp(line: str) -> None:
    """One word beside the date that no stamp has makes it text."""
    assert not is_stamp(line)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/2013/may/03/local/name-1", "2013-05-03"),
        ("https://example.org/news/20070503/name", "2007-05-03"),
        ("https://example.org/2013-06-10/name", "2013-06-10"),
        ("https://example.org/2013/25/name", None),
        ("https://example.org/703089893", None),
    ],
)
def test_an_address_may_tell_the_day(address: str, expected: str | None) -> None:
    """Without a date and a stamp, the day in the address counts; with a date it does not."""
    article = build_article("A man was shot.", published=None, url=address)
    assert [str(day) for day in find_stamps(article)] == [expected] * bool(expected)
    assert not find_stamps(build_article("A man was shot.", url=address))


@pytest.mark.parametrize(
    ("published", "stamp", "expected"),
    [
        (None, "Wed May 5, 2010 7:12pm BST", dt.date(2010, 5, 3)),
        (dt.datetime(2013, 5, 4, tzinfo=dt.UTC), "May 5, 2010", dt.date(2010, 5, 3)),
        (dt.datetime(2009, 5, 4, tzinfo=dt.UTC), "May 5, 2010", dt.date(2010, 5, 3)),
        (dt.datetime(2010, 5, 4, tzinfo=dt.UTC), "Updated May 6, 2010", dt.date(2010, 5, 3)),
        (dt.datetime(2010, 5, 12, tzinfo=dt.UTC), "May 5, 2010", dt.date(2010, 5, 3)),
        (None, "Room 101", None),
    ],
)
def test_weekdays_are_counted_from_the_stamp(
    published: dt.datetime | None, stamp: str, expected: dt.date | None
) -> None:
    """A page that was fed anew years later still means its own Monday."""
    article = build_article(
        f"{stamp}\n\nA bank in the old town was robbed on Monday, police said.",
        published=published,
        backfill=True,
    )
    parsed = parse_article(article)
    sentence, trigger = find_trigger(parsed, "robbed")
    when = choose_when(find_dates(parsed), parsed, sentence, trigger)
    assert when.date == expected
    assert sentence.paragraph.role == "lead"
