"""Passages as prompts: all in one, or each in its own, whose outputs the generator merges."""

from __future__ import annotations

import time
from collections.abc import Generator as Pieces, Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal, Protocol

from ingest.errors import NothingFits
from ingest.tracing import Span, add_span, span
from ingest.types import Chunk
from prompts.pack import distinct
from prompts.prompt import Prompt
from prompts.types import Dropped, Packed, RenderedPrompt, Style, Window
from rag.answer.options import PassageMode
from rag.answer.strategy import DraftEvent
from rag.answer.types import Retrieved
from rag.generate.base import Decoding, Generation, Generator
from stores.base import Hit

# The formats that prompts know besides "short", by that of the question.
PROMPT_FORMATS = {"sentence": "sentence", "explain": "sentence", "compare": "sentence", "list": "list"}

SHARPNESS = 20.0  # factor of the cosines: a passage that is .1 nearer weighs seven times as much


@dataclass(frozen=True)
class Draft:
    """A question with its passages, packed for the generator.

    `packed` is what the prompts hold and leave out together, and `prompts` the prompts of a passage each, none where
    all passages are in one.
    """

    question: Retrieved
    packed: Packed
    prompts: tuple[Packed, ...] = ()


class PromptWriter(Protocol):
    """Packs passages into prompts, and has the generator answer them."""

    def pack(self, question: Retrieved, passages: Sequence[Chunk]) -> Draft:
        """Return the passages, best first, as far as they fit. Raises NothingFits if not one sentence does."""

    def generate(self, drafts: Sequence[Draft]) -> list[Generation]:
        """Return one generation a draft, in order."""

    def stream_draft(self, draft: Draft) -> Pieces[DraftEvent, None, Generation]:
        """Yield the text of a generation as drafts, if it comes in pieces, and return the generation."""


@dataclass(frozen=True)
class OnePrompt:
    """All passages in one prompt, of at most `prompt_tokens` or the generator's window."""

    generator: Generator
    prompt: Prompt
    decoding: Decoding
    prompt_tokens: int | None = None

    def pack(self, question: Retrieved, passages: Sequence[Chunk]) -> Draft:
        """Return the passages, best first, as far as they fit. Raises NothingFits if not one sentence does."""
        window: Window = self.generator
        if self.prompt_tokens is not None:
            window = CappedWindow(self.generator, self.prompt_tokens)
        values: dict[str, object] = {"question": question.question}
        if question.answer_format in PROMPT_FORMATS:
            values["answer_format"] = PROMPT_FORMATS[question.answer_format]
        return Draft(question, self.prompt.pack(window, self.decoding.max_new_tokens, values, passages))

    def generate(self, drafts: Sequence[Draft]) -> list[Generation]:
        """Return one generation a draft, in order, generated in batches."""
        if not drafts:
            return []
        with span("generate", prompts=len(drafts)) as stage:
            generations = self.generator.generate([draft.packed.prompt for draft in drafts], self.decoding)
            count_tokens(stage, generations)
        return generations

    def stream_draft(self, draft: Draft) -> Pieces[DraftEvent, None, Generation]:
        """Yield the text of a generation as drafts, and return the generation."""
        pieces = self.stream(draft)
        while True:
            try:
                piece = next(pieces)
            except StopIteration as end:
                generation: Generation = end.value
                return generation
            yield DraftEvent("draft", piece)

    def stream(self, draft: Draft) -> Pieces[str, None, Generation]:
        """Yield the text of a generation in pieces, and return the generation."""
        pieces, began = [], time.perf_counter()
        for piece in self.generator.stream(draft.packed.prompt, self.decoding):
            pieces.append(piece)
            yield piece
        text = "".join(pieces)
        # Special tokens and chat marks are counted with any prompt and are no part of an answer.
        tokens = self.generator.count_tokens(text) - self.generator.count_tokens("")
        finish: Literal["stop", "length"] = "length" if tokens >= self.decoding.max_new_tokens else "stop"
        add_span("generate", began, prompts=1, prompt_tokens=draft.packed.prompt_tokens, completion_tokens=tokens)
        return Generation(text, draft.packed.prompt_tokens, tokens, finish)


@dataclass(frozen=True)
class PromptEach:
    """Each passage in its own prompt. Raises InputError for a generator that cannot merge prompts in this mode."""

    one: OnePrompt
    mode: PassageMode

    def __post_init__(self) -> None:
        from rag.generate.fusion import check_fusion

        check_fusion(self.one.generator, self.mode)

    def pack(self, question: Retrieved, passages: Sequence[Chunk]) -> Draft:
        """Return a prompt for each passage; text that an earlier passage holds is dropped."""
        # A passage of which not one sentence fits is left out, as long as there are others.
        pieces, dropped = distinct(passages)
        prompts: list[Packed] = []
        for piece in pieces:
            try:
                prompts.append(self.one.pack(question, [piece]).packed)
            except NothingFits:
                dropped.append(Dropped(piece, piece.start, piece.end))
        if not prompts:
            raise NothingFits(f"of {len(passages)} passages not one sentence fits into a prompt of its own")
        # To the outside the prompts look like one.
        packed = Packed(
            prompts[0].prompt,
            tuple(chunk for prompt in prompts for chunk in prompt.passages),
            (*(part for prompt in prompts for part in prompt.dropped), *dropped),
            sum(prompt.prompt_tokens for prompt in prompts),
        )
        return Draft(question, packed, tuple(prompts))

    def generate(self, drafts: Sequence[Draft]) -> list[Generation]:
        """Return one generation a draft, in order, each merged from the draft's prompts."""
        with span("generate", prompts=sum(len(draft.prompts) for draft in drafts)) as stage:
            generations = [self._merge(draft) for draft in drafts]
            count_tokens(stage, generations)
        return generations

    def stream_draft(self, draft: Draft) -> Pieces[DraftEvent, None, Generation]:
        """Return the generation: several prompts are merged when all have been read."""
        yield from ()
        [generation] = self.generate([draft])
        return generation

    def _merge(self, draft: Draft) -> Generation:
        generator, decoding = self.one.generator, self.one.decoding
        # A single prompt needs no merging.
        if len(draft.prompts) == 1:
            return generator.generate([draft.packed.prompt], decoding)[0]
        from rag.generate.decode import TransformersGenerator
        from rag.generate.fusion import fuse_prompts

        assert isinstance(generator, TransformersGenerator)  # `check_fusion` refuses any other
        assert self.mode != "concat"
        weights = passage_weights([prompt.passages[0] for prompt in draft.prompts], draft.question.hits)
        return fuse_prompts(generator, [prompt.prompt for prompt in draft.prompts], weights, self.mode, decoding)


def count_tokens(stage: Span, generations: Sequence[Generation]) -> None:
    """Set the tokens of generations on the stage that made them."""
    stage.set(
        prompt_tokens=sum(generation.prompt_tokens for generation in generations),
        completion_tokens=sum(generation.completion_tokens for generation in generations),
    )


def passage_weights(passages: Sequence[Chunk], hits: Sequence[Hit]) -> list[float]:
    """Return the softmax of the passages' cosines, or equal weights where one of them is unknown.

    A passage may be a part of a hit's chunk.
    """
    cosines = []
    for passage in passages:
        around = (
            hit
            for hit in hits
            if hit.chunk.source == passage.source and hit.chunk.start <= passage.start and passage.end <= hit.chunk.end
        )
        hit = next(around, None)
        cosine = hit.parts.get("dense") if hit else None
        # Word search alone found it: no cosine, no comparison.
        if cosine is None:
            return [1.0 / len(passages)] * len(passages)
        cosines.append(cosine)
    # The highest cosine is subtracted, so that no power overflows.
    powers = [exp(SHARPNESS * (cosine - max(cosines))) for cosine in cosines]
    return [power / sum(powers) for power in powers]


@dataclass(frozen=True)
class CappedWindow:
    """A generator's window of which at most `limit` tokens are used."""

    window: Window
    limit: int

    @property
    def style(self) -> Style:
        return self.window.style

    @property
    def special_tokens(self) -> frozenset[str]:
        special: frozenset[str] = getattr(self.window, "special_tokens", frozenset())
        return special

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return self.window.count_tokens(prompt)

    def prompt_window(self, max_new_tokens: int) -> int:
        return min(self.limit, self.window.prompt_window(max_new_tokens))
