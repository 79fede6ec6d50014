"""Doubts: signs against a span that do not rule it out."""

from __future__ import annotations

import pytest

from ingest.types import Chunk
from rag.answer.anchors import Anchor, Anchors
from rag.answer.doubts import find_doubts
from rag.answer.evidence import Evidence
from rag.answer.extractive import support_spans
from rag.answer.ranking import RankingModel, rank_spans
from rag.answer.support import judge_support
from rag.reader.base import Span

ROW = "Boat: canoe; Deposit: 40 EUR; Places: 3"


def place(text: str, part: str, heading: tuple[str, ...] = ()) -> Evidence:
    start = text.index(part)
    return Evidence(Chunk(text, "a.md", 0, len(text), heading=heading), start, start + len(part))


@pytest.mark.parametrize(
    ("question", "text", "part", "doubts"),
    [
        ("What do I put down for a kayak?", "You leave 40 EUR at the desk.", "40 EUR", ("topic",)),
        ("What do I leave at the desk?", "You leave 40 EUR at the desk.", "40 EUR", ()),
        ("How heavy is the canoe?", ROW, "3", ("measure",)),
        ("What is the colour of the canoe?", ROW, "3", ("attribute",)),
        ("What is the deposit of the canoe?", ROW, "40 EUR", ()),
    ],
)
def test_each_sign_is_named(question: str, text: str, part: str, doubts: tuple[str, ...]) -> None:
    assert find_doubts(part, question, place(text, part), Anchors()) == doubts


def test_another_column_than_the_one_named_is_doubtful() -> None:
    anchors = Anchors((Anchor("Deposit", "column"),))
    assert find_doubts("3", "What do you ask for the canoe, deposit?", place(ROW, "3"), anchors) == ("column",)
    assert find_doubts("40 EUR", "Deposit of the canoe?", place(ROW, "40 EUR"), anchors) == ()


def test_a_text_in_doubt_may_stand_and_is_no_support() -> None:
    support = judge_support("40 EUR", "What do I put down for a kayak?", place("You leave 40 EUR.", "40 EUR"))
    assert support.may_stand
    assert not support
    assert support.score == pytest.approx(0.8)


def test_only_a_ranking_gets_spans_in_doubt_and_weighs_them() -> None:
    section = Chunk("You leave 40 EUR at the desk.", "a.md", 0, 29)
    kayak = Chunk("A kayak costs 9 EUR.", "b.md", 0, 20)
    question = "What do I put down for a kayak?"
    spans = [Span(section, 10, 16, 4.0, 0.9), Span(kayak, 14, 19, 3.0, 0.8)]
    assert [span.text for span in support_spans(question, spans, Anchors())] == ["", "9 EUR"]
    weighed = support_spans(question, spans, Anchors(), in_doubt=True)
    assert [span.text for span in weighed] == ["40 EUR", "9 EUR"]
    for weight, first in ((0.0, "40 EUR"), (-2.0, "9 EUR")):
        model = RankingModel({"margin": 1.0, "off_topic": weight})
        assert rank_spans(question, weighed, (), model)[0].span.text == first
