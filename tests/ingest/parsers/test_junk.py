"""Files without words are skipped, and texts of any kind are read."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import pytest

from ingest.errors import Unsupported
from ingest.parsers.registry import parse

RANDOM = random.Random(7)
NOISE = bytes(RANDOM.choice(range(33, 127)) for _ in range(3000))
HIGH = bytes(RANDOM.choice([*range(33, 127), *range(161, 256)]) for _ in range(3000))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a" * 4000, "it only repeats a character"),
        (b"x " * 4000, "it only repeats a character"),
        (b"0\n" * 300, "it only repeats a character"),
        (NOISE, "hardly any of it is words"),
        (HIGH, "hardly any of it is words"),
        (base64.b64encode(NOISE), "hardly any of it is words"),
    ],
)
@pytest.mark.parametrize("ending", [".txt", ".md", ".log"])
def test_a_file_without_words_is_skipped_with_the_reason(
    tmp_path: Path, content: bytes, reason: str, ending: str
) -> None:
    file = tmp_path / f"junk{ending}"
    file.write_bytes(content)
    with pytest.raises(Unsupported, match=reason):
        parse(file, file.name)


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "5",
        "The kettle boils.\n" + "=" * 400 + "\nIt whistles.\n" * 10,
        "北海道の冬は長く、雪が多い。列車は毎時運行しています。" * 20,
        "รถไฟออกทุกชั่วโมงจากสถานีกลาง" * 20,
        "Поезд отправляется каждый час. " * 20,
        "2024-05-01T10:00:00Z level=info msg=started port=8080 path=/v1/items/42\n" * 20,
        "https://example.org/a?b=c&d=e\nhttps://example.org/f?g=h#i\n" * 20,
        "name;price;unit\nbolt M8;0.35;piece\nnut M8;0.12;piece\n" * 20,
        "if (x > 0) { y = f(x); }  // the sign\nreturn y;\n" * 20,
        "0.25 0.5 1.0 3.75 12\n" * 30,
    ],
)
def test_text_of_any_kind_is_read(tmp_path: Path, text: str) -> None:
    file = tmp_path / "text.txt"
    file.write_text(text, "utf-8")
    assert parse(file, file.name).documents
