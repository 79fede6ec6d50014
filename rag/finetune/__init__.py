"""Fine-tuning: from labelled rows to a model folder that `new_generator` loads.

>>> from rag.finetune import finetune
>>> tuned = finetune("google/flan-t5-small", "train.jsonl", valid="valid.jsonl", out="my-t5")
>>> tuned.generate([{"fields": {"brand": "Acme", "colour": "red"}}])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.finetune.embedder import FinetunedEmbedder, finetune_embedder
    from rag.finetune.embedder_settings import EmbedderSettings
    from rag.finetune.run import Finetuned, finetune
    from rag.finetune.settings import FinetuneSettings

__all__ = [
    "EmbedderSettings",
    "FinetuneSettings",
    "Finetuned",
    "FinetunedEmbedder",
    "finetune",
    "finetune_embedder",
]

_HOME = {
    "EmbedderSettings": "rag.finetune.embedder_settings",
    "FinetuneSettings": "rag.finetune.settings",
    "Finetuned": "rag.finetune.run",
    "FinetunedEmbedder": "rag.finetune.embedder",
    "finetune": "rag.finetune.run",
    "finetune_embedder": "rag.finetune.embedder",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
