"""What type of answer a question asks for, and which spans are of that type."""

from __future__ import annotations

import pytest

from ingest.types import Chunk
from rag.answer.asked import fits_wanted, wanted_type
from rag.answer.evidence import Evidence


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Who feeds the cats?", "person"),
        ("How much does a stamp cost?", "price"),
        ("price of the blue vase", "price"),
        ("until when is the pool open", "time"),
        ("opening hours of the pool?", "time"),
        ("What is the crossing time to Oxna?", None),
        ("How long is the notice period?", "duration"),
        ("How many chairs are in the hall?", "count"),
        ("How many weeks of notice do I owe?", "duration"),
        ("Within what time must a fault be mended?", "duration"),
        ("garage for somebody who rents nothing", None),
        ("How heavy is the crate?", "mass"),
        ("Which day is the bin emptied?", "day"),
        ("Which number do I call at night?", "phone"),
        ("What percentage do members save?", "share"),
        ("Where are the skates kept?", "place"),
        ("What is the tower made of?", None),
    ],
)
def test_the_type_of_a_question(question: str, wanted: str | None) -> None:
    assert wanted_type(question) == wanted


@pytest.mark.parametrize(
    ("question", "text", "span", "fits"),
    [
        ("Who feeds the cats?", "Ada Lane feeds them at nine.", "Ada Lane", 1),
        ("Who feeds the cats?", "The gardener feeds them at nine.", "The gardener", 0),
        ("Who feeds the cats?", "Ada Lane feeds them at nine.", "at nine", -1),
        ("How much does a stamp cost?", "A stamp is 85 pence, open until 5 pm.", "until 5 pm", -1),
        ("How much does a stamp cost?", "Stamp: Second class; Price: 0.85; Stock: 12", "0.85", 1),
        ("How much does a stamp cost?", "Stamp: Second class; Price: 0.85; Stock: 12", "12", 0),
        ("How much does a stamp cost?", "Stamps are free of charge.", "free of charge", 1),
        ("until when is the pool open", "It closes at 21:30 and has two lanes.", "21:30", 1),
        ("until when is the pool open", "It closes at 21:30 and has two lanes.", "two lanes", -1),
        ("Which number do I call at night?", "Call 0161 496 0222 before 10 May.", "0161 496 0222", 1),
        ("Which number do I call at night?", "Call 0161 496 0222 before 10 May.", "10 May", -1),
        ("Where are the skates kept?", "They are in Hall 3, for 4 euros.", "4 euros", -1),
        ("What is the tower made of?", "It is brick.", "brick", 0),
    ],
)
def test_spans_of_the_type(question: str, text: str, span: str, fits: int) -> None:
    start = text.index(span)
    assert fits_wanted(question, Evidence(Chunk(text, "s", 0, len(text)), start, start + len(span))) == fits
