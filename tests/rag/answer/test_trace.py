"""What is logged and traced of questions and documents: counts, times and reasons, and not a word of them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from ingest.chunk import Chunker
from ingest.tracing import record_trace
from rag.answer.pipeline import Pipeline
from rag.index.index import Index
from rag.retrieve.retrievers import HybridRetriever
from stores import new_store

SECRET = "Xylophone"
TEXT = f"The {SECRET} is played at four in the library."


@pytest.fixture
def pipeline(embedder: Any, scripted: Any) -> Pipeline:
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=40))
    index.add_file(TEXT, "plan.txt")
    return Pipeline(HybridRetriever(index.store, embedder), scripted(f"The {SECRET} is played at four."))


def test_the_stages_are_traced_with_counts(pipeline: Pipeline) -> None:
    with record_trace() as spans:
        pipeline.ask(f"When is the {SECRET} played?")
    assert [(one.name, one.depth) for one in spans] == [
        ("ask", 0), ("retrieve", 1), ("answer", 1), ("generate", 2), ("check", 2),
    ]  # fmt: skip
    counts = {one.name: one.counts for one in spans}
    assert counts["ask"] == {"questions": 1, "abstained": 0, "citations": 1, "dropped": 0}
    assert counts["retrieve"] == {"questions": 1, "hits": 1}
    assert counts["answer"] == {"strategy": "short", "questions": 1}
    assert counts["generate"]["completion_tokens"] == 6
    assert SECRET not in str(spans)


def test_a_refusal_says_why(pipeline: Pipeline) -> None:
    with record_trace() as spans:
        answer = pipeline.ask("What is the capital of France?")
    assert answer.abstained
    assert [note for one in spans for note in one.notes] == ["refused: what it names occurs in no document"]


def test_drafts_are_traced_too(pipeline: Pipeline) -> None:
    with record_trace() as spans:
        list(pipeline.stream_drafts(f"When is the {SECRET} played?"))
    assert [one.name for one in spans] == ["retrieve", "generate", "answer"]


def test_the_log_holds_no_word_of_a_document_or_question(
    tmp_path: Path, embedder: Any, scripted: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken.json").write_text(f"{{{SECRET}", "utf-8")
    (tmp_path / "plan.md").write_text(f"# {SECRET}\n\n{TEXT}\n", "utf-8")
    with caplog.at_level(logging.DEBUG, "openbook"):
        index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=40))
        index.sync([tmp_path])
        index.add_file(TEXT, "more.txt", {"about": SECRET})
        pipeline = Pipeline(HybridRetriever(index.store, embedder), scripted(f"The {SECRET} is played at four."))
        pipeline.ask(f"When is the {SECRET} played?")
    ours = [record for record in caplog.records if record.name.split(".")[0] == "openbook"]
    assert {record.name for record in ours} >= {"openbook.index", "openbook.ask"}
    assert all(SECRET not in f"{record.getMessage()} {vars(record)}" for record in ours)


def test_every_logger_is_below_openbook() -> None:
    root = Path(__file__).resolve().parents[3]
    for package in ("ingest", "stores", "prompts", "rag"):
        for file in (root / package).rglob("*.py"):
            text = file.read_text("utf-8")
            if "getLogger(" in text and file.parent.name != "cli":
                assert 'getLogger("openbook' in text or 'getLogger(f"openbook' in text, file
