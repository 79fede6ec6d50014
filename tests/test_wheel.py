"""The wheel, not the checkout: it holds the four packages and nothing else, and works where nothing else is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from rag.serve.routes.page import read_assets

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ingest", "prompts", "rag", "stores")


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def done_in(folder: Path, *command: str, **env: str) -> str:
    """Run Python in a folder that is not the checkout and return what it printed."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=clean | env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy of the tracked files, as building writes beside its sources; nothing is fetched."""
    copy, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    done_in(copy, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy))
    (file,) = out.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")
    done_in(folder, "-m", "pip", "install", *offline, "--target", str(folder), str(wheel))
    return folder


def test_it_holds_what_git_tracks_of_the_four_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.endswith("/")}
    ours = {name for name in held if ".dist-info/" not in name}
    assert ours == {name for name in tracked() if name.partition("/")[0] in PACKAGES}
    assert {f"{package}/py.typed" for package in PACKAGES} <= ours
    page = {"index.html", "style.css", "js/app.js", "vendor/pdfjs/pdf.worker.min.mjs", "vendor/preact/preact.mjs"}
    assert {f"rag/serve/page/{name}" for name in page} <= ours
    assert {"rag/rag.toml", "rag/cli/main.py", "prompts/templates/answer/chat.jinja"} <= ours
    licences = {name.partition(".dist-info/")[2] for name in held - ours} & {"licenses/LICENSE", "licenses/NOTICE"}
    assert len(licences) == 2


def test_its_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        entry_points, metadata = ConfigParser(), archive.read(f"{info}/METADATA").decode()
        entry_points.read_string(archive.read(f"{info}/entry_points.txt").decode())
    assert wheel.name.startswith("openbook_rag-")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert dict(entry_points["console_scripts"]) == {"rag": "rag.cli.main:run"}
    assert "\nLicense-Expression: Apache-2.0\n" in metadata
    assert "\nDescription-Content-Type: text/markdown\n" in metadata


def test_installed_alone_its_own_copies_are_imported(installed: Path, tmp_path: Path) -> None:
    code = (
        "import ingest, prompts, rag, stores; print(*(m.__file__ for m in (ingest, prompts, rag, stores)), sep='\\n')"
    )
    files = done_in(tmp_path, "-c", code, PYTHONPATH=str(installed)).split()
    assert files == [str(installed / package / "__init__.py") for package in PACKAGES]
    usage = done_in(tmp_path, "-m", "rag.cli.main", "--help", PYTHONPATH=str(installed))
    assert usage.startswith("usage: rag ")
    assert "ingest" in usage
    done_in(tmp_path, "-m", "rag.cli.main", "init", PYTHONPATH=str(installed))
    assert (tmp_path / "rag.toml").read_bytes() == (ROOT / "rag" / "rag.toml").read_bytes()
    code = "from rag.serve.routes.page import read_assets; print(read_assets()[0])"
    assert done_in(tmp_path, "-c", code, PYTHONPATH=str(installed)).strip() == read_assets()[0], "the page is whole"
    code = "from prompts import TASKS, Prompt; print(*(len(Prompt.load(task).templates) for task in TASKS))"
    assert done_in(tmp_path, "-c", code, PYTHONPATH=str(installed)).split() == ["3"] * 5


@pytest.mark.slow
@pytest.mark.weights
def test_installed_alone_it_ingests_and_searches(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tea.md").write_text("# House\n\nTea is served at four in the library.\n")
    (tmp_path / "docs" / "rent.csv").write_text("name,price\nattic,900\ncellar,300\n")
    rag = ("-m", "rag.cli.main")
    report = json.loads(done_in(tmp_path, *rag, "ingest", "docs", "--json", PYTHONPATH=str(installed)))
    assert (report["added"], report["failed"], report["chunks_total"]) == (2, [], 3)
    found = json.loads(
        done_in(tmp_path, *rag, "search", "When is tea served?", "-k", "1", "--json", PYTHONPATH=str(installed))
    )
    (hit,) = found["hits"]
    assert (hit["source"], hit["text"]) == ("docs/tea.md", "House\n\nTea is served at four in the library.")
