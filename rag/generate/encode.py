"""Encode a rendered prompt as token ids, keeping text that looks like a control token as text.

A passage may contain "</s>" or "<|im_end|>". Encoded as the control token, it would let a document end the prompt or
speak for the system. Such a string is encoded in two halves: the same characters, and no control token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from prompts.types import Message, RenderedPrompt

_SEAM = "\ufdd0"
"""The place to cut a string that looks like a control token: a code point that Unicode keeps out of text."""


def text_ids(tokenizer: Any, text: str) -> list[int]:
    """Return the ids of a plain prompt, with the special tokens that the model expects around it."""
    names = ("bos_token", "eos_token", "pad_token", "sep_token", "cls_token")
    seamed = _with_seams(text, {mark for name in names if (mark := getattr(tokenizer, name, None))})
    if _SEAM not in seamed:
        return _ids(tokenizer, text)
    # Find the special tokens that the tokenizer puts before and after a text.
    bare, whole = _ids(tokenizer, "a", add_special_tokens=False), _ids(tokenizer, "a")
    start = next(start for start in range(len(whole)) if whole[start : start + len(bare)] == bare)
    return [*whole[:start], *_piece_ids(tokenizer, seamed), *whole[start + len(bare) :]]


def chat_ids(tokenizer: Any, prompt: RenderedPrompt) -> list[int]:
    """Return the ids of a chat in the model's own template, up to the start of its answer. A text is one user turn."""
    messages = (Message("user", prompt),) if isinstance(prompt, str) else prompt
    # A template speaks in special tokens and in added ones that look the part ("<think>"). The tokenizer's named
    # special tokens alone are too few: they often lack "<|im_start|>".
    added = tokenizer.added_tokens_decoder.values()
    marks = {str(token.content) for token in added if token.special or re.fullmatch(r"[<\[].+[>\]]", token.content)}
    marks |= set(tokenizer.all_special_tokens)
    turns = [{"role": message.role, "content": _with_seams(message.content, marks)} for message in messages]
    return _piece_ids(tokenizer, _apply_template(tokenizer, turns))


def _with_seams(text: str, marks: Iterable[str]) -> str:
    """Return a text with a seam after the first character of each mark."""
    present = [mark for mark in marks if mark in text]
    if not present:
        return text
    # The longest mark first: "<|im_start|>" before "<".
    pattern = "|".join(re.escape(mark) for mark in sorted(present, key=len, reverse=True))
    return re.sub(pattern, lambda match: match[0][0] + _SEAM + match[0][1:], text.replace(_SEAM, ""))


def _piece_ids(tokenizer: Any, seamed: str) -> list[int]:
    # Each piece is encoded alone, so that no token spans a seam.
    pieces = (piece for piece in seamed.split(_SEAM) if piece)
    return [token for piece in pieces for token in _ids(tokenizer, piece, add_special_tokens=False)]


def _ids(tokenizer: Any, text: str, *, add_special_tokens: bool = True) -> list[int]:
    # Not verbose: counting the tokens of a whole book deserves no warning that the model cannot read it.
    return list(tokenizer(text, add_special_tokens=add_special_tokens, verbose=False).input_ids)


def _apply_template(tokenizer: Any, turns: list[dict[str, str]]) -> str:
    from jinja2 import TemplateError

    try:
        return str(tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False))
    except TemplateError:
        if turns[0]["role"] != "system" or len(turns) == 1:
            raise
    # Some templates (Gemma's) have no system role: the instruction then opens the first turn.
    first = {"role": turns[1]["role"], "content": f"{turns[0]['content']}\n\n{turns[1]['content']}"}
    return str(tokenizer.apply_chat_template([first, *turns[2:]], add_generation_prompt=True, tokenize=False))
