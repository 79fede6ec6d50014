"""Generation with CTranslate2 in int8: a converted copy of the model, several times as fast on a CPU, without torch.

Greedy decoding runs there. Sampling and beam search run on the reference backend, which is loaded at their first use:
its draws can be repeated by a seed, and its beams score as the checkpoints' authors intended.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from ingest.cancel import NEVER, current_cancellation
from ingest.errors import ModelError
from ingest.fingerprint import fingerprint
from ingest.models.cpu import load_ctranslate2
from prompts.types import RenderedPrompt
from rag.generate.base import Decoding, Generation
from rag.generate.ct2_model import GeneratorCopy
from rag.generate.load import generator_weights
from rag.generate.local import LocalGenerator
from rag.generate.streaming import Listener, stream_text
from rag.generate.tokens import TextCodec

if TYPE_CHECKING:
    from rag.generate.decode import TransformersGenerator

RELEASE = 5.0
"""Seconds to wait for a worker at most."""

Watch = Callable[[int, int], bool]
"""Receives a row's place and its newest token, and returns whether the row is to end."""


class CTranslate2Generator(LocalGenerator):
    """A model of either family, converted once and kept in the cache.

    `model` is a hub id, a folder or `builtin:NAME`; `threads` limits the CPU threads of a call (None: the idle cores);
    `context_window` lowers the window, or raises it for the T5 family only. In int8 an answer differs now and then from
    the reference backend's. A conversion that is not faithful to its model raises NoCopyError.
    """

    def __init__(
        self,
        model: str,
        *,
        threads: int | None = None,
        context_window: int | None = None,
        batch_size: int = 8,
        copy: GeneratorCopy | None = None,
    ) -> None:
        super().__init__(model, threads, batch_size)
        copy = copy or GeneratorCopy.of(model)
        self._context_window = context_window
        self._codec = copy.codec(model, context_window)
        self._runtime = Runtime(copy.model, self._codec, copy.forced_first, "int8", self._threads)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the weights, the backend and the window."""
        return fingerprint("ctranslate2 int8", generator_weights(self._name), self.context_window)

    @cached_property
    def reference(self) -> TransformersGenerator:
        """The same model on the reference backend, loaded at its first use."""
        from rag.generate import load_reference

        return load_reference(self._name, threads=self._threads, context_window=self._context_window)

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        """Return one generation a prompt, in order.

        Raises InputError for an empty prompt, or one that is longer than `prompt_window`.
        """
        if decoding.temperature > 0 or decoding.num_beams > 1:
            return self.reference.generate(prompts, decoding)
        # Prompts of like length share a batch, the longest first.
        rows = self._codec.encode_all(prompts, decoding)
        order = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
        tokens: dict[int, list[int]] = {}
        for low in range(0, len(order), self._batch_size):
            places = order[low : low + self._batch_size]
            current_cancellation().check()
            tokens |= zip(places, self._runtime.generate([rows[place] for place in places], decoding), strict=True)
        return [self._codec.generation(len(row), tokens[place], decoding) for place, row in enumerate(rows)]

    def stream(self, prompt: RenderedPrompt, decoding: Decoding) -> Iterator[str]:
        """Yield the new text in pieces as it is generated; closing the iterator stops the model.

        Raises as `generate` does, at once.
        """
        if decoding.temperature > 0 or decoding.num_beams > 1:
            return self.reference.stream(prompt, decoding)
        [row] = self._codec.encode_all([prompt], decoding)

        def run(listener: Listener) -> Generation:
            def watch(_: int, token: int) -> bool:
                listener.hear(token)
                return listener.cancelled.is_set()

            [tokens] = self._runtime.generate([row], decoding, watch)
            return self._codec.generation(len(row), tokens, decoding)

        return stream_text(self._codec, run, decoding)

    def close(self) -> None:
        """Unload the copy, and the reference where it was loaded."""
        self._runtime.close()
        if (reference := self.__dict__.pop("reference", None)) is not None:
            reference.close()


class Runtime:
    """A converted model in memory: token ids in, new token ids out.

    `compute_type` is "int8" or "float32", as the copy was written. Texts run on `threads` threads at a time: as many
    batches of an encoder-decoder as there are threads, but each text of a decoder-only model by itself, since the
    runtime would force the surplus of a longer prompt on the model token by token. Raises ModelError for a vocabulary
    with two tokens of one name.
    """

    def __init__(
        self, folder: Path, codec: TextCodec, forced_first: int | None, compute_type: str, threads: int
    ) -> None:
        ctranslate2 = load_ctranslate2()
        self._codec = codec
        self._forced_first = forced_first
        self._ends = sorted(codec.eos)
        self._threads = threads
        # The runtime takes and returns tokens by name. The file is named differently for the two families.
        [listed] = folder.glob("*vocabulary.json")
        self._vocabulary: list[str] = json.loads(listed.read_text("utf-8"))
        self._numbers = {token: number for number, token in enumerate(self._vocabulary)}
        if len(self._numbers) < len(self._vocabulary):
            raise ModelError("its vocabulary has tokens of the same name, which the runtime cannot tell apart")
        kind = ctranslate2.Translator if codec.family == "seq2seq" else ctranslate2.Generator
        self._load = partial(kind, str(folder), device="cpu", compute_type=compute_type)

    @cached_property
    def _single(self) -> Any:
        """The model for one text at a time, with all threads in each of its products."""
        return self._load(inter_threads=1, intra_threads=self._threads)

    @cached_property
    def _parallel(self) -> Any:
        """The model for many texts, with one thread for each text that runs at the time."""
        return self._load(inter_threads=self._threads, intra_threads=1) if self._threads > 1 else self._single

    def generate(self, rows: Sequence[list[int]], decoding: Decoding, listen: Watch | None = None) -> list[list[int]]:
        """Return the new tokens of each row, greedily, with the end token where the row reached one.

        `listen` receives a row and its newest token, and ends the row by returning True. Raises Cancelled.
        """
        codec, texts = self._codec, [list[int]() for _ in rows]
        cancellation = current_cancellation()
        is_watched = decoding.stop or listen or cancellation is not NEVER

        def watch(place: int, token: int) -> bool:
            if cancellation.is_set or (listen is not None and listen(place, token)):
                return True
            texts[place].append(token)
            return any(mark in codec.text(texts[place]) for mark in decoding.stop)

        run = partial(self._run, decoding=decoding, watch=watch if is_watched else None)
        # An encoder-decoder gets a batch a thread, a decoder-only model a call a text.
        count = min(self._threads, len(rows)) if self._codec.family == "seq2seq" else len(rows)
        parts = [range(first, len(rows), count) for first in range(count)]
        if len(parts) > 1:
            model = self._parallel
            with ThreadPoolExecutor(self._threads) as pool:
                outputs = list(pool.map(lambda places: run(model, places, [rows[n] for n in places]), parts))
        else:
            outputs = [run(self._single, places, [rows[place] for place in places]) for places in parts]
        cancellation.check()
        # Put the outputs back into the order of the rows.
        tokens: dict[int, list[int]] = {}
        for places, part in zip(parts, outputs, strict=True):
            tokens |= zip(places, part, strict=True)
        return [tokens[place] for place in range(len(rows))]

    def write(self, row: list[int], count: int) -> list[int]:
        """Return up to `count` tokens that follow a prompt greedily, without the end token."""
        [tokens] = self.generate([row], Decoding(max_new_tokens=count))
        end = next((index for index, token in enumerate(tokens) if token in self._codec.eos), len(tokens))
        return tokens[:end]

    def log_probabilities(self, row: list[int], text: list[int]) -> list[float]:
        """Return the natural log-probability of each token of a text after a prompt."""
        if self._codec.family == "seq2seq":
            [scored] = self._single.score_batch([self._tokens(row)], [self._tokens(text)], max_input_length=0)
            return list(scored.log_probs)[: len(text)]  # without the end token
        # A decoder-only model scores each token but the first by those before it.
        [scored] = self._single.score_batch([self._tokens([*row, *text])])
        return list(scored.log_probs)[len(row) - 1 :]

    def close(self) -> None:
        """Unload the model and end its threads."""
        for name in ("_single", "_parallel"):
            self.__dict__.pop(name, None)

    def _run(
        self, model: Any, places: Sequence[int], rows: Sequence[list[int]], decoding: Decoding, watch: Watch | None
    ) -> list[list[int]]:
        """Generate for a batch of an encoder-decoder, or for the one text of a decoder-only model."""
        options: Mapping[str, Any] = {
            "beam_size": 1,
            "sampling_topk": 1,
            "repetition_penalty": decoding.repetition_penalty,
            "no_repeat_ngram_size": decoding.no_repeat_ngram_size,
            "end_token": self._ends,
            "return_end_token": True,
        }
        if self._codec.family == "causal":
            [place], [row] = places, rows
            [result] = _call(
                model.generate_batch,
                [self._tokens(row)],
                (lambda step: watch(place, step.token_id)) if watch else None,
                max_length=decoding.max_new_tokens,
                include_prompt_in_result=False,
                **options,
            )
            return [list(result.sequences_ids[0])]
        prefix = None if self._forced_first is None else [self._tokens([self._forced_first])] * len(rows)
        results = _call(
            model.translate_batch,
            [self._tokens(row) for row in rows],
            (lambda step: watch(places[step.batch_id], step.token_id)) if watch else None,
            target_prefix=prefix,
            max_input_length=0,  # by default it would cut a prompt after 1,024 tokens
            max_decoding_length=decoding.max_new_tokens,
            min_decoding_length=0,
            **options,
        )
        return [[self._numbers[token] for token in result.hypotheses[0]] for result in results]

    def _tokens(self, ids: Sequence[int]) -> list[str]:
        return [self._vocabulary[number] for number in ids]


def _call(
    method: Callable[..., list[Any]], rows: list[list[str]], watch: Callable[[Any], bool] | None, **options: Any
) -> list[Any]:
    """Call a method of the runtime, and return when its worker thread has released the callback.

    The worker drops its reference only after the result is there, and needs the interpreter's lock to do so. A program
    that ends in between aborts: the interpreter ends a thread that asks for the lock, inside a C++ destructor.
    """
    if watch is None:
        return method(rows, **options)

    def callback(step: Any) -> bool:
        return watch(step)

    released = Event()
    reference = weakref.ref(callback, lambda _: released.set())
    try:
        return method(rows, callback=callback, **options)
    finally:
        del callback
        released.wait(RELEASE)  # the traceback of an error may hold the callback for longer
        del reference
