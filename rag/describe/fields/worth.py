"""What a field is worth to a customer, learnt from fields that people marked: whether it is worth a line, and how much.

A linear model over words and letters of the label and the shape and words of the value: it knows labels that no table
has, where their words or their forms are like those of others. `examples/product_descriptions/train_worth.py` trains
it, and says what it was trained on.

>>> worth_of("colour", "navy blue").useful > 0.9, worth_of("reorder level", "24").useful < 0.3
(True, True)
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from rag.describe.fields.values import has_unit

SIZE = 1 << 15
"""Places that features are hashed to."""

USELESS = 0.12
"""What is less likely than this to be of use is left out. Of 5,561 marked fields, on products that the model had not
learnt from, it leaves out six in ten of those not to be shown, and 1 to 2 in 100 of those of use."""


class Worth(NamedTuple):
    """The probabilities that a customer has a use for a field, and that one decides by it."""

    useful: float
    decides: float


@lru_cache(maxsize=16384)
def worth_of(label: str, value: str) -> Worth:
    """Return what a field is worth by its label, in words, and its value."""
    features = hashed_features(label, value)
    useful, decides = (
        weights[SIZE] + sum(weights[place] * amount for place, amount in features) for weights in _weights()
    )
    return Worth(1 / (1 + math.exp(-useful)), 1 / (1 + math.exp(-decides)))


def hashed_features(label: str, value: str) -> list[tuple[int, float]]:
    """Return the features of a field, each as its place and its amount: each kind of feature has length one."""
    features: list[tuple[int, float]] = []
    for kind, names in _features(label, value).items():
        unique = dict.fromkeys(names)  # in their order: the same sum each time
        amount = 1 / math.sqrt(max(len(unique), 1))
        features += [(crc32(f"{kind} {name}".encode("utf-8", "replace")) % SIZE, amount) for name in unique]
    return features


def _features(label: str, value: str) -> dict[str, list[str]]:
    words = re.findall(r"\w+", label.casefold())
    letters = f" {' '.join(words)} "
    return {
        "word": words,
        "pair": [" ".join(pair) for pair in pairwise(words)],
        "last": words[-1:],
        "part": [letters[at : at + size] for size in (3, 4, 5) for at in range(len(letters) - size + 1)],
        "shape": list(_shapes(value)),
        # How a system spells yes and no says nothing of what is asked.
        "value": [] if value.casefold() in _ANSWERS else re.findall(r"[^\W\d_]+", value.casefold())[:12],
    }


_ANSWERS = frozenset(("y", "n", "yes", "no", "true", "false", "0", "1"))


def _shapes(value: str) -> Iterator[str]:
    shapes = {
        "number": re.fullmatch(r"[\d.,]+", value),
        "long number": re.fullmatch(r"\d{5,}", value),
        "unit": has_unit(value),
        "code": re.fullmatch(r"(?=.*\d)[A-Z0-9./_-]+", value),
        "answer": value.casefold() in _ANSWERS,
        "words": len(re.findall(r"[a-z]{3,}", value)) > 1,
        "word": re.fullmatch(r"[A-Za-z ]+", value),
        "snake": "_" in value,
        "path": re.search(r" > |\w/\w+/\w", value),
        "date": re.search(r"\d{4}-\d\d|\d\d[./]\d\d[./]\d\d", value),
        "money": re.search(r"[€£$]", value),
        "list": re.search(r"[^,;|]+[,;|][^,;|]+", value),
        "long": len(value) > 60,
    }
    yield "any"
    yield from (name for name, found in shapes.items() if found)


def pack_weights(useful: Sequence[float], decides: Sequence[float]) -> bytes:
    """Return the file of the SIZE + 1 weights of each probability, the constant last: half floats, compressed."""
    return zlib.compress(struct.pack(f"<{2 * (SIZE + 1)}e", *useful, *decides), 9)


@cache
def _weights() -> tuple[Sequence[float], Sequence[float]]:
    packed = zlib.decompress((files("rag.describe.fields") / "worth.bin").read_bytes())
    weights = array("f", struct.unpack(f"<{2 * (SIZE + 1)}e", packed))
    return weights[: SIZE + 1], weights[SIZE + 1 :]
