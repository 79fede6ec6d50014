"""Comparisons show both sides, attribute by attribute, each from its own source, or say which side is missing."""

from __future__ import annotations

import pytest

from ingest.types import Block, Chunk
from rag.answer.abstain import Abstention
from rag.answer.compare import SideBySide
from rag.answer.sides import CURRENT, Sides, find_sides
from rag.answer.types import Answer, Retrieved
from stores.base import Hit

TENTS = (
    "Tent: Fell 2; Weight: 1.9 kg; Price: 249 EUR; Colour: green\n"
    "Tent: Fell 3; Weight: 2.6 kg; Price: 299 EUR; Colour: green\n"
    "Tent: Dune 4; Weight: 5.2 kg; Price: 199 EUR; Colour: sand"
)
PLANS = "Feature: Storage; Basic: 5 GB; Family: 50 GB\nFeature: Users; Basic: 1; Family: 6"
PUMP = "The warranty on the pump is 24 months. It weighs 9 kg."
MOTOR = "For the motor there is a warranty of five years."


def passage(text: str, source: str, kind: str = "table", heading: tuple[str, ...] = ()) -> Chunk:
    block = Block(0, len(text), kind, heading=heading)  # type: ignore[arg-type]
    return Chunk(text, source, 0, len(text), heading=heading, blocks=(block,))


def record(text: str, source: str, title: str) -> Chunk:
    return passage(text, source, "list", (title,))


def ask(question: str, embedder, *chunks: Chunk) -> Answer:
    retrieved = Retrieved(question, "compare", [Hit(chunk, 0.5) for chunk in chunks])
    [answer] = SideBySide(Abstention(0.0, 0.0, False, "none", 0), "reader", embedder).answer([retrieved])
    return answer


_SIZES = "size area capacity volume dimensions"


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("What is the difference between leave and comp time?", Sides("leave", "comp time")),
        ("What's the difference in warranty between the pump and the motor?", Sides("pump", "motor", ("warranty",))),
        ("Compare the basic and the family plan.", Sides("basic", "family plan")),
        ("Compare the opening hours of Old Mill and Lakeside", Sides("Old Mill", "Lakeside", ("opening hours",))),
        ("Compare basic with pro by price and storage", Sides("basic", "pro", ("price", "storage"))),
        ("Which is cheaper, the X200 or the X300?", Sides("X200", "X300", ("price cost fee",), "cheaper")),
        (
            "Which has the longer battery life: Nova or Luma?",
            Sides("Nova", "Luma", ("battery life",), "longer battery life"),
        ),
        ("Is the X200 heavier than the X300?", Sides("X200", "X300", ("weight weigh",), "heavier", True)),
        ("Nova or Luma: how do price, motor and range differ?", Sides("Nova", "Luma", ("price", "motor", "range"))),
        ("How does the Alpine tent differ from the Trek tent?", Sides("Alpine tent", "Trek tent")),
        ("How do the old and the new contract differ in notice?", Sides("old", "new contract", ("notice",))),
        ("Day ticket vs. ten-ride card", Sides("Day ticket", "ten-ride card")),
        ("In what do the two contracts differ?", Sides("", "", group="contracts")),
        ("Compare the two halls: what do clubs pay per day?", Sides("", "", ("clubs pay per day",), group="halls")),
        ("Which of the two vans is cheaper?", Sides("", "", ("price cost fee",), "cheaper", group="vans")),
        (
            "How do the notice periods in the 2024 contract differ from those of 2021?",
            Sides("2024 contract", "2021", ("notice periods",)),
        ),
        ("What sets the A4 apart from the A3?", Sides("A4", "A3")),
        ("T7 or T8, how do they differ?", Sides("T7", "T8")),
        ("T-7 or T-8: what's the difference in weight and price?", Sides("T-7", "T-8", ("weight", "price"))),
        ("compare prices north depot / south depot", Sides("prices north depot", "south depot")),
        ("Compare hiring the boat with hiring a bike, by price", Sides("boat", "bike", ("price",))),
        ("Compare the short course with the long one", Sides("short course", "long course")),
        ("S1 or S2 in French: which has the better pass rate?", Sides("S1", "S2", ("pass rate",), "better pass rate")),
        ("whats heavier, the cot or the desk", Sides("cot", "desk", ("weight weigh",), "heavier")),
        ("Is the north hall bigger than the barn?", Sides("north hall", "barn", (_SIZES,), "bigger", True)),
        (
            "Is a day pass cheaper at the pool or at the beach?",
            Sides("pool", "beach", ("day pass", "price cost fee"), "cheaper"),
        ),
        ("What has changed about leave since the 2021 terms?", Sides(CURRENT, "2021 terms", ("leave",))),
        ("How does this compare?", None),
    ],
)
def test_a_question_names_two_things_and_attributes(question: str, sides: Sides | None) -> None:
    assert find_sides(question) == sides


def test_rows_are_compared_by_what_differs_each_cited(embedder) -> None:
    answer = ask("What is the difference between the Fell 2 and the Fell 3?", embedder, passage(TENTS, "tents.md"))
    assert answer.text == "Weight: Fell 2 1.9 kg; Fell 3 2.6 kg\nPrice: Fell 2 249 EUR; Fell 3 299 EUR"
    said = [(answer.text[one.start : one.end], one.citation) for one in answer.sentences]
    assert said == [("Fell 2 1.9 kg", 1), ("Fell 3 2.6 kg", 2), ("Fell 2 249 EUR", 1), ("Fell 3 299 EUR", 2)]
    assert [citation.text for citation in answer.citations] == TENTS.splitlines()[:2]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Which is cheaper, the Fell 2 or the Dune 4?", "Cheaper: Dune 4\nPrice: Fell 2 249 EUR; Dune 4 199 EUR"),
        ("Is the Dune 4 heavier than the Fell 3?", "Yes\nWeight: Dune 4 5.2 kg; Fell 3 2.6 kg"),
        ("Is the Fell 3 lighter than the Fell 2?", "No\nWeight: Fell 3 2.6 kg; Fell 2 1.9 kg"),
        ("Compare the colour of the Fell 2 and the Fell 3", "Colour: Fell 2 green; Fell 3 green"),
        ("Compare the basic and the family plan", "Storage: Basic 5 GB; Family 50 GB\nUsers: Basic 1; Family 6"),
    ],
)
def test_what_is_asked_restricts_the_comparison(question: str, text: str, embedder) -> None:
    assert ask(question, embedder, passage(TENTS, "tents.md"), passage(PLANS, "plans.md")).text == text


def test_records_are_compared_by_their_titles_and_each_has_its_own_source(embedder) -> None:
    one = record("Price: 2150\nMotor: hub motor", "bikes.csv#1", "Volta City")
    two = record("Price: 3290\nMotor: mid motor", "bikes.csv#2", "Volta Trail")
    answer = ask("Compare Volta City and Volta Trail by price", embedder, two, one)
    assert answer.text == "Price: Volta City 2150; Volta Trail 3290"
    assert [citation.source for citation in answer.citations] == ["bikes.csv#1", "bikes.csv#2"]


def test_sentences_are_compared_where_there_are_no_rows(embedder) -> None:
    answer = ask(
        "What's the difference in warranty between the pump and the motor?",
        embedder,
        passage(PUMP, "pump.md", "text"),
        passage(MOTOR, "motor.md", "text"),
    )
    assert answer.text == "The warranty on the pump is 24 months.\nFor the motor there is a warranty of five years."
    assert [citation.source for citation in answer.citations] == ["pump.md", "motor.md"]


def test_a_missing_side_or_attribute_is_named(embedder) -> None:
    answer = ask("Which is cheaper, the Fell 2 or the Ridge 9?", embedder, passage(TENTS, "tents.md"))
    assert (answer.abstained, answer.missing) == (True, "the documents say nothing about Ridge 9")
    answer = ask("Which is cheaper, the Fell or the Dune 4?", embedder, passage(TENTS, "tents.md"))
    assert answer.abstained, "it may be the Fell 2 or the Fell 3"
    answer = ask("Which is wider, the Fell 2 or the Dune 4?", embedder, passage(TENTS, "tents.md"))
    assert (answer.abstained, answer.missing) == (True, "no width is stated for both")
    answer = ask("Compare the pump with the motor", embedder, passage(PUMP, "pump.md", "text"))
    assert answer.abstained, "what is said of one alone compares nothing"
    answer = ask("Fell 2 or Dune 4 in green: which has the better test result?", embedder, passage(TENTS, "tents.md"))
    assert (answer.abstained, answer.missing) == (True, "no test result is stated for both")


def test_a_source_that_was_replaced_is_no_side(embedder) -> None:
    old = record("This price list is no longer valid.\nPrice: 99", "old.csv#1", "Volta City")
    two = record("Price: 3290\nMotor: mid motor", "bikes.csv#2", "Volta Trail")
    answer = ask("Which is cheaper, Volta City or Volta Trail?", embedder, old, two)
    assert answer.missing == "the documents say nothing about Volta City"


HALLS = (
    "Code: A; Hall: Hall in Mill Lane; Per day / Clubs: 60; Per day / Non-members: 95\n"
    "Code: B; Hall: Hall in Park Road; Per day / Clubs: 45; Per day / Non-members: 80\n"
    "Code: C; Hall: Storage room; Per day / Clubs: 5; Per day / Non-members: 5"
)


def test_two_things_may_be_named_by_what_they_are(embedder) -> None:
    answer = ask("Compare the two halls: what do clubs pay per day?", embedder, passage(HALLS, "halls.md"))
    assert answer.text == "Per day / Clubs: Hall in Mill Lane 60; Hall in Park Road 45"
    assert ask("Compare the two tents", embedder, passage(TENTS, "tents.md")).abstained, "there are three"


def test_what_one_side_lacks_is_not_stated(embedder) -> None:
    one = record("Price: 2150\nWeight: 17 kg", "bikes.csv#1", "Volta City")
    two = record("Price: 3290\nColour: red", "bikes.csv#2", "Volta Trail")
    answer = ask("Compare Volta City and Volta Trail by price and weight", embedder, one, two)
    assert answer.text == "Price: Volta City 2150; Volta Trail 3290\nWeight: Volta City 17 kg; Volta Trail not stated"


def test_a_row_is_compared_with_a_sentence(embedder) -> None:
    row = record("Ticket: Ten-ride card\nPrice eur: 42.00", "fares.csv#1", "Ten-ride card")
    sentence = passage("A season pass costs 55 euros. It is valid for six months.", "pass.md", "text", ("Season pass",))
    answer = ask("Which is cheaper, the ten-ride card or the season pass?", embedder, row, sentence)
    assert answer.text == "Cheaper: ten-ride card\nTen-ride card: Price eur 42.00\nA season pass costs 55 euros."
    assert [citation.source for citation in answer.citations] == ["fares.csv#1", "pass.md"]
    assert [one.citation for one in answer.sentences] == [1, 1, 2], "the verdict rests on the row"


def test_two_editions_are_compared_by_what_both_speak_of(embedder) -> None:
    old = "Notice is three months. Post is put in the boxes. A fee of 20 euros is due for late notice."
    new = "Notice is one month. There is no longer a fee for late notice. Bicycles go to the cellar."
    answer = ask(
        "How does the notice in the 2024 terms differ from that of 2021?",
        embedder,
        passage(old, "terms_2021.md", "text", ("Terms 2021", "Notice")),
        passage(new, "terms_2024.md", "text", ("Terms 2024", "Notice")),
    )
    assert answer.text == "Notice is one month. There is no longer a fee for late notice.\nNotice is three months."
    assert [citation.source for citation in answer.citations] == ["terms_2024.md", "terms_2021.md"]


def test_what_has_changed_is_told_by_the_newest_edition_and_the_old_one(embedder) -> None:
    old = "A key costs 20 euros. It is changed every 90 days. Bicycles go to the cellar."
    new = "A key costs 35 euros. It is changed when it was lost."
    answer = ask(
        "What has changed about keys since the 2021 rules?",
        embedder,
        passage(old, "rules-2021.md", "text", ("Rules", "Keys")),
        passage(new, "rules-2024.md", "text", ("Rules", "Keys")),
        passage("A key costs 15 euros.", "guide-2025.md", "text", ("Guide", "Keys")),
    )
    assert answer.text.splitlines() == [new, old.removesuffix(" Bicycles go to the cellar.")]
    assert [citation.source for citation in answer.citations] == ["rules-2024.md", "rules-2021.md"]


def test_different_things_are_not_more_or_less_of_each_other(embedder) -> None:
    answer = ask(
        "Which fills more an hour, the bottle line or the keg line?",
        embedder,
        passage("The bottle line fills 6,000 bottles an hour.", "a.md", "text"),
        passage("The keg line fills 60 kegs an hour.", "b.md", "text"),
    )
    assert answer.text == "The bottle line fills 6,000 bottles an hour.\nThe keg line fills 60 kegs an hour."


PASSES = (
    "Ticket: Day pass; Adults: 9 EUR; Children: 5 EUR; Pool: 6.50 EUR; Beach: 4 EUR\n"
    "Ticket: Locker; Adults: 2 EUR; Children: 2 EUR; Pool: 1 EUR; Beach: none"
)


def test_two_columns_of_a_row_are_compared(embedder) -> None:
    answer = ask("Is a day pass cheaper at the pool or at the beach?", embedder, passage(PASSES, "fees.md"))
    assert answer.text == "Cheaper: Beach\nDay pass: Pool 6.50 EUR; Beach 4 EUR"
    answer = ask("Compare prices for adults and children on a day pass", embedder, passage(PASSES, "fees.md"))
    assert answer.text == "Day pass: Adults 9 EUR; Children 5 EUR"
    assert ask("Is a sauna cheaper at the pool or at the beach?", embedder, passage(PASSES, "fees.md")).abstained


def test_a_purpose_is_no_part_of_a_name(embedder) -> None:
    answer = ask("Compare the Dune 4 with the Fell 2 for a family, price", embedder, passage(TENTS, "tents.md"))
    assert answer.text == "Price: Dune 4 199 EUR; Fell 2 249 EUR"
