"""Generation with a transformers model of either family: one prompt, batches or a stream."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ingest.cancel import current_cancellation
from ingest.errors import InputError, ModelError
from ingest.fingerprint import fingerprint
from ingest.models.threads import limited_threads
from ingest.models.weights import folder_named
from prompts.types import RenderedPrompt
from rag.generate.base import Decoding, Generation, Generator
from rag.generate.load import LoadedModel, generator_weights, load_model, model_family, model_folder, quiet
from rag.generate.local import LocalGenerator
from rag.generate.streaming import Listener, stream_text
from rag.generate.tokens import Family, TextCodec
from rag.generate.window import model_window

if TYPE_CHECKING:
    import torch
    from transformers import LogitsProcessor


class TransformersGenerator(LocalGenerator, ABC):
    """The window, batches, decoding and streams of both families.

    `model` is a hub id, a folder or `builtin:NAME`; `device` is "cpu", "cuda", "mps" or "auto"; `dtype` is the
    precision of the computation, whatever the weights are stored in; `threads` limits the CPU threads of a call (None:
    the idle cores); `context_window` lowers the window, or raises it for the T5 family only.
    """

    family: Family

    def __init__(
        self,
        model: str,
        *,
        device: str = "cpu",
        dtype: str = "float32",
        threads: int | None = None,
        context_window: int | None = None,
        batch_size: int = 8,
    ) -> None:
        super().__init__(model, threads, batch_size)
        folder = model_folder(model)
        if model_family(folder) != self.family:
            kind = "a decoder-only model" if self.family == "seq2seq" else "an encoder-decoder"
            raise ModelError(f"{model} is {kind}, not for {type(self).__name__}: new_generator reads the family")
        self._dtype = dtype
        self._loaded = load_model(folder, self.family, device, dtype, folder_named(model))
        window = model_window(self.model.config, self.tokenizer.model_max_length).narrowed(context_window)
        self._codec = TextCodec(model, self.family, self.tokenizer, window, self._loaded.eos)
        # Drop the checkpoint's beams, minimum lengths and penalties: transformers merges them into every call.
        self._settings = self.model.generation_config = self._loaded.bare_settings(self.family)

    @property
    def model(self) -> Any:
        """The transformers model itself, for what goes beyond prompts and text."""
        return self._loaded.model

    @property
    def tokenizer(self) -> Any:
        """The model's transformers tokenizer."""
        return self._loaded.tokenizer

    @property
    def loaded(self) -> LoadedModel:
        """The model with its tokenizer and the special tokens that it generates with."""
        return self._loaded

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the weights, the precision and the window."""
        return fingerprint("transformers", generator_weights(self._name), self._dtype, self.context_window)

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        """Return one generation a prompt, in order.

        Raises InputError for an empty prompt, or one that is longer than `prompt_window`.
        """
        # Seeds are drawn before the prompts are sorted, so that each prompt keeps its own.
        encoded = self._codec.encode_all(prompts, decoding)
        seeds = [seed_of(decoding) for _ in encoded]
        generations: dict[int, Generation] = {}
        for batch in self.batches(encoded, decoding):
            rows = [encoded[place] for place in batch]
            generations |= zip(batch, self._run(rows, [seeds[place] for place in batch], decoding), strict=True)
        return [generations[place] for place in range(len(encoded))]

    def stream(self, prompt: RenderedPrompt, decoding: Decoding) -> Iterator[str]:
        """Yield the new text in pieces as it is generated; closing the iterator stops the model.

        Beam search knows its text only at the end and yields it whole. Raises as `generate` does, at once.
        """
        [row] = self._codec.encode_all([prompt], decoding)
        if decoding.num_beams > 1:
            return iter([self.generate([prompt], decoding)[0].text])
        return stream_text(
            self._codec, lambda listener: self._run([row], [seed_of(decoding)], decoding, listener)[0], decoding
        )

    def batches(self, encoded: Sequence[Sequence[int]], decoding: Decoding) -> Iterator[list[int]]:
        """Yield the places of prompts of like length. Beams go alone: their sums of scores tie far too easily."""
        size = self._batch_size if decoding.num_beams == 1 else 1
        # The longest first: a lack of memory shows at once.
        order = sorted(range(len(encoded)), key=lambda place: -len(encoded[place]))
        for start in range(0, len(order), size):
            yield order[start : start + size]

    def decode(
        self,
        inputs: Mapping[str, Any],
        start: int,
        seeds: Sequence[int],
        decoding: Decoding,
        listener: Listener | None = None,
        mixture: LogitsProcessor | None = None,
    ) -> list[list[int]]:
        """Return the new tokens of each row, with the end token where the row reached one.

        `inputs` and `start` are those of `read`, and each row has a seed. `mixture` changes the scores of the tokens
        before one is drawn.
        """
        from rag.generate.sampling import Halt, Repetition, Sampler

        # Sampling is the last step: its noise must not be penalised or mixed.
        processors = [
            Repetition(start, decoding),
            *([mixture] if mixture else []),
            *([Sampler(decoding, seeds)] if decoding.temperature else []),
        ]
        cancelled, cancellation = listener.cancelled if listener else None, current_cancellation()
        cancellation.check()
        halt = Halt(start, self._loaded.eos, decoding.stop, self._codec.text, cancelled)
        # `do_sample` stays off: the sampler has drawn already, and transformers takes the best score.
        settings = copy(self._settings)
        settings.update(max_new_tokens=decoding.max_new_tokens, num_beams=decoding.num_beams, do_sample=False)
        with quiet(), limited_threads(self._threads):
            output = self.model.generate(
                **inputs,
                generation_config=settings,
                logits_processor=processors,
                stopping_criteria=[halt],
                streamer=_Streamer(listener) if listener else None,
            )
        cancellation.check()
        new: list[list[int]] = output[:, start:].tolist()
        return new

    def inputs(self, rows: list[list[int]]) -> tuple[dict[str, torch.Tensor], int]:
        """Return the model's padded inputs, and where the new tokens start in its output."""
        import torch

        width = max(map(len, rows))
        ids = [self._pad(row, self._loaded.pad, width) for row in rows]
        mask = [self._pad([1] * len(row), 0, width) for row in rows]
        inputs = {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}
        return {name: tensor.to(self.model.device) for name, tensor in inputs.items()}, width

    def read(self, rows: list[list[int]]) -> tuple[dict[str, Any], int]:
        """Return the same as `inputs`. A family that can read a common beginning once does so here."""
        inputs, start = self.inputs(rows)
        return dict(inputs), start

    def close(self) -> None:
        """Let go of the model, so that its memory is free."""
        self.__dict__.pop("_loaded", None)

    def _run(
        self, rows: list[list[int]], seeds: list[int], decoding: Decoding, listener: Listener | None = None
    ) -> list[Generation]:
        """Generate for one batch."""
        inputs, start = self.read(rows)
        new = self.decode(inputs, start, seeds, decoding, listener)
        return [self._codec.generation(len(row), tokens, decoding) for row, tokens in zip(rows, new, strict=True)]

    @abstractmethod
    def _pad(self, row: list[int], filler: int, width: int) -> list[int]: ...


class _Streamer:
    """Passes the tokens of transformers' `generate` on to a listener."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._prompt_is_past = False

    def put(self, tokens: torch.Tensor) -> None:
        """Pass on a new token; the first call brings the prompt."""
        if self._prompt_is_past:
            self._listener.hear(int(tokens.reshape(-1)[0]))
        self._prompt_is_past = True

    def end(self) -> None:
        """Do nothing: the finished generation ends the stream."""


def reference_of(generator: Generator) -> TransformersGenerator:
    """Return the generator on the reference backend: itself, or the reference of a converted copy.

    Raises InputError for a generator that is no model on this machine.
    """
    reference = getattr(generator, "reference", generator)
    if not isinstance(reference, TransformersGenerator):
        raise InputError(f"{generator.name} returns no probabilities: give a hub id, a folder or builtin:NAME")
    return reference


def seed_of(decoding: Decoding) -> int:
    """Return the seed to draw by: a new one where none is set."""
    return secrets.randbits(63) if decoding.seed is None else decoding.seed
