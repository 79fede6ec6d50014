"""The test of support, on pairs from many fields: what a source says, and what only looks like it."""

from __future__ import annotations

import re

import pytest

from ingest.types import Block, Chunk
from rag.answer.evidence import Evidence
from rag.answer.required_anchors import require_anchors
from rag.answer.support import Support, judge_support

YES, NO = True, False


def judge(text: str, question: str, source: str, heading: tuple[str, ...] = ()) -> Support:
    chunk = Chunk(source, "doc.md", 0, len(source), heading=heading)
    anchors = require_anchors(question, [chunk], lambda phrase: None)
    return judge_support(text, question, Evidence(chunk, 0, len(source)), anchors)


PAIRS = [
    # numbers, in digits and words
    ("30 months", "How long is the warranty?", "The warranty is thirty months.", YES),
    ("36 months", "How long is the warranty?", "The warranty is thirty months.", NO),
    ("3 years", "How long is the warranty?", "The warranty is 36 months.", YES),
    ("two weeks", "How long is the notice?", "The notice is 14 days.", YES),
    ("forty-five metres", "How far is the well from the barn?", "The well is 45 m from the barn.", YES),
    ("45 feet", "How far is the well from the barn?", "The well is 45 m from the barn.", NO),
    ("105", "How many seats has the hall?", "The hall has one hundred and five seats.", YES),
    ("a dozen", "How many jars are in a crate?", "A crate holds 12 jars.", YES),
    ("8 days", "Within what time is the boiler mended?", "The boiler is mended within 8 days.", YES),
    ("8 days", "At what time is the boiler mended?", "The boiler is mended within 8 days.", NO),
    ("5 days", "How long are visiting hours kept free?", "Visiting hours are kept free for 5 days.", YES),
    ("2.5 hours", "How long does the ferry take?", "The ferry takes two and a half hours.", YES),
    ("1,250", "How many members are there?", "There are 1250 members.", YES),
    ("12,50 EUR", "What is the fee?", "The fee is €12.50.", YES),
    ("1.250 EUR", "What is the fee?", "The fee is 1,250 euros.", YES),
    ("20 EUR", "What is the fee?", "The fee is 210 EUR.", NO),
    ("20 USD", "What is the fee?", "The fee is 20 EUR.", NO),
    ("20 euros", "What is the fee?", "The fee is EUR 20.", YES),
    ("5 %", "What is the discount?", "The discount is five percent.", YES),
    ("5 percentage points", "What is the discount?", "The discount is 5 percent.", NO),
    ("5", "What is the lowest temperature?", "The lowest temperature is -5 °C.", NO),
    ("minus 5 °C", "What is the lowest temperature?", "The lowest temperature is -5 °C.", YES),
    ("5 to 7 days", "How long does delivery take?", "Delivery takes 5-7 days.", YES),
    ("7 days", "How long does delivery take?", "Delivery takes 5-7 days.", NO),
    ("5-7 weeks", "How long does delivery take?", "Delivery takes 5-7 days.", NO),
    ("half", "How much of the grain is kept?", "1/2 of the grain is kept.", YES),
    ("two thirds", "How much of the grain is kept?", "Half of the grain is kept.", NO),
    ("the third floor", "Which floor is the archive on?", "The archive is on the 3rd floor.", YES),
    ("the fourth floor", "Which floor is the archive on?", "The archive is on the 3rd floor.", NO),
    ("2 GB", "How large is the image?", "The image has 2000 MB.", YES),
    ("twice a week", "How often is the pool cleaned?", "The pool is cleaned two times a week.", YES),
    # dates and times
    ("12 January 2026", "When was it signed?", "It was signed on 2026-01-12.", YES),
    ("January 12, 2026", "When was it signed?", "It was signed on 12.01.2026.", YES),
    ("2026", "When was the treaty signed?", "The treaty was signed on 12 January 2026.", YES),
    ("2025", "When was the treaty signed?", "The treaty was signed on 12 January 2026.", NO),
    ("13 January", "When was the treaty signed?", "The treaty was signed on 12 January 2026.", NO),
    ("10 pm", "When does the bar close?", "The bar closes at 22:00.", YES),
    ("10 am", "When does the bar close?", "The bar closes at 22:00.", NO),
    # denial
    ("Smoking is allowed in the stable.", "Is smoking allowed?", "Smoking is not allowed in the stable.", NO),
    ("Smoking is prohibited in the stable.", "Is smoking allowed?", "Smoking is not permitted in the stable.", YES),
    ("Smoking is permitted in the stable.", "Is smoking allowed?", "Smoking is forbidden in the stable.", NO),
    ("Guide dogs are allowed.", "Which dogs are allowed?", "Dogs are not allowed, except guide dogs.", YES),
    ("Dogs are allowed.", "Are dogs allowed?", "Dogs are not allowed, except guide dogs.", NO),
    ("on balconies", "Where is grilling permitted?", "Grilling is banned on balconies but permitted by the pond.", NO),
    ("by the pond", "Where is grilling permitted?", "Grilling is banned on balconies but permitted by the pond.", YES),
    ("Frost damage is covered.", "Is frost covered?", "Frost damage is never covered.", NO),
    ("hail", "What is not covered?", "Theft is covered, hail is not covered.", YES),
    ("before 10 May", "When must I apply?", "You must apply after 10 May.", NO),
    ("at least 3 metres", "How deep is the well?", "The well is at most 3 metres deep.", NO),
    ("excluding delivery", "What does the price cover?", "The price is 20 EUR including delivery.", NO),
    # names and content words
    ("Ada Berg", "Who leads the choir?", "The choir is led by Ada Berg.", YES),
    ("Ida Berg", "Who leads the choir?", "The choir is led by Ada Berg.", NO),
    ("the north yard", "Where is the crane?", "The crane stands in the south yard.", NO),
    ("The printer is too hot.", "What does the lamp mean?", "The lamp means that the fuser is too hot.", NO),
    ("The fuser is too hot.", "What does the lamp mean?", "The lamp means that the fuser is too hot.", YES),
    ("only cash", "How can I pay at the market?", "You can pay cash or by card at the market.", NO),
    ("The choir is led by Ada Berg.", "Who leads the choir?", "The choir is led by Ada Berg.", YES),
    ("the choir", "Who leads the choir?", "The choir is led by Ada Berg.", NO),
    ("Yes.", "Is the choir led by Ada Berg?", "The choir is led by Ada Berg.", NO),
    # what was asked
    ("3 weeks", "How much does the course cost?", "The course takes 3 weeks.", NO),
    ("40 EUR", "How long is the course?", "The course costs 40 EUR.", NO),
    ("12", "How many weeks of leave are there?", "Leave begins after 12 months.", NO),
    ("12", "How many weeks of leave are there?", "There are 12 weeks of leave.", YES),
    ("the owner", "How many days is the shop open?", "The owner opens the shop on 5 days.", NO),
    ("Monday", "Which day does the shop close at noon?", "The shop closes on Monday at noon.", YES),
    ("the owner", "What time does the shop close?", "The owner closes the shop.", NO),
    ("2 litres", "How much is the steel pan?", "The steel pan holds 2 litres.", NO),
    ("40 EUR", "How much is the steel pan?", "The steel pan is 40 EUR.", YES),
    ("30 days", "How much is the notice?", "The notice is 30 days.", YES),
    ("steel", "What is the price of the pan?", "The pan is of steel.", NO),
    ("free", "What is the price of the pan?", "The pan is free.", YES),
    ("4 EUR", "delivery costs for the pan", "For the pan delivery is 4 EUR.", YES),
    ("A. Example", "Who is the head of sales?", "Chair: A. Example", NO),
    ("Weight", "What does the lamp have?", "Weight: 3 kg; Lamp: red", NO),
    ("3", "How heavy is the lamp?", "Lamp: red; Price (EUR): 3", NO),
    ("Ann Lee", "Which day does the choir come?", "On Tue, 3 March 2026, Ann Lee of the choir wrote:", NO),
    ("Paris", "Where does the band rehearse?", "The cheese comes from Paris.", NO),
]  # fmt: skip


@pytest.mark.parametrize(("text", "question", "source", "supported"), PAIRS)
def test_pairs(text: str, question: str, source: str, supported: bool) -> None:
    support = judge(text, question, source)
    assert bool(support) is supported, support.missing
    assert bool(support.missing or support.doubts) is not supported


def test_a_score_is_lower_where_only_the_context_has_it() -> None:
    assert judge("The ticket costs 9 EUR.", "What does the ticket cost?", "The ticket costs 9 EUR.").score == 1
    table = judge("The tram ticket costs 9 EUR.", "What is 9 EUR?", "The ticket costs 9 EUR.", ("Tram",))
    assert 0.8 <= table.score < 1
    assert judge("The bus ticket costs 9 EUR.", "What is 9 EUR?", "The ticket costs 9 EUR.", ("Tram",)).missing == (
        "'bus' is not in the source",
    )


ROWS = "Town: Lund; Rent: 900 EUR; Deposit: 1800 EUR\nTown: Kiel; Rent: 700 EUR; Deposit: 1400 EUR"


@pytest.mark.parametrize(
    ("text", "question", "row", "supported"),
    [
        ("900 EUR", "What is the rent in Lund?", 0, YES),
        ("1800 EUR", "What is the rent in Lund?", 0, NO),
        ("1800 EUR", "What is the deposit in Lund?", 0, YES),
        ("700 EUR", "What is the rent in Lund?", 1, NO),
        ("700 EUR", "what is the rent in kiel", 1, YES),
        ("Kiel", "Which town has a rent of 700 EUR?", 1, YES),
        ("Lund", "Which town has a rent of 700 EUR?", 0, NO),
    ],
)
def test_only_the_row_and_the_column_that_a_question_names_are_evidence(
    text: str, question: str, row: int, supported: bool
) -> None:
    chunk = Chunk(ROWS, "rents.csv", 0, len(ROWS), blocks=(Block(0, len(ROWS), "table"),))
    anchors = require_anchors(question, [chunk], lambda phrase: None)
    start = ROWS.index("\n") + 1 if row else 0
    evidence = Evidence(chunk, start, len(ROWS) if row else ROWS.index("\n"))
    assert bool(judge_support(text, question, evidence, anchors)) is supported


@pytest.mark.parametrize(
    ("text", "question", "supported"),
    [
        ("the lamp is off", "What does F-21 mean?", YES),
        ("the valve is stuck", "What does F-21 mean?", NO),
        ("close the lid", "What should I do about F-12?", YES),
        ("close the lid", "What should I do about F-21?", NO),
    ],
)
def test_the_nearest_code_is_what_a_sentence_is_about(text: str, question: str, supported: bool) -> None:
    source = "F-12 means that the valve is stuck. You should close the lid. F-21 means that the lamp is off."
    chunk = Chunk(source, "codes.md", 0, len(source))
    start = source.index(text)
    anchors = require_anchors(question, [chunk], lambda phrase: None)
    assert bool(judge_support(text, question, Evidence(chunk, start, start + len(text)), anchors)) is supported


def test_the_context_says_whom_a_bare_line_is_about() -> None:
    assert judge("A. Example", "Who is the chair of the board?", "Chair: A. Example", ("The board",))
    assert not judge("A. Example", "Who is the treasurer of the club?", "Chair: A. Example", ("The board",))


TRIP = (
    "The trip to the lake is on 9 May. It leaves at 8.30. The coach costs 12 euros, and children ride for half the "
    "fare. Olga Brandt takes bookings, by phone on 0161 496 0100 or at trips@example.org. Sandwiches are "
    "handed out at noon."
)


@pytest.mark.parametrize(
    ("text", "question", "supported"),
    [
        ("Olga Brandt", "Who takes bookings for the trip?", YES),
        ("bookings", "Who takes care of the trip?", NO),
        ("children", "Who rides for half the fare?", YES),
        ("0161 496 0100", "What is the phone number for bookings?", YES),
        ("12", "What is the phone number for bookings?", NO),
        ("trips@example.org", "What is the email address for bookings?", YES),
        ("Olga Brandt", "What is the email address for bookings?", NO),
        ("8.30", "What time does the trip leave?", YES),
        ("9 May", "What time does the trip leave?", NO),
        ("noon", "At what time are sandwiches handed out?", YES),
        ("12 euros", "What do I pay for the coach?", YES),
        ("Sandwiches", "What do I pay for the coach?", NO),
        ("8.30", "What percentage of the fare do children pay?", NO),
        ("12 euros", "How many children ride on the coach?", NO),
        ("9 May", "When does the trip go on Sundays?", NO),
    ],
)
def test_what_is_asked_for_has_a_type_and_a_measure(text: str, question: str, supported: bool) -> None:
    start = TRIP.index(text)
    chunk = Chunk(TRIP, "trip.md", 0, len(TRIP))
    assert bool(judge_support(text, question, Evidence(chunk, start, start + len(text)))) is supported


SHEET = (
    "Dish: Lentil soup; Vegan: yes; Extra minutes: 0; Price (€): 6; Served at: 75 °C; Cooks: 2\n"
    "Dish: Trout; Vegan: no; Extra minutes: 10; Price (€): 14; Served at: 60 °C; Cooks: 3"
)


@pytest.mark.parametrize(
    ("text", "question", "supported"),
    [
        ("0", "calories in the lentil soup?", NO),
        ("6", "price of the lentil soup", YES),
        ("0", "What is the price of the lentil soup?", NO),
        ("6", "How much is a bowl of lentil soup?", YES),
        ("2", "How much is a bowl of lentil soup?", NO),
        ("2", "How many cooks make the lentil soup?", YES),
        ("6", "How many cooks make the lentil soup?", NO),
        ("75 °C", "At what temperature is the lentil soup served?", YES),
        ("6", "At what temperature is the lentil soup served?", NO),
        ("0", "How heavy is the lentil soup?", NO),
        ("Lentil soup", "Which dish is vegan?", YES),
    ],
)
def test_a_cell_answers_what_its_column_is_about(text: str, question: str, supported: bool) -> None:
    line = SHEET.splitlines()[0]
    start = re.search(rf": ({re.escape(text)})(?:;|$)", line).start(1)  # type: ignore[union-attr]
    chunk = Chunk(SHEET, "dishes.csv", 0, len(SHEET), blocks=(Block(0, len(SHEET), "table"),))
    assert bool(judge_support(text, question, Evidence(chunk, start, start + len(text)))) is supported


def test_a_question_may_deny_what_the_source_affirms_in_other_words() -> None:
    blocked = "F61: the drain for the water is blocked."
    assert judge("F61", "Which code does it show when the water can't run off?", blocked)
    assert not judge("It may be used", "May the lift be used?", "The lift may not be used.")


def test_closed_answers_when_something_is_open() -> None:
    assert judge("closed", "When is the hut open in winter?", "In winter the hut is closed.")
    assert not judge("open in winter", "When is the hut open in winter?", "In winter the hut is open in winter.")


@pytest.mark.parametrize(
    ("metadata", "is_supported"),
    [({"From": "14:00", "To": "22:30"}, YES), ({}, NO), ({"subject": "Shifts", "from": "14:00", "to": "22:30"}, NO)],
)
def test_a_row_may_have_the_columns_of_a_mail_header(metadata: dict[str, str], is_supported: bool) -> None:
    text = "Shift N1\nFrom: 14:00\nTo: 22:30"
    chunk = Chunk(text, "shifts.csv#1", 0, len(text), metadata=metadata)
    evidence = Evidence(chunk, text.index("22:30"), len(text))
    assert bool(judge_support("22:30", "What time does shift N1 end?", evidence)) is is_supported
