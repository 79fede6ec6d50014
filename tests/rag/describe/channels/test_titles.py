from __future__ import annotations

import pytest

from rag.answer.quantities import find_quantities
from rag.describe.channels.titles import shorten_name, write_alt_text, write_title
from rag.describe.fields.understand import understand_fields
from rag.describe.product import MUST, FieldSpan, Product, ProductField

NAME = ProductField("name", "name", "name", "Kettle K1", ("Kettle K1",))
BRAND = ProductField("brand", "brand", "brand", "Lund", ("Lund",))
TYPE = ProductField("type", "type", "type", "kettle", ("kettle",))


def named(name: str, brand: str = "", kind: str = "") -> Product:
    fields = [ProductField("name", "name", "name", name, (name,))] if name else []
    fields += [ProductField("brand", "brand", "brand", brand, (brand,))] if brand else []
    fields += [ProductField("type", "type", "type", kind, (kind,))] if kind else []
    return Product(tuple(fields))


def measure(label: str, value: str) -> ProductField:
    return ProductField(label, label, "measure", value, (value,), quantity=find_quantities(value)[0])


def colour(*items: str) -> ProductField:
    return ProductField("colour", "colour", "list" if len(items) > 1 else "text", ", ".join(items), items)


@pytest.mark.parametrize(
    ("product", "title"),
    [
        (named("Kettle K1", "Lund", "kettle"), "Lund Kettle K1"),
        (named("Lund Kettle K1", "Lund", "kettles"), "Lund Kettle K1"),
        (named("Kettle K1 by Grün & Co", "Grün & Co. GmbH"), "Kettle K1 by Grün & Co"),
        (named("Aurora", "Norvik", "tent"), "Norvik Aurora tent"),
        (named("Desk Lux", "", "desk lamp"), "Desk Lux, lamp"),
        (named("Roasted Almonds", "Nutty", "nuts"), "Nutty Roasted Almonds, nuts"),
        (named("Tab T10", "", "tablet"), "Tab T10 tablet"),
        (named("Taillight", "", "bicycle light"), "Taillight"),
        (named("", "adidas", "running shoe"), "adidas running shoe"),
        (named("", "", "running shoe"), "Running shoe"),
    ],
)
def test_nothing_is_named_twice(product: Product, title: str) -> None:
    written = write_title(product, 80)
    assert written is not None
    assert written.text == title


def test_deciding_attributes_follow_with_a_label_where_the_value_needs_one() -> None:
    fields = (
        measure("capacity", "1.7 l"), measure("warranty", "2 years"), colour("copper"),
        ProductField("cordless", "cordless", "boolean", "no", (), is_true=False, relation="is"),
        ProductField("note", "note", "text", "Boils fast.", ("Boils fast.",)),
    )  # fmt: skip
    title = write_title(Product((NAME, BRAND, TYPE, *fields)), 80)
    assert title is not None
    assert title.text == "Lund Kettle K1, copper, 1.7 l, 2-year warranty"
    assert [(title.text[span.start : span.end], span.key) for span in title.spans] == [
        ("Lund", "brand"), ("Kettle K1", "name"), ("copper", "colour"), ("1.7 l", "capacity"),
        ("2-year warranty", "warranty"),
    ]  # fmt: skip


@pytest.mark.parametrize(("limit", "title"), [(21, "Lund Kettle K1, 1.7 l"), (14, "Lund Kettle K1"), (9, "Kettle K1")])
def test_what_does_not_fit_whole_is_left_out(limit: int, title: str) -> None:
    written = write_title(Product((NAME, BRAND, TYPE, colour("copper"), measure("capacity", "1.7 l"))), limit)
    assert written is not None
    assert written.text == title
    assert write_title(Product((NAME, BRAND)), 3) is None


def test_a_load_and_an_absence_are_not_taken_for_properties() -> None:
    palm_oil = ProductField("palm oil", "palm oil", "boolean", "no", (), is_true=False, absent=("palm oil",))
    gluten = ProductField("free from", "free from", "list", "gluten", ("gluten",), relation="free from", priority=MUST)
    title = write_title(Product((NAME, palm_oil, gluten, measure("maximum load", "120 kg"))), 80)
    assert title is not None
    assert title.text == "Kettle K1, 120 kg maximum load"


@pytest.mark.parametrize(
    ("label", "value", "phrase"),
    [
        ("speed settings", "3", "3 speed settings"),
        ("number of speakers", "2", "2 speakers"),
        ("processor cores", "1", ""),
        ("rating", "4.8", ""),
        ("capacity in cups", "10", ""),
        ("module", "256M X 64", ""),
        ("battery life", "up to 12 hours", "up to 12 hours battery life"),
        ("memory bus", "64", ""),
        ("data rates", "10,100 Mbit/s", ""),
        ("dimensions", "20 x 30 cm", ""),
        ("wheel size", "29 inches", "29-inch wheel size"),
        ("screen", "10.1 inch", "10.1-inch screen"),
        ("fat", "50%", "50% fat"),
    ],
)
def test_a_measure_is_said_only_where_it_reads_well(label: str, value: str, phrase: str) -> None:
    title = write_title(Product((NAME, measure(label, value))), 80)
    assert title is not None
    assert title.text == (f"Kettle K1, {phrase}" if phrase else "Kettle K1")


@pytest.mark.parametrize(("label", "is_said"), [("waterproof", True), ("manual", False), ("BPA-free", True)])
def test_a_boolean_is_said_only_where_its_label_is_a_quality(label: str, is_said: bool) -> None:
    title = write_title(Product((NAME, ProductField(label, label, "boolean", "yes", (), True, relation="is"))), 80)
    assert title is not None
    assert title.text == (f"Kettle K1, {label}" if is_said else "Kettle K1")


def test_a_brand_is_kept_before_the_end_of_a_long_name() -> None:
    title = write_title(named("Patch cable (RJ45), 0.91 m (3 ft)", "Tripp"), 30)
    assert title is not None
    assert title.text == "Tripp Patch cable (RJ45)"


def test_a_colour_that_is_a_boolean_is_no_colour() -> None:
    printing = ProductField("colour", "colour", "boolean", "yes", ("yes",), True, relation="has")
    alt_text, title = write_alt_text(Product((NAME, printing)), 125), write_title(Product((NAME, printing)), 80)
    assert alt_text == title
    assert title is not None
    assert title.text == "Kettle K1"


def test_a_value_in_the_name_is_not_said_again() -> None:
    title = write_title(
        Product((*named("Kettle 1.7L copper").fields, colour("Copper"), measure("capacity", "1.7 l"))), 80
    )
    assert title is not None
    assert title.text == "Kettle 1.7L copper"


@pytest.mark.parametrize(
    ("name", "limit", "shortened"),
    [
        ("Garden chair, cushion not included", 20, "Garden chair"),
        ("Garden chair (without cushion)", 20, "Garden chair"),
        ("Battery for Acme 3000 and Acme 4000", 20, "Battery"),
        ("Laptop battery charger", 15, ""),
        ("No added sugar cookies", 15, ""),
        ("Table 1,5 m", 11, "Table 1,5 m"),
    ],
)
def test_a_name_is_cut_where_it_stays_true(name: str, limit: int, shortened: str) -> None:
    assert shorten_name(name, limit) == shortened


def test_alt_text_shows_a_colour_only_where_there_is_one() -> None:
    copper = write_alt_text(Product((NAME, BRAND, TYPE, colour("copper"))), 125)
    assert copper is not None
    assert copper.text == "Lund Kettle K1 in copper"
    assert copper.spans[-1] == FieldSpan(18, 24, "colour")
    several = write_alt_text(Product((NAME, colour("copper", "white"))), 125)
    assert several is not None
    assert several.text == "Kettle K1"


def test_two_colours_are_not_joined_by_and() -> None:
    title = write_title(Product((NAME, colour("black", "white"))), 80)
    assert title is not None
    assert title.text == "Kettle K1, black/white"


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"name": "Bread E", "gluten-free": "yes, but may contain traces of wheat"}, "Bread E"),
        ({"name": "Muesli M", "vegan": "yes, but may contain traces of milk"}, "Muesli M"),
        ({"name": "Tent T", "waterproof": "yes, except the floor", "foldable": "yes"}, "Tent T, foldable"),
        ({"name": "Watch W", "waterproof": "yes (not for diving)"}, "Watch W"),
        ({"name": "Toy B", "washable": "yes - surface only"}, "Toy B"),
    ],
)
def test_a_quality_with_a_condition_is_none_for_a_title(fields, title) -> None:
    written = write_title(understand_fields(fields), 80)
    assert written is not None
    assert written.text == title


@pytest.mark.parametrize(
    "colour", ["red on request", "not red", "red (except handle)", "red or blue", "red, lid white"]
)
def test_a_colour_with_a_condition_is_none_for_an_alt_text(colour) -> None:
    written = write_alt_text(understand_fields({"name": "Mug M", "colour": colour}), 80)
    assert written is not None
    assert written.text == "Mug M"


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        # The pack and the size that a name has in its own writing.
        ({"name": "Gel pen 0.7 ast pk12", "pack quantity": "12"}, "Gel pen 0.7 ast pk12"),
        ({"name": "Copier Paper A4 80gsm", "size": "A4"}, "Copier Paper A4 80gsm"),
        ({"name": "Gel pen 0.7", "pack quantity": "12"}, "Gel pen 0.7, 12-pack"),
        # A pack of the trade.
        ({"name": "XLR cable 5 m", "price basis": "each", "pack size": "5"}, "XLR cable 5 m"),
        # What no customer looks for in a list of results, and the material of a part.
        ({"name": "Turntable TT3", "lead time": "10 days", "guarantee": "2 years"}, "Turntable TT3, 2-year guarantee"),
        ({"name": "Marker M1", "material": "aluminium barrel"}, "Marker M1"),
        # A casserole is not bought by its weight, cheese is; of a set the pack counts the parts.
        ({"name": "Casserole C", "net weight": "5480 g", "height": "17 cm"}, "Casserole C"),
        ({"name": "Alpha", "type": "cheese", "net weight": "250 g"}, "Alpha cheese, 250 g"),
        ({"name": "Brake disc set", "pack quantity": "2"}, "Brake disc set"),
        ({"name": "Toaster T", "colour": "BLK/ST"}, "Toaster T"),
        ({"name": "Shelf S", "material": "solid oak", "weight": "4 kg"}, "Shelf S, solid oak"),
    ],
)
def test_a_title_says_what_decides_and_says_it_once(fields, title) -> None:
    written = write_title(understand_fields(fields), 80)
    assert written is not None
    assert written.text == title
