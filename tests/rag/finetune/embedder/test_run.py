"""Fine-tuning an embedder: it learns, goes on after a kill to the same bits, and refuses what it cannot use."""

from __future__ import annotations

import importlib.util
import itertools
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from ingest.embed import new_embedder
from ingest.embed.sentence_transformers import SentenceTransformerEmbedder
from ingest.errors import MissingExtra, RowsError, WrongEmbedder
from ingest.types import Chunk
from rag.cli.main import main
from rag.finetune.embedder.held_out import HeldOut
from rag.finetune.embedder.pairs import Pair, hash_pairs, split_pairs
from rag.finetune.embedder.run import EmbedderRun, EmbedderSettings, FinetunedEmbedder, finetune_embedder
from rag.finetune.shared import loop
from rag.index.manifest import embedder_manifest
from stores.base import Entry, Source
from stores.memory import MemoryStore

CONCEPTS = 14
SETTINGS: dict[str, Any] = {
    "epochs": 6, "batch_size": 24, "learning_rate": 5e-3, "eval_every": 10, "valid_share": 0.15, "patience": None,
    "adapt_epochs": 2, "adapt_learning_rate": 1e-3, "threads": 1,
}  # fmt: skip


def make_pairs(count: int = 160) -> list[Pair]:
    """Passages of three things, asked for by other words: which words mean the same is all there is to learn."""
    chosen = random.Random(0).sample(list(itertools.combinations(range(CONCEPTS), 3)), count)
    return [Pair(" ".join(f"ask{c}" for c in each), " ".join(f"thing{c}" for c in reversed(each))) for each in chosen]


def make_embedder(folder: Path, mask: bool = True, **prompts: str) -> Path:
    """A BERT of two thin layers with random weights and a vocabulary of whole words, mean pooling, normalisation."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += [f"{kind}{c}" for c in range(CONCEPTS) for kind in ("ask", "thing")]
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    plain = folder / "plain"
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=24, **marks, **({"mask_token": "[MASK]"} if mask else {})
    ).save_pretrained(plain)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = BertConfig(
            vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
            max_position_embeddings=32,
        )  # fmt: skip
        BertModel(config).save_pretrained(plain)
    modules = [Transformer(str(plain)), Pooling(32, "mean"), Normalize()]
    network = SentenceTransformer(modules=modules, device="cpu", prompts=prompts or None)
    network.save_pretrained(str(folder / "start"), create_model_card=False)
    return folder / "start"


def store_of(embedder: Any, texts: Sequence[str]) -> MemoryStore:
    store = MemoryStore()
    store.bind(embedder_manifest(embedder))
    chunks = [Chunk(text, f"d{n}", 0, len(text)) for n, text in enumerate(texts)]
    vectors = embedder.embed_documents(list(texts))
    store.write([Entry(Source(c.source, c.source, "f"), [c], v[None]) for c, v in zip(chunks, vectors, strict=True)])
    return store


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_embedder(tmp_path_factory.mktemp("start"))


@pytest.fixture(scope="module")
def train(start: Path) -> Callable[[Path], FinetunedEmbedder]:
    """The whole of it: adaptation to documents, hard negatives from a store, training."""
    pairs = make_pairs()
    passages = [pair.passage for pair in pairs]
    store = store_of(SentenceTransformerEmbedder(str(start)), passages)
    documents = [" ".join(passages[low : low + 7]) for low in range(0, len(passages), 7)]
    return lambda out: finetune_embedder(start, pairs, out=out, store=store, documents=documents, **SETTINGS)


@pytest.fixture(scope="module")
def tuned(train: Callable[[Path], FinetunedEmbedder], tmp_path_factory: pytest.TempPathFactory) -> FinetunedEmbedder:
    return train(tmp_path_factory.mktemp("tuned") / "embedder")


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def test_it_learns_what_its_start_does_not_know(tuned: FinetunedEmbedder, start: Path) -> None:
    split = split_pairs(make_pairs(), None, SETTINGS["valid_share"], 0)
    held_out = HeldOut.of(split, 500, 1000, 0)
    assert held_out is not None
    assert len(held_out.questions) == 24
    for metrics, folder in ((tuned.before, start), (tuned.after, tuned.folder)):
        embedder = new_embedder(model=str(folder))
        found = held_out.measure(
            lambda texts, e=embedder: np.stack([e.embed_query(text) for text in texts]), embedder.embed_documents
        )
        assert found == pytest.approx(metrics, abs=1e-6)  # what is reported is what the folder does
    assert tuned.before["ndcg@10"] < 0.3
    assert tuned.after["ndcg@10"] > 0.8
    assert min(tuned.losses) < max(tuned.losses)
    assert tuned.losses[max(tuned.losses)] < tuned.losses[min(tuned.losses)] / 2
    assert 0 < tuned.best_step <= tuned.steps == 34  # 6 times 136 pairs in batches of 24


def test_the_folder_is_an_embedder_like_its_start_with_a_card(tuned: FinetunedEmbedder, start: Path) -> None:
    from sentence_transformers import SentenceTransformer

    embedder = new_embedder(model=str(tuned.folder))
    plain = SentenceTransformer(str(tuned.folder), device="cpu", local_files_only=True)
    assert [type(module).__name__ for module in plain] == ["Transformer", "Pooling", "Normalize"]
    texts = ["ask1 ask2", "thing1 thing5"]
    np.testing.assert_allclose(embedder.embed_documents(texts), plain.encode(texts), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(embedder.embed_documents(texts), axis=1), 1, atol=1e-5)
    assert (embedder.dimension, embedder.tokens.window) == (32, 22)
    for name in ("1_Pooling/config.json", "config.json"):
        assert json.loads((tuned.folder / name).read_text()) == json.loads((start / name).read_text())
    before, after = load_file(start / "model.safetensors"), load_file(tuned.folder / "model.safetensors")
    assert {name: each.shape for name, each in before.items()} == {name: each.shape for name, each in after.items()}

    written = json.loads((tuned.folder / "openbook.json").read_text("utf-8"))
    split = split_pairs(make_pairs(), None, SETTINGS["valid_share"], 0)
    assert written["data"]["train"] == {"pairs": 136, "sha256": hash_pairs(split.train)}
    assert written["metrics"]["after"] == tuned.after
    assert written["settings"]["learning_rate"] == SETTINGS["learning_rate"]
    assert written["adaptation"]["loss_after"] < written["adaptation"]["loss_before"]
    card = (tuned.folder / "README.md").read_text("utf-8")
    assert card.startswith("---\nlicense: other\n")
    assert hash_pairs(split.train) in card
    assert f"| after | {tuned.after['ndcg@10']:.4g} |" in card
    assert "tied to the word embeddings" in card
    assert any("hard negatives were mined" in note for note in tuned.notes)
    files = {file.suffix for file in tuned.folder.rglob("*") if file.is_file()}
    assert files == {".json", ".md", ".safetensors"}  # nothing pickled
    assert [each.name for each in tuned.folder.parent.iterdir()] == ["embedder"]  # nothing left beside it


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set after how many steps the run is interrupted, as by Ctrl-C."""
    left = [0]
    step = loop.ProgressBar.on_step_end

    def counted(line: Any, *parts: Any, **more: Any) -> None:
        step(line, *parts, **more)
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop.ProgressBar, "on_step_end", counted)
    return lambda steps: left.__setitem__(0, steps)


def test_a_run_that_is_killed_again_and_again_ends_with_the_same_bits(
    train: Callable[[Path], FinetunedEmbedder], tuned: FinetunedEmbedder, killed: Callable[[int], None], tmp_path: Path
) -> None:
    out = tmp_path / "embedder"
    # While adapting, in training between two checkpoints, and with a checkpoint half-written.
    for steps in (random.Random().randint(1, 5), 6 + random.Random().randint(11, 19), random.Random().randint(1, 9)):
        killed(steps)
        with pytest.raises(KeyboardInterrupt):
            train(out)
        assert not out.exists()
    checkpoints = tmp_path / "embedder.training" / "pairs"
    newest = max(checkpoints.glob("checkpoint-*"), key=lambda each: int(each.name.rpartition("-")[2]))
    half = checkpoints / "checkpoint-999"
    half.mkdir()
    (half / "model.safetensors").write_bytes((newest / "model.safetensors").read_bytes()[:1000])
    killed(0)
    again = train(out)
    assert weights(out) == weights(tuned.folder)
    assert (out / "openbook.json").read_bytes() == (tuned.folder / "openbook.json").read_bytes()
    assert again.losses == tuned.losses
    assert [each.name for each in tmp_path.iterdir()] == ["embedder"]


def test_without_a_better_step_the_start_is_kept_and_what_patience_ended_is_not_gone_on_with(
    start: Path, tmp_path: Path, killed: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of so small a learning rate nothing comes, so three measurements without a better one end it.
    options = SETTINGS | {"learning_rate": 1e-12, "eval_every": 2, "patience": 3, "epochs": 4}
    with monkeypatch.context() as context:
        context.setattr(EmbedderRun, "_write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            finetune_embedder(start, make_pairs(), out=tmp_path / "kept", **options)
    assert [each.name for each in tmp_path.iterdir()] == ["kept.training"]
    killed(1)  # one more step would end this
    kept = finetune_embedder(start, make_pairs(), out=tmp_path / "kept", **options)
    assert (kept.best_step, kept.steps, kept.after) == (0, 6, kept.before)
    one, other = load_file(start / "model.safetensors"), load_file(kept.folder / "model.safetensors")
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert "its weights were kept" in kept.notes[-1]


def test_patience_counts_from_the_best_the_start_included_and_from_the_log_alone() -> None:
    stop = loop.EarlyStop(EmbedderSettings(patience=2), baseline=0.5)
    logged = [{"step": step, "eval_ndcg@10": value} for step, value in enumerate([0.6, 0.7, 0.7, 0.65], start=1)]
    assert [stop.is_due(logged[:count]) for count in range(5)] == [False, False, False, False, True]
    assert loop.EarlyStop(EmbedderSettings(patience=2), 0.9).is_due(logged[:2])
    assert not loop.EarlyStop(EmbedderSettings(patience=None), 0.9).is_due(logged)


def test_the_command_trains_and_tells(start: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "pairs.jsonl", tmp_path / "out"
    rows = [{"question": pair.question, "context": pair.passage} for pair in make_pairs(60)]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    asked = ["finetune-embedder", str(file), "--embedder", str(start), "--out", str(out)]
    assert main([*asked, "--epochs", "2", "--learning-rate", "0.004", "--threads", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["steps"] == 3  # 54 pairs twice in batches of 32; the 12 that are left are too few for a step
    assert told["metrics"]["before"].keys() == {"ndcg@10", "mrr@10", "recall@10"}
    assert new_embedder(model=told["folder"]).embed_query("ask1").shape == (32,)
    capsys.readouterr()  # that the new model is prepared
    assert main(asked) == 1
    assert capsys.readouterr().err == f"rag: {out} is there already: choose another folder, or remove it\n"


def refused(kind: type[Exception], said: str, folder: Path, *parts: Any, **options: Any) -> None:
    """Expect one line, and nothing written."""
    with pytest.raises(kind, match=said) as raised:
        finetune_embedder(*parts, out=folder / "out", **options)
    assert "\n" not in str(raised.value)
    assert list(folder.iterdir()) == []


def test_what_cannot_be_used_is_refused_in_one_line_with_nothing_written(
    start: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pairs = make_pairs(10)
    own = SentenceTransformerEmbedder(str(start))
    other = store_of(own, ["a text"])
    other._manifest["embedder_fingerprint"] = "another"
    empty = MemoryStore()
    empty.bind(embedder_manifest(own))
    few = store_of(own, [pairs[0].passage])
    long = [Pair(pair.question, f"{pair.passage} {n} " + "text " * 30) for n, pair in enumerate(pairs)]
    unmasked = make_embedder(tmp_path_factory.mktemp("unmasked"), mask=False)
    refused(RowsError, "there is no file", tmp_path, start, tmp_path / "none.jsonl")
    refused(RowsError, "pair 2 is not a Pair", tmp_path, start, [pairs[0], ("a", "b")])
    refused(RowsError, "0 distinct passages: at least 2", tmp_path, start, [])
    refused(RowsError, "every validation pair", tmp_path, start, pairs, valid=pairs[:2])
    refused(ValueError, r"10 of 10 passages \(100%\) are longer than the 22 tokens", tmp_path, start, long)
    refused(ValueError, "epochs must be above 0, not 0", tmp_path, start, pairs, epochs=0)
    refused(TypeError, "unexpected keyword argument 'epoch'", tmp_path, start, pairs, epoch=1)
    refused(ValueError, "the documents hold no text", tmp_path, start, pairs, documents=[" "])
    refused(ValueError, "documents is one text", tmp_path, start, pairs, documents="a text")
    refused(ValueError, "no text of at least 8 tokens", tmp_path, start, pairs, documents=["too short"])
    refused(ValueError, "a bert embedder has no masked language", tmp_path, unmasked, pairs, documents=["text " * 9])
    refused(WrongEmbedder, "ingest the documents with it, or leave the store out", tmp_path, start, pairs, store=other)
    refused(ValueError, "the store is empty", tmp_path, start, pairs, store=empty)
    refused(ValueError, "the store has too few passages", tmp_path, start, pairs[:3], store=few, valid_share=0)
    same = [Pair("who?", "alpha"), Pair("who?", "beta")]
    refused(RowsError, "no two pairs can be contrasted", tmp_path, start, same, valid_share=0)
    refused(TypeError, "a dict cannot be fine-tuned", tmp_path, {}, pairs)
    refused(ValueError, "is no folder and no hub id", tmp_path, "no/such/folder", pairs)


def test_a_missing_package_is_said_with_the_command_that_brings_it(
    start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "rag.finetune.shared.unfinished.find_spec", lambda name: None if name == "accelerate" else find(name)
    )
    refused(MissingExtra, r"pip install 'openbook-rag\[finetune\]'", tmp_path, start, make_pairs(10))


def test_an_unfinished_run_with_other_pairs_or_settings_is_not_gone_on_with(
    start: Path, tmp_path: Path, killed: Callable[[int], None]
) -> None:
    pairs, out = make_pairs(40), tmp_path / "out"
    killed(1)
    with pytest.raises(KeyboardInterrupt):
        finetune_embedder(start, pairs, out=out, batch_size=8, valid_share=0)
    with pytest.raises(ValueError, match=r"with different data\.train\.sha256, settings\.epochs: finish it"):
        finetune_embedder(start, pairs[::-1], out=out, batch_size=8, valid_share=0, epochs=4)
    killed(0)
    # Two in place of three passes, and no validation part: the last step counts.
    done = finetune_embedder(start, pairs, out=out, batch_size=8, valid_share=0, epochs=2, restart=True)
    assert (done.before, done.after, done.steps, done.best_step) == ({}, {}, 10, 10)
    assert "Not measured | no passages were held out" in (out / "README.md").read_text("utf-8")


def test_questions_and_passages_are_learnt_with_the_prefixes_that_they_are_embedded_with(tmp_path: Path) -> None:
    from rag.finetune.embedder.contrastive import load_embedder_network, tokenize_columns
    from rag.finetune.embedder.negatives import PairExample

    network = load_embedder_network(make_embedder(tmp_path, query="ask1 ", document="thing1 "), "cpu")
    columns = tokenize_columns(network, [PairExample("ask2", "thing2", ("thing3", "thing4"))])
    texts = [network.tokenizer.decode(column["input_ids"][0], skip_special_tokens=True) for column in columns]
    assert texts == ["ask1 ask2", "thing1 thing2", "thing1 thing3", "thing1 thing4"]


def test_masks_are_those_of_bert_and_depend_on_the_seed_and_the_place_alone(start: Path) -> None:
    from rag.finetune.embedder.contrastive import load_embedder_network
    from rag.finetune.embedder.masked import IGNORED, Masks, build_masked_language_model

    network = load_embedder_network(start, "cpu")
    tokenizer = network.tokenizer
    masks = Masks(tokenizer, seed=0)
    blocks = [[2, *range(5, 25), 3]] * 1000
    rows = [masks.apply(block, place) for place, block in enumerate(blocks)]
    chosen = [
        (block, token) for row in rows for block, token in zip(row.labels, row.input_ids, strict=True) if block != -100
    ]
    assert len(chosen) == 3000  # 15% of 20 tokens each; never a mark
    masked = sum(token == tokenizer.mask_token_id for _, token in chosen)
    kept = sum(token == label for label, token in chosen)
    assert masked / 3000 == pytest.approx(0.8, abs=0.03)
    assert kept / 3000 == pytest.approx(0.1 + 0.1 / len(tokenizer), abs=0.02)
    assert all(token == block[at] for row, block in zip(rows, blocks, strict=True)
               for at, token in enumerate(row.input_ids) if row.labels[at] == IGNORED)  # fmt: skip
    assert rows[7] == Masks(tokenizer, 0).apply(blocks[7], 7)
    assert rows[7] != Masks(tokenizer, 1).apply(blocks[7], 7)
    assert rows[7] != rows[8]
    model = build_masked_language_model(network, tokenizer, 0)
    words = network[0].auto_model.embeddings.word_embeddings.weight
    assert model.cls.predictions.decoder.weight is words
    assert model.bert is network[0].auto_model


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("metric", "bleu", "metric must be one of ndcg@10, mrr@10, not 'bleu'"),
        ("batch_size", 1, "batch_size must be at least 2, not 1"),
        ("patience", 0, "patience must be at least 1, not 0"),
        ("margin", 1.5, "margin must be a share from 0 to 1, not 1.5"),
        ("near_duplicate", 0, "near_duplicate must be a share above 0, not 0"),
        ("valid_share", 1, "valid_share must be a share from 0 to below 1, not 1"),
        ("distractors", -1, "distractors must be at least 0, not -1"),
    ],
)
def test_settings_that_cannot_be_are_said(option: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        EmbedderSettings(**{option: value})
