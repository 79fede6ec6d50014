"""Generate with a transformers model of either family: in batches, exactly as one by one, or as a stream."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Literal

from ingest.weights import folder_named
from prompts.types import RenderedPrompt, Style
from rag.generate.base import Decoding, Generation
from rag.generate.load import Family, LoadedModel, load_model, model_family, model_folder, quiet
from rag.generate.stop import first_stop, settled
from rag.generate.threads import idle_cores, limited_threads
from rag.generate.window import ModelWindow, model_window

if TYPE_CHECKING:
    import torch


class TransformersGenerator(ABC):
    """What both families share: window, batches, decoding, streams.

    `model` is a hub id, a folder or `builtin:NAME`; `device` "cpu", "cuda", "mps" or "auto"; `dtype` what the weights
    are computed in, whatever they are stored in; `threads` how many CPU threads a call may use (None: as many
    cores as are idle now); `context_window` lowers the window (or raises it, for the T5 family only).
    A batch equals one by one exactly in float32; half precision rounds too coarsely for that.
    """

    family: Family
    exact_tokens = True

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
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        self._name = model
        self._threads = threads or idle_cores()
        self._batch_size = batch_size
        self._exact = dtype == "float32"
        folder = model_folder(model)
        self._check_family(folder)
        self._loaded = load_model(folder, self.family, device, dtype, folder_named(model))
        self._window = self._read_window().narrowed(context_window)
        self._settings = self._needed_settings()

    @property
    def name(self) -> str:
        """The name that it was asked for by."""
        return self._name

    @property
    @abstractmethod
    def style(self) -> Style:
        """Which rendering of a prompt the model reads."""

    @property
    def context_window(self) -> int:
        """The window in tokens: of the encoder for encoder-decoders, else of prompt and answer together."""
        return self._window.tokens

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

    @property
    def threads(self) -> int:
        """How many CPU threads a call uses."""
        return self._threads

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        """Return the exact number of tokens of the prompt, special tokens and chat marks in."""
        return len(self.encode(prompt))

    @abstractmethod
    def encode(self, prompt: RenderedPrompt) -> list[int]:
        """Return the prompt's token ids as the model gets them."""

    @abstractmethod
    def prompt_window(self, max_new_tokens: int) -> int:
        """Return how many tokens a prompt may have beside this many new ones. Raises ValueError when none."""

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        """Return one generation a prompt, in order; equal to generating one by one.

        Raises ValueError for an empty prompt, or one that is longer than `prompt_window`.
        """
        encoded = self._encode_all(prompts, decoding)
        seeds = [_seed(decoding) for _ in encoded]
        made: dict[int, Generation] = {}
        for batch in self._batches(encoded, decoding):
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
        [row] = self._encode_all([prompt], decoding)
        if decoding.num_beams > 1:
            return iter([self.generate([prompt], decoding)[0].text])
        return self._stream(row, decoding)

    def _encode_all(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[list[int]]:
        room = self.prompt_window(decoding.max_new_tokens)
        rows = []
        for number, prompt in enumerate(prompts):
            texts = [prompt] if isinstance(prompt, str) else [message.content for message in prompt]
            if not any(text.strip() for text in texts):
                raise ValueError(f"prompt {number} is empty")
            row = self.encode(prompt)
            if len(row) > room:
                raise ValueError(
                    f"prompt {number} has {len(row)} tokens, but {self.name} takes {room} "
                    f"with {decoding.max_new_tokens} new tokens"
                )
            rows.append(row)
        return rows

    def _batches(self, encoded: Sequence[Sequence[int]], decoding: Decoding) -> Iterator[list[int]]:
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
        listener: _Listener | None = None,
    ) -> list[Generation | None]:
        """Generate for a batch; None for a row of it that must be done alone."""
        from rag.generate.choose import Choice, Halt, Repetition, Rows

        inputs, start = self._read(rows)
        device = inputs["input_ids"].device
        state = Rows(len(rows), device, watched=self._exact and len(rows) > 1)
        greedy = decoding.num_beams == 1
        processors = [Repetition(start, decoding)] + [Choice(decoding, seeds, state)] * greedy
        halt = Halt(
            start,
            self._loaded.eos,
            decoding.stop,
            self._text,
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
                streamer=listener,
            )
        new = output[:, start:].tolist()
        return [
            self._generation(len(row), tokens, decoding) if clear else None
            for row, tokens, clear in zip(rows, new, state.clear.tolist(), strict=True)
        ]

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

    def _read(self, rows: list[list[int]]) -> tuple[dict[str, Any], int]:
        """Return what `inputs` does; what a family can read once for all rows is read already."""
        inputs, start = self.inputs(rows)
        return dict(inputs), start

    @abstractmethod
    def _padded(self, row: list[int], filler: int, width: int) -> list[int]: ...

    def _extra_inputs(self, ids: torch.Tensor) -> Mapping[str, torch.Tensor]:
        return {}

    @abstractmethod
    def _new_from(self, prompt_width: int) -> int: ...

    def _generation(self, prompt_tokens: int, tokens: list[int], decoding: Decoding) -> Generation:
        """Cut a row of new tokens, padding and all, down to the answer."""
        end = next((at for at, token in enumerate(tokens) if token in self._loaded.eos), None)
        finish: Literal["stop", "length"] = "length" if end is None else "stop"
        tokens = tokens[:end]
        text = self._text(tokens)
        cut = first_stop(text, decoding.stop)
        if cut is not None:
            finish, text = "stop", text[:cut]
            counts = range(1, len(tokens) + 1)
            used = next(n for n in counts if first_stop(self._text(tokens[:n]), decoding.stop) is not None)
            tokens = tokens[:used]
        return Generation(text, prompt_tokens, len(tokens), finish)

    def _text(self, tokens: list[int]) -> str:
        # clean_up_tokenization_spaces would rewrite " ," and the like, in quotations too.
        text = self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return str(text)

    def _stream(self, row: list[int], decoding: Decoding) -> Iterator[str]:
        listener = _Listener()
        worker = Thread(target=self._work, args=(row, decoding, listener), name="generate", daemon=True)
        worker.start()
        shown, tokens = "", list[int]()
        try:
            while not isinstance(event := listener.events.get(), Generation):
                if isinstance(event, BaseException):
                    raise event
                tokens.append(event)
                safe = settled(self._text(tokens), decoding.stop)
                if len(safe) > len(shown) and safe.startswith(shown):
                    yield safe[len(shown) :]
                    shown = safe
            if len(event.text) > len(shown):
                yield event.text[len(shown) :]
        finally:
            listener.cancelled.set()
            worker.join()

    def _work(self, row: list[int], decoding: Decoding, listener: _Listener) -> None:
        try:
            [generation] = self._run([row], [_seed(decoding)], decoding, listener)
            assert generation is not None
            listener.events.put(generation)
        except BaseException as error:  # it is raised again where the stream is read
            listener.events.put(error)

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


class _Listener:
    """Takes tokens from transformers as they come (its streamer), and the wish to stop from the reader."""

    def __init__(self) -> None:
        self.events: SimpleQueue[int | Generation | BaseException] = SimpleQueue()
        self.cancelled = Event()
        self._prompt_is_past = False

    def put(self, tokens: torch.Tensor) -> None:
        """Pass on a new token; the first call brings the prompt."""
        if self._prompt_is_past:
            self.events.put(int(tokens.reshape(-1)[0]))
        self._prompt_is_past = True

    def end(self) -> None:
        """Nothing to do: the finished generation is what ends the stream."""


def _seed(decoding: Decoding) -> int:
    return secrets.randbits(63) if decoding.seed is None else decoding.seed
