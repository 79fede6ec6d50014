"""Columns as shop systems export them: an attribute's name and value in two columns, features in one cell.

>>> read_shop_columns({"Attribute 1 name": "Grape", "Attribute 1 value(s)": "Tempranillo", "Attribute 1 visible": 1})
{'Grape': 'Tempranillo'}
>>> plain_column("Fit (product.metafields.custom.fit)"), plain_column("Meta: _serve_temp"), plain_column("Name *")
('Fit', 'serve_temp', 'Name')
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.describe.fields.cell_pairs import read_cell
from rag.describe.fields.languages import without_translations
from rag.describe.fields.unit_names import unit_of_code
from rag.describe.fields.values import read_truth

_WHAT = (
    r"(?P<what>(?:product |custom |technical |item )?"
    r"(?:attributes?|attr|attribut|options?|features?|specifications?|specs?|propert(?:y|ies)|details?|fields?"
    r"|variations?|characteristics?|merkmal|eigenschaft))"
)
_PART = (
    r"(?P<part>names?|label|title|key|bezeichnung|value\(s\)|values?|val|wert|text|content|data|units?|uom|einheit"
    r"|visible|global|variation|default|linked to)"
)
_NUMBER = r"(?P<number>\d{1,2})"
_OF_PAIR = re.compile(rf"{_WHAT}[ _.-]?{_NUMBER}[ _.-]*{_PART}", re.IGNORECASE)
"""WooCommerce's "Attribute 1 value(s)", Shopify's "Option1 Name", and their like."""
_PAIR_NUMBERED_LAST = re.compile(rf"{_WHAT}[ _.-]?{_PART}[ _.-]?{_NUMBER}", re.IGNORECASE)
"""The same with the number last: "attribute_name_1", "attributeValue1"."""
_BESIDE = re.compile(rf"{_WHAT}[ _.-]?{_NUMBER}|(?P<value>value|val|wert)[ _.-]?(?P<place>\d{{1,2}})", re.IGNORECASE)
"""A name and a value side by side: "Attribute 1" and "Value 1"."""

_SETTING = re.compile(r"attribute_(?:data|default):|included / (?!(?:not|ex)\b|excluded)(?-i:[A-Z])", re.IGNORECASE)
"""Where WooCommerce shows an attribute, and to which markets Shopify sells: "Included / Germany"."""

_NAMES = ("name", "names", "label", "title", "key", "bezeichnung")
_VALUES = ("value(s)", "value", "values", "val", "wert", "text", "content", "data")
_UNITS = ("unit", "units", "uom", "einheit")


@dataclass(frozen=True)
class _Part:
    """What a column holds of an attribute: its "name" or "value", by the word and the number of the attribute."""

    pair: tuple[str, str]
    part: str


def read_shop_columns(given: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a row, those that a shop system spreads over columns or joins in one by their own names.

    An attribute that the shop does not show is left out, and so is what a system says of a column ("global").
    """
    keys = without_translations(list(map(str, given)))
    kept = dict.fromkeys(key for key in keys if not _SETTING.match(key))
    given = {str(key): value for key, value in given.items() if str(key) in kept}
    columns = _find_parts(tuple(kept))
    pairs: dict[tuple[str, str], dict[str, object]] = {}
    for key, value in given.items():
        if column := columns.get(key):
            pairs.setdefault(column.pair, {})[column.part] = value
    complete = {pair: parts for pair, parts in pairs.items() if _first(parts, _NAMES) and _has_value(parts)}
    fields: dict[str, object] = {}
    for key, value in given.items():
        column = columns.get(key)
        parts = complete.get(column.pair) if column else None
        if column is None or parts is None:
            for name, content in read_cell(key, value):
                fields[_unused(name, fields)] = content
        elif column.part in _VALUES and _is_shown(parts):
            fields[_unused(_first(parts, _NAMES), fields)] = _with_unit(value, _first(parts, _UNITS))
    return fields


def _find_parts(keys: Sequence[str]) -> dict[str, _Part]:
    """Return the columns that hold a part of an attribute; "Attribute 1" is a name where "Value 1" stands beside it."""
    columns: dict[str, _Part] = {}
    names: dict[str, tuple[str, tuple[str, str]]] = {}
    values: dict[str, str] = {}
    for key in keys:
        if match := _OF_PAIR.fullmatch(key.strip()) or _PAIR_NUMBERED_LAST.fullmatch(key.strip()):
            columns[key] = _Part((match["what"].casefold(), match["number"]), match["part"].casefold())
        elif match := _BESIDE.fullmatch(key.strip()):
            if match["value"]:
                values[match["place"]] = key
            else:
                names[match["number"]] = key, (match["what"].casefold(), match["number"])
    taken = {(column.pair, column.part) for column in columns.values()}
    for number, (key, pair) in names.items():
        has_own = any((pair, part) in taken for part in _VALUES)
        is_named = any((pair, part) in taken for part in _NAMES)
        if not is_named and (has_own or number in values):
            columns[key] = _Part(pair, "name")
            if not has_own:
                columns[values[number]] = _Part(pair, "value")
    return columns


def _first(parts: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((str(parts[name]).strip() for name in names if parts.get(name) is not None), "")


def _has_value(parts: Mapping[str, object]) -> bool:
    return any(name in parts for name in _VALUES)


def _is_shown(parts: Mapping[str, object]) -> bool:
    return "visible" not in parts or read_truth(str(parts["visible"]).strip(), ("visible",), True) is not False


def _with_unit(value: object, unit: str) -> object:
    is_number = isinstance(value, str | int | float) and re.fullmatch(r"\d+(?:[.,]\d+)*", str(value).strip())
    return f"{str(value).strip()} {unit_of_code(unit)}" if unit and is_number else value


def _unused(name: str, fields: Mapping[str, object]) -> str:
    number, free = 2, name
    while free in fields:
        free, number = f"{name} {number}", number + 1
    return free


_METAFIELD = re.compile(
    r"(?P<label>.*\S) ?\((?:product|variant)\.metafields\.[\w.-]+\)"
    r"|(?:product|variant)\.metafields\.(?:[\w-]+\.)+(?P<key>[\w-]+)"
    r"|metafield: ?(?:[\w-]+\.)+(?P<own>[\w-]+)(?: ?\[.*\])?",
    re.IGNORECASE,
)
_PREFIXED = re.compile(
    r"g:product_detail ?\[[^\]:]*: ?(?P<detail>[^\]]+)\]|g:(?P<feed_name>\w+)|(?:attribute_)?pa_(?P<taxonomy>[\w-]+)"
    r"|(?:attribute|feature|spec(?:ification)?|option ?\d|product_detail|metafield)s?(?: name/value)?:"
    r" ?(?P<own_name>\S.*)|feature ?\((?P<in_brackets>[^()]+)\)"
    r"|(?:custom|specs?|details?|attributes?|props?|properties|info|data)\.(?P<last>\w+)"
    r"|EF\d{6} (?P<etim>\S.*)",
    re.IGNORECASE,
)
# "_x_serve_temp" is a field of a plug-in, its letter that of the plug-in.
_META = re.compile(r"meta: ?_*(?:[a-z]_)?(?P<label>[^:]*\w)", re.IGNORECASE)
# Shopware's "customFields[finish]" and "translations[en-GB].customFields.finish".
_TRANSLATION = re.compile(r"translations?[.\[](?:[a-z]{2}[-_][A-Z]{2}|default)\]?\.(?=\w)", re.IGNORECASE)
_HELD = re.compile(
    r"(?:(?:product )?custom[ _]?(?:fields?|attributes?)|extension_attributes|additional_attributes|properties"
    r"|attributes|item specifics?)"
    r"(?:\[[\"']?(?P<held>[^\[\]\"']+)[\"']?\]|\.(?P<dotted>\w+)| ?[-–:] ?(?P<dashed>\w.*))",
    re.IGNORECASE,
)
# "Technical attr fov": what kind of attribute it is says nothing of it.
_ATTRIBUTE = re.compile(
    r"(?:[a-z]+[ _])?(?:attr|attribute)[ _](?P<label>(?!sets?\b|famil|groups?\b|codes?\b|ids?\b|names?\b|values?\b"
    r"|labels?\b|keys?\b|types?\b|units?\b|data\b|\d)[a-z].*)",
    re.IGNORECASE,
)
_FEED = re.compile(r"google shopping ?/ ?(?P<label>gender|age group|material|size type)", re.IGNORECASE)
_FORM = re.compile(
    r"\s*(?:\((?:x, ?y, ?z\.*|0/1|0 ?= ?no, ?1 ?= ?yes|yes/no|y/n|true/false)\)|(?<=\w) ?\*)\s*$", re.IGNORECASE
)
_PER_HUNDRED = re.compile(
    r"(?P<what>[a-z]{3,})_?(?P<unit>[Kk]cal|[Kk][Jj]|[Gg]|[Mm]g)(?:_?[Pp]er)?_?100_?(?P<of>g|ml)\b"
)
"""What is in 100 g, in one word: "polyolsG100g"."""
_LOCALE = re.compile(r"(?<=[a-z])[-.](?:[a-z]{2})[-_](?:[A-Z]{2})(?:-\w+)?$")


def _say_per_hundred(match: re.Match[str]) -> str:
    unit = match["unit"].lower().replace("kj", "kJ")
    return f"{match['what']} ({unit} per 100 {match['of']})"


def plain_column(key: str) -> str:
    """Return the name of a column without the words of the system that wrote it."""
    name = key.strip()
    if match := _METAFIELD.fullmatch(name) or _PREFIXED.fullmatch(name):
        return str(next(filter(None, match.groups())))
    if match := _META.fullmatch(name) or _FEED.fullmatch(name):
        return match["label"]
    name = _TRANSLATION.sub("", name)
    if match := _HELD.fullmatch(name):
        name = next(filter(None, match.groups()))
    if (match := _ATTRIBUTE.fullmatch(name)) and not name.isupper():
        name = match["label"]
    name = _PER_HUNDRED.sub(_say_per_hundred, _LOCALE.sub("", _FORM.sub("", name)) or key)
    first, slash, second = (part.strip() for part in name.partition("/"))
    # "Frame size / Size" is the size of anything.
    return second if slash and first.casefold().endswith(f" {second.casefold()}") and second else name
