import pytest
from hypothesis import given, strategies as st

from ingest.parsers.decode import clean, decode, is_binary

GERMAN = "Die Straße führt über die Brücke nach Köln, wo schöne Häuser stehen. " * 3
RUSSIAN = "Все люди рождаются свободными и равными в своем достоинстве и правах. " * 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_unicode_with_and_without_mark(encoding: str) -> None:
    assert decode(GERMAN.encode(encoding))[0] == GERMAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        ("Müller & Söhne", "cp1252"),
        ("Le café coûte 3 € à Orléans", "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        ("すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。" * 4, "shift_jis"),
        ("すべての人間は、生まれながらにして自由であり" * 4, "iso2022_jp"),
        ("人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心。" * 6, "gb18030"),
    ],
)
def test_legacy_encodings_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding))[0] == text


def test_what_html_declares_is_believed_when_it_fits() -> None:
    page = '<html><head><meta charset="iso-8859-2"></head><body>Zażółć gęślą jaźń</body></html>'
    assert decode(page.encode("iso-8859-2")) == (page, "iso8859-2")
    wrong = '<meta charset="no-such-thing"><p>Grüße</p>'
    assert decode(wrong.encode("cp1252")) == (wrong, "cp1252")


def test_utf8_cut_in_mid_character_is_still_utf8() -> None:
    text, encoding = decode(("Übermäßig schöne Größe " * 3).encode()[:-1] + "ß".encode()[:1])
    assert encoding == "utf-8"
    assert text.startswith("Übermäßig schöne Größe ")
    assert text.endswith("\ufffd")


def test_control_characters_and_surrogates_go_and_lines_end_alike() -> None:
    assert clean("a\x00b\r\nc\rd\x07\ud800e\x0cf\ufeff") == "ab\nc\nde\n\nf"


def test_line_separators_stay_for_formats_where_they_are_data() -> None:
    assert decode('{"a": "b\u2028c"}'.encode())[0] == '{"a": "b\u2028c"}'


@given(st.binary(max_size=300))
def test_any_bytes_decode_to_text_that_utf8_can_hold(data: bytes) -> None:
    text, encoding = decode(data)
    text.encode("utf-8")
    assert "\x00" not in text
    assert "\r" not in text
    assert isinstance("".encode(encoding), bytes)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1).filter(str.isprintable))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode())[0] == text


def test_binary_is_told_from_text() -> None:
    assert is_binary(bytes(range(256)) * 10)
    assert not is_binary("ein Text mit ümläuten\n".encode("cp1252"))
    assert not is_binary("wide text".encode("utf-16-le"))
    assert not is_binary(b"one stray \x00 in a long line of otherwise quite normal text, as exports have them")
