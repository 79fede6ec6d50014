"""Models from nothing: tokenizers lose no text, the same seed gives the same weights, marks are whole."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from safetensors.torch import load_file
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from rag.finetune.generator.scratch import SIZES, new_model

TEXTS = [f"describe: name: [name] satellite {number} | memory: {number % 16} gb" for number in range(300)]
MARKS = ["[name]", "[name_2]"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("scratch")
    return {init: new_model(init, TEXTS, base / init, seed=1, marks=MARKS) for init in ("t5-tiny", "gpt2-tiny")}


@pytest.mark.parametrize("init", ["t5-tiny", "gpt2-tiny"])
def test_marks_are_single_tokens_and_text_comes_back(init: str, folders: dict[str, Path]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folders[init])
    text = "the [name] beats the [name_2] by 1234 zł , naïve 東京"
    ids = tokenizer(text).input_ids
    assert tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False) == text
    pieces = [piece.strip("▁Ġ ") for piece in tokenizer.convert_ids_to_tokens(ids)]
    assert "[name]" in pieces
    assert "[name_2]" in pieces
    assert {"1", "2", "3", "4"} <= set(pieces), "numbers are read digit by digit"


# Those of Unicode 3.2: of later ones Python and the tokenizer may know other normal forms.
OLD_CHARACTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")).filter(
    lambda character: unicodedata.ucd_3_2_0.category(character) != "Cn"
)


@settings(max_examples=100, deadline=None)
@given(st.text(OLD_CHARACTERS, max_size=60))
def test_any_text_comes_back_but_for_its_spaces(folders: dict[str, Path], text: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folders["t5-tiny"])
    back = tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    assert back.split() == unicodedata.normalize("NFKC", text).split()


def test_t5_ends_every_text_and_has_sentinels(folders: dict[str, Path]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folders["t5-tiny"])
    assert tokenizer("a").input_ids[-1] == tokenizer.eos_token_id == 1
    assert tokenizer.pad_token_id == 0
    assert tokenizer("<extra_id_7>").input_ids[0] == tokenizer.convert_tokens_to_ids("<extra_id_7>") > 2
    model = AutoModelForSeq2SeqLM.from_pretrained(folders["t5-tiny"])
    assert model.config.vocab_size == len(tokenizer)


def test_the_same_seed_gives_the_same_model(folders: dict[str, Path], tmp_path: Path) -> None:
    again = new_model("t5-tiny", TEXTS, tmp_path / "again", seed=1, marks=MARKS)
    assert (again / "tokenizer.json").read_bytes() == (folders["t5-tiny"] / "tokenizer.json").read_bytes()
    one, other = load_file(again / "model.safetensors"), load_file(folders["t5-tiny"] / "model.safetensors")
    assert all(bool((weight == other[name]).all()) for name, weight in one.items())
    different = load_file(new_model("t5-tiny", TEXTS, tmp_path / "else", seed=2, marks=MARKS) / "model.safetensors")
    assert not all(bool((weight == different[name]).all()) for name, weight in one.items())


def test_unknown_sizes_are_told_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"unknown size 't5-huge'; known: {', '.join(SIZES)}"):
        new_model("t5-huge", TEXTS, tmp_path / "m")
    with pytest.raises(ValueError, match="no texts to train a tokenizer on"):
        new_model("t5-tiny", [" "], tmp_path / "m")
    assert not (tmp_path / "m").exists()
