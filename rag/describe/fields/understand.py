"""Understand the fields of a product: their kinds, readable labels and plain values, in the order of a text.

>>> product = understand_fields({"name": "Kettle K1", "weight_kg": "0,9", "palm oil": "no"})
>>> [(field.label, field.kind, field.shown) for field in product.stated][1:]
[('weight', 'measure', '0.9 kg'), ('palm oil', 'boolean', 'no'), ('type', 'type', 'kettle')]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ingest.errors import InputError
from rag.describe.fields.bounds import join_bounds
from rag.describe.fields.contradictions import quote_contradictions
from rag.describe.fields.field_rules import NO_RULES, FieldRules
from rag.describe.fields.flatten import flatten_fields
from rag.describe.fields.given import Given
from rag.describe.fields.given_values import read_marks, say_codes
from rag.describe.fields.labels import read_label
from rag.describe.fields.main_fields import derive_type, find_main
from rag.describe.fields.merge import merge_fields
from rag.describe.fields.numbered import join_numbered
from rag.describe.fields.places import join_places
from rag.describe.fields.plain_text import capitalise, plain_text
from rag.describe.fields.read_field import INSTRUCTION, read_field
from rag.describe.fields.read_reviews import take_reviews
from rag.describe.fields.same_facts import merge_same_facts
from rag.describe.fields.shop_columns import plain_column, read_shop_columns
from rag.describe.fields.side_columns import join_sides
from rag.describe.fields.unit_columns import join_units
from rag.describe.fields.weigh import hide_useless
from rag.describe.product import MUST, Product, ProductField

ORDER = 100
"""The place of a field without a rule; name, brand and type have 0."""


def understand_fields(given: Mapping[str, object], rules: FieldRules = NO_RULES) -> Product:
    """Return the product that fields describe; a value is a scalar, a list of them, or an object of such fields.

    Numbers of measures and prices are shown as English writes them where their marks can mean one thing only; "1.299"
    stays as it is. Raises InputError where no field says anything that may be stated, and for a value of another kind.
    """
    given, reviews = take_reviews(read_shop_columns(given))  # which no field says
    rows = [
        Given(key, read_label(plain_column(key)), tuple(filter(None, map(plain_text, parts))))
        for key, parts in join_sides(join_units(list(flatten_fields(given))))
    ]
    rows = read_marks(say_codes(rows))
    # What names the product comes first: its type decides which rules hold.
    main = find_main(rows)
    product_type = next((field.value for field in main.values() if field.kind == "type"), "")
    fields: list[ProductField] = []
    orders: dict[str, int | None] = {}
    shown: set[str] = set()
    for row in rows:
        rule = rules.rule(row.key, row.label.bare, product_type)
        orders[row.key] = rule.order
        if rule.unit:
            row = replace(row, label=replace(row.label, unit=rule.unit))
        understood = [main[row.key]] if row.key in main else read_field(row, rows)
        if rule.label:
            said = f"{capitalise(rule.label)}: {row.line}"
            understood = [replace(field, label=rule.label, quotation=said) for field in understood]
        if rule.priority is not None:
            understood = [replace(field, priority=rule.priority) for field in understood]
        if rule.hide is not None and any(row.parts):
            shown |= set() if rule.hide else {field.key for field in understood}
            understood = [replace(field, hidden="hidden by a rule" if rule.hide else "") for field in understood]
        fields += understood
    fields = quote_contradictions(merge_same_facts(merge_fields(join_places(join_bounds(join_numbered(fields))))))
    fields = hide_useless(fields, shown)
    if not any(not field.hidden for field in fields):
        reasons = "; ".join(f"{field.key}: {field.hidden}" for field in fields[:5])
        raise InputError(f"no field says anything that a text may state{f' ({reasons})' if reasons else ''}")
    fields += derive_type(fields)
    reviews = tuple(replace(one, text="") if INSTRUCTION.search(one.text) else one for one in reviews)
    return Product(tuple(sorted(fields, key=lambda field: _sort_key(field, orders.get(field.key)))), reviews)


def _sort_key(field: ProductField, order: int | None) -> tuple[bool, int, int, int]:
    leading = ("name", "brand", "type")
    is_leading = field.kind in leading and field.priority == MUST
    place = order if order is not None else 0 if is_leading else ORDER
    return bool(field.hidden), place, field.priority, leading.index(field.kind) if is_leading else len(leading)
