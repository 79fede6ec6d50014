"""Evaluation by hand-worked values: answers, texts, labels and rankings, made once, measured, compared, shown."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import InputError, MissingExtra, RowsError
from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from rag.answer.pipeline import Pipeline
from rag.classify.types import Classification, Threshold
from rag.cli import evaluate
from rag.cli.main import main
from rag.config import Config
from rag.data.beir import RetrievalSet
from rag.data.rows import Row, as_passage
from rag.evaluate.answers import NO_PASSAGES, evaluate_answers, score_answers
from rag.evaluate.labels import evaluate_labels, score_labels
from rag.evaluate.predictions import Prediction
from rag.evaluate.result import compare_pairs
from rag.evaluate.retrieval import evaluate_retrieval
from rag.evaluate.run import Evaluation, Run, cost_of
from rag.evaluate.text import evaluate_text, score_references, score_text
from rag.generate.base import Decoding
from stores.base import Hit

QUIET = Run(progress=False)


def values(evaluation: Evaluation) -> dict[str, float]:
    return {each.name: each.value for each in evaluation.metrics}


def asked(row_id: str, question: str, *answers: str, context: str = "") -> Row:
    passages = (as_passage(context, f"{row_id}/context"),) if context else ()
    return Row(row_id, "answer", {"question": question}, answers, passages, not answers)


def described(row_id: str, fields: dict[str, Any], *references: str) -> Row:
    return Row(row_id, "describe", {"fields": fields, "intent": ""}, references)


@dataclass(frozen=True)
class Found:
    """A retriever that finds the same for every question."""

    texts: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        return fingerprint("found", self.texts)

    def retrieve(self, question: str, k: int = 5, where: object = None) -> list[Hit]:
        return [Hit(Chunk(text, f"doc{n}", 0, len(text)), 0.9, {"dense": 0.9}) for n, text in enumerate(self.texts)]


# --- answers ----------------------------------------------------------------------------------------------------------

TEA, RENT = "Tea is served at four.", "The rent is due on the first."


def echo(prompt: str) -> str:
    """Answer from whichever passage the prompt holds."""
    return "four" if TEA in prompt else "the first" if RENT in prompt else "I don't know."


def test_answers_are_measured_with_what_they_cost(scripted) -> None:
    rows = [asked("1", "When is tea?", "four"), asked("2", "Is tea due?", "on the first"), asked("3", "When is tea?")]
    found = evaluate_answers(Pipeline(Found((TEA,)), scripted(echo)), rows, run=QUIET)
    assert [(each.row, each.output, each.abstained) for each in found.outputs] == [
        ("1", "four", False), ("2", "four", False), ("3", "four", False)
    ]  # fmt: skip
    assert values(found)["exact_match"] == pytest.approx(100 / 3)
    assert values(found)["abstention_recall"] == 0
    assert found.outputs[0].citations == (TEA,)
    assert found.cost is not None
    means = {each.name: each.value for each in found.cost.metrics}
    assert means["completion_tokens"] == 1
    assert means["prompt_tokens"] == sum(each.prompt_tokens or 0 for each in found.outputs) / 3 > 10
    assert 0 < found.cost.latency_p50.value <= found.cost.latency_p95.value < 5
    assert found.cost.peak_memory_mb > 10


def test_a_missing_package_is_told_before_anything_is_asked(scripted, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "rouge_score.rouge_scorer", None)
    generator = scripted(echo)
    with pytest.raises(MissingExtra, match="ROUGE needs packages"):
        evaluate_answers(Pipeline(NO_PASSAGES, generator), [asked("1", "When is tea?", "four", context=TEA)], gold=True)
    assert generator.prompts == []


@pytest.mark.parametrize("batch", [1, 3])
def test_gold_gives_each_question_its_own_context(scripted, batch) -> None:
    rows = [
        asked("1", "When?", "four", context=TEA),
        asked("2", "When?", "first", context=RENT),
        asked("3", "Who?", context="Nobody knows."),
    ]
    generator = scripted(echo)
    found = evaluate_answers(Pipeline(NO_PASSAGES, generator), rows, gold=True, run=Run(batch=batch, progress=False))
    assert [(each.output, each.abstained) for each in found.outputs[:2]] == [("four", False), ("the first", False)]
    assert found.outputs[2].abstained
    assert values(found)["exact_match"] == 100, "articles aside"
    assert values(found)["abstention_precision"] == values(found)["abstention_recall"] == 100
    assert [RENT in prompt for prompt in generator.prompts] == [False, True, False]
    with pytest.raises(RowsError, match="row '1' has no \"context\""):
        evaluate_answers(Pipeline(NO_PASSAGES, generator), [asked("1", "When?", "four")], gold=True)


def test_an_interrupted_evaluation_asks_nothing_twice(scripted, tmp_path) -> None:
    rows = [asked(str(n), f"When is tea, {n}?", "four") for n in range(6)]

    def interrupted(prompt: str) -> str:
        if "tea, 3?" in prompt:
            raise KeyboardInterrupt
        return "four"

    run = Run(tmp_path / "cache.jsonl", progress=False)
    first, second, third = scripted(interrupted), scripted("four"), scripted("four")
    with pytest.raises(KeyboardInterrupt):
        evaluate_answers(Pipeline(Found((TEA,)), first), rows, run=run)
    found = evaluate_answers(Pipeline(Found((TEA,)), second), rows, run=run)
    assert (len(first.prompts), len(second.prompts)) == (4, 3)
    assert [each.row for each in found.outputs] == list("012345")
    again = evaluate_answers(Pipeline(Found((TEA,)), third), rows, run=run)
    assert third.prompts == []
    assert again.outputs == found.outputs
    assert values(again) == pytest.approx(values(found), nan_ok=True)


def test_whatever_decides_an_answer_decides_whether_it_is_kept(scripted, tmp_path) -> None:
    rows, run = [asked("1", "When is tea?", "four")], Run(tmp_path / "cache.jsonl", progress=False)
    base = {"retriever": Found((TEA,)), "k": 5}
    for changed in ({}, {"retriever": Found((TEA, RENT))}, {"k": 2}, {"decoding": Decoding(max_new_tokens=9)}):
        generator = scripted("four")
        evaluate_answers(Pipeline(generator=generator, **{**base, **changed}), rows, run=run)
        assert len(generator.prompts) == 1, changed
        evaluate_answers(Pipeline(generator=generator, **{**base, **changed}), rows, run=run)
        assert len(generator.prompts) == 1, changed


def test_another_generator_of_the_same_name_answers_anew(scripted, tmp_path) -> None:
    rows, run = [asked("1", "When is tea?", "four")], Run(tmp_path / "cache.jsonl", progress=False)
    narrow, wide = scripted("four", context_window=256), scripted("at four", context_window=512)
    wide.fingerprint = "another window"
    assert evaluate_answers(Pipeline(Found((TEA,)), narrow), rows, run=run).outputs[0].output == "four"
    assert evaluate_answers(Pipeline(Found((TEA,)), wide), rows, run=run).outputs[0].output == "at four"
    assert evaluate_text(narrow, [Row("1", "sums", {"input": "2"}, ("4",))], run=run).outputs[0].output == "four"
    assert evaluate_text(wide, [Row("1", "sums", {"input": "2"}, ("4",))], run=run).outputs[0].output == "at four"


def test_a_part_without_a_fingerprint_is_used_but_nothing_of_it_is_kept(scripted, tmp_path) -> None:
    row, generator = Row("1", "sums", {"input": "2"}, ("4",)), scripted("four")

    class Bare:
        """A generator of somebody else."""

        def __getattr__(self, name: str) -> object:
            if name == "fingerprint":
                raise AttributeError(name)
            return getattr(generator, name)

    assert evaluate_text(Bare(), [row], run=QUIET).outputs[0].output == "four"
    with pytest.raises(InputError, match=r"Bare states no fingerprint: give it a property .* \(--no-cache\)"):
        evaluate_text(Bare(), [row], run=Run(tmp_path / "cache.jsonl", progress=False))


def test_rows_made_together_tell_nothing_of_latency(scripted) -> None:
    rows = [asked(str(n), f"When is tea, {n}?", "four") for n in range(3)]
    found = evaluate_answers(Pipeline(Found((TEA,)), scripted(echo)), rows, run=Run(batch=2, progress=False))
    assert [each.together for each in found.outputs] == [2, 2, 1]
    assert found.cost is not None
    assert found.cost.latency_p50.value == found.outputs[2].seconds


def test_answers_of_others_abstain_by_their_words() -> None:
    rows = [asked("1", "When?"), asked("2", "When?"), asked("3", "Who?", "Ada")]
    records = [Prediction("1", "I don't know."), Prediction("2", "four"), Prediction("3", "Ada", abstained=True)]
    found = {each.name: each.value for each in score_answers(records, rows)}
    assert (found["abstention_precision"], found["abstention_recall"]) == (50, 50)
    assert found["exact_match"] == pytest.approx(100 / 3)
    assert math.isnan(found["groundedness"])
    assert cost_of(records) is None


def test_rows_of_another_task_are_refused(scripted) -> None:
    row = described("1", {"name": "A"}, "the a")
    with pytest.raises(RowsError, match=r"^the rows are of describe; needed are rows of answer"):
        evaluate_answers(Pipeline(Found((TEA,)), scripted("x")), [row])
    with pytest.raises(RowsError, match="the rows are of answer; needed are rows of a task whose output is a text"):
        evaluate_text(scripted("x"), [asked("1", "When?", "four")])
    with pytest.raises(RowsError, match="of answer and describe; needed are rows of describe, all of one task"):
        evaluate_text(scripted("x"), [asked("1", "When?", "four"), row])
    with pytest.raises(RowsError, match="no rows"):
        evaluate_text(scripted("x"), [])


# --- texts ------------------------------------------------------------------------------------------------------------


def test_texts_from_fields_are_measured_by_the_licence_check(scripted) -> None:
    rows = [
        described("1", {"name": "zelus", "memory": "4 gb"}, "the zelus has 4 gb of memory"),
        described("2", {"name": "eurus", "memory": "8 gb"}, "the eurus has 8 gb of memory"),
    ]
    generator = scripted("the zelus has 4 gb of memory")
    found = evaluate_text(generator, rows, run=QUIET)
    assert "zelus" in generator.prompts[0]
    measured = values(found)
    assert measured["clean_texts"] == measured["fields_stated"] == 50, "the second text states neither name nor memory"
    assert measured["unlicensed"] == pytest.approx(100 * 2 / 6), "zelus and 4 gb"
    assert measured["length"] == 7
    assert measured["rouge_1"] == pytest.approx(100 * (1 + 5 / 7) / 2)
    perfect = {each.name: each.value for each in score_text([Prediction(r.id, r.target) for r in rows], rows)}
    assert perfect["bleu"] == pytest.approx(100)
    assert perfect["unlicensed"] == 0
    assert {each.name: each.value for each in score_references(rows)}["clean_texts"] == 100
    signatures = [each.signature for each in found.metrics if each.signature]
    assert len(signatures) == 2
    assert all("version" in each for each in signatures)


def test_rules_and_checked_drafts_are_measured_like_texts(scripted) -> None:
    rows = [
        described("1", {"name": "zelus", "memory": "4 gb"}, "the zelus has 4 gb of memory"),
        described("2", {"name": "", "memory": "n/a"}, "what memory do you want"),
    ]
    rules = evaluate_text(None, rows, run=QUIET)
    assert values(rules)["clean_texts"] == values(rules)["fields_stated"] == 100
    assert rules.outputs[1].output == "", "nothing can be stated"
    generator = scripted("The zelus is a sleek tablet. The zelus has 4 gb of memory.")
    checked = evaluate_text(generator, rows[:1], run=QUIET, checked=True)
    assert values(checked)["clean_texts"] == 100
    assert "sleek" not in checked.outputs[0].output
    assert values(evaluate_text(generator, rows[:1], run=QUIET))["clean_texts"] == 0
    with pytest.raises(RowsError, match="only descriptions are written without a model"):
        evaluate_text(None, [Row("1", "sums", {"input": "2 + 2"}, ("4",))], run=QUIET)


def test_summaries_and_tasks_of_your_own(scripted) -> None:
    text = "The council met on Monday. It voted to repair the bridge."
    row = Row("1", "summarise", {}, ("The bridge is repaired.",), (as_passage(text, "s"),))
    generator = scripted("The bridge is repaired.", style="text2text")
    found = evaluate_text(generator, [row], run=QUIET)
    assert generator.prompts == [f"summarize: {text}"]
    assert values(found)["rouge_l"] == 100
    assert "unlicensed" not in values(found)
    assert score_references([row]) == ()
    own = scripted("4", style="text2text")
    evaluate_text(own, [Row("1", "sums", {"input": "2 + 2"}, ("4",))], run=QUIET)
    assert own.prompts == ["sums: 2 + 2"]


def test_a_row_that_does_not_fit_is_named(scripted) -> None:
    rows = [described("1", {"name": "a"}, "x"), described("long", {"name": "word " * 600}, "x")]
    with pytest.raises(RowsError, match=r"^row long: ") as caught:
        evaluate_text(scripted("x"), rows, run=QUIET)
    assert "\n" not in str(caught.value)


def test_a_fine_tuned_models_placeholders_are_filled_in(scripted, tmp_path) -> None:
    (tmp_path / "openbook.json").write_text(json.dumps({"tasks": ["describe"], "placeholders": ["memory"]}))
    generator = scripted("it has [memory]")
    generator.name = str(tmp_path)
    found = evaluate_text(generator, [described("1", {"memory": "4 gb"}, "it has 4 gb")], run=QUIET)
    assert "[memory] 4 gb" in generator.prompts[0]
    assert found.outputs[0].output == "it has 4 gb"


# --- labels -----------------------------------------------------------------------------------------------------------


@dataclass
class Labeller:
    """Gives the label that the text names, with a probability that it names too."""

    labels: Sequence[str] = ("card", "rent")
    threshold: Threshold | None = None
    fingerprint = "labeller"

    def classify(self, text: str) -> Classification:
        label, probability = text.split()
        scores = {
            each: math.log(float(probability) if each == label else 1 - float(probability)) for each in self.labels
        }
        return Classification(label, float(probability), scores, 5, 0.0, threshold=self.threshold)


LABELLED = [
    Row("1", "classify", {"text": "card 0.9"}, ("card",)),
    Row("2", "classify", {"text": "rent 0.8"}, ("card",)),
    Row("3", "classify", {"text": "rent 0.7"}, ("rent",)),
    Row("4", "classify", {"text": "rent 0.6"}, ("oos",)),
]


def test_labels_are_measured() -> None:
    found = evaluate_labels(Labeller(), LABELLED[:3], run=QUIET)
    assert values(found)["accuracy"] == pytest.approx(200 / 3)
    assert values(found)["macro_f1"] == pytest.approx(100 * (2 / 3 + 2 / 3) / 2)
    assert [(each.output, each.label, each.probability, each.prompt_tokens) for each in found.outputs] == [
        ("card", "card", 0.9, 5), ("rent", "rent", 0.8, 5), ("rent", "rent", 0.7, 5)
    ]  # fmt: skip


def test_what_is_out_of_scope_is_measured_by_label_and_by_certainty() -> None:
    found = evaluate_labels(Labeller(threshold=Threshold(0.65)), LABELLED, "oos", QUIET)
    assert [each.output for each in found.outputs] == ["card", "rent", "rent", "oos"]
    assert values(found)["out_of_scope_f1"] == 100
    assert values(found)["out_of_scope_auroc"] == 100
    missed = values(evaluate_labels(Labeller(), LABELLED, "oos", QUIET))
    assert (missed["out_of_scope_recall"], missed["out_of_scope_auroc"]) == (0, 100)
    with pytest.raises(RowsError, match="1 labels of the rows can never come out, such as 'oos'"):
        evaluate_labels(Labeller(), LABELLED, run=QUIET)


def test_labels_of_others_may_be_made_up() -> None:
    records = [Prediction("1", "card"), Prediction("2", "cards"), Prediction("3", "rent")]
    found = {each.name: each.value for each in score_labels(records, LABELLED[:3])}
    assert found["accuracy"] == pytest.approx(200 / 3)


# --- retrieval --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ranked:
    """A retriever of scripted sources by question."""

    sources: dict[str, list[str]]

    def retrieve(self, question: str, k: int = 5, where: object = None) -> list[Hit]:
        return [Hit(Chunk("x", source, n, n + 1), 1 / (n + 1)) for n, source in enumerate(self.sources[question])]


def test_documents_rank_by_their_best_chunk() -> None:
    judged = RetrievalSet(Path(), {"q1": "same", "q2": "same", "q3": "other"}, {
        "q1": {"b": 1}, "q2": {"a": 1, "c": 1}, "q3": {"z": 1}
    })  # fmt: skip
    retriever = Ranked({"same": ["c#a", "c#a", "elsewhere", "c#b", "c#c"], "other": ["c#a"]})
    name = {"c#a": "a", "c#b": "b", "c#c": "c"}.get
    found = evaluate_retrieval(retriever, judged, k=2, document=name, progress=False)
    assert [each.output for each in found.outputs] == ["a\tb", "a\tb", "a"]
    assert values(found) == pytest.approx({
        "ndcg@2": (1 / math.log2(3) + 1 / (1 + 1 / math.log2(3)) + 0) / 3,
        "recall@2": (1 + 0.5 + 0) / 3,
        "mrr": (0.5 + 1 + 0) / 3,
        "map": (0.5 + (1 + 2 / 3) / 2 + 0) / 3,
        "success@2": 2 / 3,
    })  # fmt: skip
    assert found.cost is not None
    assert [each.name for each in found.cost.metrics] == ["seconds", "cpu_seconds"]


# --- differences ------------------------------------------------------------------------------------------------------


def test_differences_are_of_every_pair_first_less_second() -> None:
    rows = [asked(str(n), "When?", "four") for n in range(8)]

    def system(right: int) -> Evaluation:
        records = [Prediction(row.id, "four" if n < right else "five") for n, row in enumerate(rows)]
        return Evaluation("answer", score_answers(records, rows), tuple(records))

    pairs = compare_pairs({"good": system(8), "half": system(4), "none": system(0)})
    found = [pair for pair in pairs if pair.metric == "exact_match"]
    assert [(pair.first, pair.second, pair.difference.value) for pair in found] == [
        ("good", "half", 50), ("good", "none", 100), ("half", "none", 50)
    ]  # fmt: skip
    assert found[1].difference.p == pytest.approx(2 / 2**8), "all 256 swaps are tried, two are as far from 0"
    assert found[0].difference.low <= 50 <= found[0].difference.high


# --- the command ------------------------------------------------------------------------------------------------------

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, embedder, scripted) -> Command:
    """Run `rag evaluate` in a folder of its own, with a small embedder and a scripted generator."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Config, "embedder", lambda self: embedder)
    generator = scripted("the zelus has 4 gb")
    monkeypatch.setattr(Config, "generator", lambda self, *_: generator)

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main(["evaluate", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    run.generator = generator
    return run


def write(name: str, *rows: object) -> Path:
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return file


TEXTS = [
    {"mr": f"inform(name={name};memory={memory} gb)", "ref": f"the {name} has {memory} gb"}
    for name, memory in (("zelus", 4), ("eurus", 8), ("momus", 4), ("ares", 16))
]


def test_text_as_json_is_one_object(run) -> None:
    status, out, err = run("text", write("rows.jsonl", *TEXTS), "--json")
    assert (status, err, out.count("\n")) == (0, "", 1)
    found = json.loads(out)
    assert {key: found[key] for key in ("task", "path", "rows", "differences")} == {
        "task": "text", "path": "rows.jsonl", "rows": 4, "differences": {}
    }  # fmt: skip
    (system,) = found["systems"].values()
    metrics = {each["name"]: each for each in system["metrics"]}
    assert {
        "bleu",
        "chrf",
        "rouge_1",
        "rouge_2",
        "rouge_l",
        "unlicensed",
        "clean_texts",
        "grammar",
        "length",
        "distinct_1",
        "copied",
    } <= set(metrics)
    assert set(metrics["bleu"]) == {"name", "value", "low", "high", "unit", "better", "signature"}
    assert metrics["bleu"]["low"] <= metrics["bleu"]["value"] <= metrics["bleu"]["high"]
    assert set(system["cost"]) == {
        "latency_p50", "latency_p95", "prompt_tokens", "completion_tokens", "peak_memory_mb", "cpu_seconds_a_row"
    }  # fmt: skip
    assert system["cost"]["completion_tokens"] == 5


def test_the_house_of_rag_toml_licenses_phrases(run) -> None:
    rows = write(
        "rows.jsonl", {"fields": {"name": "Vesta 3"}, "references": ["The Vesta 3 is tested in our own house."]}
    )
    Path("claims.txt").write_text("tested in our own house\n")
    clean = []
    for table in ("", '[describe]\nallow = "claims.txt"\n'):
        Path("rag.toml").write_text(table)
        found = json.loads(run("text", rows, "--rules", "--json")[1])
        assert list(found["systems"]) == ["rules"]
        clean += [m["value"] for m in found["references"]["metrics"] if m["name"] == "clean_texts"]
    assert clean == [0, 100]
    assert run.generator.prompts == []
    status, _, err = run("text", rows, "--rules", "--checked")
    assert (status, err) == (1, "rag: --rules writes without a model: leave out --model and --checked\n")


def test_text_for_a_person(run) -> None:
    status, out, _ = run("text", write("rows.jsonl", *TEXTS))
    lines = out.splitlines()
    assert status == 0
    assert lines[0] == "rows.jsonl: 4 rows, scripted"
    assert any(line.startswith("BLEU ") and line.endswith("points") and "[" in line for line in lines)
    assert any(line.startswith("Unlicensed words ") and line.endswith("%") for line in lines)
    assert any(line.startswith("Latency p50 ") for line in lines)
    assert any(line.startswith("BLEU|nrefs:1|") and "version:2" in line for line in lines), "the signature"
    assert "\x1b[" not in out


def test_outputs_against_others_with_p(run) -> None:
    rows = write("rows.jsonl", *TEXTS)
    good = write("good.jsonl", *({"id": n, "output": row["ref"]} for n, row in enumerate(TEXTS, start=1)))
    bad = write("bad.jsonl", *({"row": str(n), "output": "the nothing"} for n in range(1, 5)))
    status, out, err = run("text", rows, "--outputs", good, "--against", bad, "--json")
    assert (status, err, run.generator.prompts) == (0, "", [])
    found = json.loads(out)
    assert list(found["systems"]) == ["good", "bad"]
    (claims,) = found["differences"]["unlicensed"]
    assert (claims["a"], claims["b"]) == ("good", "bad")
    assert claims["difference"] == -100
    assert claims["p"] == pytest.approx(2 / 2**4)
    references = {each["name"]: each["value"] for each in found["references"]["metrics"]}
    assert references["clean_texts"] == 100
    assert "bleu" not in references, "references have nothing to be compared with"
    assert found["systems"]["good"]["cost"] is None
    shown = run("text", rows, "--outputs", good, "--against", bad)[1]
    assert "good less bad, over the same rows" in shown
    assert any(line.startswith("Unlicensed words ") and line.endswith("0.1250") for line in shown.splitlines())
    assert run("text", rows, "--against", bad)[0] == 0, "what is made here against outputs"
    assert len(run.generator.prompts) == 4


def test_a_sample_is_the_same_for_the_same_seed_and_what_is_kept_is_used(run) -> None:
    rows = write("rows.jsonl", *({**TEXTS[0], "id": f"r{n}", "mr": f"inform(name={n})"} for n in range(50)))
    chosen = [
        [json.loads(line)["row"] for line in Path("out.jsonl").read_text().splitlines()]
        for seed in (1, 1, 2)
        if run("text", rows, "--rows", 5, "--seed", seed, "--out", "out.jsonl", "--cache", "c.jsonl")[0] == 0
    ]
    assert chosen[0] == chosen[1] != chosen[2]
    assert chosen[0] == sorted(chosen[0], key=lambda row: int(row[1:])), "in the order of the file"
    assert len(run.generator.prompts) == 10
    run("text", rows, "--rows", 8, "--seed", 1, "--cache", "c.jsonl")
    assert len(run.generator.prompts) == 13, "a larger sample holds the smaller one"
    run("text", rows, "--rows", 5, "--seed", 1, "--cache", "c.jsonl", "--max-new-tokens", 9)
    assert len(run.generator.prompts) == 18, "other settings"
    run("text", rows, "--rows", 5, "--seed", 1, "--no-cache")
    assert len(run.generator.prompts) == 23
    assert not Path("build").exists()


def test_rows_that_training_holds_too_are_not_measured_on(run) -> None:
    rows, train = write("rows.jsonl", *TEXTS), write("train.jsonl", {**TEXTS[1], "ref": "another text"}, TEXTS[2])
    found = json.loads(run("text", rows, "--train", train, "--json")[1])
    assert found["rows"] == 2
    assert [(check["check"], check["count"]) for check in found["checks"]] == [("duplicates across splits", 2)]
    assert [name in prompt for name, prompt in zip(("zelus", "ares"), run.generator.prompts, strict=True)] == [True] * 2
    outputs = write("out.jsonl", *({"id": n, "output": "x"} for n in range(1, 5)))
    status, out, _ = run("text", rows, "--train", train, "--outputs", outputs)
    assert status == 0
    assert "2 test rows with the input of a row in another split (inputs: 2 of train): dropped from test" in out
    status, _, err = run("text", rows, "--train", train, "--strict")
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith("rag: 2 test rows with the input of a row in another split")


def test_answers_over_their_contexts_and_from_their_own(run) -> None:
    run.generator.answer = echo
    rows = write(
        "qa.jsonl",
        {"question": "When is tea served?", "answers": ["four"], "context": TEA},
        {"question": "When is the rent due?", "answers": ["the first"], "context": RENT},
    )
    for way in ("--contexts", "--gold"):
        found = json.loads(run("answers", rows, way, "-k", 1, "--min-evidence", 0, "--json")[1])
        metrics = {each["name"]: each["value"] for each in found["systems"]["scripted"]["metrics"]}
        assert (metrics["exact_match"], metrics["citation_recall"]) == (100, 100), way
        assert metrics["abstention_precision"] is None, "nobody abstained"
    assert len(run.generator.prompts) == 4
    status, out, _ = run("answers", rows, "--contexts", "-k", 1, "--min-evidence", 0, "--per-row", "rows/values.jsonl")
    assert status == 0
    assert any(line.startswith("Abstention precision") and " none" in line for line in out.splitlines())
    first = json.loads(Path("rows/values.jsonl").read_text().splitlines()[0])
    assert (first["row"], first["system"], first["values"]["exact_match"]) == ("1", "scripted", 100)
    assert len(run.generator.prompts) == 4, "the answers are kept"


def test_withheld_questions_are_asked_without_what_answers_them(run) -> None:
    run.generator.answer = echo
    rows = write(
        "qa.jsonl",
        {"question": "When is tea served?", "answers": ["four"], "context": TEA},
        {"question": "When is the rent due?", "answers": ["the first"], "context": RENT},
    )
    ways = ("--contexts", "--unanswerable", "-k", 1, "--min-evidence", 0, "--min-confidence", 0, "--json")
    found = json.loads(run("answers", rows, *ways, "--out", "out.jsonl")[1])
    metrics = {each["name"]: each["value"] for each in found["systems"]["scripted"]["metrics"]}
    assert (found["rows"], found["unanswerable"], metrics["exact_match"]) == (4, 2, 100), "no other passage misleads"
    assert metrics["balanced_accuracy"] == 100
    outputs = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [(each["row"], None if each["abstained"] else each["output"]) for each in outputs] == [
        ("1", "four"), ("2", "the first"), ("1-unanswerable", None), ("2-unanswerable", None)
    ]  # fmt: skip
    again = json.loads(run("answers", rows, "--unanswerable", "--outputs", "out.jsonl", "--json")[1])
    assert {each["name"]: each["value"] for each in again["systems"]["out"]["metrics"]}["exact_match"] == 100
    status, _, err = run("answers", rows, "--gold", "--unanswerable")
    assert (status, err) == (
        1,
        "rag: --unanswerable changes what is retrieved, and --gold retrieves nothing: give one of them\n",
    )


def test_labels_with_their_confusions(run, monkeypatch) -> None:
    rows = write("rows.jsonl", *({"text": row.text, "label": row.target} for row in LABELLED))

    def labeller(config: object, options: object, labels: Sequence[str], train: object) -> Labeller:
        assert list(labels) == ["card", "rent"]
        made = Labeller(labels)
        made.generator = run.generator
        return made

    monkeypatch.setattr(evaluate, "new_classifier", labeller)
    status, out, _ = run("labels", rows, "--out-of-scope", "oos")
    assert status == 0
    assert "most confused (scripted)" in out
    assert any(line.split() == ["card", "rent", "1"] for line in out.splitlines())
    found = json.loads(run("labels", rows, "--out-of-scope", "oos", "--json")[1])
    assert found["confusion"]["scripted"] == {
        "labels": ["card", "oos", "rent"], "counts": [[1, 0, 1], [0, 0, 1], [0, 0, 1]]
    }  # fmt: skip


def test_labels_of_two_systems_are_measured_over_the_same_classes(run) -> None:
    rows = write("rows.jsonl", *({"id": n, "text": f"t {n}", "label": "ab"[n % 2]} for n in range(6)))
    one = write("one.jsonl", *({"id": n, "label": "ab"[n % 2]} for n in range(6)))
    two = write("two.jsonl", *({"id": n, "label": "c"} for n in range(6)))
    found = json.loads(run("labels", rows, "--outputs", one, "--against", two, "--json")[1])
    (macro,) = found["differences"]["macro_f1"]
    assert macro["difference"] == 100
    assert found["confusion"]["one"]["labels"] == ["a", "b", "c"]


@pytest.fixture
def beir() -> Path:
    write("set/corpus.jsonl", {"_id": "d1", "title": "", "text": TEA}, {"_id": "d2", "title": "Rent", "text": RENT})
    write("set/queries.jsonl", {"_id": "q1", "text": "tea served"}, {"_id": "q2", "text": "rent due first"})
    Path("set/qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n")
    return Path("set")


def test_retrieval_side_by_side(run, beir, embedder) -> None:
    status, out, err = run("retrieval", beir, "--json", "--per-row", "q.jsonl")
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert {key: found[key] for key in ("task", "queries", "chunks", "k", "embedder")} == {
        "task": "retrieval", "queries": 2, "chunks": 2, "k": 10, "embedder": "words"
    }  # fmt: skip
    assert list(found["systems"]) == ["dense", "bm25", "hybrid"]
    for system in found["systems"].values():
        assert {each["name"]: each["value"] for each in system["metrics"]} == dict.fromkeys(
            ("ndcg@10", "recall@10", "mrr", "map", "success@10"), 1
        )
    assert len(found["differences"]["ndcg@10"]) == 3
    lines = [json.loads(line) for line in Path("q.jsonl").read_text().splitlines()]
    assert len(lines) == 6
    assert lines[0] == {"row": "q1", "system": "dense", "values": dict.fromkeys(
        ("ndcg@10", "recall@10", "mrr", "map", "success@10"), 1
    )}  # fmt: skip
    embedded = len(embedder.embedded)
    shown = run("retrieval", beir, "-k", 1, "--retriever", "bm25")[1]
    assert len(embedder.embedded) == embedded, "an unchanged corpus is not embedded again"
    assert any(line.startswith("nDCG@1 ") and line.endswith("0 to 1") for line in shown.splitlines())
    assert "less" not in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["answers", "nowhere.jsonl"], "there is no file nowhere.jsonl"),
        (["answers", "empty.jsonl"], "empty.jsonl holds no rows"),
        (
            ["answers", "texts.jsonl", "--gold"],
            "has the columns mr, ref; needed are question and answers/",
        ),
        (["answers", "bare.jsonl", "--gold"], "row '1' has no \"context\" to answer from"),
        (["answers", "bare.jsonl", "--contexts"], 'no row has a "context"'),
        (["answers", "bare.jsonl", "--contexts", "--gold"], "give --gold or --contexts, not both"),
        (["answers", "bare.jsonl"], ".rag"),
        (["labels", "texts.jsonl"], "needed are text and label"),
        (["labels", "labels.jsonl", "--similar", "3"], "--similar and --candidates need labelled rows"),
        (["text", "bare.jsonl"], "the rows are of answer; needed are rows of a task whose output is a text"),
        (["text", "texts.jsonl", "--rows", "0"], "--rows is 0: it has to be at least 1"),
        (["text", "texts.jsonl", "--outputs", "none.jsonl"], "there is no file none.jsonl"),
        (
            ["text", "texts.jsonl", "--outputs", "strange.jsonl"],
            "1 outputs are for rows that are not there, such as '99'",
        ),
        (["text", "texts.jsonl", "--outputs", "few.jsonl"], "few.jsonl has no output for 3 of 4 rows, such as '2'"),
        (["retrieval", "nowhere"], "no folder at nowhere; it needs corpus.jsonl, queries.jsonl and qrels.tsv"),
        (["retrieval", "half"], "half has no judgements"),
    ],
)
def test_mistakes_are_one_line_and_not_zero(run, arguments, message) -> None:
    write("empty.jsonl")
    write("texts.jsonl", *TEXTS)
    write("bare.jsonl", {"question": "When?", "answers": ["four"]})
    write("labels.jsonl", {"text": "x", "label": "a"}, {"text": "y", "label": "b"})
    write("strange.jsonl", *({"id": n, "output": "x"} for n in (1, 2, 3, 4, 99)))
    write("few.jsonl", {"id": 1, "output": "x"})
    write("half/corpus.jsonl", {"_id": "d1", "text": "x"})
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith("rag: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_metric_of_ones_own_is_in_the_table_and_the_json(run) -> None:
    Path("own_metrics.py").write_text(
        "def words(output, row):\n    return len(output.split()) - len(row.target.split())\n"
    )
    rows = write("rows.jsonl", *TEXTS)
    outputs = write("out.jsonl", *({"id": n, "output": "one two three"} for n in range(1, 5)))
    given = ("text", rows, "--outputs", outputs, "--metric", "own_metrics:words")
    (system,) = json.loads(run(*given, "--json")[1])["systems"].values()
    assert system["metrics"][-1] == {
        "name": "words", "value": -2.0, "low": -2.0, "high": -2.0, "unit": "points", "better": "neither",
        "signature": None,
    }  # fmt: skip
    assert any(line.startswith("words ") and "-2.0" in line for line in run(*given)[1].splitlines())
    for name in ("own_metrics", "own_metrics:lengths", "no_metrics:words"):
        status, _, err = run("text", rows, "--outputs", outputs, "--metric", name)
        assert (status, err.count("\n")) == (1, 1)
        assert f"--metric {name}: it takes MODULE:FUNCTION" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["retrieval", "set", "--outputs", "x"], "unknown option '--outputs'"),
        (["text", "rows.jsonl", "--gold"], "unknown option '--gold'"),
        (["labels", "rows.jsonl", "--examples", "3"], "--examples is now --similar"),
        (["answers", "rows.jsonl", "--withhold"], "--withhold is now --unanswerable"),
    ],
)
def test_each_task_has_its_own_flags(run, capsys, arguments, message) -> None:
    try:
        status, _, err = run(*arguments)
    except SystemExit as stopped:
        status, err = stopped.code, capsys.readouterr().err
    assert status == 2
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.corpus
def test_the_embedded_model_ranks_a_real_set_as_it_is_known_to(data, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    folder = str(data / "retrieval" / "covid_faq_paraphrase")
    ndcg = {}
    for kind in ("sentence-transformers", "ctranslate2"):
        (tmp_path / "rag.toml").write_text(f"[embedder]\nkind = '{kind}'\n", "utf-8")
        (tmp_path / kind).mkdir()
        monkeypatch.chdir(tmp_path / kind)
        assert main(["evaluate", "retrieval", folder, "--config", str(tmp_path / "rag.toml"), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        ndcg[kind] = {name: system["metrics"][0]["value"] for name, system in found["systems"].items()}
        assert ndcg[kind]["hybrid"] > ndcg[kind]["bm25"] > 0.5
    assert ndcg["sentence-transformers"]["dense"] == pytest.approx(0.765, abs=0.002)
    assert ndcg["ctranslate2"]["dense"] == pytest.approx(ndcg["sentence-transformers"]["dense"], abs=0.005)
