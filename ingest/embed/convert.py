"""Convert an embedder for CTranslate2 and measure how faithful the copy is.

python -m ingest.embed.convert MODEL FOLDER, as a child process of `ingest.models.convert`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ingest.embed.ctranslate2 import POOLINGS, TOKENIZER, CTranslate2Embedder
from ingest.embed.sentence_transformers import SentenceTransformerEmbedder
from ingest.models.convert import (
    COMPARING,
    CONVERTING,
    LOADING,
    MODEL,
    ModelCopy,
    look_up_measures,
    run_conversion,
    tell_step,
    write_copy,
)
from ingest.models.shift import shift_activations

MIN_MEAN_COSINE, MIN_COSINE = 0.995, 0.985  # of the copy's vectors with the model's

DOCUMENT_PROMPTS = ("document", "passage", "corpus")  # in the order in which sentence-transformers looks for them

SAMPLE = (
    "How do bees tell each other where flowers are?",
    "Bees tell each other where flowers are by dancing on the comb; the angle of the dance is that to the sun.",
    "refund policy",
    "Each employee earns two days of leave a month. Leave that was not taken expires after a year, unless a manager "
    "agrees in writing to carry it over. During the first three months no leave can be taken.",
    "Can I carry my leave over to the next year?",
    "Error 0x80070005: access is denied. Run the installer as an administrator, or ask for write access to /opt.",
    "| size | price |\n|---|---|\n| 16 GB | 449 |\n| 32 GB | 599 |",
    "In 1969 two people walked on the Moon while a third stayed in orbit around it.",
    "def area(radius: float) -> float:\n    return 3.14159 * radius ** 2",
    "Der Vertrag verlängert sich um ein Jahr, wenn er nicht drei Monate vor Ablauf gekündigt wird.",
    "The mitochondrion makes most of the energy that a cell uses, in the form of adenosine triphosphate.",
    "waterproof hiking boots, leather, wide fit, size 44",
    "Heavy rain closed the mountain road on Tuesday. Workers cleared it by noon, and buses ran again in the "
    "evening. The weather service expects more rain on Thursday; drivers should check the state of the road before "
    "they leave, take snow chains, and allow for delays of up to an hour at the pass.",
    "What closed the road?",
    "42",
    "Notwithstanding the foregoing, the licensee shall indemnify the licensor against all claims by third parties.",
)


def convert_embedder(model: str, folder: Path) -> dict[str, Any]:
    """Fill an empty folder with the model's copy, and return the details to record."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(1)  # another order of sums would shift otherwise, and a copy has to come out the same
    tell_step(LOADING)
    reference = SentenceTransformerEmbedder(model)
    settings = read_settings(reference)
    tokenizer = AutoTokenizer.from_pretrained(reference.folder, local_files_only=True, trust_remote_code=False)
    if getattr(tokenizer, "backend_tokenizer", None) is None:
        raise ValueError("its tokenizer is not one of the tokenizers library")
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    # Not through sentence-transformers, whose import takes longer than the conversion.
    encoder: Any = AutoModel.from_pretrained(
        reference.folder, dtype=torch.float32, use_safetensors=True, local_files_only=True, trust_remote_code=False
    ).eval()

    tell_step(CONVERTING)

    def run_sample() -> None:
        with torch.inference_mode():
            for text in SAMPLE:
                prompted = settings["document_prompt"] + text
                encoder(**tokenizer(prompted, truncation=True, max_length=settings["max_tokens"], return_tensors="pt"))

    shift_activations(encoder, run_sample)
    write_copy(encoder, tokenizer, reference.folder, folder / MODEL, "int8")
    measures = look_up_measures(folder)
    if measures is None:
        tell_step(COMPARING)
        measures = measure_copy(reference, CTranslate2Embedder(model, threads=1, copy=ModelCopy(folder, settings)))
    return {**settings, **measures}


def read_settings(reference: SentenceTransformerEmbedder) -> dict[str, Any]:
    """Return how the model makes a vector of a text. Raises ValueError for modules that a copy does not have."""
    modules = json.loads((reference.folder / "modules.json").read_text("utf-8"))
    kinds = [entry["type"].rpartition(".")[2] for entry in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise ValueError(f"it has the modules {', '.join(kinds)}; a copy has Transformer, Pooling and Normalize")

    # Older models name the pooling by one flag of several, newer ones by a word.
    pooling = json.loads((reference.folder / modules[1]["path"] / "config.json").read_text("utf-8"))
    mode = pooling.get("pooling_mode")
    if not isinstance(mode, str):
        flags = [name for name in pooling if name.startswith("pooling_mode_") and pooling[name]]
        mode = flags[0].removeprefix("pooling_mode_").removesuffix("_token").removesuffix("_tokens")
    if mode not in POOLINGS:
        raise ValueError(f"it pools by {mode}; a copy by {', '.join(POOLINGS)}")

    prompts: Mapping[str, str] = reference.prompts
    return {
        "dimension": reference.dimension,
        "window": reference.tokens.window,
        "max_tokens": reference.max_tokens,
        "pooling": mode,
        "normalised": "Normalize" in kinds,
        "query_prompt": prompts.get("query") or "",
        "document_prompt": next((prompts[name] for name in DOCUMENT_PROMPTS if prompts.get(name)), ""),
    }


def measure_copy(reference: SentenceTransformerEmbedder, copy: CTranslate2Embedder) -> dict[str, Any]:
    """Return the cosines of the copy's vectors with the model's, and why the copy is refused if they are too low."""
    texts = list(SAMPLE)
    cosines = []
    for expected, actual in (
        (reference.embed_documents(texts), copy.embed_documents(texts)),
        (np.stack([reference.embed_query(text) for text in texts]), np.stack([copy.embed_query(t) for t in texts])),
    ):
        lengths = np.linalg.norm(expected, axis=1) * np.linalg.norm(actual, axis=1)
        cosines.append((expected * actual).sum(axis=1) / np.maximum(lengths, 1e-12))
    mean, lowest = float(np.mean(cosines)), float(np.min(cosines))
    measures: dict[str, Any] = {"measured": {"mean": mean, "least": lowest}}
    if not (mean >= MIN_MEAN_COSINE and lowest >= MIN_COSINE):
        measures["refused"] = f"its vectors are off by a cosine of {mean:.4f}, {lowest:.4f} the worst"
    return measures


if __name__ == "__main__":
    run_conversion(convert_embedder, sys.argv[1:])
