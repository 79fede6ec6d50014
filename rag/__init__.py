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
