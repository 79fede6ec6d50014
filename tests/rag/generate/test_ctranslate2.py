"""Converted copies: in float32 the reference's own tokens, in int8 a measured likeness, and never torch."""

from __future__ import annotations

import gc
import json
import logging
import subprocess
import sys
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from ingest.errors import NoCopyError
from ingest.models.convert import DETAILS, MODEL, write_copy
from prompts.types import Message
from rag.generate import CTranslate2Generator, Decoding, Generator, new_generator
from rag.generate.convert import COARSE, convert_generator
from rag.generate.ct2_model import GeneratorCopy
from rag.generate.ctranslate2 import Runtime
from rag.generate.decode import TransformersGenerator
from rag.generate.fusion import fuse_prompts
from rag.generate.score import TextScorer
from rag.generate.tokenizer import FileTokenizer

Make = Callable[..., Any]
CONVERTED = ("t5", "mt5", "bart", "pegasus", "gpt2", "chat_llama")
TEXTS = ("Why is the sky blue?", "naïve café in 東京 costs much €", "a", "one two three four five six seven")


@pytest.fixture(scope="session")
def exact(generator_of: Make, folder_of: Make, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Return an architecture's reference generator and its copy in float32."""
    made: dict[str, tuple[TransformersGenerator, Runtime]] = {}

    def pair(architecture: str) -> tuple[TransformersGenerator, Runtime]:
        if architecture not in made:
            reference, out = generator_of(architecture), tmp_path_factory.mktemp("exact") / MODEL
            write_copy(reference.model, reference.tokenizer, folder_of(architecture), out, "float32")
            runtime = Runtime(out, reference.codec, reference.loaded.forced_first, "float32", 2)
            made[architecture] = reference, runtime
        return made[architecture]

    return pair


@pytest.fixture(scope="session")
def copy_of(folder_of: Make, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], GeneratorCopy]:
    """Return an architecture's copy in int8, converted in this process."""
    made: dict[str, GeneratorCopy] = {}

    def copy(architecture: str) -> GeneratorCopy:
        if architecture not in made:
            folder = tmp_path_factory.mktemp("copy")
            made[architecture] = GeneratorCopy(folder, convert_generator(str(folder_of(architecture)), folder))
        return made[architecture]

    return copy


def fast(copy: GeneratorCopy, **options: Any) -> CTranslate2Generator:
    return CTranslate2Generator("small", copy=copy, threads=2, **options)


@pytest.mark.parametrize("architecture", CONVERTED)
@pytest.mark.parametrize(
    "decoding",
    [
        Decoding(max_new_tokens=12),
        Decoding(max_new_tokens=12, repetition_penalty=2.0),
        Decoding(max_new_tokens=12, no_repeat_ngram_size=2),
        Decoding(max_new_tokens=12, stop=("e",)),
    ],
    ids=["plain", "penalty", "ngrams", "stop"],
)
def test_in_float32_a_copy_writes_what_the_reference_writes(architecture: str, decoding: Decoding, exact: Make) -> None:
    reference, runtime = exact(architecture)
    codec = reference.codec
    rows = [codec.encode(text) for text in TEXTS]
    made = runtime.generate(rows, decoding)
    found = [codec.generation(len(row), tokens, decoding) for row, tokens in zip(rows, made, strict=True)]
    assert found == reference.generate(TEXTS, decoding)
    assert runtime.generate(rows[:1], decoding) == made[:1], "a row alone is the row in a batch"


@pytest.mark.parametrize("architecture", CONVERTED)
def test_what_a_conversion_measures_is_small(architecture: str, copy_of: Make) -> None:
    details = copy_of(architecture).details
    assert details["measured"]["float32"] < 1e-4
    assert details["measured"]["same"] == 1
    # Random weights 32 wide lose more in eight bits than trained ones: what is too much is refused.
    assert (details["measured"]["loss"] > COARSE) == bool(details["refused"])


@pytest.mark.parametrize("architecture", CONVERTED)
def test_the_file_alone_makes_the_same_tokenizer(architecture: str, copy_of: Make, generator_of: Make) -> None:
    reference = generator_of(architecture)
    own = copy_of(architecture).codec("small", None)
    marks = reference.tokenizer.all_special_tokens
    texts = [*TEXTS, *(f"before {mark} after{mark}" for mark in marks)]
    assert [own.encode(text) for text in texts] == [reference.encode(text) for text in texts]
    assert [own.style, own.window.tokens] == [reference.style, reference.context_window]
    rows = [[*reference.encode(text)] for text in texts]
    assert [own.text(row) for row in rows] == [reference.codec.text(row) for row in rows]


def test_a_chat_is_rendered_by_the_models_template(copy_of: Make, generator_of: Make) -> None:
    chat = (Message("system", "Be brief."), Message("user", "Who <|im_end|> are you?"))
    assert copy_of("chat_llama").codec("small", None).encode(chat) == generator_of("chat_llama").encode(chat)


@pytest.mark.parametrize("architecture", ["t5", "gpt2"])
def test_streams_join_and_stop_when_closed(architecture: str, copy_of: Make) -> None:
    generator = fast(copy_of(architecture))
    for stop in ((), ("e",)):
        decoding = Decoding(max_new_tokens=20, stop=stop)
        [whole] = generator.generate([TEXTS[0]], decoding)
        assert "".join(generator.stream(TEXTS[0], decoding)) == whole.text
    pieces = generator.stream(TEXTS[0], Decoding(max_new_tokens=40))
    next(pieces)
    pieces.close()


def test_order_is_kept_over_several_batches(copy_of: Make) -> None:
    generator = fast(copy_of("gpt2"), batch_size=2)
    decoding = Decoding(max_new_tokens=6)
    together = generator.generate(TEXTS, decoding)
    assert together == [generator.generate([text], decoding)[0] for text in TEXTS]
    assert generator.generate([], decoding) == []


def test_a_long_prompt_is_not_cut(copy_of: Make, exact: Make) -> None:
    """The runtime's own default reads the first 1,024 tokens and says nothing."""
    generator = fast(copy_of("t5"), context_window=3000)
    long = "word " * 600 + "end"
    assert generator.count_tokens(long) > 1024
    reference, runtime = exact("t5")
    row = reference.encode(long)
    other = [*row[:-40], *row[:39], row[-1]]  # differs after 1,024 tokens only
    text = [5, 6, 7]
    assert runtime.log_probabilities(row, text) != runtime.log_probabilities(other, text)
    with pytest.raises(ValueError, match="prompt 0 has"):
        fast(copy_of("t5")).generate([long], Decoding(max_new_tokens=4))


def test_sampling_and_beams_are_the_references(copy_of: Make, folder_of: Make, generator_of: Make) -> None:
    generator = CTranslate2Generator(str(folder_of("gpt2")), copy=copy_of("gpt2"), threads=1)
    for decoding in (Decoding(max_new_tokens=8, temperature=0.8, seed=3), Decoding(max_new_tokens=8, num_beams=3)):
        assert generator.generate(TEXTS[:2], decoding) == generator_of("gpt2").generate(TEXTS[:2], decoding)
        assert "".join(generator.stream(TEXTS[0], decoding)) == generator.generate(TEXTS[:1], decoding)[0].text


def test_what_cannot_be_converted_runs_on_the_reference_and_says_so(
    folder_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path))
    model = str(folder_of("led"))
    with caplog.at_level(logging.WARNING):
        generator = new_generator(model, "auto", threads=1)
    assert isinstance(generator, TransformersGenerator)
    assert "does not run on CTranslate2: it cannot be converted: No conversion is registered" in caplog.text
    assert "transformers runs it" in caplog.text
    with pytest.raises(NoCopyError, match="No conversion is registered"):  # kept: nothing is tried again
        new_generator(model, "ctranslate2")
    [details] = tmp_path.rglob(DETAILS)
    assert details.parent.parent.name == "ctranslate2"


def test_a_copy_is_made_in_a_child_process_and_again_when_it_is_broken(
    folder_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path))
    model = str(folder_of("gpt2"))
    generator = new_generator(model, "auto", threads=1)
    assert isinstance(generator, CTranslate2Generator)
    [file] = tmp_path.rglob("model.bin")
    whole, made = file.read_bytes(), file.stat().st_mtime_ns
    assert GeneratorCopy.of(model).model == file.parent
    assert file.stat().st_mtime_ns == made
    file.write_bytes(whole[:-100])
    GeneratorCopy.of(model)
    assert file.read_bytes() == whole


def test_options_and_backends_out_of_range_are_refused(copy_of: Make) -> None:
    for wrong in ({"batch_size": 0}, {"threads": 0}):
        with pytest.raises(ValueError, match="must be at least 1, not 0"):
            CTranslate2Generator("small", copy=copy_of("gpt2"), **wrong)
    with pytest.raises(ValueError, match="unknown backend 'onnx'; known: auto, transformers, ctranslate2"):
        new_generator("builtin:smollm2", "onnx")


def test_scores_and_fused_passages_come_from_the_reference(folder_of: Make, copy_of: Make) -> None:
    copied = CTranslate2Generator(str(folder_of("gpt2")), copy=copy_of("gpt2"), threads=1)
    reference = new_generator(str(folder_of("gpt2")), "transformers", threads=1)
    labels = ["card", "a top-up"]
    assert TextScorer(copied).score("Which one?", labels) == TextScorer(reference).score("Which one?", labels)
    fused = [
        fuse_prompts(each, TEXTS[:2], [1.0, 2.0], "rag-token", Decoding(max_new_tokens=6))
        for each in (copied, reference)
    ]
    assert fused[0] == fused[1]
    assert copied.fingerprint != reference.fingerprint
    kept = weakref.ref(copied.reference)
    copied.close()
    copied.close()
    gc.collect()
    assert kept() is None


def test_another_device_or_precision_is_the_references(folder_of: Make) -> None:
    generator = new_generator(str(folder_of("gpt2")), "auto", dtype="bfloat16", threads=1)
    assert isinstance(generator, TransformersGenerator)


def test_a_copy_that_is_not_true_is_refused(folder_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.generate import convert as module

    def measured(*_: object) -> module.Fidelity:
        return module.Fidelity(float32=0.0, int8=0.4, loss=0.3, same=1.0, same_int8=0.2)

    monkeypatch.setattr(module, "compare_copies", measured)
    assert "0.300 nats a token less likely" in module.convert_generator(str(folder_of("gpt2")), tmp_path)["refused"]
    wrong = replace(measured(), float32=float("nan"))
    assert "nan nats a token in float32" in str(wrong.refused)


def test_a_tokenizer_without_a_template_or_a_mark_says_none(copy_of: Make, small_models: ModuleType) -> None:
    tokenizer = FileTokenizer.of_folder(copy_of("t5").folder)
    assert tokenizer.chat_template is None
    assert tokenizer.mask_token is None
    with pytest.raises(AttributeError):
        tokenizer.vocabulary  # noqa: B018


def test_generating_needs_no_torch(copy_of: Make) -> None:
    copy = copy_of("chat_llama")
    script = f"""
import json, sys
from pathlib import Path
from rag.generate import CTranslate2Generator, Decoding
from rag.generate.ct2_model import GeneratorCopy
folder = Path({str(copy.folder)!r})
generator = CTranslate2Generator("small", copy=GeneratorCopy(folder, {dict(copy.details)!r}), threads=1)
print(generator.generate(["Why?"], Decoding(max_new_tokens=3))[0].completion_tokens)
print([name for name in ("torch", "transformers", "sentence_transformers") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "[]"


def test_it_is_a_generator(copy_of: Make) -> None:
    generator = fast(copy_of("gpt2"))
    assert {name for name in vars(Generator) if not name.startswith("_")} <= set(dir(generator))
    assert (generator.name, generator.threads, generator.prompt_window(4)) == ("small", 2, generator.context_window - 4)


@pytest.mark.parametrize("architecture", ["t5", "gpt2"])
def test_no_worker_holds_a_callback_after_a_call(architecture: str, copy_of: Make) -> None:
    generator = fast(copy_of(architecture))
    held: list[weakref.ref[Any]] = []

    def spy(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, callback: Any, **options: Any) -> Any:
            held.append(weakref.ref(callback))
            return method(*arguments, callback=callback, **options)

        return call

    model = generator._runtime._single
    methods = {
        name: spy(getattr(model, name)) for name in ("generate_batch", "translate_batch") if hasattr(model, name)
    }
    generator._runtime.__dict__["_single"] = SimpleNamespace(**methods)
    for _ in range(5):
        generator.generate(TEXTS[:1], Decoding(max_new_tokens=3, stop=("\n",)))
    assert len(held) == 5
    assert [reference() for reference in held] == [None] * 5


ENDS = """
import sys
import weakref
from rag.generate.ct2_model import GeneratorCopy
from rag.generate import CTranslate2Generator, Decoding
import json, pathlib
folder = pathlib.Path(sys.argv[1])
copy = GeneratorCopy(folder, json.loads((folder / "details.json").read_text()))
generator = CTranslate2Generator("small", copy=copy, threads=1)
if sys.argv[2] == "stream":
    stream = generator.stream("Why is the sky blue?", Decoding(max_new_tokens=400))
    next(stream)
else:
    generator.generate(["Why is the sky blue?"], Decoding(max_new_tokens=3, stop=("x",)))
"""


@pytest.mark.parametrize("use", ["generate", "stream"])
def test_a_program_that_ends_after_its_last_call_ends_well(use: str, copy_of: Make) -> None:
    copy = copy_of("gpt2")
    (copy.folder / DETAILS).write_text(json.dumps(dict(copy.details)), "utf-8")
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, "-c", ENDS, str(copy.folder), use], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
