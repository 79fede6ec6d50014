"""The worked example: its rows come out as `rag compare` reads them, and its plan is one that can be carried out."""

from __future__ import annotations

import json
import re
import runpy
import sys
from collections import Counter
from pathlib import Path

import pytest

from rag.compare.plan import Plan
from rag.data.rows import read_rows
from rag.describe.realise.learnt.writer import is_realiser
from rag.finetune.generator.settings import GeneratorSettings

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "product_descriptions"


def test_rows_are_written_as_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, kind in (("laptop", "laptop"), ("tv", "television")):
        folder = tmp_path / "data" / f"rnnlg_{name}"
        folder.mkdir(parents=True)
        for split in ("train", "valid", "test"):
            row = {"mr": f"?compare(name=a 1;type={kind};name=b 2)", "ref": f"a 1 or b 2 , which {kind} ?"}
            (folder / f"{split}.jsonl").write_text(f"{json.dumps(row)}\n", "utf-8")
    store = tmp_path / "data" / "retail_demo_store"
    store.mkdir()
    products = [
        {"id": f"p{n}", "name": f"Pack {n}", "price": n + 0.5, "style": None, "description": f"Pack {n} for trips."}
        for n in range(60)
    ]
    (store / "products.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in products), "utf-8")
    out = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["prepare.py", str(tmp_path / "data"), "--out", str(out)])
    runpy.run_path(str(EXAMPLE / "prepare.py"), run_name="__main__")

    [row] = read_rows(out / "tv" / "test.jsonl")
    assert row.values == {"fields": {"name": "a 1", "type": "television", "name 2": "b 2"}, "intent": "?compare"}
    assert row.references == ("a 1 or b 2 , which television ?",)
    splits = {split: read_rows(out / "store" / f"{split}.jsonl") for split in ("train", "valid", "test")}
    ids = [row.id for rows in splits.values() for row in rows]
    assert sorted(ids) == sorted(f"p{n}" for n in range(60)), "each product is in one split"
    assert len(splits["train"]) > 30
    assert splits["train"][0].values["fields"].keys() == {"name", "price"}, "what a product lacks is no field"


def test_its_plan_compares_all_six_kinds() -> None:
    plan = Plan.load(EXAMPLE / "compare.toml")
    kinds = {system.kind for system in plan.systems}
    assert kinds == {"rules", "zero-shot", "few-shot", "rag", "fine-tuned", "rag on fine-tuned"}
    assert [system.name for system in plan.systems if system.checked] == [
        "SmolLM2 zero-shot, checked",
        "T5 from nothing, checked",
    ]
    assert plan.settings.rows == 500
    assert {system.finetune["init"] for system in plan.systems if system.finetune and "init" in system.finetune} == {
        "t5-micro",
        "gpt2-mini",
    }


def test_the_describing_adapter_learns_from_all_three_sets(tmp_path: Path) -> None:
    for name in ("laptop", "tv", "store"):
        (tmp_path / name).mkdir()
        rows = [{"id": str(n), "fields": {"name": f"{name} {n}"}, "references": [f"a {name}"]} for n in range(50)]
        (tmp_path / name / "train.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    made = runpy.run_path(str(EXAMPLE / "adapter.py"))
    rows = made["product_rows"](tmp_path, "train", 60)
    assert rows == made["product_rows"](tmp_path, "train", 60)
    assert len({row.id for row in rows}) == len(rows)
    counts = {name: sum(row.target == f"a {name}" for row in rows) for name in made["SHARES"]}
    assert counts == {name: round(share * 60) for name, share in made["SHARES"].items()}


def test_rows_of_the_realiser_hold_no_value_and_no_claim() -> None:
    rows_of = runpy.run_path(str(EXAMPLE / "prepare_realiser.py"))["_rows"]
    fields = {"name": "Lund K1", "type": "kettle", "colour": "copper", "weight_kg": "0.9"}
    text = "The Lund K1 is a copper kettle. It weighs 0.9 kg. It is wonderfully light."
    rows = list(rows_of(fields, text, Counter()))
    targets = {row["target"] for row in rows}
    assert "It weighs [weight]." in targets
    assert not any(re.search(r"Lund|copper|0\.9|wonderfully", row["input"] + row["target"]) for row in rows)


@pytest.mark.slow
@pytest.mark.weights
def test_the_realiser_is_trained_on_such_rows(tmp_path: Path) -> None:
    script = runpy.run_path(str(EXAMPLE / "train_realiser.py"))
    row = {"input": "kettle, later, it: [weight] weight", "target": "It weighs [weight]."}
    for part in ("train", "others", "valid"):
        (tmp_path / f"{part}.jsonl").write_text(f"{json.dumps(row)}\n" * 4, "utf-8")
    settings = GeneratorSettings(
        method="lora", adapter_only=True, lora_rank=2, lora_targets=script["_last_layers"](1), epochs=1.0,
        batch_size=4, learning_rate=1e-3, valid_rows=2, threads=1,
    )  # fmt: skip
    result = script["train_realiser"]("builtin:smollm2", tmp_path, tmp_path / "out", settings)
    assert result.steps == 2
    assert is_realiser(str(tmp_path / "out"))


def test_the_worth_of_fields_is_learnt_from_marked_products(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (EXAMPLE / "worth/a.jsonl").read_text("utf-8").splitlines(keepends=True)[:12]
    (tmp_path / "few.jsonl").write_text("".join(rows), "utf-8")
    monkeypatch.setattr(sys, "argv", ["train_worth.py", str(tmp_path)])
    runpy.run_path(str(EXAMPLE / "train_worth.py"), run_name="__main__")
    out = capsys.readouterr().out
    assert out.startswith("12 products, ")
    areas = [float(area) for area in re.findall(r"area under the curve (0\.\d+)", out)]
    assert len(areas) == 2
    assert areas[0] > 0.7
