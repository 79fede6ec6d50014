"""Forms of address: whether a text may speak to its reader, and in what manner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

Address = Literal["you", "none", "formal"]
ADDRESSES: tuple[Address, ...] = get_args(Address)
"""you: the reader is "you", not "the customer". none: nobody is spoken to, nor told to do anything. formal: neither
contractions nor exclamations, and no German "du"."""

_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|yourself|yourselves|you['’](?:re|ve|ll|d))\b", re.IGNORECASE)
# Verbs with which shops begin a sentence to tell the reader what to do.
_IMPERATIVE = re.compile(
    r"(?:^|(?<=[.!?:]\s)|(?<=\n))(?:add|bring|browse|buy|choose|click|discover|don['’]t|enjoy|experience|explore|feel|find"
    r"|get|give|grab|imagine|keep|let|look|love|make|meet|order|pick|say|see|shop|show|start|stay|take|treat|try|upgrade"
    r"|use|wear)(?=\s+(?:a|all|an|any|at|for|from|in|into|it|more|no|now|of|off|on|one|our|out|some|the|them|these|this|to"
    r"|today|up|us|with|yourself|your)\b|!)",
    re.IGNORECASE,
)
_THIRD_PERSON = re.compile(
    r"\b(?:the|a|our|every|any|each)\s+(?:customer|user|buyer|shopper|reader|owner|consumer)s?\b|\b(?:customers|users|"
    r"buyers|shoppers|consumers)\b",
    re.IGNORECASE,
)
_CONTRACTION = re.compile(
    r"\b(?:\w+n['’]t|(?:I|you|we|they|he|she|it|that|there|here|what|who|let)['’](?:m|re|ve|ll|d|s))\b", re.IGNORECASE
)
_FAMILIAR = re.compile(r"\b(?:du|dich|dein(?:e[nmrs]?)?|euch|eure[nmrs]?)\b", re.IGNORECASE)
_EXCLAMATION = re.compile(r"!")

_FAULTS: dict[Address, tuple[tuple[re.Pattern[str], str], ...]] = {
    "none": ((_SECOND_PERSON, "speaks to the reader"), (_IMPERATIVE, "tells the reader what to do")),
    "you": ((_THIRD_PERSON, 'speaks of the reader, who is to be "you"'),),
    "formal": (
        (_CONTRACTION, "is a contraction, which a formal text writes out"),
        (_EXCLAMATION, "is an exclamation, which a formal text avoids"),
        (_FAMILIAR, "is a familiar form of address"),
    ),
}


def find_address(
    text: str, address: Address | None, outside: Sequence[tuple[int, int]] = ()
) -> Iterator[tuple[int, int, str]]:
    """Yield the (start, end, message) of words that break a form of address, those within `outside` left out."""
    for pattern, fault in _FAULTS[address] if address else ():
        for match in pattern.finditer(text):
            if not any(start <= match.start() and match.end() <= end for start, end in outside):
                yield match.start(), match.end(), f'"{match[0]}" {fault}'
