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
