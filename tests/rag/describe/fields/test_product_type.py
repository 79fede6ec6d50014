"""The type of a product, from categories and from its name, by value."""

from __future__ import annotations

import pytest

from rag.describe.fields.product_type import head_noun, name_core, read_type, without_brand
from rag.describe.fields.understand import understand_fields


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        # The part that the name has, wherever it stands.
        ("Accessories > Strings > Electric guitar", "Electric gtr strings nickel 10-46", "strings"),
        ("Audio > Cables > Microphone", "XLR cable M-F 5 m black", "cable"),
        ("Bekleidung/Jackets/Hardshell", "Hochgrat 3L Jacket M", "jacket"),
        ("1900 Growing sets/Gift", "Chilli growing set Feuerkiste", "growing set"),
        ("Accessoires/Gloves", "Softshell Gloves Touch", "gloves"),
        # The last part where the name has none.
        ("3510 Fruit trees", "Apple 'Roter Bertram'", "fruit tree"),
        ("Home & Garden > Kitchen & Dining > Electric Kettles", "Lund K1", "electric kettle"),
        ("Kitchen > Kettle", "Vesta", "kettle"),
        # Keywords of marketplaces.
        ("child-safety-car-seats", "Nest i-Size Infant Car Seat 40-87 cm", "child safety car seat"),
        ("childrens-highchairs", "Grow Wooden Highchair", "children's highchair"),
        ("t-shirts", "Vesta", "t-shirt"),
        # Nothing that is not sure.
        ("Guitars > Effects > Tuners", "TN-1 tuner pedal", ""),
        ("Audio > Cables > Microphone", "Linkwell LK5", ""),
        ("Accessories > Guitars", "Velo 1046", ""),
        ("Drums > Sticks > Hickory", "Drumsticks 5A hickory wood tip", ""),
        ("Copier", "Everyday Copier Paper A4", ""),
        ("1110 Vegetable seed", "Cocktail tomato Rubinella F1", ""),
        ("3400 Hedge", "Cherry laurel 'Novita Plus'", ""),
        ("Clothing/Outerwear", "Aurora", ""),
        ("Coats & Jackets", "Aurora Parka", ""),
        # What the name calls it is what it is.
        ("strollers", "City 2 Pushchair, Forest Green", ""),
    ],
)
def test_the_type_of_a_category(path, name, kind):
    assert read_type(path, name, True, True) == kind


@pytest.mark.parametrize(
    ("name", "core", "noun"),
    [
        ("Everyday Copier Paper A4 80gsm White", "Everyday Copier Paper", "paper"),
        ("Retractable gel pen 0.7 ast pk12", "Retractable gel pen", "pen"),
        ("Anti-Colic Baby Bottle 240ml Pack of 3", "Anti-Colic Baby Bottle", "bottle"),
        ("Childrens Scissors LEFT HANDED 13cm", "Childrens Scissors", "scissors"),
        ("Hut Slippers felt", "Hut Slippers", "slippers"),
        ("Drumsticks 5A hickory wood tip", "Drumsticks", "drumsticks"),
        ("Scientific calculator 417 functions", "Scientific calculator", "calculator"),
        ("Size 4 Nappies 8-14kg 44ct", "Size 4 Nappies", "nappies"),
        ("TN-1 tuner pedal", "TN-1 tuner pedal", "pedal"),
        # Of two things nobody knows which it is.
        ("Laptop 15 inch sleeve", "Laptop 15 inch sleeve", ""),
        ("Diatonic harmonica 10 hole key C", "Diatonic harmonica 10 hole key", ""),
        ("Rhein Duffle 90 Wheels", "", ""),
        ("SHOCK ABS GAS TWIN TUBE RR", "", ""),
        ("Shock ABS Gas Twin Tube RR", "Shock ABS Gas Twin Tube", ""),
        ("Espresso M/C Pump 15bar 1.4L", "Espresso M/C Pump", ""),
        ("H07RN-F 3G2.5 blk 50m ring", "H07RN-F 3G2.5 blk 50m ring", ""),
    ],
)
def test_the_noun_of_a_name_stands_before_sizes_colours_and_packs(name, core, noun):
    assert (name_core(name), head_noun(name)) == (core, noun)


def test_a_name_without_the_brand_that_it_begins_with():
    assert without_brand("Hettie & Tot Nappy Balm", "Hettie & Tot") == "Nappy Balm"
    assert without_brand("Lund", "Lund") == "Lund"
    assert without_brand("Lundgren Lamp", "Lund") == "Lundgren Lamp"


def test_a_path_with_arrows_of_two_marks_is_a_path() -> None:
    product = understand_fields({"name": "Lavo 3000", "category": "Home -> Coffee Machines", "colour": "red"})
    assert product.type is not None
    assert product.type.value == "coffee machine"
    assert "->" not in " ".join(field.value for field in product.stated)
