"""New models: a tokenizer trained on the user's own texts, and random weights of a standard architecture."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ingest.errors import InputError
from rag.generate.load import quiet

if TYPE_CHECKING:
    from ingest.embed import Embedder

Family = Literal["t5", "gpt2"]


@dataclass(frozen=True)
class Size:
    """The shape of an architecture. The vocabulary is smaller than `vocabulary` where the texts have fewer pieces."""

    family: Family
    vocabulary: int
    config: dict[str, Any] = field(default_factory=dict)


def _define_t5(width: int, inner: int, layers: int, heads: int, vocabulary: int) -> Size:
    shape = {"d_model": width, "d_ff": inner, "num_layers": layers, "num_decoder_layers": layers, "num_heads": heads}
    return Size("t5", vocabulary, {**shape, "d_kv": width // heads, "feed_forward_proj": "gated-gelu"})


def _define_gpt2(width: int, layers: int, heads: int, vocabulary: int, positions: int = 1024) -> Size:
    return Size("gpt2", vocabulary, {"n_embd": width, "n_layer": layers, "n_head": heads, "n_positions": positions})


SIZES: dict[str, Size] = {
    "t5-tiny": _define_t5(64, 128, 2, 4, 800),
    "t5-micro": _define_t5(192, 512, 4, 4, 4_000),
    "t5-mini": _define_t5(256, 640, 4, 4, 4_000),
    "t5-small": _define_t5(512, 1024, 6, 8, 16_000),
    "openbook-t5": _define_t5(512, 768, 6, 8, 8_000),
    "t5-base": _define_t5(768, 2048, 12, 12, 32_000),
    "gpt2-tiny": _define_gpt2(64, 2, 4, 800, 512),
    "gpt2-mini": _define_gpt2(256, 6, 4, 4_000),
    "gpt2-small": _define_gpt2(768, 12, 12, 16_000),
}
"""The sizes that `init` names. The "tiny" ones are for tests; "t5-mini" has about 9 million parameters."""


def new_model(
    init: str,
    texts: Iterable[str],
    folder: Path,
    seed: int = 0,
    marks: Sequence[str] = (),
    words: Embedder | None = None,
) -> Path:
    """Write a model with random weights and a tokenizer trained on the texts to a folder, and return the folder.

    T5 gets a SentencePiece unigram vocabulary (Kudo 2018), GPT-2 a byte-level BPE (Sennrich et al. 2016; Radford et
    al. 2019). `marks` become single tokens. With an embedder as `words`, the word embeddings start from its vectors, so
    that words of similar meaning are close from the beginning. Raises InputError for an unknown size, and without text.
    """
    import torch
    import transformers

    library: Any = transformers
    if init not in SIZES:
        raise InputError(f"unknown size {init!r}; known: {', '.join(SIZES)}")
    size = SIZES[init]
    texts = [text for text in texts if text.strip()]
    if not texts:
        raise InputError("no texts to train a tokenizer on")
    tokenizer = (
        _train_t5_tokenizer(texts, size.vocabulary, marks)
        if size.family == "t5"
        else _train_gpt2_tokenizer(texts, size, marks)
    )

    # Draw the weights by the seed.
    config: Any
    with quiet(), torch.random.fork_rng():
        torch.manual_seed(seed)
        if size.family == "t5":
            fixed = {"decoder_start_token_id": 0, "n_positions": 512, "tie_word_embeddings": True}
            config = library.T5Config(vocab_size=len(tokenizer), **fixed, **size.config)
            model: Any = library.T5ForConditionalGeneration(config)
        else:
            end = tokenizer.eos_token_id
            config = library.GPT2Config(vocab_size=len(tokenizer), bos_token_id=end, eos_token_id=end, **size.config)
            model = library.GPT2LMHeadModel(config)
        if words is not None:
            _initialise_words(model.get_input_embeddings().weight, tokenizer, words)
        folder.mkdir(parents=True, exist_ok=True)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


def _initialise_words(weight: Any, tokenizer: Any, words: Embedder) -> None:
    """Set word embeddings to an embedder's vectors of the pieces' texts, reduced to their principal components.

    The vectors keep the scale of the random ones. Pieces without letters stay random.
    """
    import torch

    texts = [str(tokenizer.decode([token])).strip() for token in range(len(tokenizer))]
    tokens = [token for token, text in enumerate(texts) if any(map(str.isalpha, text)) and text[0] not in "[<"]
    # Project the embedder's vectors on as many principal components as the model has dimensions.
    vectors = torch.as_tensor(words.embed_documents([texts[token] for token in tokens])).float()
    vectors = vectors - vectors.mean(0)
    _, _, components = torch.linalg.svd(vectors, full_matrices=False)
    reduced = vectors @ components[: weight.shape[1]].T
    with torch.no_grad():
        scale = weight.std() / reduced.std()
        weight[tokens, : reduced.shape[1]] = reduced * scale


SENTINELS = 100
"""The number of sentinels, `<extra_id_0>` to `<extra_id_99>`, which span corruption puts in place of spans."""


def _train_t5_tokenizer(texts: Sequence[str], vocabulary: int, marks: Sequence[str]) -> Any:
    import sentencepiece
    import transformers
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    # Leave rare characters to byte fallback once they would take more than a quarter of the vocabulary.
    characters = Counter(letter for text in texts for letter in text)
    commonest = sum(count for _, count in characters.most_common(vocabulary // 4))
    coverage = commonest / characters.total() if len(characters) > vocabulary // 4 else 1.0
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_remove_marks(texts, marks)),
        model_writer=trained,
        model_type="unigram",
        vocab_size=vocabulary,
        hard_vocab_limit=False,  # small data has fewer pieces
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        character_coverage=coverage,
        split_digits=True,  # numbers that were never seen are read and written digit by digit
        split_by_unicode_script=False,  # otherwise " |" is two pieces
        byte_fallback=True,  # a character that was never seen is read as bytes
        normalization_rule_name="nmt_nfkc",
        max_sentence_length=1_000_000,
        num_threads=1,  # with more threads the pieces differ from run to run
        minloglevel=2,
    )

    # Build a fast tokenizer from the pieces, with the marks and the sentinels.
    pieces = sentencepiece.SentencePieceProcessor(model_proto=trained.getvalue())
    scored = [(pieces.id_to_piece(piece), pieces.get_score(piece)) for piece in range(pieces.get_piece_size())]
    # A score of 0 is a certainty: a mark is never cut into smaller pieces.
    whole = [(piece, 0.0) for mark in marks for piece in (f"▁{mark}", mark)]
    scored = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *scored[3:], *whole]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=2, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    fast: Any = transformers.PreTrainedTokenizerFast
    return fast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        extra_special_tokens=[f"<extra_id_{number}>" for number in range(SENTINELS)],
        model_max_length=512,
    )


def _train_gpt2_tokenizer(texts: Sequence[str], size: Size, marks: Sequence[str]) -> Any:
    import transformers
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    end = "<|endoftext|>"
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size.vocabulary, special_tokens=[end], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(_remove_marks(texts, marks), trainer)
    tokenizer.add_tokens([AddedToken(mark, normalized=False, special=False) for mark in marks])
    fast: Any = transformers.PreTrainedTokenizerFast
    return fast(
        tokenizer_object=tokenizer,
        bos_token=end,
        eos_token=end,
        unk_token=end,
        model_max_length=size.config["n_positions"],
    )


def _remove_marks(texts: Iterable[str], marks: Sequence[str]) -> Iterator[str]:
    """Yield the texts without the marks, which are tokens already."""
    pattern = re.compile("|".join(map(re.escape, sorted(marks, key=len, reverse=True)))) if marks else None
    return (pattern.sub(" ", text) if pattern else text for text in texts)
