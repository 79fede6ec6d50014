"""Understand the fields of a product: their kinds, readable labels and plain values, in the order of a text.

>>> product = understand_fields({"name": "Kettle K1", "weight_kg": "0,9", "palm oil": "no"})
>>> [(field.label, field.kind, field.shown) for field in product.stated][1:]
[('weight', 'measure', '0.9 kg'), ('palm oil', 'boolean', 'no'), ('type', 'type', 'kettle')]
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.errors import InputError
from rag.describe.fields.absence import (
    denies_all,
    find_absent,
    hedge_substance,
    is_substance,
    may_contain,
    quote_as_given,
    read_allergens,
    read_warning,
    with_relation,
)
from rag.describe.fields.attribute_table import attribute_row
from rag.describe.fields.bounds import join_bounds
from rag.describe.fields.contradictions import quote_contradictions
from rag.describe.fields.dates import written_date
from rag.describe.fields.decimal_marks import english_marks, has_decimal_commas, is_european, say_thousands
from rag.describe.fields.field_names import (
    asks_for_date,
    asks_for_year,
    is_for_house,
    is_logistic,
    is_price,
    is_remark,
    rank_brand,
    rank_name,
    rank_type,
    why_identifier,
)
from rag.describe.fields.field_rules import NO_RULES, FieldRules
from rag.describe.fields.flatten import flatten_fields
from rag.describe.fields.house_fields import is_code, why_of_house, why_setting
from rag.describe.fields.label_units import names_two_units, split_two_units
from rag.describe.fields.label_words import is_readable
from rag.describe.fields.labels import Label, read_label
from rag.describe.fields.late_names import is_name_phrase, is_prose, rank_late_name
from rag.describe.fields.lexicon import is_noun, is_plural_word, singular
from rag.describe.fields.merge import merge_fields
from rag.describe.fields.note_facts import (
    facts_of_note,
    is_own_note,
    said_inclusion,
    sentences_of_note,
    without_bars,
    without_shop_talk,
)
from rag.describe.fields.nouns import is_product_noun
from rag.describe.fields.numbered import join_numbered
from rag.describe.fields.part_units import unit_of_parts
from rag.describe.fields.places import join_places
from rag.describe.fields.plain_text import capitalise, plain_text, says_nothing
from rag.describe.fields.product_type import head_noun, is_catalogue_path, read_type, without_brand
from rag.describe.fields.quoted import ALLERGEN_LABELS, allergen_words, is_charge, is_to_quote, warns
from rag.describe.fields.read_reviews import take_reviews
from rag.describe.fields.same_facts import merge_same_facts
from rag.describe.fields.sheet_values import is_shouted, is_system_code, lower_shouted, title_shouted, words_of_value
from rag.describe.fields.shop_columns import plain_column, read_shop_columns
from rag.describe.fields.shop_numbers import shop_measure, shop_price, years_of_age
from rag.describe.fields.side_columns import join_sides
from rag.describe.fields.unit_columns import join_units
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
from rag.describe.fields.worth import USELESS, worth_of
from rag.describe.product import MAY, MUST, SHOULD, FieldKind, Product, ProductField, Relation

ORDER = 100
"""The place of a field without a rule; name, brand and type have 0."""

_HEDGE = re.compile(r"\b(?:traces?|may|might|possibl\w+)\b", re.IGNORECASE)
_LONG = 300
_ANSWERS = frozenset(("yes", "no", "true", "false"))
# What a shop system calls a row: the type of the product is none of them.
_KINDS_OF_ROW = frozenset(
    (
        "simple",
        "variation",
        "variant",
        "parent",
        "child",
        "external",
        "affiliate",
        "standard",
        "configurable",
        "virtual",
        "bundle",
        "grouped",
        "downloadable",
        "variable",
        "physical",
    )
)
_KINDS_OF_FAMILY = frozenset(("accessory", "accessories", "other", "misc", "default", "standard"))
_WARNINGS = frozenset(("warning", "warnings", "caution", "hazard", "hazards", "danger"))
_NO_BRANDS = listed_words("no_brands")
# A value that speaks to a model says nothing of a product.
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|prompts?|rules|above|previous)\b"
    r"|\byou are (?:now )?(?:an? |the )?(?:ai|assistant|language model|chatbot|gpt)\b|\bsystem prompt\b"
    r"|\b(?:as an ai|respond only with|reply only with|do not mention|write (?:only|that) )",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Given:
    """A field as it was given: its label, its parts as plain text, and the text of all.

    `keeps_marks` tells that its numbers stay as they are: those of its product do not tell what a comma means.
    `is_abbreviated` tells that it is a column of a system whose names are in capitals, and short.
    """

    key: str
    label: Label
    parts: tuple[str, ...]
    keeps_marks: bool = False
    is_abbreviated: bool = False

    @property
    def text(self) -> str:
        return ", ".join(self.parts)

    @property
    def line(self) -> str:
        return " ".join(self.text.split())


def understand_fields(given: Mapping[str, object], rules: FieldRules = NO_RULES) -> Product:
    """Return the product that fields describe; a value is a scalar, a list of them, or an object of such fields.

    Numbers of measures and prices are shown as English writes them where their marks can mean one thing only; "1.299"
    stays as it is. Raises InputError where no field says anything that may be stated, and for a value of another kind.
    """
    given, reviews = take_reviews(read_shop_columns(given))  # which no field says
    rows = [
        _Given(key, read_label(plain_column(key)), tuple(filter(None, map(plain_text, parts))))
        for key, parts in join_sides(join_units(list(flatten_fields(given))))
    ]
    rows = _keep_unsure_marks(_say_codes(rows))
    # What names the product comes first: its type decides which rules hold.
    main = _find_main(rows)
    product_type = next((field.value for field in main.values() if field.kind == "type"), "")
    fields: list[ProductField] = []
    orders: dict[str, int | None] = {}
    for row in rows:
        rule = rules.rule(row.key, row.label.bare, product_type)
        orders[row.key] = rule.order
        if rule.unit:
            row = replace(row, label=replace(row.label, unit=rule.unit))
        understood = [main[row.key]] if row.key in main else _read_field(row, rows)
        if rule.label:
            said = f"{capitalise(rule.label)}: {row.line}"
            understood = [replace(field, label=rule.label, quotation=said) for field in understood]
        if rule.priority is not None:
            understood = [replace(field, priority=rule.priority) for field in understood]
        if rule.hide is not None and any(row.parts):
            understood = [replace(field, hidden="hidden by a rule" if rule.hide else "") for field in understood]
        fields += understood
    fields = quote_contradictions(merge_same_facts(merge_fields(join_places(join_bounds(join_numbered(fields))))))
    if not any(not field.hidden for field in fields):
        reasons = "; ".join(f"{field.key}: {field.hidden}" for field in fields[:5])
        raise InputError(f"no field says anything that a text may state{f' ({reasons})' if reasons else ''}")
    fields += _derive_type(fields)
    reviews = tuple(replace(one, text="") if _INSTRUCTION.search(one.text) else one for one in reviews)
    return Product(tuple(sorted(fields, key=lambda field: _sort_key(field, orders.get(field.key)))), reviews)


def _say_codes(rows: Sequence[_Given]) -> list[_Given]:
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


def _give_units(row: _Given) -> _Given:
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


def _keep_unsure_marks(rows: list[_Given]) -> list[_Given]:
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
    return named or bool(set(words) & _NUMBERED) or words[-1:] in (("sizes",), ("size",))


_NUMBERED = frozenset(
    ("model", "version", "code", "number", "reference", "ref", "ip", "firmware", "standard", "standards")
)


def _with_english_marks(row: _Given) -> _Given:
    return replace(row, parts=tuple(part if is_date(part) else english_marks(part) for part in row.parts))


def _sort_key(field: ProductField, order: int | None) -> tuple[bool, int, int, int]:
    leading = ("name", "brand", "type")
    is_leading = field.kind in leading and field.priority == MUST
    place = order if order is not None else 0 if is_leading else ORDER
    return bool(field.hidden), place, field.priority, leading.index(field.kind) if is_leading else len(leading)


# --- name, brand, type ------------------------------------------------------------------------------------------------


def _find_main(rows: Sequence[_Given]) -> dict[str, ProductField]:
    """Return the fields of the name, the brand and the type, by key: the best label of those with a value wins."""
    usable = [row for row in rows if row.parts and not says_nothing(row.line)]
    main: dict[str, ProductField] = {}

    def best(kind: FieldKind) -> list[_Given]:
        rank = {"name": rank_name, "brand": rank_brand, "type": rank_type}[kind]
        ranked = [(place, row) for row in usable if (place := rank(row.label.words)) is not None]
        return [row for _, row in sorted(ranked, key=lambda pair: pair[0])]

    names = [row for row in best("name") if row.line.casefold() not in _ANSWERS and len(row.line) <= _LONG]
    names = [row for row in names if "description" not in row.label.words or not is_prose(row.line)]
    if not names:
        late = [(rank, row) for row in usable if (rank := rank_late_name(row.label.words)) is not None]
        late = [(rank, row) for rank, row in late if not is_measure(row.line) and not is_money(row.line)]
        names = [row for _, row in sorted(late, key=lambda pair: pair[0]) if is_name_phrase(row.line)]
    for row in names[:1]:
        main[row.key] = ProductField(row.key, row.label.bare, "name", row.line, (row.line,), priority=MUST)
    name = names[0].line if names else ""
    brands = [row for row in best("brand") if row.line.casefold() not in _NO_BRANDS and len(row.line) <= 80]
    for row in [row for row in brands if row.line.casefold() not in _ANSWERS][:1]:
        main[row.key] = ProductField(row.key, row.label.bare, "brand", row.line, (row.line,), priority=MUST)
        name = without_brand(name, row.line)
    for row in best("type"):
        label = " ".join(row.label.words)
        is_path = not label.endswith(("type", "kind", "style"))
        if label == "style" and row.line.isupper():  # the name of a model
            continue
        if row.line.casefold() in _KINDS_OF_ROW:
            continue
        # Of several kinds, only that which the name ends in is surely what it is.
        kinds = row.parts[-1] if len(row.parts) == 1 else ", ".join(row.parts)
        value = read_type(kinds.split("\n")[-1], name, is_path, label not in ("style", "class", "department"))
        if value and row.key not in main:
            # A type as it was given tells one from many: "drill bits".
            given = (value,) if is_path else (row.line,)
            main[row.key] = ProductField(row.key, row.label.bare, "type", value, given, priority=MUST)
            break
    if not any(field.kind == "type" for field in main.values()):
        main |= _find_own_type(usable, name)
    return main


def _find_own_type(rows: Sequence[_Given], name: str) -> dict[str, ProductField]:
    """Return the type of a label such as "pump type" whose value is a pump: "floor pump"."""
    for row in rows:
        noun, *rest = row.label.words or ("",)
        is_own = rest == ["type"] and singular(row.line.rpartition(" ")[2].casefold()) == singular(noun)
        if is_own and (value := read_type(row.line, name, False, True)):
            return {row.key: ProductField(row.key, row.label.bare, "type", value, (value,), priority=MUST)}
    return {}


_WORKS = listed_words("works")


def _derive_type(fields: Sequence[ProductField]) -> list[ProductField]:
    """Return the type that only the name shows, as a field of its own; a name of a book or a game shows none."""
    name = next((field for field in fields if field.kind == "name"), None)
    labels = {word for field in fields for word in field.label.casefold().split()}
    if name is None or name.hidden or any(field.kind == "type" for field in fields) or labels & _WORKS:
        return []
    brand = next((field.value for field in fields if field.kind == "brand"), "")
    noun = head_noun(without_brand(name.value, brand))
    return [ProductField(f"{name.key}:type", "type", "type", noun, (noun,), priority=MAY)] if noun else []


# --- all others -------------------------------------------------------------------------------------------------------


def _read_field(row: _Given, rows: Sequence[_Given]) -> list[ProductField]:
    """Return what a field says that is neither the name nor the brand nor the type."""
    label, words, line = row.label, row.label.words, row.line
    # A unit in a label is one beside a number only: a "stabiliser bar" is no pressure.
    shown = label.bare if not label.unit or "(" in label.text or re.search(r"\d", line) else label.text
    # No customer reads "allergens: N" or "do not iron: 1".
    letter = read_truth(line, words, label.asks or label.relation != "") if len(line) == 1 else None
    answer = line if letter is None else "yes" if letter else "no"
    answer = answer.casefold() if answer.casefold() in _ANSWERS else without_bars(said_inclusion(answer))
    # The unit of the value need not stand in the label too: "content pcs: 25 pieces".
    named = label.bare if label.unit and has_unit(line) and not label.relation else label.whole or label.text
    if is_own_note(label.bare, line):
        line = without_shop_talk(line, warns)
        if not line:
            return [
                ProductField(row.key, shown, "identifier", row.line, (row.line,), hidden="internal: notes of the shop")
            ]
    quotation = capitalise(without_bars(line)) if is_own_note(label.bare, line) else f"{capitalise(named)}: {answer}"
    plain = ProductField(row.key, shown, "text", line, (line,) if line else (), priority=MAY, quotation=quotation)
    # Fields that are never stated.
    if not label.text:
        return [replace(plain, hidden="it has no label")]
    is_unsaid = line.casefold() in ("unknown", "not known", "not declared") or line.casefold().startswith("see ")
    is_unknown = is_unsaid and label.relation in ("", "may contain")
    if is_unknown and (allergen_words(label) is not None or label.relation == "may contain"):
        return [quote_as_given(plain)]
    if line.casefold() == "missing" and _is_lacked(label):
        return [quote_as_given(plain)]
    if not line or says_nothing(line):
        return [replace(plain, hidden="it has no value" if not line else f"{line!r} says nothing")]
    if reason := why_identifier(words, line):
        return [replace(plain, kind="identifier", hidden=reason)]
    is_tax = words[-1:] in (("vat",), ("tax",), ("gst",)) and says_inclusion(line)
    if (is_charge(label) or is_tax) and read_truth(line, words, True) is not None:
        return [quote_as_given(plain)]
    # Who supplies a product that has no brand is who it is from.
    is_house = words == ("supplier",) and any(rank_brand(other.label.words) is not None for other in rows)
    is_vital = allergen_words(label) is not None or is_substance(label.bare) or bool(set(words) & _WARNINGS)
    reason = "suppliers" if is_house else "" if is_vital else why_of_house(words, line)
    reason = reason or ("" if label.unit else why_setting(words, line))
    if label.is_flag and not reason:  # "HAZ_FLG" is for carriers: its 0 does not say that there is no hazard
        reason = why_of_house((*words, "flag"), line)
    if reason == "notes of the shop" and (facts := facts_of_note(line)):
        return [_quote_facts(plain, facts)]
    if reason and not (asks_for_year(words) and is_year(line)):
        return [replace(plain, kind="identifier", hidden=f"internal: {reason}")]
    is_group = words == ("group",) and re.fullmatch(r"\S+/\S+", line) is not None
    is_group = is_group or (words == ("family",) and (is_product_noun(line) or line.casefold() in _KINDS_OF_FAMILY))
    is_path = is_catalogue_path(line) or len(row.parts) > 1 or (words[-1:] == ("category",) and "|" in line)
    if is_group or (rank_type(words) is not None and (is_path or line.casefold() in _KINDS_OF_ROW)):
        return [replace(plain, kind="identifier", hidden="internal: a group of the catalogue")]
    if _INSTRUCTION.search(line):
        return [replace(plain, hidden="it speaks to a model, and says nothing of the product")]
    if is_remark(words) and warns(line):
        return [quote_as_given(_without_house_words(plain))]
    if is_remark(words) and is_for_house(line) and (facts := facts_of_note(line)):
        return [_quote_facts(plain, facts)]
    if is_remark(words) and is_for_house(line):
        return [replace(plain, kind="identifier", hidden="internal: notes of the shop")]
    if is_remark(words):  # its words are somebody's, and no sentence can take them
        return [replace(plain, is_quoted=True, priority=SHOULD)]
    if line.casefold() in ("assorted", "various", "misc", "diverse"):
        is_mixed = bool(set(words) & _MIXED)
        return [replace(plain, is_quoted=is_mixed, hidden="" if is_mixed else f"{line!r} says nothing")]
    if reason := _why_unsure(row, rows):
        return [replace(plain, hidden=reason)]
    named = next(
        (other.line for other in rows if other.key != row.key and rank_name(other.label.words) is not None), ""
    )
    is_repeated = words == ("style",) and line.isupper() and line.casefold() in named.casefold()
    if is_repeated or (rank_name(words) is not None and words != ("model",)):
        return [replace(plain, hidden="another name of the product")]
    # What is there, may be there, and is not.
    is_boolean = read_truth(line, words, label.asks or label.relation != "") is not None
    if label.denies and read_truth(line, words, True) is False:  # a denial denied
        return [quote_as_given(plain)]
    if (said := allergen_words(label)) is not None:
        if (allergens := read_allergens(plain, label, said, row.text)) is not None:
            return allergens
    elif label.whole.casefold() in ("contains", "contain", "contained") and not _has_substance(line):
        plain = replace(plain, label="contents", quotation=f"Contents: {line}")
        label = replace(label, text="contents", bare="contents", base="contents", whole="contents", relation="")
    elif (listed := label.whole.casefold()) and listed in ALLERGEN_LABELS:
        if is_boolean or denies_all("allergens", line) or line.casefold() == "nothing":
            return [quote_as_given(plain)]
        return read_warning(plain, ALLERGEN_LABELS[listed], row.text)
    is_inside = is_substance(label.bare)
    if is_boolean and re.match(r"(?:possible )?traces? of ", label.whole, re.IGNORECASE):
        return [quote_as_given(plain)]
    if may_contain(line) and is_inside:
        return [hedge_substance(plain, label.bare)]
    is_boolean = is_boolean or denies_all(label.bare, line)
    if is_to_quote(label, line, is_boolean=is_boolean, is_substance=is_inside):
        return [quote_as_given(plain)]
    field = with_relation(_read_value(row, rows, plain), label)
    if _is_weighed(field, label) and worth_of(label.bare, line).useful < USELESS:
        return [replace(field, hidden="customers hardly have a use for it: a rule can show it")]
    return [field]


def _is_weighed(field: ProductField, label: Label) -> bool:
    """Return whether what a field is worth may leave it out.

    Not so a price, what has to be stated, and what commerce has a phrase for.
    """
    is_due = field.priority == MUST or field.is_quoted or field.relation not in ("", "has", "is") or warns(field.value)
    is_known = field.kind == "money" or is_price(label.words) or attribute_row(label.bare) is not None
    # A pack of several is what is sold, and the handle of a kettle no address.
    is_known = is_known or "pack" in label.words or bool(set(label.words) & listed_words("addresses_or_things"))
    return not (field.hidden or is_due or is_known)


def _has_substance(line: str) -> bool:
    """Return whether a value may name what people avoid: "contains: milk", but not "contains: four coffees"."""
    words = re.findall(r"[^\W\d_]+", line.casefold())
    return not words or any(is_substance(word) or is_substance(singular(word)) for word in words)


def _without_house_words(plain: ProductField) -> ProductField:
    """Return a note that warns without its sentences for the shop: "Not for broken skin. Reorder in May"."""
    sentences = sentences_of_note(plain.value)
    kept = [one for one in sentences if warns(one) or not is_for_house(one)]
    if len(kept) == len(sentences):
        return plain
    said = ". ".join(capitalise(one.strip(" .;")) for one in kept)
    return replace(plain, value=said, items=(said,), quotation=_quote_note(plain.label, said))


def _quote_facts(plain: ProductField, facts: Sequence[str]) -> ProductField:
    """Return a note of the shop as those of its sentences that customers must know."""
    said = ". ".join(map(capitalise, facts))
    return quote_as_given(replace(plain, label="note", value=said, items=(said,), quotation=_quote_note("note", said)))


def _quote_note(label: str, said: str) -> str:
    return capitalise(said) if is_own_note(label, said) else f"{capitalise(label)}: {said}"


def _why_unsure(row: _Given, rows: Sequence[_Given]) -> str:
    """Return why nobody can say what a field means, "" where it is sure; what warns is never hidden for that."""
    label, line = row.label, row.line
    if warns(line) or set(label.words) & _WARNINGS:
        return ""
    if not is_readable(label.bare, is_abbreviated=row.is_abbreviated):
        return "its label is an abbreviation that is not sure"
    if label.is_flag and read_truth(line, label.words, True) is None and is_code(line):
        return f"{line!r} is a code"
    if (names_two_units(label.bare) or split_two_units(label.text)) and is_bare_number(line):
        return "its label names two units"
    is_vital = allergen_words(label) is not None or is_substance(label.bare)
    if is_system_code(line) and not is_vital and not set(label.words) & _NUMBERED:
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


def _is_unset(row: _Given) -> bool:
    """Return whether a 0 may be what a system puts where nobody has answered: "Outdoor ok", but not "child safe"."""
    is_flag = _FLAGGED.search(row.key) is not None and (row.label.is_flag or row.label.relation == "is")
    return is_flag and row.label.relation in ("", "is") and not set(row.label.words) & _CAREFUL


_FLAGGED = re.compile(r"[ _.-](?:ok|flag|flg)\??$", re.IGNORECASE)
_CAREFUL = frozenset(
    (
        "safe",
        "proof",
        "child",
        "children",
        "food",
        "skin",
        "babies",
        "baby",
        "pets",
        "resistant",
        "dishwasher",
        "microwave",
    )
)


def _is_counted(label: Label) -> bool:
    """Return whether a label asks for a number: "layers", "player count", "class", "safety level"."""
    own = attribute_row(label.bare)
    is_in_table = own is not None and bool({"number", "one", "measure"} & {form for form, _ in own.templates})
    is_many = is_plural_word(label.bare.rpartition(" ")[2]) and " " not in label.bare
    is_unit = written_unit(label.bare.rpartition(" ")[2]) is not None
    return is_in_table or is_many or is_unit or bool(set(label.words) & listed_words("asks_for_number"))


def _has_kin(row: _Given, rows: Sequence[_Given]) -> bool:
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
# "Flavours: assorted" is what is in the box, "colour: assorted" what the shop has not looked up.
_MIXED = frozenset(["flavour", "flavours", "flavor", "flavors", "scent", "scents", "contents", "fillings"])
_IS_SIZE = re.compile(
    r"^(?:number of .*|minimum age)$|(?:^| )(?:power|wattage|weight|height|width|length|depth|diameter|thickness"
    r"|voltage|volume|capacity|warranty|guarantee|count|dimensions)$"
)


def _read_value(row: _Given, rows: Sequence[_Given], plain: ProductField) -> ProductField:
    """Return a field with the kind of its value."""
    label, words, line = row.label, row.label.words, row.line
    priority = MAY if is_logistic(words) or len(line) > _LONG else SHOULD
    priority = MUST if set(words) & _WARNINGS else priority
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
        if _is_lacked(label):
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


def _is_lacked(label: Label) -> bool:
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


def _read_measure(field: ProductField, row: _Given) -> ProductField:
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


def _read_money(field: ProductField, row: _Given, rows: Sequence[_Given]) -> ProductField:
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


def _currency_of(rows: Sequence[_Given]) -> str:
    codes = {row.line.upper() for row in rows if row.label.words[-1:] == ("currency",)}
    if not codes:  # "Trade £ (ex VAT)" tells it of all prices
        codes = {code for row in rows for sign, code in _SIGNS.items() if sign != "$" and sign in row.key}
    return codes.pop() if len(codes) == 1 and codes <= set(CURRENCY_CODES) else ""


_SIGNS = {"£": "GBP", "€": "EUR", "$": "USD"}


def _read_list(field: ProductField, row: _Given, rows: Sequence[_Given]) -> ProductField:
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
