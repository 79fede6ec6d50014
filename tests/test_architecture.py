"""The way through the house: imports point one way, public names are what they seem, nothing heavy loads on import."""

from __future__ import annotations

import ast
import importlib
import inspect
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ingest", "stores", "prompts", "rag")
HEAVY = {
    "torch", "faiss", "transformers", "sentence_transformers", "langchain", "langchain_core", "unstructured", "numpy",
    "jinja2", "lxml", "selectolax", "pypdfium2", "yaml", "tokenizers", "rich", "pydantic", "sklearn", "scipy",
}  # fmt: skip


def imports(file: Path) -> Iterator[str]:
    """Yield what a file imports when it runs: nothing below `if TYPE_CHECKING`."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            yield node.module or ""


def source_files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


ROOMS = "rooms of rag import only those below them"


# --- import contracts -------------------------------------------------------------------------------------------------


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source alone, to be broken."""
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "weights"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_import_contracts_are_kept(copy: Path) -> None:
    linted = lint_imports(copy)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert "0 broken" in linted.stdout


@pytest.mark.parametrize(
    ("file", "statement", "contract"),
    [
        ("ingest/broken.py", "import stores.base", "packages import one way"),
        ("stores/broken.py", "import prompts.prompt", "packages import one way"),
        ("rag/retrieve/broken.py", "import rag.answer.types", ROOMS),
        (
            "rag/answer/broken.py",
            "from rag.evaluate.metrics import metric",
            ROOMS,
        ),
        (
            "rag/compare/broken.py",
            "def later():\n    import rag.report.html",
            ROOMS,
        ),
        ("rag/config.py", "import rag.cli.main", ROOMS),
        ("rag/unknown/__init__.py", "", ROOMS),
        ("rag/generate/broken.py", "import peft", "only rag.finetune imports training libraries"),
        ("rag/compare/broken.py", "import accelerate", "only rag.finetune imports training libraries"),
        ("stores/filters/filter.py", "import stores.filters.parse", "no circles inside a package"),
    ],
)
def test_a_broken_contract_is_named(copy: Path, file: str, statement: str, contract: str) -> None:
    target = copy / file
    before = target.read_text("utf-8") if target.exists() else None
    target.parent.mkdir(exist_ok=True)
    target.write_text(f"{before or ''}\n{statement}\n", "utf-8")
    try:
        linted = lint_imports(copy)
    finally:
        if before is None:
            target.unlink()
            if not any(target.parent.glob("*.py")):
                shutil.rmtree(target.parent)
        else:
            target.write_text(before, "utf-8")
    assert linted.returncode == 1, linted.stdout + linted.stderr
    broken = [line for line in linted.stdout.splitlines() if line.rstrip().endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken), linted.stdout


def test_langchain_core_is_imported_at_the_seams_only() -> None:
    users = {
        file.relative_to(ROOT).as_posix()
        for file in source_files()
        if any(name.split(".")[0].startswith("langchain") for name in imports(file))
    }
    assert users == {"rag/langchain.py", "rag/generate/langchain.py"}


def test_nothing_is_pickled() -> None:
    for file in source_files():
        assert not {"pickle", "dill", "joblib", "shelve", "marshal"} & set(imports(file)), file


def test_no_options_of_the_command_line_leave_its_room() -> None:
    for file in source_files():
        if "cli" not in file.parts:
            assert "argparse" not in set(imports(file)), file


def test_no_file_is_named_for_nothing() -> None:
    names = {file.stem for file in source_files()}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def test_rag_itself_holds_few_files() -> None:
    assert len([file for file in (ROOT / "rag").glob("*.py") if file.name != "__init__.py"]) <= 6


# --- importing --------------------------------------------------------------------------------------------------------


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


# --- public names -----------------------------------------------------------------------------------------------------


def faces() -> Iterator[str]:
    """Packages with public names."""
    for file in source_files():
        if file.name == "__init__.py":
            name = ".".join(file.parent.relative_to(ROOT).parts)
            if getattr(importlib.import_module(name), "__all__", ()):
                yield name


@pytest.mark.parametrize("package", list(faces()))
def test_a_public_name_is_no_module_and_of_the_kind_that_its_spelling_says(package: str) -> None:
    module = importlib.import_module(package)
    if package in PACKAGES:
        assert dir(module) == sorted(module.__all__)
    modules = {file.stem for file in (ROOT / Path(*package.split("."))).iterdir() if file.suffix in ("", ".py")}
    assert not modules & set(module.__all__), "a public name and a module share a name"
    for name in module.__all__:
        value = getattr(module, name)
        assert not isinstance(value, ModuleType), name
        if name.isupper():
            assert not callable(value), name
        elif name[0].isupper():
            assert inspect.isclass(value) or "typing" in type(value).__module__ or "Union" in type(value).__name__, name
        else:
            assert inspect.isfunction(value), name
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        module.nonsense  # noqa: B018


def test_public_names_stay_what_they_are_whatever_is_imported_after_them() -> None:
    code = """
import importlib, inspect, pkgutil, sys
import ingest, prompts, rag, stores
before = {(p.__name__, n): getattr(p, n) for p in (ingest, prompts, rag, stores) for n in p.__all__}
for package in (ingest, prompts, rag, stores):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".weights" not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
changed = [key for key, value in before.items() if getattr(sys.modules[key[0]], key[1]) is not value]
print(changed)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stderr[-2000:]


def test_a_star_import_gives_every_public_name_without_a_warning() -> None:
    code = "from rag import *; import rag; print(sorted(set(rag.__all__) - set(globals())))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr[-2000:]
