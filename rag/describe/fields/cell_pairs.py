"""Several fields in one cell, as shops export them: features, custom fields, attributes of one column, notes of labels.

>>> list(read_cell("Feature(Name:Value:Position)", "Hose:1,2 m steel:1,Valve:brass:2"))
[('Hose', '1,2 m steel'), ('Valve', 'brass')]
>>> list(read_cell("Information", "Catalogue page: 76, Frame colour: white, Wheels: 4"))
[('Catalogue page', '76'), ('Frame colour', 'white'), ('Wheels', '4')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.describe.fields.field_names import is_for_house, is_remark
from rag.describe.fields.note_facts import is_note
from rag.describe.fields.plain_text import plain_text
from rag.describe.fields.word_lists import listed_words

_FEATURES = re.compile(r"features? ?\( ?name ?: ?value(?: ?: ?position)?(?: ?: ?customi[sz]ed)? ?\)", re.IGNORECASE)
_FEATURE = re.compile(r"(?P<name>[^:,;|]+):(?P<value>.*?):\d+(?::[01])?(?:[,;|](?=[^:,;|]+:)|$)")
"""PrestaShop's features in one cell: "Hose:1,2 m steel:1,Valve:1/2" angle valve:2"."""
_BARE_FEATURE = re.compile(r"(?P<name>[^:,;|]+):(?P<value>[^:]+?)(?:[,;|](?=[^:,;|]+:)|$)")
_SECTIONED = re.compile(r"[^:,;|]*:(?P<name>[^:,;|]+):(?P<value>.*?)(?:[,;|](?=[^:,;|]*:[^:,;|]+:)|$)")
"""Google's details, a section before each: "General:Finish:Oak,General:Wheels:4"."""
_DETAILS = re.compile(r"product[ _]details?", re.IGNORECASE)

_ASSIGNMENT = re.compile(
    r"(?P<name>[a-z][\w ]*?) ?=(?P<value>[^=]*?)(?=[,;|]\s*[a-z][\w ]*=|\s*$)[,;|]?\s*", re.IGNORECASE
)
"""BigCommerce's and Magento's attributes: "Finish=Oak;Wheels=4"."""
_HOLDER = re.compile(
    r"(?:(?:product|item|article|additional|technical|further|extra|key|main|general|custom|other) ?)*"
    r"(?:attributes?|custom fields?|fields|specifications?|specs|properties|features|details?|data|characteristics"
    r"|variants?|variations?|options?|descriptions?|facts|info(?:rmation)?)",
    re.IGNORECASE,
)
"""A column that says nothing of what is in it, so that the labels in its cell stand for themselves."""

_LABEL = r"[^\W\d_][^\W_]*(?:[ /-][^\W_]+){0,3}(?: \([^()]{1,14}\))?"
_SEPARATORS = (r"\n", r"\s*\|\s*", r";\s+", r",\s+|;\s*")
_START = re.compile(rf"(?P<name>{_LABEL}) ?:\s+(?P<value>\S.*)")
_LONGEST_VALUE = 60
_NO_LABELS = listed_words("no_labels")


def read_cell(key: str, content: object) -> Iterator[tuple[str, object]]:
    """Yield the fields of a cell by their own labels, any other cell as it is.

    A cell is taken apart where all of it is such pairs, of which no label comes twice: a half that is no pair may
    belong to any of them.
    """
    text = content.strip() if isinstance(content, str) else ""
    text = plain_text(text) if text.startswith("<") else text
    pairs = _read_pairs(str(key).strip(), text) if ":" in text or "=" in text else []
    labels = {name.casefold() for name, _ in pairs}
    if pairs and len(labels) == len(pairs):
        yield from pairs
    else:
        yield key, content


def _read_pairs(key: str, text: str) -> list[tuple[str, str]]:
    if _FEATURES.fullmatch(key):
        return _match_all(_FEATURE if "position" in key.casefold() else _BARE_FEATURE, text)
    if key.casefold() in ("feature", "features") and len(pairs := _match_all(_FEATURE, text)) > 1:
        return pairs
    if _DETAILS.fullmatch(key) and (pairs := _match_all(_SECTIONED, text)):
        return pairs
    name = re.sub(r"[\s_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)).strip()
    if _HOLDER.fullmatch(name) and "=" in text and ("\n" not in text):
        unquoted = re.sub(r'"([^"]*)"', r"\1", text) if re.fullmatch(r'(?:"[^"]*"[,;|]?\s*)+', text) else text
        if pairs := _match_all(_ASSIGNMENT, unquoted):
            return pairs
    is_of_house = is_remark(tuple(name.casefold().split())) and is_for_house(text)
    if is_of_house or not (is_note(name) or _HOLDER.fullmatch(name)):
        return []
    return _split_chain(text) or _split_one(text)


def _match_all(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    """Return the pairs that a text consists of, [] where they leave any of it."""
    matches = list(pattern.finditer(text))
    if not matches or "".join(match[0] for match in matches).strip() != text:
        return []
    return [(match["name"].strip(), match["value"].strip(" ,;|")) for match in matches]


def _split_chain(text: str) -> list[tuple[str, str]]:
    """Return the pairs of "Frame colour: white, black, Wheels: 4", [] of a text that is no chain of at least two.

    What has no label belongs to the value before it. All labels begin with a capital, or none does.
    """
    for separator in _SEPARATORS:
        pieces = [piece.strip() for piece in re.split(separator, text) if piece.strip()]
        pairs: list[tuple[str, str]] = []
        for piece in pieces:
            if match := _START.fullmatch(piece):
                pairs.append((match["name"], match["value"]))
            elif pairs and ":" not in piece.replace("://", ""):
                pairs[-1] = pairs[-1][0], f"{pairs[-1][1]}, {piece}"
            else:
                pairs = []
                break
        is_alike = len({name[0].isupper() for name, _ in pairs}) == 1
        if len(pairs) > 1 and is_alike and all(map(_is_pair, pairs)):
            return pairs
    return []


def _split_one(text: str) -> list[tuple[str, str]]:
    """Return the pair of a note that is a label and its value: "FSC: yes"."""
    match = _START.fullmatch(text)
    pair = (match["name"], match["value"]) if match else ("", "")
    return [pair] if match and _is_pair(pair) and not re.search(r"[.;!?]\s", pair[1]) else []


def _is_pair(pair: tuple[str, str]) -> bool:
    """Tell whether a label can be one of a field, and its value has no more labels."""
    name, value = pair
    is_label = name.casefold() not in _NO_LABELS and len(name) <= 40
    return is_label and len(value) <= _LONGEST_VALUE and not re.search(r"[^\W\d_]:\s", value)
