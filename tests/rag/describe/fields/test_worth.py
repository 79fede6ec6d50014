"""What a field is worth to a customer."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.fields.worth import USELESS, worth_of
from rag.describe.realise.listed import choose_lines


def hidden(label: str, value: str, **others: str) -> str:
    return understand_fields({"name": "Thing T1", "colour": "red", label: value, **others}).field(label).hidden


@pytest.mark.parametrize(
    ("label", "value"),
    [("search priority", "4"), ("web sort key", "31"), ("last stock check", "12/03/2024"), ("import batch", "7781")],
)
def test_what_customers_have_no_use_for_is_left_out(label: str, value: str) -> None:
    assert worth_of(label, value).useful < USELESS
    assert hidden(label, value)


@pytest.mark.parametrize(
    ("label", "value"),
    [("blade steel", "440C stainless"), ("lining", "cotton"), ("noise", "38 dB"), ("allergens", "milk")],
)
def test_what_customers_ask_for_is_stated(label: str, value: str) -> None:
    assert hidden(label, value) == ""


@pytest.mark.parametrize("value", ["Not for children under 3", "contains nuts"])
def test_a_warning_is_stated_whatever_its_label(value: str) -> None:
    assert hidden("remark", value) == ""


def test_a_price_and_what_commerce_has_a_phrase_for_are_not_weighed() -> None:
    assert worth_of("trade in price", "9").useful < USELESS
    assert hidden("price", "9.99 GBP") == ""


def test_the_lines_that_decide_are_kept_first() -> None:
    fields = {"name": "Knife K1", "series colour code": "B2 blue", "blade length": "21 cm", "warning": "very sharp"}
    product = understand_fields(fields)
    lines = [field for field in product.stated if field.kind not in ("name", "type")]
    kept = {field.label for field in choose_lines(lines, 1)}
    assert "blade length" in kept
    assert "warning" in kept
