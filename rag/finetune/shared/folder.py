"""What a fine-tuned model's folder holds beside its weights, and how it comes into being: whole, or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ingest.models.weights import builtin_of, model_fingerprint
from rag.data.rows import Row
from rag.describe.delexicalise import attribute
from rag.finetune.shared.unfinished import Unfinished
from rag.generate.adapter import Adapter, adapter_weights
from rag.generate.load import quiet
from rag.generate.trained import TRAINED_FILE, Trained


def lexicon_of(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the values of each attribute in the rows' fields, sorted."""
    values: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.values.get("fields", {}).items():
            if value is not None and not isinstance(value, bool):
                values.setdefault(attribute(name), set()).add(str(value))
    return {name: sorted(found) for name, found in sorted(values.items())}


def text_hash(texts: Sequence[str]) -> str:
    """Return a SHA-256 over texts, in order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return digest.hexdigest()


def save(
    model: Any, tokenizer: Any, trained: Trained, card: str, unfinished: Unfinished, base: str | None = None
) -> None:
    """Write the folder of a run's result, which comes into its place when all of it is written.

    With `base` only the model's adapter is written, to be put over that model.
    """
    with unfinished.result() as folder:
        if base is not None:
            weights, scale = adapter_weights(model)
            Adapter(_absolute(base), model_fingerprint(base), scale).write(folder, weights)
        else:
            with quiet():
                model.save_pretrained(folder)
                tokenizer.save_pretrained(folder)
        (folder / TRAINED_FILE).write_text(json.dumps(trained.as_object(), indent=1, ensure_ascii=False), "utf-8")
        (folder / "README.md").write_text(card, "utf-8")


def _absolute(base: str) -> str:
    return str(Path(base).absolute()) if Path(base).is_dir() else base


def card(
    title: str,
    base: str,
    licence: str,
    data: Mapping[str, Any],
    settings: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> str:
    """Return a model card: what it was made from and how, what it reached, and under which licence it stands."""
    lines = [
        "---",
        f"license: {licence}",
        "library_name: transformers",
        *([f"base_model: {base}"] if "/" in base and not Path(base).exists() else []),
        "---",
        f"# {title}",
        "",
        f"Fine-tuned with openbook-rag {_version()} from {base}.",
    ]
    for heading, table in (("Data", data), ("Settings", settings), ("Metrics", metrics)):
        lines += ["", f"## {heading}", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {_cell(value)} |" for name, value in table.items()]
    return "\n".join(lines) + "\n"


def licence_of_builtin(model: str | None) -> str:
    """Return the licence of an embedded model, for a card; "other" is the hub's word for those not known."""
    builtin = builtin_of(model) if model else None
    return builtin.licence.lower() if builtin else "other"


def _cell(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _version() -> str:
    try:
        return version("openbook-rag")
    except PackageNotFoundError:
        return "0"
