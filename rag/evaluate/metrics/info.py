"""The printed name of each metric and its meaning in one sentence, for tables and reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MetricInfo:
    """A metric's printed name and its meaning."""

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
        "Balanced accuracy", "mean of the unanswerable questions abstained on and the answerable ones answered"
    ),
    "calibration_error": MetricInfo("Calibration error", "gap between the confidence and the share that is right"),
    "citation_precision": MetricInfo("Citation precision", "of the cited passages, those that hold a right answer"),
    "citation_recall": MetricInfo(
        "Citation recall", "of the questions with an answer, those with a citation that holds it"
    ),
    "groundedness": MetricInfo("Groundedness", "sentences of answers that a cited passage supports"),
    "bleu": MetricInfo("BLEU", "runs of one to four words shared with the references, over all rows"),
    "chrf": MetricInfo("chrF", "runs of one to six letters shared with the references, over all rows"),
    "unlicensed": MetricInfo(
        "Unlicensed words", "words and numbers that no field says, of all that claim something; contradictions count"
    ),
    "clean_texts": MetricInfo("Clean texts", "texts that claim nothing but what a field says"),
    "contradictions": MetricInfo("Contradictions", "texts that contradict a field or call the product another kind"),
    "changed_numbers": MetricInfo("Changed numbers", "texts with a number, a unit or a code that no field gives"),
    "fields_stated": MetricInfo("Fields stated", "fields that a text states, of those that it should or has to state"),
    "priority_left_out": MetricInfo("Priority left out", "fields of first priority that a text leaves out"),
    "repetition": MetricInfo("Repetition", "texts that state a field twice, or say a run of words again"),
    "grammar": MetricInfo("Grammar", "texts with a sure fault: an article, a bracket, a small letter, no final stop"),
    "length": MetricInfo("Length", "words per text"),
    "distinct_1": MetricInfo("Distinct-1", "different words by all words; falls with the number of rows"),
    "distinct_2": MetricInfo("Distinct-2", "different pairs of words by all pairs; falls with the number of rows"),
    "copied": MetricInfo("Copied", "words in runs of four or more that are copied from the model's input"),
    "accuracy": MetricInfo("Accuracy", "rows with the right label"),
    "macro_f1": MetricInfo("Macro F1", "F1 of each label, averaged so that rare labels count as much as common ones"),
    "out_of_scope_precision": MetricInfo("Out-of-scope precision", "of the rows labelled out of scope, those that are"),
    "out_of_scope_recall": MetricInfo("Out-of-scope recall", "of the rows out of scope, those labelled so"),
    "out_of_scope_f1": MetricInfo("Out-of-scope F1", "harmonic mean of out-of-scope precision and recall"),
    "out_of_scope_auroc": MetricInfo("Out-of-scope AUROC", "chance that a row out of scope scores above one within"),
    "ndcg": MetricInfo("nDCG", "closeness of the ranking to the best one, its top counting most"),
    "recall": MetricInfo("Recall", "of the relevant documents, those found"),
    "success": MetricInfo("Success", "queries with a relevant document among those found"),
    "mrr": MetricInfo("MRR", "one divided by the rank of the first relevant document"),
    "map": MetricInfo("MAP", "precision at each relevant document, averaged"),
    "seconds": MetricInfo("Seconds", "waiting time per row"),
    "cpu_seconds": MetricInfo("CPU seconds", "processor time per row, all cores together"),
    "prompt_tokens": MetricInfo("Prompt tokens", "tokens that the model reads per row"),
    "completion_tokens": MetricInfo("Completion tokens", "tokens that the model writes per row"),
}


def metric_info(name: str) -> MetricInfo:
    """Return a metric's name and meaning; "ndcg@10" is "ndcg" at 10. An unknown name means itself."""
    if name in METRICS:
        return METRICS[name]
    base, _, cut = name.partition("@")
    if base not in METRICS:
        return MetricInfo(name, name)
    return MetricInfo(f"{METRICS[base].title}@{cut}", f"{METRICS[base].text}, of the first {cut}")
