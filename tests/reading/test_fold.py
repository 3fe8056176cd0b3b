"""One event told twice is one, and two events of one kind stay two."""

from __future__ import annotations

from tests.reading.coding.build import read_sentence


def test_headline_and_lead_tell_one_event() -> None:
    """The numbers and the place of both are kept."""
    mentions = read_sentence(
        "A magnitude 6.1 earthquake struck the province of Kerman on Monday, killing 30 people.",
        "Quake kills 30 in Iran",
    )
    assert [mention.kind for mention in mentions] == ["earthquake"]
    assert {"killed", "magnitude"} <= {number.measure for number in mentions[0].numbers}
    assert mentions[0].main


def test_later_words_for_it_are_the_same_event() -> None:
    """When it says "the quake", it means the quake."""
    mentions = read_sentence(
        "A magnitude 6.1 earthquake struck southern Iran on Monday.\n\n"
        "The quake hit 20 km east of Kerman, the seismological centre said."
    )
    assert [mention.kind for mention in mentions] == ["earthquake"]


def test_two_places_are_two_events() -> None:
    """Towns far apart were not struck at once by one missile."""
    mentions = read_sentence(
        "A missile strike hit Kharkiv on Monday, killing two people.\n\n"
        "A missile strike hit Odesa on Monday, killing four people."
    )
    assert {"Kharkiv", "Odesa"} == {m.where.name for m in mentions if m.where is not None}


def test_two_days_are_two_events() -> None:
    """The same town struck on Sunday and on Monday was struck twice."""
    mentions = read_sentence(
        "A missile strike hit Kharkiv on Monday, killing two people.\n\n"
        "A missile strike hit Kharkiv on Sunday, wounding nine."
    )
    assert len({mention.when.date for mention in mentions}) == 2


def test_an_advance_and_the_ground_gained_since_are_two() -> None:
    """A day's kilometre is not a month's area."""
    mentions = read_sentence(
        "The army advanced two kilometres toward the coast on Monday, the ministry said.\n\n"
        "Troops have gained 90 square kilometres of territory since early March, it said."
    )
    assert [[number.measure for number in mention.numbers] for mention in mentions] == [
        ["distance"],
        ["area"],
    ]


def test_a_denial_joins_the_event_it_denies() -> None:
    """It is a voice on the event, not an event of its own."""
    mentions = read_sentence(
        "Fighters of the Red Banner movement said on Monday that they had captured the town of "
        "Goma, but the army denied that it had lost the town."
    )
    assert [mention.kind for mention in mentions] == ["territory_overtaken"]
    assert "denies" in {claim.stance for claim in mentions[0].claims}


def test_the_particular_kind_wins() -> None:
    """An explosion that turns out to be a bomb is a bombing."""
    mentions = read_sentence(
        "A car bomb exploded outside a court in Quetta on Monday, killing 11 people.",
        "Explosion kills 11 in Quetta",
    )
    assert [mention.kind for mention in mentions] == ["bombing"]


def test_another_crew_is_another_event() -> None:
    """The second capture keeps its day for itself."""
    mentions = read_sentence(
        "The navy has captured 23 pirates off Somalia.\n\n"
        "On Saturday another crew was captured by the French navy."
    )
    assert [mention.kind for mention in mentions] == ["arrest", "arrest"]


def test_a_label_before_a_colon_is_not_the_news() -> None:
    """The stabbing names the story, the charge is what happened now."""
    mentions = read_sentence(
        "A man has been charged over a stabbing in Kensington.", "Kensington stabbing: man charged"
    )
    assert [mention.kind for mention in mentions if mention.main] == ["charge"]


def test_words_beside_a_deed_are_not_the_main_event() -> None:
    """The blast leads, not the reward that officials offered."""
    mentions = read_sentence(
        "An explosion at a bank killed two people, officials said, offering a $35,000 reward."
    )
    assert [mention.kind for mention in mentions if mention.main] == ["explosion"]


def test_a_quake_that_headline_lead_and_body_tell_is_one() -> None:
    """The toll of the headline is the lead's, the distance says where, an aftershock is no other quake."""
    mentions = read_sentence(
        "At least 52 people were killed when a magnitude 6.4 earthquake levelled villages in eastern"
        " Turkey early on Monday, the disaster agency said.\n\n"
        "The quake struck 20 kilometres south-west of the city of Van, the institute said. Four"
        " aftershocks followed, the strongest of magnitude 5.1.",
        "Death toll from Van quake climbs to 52 as rescuers reach villages",
    )
    assert [m.kind for m in mentions] == ["earthquake"]
    magnitudes = [n.value for n in mentions[0].numbers if n.measure == "magnitude"]
    assert magnitudes == [6.4]
