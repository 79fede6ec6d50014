"""Reservations: what keeps a sentence from saying what its words hold.

"The club was almost dissolved in 2011" says nothing of when it was dissolved, "Nothing prevents guests from ..." does
not deny, and of "Dogs are not allowed, guide dogs excepted" the exception is what a question about guide dogs turns on.
Models that read by words overlook all three. The lists are closed classes of general English.
"""

from __future__ import annotations

import re

from rag.answer.words import read_content

_NO_FACT = re.compile(
    r"\b(?:almost|nearly) \w+(?:ed|en)\b|(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bwas )(?<!\bwere )(?<!\bbeen )\bused to\b"
    r"|\b(?:wanted|hoped|tried|refused|failed|declined) to\b|\bturned down\b"
    r"|\bwould (?:be|have been) (?:wrong|untrue)\b"
    r"|\brumou?rs?\b|\balleged(?:ly)?\b|\bsupposedly\b|\bclaim(?:s|ed) (?:that|to)\b|\bcritics\b"
    r"|\bit is (?:often |sometimes |widely )?(?:said|believed|thought)\b"
    r"|\b(?:untrue|not true|den(?:y|ies) (?:it|that|this))\b"
    r"|\bwhich [^.,;]{1,40} den(?:y|ies)\b",
    re.IGNORECASE,
)
_ALLOWS_BY_DENYING = re.compile(
    r"\b(?:not|n['’]t|never|nothing|nobody|no one|no)\b[^.;]{0,30}\b(?:forbidden|forbids?|prohibit(?:s|ed)?|banned"
    r"|bans?|prevent(?:s|ed)?|illegal|wrong|untrue|excluded|ruled out|object(?:s|ed|ions?)?)\b",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(
    r"\b(?:except|excepting|unless|apart from|other than|save for|with the exception of)\b(?P<after>[^.;]*)"
    r"|,(?P<before>[^,.;]*)\bexcepted\b",
    re.IGNORECASE,
)


def is_no_fact(question: str, sentence: str) -> bool:
    """Tell whether a sentence says of something that it is no fact: a rumour, a wish, what was once or nearly so.

    A question in the same words asks for just that.
    """
    return any(match[0].lower() not in question.lower() for match in _NO_FACT.finditer(sentence))


def leaves_open(question: str, sentence: str) -> bool:
    """Tell whether the words of a sentence, taken as they are, may decide a yes/no question the wrong way round.

    It is no fact, it allows by a denial, or the question names what only its exception does.
    """
    if is_no_fact(question, sentence):
        return True
    denial = _ALLOWS_BY_DENYING.search(sentence)
    if denial and denial[0].split()[-1].lower() not in question.lower():
        return True
    asked = read_content(question).words
    for match in _EXCEPTION.finditer(sentence):
        exception = read_content(match["after"] or match["before"] or "").words
        rest = read_content(sentence[: match.start()] + " " + sentence[match.end() :]).words
        if asked & (exception - rest):
            return True
    return False
