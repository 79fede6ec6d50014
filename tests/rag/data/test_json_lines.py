"""JSON lines: records are found by key, whatever a kill left of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import RowsError
from rag.data.json_lines import RecordFile, read_objects, write_objects


def test_the_last_record_of_a_key_counts_and_a_torn_line_is_ignored(tmp_path: Path) -> None:
    records = RecordFile(tmp_path / "new" / "records.jsonl")
    assert records.read() == {}
    records.append({"a": {"text": "one"}, "b": {"text": "é\u2028"}})
    records.append({"a": {"text": "two"}})
    records.path.write_bytes(records.path.read_bytes() + b'[1]\n"x"\n{"no": "key"}\n{"key": "c", "te')
    records.append({"d": {"text": "after"}})
    assert records.read() == {"a": {"text": "two"}, "b": {"text": "é\u2028"}, "d": {"text": "after"}}


def test_objects_are_read_as_they_were_written(tmp_path: Path) -> None:
    objects = [{"text": "a\u2028b"}, {"n": 1}]
    write_objects(tmp_path / "deep" / "out.jsonl", objects)
    assert [content for _, content in read_objects(tmp_path / "deep" / "out.jsonl")] == objects
    (tmp_path / "marked.jsonl").write_bytes(b'\xef\xbb\xbf{"n": 1}\n\n{"n": 2}')
    assert list(read_objects(tmp_path / "marked.jsonl")) == [(1, {"n": 1}), (3, {"n": 2})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "is not UTF-8 text"),
        (b'{"n": 1}\n[2]', "line 2: each row has to be an object, not list"),
        (rb'{"n": "\ud83d"}', r"line 1: \\ud83d is half of a character"),
    ],
)
def test_other_files_are_refused_by_their_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    with pytest.raises(RowsError, match=message):
        list(read_objects(tmp_path / "x.jsonl"))
