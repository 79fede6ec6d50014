"""Other forms of a fine-tuned model."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path


def export_ctranslate2(folder: str | Path, out: str | Path, quantization: str = "int8") -> Path:
    """Write a model's folder in CTranslate2's format, for its runtime, and return `out`; the tokenizer goes along.

    Raises ImportError without the package `ctranslate2`, ValueError for a model that it cannot convert.
    """
    if find_spec("ctranslate2") is None:
        raise ImportError("exporting to CTranslate2 needs its package: pip install ctranslate2")
    from ctranslate2.converters import TransformersConverter

    from rag.generate.load import quiet

    folder, out = Path(folder), Path(out)
    part = out.with_name(f"{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with quiet():
        try:
            converter = TransformersConverter(str(folder), copy_files=["tokenizer.json", "tokenizer_config.json"])
            converter.convert(str(part), quantization=quantization, force=True)
        except Exception as error:
            shutil.rmtree(part, ignore_errors=True)
            raise ValueError(f"{folder} cannot be converted to CTranslate2: {' '.join(str(error).split())}") from error
    shutil.rmtree(out, ignore_errors=True)
    part.replace(out)
    return out
