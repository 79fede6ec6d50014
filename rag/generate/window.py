"""Read a model's true window from its config: the one it was built or trained for, not the tokenizer file's claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingest.errors import InputError, ModelError

T5_WINDOW = 512
"""Tokens that T5, mT5 and FLAN-T5 were trained on. Their relative positions set no limit, but quality falls beyond."""

_POSITIONS = ("max_encoder_position_embeddings", "max_position_embeddings", "n_positions", "max_seq_len", "n_ctx")
_SENTINEL = 1_000_000
"""A tokenizer without a limit claims 1e30 tokens."""


@dataclass(frozen=True, slots=True)
class ModelWindow:
    """The limits of a model in tokens.

    `tokens` is the encoder's window, or for decoder-only models that of prompt and answer together. `new_tokens` limits
    the output of an encoder-decoder, None without a limit. Only a `soft` window may be raised.
    """

    tokens: int
    new_tokens: int | None = None
    soft: bool = False

    def narrowed(self, wanted: int | None) -> ModelWindow:
        """Return this window with another number of tokens. Raises InputError for more than the model has."""
        if wanted is None:
            return self
        if wanted < 1:
            raise InputError(f"context_window must be at least 1, not {wanted}")
        if wanted > self.tokens and not self.soft:
            raise InputError(f"context_window {wanted} is more than the {self.tokens} positions the model has")
        return ModelWindow(wanted, self.new_tokens, self.soft)


def model_window(config: Any, tokenizer_limit: int) -> ModelWindow:
    """Return the window of a transformers config. Raises ModelError where neither it nor the tokenizer has one."""
    limit = tokenizer_limit if tokenizer_limit < _SENTINEL else None
    if hasattr(config, "relative_attention_num_buckets"):  # the T5 family
        return ModelWindow(getattr(config, "n_positions", None) or limit or T5_WINDOW, soft=True)
    # Encoder and decoder may have windows of different sizes.
    if config.is_encoder_decoder:
        encoder, decoder = getattr(config, "encoder", config), getattr(config, "decoder", config)
        new_tokens = _first_setting(decoder, ("max_decoder_position_embeddings", *_POSITIONS[1:]))
        tokens = _first_setting(encoder, _POSITIONS) or limit
    else:
        new_tokens, tokens = None, _first_setting(config.get_text_config(), _POSITIONS) or limit
    if tokens is None:
        raise ModelError(f"a {config.model_type} config and its tokenizer name no window")
    return ModelWindow(tokens, new_tokens)


def _first_setting(config: Any, names: tuple[str, ...]) -> int | None:
    return next((int(value) for name in names if (value := getattr(config, name, None))), None)
