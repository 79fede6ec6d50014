"""Packing: as many passages as the window holds, counted in the model's own tokens, and an account of the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import inf

from ingest.errors import NothingFits
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from prompts.types import Dropped, Message, Packed, RenderedPrompt, Window

Values = Mapping[str, object]
Render = Callable[[Values, Sequence[Chunk]], RenderedPrompt]

_CHARACTERS_PER_TOKEN = 32
"""Far above what text has on average: what has more, for the tokens that are left, is too long without counting."""


def pack(
    render: Render,
    window: Window,
    max_new_tokens: int,
    values: Values,
    passages: Sequence[Chunk],
    *,
    needs_passages: bool,
) -> Packed:
    """Return the prompt that holds the best passages, never longer than `window.prompt_window(max_new_tokens)`.

    Passages are taken in order, whole while they fit. The first that does not is cut after the last sentence that fits;
    of later ones only those that fit whole are taken. What stands in the prompt already is dropped, a whole passage as
    "duplicate", a part of one as "overlap". The value `examples` loses its last pairs where they do not fit; a pair is
    reported as a chunk of the source `examples[i]` with the reason "example". Tokens are counted once a passage and
    some 2 log2(sentences of the one that is cut) times more. Raises ValueError where the values do not fit, and
    NothingFits where no passage does and `needs_passages`.
    """
    budget = window.prompt_window(max_new_tokens)

    def room(values: Values, kept: Sequence[Chunk]) -> int:
        return budget - window.count_tokens(render(values, kept))

    kept, dropped = _choose(passages, lambda kept: 0)
    hopeless = sum(len(chunk.text) for chunk in kept) > budget * _CHARACTERS_PER_TOKEN
    if hopeless or room(values, kept) < 0:
        values, dropped_examples = _drop_examples(values, room, _lead(passages, budget) if needs_passages else [])
        if (missing := -room(values, [])) > 0:
            raise ValueError(_too_long(values, budget + missing, budget, max_new_tokens))
        kept, dropped = _choose(
            passages,
            lambda kept: room(values, kept),
            budget,
            lambda sentence: window.count_tokens(_bare(sentence, window)) > budget,
        )
        dropped = [*dropped_examples, *dropped]
        if needs_passages and passages and not kept:
            raise NothingFits(
                f"not one sentence of {len(passages)} passages fits: the prompt without them has "
                f"{budget - room(values, [])} tokens of the {budget} that are left beside {max_new_tokens} new ones"
            )
    prompt = render(values, kept)
    return Packed(prompt, tuple(kept), tuple(dropped), window.count_tokens(prompt))


def _too_long(values: Values, tokens: int, budget: int, max_new_tokens: int) -> str:
    longest = max(values, key=lambda name: len(str(values[name])), default=None)
    blame = f"; the longest value is {longest!r} ({len(str(values[longest])):,} characters)" if longest else ""
    return (
        f"the prompt has {tokens:,} tokens without any passage, but {budget:,} are left beside "
        f"{max_new_tokens:,} new ones{blame}"
    )


def _bare(text: str, window: Window) -> RenderedPrompt:
    return (Message("user", text),) if window.style == "chat" else text


def distinct(passages: Sequence[Chunk]) -> tuple[list[Chunk], list[Dropped]]:
    """Return passages without what stands in one before: what is left of them, and what is not."""
    return _choose(passages, lambda kept: 0)


# --- passages ---------------------------------------------------------------------------------------------------------


def _choose(
    passages: Sequence[Chunk],
    room: Callable[[Sequence[Chunk]], int],
    left: float = inf,
    is_giant: Callable[[str], bool] = lambda sentence: False,
) -> tuple[list[Chunk], list[Dropped]]:
    """Return what to keep and what not.

    `room` is the number of tokens left with these passages, negative if over; `left` is at least what it is with none.
    """
    kept: list[Chunk] = []
    dropped: list[Dropped] = []
    texts: set[str] = set()
    full = False
    for passage in passages:
        if _words(passage.text) in texts:
            dropped.append(Dropped(passage, passage.start, passage.end, "duplicate"))
            continue
        for piece, is_repeat in _pieces(passage, kept):
            if is_repeat:
                dropped.append(Dropped(passage, piece.start, piece.end, "overlap"))
                continue
            limit = left * _CHARACTERS_PER_TOKEN
            if len(piece.text) <= limit and room([*kept, piece]) >= 0:
                fitting = len(piece.text)
            else:
                fitting = 0 if full else _cut(piece, kept, room, is_giant, limit)
            if fitting:
                kept.append(_part(piece, piece.start, piece.start + fitting))
                texts.add(_words(kept[-1].text))
            if fitting < len(piece.text):
                dropped.append(Dropped(passage, piece.start + fitting, piece.end))
                if kept and not full:
                    full, left = True, max(room(kept), 0)
    return kept, dropped


def _words(text: str) -> str:
    return " ".join(text.split())


def _part(passage: Chunk, start: int, end: int) -> Chunk:
    return replace(passage, text=passage.text[start - passage.start : end - passage.start], start=start, end=end)


def _pieces(passage: Chunk, kept: Sequence[Chunk]) -> list[tuple[Chunk, bool]]:
    """Return the passage in pieces, in order, each with whether it repeats what is kept of the same source."""
    covered = sorted(
        (chunk.start, chunk.end)
        for chunk in kept
        if chunk.source == passage.source and chunk.start < passage.end and chunk.end > passage.start
    )
    if not covered:
        return [(passage, False)]
    pieces = []
    at = done = passage.start
    for covered_start, covered_end in [*covered, (passage.end, passage.end)]:
        gap = _part(passage, at, max(at, covered_start)).text
        if re.search(r"\w", gap):  # else white space and punctuation only, not worth a passage of its own
            start, end = at + len(gap) - len(gap.lstrip()), at + len(gap.rstrip())
            pieces += [(_part(passage, done, start), True), (_part(passage, start, end), False)]
            done = end
        at = max(at, covered_end)
    pieces.append((_part(passage, done, passage.end), True))
    return [(piece, is_repeat) for piece, is_repeat in pieces if piece.text]


def _cut(
    piece: Chunk,
    kept: Sequence[Chunk],
    room: Callable[[Sequence[Chunk]], int],
    is_giant: Callable[[str], bool],
    limit: float,
) -> int:
    """Return how many characters of the piece fit: whole sentences, or words where one sentence overfills a window.

    No more than `limit` characters are tried.
    """

    def fits(length: int) -> bool:
        return room([*kept, _part(piece, piece.start, piece.start + length)]) >= 0

    ends = [end for _, end in sentence_spans(piece.text)]
    fitting = _last_true([end for end in ends if end <= limit], fits)
    if fitting or kept or not ends or not (ends[0] > limit or is_giant(piece.text[: ends[0]])):
        return fitting
    words = _WORD.finditer(piece.text, 0, int(min(ends[0], limit)))
    return _last_true([word.end() for word in words], fits)


_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
"""A run without white space; Chinese and Japanese, written without any, may be cut at each character."""


def _last_true(lengths: Sequence[int], fits: Callable[[int], bool]) -> int:
    """Return the last length that fits, 0 if none does, by bisection: growing text has a growing number of tokens."""
    low, high = 0, len(lengths)  # the first `low` fit, those from `high` on do not
    while low < high:
        middle = (low + high) // 2
        if fits(lengths[middle]):
            low = middle + 1
        else:
            high = middle
    return lengths[low - 1] if low else 0


# --- examples ---------------------------------------------------------------------------------------------------------


def _lead(passages: Sequence[Chunk], budget: int) -> list[Chunk]:
    """Return the best passage, or as much of it as cannot fit anyway."""
    longest = budget * _CHARACTERS_PER_TOKEN + 1
    return [_part(best, best.start, min(best.end, best.start + longest)) for best in passages[:1]]


def _drop_examples(
    values: Values, room: Callable[[Values, Sequence[Chunk]], int], lead: Sequence[Chunk]
) -> tuple[Values, list[Dropped]]:
    """Return the values with as many examples as fit beside the passages of `lead`, and the examples left out."""
    examples = values.get("examples", ())
    if not isinstance(examples, Sequence) or not examples:
        return values, []
    counts = list(range(1, len(examples) + 1))
    fitting = _last_true(counts, lambda count: room({**values, "examples": examples[:count]}, lead) >= 0)
    dropped = []
    for number, (given, wanted) in enumerate(examples[fitting:], start=fitting):
        text = f"{given}\n{wanted}"
        example = Chunk(text, source=f"examples[{number}]", start=0, end=len(text))
        dropped.append(Dropped(example, 0, len(text), "example"))
    return {**values, "examples": examples[:fitting]}, dropped
