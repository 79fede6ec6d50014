"""Other forms of a fine-tuned model."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest.models.convert import has_runtime, write_copy


def export_ctranslate2(folder: str | Path, out: str | Path, quantization: str = "int8") -> Path:
    """Write a model's folder in CTranslate2's format, for its runtime, and return `out`; the tokenizer goes along.

    Raises ImportError without the package `ctranslate2`, ValueError for a model that it cannot convert.
    """
    if not has_runtime():
        raise ImportError("exporting to CTranslate2 needs its package: pip install ctranslate2")
    from rag.generate.load import load_model, model_family, quiet

    folder, out = Path(folder), Path(out)
    part = out.with_name(f"{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with quiet():
        try:
            loaded = load_model(folder, model_family(folder))
            write_copy(loaded.model, loaded.tokenizer, folder, part, quantization)
            for name in ("tokenizer.json", "tokenizer_config.json"):
                shutil.copy(folder / name, part / name)
        except Exception as error:
            shutil.rmtree(part, ignore_errors=True)
            raise ValueError(f"{folder} cannot be converted to CTranslate2: {' '.join(str(error).split())}") from error
    shutil.rmtree(out, ignore_errors=True)
    part.replace(out)
    return out
