"""Plans: the kind of clause of a field, what is stated, and which fields share a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.describe.product import MAY, MUST, Product, ProductField
from rag.describe.realise.attributes import clause_kind
from rag.describe.realise.plan import plan_description


def text(label: str, value: str, **more: object) -> ProductField:
    return ProductField(label, label, "text", value, (value,), **more)  # type: ignore[arg-type]


def measure(label: str, value: str, unit: str = "") -> ProductField:
    return ProductField(label, label, "measure", value, (value,), unit=unit)


def boolean(label: str, is_true: bool) -> ProductField:
    return ProductField(label, label, "boolean", "yes" if is_true else "no", is_true=is_true)


KETTLE = (
    ProductField("name", "name", "name", "Kettle K1", priority=MUST),
    ProductField("brand", "brand", "brand", "Lund", priority=MUST),
    ProductField("type", "type", "type", "kettle", priority=MUST),
)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (measure("weight", "0.9 kg"), "weight"),
        (measure("weight", "0.9", "kg"), "weight"),
        (measure("weight", "2900"), "detail"),  # "It weighs 2900" says nothing
        (measure("blade length", "20 cm"), "quantity"),
        (measure("display", "11 in"), "part"),
        (measure("dimensions", "20 x 30 x 5 cm"), "dimensions"),
        (measure("memory", "8 GB"), "storage"),
        (measure("memory", "60 readings"), "quantity"),
        (measure("fat", "12 g"), "substance"),
        (text("drawers", "4"), "count"),
        (text("series", "4"), "property"),
        (text("neckline", "round"), "holding"),
        (text("pattern", "see label; may vary"), "detail"),
        (text("suitable for", "dry skin"), "relation"),
        (text("compatible with", "MacBook"), "compatibility"),
        (text("connector 1", "RJ-45"), "detail"),
        (text("care", "wash at 40 °C"), "line"),
        (boolean("waterproof", True), "quality"),
        (boolean("dishwasher safe", False), "quality"),
        (boolean("palm oil", False), "content"),
        (boolean("hood", True), "feature"),
        (boolean("cushion included", False), "inclusion"),
        (boolean("zyrbit", False), "feature"),  # "It has no zyrbit"
        (boolean("zyrbit", True), "detail"),  # "It has zyrbit", "It has a zyrbit": one is wrong
        (boolean("may contain nuts", True), "action"),
        (boolean("may contain nuts", False), "detail"),
        (boolean("compatible with Mac", True), "quality"),
    ],
)
def test_kind_of_a_clause_follows_from_label_and_value(field: ProductField, kind: str) -> None:
    assert clause_kind(field) == kind


def test_the_three_sides_are_one_clause_and_colour_stands_before_the_type() -> None:
    sides = [measure("length", "20 cm"), measure("height", "5 cm"), measure("width", "30 cm")]
    named = (replace(KETTLE[0], value="Vesta 3", items=("Vesta 3",)), *KETTLE[1:])
    plan = plan_description(Product((*named, sides[0], text("colour", "black"), *sides[1:])))
    assert [clause.field.value for clause in plan.modifiers] == ["black"]
    assert [clause.fields for sentence in plan.sentences for clause in sentence.clauses] == [tuple(sides)]


def test_a_colour_that_is_also_a_material_does_not_stand_before_the_type() -> None:
    ring = ProductField("type", "type", "type", "ring", priority=MUST)
    assert plan_description(Product((ring, text("colour", "gold")))).modifiers == ()


def test_priority_fields_are_stated_and_others_while_there_is_room() -> None:
    fields = [measure(f"blade {letter} length", "20 cm") for letter in "abcdefghij"]
    must = ProductField("warranty", "warranty", "measure", "2 years", ("2 years",), priority=MUST)
    may = ProductField("pitch", "pitch", "measure", "1 mm", ("1 mm",), priority=MAY)
    plan = plan_description(Product((*KETTLE, may, *fields, must)), characters=60)
    stated = [one.key for sentence in plan.sentences for clause in sentence.clauses for one in clause.fields]
    assert "warranty" in stated
    assert stated == ["warranty", "blade a length", "blade b length"]
    assert plan.omitted == ("pitch", *(field.key for field in fields[2:]))


def test_parts_share_sentences_of_about_one_length() -> None:
    nouns = [text(label, "4") for label in ("drawers", "pockets", "wheels", "buttons", "handles", "doors")]
    plan = plan_description(Product((*KETTLE, *nouns)))
    assert [len(sentence.clauses) for sentence in plan.sentences] == [3, 2, 1]
    assert plan.sentences[-1].pattern == "list"  # a sixth thing that it has reads better there


def test_a_colour_that_the_name_says_is_not_said_again() -> None:
    name = ProductField("name", "name", "name", "Mauve Daypack", priority=MUST)
    plan = plan_description(Product((name, text("colour", "mauve"))))
    assert [sentence.clauses for sentence in plan.sentences] == [()]
    assert plan.omitted == ()
