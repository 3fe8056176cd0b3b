"""The table of kinds covers the schemes it names, and its page shows it as it is."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from streams.lexicon.ontology import get_kind, load_ontology
from tocsin.commands.kinds import build_markdown, kinds

PAGE = Path(__file__).parents[2] / "docs" / "ontology.md"
PLOVER_MODES = {
    "AGREE": set[str](),
    "CONSULT": {"visit", "third-party", "multilateral", "phone"},
    "SUPPORT": set[str](),
    "CONCEDE": set[str](),
    "COOPERATE": set[str](),
    "AID": set[str](),
    "RETREAT": {"withdraw", "release", "disarm", "ceasefire", "access", "resign"},
    "REQUEST": {"assist", "change", "yield", "meet"},
    "ACCUSE": {"disapprove", "investigate", "allege"},
    "REJECT": {"assist", "change", "yield", "meet"},
    "THREATEN": {"restrict", "arrest", "relations", "expel", "territory", "violence"},
    "PROTEST": {"demo", "riot", "strike", "hunger", "boycott", "obstruct", "vandalize"},
    "SANCTION": {"convict", "expel", "withdraw", "discontinue"},
    "MOBILIZE": {"troops", "weapons", "police", "militia"},
    "COERCE": {
        *("seize", "restrict", "censor", "curfew", "martial-law", "arrest", "deport"),
        *("withhold", "misinformation", "cyber"),
    },
    "ASSAULT": {
        *("abduct", "beat", "torture", "sexual", "targeted", "destroy", "primitive", "firearms"),
        *("explosives", "suicide-attack", "aerial", "drone", "heavy-weapons", "crowd-control"),
        "unconventional",
    },
}
ACLED = {
    "Battles": {
        "Armed clash",
        "Government regains territory",
        "Non-state actor overtakes territory",
    },
    "Explosions/Remote violence": {
        "Chemical weapon",
        "Air/drone strike",
        "Suicide bomb",
        "Shelling/artillery/missile attack",
        "Remote explosive/landmine/IED",
        "Grenade",
    },
    "Protests": {
        "Peaceful protest",
        "Protest with intervention",
        "Excessive force against protesters",
    },
    "Riots": {"Violent demonstration", "Mob violence"},
    "Strategic developments": {
        "Agreement",
        "Arrests",
        "Change to group/activity",
        "Disrupted weapons use",
        "Headquarters or base established",
        "Looting/property destruction",
        "Non-violent transfer of territory",
        "Other",
    },
    "Violence against civilians": {
        "Sexual violence",
        "Attack",
        "Abduction/forced disappearance",
    },
}


def test_every_plover_type_has_a_kind() -> None:
    """All sixteen."""
    coded = {kind.plover_type for kind in load_ontology().values() if kind.plover_type}
    assert set(PLOVER_MODES) == coded


def test_every_plover_mode_is_one_of_its_type() -> None:
    """A mode that PLOVER does not have would be counted nowhere."""
    for kind in load_ontology().values():
        if kind.plover_mode is not None:
            assert kind.plover_mode in PLOVER_MODES[kind.plover_type or ""], kind.name


def test_every_acled_sub_event_has_a_kind() -> None:
    """All twenty-five, each under its own event type."""
    coded: dict[str, set[str]] = {}
    for kind in load_ontology().values():
        if kind.acled_event is not None and kind.acled_sub_event is not None:
            coded.setdefault(kind.acled_event, set()).add(kind.acled_sub_event)
    assert coded == ACLED


def test_cameo_roots_are_roots() -> None:
    """Two digits from 01 to 20."""
    roots = {kind.cameo_root for kind in load_ontology().values() if kind.cameo_root}
    assert roots == {f"{number:02}" for number in range(1, 21)}


def test_media_topics_have_eight_digits() -> None:
    """IPTC's top level: two digits and six zeros."""
    for kind in load_ontology().values():
        assert len(kind.iptc) == 8, kind.name
        assert kind.iptc.endswith("000000"), kind.name


def test_an_unknown_kind_is_other() -> None:
    """A reader of tomorrow's kinds goes on."""
    assert get_kind("other") == get_kind("meteorite_shower")


def test_the_page_shows_the_table_as_it_is() -> None:
    """`tocsin kinds --markdown` writes it."""
    assert build_markdown(list(load_ontology().values())) in PAGE.read_text("utf-8")


def test_the_command_lists_a_type() -> None:
    """By a parent's name, whatever its case."""
    result = CliRunner().invoke(kinds, ["consult", "--json"])
    assert {"CONSULT"} == {json.loads(line)["plover_type"] for line in result.output.splitlines()}


def test_the_command_knows_no_unknown_kind() -> None:
    """Exit code 2, with the way on."""
    result = CliRunner().invoke(kinds, ["nonsense"])
    assert (result.exit_code, "tocsin kinds" in result.output) == (2, True)
