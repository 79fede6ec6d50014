"""Columns as shop systems export them: an attribute's name and value in two columns, features in one cell.

>>> read_shop_columns({"Attribute 1 name": "Grape", "Attribute 1 value(s)": "Tempranillo", "Attribute 1 visible": 1})
{'Grape': 'Tempranillo'}
>>> plain_column("Fit (product.metafields.custom.fit)"), plain_column("Meta: _serve_temp"), plain_column("Name *")
('Fit', 'serve_temp', 'Name')
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rag.describe.fields.values import read_truth

_OF_PAIR = re.compile(
    r"(?P<what>(?:product |custom |technical |item )?"
    r"(?:attribute|option|feature|specification|spec|property|detail|field|variation|characteristic))s?"
    r"[ _.-]?(?P<number>\d{1,2})[ _.-]*"
    r"(?P<part>name|label|title|key|value\(s\)|values?|text|content|data|visible|global|variation|default)",
    re.IGNORECASE,
)
"""WooCommerce's "Attribute 1 value(s)", Shopify's "Option1 Name", and their like."""

_NAMES, _VALUES = ("name", "label", "title", "key"), ("value(s)", "value", "values", "text", "content", "data")
_FEATURES = re.compile(r"features? ?\( ?name ?: ?value ?: ?position(?: ?: ?customi[sz]ed)? ?\)", re.IGNORECASE)
_FEATURE = re.compile(r"(?P<name>[^:,]+):(?P<value>.*?):\d+(?::[01])?(?:,(?=[^:,]+:)|$)")
"""PrestaShop's features in one cell: "Hose:1,2 m steel:1,Valve:1/2" angle valve:2"."""


def read_shop_columns(given: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a row, those that a shop system spreads over columns or joins in one by their own names.

    An attribute that the shop does not show is left out, and so is what a system says of a column ("global").
    """
    pairs: dict[tuple[str, str], dict[str, object]] = {}
    for key, value in given.items():
        if match := _OF_PAIR.fullmatch(str(key).strip()):
            pairs.setdefault(_pair(match), {})[match["part"].casefold()] = value
    complete = {pair: parts for pair, parts in pairs.items() if _first(parts, _NAMES) and _has_value(parts)}
    fields: dict[str, object] = {}
    for key, value in given.items():
        match = _OF_PAIR.fullmatch(str(key).strip())
        parts = complete.get(_pair(match)) if match else None
        if match is None or parts is None:
            for name, content in _expand(key, value):
                fields[_unused(name, fields)] = content
        elif match["part"].casefold() in _VALUES and _is_shown(parts):
            fields[_unused(str(_first(parts, _NAMES)), fields)] = value
    return fields


def _pair(match: re.Match[str]) -> tuple[str, str]:
    return match["what"].casefold(), match["number"]


def _first(parts: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((str(parts[name]).strip() for name in names if parts.get(name) is not None), "")


def _has_value(parts: Mapping[str, object]) -> bool:
    return any(name in parts for name in _VALUES)


def _is_shown(parts: Mapping[str, object]) -> bool:
    return "visible" not in parts or read_truth(str(parts["visible"]).strip(), ("visible",), True) is not False


def _unused(name: str, fields: Mapping[str, object]) -> str:
    number, free = 2, name
    while free in fields:
        free, number = f"{name} {number}", number + 1
    return free


def _expand(key: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield the features of PrestaShop's cell, any other field as it is."""
    text = value.strip() if isinstance(value, str) else ""
    if text and _FEATURES.fullmatch(str(key).strip()):
        features = list(_FEATURE.finditer(text))
        if features and "".join(match[0] for match in features).strip() == text:
            yield from ((match["name"].strip(), match["value"].strip()) for match in features)
            return
    yield key, value


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
_META = re.compile(r"meta: ?_*(?P<label>[^:]*\w)", re.IGNORECASE)
_FEED = re.compile(r"google shopping ?/ ?(?P<label>gender|age group|material|size type)", re.IGNORECASE)
_FORM = re.compile(
    r"\s*(?:\((?:x, ?y, ?z\.*|0/1|0 ?= ?no, ?1 ?= ?yes|yes/no|y/n|true/false)\)|(?<=\w) ?\*)\s*$", re.IGNORECASE
)
_LOCALE = re.compile(r"(?<=[a-z])[-.](?:en|de|fr|nl)[-_](?:[A-Z]{2})(?:-\w+)?$")


def plain_column(key: str) -> str:
    """Return the name of a column without the words of the system that wrote it."""
    name = key.strip()
    if match := _METAFIELD.fullmatch(name) or _PREFIXED.fullmatch(name):
        return str(next(filter(None, match.groups())))
    if match := _META.fullmatch(name) or _FEED.fullmatch(name):
        return match["label"]
    name = _LOCALE.sub("", _FORM.sub("", name)) or key
    first, slash, second = (part.strip() for part in name.partition("/"))
    # "Frame size / Size" is the size of anything.
    return second if slash and first.casefold().endswith(f" {second.casefold()}") and second else name
