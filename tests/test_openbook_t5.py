"""The multi-task T5's script runs whole at toy scale: pretraining, its tasks, one model."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

from rag.generate import new_generator
from rag.generate.trained import Trained

SCRIPT = Path(__file__).resolve().parent.parent / "examples" / "openbook_t5" / "train.py"


def data_folder(folder: Path) -> Path:
    """A folder laid out as the script expects, with a few made-up rows a task."""
    rows = {
        f"questions/{name}.jsonl": [
            {
                "question": f"Who built bridge {n}?" if name == "train" else f"Bridge {n} was built by who",
                "context": f"Bridge {n} was built by Ada {n}.",
                "answers": [f"Ada {n}"],
            }
            for n in range(30)
        ]
        for name in ("train", "cloze")
    } | {
        "products/rnnlg_laptop/train.jsonl": [
            {"mr": f"inform(name=laptop {n};memory={n} gb)", "ref": f"laptop {n} has {n} gb"} for n in range(30)
        ],
        "summarisation/scitldr_A/train.jsonl": [
            {"source": f"We study bridge {n}. " * 3, "summaries": [f"A study of bridge {n}."]} for n in range(30)
        ],
        "classification/banking77/train.jsonl": [
            {"text": f"my card number {n} is lost", "label": ("card_lost", "other")[n % 2]} for n in range(30)
        ],
    }
    for name, each in rows.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("".join(f"{json.dumps(row)}\n" for row in each), "utf-8")
    (folder / "documents").mkdir()
    for n in range(8):
        (folder / "documents" / f"{n}.md").write_text(f"# Bridge {n}\n\n" + f"Ada {n} built a bridge. " * 40, "utf-8")
    return folder


def test_every_task_is_learnt_by_one_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = data_folder(tmp_path / "data")
    out = tmp_path / "toy"
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(data), "--out", str(out), "--scale", "toy"])
    sys.argv += ["--questions", str(data / "questions")]
    runpy.run_path(str(SCRIPT), run_name="__main__")
    assert "pretrained: loss" in capsys.readouterr().out
    trained = Trained.of(out)
    assert trained is not None
    assert trained.tasks == ("describe", "summarise", "classify", "answer", "cloze")
    assert trained.details["start"] == str(tmp_path / "toy-pretrained")
    assert new_generator(str(out), "transformers", threads=1).context_window == 512
