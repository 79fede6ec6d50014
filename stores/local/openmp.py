"""How many threads FAISS may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import faiss

_OWN = os.getpid()  # of the process that loaded FAISS


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep FAISS to this thread: more make one query slower (ten times, on busy cores)."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def safe_threads() -> AbstractContextManager[None]:
    """Leave FAISS all its threads, but one in a forked child: there others never come, and it would wait for them."""
    return nullcontext() if os.getpid() == _OWN else one_thread()
