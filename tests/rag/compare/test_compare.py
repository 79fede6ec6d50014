"""Comparisons: nothing generated twice, whatever interrupts; every number from the records; bad input in one line."""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import BusyError, RowsError
from prompts.types import RenderedPrompt
from rag.cli.main import main
from rag.compare import ComparisonSettings, System, run_comparison
from rag.compare.advice import SENTENCES, advise
from rag.compare.comparison_file import read_comparison
from rag.compare.models import LocalModels
from rag.compare.outputs import OutputCache
from rag.data.rows import Row
from rag.generate.base import Decoding, Generation

COLOURS = ("red", "green", "blue", "grey")


def product(number: int, split: str = "") -> Row:
    fields = {"name": f"lamp {split}{number}", "colour": COLOURS[number % 4], "watts": f"{number + 3} watts"}
    text = f"the {fields['name']} is a {fields['colour']} lamp of {fields['watts']}"
    return Row(f"{split}{number}", "describe", {"fields": fields, "intent": "inform"}, (text,))


TRAIN = [product(number, "t") for number in range(40)]
TEST = [product(number) for number in range(30)]


class Lamps:
    """Describes lamps: rightly when it was shown how, and it counts what it is asked."""

    special_tokens: frozenset[str] = frozenset()
    style = "completion"
    context_window = 500

    def __init__(self, name: str = "lamps", fail_after: int | None = None) -> None:
        self.name = name
        self.fail_after = fail_after
        self.asked: Counter[tuple[str, float, int | None]] = Counter()
        self.sizes: list[int] = []

    @property
    def fingerprint(self) -> str:
        return self.name

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return len(str(prompt).split())

    def prompt_window(self, max_new_tokens: int) -> int:
        return self.context_window - max_new_tokens

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        if self.fail_after is not None:
            self.fail_after -= 1
            if self.fail_after < 0:
                raise KeyboardInterrupt
        self.sizes.append(len(prompts))
        return [self._one(str(prompt), decoding) for prompt in prompts]

    def _one(self, prompt: str, decoding: Decoding) -> Generation:
        self.asked[prompt, decoding.temperature, decoding.seed] += 1
        fields = dict(re.findall(r"^(\w+): (.*)$", prompt.rpartition("\n\n")[2], re.MULTILINE))
        text = f"the {fields['name']} is a {fields['colour']} lamp of {fields['watts']}"
        if "Description: the" not in prompt and not decoding.temperature:
            text = f"buy this pink {fields['name']} , 99 watts"
        return Generation(text, self.count_tokens(prompt), len(text.split()), "stop")


class Shelf:
    """Models that are there already."""

    def __init__(self, *generators: Lamps) -> None:
        self.generators = {generator.name: generator for generator in generators}

    def fingerprint(self, model: str) -> str:
        return f"weights of {model}"

    def load(self, model: str, options: Mapping[str, Any]) -> Lamps:
        return self.generators[model]

    def release(self) -> None:
        return


SYSTEMS = [
    System("prompt", "lamps"),
    System("three examples", "lamps", examples=3),
    System("similar", "lamps", similar=2),
    System("checked", "lamps", attempts=3),
]


def run(folder: Path, generator: Lamps, systems: Sequence[System] = SYSTEMS, **options: Any) -> dict[str, Any]:
    """Return what comparison.json holds."""
    settings = ComparisonSettings(batch_size=4, latency_rows=3, samples=2)
    options = {"train": TRAIN, "settings": settings, "progress": False, **options}
    comparison = run_comparison(systems, options.pop("rows", TEST), out=folder, models=Shelf(generator), **options)
    return dict(json.loads(json.dumps(asdict(comparison))))


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("compared")
    return folder, run(folder, Lamps())


def test_a_comparison_is_written_whole(done) -> None:
    folder, content = done
    read_comparison(content)
    assert json.loads((folder / "comparison.json").read_text()) == content
    assert not list(folder.glob("*.part"))


def test_the_numbers_are_those_of_the_texts(done) -> None:
    _, content = done
    systems = {system["name"]: system for system in content["systems"]}
    assert [system["kind"] for system in content["systems"]] == ["zero-shot", "few-shot", "rag", "zero-shot"]
    assert content["metrics"][0]["name"] == "bleu"
    for name in ("three examples", "similar", "checked"):
        assert systems[name]["metrics"]["bleu"]["value"] == pytest.approx(100)
        assert systems[name]["metrics"]["unlicensed"]["value"] == 0
        assert systems[name]["metrics"]["clean_texts"]["value"] == 100
    prompt = systems["prompt"]["metrics"]
    assert prompt["unlicensed"]["value"] == pytest.approx(60), "buy, pink and 99 watts, of five"
    assert (prompt["clean_texts"]["value"], prompt["contradictions"]["value"]) == (0, 100)
    assert prompt["changed_numbers"]["value"] == 100
    assert prompt["fields_stated"]["value"] == pytest.approx(100 / 3), "the name"
    assert content["references"]["clean_texts"] == {"value": 100, "low": 100, "high": 100}
    pairs = [(each["a"], each["b"]) for each in content["differences"]["bleu"]]
    assert pairs == [
        ("prompt", "three examples"), ("prompt", "similar"), ("prompt", "checked"), ("three examples", "similar"),
        ("three examples", "checked"), ("similar", "checked"),
    ]  # fmt: skip
    first = content["differences"]["bleu"][0]
    assert first["difference"] == pytest.approx(prompt["bleu"]["value"] - 100)
    assert first["p"] < 0.01
    assert content["differences"]["bleu"][-1] | {"p": 1.0} == {
        "a": "similar", "b": "checked", "difference": 0, "low": 0, "high": 0, "p": 1.0
    }  # fmt: skip


def test_what_was_shown_and_what_it_cost_is_told(done) -> None:
    _, content = done
    systems = {system["name"]: system for system in content["systems"]}
    for number, (name, shown) in enumerate({"prompt": 0, "three examples": 3, "similar": 2, "checked": 0}.items()):
        system = systems[name]
        assert system["prompt_example"].count("Description: ") == shown
        assert system["prompt_example"].endswith("Description:")
        assert system["cost"]["latency_p50"] is not None
        assert system["cost"]["cpu_seconds_a_row"] is not None
        assert system["cost"]["prompt_tokens"] >= 10 * (shown + 1)
        assert system["trained"] is None
        assert (system["examples"], system["similar"]) == (3 * (number == 1), 2 * (number == 2))
    assert "measured on 3 rows generated one by one; the others 4 at a time" in content["settings"]["latency"]
    assert content["settings"]["hardware"]["cores"] >= 1


def test_samples_are_marked(done) -> None:
    _, content = done
    assert len(content["samples"]) == 2
    sample = content["samples"][0]
    output = sample["outputs"]["prompt"]
    assert sample["input"].startswith("inform: name: lamp")
    claims = [(claim["kind"], claim["text"], claim["key"]) for claim in output["claims"] if claim["words"]]
    assert claims == [("unlicensed", "buy", ""), ("contradiction", "pink", "colour"), ("number", "99 watts", "watts")]
    assert [span["key"] for span in output["stated"]][:1] == ["name"]
    assert sample["checked_references"][0]["text"] == sample["references"][0]
    assert sample["outputs"]["similar"]["text"] == sample["references"][0]


def test_the_advice_follows_from_the_numbers(done) -> None:
    text = done[1]["advice"]
    assert text.startswith("Choose three examples: it has the best BLEU, 100.0")
    assert "not significantly better than similar and checked" in text
    assert "30 test rows are few: measure on more before you decide." in done[1]["caveats"]


def worked_example() -> dict[str, Any]:
    """The numbers of the laptops' comparison, to be changed."""
    folder = Path(__file__).resolve().parents[3] / "examples" / "product_descriptions"
    content: dict[str, Any] = json.loads((folder / "comparison.json").read_text("utf-8"))
    return content


def advice(content: dict[str, Any]) -> str:
    return " ".join(advise(read_comparison(content))[0])


def test_the_advice_is_short_and_starts_with_the_choice() -> None:
    sentences, _ = advise(read_comparison(worked_example()))
    assert len(sentences) <= SENTENCES == 5
    assert sentences[0].startswith(
        "Choose T5 from nothing, 16 attempts: it has the best BLEU, 39.0 (95% interval 37.5 to 40.6), and"
    )
    assert sentences[1].startswith("No field says 5.4% of its words: for texts that nobody reads before")
    assert sentences[2] == "It is 1.8 points ahead of T5 from nothing, more than chance explains."
    assert "without training, Rules is best, with 25.2" in sentences[3]


def with_claims(rates: Mapping[str, float], p: float = 0.001) -> dict[str, Any]:
    """The worked example with these unlicensed words, in percent, and twice as many texts with a claim."""
    content = worked_example()
    names = {"unlicensed": "Unlicensed words", "clean_texts": "Clean texts", "contradictions": "Contradictions"}
    better = {"clean_texts": "higher"}
    content["metrics"] = [metric for metric in content["metrics"] if metric["name"] == "bleu"] + [
        {"name": name, "title": title, "unit": "percent", "better": better.get(name, "lower")}
        for name, title in names.items()
    ]
    content["references"] = {"clean_texts": {"value": 75.0}}
    for system in content["systems"]:
        rate = rates.get(system["name"], 10.0)
        system["metrics"] = {
            "bleu": system["metrics"]["bleu"],
            "unlicensed": {"value": rate},
            "clean_texts": {"value": 100 - 2 * rate},
            "contradictions": {"value": rate / 4},
        }
    content["differences"] = {
        "bleu": content["differences"]["bleu"],
        "unlicensed": [pair | {"p": p} for pair in content["differences"]["bleu"]],
    }
    return content


def test_the_advice_warns_of_claims_and_names_the_truest_system() -> None:
    top = "T5 from nothing, 16 attempts"
    sentences, caveats = advise(read_comparison(with_claims({top: 8.25, "GPT-2 from nothing": 0.25})))
    assert sentences[0].startswith(f"Choose {top}: it has the best BLEU, 39.0")
    assert sentences[1] == (
        "No field says 8.2% of its words: for texts that nobody reads before they are published, choose GPT-2 from"
        " nothing, with 0.2%."
    )
    assert caveats[:2] == [
        f"Of the texts of {top}, 16.5% claim something that no field says (2.1% contradict a field).",
        "Of the references, 25.0% do.",
    ]
    assert "No field" not in advice(with_claims({top: 0.5}))
    assert "read its texts before you publish them" in advice(with_claims({top: 8.0}, p=0.3))


def test_one_system_alone_gets_a_caveat() -> None:
    content = worked_example() | {"differences": {}, "curve": None, "samples": []}
    content["systems"] = content["systems"][1:2]
    sentences, caveats = advise(read_comparison(content))
    assert sentences == ["SmolLM2 zero-shot has a BLEU of 3.6 (95% interval 2.9 to 4.3), and it takes 1.4 s a row."]
    assert caveats[0] == "There is no other system to compare it with."


def test_trained_systems_alone_lack_a_baseline() -> None:
    content = worked_example() | {"differences": {}, "curve": None, "samples": []}
    content["systems"] = [system for system in content["systems"] if system["trained"]]
    assert "Every system was trained: add one without training" in advise(read_comparison(content))[1][0]


def test_of_two_that_are_equally_good_the_faster_is_chosen() -> None:
    content = worked_example()
    top, fast = "T5 from nothing, 16 attempts", "T5 from nothing"
    for pair in content["differences"]["bleu"]:
        if {pair["a"], pair["b"]} == {top, fast}:
            pair["p"] = 0.4
    for system in content["systems"]:
        if system["name"] == top:
            system["cost"]["latency_p50"] = 0.3
    sentences, _ = advise(read_comparison(content))
    assert sentences[0].startswith("Choose T5 from nothing: its BLEU is 37.2")
    best = "T5 from nothing, 16 attempts has the best BLEU, 39.0, but is not significantly better"
    assert sentences[1] == f"{best}, and takes 4.6 times as long."


def test_a_fast_system_is_no_advice_where_it_is_much_worse() -> None:
    content = worked_example()
    top = next(each for each in content["systems"] if each["name"] == "T5 from nothing, 16 attempts")
    top["cost"]["latency_p50"] = 9.0
    assert "If speed matters more, T5 from nothing is" in advice(content)
    for each in content["systems"]:
        if each["name"] != top["name"]:
            each["metrics"]["bleu"] = {"value": 3.0, "low": 2.0, "high": 4.0}
    assert "speed matters" not in advice(content)


def test_texts_that_end_at_the_limit_are_told() -> None:
    content = worked_example()
    for system in content["systems"]:
        system["cost"]["cut"] = 0.0
    content["systems"][1]["cost"]["cut"] = 0.128
    caveats = advise(read_comparison(content))[1]
    assert caveats[-1].startswith("Some texts end at the token limit, perhaps in mid-sentence: 12.8% of those of Smol")
    content["systems"][1]["cost"]["cut"] = 0.01
    assert "token limit" not in " ".join(advise(read_comparison(content))[1])


def test_texts_at_the_limit_are_counted(tmp_path) -> None:
    content = run(
        tmp_path, Lamps(), SYSTEMS[:1], settings=ComparisonSettings(batch_size=30, decoding={"max_new_tokens": 1})
    )
    assert content["systems"][0]["cost"]["cut"] == 1.0


def test_some_rows_are_made_alone_and_never_twice(tmp_path) -> None:
    generator = Lamps()
    run(tmp_path, generator)
    assert set(generator.asked.values()) == {1}
    assert generator.sizes.count(1) >= 3 * 3
    again = Lamps()
    run(tmp_path, again, settings=ComparisonSettings(batch_size=8, latency_rows=9, samples=3, title="another title"))
    assert not again.asked, "what has been written is not written again"


def test_the_checked_system_goes_on_from_the_first_texts(tmp_path) -> None:
    generator = Lamps()
    content = run(tmp_path, generator, SYSTEMS[3:])
    assert sum(generator.asked.values()) == 2 * len(TEST), "a first text, and the one that passed"
    other = Lamps()
    run(tmp_path, other, [*SYSTEMS[3:], System("first", "lamps")])
    assert not other.asked
    [system] = content["systems"]
    assert system["cost"]["completion_tokens"] == 8 + 10, "tokens are those of both texts"


@pytest.mark.parametrize("seed", range(8))
def test_interrupted_anywhere_and_begun_again_nothing_is_generated_twice(tmp_path, seed) -> None:
    chance, asked, interruptions = random.Random(seed), Counter[Any](), 0
    while True:
        generator = Lamps(fail_after=chance.randint(0, 9))
        try:
            content = run(tmp_path, generator)
        except KeyboardInterrupt:
            interruptions += 1
            asked += generator.asked
            _tear(tmp_path / "cache", chance)
            continue
        asked += generator.asked
        break
    assert interruptions >= 3
    assert max(asked.values()) == 1
    assert len(asked) == 4 * len(TEST)
    whole = run(tmp_path / "other", Lamps())
    for system, same in zip(content["systems"], whole["systems"], strict=True):
        assert system["metrics"] == same["metrics"]


def _tear(cache: Path, chance: random.Random) -> None:
    """Leave the beginning of a line behind, as a kill in the middle of a write does."""
    for file in cache.glob("*.jsonl"):
        with file.open("a") as opened:
            opened.write('{"key": "0123456789abcdef", "row": "3", "output": "the la'[: chance.randint(0, 60)])


def test_the_time_is_that_of_all_runs_that_made_something(tmp_path, monkeypatch) -> None:
    class Slow(Lamps):
        def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
            made = super().generate(prompts, decoding)
            time.sleep(0.02)
            return made

    settings = ComparisonSettings(batch_size=4, latency_rows=0)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, Slow(fail_after=4), SYSTEMS[:1], settings=settings)
    first = json.loads((tmp_path / "seconds.json").read_text())["seconds"]
    content = run(tmp_path, Slow(), SYSTEMS[:1], settings=settings)
    assert content["seconds"] >= max(first, 8 * 0.02)
    assert run(tmp_path, Slow(), SYSTEMS[:1], settings=settings)["seconds"] == content["seconds"]
    (tmp_path / "seconds.json").unlink()
    assert run(tmp_path, Slow(), SYSTEMS[:1], settings=settings)["seconds"] >= 8 * 0.02, "a kill loses no more"


def test_a_line_that_a_kill_tore_is_made_again_and_no_other(tmp_path) -> None:
    run(tmp_path, Lamps(), SYSTEMS[:1])
    [file] = (tmp_path / "cache").glob("*.jsonl")
    file.write_bytes(file.read_bytes()[:-9])
    again = Lamps()
    content = run(tmp_path, again, SYSTEMS[:1])
    assert sum(again.asked.values()) == 1
    assert content["systems"][0]["metrics"]["length"]["value"] == pytest.approx(7)


@pytest.mark.parametrize(
    ("system", "options"),
    [
        (System("a", "lamps", options={"context_window": 300}), {}),
        (System("a", "lamps", examples=1), {}),
        (System("a", "lamps", similar=1), {}),
        (System("a", "lamps"), {"settings": ComparisonSettings(decoding={"max_new_tokens": 50})}),
        (System("a", "other"), {}),
    ],
)
def test_what_decides_a_text_makes_it_anew(tmp_path, system, options) -> None:
    run(tmp_path, Lamps(), [System("a", "lamps")])
    generator = Lamps(system.model)
    run(tmp_path, generator, [system], **options)
    assert sum(generator.asked.values()) == len(TEST)


def test_similar_rows_of_other_train_rows_make_texts_anew(tmp_path) -> None:
    run(tmp_path, Lamps(), SYSTEMS[2:3])
    generator = Lamps()
    run(tmp_path, generator, SYSTEMS[2:3], train=TRAIN[:-1])
    assert sum(generator.asked.values()) == len(TEST)


def test_rows_that_train_holds_are_dropped_and_no_row_sees_itself(tmp_path, caplog) -> None:
    generator = Lamps()
    leaking = [*TRAIN, product(3), product(4)]
    content = run(tmp_path, generator, SYSTEMS[2:3], train=leaking)
    [check] = content["data"]["checks"]
    assert (check["check"], check["count"], check["action"]) == ("duplicates across splits", 2, "dropped from test")
    assert content["data"]["test"]["rows"] == len(TEST) - 2
    assert "dropped from test" in caplog.text
    for prompt, _, _ in generator.asked:
        *shown, asked = prompt.split("\n\n")
        name = re.search("name: (.*)", asked)
        assert name
        assert all(f"name: {name[1]}\n" not in each for each in shown)


def test_drawn_rows_are_the_same_for_all_and_for_every_run(tmp_path) -> None:
    settings = ComparisonSettings(rows=7, batch_size=4, latency_rows=0, samples=1)
    generator = Lamps()
    content = run(tmp_path, generator, SYSTEMS[:3], settings=settings)
    assert content["data"]["test"]["rows"] == 7
    assert "7 of 30 test rows were drawn" in content["data"]["checks"][-1]["text"]
    assert sum(generator.asked.values()) == 21
    asked = [re.findall("name: (.*)", prompt)[-1] for prompt, _, _ in generator.asked]
    assert Counter(Counter(asked).values()) == {3: 7}
    more = Lamps()
    run(tmp_path, more, SYSTEMS[:3], settings=replace(settings, rows=12))
    assert sum(more.asked.values()) == 3 * 5, "the first seven are among the twelve"


def test_two_comparisons_do_not_write_into_one_folder(tmp_path) -> None:
    class Nosy(Lamps):
        def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
            with pytest.raises(BusyError, match="another comparison is writing there"):
                run(tmp_path, Lamps(), SYSTEMS[:1])
            return super().generate(prompts, decoding)

    run(tmp_path, Nosy(), SYSTEMS[:1], settings=ComparisonSettings(batch_size=30, latency_rows=0))
    run(tmp_path, Lamps(), SYSTEMS[:1])


BAD: dict[str, tuple[list[System], dict[str, Any], str]] = {
    "no systems": ([], {}, "no systems to compare"),
    "one name twice": ([System("a", "lamps"), System("a", "lamps", examples=1)], {}, "two systems are called 'a'"),
    "examples of no rows": ([System("a", "lamps", examples=1)], {"train": ()}, "'a' shows examples: give the train"),
    "too many examples": ([System("a", "lamps", examples=41)], {}, "41 examples cannot be chosen from 40 rows"),
    "similar of no rows": ([System("a", "lamps", similar=1)], {"train": ()}, "'a' shows similar rows: give the train"),
    "unknown finetune option": ([System("a", "lamps", finetune={"epoch": 3})], {}, "finetune has no option 'epoch'"),
    "bad finetune option": ([System("a", "lamps", finetune={"epochs": -1})], {}, "finetune: epochs must be above 0"),
    "an unknown start": ([System("a", start="b", finetune={})], {}, "starts from 'b', which no earlier system trains"),
    "a later start": (
        [System("a", start="b", finetune={}), System("b", "lamps", finetune={})],
        {},
        "no earlier system trains; known: none",
    ),
    "two tasks": (
        [System("a", "lamps")],
        {"valid": [Row("1", "classify", {"text": "x"}, ("y",))]},
        "classify and desc",
    ),
    "nothing left": ([System("a", "lamps")], {"train": TEST}, "nothing is left of the 30 test rows"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_compared_is_refused_before_anything_is_made(tmp_path, case) -> None:
    systems, options, message = BAD[case]
    generator = Lamps()
    with pytest.raises(ValueError, match=message):
        run(tmp_path / "out", generator, systems, **options)
    assert not generator.asked
    assert not (tmp_path / "out" / "comparison.json").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": " "}, "needs a name"),
        ({"examples": -1}, "examples is -1"),
        ({"examples": 1, "similar": 1}, "give examples or similar, not both"),
        ({"attempts": 0}, "attempts is 0"),
        ({"model": None}, "has no model"),
        ({"finetune": {"init": "t5-tiny"}}, "give one of a model, a start and finetune's init"),
        ({"start": "b"}, "give one of a model, a start"),
        ({"model": None, "start": "b"}, "a start is trained further"),
    ],
)
def test_a_system_that_cannot_be_is_refused(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        System(**{"name": "a", "model": "lamps", **options})


def test_a_row_that_does_not_fit_is_named(tmp_path) -> None:
    long = Row("long", "describe", {"fields": {"name": "x " * 500}, "intent": ""}, ("x",))
    with pytest.raises(RowsError, match=r"^row long: the prompt has"):
        run(tmp_path, Lamps(), SYSTEMS[:1], rows=[*TEST, long])


def test_definitions_differ_only_by_what_matters(tmp_path) -> None:
    from rag.compare.experiment import Experiment

    experiment = Experiment("describe", TRAIN, TEST)
    cache = OutputCache(tmp_path, experiment, Shelf(Lamps()), ComparisonSettings())
    one, other = System("a", "lamps", similar=3), System("b", "lamps", similar=3)
    assert cache.definition(one) == cache.definition(other)
    assert cache.definition(one) != cache.definition(System("a", "lamps", similar=3, show_as="passages"))


def test_rules_and_checked_drafts_claim_nothing(tmp_path) -> None:
    generator = Lamps()
    systems = [System("rules", rules=True), System("drafts", "lamps"), System("checked", "lamps", checked=True)]
    content = run(tmp_path, generator, systems, train=[])
    values = {
        system["name"]: {name: score["value"] for name, score in system["metrics"].items()}
        for system in content["systems"]
    }
    assert values["drafts"]["clean_texts"] == 0
    for name in ("rules", "checked"):
        assert (values[name]["unlicensed"], values[name]["clean_texts"]) == (0, 100)
        assert values[name]["fields_stated"] == 100
    rules, _, checked = content["systems"]
    assert (rules["kind"], rules["model"], checked["kind"], checked["checked"]) == ("rules", "", "zero-shot", True)
    texts = [sample["outputs"]["rules"] for sample in content["samples"]]
    assert all(text["claims"] == [] for text in texts)
    assert {span["key"] for span in texts[0]["stated"]} >= {"name", "colour", "watts"}
    marks = [claim["text"] for claim in content["samples"][0]["outputs"]["drafts"]["claims"] if claim["words"]]
    assert marks == ["buy", "pink", "99 watts"]


def test_only_descriptions_are_written_or_checked_by_rules() -> None:
    from rag.compare.system import check_systems

    with pytest.raises(ValueError, match="is written by rules, without a model: leave out model, attempts"):
        System("a", "lamps", rules=True, attempts=2)
    with pytest.raises(ValueError, match="rules is 1; it is true or false"):
        System("a", rules=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="system 'a': only descriptions are written by rules"):
        check_systems([System("a", rules=True)], 0, "answer")
    with pytest.raises(ValueError, match="system 'a': only descriptions are checked by rules"):
        check_systems([System("a", "lamps", checked=True)], 0, "summarise")


# --- the command ------------------------------------------------------------------------------------------------------

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(tmp_path, monkeypatch, capsys) -> Command:
    monkeypatch.chdir(tmp_path)
    generator = Lamps("scripted")
    monkeypatch.setattr(LocalModels, "load", lambda *_: generator)
    monkeypatch.setattr(LocalModels, "fingerprint", lambda self, model: model)
    for name, rows in {"train": TRAIN, "test": TEST}.items():
        lines = [
            {"id": row.id, "fields": row.values["fields"], "intent": "inform", "references": row.references}
            for row in rows
        ]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(["compare", *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_the_common_case_is_one_command(command, tmp_path) -> None:
    arguments = ("--train", "train.jsonl", "--test", "test.jsonl", "--out", "out", "--rows", "10")
    status, out, err = command(*arguments, "--systems", "zero-shot,few-shot,rag,zero-shot+check")
    assert (status, err) == (0, "")
    assert "few-shot" in out
    assert "Choose few-shot: it has the best BLEU" in " ".join(out.split())
    content = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert [system["name"] for system in content["systems"]] == ["zero-shot", "few-shot", "rag", "zero-shot+check"]
    assert content["data"]["train"]["path"] == "train.jsonl"
    assert "<html" in (tmp_path / "out" / "report.html").read_text()
    assert re.fullmatch("[0-9a-f]{64}", content["data"]["train"]["sha256"])
    assert content["data"]["valid"] is None
    assert json.loads(command(*arguments, "--json")[1])["systems"][0]["name"] == "zero-shot"


PLAN = """
title = "Lamps"
out = "out"
rows = 10
samples = 1
[data]
train = "train.jsonl"
test = "test.jsonl"
[decoding]
max_new_tokens = 40
[[system]]
name = "plain"
model = "builtin:smollm2"
[[system]]
name = "similar, as passages"
model = "builtin:smollm2"
similar = 2
show_as = "passages"
"""


def test_the_general_case_is_a_file(command, tmp_path, monkeypatch) -> None:
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "compare.toml").write_text(
        PLAN.replace('"train.jsonl"', '"../train.jsonl"').replace('"test.', '"../test.')
    )
    status, _, err = command("plan/compare.toml")
    assert (status, err) == (0, "")
    content = json.loads((tmp_path / "plan" / "out" / "comparison.json").read_text())
    assert content["title"] == "Lamps"
    assert content["settings"]["decoding"]["max_new_tokens"] == 40
    assert content["systems"][1]["prompt_example"].startswith("Notes on similar products:")


def test_ctrl_c_is_one_line(command, monkeypatch) -> None:
    generator = Lamps("scripted", fail_after=2)
    monkeypatch.setattr(LocalModels, "load", lambda *_: generator)
    status, out, err = command("--train", "train.jsonl", "--test", "test.jsonl", "--out", "out")
    assert (status, out) == (130, "")
    assert err == "rag: interrupted; finished work is kept, and the same command resumes\n"


MISTAKES = {
    "nothing": ([], "nothing to compare on: give --test FILE.jsonl"),
    "no folder": (["--test", "test.jsonl"], "name the folder to write into: --out DIR"),
    "unknown system": (
        ["--test", "test.jsonl", "--out", "o", "--systems", "rags"],
        "unknown system 'rags'; known: rules, zero",
    ),
    "no finetuned": (["--test", "test.jsonl", "--out", "o", "--systems", "fine-tuned"], "needs --finetuned FOLDER"),
    "no rows": (["--test", "no.jsonl", "--out", "o"], "there is no file no.jsonl"),
    "no plan": (["no.toml"], "no plan at no.toml"),
    "plan and option": (["plan.toml", "--rows", "3"], "--rows belongs in the plan if there is one"),
    "bad decoding": (
        ["--test", "test.jsonl", "--out", "o", "--max-new-tokens", "0"],
        "max_new_tokens must be at least 1",
    ),
    "bad curve": (["--test", "test.jsonl", "--out", "o", "--curve", "few"], "--curve few: it takes numbers"),
    "bad rows": (["--test", "test.jsonl", "--out", "o", "--rows", "0"], "rows is 0"),
    "bad finetune": (["--test", "test.jsonl", "--out", "o", "--finetune", "epoch=3"], "--finetune 'epoch=3': needs"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_on_the_command_line_is_one_line(command, tmp_path, case) -> None:
    arguments, message = MISTAKES[case]
    (tmp_path / "plan.toml").write_text(PLAN)
    status, out, err = command(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith("rag: ")
    assert err.count("\n") == 1
    assert message in err
    assert not (tmp_path / "o").exists()


PLANS = {
    "not TOML": ("[data", "is not valid TOML"),
    "unknown table": ("[dat]\n", "no option 'dat'"),
    "no test": ("[data]\n[[system]]\nname='a'\n", "[data] needs the test rows"),
    "no systems": ("[data]\ntest='t'\n", "each is a table of its own: [[system]]"),
    "unknown data": ("[data]\ntest='t'\ntset='t'\n", "[data]: no option 'tset'"),
    "unnamed": ("[data]\ntest='t'\n[[system]]\nmodel='a'\n", "[[system]] 1: each system needs a name"),
    "unknown option": ("[data]\ntest='t'\n[[system]]\nname='a'\nmodels='a'\n", "[[system]] 1: no option 'models'"),
    "no model": ("[data]\ntest='t'\n[[system]]\nname='a'\n", "system 'a' has no model"),
    "shown": ("[data]\ntest='t'\n[[system]]\nname='a'\nmodel='b'\nshow_as='both'\n", "show_as is 'both'"),
    "decoding": ("[data]\ntest='t'\n[decoding]\nbeams=3\n[[system]]\nname='a'\nmodel='b'\n", "no option 'beams'"),
    "decoding value": (
        "[data]\ntest='t'\n[decoding]\nnum_beams=0\n[[system]]\nname='a'\nmodel='b'\n",
        "num_beams must",
    ),
    "number": ("rows='3'\n[data]\ntest='t'\n[[system]]\nname='a'\nmodel='b'\n", "rows is '3'"),
    "old word": ("batch=3\n[data]\ntest='t'\n[[system]]\nname='a'\nmodel='b'\n", "batch is now called batch_size"),
    "old word of a system": (
        "[data]\ntest='t'\n[[system]]\nname='a'\nmodel='b'\npassages=3\n",
        "passages is now called similar",
    ),
    "old word for the form": (
        "[data]\ntest='t'\n[[system]]\nname='a'\nmodel='b'\nshown='passages'\n",
        "shown is now called show_as",
    ),
    "path": ("[data]\ntest=3\n[[system]]\nname='a'\nmodel='b'\n", "3 is no path"),
}


@pytest.mark.parametrize("case", PLANS)
def test_a_mistake_in_a_plan_is_one_line(command, tmp_path, case) -> None:
    text, message = PLANS[case]
    (tmp_path / "plan.toml").write_text(text)
    status, out, err = command("plan.toml")
    assert (status, out) == (1, "")
    assert err.startswith("rag: plan.toml")
    assert err.count("\n") == 1
    assert message in err
