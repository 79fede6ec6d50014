"""A reader learns to point, keeps its folder small, goes on after a kill to the same weights, and refuses bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

import rag.finetune.reader.run as run_module
from ingest.errors import InputError, RowsError, WeightsError
from rag.cli.main import main
from rag.data.rows import Row, as_passage
from rag.finetune.reader.examples import find_answer_spans, make_reader_examples
from rag.finetune.reader.run import finetune_reader
from rag.finetune.reader.settings import ReaderSettings
from rag.finetune.reader.unanswerable import mine_unanswerable
from rag.reader import ExtractiveReader, Reader, best_span
from rag.reader.base import Span
from rag.reader.windows import Windows

OPTIONS: dict[str, Any] = {
    "max_tokens": 96,
    "epochs": 30,
    "learning_rate": 5e-3,
    "batch_size": 12,
    "lora_rank": 8,
    "lora_alpha": 16,
    "eval_every": 50,
    "threads": 1,
}


@pytest.fixture(scope="module")
def trained(encoder: Path, rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "reader"
    finetune_reader(rows[:45], rows[45:], out=folder, base=str(encoder), **OPTIONS)
    return folder


def test_it_learns_to_point_and_to_say_that_there_is_none(trained: Path, rows: list[Row]) -> None:
    reader = ExtractiveReader(str(trained), threads=1)
    assert isinstance(reader, Reader)
    asked = [(row.values["question"], row.passages) for row in rows]
    readings = [each[0] for each in reader.read_many(asked)]
    right = [reading.text.casefold() in row.references for row, reading in zip(rows, readings, strict=True)]
    answerable = [not row.unanswerable for row in rows]
    assert np.mean([r for r, a in zip(right, answerable, strict=True) if a]) > 0.9
    likely = [reading.probability > 0.5 for reading in readings]
    assert np.mean([one == other for one, other in zip(likely, answerable, strict=True)]) > 0.9


def test_the_folder_says_what_it_is_and_holds_no_whole_encoder(trained: Path, encoder: Path) -> None:
    said = json.loads((trained / "reader.json").read_text("utf-8"))
    assert json.loads((trained / "adapter.json").read_text("utf-8"))["base"] == str(encoder)
    assert said["metrics"]["f1"] > 90
    weights = load_file(trained / "adapter.safetensors")
    assert {name.rpartition(".")[2] for name in weights} == {"down", "up", "weight", "bias"}
    assert not any("embeddings" in name for name in weights)
    assert "extractive reader" in (trained / "README.md").read_text("utf-8")
    assert not trained.with_name("reader.training").exists()


def test_many_passages_are_read_in_order_as_if_alone(trained: Path, rows: list[Row]) -> None:
    reader = ExtractiveReader(str(trained), threads=1)
    passages = [row.passages[0] for row in rows[:6]] + [as_passage("", "empty")]
    together = reader.read("where did emma live?", passages)
    alone = [reader.read("where did emma live?", [passage])[0] for passage in passages]
    assert [each.chunk for each in together] == passages
    assert [(each.start, each.end) for each in together] == [(each.start, each.end) for each in alone]
    np.testing.assert_allclose([each.margin for each in together], [each.margin for each in alone], atol=1e-4)
    assert (together[-1].text, together[-1].probability) == ("", 0.0)
    assert best_span(together) == max(together, key=lambda each: each.margin)
    assert best_span([]) is None


def test_readers_that_choose_otherwise_are_told_apart(trained: Path) -> None:
    made = [ExtractiveReader(str(trained), threads=1, brevity=each).fingerprint for each in (None, 0.0, 0.3)]
    assert made[0] == made[1] != made[2], "answers that are kept are those of one of them"


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_killed_run_goes_on_to_the_same_weights(
    method: str, encoder: Path, rows: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**OPTIONS, "method": method, "epochs": 4, "eval_every": 5, "learning_rate": 1e-3}
    train, valid = rows[:45], rows[45:]
    finetune_reader(train, valid, out=tmp_path / "whole", base=str(encoder), **options)
    made, calls = run_module.collate_with_targets, 0

    def deadly(batch: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 8:
            raise Killed
        return made(batch)

    monkeypatch.setattr(run_module, "collate_with_targets", deadly)
    with pytest.raises(Killed):
        finetune_reader(train, valid, out=tmp_path / "killed", base=str(encoder), **options)
    assert not (tmp_path / "killed").exists()
    monkeypatch.setattr(run_module, "collate_with_targets", made)
    finetune_reader(train, valid, out=tmp_path / "killed", base=str(encoder), **options)
    whole, killed = (load_file(tmp_path / name / "adapter.safetensors") for name in ("whole", "killed"))
    assert whole.keys() == killed.keys()
    for name in whole:
        assert np.array_equal(whole[name], killed[name]), name


def test_a_reader_goes_on_from_another(trained: Path, encoder: Path, rows: list[Row], tmp_path: Path) -> None:
    options = {**OPTIONS, "epochs": 0.2, "learning_rate": 1e-6}
    metrics = {}
    for name, start in (("new", None), ("on", trained)):
        done = finetune_reader(rows[:45], rows[45:], out=tmp_path / name, base=str(encoder), start=start, **options)
        metrics[name] = done.metrics
    assert metrics["on"]["f1"] > 90 > metrics["new"]["f1"]
    with pytest.raises(ValueError, match="trained with lora_rank 8, not 4"):
        finetune_reader(rows, out=tmp_path / "x", base=str(encoder), start=trained, **{**options, "lora_rank": 4})
    with pytest.raises(WeightsError, match="holds no reader"):
        finetune_reader(rows, out=tmp_path / "x", base=str(encoder), start=tmp_path, **options)
    assert not (tmp_path / "x.training").exists()


def test_tuned_weights_are_mixed_with_those_that_training_started_from(
    encoder: Path, rows: list[Row], tmp_path: Path
) -> None:
    options = {**OPTIONS, "method": "full", "epochs": 1, "learning_rate": 1e-3, "eval_every": 50}
    named: dict[str, Any] = {"base": str(encoder), **options}
    start = tmp_path / "start"
    finetune_reader(rows[:45], rows[45:], out=start, **named)
    for share in (1.0, 0.25):
        finetune_reader(rows[:45], rows[45:], out=tmp_path / f"{share}", start=start, average=share, **named)
    first, tuned, mixed = (
        {name: weight.astype(np.float32) for name, weight in load_file(folder / "adapter.safetensors").items()}
        for folder in (start, tmp_path / "1.0", tmp_path / "0.25")
    )
    changed = [name for name in tuned if not np.allclose(first[name], tuned[name], atol=1e-3)]
    assert any(name.startswith("encoder.") for name in changed)
    assert any(name.startswith("spans.") for name in changed)
    for name in tuned:
        np.testing.assert_allclose(mixed[name], 0.75 * first[name] + 0.25 * tuned[name], atol=2e-3, err_msg=name)
    assert set(json.loads((tmp_path / "0.25/reader.json").read_text("utf-8"))["metrics"]) >= {"f1", "exact_match"}

    with pytest.raises(InputError, match="average needs a reader to start from"):
        finetune_reader(rows, out=tmp_path / "x", average=0.5, **named)
    with pytest.raises(InputError, match="the method layers or full"):
        finetune_reader(rows, out=tmp_path / "x", start=start, average=0.5, **{**named, "method": "lora"})


def test_a_reader_of_another_encoder_is_refused(trained: Path, tmp_path: Path) -> None:
    import shutil

    other = tmp_path / "reader"
    shutil.copytree(trained, other)
    said = json.loads((other / "adapter.json").read_text("utf-8"))
    (other / "adapter.json").write_text(json.dumps({**said, "base_sha256": "0" * 64}), "utf-8")
    with pytest.raises(WeightsError, match="trained on other weights"):
        ExtractiveReader(str(other))
    with pytest.raises(WeightsError, match="holds no reader"):
        ExtractiveReader(str(tmp_path))


def test_answers_are_found_as_whole_words_and_as_written_first() -> None:
    text = "May was in May, a dismay; in may too"
    assert [text[slice(*span)] for span in find_answer_spans(text, ["May"])] == ["May", "May"]
    assert [text[slice(*span)] for span in find_answer_spans(text, ["DISMAY"])] == ["dismay"]
    assert find_answer_spans(text, ["am", " "]) == []


def test_an_answer_is_in_the_windows_that_hold_all_of_it(encoder: Path) -> None:
    windows = Windows.of_folder(encoder, max_tokens=64, stride=16)
    filler = "bob lived in Rome and was happy there . "
    text = filler * 8 + "ann lived in Paris . " + filler * 8
    row = Row("1", "answer", {"question": "where did ann live ?"}, ("Paris",), (as_passage(text, "s"),))
    examples = make_reader_examples([row], windows, ReaderSettings(max_tokens=64, stride=16, empty_windows=2))
    holding = [example for example in examples if not example.is_empty]
    assert 1 <= len(holding) <= 2
    assert len(examples) == len(holding) + 2
    for example in holding:
        [start], [end] = example.starts, example.ends
        low = example.window.offsets[start - example.window.first][0]
        high = example.window.offsets[end - example.window.first][1]
        assert text[low:high] == "Paris"


def test_questions_are_paired_with_near_passages_that_do_not_answer(rows: list[Row], embedder: Any) -> None:
    mined = mine_unanswerable(rows, embedder, per_row=1.0)
    assert 30 <= len(mined) <= 40
    for row in mined:
        assert row.unanswerable
        assert row.references == ()
        [origin] = [each for each in rows if row.id == f"{each.id}-1"]
        assert not set(origin.references) & set(row.passages[0].text.casefold().split())
    assert mined == mine_unanswerable(rows, embedder, per_row=1.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: [], "no rows"),
        (lambda rows: [replace(rows[1], passages=())], "has no context"),
        (
            lambda rows: [replace(row, references=("nowhere",), unanswerable=False) for row in rows],
            "is not in their context",
        ),
    ],
)
def test_rows_that_cannot_be_learnt_are_refused(
    change: Callable[[list[Row]], list[Row]], said: str, rows: list[Row], encoder: Path, tmp_path: Path
) -> None:
    with pytest.raises(RowsError, match=said):
        finetune_reader(change(rows), out=tmp_path / "reader", base=str(encoder), max_tokens=96)
    assert list(tmp_path.iterdir()) == []


def test_the_command_trains_and_tells(
    encoder: Path, rows: list[Row], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.jsonl"
    lines = [
        {"question": row.values["question"], "context": row.passages[0].text}
        | ({"unanswerable": True} if row.unanswerable else {"answers": list(row.references)})
        for row in rows
    ]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    command = ["finetune-reader", str(file), "--out", str(tmp_path / "reader"), "--base", str(encoder), "--json"]
    assert main([*command, "--epochs", "1", "--set", "max_tokens=96"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"] == 4
    reading = ExtractiveReader(str(tmp_path / "reader")).read("where did ann live?", rows[0].passages)
    assert isinstance(reading[0], Span)
    assert main([*command, "--epochs", "1"]) != 0
    assert "is there already" in capsys.readouterr().err
    assert main(["finetune-reader", str(file), "--out", str(tmp_path / "other"), "--set", "metric=loss"]) != 0
    assert "one of f1, exact_match" in capsys.readouterr().err


def test_a_reader_answers_from_a_store_on_the_command_line(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], embedder: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rag.config.Config.embedder", lambda self: embedder)
    text = "In the year of the great flood ann lived in Paris and was happy there."
    (tmp_path / "ann.txt").write_text(text, "utf-8")
    assert main(["ingest", "ann.txt"]) == 0
    capsys.readouterr()
    asked = ["ask", "where did ann live?", "--reader", str(trained), "--min-evidence", "0", "--json", "--extractive"]
    assert main(asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["answer"], found["abstained"], found["model"]) == ("Paris", False, str(trained))
    assert found["confidence"] > 0.5
    assert [citation["text"] for citation in found["citations"]] == [text]
    assert main([*asked, "--min-confidence", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["abstained"]
    assert main([*asked, "--answer-format", "sentence"]) == 0
    assert json.loads(capsys.readouterr().out)["answer"] == text
    for wrong, said in (
        (["--min-confidence", "2"], "from 0 to 1"),
        (["--reader", "nowhere"], "holds no reader"),
    ):
        assert main([*asked, *wrong]) != 0
        assert said in capsys.readouterr().err
    assert main(["ask", "where?", "--extractive", "--reader", "none"]) != 0
    assert "name one under [reader]" in capsys.readouterr().err
