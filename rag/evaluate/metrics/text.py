"""How near written texts are to people's, how long and how varied they are, and how much of them is copied."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from ingest.errors import MissingExtra
from rag.data.rows import Row
from rag.evaluate.metrics.metric import Array, Metric, divide, measured_mean, measured_ratio
from rag.evaluate.metrics.rouge import rouge_scorer

COPIED_RUN = 4  # words: shorter runs are what any two texts on a subject share


def text_metrics(
    texts: Sequence[str],
    rows: Sequence[Row],
    sources: Sequence[Sequence[str]] | None = None,
    tokenize: str = "13a",
    lowercase: bool = False,
) -> list[Metric]:
    """Return the metrics of texts written for rows, aligned. Rows without references count for the last four only.

    bleu, chrf: of the corpus, sacrebleu's to the digit (Post 2018), with its signature; rows may have different
        numbers of references. 0 to 100, in points. `tokenize` is BLEU's tokenizer.
    rouge_1, rouge_2, rouge_l: F1 by rouge_score without stemming, the best over a row's references, in percent.
    length: words a text.
    distinct_1, distinct_2: different words (pairs of words) of all texts by their number (Li et al. 2016), in percent.
        It falls with the number of texts: compare over the same rows only.
    copied: words within a run of four or more that stands in one of the row's `sources`, in percent; by default what
        the row itself gives, its passages and values.
    """
    references = [row.references for row in rows]
    given = sources if sources is not None else [_given(row) for row in rows]
    words = [_words(text) for text in texts]
    copied = [_copied(said, source) for said, source in zip(words, given, strict=True)]
    return [
        *_sacrebleu(texts, references, tokenize, lowercase),
        *_rouge(texts, references),
        measured_mean("length", [len(said) for said in words], "neither", "words"),
        distinct(texts, 1),
        distinct(texts, 2),
        measured_ratio(
            "copied", [100 * count for count in copied], [len(said) for said in words], "neither", "percent"
        ),
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
    """Return sacrebleu's statistics of each text: it has no public way to them, and sums them up as `total` does."""
    statistics = np.zeros((len(texts), width))
    rows = [row for row, each in enumerate(references) if each]
    streams = list(zip_longest(*(references[row] for row in rows)))  # None where a row has fewer references
    if rows:
        statistics[rows] = metric._extract_corpus_statistics([texts[row] for row in rows], streams)
    return statistics, total


def _signature(metric: Any) -> str | None:
    return str(metric.get_signature().format()) if hasattr(metric, "num_refs") else None


def _bleu(sums: Array) -> Array:
    """BLEU of [length, reference length, matches of order 1 to 4, n-grams of order 1 to 4] (Papineni et al. 2002).

    Orders without a match are smoothed as by NIST's mteval: half a match, then a quarter.
    """
    length, wanted, matches, grams = sums[..., 0], sums[..., 1], sums[..., 2:6], sums[..., 6:10]
    halvings = np.cumsum(matches == 0, axis=-1)
    precisions = divide(np.where(matches == 0, 0.5**halvings, matches), grams)
    brevity = np.exp(np.minimum(0, 1 - divide(wanted, length)))
    score = 100 * brevity * np.exp(np.log(precisions).mean(axis=-1))
    defined = (length > 0) | (wanted > 0)
    some = (grams > 0).all(axis=-1) & (matches > 0).any(axis=-1)
    return np.where(some, score, np.where(defined, 0.0, np.nan))


def _chrf(sums: Array) -> Array:
    """The chrF of [n-grams, n-grams of the reference, matches] of each order (Popović 2015): recall counts twice."""
    orders = sums.reshape(*sums.shape[:-1], -1, 3)
    said, wanted, matches = orders[..., 0], orders[..., 1], orders[..., 2]
    effective = (said > 0) & (wanted > 0)
    count = effective.sum(axis=-1).astype(np.float64)
    precision = divide(np.where(effective, divide(matches, said), 0).sum(axis=-1), count)
    recall = divide(np.where(effective, divide(matches, wanted), 0).sum(axis=-1), count)
    score = np.nan_to_num(100 * divide(5 * precision * recall, 4 * precision + recall))
    return np.where(sums.any(axis=-1), score, np.nan)


def _rouge(texts: Sequence[str], references: Sequence[Sequence[str]]) -> list[Metric]:
    kinds = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}
    scorer = rouge_scorer(*kinds.values())
    scores = [scorer.score_multi(each, text) if each else None for text, each in zip(texts, references, strict=True)]
    return [
        measured_mean(name, [100 * score[kind].fmeasure if score else np.nan for score in scores], "higher", "percent")
        for name, kind in kinds.items()
    ]


# --- words ------------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"\w+(?:['’.,-]\w+)*")


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _grams(words: Sequence[str], order: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(order)), strict=False))


def distinct(texts: Sequence[str], order: int) -> Metric:
    """Return the share of different runs of `order` words among all of them, in a form that can be resampled.

    The share counts a set over all texts, and texts drawn twice would add nothing to it: resampling would find it too
    small. So a row's statistic is its jackknife pseudo-value (what leaving out the text changes; Tukey 1958), moved so
    that their mean is the share; the spread they give is not too small (Efron & Stein 1981).
    """
    runs = [_grams(_words(text), order) for text in texts]
    lengths = np.array([len(each) for each in runs], dtype=np.float64)
    holders = Counter(run for each in runs for run in set(each))
    own = np.array([sum(holders[run] == 1 for run in set(each)) for each in runs], dtype=np.float64)
    share = divide(np.asarray(len(holders), dtype=np.float64), lengths.sum())
    without = divide(len(holders) - own, lengths.sum() - lengths)
    change = (len(texts) - 1) * np.where(np.isnan(without), 0, share - without)
    centred = change - (change.mean() if len(texts) else 0)
    return measured_mean(f"distinct_{order}", 100 * (share + centred), "neither", "percent")


def _copied(words: Sequence[str], sources: Iterable[str]) -> int:
    """Return how many words stand in a run of `COPIED_RUN` or more that a source holds."""
    known = {gram for source in sources for gram in _grams(_words(source), COPIED_RUN)}
    inside = {
        at + offset
        for at, gram in enumerate(_grams(words, COPIED_RUN))
        if gram in known
        for offset in range(COPIED_RUN)
    }
    return len(inside)


def _given(row: Row) -> list[str]:
    fields = row.values.get("fields", {})
    return [*(chunk.text for chunk in row.passages), *map(str, fields.values()), *([] if fields else [row.text])]
