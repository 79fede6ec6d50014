"""Load CTranslate2 so that it uses the instructions that the processor has.

By itself it keeps to AVX2, since the first processors with AVX-512 slowed down whenever they used it. The later ones do
not, and embed a fifth to a quarter faster with it. The choice can only be made by CT2_FORCE_CPU_ISA, which is read when
the first model is loaded.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

VARIABLE = "CT2_FORCE_CPU_ISA"
CPUINFO = Path("/proc/cpuinfo")

# What CTranslate2 was compiled to use, and VBMI2, which came with the generation (Ice Lake, Zen 4) that does not slow
# down.
_NEEDED = frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx512_vbmi2"})


def load_ctranslate2() -> Any:
    """Import CTranslate2, told which instructions to use, and return it."""
    if told := instructions():
        os.environ[VARIABLE] = told
    import ctranslate2

    return ctranslate2


def instructions() -> str | None:
    """Return what CTranslate2 is told to use: the environment's word, else AVX-512 where quick; None: nothing."""
    return os.environ.get(VARIABLE) or ("AVX512" if has_quick_avx512() else None)


@cache
def has_quick_avx512() -> bool:
    """Whether the processor has AVX-512 and gains from it; False where that cannot be told, as outside of Linux."""
    try:
        lines = CPUINFO.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return set(flags) >= _NEEDED
