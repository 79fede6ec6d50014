"""An encoder so small that a reader or a reranker is trained on it within a test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

PLACES = ["paris", "london", "rome", "madrid", "oslo", "vienna", "prague", "dublin", "athens", "berlin"]
NAMES = ["ann", "bob", "carl", "dora", "emma", "finn", "gina", "hugo", "ida", "jack"]


@dataclass(frozen=True)
class Flood:
    """What the encoder has words for: who lived where."""

    names: tuple[str, ...] = tuple(NAMES)
    places: tuple[str, ...] = tuple(PLACES)

    def sentence(self, name: str, place: str) -> str:
        return f"In the year of the great flood {name} lived in {place.title()} and was happy there."

    def silent(self, name: str, number: int) -> str:
        return f"In the year of the great flood {name} lived there{' and there' * (number // 10)} and was happy."


@pytest.fixture(scope="session")
def flood() -> Flood:
    return Flood()


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory, flood: Flood) -> Path:
    """A BERT of two layers with a WordPiece vocabulary, as safetensors."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("encoder")
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    texts = [flood.sentence(name, place) for name in NAMES for place in PLACES] + ["where did who live ?"] * 9
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=200, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(mark, tokenizer.token_to_id(mark)) for mark in ("[CLS]", "[SEP]")],
    )
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=128,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    ).save_pretrained(folder)
    return folder
