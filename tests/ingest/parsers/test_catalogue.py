"""CSV, JSON lines and JSON: rows become documents."""

import json
from collections.abc import Callable

import pytest

from ingest.errors import ParseError
from ingest.parsers import Parsed, ParseSettings
from ingest.types import Document

Read = Callable[..., Parsed]
Blocks = Callable[[Document], list[tuple[str, str]]]

PRODUCTS = """sku;name;description;price;brand;in_stock;ean
A1;Trowel;"A small spade;
for pots.";12.50;Gard;true;0123456789012
A2;Can;Holds 5 l.;18;;false;4123456789012
"""


def test_product_rows_show_their_other_fields(read: Read, blocks: Blocks) -> None:
    first, second = read("p.csv", PRODUCTS).documents
    assert (first.source, second.source) == ("p.csv#A1", "p.csv#A2")
    assert blocks(first) == [
        ("title", "Trowel"),
        ("text", "A small spade;\nfor pots."),
        ("list", "Sku: A1\nPrice: 12.50\nBrand: Gard\nIn stock: yes\nEan: 0123456789012"),
    ]
    assert first.metadata == {
        "sku": "A1",
        "name": "Trowel",
        "price": 12.5,
        "brand": "Gard",
        "in_stock": True,
        "ean": "0123456789012",
    }
    assert second.metadata["price"] == 18
    assert second.metadata["ean"] == "4123456789012", "a code stays text where its column has leading zeros"
    assert "brand" not in second.metadata


def test_corpus_rows_are_title_and_text(read: Read) -> None:
    lines = (
        '{"_id": "7", "title": "On Cats", "text": "They sleep.\\n\\nA lot."}\n{"_id": "8", "title": "", "text": "x"}\n'
    )
    first, second = read("corpus.jsonl", lines).documents
    assert (first.source, first.text) == ("corpus.jsonl#7", "On Cats\n\nThey sleep.\n\nA lot.")
    assert (second.source, second.text) == ("corpus.jsonl#8", "x")
    assert second.metadata == {"_id": "8"}


def test_every_column_but_addresses_and_running_numbers_is_in_the_text(read: Read) -> None:
    rows = (
        "id,code,subject,body,status,link,hash\n"
        f"1,T-7,Gate stuck,It does not move.,open,https://x.org/7,{'0a' * 16}\n"
        f"2,T-9,Lamp out,The lamp is dark.,closed,https://x.org/9,{'0b' * 16}\n"
    )
    first, second = read("t.csv", rows).documents
    assert first.text == "Gate stuck\n\nIt does not move.\n\nCode: T-7\nStatus: open"
    assert (second.source, second.metadata["link"]) == ("t.csv#2", "https://x.org/9")
    # The text of a field that is named like one may be a code.
    (row, _) = read("p.csv", "article,fee\nK-1,0.50\nK-2,0.70\n").documents
    assert row.text == "Article: K-1\nFee: 0.50"
    # JSON writes numbers, too, and a key.
    (row, _) = read(
        "p.jsonl", '{"sku": "A", "name": "Cup", "left": 3}\n{"sku": "B", "name": "Pot", "left": 0}'
    ).documents
    assert row.text == "Cup\n\nSku: A\nLeft: 3"


def test_a_header_of_two_lines(read: Read) -> None:
    rows = "Team,2025,,2026,\n,Heads,Cost,Heads,Cost\nPress,4,90,5,99\nSales,7,120,8,130\n"
    (first, _) = read("a.csv", rows).documents
    assert first.text == "Team: Press\n2025 / Heads: 4\n2025 / Cost: 90\n2026 / Heads: 5\n2026 / Cost: 99"


def test_template_over_the_fields(read: Read) -> None:
    settings = ParseSettings(template="{name}: {missing}{description} ({price:.2f}) {{{brand}}}")
    first, second = read("p.csv", PRODUCTS, settings).documents
    assert first.text == "Trowel: A small spade;\nfor pots. (12.50) {Gard}"
    assert second.text == "Can: Holds 5 l. (18.00) {}"


def test_template_reaches_no_attributes(read: Read) -> None:
    settings = ParseSettings(template="{name.__class__}|{name}")
    assert read("p.csv", "name,x\nCan,1\nPot,2\n", settings).documents[0].text == "|Can"


def test_a_template_without_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="names no field"):
        ParseSettings(template="all the same")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(read: Read, delimiter: str, encoding: str) -> None:
    rows = [["id", "name", "ort"], ["1", "Jürgen", "Köln"], ["2", "Zoë", "Bad Öhn"]]
    data = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    documents = read("a.csv", data).documents
    assert [document.text for document in documents] == ["Jürgen\n\nOrt: Köln", "Zoë\n\nOrt: Bad Öhn"]
    assert documents[0].metadata == {"id": 1, "name": "Jürgen", "ort": "Köln"}


def test_keys_that_repeat_or_lack_give_way_to_row_numbers(read: Read) -> None:
    assert [d.source for d in read("a.csv", "id,name\n1,a\n1,b\n").documents] == ["a.csv#1", "a.csv#2"]
    assert [d.source for d in read("a.csv", "id,name\nx,a\n,b\n").documents] == ["a.csv#1", "a.csv#2"]
    assert [d.source for d in read("a.csv", "name,order_no\na,K7\nb,K8\n").documents] == ["a.csv#K7", "a.csv#K8"]


def test_no_header_ragged_rows_and_captions(read: Read) -> None:
    (first, *_) = read("a.csv", "1,2.5,x\n2,3.5,y\n3,,z\n").documents
    assert first.metadata == {"column 1": 1, "column 2": 2.5, "column 3": "x"}
    ragged = read("b.csv", "name,size\nA,1\nB\nC,3,extra\nD,4\n").documents
    assert [d.text for d in ragged] == ["A\n\nSize: 1", "B", "C\n\nSize: 3\nColumn 3: extra", "D\n\nSize: 4"]
    cups = read("c.csv", "Stanley Cups,,\nTeam,Location,Cups\nBlues,STL,1\nLeafs,TOR,13\n").documents
    assert cups[0].text == "Stanley Cups\n\nTeam: Blues\nLocation: STL\nCups: 1"
    assert cups[0].metadata == {"caption": "Stanley Cups", "Team": "Blues", "Location": "STL", "Cups": 1}


def test_lines_of_text_called_csv_are_not_cut_at_their_commas(read: Read) -> None:
    text = "Lorem, ipsum\ndolor\namet\nsed, do\nut\nlabore et\n"
    assert [d.text for d in read("a.csv", text).documents] == text.split("\n")[:-1]


def test_html_in_cells_is_stripped(read: Read) -> None:
    row = 'Handle,Title,Body (HTML)\nmug,Mug,"<p>Nice <b>mug</b></p><ul><li>blue</li></ul>"\ncup,Cup,<p>x</p>\n'
    assert read("a.csv", row).documents[0].text == "Mug\n\nNice mug\n\n- blue\n\nHandle: mug"


def test_ten_thousand_columns(read: Read) -> None:
    header = ",".join(f"c{number}" for number in range(10_000))
    (document,) = read("a.csv", f"{header}\n{','.join(['7'] * 10_000)}\n").documents
    assert len(document.metadata) == 10_000
    assert document.text.startswith("C0: 7\nC1: 7\n")


def test_nested_json_is_flattened_with_dots(read: Read) -> None:
    rows = [{"id": 1, "spec": {"size": {"cm": 5}}, "tags": ["a", "b"], "none": None, "big": 10**16, "p": [{"q": 1}]}]
    (document,) = read("a.jsonl", json.dumps(rows[0])).documents
    assert document.metadata == {
        "id": 1,
        "spec.size.cm": 5,
        "tags": ["a", "b"],
        "big": "10000000000000000",
        "p": '[{"q": 1}]',
    }


def test_a_bad_line_is_counted_and_does_not_stop_the_others(read: Read) -> None:
    parsed = read("a.jsonl", '{"text": "one"}\n{"text": \n{"text": "three"}\n')
    assert [document.text for document in parsed.documents] == ["one", "three"]
    assert [document.source for document in parsed.documents] == ["a.jsonl#1", "a.jsonl#3"]
    assert parsed.warnings == [
        "1 of 3 lines are not JSON and were left out; line 2: not valid JSON: Expecting value (line 1, column 10)"
    ]


def test_mostly_bad_lines_are_an_error(read: Read) -> None:
    with pytest.raises(ParseError, match="2 of 3 lines are not JSON; the first is line 1: "):
        read("a.jsonl", 'no\nno\n{"text": "x"}\n')


def test_rows_without_text_are_counted(read: Read) -> None:
    parsed = read("a.jsonl", '{"text": "one"}\n{"text": ""}\n')
    assert parsed.warnings == ["1 of 2 rows have no text and were left out"]


def test_a_line_separator_inside_a_json_string_ends_no_line(read: Read) -> None:
    parsed = read("a.jsonl", '{"text": "one\u2028two"}\n{"text": "three"}\n')
    assert [document.text for document in parsed.documents] == ["one\ntwo", "three"]
    assert parsed.warnings == []


def test_json_shapes(read: Read) -> None:
    array = '[{"sku": "G1", "name": "Trowel", "price": 2.0}, {"sku": "G2", "name": "Can", "price": 3.5}]'
    assert [d.source for d in read("a.json", array).documents] == ["a.json#G1", "a.json#G2"]
    assert [d.source for d in read("b.json", f'{{"total": 2, "items": {array}}}').documents] == [
        "b.json#G1",
        "b.json#G2",
    ]
    (tree,) = read("c.json", '{"a": {"b": [1, true]}, "c": [{"d": "x"}], "e": null}').documents
    assert tree.text == "a.b: 1, true\nc[0].d: x"


def test_saved_elements_of_unstructured(read: Read, blocks: Blocks) -> None:
    elements = [
        {"element_id": "1", "type": "Title", "text": "Fruit", "metadata": {"page_number": 1}},
        {"element_id": "2", "type": "ListItem", "text": "apple", "metadata": {"page_number": 1}},
        {"element_id": "3", "type": "ListItem", "text": "pear", "metadata": {"page_number": 1}},
    ]
    (document,) = read("a.json", json.dumps(elements)).documents
    assert blocks(document) == [("title", "Fruit"), ("list", "- apple\n- pear")]
    assert [block.page for block in document.blocks] == [1, 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ', r"not valid JSON: Expecting value \(line 1, column 7\)"),
        ('{"a": ' * 100_000, "nested too deeply"),
    ],
)
def test_broken_json(read: Read, text: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read("a.json", text)
