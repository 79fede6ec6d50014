"""A label and nothing else: chosen by exact scores, with examples that fit, candidates, calibration and a threshold."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ingest.errors import RowsError
from prompts import Prompt
from rag.classify import (
    CONTENT_FREE,
    Classification,
    Classifier,
    NearestNeighbours,
    TextScorer,
    Threshold,
    calibrate_threshold,
    check_labels,
    check_rows,
    index_examples,
    labels_of,
    readable,
)
from rag.classify.labels import label_names
from rag.cli.main import main
from rag.data.rows import Row, read_rows
from rag.generate import Generator, new_generator
from rag.retrieve.retrievers import Retriever
from stores import new_store

ROOT = Path(__file__).parents[3]
LABELS = ["card_arrival", "lost_card", "top_up_failed"]
ROWS = [
    ("when will my card arrive", "card_arrival"),
    ("my card has not arrived yet", "card_arrival"),
    ("i lost my card", "lost_card"),
    ("my card was stolen", "lost_card"),
    ("the top up failed", "top_up_failed"),
    ("top up did not work", "top_up_failed"),
]


def rows(pairs: list[tuple[str, str]]) -> list[Row]:
    return [Row(str(n), "classify", {"text": text}, (label,)) for n, (text, label) in enumerate(pairs)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    spec = importlib.util.spec_from_file_location("small_models", ROOT / "tests" / "small_models.py")
    assert spec is not None
    assert spec.loader is not None
    small_models: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(small_models)
    made: dict[str, Path] = {}

    def make(architecture: str) -> Path:
        if architecture not in made:
            made[architecture] = tmp_path_factory.mktemp(architecture)
            getattr(small_models, f"make_{architecture}")(made[architecture], seed=3)
        return made[architecture]

    return make


@pytest.fixture(scope="module")
def generator_of(folder: Callable[[str], Path]) -> Callable[..., Generator]:
    return lambda architecture, **options: new_generator(
        str(folder(architecture)), "transformers", threads=1, **options
    )


@pytest.fixture
def retriever(embedder: Any) -> Retriever:
    return index_examples(rows(ROWS), embedder)


def softmax_of(scores: Mapping[str, float]) -> dict[str, float]:
    total = sum(math.exp(score) for score in scores.values())
    return {label: math.exp(score) / total for label, score in scores.items()}


# --- labels -----------------------------------------------------------------------------------------------------------


def test_a_label_reads_as_words() -> None:
    assert readable("reverted_card__payment?") == "reverted card payment?"
    assert label_names(["card_arrival", "Refund"]) == {"card_arrival": "card arrival", "Refund": "Refund"}


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "at least two labels are needed, none is given"),
        (["good"], "at least two labels are needed, only 'good' is given"),
        (["good", "bad", "good"], "the label 'good' occurs 2 times: name each label once"),
        (["good", " "], "label 2 of 2 is empty"),
        ("good,bad", "labels are a sequence of texts, not the text 'good,bad'"),
    ],
)
def test_labels_that_leave_no_choice_are_refused(labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_labels(labels)


def test_labels_that_read_alike_are_refused() -> None:
    with pytest.raises(ValueError, match="the labels 'top_up' and 'top up' both read 'top up': rename one"):
        label_names(["top_up", "top up"])


def test_the_labels_of_rows() -> None:
    assert labels_of(rows(ROWS)) == ("card_arrival", "lost_card", "top_up_failed")
    check_rows(rows(ROWS), LABELS)
    with pytest.raises(RowsError, match=r"row 0 has the label 'refund', which is none of the 3 known$"):
        check_rows(rows([("x", "refund")]), LABELS)
    with pytest.raises(RowsError, match=r"row 1 has the label 'b', .* \(2 rows have such labels\)"):
        check_rows(rows([("x", "lost_card"), ("y", "b"), ("z", "c")]), LABELS)


# --- what comes out ---------------------------------------------------------------------------------------------------


def found(probability: float, second: float = 0.0) -> Classification:
    scores = {"a": math.log(probability), "b": math.log(max(second, 1e-9))}
    rest = 1 - probability - second
    return Classification("a", probability, scores | ({"c": math.log(rest)} if rest > 1e-9 else {}))


def test_probability_and_margin() -> None:
    classification = found(0.5, 0.3)
    assert classification.probabilities == pytest.approx({"a": 0.5, "b": 0.3, "c": 0.2})
    assert classification.margin == pytest.approx(0.2)
    assert not classification.out_of_scope
    assert Classification("a", 1.0, {"a": -3.0}).margin == 1.0


@pytest.mark.parametrize(("threshold", "outside"), [(0.5, False), (0.51, True)])
def test_a_text_below_the_threshold_is_out_of_scope(threshold: float, outside: bool) -> None:
    assert Classification("a", 0.5, {"a": 0.0, "b": 0.0}, threshold=Threshold(threshold)).out_of_scope is outside


def test_a_threshold_of_the_margin() -> None:
    of_margin = Threshold(0.25, of="margin")
    assert Classification("a", 0.5, found(0.5, 0.3).scores, threshold=of_margin).out_of_scope
    assert not Classification("a", 0.5, found(0.6, 0.3).scores, threshold=of_margin).out_of_scope


def test_a_threshold_is_found_between_both_kinds() -> None:
    certain = [found(p, (1 - p) / 2) for p in (0.9, 0.8, 0.6, 0.7, 0.5, 0.4)]
    inside = [True, True, True, False, False, False]
    # Below .55 are two of three out of scope and none in; below .75 all three, and one in scope: both 5/6.
    chosen = calibrate_threshold(certain, inside)
    assert (chosen.value, chosen.of, chosen.by) == (pytest.approx(0.55), "probability", "balanced_accuracy")
    assert chosen.reached == pytest.approx(5 / 6)
    assert (chosen.rows_in, chosen.rows_out) == (3, 3)
    by_f1 = calibrate_threshold(certain, inside, by="f1")
    assert (by_f1.value, by_f1.reached) == (pytest.approx(0.75), pytest.approx(6 / 7))
    by_margin = calibrate_threshold(certain, inside, of="margin")
    assert by_margin.value == pytest.approx(((0.5 - 0.25) + (0.6 - 0.2)) / 2)


def test_a_threshold_that_separates_all() -> None:
    chosen = calibrate_threshold([found(0.9, 0.1), found(0.5, 0.5)], [True, False])
    assert (chosen.value, chosen.reached) == (pytest.approx(0.7), 1.0)


@pytest.mark.parametrize("inside", [[True, True], [False, False]])
def test_a_threshold_needs_both_kinds(inside: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"texts of both kinds are needed: \d are in scope and \d out of it"):
        calibrate_threshold([found(0.9), found(0.5)], inside)


def test_a_threshold_is_a_share() -> None:
    with pytest.raises(ValueError, match=r"a threshold of probability is from 0 to 1, not 50"):
        Threshold(50)


# --- nearest neighbours -----------------------------------------------------------------------------------------------


def test_neighbours_vote_with_their_similarity(retriever: Retriever) -> None:
    voted = NearestNeighbours(LABELS, retriever, k=3).classify("i lost my card")
    hits = retriever.retrieve("i lost my card", 3)
    votes: dict[str, float] = {}
    for hit in hits:
        label = str(hit.chunk.metadata["label"])
        votes[label] = votes.get(label, 0) + hit.score
    assert voted.label == "lost_card"
    assert voted.probability == pytest.approx(votes["lost_card"] / sum(votes.values()))
    assert voted.probabilities == pytest.approx({label: vote / sum(votes.values()) for label, vote in votes.items()})
    assert voted.examples[0] == ("i lost my card", "lost_card")
    assert len(voted.examples) == 3


def test_rows_are_embedded_once(embedder: Any, tmp_path: Path) -> None:
    store = new_store("local", path=tmp_path / "store")
    index_examples(rows(ROWS), embedder, store)
    assert len(embedder.embedded) == 6
    again = index_examples(rows(ROWS), embedder, store)
    assert len(embedder.embedded) == 6
    assert again.retrieve("i lost my card", 1)[0].chunk.metadata["label"] == "lost_card"
    index_examples(rows(ROWS[:4]), embedder, store)
    assert len(store) == 4


def test_an_example_keeps_its_place(retriever: Any) -> None:
    text = "\n".join(text for text, _ in ROWS)
    for chunk in retriever.store.chunks():
        assert text[chunk.start : chunk.end] == chunk.text


# --- the model --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("architecture", ["t5", "bart", "gpt2", "chat_llama"])
def test_the_label_is_the_one_of_the_highest_exact_score(
    generator_of: Callable[..., Generator], architecture: str
) -> None:
    generator = generator_of(architecture)
    classified = Classifier(generator, LABELS, calibrate=False).classify("Where is my card?")
    names = ["card arrival", "lost card", "top up failed"]
    prompt = Prompt.load("classify").render(generator.style, {"text": "Where is my card?", "labels": names})
    expected = dict(zip(LABELS, TextScorer(generator).score(prompt, names), strict=True))
    assert classified.scores == pytest.approx(expected, abs=1e-4)
    assert classified.label == max(expected, key=lambda label: expected[label])
    assert classified.probability == pytest.approx(softmax_of(expected)[classified.label], abs=1e-5)
    assert sum(classified.probabilities.values()) == pytest.approx(1)
    assert classified.prompt_tokens == generator.count_tokens(prompt)
    assert classified.seconds > 0


@pytest.mark.parametrize("architecture", ["t5", "gpt2"])
def test_the_most_similar_rows_stand_in_the_prompt(
    generator_of: Callable[..., Generator], architecture: str, retriever: Retriever
) -> None:
    generator = generator_of(architecture)
    classified = Classifier(generator, LABELS, retriever, similar=2, listed="none").classify("i lost my purse")
    shown = [(hit.chunk.text, str(hit.chunk.metadata["label"])) for hit in retriever.retrieve("i lost my purse", 2)]
    assert list(classified.examples) == shown
    values = {"text": "i lost my purse", "examples": [(text, readable(label)) for text, label in shown]}
    prompt = Prompt.load("classify").render(generator.style, values)
    assert classified.prompt_tokens == generator.count_tokens(prompt)
    expected = TextScorer(generator).score(prompt, [readable(label) for label in LABELS])
    assert list(classified.scores.values()) == pytest.approx(expected, abs=1e-4)


def test_examples_that_do_not_fit_are_told(generator_of: Callable[..., Generator], retriever: Retriever) -> None:
    text = "the card i lost"
    whole = Classifier(generator_of("t5"), LABELS, retriever, similar=6).classify(text)
    assert len(whole.examples) == 6
    assert not whole.dropped
    narrow = generator_of("t5", context_window=whole.prompt_tokens - 1)
    cut = Classifier(narrow, LABELS, retriever, similar=6).classify(text)
    assert cut.examples == whole.examples[:5]
    assert [each.reason for each in cut.dropped] == ["example"]
    assert cut.prompt_tokens < whole.prompt_tokens


def test_only_candidates_come_out(generator_of: Callable[..., Generator], retriever: Retriever) -> None:
    generator = generator_of("gpt2")
    classified = Classifier(generator, LABELS, retriever, candidates=3).classify("top up did not work , it failed")
    near = {hit.chunk.metadata["label"] for hit in retriever.retrieve("top up did not work , it failed", 3)}
    assert set(classified.scores) == near
    assert len(near) < 3
    prompt = Prompt.load("classify").render(
        "completion",
        {"text": "top up did not work , it failed", "labels": [readable(each) for each in LABELS if each in near]},
    )
    assert classified.prompt_tokens == generator.count_tokens(prompt)
    everything = Classifier(generator, LABELS, retriever, candidates=3, allowed="all").classify("top up failed")
    assert list(everything.scores) == LABELS


@pytest.mark.parametrize(("examples", "listed"), [(3, "none"), (2, "candidates")])
def test_candidates_are_named_unless_examples_show_them_all(
    generator_of: Callable[..., Generator], retriever: Retriever, examples: int, listed: Any
) -> None:
    generator = generator_of("gpt2")
    usual = Classifier(generator, LABELS, retriever, similar=examples, candidates=3).classify("i lost my card")
    told = Classifier(generator, LABELS, retriever, similar=examples, candidates=3, listed=listed)
    assert usual.prompt_tokens == told.classify("i lost my card").prompt_tokens


@pytest.mark.parametrize("examples", [0, 2])
def test_calibration_takes_off_what_labels_score_for_nothing(
    generator_of: Callable[..., Generator], retriever: Retriever, examples: int
) -> None:
    generator = generator_of("gpt2")
    text = "i lost my purse"
    plain = Classifier(generator, LABELS, retriever, similar=examples, calibrate=False).classify(text)
    calibrated = Classifier(generator, LABELS, retriever, similar=examples, calibrate=True).classify(text)
    usual = Classifier(generator, LABELS, retriever, similar=examples).classify(text)
    assert usual.scores == pytest.approx((plain if examples else calibrated).scores, abs=1e-4)
    shown = [(text, readable(label)) for text, label in plain.examples]
    scorer, names = TextScorer(generator), [readable(label) for label in LABELS]
    biases = []
    for text in CONTENT_FREE:
        values = {"text": text, "labels": names, "examples": shown}
        scores = scorer.score(Prompt.load("classify").render("completion", values), names)
        biases.append(softmax_of(dict(zip(LABELS, scores, strict=True))))
    for label in LABELS:
        mean = sum(bias[label] for bias in biases) / 3
        assert calibrated.scores[label] == pytest.approx(plain.scores[label] - math.log(mean), abs=1e-4)


@pytest.mark.parametrize("normalise", ["tokens", "characters"])
def test_a_score_by_length(generator_of: Callable[..., Generator], normalise: Any) -> None:
    generator = generator_of("gpt2")
    plain = Classifier(generator, LABELS, calibrate=False).classify("x")
    normalised = Classifier(generator, LABELS, calibrate=False, normalise=normalise).classify("x")
    for label in LABELS:
        tokens = len(generator.tokenizer(f" {readable(label)}").input_ids) + 1  # type: ignore[attr-defined]
        length = tokens if normalise == "tokens" else len(label)
        assert normalised.scores[label] == pytest.approx(plain.scores[label] / length, abs=1e-5)


def test_a_model_that_learnt_to_classify_is_not_told_the_labels(folder: Callable[[str], Path], tmp_path: Path) -> None:
    trained = tmp_path / "trained"
    trained.mkdir()
    for file in folder("t5").iterdir():
        (trained / file.name).write_bytes(file.read_bytes())
    (trained / "openbook.json").write_text(json.dumps({"tasks": ["classify", "answer"]}))
    generator = new_generator(str(trained), "transformers", threads=1)
    classified = Classifier(generator, LABELS).classify("Where is my card?")
    assert classified.prompt_tokens == generator.count_tokens("classify: Where is my card?")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"similar": -1}, "similar must be 0 or more, not -1"),
        ({"similar": 3}, "similar=3 needs labelled rows to choose from: give a retriever"),
        ({"candidates": 3}, "candidates=3 needs labelled rows to choose from: give a retriever"),
        (
            {"allowed": "candidates"},
            'allowed="candidates" needs a number of rows to take them from: give candidates=20, say',
        ),
        ({"listed": "some"}, "unknown listed 'some'; known: all, candidates, none"),
        ({"normalise": "words"}, "unknown normalise 'words'; known: none, tokens, characters"),
    ],
)
def test_wrong_options_are_refused(
    generator_of: Callable[..., Generator], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Classifier(generator_of("gpt2"), LABELS, **options)


def test_wrong_texts_are_refused(generator_of: Callable[..., Generator], retriever: Retriever) -> None:
    classifier = Classifier(generator_of("gpt2"), LABELS)
    with pytest.raises(ValueError, match="the text is empty: there is nothing to classify"):
        classifier.classify(" \n")
    with pytest.raises(ValueError, match=r"the prompt has .* tokens .* the longest value is 'text'"):
        classifier.classify("card " * 1100)
    with pytest.raises(ValueError, match="an example has the label 'lost_card', which is none of the 2 labels"):
        Classifier(generator_of("gpt2"), ["a", "b"], retriever, similar=2).classify("i lost my card")


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def train(tmp_path: Path) -> Path:
    file = tmp_path / "train.jsonl"
    file.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in ROWS), "utf-8")
    return file


def test_the_command_prints_the_label(folder: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    model = str(folder("t5"))
    expected = Classifier(new_generator(model, "transformers", threads=1), LABELS).classify("where is my card")
    assert main(["classify", "where", "is", "my", "card", "--labels", "card_arrival, lost_card,top_up_failed",
                 "--model", model]) == 0  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{expected.probability:.3f}  {expected.label}"
    assert len(lines) == 3


def test_the_command_labels_a_file(
    folder: Callable[[str], Path], train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = tmp_path / "asked.jsonl"
    asked.write_text('{"id": 7, "text": "i lost it", "label": "lost_card"}\n\n{"text": "top up?"}\n', "utf-8")
    command = ["classify", "--file", str(asked), "--labels-from", str(train), "--model", str(folder("gpt2"))]
    assert main([*command, "--threshold", "1", "--calibrate"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["id"], first["text"], first["expected"]) == (7, "i lost it", "lost_card")
    assert "id" not in second
    assert second["text"] == "top up?"
    for each in (first, second):
        assert each["label"] in LABELS
        assert each["label"] == max(each["scores"], key=lambda label: each["scores"][label])
        assert each["out_of_scope"] is True
        assert each["seconds"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x", "--labels", "good"], "there is nothing to choose: at least two labels are needed, only 'good' is given"),
        (["x", "--labels", "good,bad,good"], "the label 'good' occurs 2 times: name each label once"),
        (["x", "--labels", "good,,bad"], "label 2 of 3 is empty"),
        (["x"], "give the labels as --labels a,b,c, or --labels-from with labelled rows"),
        (["--labels", "good,bad"], "give one text, or --file with rows"),
        ([" ", "--labels", "good,bad"], "the text is empty: give one to classify"),
        (
            ["x", "--labels", "a,b", "--similar", "2"],
            "--similar and --candidates need labelled rows: give them as --l",
        ),
        (["x", "--labels-from", "none.jsonl"], "there is no file none.jsonl"),
        (["--file", "{asked}", "--labels", "a,b"], "{asked}, line 1: the label 'c' is none of the 2 known"),
        (["x", "--labels", "a,b", "--threshold", "50"], "a threshold of probability is from 0 to 1, not 50.0"),
        (["x", "--labels", "a_b,a b"], "the labels 'a_b' and 'a b' both read 'a b': rename one"),
    ],
)
def test_the_command_refuses_in_one_line(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    folder: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = tmp_path / "asked.jsonl"
    asked.write_text('{"text": "x", "label": "c"}\n', "utf-8")
    given = [each.format(asked=asked) for each in arguments]
    assert main(["classify", *given, "--model", str(folder("gpt2"))]) == 1
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(f"rag: {message.format(asked=asked)}")
    assert error.count("\n") == 1


# --- the real thing ---------------------------------------------------------------------------------------------------


@pytest.mark.corpus
@pytest.mark.weights
@pytest.mark.slow
def test_the_embedded_model_and_77_labels(data: Path) -> None:
    from ingest.embed import new_embedder

    train = read_rows(data / "classification" / "banking77" / "train.jsonl", "classify")
    held_out, train = train[::500], [row for number, row in enumerate(train) if number % 500]
    labels = labels_of(train)
    retriever = index_examples(train[::4], new_embedder())
    classifier = Classifier(
        new_generator("builtin:smollm2", "transformers"), labels, retriever, similar=4, candidates=8
    )
    found = [classifier.classify(row.text).label for row in held_out]
    assert set(found) <= set(labels)
    assert sum(label == row.target for label, row in zip(found, held_out, strict=True)) > len(held_out) / 2
