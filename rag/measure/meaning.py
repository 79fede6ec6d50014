"""What each metric is called in print, and what it means in one sentence: for tables, reports and the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """A metric's printed name, and what a reader has to know to read it."""

    title: str
    text: str


MEANINGS: dict[str, Meaning] = {
    "exact_match": Meaning("Exact match", "answers that equal a reference, after SQuAD's normalisation"),
    "f1": Meaning("F1", "overlap of an answer's words with the nearest reference's, after SQuAD's normalisation"),
    "rouge_1": Meaning("ROUGE-1", "overlap of words with the nearest reference"),
    "rouge_2": Meaning("ROUGE-2", "overlap of pairs of words with the nearest reference"),
    "rouge_l": Meaning("ROUGE-L", "longest sequence of words shared with the nearest reference"),
    "abstention_precision": Meaning("Abstention precision", "of the questions not answered, those without an answer"),
    "abstention_recall": Meaning("Abstention recall", "of the questions without an answer, those not answered"),
    "balanced_accuracy": Meaning(
        "Balanced accuracy", "mean of unanswerable questions left alone and answerable ones answered"
    ),
    "calibration_error": Meaning("Calibration error", "how far confidence is from the share that is right"),
    "citation_precision": Meaning("Citation precision", "of the cited passages, those that hold a right answer"),
    "citation_recall": Meaning(
        "Citation recall", "of the questions with an answer, those with a citation that holds it"
    ),
    "groundedness": Meaning("Groundedness", "sentences of answers that a cited passage supports"),
    "bleu": Meaning("BLEU", "runs of one to four words shared with the references, over all rows"),
    "chrf": Meaning("chrF", "runs of one to six letters shared with the references, over all rows"),
    "slot_error_rate": Meaning("Slot errors", "values missing, wrong or invented, for each value given"),
    "missing": Meaning("Missing", "given values that the text does not hold word for word"),
    "wrong": Meaning("Wrong", "given values in whose place the text states another"),
    "invented": Meaning("Invented", "stated values and numbers that were not given, for each value given"),
    "length": Meaning("Length", "words a text"),
    "distinct_1": Meaning("Distinct-1", "different words by all words; falls with the number of rows"),
    "distinct_2": Meaning("Distinct-2", "different pairs of words by all pairs; falls with the number of rows"),
    "copied": Meaning("Copied", "words in runs of four or more that were copied from what the model was shown"),
    "accuracy": Meaning("Accuracy", "rows with the right label"),
    "macro_f1": Meaning("Macro F1", "F1 of each label, averaged so that rare labels count as much as common ones"),
    "out_of_scope_precision": Meaning("Out-of-scope precision", "of the rows called out of scope, those that are"),
    "out_of_scope_recall": Meaning("Out-of-scope recall", "of the rows out of scope, those called so"),
    "out_of_scope_f1": Meaning("Out-of-scope F1", "harmonic mean of out-of-scope precision and recall"),
    "out_of_scope_auroc": Meaning("Out-of-scope AUROC", "chance that a row out of scope scores above one within"),
    "ndcg": Meaning("nDCG", "how near the ranking is to the best one, its top counting most"),
    "recall": Meaning("Recall", "of the relevant documents, those found"),
    "success": Meaning("Success", "queries with a relevant document among those found"),
    "mrr": Meaning("MRR", "one by the rank of the first relevant document"),
    "map": Meaning("MAP", "precision at each relevant document, averaged"),
    "seconds": Meaning("Seconds", "what a user waits for a row"),
    "cpu_seconds": Meaning("CPU seconds", "processor time a row, all cores together"),
    "prompt_tokens": Meaning("Prompt tokens", "tokens that the model read for a row"),
    "completion_tokens": Meaning("Completion tokens", "tokens that the model wrote for a row"),
}


def meaning_of(name: str) -> Meaning:
    """Return what a metric means; "ndcg@10" is "ndcg" at 10. A name that is not known stands for itself."""
    known = MEANINGS.get(name)
    if known is not None:
        return known
    base, _, cut = name.partition("@")
    if base not in MEANINGS:
        return Meaning(name, name)
    return Meaning(f"{MEANINGS[base].title}@{cut}", f"{MEANINGS[base].text}, of the first {cut}")
