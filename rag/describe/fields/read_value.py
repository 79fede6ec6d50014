"""The value of a field: its kind, its items, its amount and its unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.describe.fields.absence import (
    denies_all,
    find_absent,
    is_substance,
)
from rag.describe.fields.dates import written_date
from rag.describe.fields.field_names import (
    asks_for_date,
    asks_for_year,
    is_logistic,
    is_price,
)
from rag.describe.fields.given import LONG, WARNINGS, Given
from rag.describe.fields.labels import Label
from rag.describe.fields.lexicon import is_noun, is_plural_word, singular
from rag.describe.fields.note_facts import (
    without_bars,
)
from rag.describe.fields.shop_numbers import shop_measure, shop_price, years_of_age
from rag.describe.fields.unit_names import CURRENCY_CODES, written_unit
from rag.describe.fields.values import (
    english_numbers,
    has_unit,
    is_bare_number,
    is_date,
    is_measure,
    is_money,
    is_year,
    read_note,
    read_quantity,
    read_truth,
    says_inclusion,
    split_items,
)
from rag.describe.fields.word_lists import listed_words
from rag.describe.product import MAY, MUST, SHOULD, ProductField, Relation

_HEDGE = re.compile(r"\b(?:traces?|may|might|possibl\w+)\b", re.IGNORECASE)


def read_value(row: Given, rows: Sequence[Given], plain: ProductField) -> ProductField:
    """Return a field with the kind of its value."""
    label, words, line = row.label, row.label.words, row.line
    priority = MAY if is_logistic(words) or len(line) > LONG else SHOULD
    priority = MUST if set(words) & WARNINGS else priority
    field = replace(plain, priority=priority)
    truth = False if denies_all(label.bare, line) else read_truth(line, words, label.asks)
    if truth is not None:
        relation: Relation = "includes" if says_inclusion(line) else "has" if line.casefold() == "without" else ""
        # "Remote: included" is a thing, whatever else the word can be.
        relation = relation if relation == "includes" and label.relation == "is" else label.relation or relation
        is_priority = truth or relation in ("contains", "includes") or is_substance(label.bare)
        priority = SHOULD if is_priority and priority == SHOULD else MAY
        if truth and not label.denies and priority == SHOULD and is_substance(label.bare):
            priority = MUST  # what people avoid is never left out
        return replace(field, kind="boolean", is_true=truth, priority=priority, relation=relation)
    if (noted := read_note(line, words)) and not is_substance(label.bare) and not label.denies:
        truth, answer, note = noted
        is_included = says_inclusion(answer) and label.relation in ("", "is", "has")
        relation = "includes" if is_included else label.relation
        return replace(field, kind="boolean", is_true=truth, relation=relation, note=note)
    if line.casefold() in ("none", "nil", "nothing"):
        if is_lacked(label):
            lacked: Relation = "includes" if words[-1] in ("accessories", "extras", "attachments") else "has"
            return replace(field, kind="boolean", is_true=False, relation=lacked)
        if set(label.words) & listed_words("none_says_nothing") or label.relation:
            return replace(field, hidden=f"{line!r} says nothing")
        return replace(field, is_quoted=True)  # "warranty: none"
    # Parts that were given as such are a list.
    if len(row.parts) > 1:
        return _read_list(replace(field, items=tuple(dict.fromkeys(row.parts))), row, rows)
    if (is_price(words) and is_bare_number(line)) or is_money(line):
        return _read_money(field, row, rows)
    if is_date(line) or (asks_for_year(words) and is_year(line)):
        date = written_date(line)
        return replace(field, kind="date", value=date, items=(date,))
    if asks_for_date(words) and is_year(line):
        return replace(field, kind="date")
    if is_measure(line):
        return _read_measure(field, row)
    noted_number = re.fullmatch(r"(-?\d[\d.,]*) ?(\([^()]+\))", line)
    if label.unit and noted_number and not has_unit(line):
        value = f"{noted_number[1]} {label.unit} {noted_number[2]}"
        return replace(field, value=value, items=(value,))
    is_hedged = is_substance(label.bare) and _HEDGE.search(line)
    items = (line,) if is_hedged else split_items(row.text, words)
    if words[:1] == ("countries",):
        items = tuple(filter(None, map(str.strip, line.split(","))))
    if len(items) > 1:
        return _read_list(replace(field, items=items), row, rows)
    if "|" in line:
        said = without_bars(line)
        field = replace(field, value=said, items=(said,))
    return replace(field, absent=find_absent(tuple(re.split(r"[,;.]\s*", line))))


def is_lacked(label: Label) -> bool:
    """Return whether a label is a thing that can be missing: "accessories: none", but not "brand: none"."""
    *_, last = label.words or ("",)
    is_thing = is_noun(last) or singular(last) != last
    return is_thing and not set(label.words) & listed_words("none_says_nothing") and not label.relation


# What the minimum and the maximum of a catalogue of children's goods are of.
_LIMITED = {"months": "age", "years": "age", "kg": "weight", "cm": "height"}
# No toy is for 36 years and over: the number is one of months.
_OLDEST_CHILD = re.compile(r"(?:2[2-9]|[3-8]\d|1[02-9]\d|2\d\d)\+?")
# What nobody gives in another unit.
_OWN_UNITS = {
    "voltage": "V", "wattage": "W", "luminous flux": "lm", "beam angle": "°", "colour temperature": "K",
    "color temperature": "K", "viewing angle": "°", "detection angle": "°",
}  # fmt: skip


def _read_measure(field: ProductField, row: Given) -> ProductField:
    label = row.label
    value = field.value if row.keeps_marks else english_numbers(field.value)
    is_count = label.bare.startswith("number of ") or is_plural_word(label.bare.rpartition(" ")[2])
    is_share = "%" in f"{label.text}{value}"  # "11.0 % vol" is printed so
    if not row.keeps_marks and not is_share and (has_unit(value) or label.unit or is_count):
        value = shop_measure(value)
    if label.bare.endswith(("pieces", "parts")):  # "number of pieces: 3 pieces"
        value = re.sub(r"(?<=\d) pieces?$", "", value)
    unit = "" if has_unit(value) else label.unit or _OWN_UNITS.get(label.bare.casefold(), "")
    *_, measured = label.bare.partition("(")[0].casefold().split() or [""]
    if not unit and not has_unit(value) and measured in listed_words("needs_unit"):
        return replace(field, kind="measure", hidden="a number without its unit: a rule can give it")
    written = written_unit(unit) if unit else None
    if written and value == "1":
        unit = written.one
    if label.bare in ("minimum", "maximum") and (limited := _LIMITED.get(unit or value.rpartition(" ")[2])):
        if limited == "age":
            value, unit = years_of_age(value, unit)
        return replace(field, kind="measure", label=f"{label.bare} {limited}", value=value, items=(value,), unit=unit)
    # A unit that the value repeats is not in the label; one that nothing has stays there: "size in".
    text = label.bare if unit or has_unit(value) else label.text
    if "age" in label.words and {"minimum", "from"} & set(label.words) and not unit and _OLDEST_CHILD.fullmatch(value):
        return replace(field, kind="measure", hidden="an age that may be in months: a rule can give its unit")
    if {"age", "ages"} & set(label.words):
        value, unit = years_of_age(value, unit)
    quantity = read_quantity(value, unit)
    return replace(field, kind="measure", label=text, value=value, items=(value,), unit=unit, quantity=quantity)


def _read_money(field: ProductField, row: Given, rows: Sequence[Given]) -> ProductField:
    """Return a field of money: its currency stands in the value, in the label, or in a field of its own."""
    value = re.sub(r"(?<=\d),[-–](?=\s|$)", "", field.value if row.keeps_marks else english_numbers(field.value))
    unit = "" if is_money(value) else row.label.unit or _currency_of(rows)
    if unit in _SIGNS and is_bare_number(value):
        value, unit = f"{unit}{value}", ""
    value = value if row.keeps_marks else shop_price(value)
    quantity = read_quantity(value, unit)
    if quantity and not any(quantity.values):
        return replace(field, kind="money", hidden="a price of 0 is none")
    priority = field.priority if unit or is_money(value) else MAY
    return replace(
        field,
        kind="money",
        label=row.label.bare,
        value=value,
        items=(value,),
        unit=unit,
        quantity=quantity,
        priority=priority,
    )


def _currency_of(rows: Sequence[Given]) -> str:
    codes = {row.line.upper() for row in rows if row.label.words[-1:] == ("currency",)}
    if not codes:  # "Trade £ (ex VAT)" tells it of all prices
        codes = {code for row in rows for sign, code in _SIGNS.items() if sign != "$" and sign in row.key}
    return codes.pop() if len(codes) == 1 and codes <= set(CURRENCY_CODES) else ""


_SIGNS = {"£": "GBP", "€": "EUR", "$": "USD"}


def _read_list(field: ProductField, row: Given, rows: Sequence[Given]) -> ProductField:
    items = tuple(" ".join(item.split()) for item in field.items)
    unit = ""
    if all(map(is_bare_number, items)):
        unit = row.label.unit or (_currency_of(rows) if is_price(row.label.words) else "")
    if all(is_measure(item) or is_money(item) for item in items):
        items = items if row.keeps_marks else tuple(map(english_numbers, items))
    text = row.label.bare if unit or all(map(has_unit, items)) else row.label.text
    return replace(
        field, kind="list", label=text, value=", ".join(items), items=items, unit=unit, absent=find_absent(items)
    )
