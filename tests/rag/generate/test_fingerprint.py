"""A generator's fingerprint changes with everything that its texts depend on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag.generate import new_generator


def test_window_precision_and_weights_change_the_fingerprint(folder_of: Callable[..., Path]) -> None:
    first, second = str(folder_of("t5", 1)), str(folder_of("t5", 2))
    reference = {"backend": "transformers", "threads": 1}
    generators = {
        "first": new_generator(first, **reference),
        "a narrow window": new_generator(first, **reference, context_window=64),
        "half precision": new_generator(first, **reference, dtype="bfloat16"),
        "other weights": new_generator(second, **reference),
    }
    assert len({generator.fingerprint for generator in generators.values()}) == len(generators)
    assert new_generator(first, **reference).fingerprint == generators["first"].fingerprint
