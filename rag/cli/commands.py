"""Every command of `rag` by name."""

from __future__ import annotations

from rag.cli.ask import ask as ask, search as search
from rag.cli.calibrate import calibrate as calibrate
from rag.cli.classify import classify as classify
from rag.cli.compare import compare as compare
from rag.cli.describe import describe as describe
from rag.cli.doctor import doctor as doctor, init as init, models as models
from rag.cli.evaluate import evaluate as evaluate
from rag.cli.finetune import finetune as finetune, pretrain as pretrain
from rag.cli.finetune_embedder import finetune_embedder as finetune_embedder
from rag.cli.finetune_reader import finetune_reader as finetune_reader
from rag.cli.finetune_reranker import finetune_reranker as finetune_reranker
from rag.cli.ingest import delete as delete, ingest as ingest, sources as sources
from rag.cli.report import report as report
