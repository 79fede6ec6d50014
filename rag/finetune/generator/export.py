"""Export a fine-tuned model to other formats."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest.errors import ModelError
from ingest.models.convert import has_runtime, write_copy


def export_ctranslate2(folder: str | Path, out: str | Path, quantization: str = "int8") -> Path:
    """Write a model folder and its tokenizer in CTranslate2's format, and return `out`.

    Raises ImportError without the package `ctranslate2`, ModelError for a model that it cannot convert.
    """
    if not has_runtime():
        raise ImportError("exporting to CTranslate2 needs its package: pip install ctranslate2")
    from rag.generate.load import load_model, model_family, quiet

    folder, out = Path(folder), Path(out)
    # Convert into a folder beside `out`, which replaces it only when complete.
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
            raise ModelError(f"{folder} cannot be converted to CTranslate2: {' '.join(str(error).split())}") from error
    shutil.rmtree(out, ignore_errors=True)
    part.replace(out)
    return out
