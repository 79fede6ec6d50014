"""Rows of variants that leave out what they share."""

from __future__ import annotations

from rag.describe.catalogue.product_file import read_products


def test_a_variant_has_what_it_shares_with_the_first_row(tmp_path) -> None:
    (tmp_path / "p.csv").write_text(
        "Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Barcode\n"
        "lamp,Lamp Vesta,Lund,Size,S,L-S,123\nlamp,,,,M,L-M,\nrug,Rug Fog,Borg,Size,L,R-L,\n,,Lund,,,,9\n",
        "utf-8",
    )
    rows = read_products([], tmp_path / "p.csv")
    assert [row["Title"] for row in rows] == ["Lamp Vesta", "Lamp Vesta", "Rug Fog", ""]
    assert rows[1] == {
        "Handle": "lamp", "Title": "Lamp Vesta", "Vendor": "Lund", "Option1 Name": "Size", "Option1 Value": "M",
        "Variant SKU": "L-M", "Variant Barcode": "",
    }  # fmt: skip


def test_a_table_without_handles_stays_as_it_is(tmp_path) -> None:
    (tmp_path / "p.csv").write_text("sku,name\n1,Lamp\n2,\n", "utf-8")
    assert [row["name"] for row in read_products([], tmp_path / "p.csv")] == ["Lamp", ""]


def test_a_variation_has_what_its_parent_has(tmp_path) -> None:
    (tmp_path / "p.csv").write_text(
        "ID,Type,SKU,Name,Parent,Brands,Regular price,Attribute 1 name,Attribute 1 value(s)\n"
        'L1,variable,LAMP,Lamp Vesta,,Lund,,Base,"E14, E27"\n2,variation,LAMP-14,Lamp Vesta - E14,LAMP,,9.90,Base,E14\n'
        "3,variation,LAMP-27,,id:L1,,,,E27\n4,simple,RUG,Rug Fog,,,5.00,,\n5,variation,X,Rug,GONE,,,,\n",
        "utf-8",
    )
    rows = read_products([], tmp_path / "p.csv")
    assert [row["Brands"] for row in rows] == ["Lund", "Lund", "Lund", "", ""]
    assert rows[2]["Name"] == "Lamp Vesta"
    assert (rows[2]["Attribute 1 name"], rows[2]["Attribute 1 value(s)"]) == ("Base", "E27")
    assert rows[2]["Regular price"] == ""
