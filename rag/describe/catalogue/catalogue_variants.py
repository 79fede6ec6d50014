"""The variants of a whole catalogue, so that a batch of its products can be written as the others of their groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ingest.errors import InputError
from rag.describe.catalogue.product_file import ProductFile, ProductRow
from rag.describe.channels.variants import VariantGroup, group_variants
from rag.describe.fields.field_rules import NO_RULES, FieldRules
from rag.describe.fields.understand import understand_fields
from rag.describe.product import Product


def find_variants(
    products: ProductFile, rules: FieldRules = NO_RULES, ignored: Collection[str] = ()
) -> dict[int, VariantGroup]:
    """Return the group of each product that has variants, by the number of its row.

    The places of a group are the numbers of its rows, less one. A product without anything to state is in none.
    """
    understood = [understand_row(row, rules, ignored) or Product(()) for row in products.rows()]
    return {place + 1: group for group in group_variants(understood) for place in group.places}


def understand_row(row: ProductRow, rules: FieldRules = NO_RULES, ignored: Collection[str] = ()) -> Product | None:
    """Return the product of a row without its ignored fields, None where no field of it can be stated."""
    try:
        return understand_fields(stated_fields(row.given, ignored), rules)
    except InputError:
        return None


def stated_fields(fields: Mapping[str, object], ignored: Collection[str]) -> dict[str, object]:
    """Return fields without those that are ignored, in any case."""
    unstated = {name.casefold() for name in ignored}
    return {name: value for name, value in fields.items() if name.casefold() not in unstated}
