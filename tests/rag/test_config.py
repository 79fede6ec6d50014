"""One file makes all parts; what it cannot mean is refused by name."""

from __future__ import annotations

import inspect
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models import FakeListChatModel

from ingest.chunk import Chunker
from ingest.errors import ConfigError, StoreError, WrongEmbedder
from ingest.models.weights import MINILM_READER
from ingest.parsers import ParseSettings
from rag.answer.confidence import ConfidenceModel, KindConfidence, LogisticModel
from rag.answer.defaults import MIN_EVIDENCE
from rag.answer.pipeline import DEFAULT_DECODING, Pipeline
from rag.build import DEFAULT_GENERATOR
from rag.config import TABLES, Config
from rag.generate import Decoding
from rag.options import GenerationOptions, RetrievalOptions, StoreOptions
from rag.retrieve.retrievers import DenseRetriever, HybridRetriever
from stores import LocalStore


def named(config: Config, scripted: Any) -> Any:
    """A scripted generator by the name of the configured one: the defaults go by it."""
    generator = scripted("x")
    generator.name = config.generator_model()
    return generator


def config_of(tmp_path: Path, text: str) -> Config:
    (tmp_path / "rag.toml").write_text(text)
    return Config.load(tmp_path / "rag.toml")


def test_defaults_need_no_file(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = Config.load()
    assert config.store_path == tmp_path / ".rag"
    index = config.index()
    assert (index.embedder.name, index.chunker.size, index.store.path) == ("builtin:minilm", 200, tmp_path / ".rag")
    assert isinstance(config.retriever(), HybridRetriever)


def test_a_file_of_the_current_folder_is_read(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rag.toml").write_text(
        '[store]\npath = "elsewhere"\n[chunker]\nsize = 100\n[retriever]\nkind = "dense"'
    )
    config = Config.load()
    assert config.store_path == tmp_path / "elsewhere"
    assert config.index().chunker.size == 100
    assert isinstance(config.retriever(), DenseRetriever)


def test_options_of_the_command_line_come_first(tmp_path) -> None:
    config = config_of(tmp_path, "[chunker]\nsize = 100\noverlap = 10")
    chunker = config.override("chunker", size=50, overlap=None).index().chunker
    assert (chunker.size, chunker.overlap) == (50, 10)


def test_options_override_the_keys_that_they_name(tmp_path) -> None:
    config = config_of(tmp_path, "[pipeline]\nk = 7\n[generator]\nmodel = 'my-t5'")
    options = config.with_options(
        StoreOptions(store=Path("elsewhere")), RetrievalOptions(where="price < 5"), GenerationOptions(seed=0)
    )
    assert options.tables == {
        "pipeline": {"k": 7, "where": "price < 5"}, "generator": {"model": "my-t5"}, "decoding": {"seed": 0},
        "store": {"path": str(Path("elsewhere").absolute())},
    }  # fmt: skip
    assert config.with_options(RetrievalOptions()) == config


def test_a_memory_store_and_options_of_a_retriever(tmp_path) -> None:
    config = config_of(tmp_path, '[store]\nkind = "memory"\n[retriever]\ndepth = 7')
    assert config.retriever().depth == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[store", "is not valid TOML"),
        ("[stroe]\npath = 'x'", r"unknown table \[stroe\]; did you mean store\?"),
        ("k = 3", "unknown option 'k' outside a table"),
        ("store = 3", r"store has to be a table: \[store\]"),
        ("[chunker]\nsise = 3", r"\[chunker\] has no option 'sise'; did you mean size\?"),
        ("[chunker]\nsize = 1000", "chunk size 1000 does not fit: give 8 to 254"),
        ("[chunker]\nsize = 'large'", r"\[chunker\] size is 'large'; it has to be a whole number"),
        ("[embedder]\nkind = 'langchain'", r"\[embedder\] needs the option 'embeddings'"),
        ("[embedder]\nmodel = 'x'\nkind = 'sentence-transformer'", "did you mean sentence-transformers"),
        ("[parse]\ntime = 3", r"\[parse\] has no option 'time'"),
        (
            "[embedder]\nkind = 'word2vec'",
            "unknown embedder 'word2vec'; known: ctranslate2, langchain, ",
        ),
        ("[embedder]\nmodle = 'x'", r"\[embedder\] has no option 'modle'"),
        ("[embedder]\nmodel = 'builtin:huge'", "unknown embedded model 'builtin:huge'"),
        ("[store]\nkind = 'oracle'", "unknown store 'oracle'; known: local, memory"),
        ("[store]\ncolour = 'red'", r"\[store\] has no option 'colour'"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path, text, message) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        config_of(tmp_path, text).index()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[retriever]\nkind = 'psychic'", "unknown retriever 'psychic'"),
        ("[decoding]\nheat = 1", "heat"),
        ("[decoding]\nmax_new_tokens = -3", "^max_new_tokens must be at least 1, not -3$"),
        ("[decoding]\nmax_new_tokens = 'ten'", r"\[decoding\] max_new_tokens is 'ten'; it has to be a whole number$"),
        ("[pipeline]\nk = 'five'", "k is 'five'"),
        ("[pipeline]\nmin_evidence = '0.2'", r"\[pipeline\] min_evidence is '0.2'; it has to be a number"),
        ("[pipeline]\nprompt_tokens = 0", "prompt_tokens is 0"),
        (
            "[pipeline]\nj = 5",
            r"\[pipeline\] has no option 'j'; known: confidence, k, where, min_evidence, min_confidence, ",
        ),
        ("[prompt]\ntask = 'sing'", "unknown task 'sing'"),
        ("[pipeline]\nwhere = 'price <'", "price <"),
        ("[generator]\nmodel = 'builtin:nothing'", "unknown embedded model 'builtin:nothing'"),
    ],
)
def test_the_pipeline_refuses_by_name_too(tmp_path, monkeypatch, scripted, text, message) -> None:
    config = config_of(tmp_path, text)
    config.index().store.close()
    if "generator" not in text:
        monkeypatch.setattr(Config, "generator", lambda self, *_: named(self, scripted))
    with pytest.raises(ValueError, match=message):
        config.pipeline()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fusion = 'fid'", r"rag\.toml: \[pipeline\] fusion is now passages$"),
        ("answer_style = 'list'", r"rag\.toml: \[pipeline\] answer_style is now answer_format$"),
        ("guided = ['retry', 'lead']", r'rag\.toml: \[pipeline\] guided "lead" is now "reader_first"$'),
        ("guided = ['replace']", r'\[pipeline\] guided "replace" is now "fallback"$'),
    ],
)
def test_a_renamed_key_or_value_is_refused_by_its_new_name(tmp_path, text, message) -> None:
    with pytest.raises(ConfigError, match=message):
        config_of(tmp_path, f"[pipeline]\n{text}")


def test_an_error_inside_a_part_is_not_called_a_wrong_configuration(tmp_path, monkeypatch) -> None:
    def broken(self: LocalStore, create: bool) -> None:
        raise TypeError("unsupported operand")

    monkeypatch.setattr(LocalStore, "_open", broken)
    with pytest.raises(TypeError, match=r"^unsupported operand$"):
        config_of(tmp_path, "[store]\ntimeout = 3.0").store()


def test_models_may_be_objects(tmp_path, embedder, scripted) -> None:
    """Any object of the protocol goes where a name goes, LangChain's among them."""
    config = config_of(tmp_path, "").override("embedder", model=embedder).override("reader", model="none")
    config.index().store.close()
    generator = scripted("x")
    pipeline = config.override("generator", model=generator).pipeline()
    assert (pipeline.generator, pipeline.retriever.embedder) == (generator, embedder)
    chat = FakeListChatModel(responses=["Tea at four."])
    assert config.with_options(GenerationOptions(model=chat)).pipeline().generator.style == "chat"
    theirs = DeterministicFakeEmbedding(size=8)
    index = Config(folder=tmp_path / "other").override("embedder", model=theirs).index()
    assert (index.embedder.dimension, index.embedder.name) == (8, "langchain:DeterministicFakeEmbedding")


def test_a_missing_or_unreadable_file_is_one_line(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"no configuration at .*missing\.toml; `rag init` writes one"):
        Config.load(tmp_path / "missing.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        Config.load(tmp_path / "binary.toml")


def test_reading_does_not_make_a_store(tmp_path) -> None:
    config = config_of(tmp_path, "")
    with pytest.raises(StoreError):
        config.retriever()
    assert not config.store_path.exists()


def test_reading_with_another_embedder_is_refused(tmp_path, embedder, monkeypatch) -> None:
    config = config_of(tmp_path, "")
    config.index().store.close()
    monkeypatch.setattr(Config, "embedder", lambda self: embedder)
    with pytest.raises(WrongEmbedder, match=r"made with builtin:minilm \(384 dimensions\), not with words \(64\)"):
        config.retriever()


@pytest.mark.weights
def test_the_embedded_reader_reads_unless_a_generator_or_none_is_named(tmp_path) -> None:
    reader = config_of(tmp_path, "").reader()
    assert (reader.name, reader.read("Who built it?", [])) == (MINILM_READER, [])
    assert config_of(tmp_path, "[generator]\nmodel = 'my-t5'").reader() is None
    assert config_of(tmp_path, "[reader]\nmodel = 'none'").reader() is None
    assert config_of(tmp_path, "[generator]\nmodel = 'x'\nkind = 'extractive'").reader() is not None
    config = config_of(tmp_path, "[generator]\nkind = 'extractive'\n[reader]\nmodel = 'none'")
    config.index().store.close()
    with pytest.raises(ConfigError, match="name one under"):
        config.pipeline()


@pytest.mark.weights
def test_the_embedded_models_bring_their_confidence_and_others_do_not(tmp_path, monkeypatch, scripted) -> None:
    monkeypatch.setattr(Config, "generator", lambda self, *_: named(self, scripted))
    config = config_of(tmp_path, "")
    config.index().store.close()
    answering = config.pipeline()
    assert answering.confidence is not None
    assert answering.confidence.of("short").after is not None
    assert answering.min_confidence is None, "each kind of question has a threshold of its own"
    alone = config.override("generator", kind="extractive").pipeline()
    assert alone.confidence is not None
    assert alone.confidence != answering.confidence
    assert config.override("pipeline", min_confidence=0.7).pipeline().min_confidence == 0.7
    other = config.override("generator", model="builtin:smollm2").override("reader", model=MINILM_READER).pipeline()
    assert (other.confidence, other.min_confidence) == (False, 0.2)
    assert config.override("reader", model="none").pipeline().confidence is False
    mine = ConfidenceModel({"short": KindConfidence(LogisticModel({"evidence": 1.0}, 0.0), None, 0.45)})
    mine.write(tmp_path / "mine.json")
    fitted = config.override("pipeline", confidence="mine.json").pipeline()
    assert (fitted.confidence, fitted.min_confidence) == (mine, None)
    replace(mine, about={"model": "builtin:minilm-reader", "reader": "builtin:minilm-reader"}).write(
        tmp_path / "x.json"
    )
    with pytest.raises(ConfigError, match=r"^x.json was fitted to answers of a reader alone: run"):
        config.override("pipeline", confidence="x.json").pipeline()


def test_a_pipeline_is_calibrated_for_its_embedder(tmp_path, monkeypatch, scripted) -> None:
    monkeypatch.setattr(Config, "reader", lambda self: None)
    monkeypatch.setattr(Config, "generator", lambda self, *_: named(self, scripted))
    config = config_of(tmp_path, "[pipeline]\nk = 3\n[decoding]\nmax_new_tokens = 9\nstop = ['.']")
    config.index().store.close()
    pipeline = config.pipeline()
    assert isinstance(pipeline, Pipeline)
    assert (pipeline.k, pipeline.min_evidence) == (3, MIN_EVIDENCE["builtin:minilm"])
    assert (pipeline.decoding.max_new_tokens, pipeline.decoding.stop) == (9, (".",))
    assert config.override("pipeline", min_evidence=0.0).pipeline().min_evidence == 0


@pytest.mark.weights
def test_a_confidence_goes_by_the_evidence_by_itself(tmp_path, monkeypatch, scripted) -> None:
    """The cosine alone would leave unanswered what the reader is sure of."""
    monkeypatch.setattr(Config, "generator", lambda self, *_: named(self, scripted))
    config = config_of(tmp_path, "")
    config.index().store.close()
    assert config.pipeline().min_evidence == 0
    assert config.override("generator", kind="extractive").pipeline().min_evidence == 0
    assert config.override("reader", model="none").pipeline().min_evidence == MIN_EVIDENCE["builtin:minilm"]
    assert config.override("pipeline", min_evidence=0.3).pipeline().min_evidence == 0.3


@pytest.mark.weights
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 256),
        ("[pipeline]\nguided = ['reader_first', 'fallback']", 256),
        ("[pipeline]\nguided = ['fallback']", 512),
        ("[pipeline]\nguided = false", 512),
        ("[reader]\nmodel = 'none'", 512),
        ("[pipeline]\nprompt_tokens = 100", 100),
        ("[generator]\nmodel = 'my-t5'", None),
    ],
)
def test_prompts_are_short_where_a_reader_leads(tmp_path, monkeypatch, scripted, text, tokens) -> None:
    monkeypatch.setattr(Config, "generator", lambda self, *_: named(self, scripted))
    config = config_of(tmp_path, text)
    config.index().store.close()
    assert config.pipeline().prompt_tokens == tokens


def test_the_written_file_holds_the_defaults() -> None:
    """What `rag init` writes must change nothing."""
    tables = tomllib.loads((files("rag") / "rag.toml").read_text("utf-8"))
    assert set(tables) == set(TABLES)
    assert tables["chunker"] == {"size": 200, "overlap": inspect.signature(Chunker).parameters["overlap"].default}
    assert tables["parse"] == {"max_bytes": ParseSettings().max_bytes, "timeout": ParseSettings().timeout}
    assert tables["reader"] == {}
    assert tables["generator"] == {"model": DEFAULT_GENERATOR}
    assert tables["pipeline"] == {}
    decoding = Decoding(**{**tables["decoding"], "stop": tuple(tables["decoding"].get("stop", ()))})
    assert decoding == DEFAULT_DECODING
    assert (tables["store"], tables["embedder"]) == ({"kind": "local", "path": ".rag"}, {"model": "builtin:minilm"})


@pytest.mark.parametrize(
    "text",
    [
        "[store]\npath = 5",
        "[store]\npath = 2026-01-01",
        "[embedder]\nmodel = ['a']",
        "[retriever]\nkind = 5",
        "[generator]\nkind = []",
        "[reader]\nmodel = 3",
        "[pipeline]\nconfidence = 5",
        "[retriever]\nreranker = true",
    ],
)
def test_a_name_that_is_no_text_is_refused_with_its_place(tmp_path, text) -> None:
    (tmp_path / "rag.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"rag\.toml: \[\w+\] \w+ is .*; it must be text in quotes"):
        Config.load(tmp_path / "rag.toml")
