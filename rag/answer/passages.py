"""More passages than one prompt holds: a prompt for each, and how much each counts."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Literal, get_args

from ingest.types import Chunk
from prompts.types import Packed
from rag.generate.base import Decoding, Generation, Generator
from stores.base import Hit

PassageMode = Literal["concat", "fid", "rag-sequence", "rag-token"]
PASSAGE_MODES: tuple[PassageMode, ...] = get_args(PassageMode)

SHARPNESS = 20.0  # by which cosines are multiplied: .1 more makes a passage count seven times as much


def passage_weights(passages: Sequence[Chunk], hits: Sequence[Hit]) -> list[float]:
    """Return how much each passage counts: its share of the softmax of the cosines, all alike where one is unknown.

    A passage may be a part of a hit's chunk.
    """
    found = [_cosine(passage, hits) for passage in passages]
    known = [cosine for cosine in found if cosine is not None]
    if len(known) < len(found):
        return [1.0 / len(found)] * len(found)
    raised = [exp(SHARPNESS * (cosine - max(known))) for cosine in known]
    return [each / sum(raised) for each in raised]


def _cosine(passage: Chunk, hits: Sequence[Hit]) -> float | None:
    whole = [
        hit
        for hit in hits
        if hit.chunk.source == passage.source and hit.chunk.start <= passage.start and passage.end <= hit.chunk.end
    ]
    return whole[0].parts.get("dense") if whole else None


def together(parts: Sequence[Packed]) -> Packed:
    """Return what several prompts hold and leave out as if they were one; the prompt is the first one's."""
    return Packed(
        parts[0].prompt,
        tuple(chunk for part in parts for chunk in part.passages),
        tuple(dropped for part in parts for dropped in part.dropped),
        sum(part.prompt_tokens for part in parts),
    )


def fuse(
    generator: Generator, parts: Sequence[Packed], hits: Sequence[Hit], mode: PassageMode, decoding: Decoding
) -> Generation:
    """Return one generation from prompts of a passage each; see `rag.generate.fusion`."""
    if len(parts) == 1:
        return generator.generate([parts[0].prompt], decoding)[0]
    from rag.generate.fusion import fuse_prompts

    assert mode != "concat"
    weights = passage_weights([part.passages[0] for part in parts], hits)
    return fuse_prompts(generator, [part.prompt for part in parts], weights, mode, decoding)
