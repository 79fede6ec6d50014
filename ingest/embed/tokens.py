"""Token spans: from a tokenizer file, or estimated for embedders without a visible tokenizer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ingest.embed.base import Offsets


class FileTokens:
    """The tokens of a `tokenizer.json`, read in one pass over the text, without truncation.

    `scratch` is a temporary folder that holds the file and is removed with this object.
    """

    def __init__(self, file: Path, window: int, scratch: TemporaryDirectory[str] | None = None) -> None:
        self.window = window
        self._file = file
        self._scratch = scratch

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


# Today's tokenizers read a word of up to four letters as about one token, a longer one as about one for every four; so
# they do a single sign or CJK character. The estimate is rather high: a chunk that is too small loses nothing.
_PIECE = re.compile(r"[㐀-鿿぀-ヿ가-힯]|[^\W_]{1,4}|[^\w\s]|_")


class EstimatedTokens:
    """Pieces of up to four letters, for embedders behind an interface that hides their tokens."""

    def __init__(self, window: int) -> None:
        self.window = window

    settings = "estimate-4"

    def offsets(self, texts: Sequence[str]) -> list[Offsets]:
        return [
            np.array([match.span() for match in _PIECE.finditer(text)], dtype=np.int32).reshape(-1, 2) for text in texts
        ]
