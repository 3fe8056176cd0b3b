"""Items that come again byte for byte are cut out before parsing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.slices import cut_known_items, find_items
from tests.producers.site import build_item, build_rss


def test_known_items_are_cut_and_new_ones_stay() -> None:
    """What is left is a feed with the new items."""
    old = build_rss(build_item("b"), build_item("c")).encode()
    known = set(cut_known_items(old, ()).raws)
    new = build_rss(build_item("a"), build_item("b"), build_item("c")).encode()
    sliced = cut_known_items(new, known)
    assert (len(sliced.raws), len(sliced.known)) == (1, 2)
    assert sliced.body.count(b"<item>") == 1
    assert b"Ferry a" in sliced.body
    assert sliced.body.endswith(b"</channel></rss>")


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><item>one<item>two</item></item></rss>",
        b"<rss><item>one</rss>",
        b"<rss><item><![CDATA[ </item> ]]></item></rss>",
        b"<rss><item><!-- </item> --></item></rss>",
        b"<rdf><items><li/></items></rdf>",
        b'{"items": []}',
        b"",
    ],
)
def test_what_cannot_be_sliced_safely_is_left_whole(body: bytes) -> None:
    """Nested, unclosed and quoted items are the parser's business."""
    assert find_items(body) == []
    assert cut_known_items(body, ()).body == body


@given(
    st.binary(max_size=300), st.lists(st.sampled_from([b"<item>", b"</item>", b"<entry ", b"]]>"]))
)
def test_any_bytes_are_sliced_without_loss(noise: bytes, marks: list[bytes]) -> None:
    """With nothing known, the body stays as it is."""
    body = noise.join(marks) + noise
    assert cut_known_items(body, ()).body == body
