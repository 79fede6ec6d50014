"""Answers over your own documents with small open models: local, cited, measured.

>>> from rag import Config
>>> Config().index().sync(["docs/"])
>>> answer = Config().pipeline().ask("How many weeks of paid parental leave are employees entitled to?")
>>> print(answer.text, answer.citations)
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from ingest.errors import ConfigError as ConfigError
    from rag.answer.pipeline import Pipeline as Pipeline
    from rag.answer.types import Answer as Answer, Citation as Citation, Usage as Usage
    from rag.config import Config as Config
    from rag.describe.describer import Describer as Describer, Description as Description
    from rag.generate import (
        GENERATORS as GENERATORS,
        Decoding as Decoding,
        Generation as Generation,
        Generator as Generator,
        new_generator as new_generator,
    )
    from rag.index.index import Index as Index
    from rag.index.staging import SyncReport as SyncReport
    from rag.retrieve.rank_fusion import reciprocal_rank_fusion as reciprocal_rank_fusion
    from rag.retrieve.retrievers import (
        Bm25Retriever as Bm25Retriever,
        DenseRetriever as DenseRetriever,
        HybridRetriever as HybridRetriever,
        Retriever as Retriever,
        new_retriever as new_retriever,
    )

__getattr__, __dir__, __all__ = attach(__name__, __file__)
