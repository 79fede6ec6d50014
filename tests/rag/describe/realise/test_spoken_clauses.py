"""What a long description says in a sentence, and what it leaves to the list of details, in which order."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence
from rag.describe.product import ProductField
from rag.describe.realise.listed import choose_lines, is_trivial, order_details
from rag.describe.realise.realiser import realise
from rag.describe.realise.spoken_values import is_known, says_modifier, says_names, says_things, says_words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"colour": "midnight blue"}, "in midnight blue."),
        ({"colour": "graphite"}, "comes in graphite."),
        ({"players": "2-4 players"}, "is for 2-4 players."),
        ({"players": "2 to 4"}, "is for 2 to 4 players."),
        ({"Players (min)": "3"}, "is for at least 3 players."),
        ({"age": "8+ years"}, "is suitable for ages 8+."),
        ({"age": "3 years and up"}, "is suitable from 3 years."),
        ({"age": "8 and up"}, "is suitable for ages 8 and up."),
        ({"colours": "slate, moss"}, "in slate and moss."),
        ({"material": "100% organic cotton"}, "made of 100% organic cotton."),
        ({"weight": "1,250 g"}, "weighs 1,250 g."),
        ({"dimensions": "82 x 47 x 103 cm"}, "measures 82 x 47 x 103 cm."),
        ({"battery included": "no"}, "comes without a battery."),
        ({"paraben free": "yes"}, "is paraben-free."),
        ({"contains alcohol": "no"}, "contains no alcohol."),
        ({"warranty": "3 years"}, "comes with a 3-year warranty."),
        ({"seats": "6"}, "seats 6."),
        ({"skin type": "dry, sensitive"}, "is for dry and sensitive skin."),
        ({"display": "11 in"}, "has an 11-inch display."),
        (
            {"origin": "Poland", "warranty": "5 years", "weight": "2 kg", "colour": "red"},
            "is from Poland and comes with a 5-year warranty.",
        ),
    ],
)
def test_what_reads_well_is_a_sentence(fields: dict[str, str], words: str) -> None:
    product = understand_fields({"name": "Vesta 3", **fields})
    text = realise(product).text
    assert text.endswith(words)
    assert check_licence(text, product).untrue == ()


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"size": "30 ml"}, "Size: 30 ml"),
        ({"assembly required": "yes"}, "Assembly required"),
        ({"level": "Beginners to stage"}, "Level: Beginners to stage"),
        ({"style": "HÜTTE"}, "Style: HÜTTE"),
        ({"material": "PB-CA, CASE PP"}, "Material: PB-CA, CASE PP"),
        ({"suitable for": "tub"}, "Suitable for: tub"),
        ({"dimensions": "LGTH 150-170 EXTENDABLE"}, "Dimensions: LGTH 150-170 EXTENDABLE"),
        ({"height": "0 cm"}, "Height: 0 cm"),
        ({"power source": "corded electric"}, "Power source: corded electric"),
        ({"power source": "battery powered"}, "Power source: battery powered"),
        ({"mature height": "up to 200 cm"}, "Mature height: up to 200 cm"),
        ({"colour": "skin yellow, flesh light yellow"}, "Colour: skin yellow, flesh light yellow"),
        ({"number of people": "2"}, "Number of people: 2"),
        ({"sowing depth": "2 cm"}, "Sowing depth: 2 cm"),
        ({"price": "25 EUR"}, "Price: 25 EUR"),
        ({"contains milk": "yes"}, "Contains milk"),
        ({"cordless": "no"}, "Cordless: no"),
        ({"requires_tv": "yes"}, "TV required"),
        ({"IP rating": "IP20"}, "IP rating: IP20"),
        ({"blade material": "mdf"}, "Blade material: mdf"),
        ({"material": "natural rubber graphite coated"}, "Material: natural rubber graphite coated"),
        ({"lid included": "no"}, "Lid not included"),
        ({"feature 1": "Rounded corners"}, "Rounded corners"),
        ({"capacityOptionsGb": "256, 512"}, "Capacity options: 256, 512 GB"),
    ],
)
def test_what_does_not_is_a_line_of_the_list(fields: dict[str, str], line: str) -> None:
    product = understand_fields({"name": "Vesta 3", **fields})
    text = realise(product).text
    assert text == f"This is Vesta 3.\n\n- {line}"
    assert check_licence(text, product).untrue == ()


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [
        ("number of items", "1", True),
        ("item quantity", "1", True),
        ("condition", "New", True),
        ("condition", "refurbished", False),
        ("number of items", "3", False),
        ("speed", "1", False),
        ("number of gears", "1", True),
        ("content", "3", True),
        ("dimensions", "30", True),
        ("segments", "15", False),
        ("speed in pages per minute", "30", False),
        ("universal", "no", True),
        ("assembly", "no", False),
        ("batteries", "not required", True),
        ("gender", "unisex", True),
        ("gender", "women", False),
        ("version", "2", True),
        ("style", "Standard", True),
        ("style", "Art Deco", False),
    ],
)
def test_what_nobody_asks_for_is_not_stated(label: str, value: str, expected: bool) -> None:
    assert is_trivial(ProductField(label, label, "text", value, (value,))) is expected


def test_a_thing_is_said_once_in_sentences() -> None:
    product = understand_fields({"name": "Vesta 3", "battery capacity": "1500 mAh", "replaceable battery": "yes"})
    assert realise(product).text == "The Vesta 3 has a 1500 mAh battery.\n\n- Replaceable battery: yes"


def test_two_sentences_do_not_both_come() -> None:
    text = realise(understand_fields({"name": "Vesta 3", "guarantee": "10 years", "origin": "Sweden"})).text
    assert text == "The Vesta 3 is from Sweden and comes with a 10-year guarantee."


def test_lines_do_not_say_the_name_or_a_sentence_again() -> None:
    fields = {"name": "Toner CX-2", "brand": "Inkra", "model": "CX-2", "weight": "900 g", "item weight": "900 g"}
    text = realise(understand_fields({**fields, "shipping weight": "1,2 kg", "duty cycle": "3 weeks"})).text
    assert "Model" not in text
    assert text.count("900 g") == 1
    assert text.endswith("- Duty cycle: 3 weeks")
    balm = realise(understand_fields({"name": "Nappy Balm", "unit count": "75 ml", "size": "75 ml"})).text
    assert balm.count("75 ml") == 1


def test_of_many_lines_those_that_decide_are_kept() -> None:
    fields = [ProductField("warning", "warning", "text", "hot", ("hot",), priority=2)]
    fields += [ProductField(f"x{place}", "trim", "text", "x", ("x",)) for place in range(3)]
    fields += [ProductField("size", "size", "text", "M", ("M",)), ProductField("price", "rrp", "text", "9", ("9",))]
    fields += [ProductField("due", "price", "text", "9", ("9",), priority=1)]
    assert [one.key for one in choose_lines(order_details(fields), 3)] == ["size", "x0", "due", "warning"]


def test_details_stand_in_the_order_in_which_customers_decide() -> None:
    labels = ["safety warning", "origin", "allergens", "germination days", "ingredients", "size", "colour"]
    ordered = order_details(ProductField(label, label, "text", "x", ("x",)) for label in labels)
    assert [field.label for field in ordered] == [
        "size", "colour", "germination days", "origin", "ingredients", "safety warning", "allergens",
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["leather", "hooded", "powder-coated", "batteries", "polyamide", "sulphate"])
def test_english_words_are_known(word: str) -> None:
    assert is_known(word)


@pytest.mark.parametrize("word", ["x", "sofort", "HÜTTE", "Wolle", "wollfilz", "quarter_turn"])
def test_other_words_are_not(word: str) -> None:
    assert not is_known(word)


def test_values_of_a_few_words_by_what_stands_around_them() -> None:
    assert [says_words(one) for one in ("oak moss", "steel_powdercoated", "1 ctn", "lid only, no box")] == [
        True, False, False, False,
    ]  # fmt: skip
    assert [says_modifier(one) for one in ("slim", "stainless steel", "zip", "mains plug")] == [True, True, True, False]
    assert [says_things(one) for one in ("outdoor use", "dogs", "tub")] == [True, True, False]
    assert [says_names(one) for one in ("Windows 11", "macOS", "SEE LIST 277-B")] == [True, True, False]
