"""Turn the rows of a catalogue into documents: find the fields of the key, the title, the text and the details."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder, MetadataValue
from ingest.parsers.decode import clean, one_line
from ingest.parsers.html import add_html, strip_html
from ingest.types import Document, Scalar

Row = Mapping[str, MetadataValue]

# The names of fields that identify a row, in order of preference, and patterns of other such names.
KEYS = ("_id", "id", "sku", "asin", "ean", "gtin", "key", "uuid", "guid", "handle", "slug")
KEY_LIKE = re.compile(r".*[ _](?:id|sku|number|no|code)|(?:id|sku|ean|gtin|isbn|upc)[ _].*")
# The names of fields with a title or a text, in order of preference.
TITLES = ("title", "name", "headline", "product name", "product title", "product", "subject", "question", "label")
TEXTS = ("text", "body", "content", "description", "product description", "long description", "body html", "review",
         "review text", "review body", "reviewtext", "article", "abstract", "passage", "answer", "summary", "message",
         "comment", "details", "short description")  # fmt: skip
# A number without leading zeros and of at most 15 digits, which a float holds exactly.
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?")
HTML = re.compile(r"<(?:p|br|div|ul|ol|li|table|h[1-6]|span|b|strong|em|a)\b[^>]*>", re.I)
# An address of a page, a UUID or a hash.
MACHINE_VALUE = re.compile(r"(?:https?:)?//\S+$|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|[0-9a-f]{20,}$", re.I)
LONGEST_DETAIL = 300
"""Characters of a field that is listed as `Field: value`; longer ones become paragraphs."""


@dataclass(frozen=True, slots=True)
class FieldRoles:
    """The roles of a catalogue's fields. `key` is None where rows are numbered."""

    key: str | None
    title: str | None
    text: str | None
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CatalogueInfo:
    """The metadata and the prefix of keys that all rows of a file share, and what is known of single rows.

    `titles` stand above each row: the name of its sheet, the caption of its table. `numbers` are the rows' numbers
    where not 1, 2, ...; `written` holds the rows' cells as a person sees them: `12.50`, `7.5 %`.
    """

    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    prefix: str = ""
    titles: Sequence[str] = ()
    numbers: Sequence[int] = ()
    written: Sequence[Mapping[str, str]] = ()


def parse_rows(rows: Sequence[Row], source: str, settings: ParseSettings, info: CatalogueInfo | None = None) -> Parsed:
    """Return one document a row, named `source#key`; rows without text are counted in a warning.

    The key is the first of the fields `_id`, `id`, `sku`, ... that every row has and no two share, else the number of
    the row, from 1.
    """
    info = info or CatalogueInfo()
    roles = assign_roles(rows)
    documents, empty = [], 0
    for place, row in enumerate(rows):
        number = info.numbers[place] if info.numbers else place + 1
        key = one_line(str(row[roles.key])) if roles.key else str(number)
        written = info.written[place] if info.written else {}
        document = _build_document(row, written, f"{source}#{info.prefix}{key}", roles, settings.template, info)
        if document.text:
            documents.append(document)
        else:
            empty += 1
    if not documents:
        raise ParseError("no text found: no row has any")
    return Parsed(documents, [f"{empty} of {len(rows)} rows have no text and were left out"] if empty else [])


def assign_roles(rows: Sequence[Row]) -> FieldRoles:
    """Find the role of each field over all rows, so that the rows of a file read alike."""
    # Collect the first 20 values of each field, and the fields by their names as lower-case words.
    samples: dict[str, list[MetadataValue]] = {}
    for row in rows:
        for name, value in row.items():
            sample = samples.setdefault(name, [])
            if len(sample) < 20:
                sample.append(value)
    names = list(samples)
    by_words: dict[str, str] = {}
    for name in names:
        by_words.setdefault(_words_of(name), name)
    # The title and the text have a usual name; a text has to be text in some row.
    title = next((by_words[words] for words in TITLES if words in by_words), None)
    texts = [words for words in TEXTS if words in by_words and by_words[words] != title]
    text = None
    for words in texts:
        # The same name may be of codes or numbers: an `article` may be either.
        written = [value.strip() for value in samples[by_words[words]] if isinstance(value, str)]
        is_sure = words in {"text", "body", "content"}
        if written and (is_sure or any(" " in value or "<" in value for value in written)):
            text = by_words[words]
            break
    # The key has a usual name, and a different value in every row.
    by_lower = {name.lower(): name for name in reversed(names)}
    keys = [by_lower[name] for name in KEYS if name in by_lower]
    keys += [name for name in names if KEY_LIKE.fullmatch(_words_of(name)) and name not in keys]
    key = None
    for name in keys:
        if all(isinstance(row.get(name), (str, int)) for row in rows):
            values = {one_line(str(row[name])) for row in rows}
            if len(values) == len(rows) and all(0 < len(value) <= 200 for value in values):
                key = name
                break
    # All other fields are details, the key first, except those that nobody searches for.
    others = [name for name in dict.fromkeys(filter(None, [key, *names])) if name not in {title, text}]
    details = []
    for name in others:
        # Nobody searches for addresses of pages and pictures, for keys of machines, or for hashes under any name.
        is_technical = name.startswith("_") or re.search(r"\b(?:url|uri|image|img|link|href|src)\b", _words_of(name))
        unread = [value for value in samples[name] if isinstance(value, str) and MACHINE_VALUE.match(value)]
        if not is_technical and len(unread) <= len(samples[name]) / 2:
            details.append(name)
    # Nor for keys that only number the rows: 1, 2, 3, ... or 0, 1, 2, ...
    numbers = [row[key] for row in rows] if key is not None else []
    if len(numbers) > 1 and numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1))):
        details = [name for name in details if name != key]
    return FieldRoles(key, title, text, tuple(details))


def is_known_name(name: str) -> bool:
    """Tell whether a cell is plainly the name of a column: `id`, `Title`, `product_name`, ..."""
    return _words_of(name) in {_words_of(usual) for usual in (*KEYS, *TITLES, *TEXTS)}


def convert_cell(cell: str) -> Scalar:
    """Return a cell as a number or boolean where it plainly is one: `007` and 16 digits in a row stay text."""
    cell = cell.strip()
    if PLAIN_NUMBER.fullmatch(cell) and len(re.sub(r"\D", "", cell)) <= 15:
        return float(cell) if "." in cell else int(cell)
    return {"true": True, "false": False}.get(cell.lower(), cell)


def flatten(record: Mapping[str, object], prefix: str = "") -> dict[str, MetadataValue]:
    """Return a JSON object as fields: nested objects under dotted names, lists of scalars as they are, others as JSON.

    Fields without a value are left out. Integers beyond 15 digits become text, since they are codes and not amounts.
    """
    fields: dict[str, MetadataValue] = {}
    pending: list[tuple[str, object]] = [(f"{prefix}{name}", value) for name, value in reversed(list(record.items()))]
    while pending:
        name, value = pending.pop()
        if isinstance(value, Mapping):
            pending += [(f"{name}.{inner}", deeper) for inner, deeper in reversed(list(value.items()))]
        elif isinstance(value, list):
            if any(isinstance(item, (Mapping, list)) for item in value):
                fields[clean(name)] = clean(json.dumps(value, ensure_ascii=False))
            elif value:
                fields[clean(name)] = [_clean_scalar(item) for item in value]
        elif (scalar := _clean_scalar(value)) is not None and scalar != "":
            fields[clean(name)] = scalar
    return fields


def _clean_scalar(value: object) -> Scalar:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:
        return str(value)
    return value if isinstance(value, (bool, int, float)) else None


def _words_of(name: str) -> str:
    """Return a name as lower-case words: `productName`, `product_name` and `Product (name)` are `product name`."""
    # Part camel case, then take the runs of letters and digits.
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", words.lower()))


def _build_document(
    row: Row, written: Mapping[str, str], source: str, roles: FieldRoles, template: str | None, info: CatalogueInfo
) -> Document:
    # A template replaces the whole layout.
    builder = DocumentBuilder()
    if template is not None:
        builder.paragraphs(render_row(template, row))
        return builder.build(source, {**info.metadata, **row})
    # The title, then the text, then the details: short ones as a list, long ones as paragraphs.
    for level, title in enumerate(info.titles, start=-len(info.titles)):
        builder.title(title, level)
    shared = len(builder)
    if roles.title is not None:
        builder.title(show_value(row.get(roles.title)))
    if roles.text is not None:
        _add_field_text(builder, show_value(row.get(roles.text)))
    # A number is shown as it is written in the file.
    numbers = {name: written[name] for name in written if type(row.get(name)) in (int, float)}
    details = [(name, numbers.get(name) or show_value(row[name])) for name in roles.details if name in row]
    builder.items(f"{_field_label(name)}: {one_line(value)}" for name, value in details if len(value) <= LONGEST_DETAIL)
    for name, value in details:
        if len(value) > LONGEST_DETAIL:
            _add_field_text(builder, f"{_field_label(name)}: {value}")
    if len(builder) == shared and row:  # nothing but addresses and the like: better those than nothing
        builder.items(f"{_field_label(name)}: {one_line(text)}" for name in row if (text := show_value(row[name])))
    if len(builder) == shared:
        return Document("", source)
    fields = {name: value for name, value in row.items() if name != roles.text}
    return builder.build(source, {**info.metadata, **fields})


def render_row(template: str, row: Row) -> str:
    """Fill in each `{field}` of a template; fields that a row lacks are empty. Names may contain dots."""
    # Formatter.parse yields the text before each field, and the name of the field.
    parts = []
    for literal, name, specification, _ in Formatter().parse(template):
        parts.append(literal)
        if not name:
            continue
        value = row.get(name)
        try:
            parts.append(format(value, specification) if specification and value is not None else show_value(value))
        except (ValueError, TypeError):  # such as ".2f" for a text
            parts.append(show_value(value))
    return "".join(parts)


def show_value(value: MetadataValue) -> str:
    """Return a field as text: HTML without its tags, lists joined by commas, whole floats without `.0`."""
    if value is None:
        return ""
    if isinstance(value, str):
        return strip_html(value) if HTML.search(value) else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    return ", ".join(show_value(item) for item in value) if isinstance(value, Sequence) else str(value)


def _add_field_text(builder: DocumentBuilder, text: str) -> None:
    if HTML.search(text):
        add_html(builder, text)
    else:
        builder.paragraphs(text)


def _field_label(name: str) -> str:
    """Return the label of a field: `Print technology` for `attributes.print_technology`."""
    # Of a dotted name only the last part is shown.
    words = re.sub(r"[_\s]+", " ", name.rsplit(".", 1)[-1]).strip() or name
    return words[:1].upper() + words[1:]
