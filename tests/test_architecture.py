"""The way through the house: imports point one way, and importing the packages loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "ingest": set(),
    "stores": {"ingest"},
    "prompts": {"ingest"},
    "rag": {"ingest", "stores", "prompts"},
}
HEAVY = {
    "torch", "faiss", "transformers", "sentence_transformers", "langchain", "langchain_core", "unstructured", "numpy",
    "jinja2", "lxml", "selectolax", "pypdfium2", "yaml", "tokenizers",
}  # fmt: skip


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            yield node.module or ""


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        ours = {name.split(".")[0] for name in imports(file)} & set(MAY_IMPORT) - {package}
        assert ours <= MAY_IMPORT[package], f"{file} imports {ours - MAY_IMPORT[package]}"


def test_langchain_core_is_imported_at_the_seams_only() -> None:
    users = {
        file.relative_to(ROOT).as_posix()
        for package in MAY_IMPORT
        for file in (ROOT / package).rglob("*.py")
        if any(name.split(".")[0].startswith("langchain") for name in imports(file))
    }
    assert users == {"rag/langchain.py", "rag/generate/langchain.py"}


@pytest.mark.parametrize(
    "statement",
    [
        "import rag",
        "import ingest",
        "import stores",
        "import prompts",
        "import rag.cli.main; rag.cli.main.build_parser()",
    ],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    code = f"import sys; {statement}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert set(done.stdout.split()) & HEAVY == set()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_public_name_can_be_had(package: str) -> None:
    module = __import__(package)
    assert dir(module) == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        module.nonsense  # noqa: B018


def test_nothing_is_pickled() -> None:
    for package in MAY_IMPORT:
        for file in (ROOT / package).rglob("*.py"):
            assert not {"pickle", "dill", "joblib", "shelve", "marshal"} & set(imports(file)), file


def test_no_file_is_named_for_nothing() -> None:
    names = {file.stem for package in MAY_IMPORT for file in (ROOT / package).rglob("*.py")}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
