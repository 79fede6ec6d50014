"""A reranker learns which passage answers, goes on after a kill to the same weights, and orders what was found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

import rag.finetune.reranker.run as finetune_module
from ingest.chunk import Chunker
from ingest.errors import ConfigError, ModelError, RowsError, WeightsError
from ingest.types import Chunk, Document
from rag.cli.main import main
from rag.config import Config
from rag.finetune.embedder.pairs import Pair
from rag.finetune.reranker.run import finetune_reranker
from rag.index.index import Index
from rag.retrieve.rerank import CrossEncoderReranker, RerankedRetriever, Reranker, new_reranker
from rag.retrieve.retrievers import DenseRetriever
from stores import new_store

OPTIONS: dict[str, Any] = {
    "max_tokens": 64,
    "epochs": 40,
    "learning_rate": 5e-3,
    "batch_size": 8,
    "negatives": 1,
    "valid_negatives": 1,
    "near_duplicate": 1.0,
    "lora_rank": 8,
    "lora_alpha": 16,
    "eval_every": 20,
    "threads": 1,
}


@pytest.fixture
def pairs(flood: Any) -> list[Pair]:
    places = [flood.places[(at * 7) % 10] for at in range(10)]
    return [
        Pair(f"where did {name} live?", flood.sentence(name, place))
        for name, place in zip(flood.names, places, strict=True)
    ]


@pytest.fixture
def index(flood: Any, embedder: Any, pairs: list[Pair]) -> Index:
    """Of each name the passage that says where, and one that is nearer by its words and does not."""
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=60))
    silent = [flood.silent(name, number) for number, name in enumerate(flood.names)]
    texts = [*(pair.passage for pair in pairs), *silent]
    index.add(Document(text, f"d{number}") for number, text in enumerate(texts))
    return index


@pytest.fixture
def tuned(index: Index, encoder: Path, pairs: list[Pair], tmp_path: Path) -> Path:
    finetune_reranker(
        pairs[:7], pairs[7:], out=tmp_path / "tuned", base=str(encoder), embedder=index.embedder, store=index.store,
        **OPTIONS,
    )  # fmt: skip
    return tmp_path / "tuned"


def test_it_learns_which_passage_answers(tuned: Path, pairs: list[Pair], flood: Any) -> None:
    reranker = new_reranker(str(tuned), threads=1)
    assert isinstance(reranker, CrossEncoderReranker)
    assert isinstance(reranker, Reranker)
    for number, pair in enumerate(pairs):
        texts = [flood.silent(flood.names[number], number), pair.passage]
        silent, right = reranker.score(pair.question, [Chunk(text, "d", 0, len(text)) for text in texts])
        assert right > silent, pair
    said = json.loads((tuned / "reranker.json").read_text("utf-8"))
    assert said["metrics"]["mrr@10"] == 1.0
    assert {"best_step", "mrr@10, by cosine"} <= set(said["metrics"])
    assert "A reranker" in (tuned / "README.md").read_text("utf-8")
    assert not any("embeddings" in name for name in load_file(tuned / "adapter.safetensors"))


def test_scores_do_not_depend_on_what_else_is_scored(tuned: Path, pairs: list[Pair], encoder: Path) -> None:
    reranker = CrossEncoderReranker(str(tuned), threads=1)
    long = " ".join(pair.passage for pair in pairs)  # several windows
    chunks = [Chunk(text, "d", 0, len(text)) for text in [*(pair.passage for pair in pairs), "", long]]
    question = pairs[0].question
    together = reranker.score(question, chunks)
    assert together[-2] == float("-inf"), "a passage without words"
    alone = [reranker.score(question, [chunk])[0] for chunk in chunks]
    assert np.allclose(together, alone, atol=1e-4)
    assert reranker.score(question, []) == []
    with pytest.raises(ValueError, match="the question is empty"):
        reranker.score(" ", chunks)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def test_a_killed_run_goes_on_to_the_same_weights(
    index: Index, encoder: Path, pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**OPTIONS, "epochs": 12, "eval_every": 4, "learning_rate": 1e-3, "batch_size": 4}
    shared = {"base": str(encoder), "embedder": index.embedder, "store": index.store, **options}
    finetune_reranker(pairs[:7], pairs[7:], out=tmp_path / "whole", **shared)
    made, calls = finetune_module.collate_groups, 0

    def deadly(batch: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 9:
            raise Killed
        return made(batch)

    monkeypatch.setattr(finetune_module, "collate_groups", deadly)
    with pytest.raises(Killed):
        finetune_reranker(pairs[:7], pairs[7:], out=tmp_path / "killed", **shared)
    assert not (tmp_path / "killed").exists()
    monkeypatch.setattr(finetune_module, "collate_groups", made)
    finetune_reranker(pairs[:7], pairs[7:], out=tmp_path / "killed", **shared)
    whole, killed = (load_file(tmp_path / name / "adapter.safetensors") for name in ("whole", "killed"))
    assert whole.keys() == killed.keys()
    for name in whole:
        assert np.array_equal(whole[name], killed[name]), name


def test_without_a_store_the_pairs_own_passages_are_told_apart(
    encoder: Path, pairs: list[Pair], embedder: Any, tmp_path: Path
) -> None:
    done = finetune_reranker(
        pairs, out=tmp_path / "own", base=str(encoder), embedder=embedder, **{**OPTIONS, "valid_share": 0, "epochs": 1}
    )
    assert (done.pairs, done.metrics, done.before) == (10, {}, {})
    assert new_reranker(str(done.folder), threads=1).score(pairs[0].question, []) == []


# --- over a retriever -------------------------------------------------------------------------------------------------


class Longest:
    name = "longest"

    def __init__(self) -> None:
        self.read: list[Sequence[Chunk]] = []

    def score(self, question: str, passages: Sequence[Chunk]) -> list[float]:
        self.read.append(passages)
        return [float(len(chunk.text)) for chunk in passages]


def test_the_best_hits_are_put_in_the_rerankers_order(index: Index) -> None:
    found, reranker = DenseRetriever(index.store, index.embedder), Longest()
    plain = found.retrieve("where did ann live?", 8)
    hits = RerankedRetriever(found, reranker, depth=5).retrieve("where did ann live?", 8)
    assert [hit.chunk for hit in hits[5:]] == [hit.chunk for hit in plain[5:]], "further ones as they were found"
    assert {hit.chunk.id for hit in hits[:5]} == {hit.chunk.id for hit in plain[:5]}
    lengths = [len(hit.chunk.text) for hit in hits[:5]]
    assert lengths == sorted(lengths, reverse=True)
    assert hits[0].score == hits[0].parts["rerank"] == lengths[0]
    assert hits[0].parts["dense"] == pytest.approx(
        next(hit.score for hit in plain if hit.chunk == hits[0].chunk), abs=1e-6
    )
    assert RerankedRetriever(found, reranker, depth=5).retrieve("where did ann live?", 2) == hits[:2]
    assert [len(passages) for passages in reranker.read] == [5, 5]


def test_a_configuration_names_its_reranker(index: Index, tuned: Path, tmp_path: Path) -> None:
    plain = DenseRetriever(index.store, index.embedder)
    config = Config(folder=tmp_path).override("retriever", reranker="tuned", rerank_depth=3)
    reranked = config.reranked(plain)
    assert isinstance(reranked, RerankedRetriever)
    assert (reranked.depth, reranked.reranker.name) == (3, str(tmp_path / "tuned"))
    assert config.override("retriever", reranker="none").reranked(plain) is plain
    assert Config().reranked(plain) is plain


def test_a_cross_encoder_of_the_library_reranks(encoder: Path, tmp_path: Path, flood: Any) -> None:
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    for labels in (1, 3):
        config = BertConfig.from_pretrained(encoder, num_labels=labels, initializer_range=0.5)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            network = BertForSequenceClassification(config)
        network.save_pretrained(tmp_path / str(labels))
        AutoTokenizer.from_pretrained(encoder).save_pretrained(tmp_path / str(labels))
    reranker = new_reranker(str(tmp_path / "1"), threads=1)
    assert isinstance(reranker, Reranker)
    texts = [flood.sentence(name, "rome") for name in flood.names[:3]]
    chunks = [Chunk(text, "d", 0, len(text)) for text in texts]
    scores = reranker.score("who lived in rome?", chunks)
    assert max(scores) - min(scores) > 0.01
    assert scores == pytest.approx([reranker.score("who lived in rome?", [each])[0] for each in chunks], abs=1e-5)
    assert reranker.score("who lived in rome?", []) == []
    with pytest.raises(ValueError, match="3 outputs: a reranker has one"):
        new_reranker(str(tmp_path / "3"), threads=1).score("who?", chunks)


# --- what is refused --------------------------------------------------------------------------------------------------


def test_bad_input_is_refused_in_a_line(
    index: Index, encoder: Path, pairs: list[Pair], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = {"base": str(encoder), "embedder": index.embedder}
    with pytest.raises(ValueError, match="negatives must be at least 1, not 0"):
        finetune_reranker(pairs, out=tmp_path / "x", negatives=0, **shared)
    with pytest.raises(RowsError, match="1 distinct passages"):
        finetune_reranker(pairs[:1], out=tmp_path / "x", **shared)
    with pytest.raises(ValueError, match="too few passages that do not answer"):
        finetune_reranker(pairs[:3], out=tmp_path / "x", **shared, **{**OPTIONS, "negatives": 5, "valid_share": 0})
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "x.training").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    with pytest.raises(ValueError, match="is there already"):
        finetune_reranker(pairs, out=tmp_path / "full", **shared)
    with pytest.raises(ValueError, match="rerank_depth is 0"):
        RerankedRetriever(DenseRetriever(index.store, index.embedder), Longest(), 0)
    with pytest.raises(WeightsError, match="holds no reranker"):
        CrossEncoderReranker(str(tmp_path))
    with pytest.raises(WeightsError, match="no reranker 'no where!': give a folder that `rag finetune-reranker` wrote"):
        new_reranker("no where!")
    with pytest.raises((WeightsError, ConfigError)):
        Config(folder=tmp_path).override("retriever", reranker="builtin:nothing").reranked(
            DenseRetriever(index.store, index.embedder)
        )
    (tmp_path / "pairs.jsonl").write_text('{"question": "who?"}\n')
    assert main(["finetune-reranker", str(tmp_path / "pairs.jsonl"), "--out", str(tmp_path / "y")]) == 1
    assert "needed are question and passage/context" in capsys.readouterr().err


@pytest.mark.weights
def test_the_command_trains_and_says_how_well(
    encoder: Path, pairs: list[Pair], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text("".join(json.dumps({"question": p.question, "passage": p.passage}) + "\n" for p in pairs))
    settings = ["--set", "near_duplicate=1.0", "valid_share=0.2", "valid_negatives=2", "max_tokens=64"]
    arguments = ["--base", str(encoder), "--epochs", "2", "--negatives", "2", *settings, "--json"]
    assert main(["finetune-reranker", str(file), "--out", str(tmp_path / "made"), *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["metrics"]["after"]) == set(found["metrics"]["before"]) == {"ndcg@10", "mrr@10", "recall@10"}
    assert new_reranker(str(tmp_path / "made"), threads=1)


def test_a_reader_is_refused_as_a_reranker() -> None:
    with pytest.raises(ModelError, match=r"builtin:minilm-reader is a reader, not a reranker: give a cross-encoder"):
        new_reranker("builtin:minilm-reader", threads=1)
