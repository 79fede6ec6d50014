"""Reasons: whether a question asks why, and whether sentences say why.

A source that only states a thing gives no reason for it, and a question may take for granted what never happened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

ADDED = 3  # content words that a reason has beside those of the question
BEFORE_REASON = 2  # sentences before the reason that may say what it is for
NEAR_REASON = 0.5  # share of the held words that the sentence with the reason and its neighbours hold
SURELY_RELEVANT = 0.65  # probability by the reader's head from which on a sentence answers without a word for a reason


def asks_for_reason(question: str) -> bool:
    """Return whether a question asks why something is so."""
    return _WHY.search(question) is not None


def gives_reason(sentences: Sequence[str], held_share: Callable[[str], float]) -> bool:
    """Return whether one of the sentences gives a reason, and for what was asked.

    `held_share` is the share of the question's words in a text. The sentence and those around it have to hold most of
    what all of them hold.
    """
    whole = held_share(" ".join(sentences))
    for place, sentence in enumerate(sentences):
        if _REASON.search(sentence):
            around = " ".join(sentences[max(place - BEFORE_REASON, 0) : place + 2])
            if held_share(around) >= NEAR_REASON * max(whole, NEAR_REASON):
                return True
    return False


_WHY = re.compile(r"\bwhy\b|\bhow come\b|\bwhat for\b|\bfor what reason|\bwhat\b.*\breasons?\b", re.IGNORECASE)
# "Since 1988" and "as a member" give none; "so dear that" and a clause after a colon do.
_REASON = re.compile(
    r"""\b(?:because|therefore|thus|hence|thereby|otherwise|consequently|reasons?|causes?|caused|causing|due\ to
    |owing\ to|thanks\ to|leads?\ to|led\ to|results?\ in|that\ is\ why|this\ is\ why|so\ that|so\ as\ to
    |in\ order\ to|to\ (?:avoid|prevent|protect|keep|ensure|save|reduce|allow|make\ sure|cover|comply)|would\ have\ to
    |danger|risk|purpose|objections?|helps?\ (?:to\ )?|prevents?|protects?|no\ longer|instead\ of)\b
    | \bso\ (?:[\w-]+\ ){1,8}?that\b | [,;]\ so\ | ^So\ | (?:^|[,.;]\ )(?:since|as)\ (?!\d|a\b|an\b|of\b|from\b
      |(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)\w+\ \w+
    | \bcan(?:not|['’]t)\b | :\ (?:an?|the|they|it|we|you|he|she|there)\ \w+ | \bwhen\b.*\btoo\b""",
    re.IGNORECASE | re.VERBOSE,
)
