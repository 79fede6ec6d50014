"""Metrics of texts: closeness to references, length, variety, and the share that is copied from the input."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from ingest.errors import MissingExtra
from rag.data.ngrams import ngrams
from rag.data.rows import Row
from rag.evaluate.metrics.metric import Array, Metric, divide, mean_metric, ratio_metric
from rag.evaluate.metrics.rouge import rouge_scorer

COPIED_RUN = 4  # words: any two texts on a subject share shorter runs


def text_metrics(
    texts: Sequence[str],
    rows: Sequence[Row],
    sources: Sequence[Sequence[str]] | None = None,
    tokenize: str = "13a",
    lowercase: bool = False,
) -> list[Metric]:
    """Return the metrics of texts, aligned with the rows. Rows without references count for the last four only.

    bleu, chrf: of the corpus, sacrebleu's to the digit (Post 2018), with its signature; rows may have different
        numbers of references. 0 to 100, in points. `tokenize` is BLEU's tokenizer.
    rouge_1, rouge_2, rouge_l: F1 by rouge_score without stemming, the best over a row's references, in percent.
    length: words per text.
    distinct_1, distinct_2: different words (pairs of words) of all texts by their number (Li et al. 2016), in percent.
        It falls with the number of texts: compare over the same rows only.
    copied: words within a run of four or more that one of the row's `sources` holds, in percent; by default the
        sources are the row's own passages and values.
    """
    references = [row.references for row in rows]

    # ROUGE: the best over a row's references.
    kinds = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}
    scorer = rouge_scorer(*kinds.values())
    scores = [
        scorer.score_multi(wanted, text) if wanted else None for wanted, text in zip(references, texts, strict=True)
    ]
    rouge = [
        mean_metric(name, [100 * score[kind].fmeasure if score else np.nan for score in scores], "higher", "percent")
        for name, kind in kinds.items()
    ]

    words = [_split_joined_words(text) for text in texts]
    lengths = [len(spoken) for spoken in words]
    inputs = sources if sources is not None else [_input_texts(row) for row in rows]
    copied = [100 * _count_copied(spoken, source) for spoken, source in zip(words, inputs, strict=True)]
    return [
        *_sacrebleu(texts, references, tokenize, lowercase),
        *rouge,
        mean_metric("length", lengths, "neither", "words"),
        distinct_ngrams(texts, 1),
        distinct_ngrams(texts, 2),
        ratio_metric("copied", copied, lengths, "neither", "percent"),
    ]


# --- n-gram overlap ---------------------------------------------------------------------------------------------------


def _sacrebleu(
    texts: Sequence[str], references: Sequence[Sequence[str]], tokenize: str, lowercase: bool
) -> list[Metric]:
    try:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
    except ImportError:
        raise MissingExtra("BLEU and chrF", "evaluate") from None
    bleu = BLEU(tokenize=tokenize, lowercase=lowercase, force=True)  # force: no warning about texts that end in " ."
    chrf = CHRF(lowercase=lowercase)
    return [
        Metric("bleu", *_statistics(bleu, 10, texts, references, _bleu), "higher", "points", _signature(bleu)),
        Metric("chrf", *_statistics(chrf, 18, texts, references, _chrf), "higher", "points", _signature(chrf)),
    ]


def _statistics(
    metric: Any, width: int, texts: Sequence[str], references: Sequence[Sequence[str]], total: Any
) -> tuple[Array, Any]:
    """Return sacrebleu's statistics of each text, which it does not publish, with `total`, which sums them alike."""
    statistics = np.zeros((len(texts), width))
    rows = [row for row, wanted in enumerate(references) if wanted]
    streams = list(zip_longest(*(references[row] for row in rows)))  # None where a row has fewer references
    if rows:
        statistics[rows] = metric._extract_corpus_statistics([texts[row] for row in rows], streams)
    return statistics, total


def _signature(metric: Any) -> str | None:
    return str(metric.get_signature().format()) if hasattr(metric, "num_refs") else None


def _bleu(sums: Array) -> Array:
    """Return BLEU of [length, reference length, matches of order 1 to 4, n-grams of order 1 to 4].

    By Papineni et al. 2002. Orders without a match are smoothed as by NIST's mteval: half a match, then a quarter.
    """
    length, wanted, matches, runs = sums[..., 0], sums[..., 1], sums[..., 2:6], sums[..., 6:10]
    # Smooth the orders without a match.
    halvings = np.cumsum(matches == 0, axis=-1)
    precisions = divide(np.where(matches == 0, 0.5**halvings, matches), runs)
    brevity = np.exp(np.minimum(0, 1 - divide(wanted, length)))
    score = 100 * brevity * np.exp(np.log(precisions).mean(axis=-1))
    defined = (length > 0) | (wanted > 0)
    some = (runs > 0).all(axis=-1) & (matches > 0).any(axis=-1)
    return np.where(some, score, np.where(defined, 0.0, np.nan))


def _chrf(sums: Array) -> Array:
    """Return chrF of [n-grams, n-grams of the reference, matches] of each order (Popović 2015): recall counts twice."""
    orders = sums.reshape(*sums.shape[:-1], -1, 3)
    said, wanted, matches = orders[..., 0], orders[..., 1], orders[..., 2]
    # An order that either text is too short for does not count.
    effective = (said > 0) & (wanted > 0)
    count = effective.sum(axis=-1).astype(np.float64)
    precision = divide(np.where(effective, divide(matches, said), 0).sum(axis=-1), count)
    recall = divide(np.where(effective, divide(matches, wanted), 0).sum(axis=-1), count)
    score = np.nan_to_num(100 * divide(5 * precision * recall, 4 * precision + recall))
    return np.where(sums.any(axis=-1), score, np.nan)


# --- words ------------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"\w+(?:['’.,-]\w+)*")


def _split_joined_words(text: str) -> list[str]:
    """Return the words of a text in lower case, "15.6-inch" being one."""
    return [word.casefold() for word in _WORD.findall(text)]


def distinct_ngrams(texts: Sequence[str], order: int) -> Metric:
    """Return the share of different runs of `order` words among all runs of texts, in a form that can be resampled.

    The share counts a set over all texts, and a text drawn twice adds nothing to it: resampling would find it too
    small. So a row's statistic is its jackknife pseudo-value (the change from leaving out the text; Tukey 1958), moved
    so that their mean is the share; their spread is not too small (Efron & Stein 1981).
    """
    # The share over all texts, and without each text in turn.
    runs = [ngrams(_split_joined_words(text), order) for text in texts]
    lengths = np.array([len(listed) for listed in runs], dtype=np.float64)
    holders = Counter(run for listed in runs for run in set(listed))
    own = np.array([sum(holders[run] == 1 for run in set(listed)) for listed in runs], dtype=np.float64)
    share = divide(np.asarray(len(holders), dtype=np.float64), lengths.sum())
    without = divide(len(holders) - own, lengths.sum() - lengths)
    change = (len(texts) - 1) * np.where(np.isnan(without), 0, share - without)
    centred = change - (change.mean() if len(texts) else 0)
    return mean_metric(f"distinct_{order}", 100 * (share + centred), "neither", "percent")


def _input_texts(row: Row) -> list[str]:
    fields = row.values.get("fields", {})
    return [*(chunk.text for chunk in row.passages), *map(str, fields.values()), *([] if fields else [row.text])]


def _count_copied(words: Sequence[str], sources: Iterable[str]) -> int:
    """Return the number of words inside a run of `COPIED_RUN` or more that a source holds."""
    # Overlapping runs count a word once.
    held = {run for source in sources for run in ngrams(_split_joined_words(source), COPIED_RUN)}
    inside = {
        start + offset
        for start, run in enumerate(ngrams(words, COPIED_RUN))
        if run in held
        for offset in range(COPIED_RUN)
    }
    return len(inside)
