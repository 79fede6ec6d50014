"""How right answers are, how well they know when to be silent, and whether what they cite bears them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.match import exact_match, holds, normalize_answer, token_f1
from rag.answer.types import Answer
from rag.data.rows import Row
from rag.evaluate.metrics.confidence import balanced_accuracy, calibration_error
from rag.evaluate.metrics.metric import Metric, measured_mean, measured_ratio
from rag.evaluate.metrics.rouge import rouge_scorer

RIGHT = 0.5  # token F1 from which on an answer counts as right where it is that or wrong


@dataclass(frozen=True)
class AnswerOutput:
    """What the metrics need of an answer: `citations` are the cited texts; of its `sentences`, some are `supported`.

    An abstained answer's text is not looked at. `confidence` is the chance of being right that it was given with.
    """

    text: str
    abstained: bool = False
    citations: tuple[str, ...] = ()
    sentences: int = 0
    supported: int = 0
    confidence: float | None = None

    @classmethod
    def from_answer(cls, answer: Answer) -> AnswerOutput:
        """Return what an answer says, cites and supports; an abstention has no sentences to support."""
        sentences = () if answer.abstained else answer.sentences
        return cls(
            text=answer.text,
            abstained=answer.abstained,
            citations=tuple(citation.text for citation in answer.citations),
            sentences=len(sentences),
            supported=sum(sentence.citation is not None for sentence in sentences),
            confidence=answer.confidence,
        )

    @property
    def said(self) -> str:
        """The text that is compared with the references: none when abstained."""
        return "" if self.abstained else self.text


def answer_metrics(outputs: Sequence[AnswerOutput], rows: Sequence[Row]) -> list[Metric]:
    """Return the metrics of answers to rows, aligned, all in percent.

    exact_match, f1: SQuAD's, the best over the references; an unanswerable question is answered by abstaining
        (Rajpurkar et al. 2016, 2018).
    rouge_l: of answerable questions, the best over the references.
    abstention_precision, abstention_recall: of the rows abstained on, how many are unanswerable, and the reverse.
    balanced_accuracy: the mean of abstention's recall and of the share of answerable questions that are answered.
    calibration_error: of the answers given with a confidence, right being an F1 of half or more.
    citation_precision: of all cited spans, how many hold a reference. citation_recall: of the answerable questions,
        how many have such a citation.
    groundedness: of the sentences of all answers, how many a citation supports.
    """
    pairs = list(zip(outputs, rows, strict=True))
    abstained = [output.abstained for output, _ in pairs]
    unanswerable = [row.unanswerable for row in rows]
    silent = [100 * (a and u) for a, u in zip(abstained, unanswerable, strict=True)]
    holding = [sum(holds(text, _answers(row)) for text in output.citations) for output, row in pairs]
    return [
        measured_mean(
            "exact_match", [100 * exact_match(o.said, _references(r)) for o, r in pairs], "higher", "percent"
        ),
        measured_mean("f1", [100 * token_f1(o.said, _references(r)) for o, r in pairs], "higher", "percent"),
        measured_mean("rouge_l", _rouge_l(pairs), "higher", "percent"),
        measured_ratio("abstention_precision", silent, abstained, "higher", "percent"),
        measured_ratio("abstention_recall", silent, unanswerable, "higher", "percent"),
        balanced_accuracy(abstained, unanswerable),
        calibration_error(
            [float("nan") if o.abstained or o.confidence is None else o.confidence for o in outputs],
            [is_right(o.said, r) for o, r in pairs],
        ),
        measured_ratio(
            "citation_precision",
            [100 * count for count in holding],
            [len(output.citations) for output in outputs],
            "higher",
            "percent",
        ),
        measured_ratio(
            "citation_recall",
            [100 * (count > 0) for count in holding],
            [not each for each in unanswerable],
            "higher",
            "percent",
        ),
        measured_ratio(
            "groundedness",
            [100 * output.supported for output in outputs],
            [output.sentences for output in outputs],
            "higher",
            "percent",
        ),
    ]


def is_right(text: str, row: Row) -> bool:
    """Whether a text answers a row: shares half its words with a reference; no text answers what has no answer."""
    return not row.unanswerable and token_f1(text, row.references) >= RIGHT


def _references(row: Row) -> tuple[str, ...]:
    """What may be said: nothing, where the question has no answer."""
    return _answers(row) or ("",)


def _answers(row: Row) -> tuple[str, ...]:
    """The references with a word in them, as SQuAD's script takes them."""
    return () if row.unanswerable else tuple(each for each in row.references if normalize_answer(each))


def _rouge_l(pairs: Sequence[tuple[AnswerOutput, Row]]) -> list[float]:
    scorer = rouge_scorer("rougeL")
    return [
        100 * float(scorer.score_multi(row.references, output.said)["rougeL"].fmeasure)
        if row.references and not row.unanswerable
        else float("nan")
        for output, row in pairs
    ]
