"""The rule by which answers are judged, by value, and the collections against the format."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest


def load(name: str):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "quality" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where its dataclasses, and run.py, look for it
    spec.loader.exec_module(module)
    return module


judge = load("judge")
run = load("run")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Thirty-five, 35.00, the 35th", "35 35 the 35"),
        ("one hundred and forty-eight steps", "148 steps"),
        ("some thirty thousand, or 30 thousand, or 30,000", "some 30000 or 30000 or 30000"),
        ("two three twenty", "2 3 20"),
        ("two thousand and twenty-six", "2026"),
        ("someone phoned a twenty-minute tale", "someone phoned a 20 minute tale"),
        ("€12.50, EUR 12.5, 12,50 euros", "12.5 euro 12.5 euro 12.5 euro"),
        ("£1,250.", "1250 pound"),
        ("4 p.m., 4:00 pm, 10.30am, 09:00, eight pm", "4 pm 4 pm 10:30 am 9:00 8 pm"),
        ("7.5 % and 7.5 per cent", "7.5 percent and 7.5 percent"),
        ("from −18 to -5 °C, 10–17", "from -18 to -5 c 10 17"),
        ("ERR-1008 on 0455 7120-33 [2]", "err 1008 on 0455 7120 33"),
        ("v2.4 in room K2", "2.4 in room k2"),
    ],
)
def test_numbers_are_written_by_their_value(text: str, tokens: str) -> None:
    assert judge.tokenize(text) == tokens.split()


def question(kind: str = "short", *facts: tuple[str, ...], **others: object):
    return judge.Question("q-01", "?", kind, facts, **others)


OLDER = question("short", ("36 cents",), excluded=("30 cents",), trap="older version")


@pytest.mark.parametrize(
    ("asked", "text", "verdict"),
    [
        (question("short", ("14 days", "two weeks")), "You have fourteen days.", "right"),
        (question("short", ("14 days", "two weeks")), "You have 114 days.", "wrong"),
        (question("short", ("5",)), "15.5 or 55", "wrong"),
        (question("short", ("8 pm",), excluded=("4 pm",)), "8 pm, at the cottage 4 pm", "wrong"),
        (question("short", ("8 pm",)), "8 p.m.", "right"),
        # half: at least half of the facts, and nothing that is excluded
        (question("list", ("rope",), ("tent",), ("stove",)), "- a rope\n- a tent", "half"),
        (question("list", ("rope",), ("tent",), ("stove",)), "- a rope", "wrong"),
        (question("list", ("rope",), ("tent",), excluded=("knife",)), "a rope and a knife", "wrong"),
        (question("list", ("rope",), ("tent",)), "Tent and rope", "right"),
        # yes and no: the word comes first, and half is not enough
        (question("yes-no", answer="no"), "No. Dogs stay outside.", "right"),
        (question("yes-no", answer="no"), "Dogs stay outside.", "wrong"),
        (question("yes-no", answer="no"), "Yes, no problem.", "wrong"),
        (question("yes-no", ("guide dogs",), answer="no"), "No, except guide dogs.", "right"),
        (question("yes-no", ("guide dogs",), ("lead",), answer="no"), "No, except guide dogs.", "wrong"),
        # two versions: the newer one first
        (OLDER, "36 cents; before, 30 cents", "right"),
        (OLDER, "30 cents, later 36 cents", "wrong"),
        (OLDER, "30 cents", "wrong"),
        (replace(OLDER, trap="wrong row"), "36 cents, on foot 30 cents", "wrong"),
        (question("short", is_answerable=False), "148 steps", "wrong"),
    ],
)  # fmt: skip
def test_the_rule(asked, text: str, verdict: str) -> None:
    assert judge.judge(asked, text, abstained=False) == verdict


def test_a_question_left_unanswered_is_abstained_or_declined() -> None:
    assert judge.judge(question("short", ("148",)), "I can't find it; 148 steps come closest.", True) == "abstained"
    assert judge.judge(question(is_answerable=False), "I can't find it.", True) == "declined"
    assert judge.judge(question("short", ("148",)), " ", False) == "abstained"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('{"id": "q-01", "question": "?", "kind": "who", "facts": [["a"]], "source": "a.md"}', "unknown kind 'who'"),
        ('{"id": "q-01", "question": "?", "kind": "short", "source": "a.md"}', "no facts"),
        ('{"id": "q-01", "question": "?", "kind": "short", "facts": [["a"]]}', "no source"),
        ('{"id": "q-01", "question": "?", "kind": "yes-no", "source": "a.md"}', "no yes or no"),
        ('{"id": "q-01", "question": "?", "kind": "short", "facts": [["?"]], "source": "a.md"}', "without words"),
        ('{"id": "q-01", "question": "?", "kind": "short", "facts": [["a"]], "unanswerable": true}', "beside"),
        ('{"id": "q-01", "question": "?", "kind": "short", "unanswerable": true, "trp": ""}', "unknown field 'trp'"),
    ],
)
def test_a_row_that_breaks_the_format_is_named(tmp_path: Path, row: str, problem: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(row, "utf-8")
    with pytest.raises(ValueError, match=f"q-01: .*{problem}"):
        judge.read_questions(path)


def test_every_collection_follows_the_format() -> None:
    collections = run.read_collections()
    ids = [question.id for collection in collections for question in collection.questions]
    assert len(ids) == len(set(ids))
    for collection in collections:
        files = {path.name for path in collection.documents.iterdir()}
        sources = {question.source for question in collection.questions if question.is_answerable}
        assert sources <= files, collection.name
        assert collection.split in ("tune", "held-out")
        hard = [question for question in collection.questions if question.trap or not question.is_answerable]
        assert 3 * len(hard) >= len(collection.questions), collection.name


def judged(verdict: str, confidence: float | None = None, *cited: str, answerable: bool = True):
    asked = question(is_answerable=answerable, source="a.csv")
    return run.JudgedAnswer(run.Collection("one", "tune", Path(), ()), asked, verdict, "", confidence, cited)


def test_figures_count_verdicts_and_shares() -> None:
    figures = run.Figures.of(
        [
            judged("right", 0.9, "docs/b.md", "docs/a.csv#7"),
            judged("right", 0.2, "docs/b.md"),
            judged("half", 0.5, "a.csv"),
            judged("wrong", None, "a.csv"),
            judged("abstained", 0.8),
            judged("declined", 0.1, answerable=False),
            judged("wrong", 0.7, "a.csv", answerable=False),
        ]
    )
    shares = {name: (share.part, share.whole) for name, share in figures.shares.items()}
    assert shares == {
        "right of answerable": (2, 5),
        "wrong of given": (2, 5),
        "declined of unanswerable": (1, 2),
        "source": (2, 3),
        "sure": (1, 3),
    }
    assert (figures.half, figures.wrong, figures.abstained) == (1, 1, 1)


def test_changes_are_of_the_questions_that_both_runs_asked(capsys: pytest.CaptureFixture[str]) -> None:
    before = run.Figures.of([judged("wrong")])
    answers = [judged("right"), replace(judged("wrong"), collection=run.Collection("new", "tune", Path(), ()))]
    run.show_changes(answers, {"one": asdict(before), "tune: all": asdict(before), "tune: short": asdict(before)})
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "one right of answerable 0 (0-79) -> 100 (21-100)" in lines
    assert "tune: all right of answerable 0 (0-79) -> 100 (21-100)" in lines, "without the new collection"
    assert "not asked before: new" in lines
    # One collection of two: figures of the split are not comparable.
    run.show_changes(answers[:1], {"one": asdict(before), "tune: all": asdict(run.Figures.of(answers))})
    assert "tune: all" not in capsys.readouterr().out


def test_wilsons_interval() -> None:
    assert run.Share(7, 10).interval() == pytest.approx((0.3968, 0.8922), abs=1e-4)
    assert run.Share(0, 10).interval() == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert str(run.Share(7, 10)) == "70 (40-89)"
    assert str(run.Share(0, 0)) == "-"
