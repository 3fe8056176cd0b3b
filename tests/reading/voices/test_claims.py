"""Whoever's clause holds the event speaks about it; other voices join by deed, doer and place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.identity import fold_text
from streams.reading.names import build_names
from streams.reading.parse import parse_article
from streams.reading.voices import choose_claims, find_voices, voice_at
from tests.reading.articles import build_article

FOLDER = Path(__file__).parents[2] / "cases"
CASES: list[dict[str, Any]] = [
    case
    for name in ("claims.toml", "claims_reported.toml")
    for case in tomllib.loads((FOLDER / name).read_text("utf-8"))["cases"]
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.get("title") or case["text"])
def test_claims_about_an_event(case: dict[str, Any]) -> None:
    """Every voice that speaks about the event is heard, and no other."""
    parsed = parse_article(build_article(case.get("text", ""), case.get("title", "")))
    voices = find_voices(parsed, build_names(parsed))
    words = [(s, t) for s in parsed.sentences for t in s.tokens if t.text == case["event"]]
    sentence, trigger = words[-1] if case.get("last") else words[0]
    claims = choose_claims(voices, parsed, sentence, trigger, "happened", case.get("place"))
    heard = {fold_text(f"{claim.claimant} {claim.stance}") for claim in claims}
    assert {fold_text(claim) for claim in case.get("claims", ())} <= heard
    assert not heard & {fold_text(claim) for claim in case.get("not", ())}


def test_a_threat_is_a_threat_when_it_is_only_said() -> None:
    """Saying is threatening where the event is threatened."""
    parsed = parse_article(build_article("The group said it would bomb the embassy."))
    voices = find_voices(parsed, build_names(parsed))
    sentence = parsed.sentences[0]
    trigger = next(token for token in sentence.tokens if token.text == "bomb")
    claims = choose_claims(voices, parsed, sentence, trigger, "threatened")
    assert [(claim.claimant, claim.stance) for claim in claims] == [("group", "threatens")]


def test_an_outlet_that_hedges_does_not_vouch() -> None:
    """The word reportedly takes the outlet's word back."""
    parsed = parse_article(build_article("The mayor was reportedly killed in Kota."))
    voices = find_voices(parsed, build_names(parsed))
    sentence = parsed.sentences[0]
    trigger = next(token for token in sentence.tokens if token.text == "killed")
    (claim,) = choose_claims(voices, parsed, sentence, trigger, "happened")
    assert not claim.outlet
    assert claim.words == "reportedly"


@pytest.mark.parametrize(
    ("text", "event", "hedge"),
    [
        ("Three men are accused of murdering the mayor.", "murdering", "accused"),
        ("A man was arrested on suspicion of murder.", "murder", "suspicion"),
        ("A man was arrested on suspicion of murder.", "arrested", None),
        ("A man is believed to have killed his wife.", "killed", "believed"),
        ("The trial of a worker who allegedly shot two starts on Monday.", "trial", None),
        ("The trial of a worker who allegedly shot two starts on Monday.", "shot", "allegedly"),
    ],
)
def test_an_outlet_keeps_its_distance(text: str, event: str, hedge: str | None) -> None:
    """What somebody is accused of is not vouched for; that he is arrested is."""
    parsed = parse_article(build_article(text))
    voices = find_voices(parsed, build_names(parsed))
    sentence = parsed.sentences[0]
    trigger = next(token for token in sentence.tokens if token.text == event)
    (claim,) = choose_claims(voices, parsed, sentence, trigger, "happened")
    assert (claim.words, claim.outlet) == (hedge, hedge is None)


def test_the_narrowest_voice_speaks_for_a_word() -> None:
    """Inside a report of what somebody said, that somebody speaks."""
    text = "Reuters reported that the mayor said nine people had died."
    parsed = parse_article(build_article(text))
    voices = find_voices(parsed, build_names(parsed))
    sentence = parsed.sentences[0]
    word = next(token for token in sentence.tokens if token.text == "nine")
    voice = voice_at(voices, sentence, word)
    assert voice is not None
    assert voice.speaker == "mayor"


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.sampled_from("“”\"'‘’ said. Bomb denied He\n"), max_size=120))  # noqa: RUF001 - curly quotes are the point
def test_any_text_has_voices(text: str) -> None:
    """Finding voices is total."""
    parsed = parse_article(build_article(text))
    voices = find_voices(parsed, build_names(parsed))
    for sentence in parsed.sentences:
        assert choose_claims(voices, parsed, sentence, sentence.tokens[0], "happened")
