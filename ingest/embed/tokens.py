"""Token spans: from a tokenizer file, or estimated for embedders that show no tokenizer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ingest.embed.base import Offsets


class FileTokens:
    """The tokens of a `tokenizer.json`: one pass over the text, no truncation."""

    def __init__(self, file: Path, window: int) -> None:
        self.window = window
        self._file = file

    @cached_property
    def settings(self) -> str:
        return hashlib.sha256(self._file.read_bytes()).hexdigest()[:16]

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._file))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def offsets(self, texts: Sequence[str]) -> list[Offsets]:
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2) for encoding in encodings]


# A word of up to four letters is about one token for today's tokenizers, a longer one about one for every four; so are
# single signs and single CJK characters. Counted high rather than low: too small a chunk loses nothing.
_PIECE = re.compile(r"[㐀-鿿぀-ヿ가-힯]|[^\W_]{1,4}|[^\w\s]|_")


class EstimatedTokens:
    """Pieces of up to four letters: for embedders behind an interface, which count by rules that we cannot see."""

    def __init__(self, window: int) -> None:
        self.window = window

    settings = "estimate-4"

    def offsets(self, texts: Sequence[str]) -> list[Offsets]:
        return [
            np.array([match.span() for match in _PIECE.finditer(text)], dtype=np.int32).reshape(-1, 2) for text in texts
        ]
