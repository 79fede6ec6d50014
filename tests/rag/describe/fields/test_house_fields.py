"""Columns that a shop keeps for itself, in the forms that systems export them, and those that are for customers."""

from __future__ import annotations

import pytest

from rag.describe.fields.house_fields import is_code
from rag.describe.fields.understand import understand_fields


def hidden(key: str, value: str) -> str:
    return understand_fields({"name": "Thing", key: value}).field(key).hidden


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("Trade £ (ex VAT)", "14.85", "a price of the trade"),
        ("Trade 6+", "88.00", "a price of the trade"),
        ("PP net EUR", "112,50", "a price of the trade"),
        ("EK netto", "1,52", "a price of the trade"),
        ("LP_EXVAT", "89.17", "a price of the trade"),
        ("Unit cost", "2.97/ream", "a price of the trade"),
        ("Break 2", "40+ 13.55", "a price of the trade"),
        ("Price valid to", "31/08/2024", "how prices are kept"),
        ("VAT %", "7", "how prices are kept"),
        ("MOQ", "2 packs", "how many are ordered at once"),
        ("UOM", "EA", "how many are ordered at once"),
        ("Carton wt", "12.6kg", "cartons and pallets"),
        ("WGT_GRS_G", "6050", "cartons and pallets"),
        ("Lead time", "2-3 days", "delivery times"),
        ("LT_DAYS", "2", "delivery times"),
        ("fulfillment_latency", "2", "delivery times"),
        ("WH_BIN", "C-14-02", "stock"),
        ("REORD_LVL", "6", "stock"),
        ("Customs tariff", "62014010", "customs"),
        ("HAZ_FLG", "0", "customs"),
        ("Completeness", "96", "a state of the record"),
        ("parent_child", "child", "a state of the record"),
        ("update_delete", "Update", "a state of the record"),
        ("CRE_DT", "20160311", "when or by whom it was written"),
        ("DT_CHG", "04.09.2023", "when or by whom it was written"),
        ("changed on", "14.01.2026", "when or by whom it was written"),
        ("NOTE_INT", "heavy, two a layer", "notes of the shop"),
        ("Remark internal", "no licence", "notes of the shop"),
        ("Buyer notes", "price held to March", "notes of the shop"),
        ("Rep notes", "do not quote four years", "notes of the shop"),
        ("SUP_ITM", "TV-26R", "suppliers"),
        ("external_product_id_type", "EAN", "a number or a code"),
        ("Cat. path", "Guitars > Acoustic", "a group of the catalogue"),
        ("seo_description", "Buy now", "words for search engines"),
        ("average_rating", "4.7", "opinions that change"),
        ("Line", "30", "a number of the shop"),
        ("Bin", "C-14-02", "a number of the shop"),
    ],
)
def test_what_a_shop_keeps_for_itself_is_hidden_with_the_reason(key: str, value: str, reason: str) -> None:
    assert hidden(key, value) == f"internal: {reason}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("RRP incl. VAT EUR", "279,95"), ("Retail price", "£18.49"), ("Line", "Linea Metal"),
        ("Bin", "23 litre, pull-out"),
        ("Outer", "100 % wool"), ("Net weight", "5 kg"), ("Layout", "QWERTY"), ("Channels", "2"),
        ("Pack size", "10 sets"),
        ("Position", "front left"), ("Fair trade", "yes"), ("Guarantee", "3 years"), ("Phase", "three-phase"),
        ("Added sugar", "12 g"), ("Stock material", "walnut"),
        ("Edit functions", "crop, rotate"), ("Trade-in", "possible in every shop"),
        ("Family", "rose family"), ("Allergens not added", "milk, egg"),
        ("Remark customer", "falls small, order half a size up"), ("note_web", "decomposes in the soil"),
    ],
)  # fmt: skip
def test_what_customers_see_is_stated(key: str, value: str) -> None:
    assert hidden(key, value) == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [("30", True), ("C-14-02", True), ("HW24", True), ("fam_lamp", True), ("23 l", False), ("pull-out", False)],
)
def test_codes(value: str, expected: bool) -> None:
    assert is_code(value) is expected
