from __future__ import annotations

import pytest

from rag.answer.quantities import find_quantities
from rag.describe.fields.understand import understand_fields
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.check import check_licence
from rag.describe.licence.denials import read_words
from rag.describe.product import MUST, SHOULD, FieldKind, Product, ProductField


def new_field(key: str, value: str, kind: FieldKind = "text", priority: int = SHOULD) -> ProductField:
    quantity = find_quantities(value)[0] if kind in ("measure", "money") else None
    return ProductField(
        key=key,
        label=key.replace("_", " "),
        kind=kind,
        value=value,
        items=tuple(item.strip() for item in value.split(",")) if kind == "list" else (value,),
        is_true=value in ("yes", "true") if kind == "boolean" else None,
        quantity=quantity,
        priority=priority,
    )


KETTLE = Product(
    (
        new_field("name", "Kettle K1", "name", MUST),
        new_field("brand", "Lund", "brand"),
        new_field("type", "kettle", "type"),
        new_field("cordless", "no", "boolean"),
        new_field("dishwasher_safe", "yes", "boolean"),
        new_field("weight", "0.9 kg", "measure"),
        new_field("power", "600-850 W", "measure"),
        new_field("noise", "<= 85 dB", "measure"),
        new_field("colour", "copper"),
        new_field("lid", "not included"),
        new_field("price", "39.90 EUR", "money"),
    )
)
BUTTER = Product(
    (
        new_field("name", "Almond butter", "name", MUST),
        new_field("ingredients", "almonds, sea salt", "list"),
        new_field("palm_oil", "no palm oil"),
        new_field("free_from", "gluten, lactose", "list"),
        new_field("allergens", "almonds", "list"),
    )
)
LAPTOP = Product(
    (
        new_field("name", "Vesta 3", "name", MUST),
        new_field("isforbusinesscomputing", "false", "boolean"),
        new_field("screensize", "33.35 inch", "measure"),
        new_field("memory", "8 GB", "measure"),
        new_field("storage", "64 GB", "measure"),
    )
)


def claims(text: str, product: Product) -> list[tuple[str, str, str]]:
    return [(claim.kind, claim.text, claim.key) for claim in check_licence(text, product).claims]


@pytest.mark.parametrize(
    "text",
    [
        "The Lund Kettle K1 is not cordless, weighs 900 g and comes in copper.",
        "It is dishwasher-safe and costs 39.90 euros.",
        "The Kettle K1 has a power of 600 to 850 W, with a noise of at most 85 dB.",
        "This kettle has a power of up to 850 W. The lid is not included.",
        "Cordless: no. Price: €39.90.",
    ],
)
def test_what_the_fields_say_is_licensed(text: str) -> None:
    assert claims(text, KETTLE) == []


@pytest.mark.parametrize(
    "text",
    [
        "Almond butter with almonds and sea salt, no palm oil in it.",
        "Made without palm oil. Free from gluten and lactose.",
        "Gluten- and lactose-free almond butter, palm oil-free.",
        "It contains no gluten, lactose or palm oil.",
    ],
)
def test_an_absence_may_be_said_in_many_ways(text: str) -> None:
    assert claims(text, BUTTER) == []


def test_labels_that_are_written_together_are_read_apart() -> None:
    assert claims("The Vesta 3 has a 33.35 inch screen and is not for business computing.", LAPTOP) == []


@pytest.mark.parametrize(
    ("text", "product", "found"),
    [
        ("The cordless option is durable.", KETTLE,
         [("contradiction", "cordless", "cordless"), ("unlicensed", "durable", "")]),
        ("It isn't dishwasher safe.", KETTLE, [("contradiction", "dishwasher safe", "dishwasher_safe")]),
        ("It comes with a lid.", KETTLE, [("contradiction", "lid", "lid")]),
        ("It comes in red.", KETTLE, [("contradiction", "red", "colour")]),
        ("Palm oil gives it taste.", BUTTER, [("contradiction", "Palm oil", "palm_oil"), ("unlicensed", "taste", "")]),
        ("It contains gluten.", BUTTER, [("contradiction", "gluten", "free_from")]),
        ("It contains no almonds.", BUTTER, [("contradiction", "almonds", "ingredients")]),
        ("It is ideal for business computing.", LAPTOP,
         [("unlicensed", "ideal", ""), ("contradiction", "business computing", "isforbusinesscomputing")]),
    ],
)  # fmt: skip
def test_contradictions_name_their_field(text: str, product: Product, found: list[tuple[str, str, str]]) -> None:
    assert claims(text, product) == found


@pytest.mark.parametrize(
    ("text", "product", "found"),
    [
        ("It weighs 1.9 kg.", KETTLE, [("number", "1.9 kg", "weight")]),
        ("It weighs 0.9 g.", KETTLE, [("number", "0.9 g", "weight")]),
        ("It costs $39.90.", KETTLE, [("number", "$39.90", "price")]),
        ("Its noise is 85 dB.", KETTLE, [("number", "85 dB", "noise")]),
        ("The K2 weighs 900 g.", KETTLE, [("number", "K2", "")]),
        ("It has 64 GB of memory.", LAPTOP, [("number", "64 GB", "memory")]),
        ("It has 3 ports.", LAPTOP, [("number", "3", "name"), ("unlicensed", "ports", "")]),
    ],
)
def test_figures_have_to_be_the_fields(text: str, product: Product, found: list[tuple[str, str, str]]) -> None:
    assert claims(text, product) == found


def test_what_may_be_in_it_and_what_is_in_it_are_two_things() -> None:
    product = understand_fields({"name": "Almonds", "allergens": "almonds; may contain peanuts"})
    assert claims("Contains almonds and may contain peanuts.", product) == []
    assert claims("Contains peanuts.", product) == [("contradiction", "peanuts", "allergens:may contain")]
    assert claims("It contains no peanuts.", product) == [("contradiction", "peanuts", "allergens:may contain")]


def test_what_is_not_included_is_not_there() -> None:
    clock = understand_fields({"name": "Wall clock", "battery": "1 x AA, not included"})
    assert claims("The battery (1 x AA) is not included.", clock) == []
    assert claims("It needs an AA battery, which is not included.", clock) == []
    assert claims("It comes with a battery.", clock) == [("contradiction", "battery", "battery")]


def test_powerful_is_no_power() -> None:
    assert claims("This powerful kettle has a power of 600-850 W.", KETTLE) == [("unlicensed", "powerful", "")]


def test_recyclable_is_not_recycled_and_usb_a_is_not_usb_c() -> None:
    bottle = understand_fields({"name": "Eco bottle", "material": "recycled plastic", "port": "USB-C"})
    assert claims("A bottle of recycled plastic with a USB-C port.", bottle) == []
    assert claims("A recyclable bottle with a USB-A port.", bottle) == [
        ("unlicensed", "recyclable", ""),
        ("unlicensed", "A", ""),
    ]


def test_a_field_with_another_currency_is_not_stated() -> None:
    assert check_licence("It costs $39.90.", KETTLE).stated == ()


def test_another_kind_of_thing_is_a_type() -> None:
    assert claims("Kettle K1 is a copper laptop.", KETTLE) == [("type", "laptop", "")]
    assert claims("This tablet weighs 900 g.", KETTLE) == [("type", "tablet", "")]


def test_qualities_uses_and_audiences_are_claims() -> None:
    check = check_licence("An elegant kettle, perfect for families at home.", KETTLE)
    assert [claim.text for claim in check.claims] == ["elegant", "perfect", "families", "home"]
    assert (check.untrue_words, check.words) == (4, 5)


def test_approved_phrases_are_licensed_word_for_word() -> None:
    allowed = AllowedPhrases(("perfect for families",))
    assert check_licence("This kettle is perfect for families.", KETTLE, allowed).claims == ()
    assert [claim.text for claim in check_licence("A perfect family kettle.", KETTLE, allowed).claims] == [
        "perfect family"
    ]


def test_stated_and_omitted_fields() -> None:
    check = check_licence("It is not cordless, weighs 900 g and is dishwasher safe; no lid.", KETTLE)
    assert check.stated == ("cordless", "dishwasher_safe", "weight", "lid")
    assert check.omitted == ("name",)
    assert check.is_true


def test_a_field_or_a_run_of_words_said_twice_is_a_repetition() -> None:
    assert claims("Kettle K1 is copper. It comes in copper.", KETTLE) == [("repetition", "copper", "colour")]
    assert claims("Kettle K1 weighs 900 g. Its weight is 0.9 kg.", KETTLE) == [("repetition", "0.9 kg", "weight")]
    assert claims("The Kettle K1 is a Lund kettle. The Kettle K1 is copper.", KETTLE) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("This is an kettle.", ["an kettle"]),
        ("The the kettle is copper.", ["The the"]),
        ("The kettle is copper", ["copper"]),
        ("the kettle is copper.", ["the"]),
        ("The kettle (copper is a kettle.", ["("]),
        ("The kettle , copper.", [" ,"]),
        ("The kettle is copper and.", ["and."]),
    ],
)
def test_grammar_faults_that_are_sure(text: str, found: list[str]) -> None:
    check = check_licence(text, KETTLE)
    assert [claim.text for claim in check.of_kind("grammar")] == found


def test_a_fragment_needs_no_sentence() -> None:
    assert check_licence("copper Lund Kettle K1", KETTLE, is_fragment=True).claims == ()


def test_an_article_goes_by_the_sound() -> None:
    right = "A unit, an hour, an 8, an 11, a 12, a USB, an LCD, a European, an umbrella, an LED."
    assert check_licence(right, KETTLE).of_kind("grammar") == ()


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Soft, fragrance-free, lid not included.", ["fragrance", "lid"]),
        ("It is not waterproof and weighs 3 kg.", ["waterproof"]),
        ("BPA- and lactose-free", ["bpa", "lactose"]),
        ("The kettle has a lid, cable sold separately", ["cable"]),
        ("Not only soft but durable", []),
        ("It is not alcohol-free.", ["free"]),
        ("Wireless charging: not supported.", ["wireless", "charging"]),
        ("It is free of BPA, dishwasher-safe and comes with a lid.", ["bpa"]),
        ("Never look for a cable again!", []),
        ("Not included: lid, cable.", ["lid", "cable"]),
        ("Not waterproof: keep dry.", ["waterproof"]),
        ("Palm oil: no palm oil. Colour: no red.", ["palm", "oil", "palm", "oil", "red"]),
        ("Fragrance: fragrance-free.", ["fragrance", "fragrance"]),
        ("Free from: parabens. With aloe.", ["parabens"]),
        ("No gluten, no nuts or soy", ["gluten", "nuts", "or", "soy"]),
        ("No added sugar, salt or palm oil, roasted in Spain", ["added", "sugar", "salt", "or", "palm", "oil"]),
    ],
)
def test_the_scope_of_a_denial(text: str, denied: list[str]) -> None:
    assert [word.text for word in read_words(text) if word.denied] == denied


def test_lines_are_read_apart() -> None:
    drill = understand_fields({"name": "Cordless drill", "voltage": "18 V", "max_torque": "50 Nm", "speeds": "20"})
    check = check_licence("Voltage: 18 V\nMaximum torque: 50 Nm", drill, is_fragment=True)
    assert check.claims == ()
    assert check.stated == ("voltage", "max_torque")
    # A bullet is no dash of a range, and findings have their places in the text.
    assert check_licence("Voltage: 18 V\n- 20 speeds", drill, is_fragment=True).claims == ()
    # A mark of a list before it makes no month of "May".
    bar = understand_fields({"name": "Bar", "may contain": "nuts"})
    assert check_licence("This is Bar.\n\n- May contain nuts", bar).claims == ()
    [month] = check_licence("This is Bar.\n\n- May 2026", bar).claims
    assert (month.kind, month.text, month.start) == ("number", "May 2026", 16)
    wrong = check_licence("Voltage: 18 V\nMaximum torque: 60 Nm", drill, is_fragment=True).claims
    assert [(claim.kind, claim.text, claim.start) for claim in wrong] == [("number", "60", 30)]


def test_compatible_is_licensed_beside_compatibility() -> None:
    case = understand_fields({"name": "Phone case", "compatibility": "iPhone 13"})
    assert claims("The phone case is compatible with iPhone 13.", case) == []
    assert claims("It is compatible.", KETTLE) == [("unlicensed", "compatible", "")]


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("hood", "no", "Hood: not included."),
        ("hood", "not included", "Hood: not included."),
        ("free_from", "parabens, silicones", "Free from: parabens, silicones."),
        ("parabens", "no", "Free from: parabens."),
        ("palm_oil", "no palm oil", "Contains: no palm oil."),
        ("not_included", "lid, cable", "Not included: lid, cable."),
        ("does_not_contain", "nuts", "Does not contain: nuts."),
    ],
)
def test_labels_that_deny_are_no_contradictions(key: str, value: str, text: str) -> None:
    assert claims(text, understand_fields({"name": "Vesta", key: value})) == []


def test_a_verb_is_no_unit() -> None:
    assert claims("The Vesta 3 has a screen.", LAPTOP) == []
