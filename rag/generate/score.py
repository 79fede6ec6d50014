"""Score texts by their exact probability as a model's whole answer, reading the prompt once.

The texts' tokens form a tree, and each node goes through the model once. A decoder-only model reads the whole tree in
one pass behind the cached prompt: every node sees only the prompt and its own ancestors, at the position that it would
have in its text (tree attention; Miao et al. 2023, arXiv:2305.09781). Encoder-decoders, and models that take no
positions, walk the tree level by level, each node with its parent's cache.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from functools import cached_property
from threading import Lock
from typing import Any

import torch
from torch import Tensor

from ingest.errors import InputError
from ingest.models.threads import limited_threads
from prompts.types import RenderedPrompt
from rag.generate.base import Generator
from rag.generate.decode import TransformersGenerator, reference_of
from rag.generate.encode import text_ids
from rag.generate.load import quiet
from rag.generate.trie import Trie

NODES = 256
"""Nodes of a tree in one pass: their logits over a vocabulary of 50,000 take 50 MB."""

ROWS, PROMPT_ROWS = 128, 16
"""Nodes of a level in one pass, each with its own cache; fewer where each cache holds the prompt."""

ROUNDING, COARSE_ROUNDING = 1e-3, 0.05
"""Nats between a tree pass and a plain one, on average over a vocabulary, in float32 and in half precision. A wrong
position or mask makes some tenths at least."""

ANCHOR = "Label:"
"""Text before a label when its tokens are looked up: after a word, a space belongs to the next."""


class TextScorer:
    """Scores texts as the answers to prompts.

    A text's log-probability is that of its tokens and of the end after them, so that a text which begins another
    competes with it fairly. The end is any token that ends the model's texts, and in plain completion also a line
    break. A converted copy scores on its reference. Raises InputError for a generator that returns no probabilities.
    """

    def __init__(self, generator: Generator) -> None:
        self.generator = generator = reference_of(generator)
        reader = _EncoderDecoder if generator.family == "seq2seq" else _DecoderOnly
        self._reader: _EncoderDecoder | _DecoderOnly = reader(generator)
        self._lock = Lock()  # a reader keeps its last prompt
        self._tokens: dict[str, tuple[int, ...]] = {}

    def tokens(self, text: str) -> tuple[int, ...]:
        """Return the text's tokens as the model would write them, without the end. Raises InputError for none."""
        if text not in self._tokens:
            ids = _answer_ids(self.generator, text)
            # The unknown token is special, too.
            if not self.generator.tokenizer.decode(ids, skip_special_tokens=True).strip():
                raise InputError(f"{text!r} has no tokens that {self.generator.name} knows")
            self._tokens[text] = tuple(ids)
        return self._tokens[text]

    def score(self, prompt: RenderedPrompt, texts: Sequence[str]) -> list[float]:
        """Return each text's log-probability (natural, summed over its tokens and the end) after the prompt.

        Raises InputError where prompt and text together do not fit the window, or two texts have the same tokens.
        """
        trie = self._trie(texts)
        ids = self.generator.encode(prompt)
        room = self.generator.prompt_window(trie.depth + 1)
        if len(ids) > room:
            raise InputError(f"the prompt has {len(ids)} tokens, but {self.generator.name} takes {room} and the labels")
        limited = limited_threads(self.generator.threads)
        with self._lock, torch.inference_mode(), quiet(), limited:
            tally = Tally(trie, self._ends)
            self._reader.read(ids, trie, tally)
        return tally.totals()

    def _trie(self, texts: Sequence[str]) -> Trie:
        by_tokens: dict[tuple[int, ...], str] = {}
        for text in texts:
            # Two labels with the same tokens could never be told apart.
            other = by_tokens.setdefault(self.tokens(text), text)
            if other != text:
                raise InputError(f"{other!r} and {text!r} are the same tokens to {self.generator.name}")
        return Trie.of(tuple(self.tokens(text) for text in texts))

    @cached_property
    def _ends(self) -> Tensor:
        ends = set(self.generator.loaded.eos)
        if self.generator.style == "completion":
            words = enumerate(map(self.generator.tokenizer.decode, range(len(self.generator.tokenizer))))
            ends |= {token for token, word in words if word.startswith("\n")}
        if not ends:
            raise InputError(f"{self.generator.name} has no token that ends a text")
        return torch.tensor(sorted(ends), device=self.generator.model.device)


class Tally:
    """Adds up log-probabilities along a tree, from the model's logits after its nodes."""

    def __init__(self, trie: Trie, ends: Tensor) -> None:
        self._trie = trie
        self._ends = ends
        self.device = ends.device
        self._own = [0.0] * len(trie)  # log-probability of a node's token after its parent
        self._end = [0.0] * len(trie)

    def note(self, nodes: Sequence[int], logits: Tensor) -> None:
        """Take the logits after each of these nodes, `(nodes, vocabulary)`."""
        chances = logits.float().log_softmax(-1)
        for node, end in zip(nodes, chances[:, self._ends].logsumexp(-1).tolist(), strict=True):
            self._end[node] = end
        row = {node: index for index, node in enumerate(nodes)}
        children = self._trie.children(nodes)
        rows = [row[self._trie.parents[child]] for child in children]
        own = chances[rows, [self._trie.tokens[child] for child in children]].tolist()
        for child, value in zip(children, own, strict=True):
            self._own[child] = value

    def totals(self) -> list[float]:
        """Return the log-probability of each sequence with its end."""
        sums = [0.0] * len(self._trie)
        for node in range(1, len(self._trie)):
            sums[node] = sums[self._trie.parents[node]] + self._own[node]
        return [sums[node] + self._end[node] for node in self._trie.last]


# --- decoder-only models ----------------------------------------------------------------------------------------------


class _DecoderOnly:
    """Reads prompts, and keeps the cache of the last one: the next prompt often begins alike."""

    def __init__(self, generator: TransformersGenerator) -> None:
        self._model = generator.model
        self._parameters = inspect.signature(self._model.forward).parameters
        self._ids: list[int] = []  # the prompt that the cache holds
        self._cache: Any = None
        self._trees: bool | None = None  # whether tree passes are right for this model, None before the first check

    def read(self, ids: list[int], trie: Trie, tally: Tally) -> None:
        """Read the prompt and the tree behind it, and note the logits in the tally."""
        cached, self._ids = self._ids, []  # an interrupted pass leaves a cache of unknown content
        tally.note([0], self._read_prompt(ids, cached))
        # A model is checked once for whether it reads trees correctly.
        if self._trees is None:
            self._trees = self._is_tree_right(trie)
        if self._trees:
            for nodes, logits in self._read_tree(trie):
                tally.note(nodes, logits)
        else:

            def step(tokens: Tensor, cache: Any) -> Any:
                return self._model(input_ids=tokens, past_key_values=cache, use_cache=True)

            _walk_levels(step, self._cache, trie, tally, PROMPT_ROWS)
        self._ids = ids

    def _read_prompt(self, ids: list[int], cached: list[int]) -> Tensor:
        """Return the logits after the prompt, `(1, vocabulary)`, reading only what differs from the cached prompt."""
        pairs = enumerate(zip(ids, cached, strict=False))
        shared = next((index for index, (new, old) in pairs if new != old), min(len(ids), len(cached)))
        shared = min(shared, len(ids) - 1)  # the last token has to be read for its logits
        if not shared or not _is_croppable(self._cache):
            shared, self._cache = 0, None
        elif shared < len(cached):
            self._cache.crop(shared - len(cached))
        options = {"logits_to_keep": 1} if "logits_to_keep" in self._parameters else {}
        output = self._forward(ids[shared:], past_key_values=self._cache, use_cache=True, **options)
        self._cache = output.past_key_values
        logits: Tensor = output.logits[:, -1]
        return logits

    def _read_tree(self, trie: Trie) -> Iterator[tuple[range, Tensor]]:
        """Yield nodes and the logits after them; in the end, the cache is as before."""
        start, nodes = self._cache.get_seq_length(), len(trie) - 1
        # Each node attends to the prompt, to its ancestors and to itself.
        seen = torch.eye(nodes, dtype=torch.bool)  # a node sees itself and its ancestors; the root is left out
        for node in range(1, nodes + 1):
            if trie.parents[node] > 0:
                seen[node - 1] |= seen[trie.parents[node] - 1]
        dtype, device = self._model.dtype, self._model.device
        hidden = torch.zeros(nodes, start + nodes, dtype=dtype)
        hidden[:, start:].masked_fill_(~seen, torch.finfo(dtype).min)
        # A node's position is the one that it would have in its own text.
        positions = torch.tensor(trie.depths[1:]) + start - 1
        for low in range(0, nodes, NODES):
            high = min(low + NODES, nodes)
            output = self._forward(
                trie.tokens[1 + low : 1 + high],
                past_key_values=self._cache,
                use_cache=True,
                position_ids=positions[None, low:high].to(device),
                attention_mask=hidden[None, None, low:high, : start + high].to(device),
            )
            yield range(1 + low, 1 + high), output.logits[0]
        self._cache.crop(-nodes)

    def _is_tree_right(self, trie: Trie) -> bool | None:
        """Compare a tree pass with a plain reading of its longest sequence: some models use other positions."""
        if "position_ids" not in self._parameters or not _is_croppable(self._cache):
            return False
        # The last node is one of the deepest.
        path = trie.path(len(trie) - 1)
        if len(path) == len(trie) - 1:
            return None  # a tree of one branch is a plain sequence
        plain = self._forward([trie.tokens[node] for node in path], past_key_values=self._cache, use_cache=True)
        self._cache.crop(-len(path))
        of_tree = torch.cat([logits for _, logits in self._read_tree(trie)])[[node - 1 for node in path]]
        difference = plain.logits[0].float().log_softmax(-1) - of_tree.float().log_softmax(-1)
        return bool(difference.abs().mean() < (ROUNDING if self._model.dtype == torch.float32 else COARSE_ROUNDING))

    def _forward(self, ids: Sequence[int], **options: Any) -> Any:
        return self._model(input_ids=torch.tensor([list(ids)], device=self._model.device), **options)


def _is_croppable(cache: Any) -> bool:
    """Tell whether a cache holds every token of the prompt in order, so that it can be cut back."""
    from transformers.cache_utils import DynamicLayer

    return all(type(layer) is DynamicLayer for layer in getattr(cache, "layers", [None]))


# --- encoder-decoders -------------------------------------------------------------------------------------------------


class _EncoderDecoder:
    """Encodes a prompt once, and walks the tree with the decoder."""

    def __init__(self, generator: TransformersGenerator) -> None:
        self._generator = generator
        self._model = generator.model

    def read(self, ids: list[int], trie: Trie, tally: Tally) -> None:
        """Read the prompt with the encoder and the tree with the decoder, and note the logits in the tally."""
        from transformers.modeling_outputs import BaseModelOutput

        inputs, _ = self._generator.inputs([ids])
        encoded, mask = self._model.get_encoder()(**inputs)[0], inputs["attention_mask"]

        def step(tokens: Tensor, cache: Any) -> Any:
            rows = len(tokens)
            return self._model(
                encoder_outputs=BaseModelOutput(encoded.expand(rows, -1, -1)),
                attention_mask=mask.expand(rows, -1),
                decoder_input_ids=tokens,
                past_key_values=cache,
                use_cache=True,
            )

        first = [self._generator.loaded.start, self._generator.loaded.forced_first]
        start = [token for token in first if token is not None]
        output = step(torch.tensor([start], device=self._model.device), None)
        tally.note([0], output.logits[:, -1])
        _walk_levels(step, output.past_key_values, trie, tally, ROWS)


# --- level by level ---------------------------------------------------------------------------------------------------


def _walk_levels(
    step: Callable[[Tensor, Any], Any],
    cache: Any,
    trie: Trie,
    tally: Tally,
    rows: int,
    nodes: Sequence[int] = (0,),
) -> None:
    """Read the descendants of `nodes`, `rows` at a time; the cache holds a row for each of the nodes."""
    row = {node: index for index, node in enumerate(nodes)}
    children = trie.children(nodes)
    for low in range(0, len(children), rows):
        chosen = children[low : low + rows]
        parents = _select_rows(cache, [row[trie.parents[child]] for child in chosen])
        tokens = torch.tensor([[trie.tokens[child]] for child in chosen], device=tally.device)
        output = step(tokens, parents)
        tally.note(chosen, output.logits[:, -1])
        _walk_levels(step, output.past_key_values, trie, tally, rows, chosen)


def _select_rows(cache: Any, rows: list[int]) -> Any:
    """Return a cache of these rows; the original is left unchanged.

    All rows share the encoder's part, which is widened without a copy.
    """
    from transformers import EncoderDecoderCache

    if isinstance(cache, EncoderDecoderCache):
        shared: Any = copy(cache.cross_attention_cache)
        shared.layers = [copy(layer) for layer in shared.layers]
        for layer in shared.layers:
            layer.keys = layer.keys[:1].expand(len(rows), -1, -1, -1)
            layer.values = layer.values[:1].expand(len(rows), -1, -1, -1)
        return EncoderDecoderCache(_select_rows(cache.self_attention_cache, rows), shared)
    chosen = copy(cache)
    chosen.layers = [copy(layer) for layer in cache.layers]
    chosen.reorder_cache(torch.tensor(rows, device=chosen.layers[0].keys.device))
    return chosen


# --- tokens -----------------------------------------------------------------------------------------------------------


def _answer_ids(generator: TransformersGenerator, text: str) -> list[int]:
    """Return the tokens of a text as an answer, as fine-tuning learns to write it, without start and end."""
    tokenizer, loaded = generator.tokenizer, generator.loaded
    # A decoder writes the text's tokens without the end, and without a first token that it is forced to write.
    if generator.family == "seq2seq":
        ids = text_ids(tokenizer, text.strip())
        while ids and ids[-1] in loaded.eos:
            ids = ids[:-1]
        return ids[1:] if ids and ids[0] == loaded.forced_first else ids
    # A plain model continues the prompt after a space, which belongs to the first token.
    if generator.style == "completion":
        before, whole = text_ids(tokenizer, ANCHOR), text_ids(tokenizer, f"{ANCHOR} {text.strip()}")
        before, whole = ([token for token in ids if token not in loaded.eos] for ids in (before, whole))
        if whole[: len(before)] == before:
            return whole[len(before) :]
    return list(tokenizer(text.strip(), add_special_tokens=False, verbose=False).input_ids)
