"""Tables: encodings, separators, quotes, names and ragged rows."""

from __future__ import annotations

import pytest

from ingest.errors import RowsError
from rag.describe.catalogue.text_table import TextTable, number_names


def table_of(folder, content: str | bytes, name: str = "t.csv", encoding: str = "utf-8") -> TextTable:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return TextTable.open(path)


def cells_of(table: TextTable) -> list[dict[str, str]]:
    return [row.cells for row in table.rows()]


@pytest.mark.parametrize(
    ("encoding", "known_as", "noted"),
    [("utf-8", "utf-8-sig", 0), ("utf-8-sig", "utf-8-sig", 0), ("utf-16", "utf-16", 0), ("cp1252", "cp1252", 1)],
)
def test_encodings(tmp_path, encoding, known_as, noted) -> None:
    table = table_of(tmp_path, "name,price\nKüche,3 €\n", encoding=encoding)
    assert (table.encoding, cells_of(table)) == (known_as, [{"name": "Küche", "price": "3 €"}])
    assert [note.partition(" was read as ")[2] for note in table.notes] == ["cp1252 (Windows, Western Europe)"] * noted


@pytest.mark.parametrize(
    ("content", "separator", "row"),
    [
        ("name;price\nBrot, frisch;3,50\nMilch;1,20\n", ";", {"name": "Brot, frisch", "price": "3,50"}),
        ("name;price, EUR;colour\nBrot;3,50;rot\n", ";", {"name": "Brot", "price, EUR": "3,50", "colour": "rot"}),
        ("name\tparts\na, b\tc, d\n", "\t", {"name": "a, b", "parts": "c, d"}),
        ("name|size\nx|1;2\n", "|", {"name": "x", "size": "1;2"}),
        ("name,text\nx,a; b; c\n", ",", {"name": "x", "text": "a; b; c"}),
        ("name\nLamp, red\nCup, blue\n", ",", None),
        ("name\nLamp\nCup\n", ",", {"name": "Lamp"}),
        ("sep=;\nname;a,b\nx;1\n", ";", {"name": "x", "a,b": "1"}),
        ('name;text\nx;"a\nb ""c""; d"\n', ";", {"name": "x", "text": 'a\nb "c"; d'}),
    ],
)
def test_separators(tmp_path, content, separator, row) -> None:
    table = table_of(tmp_path, content)
    assert table.separator == separator
    if row is None:
        with pytest.raises(RowsError, match=r"t\.csv, line 2 \(row 1\): 2 cells, but the header has 1; a value with"):
            cells_of(table)
    else:
        assert cells_of(table)[0] == row


def test_names_are_numbered_and_columns_without_one_left_out(tmp_path) -> None:
    table = table_of(tmp_path, "colour, colour ,,colour 2,\nred,blue,x,green,\n")
    assert cells_of(table) == [{"colour": "red", "colour 3": "blue", "colour 2": "green"}]
    assert table.notes == (
        f"{table.path}: repeated columns were numbered: colour 3",
        f"{table.path}: left out for want of a name: column 3",
    )
    assert number_names(["a", "a", "a", ""]) == ("a", "a 2", "a 3", "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('name,text\na,"b\nc"\n\nd,e,f\n', r"line 5 \(row 2\): 3 cells, but the header has 2"),
        ("name,text\na,b\nc\n", r"line 3 \(row 2\): 1 cell, but the header has 2"),
        ('name,text\na,b\nc,"d\ne,f\n', "line 3: a quote that is not closed"),
        ('name,text\na,"b" c\n', r"line 2: not readable as CSV"),
        ("", "holds no rows: not even a header"),
        (b"PK\3\4\0\0", "is not a text file: save it as CSV, in UTF-8"),
        (b"name\n\x81\xff\n", "is neither UTF-8 nor cp1252 text"),
    ],
)
def test_what_cannot_be_read_is_one_line_that_says_where(tmp_path, content, message) -> None:
    with pytest.raises(RowsError, match=message) as raised:
        cells_of(table_of(tmp_path, content))
    assert "\n" not in str(raised.value)


def test_separators_at_the_end_of_a_row_are_no_cells(tmp_path) -> None:
    assert cells_of(table_of(tmp_path, "a,b\n1,2,,\n")) == [{"a": "1", "b": "2"}]
