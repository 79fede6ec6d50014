"""Load CTranslate2 so that it uses the instructions of this processor.

By itself it stops at AVX2, since the first processors with AVX-512 slowed down whenever they used it. Later ones do
not, and embed a fifth to a quarter faster with it. CTranslate2 takes the choice only from CT2_FORCE_CPU_ISA, which it
reads when the first model is loaded.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

VARIABLE = "CT2_FORCE_CPU_ISA"
CPUINFO = Path("/proc/cpuinfo")

# The instructions that CTranslate2 was compiled to use, and VBMI2, which came with the generation of processors (Ice
# Lake, Zen 4) that does not slow down.
_NEEDED = frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx512_vbmi2"})


def load_ctranslate2() -> Any:
    """Import CTranslate2, set to the instructions that suit this processor, and return it."""
    if choice := instruction_set():
        os.environ[VARIABLE] = choice
    import ctranslate2

    return ctranslate2


def instruction_set() -> str | None:
    """Return the environment's choice of instructions, else AVX-512 where it is fast, else None for the default."""
    return os.environ.get(VARIABLE) or ("AVX512" if has_fast_avx512() else None)


@cache
def has_fast_avx512() -> bool:
    """Return whether the processor gains from AVX-512; False where that is unknown, as outside of Linux."""
    try:
        lines = CPUINFO.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return set(flags) >= _NEEDED
