"""TOML files: their tables, or one line that says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ConfigError, PlanError
from ingest.toml_file import read_toml


def test_the_tables_are_returned(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"\xef\xbb\xbf[store]\npath = '.rag'\n")
    assert read_toml(file, "") == {"store": {"path": ".rag"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no plan here"), (b"a = \xff", "a.toml is not UTF-8 text"), (b"a =", "a.toml is not valid TOML: ")],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "a.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PlanError, match=message):
        read_toml(file, "no plan here", PlanError)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: "):
        read_toml(tmp_path, "")
