"""The embedded reader's copy in int8 against the reader: nearly the same spans and margins, and no torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ingest import Chunk
from rag.reader import ExtractiveReader, Span

# None of these is among what the conversion is measured on.
ASKED = (
    ("How many days of leave are there?", "Staff may take 25 days of leave a year, and sick leave besides."),
    ("Who signs the contract?", "The contract is signed by the head of the department and by the supplier."),
    ("What is the speed of light?", "The kitchen is cleaned every evening by whoever cooked."),
    (
        "When was the bridge opened?",
        "Built of steel, the bridge was opened on 3 May 1931 by the mayor. " + "It spans the river. " * 40,
    ),
    ("Which port does the server use?", "The server listens on 8080 by default; set PORT to change it."),
    ("Where do visitors park?", "Visitors park behind the main building, staff in the underground garage."),
)
UNANSWERED = 2


@pytest.fixture(scope="module")
def reader() -> ExtractiveReader:
    return ExtractiveReader(threads=2)


@pytest.fixture(scope="module")
def reference() -> ExtractiveReader:
    return ExtractiveReader(threads=1, backend="transformers")


def read(reader: ExtractiveReader) -> list[Span]:
    return [reader.read(question, [Chunk(text, "d", 0, len(text))])[0] for question, text in ASKED]


def test_it_reads_as_the_reader_does(reader: ExtractiveReader, reference: ExtractiveReader) -> None:
    own, theirs = read(reader), read(reference)
    answered = [at for at in range(len(ASKED)) if at != UNANSWERED]
    assert [own[at].text for at in answered] == [theirs[at].text for at in answered]
    assert all(abs(one.margin - other.margin) < 2 for one, other in zip(own, theirs, strict=True))
    assert own[0].text.startswith("25")
    assert own[UNANSWERED].margin < 0 < own[0].margin


def test_several_questions_at_once_are_read_as_one_by_one(reader: ExtractiveReader) -> None:
    asked = [(question, [Chunk(text, "d", 0, len(text))]) for question, text in ASKED]
    together = [readings[0] for readings in reader.read_many(asked)]
    alone = read(reader)
    assert [each.text for each in together] == [each.text for each in alone]
    assert [each.margin for each in together] == pytest.approx([each.margin for each in alone], abs=0.3)
    assert reader.read("Who?", []) == []
    [silent] = reader.read("Who?", [Chunk("", "d", 0, 0)])
    assert (silent.text, silent.probability) == ("", 0.0)


def test_the_two_are_told_apart(reader: ExtractiveReader, reference: ExtractiveReader) -> None:
    assert reader.fingerprint != reference.fingerprint
    with pytest.raises(ValueError, match="unknown backend 'onnx'; known: auto, ctranslate2, transformers"):
        ExtractiveReader(backend="onnx")


def test_reading_needs_no_torch() -> None:
    script = """
import sys
from ingest import Chunk
from rag.reader import ExtractiveReader
text = "Staff may take 25 days of leave a year."
print(ExtractiveReader(threads=1).read("How many days of leave?", [Chunk(text, "d", 0, len(text))])[0].text)
print([name for name in ("torch", "transformers") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    answer, loaded = done.stdout.splitlines()
    assert answer.startswith("25")
    assert loaded == "[]"
