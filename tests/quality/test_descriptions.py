"""The measuring of descriptions, by value on products of no catalogue."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import pytest
from description_systems import HOUSE_RULES, WrittenText, describe_by_rules, find_system, read_kept_texts
from descriptions import MeasuredText, keep_common, measure_text, show_table, summarise
from held_out_products import CATALOGUES, Catalogue, draw_products, write_products

from rag.describe.catalogue.product_file import ProductFile, ProductRow
from rag.describe.fields.understand import understand_fields
from rag.describe.house_rules.rulebook import RuleBook

KETTLE = {"name": "Kettle K1", "brand": "Lund", "cordless": "no", "colour": "copper", "weight": "0.9 kg"}
SHOP = Catalogue("shop", Path("shop.jsonl"), 2, 1)


def measure(text: str, system: str = "rules", number: int = 1) -> MeasuredText:
    row = ProductRow(number, KETTLE, KETTLE)
    written = WrittenText(text, 0.5, "" if text else "no field can be stated")
    return measure_text(system, SHOP, row, written, understand_fields(KETTLE), RuleBook.read(HOUSE_RULES))


def test_a_true_text_and_an_invented_one() -> None:
    texts = [
        measure("The Lund Kettle K1 is copper, weighs 0.9 kg and is not cordless."),
        measure("The Lund Kettle K1 is an elegant cordless kettle of 1.2 kg, the best for the whole family.", number=2),
    ]
    figures = summarise(texts)
    assert (figures["products"], figures["refused"], figures["clean"]) == (2, 0, "50.0")
    assert (figures["contra"], figures["numbers"], figures["rules"]) == (1, 1, 1)
    assert texts[0].check.untrue_words == 0
    assert texts[1].check.untrue_words >= 4  # elegant, cordless, 1.2 kg, family
    assert texts[1].broken == ('long says "the best", which is banned',)


def test_a_refused_text_states_nothing_and_is_not_clean() -> None:
    figures = summarise([measure("")])
    assert (figures["refused"], figures["clean"], figures["priority"], figures["rules"]) == (1, "0.0", "0.0", 0)
    assert str(figures["unlicensed"]).startswith("nan")


def test_the_table_has_a_total_for_each_system() -> None:
    true = "The Lund Kettle K1 is copper, weighs 0.9 kg and is not cordless."
    lines = list(show_table([measure(true), measure(true, "before")]))
    assert [line.split(" | ")[:2] for line in lines[2:]] == [
        ["| rules", "shop"], ["| rules", "all"], ["| before", "shop"], ["| before", "all"],
    ]  # fmt: skip


def test_systems_are_compared_on_the_products_of_all() -> None:
    row = ProductRow(1, KETTLE, KETTLE)
    texts = [(measure("", "rules", 1), row), (measure("", "rules", 2), row), (measure("", "before", 2), row)]
    assert [(text.system, text.number) for text, _ in keep_common(texts, ["rules", "before"])] == [
        ("rules", 2),
        ("before", 2),
    ]


def test_kept_texts_are_known_by_their_fields(tmp_path: Path) -> None:
    other = {**KETTLE, "colour": "red"}
    file = write_products(SHOP, [KETTLE, other], tmp_path / "products")
    kept = tmp_path / "kept/part1"
    kept.mkdir(parents=True)
    (kept / "shop.jsonl").write_text(json.dumps({"fields": other, "description": "A red kettle."}) + "\n")
    assert read_kept_texts(tmp_path / "kept", file) == [None, WrittenText("A red kettle.")]


def test_rules_describe_what_a_file_holds(tmp_path: Path) -> None:
    [kettle, nothing] = describe_by_rules(write_products(SHOP, [KETTLE, {"id": "7"}], tmp_path))
    assert kettle is not None
    assert "Lund" in kettle.text
    assert not kettle.reason
    assert nothing is not None
    assert not nothing.text
    assert nothing.reason


def test_the_command_line_writes_what_the_describer_writes(tmp_path: Path) -> None:
    file = write_products(SHOP, [KETTLE, {**KETTLE, "name": "Kettle K2", "colour": "the best red"}], tmp_path)
    texts = find_system("default", tmp_path, tmp_path)(file)
    assert [text.text for text in texts if text] == [text.text for text in describe_by_rules(file) if text]
    assert [bool(text.reason) for text in texts if text] == [False, True]  # "the best" is banned


@pytest.mark.parametrize("delimiter", ["", ";"])
def test_products_keep_their_form(tmp_path: Path, delimiter: str) -> None:
    products = [{"name": "Mug; large", "price": "4,50"}, {"name": "Cup", "price": ""}]
    path = write_products(Catalogue("shop", Path("shop"), 2, 1, delimiter), products, tmp_path)
    assert path.suffix == (".csv" if delimiter else ".jsonl")
    assert [dict(row.fields) for row in ProductFile.open(path).rows()] == products


def test_four_hundred_products_of_eight_catalogues_a_hundred_for_reading() -> None:
    assert sum(one.products for one in CATALOGUES) == 400
    assert sum(one.reading for one in CATALOGUES) == 100
    assert len(CATALOGUES) == 8


def test_a_draw_is_the_same_each_time_and_keeps_texts_out() -> None:
    for catalogue in CATALOGUES:
        if catalogue.path.exists():
            products = draw_products(catalogue)
            assert products == draw_products(catalogue)
            assert len(products) == catalogue.products
            assert not any(name in product for product in products for name in catalogue.texts)
            if catalogue.name == "icecat":
                assert all(int(product["id"]) % 2 for product in products)
