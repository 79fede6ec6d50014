"""Escaping: turn special tokens inside of data, such as `</s>` or `<|im_start|>`, into plain text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache


def neutralise(value: object, special_tokens: Collection[str]) -> object:
    """Return plain copies of strings, mappings and sequences, with every special token broken up by spaces.

    `<|im_start|>` becomes `< |im_start| >`. A tokenizer would read the former as the mark that begins a turn, and a
    passage could speak for the user. Tokens of a single character cannot be broken and stay.
    """
    if isinstance(value, str):
        pattern = _token_pattern(frozenset(special_tokens))
        # Again, for a token inside of another; each pass only widens gaps.
        while pattern and pattern.search(value):
            value = pattern.sub(lambda match: f"{match[0][0]} {match[0][1:-1]} {match[0][-1]}", value)
        return value
    if isinstance(value, Mapping):
        return {neutralise(key, special_tokens): neutralise(item, special_tokens) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [neutralise(item, special_tokens) for item in value]
    return value


@lru_cache(maxsize=32)
def _token_pattern(special_tokens: frozenset[str]) -> re.Pattern[str] | None:
    tokens = {token.strip() for token in special_tokens}
    longest_first = sorted((token for token in tokens if len(token) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
