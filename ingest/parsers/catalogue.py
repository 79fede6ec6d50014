"""Rows of a catalogue become documents: which field is the key, the title, the text, and what else is worth finding."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder, MetadataValue, one_line
from ingest.parsers.decode import clean
from ingest.parsers.html import add_html, html_text
from ingest.types import Document, Scalar

Row = Mapping[str, MetadataValue]

KEYS = ("_id", "id", "sku", "asin", "ean", "gtin", "key", "uuid", "guid", "handle", "slug")
KEY_LIKE = re.compile(r".*[ _](?:id|sku|number|no|code)|(?:id|sku|ean|gtin|isbn|upc)[ _].*")
TITLES = ("title", "name", "headline", "product name", "product title", "product", "subject", "question", "label")
TEXTS = ("text", "body", "content", "description", "product description", "long description", "body html", "review",
         "review text", "review body", "reviewtext", "article", "abstract", "passage", "answer", "summary", "message",
         "comment", "details", "short description")  # fmt: skip
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?")
HTML = re.compile(r"<(?:p|br|div|ul|ol|li|table|h[1-6]|span|b|strong|em|a)\b[^>]*>", re.I)
LONGEST_DETAIL = 300
"""Characters of a field that is shown as `Field: value`; longer ones become text of their own."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The role of a catalogue's fields. `key` is None where rows are numbered."""

    key: str | None
    title: str | None
    text: str | None
    details: frozenset[str]


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of its rows: metadata for each, what goes before each key, and their numbers if not 1, 2, ..."""

    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    prefix: str = ""
    numbers: Sequence[int] = ()


def catalogue(rows: Sequence[Row], source: str, settings: ParseSettings, about: About | None = None) -> Parsed:
    """Return one document a row, named `source#key`; rows without text are counted in a warning.

    The key is the first field of `_id`, `id`, `sku`, ... that every row has and no two share, else the row's number
    from 1.
    """
    about = about or About()
    plan = layout(rows)
    documents, empty = [], 0
    for number, row in zip(about.numbers or range(1, len(rows) + 1), rows, strict=True):
        key = one_line(str(row[plan.key])) if plan.key else str(number)
        document = _document(row, f"{source}#{about.prefix}{key}", plan, settings.template, about.metadata)
        if document.text:
            documents.append(document)
        else:
            empty += 1
    if not documents:
        raise ParseError("no text found: no row has any")
    return Parsed(documents, [f"{empty} of {len(rows)} rows have no text and were left out"] if empty else [])


def layout(rows: Sequence[Row]) -> Layout:
    """Find each field's role over all rows, so that rows of one file read alike."""
    samples = _samples(rows)
    names = list(samples)
    title = _first(names, TITLES)
    text = next((name for name in _named(names, TEXTS) if name != title and _is_prose(rows, name)), None)
    key = _key(rows, names)
    details = frozenset(name for name in names if name not in {title, text, key} and _is_detail(name, samples[name]))
    if text is not None and len(details) < 3:
        details = frozenset()  # a passage with a field or two about it, not a product
    return Layout(key, title, text, details)


def is_known_name(name: str) -> bool:
    """Tell whether a cell is plainly the name of a column: `id`, `Title`, `product_name`, ..."""
    return _normal(name) in {_normal(known) for known in (*KEYS, *TITLES, *TEXTS)}


def column_value(cell: str) -> Scalar:
    """Return a cell as a number or boolean where it is plainly one: `007` and 16 digits in a row stay text."""
    cell = cell.strip()
    if PLAIN_NUMBER.fullmatch(cell) and len(re.sub(r"\D", "", cell)) <= 15:
        return float(cell) if "." in cell else int(cell)
    return {"true": True, "false": False}.get(cell.lower(), cell)


def flat(record: Mapping[str, object], prefix: str = "") -> dict[str, MetadataValue]:
    """Return a JSON object as fields: nested objects under dotted names, lists of scalars kept, other lists as JSON.

    Fields without a value are left out; integers beyond 15 digits become text, as they are codes and not amounts.
    """
    fields: dict[str, MetadataValue] = {}
    pending: list[tuple[str, object]] = [(f"{prefix}{name}", value) for name, value in reversed(list(record.items()))]
    while pending:
        name, value = pending.pop()
        if isinstance(value, Mapping):
            pending += [(f"{name}.{inner}", deeper) for inner, deeper in reversed(list(value.items()))]
        elif isinstance(value, list):
            if value:
                fields[clean(name)] = _list(value)
        elif (single := _scalar(value)) is not None and single != "":
            fields[clean(name)] = single
    return fields


def _list(values: list[object]) -> MetadataValue:
    if any(isinstance(value, (Mapping, list)) for value in values):
        return clean(json.dumps(values, ensure_ascii=False))
    return [_scalar(value) for value in values]


def _scalar(value: object) -> Scalar:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:
        return str(value)
    return value if isinstance(value, (bool, int, float)) else None


def _normal(name: str) -> str:
    """`productName`, `Product Name`, `product_name` and `Body (HTML)` as lower-case words."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", words.lower()))


def _named(names: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """The fields with a wanted name, in the order they are wanted."""
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(_normal(name), name)
    return [by_name[name] for name in wanted if name in by_name]


def _first(names: Iterable[str], wanted: Sequence[str]) -> str | None:
    return next(iter(_named(names, wanted)), None)


def _key(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    by_name = {name.lower(): name for name in reversed(names)}
    candidates = [by_name[name] for name in KEYS if name in by_name]
    candidates += [name for name in names if KEY_LIKE.fullmatch(_normal(name)) and name not in candidates]
    return next((name for name in candidates if _is_unique(rows, name)), None)


def _is_unique(rows: Sequence[Row], name: str) -> bool:
    if not all(isinstance(row.get(name), (str, int)) for row in rows):
        return False
    values = {one_line(str(row[name])) for row in rows}
    return len(values) == len(rows) and all(0 < len(value) <= 200 for value in values)


def _is_prose(rows: Sequence[Row], name: str) -> bool:
    """Text in at least one row: a column `summary` of numbers is none."""
    return any(isinstance(row.get(name), str) for row in rows)


def _samples(rows: Sequence[Row], size: int = 20) -> dict[str, list[MetadataValue]]:
    """The first values of each field, fields in the order in which they first come."""
    samples: dict[str, list[MetadataValue]] = {}
    for row in rows:
        for name, value in row.items():
            sample = samples.setdefault(name, [])
            if len(sample) < size:
                sample.append(value)
    return samples


def _is_detail(name: str, sample: Sequence[MetadataValue]) -> bool:
    """A field that a person would search for: no codes of addresses, pictures or other records."""
    words = _normal(name)
    if KEY_LIKE.fullmatch(words) or words in KEYS or re.search(r"\b(?:url|uri|image|img|link|href|src)\b", words):
        return False
    addresses = sum(1 for value in sample if isinstance(value, str) and re.match(r"(?:https?:)?//\S+$", value))
    return addresses <= len(sample) / 2


def _document(
    row: Row, source: str, plan: Layout, template: str | None, metadata: Mapping[str, MetadataValue]
) -> Document:
    builder = DocumentBuilder()
    if template is not None:
        builder.paragraphs(rendered(template, row))
        return builder.build(source, {**metadata, **row})
    if plan.title is not None:
        builder.title(shown(row.get(plan.title)))
    if plan.text is not None:
        _add_text(builder, shown(row.get(plan.text)))
    details = [(name, shown(row[name])) for name in row if name in plan.details]
    builder.items(f"{_label(name)}: {one_line(value)}" for name, value in details if len(value) <= LONGEST_DETAIL)
    for name, value in details:
        if len(value) > LONGEST_DETAIL:
            _add_text(builder, f"{_label(name)}: {value}")
    if not len(builder) and plan.key is None and row:  # nothing but codes and addresses: show them after all
        builder.items(f"{_label(name)}: {one_line(shown(value))}" for name, value in row.items())
    return builder.build(source, {**metadata, **{name: value for name, value in row.items() if name != plan.text}})


def rendered(template: str, row: Row) -> str:
    """Fill `{field}` in a template; fields that a row lacks are empty. Names are looked up whole, dots and all."""
    parts = []
    for literal, name, specification, _ in Formatter().parse(template):
        parts.append(literal)
        if not name:
            continue
        value = row.get(name)
        try:
            parts.append(format(value, specification) if specification and value is not None else shown(value))
        except (ValueError, TypeError):  # ".2f" asked of a text
            parts.append(shown(value))
    return "".join(parts)


def shown(value: MetadataValue) -> str:
    """Return a field as text: HTML without its tags, lists joined by commas, whole floats without `.0`."""
    if value is None:
        return ""
    if isinstance(value, str):
        return html_text(value) if HTML.search(value) else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    return ", ".join(shown(item) for item in value) if isinstance(value, Sequence) else str(value)


def _add_text(builder: DocumentBuilder, text: str) -> None:
    if HTML.search(text):
        add_html(builder, text)
    else:
        builder.paragraphs(text)


def _label(name: str) -> str:
    """`attributes.print_technology` reads `Print technology`."""
    words = re.sub(r"[_\s]+", " ", name.rsplit(".", 1)[-1]).strip() or name
    return words[:1].upper() + words[1:]
