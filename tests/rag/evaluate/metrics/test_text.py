"""Written texts against sacrebleu, nltk and rouge_score, and by hand."""

from __future__ import annotations

from itertools import zip_longest

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings, strategies as st
from nltk.translate.bleu_score import corpus_bleu
from rouge_score.rouge_scorer import RougeScorer

from ingest.types import Chunk
from rag.data.rows import Row
from rag.evaluate.metrics import difference, text_metrics
from rag.evaluate.metrics.text import distinct_ngrams

words = st.sampled_from(["the", "a", "laptop", "Laptop", "has", "4", "gb", "8.1", ",", ".", "memory", "it's", "ß"])
texts = st.lists(words, max_size=12).map(" ".join)
full_texts = st.lists(words, min_size=1, max_size=12).map(" ".join)
corpora = st.lists(st.tuples(texts, st.lists(full_texts, min_size=1, max_size=3)), min_size=1, max_size=6)


def row(references, passages=(), **values) -> Row:
    chunks = tuple(Chunk(text, "p", 0, len(text)) for text in passages)
    return Row("1", "describe", {"fields": values}, tuple(references), chunks)


def measured(corpus, **options):
    written = [text for text, _ in corpus]
    return {m.name: m for m in text_metrics(written, [row(references) for _, references in corpus], **options)}


@given(corpora, st.booleans(), st.sampled_from(["13a", "none", "intl"]))
@settings(max_examples=200, deadline=None)
def test_bleu_and_chrf_as_sacrebleu(corpus, lowercase, tokenize) -> None:
    found = measured(corpus, lowercase=lowercase, tokenize=tokenize)
    written = [text for text, _ in corpus]
    streams = list(zip_longest(*(references for _, references in corpus)))
    bleu = sacrebleu.corpus_bleu(written, streams, lowercase=lowercase, tokenize=tokenize, force=True)
    chrf = sacrebleu.corpus_chrf(written, streams) if not lowercase else None
    assert found["bleu"].value == pytest.approx(bleu.score, abs=1e-6)
    if chrf is not None:
        assert found["chrf"].value == pytest.approx(chrf.score, abs=1e-6)


@given(corpora)
@settings(max_examples=200, deadline=None)
def test_bleu_of_each_row_alone_and_of_resamples(corpus) -> None:
    found = measured(corpus)
    for at, (text, references) in enumerate(corpus):
        alone = sacrebleu.corpus_bleu([text], [[reference] for reference in references], force=True)
        assert found["bleu"].per_row[at] == pytest.approx(alone.score, abs=1e-6)
        chrf = sacrebleu.corpus_chrf([text], [[reference] for reference in references])
        assert found["chrf"].per_row[at] == pytest.approx(chrf.score, abs=1e-6)
    again = [corpus[0], *corpus, corpus[-1]]
    counts = np.ones(len(corpus))
    counts[0] += 1
    counts[-1] += 1
    for name in ("bleu", "chrf"):
        resampled = found[name].total(counts @ found[name].statistics)
        assert resampled == pytest.approx(measured(again)[name].value, abs=1e-6)


long_texts = st.lists(words, min_size=4, max_size=12)
comparable = st.lists(st.tuples(long_texts, long_texts, st.lists(long_texts, max_size=2)), min_size=1, max_size=6)


@given(comparable)
@settings(max_examples=200, deadline=None)
def test_bleu_as_nltk_where_nothing_is_smoothed(cases) -> None:
    """Where every text has four words (nltk counts shorter ones otherwise) and some four words match."""
    corpus = [
        (" ".join(reference[:4] + added), [" ".join(reference), *map(" ".join, others)])
        for reference, added, others in cases
    ]
    theirs = corpus_bleu([[r.split() for r in refs] for _, refs in corpus], [text.split() for text, _ in corpus])
    assert measured(corpus, tokenize="none")["bleu"].value == pytest.approx(100 * theirs, abs=1e-6)


@given(corpora)
@settings(max_examples=200, deadline=None)
def test_rouge_as_rouge_score(corpus) -> None:
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"])
    found = measured(corpus)
    for name, kind in {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}.items():
        wanted = [100 * max(scorer.score(r, text)[kind].fmeasure for r in refs) for text, refs in corpus]
        assert found[name].per_row.tolist() == pytest.approx(wanted, abs=1e-6)
        assert found[name].value == pytest.approx(np.mean(wanted), abs=1e-6)


@given(corpora)
@settings(max_examples=200, deadline=None)
def test_length_distinct_and_their_means_by_counting(corpus) -> None:
    spoken = [[w.lower() for w in text.split() if w not in ",."] for text, _ in corpus]
    found = measured(corpus)
    assert found["length"].value == pytest.approx(np.mean([len(each) for each in spoken]))
    for order in (1, 2):
        grams = [tuple(each[at : at + order]) for each in spoken for at in range(len(each) - order + 1)]
        grams = [tuple(word.casefold() for word in gram) for gram in grams]
        wanted = 100 * len(set(grams)) / len(grams) if grams else np.nan
        assert found[f"distinct_{order}"].value == pytest.approx(wanted, abs=1e-6, nan_ok=True)


def test_signatures_say_how() -> None:
    found = measured([("a b", ["a b"]), ("a", ["a", "b"])])
    assert found["bleu"].signature == f"nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:{sacrebleu.__version__}"
    assert found["chrf"].signature.startswith("nrefs:var|case:mixed|eff:yes|nc:6|nw:0|space:no")
    one = measured([("a b", ["a b"])], lowercase=True)["bleu"]
    assert one.signature.startswith("nrefs:1|case:lc")
    assert one.per_row.shape == (1,)


def test_the_interval_of_bleu_is_sacrebleus() -> None:
    chance = np.random.default_rng(0)
    vocabulary = np.array(["the", "a", "laptop", "has", "gb", "memory", "it", "weighs", "kg", "black", "with", "of"])
    corpus = []
    for _ in range(120):
        reference = list(chance.choice(vocabulary, 15))
        said = [word if chance.random() < 0.8 else str(chance.choice(vocabulary)) for word in reference]
        corpus.append((" ".join(said), [" ".join(reference)]))
    low, high = measured(corpus)["bleu"].interval(draws=4000)
    written, references = [text for text, _ in corpus], [[refs[0] for _, refs in corpus]]
    theirs = sacrebleu.metrics.BLEU().corpus_score(written, references, n_bootstrap=4000)
    assert (high + low) / 2 == pytest.approx(theirs._mean, abs=0.3)
    assert (high - low) / 2 == pytest.approx(theirs._ci, rel=0.1)


def test_rows_without_references_count_for_what_needs_none() -> None:
    rows = [row(["a laptop with 4 gb"]), row([])]
    found = {m.name: m for m in text_metrics(["a laptop with 4 gb", "nothing of it"], rows)}
    assert found["bleu"].value == pytest.approx(100)
    assert found["rouge_1"].value == pytest.approx(100)
    assert found["length"].value == 4
    assert np.isnan(found["bleu"].per_row[1])
    empty = {m.name: m for m in text_metrics([], [])}
    assert all(np.isnan(m.value) for m in empty.values())
    assert np.isnan(empty["bleu"].interval()).all()


def test_copied_words_stand_in_a_run_of_four_of_one_source() -> None:
    passages = ["The battery lasts for 9 hours at most.", "It is black."]
    text = "Its battery lasts for 9 days, it is black; the battery lasts for 9 hours!"
    found = text_metrics([text], [row(["x"], passages)])[-1]
    assert found.name == "copied"
    assert found.value == pytest.approx(100 * (4 + 6) / 15)
    assert text_metrics([text], [row(["x"], passages)], sources=[["Days it is black the end"]])[-1].value == (
        pytest.approx(100 * 5 / 15)
    )
    assert text_metrics(["4 gb of fast memory"], [row(["x"], memory="4 gb of fast memory")])[-1].value == 100


def test_the_interval_of_distinct_covers_what_it_is_on_other_rows() -> None:
    chance = np.random.default_rng(1)

    def corpus(rows=60):
        drawn = chance.zipf(1.4, (rows, 12)) % 5000
        return [" ".join(f"w{n}" for n in line) for line in drawn]

    values = [distinct_ngrams(corpus(), 1).value for _ in range(200)]
    intervals = [distinct_ngrams(corpus(), 1).interval(draws=400) for _ in range(100)]
    assert 0.9 <= np.mean([low <= np.mean(values) <= high for low, high in intervals]) <= 1
    width = np.mean([high - low for low, high in intervals])
    assert width == pytest.approx(2 * 1.96 * np.std(values), rel=0.35)
    assert width > 2 * 1.96 * np.std(values) * 0.95  # rather too wide than too narrow


def test_distinct_of_two_systems_is_compared_row_by_row() -> None:
    chance = np.random.default_rng(2)
    varied, poor = ([" ".join(f"w{n}" for n in chance.integers(0, size, 10)) for _ in range(50)] for size in (400, 60))
    found = difference(distinct_ngrams(varied, 1), distinct_ngrams(poor, 1))
    assert found.low > 0
    assert found.p < 0.01
