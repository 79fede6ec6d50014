"""Filters: what they mean, how they are written, and that SQLite agrees with the reference."""

from __future__ import annotations

import functools
import math
import sqlite3
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from ingest.types import Chunk
from stores import filter_from_dict, matches, parse_filter
from stores.base import Entry, Source
from stores.filters import And, Compare, Exists, Filter, In, Not, Or
from stores.filters.sql import SQLITE, to_sql
from stores.local import database, tables

LAPTOP = Chunk(
    "text",
    "laptops.csv#7",
    10,
    14,
    page=3,
    metadata={
        "brand": "HP",
        "price": 899.0,
        "stock": 0,
        "sold": True,
        "colours": ["red", "black", None],
        "sizes": [13, 15.6],
        "none": None,
        "empty": [],
        "price range": "low",
        "source": "hidden by the chunk's own",
    },
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brand == 'HP'", True),
        ('brand == "hp"', False),
        ("brand != 'HP'", False),
        ("brand < 'I' and brand >= 'HP'", True),
        ("price < 900 and price == 899", True),
        ("price > 899 or stock <= -1", False),
        ("price == '899'", False),
        ("sold == true", True),
        ("sold == True and not sold == false", True),
        ("sold == 1", False),
        ("sold > false", False),
        ("stock == 0 and stock != false", True),
        ("none == null and none != 0", True),
        ("missing == null", False),
        ("missing == 1", False),
        ("missing != 1", True),
        ("not missing == 1", True),
        ("missing < 1 or missing >= 1", False),
        ("exists(brand)", True),
        ("exists(none)", False),
        ("exists(missing)", False),
        ("exists(empty)", True),
        ("empty == 1 or empty == null", False),
        ("colours == 'red' and colours == 'black'", True),
        ("colours != 'red'", False),
        ("'red' in colours", True),
        ("'green' not in colours", True),
        ("colours == null", True),
        ("colours in ('green', 'black')", True),
        ("sizes < 14 and sizes > 15", True),
        ("sizes < 13", False),
        ("brand in ('Dell', 'HP')", True),
        ("brand not in ['Dell', \"HP\"]", False),
        ("missing not in (1, 2)", True),
        ("brand in ()", False),
        ("stock in (0.0, 'x')", True),
        ("sold in (1, 'true')", False),
        ("`price range` == 'low'", True),
        ("source == 'laptops.csv#7' and page == 3 and start == 10 and end < 15", True),
        ("exists(page) and exists(source)", True),
        ("page == '3'", False),
        ("source == 7 or source == null", False),
        ("not (brand == 'HP' or price > 1e6)", False),
        ("brand == 'HP' or brand == 'x' and price > 1e6", True),
        ("not brand == 'x' and not not price <= .9e3", True),
    ],
)
def test_meaning(text: str, expected: bool) -> None:
    where = parse_filter(text)
    assert matches(where, LAPTOP) is expected
    assert by_sql(where, [LAPTOP]) == [expected]


def test_what_the_parser_builds() -> None:
    assert parse_filter("a-b.c == -1.5e3") == Compare("a-b.c", "==", -1500.0)
    assert parse_filter("a in (1, 'x', null,)") == In("a", (1, "x", None))
    assert parse_filter("a == 1 and b == 2 and c == 3") == And(
        (Compare("a", "==", 1), Compare("b", "==", 2), Compare("c", "==", 3))
    )
    assert parse_filter("a == 1 or not exists(b)") == Or((Compare("a", "==", 1), Not(Exists("b"))))
    assert parse_filter("exists == 2") == Compare("exists", "==", 2)
    assert parse_filter("`and` == 1 and from == 2") == And((Compare("and", "==", 1), Compare("from", "==", 2)))
    assert parse_filter(r"a == 'it\'s \\ \"so\"'") == Compare("a", "==", 'it\'s \\ "so"')
    assert parse_filter("größe == 'ä\n'") == Compare("größe", "==", "ä\n")
    assert parse_filter("`true` == true or 1 in`or`") == Or((Compare("true", "==", True), Compare("or", "==", 1)))
    assert parse_filter("a == '`b` and # not'") == Compare("a", "==", "`b` and # not")
    assert parse_filter("`it's` == 1 and\n`a\nb` == '`'") == And((Compare("it's", "==", 1), Compare("a\nb", "==", "`")))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the end; "),
        ("brand", "'brand': expected a comparison"),
        ("brand = 'HP'", "equality is written =="),
        ("brand == ", "the end; "),
        ("brand == HP", "'HP': expected 'text' in quotes"),
        ("brand == 'HP", '"\'HP"'),
        ("(brand == 'HP'", "'(' was never closed"),
        ("brand == 'HP')", "')': unmatched ')'"),
        ("brand == 'HP' price < 3", "'price < 3'"),
        ("900 > price", "'900': the key comes first"),
        ("brand in 'HP'", "\"'HP'\": expected a list"),
        ("brand in ('HP'", "'(' was never closed"),
        ("brand not 'HP'", "\"'HP'\""),
        ("exists(brand", "'(' was never closed"),
        ("exists()", "'exists()': expected a comparison such as price < 900, or exists(key)"),
        ("and == 1", "'and == 1'"),
        ("__import__('os').system('x')", ".system("),
        ("price < 3 * 4", "'* 4'"),
        ("price < 3x", "'3x'"),
        ("(" * 10_000, "nested more than 50 deep"),
        ("not " * 10_000, "nested more than 50 deep"),
        ("not " * 60 + "a == 1", "nested more than 50 deep"),
        ("a < 1 < 2", "'a < 1 < 2': expected a comparison"),
        ("'a' 'b' in c", "\"'a' 'b'\": expected a key"),
        ("f'{a}' in c", "\"'{a}' in c\""),
        ("a == b", "'b': expected 'text' in quotes"),
        ("a == -'x'", "\"-'x'\": expected 'text' in quotes"),
        ("`a``b` == 1", "'b` == 1'"),
        ("a[0] == 1", "'a[0]': expected a key"),
        ("a == 1 # a comment", "'# a comment'"),
        ("a == 1 if b else 2", "'if b else 2'"),
        ("a := 1", "':= 1'"),
        ("a == \0", "'\\x00'"),
    ],
)
def test_mistakes_are_named_in_one_line_with_an_example(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match="cannot read the filter at ") as error:
        parse_filter(text)
    message = str(error.value)
    assert complaint in message
    assert message.endswith("an example: brand == 'HP' and price < 900 and not exists(discontinued)")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ({"brand": "HP"}, "brand == 'HP'"),
        ({"brand": "HP", "price": {"$lt": 900}}, "brand == 'HP' and price < 900"),
        ({"price": {"$gte": 1}}, "price >= 1"),
        ({"price": {"$ne": None}}, "price != null"),
        ({"brand": {"$in": ["HP", "Dell"]}}, "brand in ('HP', 'Dell')"),
        ({"brand": {"$nin": ["HP"]}}, "brand not in ('HP')"),
        ({"brand": {"$exists": True}}, "exists(brand)"),
        ({"brand": {"$exists": False}}, "not exists(brand)"),
        ({"price": {"$not": {"$gt": 3}}}, "not price > 3"),
        ({"$or": [{"a": 1}, {"b": {"$lte": 2}}]}, "a == 1 or b <= 2"),
        ({"$and": [{"a": 1}, {"b": 2}]}, "a == 1 and b == 2"),
        ({"$not": {"a": {"$eq": True}}}, "not a == true"),
    ],
)
def test_dictionaries_mean_what_the_texts_do(conditions: dict[str, object], text: str) -> None:
    assert filter_from_dict(conditions) == parse_filter(text)


def test_several_operators_on_a_key_and_an_empty_dictionary() -> None:
    both = And((Compare("price", ">", 1), Compare("price", "<", 9)))
    assert filter_from_dict({"price": {"$gt": 1, "$lt": 9}}) == both
    assert matches(filter_from_dict({}), LAPTOP)


@pytest.mark.parametrize(
    "conditions",
    [
        {"price": {"$regex": "x"}},
        {"price": {"lt": 3}},
        {"$or": {"a": 1}},
        {"$or": ["a"]},
        {"$xor": [{"a": 1}]},
        {"a": ["HP"]},
        {"a": {"$in": "HP"}},
        {"a": {"$exists": 1}},
        {"a": {"$lt": [1]}},
        {"$not": 3},
    ],
)
def test_dictionaries_with_mistakes_are_refused(conditions: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        filter_from_dict(conditions)


# --- SQLite agrees ---------------------------------------------------------------------------------------------------

KEYS = st.sampled_from(["a", "b", "", "price range", 'odd "\\ key', "source", "page", "start", "end"])
NUMBERS = st.sampled_from([0, 1, -1, 2**63, 2**63 - 1, -(2**63), 2**53 + 1, 10**400, 0.1, 0.1 + 0.2, 1.0, 1e300])
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    st.integers(-3, 3),
    st.floats(allow_nan=False),
    st.sampled_from(["", "0", "1", "a", "A", "b", "ä", "🙂", "\0", "a\0b", "true", "null"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
)
FINITE = SCALARS.filter(lambda scalar: not isinstance(scalar, float) or math.isfinite(scalar))
METADATA = st.dictionaries(KEYS, FINITE | st.lists(FINITE, max_size=3))
LEAVES = st.one_of(
    st.builds(Compare, KEYS, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), SCALARS | st.just(math.nan)),
    st.builds(In, KEYS, st.lists(SCALARS, max_size=3).map(tuple)),
    st.builds(Exists, KEYS),
)
FILTERS: st.SearchStrategy[Filter] = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.builds(And, st.lists(part, max_size=3).map(tuple)),
        st.builds(Or, st.lists(part, max_size=3).map(tuple)),
        st.builds(Not, part),
    ),
    max_leaves=5,
)
CHUNKS = st.builds(
    Chunk,
    st.just("text"),
    st.sampled_from(["a", "b", "1"]),
    st.integers(0, 3),
    st.integers(0, 3),
    st.none() | st.integers(0, 3),
    st.just(()),
    METADATA,
)


@functools.cache
def empty_database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in database.SCHEMA.split(";\n"):
        connection.execute(statement)
    return connection


def by_sql(where: Filter, chunks: list[Chunk]) -> list[bool]:
    connection = empty_database()
    connection.execute("BEGIN")
    try:
        for number, chunk in enumerate(chunks):
            tables.add(connection, Entry(Source(f"{number}", "o", "f"), [chunk], np.ones((1, 2), np.float32)))
        sql, parameters = to_sql(where, SQLITE)
        found = [value for (value,) in connection.execute(f"SELECT {sql} FROM chunks ORDER BY key", parameters)]
    finally:
        connection.execute("ROLLBACK")
    assert all(value in (0, 1) for value in found)
    return [value == 1 for value in found]


@settings(max_examples=300, deadline=None)
@given(FILTERS, st.lists(CHUNKS, min_size=1, max_size=3))
def test_sqlite_agrees_with_the_reference(where: Filter, chunks: list[Chunk]) -> None:
    assert by_sql(where, chunks) == [matches(where, chunk) for chunk in chunks]
