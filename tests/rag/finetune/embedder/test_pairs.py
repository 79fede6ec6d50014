"""Pairs are read with their mistakes named, and split so that no passage is on both sides."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from ingest.errors import RowsError
from rag.finetune.embedder.pairs import Pair, hash_pairs, read_pairs, split_pairs


def written(folder: Path, *rows: Any) -> Path:
    file = folder / "pairs.jsonl"
    file.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
    return file


def test_both_columns_are_read_and_unanswerable_questions_passed_over(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {"question": " Who? ", "passage": "She."},
        {"question": "Why?", "context": "No reason is given.", "is_impossible": True},
        {"question": "When?", "context": "In May.", "answers": ["May"]},
    )
    assert read_pairs(file) == [Pair("Who?", "She."), Pair("When?", "In May.")]
    assert read_pairs(file, limit=1) == [Pair("Who?", "She.")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"question": "Who?"}, "line 1 has the columns question; needed are question and passage/context"),
        ({"passage": "She."}, "line 1 has the columns passage; needed are"),
        ({"question": "Who?", "passage": " "}, 'line 1: "passage" must be a non-empty text'),
        ({"question": 7, "passage": "She."}, 'line 1: "question" must be a non-empty text'),
        ("[1]", "line 1: each row has to be an object, not list"),
        ("{", "line 1: not JSON"),
        ({"question": "Why?", "context": "None.", "unanswerable": True}, "holds no questions with a passage"),
        ("", "holds no questions with a passage"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, row: Any, said: str) -> None:
    with pytest.raises(RowsError, match=said) as raised:
        read_pairs(written(tmp_path, row))
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(RowsError, match="there is no file"):
        read_pairs(tmp_path / "none.jsonl")


texts = st.text(alphabet="abAB ", min_size=1, max_size=4).filter(str.strip)
some_pairs = st.lists(st.builds(Pair, texts, texts), min_size=1, max_size=30)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(some_pairs, st.floats(0, 0.9), st.integers(0, 3))
def test_no_passage_is_on_both_sides_and_no_pair_is_lost(pairs: list[Pair], share: float, seed: int) -> None:
    def key(text: str) -> str:
        return " ".join(text.casefold().split())

    keys = {(key(pair.question), key(pair.passage)) for pair in pairs}
    passages = {passage for _, passage in keys}
    if len(passages) < 2:
        with pytest.raises(RowsError, match="distinct passages"):
            split_pairs(pairs, None, share, seed)
        return
    split = split_pairs(pairs, None, share, seed)
    train, valid = ({(key(p.question), key(p.passage)) for p in part} for part in (split.train, split.valid))
    assert train | valid == keys
    assert len(split.train) + len(split.valid) == len(keys)
    assert not {passage for _, passage in train} & {passage for _, passage in valid}
    assert len({passage for _, passage in train}) >= 2
    assert bool(valid) == (share > 0 and len(passages) > 2)
    assert {(question, passage) for question, found in split.golds.items() for passage in found} == keys
    # One text has one spelling, so that equal passages compare equal as they are.
    assert len({pair.passage for pair in (*split.train, *split.valid)}) == len(passages)


def test_the_order_of_the_pairs_does_not_decide_what_is_held_out_but_the_seed_does() -> None:
    pairs = [Pair(f"question {n}", f"passage {n}") for n in range(40)]
    shuffled = random.Random(1).sample(pairs, len(pairs))
    held = {pair.passage for pair in split_pairs(pairs, None, 0.25, 0).valid}
    assert len(held) == 10
    assert held == {pair.passage for pair in split_pairs(shuffled, None, 0.25, 0).valid}
    assert held != {pair.passage for pair in split_pairs(pairs, None, 0.25, 1).valid}


def test_validation_pairs_whose_passage_is_learnt_are_left_out_and_counted() -> None:
    learnt = [Pair("a?", "Alpha  rays."), Pair("b?", "Beta rays.")]
    held = [Pair("other?", "alpha rays."), Pair("g?", "Gamma rays.")]
    split = split_pairs(learnt, held, 0.5, 0)
    assert (split.train, split.valid, split.leaking) == (tuple(learnt), (Pair("g?", "Gamma rays."),), 1)
    assert split.golds["other?"] == {"alpha rays."}  # known all the same: no batch may hold it as a wrong one
    with pytest.raises(RowsError, match="every validation pair has a passage of the training pairs"):
        split_pairs(learnt, held[:1], 0.5, 0)


def test_the_hash_is_of_content_and_order() -> None:
    one, other = Pair("a", "b"), Pair("c", "d")
    assert hash_pairs([one, other]) == hash_pairs([Pair("a", "b"), Pair("c", "d")])
    assert len({hash_pairs(each) for each in ([one, other], [other, one], [one], [Pair("a b", "")], [])}) == 5
