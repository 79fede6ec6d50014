from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from rag.generate import Generator
from rag.generate.score import TextScorer, _DecoderOnly
from rag.generate.trie import Trie

LABELS = [
    "card",
    "card not working",
    "card arrival",
    "lost or stolen card",
    "lost or stolen phone",
    "top up failed",
    "reverted card payment?",
    "Zürich",
]
PROMPTS = ["Where is my card? Label:", "Where is my other phone? Label:", "x"]


def one_by_one(generator: Any, prompt: str, text: str) -> float:
    """The sum of the text's token log-probabilities and the end's, from a pass of its own without cache or tree."""
    ids = generator.encode(prompt)
    tokens, ends = _tokens(generator, text), _ends(generator)
    with torch.inference_mode():
        if generator.family == "seq2seq":
            inputs, _ = generator.inputs([ids])
            start = [token for token in (generator.loaded.start, generator.loaded.forced_first) if token is not None]
            logits = generator.model(**inputs, decoder_input_ids=torch.tensor([start + tokens])).logits[0]
            logits = logits[len(start) - 1 :]
        else:
            logits = generator.model(input_ids=torch.tensor([ids + tokens])).logits[0, len(ids) - 1 :]
    chances = logits.double().log_softmax(-1)
    return sum(float(chances[at, token]) for at, token in enumerate(tokens)) + float(chances[-1, ends].logsumexp(0))


def _ends(generator: Any) -> list[int]:
    ends = sorted(generator.loaded.eos)
    if generator.style == "completion":  # a line ends there too; byte-level tokens write a line break as Ċ
        ends += [token for word, token in generator.tokenizer.get_vocab().items() if word.startswith("Ċ")]
    return ends


def _tokens(generator: Any, text: str) -> list[int]:
    tokenizer = generator.tokenizer
    if generator.style == "completion":
        return list(tokenizer(f"Label: {text}").input_ids)[len(tokenizer("Label:").input_ids) :]
    if generator.style == "chat":
        return list(tokenizer(text, add_special_tokens=False).input_ids)
    ids = list(tokenizer(text).input_ids)
    return ids[1 if ids[0] == generator.loaded.forced_first else 0 : -1]


def test_every_text_scores_as_if_it_were_alone(generator_of: Callable[..., Generator], architecture: str) -> None:
    generator = generator_of(architecture)
    scorer = TextScorer(generator)
    for prompt in PROMPTS:  # one after the other: what the cache keeps must not show
        expected = [one_by_one(generator, prompt, label) for label in LABELS]
        assert scorer.score(prompt, LABELS) == pytest.approx(expected, abs=1e-4)
    assert scorer.score(PROMPTS[0], LABELS[1:3]) == pytest.approx(
        [one_by_one(generator, PROMPTS[0], label) for label in LABELS[1:3]], abs=1e-4
    )


@pytest.mark.parametrize("architecture", ["t5", "bart"])
def test_a_level_in_several_passes(
    generator_of: Callable[..., Generator], architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = TextScorer(generator_of(architecture))
    expected = scorer.score(PROMPTS[0], LABELS)
    monkeypatch.setattr("rag.generate.score.ROWS", 3)
    assert scorer.score(PROMPTS[0], LABELS) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("architecture", ["gpt2", "chat_llama"])
def test_a_tree_pass_and_a_walk_are_equal(
    generator_of: Callable[..., Generator], architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = TextScorer(generator_of(architecture))
    by_tree = scorer.score(PROMPTS[0], LABELS)
    assert isinstance(scorer._reader, _DecoderOnly)
    assert scorer._reader._trees is True
    monkeypatch.setattr("rag.generate.score.PROMPT_ROWS", 3)  # a level in several passes
    scorer._reader._trees = False
    assert scorer.score(PROMPTS[0], LABELS) == pytest.approx(by_tree, abs=1e-4)
    monkeypatch.setattr("rag.generate.score.NODES", 7)  # a tree in several passes
    scorer._reader._trees = True
    assert scorer.score(PROMPTS[0], LABELS) == pytest.approx(by_tree, abs=1e-4)


def test_a_model_that_ignores_positions_is_walked(generator_of: Callable[..., Generator]) -> None:
    generator: Any = generator_of("gpt2")
    forward = generator.model.forward

    def deaf(input_ids: Any = None, position_ids: Any = None, **options: Any) -> Any:
        return forward(input_ids=input_ids, **options)

    generator.model.forward = deaf
    try:
        scorer = TextScorer(generator)
        expected = [one_by_one(generator, PROMPTS[0], label) for label in LABELS]
        assert scorer.score(PROMPTS[0], LABELS) == pytest.approx(expected, abs=1e-4)
        assert isinstance(scorer._reader, _DecoderOnly)
        assert scorer._reader._trees is False
    finally:
        del generator.model.forward


def test_an_interrupted_pass_leaves_nothing_behind(
    generator_of: Callable[..., Generator], monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = TextScorer(generator_of("gpt2"))
    expected = scorer.score(PROMPTS[0], LABELS)
    with monkeypatch.context() as patch:
        patch.setattr(_DecoderOnly, "_read_tree", lambda self, trie: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            scorer.score(PROMPTS[1], LABELS)
    assert scorer.score(PROMPTS[0], LABELS) == pytest.approx(expected, abs=1e-4)


def test_only_what_differs_from_the_prompt_before_is_read(generator_of: Callable[..., Generator]) -> None:
    generator: Any = generator_of("gpt2")
    scorer = TextScorer(generator)
    scorer.score(PROMPTS[0], LABELS)
    read: list[int] = []
    forward = generator.model.forward

    def counting(input_ids: Any = None, **options: Any) -> Any:
        read.append(input_ids.shape[1])
        return forward(input_ids=input_ids, **options)

    generator.model.forward = counting
    try:
        assert isinstance(scorer._reader, _DecoderOnly)
        scorer._reader._parameters = {"position_ids": None, "logits_to_keep": None}  # type: ignore[assignment]
        scorer.score(PROMPTS[1], LABELS)
    finally:
        del generator.model.forward
    before, after = generator.encode(PROMPTS[0]), generator.encode(PROMPTS[1])
    shared = next(at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
    nodes = len(Trie.of(tuple(scorer.tokens(label) for label in LABELS))) - 1
    assert shared > 5
    assert read == [len(after) - shared, nodes]


def test_probabilities_of_all_texts_stay_below_one(generator_of: Callable[..., Generator], architecture: str) -> None:
    """A text and one that it begins exclude each other, so that their probabilities can be added."""
    scores = TextScorer(generator_of(architecture)).score("card", ["card", "card arrival", "card not working"])
    assert torch.tensor(scores).exp().sum() < 1
    assert max(scores) < 0


@pytest.mark.parametrize("architecture", ["t5", "gpt2", "chat_llama"])
def test_texts_without_tokens_are_refused(generator_of: Callable[..., Generator], architecture: str) -> None:
    scorer = TextScorer(generator_of(architecture))
    with pytest.raises(ValueError, match=r"' ' has no tokens that .* knows"):
        scorer.score("x", ["card", " "])


def test_texts_of_the_same_tokens_are_refused(generator_of: Callable[..., Generator]) -> None:
    scorer = TextScorer(generator_of("t5"))  # letters that its vocabulary lacks are all one unknown token
    with pytest.raises(ValueError, match="'ж' has no tokens"):
        scorer.score("x", ["card", "ж"])
    with pytest.raises(ValueError, match="'card ж' and 'card щ' are the same tokens to "):
        scorer.score("x", ["card ж", "card щ"])


def test_a_prompt_that_leaves_no_room_is_refused(generator_of: Callable[..., Generator]) -> None:
    with pytest.raises(ValueError, match=r"the prompt has \d+ tokens, but .* takes \d+ and the labels"):
        TextScorer(generator_of("gpt2")).score("card " * 1020, LABELS)


def test_a_generator_without_probabilities_is_refused(scripted: Any) -> None:
    with pytest.raises(ValueError, match="scripted returns no probabilities"):
        TextScorer(scripted("x"))


def test_a_tree_of_tokens() -> None:
    trie = Trie.of(((1, 2), (1,), (1, 3, 4), (5,)))
    assert trie.tokens == (-1, 1, 5, 2, 3, 4)
    assert trie.parents == (-1, 0, 0, 1, 1, 4)
    assert trie.depths == (0, 1, 1, 2, 2, 3)
    assert trie.last == (3, 1, 5, 2)
    assert trie.depth == 3
    assert trie.path(5) == [1, 4, 5]
    assert trie.children([0, 1]) == [1, 2, 3, 4]


@pytest.mark.parametrize("sequences", [(), ((),), ((), (7,))])
def test_a_tree_of_nothing(sequences: Sequence[Sequence[int]]) -> None:
    trie = Trie.of(tuple(map(tuple, sequences)))
    assert len(trie) == 1 + sum(map(len, sequences))
    assert trie.depth == max(map(len, sequences), default=0)
