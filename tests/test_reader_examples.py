"""What the scripts make of which the embedded reader and answerer learn: no document is in two splits."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from rag.data.rows import Row, read_rows
from rag.finetune.embedder.pairs import read_pairs

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
TOWNS = [f"Town{number}" for number in range(120)]


def write(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")


def text_of(town: str, number: int) -> str:
    return f"The fair of {town} opened in {1800 + number} and was seen by many. It closed soon after."


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Any) -> Path:
    """The five sets, small, through prepare.py."""
    data, out = tmp_path / "data", tmp_path / "rows"
    base = [
        {
            "id": f"r{n}",
            "question": f"when did {town} open its fair",
            "answers": [str(1800 + n)],
            "context": text_of(town, n),
        }
        for n, town in enumerate(TOWNS)
    ]
    write(data / "squad_subset/squad_subset.jsonl", base)
    write(
        data / "nq_oracle/nq_open_oracle.jsonl", [{**row, "title": town} for row, town in zip(base, TOWNS, strict=True)]
    )
    swapped = [
        {**row, "answers": ["1666"], "context": row["context"].replace(row["answers"][0], "1666")} for row in base
    ]
    write(data / "nq_swap/train.jsonl", swapped)
    write(data / "policyqa/dev.jsonl", [{**row, "site": f"site{n % 12}.org"} for n, row in enumerate(base)])
    papers = [
        {"doc_id": n, "text": "Filler words. " * 300 + row["context"] + " More." * 300} for n, row in enumerate(base)
    ]
    write(data / "covidqa/documents.jsonl", papers)
    asked = [
        {**row, "doc_id": n, "answer_starts": [papers[n]["text"].index(row["answers"][0])]}
        for n, row in enumerate(base)
    ]
    write(data / "covidqa/questions.jsonl", asked)
    monkeypatch.setattr("ingest.embed.new_embedder", lambda: embedder)
    monkeypatch.setattr(sys, "argv", ["prepare.py", str(data), str(out)])
    runpy.run_path(str(EXAMPLES / "reader" / "prepare.py"), run_name="__main__")
    return out


def test_no_document_is_in_two_splits(prepared: Path) -> None:
    files = {file.stem: read_rows(file, "answer") for file in prepared.glob("*.jsonl") if file.stem != "pairs"}
    assert set(files) == {
        "train",
        "valid",
        *(f"test-{name}" for name in ("squad", "nq", "nq_swap", "policyqa", "covidqa")),
    }
    learnt = {row.values["question"] for row in files["train"] if row.id.startswith(("nq-", "nq_swap-"))}
    for name in ("test-nq", "test-nq_swap"):
        assert files[name]
        assert not {row.values["question"] for row in files[name]} & learnt, "nor a question, with another answer"
    for name, rows in files.items():
        for row in rows:
            text = row.passages[0].text
            assert row.unanswerable or row.target in text, name
            if not row.unanswerable and "covidqa" in row.id:
                assert len(text) < 2000
    learnt = {(row.values["question"], row.passages[0].text) for row in files["train"] if not row.unanswerable}
    pairs = read_pairs(prepared / "pairs.jsonl")
    assert pairs
    assert {(pair.question, pair.passage) for pair in pairs} <= learnt
    wrong = [row for rows in files.values() for row in rows if row.unanswerable]
    assert wrong
    assert not any(row.id.startswith("policyqa") for row in wrong)


def test_the_answerers_rows_show_passages_as_answering_does(
    prepared: Path, monkeypatch: pytest.MonkeyPatch, embedder: Any
) -> None:
    monkeypatch.setattr("ingest.embed.new_embedder", lambda: embedder)
    made = runpy.run_path(str(EXAMPLES / "answers" / "train.py"))
    rows: list[Row] = made["answer_rows"](prepared / "train.jsonl", 200)
    assert rows == made["answer_rows"](prepared / "train.jsonl", 200)
    assert 100 < len(rows) <= 200
    silent = [row for row in rows if row.unanswerable]
    assert 0.1 < len(silent) / len(rows) < 0.4
    places = set()
    for row in rows:
        holding = [place for place, chunk in enumerate(row.passages) if row.unanswerable or row.target in chunk.text]
        assert row.passages
        assert holding
        places.update(() if row.unanswerable else holding)
    assert places >= {0, 1}, "the right passage stands in any place"
    styles = [row for row in rows if row.values.get("answer_format") == "sentence"]
    assert 0.02 < len(styles) / len(rows) < 0.25
    assert all(row.target.endswith(".") for row in styles)


@pytest.mark.weights
def test_embedded_confidences_are_measured_on_test_rows(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "measured"
    shutil.copytree(tmp_path / "data/squad_subset", data / "qa/squad_subset")
    write(
        data / "retrieval/nq_wiki_passages_derived/corpus.jsonl",
        [{"_id": town, "title": town, "text": text_of(town, number)} for number, town in enumerate(TOWNS)],
    )
    arguments = [str(prepared), str(data), "--models", "extractive", "--stores", str(tmp_path / "stores")]
    monkeypatch.setattr(sys, "argv", ["calibrate.py", *arguments])
    runpy.run_path(str(EXAMPLES / "answers" / "calibrate.py"), run_name="__main__")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["set"] for line in lines} == {"squad, extractive", "nq, extractive"}
    for line in lines:
        assert line["rows"] >= 10
        assert line["rows"] % 2 == 0, "each question once more, without what answers it"
        assert line["F1 at 70% coverage"] >= line["F1, all"]


def test_questions_are_made_from_texts_and_held_out_ones_are_left_alone(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = [
        {
            "text": f"The lighthouse of Cape {town} was built by Ada Stone at the cliffs of {town}shore. Its lamp "
            f"burns oil. Sailors of {town}shore praise Ada Stone whenever they see Cape {town} from the sea."
        }
        for town in TOWNS[:30]
    ]
    [kept_out] = {row.passages[0].text for row in read_rows(prepared / "test-squad.jsonl")[:1]}
    corpus += [{"text": f"{kept_out} Sailors of {town}shore praise Ada Stone at Cape {town}."} for town in TOWNS[:5]]
    write(tmp_path / "texts/corpus.jsonl", corpus)
    out = tmp_path / "cloze.jsonl"
    monkeypatch.setattr(sys, "argv", ["cloze.py", str(prepared), str(tmp_path / "texts"), "--out", str(out)])
    runpy.run_path(str(EXAMPLES / "reader" / "cloze.py"), run_name="__main__")
    made = read_rows(out, "answer")
    assert len(made) > 20
    for row in made:
        assert row.target in row.passages[0].text
        assert not ("Sailors" in row.passages[0].text and kept_out in row.passages[0].text), "nor as a part of a text"
        assert re.search(r"\b(who|what|where|which|how|when)\b", row.values["question"])
    assert any(row.target == "Ada Stone" for row in made)
