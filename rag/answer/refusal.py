"""The text of a generation: its whole sentences, and whether it refuses to answer."""

from __future__ import annotations

import re

from ingest.sentences import sentence_spans
from rag.generate.base import Generation


def whole_sentences(generation: Generation) -> str:
    """Return a generation's text without a last sentence that was cut off, unless that is all there is.

    A comma or a conjunction at the end is removed.
    """
    text = _DANGLING.sub("", generation.text.strip())
    spans = sentence_spans(text)
    if generation.finish == "stop" or len(spans) < 2 or text.endswith((".", "!", "?")):
        return text
    return text[: spans[-2][1]]


def is_refusal(text: str) -> bool:
    """Return whether a generated text is empty or says, in the words that models use, that it does not know."""
    return not text or _REFUSAL.match(text) is not None


_DANGLING = re.compile(r"(?:\s*,)?(?:\s+(?:and|or|but))?$", re.IGNORECASE)

_REFUSAL = re.compile(
    r"""\W*(?:
      i\ (?:am\ )?(?:do\ not|don['’]t|cannot|can['’]t|not|could\ not|couldn['’]t)\ (?:have\ |be\ )?
        (?:know|answer|find|sure|enough|any|the\ information|provide|tell)
    | (?:i['’]m|i\ am)\ (?:sorry|not\ sure|unable)
    | unanswerable\b | no\ answer\b | unknown\W*$ | not\ (?:stated|mentioned|given|specified)\b
    | (?:the|these)\ (?:passages?|context|documents?|text|answer)\ (?:do|does|is)\ not\ (?:\w+\ ){0,3}?
        (?:contain|say|hold|provide|mention|answer|state|specify|include|in)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
