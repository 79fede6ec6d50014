"""A generator's converted copy: which one it is, and what stands between prompts and its tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.models.convert import MODEL, converted_copy
from ingest.models.weights import folder_named, model_fingerprint, weights_fingerprint
from rag.generate.adapter import Adapter
from rag.generate.tokenizer import FileTokenizer
from rag.generate.tokens import TextCodec
from rag.generate.window import ModelWindow


@dataclass(frozen=True)
class GeneratorCopy:
    """The folder of a copy that is true to its model, and what was noted of both; see `rag.generate.convert`."""

    folder: Path
    details: Mapping[str, Any]

    @classmethod
    def of(cls, model: str) -> GeneratorCopy:
        """Return a model's copy, converted if need be.

        Raises NoCopyError for a model without a true copy, WeightsError for one that cannot be had, ImportError without
        the runtime.
        """
        copy = converted_copy("rag.generate.convert", model, _fingerprint(model))
        return cls(copy.folder, copy.details)

    @property
    def model(self) -> Path:
        """The folder that the runtime loads."""
        return self.folder / MODEL

    @property
    def forced_first(self) -> int | None:
        """The first new token, where the model was trained always to write it."""
        token: int | None = self.details["forced_first"]
        return token

    def codec(self, name: str, context_window: int | None) -> TextCodec:
        """Return what stands between prompts and the model's tokens."""
        window = ModelWindow(**self.details["window"]).narrowed(context_window)
        tokenizer = FileTokenizer.of_folder(self.folder)
        return TextCodec(name, self.details["family"], tokenizer, window, frozenset(self.details["eos"]))


def _fingerprint(model: str) -> str:
    """Return a hash of all weights that make the model: an adapter's and its base's."""
    adapter = Adapter.of(model)
    if adapter is None:
        return model_fingerprint(model)
    both = model_fingerprint(adapter.base) + weights_fingerprint(folder_named(model))
    return hashlib.sha256(both.encode()).hexdigest()
