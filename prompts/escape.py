"""Special tokens inside of data, such as `</s>` or `<|im_start|>`, made into plain text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache


def neutralise(value: object, special_tokens: Collection[str]) -> object:
    """Return plain copies of strings, mappings and sequences, all special tokens in them broken by spaces.

    `<|im_start|>` becomes `< |im_start| >`: a tokenizer would read the former as the mark that begins a turn, so a
    passage could put words into the user's mouth. Single characters cannot be broken and stay.
    """
    if isinstance(value, str):
        return _broken(value, _pattern(frozenset(special_tokens)))
    if isinstance(value, Mapping):
        return {neutralise(key, special_tokens): neutralise(item, special_tokens) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [neutralise(item, special_tokens) for item in value]
    return value


def _broken(text: str, pattern: re.Pattern[str] | None) -> str:
    while pattern and pattern.search(text):  # again, for a token inside of another; each pass only widens gaps
        text = pattern.sub(lambda found: f"{found[0][0]} {found[0][1:-1]} {found[0][-1]}", text)
    return text


@lru_cache(maxsize=32)
def _pattern(special_tokens: frozenset[str]) -> re.Pattern[str] | None:
    tokens = {token.strip() for token in special_tokens}
    longest_first = sorted((token for token in tokens if len(token) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
