"""Fine-tuning: from labelled rows to a model folder that `new_generator` loads.

>>> from rag.finetune import finetune
>>> tuned = finetune("google/flan-t5-small", "train.jsonl", valid="valid.jsonl", out="my-t5")
>>> tuned.generate([{"fields": {"brand": "Acme", "colour": "red"}}])
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.finetune.embedder.run import FinetunedEmbedder as FinetunedEmbedder, finetune_embedder as finetune_embedder
    from rag.finetune.embedder.settings import EmbedderSettings as EmbedderSettings
    from rag.finetune.generator.run import Finetuned as Finetuned, finetune as finetune
    from rag.finetune.generator.settings import FinetuneSettings as FinetuneSettings

__getattr__, __dir__, __all__ = attach(__name__, __file__)
