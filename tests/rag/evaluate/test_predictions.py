"""Records: made once, kept as they come, found again whatever tore the file."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ingest.errors import RowsError
from rag.data.rows import Row
from rag.evaluate.predictions import Prediction, predict_rows, read_predictions, write_predictions

ROWS = [Row(str(n), "own", {"input": f"text {n}"}, ("x",)) for n in range(7)]


class Maker:
    """Writes a text for each row, and fails where it is told to."""

    def __init__(self, fail_at: str | None = None) -> None:
        self.fail_at = fail_at
        self.batches: list[list[str]] = []

    def __call__(self, rows: Sequence[Row]) -> list[Prediction]:
        self.batches.append([row.id for row in rows])
        if self.fail_at in self.batches[-1]:
            raise KeyboardInterrupt
        return [Prediction(row.id, f"of {row.text}", prompt_tokens=3) for row in rows]


def test_records_come_in_the_order_of_the_rows_with_their_time() -> None:
    maker = Maker()
    records = predict_rows(ROWS, maker, {}, batch=3, progress=False)
    assert [(record.row, record.output) for record in records] == [(str(n), f"of text {n}") for n in range(7)]
    assert maker.batches == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert all(record.seconds is not None and record.seconds >= 0 for record in records)


def test_an_interrupted_run_goes_on_and_makes_nothing_twice(tmp_path) -> None:
    file = tmp_path / "deep" / "cache.jsonl"
    first, second, third = Maker(fail_at="4"), Maker(), Maker()
    with pytest.raises(KeyboardInterrupt):
        predict_rows(ROWS, first, {"model": "m"}, file, batch=2)
    assert len(file.read_text().splitlines()) == 4
    assert set(json.loads(file.read_text().splitlines()[0])) == {
        "key", "row", "output", "prompt_tokens", "seconds", "cpu_seconds", "together"
    }  # fmt: skip
    records = predict_rows(ROWS, second, {"model": "m"}, file, batch=2)
    assert second.batches == [["4", "5"], ["6"]]
    assert [record.output for record in records] == [f"of text {n}" for n in range(7)]
    assert predict_rows(ROWS, third, {"model": "m"}, file) == records
    assert third.batches == []


def test_batches_may_be_of_ones_own_choosing() -> None:
    maker = Maker()
    records = predict_rows(ROWS, maker, {}, batch=lambda rows: [rows[4:], rows[:1], rows[1:4]], progress=False)
    assert maker.batches == [["4", "5", "6"], ["0"], ["1", "2", "3"]]
    assert [record.row for record in records] == [row.id for row in ROWS]
    assert [record.together for record in records] == [1, 3, 3, 3, 3, 3, 3]


def test_other_settings_and_other_inputs_are_made_anew_in_the_same_file(tmp_path) -> None:
    file = tmp_path / "cache.jsonl"
    predict_rows(ROWS[:2], Maker(), {"model": "m"}, file)
    other = Maker()
    predict_rows(ROWS[:2], other, {"model": "n"}, file)
    assert other.batches == [["0"], ["1"]]
    changed = Maker()
    moved = [Row("9", "own", {"input": "text 1"}, ()), Row("1", "own", {"input": "changed"}, ())]
    records = predict_rows(moved, changed, {"model": "m"}, file)
    assert changed.batches == [["1"]], "what counts is the input, not the id"
    assert [(record.row, record.output) for record in records] == [("9", "of text 1"), ("1", "of changed")]


def test_rows_with_equal_inputs_are_made_once(tmp_path) -> None:
    maker = Maker()
    records = predict_rows([*ROWS[:1], Row("again", "own", {"input": "text 0"}, ("y",))], maker, {})
    assert maker.batches == [["0"]]
    assert [(record.row, record.output) for record in records] == [("0", "of text 0"), ("again", "of text 0")]


@pytest.mark.parametrize("cut", [1, 20])
def test_a_torn_line_is_made_again_and_spoils_no_other(tmp_path, cut) -> None:
    file = tmp_path / "cache.jsonl"
    predict_rows(ROWS[:3], Maker(), {}, file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    again, last = Maker(), Maker()
    predict_rows(ROWS[:3], again, {}, file)
    assert again.batches == ([] if cut == 1 else [["2"]])
    assert len(predict_rows(ROWS, last, {}, file)) == 7
    assert last.batches == [[str(n)] for n in range(3, 7)]
    assert predict_rows(ROWS, Maker(fail_at="0"), {}, file)[6].output == "of text 6"


def test_what_is_written_is_read(tmp_path) -> None:
    records = [
        Prediction("0", "é\u2028", 3, 4, 0.5, 0.7, abstained=False, citations=("a", "b"), sentences=2, supported=1),
        Prediction("1", "", label="x", attempts=2, raw="y"),
    ]
    write_predictions(tmp_path / "new" / "out.jsonl", records)
    assert read_predictions(tmp_path / "new" / "out.jsonl", ROWS[:2]) == records
    assert read_predictions(tmp_path / "new" / "out.jsonl", [ROWS[1]], among=ROWS) == records[1:]


def test_outputs_of_others(tmp_path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text('{"id": 1, "output": "one"}\n{"row": "0", "label": "two", "more": 1}\n')
    assert [record.output for record in read_predictions(file, ROWS[:2])] == ["two", "one"]
    file.write_text('{"id": 1, "answer": "one", "abstained": false, "citations": [{"number": 1, "text": "it is one"}]}')
    (asked,) = read_predictions(file, ROWS[1:2])
    assert (asked.output, asked.citations) == ("one", ("it is one",)), "as rag ask prints it"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", r"no output for 2 of 2 rows, such as '0'"),
        ('{"id": "0", "output": "x"}', r"no output for 1 of 2 rows, such as '1'"),
        (
            '{"id": "0", "output": "x"}\n{"id": "0", "output": "y"}',
            "line 2: row '0' has an output on an earlier line too",
        ),
        (
            '{"id": "0", "output": "x"}\n{"id": "8", "output": "y"}',
            "1 outputs are for rows that are not there, such as '8'",
        ),
        ('{"id": "0"}', 'line 1: needs "row"'),
        ('{"output": "x"}', 'line 1: needs "row"'),
        ('{"id": "0", "output": "x", "citations": "y"}', "\"citations\" cannot be 'y'$"),
        ('{"id": "0", "output": "x", "seconds": "fast"}', '"seconds" cannot be'),
        ("nonsense", "line 1: not JSON"),
    ],
)
def test_outputs_that_do_not_fit_are_refused_in_one_line(tmp_path, lines, message) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text(lines)
    with pytest.raises(RowsError, match=message) as caught:
        read_predictions(file, ROWS[:2])
    assert "\n" not in str(caught.value)
