from __future__ import annotations

from rag.answer.quantities import find_quantities
from rag.describe.channels.variants import VariantGroup, group_variants, split_variant
from rag.describe.product import FieldKind, Product, ProductField

KINDS: dict[str, FieldKind] = {
    "name": "name",
    "brand": "brand",
    "type": "type",
    "price": "money",
    "parent sku": "identifier",
}


def make(**values: str) -> Product:
    fields = []
    for key, value in values.items():
        label = key.replace("_", " ")
        kind = KINDS.get(label, "text")
        hidden = "an identifier" if kind == "identifier" else ""
        quantity = find_quantities(value)[0] if kind == "money" else None
        fields.append(ProductField(key, label, kind, value, (value,), quantity=quantity, hidden=hidden))
    return Product(tuple(fields))


KETTLES = [
    make(name="Kettle K1 copper", type="kettle", colour="copper", weight="0.9 kg", price="9 EUR"),
    make(name="Kettle K2", type="kettle", colour="copper", weight="1 kg", price="9 EUR"),
    make(name="Kettle K1 (White)", type="kettle", colour="white", weight="0.9 kg", price="8 EUR"),
]


def test_products_that_differ_in_colour_are_variants() -> None:
    assert group_variants(KETTLES) == (VariantGroup((0, 2), ("colour", "price"), "Kettle K1"),)


def test_a_variant_is_what_it_shares_and_what_it_differs_in() -> None:
    (group,) = group_variants(KETTLES)
    for place, colour, price in ((0, "copper", "9 EUR"), (2, "white", "8 EUR")):
        shared, own = split_variant(KETTLES[place], group)
        assert [(field.key, field.value) for field in shared.fields] == [
            ("name", "Kettle K1"), ("type", "kettle"), ("weight", "0.9 kg"),
        ]  # fmt: skip
        assert [(field.key, field.value) for field in own.fields] == [
            ("type", "kettle"), ("colour", colour), ("price", price),
        ]  # fmt: skip


def test_a_block_that_differs_in_too_much_is_parted() -> None:
    shirts = [
        make(name="Tee", colour="red", size="M", fabric="cotton", fit="slim"),
        make(name="Tee", colour="blue", size="L", fabric="cotton", fit="slim"),
        make(name="Tee", colour="blue", size="L", fabric="wool", fit="wide"),
        make(name="Tee", colour="red", size="S", fabric="wool", fit="wide"),
    ]
    assert group_variants(shirts) == (
        VariantGroup((0, 1), ("colour", "size"), "Tee"),
        VariantGroup((2, 3), ("colour", "size"), "Tee"),
    )
    assert len(group_variants(shirts, most=4)) == 1


def test_a_parent_number_joins_what_names_do_not() -> None:
    products = [
        make(name="Sun", parent_sku="7", size="M", fit="slim"),
        make(name="Moon", parent_sku="7", size="L", fit="slim"),
    ]
    assert group_variants(products) == (VariantGroup((0, 1), ("size",), ""),)
    assert [field.key for field in split_variant(products[0], group_variants(products)[0])[0].fields] == ["fit"]


def test_other_products_are_no_variants() -> None:
    assert group_variants([make(name="Tee", brand="A", size="M"), make(name="Tee", brand="B", size="L")]) == ()
    assert group_variants([make(colour="red"), make(colour="blue")]) == ()
    assert group_variants([make(name="Cookies"), make(name="Cookies no sugar", flavour="sugar")]) == ()
    assert group_variants([]) == ()
