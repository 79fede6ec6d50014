"""Convert a generator for CTranslate2 and measure the copy against the model. Runs in its own process.

    python -m rag.generate.convert MODEL FOLDER

In float32 the log-probabilities of copy and model must agree, or the conversion is wrong. In int8 their difference is
the cost of the coarser numbers.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ingest.errors import ModelError
from ingest.models.convert import (
    COMPARING,
    CONVERTING,
    LOADING,
    MODEL,
    look_up_measures,
    look_up_recipe,
    run_conversion,
    tell_step,
    write_copy,
)
from ingest.models.weights import folder_named
from rag.generate.load import LoadedModel, generator_weights, load_model, model_family, model_folder, quiet
from rag.generate.smoothquant import smooth
from rag.generate.tokenizer import FileTokenizer, write_tokenizer
from rag.generate.tokens import TextCodec
from rag.generate.window import model_window

WRONG = 0.01
"""Nats a token between model and copy in float32: a larger difference means a wrong conversion."""

COARSE = 0.1
"""Nats a token by which the copy in int8 may find the model's own texts less likely."""

NEW_TOKENS = 24

SAMPLE = (
    "Bees tell each other where flowers are by dancing on the comb. Question: How do bees tell where flowers are?",
    "The museum opens at ten and closes at six, on Mondays at four. Question: When does it close on Mondays?",
    "Each employee earns two days of leave a month, which expire after a year.\nQuestion: Do they expire?\nAnswer:",
    "name: Aurora 15; memory: 16 GB; weight: 1.2 kg; battery: 11 hours",
    "Summarise: Heavy rain closed the mountain road on Tuesday. Workers cleared it by noon, and buses ran again.",
    "In 1969 two people walked on the Moon while a third stayed in orbit around it.",
)
"""Texts to compare model and copy on: questions with their passages, fields, and plain text."""


@dataclass(frozen=True)
class Fidelity:
    """The agreement of a copy with its model, on texts that the model wrote greedily.

    `float32` and `int8` are mean absolute differences of the tokens' log-probabilities in nats. `loss` is the mean by
    which the copy in int8 finds these tokens less likely. `same` is the share of texts that the copy in float32 writes
    identically, and `same_int8` that of the copy in int8.
    """

    float32: float
    int8: float
    loss: float
    same: float
    same_int8: float

    @property
    def refused(self) -> str | None:
        """The reason for not using the copy; None where it is faithful enough."""
        if not self.float32 <= WRONG:
            return f"its copy differs by {self.float32:.3f} nats a token in float32 (at most {WRONG} is right)"
        if not self.loss <= COARSE:
            return f"in int8 its own texts are {self.loss:.3f} nats a token less likely (at most {COARSE} is tolerated)"
        return None


def convert_generator(model: str, folder: Path) -> dict[str, Any]:
    """Fill an empty folder with the model's copy, and return the details of the copy and its measurements."""
    import torch

    torch.set_num_threads(1)  # another order of sums would smooth differently, and a copy has to come out the same
    tell_step(LOADING)
    source = model_folder(model)
    family = model_family(source)
    loaded = load_model(source, family, adapter=folder_named(model))
    window = model_window(loaded.model.config, loaded.tokenizer.model_max_length)
    codec = TextCodec(model, family, loaded.tokenizer, window, loaded.eos)

    # The copy encodes prompts without transformers: its tokenizer has to agree.
    write_tokenizer(loaded.tokenizer, folder)
    own = replace(codec, tokenizer=FileTokenizer.of_folder(folder))
    prompts = [codec.encode(text) for text in SAMPLE]
    if prompts != [own.encode(text) for text in SAMPLE]:
        raise ModelError("its tokenizer gives other tokens from its file alone")
    details: dict[str, Any] = {
        "family": family,
        "window": asdict(window),
        "eos": sorted(loaded.eos),
        "forced_first": loaded.forced_first,
    }

    # An embedded model's copy is made by its recipe, and measured only where it is not the copy that was measured.
    if recipe := look_up_recipe(generator_weights(model)):
        tell_step(CONVERTING)
        smooth(loaded.model, recipe["rows"], recipe["strengths"])
        with quiet():
            write_copy(loaded.model, loaded.tokenizer, source, folder / MODEL, "int8")
        if measures := look_up_measures(folder):
            return details | measures
        shutil.rmtree(folder / MODEL)
        loaded = load_model(source, family, adapter=folder_named(model))

    prompts = [prompt for prompt in prompts if len(prompt) + NEW_TOKENS <= window.tokens]
    if not prompts:
        raise ModelError(f"its window of {window.tokens} tokens is too small to compare texts in")
    tell_step(CONVERTING)
    with tempfile.TemporaryDirectory(dir=folder.parent) as plain, quiet():
        copies = Path(plain) / MODEL, folder / MODEL
        # The model's own texts are the measure, written before it is smoothed.
        write_copy(loaded.model, loaded.tokenizer, source, copies[0], "float32")
        written = [_write_greedily(loaded, codec, prompt) for prompt in prompts]
        if not any(written):
            raise ModelError("it writes nothing after any text of the sample")
        texts = list(zip(prompts, written, strict=True))
        expected = [_log_probabilities(loaded, codec, *pair) for pair in texts]
        rows = [prompt + text for prompt, text in texts]
        strengths = smooth(loaded.model, rows)
        write_copy(loaded.model, loaded.tokenizer, source, copies[1], "int8")
        tell_step(COMPARING)
        fidelity = compare_copies(codec, loaded.forced_first, texts, expected, *copies)
    return details | {
        "smoothed": sum(strength > 0 for strength in strengths),
        "measured": asdict(fidelity),
        "refused": fidelity.refused,
        "recipe": {"rows": rows, "strengths": strengths},
    }


def compare_copies(
    codec: TextCodec,
    forced_first: int | None,
    texts: Sequence[tuple[list[int], list[int]]],
    expected: Sequence[Sequence[float]],
    plain: Path,
    coarse: Path,
) -> Fidelity:
    """Compare the copies in float32 and int8 with the model.

    `texts` are prompts with the texts that the model writes after them, `expected` its log-probabilities of their
    tokens.
    """
    from rag.generate.ctranslate2 import Runtime

    # Score and write the same texts with both copies.
    outputs, same = [], []
    for copy, kind in ((plain, "float32"), (coarse, "int8")):
        runtime = Runtime(copy, codec, forced_first, compute_type=kind, threads=1)
        outputs.append([runtime.log_probabilities(*pair) for pair in texts])
        same.append(sum(runtime.write(prompt, NEW_TOKENS) == text for prompt, text in texts) / len(texts))
    # Means over all tokens of all texts.
    exact, rough = outputs
    tokens = sum(map(len, expected))
    differences = [
        sum(abs(a - b) for one, other in zip(expected, copied, strict=True) for a, b in zip(one, other, strict=True))
        for copied in (exact, rough)
    ]
    loss = sum(sum(one) - sum(other) for one, other in zip(expected, rough, strict=True))
    return Fidelity(differences[0] / tokens, differences[1] / tokens, loss / tokens, *same)


def _write_greedily(loaded: LoadedModel, codec: TextCodec, prompt: list[int]) -> list[int]:
    """Return the tokens that the model writes greedily, without the end token."""
    import torch

    settings = loaded.bare_settings(codec.family)
    settings.update(max_new_tokens=NEW_TOKENS, do_sample=False)
    ids = torch.tensor([prompt])
    loaded.model.generation_config = settings
    with quiet(), torch.inference_mode():
        output = loaded.model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), generation_config=settings)
    new: list[int] = output[0, 1 if codec.family == "seq2seq" else len(prompt) :].tolist()
    end = next((place for place, token in enumerate(new) if token in loaded.eos), len(new))
    return new[:end]


def _log_probabilities(loaded: LoadedModel, codec: TextCodec, prompt: list[int], text: list[int]) -> list[float]:
    """Return the model's log-probability of each token of a text after a prompt."""
    import torch

    with torch.inference_mode():
        if codec.family == "seq2seq":
            start = [] if loaded.start is None else [loaded.start]
            before = torch.tensor([start + text])[:, : len(start) + len(text) - 1]
            logits = loaded.model(input_ids=torch.tensor([prompt]), decoder_input_ids=before).logits[0]
        else:
            logits = loaded.model(input_ids=torch.tensor([prompt + text])).logits[0, len(prompt) - 1 : -1]
        values: list[float] = logits.float().log_softmax(-1)[range(len(text)), text].tolist()
    return values


if __name__ == "__main__":
    run_conversion(convert_generator, sys.argv[1:])
