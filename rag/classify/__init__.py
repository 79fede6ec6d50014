"""Classification: choose one of your labels for a text, with a model that cannot answer anything else.

>>> from rag.classify import Classifier
>>> from rag.generate import new_generator
>>> classifier = Classifier(new_generator("builtin:smollm2"), ["good", "bad"])
>>> classification = classifier.classify("It broke after a day.")
>>> print(classification.label, classification.probability)
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.classify.classifier import CONTENT_FREE as CONTENT_FREE, Classifier as Classifier
    from rag.classify.examples import NearestNeighbours as NearestNeighbours, index_examples as index_examples
    from rag.classify.labels import (
        check_labels as check_labels,
        check_rows as check_rows,
        labels_of as labels_of,
        readable as readable,
    )
    from rag.classify.scope import calibrate_threshold as calibrate_threshold
    from rag.classify.types import Classification as Classification, Threshold as Threshold
    from rag.generate.score import TextScorer as TextScorer

__getattr__, __dir__, __all__ = attach(__name__, __file__)
