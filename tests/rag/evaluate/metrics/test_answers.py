"""Answers against SQuAD's own evaluation, rewritten from its published script, and by hand."""

from __future__ import annotations

import collections
import re
import string

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from rouge_score.rouge_scorer import RougeScorer

from ingest.types import Chunk
from rag.answer.match import exact_match, holds, token_f1
from rag.answer.types import Answer, AnswerSentence, Citation
from rag.data.rows import Row
from rag.evaluate.metrics import AnswerOutput, answer_metrics

words = st.sampled_from(["the", "a", "An", "Paris", "paris,", "in", "1889", "3.5", "weeks", "theatre", "—", "U.S."])
texts = st.lists(words, max_size=6).map(" ".join)
references = st.lists(texts, min_size=1, max_size=3).map(tuple)
outputs = st.builds(AnswerOutput, texts, st.booleans())
cases = st.lists(st.tuples(outputs, references, st.booleans()), min_size=1, max_size=8)


def row(references=(), unanswerable=False) -> Row:
    return Row("1", "answer", {"question": "?"}, () if unanswerable else tuple(references), (), unanswerable)


def values(outputs, rows) -> dict[str, float]:
    return {metric.name: metric.value for metric in answer_metrics(outputs, rows)}


@given(cases)
@settings(max_examples=200, deadline=None)
def test_exact_match_and_f1_as_squads_script(cases) -> None:
    outputs = [output for output, _, _ in cases]
    rows = [row(listed, unanswerable) for _, listed, unanswerable in cases]
    found = {metric.name: metric for metric in answer_metrics(outputs, rows)}
    exact, f1 = [], []
    for output, row_ in zip(outputs, rows, strict=True):
        golds = [a for a in row_.references if normalize_answer(a)] or [""]
        said = "" if output.abstained else output.text
        exact.append(100 * max(compute_exact(a, said) for a in golds))
        f1.append(100 * max(compute_f1(a, said) for a in golds))
    assert found["exact_match"].per_row.tolist() == pytest.approx(exact, abs=1e-6)
    assert found["f1"].per_row.tolist() == pytest.approx(f1, abs=1e-6)
    assert found["f1"].value == pytest.approx(np.mean(f1), abs=1e-6)


@given(cases)
@settings(max_examples=200, deadline=None)
def test_rouge_l_is_the_best_over_references(cases) -> None:
    scorer = RougeScorer(["rougeL"])
    wanted = [
        100
        * max(
            scorer.score(reference, "" if output.abstained else output.text)["rougeL"].fmeasure for reference in listed
        )
        for output, listed, unanswerable in cases
        if not unanswerable
    ]
    found = values([output for output, _, _ in cases], [row(listed, none) for _, listed, none in cases])["rouge_l"]
    assert found == pytest.approx(np.mean(wanted) if wanted else np.nan, abs=1e-6, nan_ok=True)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
@settings(max_examples=200, deadline=None)
def test_abstention_as_precision_and_recall(pairs) -> None:
    from sklearn.metrics import precision_score, recall_score

    abstained, unanswerable = zip(*pairs, strict=True)
    found = values([AnswerOutput("x", each) for each in abstained], [row(["x"], each) for each in unanswerable])
    precision = precision_score(unanswerable, abstained, zero_division=np.nan)
    recall = recall_score(unanswerable, abstained, zero_division=np.nan)
    assert found["abstention_precision"] == pytest.approx(100 * precision, abs=1e-6, nan_ok=True)
    assert found["abstention_recall"] == pytest.approx(100 * recall, abs=1e-6, nan_ok=True)


def test_citations_and_groundedness_by_hand() -> None:
    outputs = [
        AnswerOutput("18 weeks", citations=("It is 18 weeks.", "Nothing."), sentences=2, supported=1),
        AnswerOutput("Paris", citations=("London is big.",), sentences=1, supported=1),
        AnswerOutput("5", citations=("There are 5.",), sentences=1, supported=0),
        AnswerOutput("I do not know", abstained=True),
    ]
    rows = [row(["18 weeks", "eighteen"]), row(["Paris"]), row(unanswerable=True), row(["the sea"])]
    found = values(outputs, rows)
    assert found["citation_precision"] == pytest.approx(100 * 1 / 4)
    assert found["citation_recall"] == pytest.approx(100 * 1 / 3)
    assert found["groundedness"] == pytest.approx(100 * 2 / 4)
    assert found["exact_match"] == pytest.approx(100 * 2 / 4)


@given(st.lists(st.tuples(st.lists(texts, max_size=3), references, st.booleans()), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_citation_precision_and_recall_by_counting(cases) -> None:
    def has(cited, listed) -> bool:
        sought = [normalize_answer(reference).split() for reference in listed]
        within = normalize_answer(cited).split()
        return any(
            reference and within[at : at + len(reference)] == reference
            for reference in sought
            for at in range(len(within))
        )

    spans = [has(span, () if none else listed) for cited, listed, none in cases for span in cited]
    rows_ = [any(has(span, listed) for span in cited) for cited, listed, none in cases if not none]
    found = values(
        [AnswerOutput("x", citations=tuple(cited)) for cited, _, _ in cases],
        [row(each, none) for _, each, none in cases],
    )
    assert found["citation_precision"] == pytest.approx(
        100 * np.mean(spans) if spans else np.nan, abs=1e-6, nan_ok=True
    )
    assert found["citation_recall"] == pytest.approx(100 * np.mean(rows_) if rows_ else np.nan, abs=1e-6, nan_ok=True)


def test_an_answer_is_taken_apart() -> None:
    chunk = Chunk("It is 18 weeks.", "a.md", 0, 15)
    citation = Citation(1, chunk.source, 0, 15, chunk.text)
    sentences = (AnswerSentence(0, 9, 1), AnswerSentence(10, 15, None))
    answer = Answer("How long?", "18 weeks. Fine.", (citation,), sentences=sentences)
    assert AnswerOutput.from_answer(answer) == AnswerOutput("18 weeks. Fine.", False, ("It is 18 weeks.",), 2, 1)
    silent = Answer("How long?", "I cannot tell.", abstained=True, sentences=sentences)
    assert AnswerOutput.from_answer(silent) == AnswerOutput("I cannot tell.", True, (), 0, 0)


def test_small_functions() -> None:
    assert exact_match("The  Paris!", ["London", "paris"])
    assert token_f1("Paris in 1889", ["1889"]) == pytest.approx(0.5)
    assert token_f1("the", ["a"]) == 1  # nothing is said and nothing wanted
    assert holds("In 1889, the U.S. won.", ["us"])
    assert not holds("In 1889", ["188"])
    assert not holds("anything", ["the"])


# --- SQuAD 2.0's evaluation, as published ----------------------------------------------------------------------------


def normalize_answer(s):
    def remove_articles(text):
        return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text)

    def remove_punc(text):
        exclude = set(string.punctuation)
        return "".join(ch for ch in text if ch not in exclude)

    return " ".join(remove_articles(remove_punc(s.lower())).split())


def get_tokens(s):
    return normalize_answer(s).split() if s else []


def compute_exact(a_gold, a_pred):
    return int(normalize_answer(a_gold) == normalize_answer(a_pred))


def compute_f1(a_gold, a_pred):
    gold_toks, pred_toks = get_tokens(a_gold), get_tokens(a_pred)
    common = collections.Counter(gold_toks) & collections.Counter(pred_toks)
    num_same = sum(common.values())
    if len(gold_toks) == 0 or len(pred_toks) == 0:
        return int(gold_toks == pred_toks)
    if num_same == 0:
        return 0
    precision = 1.0 * num_same / len(pred_toks)
    recall = 1.0 * num_same / len(gold_toks)
    return (2 * precision * recall) / (precision + recall)
