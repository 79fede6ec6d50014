"""What fusing passages costs as their number grows, against one prompt that holds them all.

    python tests/benchmarks/fusion.py

Models have the sizes of T5-small and GPT-2 and random weights; a passage with its question has 200 tokens, an answer
16. Shown are seconds an answer, medians of `--repeat`. Fused, twice as many passages take twice as long at most; one
prompt grows with the square of its length, and GPT-2's ends at 1,024 tokens.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from rag.generate import Decoding, new_generator
from rag.generate.fusion import Fusing, fuse_prompts

TOKENS = 200
DECODING = Decoding(max_new_tokens=16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    families = _families()
    ways: dict[str, tuple[Fusing, ...]] = {
        "T5-small size": ("fid", "rag-token", "rag-sequence"),
        "GPT-2 size": ("rag-token",),
    }
    for family, fusions in ways.items():
        with tempfile.TemporaryDirectory() as folder:
            families[family](Path(folder) / "model")
            wide = {"context_window": TOKENS * max(options.passages)} if family == "T5-small size" else {}
            generator: Any = new_generator(str(Path(folder) / "model"), "transformers", **wide)
            for count in options.passages:
                prompts = _prompts(count)
                line: dict[str, object] = {"model": family, "passages": count}
                whole = " ".join(prompts)
                if generator.count_tokens(whole) <= generator.prompt_window(DECODING.max_new_tokens):
                    line["one prompt, s"] = _median(
                        lambda w=whole, g=generator: g.generate([w], DECODING), options.repeat
                    )
                for way in fusions:
                    together = partial(fuse_prompts, generator, prompts, [1.0] * count, way, DECODING)
                    line[f"{way}, s"] = _median(together, options.repeat)
                print(json.dumps(line), flush=True)


def _families() -> dict[str, Callable[[Path], None]]:
    spec = spec_from_file_location("generation", Path(__file__).with_name("generation.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    families: dict[str, Callable[[Path], None]] = module.FAMILIES
    return families


def _prompts(count: int) -> list[str]:
    words = random.Random(0)
    return [" ".join(f"w{words.randrange(20_000)}" for _ in range(TOKENS)) for _ in range(count)]


def _median(call: Callable[[], object], repeat: int) -> float:
    spent = []
    for number in range(repeat + 1):
        began = time.perf_counter()
        call()
        if number:  # the first warms up
            spent.append(time.perf_counter() - began)
    return round(statistics.median(spent), 3)


if __name__ == "__main__":
    main()
