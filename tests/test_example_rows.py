"""The scripts that make rows and word lists for answering, on small sets in the form of the public ones."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
MEASURED = ("squadshifts_amazon", "squadshifts_new_wiki", "squadshifts_reddit", "subjqa_reviews")


@pytest.fixture(autouse=True)
def reader_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts of a folder import each other, as they do when they are run."""
    monkeypatch.syspath_prepend(str(EXAMPLES / "reader"))


def write_rows(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")


def test_wide_rows_have_articles_tables_and_sets_for_tests_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = {"context_id": "c0", "title": "Old_Mill", "context": "The mill was built in 1831 by the town."}
    row = {"id": "1", "title": "Old_Mill", "context_id": "c0", "question": " When was it built?", "answers": ["1831"]}
    hard = {**row, "id": "2", "question": "When did it burn?", "answers": []}
    qa = tmp_path / "data/qa"
    for name, rows in (
        ("contexts", [context]),
        ("train-0", [row, hard]),
        ("test_contexts", [context]),
        ("test", [hard]),
    ):
        write_rows(qa / f"squad2_articles/{name}.jsonl", rows)
    for name in ("qamr", "fairytaleqa"):
        write_rows(qa / name / "contexts.jsonl", [context])
        write_rows(qa / name / "train.jsonl", [row, {**row, "id": "3", "answers": ["183"]}])
    for name in MEASURED:
        write_rows(qa / name / "contexts.jsonl", [{**context, "context_id": f"c{n}"} for n in range(40)])
        write_rows(
            qa / name / "train.jsonl",
            [{**row, "id": str(n), "title": f"t{n}", "context_id": f"c{n}"} for n in range(40)],
        )
    table = {
        "table_id": "t",
        "header": ["Town", "Fair"],
        "rows": [[f"Town{chr(65 + n)}", f"{n + 3} May"] for n in range(9)],
    }
    write_rows(tmp_path / "data/tables/wikitablequestions/tables.jsonl", [table])
    asked = {"table_id": "t", "answer_is_cell": True}
    write_rows(
        tmp_path / "data/tables/wikitablequestions/questions.jsonl",
        [
            {**asked, "id": "q0", "question": "on what day is the fair of towna held?", "answers": ["3 May"]},
            {**asked, "id": "q1", "question": "how many fairs are there before townc?", "answers": ["4 May"]},
            {**asked, "id": "q2", "question": "on what day is the fair of townd held?", "answers": ["6 May"]},
        ],
    )
    report = {
        "table": [["", "2025", "2024"], ["Revenue", "310", "295"], ["Ships", "12", "11"]],
        "paragraphs": ["The fleet grew by one ship."],
        "questions": [
            {
                "uid": "a",
                "question": "What was revenue in 2024?",
                "answer_type": "span",
                "derivation": "",
                "answer": ["295"],
            },
            {
                "uid": "b",
                "question": "By how much?",
                "answer_type": "arithmetic",
                "derivation": "310-295",
                "answer": 15,
            },
        ],
    }
    write_rows(tmp_path / "data/tables/tatqa/train.jsonl", [report])
    monkeypatch.setattr(sys, "argv", ["wide.py", str(tmp_path / "data"), str(tmp_path / "out")])
    runpy.run_path(str(EXAMPLES / "reader/wide.py"), run_name="__main__")

    wide = [json.loads(line) for line in (tmp_path / "out/wide.jsonl").read_text("utf-8").splitlines()]
    by_set = {name: [row for row in wide if row["id"].startswith(name)] for name in ("squad2", "qamr", "tables")}
    assert [row.get("unanswerable", False) for row in sorted(by_set["squad2"], key=lambda row: row["id"])] == [
        False,
        True,
    ]
    assert [row["answers"] for row in by_set["qamr"]] == [["1831"]], "only answers that stand in the context as words"
    for row in by_set["tables"]:
        assert "Town: Town" in row["context"]
        assert "; Fair: " in row["context"]
        assert row.get("unanswerable") or row["context"].count(row["answers"][0]) == 1
    people = {row["id"]: row for row in by_set["tables"] if row["id"].startswith("tables-q")}
    assert people.keys() == {"tables-q0", "tables-q2"}, "a question that counts has no cell to read"
    assert (people["tables-q0"]["answers"], people["tables-q2"]["unanswerable"]) == (["3 May"], True)
    assert "TownD" not in people["tables-q2"]["context"]
    [told] = [row for row in wide if row["id"].startswith("tatqa")]
    assert told["context"] == "The fleet grew by one ship.\nRevenue; 2025: 310; 2024: 295\nShips; 2025: 12; 2024: 11"
    assert told["answers"] == ["295"]
    for name in MEASURED:
        assert 5 < len((tmp_path / f"out/test-{name}.jsonl").read_text("utf-8").splitlines()) < 35


def test_verdicts_are_made_of_questions_and_of_claims(tmp_path: Path) -> None:
    made = runpy.run_path(str(EXAMPLES / "reader/heads.py"))
    text = "Dogs may enter the garden."
    write_rows(
        tmp_path / "yesno/boolq/train.jsonl",
        [{"id": "b", "question": "may dogs enter the garden", "context": text, "answer": "yes"}],
    )
    [row] = made["boolq"](tmp_path)
    assert (row["question"], row["context"], row["label"]) == ("May dogs enter the garden?", text, "yes")
    claims = [{"id": "f", "claim": "The Nile is a lake.", "evidence": ["The Nile is a river."], "label": "REFUTES"}]
    write_rows(tmp_path / "groundedness/fever_gold_sentences/train.jsonl", claims)
    [row] = made["fever"](tmp_path)
    assert (row["context"], row["label"]) == ("The Nile is a river.", "no")
    assert row["question"].endswith("?")


@pytest.mark.weights
def test_synonyms_are_the_usual_words_of_a_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("noun", "verb", "adj", "adv"):
        (tmp_path / f"data.{part}").write_text("  1 licence\n", "utf-8")
        (tmp_path / f"index.{part}").write_text("  1 licence\n", "utf-8")
    (tmp_path / "data.adj").write_text(
        "00000001 00 a 02 large 0 big 0 001 ! 00000002 a 0201 | great in size\n"
        "00000002 00 a 01 small 0 001 ! 00000001 a 0102 | little\n",
        "utf-8",
    )
    (tmp_path / "data.noun").write_text(
        "00000003 05 n 01 poodle 0 001 @ 00000004 n 0000 | a dog with curls\n"
        "00000004 05 n 01 hound 0 001 @ 00000005 n 0000 | a dog for hunting\n"
        "00000005 05 n 01 dog 0 000 | a pet\n",
        "utf-8",
    )
    nouns = ("poodle n 1 1 @ 1 1 00000003  ", "hound n 1 1 @ 1 1 00000004  ", "dog n 1 1 @ 1 1 00000005  ")
    (tmp_path / "index.noun").write_text("\n".join(nouns) + "\n", "utf-8")
    (tmp_path / "index.adj").write_text(
        "large a 1 1 ! 1 1 00000001  \nbig a 1 1 ! 1 1 00000001  \nsmall a 1 1 ! 1 1 00000002  \n", "utf-8"
    )
    monkeypatch.setattr(sys, "argv", ["synonyms.py", str(tmp_path), str(tmp_path / "synonyms.txt")])
    runpy.run_path(str(EXAMPLES / "answers/synonyms.py"), run_name="__main__")
    assert (tmp_path / "synonyms.txt").read_text("utf-8").splitlines() == ["! big small", "big larg"]
    assert (tmp_path / "hypernyms.txt").read_text("utf-8").splitlines() == ["dog hound poodl", "hound poodl"]
