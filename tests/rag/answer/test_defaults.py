"""The defaults of answering: the same for a pipeline from rag.toml and for one made in Python."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ingest.closing import Closing
from ingest.embed import new_embedder
from ingest.models.weights import MINILM, MINILM_READER, SMOLLM2, SMOLLM2_ANSWERS
from rag.answer.defaults import MIN_CONFIDENCE, MIN_EVIDENCE
from rag.answer.pipeline import Pipeline
from rag.config import Config
from rag.generate import new_generator
from rag.reader import ExtractiveReader
from rag.reader.base import Span
from rag.retrieve.retrievers import HybridRetriever
from stores import new_store
from stores.base import Hit

TEXT = "The mill was built in 1702. Tea is served at four in the library. The rent is 900 euros a month."
QUESTIONS = ["When was the mill built?", "How much is the rent?", "What is the capital of France?"]


@dataclass(frozen=True)
class Nothing:
    """A retriever without hits, over an embedder of some name."""

    embedder: Any

    @dataclass(frozen=True)
    class Named:
        name: str

    def retrieve(self, question: str, k: int = 5, where: object = None) -> list[Hit]:
        return []


@dataclass
class ScriptedReader:
    """A reader of some name."""

    name: str = "mine"

    def read_many(self, questions: Any) -> list[list[Span]]:
        return [[] for _ in questions]


def named(scripted: Any, name: str) -> Any:
    generator = scripted("x")
    generator.name = name
    return generator


def values(pipeline: Pipeline) -> tuple[object, ...]:
    return pipeline.min_confidence, pipeline.min_evidence, pipeline.prompt_tokens


MINE, THEIRS = Nothing(Nothing.Named(MINILM)), Nothing(Nothing.Named("other"))


@pytest.mark.weights
def test_the_embedded_generator_brings_its_reader_and_its_confidence(scripted: Any) -> None:
    pipeline = Pipeline(MINE, named(scripted, SMOLLM2_ANSWERS))
    assert pipeline.reader and pipeline.reader.name == MINILM_READER  # noqa: PT018
    assert pipeline.confidence and pipeline.confidence.of("short").after  # noqa: PT018
    assert values(pipeline) == (None, 0.0, 256)
    assert values(Pipeline(MINE, named(scripted, SMOLLM2_ANSWERS), min_confidence=0.7, min_evidence=0.1)) == (
        0.7, 0.1, 256
    )  # fmt: skip


@pytest.mark.parametrize(
    ("retriever", "model", "reader", "expected"),
    [
        (MINE, "scripted", None, (0.0, MIN_EVIDENCE[MINILM], None)),
        (THEIRS, "scripted", None, (0.0, 0.0, None)),
        (MINE, SMOLLM2, None, (0.0, MIN_EVIDENCE[MINILM], 512)),
        (MINE, SMOLLM2_ANSWERS, False, (0.0, MIN_EVIDENCE[MINILM], 512)),
        (THEIRS, SMOLLM2_ANSWERS, ScriptedReader(MINILM_READER), (MIN_CONFIDENCE[MINILM_READER], 0.0, 256)),
        (THEIRS, SMOLLM2_ANSWERS, ScriptedReader(), (0.0, 0.0, 256)),
    ],
)
def test_values_that_nobody_set_are_those_of_the_models(
    scripted: Any, retriever: Any, model: str, reader: Any, expected: tuple[object, ...]
) -> None:
    pipeline = Pipeline(retriever, named(scripted, model), reader=reader)
    assert values(pipeline) == expected
    assert pipeline.confidence is False
    assert values(replace(pipeline, k=3)) == expected


@pytest.mark.weights
@pytest.mark.parametrize("extractive", [True, False])
def test_a_pipeline_by_hand_equals_the_configured_one(tmp_path: Path, extractive: bool) -> None:
    (tmp_path / "notes.txt").write_text(TEXT)
    config = Config(folder=tmp_path)
    if extractive:
        config = config.override("generator", kind="extractive")
    with config.index() as index:
        index.sync([tmp_path / "notes.txt"])
    store = new_store("local", path=tmp_path / ".rag", create=False)
    generator = None if extractive else new_generator(SMOLLM2_ANSWERS)
    reader = ExtractiveReader() if extractive else None
    with (
        config.pipeline() as configured,
        Pipeline(HybridRetriever(store, new_embedder()), generator, reader=reader) as by_hand,
    ):
        assert values(by_hand) == values(configured)
        assert by_hand.fingerprint == configured.fingerprint
        assert by_hand.ask_many(QUESTIONS) == configured.ask_many(QUESTIONS)


# --- closing ----------------------------------------------------------------------------------------------------------


@dataclass
class Part(Closing):
    """A part that counts how often it is closed."""

    name: str = "part"
    closed: list[str] = field(default_factory=list)
    context_window: int = 100

    def retrieve(self, question: str, k: int = 5, where: object = None) -> list[Hit]:
        return []

    def close(self) -> None:
        self.closed.append(self.name)


def test_a_pipeline_closes_its_parts(scripted: Any) -> None:
    closed: list[str] = []
    retriever, generator, reader = (Part(name, closed) for name in ("retriever", "generator", "reader"))
    with Pipeline(retriever, generator, reader=reader):  # type: ignore[arg-type]
        assert closed == []
    assert closed == ["retriever", "generator", "reader"]
    with Pipeline(retriever, scripted("x")):
        pass
    assert closed[3:] == ["retriever"], "a part without close() is left alone"


@pytest.mark.weights
def test_a_closed_reader_loads_itself_again() -> None:
    from ingest.types import Chunk

    passage = Chunk("The mill was built in 1702.", "notes", 0, 27)
    with ExtractiveReader() as reader:
        before = reader.read("When was the mill built?", [passage])
    assert reader.read("When was the mill built?", [passage]) == before
