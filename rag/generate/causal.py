"""Decoder-only models: GPT-2, SmolLM2 and other Llamas, and their kin."""

from __future__ import annotations

from prompts.types import RenderedPrompt, Style
from rag.generate.decode import TransformersGenerator
from rag.generate.encode import chat_ids, text_ids


class CausalGenerator(TransformersGenerator):
    """The answer continues the prompt: both share one window, and only the new part is returned."""

    family = "causal"

    @property
    def style(self) -> Style:
        """Chat exactly when the tokenizer brings a chat template."""
        return "chat" if self.tokenizer.chat_template else "completion"

    def encode(self, prompt: RenderedPrompt) -> list[int]:
        """Return the prompt's token ids as the model gets them; a chat model takes a text as one user turn.

        Raises TypeError for a chat given to a model without a chat template.
        """
        if self.style == "chat":
            return chat_ids(self.tokenizer, prompt)
        if not isinstance(prompt, str):
            raise TypeError(f"{self.name} reads text, not chat messages: its tokenizer has no chat template")
        return text_ids(self.tokenizer, prompt)

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return what is left of the window beside the new tokens. Raises ValueError when nothing is."""
        if not 1 <= max_new_tokens < self.context_window:
            raise ValueError(f"{self.name} can write 1 to {self.context_window - 1} new tokens, not {max_new_tokens}")
        return self.context_window - max_new_tokens

    def _padded(self, row: list[int], filler: int, width: int) -> list[int]:
        return [filler] * (width - len(row)) + row

    def _new_from(self, prompt_width: int) -> int:
        return prompt_width
