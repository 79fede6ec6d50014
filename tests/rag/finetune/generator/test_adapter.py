"""An adapter by itself: what it changes is what a merged model changes, and it fits its own base only."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ingest.errors import WeightsError
from rag.cli.main import main
from rag.compare.models import LocalModels
from rag.compare.settings import ComparisonSettings
from rag.data.rows import Row
from rag.finetune import finetune_generator
from rag.generate import new_generator
from rag.generate.adapter import Adapter

OPTIONS: dict[str, Any] = {
    "method": "lora",
    "max_steps": 6,
    "batch_size": 8,
    "learning_rate": 2e-2,
    "max_target_tokens": 40,
    "threads": 1,
}


@pytest.mark.parametrize("architecture", ["gpt2", "t5", "chat_llama"])
def test_an_adapter_over_its_base_is_the_merged_model(
    architecture: str, rows: list[Row], folder_of: Callable[[str], Path], tmp_path: Path
) -> None:
    base = folder_of(architecture)
    finetune_generator(str(base), rows, out=tmp_path / "merged", **OPTIONS)
    finetune_generator(str(base), rows, out=tmp_path / "adapter", adapter_only=True, **OPTIONS)
    assert not (tmp_path / "adapter" / "config.json").exists()
    size = (tmp_path / "adapter" / "adapter.safetensors").stat().st_size
    assert 0 < size < (tmp_path / "merged" / "model.safetensors").stat().st_size

    models = [
        new_generator(str(each), "transformers", threads=1).model
        for each in (tmp_path / "merged", tmp_path / "adapter", base)
    ]
    merged, adapted, plain = ({name: each.detach() for name, each in model.named_parameters()} for model in models)
    changed = [name for name in merged if not torch.equal(merged[name], plain[name])]
    assert changed
    for name in merged:
        torch.testing.assert_close(adapted[name], merged[name], atol=2e-3, rtol=2e-3, msg=name)  # half precision
    moved = sum(float((merged[name] - plain[name]).abs().sum()) for name in changed)
    left = sum(float((merged[name] - adapted[name]).abs().sum()) for name in changed)
    assert left < 0.01 * moved


def test_an_adapter_fits_its_own_base_only(rows: list[Row], folder_of: Callable[[str], Path], tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(folder_of("gpt2"), base)
    done = finetune_generator(str(base), rows, out=tmp_path / "adapter", adapter_only=True, **OPTIONS)
    before = LocalModels(ComparisonSettings()).fingerprint(str(done.folder))
    said = json.loads((done.folder / "adapter.json").read_text("utf-8"))
    (done.folder / "adapter.json").write_text(json.dumps({**said, "base_sha256": "0" * 64}), "utf-8")
    assert LocalModels(ComparisonSettings()).fingerprint(str(done.folder)) != before
    with pytest.raises(WeightsError, match="trained on other weights"):
        new_generator(str(done.folder), "transformers")
    (done.folder / "adapter.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"without adapter\.safetensors"):
        new_generator(str(done.folder), "transformers")
    assert Adapter.of(tmp_path) is None


def test_an_adapter_over_an_adapter_is_refused_before_training(
    rows: list[Row], folder_of: Callable[[str], Path], tmp_path: Path
) -> None:
    finetune_generator(str(folder_of("gpt2")), rows, out=tmp_path / "one", adapter_only=True, **OPTIONS)
    with pytest.raises(ValueError, match="one is an adapter, and none can be put over it"):
        finetune_generator(str(tmp_path / "one"), rows, out=tmp_path / "two", adapter_only=True, **OPTIONS)
    assert not (tmp_path / "two.training").exists()
    merged = finetune_generator(str(tmp_path / "one"), rows, out=tmp_path / "merged", **OPTIONS)
    assert (merged.folder / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": "builtin:smollm2", "adapter_only": True}, "adapter_only must be False"),
        ({"model": None, "init": "gpt2-tiny", "adapter_only": True, "method": "lora"}, "not init=NAME"),
    ],
)
def test_what_cannot_be_an_adapter_is_refused(
    options: dict[str, Any], said: str, rows: list[Row], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=said):
        finetune_generator(options.pop("model"), rows, out=tmp_path / "m", **options)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_an_adapter(
    folder_of: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.jsonl"
    lines = [{"fields": {"name": f"cup {n}"}, "references": [f"a cup {n}"]} for n in range(8)]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    command = ["finetune", str(file), "--model", str(folder_of("gpt2")), "--adapter", "--max-steps", "2"]
    assert main([*command, "--out", str(tmp_path / "a"), "--export", str(tmp_path / "b")]) != 0
    assert "leave --adapter out" in capsys.readouterr().err
    assert main([*command, "--out", str(tmp_path / "a"), "--threads", "1"]) == 0
    assert Adapter.of(tmp_path / "a") is not None
    assert main(["describe", "name=cup 3", "--model", str(tmp_path / "a"), "--max-new-tokens", "5"]) == 0
