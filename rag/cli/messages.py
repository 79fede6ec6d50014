"""The one line that a command says of an error, and whether the error is of one question alone."""

from __future__ import annotations

import os

from ingest.errors import InputError, OpenbookError


def message_of(error: Exception) -> str:
    """Return what an error says, on one line; of an unexpected one, what it is and how to see where it came from."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OpenbookError | ValueError | OSError | ImportError | LookupError):
        return text
    return f"unexpected {type(error).__name__} (RAG_DEBUG=1 shows where): {text}"


def is_of_question(error: Exception) -> bool:
    """Tell whether other questions may be answered after an error: no store, model or disk failed.

    With RAG_DEBUG set, an unexpected error ends the command.
    """
    if isinstance(error, InputError):
        return True
    is_of_all = isinstance(error, OpenbookError | OSError | ImportError | MemoryError)
    return not is_of_all and not os.environ.get("RAG_DEBUG")
