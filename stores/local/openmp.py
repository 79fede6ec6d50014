"""Limits on the threads of FAISS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import faiss

_OWN = os.getpid()  # of the process that loaded FAISS


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep FAISS to this thread: more of them make a single query slower, on busy cores ten times."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def safe_threads() -> AbstractContextManager[None]:
    """Leave FAISS all its threads, except in a forked child, where the others do not exist and it would hang."""
    return nullcontext() if os.getpid() == _OWN else one_thread()
