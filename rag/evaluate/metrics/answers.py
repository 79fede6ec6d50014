"""Metrics of answers: correctness, abstention, calibration and citations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.match import exact_match, holds, normalize_answer, token_f1
from rag.answer.types import Answer
from rag.data.rows import Row
from rag.evaluate.metrics.confidence import balanced_accuracy, calibration_error
from rag.evaluate.metrics.metric import Metric, mean_metric, ratio_metric
from rag.evaluate.metrics.rouge import rouge_scorer

RIGHT = 0.5  # the token F1 from which on an answer counts as right


@dataclass(frozen=True)
class AnswerOutput:
    """The parts of an answer that the metrics use.

    `citations` are the cited texts, `supported` the number of its `sentences` with a citation. The text of an
    abstention is ignored. `confidence` is the chance of being right that the system states.
    """

    text: str
    abstained: bool = False
    citations: tuple[str, ...] = ()
    sentences: int = 0
    supported: int = 0
    confidence: float | None = None

    @classmethod
    def from_answer(cls, answer: Answer) -> AnswerOutput:
        """Return the parts of an answer; an abstention has no sentences."""
        sentences = () if answer.abstained else answer.sentences
        return cls(
            text=answer.text,
            abstained=answer.abstained,
            citations=tuple(citation.text for citation in answer.citations),
            sentences=len(sentences),
            supported=sum(sentence.citation is not None for sentence in sentences),
            confidence=answer.confidence,
        )


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
    unanswerable = [row.unanswerable for row in rows]
    abstained = [output.abstained for output in outputs]
    texts = ["" if output.abstained else output.text for output in outputs]

    # The references with a word in them, as SQuAD's script takes them; an unanswerable question wants no text.
    answers = [() if row.unanswerable else tuple(filter(normalize_answer, row.references)) for row in rows]
    references = [listed or ("",) for listed in answers]

    # ROUGE cannot score the absence of an answer: unanswerable questions are left out.
    scorer = rouge_scorer("rougeL")
    rouge_l = [
        100 * float(scorer.score_multi(row.references, text)["rougeL"].fmeasure)
        if row.references and not row.unanswerable
        else float("nan")
        for text, row in zip(texts, rows, strict=True)
    ]

    # Abstention and calibration: an abstention states no confidence.
    both = [100 * (a and u) for a, u in zip(abstained, unanswerable, strict=True)]
    confidences = [
        float("nan") if output.abstained or output.confidence is None else output.confidence for output in outputs
    ]
    right = [is_right(text, row) for text, row in zip(texts, rows, strict=True)]

    # Citations: a cited span is right if it holds a reference.
    cited = [len(output.citations) for output in outputs]
    holding = [
        sum(holds(text, listed) for text in output.citations) for output, listed in zip(outputs, answers, strict=True)
    ]
    supported, sentences = [output.supported for output in outputs], [output.sentences for output in outputs]

    def mean(name: str, values: Sequence[float]) -> Metric:
        return mean_metric(name, values, "higher", "percent")

    def share(name: str, part: Sequence[float], whole: Sequence[float]) -> Metric:
        return ratio_metric(name, part, whole, "higher", "percent")

    pairs = list(zip(texts, references, strict=True))
    return [
        mean("exact_match", [100 * exact_match(text, listed) for text, listed in pairs]),
        mean("f1", [100 * token_f1(text, listed) for text, listed in pairs]),
        mean("rouge_l", rouge_l),
        share("abstention_precision", both, abstained),
        share("abstention_recall", both, unanswerable),
        balanced_accuracy(abstained, unanswerable),
        calibration_error(confidences, right),
        share("citation_precision", [100 * count for count in holding], cited),
        share("citation_recall", [100 * (count > 0) for count in holding], [not flag for flag in unanswerable]),
        share("groundedness", [100 * count for count in supported], sentences),
    ]


def is_right(text: str, row: Row) -> bool:
    """Tell whether a text shares half its words with a reference; no text is right where there is no answer.

    Where the reference is yes or no, the text begins with it.
    """
    if not row.unanswerable and {normalize_answer(text) for text in row.references} <= {"yes", "no"}:
        return normalize_answer(text).split(" ")[0] in map(normalize_answer, row.references)
    return not row.unanswerable and token_f1(text, row.references) >= RIGHT
