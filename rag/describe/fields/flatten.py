"""Flatten the fields of a product as catalogues give them: lists, objects in objects, pairs of name and value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from ingest.errors import InputError
from rag.describe.fields.plain_text import PlainValue
from rag.describe.fields.unit_names import unit_of_code
from rag.describe.fields.word_lists import listed_words

_DEPTH = 4
# Objects whose name says nothing of what is in them.
_HOLDERS = listed_words("holders")


def flatten_fields(given: Mapping[str, object]) -> Iterator[tuple[str, tuple[PlainValue, ...]]]:
    """Yield the name of each field with its values: one, or those of a list.

    An object is taken apart: {"battery": {"capacity": "5 Ah"}} is the field "battery capacity", and what "attributes"
    or "dimensions" hold keeps its own name. A list of {"name": ..., "value": ...} is so many fields. Raises InputError
    for anything deeper, and for a value that is no text, number, truth value or date.
    """
    if not isinstance(given, Mapping):
        raise InputError(f"a product is an object of fields, not {type(given).__name__}")
    seen: set[str] = set()
    for key, values in _flatten(given, "", 0):
        # Keys are unique: a second "weight" of another object keeps a number.
        name, number = key, 2
        while name in seen:
            name, number = f"{key} {number}", number + 1
        seen.add(name)
        yield name, values


def _flatten(given: Mapping[str, object], path: str, depth: int) -> Iterator[tuple[str, tuple[PlainValue, ...]]]:
    for name, content in given.items():
        key = str(name) if _ATTRIBUTE.match(str(name)) else _below(path, str(name))
        value = _parse(content)
        if isinstance(value, Mapping):
            if depth == _DEPTH:
                raise InputError(f"the field {key!r} is nested too deeply: give it as fields of their own")
            measured = _measure_of(value)
            if measured or _may_be_in_pence(value):
                yield key, (measured,)
                continue
            yield from _flatten(value, path if _is_holder(str(name)) else key, depth + 1)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            pairs = [_pair_of(item) for item in value]
            if pairs and all(pairs):
                for pair in filter(None, pairs):
                    yield from _flatten(dict([pair]), path, depth + 1)
            else:
                yield key, tuple(_scalar(key, _say_part(item)) for item in value)
        else:
            yield key, (_scalar(key, value),)


def _below(path: str, name: str) -> str:
    """Return the name of what an object holds: "allergens may contain" of "allergens" and "mayContain"."""
    return f"{path} {_HUMP.sub(' ', name).lower() if _HUMP.search(name) else name}" if path else name


_HUMP = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z])")
_ATTRIBUTE = re.compile(r"attr(?:ibute)?_", re.IGNORECASE)
"""What begins a name that needs no group before it: "attr_lens_mount"."""

_GROUP = re.compile(r"(?:grp|group|attribute_?group|section|tab)_\w+", re.IGNORECASE)


def _is_holder(name: str) -> bool:
    """Return whether the name of an object says nothing of what is in it: "attributes", "grp_base" of a PIM."""
    return name.casefold() in _HOLDERS or bool(_GROUP.fullmatch(name))


def _measure_of(value: Mapping[object, object]) -> str:
    """Return "4.9 W" of {"amount": "4.9", "unit": "WATT"}, "31-48" of {"min": 31, "max": 48}, "" of another object."""
    keys = {str(key).casefold(): content for key, content in value.items()}
    if set(keys) in ({"amount", "unit"}, {"value", "unit"}) and isinstance(keys["unit"], str):
        amount = keys.get("amount", keys.get("value"))
        unit = unit_of_code(keys["unit"])
        return (
            f"{amount}{'' if unit in ('°', '%') else ' '}{unit}".strip()
            if isinstance(amount, str | int | float)
            else ""
        )
    if money := _money_of(keys):
        return money
    if set(keys) == {"min", "max"} and all(isinstance(content, str | int | float) for content in keys.values()):
        return f"{keys['min']}-{keys['max']}"
    return ""


_CURRENCIES = frozenset({"currency", "currency_code", "currencycode", "currencyiso"})
_AMOUNTS = ("amount", "value", "gross", "price")
"""Keys of what a buyer pays, beside the currency."""


def _money_of(keys: Mapping[str, object]) -> str:
    """Return "24.99 GBP" of {"amount": 24.99, "currency": "GBP", "was": null}, "" of another object.

    Of a lower price beside a higher one nobody knows here which is meant: they stay apart.
    """
    code = next((keys[name] for name in sorted(_CURRENCIES) if name in keys), None)
    amounts = {key: content for key, content in keys.items() if isinstance(content, str | int | float)}
    amount = next((amounts[key] for key in _AMOUNTS if key in amounts), None)
    others = set(amounts) - set(_AMOUNTS) - _CURRENCIES - {"net", "linked", "vat", "tax", "compareat"}
    if _is_whole(amount):
        return ""
    if not isinstance(code, str) or not re.fullmatch(r"[A-Za-z]{3}", code) or amount in (None, "") or others:
        return ""
    return f"{amount} {code.upper()}"


def _may_be_in_pence(value: Mapping[object, object]) -> bool:
    """Return whether an object is an amount of money of which nobody knows here whether it is in pounds or in pence."""
    keys = {str(key).casefold(): content for key, content in value.items()}
    return _CURRENCIES & keys.keys() != set() and any(_is_whole(keys.get(key)) for key in _AMOUNTS)


def _is_whole(amount: object) -> bool:
    return isinstance(amount, int) and not isinstance(amount, bool)


def _say_part(item: object) -> object:
    """Return an object of a list as "type A, max 18W", so that one field of another shape refuses no product."""
    if not isinstance(item, Mapping) or not item:
        return item
    parts = {str(key).replace("_", " "): content for key, content in item.items()}
    if not all(isinstance(content, str | int | float) for content in parts.values()):
        return item
    return ", ".join(f"{name} {content}" for name, content in parts.items())


def _parse(value: object) -> object:
    """Return the structure of a text that is JSON, as a cell of a table may be."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "[") and value.strip()[-1:] in ("}", "]"):
        try:
            parsed = json.loads(value)
        except ValueError:
            return value
        return parsed if isinstance(parsed, dict | list) else value
    if isinstance(value, str) and _ASSIGNED.fullmatch(value.strip()):
        pairs = [(match["name"], match["content"].strip(" ,;|")) for match in _ASSIGNMENT.finditer(value)]
        return dict(pairs) if len({name for name, _ in pairs}) == len(pairs) else value
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return value


_ASSIGNMENT = re.compile(r"(?P<name>[a-z]\w*)=(?P<content>[^=]*?)(?=[,;|]\s*[a-z]\w*=|\s*$)", re.IGNORECASE)
_ASSIGNED = re.compile(r"(?:[a-z]\w*=[^=]*[,;|]\s*)+[a-z]\w*=[^=]*", re.IGNORECASE)
"""Several attributes in one cell: "closure_type=Buttons,pattern=Plain"."""


_NAMES_OF_PAIRS = ("name", "display_name", "label", "key", "attribute", "title")
"""Keys of what an object of a list names, and of what one of its choices is called."""


def _pair_of(item: object) -> tuple[str, object] | None:
    """Return the name and value of {"name": "Colour", "value": "red"}, None for anything else."""
    if not isinstance(item, Mapping):
        return None
    keys = {str(key).casefold(): key for key in item}
    name = next((keys[key] for key in _NAMES_OF_PAIRS if key in keys), None)
    value = next((keys[key] for key in ("value", "values", "text", "option_values") if key in keys), None)
    if name is None or value is None or not isinstance(item[name], str):
        return None
    unit = item[keys["unit"]] if "unit" in keys else None
    content = item[value]
    if isinstance(content, list) and content and all(isinstance(one, Mapping) for one in content):
        content = [next((one[key] for key in (*_NAMES_OF_PAIRS, "value") if key in one), "") for one in content]
    return item[name], f"{content} {unit}" if unit and isinstance(content, str | int | float) else content


def _scalar(key: str, value: object) -> PlainValue:
    if hasattr(value, "item") and not isinstance(value, str | bytes):  # a number of numpy
        value = value.item()
    if value is None or isinstance(value, str | int | float | Decimal | date):
        return value
    raise InputError(f"the field {key!r} holds {type(value).__name__}: give a text, a number, true or false, or a list")
