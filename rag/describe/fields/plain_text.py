"""Plain text of a field's value: entities and markup decoded, signs that nobody sees taken out."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from datetime import date
from decimal import Decimal

from ingest.types import Scalar
from rag.describe.fields.word_lists import listed_words

PlainValue = Scalar | Decimal | date


_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|template)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
_BLOCK = (
    "address article aside blockquote br caption dd div dl dt figcaption footer h1 h2 h3 h4 h5 h6 header hr li main nav"
    " ol p pre section table tbody td tfoot th thead tr ul"
)
_INLINE = (
    "a abbr b bdi bdo big body button center cite code col colgroup del em figure font form head html i iframe img"
    " input ins kbd label link mark meta object q s samp small source span strike strong sub sup svg time title tt u"
    " var video wbr"
)
# Only names of HTML: "< 2 mm" and "a <b" of a formula without a bracket that closes stay as they are.
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK.replace(' ', '|')})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE.replace(' ', '|')})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_WRITTEN_BREAK = re.compile(r"(?<![:\\\w])\\[rnt]|(?<=\w)\\r?\\?n(?=[A-Z0-9\s•-])")
_BREAK = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
_BLANK = re.compile(r"[^\S\n]+")
_BLANK_BEFORE_MARK = re.compile(r"(?<=[\w)\"”’']) +(?=[,;](?:\s|$))")
_ROUNDS = 5


def plain_text(value: PlainValue) -> str:
    """Return a value as text without markup, control characters and needless white space; lines stay lines.

    A truth value is "yes" or "no", None and numbers that are none are "". 6.0 of a spreadsheet is "6": a number that
    was given as text keeps its zeros. Entities are decoded until none is left: "&amp;amp;" is "&". No blank stands
    before a comma: "dots , black" is "dots, black".
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            return ""
        return f"{value:.0f}" if value == int(value) and isinstance(value, float) else f"{Decimal(str(value)):f}"
    text = str(value)
    for _ in range(_ROUNDS):
        decoded = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if decoded == text:
            break
        text = decoded
    text = _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", _HIDDEN.sub(" ", text)))
    text = _BREAK.sub("\n", _WRITTEN_BREAK.sub("\n", text))
    # Zero-width signs, soft hyphens, marks of direction, controls and halves of characters.
    text = "".join(
        letter for letter in unicodedata.normalize("NFC", text) if letter in "\n\t" or not _is_unseen(letter)
    )
    lines = (_BLANK_BEFORE_MARK.sub("", _BLANK.sub(" ", line).strip()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn")


def capitalise(text: str) -> str:
    """Return the text with a capital first letter; a word with capitals inside, such as iPhone, stays as it is."""
    word = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if word == word.lower() else text


_NOTHING = listed_words("nothing")


def says_nothing(text: str) -> bool:
    """Return whether a value stands for the lack of one: "n/a", "-", "?", "tbd". "none" does not: see `absence`."""
    return (not any(letter.isalnum() for letter in text if letter not in "_") and text not in TICKS) or (
        text.casefold().strip(" .-()") in _NOTHING or text.casefold() in _NOTHING
    )


TICKS = {"✓": True, "✔": True, "☑": True, "✅": True, "✗": False, "✘": False, "❌": False, "☒": False}
"""Signs of a truth value in tables."""
