"""The embedded generator: its conversion, its cache, and an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGUFWriter
from safetensors.numpy import load_file

from ingest.errors import WeightsError
from ingest.models.cache import cache_folder
from ingest.models.weights import Weights, file_sha256, find_weights
from prompts.types import Message
from rag.generate import Decoding, new_generator
from rag.generate.gguf import gguf_folder

Make = Callable[..., Any]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def small_gguf(tmp_path: Path, folder_of: Make) -> Weights:
    """Return the small chat model as llama.cpp's converter would write it."""
    source = folder_of("chat_llama")
    file = tmp_path / "gguf" / "small.gguf"
    file.parent.mkdir()
    write_gguf(source, file)
    return Weights("builtin:small", file.parent, file.name, file_sha256(file))


def write_gguf(source: Path, file: Path) -> None:
    config = json.loads((source / "config.json").read_text("utf-8"))
    tokenizer = json.loads((source / "tokenizer.json").read_text("utf-8"))
    writer = GGUFWriter(file, "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    vocabulary = sorted(tokenizer["model"]["vocab"], key=tokenizer["model"]["vocab"].get)
    marks = {token["content"] for token in tokenizer["added_tokens"]}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(vocabulary)
    writer.add_token_types([3 if token in marks else 1 for token in vocabulary])
    writer.add_token_merges([" ".join(pair) for pair in tokenizer["model"]["merges"]])
    for role, number in (("bos", 1), ("eos", 2), ("unk", 0), ("pad", 2)):
        getattr(writer, f"add_{role}_token_id")(number)
    writer.add_chat_template((source / "chat_template.jinja").read_text("utf-8"))
    names = {
        "model.embed_tokens": "token_embd", "model.norm": "output_norm", "input_layernorm": "attn_norm",
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "model.layers": "blk",
    }  # fmt: skip
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    for name, values in load_file(source / "model.safetensors").items():
        for part, count in heads.items():
            if part in name:  # llama.cpp's convert_hf_to_gguf.py, LlamaModel.permute
                halves = values.reshape(count, 2, values.shape[0] // count // 2, values.shape[1])
                values = halves.swapaxes(1, 2).reshape(values.shape)
        for theirs, ours in names.items():
            name = name.replace(theirs, ours)
        writer.add_tensor(name, np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_a_converted_model_is_the_model_that_was_written(small_gguf: Weights, cache: Path, folder_of: Make) -> None:
    folder = gguf_folder(small_gguf)
    assert folder.is_relative_to(cache)
    original, converted = (load_file(path / "model.safetensors") for path in (folder_of("chat_llama"), folder))
    assert original.keys() == converted.keys()
    assert all(np.array_equal(original[name], converted[name]) for name in original)
    prompts = ["Why is the sky blue?", "naïve café in 東京 costs much €"]
    one, other = (new_generator(str(path), "transformers", threads=1) for path in (folder_of("chat_llama"), folder))
    assert [one.count_tokens(prompt) for prompt in prompts] == [other.count_tokens(prompt) for prompt in prompts]
    decoding = Decoding(max_new_tokens=20)
    assert one.generate(prompts, decoding) == other.generate(prompts, decoding)


def test_the_copy_is_made_once_and_again_when_it_is_broken(small_gguf: Weights, cache: Path) -> None:
    file = gguf_folder(small_gguf) / "model.safetensors"
    whole, made = file.read_bytes(), file.stat().st_mtime_ns
    assert gguf_folder(small_gguf) == file.parent
    assert file.stat().st_mtime_ns == made
    flipped = bytearray(whole)
    flipped[-100] ^= 1
    for broken in (bytes(flipped), whole[:1000], b""):
        file.write_bytes(broken)
        gguf_folder(small_gguf)
        assert file.read_bytes() == whole
    for missing in ("manifest.json", "tokenizer.json"):
        (file.parent / missing).unlink()
        gguf_folder(small_gguf)
        assert (file.parent / missing).is_file()
    assert sorted(path.name for path in file.parent.parent.iterdir()) == [
        file.parent.name,
        f"{file.parent.name}.lock",
    ]


def _convert(weights: Weights, cache: str) -> str:
    import os

    os.environ["OPENBOOK_CACHE"] = cache
    return file_sha256(gguf_folder(weights) / "model.safetensors")


def test_two_processes_at_once_share_one_copy(small_gguf: Weights, cache: Path) -> None:
    with get_context("fork").Pool(2) as pool:
        hashes = pool.starmap(_convert, [(small_gguf, str(cache))] * 4)
    assert len(set(hashes)) == 1


def test_a_cache_that_cannot_be_written_is_one_line(small_gguf: Weights, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match="set OPENBOOK_CACHE"):
        gguf_folder(small_gguf)


def test_another_architecture_is_refused(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "other.gguf"
    writer = GGUFWriter(file, "mamba")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(WeightsError, match="'mamba'; only llama"):
        gguf_folder(Weights("builtin:other", tmp_path, file.name, file_sha256(file)))


def test_the_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBOOK_CACHE", raising=False)
    assert cache_folder().name == "openbook"
    monkeypatch.setenv("OPENBOOK_CACHE", "~/mine")
    assert cache_folder() == Path.home() / "mine"


@pytest.fixture(scope="module")
def smollm2() -> Any:
    return new_generator("builtin:smollm2", "transformers")


@pytest.mark.weights
def test_the_embedded_generator_answers(smollm2: Any) -> None:
    assert (smollm2.name, smollm2.style, smollm2.context_window) == ("builtin:smollm2", "chat", 8192)
    [made] = smollm2.generate(["What colour is the sky?"], Decoding(max_new_tokens=12))
    assert "blue" in made.text
    assert (made.prompt_tokens, made.completion_tokens, made.finish) == (36, 12, "length")
    [made] = smollm2.generate(["Say hello."], Decoding(max_new_tokens=40, stop=(".", "!", "?")))
    assert made.finish == "stop"


@pytest.mark.weights
def test_the_embedded_tokenizer_is_that_of_its_file(smollm2: Any) -> None:
    tokenizer = smollm2.tokenizer
    assert (tokenizer.eos_token, tokenizer.eos_token_id) == ("<|im_end|>", 2)
    assert tokenizer.tokenize("in 1997: ½") == ["in", "Ġ", "1", "9", "9", "7", ":", "Ġ", "Â½"]
    text = "He said: “naïve café owners, 12 €, ½ price” – and left. 東京\n\n\tEnd  "
    assert tokenizer.decode(tokenizer(text).input_ids) == text
    ids = smollm2.encode((Message("user", "Hi"),))
    assert tokenizer.decode(ids) == (
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )
    assert find_weights("builtin:smollm2").file == "SmolLM2-135M-Instruct.Q4_1.gguf"
