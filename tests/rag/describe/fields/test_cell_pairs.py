"""Several fields in one cell, read by their own labels."""

from __future__ import annotations

import pytest

from rag.describe.fields.cell_pairs import read_cell
from rag.describe.fields.understand import understand_fields


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        ("Product Custom Fields", "Finish=Oak;Wheels=4"),
        ("Product Custom Fields", '"Finish=Oak";"Wheels=4"'),
        ("additional_attributes", "Finish=Oak,Wheels=4"),
        ("Feature(Name:Value:Position)", "Finish:Oak:1,Wheels:4:2"),
        ("Features (Name:Value:Position:Customized)", "Finish:Oak:1:0|Wheels:4:2:0"),
        ("Feature (Name:Value)", "Finish:Oak,Wheels:4"),
        ("product_detail", "General:Finish:Oak,General:Wheels:4"),
        ("Information", "Finish: Oak, Wheels: 4"),
        ("Additional info", "Finish: Oak; Wheels: 4"),
        ("Product details", "Finish: Oak | Wheels: 4"),
        ("Specifications", "Finish: Oak\nWheels: 4"),
        ("Specs", "<ul><li>Finish: Oak</li><li>Wheels: 4</li></ul>"),
    ],
)
def test_pairs_of_one_cell_are_fields(key: str, cell: str) -> None:
    assert list(read_cell(key, cell)) == [("Finish", "Oak"), ("Wheels", "4")]


def test_what_has_no_label_belongs_to_the_value_before_it() -> None:
    assert dict(read_cell("Information", "Colours: white, black, Wheels: 4")) == {
        "Colours": "white, black",
        "Wheels": "4",
    }


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        ("Information", "Please note: the seat, Back: padded"),
        ("Information", "Use it daily, Back: padded"),
        ("Description", "Soft and light. Washable at 30 °C: always."),
        ("Information", "Colour: red, Colour: blue"),
        ("Mattress", "Width: 140 cm, Height: 20 cm"),
        ("Remarks", "Stock: 14, Supplier: Meyer"),
        ("Note", "https://shop.example/thing"),
        ("Formula", "a=b"),
        ("Features", "Soft:1"),
    ],
)
def test_a_cell_that_is_not_all_pairs_of_the_product_stays(key: str, cell: str) -> None:
    assert list(read_cell(key, cell)) == [(key, cell)]


@pytest.mark.parametrize(
    ("key", "note", "label", "hidden"),
    [
        ("Information", "Catalog Page: 7642, Frame colour: white", "catalog page", True),
        ("Remark", "FSC: yes", "FSC", False),
        ("Remarks", "Minimum order: 3", "minimum order", True),
        ("Note", "Warning: hot surface", "warning", False),
        ("Remark", "Allergens: milk", "allergens", False),
    ],
)
def test_the_label_within_a_note_decides(key: str, note: str, label: str, *, hidden: bool) -> None:
    fields = understand_fields({"name": "Thing T1", key: note}).fields
    assert {field.label: bool(field.hidden) for field in fields}[label] is hidden
