"""Allergens, warnings, age limits and exclusions: said in sure words, or as they were given, and never lost."""

from __future__ import annotations

import pytest

from rag.describe import Describer
from rag.describe.channels.write_channels import ChannelLimits
from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence

HEAD = {"name": "Zed", "type": "gadget"}


def lines_of(fields: dict[str, object]) -> list[str]:
    return write("bullets", fields).split("\n")


def details(*lines: str) -> str:
    """Return the long text of a product of which only these lines of details are stated."""
    return "\n- ".join(("Zed is a gadget.\n", *lines))


def write(channel: str, fields: dict[str, object]) -> str:
    [text] = Describer(channels=(channel,)).describe({**HEAD, **fields}).texts
    return text.text


# --- allergens --------------------------------------------------------------------------------------------------------

RELATIONS = {"Allergens: wheat", "May contain nuts", "Free from milk"}


@pytest.mark.parametrize(
    "fields",
    [
        {"allergens": {"contains": ["wheat"], "may_contain": ["nuts"], "free_from": ["milk"]}},
        {"allergens_contains": "wheat", "allergens_may_contain": "nuts", "allergens_does_not_contain": "milk"},
        {"Allergens (contains)": "wheat", "Allergens (traces)": "nuts", "Allergens (free from)": "milk"},
        {"allergens - contains": "wheat", "allergens - may contain": "nuts", "allergens - free from": "milk"},
        {"allergen_contains": "wheat", "allergen_traces": "nuts", "allergens absent": "milk"},
        {"contains_allergens": "wheat", "may_contain_allergens": "nuts", "free_from_allergens": "milk"},
    ],
)
def test_the_relation_of_allergens_may_stand_behind(fields: dict[str, object]) -> None:
    assert set(lines_of(fields)) == RELATIONS
    text = write("long", fields)
    assert text == "Zed is a gadget that is free from milk.\n\n- Allergens: wheat\n- May contain nuts"


@pytest.mark.parametrize(
    ("label", "value", "line"),
    [
        ("allergens_free", "nuts", "Allergens free: nuts"),
        ("allergens tested negative", "milk, egg", "Allergens tested negative: milk, egg"),
        ("no allergens", "nuts", "No allergens: nuts"),
        ("allergens not added", "MI, MCI", "Allergens not added: MI, MCI"),
        ("allergens in facility", "peanuts", "Allergens in facility: peanuts"),
        ("allergens captured", "99.9 % of pollen", "Allergens captured: 99.9 % of pollen"),
        ("captures allergens", "pollen, dust mite", "Captures allergens: pollen, dust mite"),
        ("allergens", "A, C, G", "Allergens: A, C, G"),
        ("allergens", "no nuts, no milk, but wheat", "Allergens: no nuts, no milk, but wheat"),
        ("allergens", "milk absent, egg present", "Allergens: milk absent, egg present"),
        ("allergens", "substitute for egg", "Allergens: substitute for egg"),
        ("allergens", "none known", "Allergens: none known"),
        ("allergens", "unknown", "Allergens: unknown"),
        ("allergens", "frei von Gluten, Milch", "Allergens: frei von Gluten, Milch"),
        ("allergens", "glutenfrei, laktosefrei", "Allergens: glutenfrei, laktosefrei"),
        ("sans gluten", "non", "Sans gluten: non"),
        ("may contain", "no nuts", "May contain: no nuts"),
        ("may contain", "none", "May contain: none"),
        ("traces of celery", "no", "Traces of celery: no"),
        ("milk", "no (may contain traces)", "Milk: no (may contain traces)"),
        ("egg", "no; traces possible", "Egg: no; traces possible"),
        ("nuts", "no, but peanuts", "Nuts: no, but peanuts"),
    ],
)
def test_what_is_not_surely_contained_is_quoted(label: str, value: str, line: str) -> None:
    assert lines_of({label: value, "colour": "red"})[0] == line
    assert f"- {line}" in write("long", {label: value, "colour": "red"})
    assert write("title", {label: value}) == "Zed gadget"


def test_each_allergen_has_its_own_answer() -> None:
    fields = {"allergen_milk": "contains", "allergen_egg": "does not contain", "allergen_nuts": "may contain"}
    assert set(lines_of(fields)) == {"Contains milk", "Contains no egg", "May contain nuts"}
    nested = {"allergens": {"milk": "no", "nuts": "traces", "wheat": "yes"}}
    assert set(lines_of(nested)) == {"Contains no milk", "May contain nuts", "Contains wheat"}
    assert set(lines_of({"contains peanuts": "may"})) == {"May contain peanuts"}


# --- warnings, age limits, exclusions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("suitable for children under 3", "no"),
        ("not suitable for children under 12", "yes"),
        ("not for infants under 12 months", "yes"),
        ("not for children under", "3 years"),
        ("children under 2", "do not use"),
        ("under 18", "not admitted"),
        ("waterproof up to 1 m", "no"),
        ("washable above 40 °C", "no"),
        ("fits people up to", "185 cm"),
        ("do not take with", "alcohol"),
        ("do not exceed", "4 g a day"),
        ("driving", "do not drive after use"),
        ("avoid contact with", "eyes"),
        ("not compatible with", "HP M404"),
        ("does not fit", "Golf VII"),
        ("without", "sugar, soy"),
        ("missing", "10 mm socket"),
        ("charger", "missing"),
        ("cross contamination", "nuts"),
        ("produced in", "a factory that handles nuts"),
        ("not for", "pregnant women in the third trimester"),
        ("plug", "no plug, electrician required"),
        ("cabin size", "no (55x40x20 not met)"),
        ("cleaning fee included", "no"),
        ("VAT included", "no"),
        ("VAT", "excluded"),
        ("suitable for front seat", "only with airbag off"),
        ("suitable for dogs up to", "10 kg"),
        ("suitable for babies", "from 6 months"),
        ("suitable for", "not for children"),
        ("not suitable for children under", "5 years"),
    ],
)
def test_what_limits_a_use_is_never_dropped(label: str, value: str) -> None:
    fields = {"colour": "red", label: value}
    quotation = f"{label[:1].upper()}{label[1:]}: {value}"
    assert quotation in lines_of(fields)
    assert f"- {quotation}" in write("long", fields)


def test_bullets_keep_what_has_to_be_stated() -> None:
    fields = {**HEAD, "colour": "red", "power": "9 W", "do not exceed": "4 g a day", "allergens": "milk"}
    [kept] = Describer(channels=("bullets",), limits=ChannelLimits(bullets=3)).describe(fields).texts
    assert set(kept.text.split("\n")) == {"Do not exceed: 4 g a day", "Allergens: milk", "Colour: red"}
    [refused] = Describer(channels=("bullets",), limits=ChannelLimits(bullets=1)).describe(fields).texts
    assert refused.reason == "2 fields have to be stated, and the limit is 1 lines"


def test_an_allergen_may_have_its_kinds_in_brackets() -> None:
    assert write("long", {"allergens": "tree nuts (almonds, cashews), milk"}) == (
        "Zed is a gadget.\n\n- Allergens: tree nuts (almonds, cashews), milk"
    )


# --- contradictions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"Alcohol free": "yes", "Alcohol": "5 %"},
        {"Dairy free": "yes", "Allergens": "milk"},
        {"Dairy-free": "yes", "Milk": "yes"},
        {"Vegan": "yes", "Contains honey": "yes"},
        {"Sugar-free": "yes", "Sugar": "12 g"},
        {"Nut free": "yes", "May contain": "nuts"},
        {"Caffeine": "no", "Caffeine free": "no"},
        {"Lid included": "yes", "Not included": "lid"},
        {"Battery included": "no", "Included": "battery, cable"},
        {"Extendable": "yes", "Not extendable": "yes"},
        {"Colour": "white", "Color": "black"},
        {"Dishwasher safe": "no", "Dishwasher-proof": "yes"},
        {"New": "yes", "Condition": "used"},
        {"Minimum weight": "10 kg", "Maximum weight": "5 kg"},
        {"Age": "3+", "Not suitable for children under": "5 years"},
    ],
)
def test_fields_that_contradict_each_other_are_quoted(fields: dict[str, object]) -> None:
    quotations = [f"{label}: {value}" for label, value in fields.items()]
    assert sorted(lines_of(fields)) == sorted(quotations)
    assert write("long", fields) == details(*quotations)
    assert write("title", fields) == "Zed gadget"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"lactose-free": "yes", "allergens": "milk"}, "Zed is a lactose-free gadget.\n\n- Allergens: milk"),
        ({"vegan": "yes", "may contain": "milk"}, "Zed is a vegan gadget.\n\n- May contain milk"),
        (
            {"lid included": "yes", "not included": "cable"},
            "Zed is a gadget. It comes with a lid.\n\n- Not included: cable",
        ),
    ],
)
def test_fields_that_may_both_be_true_are_said(fields: dict[str, object], text: str) -> None:
    assert write("long", fields) == text


def test_an_allergen_that_one_label_affirms_and_denies_is_quoted_twice() -> None:
    assert set(lines_of({"Milk": "yes", "milk": "no"})) == {"Milk: yes", "Milk: no"}
    assert write("long", {"Milk": "yes", "milk": "no"}) == details("Milk: yes", "Milk: no")


@pytest.mark.parametrize(
    "fields",
    [
        {"Made in": "designed in Italy, made in China"},
        {"Replaces": "T500mA? no, F500mA only"},
    ],
)
def test_a_list_that_denies_within_itself_is_given_as_it_stands(fields: dict[str, str]) -> None:
    [(label, value)] = fields.items()
    assert write("long", {label: value}) == details(f"{label}: {value}")


def test_numbers_of_a_row_follow_one_rule() -> None:
    unsure = {"weight_kg": "1,250", "price_eur": "1.299,00"}
    assert lines_of(unsure) == ["Weight: 1,250 kg", "Price: 1.299,00 EUR"]
    assert lines_of({"weight_kg": "1,25", "price_eur": "1.299,00"}) == ["Weight: 1.25 kg", "Price: 1,299.00 EUR"]


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("overdose", "can cause liver failure"),
        ("may cause", "severe allergic reactions"),
        ("one coat", "usually"),
        ("for kittens", "from 6 weeks"),
        ("suitable during pregnancy", "only on medical advice"),
        ("warranty", "on request"),
        ("price", "was 20 EUR, now 12 EUR"),
    ],
)
def test_a_value_that_is_no_thing_stands_behind_its_label(label: str, value: str) -> None:
    assert write("long", {label: value}) == details(f"{label.capitalize()}: {value}")


def test_no_other_text_is_licensed_by_what_is_quoted() -> None:

    product = understand_fields({**HEAD, "allergens tested negative": "milk"})
    assert check_licence("The Zed is a gadget. Allergens tested negative: milk.", product).is_true
    assert not check_licence("The Zed contains milk.", product).is_true
    assert not check_licence("The Zed is tested.", product).is_true
