"""The closed word lists of the licence check, read from `licence_words.toml`, as stems where forms do not matter."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rag.answer.words import stem


@dataclass(frozen=True)
class StatingWords:
    """Words that state a field: they are licensed beside one with such a kind, dimension or label only."""

    stems: frozenset[str]
    labels: frozenset[str] = frozenset()
    kind: str = ""
    dimension: str = ""


@dataclass(frozen=True)
class ExclusiveWords:
    """Words of which one thing has one as a rule, such as colours; fields with such labels say them."""

    kind: str
    stems: frozenset[str]
    labels: frozenset[str]


@dataclass(frozen=True)
class ClosedWords:
    """All closed lists. `neutral` are words as they are written; everything else is stems."""

    neutral: frozenset[str]
    beside: tuple[StatingWords, ...]
    measured: tuple[StatingWords, ...]
    exclusive: tuple[ExclusiveWords, ...]
    judging: frozenset[str]
    equivalents: Mapping[str, str]
    plain_able: frozenset[str]
    label_prefixes: tuple[str, ...]
    label_suffixes: tuple[str, ...]

    def normal_stem(self, word: str, word_stem: str) -> str:
        """Return the stem that stands for all that mean the same: "gray" for "grey".

        Words in -able and -ful judge, so they keep their ending: recyclable is not recycled, powerful no power. Those
        in -able that say no more than their verb are listed.
        """
        singular = word.removesuffix("s")
        if singular.endswith(("able", "ible")) and len(singular) > 6 and singular not in self.plain_able:
            word_stem = word_stem.removesuffix("abl").removesuffix("ibl") + "abl"
        if word.endswith("ful") and not word_stem.endswith("ful"):
            word_stem += "ful"
        return self.equivalents.get(word_stem, word_stem)


@cache
def closed_words() -> ClosedWords:
    """Return the closed lists that the package carries."""
    lists: dict[str, Any] = tomllib.loads((files("rag.describe.licence") / "licence_words.toml").read_text("utf-8"))
    groups = [[stem(word) for word in group.split()] for group in lists["equivalents"]["groups"]]
    equivalents = {word: group[0] for group in groups for word in group}

    def stems_of(words: str) -> frozenset[str]:
        return frozenset(equivalents.get(stem(word), stem(word)) for word in words.split())

    def stating_words(tables: Iterable[Mapping[str, str]]) -> tuple[StatingWords, ...]:
        return tuple(
            StatingWords(
                stems_of(table["words"]),
                stems_of(table.get("labels", "")),
                table.get("kind", ""),
                table.get("dimension", ""),
            )
            for table in tables
        )

    return ClosedWords(
        neutral=frozenset(word for table in lists["neutral"] for word in table["words"].split()),
        beside=stating_words(lists["beside"]),
        measured=stating_words(lists["measured"]),
        exclusive=tuple(
            ExclusiveWords(table["kind"], stems_of(table["words"]), stems_of(table["labels"]))
            for table in lists["exclusive"]
        ),
        judging=stems_of(lists["judging"]["words"]),
        equivalents=equivalents,
        plain_able=frozenset(lists["able"]["plain"].split()),
        label_prefixes=tuple(lists["labels"]["prefixes"].split()),
        label_suffixes=tuple(lists["labels"]["suffixes"].split()),
    )
