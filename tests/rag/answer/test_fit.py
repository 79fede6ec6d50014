"""The fit of a part of a section: its cosine, the question's words that it holds, and the reader's judgement."""

from __future__ import annotations

import pytest

from ingest.types import Chunk
from rag.answer.fit import Fit, FitMeasure, SectionPart, asked_content
from rag.answer.phrasal import replace_phrasal
from rag.answer.synonyms import Vocabulary

TEXT = "Returned boats are refunded within two days."


def part_of(text: str, *heading: str) -> SectionPart:
    return SectionPart(Chunk(text, "boats.md", 0, len(text), heading=heading), 0, len(text))


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("How do I hand back a boat?", 1.0),
        ("How do I retrun a boat?", 0.5),
        ("How do I hand back a canoe?", 0.5),
        ("Explain the refund", 1.0),
    ],
)
def test_the_words_held_are_those_that_do_not_only_ask(question: str, share: float) -> None:
    measure = FitMeasure(question, Vocabulary(), None, None)
    assert measure.held_share(part_of(TEXT)) == share


def test_a_misspelt_word_is_held() -> None:
    assert FitMeasure("How are boats refundet?", Vocabulary(), None, None).held_share(part_of(TEXT)) == 1.0


def test_the_total_weighs_the_three(embedder) -> None:
    assert Fit(0.5, 1.0, 0.5).total == pytest.approx(0.5 + 0.5 + 0.15)
    assert (Fit(0.1, 0.2).score, Fit(1.0, 1.0, 1.0).score) == (0.0, 1.0)


def test_without_an_embedder_the_share_of_words_stands_for_the_cosine() -> None:
    [fit] = FitMeasure("How are boats refunded?", Vocabulary(), None, None).measure([part_of(TEXT)])
    assert fit == Fit(1.0, 1.0)


def test_the_number_of_a_heading_is_no_part_of_its_title() -> None:
    assert part_of(TEXT, "Rules", "4.2 Refunds").titles == ("Refunds",)


def test_what_is_asked_about_is_in_plain_verbs_without_what_only_asks() -> None:
    assert replace_phrasal("Why did they put the fares up?") == "Why did they raise the fares?"
    assert asked_content("List the fees") == ["fees"]
    assert asked_content("How does the waiting list work?") == ["waiting", "list"]
    assert asked_content("What happens if I call off a course?") == ["cancel", "course"]
    assert asked_content("I'm late, what happens if somebody else opens the kiln?") == ["late", "opens", "kiln"]
