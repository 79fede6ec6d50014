"""An unanswered question says what is missing, and shows what comes closest."""

from __future__ import annotations

import pytest

from ingest.models.weights import MINILM_READER
from ingest.types import Chunk
from rag.answer.abstain import Abstention, nearest_sentences
from rag.answer.confidence import embedded_confidence
from rag.answer.missing import name_wanted
from rag.answer.types import Retrieved
from rag.reader.base import Span
from stores.base import Hit

PRICES = Chunk("Name: Brisa kettle; Price: 49 EUR\nName: Corda lamp; Price: 20 EUR", "prices.csv", 0, 66)
LEAFLET = Chunk("The kettle boils in three minutes. It is made of steel.", "leaflet.md", 40, 95, heading=("Brisa",))


def retrieved(question: str, *chunks: Chunk, spans: tuple[Span, ...] = ()) -> Retrieved:
    return Retrieved(question, "short", [Hit(chunk, 0.5) for chunk in chunks], spans)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What is the price of the lamp?", "the price of the lamp"),
        ("How much does the lamp cost in winter?", "the price of the lamp in winter"),
        ("Can you tell me when the library closes?", "when the library closes"),
        ("Where can I park my bike?", "where you can park your bike"),
        ("Can I swap a day when I'm off sick?", "whether you can swap a day when you're off sick"),
        ("Do I have to book?", "whether you have to book"),
        ("Who approves travel?", "who approves travel"),
        ("What documents do I need?", "what documents you need"),
        ("What does comp time mean?", "what comp time means"),
        ("Explain the leave policy.", "the leave policy"),
        ("Which floor is the office on?", 'an answer to "Which floor is the office on?"'),
        ("When is tea served?", 'an answer to "When is tea served?"'),
        ("opening hours sunday", 'an answer to "opening hours sunday"'),
        ("ERR-1009", 'an answer to "ERR-1009"'),
    ],
)
def test_what_is_missing_is_said_in_the_words_of_the_question(question: str, wanted: str) -> None:
    assert name_wanted(question) == wanted


def test_an_abstention_carries_what_is_missing_and_the_nearest_sentences() -> None:
    abstention = Abstention(0.0, 0.0, False, "none", 0)
    answer = abstention.abstain(retrieved("What is the weight of the kettle?", LEAFLET))
    assert (answer.text, answer.abstained) == ("I can't find the weight of the kettle in the documents.", True)
    assert [citation.text for citation in answer.nearest] == [
        "The kettle boils in three minutes.",
        "It is made of steel.",
    ]
    answer = abstention.abstain(retrieved("What is FX-9?"), missing="FX-9 occurs in no document")
    assert answer.text == 'I can\'t find an answer to "What is FX-9?": FX-9 occurs in no document.'
    assert (answer.missing, answer.nearest) == ("FX-9 occurs in no document", ())


def test_the_nearest_sentences_share_the_words_of_the_question_with_text_and_heading() -> None:
    first, second = nearest_sentences(retrieved("What is the price of the Brisa toaster?", PRICES, LEAFLET))
    assert (first.number, first.source, first.text) == (1, "prices.csv", "Name: Brisa kettle; Price: 49 EUR")
    assert (second.number, second.text, second.support) == (2, "Name: Corda lamp; Price: 20 EUR", 0.0)
    steel = nearest_sentences(retrieved("Is the Brisa steel rustproof?", PRICES, LEAFLET))[0]
    assert (steel.start, steel.end, steel.text, steel.heading) == (75, 95, "It is made of steel.", ("Brisa",))


def test_of_sentences_that_share_no_word_the_readers_is_nearest() -> None:
    span = Span(LEAFLET, 46, 54, -1.0, 0.1)
    texts = [citation.text for citation in nearest_sentences(retrieved("Which metal?", LEAFLET, spans=(span,)))]
    assert texts == ["It is made of steel.", "The kettle boils in three minutes."]


@pytest.mark.parametrize(
    ("question", "is_read"),
    [("停车场每天收费多少？", False), ("كم عدد أيام الإجازة؟", False), ("What does 停车场 mean?", True), ("42", True)],
)
def test_the_embedded_models_read_no_script_of_other_continents(question: str, is_read: bool) -> None:
    embedded = Abstention(0.0, None, embedded_confidence(MINILM_READER) or False, "reader", 0)
    assert embedded.reads_language_of(question) == is_read
    assert embedded.abstain(retrieved(question)).missing == ("" if is_read else "the models read English")
    assert Abstention(0.0, None, False, "other", 0).reads_language_of(question), "others may read any"
