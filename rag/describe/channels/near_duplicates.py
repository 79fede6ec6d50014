"""Texts of a catalogue that are nearly the same: MinHash signatures of their shingles, in bands (Broder 1997)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.data.ngrams import Shingles, shingles

ORDER = 3
"""Words in a shingle."""
BANDS, ROWS = 20, 4
"""Texts are compared where one of 20 bands of 4 hashes is equal: of pairs that share 70% of their shingles 99.6%, of
those that share 50% some 72%, of those that share 20% some 3%."""
_PRIME = 2**31 - 1


@dataclass(frozen=True)
class DuplicateGroup:
    """Texts that are nearly the first of them: their places, in order, and the smallest share that they have with it.

    `similarity` is the share of common three-word shingles among all of both texts, 0 to 1.
    """

    places: tuple[int, ...]
    similarity: float


def find_near_duplicates(texts: Sequence[str], share: float = 0.7) -> tuple[DuplicateGroup, ...]:
    """Return the groups of texts that have at least `share` of their shingles in common with the first of the group.

    Case, spacing and punctuation do not count; empty texts are left out. Each text is in one group at most. Time is
    linear in the number of texts: a text is compared with the first of a group only.
    """
    # Equal texts are one; the rest is compared by band.
    own = {place: shingles(text, ORDER) for place, text in enumerate(texts) if text.strip()}
    same: dict[Shingles, list[int]] = {}
    for place, runs in own.items():
        same.setdefault(runs, []).append(place)
    heads: dict[tuple[int, bytes], list[int]] = {}
    groups: dict[int, list[int]] = {}
    lowest: dict[int, float] = {}
    for runs, places in same.items():
        signature = _signature(runs)
        bands = [(band, signature[band * ROWS : (band + 1) * ROWS].tobytes()) for band in range(BANDS)]
        candidates = dict.fromkeys(head for band in bands for head in heads.get(band, ()))
        likeness = {head: len(runs & own[head]) / len(runs | own[head]) for head in candidates}
        head = max(likeness, key=lambda head: (likeness[head], -head), default=-1)
        if head >= 0 and likeness[head] >= share:
            groups[head] += places
            lowest[head] = min(lowest[head], likeness[head])
            continue
        groups[places[0]], lowest[places[0]] = list(places), 1.0
        for band in bands:
            known = heads.setdefault(band, [])
            if len(known) < _MOST_HEADS:
                known.append(places[0])
    several = [(head, sorted(places)) for head, places in sorted(groups.items()) if len(places) > 1]
    return tuple(DuplicateGroup(tuple(places), lowest[head]) for head, places in several)


def report_duplicates(groups: Sequence[DuplicateGroup], keys: Sequence[str], shown: int = 5) -> Iterator[str]:
    """Yield a line for each group with the keys of its products, the largest groups first."""
    for group in sorted(groups, key=lambda group: (-len(group.places), group.places)):
        named = ", ".join(keys[place] for place in group.places[:shown])
        more = f" and {len(group.places) - shown} more" if len(group.places) > shown else ""
        yield f"{len(group.places)} texts are the same to {group.similarity:.0%}: {named}{more}"


_MOST_HEADS = 50
"""Texts of a band that others are compared with. More share a band only where a catalogue repeats a phrase."""

_FACTORS, _TERMS = np.random.default_rng(1997).integers(1, _PRIME, (2, BANDS * ROWS), dtype=np.uint64)


def _signature(runs: Shingles) -> NDArray[np.uint64]:
    """Return the least hash of the shingles by each of 80 functions `(a * x + b) mod p`."""
    hashes = np.fromiter((zlib.crc32(" ".join(run).encode()) for run in runs), np.uint64, len(runs)) % _PRIME
    least: NDArray[np.uint64] = ((hashes[:, None] * _FACTORS + _TERMS) % np.uint64(_PRIME)).min(axis=0)
    return least
