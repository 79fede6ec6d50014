"""Every parser's shape of output, and what is refused and why."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import ParseError, Unsupported
from ingest.parsers import Parsed, ParseSettings, parse


def test_parse_is_a_function_whatever_was_imported_before() -> None:
    code = """
        from ingest import parse as first
        import ingest.parsers, ingest.parsers.registry
        from ingest import parse as second
        import ingest
        print(type(first).__name__, first is second is ingest.parse is ingest.parsers.parse)
    """
    for start in ("", "import ingest.parsers\n"):
        run = subprocess.run(
            [sys.executable, "-c", start + textwrap.dedent(code)], capture_output=True, text=True, check=True
        )
        assert run.stdout == "function True\n"


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


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.zip", b"PK\x03\x04" + b"\x00" * 30, "an archive: unpack it first"),
        ("a.mp3", b"ID3\x04\x00\x00", "audio: transcribe it to text first"),
        ("a", b"SQLite format 3\x00" + b"\x00" * 80, "a database: export it"),
        ("a.xyz", bytes(range(256)) * 8, "binary data of an unknown kind"),
        ("a.txt", bytes(range(256)) * 8, "binary data of an unknown kind"),
        ("a.csv", b"\x7fELF\x02\x01\x01" + b"\x00" * 90, "a program, not a document"),
    ],
)
def test_what_nobody_reads_is_named(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Unsupported, match=reason):
        parse(tmp_path / name, name)


@pytest.mark.parametrize("name", ["README", "a.unknown", "a.xls", "a.doc"])
def test_content_decides_where_the_name_does_not(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("<html><body><h1>T</h1><p>x</p></body></html>")
    assert parse(tmp_path / name, name).documents[0].text == "T\n\nx"


def test_a_folder_or_nothing_is_a_parse_error(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="not a file"):
        parse(tmp_path, "x")
    with pytest.raises(ParseError, match="cannot be opened: No such file"):
        parse(tmp_path / "none.txt", "x")


def test_importing_loads_no_library_of_any_format() -> None:
    heavy = {"unstructured", "lxml", "selectolax", "markdown_it", "pypdfium2", "yaml", "openpyxl", "charset_normalizer"}
    code = f"import sys, ingest.parsers; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FILES = Path(__file__).parents[3] / "../shared/data/files"
UNREADABLE = {"empty.eml", "password.pdf", "single_table.pdf", "picture.pptx", "form.json", "simple.zip", "simple.doc",
              "duplicate-paragraphs.doc"}  # fmt: skip


@pytest.mark.corpus
def test_real_files_give_text_or_a_reason(read_file: Callable[..., Parsed]) -> None:
    paths = sorted(file for file in FILES.rglob("*") if file.is_file() and file.parent.name != "img")
    reasons = {path.name: reason for path in paths if (reason := why_not(path, read_file))}
    assert set(reasons) == UNREADABLE
    assert all(5 < len(reason) < 400 and "\n" not in reason for reason in reasons.values())


def why_not(path: Path, read_file: Callable[..., Parsed]) -> str:
    try:
        read_file(path)
    except ParseError as error:
        return str(error)
    return ""
