from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import InputError
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.check import check_licence
from rag.describe.product import Product, ProductField

PHRASES = AllowedPhrases(
    ("dermatologically tested", "hand-made in Wales", "hand-made", "Free returns, always", "1.5 l")
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dermatologically  tested.", ["Dermatologically  tested"]),
        ("It is hand made in WALES.", ["hand made in WALES"]),
        ("It is hand-made in Spain.", ["hand-made"]),
        ("Free returns, always!", ["Free returns, always"]),
        ("Free returns. Always fresh.", []),
        ("Dermatologically. Tested by us.", []),
        ("It is not dermatologically tested, and isn’t hand-made.", []),
        ("Handmade and testedly dermatologically", []),
        ("It holds 1.5 l.", ["1.5 l"]),
        ("It holds 15 l, 1,5 l or -1.5 l.", []),
        ("", []),
    ],
)
def test_phrases_match_word_for_word(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in PHRASES.spans(text)] == expected


def test_a_phrase_may_begin_with_a_denial() -> None:
    text = "Sold with no questions asked."
    assert AllowedPhrases(("no questions asked",)).matches(text) == ((10, 28, "no questions asked"),)


def test_a_file_has_a_phrase_a_line_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "claims.txt"
    file.write_text(
        "# approved\n\n  soft as a cloud \nfree returns # since May\n\\#1 in Wales\nsoft as a cloud\n", "utf-8"
    )
    assert AllowedPhrases.read(file).phrases == ("soft as a cloud", "free returns", "#1 in Wales")
    assert AllowedPhrases.read(file).spans("Our #1 in Wales") == ((4, 15),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no phrases at .*give a text file with one phrase a line"),
        (b"# nothing yet\n", "holds no phrase: write one a line, such as"),
        (b"soft\n---\n", "line 2: '---' holds no word"),
        (b"caf\xe9\n", "is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "claims.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        AllowedPhrases.read(file)
    assert "\n" not in str(error.value)


def test_further_phrases_are_added_once_and_change_the_fingerprint() -> None:
    more = PHRASES.with_phrases(["hand-made", "vegan"])
    assert more.phrases == (*PHRASES.phrases, "vegan")
    assert more.fingerprint != PHRASES.fingerprint == AllowedPhrases(tuple(reversed(PHRASES.phrases))).fingerprint


def test_thousands_of_phrases_are_matched_in_linear_time() -> None:
    phrases = AllowedPhrases(tuple(f"phrase {number} of the house" for number in range(10_000)))
    assert len(phrases.spans("This is phrase 77 of the house. " * 500)) == 500


def test_the_licence_check_and_the_rules_take_the_same_phrases() -> None:
    product = Product((ProductField("name", "name", "name", "Kettle K1", ("Kettle K1",)),))
    text = "The Kettle K1 is hand made in Wales."
    assert check_licence(text, product, PHRASES).is_true
    assert not check_licence(text, product).is_true
