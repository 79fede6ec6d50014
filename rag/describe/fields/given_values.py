"""The values of a product as they were given, their codes in words, their units and numbers as English has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.describe.fields.decimal_marks import english_marks, has_decimal_commas, is_european, say_thousands
from rag.describe.fields.field_names import (
    rank_brand,
    rank_name,
    rank_type,
    why_identifier,
)
from rag.describe.fields.given import NUMBERED, Given
from rag.describe.fields.label_units import split_two_units
from rag.describe.fields.labels import Label
from rag.describe.fields.late_names import rank_late_name
from rag.describe.fields.part_units import unit_of_parts
from rag.describe.fields.sheet_values import is_shouted, lower_shouted, title_shouted, words_of_value
from rag.describe.fields.values import (
    english_numbers,
    has_unit,
    is_bare_number,
    is_date,
    is_measure,
    is_money,
)


def say_codes(rows: Sequence[Given]) -> list[Given]:
    """Return the fields with codes in words, and capitals in lower case where all texts of a product are in capitals.

    What identifies a product stays as it is.
    """
    is_loud = is_shouted([part for row in rows for part in row.parts])
    said = []
    for row in rows:
        words = row.label.words
        if why_identifier(words, row.line) or rank_brand(words) is not None:
            said.append(row)
            continue
        is_group = rank_type(words) is not None or words in (("family",), ("categories",), ("group",))
        is_kept = is_group or rank_name(words) is not None
        # Of several letters, "N" is none for no: the sizes J to P of a ring.
        is_kept = is_kept or (len(row.parts) > 1 and all(len(part.strip()) == 1 for part in row.parts))
        parts = row.parts if is_kept else tuple(words_of_value(part, words) for part in row.parts)
        if "dimensions" in words and len(parts) in (2, 3) and all(map(is_bare_number, parts)):
            parts = (" x ".join(parts),)
        if re.search(r"colou?r (?:no|number|code)\b", row.key, re.IGNORECASE):
            parts = tuple(re.sub(r"(?<=[^\W\d_]) \d{3,5}\b", "", part) for part in parts)
        if is_loud and (rank_name(words) is not None or rank_late_name(words) is not None):
            parts = tuple(map(title_shouted, parts))
        elif is_loud:
            parts = tuple(lower_shouted(part, words) for part in parts)
        is_abbreviated = row.key.isupper() and sum(other.key.isupper() for other in rows) > len(rows) / 2
        said.append(_give_units(replace(row, parts=parts, is_abbreviated=is_abbreviated)))
    return said


def _give_units(row: Given) -> Given:
    """Return a field whose label has units that stand behind each number: "power kW / PS: 7 / 9.5"."""
    if row.label.unit and not has_unit(row.line) and (said := unit_of_parts(row.line, row.label.unit)):
        return replace(row, label=_bare_label(row.label, row.label.bare), parts=(said,))
    two, numbers = split_two_units(row.label.text), re.fullmatch(r"([\d.,x× -]*\d) ?[/|;] ?([\d.,x× -]+)", row.line)
    if two is None or numbers is None or not all(map(is_measure, numbers.groups())):
        return row
    return replace(row, label=_bare_label(row.label, two[0]), parts=(f"{numbers[1]} {two[1]} / {numbers[2]} {two[2]}",))


def _bare_label(label: Label, text: str) -> Label:
    """Return a label whose unit stands in the value now."""
    return replace(label, text=text, bare=text, base=text, whole=text, unit="")


_UNSURE_MARK = re.compile(r"(?<![\d.,])[1-9]\d{0,2}[.,]\d{3}(?![\d.,]*\d)")


def read_marks(rows: list[Given]) -> list[Given]:
    """Return the fields in English marks where their own are sure, as they are where "1,250" stands among commas.

    It may be 1.25 there: in English marks the others would make a thousand of it.
    """
    if has_decimal_commas([row.line for row in rows]):
        return [row if _is_named(row.label) else _with_english_marks(row) for row in rows]
    if is_european([row.key for row in rows], [row.line for row in rows]):
        rows = [replace(row, parts=tuple(map(say_thousands, row.parts))) for row in rows]
    lines = [row.line for row in rows if is_measure(row.line) or is_money(row.line)]
    has_commas = any(english_numbers(line) != line for line in lines)
    if not has_commas or not any(_UNSURE_MARK.search(line) for line in lines):
        return rows
    return [replace(row, keeps_marks=True) for row in rows]


def _is_named(label: Label) -> bool:
    """Return whether the digits of a value may be those of a name or a number of something."""
    words = label.words
    named = rank_name(words) is not None or rank_brand(words) is not None or rank_type(words) is not None
    return named or bool(set(words) & NUMBERED) or words[-1:] in (("sizes",), ("size",))


def _with_english_marks(row: Given) -> Given:
    return replace(row, parts=tuple(part if is_date(part) else english_marks(part) for part in row.parts))
