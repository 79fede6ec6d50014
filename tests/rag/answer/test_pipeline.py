"""From a question to a cited answer: what is asked, what is refused, what is reported."""

from __future__ import annotations

import pytest

from ingest.chunk import Chunker
from ingest.types import Document
from rag.answer.confidence import signals_of
from rag.answer.pipeline import Pipeline
from rag.answer.refusal import is_refusal, whole_sentences
from rag.generate import Generation
from rag.index.index import Index
from rag.retrieve.retrievers import Bm25Retriever, DenseRetriever, HybridRetriever
from stores import new_store
from stores.base import Hit

TEA = "Tea is served at four in the library. Coffee is served at ten."
RENT = "The rent is due on the first of the month. It is 900 euros."


@pytest.fixture
def index(embedder) -> Index:
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=40))
    index.add([Document(TEA, "tea.txt"), Document(RENT, "rent.txt")])
    return index


def pipeline_of(index: Index, generator, retriever=HybridRetriever, **options) -> Pipeline:
    return Pipeline(retriever(index.store, index.embedder), generator, **options)


def test_an_answer_carries_its_evidence(index, scripted) -> None:
    generator = scripted("Tea is served at four.")
    answer = pipeline_of(index, generator).ask("When is tea served?")
    assert (answer.text, answer.abstained, answer.model) == ("Tea is served at four.", False, "scripted")
    (citation,) = answer.citations
    assert (citation.source, citation.text) == ("tea.txt", "Tea is served at four in the library.")
    assert TEA[citation.start : citation.end] == citation.text
    assert [hit.chunk.source for hit in answer.hits] == ["tea.txt", "rent.txt"]
    assert answer.evidence == signals_of(answer.hits, []).evidence
    assert TEA in generator.prompts[0]
    assert answer.usage.prompt_tokens == len(generator.prompts[0].split())
    assert (answer.usage.completion_tokens, answer.usage.context_window) == (5, 400)


def test_what_no_source_says_is_left_out(index, scripted) -> None:
    answer = pipeline_of(index, scripted("The butler is called Jeeves. Tea is served at four.")).ask("When is tea?")
    assert (answer.text, answer.unsupported) == ("Tea is served at four.", ())
    assert [(sentence.start, sentence.end, sentence.citation) for sentence in answer.sentences] == [(0, 22, 1)]
    nothing = pipeline_of(index, scripted("The butler is called Jeeves.")).ask("When is tea?")
    assert (nothing.abstained, nothing.citations, nothing.usage.completion_tokens) == (True, (), 5)


def test_without_good_evidence_nothing_is_generated(index, scripted) -> None:
    generator = scripted("Paris.")
    answer = pipeline_of(index, generator, min_evidence=0.9).ask("What is the capital of France?")
    text = "I can't find the capital of France: France occurs in no document."
    assert (answer.text, answer.abstained, answer.citations) == (text, True, ())
    assert generator.prompts == []
    assert len(answer.hits) == 2


def test_a_model_that_says_it_does_not_know_is_believed(index, scripted) -> None:
    answer = pipeline_of(index, scripted("I don't know.")).ask("When is tea?")
    assert (answer.text, answer.abstained) == ('I can\'t find an answer to "When is tea?" in the documents.', True)
    assert answer.usage.completion_tokens == 3


def test_an_empty_store_abstains(embedder, scripted) -> None:
    index = Index(new_store("memory"), embedder)
    assert pipeline_of(index, scripted("x")).ask("When is tea?").abstained


def test_word_search_alone_has_no_cosine_to_abstain_by(index, scripted) -> None:
    pipeline = pipeline_of(index, scripted("at four"), Bm25Retriever, min_evidence=0.99)
    assert pipeline.ask("When is tea served?").text == "at four"
    assert pipeline.ask("zzz").abstained, "no hit at all"


@pytest.mark.parametrize(
    ("text", "finish", "kept"),
    [
        ("Tea is at four. It is served in the", "length", "Tea is at four."),
        ("Tea is at four. It is served in the", "stop", "Tea is at four. It is served in the"),
        ("Tea is at four. It is hot.", "length", "Tea is at four. It is hot."),
        ("Tea is served in the", "length", "Tea is served in the"),
        ("at four, and", "stop", "at four"),
        ("at four , or ", "length", "at four"),
        ("milk and sugar,", "stop", "milk and sugar"),
        ("milk and", "stop", "milk"),
        ("a brand, and a band", "stop", "a brand, and a band"),
        ("and", "stop", "and"),
        ("It holds:", "stop", "It holds:"),
    ],
)
def test_a_sentence_that_was_cut_off_is_left_out(text, finish, kept) -> None:
    assert whole_sentences(Generation(text, 1, 1, finish)) == kept


def test_many_questions_are_answered_in_order_and_in_one_batch(index, scripted) -> None:
    generator = scripted(lambda prompt: "900 euros" if "How much" in prompt else "at four")
    pipeline = pipeline_of(index, generator, DenseRetriever, min_evidence=0.2)
    questions = ["When is tea served?", "qwerty", "How much is the rent?"]
    answers = pipeline.ask_many(questions)
    assert [answer.question for answer in answers] == questions
    assert [answer.text for answer in answers] == [
        "at four",
        'I can\'t find an answer to "qwerty" in the documents.',
        "900 euros",
    ]
    assert len(generator.prompts) == 2
    assert pipeline.ask_many([]) == []


def test_a_stream_gives_pieces_and_then_the_same_answer(index, scripted) -> None:
    pipeline = pipeline_of(index, scripted("Tea is served at four."))
    stream = pipeline.stream("When is tea?")
    with pytest.raises(RuntimeError, match="not complete"):
        stream.answer  # noqa: B018
    pieces = list(stream)
    assert len(pieces) == 5
    assert "".join(pieces) == stream.answer.text
    assert stream.answer == pipeline.ask("When is tea?")


def test_an_abstention_streams_too(index, scripted) -> None:
    stream = pipeline_of(index, scripted("x"), min_evidence=0.9).stream("What is the capital of France?")
    assert list(stream) == ["I can't find the capital of France: France occurs in no document."]
    assert stream.answer.abstained


def test_what_does_not_fit_is_reported_not_cut(index, scripted) -> None:
    small = scripted("at four", context_window=90)
    answer = pipeline_of(index, small).ask("When is tea served?")
    assert answer.dropped
    for each in answer.dropped:
        text = {"tea.txt": TEA, "rent.txt": RENT}[each.chunk.source]
        assert text[each.start : each.end] not in small.prompts[0]
    assert small.count_tokens(small.prompts[0]) <= 90 - 48


def test_a_prompt_may_be_kept_shorter_than_the_window(index, scripted) -> None:
    generator = scripted("at four")
    answer = pipeline_of(index, generator, prompt_tokens=45).ask("When is tea served?")
    assert generator.count_tokens(generator.prompts[0]) <= 45
    assert {each.chunk.source for each in answer.dropped} == {"rent.txt"}
    assert pipeline_of(index, generator, prompt_tokens=10_000).ask("When is tea served?").dropped == ()


def test_filters_hold(index, scripted) -> None:
    from stores import parse_filter

    answer = pipeline_of(index, scripted("x"), where=parse_filter("source == 'rent.txt'")).ask("When is tea served?")
    assert {hit.chunk.source for hit in answer.hits} == {"rent.txt"}


def test_a_question_may_have_a_filter_of_its_own(index, scripted) -> None:
    pipeline = pipeline_of(index, scripted("x"), where="source != 'rent.txt'")
    assert pipeline.ask("When is tea served?", where="source == 'rent.txt'").hits == (), "the pipeline's holds, too"
    asked = [pipeline.ask("When is tea served?", where="source == 'tea.txt'")]
    asked += pipeline.ask_many(["When is tea served?"], {"source": "tea.txt"})
    stream = pipeline.stream("When is tea served?", "source == 'tea.txt'")
    list(stream)
    for answer in (*asked, stream.answer):
        assert {hit.chunk.source for hit in answer.hits} == {"tea.txt"}
    with pytest.raises(ValueError, match="cannot read the filter"):
        pipeline.ask("When is tea served?", where="source == ")


@pytest.mark.parametrize("question", ["", "  \n"])
def test_an_empty_question_is_refused(index, scripted, question) -> None:
    with pytest.raises(ValueError, match="the question is empty"):
        pipeline_of(index, scripted("x")).ask(question)


def test_k_has_to_be_positive(index, scripted) -> None:
    with pytest.raises(ValueError, match="k is 0"):
        pipeline_of(index, scripted("x"), k=0)


@pytest.mark.parametrize(
    "text",
    ["I don't know.", "I do not know the answer", "I'm sorry, but I can't", "unanswerable", "", "I cannot answer this",
     "The passages do not contain the answer.", "The context does not provide information.",
     "Not mentioned in the text."],
)  # fmt: skip
def test_refusals_are_recognised(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text", ["I don't recommend tea.", "At four.", "The document holds a list.", "Unknown Pleasures"]
)
def test_answers_are_not_refusals(text: str) -> None:
    assert not is_refusal(text)


def test_the_best_cosine_ignores_other_scores(index) -> None:
    chunk = next(index.store.chunks())
    found_by_both = [Hit(chunk, 0.03, {"bm25": 9.0}), Hit(chunk, 0.02, {"dense": 0.4, "bm25": 1.0})]
    assert signals_of(found_by_both, []).evidence == 0.4
    assert signals_of([Hit(chunk, 12.0, {"bm25": 12.0})], []).evidence is None
