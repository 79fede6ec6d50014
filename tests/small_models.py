"""Real architectures at a small size with random weights, saved as folders that load like any checkpoint."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import torch
import transformers as tf
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

SENTENCES = [
    "The sky is blue because air scatters short waves of light more than long ones.",
    "The rainy season is in July, August and September; canals bring water to the steppe.",
    "Answer the question from the passages. Question: which months are wet? Answer:",
    "A light laptop with 16 GB of memory, a 14 inch screen and two ports costs 899 dollars.",
    "Openbook reads documents, cuts them into chunks, and cites every passage that it used.",
    "Who wrote the report, when was it published, and what does it say about the harbour?",
    "summarize: the council met on Monday, 3 March 1997, and voted to repair the old bridge.",
    "He said: “naïve café owners, 12 €, ½ price” – and left. 東京 is a city; so is Zürich.",
]

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_t5(folder: Path, seed: int = 0, **config: Any) -> Path:
    """T5: relative positions, a unigram vocabulary, pad 0, end 1; answers start from pad."""
    tokenizer = _unigram(["<pad>", "</s>", "<unk>", "<extra_id_0>"], end="</s>", limit=512)
    settings = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "decoder_start_token_id": 0}
    return _save(folder, tokenizer, tf.T5ForConditionalGeneration, tf.T5Config, seed, settings | config)


def make_mt5(folder: Path, seed: int = 0) -> Path:
    """mT5: as T5, with gated GELU, its own output matrix, and no window written anywhere."""
    tokenizer = _unigram(["<pad>", "</s>", "<unk>"], end="</s>")
    settings = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "decoder_start_token_id": 0}
    return _save(folder, tokenizer, tf.MT5ForConditionalGeneration, tf.MT5Config, seed, settings)


def make_bart(folder: Path, seed: int = 0, **config: Any) -> Path:
    """BART: learned positions, byte-level BPE, with the habits of a summarisation checkpoint."""
    tokenizer = _byte_level(["<s>", "<pad>", "</s>", "<unk>"], start="<s>", end="</s>")
    settings: dict[str, Any] = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2}
    settings |= {"max_position_embeddings": 1024, "d_model": 32, **_layers("encoder"), **_layers("decoder")}
    habits = {"forced_bos_token_id": 0, "forced_eos_token_id": 2, "num_beams": 4, "min_length": 56, "max_length": 142}
    habits |= {"early_stopping": True, "no_repeat_ngram_size": 3, "length_penalty": 2.0}
    return _save(folder, tokenizer, tf.BartForConditionalGeneration, tf.BartConfig, seed, settings | config, habits)


def make_pegasus(folder: Path, seed: int = 0) -> Path:
    """PEGASUS: sinusoidal positions, a unigram vocabulary, pad 0, end 1; answers start from pad."""
    tokenizer = _unigram(["<pad>", "</s>", "<unk>"], end="</s>")
    settings: dict[str, Any] = {"pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
    settings |= {"max_position_embeddings": 512, "d_model": 32, **_layers("encoder"), **_layers("decoder")}
    return _save(folder, tokenizer, tf.PegasusForConditionalGeneration, tf.PegasusConfig, seed, settings)


def make_led(folder: Path, seed: int = 0) -> Path:
    """LED: BART's cousin for long texts, with windowed attention and some tokens that see everything."""
    tokenizer = _byte_level(["<s>", "<pad>", "</s>", "<unk>"], start="<s>", end="</s>")
    settings: dict[str, Any] = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2}
    settings |= {"max_encoder_position_embeddings": 256, "max_decoder_position_embeddings": 64, "attention_window": 8}
    settings |= {"d_model": 32, **_layers("encoder"), **_layers("decoder")}
    return _save(folder, tokenizer, tf.LEDForConditionalGeneration, tf.LEDConfig, seed, settings)


def make_t5gemma(folder: Path, seed: int = 0) -> Path:
    """T5Gemma: rotary positions, and an encoder and a decoder config of their own."""
    tokenizer = _unigram(["<pad>", "<eos>", "<bos>", "<unk>"], start="<bos>", end="<eos>")
    module: dict[str, Any] = {"vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "head_dim": 8}
    module |= {
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "sliding_window": 16,
        "tie_word_embeddings": False,
    }
    module |= {"max_position_embeddings": 128, "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}
    settings: dict[str, Any] = {"encoder": module, "decoder": module, "pad_token_id": 0, "eos_token_id": 1}
    settings |= {"bos_token_id": 2, "decoder_start_token_id": 2, "tie_word_embeddings": False}
    return _save(folder, tokenizer, tf.T5GemmaForConditionalGeneration, tf.T5GemmaConfig, seed, settings)


def make_gpt2(folder: Path, seed: int = 0, real: Path | None = None) -> Path:
    """GPT-2: learned positions, no padding token; with its real vocabulary where that folder is given."""
    if real is not None:
        tokenizer = tf.PreTrainedTokenizerFast(
            tokenizer_file=str(real / "tokenizer.json"), bos_token="<|endoftext|>", eos_token="<|endoftext|>"
        )
    else:
        tokenizer = _byte_level(["<|endoftext|>"])
    end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    settings: dict[str, Any] = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 1024}
    settings |= {"bos_token_id": end, "eos_token_id": end}
    return _save(folder, tokenizer, tf.GPT2LMHeadModel, tf.GPT2Config, seed, settings)


def make_chat_llama(folder: Path, seed: int = 0, template: str = CHAT_TEMPLATE) -> Path:
    """Llama with ChatML: rotary positions, grouped key heads, a chat template, two tokens that end a text."""
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = _byte_level(marks, end_name="<|im_end|>")
    tokenizer.chat_template = template
    settings: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    settings |= {"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 512}
    settings |= {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2, "tie_word_embeddings": True}
    habits = {"eos_token_id": [2, 0], "do_sample": True, "temperature": 0.6}
    return _save(folder, tokenizer, tf.LlamaForCausalLM, tf.LlamaConfig, seed, settings, habits)


def _layers(part: str) -> dict[str, int]:
    return {f"{part}_layers": 2, f"{part}_attention_heads": 4, f"{part}_ffn_dim": 64}


def _save(
    folder: Path,
    tokenizer: Any,
    model_class: Any,
    config_class: Any,
    seed: int,
    settings: dict[str, Any],
    habits: dict[str, Any] | None = None,
) -> Path:
    if "encoder" not in settings:
        settings = {"vocab_size": len(tokenizer), **settings}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = model_class(config_class(**settings))
        # Weights as they are initialised repeat one token for ever; wider ones wander over the vocabulary.
        for name, weight in model.named_parameters():
            if weight.dim() > 1 and "position" not in name:
                weight.data.normal_(0, 0.3)
    if habits is not None:
        model.generation_config = tf.GenerationConfig(**(model.generation_config.to_diff_dict() | habits))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _unigram(marks: list[str], start: str | None = None, end: str | None = None, limit: int | None = None) -> Any:
    """Score pieces by their counts: the library's own unigram trainer gives another vocabulary every time."""
    words = [f"▁{word}" for sentence in SENTENCES for word in sentence.split()]
    pieces = Counter(word[at : at + size] for word in words for size in (1, 2, 3, 4) for at in range(len(word)))
    common = sorted(pieces.items(), key=lambda item: (len(item[0]) > 1, -item[1], item[0]))[:300]
    total = sum(count for _, count in common)
    scored = [(piece, math.log(count / total)) for piece, count in common]
    tokenizer = Tokenizer(models.Unigram([*((mark, 0.0) for mark in marks), *scored], unk_id=marks.index("<unk>")))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(marks)
    return _wrapped(tokenizer, start, end, end, limit)


def _byte_level(marks: list[str], start: str | None = None, end: str | None = None, end_name: str | None = None) -> Any:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=marks, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    return _wrapped(tokenizer, start, end, end_name or end or marks[0])


def _wrapped(
    tokenizer: Tokenizer, start: str | None, end: str | None, end_name: str | None, limit: int | None = None
) -> Any:
    around = [mark for mark in (start, end) if mark]
    if around:
        single = " ".join([*([start] if start else []), "$A", *([end] if end else [])])
        marks = [(mark, tokenizer.token_to_id(mark)) for mark in around]
        tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=marks)
    known = tokenizer.get_vocab()
    names = {"bos_token": start, "eos_token": end_name, "unk_token": "<unk>", "pad_token": "<pad>"}
    limits = {} if limit is None else {"model_max_length": limit}
    return tf.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **{name: mark for name, mark in names.items() if mark in known}, **limits
    )
