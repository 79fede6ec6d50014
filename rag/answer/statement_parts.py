"""Statement parts: what a sentence affirms or denies apart from its other parts, and the yes or no it begins with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.proposition import DENIAL, content_tokens
from rag.answer.words import read_content


@dataclass(frozen=True)
class StatementPart:
    """A part of a sentence that affirms or denies something of its own."""

    text: str
    tokens: tuple[str, ...]
    excepted_from: StatementPart | None = None

    @property
    def denies(self) -> bool:
        """Tell whether the part has an odd number of denials; a ban that is lifted is one."""
        text = _SECOND_DENIAL.sub(r"\1", self.text)
        is_denied = any(clause.denies for clause in read_content(text).clauses)
        return is_denied != (_LIFTED.search(self.text) is not None)

    @property
    def signs(self) -> dict[str, bool]:
        """The words that themselves affirm or deny: "prohibited" is permit: False."""
        return {word: affirms for clause in read_content(self.text).clauses for word, affirms in clause.signs}


def read_lead(answer: str) -> bool | None:
    """Return what an answer says with its first word, yes or no; None if it begins otherwise."""
    lead = _LEAD.match(answer)
    return None if lead is None else lead["yes"] is not None


def strip_lead(answer: str) -> str:
    """Return an answer without its "Yes" or "No", its next word with a capital."""
    rest = _LEAD.sub("", answer, count=1).lstrip(" ,.:;–—-!")
    return rest[:1].upper() + rest[1:]


def split_parts(text: str) -> list[StatementPart]:
    """Return the parts of a sentence that can affirm or deny apart from each other, exceptions among them."""
    parts: list[StatementPart] = []
    text = _LEAD.sub("", text, count=1)
    for piece in _BORDER.split(_REASON.sub("", text)):
        main, *exceptions = _EXCEPTION.split(piece)
        for number, said in enumerate((main, *exceptions)):
            if said.strip(" ,.") and (parts or not number):
                parts.append(StatementPart(said, tuple(content_tokens(said)), parts[-1] if number else None))
    # A comma parts what one side denies and the other does not, unless it ends a condition.
    pieces: list[StatementPart] = []
    for part in parts:
        sides = part.text.split(", ")
        denials = [bool(DENIAL.search(side.casefold())) for side in sides]
        if len(sides) != 2 or len(set(denials)) == 1 or _CONDITION.match(part.text):
            pieces.append(part)
        else:
            pieces += [StatementPart(side, tuple(content_tokens(side)), part.excepted_from) for side in sides]
    return pieces


_FLAGS = re.IGNORECASE | re.VERBOSE
_LEAD = re.compile(
    r"""\s*(?:(?P<yes>yes|yeah|sure|of\ course|certainly|absolutely|definitely)\b
    |no\b(?=\s*(?:[.,;:!–—-]|$)|\s+(?:we|it|they|you|there|this|unfortunately|sorry)\b)
    |(?:sorry|unfortunately)[,\ ]+(?:no|not)\b
    |(?:i['’]m|i\ am|we['’]re|we\ are)\ (?:sorry|afraid)[,\ ]+(?:but\ )?
    (?:no\b|not\b|(?:that|this|it)(?:\ is|['’]s)\ not\b)
    |not\ (?:yet|at\ the\ moment|currently)\b)""",
    _FLAGS,
)
_BORDER = re.compile(
    r"""\s*;\s*|,?\s+\b(?:but|while|whereas|although|though|however|yet)\b\s*|\s+[–—]\s+|(?<=[.!?])\s+""", _FLAGS
)
_REASON = re.compile(r""",?\s+\b(?:because|since|due\ to|so\ that|in\ order\ to|as\ (?:they|it|we))\b[^.;]*""", _FLAGS)
_EXCEPTION = re.compile(
    r""",?\s+\b(?:except(?:ing)?(?:\s+for)?|apart\s+from|other\s+than|with\s+the\s+exception\s+of|excluding)\b""",
    _FLAGS,
)
_CONDITION = re.compile(
    r"""\s*(?:if|when|unless|once|after|before|until|where|for|in|on|at|with|during|as\ long\ as)\b""", _FLAGS
)
_SECOND_DENIAL = re.compile(r"\b(and|or|nor)\s+(?:no|not|never)\b", re.IGNORECASE)  # "no music and no generators"
_LIFTED = re.compile(
    r"""\b(?:ban|prohibition|restriction|limit(?:ation)?|rule|requirement|embargo)s?\b[^.;]*
    \b(?:lifted|abolished|withdrawn|repealed|dropped|scrapped|suspended|removed|ended)\b""",
    _FLAGS,
)
