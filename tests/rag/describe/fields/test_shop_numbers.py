"""Numbers as an English shop prints them."""

from __future__ import annotations

import pytest

from rag.describe.fields.shop_numbers import shop_measure, shop_price


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("12.50 €", "€12.50"), ("12.5", "12.50"), ("39.0", "39.00"), ("1250.00", "1,250.00"), ("£8", "£8"),
        ("1299.00 EUR", "1,299.00 EUR"), ("CHF 1200.5", "CHF 1,200.50"), ("1,299.00 €", "€1,299.00"),
        # An amount below a cent, marks that may mean another thing, and two amounts stay.
        ("0.0125", "0.0125"), ("1.299", "1.299"), ("1.299,00 €", "1.299,00 €"), ("5 - 9 €", "5 - 9 €"),
        ("from £5", "from £5"),
    ],
)  # fmt: skip
def test_a_price_has_its_sign_before_it_and_two_decimals(given: str, printed: str) -> None:
    assert shop_price(given) == printed


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("0.4500000 m", "0.45 m"), ("6.0 m", "6 m"), ("2.0-4.0", "2-4"), ("12.3333333", "12.33"),
        ("0.0123456", "0.0123"), ("45.50 cm", "45.50 cm"), ("10.9-14.0 mm", "10.9-14.0 mm"), ("10.00", "10"),
        ("1.25 kg", "1.25 kg"), ("100", "100"), ("1.2.0", "1.2.0"), ("1,250.0 kg", "1,250.0 kg"),
    ],
)  # fmt: skip
def test_a_measure_has_no_zeros_that_say_nothing(given: str, printed: str) -> None:
    assert shop_measure(given) == printed
