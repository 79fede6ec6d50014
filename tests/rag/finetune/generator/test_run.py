"""Fine-tuning shows what it promises: models learn, runs resume to the bit, nothing is cut, nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from ingest.errors import RowsError
from prompts.prompt import Prompt
from rag.data.contexts import Context, own_context
from rag.data.rows import Row
from rag.data.task_prompts import prompt_for
from rag.describe.drafts.delexicalise import Delexicalizer
from rag.finetune import finetune_generator
from rag.finetune.generator import train as train_module
from rag.finetune.generator.examples import TaskData, encode_rows
from rag.finetune.generator.start import StartModel
from rag.finetune.shared.examples import IGNORED
from rag.generate import Decoding, new_generator
from rag.generate.decode import TransformersGenerator
from rag.generate.trained import Trained


def written(folder: Path, rows: Sequence[Row]) -> list[str]:
    """What the model in a folder writes for the rows, through the very prompt that `rag describe` uses."""
    generator = new_generator(str(folder), "transformers", threads=1)
    prompts = [Prompt.load("describe").pack(generator, 16, row.values, row.passages).prompt for row in rows]
    return [made.text.strip() for made in generator.generate(prompts, Decoding(max_new_tokens=16))]


@pytest.mark.parametrize("init", ["t5-tiny", "gpt2-tiny"])
def test_a_model_from_nothing_learns_its_rows(init: str, rows: list[Row], tiny: dict[str, Any], tmp_path: Path) -> None:
    done = finetune_generator(None, rows, rows[:4], out=tmp_path / "model", init=init, **tiny)
    assert done.steps == 160
    assert done.metrics["loss"] < 0.15
    right = sum(text == row.target for text, row in zip(written(done.folder, rows), rows, strict=True))
    assert right >= 14
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"], "the working folder is gone"


@pytest.mark.parametrize("architecture", ["t5", "mt5", "bart", "pegasus", "gpt2", "chat_llama"])
def test_every_family_is_fine_tuned_from_a_folder(
    architecture: str, rows: list[Row], folder_of: Callable[[str], Path], tmp_path: Path
) -> None:
    start = folder_of(architecture)
    done = finetune_generator(
        str(start), rows, rows, out=tmp_path / "m", epochs=20, batch_size=8, learning_rate=5e-3, max_target_tokens=40
    )
    losses = [metrics["loss"] for metrics in done.measured.values()]
    assert losses[-1] < 0.9 * losses[0]
    assert new_generator(str(done.folder), "transformers", threads=1).count_tokens("a cup") > 0
    assert not list(done.folder.glob("*.bin"))


def test_only_the_completion_is_learnt(rows: list[Row], folder_of: Callable[[str], Path]) -> None:
    for architecture in ("gpt2", "chat_llama"):
        generator = new_generator(str(folder_of(architecture)), "transformers", threads=1)
        assert isinstance(generator, TransformersGenerator)
        task = TaskData("describe", prompt_for("describe"), rows)
        for example, row in zip(encode_rows(task, rows, generator, 40).examples, rows, strict=True):
            learnt = [token for token in example.labels if token != IGNORED]
            assert generator.tokenizer.decode(learnt[:-1]).strip() == row.target
            assert learnt[-1] == generator.tokenizer.eos_token_id
            prompt = task.prompt.pack(generator, 40, row.values).prompt
            assert example.input_ids[: -len(learnt)] == generator.encode(prompt), "as it is asked, so it is learnt"


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.mark.parametrize(("init", "killed_at"), [("t5-tiny", 3), ("t5-tiny", 10), ("t5-tiny", 27), ("gpt2-tiny", 11)])
def test_a_killed_run_goes_on_to_the_same_weights(
    init: str, killed_at: int, rows: list[Row], tiny: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**tiny, "init": init, "accumulation": 2, "label_smoothing": 0.1, "epochs": 15, "eval_every": 10}
    whole = finetune_generator(None, rows, rows[:4], out=tmp_path / "whole", **options)
    collate, calls = train_module.collate_examples, 0

    def deadly(*arguments: Any) -> Any:
        nonlocal calls
        calls += len(arguments[0]) == 4  # half a batch of 8: a training step's, not the validation's
        if calls > 2 * killed_at:
            raise Killed
        return collate(*arguments)

    monkeypatch.setattr(train_module, "collate_examples", deadly)
    with pytest.raises(Killed):
        finetune_generator(None, rows, rows[:4], out=tmp_path / "killed", **options)
    assert not (tmp_path / "killed").exists(), "nothing half-written"
    monkeypatch.setattr(train_module, "collate_examples", collate)
    resumed = finetune_generator(None, rows, rows[:4], out=tmp_path / "killed", **options)
    assert_same_weights(whole.folder, resumed.folder)
    assert (whole.losses, whole.measured) == (resumed.losses, resumed.measured)


def assert_same_weights(one: Path, other: Path) -> None:
    first, second = load_file(one / "model.safetensors"), load_file(other / "model.safetensors")
    assert first.keys() == second.keys()
    for name, weight in first.items():
        assert torch.equal(weight, second[name]), name


def test_checkpoints_of_another_run_are_not_gone_on_from(
    rows: list[Row], tiny: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(train_module, "collate_examples", killed)
        with pytest.raises(Killed):
            finetune_generator(None, rows, out=tmp_path / "m", init="t5-tiny", **tiny)
    with pytest.raises(ValueError, match=r"m\.training has a run with different settings\.seed: finish it"):
        finetune_generator(None, rows, out=tmp_path / "m", init="t5-tiny", **{**tiny, "seed": 1})
    with pytest.raises(ValueError, match=r"with different data"):
        finetune_generator(None, rows[1:], out=tmp_path / "m", init="t5-tiny", **tiny)
    finetune_generator(
        None, rows, out=tmp_path / "m", init="t5-tiny", restart=True, **{**tiny, "seed": 1, "max_steps": 2}
    )


def test_lora_trains_few_weights_and_is_merged(
    rows: list[Row], folder_of: Callable[[str], Path], tmp_path: Path
) -> None:
    start = folder_of("gpt2")
    done = finetune_generator(
        str(start), rows, rows, out=tmp_path / "m", method="lora", epochs=30, batch_size=8, lora_rank=8,
        learning_rate=2e-2, max_target_tokens=40, lora_dropout=0.0,
    )  # fmt: skip
    assert done.trained_parameters < 0.6 * done.parameters
    before, after = load_file(start / "model.safetensors"), load_file(done.folder / "model.safetensors")
    assert before.keys() == after.keys(), "no adapter is left beside the weights"
    assert torch.equal(before["transformer.wte.weight"], after["transformer.wte.weight"])
    assert not torch.equal(before["transformer.h.0.attn.c_attn.weight"], after["transformer.h.0.attn.c_attn.weight"])
    losses = [metrics["loss"] for metrics in done.measured.values()]
    assert losses[-1] < 0.5 * losses[0]


def test_rows_that_do_not_fit_are_refused_not_cut(rows: list[Row], tiny: dict[str, Any], tmp_path: Path) -> None:
    long = replace(rows[0], references=("very " * 40 + "long",))
    with pytest.raises(RowsError, match=r"5\.9% of the rows of task 'describe' do not fit \(1 with a target longer"):
        finetune_generator(None, [*rows, long], out=tmp_path / "m", init="t5-tiny", **tiny)
    huge = replace(rows[0], values={"fields": {"colour": "red " * 900}})
    with pytest.raises(RowsError, match=r"1 with an input longer than the window"):
        finetune_generator(None, [*rows, huge], out=tmp_path / "m", init="t5-tiny", restart=True, **tiny)
    assert not (tmp_path / "m").exists()
    done = finetune_generator(
        None,
        [*rows, long],
        out=tmp_path / "m",
        init="t5-tiny",
        restart=True,
        max_left_out=0.1,
        **{**tiny, "max_steps": 2},
    )
    assert done.rows == len(rows)


def test_empty_targets_are_refused(rows: list[Row], tiny: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(RowsError, match="row x of task 'describe' has an empty target"):
        finetune_generator(
            None, [*rows, replace(rows[0], id="x", references=(" ",))], out=tmp_path / "m", init="t5-tiny", **tiny
        )


def test_several_tasks_by_their_prefixes(tmp_path: Path) -> None:
    words = ("alpha", "beta", "gamma", "delta", "omega", "sigma")
    first = [Row(word, "first", {"input": word}, (word[0],)) for word in words]
    last = [Row(word, "last", {"input": word}, (word[-1],)) for word in words]
    reached = []
    for seed in range(3):
        done = finetune_generator(
            None, {"first": first, "last": last}, {"first": first, "last": last}, out=tmp_path / str(seed),
            init="t5-tiny", epochs=80, batch_size=12, learning_rate=5e-3, metric="exact_match", eval_every=40,
            max_target_tokens=8, seed=seed,
        )  # fmt: skip
        reached.append(done.metrics["exact_match"])
    assert sum(reached) / len(reached) > 90
    generator = new_generator(str(done.folder), "transformers", threads=1)
    made = generator.generate(["first: gamma", "last: gamma"], Decoding(max_new_tokens=8))
    assert [each.text.strip() for each in made] == ["g", "a"]
    trained = Trained.of(done.folder)
    assert trained is not None
    assert trained.tasks == ("first", "last")


def test_early_stopping_keeps_the_best(rows: list[Row], tiny: dict[str, Any], tmp_path: Path) -> None:
    other = [replace(row, references=(rows[-1 - at].target,)) for at, row in enumerate(rows[:4])]
    done = finetune_generator(
        None, rows, other, out=tmp_path / "m", init="t5-tiny", patience=2, **{**tiny, "eval_every": 10}
    )
    losses = {step: metrics["loss"] for step, metrics in done.measured.items()}
    assert max(losses) < 160, "it stopped early"
    assert done.metrics["loss"] == min(losses.values())


def test_a_run_that_was_killed_after_its_end_does_not_go_on(
    rows: list[Row], tiny: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = [replace(row, references=(rows[-1 - at].target,)) for at, row in enumerate(rows[:4])]
    options = {**tiny, "init": "t5-tiny", "patience": 2, "eval_every": 10}
    whole = finetune_generator(None, rows, other, out=tmp_path / "whole", **options)

    def killed(*_: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(StartModel, "write", killed)
        with pytest.raises(Killed):
            finetune_generator(None, rows, other, out=tmp_path / "killed", **options)
    resumed = finetune_generator(None, rows, other, out=tmp_path / "killed", **options)
    assert_same_weights(whole.folder, resumed.folder)


def test_values_are_learnt_as_marks(tiny: dict[str, Any], tmp_path: Path) -> None:
    names = [f"{first}{second}" for first in ("zor", "quil", "mav", "tep") for second in ("ax 7", "ine", "ola 12", "u")]
    rows = [
        Row(name, "describe", {"fields": {"name": name, "colour": colour}}, (f"the {name} is {colour}",))
        for name in names
        for colour in COLOURS
    ]
    done = finetune_generator(
        None, rows, rows[:4], out=tmp_path / "m", init="t5-tiny", placeholders=True, **{**tiny, "epochs": 20}
    )
    trained = Trained.of(done.folder)
    assert trained is not None
    assert trained.placeholders is not None
    assert trained.lexicon["colour"] == sorted(COLOURS)
    unseen = {"name": "brunk 99", "colour": "violet"}
    marks = Delexicalizer(trained.placeholders)
    row = Row("x", "describe", marks.encode_values({"fields": unseen}), ("",))
    [text] = written(done.folder, [row])
    assert marks.restore(text, unseen) == "the brunk 99 is violet"


def test_retrieved_contexts_are_rendered_into_training_prompts(
    rows: list[Row], folder_of: Callable[[str], Path]
) -> None:
    def contexts(asked: Sequence[Row]) -> list[Context]:
        shown = [({"colour": "pink"}, "a pink cup")]
        return [Context({**each.values, "examples": shown}) for each in asked]

    generator = new_generator(str(folder_of("t5")), "transformers", threads=1)
    assert isinstance(generator, TransformersGenerator)
    plain = encode_rows(TaskData("describe", prompt_for("describe"), rows, contexts=own_context), rows, generator, 40)
    shown = encode_rows(TaskData("describe", prompt_for("describe"), rows, contexts=contexts), rows, generator, 40)
    for before, after in zip(plain.examples, shown.examples, strict=True):
        assert after.input_ids[-len(before.input_ids) + 1 :] == before.input_ids[1:]
        assert "pink" in generator.tokenizer.decode(after.input_ids)
        assert before.labels == after.labels


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be above 0, not 0"),
        ({"method": "dora"}, "method must be one of full, lora, not 'dora'"),
        ({"batch_size": 8, "accumulation": 3}, "accumulation must be a divisor of batch_size, not 3"),
        ({"init": "t5-huge"}, "unknown size 't5-huge'; known: t5-tiny"),
        ({"init": None}, "give a model to start from, or init=NAME to start from random weights"),
    ],
)
def test_mistakes_are_told_in_one_line(options: dict[str, Any], message: str, rows: list[Row], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        finetune_generator(None, rows, out=tmp_path / "m", **{"init": "t5-tiny", **options})


def test_the_folder_says_what_it_was_made_from(rows: list[Row], tiny: dict[str, Any], tmp_path: Path) -> None:
    done = finetune_generator(None, rows, rows[:4], out=tmp_path / "my-t5", init="t5-tiny", **{**tiny, "max_steps": 2})
    card = (done.folder / "README.md").read_text("utf-8")
    for expected in ("# my-t5", "random weights (t5-tiny)", "16 of 16, SHA-256", "| seed | 0 |", "license: other"):
        assert expected in card
    content = json.loads((done.folder / "openbook.json").read_text("utf-8"))
    assert content["details"]["rows"] == 16
    assert content["details"]["metrics"]["loss"] > 0
    assert content["lexicon"] == {"colour": sorted(COLOURS_SET), "size": sorted(SIZES_SET)}


COLOURS = ("red", "blue", "green", "black")
COLOURS_SET, SIZES_SET = set(COLOURS), {"small", "large", "tall", "wide"}
