"""Yes/no questions: from an FAQ or a rule to "Yes" or "No" with the sentence that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log

import pytest

from ingest.chunk import Chunker
from ingest.embed import new_embedder
from ingest.embed.tokens import EstimatedTokens
from ingest.sentences import sentence_spans
from ingest.types import Block, Chunk, Document
from rag.answer.abstain import Abstention
from rag.answer.evidence import Evidence
from rag.answer.faq import find_entries
from rag.answer.statements import find_statements
from rag.answer.types import Answer, Retrieved
from rag.answer.yes_no import YesNo
from rag.answer.yes_no_model import VerdictSignals, read_signals
from rag.reader.base import SentenceScore, Span, Verdict
from stores.base import Hit

FAQ = {
    "Are you open on public holidays?": "Yes, except on 25 December and 1 January.",
    "When are you open?": "Monday to Friday from 6:30 a.m. to 9 p.m. We are closed on Sundays.",
    "Is there a discount for students?": "No. Only pupils and pensioners pay less.",
    "Is the outdoor pool heated?": "Yes, to 24 degrees, from May to September.",
    "May I bring my own paddle board?": "No, boards are not permitted in any of our pools.",
    "Do I have to wear a cap?": "Caps are optional in the sports pool. In the diving pool they are mandatory.",
    "Are dogs allowed on the lawn?": "Dogs are not allowed, except guide dogs.",
    "Must I book lessons?": "Yes. Lessons are booked at the desk, at least three days ahead.",
    "Do you repair bikes bought elsewhere?": "No. We only accept bikes that were bought from us.",
    "Do you rent out towels?": "We rent out towels for 2 euros, but no swimwear.",
    "Do you take vouchers?": "Yes, at the desk, but not online.",
}

# question -> the beginning of the answer and the title that it is cited under; None stays unanswered
QUESTIONS = {
    "Are you open on public holidays?": ("Yes, except on 25 December", "Are you open on public holidays?"),
    "Are you open on Sundays?": ("No. We are closed on Sundays.", "When are you open?"),
    "Do students get a discount?": ("No. Only pupils", "Is there a discount for students?"),
    "Is there a discount for nurses?": None,
    "Isn't the outdoor pool heated?": ("Yes, to 24 degrees", "Is the outdoor pool heated?"),
    "Is the indoor pool heated?": None,
    "Is the outdoor pool closed?": None,
    "Are boards permitted?": ("No, boards are not permitted", "May I bring my own paddle board?"),
    "Do I have to wear a cap in the sports pool?": ("No. Caps are optional", "Do I have to wear a cap?"),
    "Do I have to wear a cap in the diving pool?": ("Yes. In the diving pool", "Do I have to wear a cap?"),
    "Are dogs allowed on the lawn?": ("No. Dogs are not allowed", "Are dogs allowed on the lawn?"),
    "Are guide dogs allowed on the lawn?": ("Yes. Dogs are not allowed, except", "Are dogs allowed on the lawn?"),
    "Is it forbidden to bring a dog to the lawn?": ("Yes. Dogs are not allowed", "Are dogs allowed on the lawn?"),
    "Are cats allowed on the lawn?": None,
    "Do I need to book lessons?": ("Yes. Lessons are booked at the desk", "Must I book lessons?"),
    "Can I cancel lessons?": None,
    "Could you fix a bicycle from another shop?": ("No. We only accept", "Do you repair bikes bought elsewhere?"),
    "Do you sell bikes?": None,
    "Can I rent a towel?": ("Yes. We rent out towels", "Do you rent out towels?"),
    "Can I rent swimwear?": ("No. We rent out towels for 2 euros, but no swimwear.", "Do you rent out towels?"),
    "Do you rent out lockers?": None,
    "Do you take vouchers online?": ("No. At the desk, but not online.", "Do you take vouchers?"),
    "Do you sell vouchers?": None,
    "Can I pay by cheque?": None,
}


def hits_of(entries: dict[str, str], title: str = "Lido") -> list[Hit]:
    text, blocks = f"{title}\n\n", [Block(0, len(title), "title")]
    for question, answer in entries.items():
        low = len(text)
        text += f"{question}\n\n{answer}\n\n"
        blocks.append(Block(low, low + len(question), "title", heading=(title,)))
        low += len(question) + 2
        blocks.append(Block(low, low + len(answer), "text", heading=(title, question)))
    chunks = Chunker(EstimatedTokens(256), size=80).chunk(Document(text, "faq.html", tuple(blocks)))
    return [Hit(chunk, 1.0) for chunk in chunks]


def ask(question: str, hits: Sequence[Hit], reader: object = None, embedder: object = None) -> Answer:
    strategy = YesNo(Abstention(0.0, 0.0, False, "reader", 0), reader, embedder)  # type: ignore[arg-type]
    return strategy.answer([Retrieved(question, "yes-no", hits, kind="yes-no")])[0]


@pytest.mark.weights
@pytest.mark.parametrize("question", QUESTIONS)
def test_an_faq_decides_what_it_answers(question: str) -> None:
    expected = QUESTIONS[question]
    answer = ask(question, hits_of(FAQ), embedder=new_embedder())
    if expected is None:
        assert answer.abstained, answer.text
        return
    beginning, title = expected
    assert answer.text.startswith(beginning)
    [citation] = answer.citations
    assert citation.heading[-1] == title
    assert citation.support > 0
    assert [sentence.citation for sentence in answer.sentences] == [1] * len(answer.sentences)


def test_a_letter_replies_to_what_was_asked() -> None:
    text = (
        "We look forward to the Lindau Scouts.\n\nYou asked whether your group can build a campfire. I'm afraid that "
        "is not possible, because the ground is peat. You also wanted to know if the kitchen is open. Yes, until ten."
    )
    hits = [Hit(Chunk(text, "reply.eml", 0, len(text)), 1.0)]
    answers = [
        ask(question, hits).text
        for question in ("Will the Lindau Scouts be able to build a campfire?", "Is the kitchen open?")
    ]
    assert answers == ["No. I'm afraid that is not possible, because the ground is peat.", "Yes, until ten."]


def test_a_paragraph_with_a_title_of_its_own_is_about_that() -> None:
    text = (
        "Motion A, new lift in North House. Rejected: 15 for, 17 against. It was thought too dear.\n\n"
        "Motion B, playground. Carried: 28 for, three against."
    )
    hits = [Hit(Chunk(text, "minutes.md", 0, len(text)), 1.0)]
    assert ask("Did the members vote for a new lift in North House?", hits).text == (
        "No. Motion A, new lift in North House. Rejected: 15 for, 17 against."
    )
    assert ask("Was the playground approved?", hits).text == (
        "Yes. Motion B, playground. Carried: 28 for, three against."
    )
    assert ask("Was a new fence approved?", hits).abstained


class YesFake:
    """A reader to which everything is relevant, and says yes."""

    name = fingerprint = "yes"
    has_verdicts = has_relevance = True

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Span]:
        return [Span(chunk, 0, 1, 0.0, 0.5) for chunk in passages]

    def read_many(self, questions: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Span]]:
        return [self.read(question, passages) for question, passages in questions]

    def verdicts(self, question: str, passages: Sequence[Chunk]) -> list[Verdict]:
        return [Verdict(0.95, 0.03) for _ in passages]

    def score_sentences(self, question: str, passages: Sequence[Chunk]) -> list[list[SentenceScore]]:
        return [[SentenceScore(start, end, 0.9) for start, end in sentence_spans(chunk.text)] for chunk in passages]


@pytest.mark.weights
@pytest.mark.parametrize(
    "question",
    [
        "Can I change a booking?",
        "Can I rent an e-bike?",
        "Do you sell gift cards?",
        "Is the sauna included with a day ticket?",
    ],
)
def test_no_bare_yes_of_another_entry_decides_whatever_the_reader_says(question: str) -> None:
    entries = {
        "Can I cancel a booking?": "Yes, until the evening before.",
        "Can I test-ride an e-bike?": "Yes, for half an hour.",
        "Do you accept gift cards?": "Yes, in the shop.",
        "Is the sauna included with a season ticket?": "Yes. It is.",
    }
    assert ask(question, hits_of(entries), YesFake(), new_embedder()).abstained


def test_statements_that_contradict_each_other_decide_nothing() -> None:
    allowed, denied = "Bicycles are allowed in the cellar.", "Bicycles are not allowed in the cellar."
    hits = hits_of({"Rules of 2024": allowed, "Rules of 2026": denied}, "House rules")
    assert ask("Are bicycles allowed in the cellar?", hits).abstained
    assert ask("Are bicycles allowed in the cellar?", hits, YesFake()).abstained
    assert ask("Are bicycles allowed in the cellar?", hits_of({"Rules": denied})).text == f"No. {denied}"


def test_words_that_deny_are_not_overruled_by_the_reader() -> None:
    hits = hits_of({"Balconies": "Barbecues with charcoal are prohibited; electric grills are allowed."}, "House rules")
    question = "Is it allowed to use a charcoal barbecue?"
    assert ask(question, hits).text.startswith("No.")
    assert ask(question, hits, YesFake()).abstained


class JudgingFake:
    """A reader whose verdict on passages with the word "solar" is yes, and whose best sentence is the last."""

    name = fingerprint = "fake"
    has_verdicts = has_relevance = True

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Span]:
        return [Span(chunk, 0, 1, 0.0, 0.5) for chunk in passages]

    def read_many(self, questions: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Span]]:
        return [self.read(question, passages) for question, passages in questions]

    def verdicts(self, question: str, passages: Sequence[Chunk]) -> list[Verdict]:
        return [Verdict(0.9, 0.05) if "solar" in chunk.text else Verdict(0.1, 0.2) for chunk in passages]

    def score_sentences(self, question: str, passages: Sequence[Chunk]) -> list[list[SentenceScore]]:
        return [
            [SentenceScore(0, 5, 0.1), SentenceScore(len(chunk.text) - 24, len(chunk.text), 0.8)] for chunk in passages
        ]


def test_a_verdict_of_the_reader_decides_where_no_words_do() -> None:
    hits = hits_of({"Roof": "The roof was renewed in 2020. It carries solar panels."}, "The house")
    answer = ask("Does the roof of the house carry power?", hits, JudgingFake())
    assert (answer.text, answer.model) == ("Yes. It carries solar panels.", "fake")
    assert answer.citations[0].text == "It carries solar panels."
    # Without "solar" the verdict is that nothing is said.
    assert ask("Is the lift new?", hits_of({"Roof": "The roof was renewed in 2020."}), JudgingFake()).abstained


def test_a_verdict_is_surer_the_clearer_it_is_and_where_a_statement_says_the_same() -> None:
    text = "The roof was renewed in 2020. It carries solar panels."
    evidence = Evidence(Chunk(text, "house.md", 0, len(text)), 30, len(text))
    clear = VerdictSignals(evidence, 3.0, 3.0, 3.0, 0.0, 2.0, 2.0, 2.0)
    weak = replace(clear, passage=0.5, own_passage=0.5, sentence=0.5)
    contrary = replace(clear, passage=-3.0, own_passage=-3.0, sentence=-3.0)
    assert clear.lean > 0 > contrary.lean
    assert replace(clear, statement=1.0).confidence > clear.confidence > weak.confidence
    assert replace(clear, statement=-1.0).confidence < clear.confidence


def test_the_sentence_that_is_relevant_and_decides_is_the_evidence() -> None:
    text = "The roof was renewed in 2020. It carries solar panels."
    chunk = Chunk(text, "house.md", 0, len(text))
    sentences = [(0.9, Evidence(chunk, 0, 29)), (0.7, Evidence(chunk, 30, len(text)))]
    signals = read_signals(JudgingFake(), "Does it make power?", sentences)
    assert signals is not None
    assert signals.evidence.text == "It carries solar panels."
    assert signals.passage == signals.sentence == pytest.approx(log(0.901 / 0.051))
    assert read_signals(JudgingFake(), "Does it make power?", []) is None


def test_an_item_of_what_is_not_done_is_cited_with_its_title() -> None:
    text, heading = "- climb trees\n- feed animals", ("What our gardeners do not do",)
    section = Chunk(text, "garden.md", 0, len(text), heading=heading, blocks=(Block(0, len(text), "list"),))
    statements = [statement for statement in find_statements(section) if statement.is_led]
    assert [statement.in_context.text for statement in statements] == [
        "What our gardeners do not do: climb trees",
        "What our gardeners do not do: feed animals",
    ]


def test_entries_stand_in_paragraphs_lines_and_rows_too() -> None:
    texts = (
        "Is it safe?\nYes, it is.\nIt was tested.\nHow heavy is it?\nTwo kilos.",
        "Q: Is it safe?\nA: Yes, it is.\n\nQ: How heavy is it?\nA: Two kilos.",
        "Question: Is it safe?; Answer: Yes, it is.\nQuestion: How heavy is it?; Answer: Two kilos.",
    )
    for text in texts:
        entries = list(find_entries([Chunk(text, "faq.txt", 0, len(text))]))
        assert [entry.question for entry in entries] == ["Is it safe?", "How heavy is it?"]
        assert entries[0].answer.text.startswith("Yes, it is.")
        assert text[entries[1].answer.start : entries[1].answer.end] == "Two kilos."
