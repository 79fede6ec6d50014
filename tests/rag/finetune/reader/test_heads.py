"""The heads for verdicts and relevant sentences: losses by hand, and a reader that learns both beside the spans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from ingest.errors import ModelError, RowsError
from rag.data.rows import Row, as_passage
from rag.finetune.reader.examples import collate_with_targets, make_sentence_examples, make_verdict_examples
from rag.finetune.reader.run import finetune_reader
from rag.reader import ExtractiveReader
from rag.reader.network import mean_by_sentence, relevance_loss, span_loss
from rag.reader.windows import Windows


def test_the_relevance_of_a_sentence_is_the_mean_of_its_tokens() -> None:
    values = torch.tensor([[9.0, 1.0, 3.0, 5.0]])
    assert mean_by_sentence(values, torch.tensor([[0, 1, 1, 2]]), 3).tolist() == [[2.0, 5.0, 0.0]]


def test_rows_without_targets_have_no_loss() -> None:
    scores = torch.zeros(2, 4, 2)
    starts = torch.tensor([[0, 1, 0, 0], [0, 0, 0, 0]])
    assert span_loss(scores, starts, starts).tolist() == pytest.approx([torch.tensor(4.0).log().item(), 0.0])
    relevant = torch.tensor([[1, 0], [-1, -1]])
    losses = relevance_loss(torch.zeros(2, 3), torch.tensor([[0, 1, 2], [0, 0, 0]]), relevant)
    assert losses.tolist() == pytest.approx([torch.tensor(2.0).log().item(), 0.0])


def test_examples_mark_the_verdict_and_the_sentences_that_a_span_covers(encoder: Path, tmp_path: Path) -> None:
    windows = Windows.of_folder(encoder, 96, 16)
    context = "One two three. Four five six. Seven eight nine."
    (tmp_path / "s.jsonl").write_text(json.dumps({"question": "what", "context": context, "relevant": [[15, 29]]}))
    [example] = make_sentence_examples(tmp_path / "s.jsonl", windows)
    assert list(example.relevant) == [False, True, False]
    tensors = collate_with_targets([example])
    assert tensors["input_ids"].shape == tensors["passage"].shape == (1, 64)  # a multiple of 32
    assert tensors["attention_mask"].sum() == len(example)
    assert tensors["relevant"].tolist() == [[0, 1, 0]]
    assert tensors["starts"].sum() == 0
    (tmp_path / "v.jsonl").write_text(json.dumps({"question": "is it", "context": context, "label": "no"}))
    [example] = make_verdict_examples(tmp_path / "v.jsonl", windows)
    assert collate_with_targets([example])["verdicts"].tolist() == [1]


@pytest.mark.parametrize("content", [{"label": "maybe"}, {}])
def test_a_verdict_that_is_none_of_the_three_is_refused(content: Any, encoder: Path, tmp_path: Path) -> None:
    file = tmp_path / "v.jsonl"
    file.write_text(json.dumps({"question": "is it", "context": "It is.", **content}))
    with pytest.raises(RowsError, match=r"line 1: label is .*; give one of yes, no, none"):
        make_verdict_examples(file, Windows.of_folder(encoder, 96, 16))


def test_a_reader_learns_all_three(encoder: Path, rows: list[Row], flood: Any, tmp_path: Path) -> None:
    verdicts = []
    for number in range(60):
        # The place decides: the tiny encoder knows no other words.
        name, verdict = flood.names[number % 10], ("yes", "no", "none")[number % 3]
        place = flood.places[number % 3]
        question = f"where did {name} live?"
        verdicts.append({"question": question, "context": flood.sentence(name, place), "label": verdict})
    sentences = []
    for number in range(60):
        places = [flood.places[5] if step == number % 3 else flood.places[step] for step in range(3)]
        parts = [flood.sentence(flood.names[(number + step) % 10], place) for step, place in enumerate(places)]
        low = sum(len(part) + 1 for part in parts[: number % 3])
        span = [low, low + len(parts[number % 3])]
        name = flood.names[(number + number % 3) % 10]
        sentences.append({"question": f"where did {name} live?", "context": " ".join(parts), "relevant": [span]})
    for name, content in (("v", verdicts), ("s", sentences)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, content)))
    settings = {"max_tokens": 96, "epochs": 40, "learning_rate": 5e-3, "batch_size": 12, "threads": 1}
    finetune_reader(
        rows,
        out=tmp_path / "reader",
        base=str(encoder),
        yes_no=tmp_path / "v.jsonl",
        sentences=tmp_path / "s.jsonl",
        method="full",
        dropout=0.0,
        **{**settings, "learning_rate": 1e-3},
    )
    reader = ExtractiveReader(str(tmp_path / "reader"), threads=1)
    assert reader.has_verdicts
    assert reader.has_relevance
    for row in verdicts[:6]:
        [verdict] = reader.verdicts(row["question"], [as_passage(row["context"], "v")])
        chances = {"yes": verdict.yes, "no": verdict.no, "none": 1 - verdict.yes - verdict.no}
        assert max(chances, key=chances.__getitem__) == row["label"]
    hits = 0
    for row in sentences:
        [scores] = reader.score_sentences(row["question"], [as_passage(row["context"], "s")])
        best = max(scores, key=lambda sentence: sentence.score)
        hits += [best.start, best.end] == row["relevant"][0]
    assert hits > 50


def test_an_untrained_head_is_not_asked(encoder: Path, rows: list[Row], tmp_path: Path) -> None:
    finetune_reader(rows[:12], out=tmp_path / "reader", base=str(encoder), max_tokens=96, epochs=1, threads=1)
    reader = ExtractiveReader(str(tmp_path / "reader"), threads=1)
    with pytest.raises(ModelError, match="was not trained to judge yes/no questions"):
        reader.verdicts("is it?", [as_passage("It is.", "p")])
    with pytest.raises(ModelError, match="was not trained to score sentences"):
        reader.score_sentences("is it?", [as_passage("It is.", "p")])
