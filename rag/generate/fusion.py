"""One text from several prompts with a passage each, for more passages than fit into one prompt.

"fid": the encoder reads each prompt, the decoder all of their states (Izacard & Grave 2021, arXiv:2007.01282).
"rag-token": all prompts choose each token together. "rag-sequence": each prompt writes a text, and the text that all
prompts find most probable together wins (Lewis et al. 2020, arXiv:2005.11401, the latter with thorough decoding). The
weight of a prompt is the chance that its passage is the right one. The prompts never see each other, so the cost grows
with their number, while that of one long prompt grows with the square of its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from transformers import LogitsProcessor

from ingest.errors import InputError
from ingest.models.threads import limited_threads
from prompts.types import RenderedPrompt
from rag.generate.base import Decoding, Generation, Generator
from rag.generate.decode import TransformersGenerator, reference_of, seed_of
from rag.generate.load import quiet
from rag.generate.local import LocalGenerator
from rag.generate.score import TextScorer

Fusing = Literal["fid", "rag-sequence", "rag-token"]


def fuse_prompts(
    generator: Generator,
    prompts: Sequence[RenderedPrompt],
    weights: Sequence[float],
    fusion: Fusing,
    decoding: Decoding,
) -> Generation:
    """Return one generation from all prompts. Its prompt tokens are those of all of them.

    `weights` are positive, one a prompt, of any sum; "fid" ignores them. A converted copy runs on its reference. Raises
    InputError for no prompt, one that is too long, weights that are not positive, and "fid" with a decoder-only model.
    """
    check_fusion(generator, fusion)
    if not prompts or len(weights) != len(prompts) or not all(weight > 0 for weight in weights):
        raise InputError(f"{len(prompts)} prompts with the weights {list(weights)}: each needs one above 0")
    model = reference_of(generator)
    if fusion == "rag-sequence":
        return _choose_most_probable(model, prompts, weights, decoding)
    rows = model.codec.encode_all(prompts, decoding)
    if fusion == "fid":
        inputs, start = _encode_apart(model, rows), 1  # after the decoder's start token
        new = model.decode(inputs, start, [seed_of(decoding)], decoding)
    else:
        inputs, start = model.read(rows)
        new = model.decode(inputs, start, [seed_of(decoding)] * len(rows), decoding, mixture=Mixture(weights))
    return model.codec.generation(sum(map(len, rows)), new[0], decoding)


def check_fusion(generator: object, fusion: str) -> None:
    """Raise InputError for an unknown fusion, or one that this generator cannot run."""
    if fusion not in get_args(Fusing):
        raise InputError(f"passages is {fusion!r}: known are concat, {', '.join(get_args(Fusing))}")
    if not isinstance(generator, LocalGenerator):
        name = getattr(generator, "name", type(generator).__name__)
        raise InputError(f"{name} cannot read passages apart: passages = {fusion!r} needs a model on this machine")
    if fusion == "fid" and generator.codec.family != "seq2seq":
        raise InputError(
            f"{generator.name} has no encoder, which passages = 'fid' needs: use rag-token or rag-sequence"
        )


class Mixture(LogitsProcessor):
    """Give all rows the same scores: the log of their weighted mean probabilities."""

    def __init__(self, weights: Sequence[float]) -> None:
        total = sum(weights)
        self._shares = torch.tensor([weight / total for weight in weights], dtype=torch.float64).log()

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        apart = scores.double().log_softmax(-1).view(len(self._shares), -1, scores.shape[-1])  # with beams: a row each
        mixed = (apart + self._shares.to(scores.device)[:, None, None]).logsumexp(0, keepdim=True)
        return mixed.expand_as(apart).reshape(scores.shape).to(scores.dtype)


def _encode_apart(generator: TransformersGenerator, rows: list[list[int]]) -> dict[str, Any]:
    """Return the encoder's states of all rows, one after the other, as if of one long row."""
    from transformers.modeling_outputs import BaseModelOutput

    states: dict[int, Tensor] = {}
    with torch.inference_mode(), quiet(), limited_threads(generator.threads):
        for batch in generator.batches(rows, Decoding()):
            inputs, _ = generator.inputs([rows[place] for place in batch])
            encoded = generator.model.get_encoder()(**inputs)[0]
            states.update((place, encoded[index, : len(rows[place])]) for index, place in enumerate(batch))
        joined = torch.cat([states[place] for place in range(len(rows))])[None]
    mask = torch.ones(joined.shape[:2], dtype=torch.long, device=joined.device)
    return {"encoder_outputs": BaseModelOutput(joined), "attention_mask": mask}


def _choose_most_probable(
    generator: TransformersGenerator, prompts: Sequence[RenderedPrompt], weights: Sequence[float], decoding: Decoding
) -> Generation:
    """Return the text of one prompt that all prompts find most probable together."""
    generations = generator.generate(prompts, decoding)
    scorer = TextScorer(generator)
    # Texts with the same tokens are one candidate.
    texts: dict[tuple[int, ...], Generation] = {}
    for generation in generations:
        if generation.text.strip():
            texts.setdefault(scorer.tokens(generation.text), generation)
    candidates = list(texts.values()) or generations[:1]
    best = candidates[0]
    if len(candidates) > 1:
        # Add up the probabilities over prompts, each with its weight.
        scores = torch.tensor(
            [scorer.score(prompt, [candidate.text for candidate in candidates]) for prompt in prompts],
            dtype=torch.float64,
        )
        shares = torch.tensor([log(weight / sum(weights)) for weight in weights], dtype=torch.float64)
        best = candidates[int((scores + shares[:, None]).logsumexp(0).argmax())]
    prompt_tokens = sum(generation.prompt_tokens for generation in generations)
    return Generation(best.text, prompt_tokens, best.completion_tokens, best.finish)
