"""Every example runs offline and shows what it says it shows."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.embed.sentence_transformers import SentenceTransformerEmbedder
from ingest.parsers import PARSERS
from rag.cli.main import build_parser

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
SLOW = pytest.mark.slow
"""For what generates with the embedded model; the others embed only, which takes a few seconds."""

pytestmark = pytest.mark.weights


def quickstart(lines: list[str]) -> None:
    assert re.fullmatch(r"7 files, \d\d+ chunks", lines[0])
    cited = [at for at, line in enumerate(lines) if line.startswith("[1] ")]
    assert len(cited) == 1
    assert "12" in " ".join(lines[1 : cited[0]]), "the answer"
    assert re.match(r"\[1\] (paid-parental-)?leave\.md: ", lines[cited[0]])
    assert "12 weeks" in " ".join(lines[cited[0] :]), "the evidence"


def catalogue(lines: list[str]) -> None:
    prices = [float(line.rpartition(": ")[2]) for line in lines[:3]]
    assert len(prices) == 3
    assert all(0 < price < 100 for price in prices)
    title, text, _, *details = lines[3:]
    assert title.startswith("title: Trail Daypack")
    assert text.startswith("long: The Trail Daypack ")
    assert any("22 litres" in line for line in (text, *details))
    assert "- Waterproof: no" in details


def hybrid(lines: list[str]) -> None:
    assert len(lines) == 12
    for question in range(0, 12, 4):
        assert [line.split()[0] for line in lines[question + 1 : question + 4]] == ["dense", "bm25", "hybrid"]
    found = {(at // 4, line.split()[0]): line.split()[1] for at, line in enumerate(lines) if line.startswith(" ")}
    assert found[0, "dense"] != found[0, "bm25"], "meaning and words may differ"
    assert found[1, "bm25"] == found[1, "hybrid"] == "accident-report-chi08ca048.pdf", "the exact word"
    assert found[2, "hybrid"] == "leave.md"


def langchain_chain(lines: list[str]) -> None:
    assert lines[0].startswith("Context: ")
    assert "parental leave" in " ".join(lines).lower()
    assert re.search(r"\['.*12 weeks.*'\]$", lines[-1]), "a citation"


def langchain_agent(lines: list[str]) -> None:
    assert [line.split(":")[0] for line in lines[:-1]] == ["human", "ai", "tool", "ai", "tool", "ai"]
    assert "12 weeks" in lines[2]
    assert "Paid Parental Leave" in lines[4]
    assert re.search(r"^\['.*12 weeks.*'\]$", lines[-1]), "a citation"


def own_parser(lines: list[str]) -> None:
    assert lines[0].startswith("SyncReport(added=1, ")
    assert "chunks_total=2" in lines[0]
    assert lines[1:] == ["Alan says: Tea is at four."]


def own_store(lines: list[str]) -> None:
    (source,) = re.findall(r"\['(.*)'\]", lines[0])
    assert Path(source).name == "fmla.md"
    assert lines[1:] == ["searches: [1]"]


def t5_and_gpt2(lines: list[str]) -> None:
    assert [line for line in lines if not line.startswith(" ")] == [
        "t5: text2text prompts, a window of 512 tokens",
        "gpt2: completion prompts, a window of 1024 tokens",
    ]
    for line, room in ((lines[1], 512), (lines[4], 1024 - 48)):
        prompt, new, found, dropped = map(int, re.findall(r"\d+", line))
        assert room * 0.7 < prompt <= room
        assert 0 < new <= 48
        assert found == 12
        assert 0 < dropped < 12


def demo(lines: list[str]) -> None:
    summary = next(line for line in lines if line.startswith("15 questions: "))
    counted = {
        said: int(count) for count, said in re.findall(r"(\d+) ([a-z ]+)", summary.partition(";")[0].partition(": ")[2])
    }
    assert sum(counted.values()) == 15
    # The answers, by the questions of the file: what is said to be right is right, and nothing is wrong.
    asked = [json.loads(line) for line in (EXAMPLES / "knowledge_base/questions.jsonl").read_text("utf-8").splitlines()]
    parts = "\n".join(lines).split("   Q: ")[1:]
    said = [re.split(r"\n      \([a-z-]+(?:, \w+)?: ", part)[0] for part in parts]
    right = [
        any(each.lower() in answer.lower() for each in row["answers"]) for row, answer in zip(asked, said, strict=True)
    ]
    assert sum(right) >= counted["right and cited"] >= 10
    assert counted["rightly left unanswered"] == 2
    assert "wrong" not in counted
    assert all("A: I can't find" in answer for answer in said[-2:]), "what the documents do not answer"
    # The last line is a command that is there; tests/rag/serve/test_start.py runs it.
    command = shlex.split(lines[-1].partition("on a page: ")[2])
    assert command[1:] == ["serve", "--store", "build/demo/store", "--open"]
    assert build_parser().parse_args(command[1:])
    assert Path(command[0]).exists()


CHECKS: dict[str, tuple[Callable[[list[str]], None], tuple[pytest.MarkDecorator, ...]]] = {
    "quickstart.py": (quickstart, (SLOW,)),
    "catalogue.py": (catalogue, (SLOW,)),
    "hybrid.py": (hybrid, ()),
    "langchain_agent.py": (langchain_agent, ()),
    "langchain_chain.py": (langchain_chain, (SLOW,)),
    "own_parser.py": (own_parser, ()),
    "own_store.py": (own_store, ()),
    "t5_and_gpt2.py": (t5_and_gpt2, ()),
    "knowledge_base/demo.py": (demo, (SLOW,)),
}


OWN_TESTS = {
    "answers/calibrate.py": "test_reader_examples.py",
    "answers/synonyms.py": "test_example_rows.py",
    "answers/train.py": "test_reader_examples.py",
    "openbook_t5/train.py": "test_openbook_t5.py",
    "product_descriptions/adapter.py": "test_product_descriptions.py",
    "product_descriptions/prepare.py": "test_product_descriptions.py",
    "product_descriptions/prepare_realiser.py": "test_product_descriptions.py",
    "product_descriptions/train_realiser.py": "test_product_descriptions.py",
    "product_descriptions/train_worth.py": "test_product_descriptions.py",
    "reader/cloze.py": "test_reader_examples.py",
    "reader/heads.py": "test_example_rows.py",
    "reader/office.py": "quality/test_organisations.py",
    "reader/prepare.py": "test_reader_examples.py",
    "reader/wide.py": "test_example_rows.py",
    "web_app/app.py": "test_web_app.py",
}
"""Examples that need data of their own."""


@pytest.fixture(scope="module", autouse=True)
def each_text_is_embedded_once() -> Iterator[None]:
    """Keep vectors from one example to the next: most of them embed the same knowledge base."""
    embed, kept = SentenceTransformerEmbedder.embed_documents, dict[str, np.ndarray]()

    def embed_new(self: SentenceTransformerEmbedder, texts: list[str]) -> np.ndarray:
        new = [text for text in texts if text not in kept]
        kept.update(zip(new, embed(self, new), strict=True))
        return np.stack([kept[text] for text in texts])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SentenceTransformerEmbedder, "embed_documents", embed_new)
        yield


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, which is also where temporary files go."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", [pytest.param(name, marks=marks) for name, (_, marks) in CHECKS.items()])
def test_it_runs_and_shows_what_it_says(
    name: str, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = EXAMPLES / name
    monkeypatch.setattr(sys, "path", [str(file.parent), *sys.path])  # as `python examples/name.py` has it
    monkeypatch.setattr(sys, "argv", [str(file)])
    parsers = dict(PARSERS)
    try:
        runpy.run_path(str(file), run_name="__main__")
    finally:
        PARSERS.clear()
        PARSERS.update(parsers)
    captured = capsys.readouterr()
    CHECKS[name][0](captured.out.splitlines())
    assert "Warning" not in captured.err


def test_every_example_is_run() -> None:
    run = {*CHECKS, *OWN_TESTS}
    assert {file.relative_to(EXAMPLES).as_posix() for file in EXAMPLES.rglob("*.py")} == run
    assert all((ROOT / "tests" / name).exists() for name in OWN_TESTS.values())


def test_the_readme_names_every_example() -> None:
    named = set(re.findall(r"\]\(examples/([\w./]+)\)", (ROOT / "README.md").read_text("utf-8")))
    assert {file.name for file in EXAMPLES.glob("*.py")} <= named
    assert all((EXAMPLES / name).exists() for name in named)
