"""Every code block of the README and the documentation is run, or at least parsed where it says why it is not run.

A block is marked in the line above it: `<!-- not run: WHY -->` for installing and drawings, `<!-- parsed: WHY -->` for
commands that need data or models that are not here, `<!-- compiled: WHY -->` for Python that takes minutes. A Python
block whose first line is `# NAME.py` is written to that file.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import rag
from rag.cli.main import build_parser, main
from rag.config import Config
from rag.data.rows import read_rows

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "guides").glob("*.md"))]
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[a-z ]+): (?P<why>.+) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
MARKS = {None, "not run", "parsed", "compiled"}
LANGUAGES = {"sh", "python", "toml", "json", "text"}


@dataclass(frozen=True)
class CodeBlock:
    language: str
    text: str
    mark: str | None
    line: int

    def commands(self) -> Iterator[list[str]]:
        """Yield the `rag` commands of a shell block without the word `rag`."""
        for line in self.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["rag"]:
                yield words[1:]
            else:
                assert not words, f"line {self.line}: only `rag` can be run here, so mark the block: {line}"


def blocks(page: Path) -> list[CodeBlock]:
    text = page.read_text("utf-8")
    return [
        CodeBlock(match["language"], match["text"], match["mark"], text.count("\n", 0, match.start()) + 1)
        for match in BLOCK.finditer(text)
    ]


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_command_parses_and_every_block_can_be_read(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        assert block.mark in MARKS, f"line {block.line}: unknown mark {block.mark!r}"
        assert block.language in LANGUAGES, f"line {block.line}: {block.language} is never run"
        if block.language == "sh" and block.mark != "not run":
            for command in block.commands():
                build_parser().parse_args(command)
        elif block.language == "python":
            compile(block.text, f"{page.name}, line {block.line}", "exec")
        elif block.language == "toml":
            (tmp_path / "rag.toml").write_text(block.text)
            Config.load(tmp_path / "rag.toml")
        elif block.language == "json":
            for line in block.text.splitlines():
                (tmp_path / "rows.jsonl").write_text(line)
                assert len(read_rows(tmp_path / "rows.jsonl")) == 1


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(b.language != "text" for b in blocks(page))], ids=page_name
)
def test_every_block_runs_and_prints_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    assert main(["ingest", "examples/knowledge_base/documents"]) == 0
    names: dict[str, object] = {"__name__": "page"}
    printed = ""
    for block in blocks(page):
        if block.language == "text" and block.mark is None:
            assert squeezed(block.text) in squeezed(printed), (
                f"line {block.line}: this is not what was printed:\n{printed}"
            )
        if block.mark is not None:
            continue
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            if block.language == "sh":
                for command in block.commands():
                    assert main(command) == 0, f"line {block.line}: rag {shlex.join(command)}"
            elif (file := re.match(r"# (\w+\.py)\n", block.text)) is not None:
                Path(file[1]).write_text(block.text, "utf-8")
            elif block.language == "python":
                exec(compile(block.text, f"{page.name}, line {block.line}", "exec"), names)
        printed = output.getvalue()


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_command_line_reference_is_what_the_commands_say() -> None:
    names: dict[str, object] = {
        "__file__": str(ROOT / "docs" / "reference" / "generate_cli.py"),
        "__name__": "generate",
    }
    exec((ROOT / "docs" / "reference" / "generate_cli.py").read_text("utf-8"), names)
    reference = names["reference"]
    assert callable(reference)
    assert (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8") == reference(), "run `make docs`"


def test_a_json_object_is_on_each_line_that_says_json() -> None:
    for page in PAGES:
        for block in blocks(page):
            if block.language == "json":
                assert all(isinstance(json.loads(line), dict) for line in block.text.splitlines())


def test_the_functions_that_a_command_passes_exist_and_are_few() -> None:
    for section in (ROOT / "docs" / "how-it-works.md").read_text("utf-8").split("\n## `rag ")[1:]:
        stops = re.findall(r"^\| \d+ \| `([\w.]+)` \|", section.split("\n## ")[0], re.MULTILINE)
        assert 10 <= len(stops) <= 15
        files = [inspect.getsourcefile(inspect.unwrap(resolve_dotted(stop))) for stop in stops]
        assert max(Counter(files).values()) <= 2, Counter(files)


def resolve_dotted(name: str) -> Any:
    """Return the function or class that a dotted name means."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            value = getattr(value, part)
        return value
    raise AssertionError(f"there is no {name}")


def test_the_reference_has_every_public_name() -> None:
    page = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
    assert sorted(re.findall(r"^::: rag\.(\w+)$", page, re.MULTILINE)) == sorted(rag.__all__)


def test_the_readme_is_one_screen_after_another() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150
