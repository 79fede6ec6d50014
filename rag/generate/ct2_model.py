"""A generator's converted copy for CTranslate2: its folder, its tokenizer and its window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.models.convert import MODEL, prepare_copy
from rag.generate.load import generator_weights
from rag.generate.tokenizer import FileTokenizer
from rag.generate.tokens import TextCodec
from rag.generate.window import ModelWindow


@dataclass(frozen=True)
class GeneratorCopy:
    """A copy that is faithful to its model: its folder, and the details that `rag.generate.convert` noted."""

    folder: Path
    details: Mapping[str, Any]

    @classmethod
    def of(cls, model: str) -> GeneratorCopy:
        """Return a model's copy, converted at its first use.

        Raises NoCopyError for a model without a faithful copy, WeightsError for missing weights, ImportError without
        the runtime.
        """
        copy = prepare_copy("rag.generate.convert", model, generator_weights(model))
        return cls(copy.folder, copy.details)

    @property
    def model(self) -> Path:
        """The folder that the runtime loads."""
        return self.folder / MODEL

    @property
    def forced_first(self) -> int | None:
        """The first new token of a model that was trained always to write it."""
        token: int | None = self.details["forced_first"]
        return token

    def codec(self, name: str, context_window: int | None) -> TextCodec:
        """Return the conversion between prompts and the model's tokens."""
        window = ModelWindow(**self.details["window"]).narrowed(context_window)
        tokenizer = FileTokenizer.of_folder(self.folder)
        return TextCodec(name, self.details["family"], tokenizer, window, frozenset(self.details["eos"]))
