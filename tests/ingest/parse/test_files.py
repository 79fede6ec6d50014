"""Every parser's shape of output, and what is refused and why."""

from pathlib import Path

import pytest

from ingest.parse import ParseError, ParseSettings, Unsupported, parse


def test_empty_file_is_unsupported(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"")
    with pytest.raises(Unsupported, match=r"^empty file$"):
        parse(tmp_path / "a.md", "a.md")


def test_size_limit_names_both_sizes_and_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 2_500_000)
    with pytest.raises(Unsupported, match=r"2\.5 MB is over the limit of 1\.0 MB; --max-file-size raises it"):
        parse(tmp_path / "a.txt", "a.txt", ParseSettings(max_bytes=1_000_000))


def test_only_white_space_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(" \n\n\t\n")
    with pytest.raises(ParseError, match="no text found"):
        parse(tmp_path / "a.txt", "a.txt")
