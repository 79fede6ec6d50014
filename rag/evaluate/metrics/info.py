"""What each metric is called in print, and what it means in one sentence: for tables, reports and the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MetricInfo:
    """A metric's printed name, and what a reader has to know to read it."""

    title: str
    text: str


METRICS: dict[str, MetricInfo] = {
    "exact_match": MetricInfo("Exact match", "answers that equal a reference, after SQuAD's normalisation"),
    "f1": MetricInfo("F1", "overlap of an answer's words with the nearest reference's, after SQuAD's normalisation"),
    "rouge_1": MetricInfo("ROUGE-1", "overlap of words with the nearest reference"),
    "rouge_2": MetricInfo("ROUGE-2", "overlap of pairs of words with the nearest reference"),
    "rouge_l": MetricInfo("ROUGE-L", "longest sequence of words shared with the nearest reference"),
    "abstention_precision": MetricInfo(
        "Abstention precision", "of the questions not answered, those without an answer"
    ),
    "abstention_recall": MetricInfo("Abstention recall", "of the questions without an answer, those not answered"),
    "balanced_accuracy": MetricInfo(
        "Balanced accuracy", "mean of unanswerable questions left alone and answerable ones answered"
    ),
    "calibration_error": MetricInfo("Calibration error", "how far confidence is from the share that is right"),
    "citation_precision": MetricInfo("Citation precision", "of the cited passages, those that hold a right answer"),
    "citation_recall": MetricInfo(
        "Citation recall", "of the questions with an answer, those with a citation that holds it"
    ),
    "groundedness": MetricInfo("Groundedness", "sentences of answers that a cited passage supports"),
    "bleu": MetricInfo("BLEU", "runs of one to four words shared with the references, over all rows"),
    "chrf": MetricInfo("chrF", "runs of one to six letters shared with the references, over all rows"),
    "slot_error_rate": MetricInfo("Slot errors", "values missing, wrong or invented, for each value given"),
    "missing": MetricInfo("Missing", "given values that the text does not hold word for word"),
    "wrong": MetricInfo("Wrong", "given values in whose place the text states another"),
    "invented": MetricInfo("Invented", "stated values and numbers that were not given, for each value given"),
    "length": MetricInfo("Length", "words a text"),
    "distinct_1": MetricInfo("Distinct-1", "different words by all words; falls with the number of rows"),
    "distinct_2": MetricInfo("Distinct-2", "different pairs of words by all pairs; falls with the number of rows"),
    "copied": MetricInfo("Copied", "words in runs of four or more that were copied from what the model was shown"),
    "accuracy": MetricInfo("Accuracy", "rows with the right label"),
    "macro_f1": MetricInfo("Macro F1", "F1 of each label, averaged so that rare labels count as much as common ones"),
    "out_of_scope_precision": MetricInfo("Out-of-scope precision", "of the rows called out of scope, those that are"),
    "out_of_scope_recall": MetricInfo("Out-of-scope recall", "of the rows out of scope, those called so"),
    "out_of_scope_f1": MetricInfo("Out-of-scope F1", "harmonic mean of out-of-scope precision and recall"),
    "out_of_scope_auroc": MetricInfo("Out-of-scope AUROC", "chance that a row out of scope scores above one within"),
    "ndcg": MetricInfo("nDCG", "how near the ranking is to the best one, its top counting most"),
    "recall": MetricInfo("Recall", "of the relevant documents, those found"),
    "success": MetricInfo("Success", "queries with a relevant document among those found"),
    "mrr": MetricInfo("MRR", "one by the rank of the first relevant document"),
    "map": MetricInfo("MAP", "precision at each relevant document, averaged"),
    "seconds": MetricInfo("Seconds", "what a user waits for a row"),
    "cpu_seconds": MetricInfo("CPU seconds", "processor time a row, all cores together"),
    "prompt_tokens": MetricInfo("Prompt tokens", "tokens that the model read for a row"),
    "completion_tokens": MetricInfo("Completion tokens", "tokens that the model wrote for a row"),
}


def metric_info(name: str) -> MetricInfo:
    """Return what a metric means; "ndcg@10" is "ndcg" at 10. A name that is not known stands for itself."""
    known = METRICS.get(name)
    if known is not None:
        return known
    base, _, cut = name.partition("@")
    if base not in METRICS:
        return MetricInfo(name, name)
    return MetricInfo(f"{METRICS[base].title}@{cut}", f"{METRICS[base].text}, of the first {cut}")
