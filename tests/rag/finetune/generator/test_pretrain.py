"""Span corruption loses nothing, and learning from texts leaves a model that fine-tuning goes on from."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from ingest.errors import RowsError
from rag.data.rows import Row
from rag.finetune import finetune_generator
from rag.finetune.generator.pretrain import corrupt, pretrain_generator, read_texts

SENTINELS = list(range(1000, 1100))
TEXT = (
    "The council met on Monday and voted to repair the old bridge. Nobody spoke against it, and the harbour was quiet. "
)


def filled(source: list[int], target: list[int]) -> list[int]:
    """Put the target's spans into the source's gaps."""
    spans: dict[int, list[int]] = {}
    for token in target:
        if token >= SENTINELS[0]:
            spans[token] = []
        else:
            spans[list(spans)[-1]].append(token)
    return [each for token in source for each in spans.get(token, [token])]


@given(st.lists(st.integers(0, 999), min_size=2, max_size=600), st.integers(0, 10**6))
def test_gaps_and_what_belongs_into_them_make_the_text_again(ids: list[int], seed: int) -> None:
    source, target = corrupt(ids, SENTINELS, random.Random(seed))
    assert filled(source, target) == ids
    gaps = [token for token in source if token >= SENTINELS[0]]
    assert gaps == SENTINELS[: len(gaps)], "sentinels in order, each once"
    assert gaps == [token for token in target if token >= SENTINELS[0]]
    assert all(one < 1000 or other < 1000 for one, other in pairwise(source)), "no two gaps meet"


def test_the_share_and_the_length_of_gaps_are_those_of_the_paper() -> None:
    chance = random.Random(0)
    pairs = [corrupt(list(range(500)), SENTINELS, chance) for _ in range(200)]
    gone = sum(token < 1000 for _, target in pairs for token in target) / (200 * 500)
    spans = sum(token >= 1000 for _, target in pairs for token in target)
    assert gone == pytest.approx(0.15, abs=0.001)
    assert sum(token < 1000 for _, target in pairs for token in target) / spans == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize("init", ["t5-tiny", "gpt2-tiny"])
def test_texts_are_learnt_and_fine_tuning_goes_on(init: str, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number}.txt").write_text(TEXT * 6, "utf-8")
    options = {"window": 32, "batch_size": 8, "eval_every": 20, "learning_rate": 5e-3}
    done = pretrain_generator(None, [folder], out=tmp_path / "start", init=init, max_steps=60, **options)
    losses = [metrics["loss"] for metrics in done.measured.values()]
    assert losses[-1] < 0.9 * losses[0]
    rows = [Row(str(at), "echo", {"input": word}, (word,)) for at, word in enumerate(TEXT.split()[:8])]
    tuned = finetune_generator(str(done.folder), {"echo": rows}, out=tmp_path / "tuned", max_steps=3, batch_size=8)
    assert tuned.parameters == done.parameters


def test_without_text_there_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("", "utf-8")
    with pytest.raises(RowsError, match="no text in"):
        list(read_texts([tmp_path]))
    with pytest.raises(RowsError, match="no such file or folder"):
        list(read_texts([tmp_path / "absent"]))
