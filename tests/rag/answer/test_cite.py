"""Citations: spans that hold what a sentence says, and none for what no source says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from ingest.types import Chunk
from rag.answer.cite import cite, keep_supported
from rag.answer.types import AnswerSentence
from rag.answer.words import read_content, stem

LEAVE = (
    "Leave rules\n\nEmployees get 12 weeks of paid parental leave. The leave must be used within one year. "
    "Contractors do not receive parental leave. Sick leave accrues at 4 hours a pay period."
)
COFFEE = "The coffee machine is on the second floor. It was bought in 1989 for $1,200."
PASSAGES = [Chunk(LEAVE, "leave.md", 100, 100 + len(LEAVE), page=2), Chunk(COFFEE, "coffee.md", 0, len(COFFEE))]


def cited(answer: str, question: str = "What?") -> list[str | None]:
    citations, sentences = cite(answer, question, PASSAGES)
    texts = {citation.number: citation.text for citation in citations}
    return [texts[each.citation] if each.citation else None for each in sentences]


def test_a_sentence_is_attributed_to_the_source_sentence_that_says_it() -> None:
    assert cited("Parental leave is 12 weeks, paid.") == ["Employees get 12 weeks of paid parental leave."]


def test_a_short_answer_is_attributed_where_the_question_is_answered() -> None:
    assert cited("12 weeks", "How long is parental leave?") == ["Employees get 12 weeks of paid parental leave."]
    assert cited("1989", "When was the coffee machine bought?") == ["It was bought in 1989 for $1,200."]


def test_a_bare_number_is_attributed_where_it_counts_what_was_asked() -> None:
    text = "Parental leave needs 12 months of paid federal service. You get 12 weeks off."
    passages = [Chunk(text, "a", 0, len(text))]
    (citation,), _ = cite("12", "How many weeks of paid parental leave does federal service give?", passages)
    assert citation.text == "You get 12 weeks off."


def test_a_word_that_no_source_has_is_not_cited_even_if_all_others_are_there() -> None:
    text = "As it climbed, the airplane's right wing impacted a tree. The flap was intact."
    passages = [Chunk(text, "a", 0, len(text))]
    question = "What did the right wing of the airplane hit?"
    assert cite("The right wing of the airplane hit a tree.", question, passages)[0]
    assert not cite("The right wing of the airplane hit a bird.", question, passages)[0]


def test_two_sentences_have_two_citations_numbered_in_order_of_use() -> None:
    citations, sentences = cite("It was bought in 1989. Employees get 12 weeks of paid leave.", "What?", PASSAGES)
    assert [sentence.citation for sentence in sentences] == [1, 2]
    assert [(c.number, c.source, c.page) for c in citations] == [(1, "coffee.md", None), (2, "leave.md", 2)]


def test_a_span_is_where_it_says() -> None:
    for citation in cite("Employees get 12 weeks. The machine is on the second floor.", "What?", PASSAGES)[0]:
        text, start = (LEAVE, 100) if citation.source == "leave.md" else (COFFEE, 0)
        assert text[citation.start - start : citation.end - start] == citation.text


def test_what_spans_two_source_sentences_is_cited_as_both() -> None:
    (text,) = cited("The coffee machine on the second floor was bought in 1989.")
    assert text == COFFEE


@pytest.mark.parametrize(
    "invented",
    [
        "Employees get 16 weeks of paid parental leave.",  # another number
        "Contractors receive parental leave.",  # the source denies it
        "Employees do not get 12 weeks of paid parental leave.",  # the source does not deny it
        "The headquarters moved to Paris.",
        "Yes.",
        "The the of.",
    ],
)
def test_what_no_source_says_is_not_cited(invented: str) -> None:
    assert cited(invented) == [None]


def test_an_echo_of_the_question_is_no_evidence() -> None:
    question = "Where is the coffee machine that Napoleon owned?"
    assert cited("Napoleon owned the coffee machine.", question) == [None]


def test_what_only_repeats_an_open_question_is_not_cited_but_a_yes_or_no_one_may_be_confirmed() -> None:
    assert cited("That is where the coffee machine is.", "Where is the coffee machine?") == [None]
    assert cited("The coffee machine is on the second floor.", "Is the coffee machine on the second floor?") != [None]


def test_figures_are_compared_as_written_in_different_ways() -> None:
    assert cited("It was bought for $1200.") == ["It was bought in 1989 for $1,200."]


@pytest.mark.parametrize(
    ("one", "other"),
    [("weeks", "week"), ("policies", "policy"), ("accrued", "accrues"), ("bought", "bought"), ("running", "run"),
     ("requires", "required"), ("classes", "class")],
)  # fmt: skip
def test_stems_meet(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_content_is_words_figures_and_denial() -> None:
    content = read_content("There are not 1,200 of the Weeks.")
    assert (content.words, [quantity.values for quantity in content.quantities]) == ({"week"}, [(1200,)])
    assert [clause.denies for clause in content.clauses] == [True]


def test_sentences_without_a_source_are_left_out() -> None:
    sentences = [AnswerSentence(0, 4, None), AnswerSentence(5, 14, 1), AnswerSentence(15, 20, 1)]
    text, _, kept = keep_supported("Ten. Tuesdays. Noon.", [], sentences)
    assert text == "Tuesdays. Noon."
    assert [text[one.start : one.end] for one in kept] == ["Tuesdays.", "Noon."]
    assert keep_supported("Ten.", [], sentences[:1])[0] == ""


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.text(max_size=50), st.lists(st.text(min_size=1, max_size=200), max_size=3))
def test_any_text_gives_spans_that_are_where_they_say(answer: str, question: str, texts: list[str]) -> None:
    passages = [Chunk(text, str(number), 10, 10 + len(text)) for number, text in enumerate(texts)]
    citations, sentences = cite(answer, question, passages)
    for citation in citations:
        assert passages[int(citation.source)].text[citation.start - 10 : citation.end - 10] == citation.text
    assert {each.citation for each in sentences if each.citation} == {citation.number for citation in citations}
