"""The kind of a question, which decides how it is answered, and the format of its answer."""

from __future__ import annotations

import re
from typing import Literal, get_args

QuestionKind = Literal["short", "yes-no", "explain", "list", "compare"]
AnswerFormat = Literal["short", "yes-no", "explain", "list", "compare", "sentence"]
FormatChoice = Literal["short", "yes-no", "explain", "list", "compare", "sentence", "auto"]
FORMAT_CHOICES: tuple[str, ...] = get_args(FormatChoice)


def choose_format(choice: FormatChoice, question: str) -> AnswerFormat:
    """Return the format of an answer: the choice, or for "auto" the one of the question's kind."""
    return classify_question(question) if choice == "auto" else choice


def classify_question(question: str) -> QuestionKind:
    """Return the kind of a question, by rules over its words.

    "yes-no" asks whether something is so, "explain" for a reason, a way or a summary, "list" for several things,
    "compare" for the differences of two. Any other, such as who, when and how many, a code or a few words, is "short".
    """
    if _COMPARED.search(question):
        return "compare"
    if _YES_NO.search(question):
        return "short" if _CHOICE.search(question) else "yes-no"
    if _SEVERAL.search(question):
        return "list"
    return "explain" if _EXPLAINED.search(question) else "short"


_COMPARED = re.compile(
    r"""\b(?:compare[ds]?|comparison|versus|vs\.?|differs?|differences?)\b
    | \b\w+er\ than\b | \bbetter\ than\b""",
    re.IGNORECASE | re.VERBOSE,
)
_YES_NO = re.compile(
    r"""^\W*(?:(?:and|but|so|please)\W+)?
    (?:is|are|am|was|were|do|does|did|can|could|may|might|must|shall|should|will|would|has|have|had
    |(?:is|are|was|were|do|does|did|ca|could|must|should|wo|would|has|have|had)n['’]t)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CHOICE = re.compile(r"\bor\b(?!\ not\b)", re.IGNORECASE)
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
    | \bwhat\ (?:happens|happened|does\ .+\ mean|is\ the\ (?:purpose|reason|meaning))\b""",
    re.IGNORECASE | re.VERBOSE,
)
