"""The format of an answer: as the question suggests, if nobody has chosen one."""

from __future__ import annotations

import re
from typing import Literal, get_args

AnswerFormat = Literal["short", "sentence", "list"]
FormatChoice = Literal["short", "sentence", "list", "auto"]
FORMAT_CHOICES: tuple[str, ...] = get_args(FormatChoice)


def choose_format(choice: FormatChoice, question: str) -> AnswerFormat:
    """Return the format of an answer: the choice, or for "auto" the one that the question asks for.

    A question for several things gets a list. A question for a reason, a way or an explanation gets a sentence. Any
    other, such as who, when, where and how many, gets a short answer.
    """
    if choice != "auto":
        return choice
    if _SEVERAL.search(question):
        return "list"
    return "sentence" if _EXPLAINED.search(question) else "short"


_SEVERAL = re.compile(
    r"""^\W*(?:please\ )?(?:list|enumerate)\b
    | \bwhat\ are\ (?:all\ |some\ of\ )?(?:the|some)\b(?!\ (?:chances|odds|difference))
    | \b(?:which|what)\ (?:\w+\ ){0,2}?\w+[^siu\W]s\ (?:are|were|do|did|can|have|must|should)\b
    | \bname\ (?:all|some|two|three|four|five|the\ (?:two|three|four|five))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_EXPLAINED = re.compile(
    r"""\bwhy\b
    | \bhow\ (?:do|does|did|can|could|should|would|is|are|was|were|to|come)\b
    | ^\W*(?:please\ )?(?:explain|describe|tell\ me|summari[sz]e|define)\b
    | \bwhat\ (?:happens|happened|does\ .+\ mean|is\ the\ (?:purpose|reason|difference|meaning))\b""",
    re.IGNORECASE | re.VERBOSE,
)
