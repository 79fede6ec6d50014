"""Fusing passages, against plain implementations that compute everything anew at every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any

import pytest
import torch
from transformers.modeling_outputs import BaseModelOutput

from ingest.types import Chunk
from rag.answer.passages import passage_weights
from rag.answer.pipeline import Pipeline
from rag.answer.refusal import whole_sentences
from rag.generate import Decoding, Generation, new_generator
from rag.generate.fusion import fuse_prompts
from rag.generate.score import TextScorer
from stores.base import Hit

PROMPTS = [
    "question: when is tea served? context: Tea is served at four in the library.",
    "question: when is tea served? context: The rent is due on the first of the month, and it is 900 euros.",
    "question: when is tea served? context: A light laptop with 16 GB of memory.",
]
WEIGHTS = [0.6, 0.3, 0.1]
SEQ2SEQ, CAUSAL = ["t5", "mt5", "bart", "pegasus", "led", "t5gemma"], ["gpt2", "chat_llama"]
GREEDY = Decoding(max_new_tokens=9)


def expected_next(generator: Any, row: Sequence[int], new: Sequence[int]) -> torch.Tensor:
    """What a prompt alone makes the model expect after the new tokens: log-probabilities over the vocabulary."""
    with torch.inference_mode():
        if generator.family == "causal":
            logits = generator.model(input_ids=torch.tensor([[*row, *new]])).logits
        else:
            start = [token for token in (generator.loaded.start,) if token is not None]
            given = torch.tensor([[*start, *new]])
            logits = generator.model(**generator.inputs([list(row)])[0], decoder_input_ids=given).logits
    expected: torch.Tensor = logits[0, -1].double().log_softmax(-1)
    return expected


def written(generator: Any, expect: Callable[[list[int]], torch.Tensor], count: int) -> list[int]:
    """Greedy tokens by what is expected next, the forced first one and the end among them."""
    new: list[int] = []
    forced = generator.loaded.forced_first
    while len(new) < count:
        new.append(forced if forced is not None and not new else int(expect(new).argmax()))
        if new[-1] in generator.loaded.eos:
            break
    return new


def text_of(generator: Any, new: list[int], rows: Sequence[Sequence[int]], decoding: Decoding = GREEDY) -> Generation:
    made: Generation = generator.codec.generation(sum(map(len, rows)), new, decoding)
    return made


@pytest.mark.parametrize("architecture", SEQ2SEQ)
@pytest.mark.parametrize("batch_size", [1, 8])
def test_fid_decodes_over_all_that_was_read(architecture: str, batch_size: int, folder_of: Any) -> None:
    generator: Any = new_generator(str(folder_of(architecture)), "transformers", threads=1, batch_size=batch_size)
    rows = [generator.encode(prompt) for prompt in PROMPTS]
    with torch.inference_mode():
        states = [generator.model.get_encoder()(**generator.inputs([row])[0])[0] for row in rows]

    def expect(new: list[int]) -> torch.Tensor:
        with torch.inference_mode():
            logits = generator.model(
                encoder_outputs=BaseModelOutput(torch.cat(states, dim=1)),
                decoder_input_ids=torch.tensor([[generator.loaded.start, *new]]),
            ).logits
        expected: torch.Tensor = logits[0, -1]
        return expected

    assert fuse_prompts(generator, PROMPTS, WEIGHTS, "fid", GREEDY) == text_of(
        generator, written(generator, expect, 9), rows
    )


@pytest.mark.parametrize("architecture", [*SEQ2SEQ, *CAUSAL])
def test_rag_token_averages_what_is_expected_of_each_token(architecture: str, generator_of: Any) -> None:
    generator = generator_of(architecture)
    rows = [generator.encode(prompt) for prompt in PROMPTS]

    def expect(new: list[int]) -> torch.Tensor:
        apart = torch.stack([expected_next(generator, row, new) for row in rows])
        return (apart + torch.tensor(WEIGHTS, dtype=torch.float64).log()[:, None]).logsumexp(0)

    made = fuse_prompts(generator, PROMPTS, [10 * weight for weight in WEIGHTS], "rag-token", GREEDY)
    assert made == text_of(generator, written(generator, expect, 9), rows)


@pytest.mark.parametrize("architecture", [*SEQ2SEQ, *CAUSAL])
def test_rag_sequence_takes_the_text_that_all_find_most_probable(architecture: str, generator_of: Any) -> None:
    generator = generator_of(architecture)
    scorer = TextScorer(generator)
    alone = generator.generate(PROMPTS, GREEDY)
    texts = [each.text for each in alone if each.text.strip()]

    def together(text: str) -> float:
        parts = [log(weight) + scorer.score(prompt, [text])[0] for prompt, weight in zip(PROMPTS, WEIGHTS, strict=True)]
        return float(torch.tensor(parts, dtype=torch.float64).logsumexp(0))

    made = fuse_prompts(generator, PROMPTS, WEIGHTS, "rag-sequence", GREEDY)
    assert together(made.text) == pytest.approx(max(map(together, texts)), abs=1e-4)
    assert made.prompt_tokens == sum(len(generator.encode(prompt)) for prompt in PROMPTS)


@pytest.mark.parametrize("fusion", ["fid", "rag-token", "rag-sequence"])
def test_one_prompt_is_answered_as_it_would_be_without_fusion(fusion: Any, generator_of: Any) -> None:
    generator = generator_of("t5")
    assert fuse_prompts(generator, PROMPTS[:1], [1.0], fusion, GREEDY) == generator.generate(PROMPTS[:1], GREEDY)[0]


def test_a_passage_that_counts_for_nearly_all_decides(generator_of: Any) -> None:
    generator = generator_of("gpt2")
    for at in range(3):
        weights = [1.0 if place == at else 1e-30 for place in range(3)]
        alone = generator.generate([PROMPTS[at]], GREEDY)[0]
        assert fuse_prompts(generator, PROMPTS, weights, "rag-token", GREEDY).text == alone.text


@pytest.mark.parametrize(
    "decoding",
    [
        Decoding(max_new_tokens=8, temperature=0.8, seed=3),
        Decoding(max_new_tokens=8, num_beams=3),
        Decoding(max_new_tokens=8, repetition_penalty=1.3, no_repeat_ngram_size=2, stop=("a",)),
    ],
    ids=["sampled", "beams", "controlled"],
)
@pytest.mark.parametrize("fusion", ["fid", "rag-token"])
def test_all_ways_of_decoding_work_and_repeat_themselves(fusion: Any, decoding: Decoding, generator_of: Any) -> None:
    generator = generator_of("t5")
    first = fuse_prompts(generator, PROMPTS, WEIGHTS, fusion, decoding)
    assert first == fuse_prompts(generator, PROMPTS, WEIGHTS, fusion, decoding)
    assert "a" not in first.text or not decoding.stop


def test_what_cannot_be_fused_is_refused(generator_of: Any) -> None:
    gpt2 = generator_of("gpt2")
    with pytest.raises(ValueError, match=r"no encoder, which passages = 'fid' needs: use rag-token or rag-sequence"):
        fuse_prompts(gpt2, PROMPTS, WEIGHTS, "fid", GREEDY)
    with pytest.raises(ValueError, match="passages is 'sum': known are concat, fid"):
        fuse_prompts(gpt2, PROMPTS, WEIGHTS, "sum", GREEDY)  # type: ignore[arg-type]
    for weights in ([1.0], [1.0, 0.0, 1.0], [1.0, float("nan"), 1.0]):
        with pytest.raises(ValueError, match="each needs one above 0"):
            fuse_prompts(gpt2, PROMPTS, weights, "rag-token", GREEDY)
    with pytest.raises(ValueError, match="each needs one above 0"):
        fuse_prompts(gpt2, [], [], "rag-token", GREEDY)


# --- in a pipeline ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A retriever that always finds the same."""

    hits: Sequence[Hit]

    def retrieve(self, question: str, k: int = 5, where: object = None) -> list[Hit]:
        return list(self.hits[:k])


def hit(text: str, cosine: float | None, start: int = 0, source: str = "") -> Hit:
    chunk = Chunk(text, source or text[:9], start, start + len(text))
    return Hit(chunk, cosine or 0.1, {} if cosine is None else {"dense": cosine})


HITS = [
    hit("Tea is served at four in the library.", 0.8),
    hit("The rent is due on the first of the month.", 0.6),
    hit("A light laptop with 16 GB of memory.", 0.5),
]


@pytest.mark.parametrize(("architecture", "fusion"), [("t5", "fid"), ("t5", "rag-token"), ("gpt2", "rag-sequence")])
def test_a_pipeline_gives_each_passage_a_prompt_of_its_own(architecture: str, fusion: Any, generator_of: Any) -> None:
    generator = generator_of(architecture)
    pipeline = Pipeline(Found(HITS), generator, passages=fusion, decoding=GREEDY)
    answer = pipeline.ask("When is tea served?")
    prompts = [
        pipeline.prompt.pack(generator, 9, {"question": "When is tea served?"}, [each.chunk]).prompt for each in HITS
    ]
    weights = passage_weights([each.chunk for each in HITS], HITS)
    made = fuse_prompts(generator, prompts, weights, fusion, GREEDY)
    assert answer.usage.prompt_tokens == made.prompt_tokens == sum(map(generator.count_tokens, prompts))
    assert answer.usage.completion_tokens == made.completion_tokens
    assert answer.dropped == ()
    assert answer.text in (made.text.strip(), whole_sentences(made)) or answer.abstained
    stream = pipeline.stream("When is tea served?")
    assert "".join(stream) == stream.answer.text == answer.text


def test_more_passages_than_the_window_holds_are_all_read(generator_of: Any) -> None:
    text = "The harbour of the old town is closed in winter, and in summer boats go to the islands. " * 5
    hits = [hit(f"Passage {number}. {text}", 0.9 - number / 100, source=str(number)) for number in range(12)]
    generator = generator_of("t5")
    concatenated = Pipeline(Found(hits), generator, k=12, decoding=GREEDY).ask("When is the harbour closed?")
    together = Pipeline(Found(hits), generator, k=12, decoding=GREEDY, passages="fid").ask(
        "When is the harbour closed?"
    )
    assert len(concatenated.dropped) > 3
    assert together.dropped == ()
    assert together.usage.prompt_tokens > generator.context_window > concatenated.usage.prompt_tokens


def test_what_repeats_or_does_not_fit_is_reported(generator_of: Any) -> None:
    giant = "word " * 2000
    hits = [HITS[0], hit(HITS[0].chunk.text, 0.7, source="copy"), hit(giant, 0.6)]
    pipeline = Pipeline(Found(hits), generator_of("t5"), passages="fid", decoding=GREEDY)
    reasons = {(dropped.chunk.source, dropped.reason) for dropped in pipeline.ask("When is tea served?").dropped}
    assert ("copy", "duplicate") in reasons
    assert any(source == giant[:9] for source, _ in reasons)


def test_passages_count_by_their_cosine_or_all_alike() -> None:
    chunks = [each.chunk for each in HITS]
    weights = passage_weights(chunks, HITS)
    assert sum(weights) == pytest.approx(1)
    assert weights[0] / weights[1] == pytest.approx(exp(20 * 0.2))
    assert passage_weights([replace(chunks[0], text="at four", start=14, end=21), chunks[1]], HITS)[0] > 0.9
    assert passage_weights(chunks, [HITS[0], hit(chunks[1].text, None), HITS[2]]) == [pytest.approx(1 / 3)] * 3


def test_a_generator_that_cannot_fuse_is_refused_before_anything_is_asked(generator_of: Any, scripted: Any) -> None:
    with pytest.raises(ValueError, match="cannot read passages apart: passages = 'fid' needs a model on this machine"):
        Pipeline(Found(HITS), scripted("x"), passages="fid")
    with pytest.raises(ValueError, match="passages is 'mean': known are concat, fid"):
        Pipeline(Found(HITS), scripted("x"), passages="mean")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no encoder"):
        Pipeline(Found(HITS), generator_of("gpt2"), passages="fid")
