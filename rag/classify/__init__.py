"""Classification with a model that can only answer with a label of yours.

>>> from rag.classify import Classifier
>>> from rag.generate import new_generator
>>> found = Classifier(new_generator(), ["good", "bad"]).classify("It broke after a day.")
>>> print(found.label, found.probability)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.classify.classifier import CONTENT_FREE, Classifier
    from rag.classify.examples import NearestNeighbours, index_examples
    from rag.classify.labels import check_labels, check_rows, labels_of, readable
    from rag.classify.scope import calibrate_threshold
    from rag.classify.types import Classification, Threshold
    from rag.generate.score import TextScorer

_HOME = {
    "CONTENT_FREE": "rag.classify.classifier",
    "Classification": "rag.classify.types",
    "Classifier": "rag.classify.classifier",
    "NearestNeighbours": "rag.classify.examples",
    "TextScorer": "rag.generate.score",
    "Threshold": "rag.classify.types",
    "calibrate_threshold": "rag.classify.scope",
    "check_labels": "rag.classify.labels",
    "check_rows": "rag.classify.labels",
    "index_examples": "rag.classify.examples",
    "labels_of": "rag.classify.labels",
    "readable": "rag.classify.labels",
}

__all__ = [
    "CONTENT_FREE",
    "Classification",
    "Classifier",
    "NearestNeighbours",
    "TextScorer",
    "Threshold",
    "calibrate_threshold",
    "check_labels",
    "check_rows",
    "index_examples",
    "labels_of",
    "readable",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'rag.classify' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
