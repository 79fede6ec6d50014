"""Packing: put as many passages into a prompt as the window holds, counted in the model's tokens, and list the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import inf

from ingest.errors import InputError, NothingFits
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from prompts.types import Dropped, Message, Packed, RenderedPrompt, Window

Values = Mapping[str, object]
Render = Callable[[Values, Sequence[Chunk]], RenderedPrompt]

_CHARACTERS_PER_TOKEN = 32
"""Far above the average of any text: a longer text does not fit the tokens that are left, without counting."""


def pack(
    render: Render,
    window: Window,
    max_new_tokens: int,
    values: Values,
    passages: Sequence[Chunk],
    *,
    needs_passages: bool,
) -> Packed:
    """Return the prompt with the best passages, never longer than `window.prompt_window(max_new_tokens)`.

    Passages are taken in order, whole while they fit. The first that does not fit is cut after its last fitting
    sentence; later ones are taken only where they fit whole. A repetition is dropped: a whole passage as "duplicate", a
    part of one as "overlap". The value `examples` loses its last pairs where they do not fit; a lost pair is listed as
    a chunk of the source `examples[i]` with the reason "example". Tokens are counted once a passage, and some
    2 log2(sentences) times more for the one that is cut. Raises InputError where the values do not fit, and NothingFits
    where no passage fits and `needs_passages`.
    """
    budget = window.prompt_window(max_new_tokens)

    def room(values: Values, kept: Sequence[Chunk]) -> int:
        return budget - window.count_tokens(render(values, kept))

    # Most prompts fit: then the tokens are counted once.
    kept, dropped = _choose(passages, lambda kept: 0)
    hopeless = sum(len(chunk.text) for chunk in kept) > budget * _CHARACTERS_PER_TOKEN
    if hopeless or room(values, kept) < 0:
        # The best passage, or as much of it as cannot fit anyway, goes before the examples.
        longest = budget * _CHARACTERS_PER_TOKEN + 1
        lead = [_part(best, best.start, min(best.end, best.start + longest)) for best in passages[:1]]
        values, dropped_examples = _drop_examples(values, room, lead if needs_passages else [])
        if (missing := -room(values, [])) > 0:
            name = max(values, key=lambda name: len(str(values[name])), default=None)
            blame = f"; the longest value is {name!r} ({len(str(values[name])):,} characters)" if name else ""
            raise InputError(
                f"the prompt has {budget + missing:,} tokens without any passage, but only {budget:,} fit with "
                f"{max_new_tokens:,} new ones{blame}"
            )

        def is_giant(sentence: str) -> bool:
            bare: RenderedPrompt = (Message("user", sentence),) if window.style == "chat" else sentence
            return window.count_tokens(bare) > budget

        kept, dropped = _choose(passages, lambda kept: room(values, kept), budget, is_giant)
        dropped = [*dropped_examples, *dropped]
        if needs_passages and passages and not kept:
            raise NothingFits(
                f"not one sentence of {len(passages)} passages fits: the prompt without them has "
                f"{budget - room(values, [])} tokens of the {budget} that fit with {max_new_tokens} new ones"
            )
    prompt = render(values, kept)
    return Packed(prompt, tuple(kept), tuple(dropped), window.count_tokens(prompt))


def distinct(passages: Sequence[Chunk]) -> tuple[list[Chunk], list[Dropped]]:
    """Return passages without the parts that an earlier one repeats, and separately these parts."""
    return _choose(passages, lambda kept: 0)


# --- passages ---------------------------------------------------------------------------------------------------------


def _choose(
    passages: Sequence[Chunk],
    room: Callable[[Sequence[Chunk]], int],
    left: float = inf,
    is_giant: Callable[[str], bool] = lambda sentence: False,
) -> tuple[list[Chunk], list[Dropped]]:
    """Return the passages to keep and those to drop.

    `room` returns the number of tokens that some passages leave, negative for too many; `left` is an upper bound of
    it without any. `is_giant` tells whether a sentence alone overfills the window.
    """
    kept: list[Chunk] = []
    dropped: list[Dropped] = []
    texts: set[str] = set()
    full = False
    for passage in passages:
        if _collapse_spaces(passage.text) in texts:
            dropped.append(Dropped(passage, passage.start, passage.end, "duplicate"))
            continue
        for piece, is_repeat in _split_repeats(passage, kept):
            if is_repeat:
                dropped.append(Dropped(passage, piece.start, piece.end, "overlap"))
                continue
            # Take the whole piece if it fits, else its first sentences; later passages are taken only whole.
            limit = left * _CHARACTERS_PER_TOKEN
            if len(piece.text) <= limit and room([*kept, piece]) >= 0:
                fitting = len(piece.text)
            else:
                fitting = 0 if full else _fitting_length(piece, kept, room, is_giant, limit)
            if fitting:
                kept.append(_part(piece, piece.start, piece.start + fitting))
                texts.add(_collapse_spaces(kept[-1].text))
            if fitting < len(piece.text):
                dropped.append(Dropped(passage, piece.start + fitting, piece.end))
                if kept and not full:
                    full, left = True, max(room(kept), 0)
    return kept, dropped


def _collapse_spaces(text: str) -> str:
    return " ".join(text.split())


def _part(passage: Chunk, start: int, end: int) -> Chunk:
    blocks = tuple(
        replace(block, start=max(block.start, start), end=min(block.end, end))
        for block in passage.blocks
        if block.start < end and start < block.end
    )
    text = passage.text[start - passage.start : end - passage.start]
    return replace(passage, text=text, start=start, end=end, blocks=blocks)


def _split_repeats(passage: Chunk, kept: Sequence[Chunk]) -> list[tuple[Chunk, bool]]:
    """Return a passage in pieces, in order, each with whether it repeats a kept passage of the same source."""
    # The spans of this document that are in the prompt already.
    covered = sorted(
        (chunk.start, chunk.end)
        for chunk in kept
        if chunk.source == passage.source and chunk.start < passage.end and chunk.end > passage.start
    )
    if not covered:
        return [(passage, False)]
    pieces = []
    place = done = passage.start
    for covered_start, covered_end in [*covered, (passage.end, passage.end)]:
        gap = _part(passage, place, max(place, covered_start)).text
        if re.search(r"\w", gap):  # white space and punctuation alone make no passage
            start, end = place + len(gap) - len(gap.lstrip()), place + len(gap.rstrip())
            pieces += [(_part(passage, done, start), True), (_part(passage, start, end), False)]
            done = end
        place = max(place, covered_end)
    pieces.append((_part(passage, done, passage.end), True))
    return [(piece, is_repeat) for piece, is_repeat in pieces if piece.text]


def _fitting_length(
    piece: Chunk,
    kept: Sequence[Chunk],
    room: Callable[[Sequence[Chunk]], int],
    is_giant: Callable[[str], bool],
    limit: float,
) -> int:
    """Return the number of characters of a piece that fit: whole sentences, or words of one that overfills a window.

    No more than `limit` characters are tried.
    """

    def fits(length: int) -> bool:
        return room([*kept, _part(piece, piece.start, piece.start + length)]) >= 0

    # Whole sentences, or the words of a first sentence that no window would hold.
    ends = [end for _, end in sentence_spans(piece.text)]
    fitting = _last_true([end for end in ends if end <= limit], fits)
    if fitting or kept or not ends or not (ends[0] > limit or is_giant(piece.text[: ends[0]])):
        return fitting
    words = _WORD.finditer(piece.text, 0, int(min(ends[0], limit)))
    return _last_true([word.end() for word in words], fits)


_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
"""A run without white space; Chinese and Japanese, written without any, may be cut at each character."""


def _last_true(lengths: Sequence[int], fits: Callable[[int], bool]) -> int:
    """Return the largest length that fits, 0 for none, by bisection: a longer text has more tokens."""
    low, high = 0, len(lengths)  # the first `low` fit, those from `high` on do not
    while low < high:
        middle = (low + high) // 2
        if fits(lengths[middle]):
            low = middle + 1
        else:
            high = middle
    return lengths[low - 1] if low else 0


# --- examples ---------------------------------------------------------------------------------------------------------


def _drop_examples(
    values: Values, room: Callable[[Values, Sequence[Chunk]], int], lead: Sequence[Chunk]
) -> tuple[Values, list[Dropped]]:
    """Return the values with as many examples as fit with the passages of `lead`, and the dropped examples."""
    examples = values.get("examples", ())
    if not isinstance(examples, Sequence) or not examples:
        return values, []
    # The examples are sorted, the most similar first: the last ones go.
    counts = list(range(1, len(examples) + 1))
    fitting = _last_true(counts, lambda count: room({**values, "examples": examples[:count]}, lead) >= 0)
    dropped = []
    for number, (question, answer) in enumerate(examples[fitting:], start=fitting):
        text = f"{question}\n{answer}"
        example = Chunk(text, source=f"examples[{number}]", start=0, end=len(text))
        dropped.append(Dropped(example, 0, len(text), "example"))
    return {**values, "examples": examples[:fitting]}, dropped
