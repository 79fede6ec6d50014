"""Convert the embedded GGUF model, once, into a cached folder that transformers loads in half a second.

transformers can read GGUF itself, but takes 14-22 s each time, needs accelerate for it, and forgets that this family
splits numbers into digits. The file format is public and the architecture is Llama's, so the conversion is short.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import WeightsError
from ingest.models.cache import cached_folder
from ingest.models.weights import Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONVERSION = 1
"""Version of the conversion: a change of it makes older cached copies unused."""


def gguf_folder(weights: Weights) -> Path:
    """Return a folder with these GGUF weights as float32 safetensors, with config and tokenizer.

    Raises WeightsError where the cache cannot be written, or for a file of another architecture.
    """
    if weights.path is None or weights.file is None or weights.sha256 is None:
        raise WeightsError(f"model {weights.name!r} is no verified GGUF file")
    file = weights.path / weights.file
    return cached_folder("gguf", f"{weights.sha256[:16]}-{CONVERSION}", lambda folder: _convert_file(file, folder))


def _convert_file(file: Path, folder: Path) -> None:
    # Imported here, where the one slow conversion happens.
    from gguf import GGUFReader
    from gguf.quants import dequantize
    from safetensors.numpy import save_file

    # Read the metadata, and refuse any other architecture.
    reader = GGUFReader(file)
    fields: dict[str, Any] = {name: field.contents() for name, field in reader.fields.items()}
    if fields["general.architecture"] != "llama":
        raise WeightsError(f"{file} is of architecture {fields['general.architecture']!r}; only llama is converted")
    config = _llama_config(fields)
    tensors = {}
    for tensor in reader.tensors:
        # `blk.3.attn_q.weight` -> `model.layers.3.self_attn.q_proj.weight`
        parts = tensor.name.split(".")
        is_layer = parts[0] == "blk"
        prefix = f"model.layers.{parts[1]}.{_TENSORS[parts[2]]}" if is_layer else _TENSORS[parts[0]]
        name = f"{prefix}.{parts[-1]}"
        tensors[name] = _hub_layout(tensor.name, dequantize(tensor.data, tensor.tensor_type), config)
    # Without an output matrix of its own, the model uses its embeddings.
    config["tie_word_embeddings"] = "lm_head.weight" not in tensors
    # "format" tells transformers that the tensors are laid out as PyTorch's.
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    _save_tokenizer(fields, folder)
    (folder / "config.json").write_text(json.dumps(config, indent=1), "utf-8")


def _llama_config(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "dtype": "float32",
        "vocab_size": len(fields["tokenizer.ggml.tokens"]),
        "hidden_size": fields["llama.embedding_length"],
        "intermediate_size": fields["llama.feed_forward_length"],
        "num_hidden_layers": fields["llama.block_count"],
        "num_attention_heads": fields["llama.attention.head_count"],
        "num_key_value_heads": fields["llama.attention.head_count_kv"],
        "max_position_embeddings": fields["llama.context_length"],
        "rms_norm_eps": fields["llama.attention.layer_norm_rms_epsilon"],
        "rope_parameters": {"rope_type": "default", "rope_theta": fields["llama.rope.freq_base"]},
        "bos_token_id": fields["tokenizer.ggml.bos_token_id"],
        "eos_token_id": fields["tokenizer.ggml.eos_token_id"],
        "pad_token_id": fields["tokenizer.ggml.padding_token_id"],
    }


_TENSORS = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def _hub_layout(name: str, values: NDArray[np.float32], config: Mapping[str, Any]) -> NDArray[np.float32]:
    """Undo llama.cpp's interleaving of the two halves of each head's rotary dimensions, in queries and keys."""
    import numpy as np

    heads = {".attn_q.": config["num_attention_heads"], ".attn_k.": config["num_key_value_heads"]}
    for mark, count in heads.items():
        if mark in name:
            halves = values.reshape(count, -1, 2, values.shape[-1])
            values = halves.swapaxes(1, 2).reshape(values.shape)
    return np.ascontiguousarray(values, dtype=np.float32)


_CONTROL_TOKEN = 3
"""GGUF's type of tokens that are never part of text, such as chat marks."""


def _save_tokenizer(fields: Mapping[str, Any], folder: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

    tokens: list[str] = fields["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, merges))
    steps: list[Any] = [pre_tokenizers.ByteLevel(add_prefix_space=False)]
    if fields.get("tokenizer.ggml.pre") == "smollm":  # every digit stands alone
        steps.insert(0, pre_tokenizers.Split(Regex(r"\p{N}"), "isolated"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    tokenizer.decoder = decoders.ByteLevel()
    control = zip(tokens, fields["tokenizer.ggml.token_type"], strict=True)
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token, kind in control if kind == _CONTROL_TOKEN])
    tokenizer.save(str(folder / "tokenizer.json"))
    # transformers reads the named special tokens and the chat template from a second file.
    special = {
        name: tokens[fields[f"tokenizer.ggml.{key}_token_id"]]
        for name, key in [
            ("bos_token", "bos"),
            ("eos_token", "eos"),
            ("unk_token", "unknown"),
            ("pad_token", "padding"),
        ]
    }
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": fields["llama.context_length"],
        "clean_up_tokenization_spaces": False,
        "chat_template": fields["tokenizer.chat_template"],
        **special,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1), "utf-8")
