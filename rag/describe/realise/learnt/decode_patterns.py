"""Over-generate patterns: the greedy one and some samples of each input, with their likelihoods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.fingerprint import fingerprint
from ingest.models.threads import limited_threads
from rag.generate.base import Decoding
from rag.generate.decode import TransformersGenerator
from rag.generate.load import quiet

LONGEST_PATTERN = 72
"""Tokens; a longer pattern is cut off and loses a placeholder."""

BATCH = 16
"""Inputs that are decoded together, and patterns that are scored together."""


@dataclass(frozen=True)
class ScoredPattern:
    """A pattern and the mean natural log-likelihood of its tokens, its end included."""

    text: str
    likelihood: float


@dataclass(frozen=True)
class PatternDecoder:
    """Decodes patterns with a model that reads an input on one line and writes the pattern on the next.

    Each input has its own seeds, so that its patterns do not depend on the others of a batch.
    """

    generator: TransformersGenerator
    samples: int = 4
    temperature: float = 0.8
    top_p: float = 0.9

    def decode(self, inputs: Sequence[str]) -> list[tuple[ScoredPattern, ...]]:
        """Return the distinct patterns of each input, the most likely first."""
        rows = [encode_input(self.generator.tokenizer, text) for text in inputs]
        patterns: list[tuple[ScoredPattern, ...]] = [()] * len(rows)
        # Inputs of like length share a batch, which costs little padding.
        order = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            batch = [rows[place] for place in places]
            greedy = self._generate(batch, [0] * len(batch), Decoding(LONGEST_PATTERN))
            texts = [[text] for text in greedy]
            if self.samples:
                repeated = [row for row in batch for _ in range(self.samples)]
                seeds = [
                    int(fingerprint(inputs[place], number)[:12], 16)
                    for place in places
                    for number in range(self.samples)
                ]
                decoding = Decoding(LONGEST_PATTERN, temperature=self.temperature, top_p=self.top_p)
                sampled = self._generate(repeated, seeds, decoding)
                for at, pattern in enumerate(sampled):
                    texts[at // self.samples].append(pattern)
            distinct = [list(dict.fromkeys(one for one in alike if one)) for alike in texts]
            scores = iter(
                self._score([(row, one) for row, alike in zip(batch, distinct, strict=True) for one in alike])
            )
            for place, alike in zip(places, distinct, strict=True):
                scored = [ScoredPattern(one, next(scores)) for one in alike]
                patterns[place] = tuple(sorted(scored, key=lambda one: -one.likelihood))
        return patterns

    def _generate(self, rows: list[list[int]], seeds: Sequence[int], decoding: Decoding) -> list[str]:
        """Return the text after each row, "" for one that has no end."""
        inputs, start = self.generator.inputs(rows)
        ends = self.generator.loaded.eos
        texts = []
        for tokens in self.generator.decode(inputs, start, seeds, decoding):
            end = next((place for place, token in enumerate(tokens) if token in ends), None)
            text = self.generator.tokenizer.decode(tokens[:end], skip_special_tokens=True) if end is not None else ""
            texts.append(text.strip())
        return texts

    def _score(self, pairs: Sequence[tuple[list[int], str]]) -> Iterator[float]:
        """Yield the mean log-likelihood of each text after its row."""
        import torch

        tokenizer, model = self.generator.tokenizer, self.generator.model
        for start in range(0, len(pairs), BATCH):
            part = pairs[start : start + BATCH]
            targets = [
                [*tokenizer(text, add_special_tokens=False).input_ids, tokenizer.eos_token_id] for _, text in part
            ]
            rows = [row + target for (row, _), target in zip(part, targets, strict=True)]
            width = max(map(len, rows))
            pad = self.generator.loaded.pad
            ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows], device=model.device)
            mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], device=model.device)
            with quiet(), limited_threads(self.generator.threads), torch.inference_mode():
                logits = model(input_ids=ids, attention_mask=mask).logits
                for place, target in enumerate(targets):
                    end = len(rows[place])
                    chances = logits[place, end - len(target) - 1 : end - 1].float().log_softmax(-1)
                    wanted = torch.tensor(target, device=model.device).unsqueeze(1)
                    yield float(chances.gather(1, wanted).mean())


def encode_input(tokenizer: Any, text: str) -> list[int]:
    """Return the ids of an input: one line, the pattern begins the next."""
    return list(tokenizer(f"{text}\n", add_special_tokens=False).input_ids)
