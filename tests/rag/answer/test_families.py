"""Every family through one pipeline: by folder name, as transformers answers, packed to the window, never cut."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, GenerationConfig

from ingest.chunk import Chunker
from ingest.models.threads import limited_threads
from ingest.types import Chunk, Document
from prompts import Message, Packed, Prompt, RenderedPrompt
from rag.answer.pipeline import Pipeline
from rag.answer.refusal import whole_sentences
from rag.answer.types import Answer
from rag.generate import Decoding, Generation, Generator, new_generator
from rag.index.index import Index
from rag.retrieve.retrievers import HybridRetriever
from stores import new_store

ROOT = Path(__file__).parents[3]
HANDBOOK = ROOT / "examples" / "knowledge_base" / "documents" / "handbook"
SEED = 4  # random weights under which no architecture says the same to every question
NEW_TOKENS = 12
PLAIN = Decoding(max_new_tokens=NEW_TOKENS)
QUESTIONS = [
    "Who approves overtime?",
    "Overtime?",
    "How many weeks of paid parental leave is an employee entitled to after the birth, the adoption or the foster "
    "placement of a child, and by when do all of these weeks have to be used?",
    "What is comp time?",
    "When does annual leave that was not used expire, and what is it called then?",
    "Can I donate leave to a colleague who is ill?",
    "FMLA",
    "What do I have to do in my calendar, in my mail and in the time sheet before I go out of the office for a week?",
]


@dataclass(frozen=True)
class Family:
    """A small model's folder, its generator, and how many tokens of prompt its config has room for."""

    folder: Path
    generator: Generator
    reference: Callable[[RenderedPrompt], tuple[str, int]]
    prompt_window: int


# What the published checkpoints have: T5 is trained on 512 tokens; the decoder-only ones share theirs with the answer.
WINDOWS = {"t5": 512, "bart": 1024, "pegasus": 512, "gpt2": 1024 - NEW_TOKENS, "chat_llama": 512 - NEW_TOKENS}


@pytest.fixture(scope="module", params=WINDOWS)
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Family:
    spec = importlib.util.spec_from_file_location("small_models", ROOT / "tests" / "small_models.py")
    small_models = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(small_models)
    folder = tmp_path_factory.mktemp("models") / request.param
    getattr(small_models, f"make_{request.param}")(folder, seed=SEED)
    return Family(
        folder, new_generator(str(folder), "transformers", threads=1), reference(folder), WINDOWS[request.param]
    )


def pipeline_of(embedder: Any, generator: Generator, size: int, k: int, prompt: str | Path = "answer") -> Pipeline:
    """A pipeline over the handbook of the knowledge base, in chunks of this many tokens."""
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=size))
    index.add(Document(file.read_text("utf-8"), file.name) for file in sorted(HANDBOOK.glob("*.md")))
    template = Prompt.load("answer") if prompt == "answer" else Prompt.load("answer", Path(prompt))
    return Pipeline(
        HybridRetriever(index.store, index.embedder), generator, template, k=k, decoding=PLAIN, answer_format="short"
    )


@pytest.fixture
def pipeline(embedder: Any, family: Family) -> Pipeline:
    """Five chunks a question: for the smaller windows already too much."""
    return pipeline_of(embedder, family.generator, size=60, k=5)


@pytest.fixture
def crowded(embedder: Any, family: Family) -> Pipeline:
    """Fifty long chunks a question, many times any of these windows."""
    return pipeline_of(type(embedder)(window=512), family.generator, size=250, k=50)


def packed_for(pipeline: Pipeline, answer: Answer) -> Packed:
    """The prompt that an answer was generated from, packed once more from what was retrieved for it."""
    chunks = [hit.chunk for hit in answer.hits]
    return pipeline.prompt.pack(pipeline.generator, NEW_TOKENS, {"question": answer.question}, chunks)


def reference(folder: Path) -> Callable[[RenderedPrompt], tuple[str, int]]:
    """One prompt to its greedy new text and its length in tokens, with nothing but transformers."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    encoder_decoder = AutoConfig.from_pretrained(folder).is_encoder_decoder
    model = (AutoModelForSeq2SeqLM if encoder_decoder else AutoModelForCausalLM).from_pretrained(folder).eval()
    habits = model.generation_config  # beams, minimum lengths and sampling are the checkpoint's, not greedy's
    needed = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_bos_token_id")
    model.generation_config = GenerationConfig(**{name: getattr(habits, name) for name in needed})

    def answer(prompt: RenderedPrompt) -> tuple[str, int]:
        if not isinstance(prompt, str):
            turns = [{"role": message.role, "content": message.content} for message in prompt]
            prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
        encoded = tokenizer(prompt, return_tensors="pt", return_token_type_ids=False)
        with limited_threads(1):
            output = model.generate(**encoded, do_sample=False, max_new_tokens=NEW_TOKENS)[0]
        length = encoded.input_ids.shape[1]
        new = output[1:] if encoder_decoder else output[length:]
        return tokenizer.decode(new, skip_special_tokens=True, clean_up_tokenization_spaces=False).strip(), length

    return answer


def text_of(prompt: RenderedPrompt) -> str:
    return prompt if isinstance(prompt, str) else "\n".join(message.content for message in prompt)


def test_batches_of_uneven_questions_answer_as_one_by_one(pipeline: Pipeline) -> None:
    alone = [pipeline.ask(question) for question in QUESTIONS]
    assert len({answer.usage.prompt_tokens for answer in alone}) >= 4, "uneven prompts"
    assert len({answer.text for answer in alone}) >= 2, "answers that depend on the prompt"
    assert all(answer.usage.completion_tokens for answer in alone)
    for size in (1, 3, 8):
        assert pipeline.ask_many(QUESTIONS[:size]) == alone[:size]


def reference_of(family: Family, prompt: RenderedPrompt, answer: Answer) -> tuple[str, int]:
    """What transformers generates alone, without a last sentence that the few new tokens cut off."""
    text, prompt_tokens = family.reference(prompt)
    finish = "length" if answer.usage.completion_tokens == NEW_TOKENS else "stop"
    return whole_sentences(Generation(text, prompt_tokens, NEW_TOKENS, finish)), prompt_tokens


def generated(pipeline: Pipeline, question: str) -> str:
    """What the generator writes, before it is checked: no source supports the words of a random model."""
    return "".join(pipeline.stream(question)).strip()


def test_answers_are_those_of_transformers_generate(pipeline: Pipeline, family: Family) -> None:
    for answer in pipeline.ask_many(QUESTIONS):
        packed = packed_for(pipeline, answer)
        length = "length" if answer.usage.completion_tokens == NEW_TOKENS else "stop"
        text = whole_sentences(Generation(generated(pipeline, answer.question), 0, NEW_TOKENS, length))
        assert (text, answer.usage.prompt_tokens) == reference_of(family, packed.prompt, answer)
        assert 1 <= answer.usage.completion_tokens <= NEW_TOKENS
        assert answer.question in text_of(packed.prompt)


def test_a_stream_gives_the_same_answer(pipeline: Pipeline, family: Family) -> None:
    for question in QUESTIONS[:3]:
        stream, asked = pipeline.stream(question), pipeline.ask(question)
        whole = "".join(stream)
        assert asked.abstained or whole.strip().startswith(asked.text)
        assert stream.answer.text == asked.text
        # A stream brings text, not tokens: its new tokens are those of the text, without any mark around it.
        tokens = len(AutoTokenizer.from_pretrained(family.folder)(whole, add_special_tokens=False).input_ids)
        assert stream.answer.usage.completion_tokens == pytest.approx(tokens, abs=1)
        usage = replace(stream.answer.usage, completion_tokens=asked.usage.completion_tokens)
        assert replace(stream.answer, usage=usage) == asked


def test_prompts_of_fifty_long_passages_fill_the_window_and_never_pass_it(crowded: Pipeline, family: Family) -> None:
    for answer in crowded.ask_many(QUESTIONS[:3]):
        assert len(answer.hits) == 50
        assert sum(len(hit.chunk.text) for hit in answer.hits) > 20 * family.prompt_window
        assert family.prompt_window * 0.7 < answer.usage.prompt_tokens <= family.prompt_window
        text = generated(crowded, answer.question)
        assert (text, answer.usage.prompt_tokens) == family.reference(packed_for(crowded, answer).prompt)
        assert answer.dropped


def test_every_retrieved_character_is_in_the_prompt_or_reported(crowded: Pipeline) -> None:
    answer = crowded.ask(QUESTIONS[0])
    packed = packed_for(crowded, answer)
    assert packed.dropped == answer.dropped
    assert packed.passages
    for passage in packed.passages:
        assert passage.text in text_of(packed.prompt)
    for hit in answer.hits:
        kept = [(p.start, p.end) for p in packed.passages if lies_in(p, hit.chunk)]
        left = [(drop.start, drop.end) for drop in answer.dropped if drop.chunk == hit.chunk]
        assert joined(kept + left) == [(hit.chunk.start, hit.chunk.end)]


def lies_in(passage: Chunk, chunk: Chunk) -> bool:
    return passage.source == chunk.source and chunk.start <= passage.start and passage.end <= chunk.end


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that meet as one; an overlap fails."""
    made: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if made and start == made[-1][1]:
            made[-1] = (made[-1][0], end)
        else:
            assert not made or start > made[-1][1], "kept and dropped, or counted twice"
            made.append((start, end))
    return made


def test_a_question_longer_than_the_window_is_one_clear_line(pipeline: Pipeline, family: Family) -> None:
    question = "Is overtime paid " + "and taken as leave " * 600 + "?"
    for ask in (pipeline.ask, pipeline.stream):
        with pytest.raises(ValueError, match=rf"{family.prompt_window:,} fit with 12 new ones.*'question'") as e:
            ask(question)
        assert "\n" not in str(e.value)
        assert len(str(e.value)) < 250
    short = pipeline.ask(QUESTIONS[0])
    assert short.text, "and the next question is answered"


def test_templates_of_a_folder_serve_every_family(embedder: Any, family: Family, tmp_path: Path) -> None:
    body = "{% for p in passages %}* {{ p.text }}\n{% endfor %}Frage: {{ question }}"
    (tmp_path / "text2text.jinja").write_text(f"frage: {body}")
    (tmp_path / "completion.jinja").write_text(f"Lies dies.\n{body}\nAntwort:")
    (tmp_path / "chat.jinja").write_text(
        "{% block system %}Antworte knapp.{% endblock %}{% block user %}" + body + "{% endblock %}"
    )
    pipeline = pipeline_of(embedder, family.generator, size=60, k=5, prompt=tmp_path)
    answer = pipeline.ask(QUESTIONS[0])
    packed = packed_for(pipeline, answer)
    opening = {
        "text2text": "frage: *",
        "completion": "Lies dies.\n*",
        "chat": Message("system", "Antworte knapp."),
    }[family.generator.style]
    if isinstance(packed.prompt, str):
        assert packed.prompt.startswith(str(opening))
    else:
        assert packed.prompt[0] == opening
    assert re.search(r"Frage: Who approves overtime\?(\nAntwort:)?$", text_of(packed.prompt))
    text, prompt_tokens = family.reference(packed.prompt)
    assert (generated(pipeline, QUESTIONS[0]), answer.usage.prompt_tokens) == (text, prompt_tokens)
