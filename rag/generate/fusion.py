"""One text from several prompts, a passage in each: for more passages than fit into one.

"fid": the encoder reads each prompt, the decoder all that it made of them (Izacard & Grave 2021, arXiv:2007.01282).
"rag-token": each token is chosen by what the prompts make of it together; "rag-sequence": of the texts that each prompt
would get alone, the one that all find most probable together (Lewis et al. 2020, arXiv:2005.11401, the latter with
thorough decoding). A prompt counts by its weight, the chance that its passage is the right one. The prompts never see
each other, so that the cost grows with their number, where that of one long prompt grows with the square of its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from transformers import LogitsProcessor

from ingest.models.threads import limited_threads
from prompts.types import RenderedPrompt
from rag.generate.base import Decoding, Generation
from rag.generate.decode import TransformersGenerator, seed_of
from rag.generate.load import quiet
from rag.generate.score import TextScorer

Fusing = Literal["fid", "rag-sequence", "rag-token"]


def fused(
    generator: TransformersGenerator,
    prompts: Sequence[RenderedPrompt],
    weights: Sequence[float],
    fusion: Fusing,
    decoding: Decoding,
) -> Generation:
    """Return one generation from all prompts; its prompt tokens are those of all of them.

    `weights` are positive, one a prompt, of any sum; "fid" does not need them. Raises ValueError for no prompt, one
    that is too long, weights that are none, and "fid" with a decoder-only model.
    """
    check_fusion(generator, fusion)
    if not prompts or len(weights) != len(prompts) or not all(weight > 0 for weight in weights):
        raise ValueError(f"{len(prompts)} prompts with the weights {list(weights)}: each needs one above 0")
    if fusion == "rag-sequence":
        return _most_probable(generator, prompts, weights, decoding)
    rows = generator.codec.encode_all(prompts, decoding)
    if fusion == "fid":
        inputs, start = _read_apart(generator, rows), 1  # after the decoder's start token
        made = generator.decode(inputs, start, [seed_of(decoding)], decoding)
    else:
        inputs, start = generator.read(rows)
        made = generator.decode(inputs, start, [seed_of(decoding)] * len(rows), decoding, mixture=Mixture(weights))
    return generator.codec.generation(sum(map(len, rows)), made[0], decoding)


def check_fusion(generator: object, fusion: str) -> None:
    """Raise ValueError for a way of fusing that is not known, or that this generator cannot go."""
    if fusion not in get_args(Fusing):
        raise ValueError(f"passages is {fusion!r}: known are concat, {', '.join(get_args(Fusing))}")
    if not isinstance(generator, TransformersGenerator):
        name = getattr(generator, "name", type(generator).__name__)
        raise ValueError(f"{name} cannot read passages apart: passages = {fusion!r} needs the backend transformers")
    if fusion == "fid" and generator.family != "seq2seq":
        raise ValueError(
            f"{generator.name} has no encoder, which passages = 'fid' needs: use rag-token or rag-sequence"
        )


class Mixture(LogitsProcessor):
    """Give all rows the same scores: the log of what they expect on average, each counting by its weight."""

    def __init__(self, weights: Sequence[float]) -> None:
        total = sum(weights)
        self._shares = torch.tensor([weight / total for weight in weights], dtype=torch.float64).log()

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        apart = scores.double().log_softmax(-1).view(len(self._shares), -1, scores.shape[-1])  # with beams: a row each
        mixed = (apart + self._shares.to(scores.device)[:, None, None]).logsumexp(0, keepdim=True)
        return mixed.expand_as(apart).reshape(scores.shape).to(scores.dtype)


def _read_apart(generator: TransformersGenerator, rows: list[list[int]]) -> dict[str, Any]:
    """Return the encoder's states of all rows, one after the other, as if they were one long row's."""
    from transformers.modeling_outputs import BaseModelOutput

    states: dict[int, Tensor] = {}
    with torch.inference_mode(), quiet(), limited_threads(generator.threads):
        for batch in generator.batches(rows, Decoding()):
            inputs, _ = generator.inputs([rows[place] for place in batch])
            encoded = generator.model.get_encoder()(**inputs)[0]
            states.update((place, encoded[at, : len(rows[place])]) for at, place in enumerate(batch))
        together = torch.cat([states[place] for place in range(len(rows))])[None]
    mask = torch.ones(together.shape[:2], dtype=torch.long, device=together.device)
    return {"encoder_outputs": BaseModelOutput(together), "attention_mask": mask}


def _most_probable(
    generator: TransformersGenerator, prompts: Sequence[RenderedPrompt], weights: Sequence[float], decoding: Decoding
) -> Generation:
    made = generator.generate(prompts, decoding)
    scorer = TextScorer(generator)
    texts: dict[tuple[int, ...], Generation] = {}
    for each in made:
        if each.text.strip():
            texts.setdefault(scorer.tokens(each.text), each)
    candidates = list(texts.values()) or made[:1]
    if len(candidates) > 1:
        scores = [scorer.score(prompt, [each.text for each in candidates]) for prompt in prompts]
        total = sum(weights)
        together = [
            _log_sum([log(weight / total) + row[at] for weight, row in zip(weights, scores, strict=True)])
            for at in range(len(candidates))
        ]
        candidates = [candidates[max(range(len(candidates)), key=together.__getitem__)]]
    [best] = candidates
    return Generation(best.text, sum(each.prompt_tokens for each in made), best.completion_tokens, best.finish)


def _log_sum(values: Sequence[float]) -> float:
    most = max(values)
    return most + log(sum(exp(value - most) for value in values))
