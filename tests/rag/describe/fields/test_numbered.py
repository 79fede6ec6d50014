from rag.describe.describer import Describer
from rag.describe.fields.understand import understand_fields


def test_columns_that_their_number_tells_apart_are_one_list() -> None:
    product = understand_fields(
        {"name": "Pushchair", "material 1": "aluminium", "material 2": "polyester", "part 3": "x"}
    )
    materials = product.field("material 1")
    assert (materials.label, materials.items, materials.merged) == (
        "material",
        ("aluminium", "polyester"),
        ("material 2",),
    )
    assert product.field("material 2") is materials
    assert product.field("part 3").label == "part 3"


def test_a_number_that_tells_nothing_apart_goes() -> None:
    assert understand_fields({"name": "Lamp", "battery type 1": "AA"}).field("battery type 1").label == "battery type"


def test_what_a_label_without_number_says_too_is_left_alone() -> None:
    product = understand_fields({"name": "Lamp", "shade": "red", "shade 1": "oak", "shade 2": "ash"})
    assert product.field("shade 1").value == "oak"


def test_features_need_no_label_in_a_list() -> None:
    fields = {"name": "Pushchair", "feature 1": "Stands when folded", "feature 2": "hood, 3 panels", "features": "a, b"}
    [text] = Describer(channels=("bullets",)).describe(fields).texts
    assert text.text.split("\n") == ["Stands when folded", "Hood, 3 panels", "Features: a, b"]
