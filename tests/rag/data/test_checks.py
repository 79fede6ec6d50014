"""Data checks: each fault is found, dropped from the right side and told; with `strict`, refused."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from ingest.errors import RowsError
from ingest.types import Chunk
from rag.data.checks import RowChecks, find_copies, input_key, percentiles
from rag.data.rows import Row, as_passage, read_rows
from stores.base import Entry, Source
from stores.memory import MemoryStore


def describe(row_id: str, fields: Mapping[str, Any], *references: str) -> Row:
    return Row(row_id, "describe", {"fields": fields, "intent": ""}, references)


def label(row_id: str, text: str, name: str) -> Row:
    return Row(row_id, "classify", {"text": text}, (name,))


def question(row_id: str, text: str, *answers: str, context: str = "") -> Row:
    passages = (as_passage(context, row_id),) if context else ()
    return Row(row_id, "answer", {"question": text}, answers, passages, unanswerable=not answers)


def store_of(**sources: str | list[str]) -> MemoryStore:
    store = MemoryStore()
    store.bind({"dimension": "2", "embedder": "x", "embedder_fingerprint": "x"})
    for name, texts in sources.items():
        chunks = [
            Chunk(text, name, n * 1000, n * 1000 + len(text))
            for n, text in enumerate([texts] * isinstance(texts, str) or texts)
        ]
        store.write([Entry(Source(name, name, "f"), chunks, np.ones((len(chunks), 2), np.float32))])
    return store


def found(checks: object) -> list[tuple[str, int, str]]:
    return [(check["check"], check["count"], check["action"]) for check in json.loads(json.dumps(checks))]


TRAIN = [describe("1", {"name": "A 1", "price": "9"}, "a 1 for 9"), describe("2", {"name": "B"}, "the b")]


def test_clean_rows_pass_unchanged() -> None:
    test = [describe("9", {"name": "C"}, "the c is good")]
    checked = RowChecks(strict=True).run(TRAIN, [], test)
    assert (checked.train, checked.valid, checked.test, checked.checks) == (tuple(TRAIN), (), tuple(test), ())
    assert checked.as_json == []


def test_shared_inputs_leave_the_later_split_whatever_case_space_and_order() -> None:
    valid = [describe("v1", {"price": "9", "name": "a  1"}, "valid"), describe("v2", {"name": "C"}, "the c")]
    test = [
        describe("t1", {"name": "B"}, "another text"),
        describe("t2", {"name": " c\n"}, "of valid"),
        describe("t3", {"name": "b"}, "and again"),
        describe("t4", {"name": "D"}, "the d"),
    ]
    checked = RowChecks().run(TRAIN, valid, test)
    assert [row.id for row in (*checked.train, *checked.valid, *checked.test)] == ["1", "2", "v2", "t4"]
    assert found(checked.as_json) == [
        ("duplicates across splits", 1, "dropped from valid"),
        ("duplicates across splits", 3, "dropped from test"),
    ]
    assert checked.checks[1].text == (
        "3 test rows with the input of a row in another split (inputs: 1 of train, 1 of valid)"
    )


def test_the_passage_and_the_task_are_part_of_the_input() -> None:
    same = question("1", "Who?", "Ada", context="It was Ada.")
    assert input_key(same) == input_key(question("2", "who? ", "x", context="it was  ada."))
    assert input_key(same) != input_key(question("2", "Who?", "Ada", context="It was Bob."))
    assert input_key(label("1", "Who?", "x")) != input_key(question("1", "Who?", "x"))


@pytest.mark.parametrize(("repeated", "references"), [("merge", ("x", "y")), ("drop", ("x",))])
def test_repeated_test_inputs_become_one_row(repeated, references) -> None:
    rows = [question("1", "Who?", "x"), question("2", "WHO?", "y", "x"), question("3", "When?", "z")]
    checked = RowChecks(repeated=repeated).run(test=rows)
    assert [(row.id, row.references) for row in checked.test] == [("1", references), ("3", ("z",))]
    action = "merged into one row with all references" if repeated == "merge" else "dropped from test"
    assert found(checked.as_json) == [("repeated inputs", 1, action)]
    assert len(RowChecks().run(train=rows).train) == 3, "training may see several texts of one input"


def test_empty_targets_are_dropped_and_blank_references_taken_out() -> None:
    rows = [
        describe("1", {"name": "A"}),
        describe("2", {"name": "B"}, " \n"),
        describe("3", {"name": "C"}, "", "the c"),
        question("4", "Who?"),
    ]
    checked = RowChecks().run(train=rows)
    assert [(row.id, row.references) for row in checked.train] == [("3", ("the c",)), ("4", ())]
    assert found(checked.as_json) == [("empty targets", 2, "dropped from train")]
    with pytest.raises(
        RowsError, match=r"^nothing is left of the 2 test rows: 2 test rows without a target, or with a blank"
    ):
        RowChecks().run(test=rows[:2])


def test_targets_that_copy_the_input_are_told_and_dropped_if_wished() -> None:
    rows = [describe("1", {"name": "Zelus", "drive": "4 gb"}, "zelus  4 GB"), describe("2", {"name": "B"}, "the b")]
    assert found(RowChecks().run(rows).as_json) == [("targets equal to the input", 1, "kept")]
    checked = RowChecks(copies="drop").run(rows)
    assert [row.id for row in checked.train] == ["2"]
    assert found(checked.as_json) == [("targets equal to the input", 1, "dropped from train")]


def test_labels_unseen_in_training_are_named() -> None:
    train = [label("1", "lost it", "lost"), label("2", "how much", "price")]
    test = [label("3", "where is it", "lost"), label("4", "good day", "greeting"), label("5", "what", "oos")]
    with pytest.raises(RowsError) as caught:
        RowChecks().run(train, [], test)
    assert str(caught.value) == (
        "2 labels of the test rows are unseen in training: greeting, oos; training has 2: lost, price"
    )
    assert len(RowChecks(out_of_scope="oos").run(train, [], [test[0], test[2]]).test) == 2
    assert len(RowChecks().run([], [], test).test) == 3, "nothing to compare with without training rows"


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        ((TRAIN, [], [describe("t", {"name": "b"}, "x")]), "1 test row with the input of a row in another split"),
        (([], [], [describe("t", {"name": "b"}, " "), *TRAIN]), "1 test row without a target, or with a blank one"),
    ],
)
def test_strict_refuses_in_one_line_what_would_be_dropped(splits, message) -> None:
    with pytest.raises(RowsError) as caught:
        RowChecks(strict=True).run(*splits)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


# --- leakage ----------------------------------------------------------------------------------------------------------

LONG = "the satellite zelus 40 is a sleek laptop with 4 gb of memory and a battery of 3.5 hours"


def test_a_reference_in_the_store_is_found_word_for_word() -> None:
    rows = [
        describe("in", {"name": "zelus"}, "Not this.", LONG),
        describe("out", {"name": "eurus"}, "the eurus is not there at all today"),
    ]
    store = store_of(
        a="Reviews. The satellite Zelus 40 is a sleek laptop,\nwith 4 GB of memory and a battery of 3.5 hours!"
    )
    assert find_copies(rows, store) == {"in": 1.0}
    checked = RowChecks(store=store).run(test=rows)
    assert [row.id for row in checked.test] == ["out"]
    assert found(checked.as_json) == [("test rows in the store", 1, "dropped from test")]
    with pytest.raises(RowsError, match=r"^the store holds the text or a reference of 1 test row: 1 word for word"):
        RowChecks(store=store, strict=True).run(test=rows)


def test_most_of_a_reference_in_the_store_is_found_and_a_little_is_not() -> None:
    words = LONG.split()  # "3.5" being two, 20 words: 13 grams of eight
    row = describe("1", {"name": "x"}, LONG)
    assert find_copies([row], store_of(a=" ".join(words[:15]))) == {"1": pytest.approx(8 / 13)}
    assert find_copies([row], store_of(a=" ".join(words[:12]))) == {}
    assert find_copies([row], store_of(a=" ".join(words[:12])), near=0.3) == {"1": pytest.approx(5 / 13)}


def test_a_text_cut_into_two_chunks_is_found_and_scattered_words_are_not() -> None:
    words = LONG.split()
    row = describe("1", {"name": "x"}, LONG)
    halves = [" ".join(words[:11]), " ".join(words[8:])]
    assert find_copies([row], store_of(a=halves))["1"] == pytest.approx(9 / 13)
    assert find_copies([row], store_of(a=" ".join(reversed(words)))) == {}


def test_short_texts_count_only_as_a_whole_line() -> None:
    rows = [label("1", "Where is my card?", "card"), label("2", "lost it", "lost")]
    assert find_copies(rows, store_of(a="Tell us: where is my card when it was lost, and it is found")) == {}
    assert find_copies(rows, store_of(a="id: 7\ntext: where is my card\nlabel: card", b="Lost it!")) == {
        "1": 1.0,
        "2": 1.0,
    }


def test_what_retrieval_is_for_is_no_leak() -> None:
    context = "Marie Curie and her husband Pierre won the Nobel prize in physics in 1903 together"
    asked = question("1", "Who won the prize?", context, context=context)
    assert find_copies([asked], store_of(a=context)) == {}, "the answer has to be in the store"
    assert find_copies([label("1", "x y", "card arrival")], store_of(a="card arrival")) == {}, "labels repeat"
    asked_there = question("2", "who won the nobel prize in physics in the year 1903", "Curie")
    assert find_copies([asked_there], store_of(faq="Q: Who won the Nobel prize in physics in the year 1903?")) == {
        "2": 1.0
    }


# --- lengths ----------------------------------------------------------------------------------------------------------


def test_percentiles_are_counts_that_occur() -> None:
    hundred = percentiles(range(1, 101), window=97)
    assert (hundred.p50, hundred.p95, hundred.p99, hundred.longest, hundred.over) == (50, 95, 99, 100, 3)
    assert (percentiles([7]).p50, percentiles([7]).p99, percentiles([3, 1, 2]).p50, percentiles([1, 2]).p50) == (
        7,
        7,
        2,
        1,
    )
    with pytest.raises(ValueError, match="no lengths"):
        percentiles([])


def test_lengths_of_inputs_and_targets_are_told_with_those_over_the_window() -> None:
    train = [question(str(n), "who is it " * n, "one two", context="ctx") for n in (1, 2, 3)] + [question("0", "Who?")]
    checked = RowChecks(count_tokens=lambda texts: [len(text.split()) for text in texts], window=6).run(train)
    inputs, targets = checked.checks
    assert (inputs.name, inputs.count, inputs.action) == ("length of inputs", 2, "counted")
    assert inputs.text == "train: p50 4, p95 10, p99 10, at most 10 tokens; 2 of 4 over the window of 6"
    assert targets.text == "train: p50 2, p95 2, p99 2, at most 2 tokens"
    rendered = RowChecks(count_tokens=lambda texts: [len(text) for text in texts], render=lambda row: "prompt").run(
        train
    )
    assert rendered.checks[0].text.startswith("train: p50 6, p95 6")


# --- real rows --------------------------------------------------------------------------------------------------------


@pytest.mark.corpus
def test_the_laptop_rows_shared_by_train_and_test_leave_the_test_side(data) -> None:
    folder = data / "products" / "rnnlg_laptop"
    train, test = read_rows(folder / "train.jsonl"), read_rows(folder / "test.jsonl")
    letters = [json.loads(line)["mr"] for line in (folder / "test.jsonl").read_text().splitlines()]
    known = {json.loads(line)["mr"] for line in (folder / "train.jsonl").read_text().splitlines()}
    shared = {row.id for row, mr in zip(test, letters, strict=True) if mr in known}
    assert len({mr for mr in letters if mr in known}) == 186
    checked = RowChecks(repeated="drop").run(train, [], test)
    assert len(checked.train) == len(train)
    assert not shared & {row.id for row in checked.test}
    across = next(check for check in checked.checks if check.name == "duplicates across splits")
    assert across.count == 292, "204 rows to the letter, 88 more that name the same fields in another order"
    assert "(inputs: 271 of train)" in across.text
    assert {row.key for row in checked.test}.isdisjoint(row.key for row in train)


def test_twenty_thousand_rows_take_two_seconds() -> None:
    rows = [
        describe(
            str(n),
            {"name": f"item {n}", "price": str(n), "kind": "lamp"},
            f"the item {n} is a lamp for {n} dollars and more",
        )
        for n in range(20_000)
    ]
    store = store_of(**{f"s{n}": f"the thing {n} is a chair for {n} dollars and more" for n in range(500)})
    began = time.process_time()
    checked = RowChecks(store=store).run(rows[:16_000], rows[16_000:18_000], rows[18_000:])
    assert time.process_time() - began < 2
    assert len(checked.test) == 2000
