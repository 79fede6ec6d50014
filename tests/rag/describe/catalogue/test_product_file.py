"""Files of products: every kind as a stream, and the field that tells products apart."""

from __future__ import annotations

import json

import pytest

from ingest.errors import RowsError
from rag.describe.catalogue.output_rows import OutputRow, write_output
from rag.describe.catalogue.product_file import ProductFile, ProductRow, name_words
from rag.describe.catalogue.text_table import TextTable

ROWS = [{"sku": 7, "name": "Ü", "tags": ["a", "b"], "size": {"w": 1}}, {"sku": 8, "name": "y", "new": True}]
FLAT = [
    ProductRow(1, {"sku": 7, "name": "Ü", "tags": "a, b", "size": '{"w": 1}'}, ROWS[0]),
    ProductRow(2, {"sku": 8, "name": "y", "new": True}, ROWS[1]),
]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", json.dumps(ROWS, indent=1)),
        ("p.jsonl", "\n".join(map(json.dumps, ROWS))),
        ("p.jsonl", "\ufeff" + json.dumps(ROWS[0]) + "\n\n" + json.dumps(ROWS[1], ensure_ascii=False) + "\r\n"),
        ("p.ndjson", json.dumps(ROWS)),
    ],
)
def test_json_of_any_shape(tmp_path, name, content) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    products = ProductFile.open(tmp_path / name)
    assert list(products.rows()) == list(products.rows()) == FLAT
    assert (products.count, products.id_fields) == (2, ("sku",))
    assert products.columns == ("sku", "name", "tags", "size", "new")


@pytest.mark.parametrize("separator", ["\t", "|", ";", ","])
@pytest.mark.parametrize("name", ["p.csv", "p.tsv", "p.txt", "p.tab"])
def test_a_sheet_is_read_whatever_separates_its_columns_and_ends_its_name(tmp_path, name, separator) -> None:
    lines = (("SKU", "NAME", "WARN"), ("0041", "Wok", "do not heat empty"))
    (tmp_path / name).write_text("\n".join(map(separator.join, lines)))
    assert [dict(row.fields) for row in ProductFile.open(tmp_path / name).rows()] == [dict(zip(*lines, strict=True))]


def test_lines_of_json_are_read_whatever_ends_the_name(tmp_path) -> None:
    (tmp_path / "p.txt").write_text('{"name": "Wok"}\n{"name": "Pan"}\n')
    assert [row.fields["name"] for row in ProductFile.open(tmp_path / "p.txt").rows()] == ["Wok", "Pan"]


def test_one_indented_object_is_one_product(tmp_path) -> None:
    (tmp_path / "p.json").write_text('{\n "name": "x"\n}')
    assert list(ProductFile.open(tmp_path / "p.json").rows()) == [ProductRow(1, {"name": "x"}, {"name": "x"})]


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ("name,price\na,1\nb,2\n", ()),
        ("handle,Variant SKU,id\nx,1,5\nx,2,6\n", ("id", "Variant SKU")),
        ("productId,name\n1,a\n,b\n", ()),
        ("EAN,Article_No\n1,a\n2,a\n", ("EAN",)),
        ("category id\n1\n2\n", ()),
    ],
)
def test_id_fields_have_a_usual_name_and_differ_in_every_row(tmp_path, table, fields) -> None:
    (tmp_path / "p.csv").write_text(table)
    assert ProductFile.open(tmp_path / "p.csv").id_fields == fields


def test_words_of_a_name() -> None:
    assert [name_words(name) for name in ("productId", "Product_ID", "_id", "SKU")] == [
        "product id", "product id", "id", "sku",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.csv", "name,price\n", r"p\.csv holds no rows, only a header"),
        ("p.csv", "name,price\na,1\n,\n", r"product 2 of 2 has no field with a value"),
        ("p.jsonl", '{"a": 1}\n{"a": \n', r"p\.jsonl, line 2: not JSON"),
        ("p.json", "[1]", "each row has to be an object of fields, not int"),
        ("p.json", "[]", "holds no rows"),
        ("p.xlsx", "", "is a workbook: save its sheet as CSV"),
    ],
)
def test_mistakes_are_one_line(tmp_path, name, content, message) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(RowsError, match=message) as raised:
        ProductFile.open(tmp_path / name)
    assert "\n" not in str(raised.value)


def test_a_repeated_id_is_told_once(tmp_path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nJ1,Mint\nJ2,Earl\nJ1,Sencha\nJ2,Oolong\n")
    products = ProductFile.open(path)
    assert products.id_fields == ()
    assert products.notes == (
        f"{path}: products 1 and 3 have the same sku, 'J1': products are told apart by all their fields instead",
    )
    path.write_text("sku,handle,name\nJ1,tea,Mint\nJ2,tea,Earl\n")  # the sku is enough
    assert (ProductFile.open(path).id_fields, ProductFile.open(path).notes) == (("sku",), ())


@pytest.mark.parametrize(
    ("content", "separator", "has_mark"),
    [
        ("sku;name\n1;Tée\n".encode("cp1252"), ";", True),
        ("sku\tname\n1\tTée\n".encode("utf-8-sig"), "\t", True),
        ("sku,name\n1,Tée\n".encode(), ",", False),
        ("sku;name\n1;Tée\n".encode(), ";", False),
    ],
)
def test_the_output_is_written_as_the_input_was(tmp_path, content, separator, has_mark) -> None:
    (tmp_path / "p.csv").write_bytes(content)
    products = ProductFile.open(tmp_path / "p.csv")
    assert (products.separator, products.has_mark) == (separator, has_mark)
    row = OutputRow({"sku": "1", "name": "Tée"}, {"description": "A; b"}, {}, "draft")
    write_output(tmp_path / "o.csv", products, ["description"], (), [row])
    table = TextTable.open(tmp_path / "o.csv")
    assert (table.separator, table.has_mark) == (separator, has_mark)
    [cells] = [one.cells for one in table.rows()]
    assert cells == {"sku": "1", "name": "Tée", "description": "A; b", "state": "draft"}
