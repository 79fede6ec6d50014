"""The rules of choosing a token, on hand-worked values."""

from __future__ import annotations

import math

import pytest
import torch

from rag.generate.base import Decoding
from rag.generate.sampling import Repetition, Sampler
from rag.generate.stop import first_stop, settled


def test_the_penalty_counts_new_tokens_only() -> None:
    ids = torch.tensor([[0, 1, 2, 3]])  # the prompt is [0, 1], the new tokens are 2 and 3
    scores = torch.tensor([[4.0, 4.0, 4.0, -4.0]])
    made = Repetition(2, Decoding(repetition_penalty=2))(ids, scores)
    assert made.tolist() == [[4.0, 4.0, 2.0, -8.0]]


@pytest.mark.parametrize(
    ("new", "size", "forbidden"),
    [
        ([1, 2, 3, 1, 2], 3, {3}),
        ([1, 2, 1, 3, 1], 2, {2, 3}),
        ([1, 2, 1], 1, {1, 2}),
        ([1, 2], 3, set()),
        ([], 1, set()),
        ([], 2, set()),
        ([1, 1], 2, {1}),
    ],
)
def test_ngrams_of_new_tokens_are_not_repeated(new: list[int], size: int, forbidden: set[int]) -> None:
    ids = torch.tensor([[1, 2, 3, 0, *new]])  # the prompt's n-grams are free
    made = Repetition(4, Decoding(no_repeat_ngram_size=size))(ids, torch.zeros(1, 5))
    assert {token for token in range(5) if made[0, token] == -math.inf} == forbidden


def test_sampling_draws_from_the_softmax() -> None:
    chances = torch.tensor([0.5, 0.3, 0.15, 0.05])
    drawn = draw(chances.log(), Decoding(temperature=1.0), 4000)
    assert drawn == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.03)
    cooler = draw(chances.log(), Decoding(temperature=0.5), 4000)
    assert cooler == pytest.approx([0.6849, 0.2466, 0.0616, 0.0068], abs=0.03)  # squares, normalised


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"top_k": 1}, [1, 0, 0, 0]),
        ({"top_k": 2}, [0.625, 0.375, 0, 0]),
        ({"top_p": 0.4}, [1, 0, 0, 0]),
        ({"top_p": 0.7}, [0.625, 0.375, 0, 0]),
        ({"top_p": 0.9}, [0.5263, 0.3158, 0.1579, 0]),
        # Of the two that top-k leaves, the first has 0.625.
        ({"top_p": 0.6, "top_k": 2}, [1, 0, 0, 0]),
    ],
)
def test_top_k_and_top_p_keep_the_likeliest(settings: dict[str, float], expected: list[float]) -> None:
    scores = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    drawn = draw(scores, Decoding(temperature=1.0, **settings), 2000)  # type: ignore[arg-type]
    assert drawn == pytest.approx(expected, abs=0.04)
    assert [share > 0 for share in drawn] == [share > 0 for share in expected]


def draw(scores: torch.Tensor, decoding: Decoding, times: int) -> list[float]:
    sampler = Sampler(decoding, range(times))
    tokens = sampler(torch.zeros(times, 1), scores.repeat(times, 1)).argmax(-1)
    return (torch.bincount(tokens, minlength=len(scores)) / times).tolist()


def test_a_draw_depends_on_the_seed_of_its_row_alone() -> None:
    scores = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()
    together = Sampler(Decoding(temperature=1.0), range(20))(torch.zeros(20, 1), scores.repeat(20, 1))
    alone = [Sampler(Decoding(temperature=1.0), [seed])(torch.zeros(1, 1), scores) for seed in range(20)]
    assert torch.equal(together, torch.cat(alone))
    assert len(set(together.argmax(-1).tolist())) > 1


def test_stop_strings_and_what_may_become_one() -> None:
    assert first_stop("one two", ("two", "ne")) == 1
    assert first_stop("one two", ("three",)) is None
    assert settled("one E", ("END",)) == "one "
    assert settled("one EX", ("END",)) == "one EX"
    assert settled("one END two", ("END",)) == "one "
    assert settled("caf\ufffd", ()) == "caf"
    assert settled("a\n", ("\n\n", "Q:")) == "a"
