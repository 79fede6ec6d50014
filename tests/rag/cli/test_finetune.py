"""`rag finetune` and `rag pretrain` as a user types them, mistakes included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.cli.main import main
from rag.finetune import EmbedderSettings, GeneratorSettings, ReaderSettings, RerankerSettings

ROWS = [
    {"fields": {"colour": colour, "size": size}, "references": [f"a {size} {colour} cup"]}
    for colour in ("red", "blue", "green")
    for size in ("small", "large")
]


def write(file: Path, rows: list[dict[str, object]]) -> str:
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return str(file)


@pytest.fixture
def train(tmp_path: Path) -> str:
    return write(tmp_path / "train.jsonl", list(ROWS))


def test_a_model_is_trained_and_described_with(train: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    valid = write(tmp_path / "valid.jsonl", [*ROWS[:2], {"fields": {"colour": "pink"}, "references": ["a pink cup"]}])
    out = tmp_path / "model"
    command = ["finetune", train, "--valid", valid, "--init", "t5-tiny", "--out", str(out), "--threads", "1"]
    command += ["--max-steps", "30", "--batch-size", "6", "--set", "eval_every=15", "warmup=0.1", "--placeholders"]
    assert main([*command, "--json"]) == 0
    captured = capsys.readouterr()
    shown = json.loads(captured.out)
    assert shown["folder"] == str(out)
    assert shown["rows"] == 6
    assert shown["steps"] == 30
    assert shown["metrics"]["loss"] > 0
    assert shown["checks"][0]["count"] == 2
    assert "2 valid rows with the input of a row in another split" in captured.err
    assert (out / "model.safetensors").exists()
    assert main(command) == 1
    assert f"{out} is there already" in capsys.readouterr().err
    assert main(["describe", "colour=red", "size=small", "--model", str(out), "--json", "--attempts", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == str(out)


def test_texts_are_learnt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("# Bridges\n\n" + "The council voted to repair the old bridge. " * 30, "utf-8")
    out = tmp_path / "start"
    command = ["pretrain", str(tmp_path / "a.md"), "--init", "gpt2-tiny", "--out", str(out), "--window", "32"]
    assert main([*command, "--max-steps", "3", "--batch-size", "4", "--threads", "1"]) == 0
    assert "3 steps" in capsys.readouterr().out
    assert (out / "model.safetensors").exists()


def mistakes(folder: Path) -> dict[str, tuple[list[str], str]]:
    """Each mistake with its command and what its one line has to say."""
    good = write(folder / "good.jsonl", list(ROWS))
    new = ["--init", "t5-tiny", "--max-steps", "1", "--threads", "1"]
    (folder / "empty.jsonl").write_text("", "utf-8")
    (folder / "torn.jsonl").write_text('{"fields": ', "utf-8")
    (folder / "bare").mkdir()
    (folder / "bare" / "config.json").write_text('{"model_type": "t5"}', "utf-8")
    (folder / "pickled").mkdir()
    (folder / "pickled" / "config.json").write_text('{"model_type": "t5"}', "utf-8")
    (folder / "pickled" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    columns = write(folder / "columns.jsonl", [{"name": "x", "price": 3}])
    labels = write(folder / "labels.jsonl", [{"text": f"t{n}", "label": "ab"[n % 2]} for n in range(4)])
    unseen = write(folder / "unseen.jsonl", [{"text": "new", "label": "c"}])
    long = write(folder / "long.jsonl", [*ROWS, {"fields": {"colour": "x"}, "references": ["very " * 99]}])
    return {
        "missing columns": ([columns, *new], "line 1 has the columns name, price; needed are"),
        "empty file": ([str(folder / "empty.jsonl"), *new], "holds no rows"),
        "no file": ([str(folder / "absent.jsonl"), *new], "there is no file"),
        "torn line": ([str(folder / "torn.jsonl"), *new], "line 1: not JSON"),
        "a split that leaks": ([good, "--valid", good, "--strict", *new], "with the input of a row in another split"),
        "nothing left": ([good, "--valid", good, *new], "nothing is left of the 6 valid rows"),
        "unseen label": ([labels, "--valid", unseen, *new], "label"),
        "no weights": ([good, "--model", str(folder / "bare")], "holds no weights: *.safetensors is missing"),
        "pickle": ([good, "--model", str(folder / "pickled")], "holds weights only as pickle"),
        "no model": ([good, "--model", str(folder / "nowhere" / "x" / "y")], "is no folder and no hub id"),
        "too long": ([long, *new], "do not fit (1 with a target longer than max_target_tokens"),
        "unknown size": ([good, "--init", "t5-huge"], "unknown size 't5-huge'; known: "),
        "unknown option": ([good, "--set", "epoch=3", *new], "--set 'epoch=3': needs NAME=VALUE with one of epochs"),
        "no number": ([good, "--set", "warmup=often", *new], "'often' is no float"),
        "two files": ([good, good, *new], "two files for the task ''"),
        "other task": ([f"qa={good}", "--valid", good, *new], "--valid names the task ''"),
    }  # fmt: skip


def test_mistakes_are_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, (arguments, said) in mistakes(tmp_path).items():
        before = sorted(tmp_path.rglob("*"))
        assert main(["finetune", *arguments, "--out", str(tmp_path / "out")]) == 1, name
        captured = capsys.readouterr()
        last = captured.err.strip().split("\n")[-1]
        assert said in last, name
        assert last.startswith("rag: "), name
        assert not captured.out, name
        assert sorted(tmp_path.rglob("*")) == before, f"{name}: nothing half-written"


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        ("finetune", GeneratorSettings),
        ("pretrain", GeneratorSettings),
        ("finetune-embedder", EmbedderSettings),
        ("finetune-reader", ReaderSettings),
        ("finetune-reranker", RerankerSettings),
    ],
)
def test_the_flags_of_a_training_are_its_settings(
    command: str, settings: type, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert f"per step (default: {settings().batch_size})" in text
    shared = [command, str(tmp_path / "absent"), "--out", str(tmp_path / "out")]
    for flags, message in (
        (["--batch-size", "0"], "batch_size must be at least"),
        (["--set", "warmup=1.5"], "warmup must be a share from 0 to below 1, not 1.5"),
        (["--set", "seed=1.5"], "--set seed=1.5: '1.5' is no int"),
    ):
        assert main([*shared, *flags]) == 1
        assert message in capsys.readouterr().err
    assert main([*shared, "--epoch-count", "3"]) == 2
    assert "unknown option '--epoch-count'" in capsys.readouterr().err
