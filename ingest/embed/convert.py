"""Convert an embedder for CTranslate2 and measure how true the copy is. Run in a process of its own.

python -m ingest.embed.convert MODEL FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ingest.embed.ctranslate2 import POOLINGS, TOKENIZER, CTranslate2Embedder, EmbedderCopy
from ingest.embed.sentence_transformers import SentenceTransformerEmbedder
from ingest.models.convert import MODEL, convert_in_child, write_copy
from ingest.models.shift import centre

LEAST_MEAN, LEAST = 0.995, 0.985  # cosines of the copy's vectors with the model's own

DOCUMENT_PROMPTS = ("document", "passage", "corpus")  # in the order that sentence-transformers looks for them

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


def convert(model: str, folder: Path) -> dict[str, Any]:
    """Fill an empty folder with the model's copy, and return what is to be known of it and what was measured."""
    reference = SentenceTransformerEmbedder(model)
    network = reference.model
    pooling, normalised = _modules(reference.folder)
    backend = getattr(network.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ValueError("its tokenizer is not one of the tokenizers library")
    backend.save(str(folder / TOKENIZER))
    texts = list(SAMPLE)
    expected = reference.embed_documents(texts), np.stack([reference.embed_query(text) for text in texts])
    centre(network[0].auto_model, lambda: [reference.embed_documents([text]) for text in texts])
    write_copy(network[0].auto_model, network.tokenizer, reference.folder, folder / MODEL, "int8")
    prompts = network.prompts or {}
    details: dict[str, Any] = {
        "dimension": reference.dimension,
        "window": reference.tokens.window,
        "max_tokens": int(network.max_seq_length or 512),
        "pooling": pooling,
        "normalised": normalised,
        "query_prompt": prompts.get("query") or "",
        "document_prompt": next((prompts[name] for name in DOCUMENT_PROMPTS if prompts.get(name)), ""),
    }
    copy = CTranslate2Embedder(model, threads=1, copy=EmbedderCopy(folder, details))
    found = copy.embed_documents(texts), np.stack([copy.embed_query(text) for text in texts])
    cosines = np.concatenate([_cosines(*pair) for pair in zip(expected, found, strict=True)])
    mean, least = float(cosines.mean()), float(cosines.min())
    details["measured"] = {"mean": mean, "least": least}
    if not (mean >= LEAST_MEAN and least >= LEAST):
        details["refused"] = f"its vectors are off by a cosine of {mean:.4f}, {least:.4f} the worst"
    return details


def _modules(folder: Path) -> tuple[str, bool]:
    """Return how token states become a vector, and whether it is of length 1. Raises ValueError for other modules."""
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    kinds = [entry["type"].rpartition(".")[2] for entry in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise ValueError(f"it has the modules {', '.join(kinds)}; a copy has Transformer, Pooling and Normalize")
    settings = json.loads((folder / modules[1]["path"] / "config.json").read_text("utf-8"))
    mode = settings.get("pooling_mode")
    if not isinstance(mode, str):
        chosen = [name for name in settings if name.startswith("pooling_mode_") and settings[name]]
        mode = chosen[0].removeprefix("pooling_mode_").removesuffix("_token").removesuffix("_tokens")
    if mode not in POOLINGS:
        raise ValueError(f"it pools by {mode}; a copy by {', '.join(POOLINGS)}")
    return mode, "Normalize" in kinds


def _cosines(one: Any, other: Any) -> Any:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return (one * other).sum(axis=1) / np.maximum(lengths, 1e-12)


if __name__ == "__main__":
    convert_in_child(convert, sys.argv[1:])
