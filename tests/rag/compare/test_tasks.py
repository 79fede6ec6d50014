"""Every task is compared by the parts that do it elsewhere: real small models, stores, training."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.types import Document
from rag.compare import Comparison, ComparisonSettings, System, run_comparison
from rag.compare.models import LocalModels
from rag.compare.training import nested_parts, scale_steps
from rag.data.rows import Row, as_passage
from rag.index.index import Index
from rag.retrieve.retrievers import HybridRetriever
from stores.memory import MemoryStore

FEW = ComparisonSettings(batch_size=4, latency_rows=2, samples=9, threads=1, decoding={"max_new_tokens": 10})


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("models")
    spec = importlib.util.spec_from_file_location("small_models", Path(__file__).parents[2] / "small_models.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    names = {"t5": "make_t5", "gpt2": "make_gpt2", "chat": "make_chat_llama"}
    return {name: str(getattr(made, make)(folder / name)) for name, make in names.items()}


def values(comparison: Comparison, metric: str) -> dict[str, float | None]:
    return {system.name: comparison.value(system.name, metric) for system in comparison.systems}


def texts(comparison: Comparison, system: str) -> list[str]:
    return [sample.outputs[system].text for sample in comparison.samples]


def test_questions_are_answered_closed_book_and_from_a_store(tmp_path, embedder, scripted, models) -> None:
    store = MemoryStore()
    Index(store, embedder).add([Document("Tea is served at four.", "tea"), Document("Rent is due on Monday.", "rent")])
    rows = [
        Row("1", "answer", {"question": "When is tea served?"}, ("at four",), (as_passage("never shown", "1"),)),
        Row("2", "answer", {"question": "When is rent due?"}, ("on Monday",)),
        Row("3", "answer", {"question": "Who reigns?"}, (), (), True),
    ]
    train = [Row("t", "answer", {"question": "Why?"}, ("so it is",))]

    def answer(prompt: str) -> str:
        asked = prompt.rpartition("Question: ")[2]
        known = {"tea": "at four", "rent": "on Monday"}
        found = [text for name, text in known.items() if name in asked and text in prompt]
        return f"It is {found[0]}." if found else "I don't know."

    class Shelf:
        generator = scripted(answer)

        def fingerprint(self, model: str) -> str:
            return model

        def load(self, model: str, options: Any) -> Any:
            return self.generator

        def release(self) -> None:
            return

    systems = [System("closed", "m"), System("shown", "m", examples=1), System("RAG", "m", similar=1)]
    retriever = HybridRetriever(store, embedder)
    shelf = Shelf()
    done = run_comparison(
        systems, rows, train=train, out=tmp_path, settings=FEW, retriever=retriever, models=shelf, progress=False
    )
    assert not any("never shown" in str(prompt) for prompt in shelf.generator.prompts)
    assert done.metrics[0].name == "f1"
    assert values(done, "abstention_recall") == {"closed": 100, "shown": 100, "RAG": 100}
    assert values(done, "exact_match") == pytest.approx({"closed": 100 / 3, "shown": 100 / 3, "RAG": 100 / 3})
    assert values(done, "citation_recall") == {"closed": 0, "shown": 0, "RAG": 100}
    assert done.value("RAG", "f1") > done.value("closed", "f1")
    assert "Question: Why?\nAnswer: so it is" in done.systems[1].prompt_example


def test_rag_over_questions_without_a_store_is_refused(tmp_path, models) -> None:
    rows = [Row("1", "answer", {"question": "When?"}, ("now",))]
    with pytest.raises(ValueError, match="'RAG' shows passages: name the store"):
        run_comparison([System("RAG", models["t5"], similar=1)], rows, out=tmp_path)


TEXTS = {"good": "lovely fine great", "bad": "broken poor cheap"}


def labelled(split: str, count: int) -> list[Row]:
    return [
        Row(f"{split}{n}-{label}", "classify", {"text": f"{split} {n} {text}"}, (label,))
        for n in range(count)
        for label, text in TEXTS.items()
    ]


@pytest.mark.parametrize("family", ["t5", "gpt2", "chat"])
def test_labels_are_compared_and_never_others(tmp_path, embedder, models, family) -> None:
    train, rows = labelled("train", 4), labelled("test", 3)
    systems = [
        System("prompt", models[family]),
        System("examples", models[family], examples=2),
        System("similar", models[family], similar=2),
    ]
    done = run_comparison(systems, rows, train=train, out=tmp_path, settings=FEW, embedder=embedder, progress=False)
    assert [system.kind for system in done.systems] == ["zero-shot", "few-shot", "rag"]
    assert [metric.name for metric in done.metrics] == ["accuracy", "macro_f1"]
    for system in done.systems:
        assert set(texts(done, system.name)) <= {"good", "bad"}
        shown = system.prompt_example.count("lovely") + system.prompt_example.count("broken")
        assert shown == {"prompt": 1, "examples": 3, "similar": 3}[system.name]


def test_summaries_and_tasks_of_ones_own(tmp_path, models) -> None:
    text = "The council met on Monday and voted to repair the old bridge."
    summaries = [
        Row(str(n), "summarise", {}, ("The bridge.",), (as_passage(f"{n}: {text}", str(n)),)) for n in range(3)
    ]
    done = run_comparison([System("T5", models["t5"])], summaries, out=tmp_path / "a", settings=FEW, progress=False)
    assert done.metrics[0].name == "rouge_l"
    assert done.systems[0].prompt_example.startswith("summarize: ")
    own = [Row(str(n), "shout", {"input": f"word {n}"}, (f"WORD {n}",)) for n in range(3)]
    systems = [System("T5", models["t5"]), System("GPT-2", models["gpt2"])]
    done = run_comparison(systems, own, out=tmp_path / "b", settings=FEW, progress=False)
    assert done.systems[0].prompt_example.startswith("shout: word")


# --- training ---------------------------------------------------------------------------------------------------------


def product(number: int, split: str) -> Row:
    fields = {"name": f"{split} {number}", "colour": ("red", "green", "blue")[number % 3]}
    return Row(
        f"{split}{number}", "describe", {"fields": fields, "intent": ""}, (f"a {fields['colour']} {fields['name']}",)
    )


TRAIN, TEST = [product(n, "lamp") for n in range(24)], [product(n, "chair") for n in range(6)]
TINY = {"init": "t5-tiny", "max_steps": 4, "batch_size": 4, "placeholders": True}
TRAINED = [
    System("tuned", finetune=TINY),
    System("tuned, checked", finetune=TINY, attempts=2),
    System("tuned, similar", finetune=TINY, similar=2, curve=False),
]


def train_and_compare(
    folder: Path, systems: Sequence[System], settings: ComparisonSettings = FEW, **options: Any
) -> Any:
    return run_comparison(systems, TEST, train=TRAIN, out=folder, settings=settings, progress=False, **options)


def test_systems_are_trained_once_on_all_rows_and_on_parts(tmp_path, models, monkeypatch) -> None:
    import rag.finetune.generator.run

    calls: list[tuple[int, Path, dict[str, Any]]] = []
    real = rag.finetune.generator.run.finetune_generator

    def counted(model: Any, train: Sequence[Row], valid: Any, **options: Any) -> Any:
        calls.append((len(train), options["out"], options))
        return real(model, train, valid, **options)

    monkeypatch.setattr(rag.finetune.generator.run, "finetune_generator", counted)
    systems = [System("prompt", models["t5"]), *TRAINED]
    settings = replace(FEW, curve=(6, 12, 99))
    done = train_and_compare(tmp_path, systems, settings)
    made = [(size, out.name) for size, out, _ in calls]
    assert made == [(24, "tuned"), (24, "tuned-similar"), (6, "tuned-6-rows"), (12, "tuned-12-rows")]
    assert [system.kind for system in done.systems] == [
        "zero-shot", "fine-tuned", "fine-tuned", "rag on fine-tuned"
    ]  # fmt: skip
    trained = done.systems[1].trained
    assert (trained.rows, trained.epochs, trained.method) == (24, round(16 / 24, 2), "full")
    assert trained.parameters > 10_000
    assert trained.seconds > 0
    curve = done.curve
    assert [(line.system, [point.rows for point in line.points]) for line in curve.lines] == [("tuned", [6, 12, 24])]
    assert curve.lines[0].points[-1].value == done.value("tuned", "bleu")
    assert [baseline.system for baseline in curve.baselines] == ["prompt"]
    again = train_and_compare(tmp_path, systems, settings)
    assert len(calls) == 4, "what was trained is not trained again"
    assert [system.metrics for system in again.systems] == [system.metrics for system in done.systems]
    changed = [System("tuned", finetune={**TINY, "max_steps": 2})]
    with pytest.raises(ValueError, match=r"tuned was trained otherwise \(other options\): remove it, or give system"):
        train_and_compare(tmp_path, changed)


def test_a_model_trained_with_similar_rows_is_used_with_them(tmp_path) -> None:
    done = train_and_compare(tmp_path, TRAINED[2:])
    prompt = done.systems[0].prompt_example
    assert prompt.count(" description: ") == 2
    assert prompt.endswith("name: [name] chair 0 | colour: [colour] red")
    folder = tmp_path / "models" / "tuned-similar"
    again = train_and_compare(tmp_path / "again", [System("folder", str(folder), similar=2)])
    assert again.systems[0].kind == "rag on fine-tuned"
    assert again.systems[0].prompt_example == prompt
    assert texts(again, "folder") == texts(done, "tuned, similar")


def test_a_training_goes_on_from_another_systems_model(tmp_path) -> None:
    further = {"max_steps": 3, "batch_size": 4, "placeholders": True}
    systems = [System("tuned", finetune=TINY), System("further", start="tuned", similar=2, finetune=further)]
    done = train_and_compare(tmp_path, systems, replace(FEW, curve=(6,)))
    first, second = done.systems
    assert (second.kind, second.model, second.trained.init) == ("rag on fine-tuned", "tuned", "tuned")
    assert second.trained.parameters == first.trained.parameters
    note = json.loads((tmp_path / "models" / "further.json").read_text("utf-8"))
    assert note["start"] == LocalModels(FEW).fingerprint(str(tmp_path / "models" / "tuned"))
    assert [line.system for line in done.curve.lines] == ["tuned"]
    again = train_and_compare(tmp_path, systems, replace(FEW, curve=(6,)))
    assert again.systems[1].metrics == second.metrics


def test_parts_of_the_rows_are_nested_and_take_fewer_steps() -> None:
    small, large = nested_parts(TRAIN, [5, 15], seed=1)
    assert (len(small), len(large)) == (5, 15)
    assert all(row in large for row in small)
    assert nested_parts(TRAIN, [5], seed=1) == [small]
    assert scale_steps({"max_steps": 100}, 250, 1000) == {"max_steps": 50}
    assert scale_steps({"epochs": 4.0}, 250, 1000) == {"epochs": 8.0}
    assert scale_steps({}, 750, 3000) == {"epochs": 6.0}
