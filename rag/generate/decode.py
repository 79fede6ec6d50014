"""Generate with a transformers model of either family: in batches, exactly as one by one, or as a stream."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.fingerprint import fingerprint
from ingest.models.threads import limited_threads
from ingest.models.weights import folder_named
from prompts.types import RenderedPrompt
from rag.generate.base import Decoding, Generation
from rag.generate.load import LoadedModel, load_model, model_family, model_folder, quiet
from rag.generate.local import LocalGenerator
from rag.generate.streaming import Listener, streamed
from rag.generate.tokens import Family, TextCodec
from rag.generate.window import ModelWindow, model_window

if TYPE_CHECKING:
    import torch
    from transformers import LogitsProcessor

    from rag.generate.sampling import Rows


class TransformersGenerator(LocalGenerator, ABC):
    """What both families share: window, batches, decoding, streams.

    `model` is a hub id, a folder or `builtin:NAME`; `device` "cpu", "cuda", "mps" or "auto"; `dtype` what the weights
    are computed in, whatever they are stored in; `threads` how many CPU threads a call may use (None: as many
    cores as are idle now); `context_window` lowers the window (or raises it, for the T5 family only).
    A batch equals one by one exactly in float32; half precision rounds too coarsely for that.
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
        self._dtype = dtype
        self._exact = dtype == "float32"
        folder = model_folder(model)
        self._check_family(folder)
        self._loaded = load_model(folder, self.family, device, dtype, folder_named(model))
        window = self._read_window().narrowed(context_window)
        self._codec = TextCodec(model, self.family, self.tokenizer, window, self._loaded.eos)
        self._settings = self._needed_settings()

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the weights, the window, the class and the precision."""
        return fingerprint(super().fingerprint, self._dtype)

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

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        """Return one generation a prompt, in order; equal to generating one by one.

        Raises ValueError for an empty prompt, or one that is longer than `prompt_window`.
        """
        encoded = self._codec.encode_all(prompts, decoding)
        seeds = [seed_of(decoding) for _ in encoded]
        made: dict[int, Generation] = {}
        for batch in self.batches(encoded, decoding):
            rows = [encoded[place] for place in batch]
            answers = self._run(rows, [seeds[place] for place in batch], decoding)
            for place, answer in zip(batch, answers, strict=True):
                # None: a choice was too close to call in a batch.
                found = answer or self._run([encoded[place]], [seeds[place]], decoding)[0]
                assert found is not None  # a row alone is never watched
                made[place] = found
        return [made[place] for place in range(len(encoded))]

    def stream(self, prompt: RenderedPrompt, decoding: Decoding) -> Iterator[str]:
        """Yield the new text in pieces as it is generated; closing the iterator stops the model.

        Beam search knows its text only at the end and yields it whole. Raises as `generate` does, at once.
        """
        [row] = self._codec.encode_all([prompt], decoding)
        if decoding.num_beams > 1:
            return iter([self.generate([prompt], decoding)[0].text])
        return self._stream(row, decoding)

    def batches(self, encoded: Sequence[Sequence[int]], decoding: Decoding) -> Iterator[list[int]]:
        """Yield the places of prompts of like length. Beams go alone: their sums of scores tie far too easily."""
        size = self._batch_size if decoding.num_beams == 1 else 1
        order = sorted(range(len(encoded)), key=lambda place: -len(encoded[place]))
        for start in range(0, len(order), size):
            yield order[start : start + size]

    def _run(
        self,
        rows: list[list[int]],
        seeds: list[int],
        decoding: Decoding,
        listener: Listener | None = None,
    ) -> list[Generation | None]:
        """Generate for a batch; None for a row of it that must be done alone."""
        from rag.generate.sampling import Rows

        inputs, start = self.read(rows)
        state = Rows(len(rows), self.model.device, watched=self._exact and len(rows) > 1)
        new = self.decode(inputs, start, seeds, decoding, state, listener)
        return [
            self._codec.generation(len(row), tokens, decoding) if clear else None
            for row, tokens, clear in zip(rows, new, state.clear.tolist(), strict=True)
        ]

    def decode(
        self,
        inputs: Mapping[str, Any],
        start: int,
        seeds: Sequence[int],
        decoding: Decoding,
        state: Rows | None = None,
        listener: Listener | None = None,
        mixture: LogitsProcessor | None = None,
    ) -> list[list[int]]:
        """Return each row's new tokens, its end among them where it has come to one.

        `inputs` and `start` are those of `read`, and there is a seed a row. `state` learns which choices were too close
        to call in a batch; `mixture` has the last word on what each token scores.
        """
        from rag.generate.sampling import Choice, Halt, Repetition, Rows

        state = state or Rows(len(seeds), self.model.device, watched=False)
        greedy = decoding.num_beams == 1
        processors = [
            Repetition(start, decoding),
            *([mixture] if mixture else []),
            *([Choice(decoding, seeds, state)] if greedy else []),
        ]
        halt = Halt(
            start,
            self._loaded.eos,
            decoding.stop,
            self._codec.text,
            state if greedy else None,
            listener.cancelled if listener else None,
        )
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
        new: list[list[int]] = output[:, start:].tolist()
        return new

    def inputs(self, rows: list[list[int]]) -> tuple[dict[str, torch.Tensor], int]:
        """Return the model's padded inputs, and where in its output the new tokens start."""
        import torch

        width = max(map(len, rows))
        ids = [self._padded(row, self._loaded.pad, width) for row in rows]
        mask = [self._padded([1] * len(row), 0, width) for row in rows]
        inputs = {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}
        inputs |= self._extra_inputs(inputs["input_ids"])
        device = self.model.device
        return {name: tensor.to(device) for name, tensor in inputs.items()}, self._new_from(width)

    def read(self, rows: list[list[int]]) -> tuple[dict[str, Any], int]:
        """Return what `inputs` does; what a family can read once for all rows is read already."""
        inputs, start = self.inputs(rows)
        return dict(inputs), start

    @abstractmethod
    def _padded(self, row: list[int], filler: int, width: int) -> list[int]: ...

    def _extra_inputs(self, ids: torch.Tensor) -> Mapping[str, torch.Tensor]:
        return {}

    @abstractmethod
    def _new_from(self, prompt_width: int) -> int: ...

    def _stream(self, row: list[int], decoding: Decoding) -> Iterator[str]:
        def run(listener: Listener) -> Generation:
            [generation] = self._run([row], [seed_of(decoding)], decoding, listener)
            assert generation is not None  # a row alone is never watched
            return generation

        return streamed(self._codec, run, decoding)

    def _check_family(self, folder: Path) -> None:
        if model_family(folder) != self.family:
            kind = "a decoder-only model" if self.family == "seq2seq" else "an encoder-decoder"
            raise ValueError(f"{self.name} is {kind}, not for {type(self).__name__}: new_generator reads the family")

    def _read_window(self) -> ModelWindow:
        return model_window(self.model.config, self.tokenizer.model_max_length)

    def _needed_settings(self) -> Any:
        """Keep the special tokens that the model cannot do without, and drop the checkpoint's habits.

        transformers would merge its beams, minimum lengths and penalties into every call.
        """
        from transformers import GenerationConfig

        loaded = self._loaded
        decoder = self.family == "seq2seq"
        needed: Any = GenerationConfig(  # type: ignore[no-untyped-call]
            eos_token_id=sorted(loaded.eos) or None,
            pad_token_id=loaded.pad,
            bos_token_id=self.tokenizer.bos_token_id,
            decoder_start_token_id=loaded.start if decoder else None,
            forced_bos_token_id=loaded.forced_first if decoder else None,
        )
        self.model.generation_config = needed
        return needed


class _Streamer:
    """Passes tokens on to a listener as transformers hands them out."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._prompt_is_past = False

    def put(self, tokens: torch.Tensor) -> None:
        """Pass on a new token; the first call brings the prompt."""
        if self._prompt_is_past:
            self._listener.hear(int(tokens.reshape(-1)[0]))
        self._prompt_is_past = True

    def end(self) -> None:
        """Nothing to do: the finished generation is what ends the stream."""


def seed_of(decoding: Decoding) -> int:
    """Return the seed to draw by: a new one where none is set."""
    return secrets.randbits(63) if decoding.seed is None else decoding.seed
