"""Recognise text that says nothing: a character over and over, and the noise that bytes of something else decode to."""

from __future__ import annotations

import re

SAMPLE = 100_000  # characters
LEAST_REPEATED = 20  # characters without white space, from which on two different ones are no text
LEAST_NOISE = 200  # characters from which on hardly any words are noise
LEAST_WORDS = 0.15  # share of the characters in words, numbers, codes and addresses
LONGEST_WORD = 60  # characters; writing without blanks has longer ones


def find_junk(text: str) -> str:
    """Return why a text says nothing, "" for any other.

    >>> find_junk("x" * 500)
    'it only repeats a character'
    """
    words = text[:SAMPLE].split()
    count = sum(map(len, words))
    if count >= LEAST_REPEATED and len(set("".join(words))) <= 2:
        return "it only repeats a character"
    if count < LEAST_NOISE:
        return ""
    read = sum(len(word) for word in words if _is_readable(word))
    return "hardly any of it is words" if read < LEAST_WORDS * count else ""


def _is_readable(word: str) -> bool:
    if not word.isascii() and _UNSPACED.search(word):
        return True
    return _ADDRESS.match(word) is not None or (len(word) <= LONGEST_WORD and _WORD.fullmatch(word) is not None)


_WORD = re.compile(r"""\W*\w+(?:[-'’.:;,|/=@"_+&%#–—]+\w+)*\W*""")
_ADDRESS = re.compile(r"[a-z]+://\w", re.IGNORECASE)
# Thai, Lao, Khmer, Chinese, Japanese and Korean are written without blanks.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4}")
