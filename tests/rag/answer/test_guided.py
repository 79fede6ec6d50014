"""A reader beside, before and behind the generator: who leads, who agrees, who answers when they do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest.chunk import Chunker
from ingest.types import Chunk, Document
from rag.answer.extractive import (
    complete_figure,
    cut_to_cell,
    extractive_answer,
    near_spans,
    sentence_of,
    support_spans,
)
from rag.answer.guided import agrees, cite_spans, order_by_candidates
from rag.answer.pipeline import Pipeline
from rag.answer.required_anchors import require_anchors
from rag.answer.strategy import DraftEvent
from rag.answer.types import AnswerSentence, Retrieved
from rag.index.index import Index
from rag.reader.base import Span
from rag.retrieve.retrievers import HybridRetriever
from stores import new_store
from stores.base import Hit

TEA = "Tea is served at four in the library. Coffee is served at ten."
HIT = Hit(Chunk("NX-7 NX-8", "n", 0, 9), 1.0)
RENT = "The rent is due on the first of the month. It is 900 euros."


class ScriptedReader:
    """Points at the first of some texts that a passage holds, as sure as told; else at its first word, unsure."""

    name = "pointing"

    def __init__(self, **sure: float) -> None:
        self.sure = {text.replace("_", " "): chance for text, chance in sure.items()}
        self.asked: list[str] = []

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Span]:
        self.asked.append(question)
        return [self._reading(chunk) for chunk in passages]

    def read_many(self, asked: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Span]]:
        return [self.read(question, passages) for question, passages in asked]

    def _reading(self, chunk: Chunk) -> Span:
        for text, chance in self.sure.items():
            if (start := chunk.text.find(text)) >= 0:
                return Span(chunk, start, start + len(text), 10 * chance, chance)
        return Span(chunk, 0, len(chunk.text.split()[0]), -5.0, 0.01)


def reading(text: str, span: str, chance: float = 0.9) -> Span:
    start = text.index(span)
    return Span(Chunk(text, "s.txt", 100, 100 + len(text)), start, start + len(span), 10 * chance, chance)


def asked(spans: Sequence[Span], answer_format: str = "short", question: str = "When is tea served?") -> Retrieved:
    return Retrieved(question, answer_format, (), spans)


@pytest.fixture
def index(embedder) -> Index:
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=40))
    index.add([Document(TEA, "tea.txt"), Document(RENT, "rent.txt")])
    return index


def pipeline_of(index: Index, generator, reader, **options) -> Pipeline:
    return Pipeline(HybridRetriever(index.store, index.embedder), generator, reader=reader, **options)


# --- the pieces -------------------------------------------------------------------------------------------------------


def test_the_surest_passage_leads() -> None:
    one, two = reading(TEA, "four", 0.2), reading(RENT, "900 euros", 0.8)
    assert order_by_candidates(asked([one, two])) == [two.chunk, one.chunk]


def test_likely_readings_are_near_the_best_and_say_different_things() -> None:
    readings = [reading(TEA, "four", 0.5), reading(TEA, "ten", 0.9), reading(RENT, "first", 0.4)]
    assert [each.text for each in near_spans(asked(readings).candidates)] == ["ten", "four"]
    assert [each.text for each in near_spans(asked([reading(TEA, "ten"), reading("At Ten.", "Ten")]).candidates)] == [
        "ten"
    ]
    assert near_spans(asked([Span(Chunk("", "s", 0, 0), 0, 0, float("-inf"), 0.0)]).candidates) == []


def test_one_passage_may_have_several_likely_readings() -> None:
    further = (reading(TEA, "four", 0.6), reading(TEA, "library", 0.1))
    found = [replace(reading(TEA, "ten", 0.9), others=further), reading(RENT, "first", 0.5)]
    assert [each.text for each in near_spans(asked(found).candidates)] == ["ten", "four", "first"]
    assert agrees("At four.", asked(found))
    assert not agrees("In the library.", asked(found))
    assert extractive_answer(asked(found, "list"))[0] == "ten\nfour\nfirst"


@pytest.mark.parametrize(
    ("text", "agreed"),
    [
        ("It is 900 euros.", True),
        ("900", True),
        ("nine hundred euros", True),
        ("900 dollars", False),
        ("90 euros", False),
        ("It is not 900 euros.", False),
        ("The landlord wants 900 euros.", False),
        ("It is due on the first.", False),
        ("I like it.", False),
    ],
)
def test_agreement(text: str, agreed: bool) -> None:
    spans = [reading(RENT, "900 euros")]
    assert agrees(text, asked(spans, question="How much is the rent?")) is agreed


def test_a_reading_is_cited_by_the_whole_sentence_it_stands_in() -> None:
    found = reading(RENT, "900 euros")
    assert sentence_of(found).text == "It is 900 euros."
    [citation] = extractive_answer(asked([found], question="How much is the rent?"))[1]
    assert (citation.number, citation.text, citation.support) == (1, "It is 900 euros.", 1.0)
    assert RENT[citation.start - 100 : citation.end - 100] == citation.text
    across = reading(RENT, "month. It")
    assert sentence_of(across).text == RENT


def test_extracted_answers_by_style() -> None:
    readings = [reading(TEA, "ten", 0.9), reading(TEA, "four", 0.8)]
    assert extractive_answer(asked(readings))[0] == "ten"
    assert extractive_answer(asked(readings, "sentence"))[0] == "Coffee is served at ten."
    text, citations, sentences = extractive_answer(asked(readings, "list"))
    assert text == "ten\nfour"
    assert [text[each.start : each.end] for each in sentences] == ["ten", "four"]
    assert [each.citation for each in sentences] == [1, 2]
    assert [each.text for each in citations] == ["Coffee is served at ten.", "Tea is served at four in the library."]
    with pytest.raises(ValueError, match="no passage holds a span"):
        extractive_answer(asked([]))


def test_spans_of_one_sentence_share_a_citation() -> None:
    readings = [reading(TEA, "four", 0.9), reading(TEA, "library", 0.8)]
    text, citations, sentences = extractive_answer(asked(readings, "list"))
    assert (text, len(citations), [each.citation for each in sentences]) == ("four\nlibrary", 1, [1, 1])


def test_sentences_without_support_get_that_of_a_reading_which_says_the_same() -> None:
    text = "Ten. Tuesdays."
    sentences = [AnswerSentence(0, 4, None), AnswerSentence(5, 14, None)]
    question = asked([reading(TEA, "ten")], question="When is coffee served?")
    citations, completed = cite_spans(text, [], sentences, question)
    assert [each.citation for each in completed] == [1, None]
    assert [(each.text, each.support) for each in citations] == [("Coffee is served at ten.", 1.0)]


def test_spans_that_fail_the_test_give_way_to_the_next_of_their_section() -> None:
    text = "NX-7 opens the north gate. NX-8 opens the south gate."
    span = replace(reading(text, "north gate", 0.9), others=(reading(text, "south gate", 0.4),))
    question = "What does NX-8 open?"
    anchors = require_anchors(question, [span.chunk], lambda phrase: None)
    [supported] = support_spans(question, [span], anchors)
    assert (supported.text, supported.margin, supported.others) == ("south gate", 4.0, ())
    [empty] = support_spans("What does NX-9 open?", [span], require_anchors("NX-8 or NX-7", [], lambda phrase: [HIT]))
    assert (empty.text, empty.margin) == ("", float("-inf"))


def test_a_span_in_a_row_ends_with_its_cell() -> None:
    row = "Town: Lund; Rent: 900 EUR; Deposit: 1,800 EUR"
    assert cut_to_cell(reading(row, "900 EUR; Deposit: 1,800 EUR")).text == "900 EUR"
    assert cut_to_cell(reading(row, "Rent: 900 EUR")).text == "900 EUR"
    assert cut_to_cell(reading(row, "900")).text == "900 EUR"
    assert cut_to_cell(reading(row, "EUR; Deposit")).text == "900 EUR"
    assert cut_to_cell(reading(TEA, "four in the library. Coffee")).text == "four in the library. Coffee"


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("We are open until eight in the evening.", "until eight", "until eight in the evening"),
        ("Collect it within 14 days.", "14", "14 days"),
        ("It begins at 6 o'clock sharp.", "6", "6 o'clock"),
        ("The 14 dogs sleep.", "14", "14"),
        ("Two of the eight remain.", "Two", "Two"),
        ("Price: 25\nWeekday price: 23", "25", "25"),
        ("Up to 20 working days a year.", "20 working days", "20 working days"),
    ],
)
def test_a_figure_has_its_unit_or_time_of_day(text: str, part: str, whole: str) -> None:
    assert complete_figure(reading(text, part)).text == whole


# --- in the pipeline --------------------------------------------------------------------------------------------------


def test_the_reader_answers_alone(index) -> None:
    answer = pipeline_of(index, None, ScriptedReader(four=0.9)).ask("When is tea served?")
    assert (answer.text, answer.abstained, answer.confidence, answer.model) == ("four", False, 0.9, "pointing")
    [citation] = answer.citations
    assert TEA[citation.start : citation.end] == citation.text == "Tea is served at four in the library."
    assert answer.unsupported == ()
    assert answer.usage.completion_tokens == 0


def test_an_unsure_reader_abstains(index, scripted) -> None:
    generator = scripted("at four")
    for model in (None, generator):
        pipeline = pipeline_of(index, model, ScriptedReader(four=0.4), min_confidence=0.5)
        answer = pipeline.ask("When is tea served?")
        assert (answer.abstained, answer.confidence) == (True, 0.4)
        assert [citation.text for citation in answer.nearest] == [
            "Tea is served at four in the library.",
            "Coffee is served at ten.",
        ]
    assert generator.prompts == []


def test_the_readers_passage_leads_the_prompt(index, scripted) -> None:
    generator = scripted("900 euros")
    pipeline_of(index, generator, ScriptedReader(**{"900_euros": 0.9})).ask("How much tea is the rent?")
    [prompt] = generator.prompts
    assert prompt.index(RENT) < prompt.index(TEA)


def test_an_answer_that_a_reading_bears_out_stays(index, scripted) -> None:
    generator = scripted("Tea is at four.")
    answer = pipeline_of(index, generator, ScriptedReader(four=0.9)).ask("When is tea served?")
    assert (answer.text, answer.model) == ("Tea is at four.", "scripted")
    assert len(generator.prompts) == 1
    assert [citation.text for citation in answer.citations] == ["Tea is served at four in the library."]


def test_a_whole_sentence_has_to_say_what_the_best_reading_says(index, scripted) -> None:
    """The rent is nearly as likely a reading: a short answer may be it, but a sentence answers another question."""
    reader = ScriptedReader(four=0.9, first=0.8)
    generator = scripted("The rent is due on the first.")
    short = pipeline_of(index, generator, reader).ask("When is the rent or tea?")
    assert (short.text, short.model) == ("The rent is due on the first.", "scripted")
    whole = pipeline_of(index, generator, reader, answer_format="sentence").ask("When is the rent or tea?")
    assert (whole.text, whole.model) == ("Tea is served at four in the library.", "pointing")


def test_on_disagreement_the_generator_is_asked_once_more_with_the_sentence_alone(index, scripted) -> None:
    generator = scripted(lambda prompt: "At ten." if "Coffee" in prompt else "At four.")
    answer = pipeline_of(index, generator, ScriptedReader(four=0.9)).ask("When is tea served?")
    assert (answer.text, answer.model) == ("At four.", "scripted")
    assert len(generator.prompts) == 2
    assert "Tea is served at four in the library." in generator.prompts[1]
    assert not re.search("Coffee|rent", generator.prompts[1])
    assert answer.usage.completion_tokens == 4, "of both tries"


@pytest.mark.parametrize("stubborn", ["At ten.", "I don't know.", ""])
def test_a_generator_that_stays_wrong_or_silent_is_replaced_by_the_span(index, scripted, stubborn) -> None:
    generator = scripted(stubborn)
    answer = pipeline_of(index, generator, ScriptedReader(four=0.9)).ask("When is tea served?")
    assert (answer.text, answer.model, answer.abstained) == ("four", "pointing", False)
    assert len(generator.prompts) == 2


def test_where_no_sentence_fits_the_prompt_the_reader_answers(embedder, scripted) -> None:
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=40))
    index.add([Document("tea " * 20 + "is at four " + "and so on " * 4, "long.txt")])
    answer = pipeline_of(index, scripted("Ten.", context_window=64), ScriptedReader(four=0.9)).ask("When is tea?")
    assert (answer.text, answer.model) == ("four", "pointing")
    with pytest.raises(ValueError, match="not one sentence of"):
        pipeline_of(index, scripted("Ten.", context_window=64), None).ask("When is tea?")


def test_unguided_the_generator_is_left_alone(index, scripted) -> None:
    generator = scripted("At ten.")
    answer = pipeline_of(index, generator, ScriptedReader(four=0.9), guided=False).ask("When is tea served?")
    assert (answer.text, answer.confidence, len(generator.prompts)) == ("At ten.", 0.9, 1)


@pytest.mark.parametrize(
    ("guided", "said", "prompts", "first"),
    [
        (("reader_first",), "At ten.", 1, "Tea"),
        (("retry",), None, 2, "The rent"),
        (("fallback",), "four", 1, "The rent"),
        (("retry", "fallback"), "four", 2, "The rent"),
    ],
)
def test_each_way_of_guidance_by_itself(index, scripted, guided, said, prompts, first) -> None:
    generator = scripted("At ten.")
    answer = pipeline_of(index, generator, ScriptedReader(four=0.9), guided=guided).ask("When is the rent tea?")
    assert (None if answer.abstained else answer.text, len(generator.prompts)) == (said, prompts)
    passages = sorted(("Tea is", "The rent"), key=generator.prompts[0].find)
    assert passages[0].startswith(first[:3])


def test_many_questions_keep_their_order(index, scripted) -> None:
    generator = scripted(lambda prompt: "900 euros" if "How much" in prompt else "nonsense")
    pipeline = pipeline_of(index, generator, ScriptedReader(**{"900_euros": 0.9, "four": 0.8}), min_confidence=0.5)
    answers = pipeline.ask_many(["How much is the rent?", "When is tea served?"])
    assert [answer.text for answer in answers] == ["900 euros", "four"]
    assert [answer.model for answer in answers] == ["scripted", "pointing"]


def test_a_guided_answer_streams_in_one_piece(index, scripted) -> None:
    pipeline = pipeline_of(index, scripted("At ten."), ScriptedReader(four=0.9))
    stream = pipeline.stream("When is tea served?")
    assert list(stream) == ["four"]
    assert stream.answer == pipeline.ask("When is tea served?")


def test_a_draft_that_the_reader_confirms_stands(index, scripted) -> None:
    pipeline = pipeline_of(index, scripted("At four."), ScriptedReader(four=0.9))
    stream = pipeline.stream_drafts("When is tea served?")
    with pytest.raises(RuntimeError, match="not complete"):
        stream.answer  # noqa: B018
    at_work = [DraftEvent("draft", ""), DraftEvent("draft", "")]
    assert list(stream) == [DraftEvent("draft", "four"), *at_work, DraftEvent("replace", "At four.")]
    assert stream.answer == pipeline.ask("When is tea served?")


def test_the_generator_drafts_where_the_reader_may_not_answer(index, scripted) -> None:
    pipeline = pipeline_of(index, scripted("At four."), ScriptedReader(four=0.9), guided=["retry"])
    assert list(pipeline.stream_drafts("When is tea served?")) == [
        DraftEvent("draft", "At "), DraftEvent("draft", "four."),
    ]  # fmt: skip
    pipeline = pipeline_of(index, scripted("At ten."), ScriptedReader(four=0.9), guided=["retry"])
    events = list(pipeline.stream_drafts("When is tea served?"))
    assert events[:4] == [
        DraftEvent("draft", "At "), DraftEvent("draft", "ten."), DraftEvent("replace", ""), DraftEvent("draft", "At "),
    ]  # fmt: skip


def test_a_generation_that_is_not_confirmed_leaves_the_readers_draft(index, scripted) -> None:
    pipeline = pipeline_of(index, scripted("At ten."), ScriptedReader(four=0.9))
    stream = pipeline.stream_drafts("When is tea served?")
    assert list(stream) == [DraftEvent("draft", "four"), *[DraftEvent("draft", "")] * 4], "the reader's stands"
    assert stream.answer == pipeline.ask("When is tea served?")


def test_what_is_not_generated_has_no_drafts(index, scripted) -> None:
    pipeline = pipeline_of(index, scripted("At ten."), ScriptedReader(four=0.9))
    for question in ("Which colours does the fox have?", "What is the capital of France?"):
        stream = pipeline.stream_drafts(question)
        assert not [event for event in stream if event.text not in ("", "four", stream.answer.text)]
        assert stream.answer == pipeline.ask(question)
    alone = pipeline_of(index, None, ScriptedReader(four=0.9)).stream_drafts("When is tea served?")
    assert list(alone) == []
    assert alone.answer.text == "four"


def test_answer_formats_reach_the_prompt(index, scripted) -> None:
    generator = scripted("Tea is served at four.")
    pipeline_of(index, generator, ScriptedReader(four=0.9), answer_format="sentence").ask("When is tea served?")
    assert generator.prompts[0].endswith("Answer in a full sentence:")
    pipeline_of(index, generator, ScriptedReader(four=0.9), answer_format="auto").ask("Why is tea served?")
    assert generator.prompts[-1].endswith("Answer in a full sentence:")
    alone = pipeline_of(index, None, ScriptedReader(four=0.9), answer_format="sentence")
    assert alone.ask("When is tea served?").text == "Tea is served at four in the library."


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"min_confidence": 1.5}, "min_confidence is 1.5"),
        ({"answer_format": "poem"}, "known are short, yes-no, explain, list, compare, sentence, auto"),
        ({"guided": ("reader_first", "luck")}, "some of reader_first, retry, fallback"),
        ({"guided": "reader_first"}, "some of reader_first, retry, fallback"),
    ],
)
def test_bad_options_are_refused(index, options, said) -> None:
    with pytest.raises(ValueError, match=said):
        pipeline_of(index, None, ScriptedReader(four=0.9), **options)


def test_somebody_has_to_answer(index, scripted) -> None:
    with pytest.raises(ValueError, match="a pipeline needs a generator"):
        pipeline_of(index, None, None)
    with pytest.raises(ValueError, match="needs a reader"):
        pipeline_of(index, scripted("x"), None, min_confidence=0.5)


# --- right or silent --------------------------------------------------------------------------------------------------


def test_a_changed_number_is_no_answer_and_has_no_citation(embedder, scripted) -> None:
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=40))
    index.add([Document("The sauna costs seventeen crowns for guests.", "sauna.txt")])
    for said in ("19 crowns", "seven crowns", "seventeen euros", "It is not seventeen crowns."):
        pipeline = pipeline_of(index, scripted(said), ScriptedReader(seventeen_crowns=0.9))
        answer = pipeline.ask("How much does the sauna cost for guests?")
        assert (answer.text, answer.model) == ("seventeen crowns", "pointing")
        [citation] = answer.citations
        assert (citation.text, citation.support) == ("The sauna costs seventeen crowns for guests.", 1.0)
        unguided = pipeline_of(index, scripted(said), ScriptedReader(seventeen_crowns=0.9), guided=False)
        assert unguided.ask("How much does the sauna cost for guests?").abstained
    same = pipeline_of(index, scripted("17 crowns"), ScriptedReader(seventeen_crowns=0.9))
    answer = same.ask("How much does the sauna cost for guests?")
    assert (answer.text, answer.model) == ("17 crowns", "scripted")


def test_the_line_of_another_code_is_no_evidence(embedder) -> None:
    lines = ("QX-71: the belt is worn", "QX-72: the door is open", "QX-73: the lamp is off")
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=60))
    index.add([Document("\n\n".join(lines), "codes.txt")])
    pipeline = pipeline_of(index, None, ScriptedReader(the_belt_is_worn=0.9, the_lamp_is_off=0.3))
    answer = pipeline.ask("What does QX-73 mean?")
    assert [citation.text for citation in answer.citations] == ["QX-73: the lamp is off"]
    unknown = pipeline.ask("What does QX-79 mean?")
    assert (unknown.abstained, unknown.missing) == (True, "QX-79 occurs in no document")
