"""Answers over your own documents with small open models: local, cited, measured.

>>> from rag import Config
>>> Config().index().sync(["docs/"])
>>> answer = Config().pipeline().ask("How many weeks of paid parental leave are employees entitled to?")
>>> print(answer.text, answer.citations)
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING


def _refuse_shadows() -> None:
    """Raise ImportError if a file of somebody else is imported in place of a package of ours."""
    for package in ("ingest", "prompts", "stores"):
        spec = find_spec(package)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != Path(__file__).resolve().parent.parent:
            raise ImportError(
                f"{origin or package} hides the package {package!r} of openbook-rag: rename it, or run Python elsewhere"
            )


_refuse_shadows()

from ingest.lazy import attach  # noqa: E402 - what hides it is to be named first

# Ingest: files to documents, chunks and vectors
if TYPE_CHECKING:
    from ingest.chunk import Chunker as Chunker
    from ingest.embed import (
        EMBEDDERS as EMBEDDERS,
        Embedder as Embedder,
        as_embedder as as_embedder,
        new_embedder as new_embedder,
    )
    from ingest.parsers.base import ParseSettings as ParseSettings
    from ingest.parsers.registry import PARSERS as PARSERS, parse as parse, register_parser as register_parser
    from ingest.types import Block as Block, Chunk as Chunk, Document as Document
    from rag.index.engine import Engine as Engine
    from rag.index.index import Index as Index, NamedFile as NamedFile
    from rag.index.staging import Problem as Problem, SyncReport as SyncReport

# Store: chunks with vectors
if TYPE_CHECKING:
    from stores import STORES as STORES, new_store as new_store
    from stores.base import Hit as Hit, Source as Source, Store as Store
    from stores.filters.filter import Filter as Filter, Where as Where
    from stores.filters.parse import as_filter as as_filter
    from stores.local.store import LocalStore as LocalStore
    from stores.memory import MemoryStore as MemoryStore

# Retrieve: the chunks that match a question
if TYPE_CHECKING:
    from rag.retrieve.rank_fusion import reciprocal_rank_fusion as reciprocal_rank_fusion, score_fusion as score_fusion
    from rag.retrieve.rerank.base import Reranker as Reranker
    from rag.retrieve.rerank.reranked import RerankedRetriever as RerankedRetriever, new_reranker as new_reranker
    from rag.retrieve.retrievers import (
        RETRIEVERS as RETRIEVERS,
        Bm25Retriever as Bm25Retriever,
        DenseRetriever as DenseRetriever,
        HybridRetriever as HybridRetriever,
        Retriever as Retriever,
        new_retriever as new_retriever,
    )

# Answer: a prompt, a reader, a generator
if TYPE_CHECKING:
    from prompts.prompt import Prompt as Prompt
    from rag.answer.confidence import ConfidenceModel as ConfidenceModel, KindConfidence as KindConfidence
    from rag.answer.pipeline import AnswerStream as AnswerStream, DraftStream as DraftStream, Pipeline as Pipeline
    from rag.answer.strategy import DraftEvent as DraftEvent
    from rag.answer.types import (
        Answer as Answer,
        AnswerSentence as AnswerSentence,
        Citation as Citation,
        Usage as Usage,
    )
    from rag.config import Config as Config
    from rag.generate import (
        GENERATORS as GENERATORS,
        Decoding as Decoding,
        Generation as Generation,
        Generator as Generator,
        new_generator as new_generator,
    )
    from rag.models import Models as Models
    from rag.reader.base import Reader as Reader, Span as Span
    from rag.reader.reader import ExtractiveReader as ExtractiveReader

# Describe: product descriptions from fields
if TYPE_CHECKING:
    from rag.describe.describer import Describer as Describer
    from rag.describe.description import Description as Description
    from rag.describe.drafts.draft_writer import DraftText as DraftText, DraftWriter as DraftWriter
    from rag.describe.fields.field_rules import FieldRules as FieldRules
    from rag.describe.house_rules.rulebook import RuleBook as RuleBook
    from rag.describe.licence.allowed import AllowedPhrases as AllowedPhrases

# Classify: one of your labels
if TYPE_CHECKING:
    from rag.classify.classifier import Classifier as Classifier
    from rag.classify.examples import index_examples as index_examples
    from rag.classify.types import Classification as Classification, Threshold as Threshold

# Evaluate: metrics on labelled rows, with intervals
if TYPE_CHECKING:
    from rag.data.rows import Row as Row, read_rows as read_rows
    from rag.evaluate.answers import evaluate_answers as evaluate_answers
    from rag.evaluate.calibrate import (
        Calibration as Calibration,
        CalibrationRow as CalibrationRow,
        fit_confidence as fit_confidence,
    )
    from rag.evaluate.labels import evaluate_labels as evaluate_labels
    from rag.evaluate.metrics.metric import Difference as Difference, Metric as Metric, mean_metric as mean_metric
    from rag.evaluate.predictions import Prediction as Prediction
    from rag.evaluate.retrieval import evaluate_retrieval as evaluate_retrieval
    from rag.evaluate.run import Evaluation as Evaluation, Run as Run
    from rag.evaluate.text import evaluate_text as evaluate_text

# Fine-tune: generators, embedders, readers and rerankers
if TYPE_CHECKING:
    from rag.finetune.embedder.run import FinetunedEmbedder as FinetunedEmbedder, finetune_embedder as finetune_embedder
    from rag.finetune.embedder.settings import EmbedderSettings as EmbedderSettings
    from rag.finetune.generator.pretrain import pretrain_generator as pretrain_generator
    from rag.finetune.generator.run import (
        FinetunedGenerator as FinetunedGenerator,
        finetune_generator as finetune_generator,
    )
    from rag.finetune.generator.settings import GeneratorSettings as GeneratorSettings
    from rag.finetune.reader.run import FinetunedReader as FinetunedReader, finetune_reader as finetune_reader
    from rag.finetune.reader.settings import ReaderSettings as ReaderSettings
    from rag.finetune.reranker.run import FinetunedReranker as FinetunedReranker, finetune_reranker as finetune_reranker
    from rag.finetune.reranker.settings import RerankerSettings as RerankerSettings

# Compare: which approach serves you best
if TYPE_CHECKING:
    from rag.compare.comparison import Comparison as Comparison
    from rag.compare.comparison_file import load_comparison as load_comparison
    from rag.compare.run import run_comparison as run_comparison
    from rag.compare.system import System as System
    from rag.report.html import write_report as write_report
    from rag.report.terminal import terminal_table as terminal_table

# Errors
if TYPE_CHECKING:
    from ingest.errors import (
        BusyError as BusyError,
        ConfigError as ConfigError,
        InputError as InputError,
        MissingExtra as MissingExtra,
        ModelError as ModelError,
        OpenbookError as OpenbookError,
        ParseError as ParseError,
        RowsError as RowsError,
        StoreBusy as StoreBusy,
        StoreError as StoreError,
        WeightsError as WeightsError,
    )

__getattr__, __dir__, __all__ = attach(__name__, __file__)
