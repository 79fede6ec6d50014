"""Labelled rows, their contexts and their checks."""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.data.beir import RetrievalSet as RetrievalSet, read_retrieval_set as read_retrieval_set
    from rag.data.checks import CheckedRows as CheckedRows, CheckResult as CheckResult, RowChecks as RowChecks
    from rag.data.contexts import (
        Context as Context,
        FixedExamples as FixedExamples,
        SimilarRows as SimilarRows,
        StorePassages as StorePassages,
    )
    from rag.data.rows import Row as Row, read_rows as read_rows

__getattr__, __dir__, __all__ = attach(__name__, __file__)
