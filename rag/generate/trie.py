"""A tree of token sequences: a beginning that many labels share is computed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class Trie:
    """A tree of tokens. Node 0 is the root, and every node follows its parent, level by level.

    `tokens`, `parents` and `depths` are by node; the root's token and parent are -1. `last[i]` is the last node of the
    i-th sequence, an inner node where that sequence begins another.
    """

    tokens: tuple[int, ...]
    parents: tuple[int, ...]
    depths: tuple[int, ...]
    last: tuple[int, ...]

    @classmethod
    @lru_cache(maxsize=32)
    def of(cls, sequences: tuple[tuple[int, ...], ...]) -> Trie:
        """Return the tree of these sequences; the same sequences give the same tree."""
        tokens, parents, depths = [-1], [-1], [0]
        last = [0] * len(sequences)
        # Level by level, the next token of each sequence adds a child to its last node.
        for depth in range(1, max(map(len, sequences), default=0) + 1):
            children: dict[tuple[int, int], int] = {}
            for number, sequence in enumerate(sequences):
                if len(sequence) < depth:
                    continue
                key = (last[number], sequence[depth - 1])
                if key not in children:
                    children[key] = len(tokens)
                    tokens.append(key[1])
                    parents.append(key[0])
                    depths.append(depth)
                last[number] = children[key]
        return cls(tuple(tokens), tuple(parents), tuple(depths), tuple(last))

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def depth(self) -> int:
        """The length of the longest sequence."""
        return self.depths[-1]

    def path(self, node: int) -> list[int]:
        """Return the nodes on the way from the root, which is left out, to this node."""
        path: list[int] = []
        while node:
            path.insert(0, node)
            node = self.parents[node]
        return path

    def children(self, nodes: Sequence[int]) -> list[int]:
        """Return the children of these nodes, those of one node next to each other."""
        return [child for node in nodes for child in self._children[node]]

    @cached_property
    def _children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self.tokens]
        for node in range(1, len(self.tokens)):
            children[self.parents[node]].append(node)
        return children
