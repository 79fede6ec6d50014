"""The words and figures that a product's fields license, with the fields that say or deny them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.answer.quantities import Date, Quantity, find_figures
from rag.answer.units import CURRENCIES, MeasureUnit, unit_named
from rag.describe.fields.attribute_table import attribute_words
from rag.describe.fields.unit_names import size_of
from rag.describe.licence.closed_words import StatingWords, closed_words
from rag.describe.licence.denials import ScopedWord, is_denial, read_words
from rag.describe.product import Product, ProductField

_SAYS_NO = frozenset({"no", "none", "false", "without", "nil", "free"})
_SAYS_ABSENT = re.compile(
    r"(?:not|is not|are not) (?:included|supplied|provided|available|required|needed|necessary)"
    r"|(?:sold|available) separately|excluded"
)
_SAYS_YES = frozenset({"yes", "true", "included", "y", "1", "✓", "x"})


@dataclass(frozen=True)
class FieldStatement:
    """What a field says in one place: the stems of its content words, those that it affirms and those that it denies.

    `run` has the stems in order, to find the statement in a text.
    """

    key: str
    affirmed: frozenset[str]
    denied: frozenset[str]
    run: tuple[str, ...]
    is_label: bool = False


@dataclass(frozen=True)
class FieldFigure:
    """A figure that a field gives; `bound` says that it is an upper or a lower one, "" for neither.

    `in_name` says that it is part of a name, a brand or a type, such as the 3 of "Vesta 3", and counts nothing.
    """

    key: str
    quantity: Quantity
    bound: str = ""
    in_name: bool = False


@dataclass(frozen=True)
class ProductVocabulary:
    """All that a product's fields license.

    `affirming` and `denying` map a stem to the statements that have it. `joined` are words that the fields write
    together or apart: "handbag" for "hand bag". `labels` maps a field's key to the stems of its label. `naming` are the
    words of the name, the brand and the type, `stating` those that only say of what kind a field is, `hedged` the keys
    of fields that say what a product may contain.
    """

    statements: tuple[FieldStatement, ...]
    affirming: Mapping[str, tuple[FieldStatement, ...]]
    denying: Mapping[str, tuple[FieldStatement, ...]]
    joined: frozenset[str]
    figures: tuple[FieldFigure, ...]
    dates: tuple[tuple[str, Date], ...]
    labels: Mapping[str, frozenset[str]]
    naming: frozenset[str]
    stating: frozenset[str]
    hedged: frozenset[str]


@lru_cache(maxsize=1024)
def read_vocabulary(product: Product) -> ProductVocabulary:
    """Return what the fields of a product license, those that are hidden among them: these are true as well.

    Fields that may only be quoted license no word and no figure outside their quotation.
    """
    product = Product(tuple(field for field in product.fields if not field.is_quoted), product.reviews)
    statements = tuple(statement for field in product.fields for statement in _read_statements(field))
    affirming: dict[str, list[FieldStatement]] = defaultdict(list)
    denying: dict[str, list[FieldStatement]] = defaultdict(list)
    for statement in statements:
        for stem in statement.affirmed:
            affirming[stem].append(statement)
        for stem in statement.denied:
            denying[stem].append(statement)
    labels = {field.key: frozenset(normal_stems(read_words(_label_text(field)))) for field in product.fields}
    figures = tuple(figure for field in product.fields for figure in _read_figures(field))
    naming = [field for field in product.fields if field.kind in ("name", "brand", "type")]
    return ProductVocabulary(
        statements=statements,
        affirming={stem: tuple(of_stem) for stem, of_stem in affirming.items()},
        denying={stem: tuple(of_stem) for stem, of_stem in denying.items()},
        joined=frozenset(
            joined for field in product.fields for text in _texts(field) for joined in _joined(read_words(text))
        ),
        figures=figures,
        dates=tuple((field.key, date) for field in product.fields for date in find_figures(field.value).dates),
        labels=labels,
        naming=frozenset(stem for field in naming for stem in normal_stems(read_words(field.value))),
        hedged=frozenset(field.key for field in product.fields if field.relation == "may contain"),
        stating=frozenset(
            stem
            for words in closed_words().beside
            if any(_is_beside(words, field, labels[field.key], figures) for field in product.fields)
            for stem in words.stems
        )
        | {
            closed_words().normal_stem(word.text, word.stem)
            for field in product.fields
            for word in read_words(_label_text(field))
            if not is_content(word)
        }
        | {
            stem
            for field in product.fields
            for stem in normal_stems(filter(is_content, read_words(attribute_words(field))))
        },
    )


def normal_stems(words: Iterable[ScopedWord]) -> list[str]:
    """Return the stems of words in order, one for all that mean the same; function words stay."""
    return [closed_words().normal_stem(word.text, word.stem) for word in words]


def is_content(word: ScopedWord) -> bool:
    """Tell whether a word can claim something."""
    return word.text not in closed_words().neutral and not is_denial(word.text) and word.text not in ("non", "free")


# --- statements -------------------------------------------------------------------------------------------------------


def _read_statements(field: ProductField) -> Iterator[FieldStatement]:
    label = read_words(field.label)
    flips = field.kind == "boolean" and field.is_true is False
    is_apart = any(_SAYS_ABSENT.fullmatch(part.strip().casefold()) for part in re.split(r"[,;()]", field.value))
    says_no = field.kind != "boolean" and (_denies_label(field.value) or is_apart or _says_none(field.value))
    values = [] if says_yes_or_no(field) else list(_read_values(field, label))
    if is_apart:  # "1 x AA, not included": the text may say either of AA
        values += [replace(one, affirmed=one.denied, denied=one.affirmed) for one in values]
    values += [_new_statement(field, read_words(absent), flips=True) for absent in field.absent]
    # The label of "palm oil: no palm oil" affirms no oil.
    denied = frozenset(stem for statement in values if not is_apart for stem in statement.denied)
    for words in (label, *map(read_words, _written_apart(field.key))):
        statement = _new_statement(field, words, flips or says_no, is_label=True)
        yield replace(statement, affirmed=statement.affirmed - denied)
    yield from values


def says_yes_or_no(field: ProductField) -> bool:
    """Tell whether the value of a field only affirms or denies its label."""
    if field.note:
        return False
    value = field.value.strip().casefold()
    return _denies_label(value) or (field.kind == "boolean" and (value in _SAYS_YES or len(value.split()) < 3))


def _says_none(value: str) -> bool:
    """Tell whether a value says that there is none, and more: "none, do not drop"."""
    return re.match(r"none\s*[,;(]", value.strip(), re.IGNORECASE) is not None


def _denies_label(value: str) -> bool:
    value = value.strip(" .").casefold()
    return value in _SAYS_NO or _SAYS_ABSENT.fullmatch(value) is not None


def _read_values(field: ProductField, label: Iterable[ScopedWord]) -> Iterator[FieldStatement]:
    # A label that denies denies the values: "free from: nuts, gluten".
    is_denying = any(is_denial(word.text) for word in label) or _DENYING_LABEL.search(field.label) is not None
    absent = {phrase.casefold() for phrase in field.absent}
    for item in dict.fromkeys((*field.items, field.value)):
        flips = field.kind != "boolean" and (is_denying or field.relation == "free from" or item.casefold() in absent)
        for sentence in _SENTENCE.split(item):
            yield _new_statement(field, read_words(sentence), flips)


def _new_statement(
    field: ProductField, words: Iterable[ScopedWord], flips: bool, is_label: bool = False
) -> FieldStatement:
    content = [word for word in words if is_content(word)]
    stems = normal_stems(content)
    pairs = list(zip(stems, (word.denied != flips for word in content), strict=True))
    return FieldStatement(
        field.key,
        frozenset(stem for stem, denied in pairs if not denied),
        frozenset(stem for stem, denied in pairs if denied),
        tuple(stems),
        is_label,
    )


def _label_text(field: ProductField) -> str:
    """Return the label with the words of the key, where these are others."""
    key = _CAMEL.sub(" ", field.key).replace("_", " ")
    return field.label if key.casefold() in field.label.casefold() else f"{field.label} | {key}"


def _texts(field: ProductField) -> Iterator[str]:
    yield from (field.label, field.key, _CAMEL.sub(" ", field.key), *_written_apart(field.key), field.value, field.unit)


def _written_apart(key: str) -> Iterator[str]:
    """Yield the parts of a key that is written together: "business computing" of "isforbusinesscomputing"."""
    lists = closed_words()
    for token in re.findall(r"[^\W\d_]{7,}", key.casefold()):
        prefix = next((prefix for prefix in lists.label_prefixes if token.startswith(prefix)), "")
        rest = token[len(prefix) :] if len(token) - len(prefix) > 3 else token
        suffix = next((suffix for suffix in lists.label_suffixes if rest.endswith(suffix)), "")
        if suffix and len(rest) - len(suffix) > 2:
            yield f"{rest[: -len(suffix)]} {suffix}"
        elif rest != token:
            yield rest


def _joined(words: tuple[ScopedWord, ...]) -> Iterator[str]:
    """Yield the words, and two and three in succession as one, without marks."""
    for size in (1, 2, 3):
        for at in range(len(words) - size + 1):
            yield re.sub(r"\W", "", "".join(word.text for word in words[at : at + size]))


# --- figures ----------------------------------------------------------------------------------------------------------


def _read_figures(field: ProductField) -> Iterator[FieldFigure]:
    unit = _unit_of(field)
    in_name = field.kind in ("name", "brand", "type")
    if field.quantity:
        yield FieldFigure(field.key, _with_field_unit(field.quantity, unit), bound_of(field.value, field.quantity))
    following: Quantity | None = None
    for quantity in reversed(find_figures(field.value).quantities):
        # 30 x 40 cm: the last one's unit is that of all.
        if following and not quantity.unit and _TIMES.fullmatch(field.value, quantity.end, following.start):
            quantity = replace(quantity, unit=following.unit)
        yield FieldFigure(field.key, _with_field_unit(quantity, unit), bound_of(field.value, quantity), in_name)
        following = quantity
    for quantity in find_figures(field.label).quantities:
        yield FieldFigure(field.key, quantity)
    # A list of three colours licenses "three colours".
    if len(field.items) > 1:
        yield FieldFigure(field.key, Quantity(0, 0, (float(len(field.items)),)))


def _unit_of(field: ProductField) -> MeasureUnit | None:
    """Return the unit that a label gives to values without one."""
    if field.unit and (unit := size_of(field.unit) or size_of(field.unit.partition(" ")[0])):
        return unit
    if field.kind in ("name", "brand", "type", "identifier"):
        return None
    if _INCHES.search(field.value.strip()):  # at the end of a value, "in" is no preposition
        return unit_named("inch")
    words = (word.text for word in read_words(_label_text(field)))
    return next((unit for word in words if len(word) > 1 and (unit := unit_named(word))), None)


def _with_field_unit(quantity: Quantity, unit: MeasureUnit | None) -> Quantity:
    return quantity if quantity.unit or unit is None else replace(quantity, unit=unit)


def bound_of(text: str, quantity: Quantity) -> str:
    """Return "upper" or "lower" where the words before or behind a figure make a bound of it, else ""."""
    before, behind = text[max(0, quantity.start - 24) : quantity.start], text[quantity.end : quantity.end + 12]
    if quantity.high:
        return ""
    for name, words_before, words_behind in _BOUNDS:
        if words_before.search(before) or words_behind.match(behind):
            return name
    return ""


_UPPER = r"up to|at most|no more than|not more than|less than|under|below|max(?:imum)?(?: of)?"
_LOWER = r"at least|no less than|not less than|more than|over|above|min(?:imum)?(?: of)?"
_BOUNDS = (
    (
        "upper",
        re.compile(rf"(?:\b(?:{_UPPER})|[<≤]=?)[\s.:]*$", re.IGNORECASE),
        re.compile(r"\s*(?:max(?:imum)?\b|at most\b|or less\b)", re.IGNORECASE),
    ),
    (
        "lower",
        re.compile(rf"(?:\b(?:{_LOWER})|[>≥]=?)[\s.:]*$", re.IGNORECASE),
        re.compile(r"\s*(?:min(?:imum)?\b|at least\b|or more\b|\+)", re.IGNORECASE),
    ),
)


# --- words that state a kind of field ---------------------------------------------------------------------------------


def _is_beside(
    words: StatingWords, field: ProductField, label: frozenset[str], figures: tuple[FieldFigure, ...]
) -> bool:
    """Tell whether words that state a kind of field may stand beside a field."""
    if words.kind and field.kind == words.kind:
        return True
    if label & (words.labels or (words.stems if words.dimension else frozenset())):
        return True
    if words.dimension == "money" and field.kind == "money":
        return True
    dimensions = {
        figure.quantity.unit.dimension for figure in figures if figure.quantity.unit and figure.key == field.key
    }
    return words.dimension in dimensions or (words.dimension == "money" and bool(dimensions & CURRENCIES))


_INCHES = re.compile(r"\d\s?(?:in|″)$")
_TIMES = re.compile(r"\s*(?:[x×*]|by)\s*", re.IGNORECASE)
_DENYING_LABEL = re.compile(r"\bfree (?:from|of)\b", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\b[Nn]o\.)\s+|;|\n")
