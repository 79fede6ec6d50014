"""Statements turned round without a content word."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence

FIELDS = {
    "name": "Data SIM", "data": "10 GB", "calls": "no", "shelf life": "9 months", "model": "No 2",
    "warning": "Not suitable for children under 3 years",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("It has no 10 GB.", ["no 10 GB"]),
        ("It comes without a 10 GB.", ["without a 10 GB"]),
        ("Its shelf life is not 9 months.", ["not 9 months"]),
        ("It has 10 GB and a shelf life of 9 months.", []),
        ("Not suitable for children under 3 years.", []),
        ("The model is No 2.", []),
        ("The Data SIM is calls.", ["calls"]),
        ("The Data SIM has calls.", ["calls"]),
        ("It has no calls.", []),
        ("Calls: no", []),
    ],
)
def test_what_is_turned_round_contradicts(text: str, claims: list[str]) -> None:
    check = check_licence(text, understand_fields(FIELDS), is_fragment=True)
    assert [claim.text for claim in check.of_kind("contradiction")] == claims


BAR = understand_fields({
    "name": "Oat Bar", "suitable for vegetarians": "yes", "dishwasher safe": "yes", "waterproof": "no",
    "contains nuts": "no", "fits": "large dogs",
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("It lacks suitable for vegetarians.", ["vegetarians"]),
        ("It is without suitable for vegetarians.", ["vegetarians"]),
        ("It contains no suitable for vegetarians.", ["vegetarians"]),
        ("It lacks suits large dogs.", ["large dogs"]),
        ("It has none of the dishwasher safe.", ["dishwasher safe"]),
        ("It is anything but dishwasher safe.", ["dishwasher safe"]),
        ("Vegetarians should avoid it.", ["Vegetarians"]),
        ("It is suitable for vegetarians.", []),
        ("It lacks nuts.", []),
    ],
)
def test_a_denial_that_is_no_english_denies_all_the_same(text: str, claims: list[str]) -> None:
    check = check_licence(text, BAR, is_fragment=True)
    assert [claim.text for claim in check.of_kind("contradiction")] == claims


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("It lacks waterproof.", ["lacks waterproof"]),
        ("It has no waterproof.", ["no waterproof"]),
        ("It lacks suitable for vegetarians.", ["lacks suitable"]),
        ("The bar is not contains nuts.", ["not contains"]),
        ("It is no waterproof bar.", []),
        ("It is not waterproof.", []),
        ("Nuts: no.", []),
    ],
)
def test_only_a_thing_is_lacking(text: str, faults: list[str]) -> None:
    check = check_licence(text, BAR, is_fragment=True)
    assert [claim.text for claim in check.of_kind("grammar")] == faults


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("It supports 5G.", ["5G"]),
        ("It is a 5G tablet with 4K.", ["5G", "4K"]),
        ("It has neither 5G nor 4K.", []),
        ("5G: no.", []),
    ],
)
def test_a_denied_label_that_looks_like_a_figure_is_not_affirmed(text: str, claims: list[str]) -> None:
    product = understand_fields({"name": "Tab 11", "type": "tablet", "5g": "no", "4K": "no"})
    check = check_licence(text, product, is_fragment=True)
    assert [claim.text for claim in check.of_kind("contradiction")] == claims


@pytest.mark.parametrize(("text", "is_true"), [("It has a 4 GB drive.", False), ("It has a 500 GB drive.", True)])
def test_a_figure_of_another_field_is_found_beside_a_label_of_a_neutral_word(text: str, is_true: bool) -> None:
    product = understand_fields({"name": "Tab 11", "memory": "4 GB", "drive": "500 GB"})
    assert check_licence(text, product, is_fragment=True).is_true is is_true
