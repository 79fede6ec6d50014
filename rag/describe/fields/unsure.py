"""Fields of which nobody can say for sure what they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.describe.fields.absence import (
    is_substance,
)
from rag.describe.fields.attribute_table import attribute_row
from rag.describe.fields.given import NUMBERED, WARNINGS, Given
from rag.describe.fields.house_fields import is_code
from rag.describe.fields.label_units import names_two_units, split_two_units
from rag.describe.fields.label_words import is_readable
from rag.describe.fields.labels import Label
from rag.describe.fields.lexicon import is_plural_word
from rag.describe.fields.quoted import allergen_words, warns
from rag.describe.fields.sheet_values import is_system_code
from rag.describe.fields.unit_names import written_unit
from rag.describe.fields.values import (
    is_bare_number,
    read_truth,
)
from rag.describe.fields.word_lists import listed_words


def why_unsure(row: Given, rows: Sequence[Given]) -> str:
    """Return why nobody can say what a field means, "" where it is sure; what warns is never hidden for that."""
    label, line = row.label, row.line
    if warns(line) or set(label.words) & WARNINGS:
        return ""
    if not is_readable(label.bare, is_abbreviated=row.is_abbreviated):
        return "its label is an abbreviation that is not sure"
    if label.is_flag and read_truth(line, label.words, True) is None and is_code(line):
        return f"{line!r} is a code"
    if (names_two_units(label.bare) or split_two_units(label.text)) and is_bare_number(line):
        return "its label names two units"
    is_vital = allergen_words(label) is not None or is_substance(label.bare)
    if is_system_code(line) and not is_vital and not set(label.words) & NUMBERED:
        return f"{line!r} is a code"
    if line == "0" and _is_unset(row):
        return "a 0 of a flag may mean that nobody has said so"
    if line.casefold() in ("x", "xx"):
        return f"{line!r} is a mark"
    if line in ("0", "1") and not label.unit and not label.asks and not _is_counted(label):
        return f"{line!r} may be a number or an answer"
    if label.bare in _COUNTS and line == "1":
        return "one is what a product is"
    if row.is_abbreviated and set(label.words) & _CODED and re.fullmatch(r"[A-Z]{1,2}", line.upper()):
        return f"{line!r} is a code"
    is_zero = re.fullmatch(r"0+(?:[.,]0+)?(?: months| years)?", line)
    if is_zero and (_IS_SIZE.search(label.bare) or label.bare in ("minimum", "maximum")):
        return "0 stands for no value"
    if set(label.words) & {"warranty", "guarantee"} and re.fullmatch(r"9{3,}", line):
        return f"{line!r} stands for another thing"
    if label.is_flag and read_truth(line, label.words, True) is False and not _has_kin(row, rows):
        return "nothing of its group is so"
    return ""


def _is_unset(row: Given) -> bool:
    """Return whether a 0 may be what a system puts where nobody has answered: "Outdoor ok", but not "child safe"."""
    is_flag = _FLAGGED.search(row.key) is not None and (row.label.is_flag or row.label.relation == "is")
    return is_flag and row.label.relation in ("", "is") and not set(row.label.words) & _CAREFUL


_FLAGGED = re.compile(r"[ _.-](?:ok|flag|flg)\??$", re.IGNORECASE)
_CAREFUL = listed_words("careful")


def _is_counted(label: Label) -> bool:
    """Return whether a label asks for a number: "layers", "player count", "class", "safety level"."""
    own = attribute_row(label.bare)
    is_in_table = own is not None and bool({"number", "one", "measure"} & {form for form, _ in own.templates})
    is_many = is_plural_word(label.bare.rpartition(" ")[2]) and " " not in label.bare
    is_unit = written_unit(label.bare.rpartition(" ")[2]) is not None
    return is_in_table or is_many or is_unit or bool(set(label.words) & listed_words("asks_for_number"))


def _has_kin(row: Given, rows: Sequence[Given]) -> bool:
    """Return whether a flag stands alone or one of its group is true: of "HOB_GAS" and "HOB_IND" both 0 say nothing."""
    group, mark, _ = row.key.partition("_")
    kin = [
        one
        for one in rows
        if mark and group.casefold() not in ("is", "has") and one.label.is_flag and one.key.startswith(f"{group}_")
    ]
    return len(kin) < 2 or any(read_truth(one.line, one.label.words, True) for one in kin)


_COUNTS = frozenset(
    ["number of items", "item count", "unit count", "pack quantity", "pack size", "content", "pieces in set"]
)
_CODED = frozenset(["care", "position", "colour", "finish", "coating"])
_IS_SIZE = re.compile(
    r"^(?:number of .*|minimum age)$|(?:^| )(?:power|wattage|weight|height|width|length|depth|diameter|thickness"
    r"|voltage|volume|capacity|warranty|guarantee|count|dimensions)$"
)
