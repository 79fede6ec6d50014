"""A model that was fine-tuned writes the same in CTranslate2's runtime."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import ctranslate2
import pytest
from transformers import AutoTokenizer

from prompts.prompt import Prompt
from rag.data.rows import Row
from rag.finetune import finetune_generator
from rag.finetune.generator.export import export_ctranslate2
from rag.generate import Decoding, new_generator


@pytest.mark.parametrize("init", ["t5-tiny", "gpt2-tiny"])
def test_the_exported_model_writes_the_same(init: str, rows: list[Row], tiny: dict[str, Any], tmp_path: Path) -> None:
    done = finetune_generator(None, rows, out=tmp_path / "model", init=init, **tiny)
    exported = export_ctranslate2(done.folder, tmp_path / "exported", "float32")
    generator: Any = new_generator(str(done.folder), "transformers", threads=1)
    prompts = [Prompt.load("describe").pack(generator, 16, row.values).prompt for row in rows]
    wanted = [made.text for made in generator.generate(prompts, Decoding(max_new_tokens=16))]
    assert len(set(wanted)) > 8

    tokenizer = AutoTokenizer.from_pretrained(exported)
    pieces = [tokenizer.convert_ids_to_tokens(generator.encode(prompt)) for prompt in prompts]
    if init.startswith("t5"):
        runtime = ctranslate2.Translator(str(exported))
        found = [each.hypotheses[0] for each in runtime.translate_batch(pieces, beam_size=1, max_decoding_length=16)]
    else:
        runtime = ctranslate2.Generator(str(exported))
        options = {"beam_size": 1, "max_length": 16, "include_prompt_in_result": False}
        found = [each.sequences[0] for each in runtime.generate_batch(pieces, **options)]
    texts = [tokenizer.decode(tokenizer.convert_tokens_to_ids(each), skip_special_tokens=True) for each in found]
    assert [text.strip() for text in texts] == [text.strip() for text in wanted]


def test_without_the_package_its_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.finetune.generator.export.has_runtime", lambda: False)
    with pytest.raises(ImportError, match="pip install ctranslate2"):
        export_ctranslate2(tmp_path, tmp_path / "out")
    assert "ctranslate2" in sys.modules


def test_what_cannot_be_converted_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="empty cannot be converted to CTranslate2"):
        export_ctranslate2(tmp_path / "empty", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]
