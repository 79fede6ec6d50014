"""Rows as people have them: every task's columns, ids that tell rows apart, and one clear line for every mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import RowsError
from rag.data.rows import Row, parse_mr, read_rows


@pytest.fixture
def file(tmp_path):
    def write(*rows: Any) -> Path:
        path = tmp_path / "rows.jsonl"
        path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
        return path

    return write


def only(path: Path, **options: Any) -> Row:
    (row,) = read_rows(path, **options)
    return row


def test_a_question_with_answers_and_its_context(file) -> None:
    row = only(file({"id": "q7", "question": "Who?", "answers": ["Ada", "Ada L."], "context": "It was Ada."}))
    assert (row.id, row.task, row.values, row.references) == ("q7", "answer", {"question": "Who?"}, ("Ada", "Ada L."))
    (passage,) = row.passages
    assert (passage.text, passage.source, passage.start, passage.end) == ("It was Ada.", "q7/context", 0, 11)
    assert (row.target, row.text, row.unanswerable) == ("Ada", "Who?", False)


@pytest.mark.parametrize(
    "content",
    [
        {"question": "Who?", "unanswerable": True},
        {"question": "Who?", "answers": [], "is_impossible": True},
        {"question": "Who?", "answers": ["left over"], "unanswerable": True, "context": None},
    ],
)
def test_a_question_that_its_passages_do_not_answer(file, content) -> None:
    row = only(file(content))
    assert (row.unanswerable, row.references, row.passages) == (True, (), ())


def test_one_answer_may_stand_alone_beside_an_empty_list(file) -> None:
    assert only(file({"question": "When?", "answer": 1912, "answers": None})).references == ("1912",)


def test_a_description_from_fields_and_from_a_meaning_representation(file) -> None:
    fields = only(file({"fields": {"brand": "Acme", "price": 9.5, "colour": None}, "reference": "An Acme."}))
    assert (fields.values, fields.text) == (
        {"fields": {"brand": "Acme", "price": 9.5, "colour": None}, "intent": ""},
        "Acme 9.5",
    )
    mr = only(file({"mr": "inform(name=a 1;memory=4 gb)", "ref": "the a 1 has 4 gb"}))
    assert mr.values == {"fields": {"name": "a 1", "memory": "4 gb"}, "intent": "inform"}
    assert mr.references == ("the a 1 has 4 gb",)


def test_labels_summaries_and_tasks_of_your_own(file) -> None:
    label = only(file({"text": "lost my card", "label": 3}))
    assert (label.task, label.values, label.references) == ("classify", {"text": "lost my card"}, ("3",))
    summary = only(file({"source": "A long text.", "summaries": ["Short.", "Brief."]}))
    assert (summary.task, summary.values, summary.references) == ("summarise", {}, ("Short.", "Brief."))
    assert summary.passages[0].text == "A long text."
    own = only(file({"input": "2 + 2", "target": "4"}), task="sums")
    assert (own.task, own.values, own.references) == ("sums", {"input": "2 + 2"}, ("4",))


def test_a_named_task_reads_its_own_columns_where_others_stand_too(file) -> None:
    content = {"question": "Who?", "answers": ["Ada"], "text": "Who was it?", "label": "person"}
    assert only(file(content)).task == "answer"
    assert only(file(content), task="classify").references == ("person",)


def test_ids_tell_rows_apart(file) -> None:
    rows = [{"id": 0}, {"id": "a"}, {"_id": "a"}, {"id": "a~2"}, {}, {"id": 5}, {"id": ""}]
    read = read_rows(file(*({"text": "x", "label": "y", **row} for row in rows)))
    assert [row.id for row in read] == ["0", "a", "a~2", "a~2~2", "5", "5~2", "7"]


def test_the_key_is_of_the_input_alone(file) -> None:
    one, two, other, reordered = read_rows(
        file(
            {"fields": {"a": "1", "b": "2"}, "ref": "one"},
            {"fields": {"a": "1", "b": "2"}, "ref": "another"},
            {"fields": {"a": "1", "b": "3"}, "ref": "one"},
            {"fields": {"b": "2", "a": "1"}, "ref": "one"},
        )
    )
    assert one.key == two.key == reordered.key
    assert one.key != other.key
    same = {"question": "Who?", "answers": ["x"]}
    without, within = read_rows(file(same, {**same, "context": "Ada."}))
    assert without.key != within.key, "the passage is part of what is asked"


@pytest.mark.parametrize("text", ["\ud83d", "x \ude00", "\ude00\ud83d"])
def test_half_a_character_is_refused(file, text) -> None:
    with pytest.raises(RowsError, match=r"line 1: \\ud[8e].. is half of a character"):
        read_rows(file({"input": text, "target": "x"}))
    assert only(file({"input": "😀", "target": "\\ud83d"})).values == {"input": "😀"}


def test_meaning_representations() -> None:
    assert parse_mr("goodbye()") == ("goodbye", {})
    assert parse_mr("?request(price)") == ("?request", {"price": ""})
    assert parse_mr("inform(name='a';name=b;name=c)") == ("inform", {"name": "a", "name 2": "b", "name 3": "c"})
    assert parse_mr('inform(screen=15.6")') == ("inform", {"screen": '15.6"'}), "an inch is no quote"
    assert parse_mr("inform(url=a=b)") == ("inform", {"url": "a=b"})
    assert parse_mr("name[Cotto], family-friendly[yes], near[]") == (
        "",
        {"name": "Cotto", "family-friendly": "yes", "near": ""},
    )
    with pytest.raises(ValueError, match="neither intent"):
        parse_mr("just words")


def test_blank_lines_a_byte_order_mark_and_a_limit(tmp_path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes('\ufeff{"text": "a\u2028b", "label": "x"}\r\n\r\n{"text": "c", "label": "y"}\n'.encode())
    assert [(row.id, row.text) for row in read_rows(path)] == [("1", "a\u2028b"), ("3", "c")]
    assert [row.id for row in read_rows(path, limit=1)] == ["1"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "holds no rows"),
        ("{oops", "line 1: not JSON"),
        ("[1]", "line 1: each row has to be an object, not list"),
        ('{"text": "a"}', "line 1 has the columns text; needed are question and answers (task answer), or fields"),
        ('{"text": " ", "label": "x"}', 'line 1: "text" has to be a text that is not empty'),
        ('{"text": 3, "label": "x"}', 'line 1: "text" has to be a text'),
        ('{"question": "Q", "unanswerable": false}', 'line 1 has neither "answers" nor "unanswerable": true'),
        ('{"question": "Q", "answers": ["a"], "unanswerable": "no"}', "has to be true or false, not 'no'"),
        ('{"question": "Q", "answers": {"text": ["a"]}}', "line 1: references have to be texts"),
        ('{"fields": ["a"], "ref": "x"}', '"fields" has to be an object'),
        ('{"mr": "words", "ref": "x"}', "line 1: 'words' is neither intent"),
    ],
)
def test_mistakes_are_named_in_one_line(file, line, message) -> None:
    with pytest.raises(RowsError) as caught:
        read_rows(file(line))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_columns_of_a_named_task_are_asked_for(file) -> None:
    with pytest.raises(RowsError, match=r"needed are text and label \(task classify\)$"):
        read_rows(file({"question": "Who?", "answers": ["Ada"]}), task="classify")


def test_files_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(RowsError, match=r"there is no file .*nowhere"):
        read_rows(tmp_path / "nowhere.jsonl")
    with pytest.raises(RowsError, match="cannot be read"):
        read_rows(tmp_path)
    (tmp_path / "latin.jsonl").write_bytes(b'{"text": "caf\xe9", "label": "x"}')
    with pytest.raises(RowsError, match="not UTF-8"):
        read_rows(tmp_path / "latin.jsonl")


@pytest.mark.corpus
def test_the_real_sets_are_rows(data) -> None:
    sets = {
        "products/rnnlg_laptop/test.jsonl": ("describe", 2649),
        "products/e2e_cleaned/devel.jsonl": ("describe", 4299),
        "qa/squad_subset/squad_subset.jsonl": ("answer", 4330),
        "classification/banking77/train.jsonl": ("classify", 10003),
        "summarisation/scitldr_A/dev.jsonl": ("summarise", 619),
    }
    for name, (task, count) in sets.items():
        rows = read_rows(data / name)
        assert {row.task for row in rows} == {task}
        assert len({row.id for row in rows}) == len(rows) == count
        assert all(row.target.strip() for row in rows)
