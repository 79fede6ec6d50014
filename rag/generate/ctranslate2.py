"""Generate with CTranslate2 in int8: a converted copy of the model, several times as fast on a CPU, without torch.

Greedy decoding runs there. Sampling and beams go to the reference backend, which is loaded when first asked for them:
its draws can be repeated by a seed, and its beams score as the checkpoints' authors had it.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from typing import Any

from ingest.models.cpu import load_ctranslate2
from prompts.types import RenderedPrompt
from rag.generate.base import Decoding, Generation, Generator
from rag.generate.ct2_model import GeneratorCopy
from rag.generate.local import LocalGenerator
from rag.generate.streaming import Listener, streamed
from rag.generate.tokens import TextCodec

RELEASE = 5.0  # seconds to wait for a worker at most

Heard = Callable[[int, int], bool]
"""Told a row and its newest token, says whether the row is to end."""


class CTranslate2Generator(LocalGenerator):
    """A model of either family, converted once and kept in the cache.

    `model` is a hub id, a folder or `builtin:NAME`; `threads` how many CPU threads a call may use (None: as many cores
    as are idle now); `context_window` lowers the window (or raises it, for the T5 family only). In int8 answers differ
    now and then from the reference backend's; a conversion that is not true to its model raises `NoCopyError`.
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

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        """Return one generation a prompt, in order.

        Raises ValueError for an empty prompt, or one that is longer than `prompt_window`.
        """
        if _is_others(decoding):
            return self._reference.generate(prompts, decoding)
        rows = self._codec.encode_all(prompts, decoding)
        order = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
        parts = [order[low : low + self._batch_size] for low in range(0, len(order), self._batch_size)]
        made: dict[int, list[int]] = {}
        for part in parts:
            made.update(zip(part, self._runtime.generate([rows[place] for place in part], decoding), strict=True))
        return [self._codec.generation(len(row), made[place], decoding) for place, row in enumerate(rows)]

    def stream(self, prompt: RenderedPrompt, decoding: Decoding) -> Iterator[str]:
        """Yield the new text in pieces as it is generated; closing the iterator stops the model.

        Raises as `generate` does, at once.
        """
        if _is_others(decoding):
            return self._reference.stream(prompt, decoding)
        [row] = self._codec.encode_all([prompt], decoding)

        def run(listener: Listener) -> Generation:
            def heard(_: int, token: int) -> bool:
                listener.hear(token)
                return listener.cancelled.is_set()

            [tokens] = self._runtime.generate([row], decoding, heard)
            return self._codec.generation(len(row), tokens, decoding)

        return streamed(self._codec, run, decoding)

    @cached_property
    def _reference(self) -> Generator:
        from rag.generate import new_generator

        return new_generator(self._name, threads=self._threads, context_window=self._context_window)


class Runtime:
    """A converted model in memory: token ids in, new token ids out.

    `compute_type` is "int8" or "float32", as the copy was written. Texts run on `threads` threads side by side: of an
    encoder-decoder as many batches as there are threads, of a decoder-only model each by itself. Prompts of the latter
    would have to be of one length to be read together; what longer ones have more is forced upon them token by token.
    Raises ValueError for a vocabulary with two tokens of one name.
    """

    def __init__(
        self, folder: Path, codec: TextCodec, forced_first: int | None, compute_type: str, threads: int
    ) -> None:
        ctranslate2 = load_ctranslate2()
        self._codec = codec
        self._forced_first = forced_first
        self._ends = sorted(codec.eos)
        self._threads = threads
        [listed] = folder.glob("*vocabulary.json")
        self._vocabulary: list[str] = json.loads(listed.read_text("utf-8"))
        self._numbers = {token: number for number, token in enumerate(self._vocabulary)}
        if len(self._numbers) < len(self._vocabulary):
            raise ValueError("its vocabulary has tokens of the same name, which the runtime cannot tell apart")
        kind = ctranslate2.Translator if codec.family == "seq2seq" else ctranslate2.Generator
        self._load = partial(kind, str(folder), device="cpu", compute_type=compute_type)

    @cached_property
    def _alone(self) -> Any:
        """The model for one text at a time, all threads in each of its products."""
        return self._load(inter_threads=1, intra_threads=self._threads)

    @cached_property
    def _side_by_side(self) -> Any:
        """The model for many texts, a thread for each of those that run at a time."""
        return self._load(inter_threads=self._threads, intra_threads=1) if self._threads > 1 else self._alone

    def generate(self, rows: Sequence[list[int]], decoding: Decoding, heard: Heard | None = None) -> list[list[int]]:
        """Return each row's new tokens, its end or stop string among them where it has come to one."""
        codec = self._codec

        def watch(row: int, token: int) -> bool:
            told = heard(row, token) if heard else False
            texts[row].append(token)
            return told or any(mark in codec.text(texts[row]) for mark in decoding.stop)

        texts: list[list[int]] = [[] for _ in rows]
        options = {
            "beam_size": 1,
            "sampling_topk": 1,
            "repetition_penalty": decoding.repetition_penalty,
            "no_repeat_ngram_size": decoding.no_repeat_ngram_size,
        }
        watching = watch if decoding.stop or heard else None
        count, most = len(rows), decoding.max_new_tokens
        together = self._codec.family == "seq2seq"
        width = self._threads if together else count
        parts = [range(first, count, width) for first in range(min(width, count))]
        model = self._side_by_side if len(parts) > 1 else self._alone
        write = self._translate if together else self._continue

        def work(places: range) -> list[list[int]]:
            return write(model, places, [rows[place] for place in places], most, options, watching)

        if len(parts) > 1:
            with ThreadPoolExecutor(self._threads) as pool:
                made = list(pool.map(work, parts))
        else:
            made = [work(places) for places in parts]
        found: dict[int, list[int]] = {}
        for places, tokens in zip(parts, made, strict=True):
            found.update(zip(places, tokens, strict=True))
        return [found[place] for place in range(count)]

    def write(self, row: list[int], count: int) -> list[int]:
        """Return what is written greedily after a prompt, at most so many tokens, without the end."""
        [tokens] = self.generate([row], Decoding(max_new_tokens=count))
        end = next((at for at, token in enumerate(tokens) if token in self._codec.eos), len(tokens))
        return tokens[:end]

    def chances(self, row: list[int], text: list[int]) -> list[float]:
        """Return the log-probability (natural) of each token of a text after a prompt."""
        if self._codec.family == "seq2seq":
            [scored] = self._alone.score_batch([self._tokens(row)], [self._tokens(text)], max_input_length=0)
            return list(scored.log_probs)[: len(text)]
        [scored] = self._alone.score_batch([self._tokens([*row, *text])])
        return list(scored.log_probs)[len(row) - 1 :]

    def _continue(
        self,
        model: Any,
        places: Sequence[int],
        rows: Sequence[list[int]],
        most: int,
        options: Mapping[str, Any],
        watch: Heard | None,
    ) -> list[list[int]]:
        [place], [row] = places, rows
        [result] = _call(
            model.generate_batch,
            [self._tokens(row)],
            (lambda step: watch(place, step.token_id)) if watch else None,
            max_length=most,
            end_token=self._ends,
            return_end_token=True,
            include_prompt_in_result=False,
            **options,
        )
        return [list(result.sequences_ids[0])]

    def _translate(
        self,
        model: Any,
        places: Sequence[int],
        rows: Sequence[list[int]],
        most: int,
        options: Mapping[str, Any],
        watch: Heard | None,
    ) -> list[list[int]]:
        given = None
        if self._forced_first is not None:
            given = [self._tokens([self._forced_first])] * len(rows)
        results = _call(
            model.translate_batch,
            [self._tokens(row) for row in rows],
            (lambda step: watch(places[step.batch_id], step.token_id)) if watch else None,
            target_prefix=given,
            max_input_length=0,  # by default it would cut a prompt after 1,024 tokens
            max_decoding_length=most,
            min_decoding_length=0,
            end_token=self._ends,
            return_end_token=True,
            **options,
        )
        return [self._ids(result.hypotheses[0]) for result in results]

    def _tokens(self, ids: Sequence[int]) -> list[str]:
        return [self._vocabulary[number] for number in ids]

    def _ids(self, tokens: Sequence[str]) -> list[int]:
        return [self._numbers[token] for token in tokens]


def _call(
    method: Callable[..., list[Any]], rows: list[list[str]], watch: Callable[[Any], bool] | None, **options: Any
) -> list[Any]:
    """Call a method of the runtime, and return when its worker thread has let go of the callback.

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


def _is_others(decoding: Decoding) -> bool:
    return decoding.temperature > 0 or decoding.num_beams > 1
