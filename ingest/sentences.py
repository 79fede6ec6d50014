"""Split text into sentences by rule, for chunking, packing and citations."""

from __future__ import annotations

import re
from collections.abc import Iterator


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence, in characters and in order, without the white space around it.

    Every character that is not white space lies in exactly one span. A blank line always ends a sentence. A single line
    break ends one next to a list item, a table row or a heading, and between lines of `Name: value`; elsewhere it is
    soft wrapping. A table row is one sentence. Time is linear in the length of the text.
    """
    spans = []
    for start, end in _split_blocks(text):
        stops = [] if _is_row(text[start:end]) else _find_stops(text, start, end)
        for stop in [*stops, end]:
            sentence = text[start:stop].strip()
            begin = stop - len(text[start:stop].lstrip())
            if sentence:
                spans.append((begin, begin + len(sentence)))
            start = stop
    return spans


# --- line breaks ------------------------------------------------------------------------------------------------------

_GAP = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*+")
_ITEM = re.compile(r"(?:[-*+–]|\(?(?:\d{1,3}[.)]|[A-Za-z]\)|[ivx]{1,5}\)))(?:\s|$)|[•‣▪◦●]|```|~~~")
_TITLE = re.compile(r"#{1,6}\s")
_RULE = re.compile(r"[=~_*-]{3,}$")
_FIELD = re.compile(r"[^\W_a-z][^:;.!?\n]{0,60}: \S|[^\W_][^:;.!?\n]{0,60}: [^:;\n]{1,200}; [^\W_][^:;.!?\n]{0,60}: \S")
_LONG_WORD = re.compile(r"\w{4,}")
_TITLE_LENGTH = 60


def _split_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of paragraphs, list items, table rows and headings, which no sentence crosses."""
    # Look at each line break with the lines before and after it.
    gaps = list(_GAP.finditer(text))
    ends = [gap.start() for gap in gaps] + [len(text)]
    block = line = 0
    for gap, next_end in zip(gaps, ends[1:], strict=True):
        space = gap.group()
        is_blank_line = (space.count("\n") or space.count("\r")) > 1 or "\u2029" in space
        current, following = text[line : gap.start()], text[gap.end() : next_end]
        if is_blank_line or _breaks(current, following, first=line == block, indented=space[-1] in " \t"):
            yield block, gap.start()
            block = gap.end()
        line = gap.end()
    yield block, len(text)


def _breaks(line: str, following: str, *, first: bool, indented: bool) -> bool:
    """Tell whether the line break between two lines ends a sentence; `first`: the line begins a paragraph."""
    if _ITEM.match(following) or _TITLE.match(following) or _TITLE.match(line) or _is_row(line) or _is_row(following):
        return True
    # Rows and properties: "Country: Norway; Hotel: 210 EUR".
    if _FIELD.match(line) and _FIELD.match(following):
        return True
    # A line of dashes belongs to the title above it, and parts everything else.
    if _RULE.match(line) or _RULE.match(following):
        return not _RULE.match(following)  # an underline belongs to the title above
    if indented or following[:1].islower():
        return False
    if _ITEM.match(line):
        return True
    # A title is a short line without a stop whose longer words are all capitalised, as in hardly any wrapped prose.
    line = line.strip()
    if not first or not 0 < len(line) <= _TITLE_LENGTH or line[-1] in ".,;:!?-–—…" or line[0].islower():
        return False
    return not any(word[0].islower() for word in _LONG_WORD.findall(line))


def _is_row(line: str) -> bool:
    return " | " in line or line.startswith("|") or "\t" in line.strip()


# --- stops ------------------------------------------------------------------------------------------------------------

_STOP = re.compile(
    r"[.!?…。！？｡．।۔؟]"  # one character class first: the scanner skips to it fast
    r"(?P<more>[.!?…。！？｡．।۔؟]*+)"
    r"(?:[\"'”’»«)\]}」』）】》*_]|[\u00a0\u202f]»|\[\d{1,3}\])*+"  # closing quotes and brackets, [3] of a footnote
)
_WIDE = frozenset("。！？｡．")
_NEXT_WORD = re.compile(r"\s*+[\"'“‘„«»(\[¿¡*_]*+(\w*+)")
_OPENING = "\"'“‘„«»([{*_"
_LONGEST_ABBREVIATION = 24


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEVER_LAST = _word_set(
    "mr mrs ms mx dr prof gen lt sgt capt cmdr adm rev hon gov sen rep messrs mme mlle vs v cf viz approx fig figs eq"
    " eqs e.g i.e eg z.b d.h u.a bzw vgl sog sra srta dra sig dott avv dipl abb zzgl inkl p.ex"
)
"""Abbreviations that never end a sentence."""

_BEFORE_A_NUMBER = _word_set("no nos nr p pp vol vols art sec ch chap ver op par para pt s c b d r fl")
"""Abbreviations before a number only: "No. 5", but "No. It is not." """

_BEFORE_A_NAME = _word_set(
    "inc ltd co corp bros jr sr esq dept univ assn ave blvd rd st mt ft ca al ed eds usw hr fr bd jan feb mar apr jun"
    " jul aug sept sep oct nov dec mon tue wed thu fri sat sun ph.d b.sc m.sc"
)
"""Abbreviations that may end a sentence, as initials do: before a usual first word, not before a name."""

_STARTERS = _word_set(
    "the this that these those it its he she they we you i there here in on at by for from with to as of if when while"
    " after before since although because but and or so yet however moreover also then thus what who why how where"
    " which his her their our my your one some many most all no not both each every an another such until unless during"
    " der die das ein eine er sie es wir ich und aber le la les un une il elle ils et mais el los las una en y"
)
_GERMAN_MONTHS = _word_set(
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember Jahrhundert"
)


def _find_stops(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the end of each sentence of a block except the last."""
    for match in _STOP.finditer(text, start, end):
        stop = match.end()
        if stop < end and _ends_sentence(text, start, match):
            yield stop
            start = stop


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    if text[match.start()] in _WIDE:
        return True
    if not text[match.end()].isspace():
        return False
    # Look at the word after the stop.
    following = _NEXT_WORD.match(text, match.end())
    word = following[1] if following else ""
    if text[match.start()] != "." or match["more"]:  # ! ? … and runs: `"Really?" he asked.`
        return not word[:1].islower()
    # Look at the word before the full stop.
    before = text[max(start, match.start() - _LONGEST_ABBREVIATION) : match.start()]
    token = before.split()[-1].lstrip(_OPENING) if before and not before[-1].isspace() else ""
    spaced_letters = len(token) == len(word) == 1 and following and text[following.end() : following.end() + 1] == "."
    if spaced_letters or _is_abbreviation(token, word, begins=len(before.strip()) == len(token)):  # z. B., J. K.
        return False
    # Before a small letter comes an unknown abbreviation, unless the word is like iPhone or the text has no capitals.
    if word[:1].islower() and word.islower():
        return not token or text[start : match.start()].lstrip()[:1].islower()
    return True


def _is_abbreviation(token: str, word: str, *, begins: bool) -> bool:
    """Tell whether the full stop belongs to `token`, given the next word; `begins`: the token begins a sentence."""
    if not token:
        return False
    lower = token.lower()
    if token.isdigit():
        return (begins and len(token) <= 3) or (len(token) <= 2 and word in _GERMAN_MONTHS)
    if word[:1].isdigit() and lower in _BEFORE_A_NUMBER:
        return True
    # Initials, U.S. and p.m. are letters with stops between them.
    is_initials = token[::2].isalpha() and not token[1::2].strip(".") and (len(token) > 1 or token.isupper())
    if is_initials or lower in _BEFORE_A_NAME:
        return word.islower() or word.lower() not in _STARTERS
    return lower in _NEVER_LAST
