"""Sentence spans: by hand-worked examples, by property, and on text made to be slow."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from ingest.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["One.", "Two!", "Three?", "Four"],
        ["Mr. Smith met Dr. J. K. Rowling in the U.S. Army.", "It cost 3.5 m.", "He left at 5 p.m.", "The end."],
        ["See Fig. 3 and No. 5, e.g. this, i.e. that.", "No.", "It is Roe vs. Wade."],
        ["It fell to Helena (b. 1846) and Leo (r. 1868–71).", "They ruled."],
        ["He lives in the U.S.", "The rest do not.", "Smith et al.", "However, Apple Inc. CEO Tim spoke."],
        ["Visit https://a.b/c?d=e.f or mail a.b@c.org.", "Version 1.2.3 is out!", "Yahoo! is old."],
        ['"Really?" he asked.', '"Yes."', "(It was so.)", "[Or not.]", "He said “no.”", "Then he left."],
        ["Then… nothing... more.", "Well...", "More."],
        ["It began in 1999.[3]", "The war ended.[4][5]", "Peace."],
        ["I have an iPhone.", "iPads are larger."],
        ["it is great .", "i love it .", "the end ."],
        ["Approx. five of Univ. of X. came."],
        ["Am 3. Oktober war es.", "Er sagte z. B. nichts.", "Das war u. a. bzw. vgl. oben."],
        ["¿Qué?", "¡Sí!", "El Sr. Gómez vino."],
        ["«\u00a0Bonjour.\u00a0»", "Il part avec M. Dupont."],
        ["1. Open the box.", "Then close it."],
    ],
    ids=lambda parts: parts[0],
)
def test_prose(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


def test_chinese_and_japanese_stops_need_no_space() -> None:
    assert sentences("今日は晴れ。明日は雨！「そうですか。」はい") == [
        "今日は晴れ。",
        "明日は雨！",
        "「そうですか。」",
        "はい",
    ]


def test_a_single_line_break_is_soft_wrapping_and_a_blank_line_is_an_end() -> None:
    assert sentences("The text is\nwrapped here.\nTwo\n\nthree") == ["The text is\nwrapped here.", "Two", "three"]
    assert sentences("one\r\ntwo\r\n \r\nthree") == ["one\r\ntwo", "three"]


def test_list_items_table_rows_and_headings_end_at_their_line() -> None:
    text = (
        "# Returns\nWe pay\n- the fare\n  and more\n- Dr. X\n1) a\n2. b\n"
        "Name | No. | Is it. So?\n--- | ---\na\tb. C\nlast"
    )
    assert sentences(text) == [
        "# Returns",
        "We pay",
        "- the fare\n  and more",
        "- Dr. X",
        "1) a",
        "2. b",
        "Name | No. | Is it. So?",
        "--- | ---",
        "a\tb. C",
        "last",
    ]
    assert sentences("Shipping and Returns\nWe ship daily\nto all.\nTitle\n=====\nBody") == [
        "Shipping and Returns",
        "We ship daily\nto all.",
        "Title\n=====",
        "Body",
    ]


def test_wrapped_initials_are_no_list_items() -> None:
    assert sentences("It was J.\nK. Rowling who\nA. B. Carter knew.") == [
        "It was J.\nK. Rowling who\nA. B. Carter knew."
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Country: Norway; Hotel: 210 EUR\nCountry: Denmark; Hotel: 190 EUR", 2),
        ("sku: A1; price: 5\nsku: A2; price: 7", 2),
        ("Weight: 3 kg\nColour: red\nWashable: no", 3),
        ("He gave one reason: the\nweather was bad; it rained.", 1),
    ],
)
def test_lines_of_names_and_values_are_sentences(text: str, count: int) -> None:
    assert len(sentence_spans(text)) == count


def test_nothing_has_no_sentences() -> None:
    assert sentence_spans("") == sentence_spans(" \n\t\u2029 ") == []


PIECES = st.sampled_from(
    [
        *'.!…。»")| \n\t\r\u00a0\u2029\x1c\x85ß語i3J',
        "- ",
        "# ",
        " | ",
        "===",
        "[1]",
        "Mr",
        "e.g",
        "U.S",
        "word",
        "The",
        "No",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join)))
def test_spans_are_in_order_and_cover_all_but_white_space(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    "unit", ["a", ".", " ", "\n", " .", "a. ", '"', '."', ".a", "\n ", "a\n", "|\n", "[1]", "\u00a0", "#"]
)
def test_ugly_text_comes_to_an_end(unit: str) -> None:
    text = unit * (10**6 // len(unit))
    covered = sum(end - start for start, end in sentence_spans(text))
    assert len("".join(text.split())) <= covered <= len(text)
