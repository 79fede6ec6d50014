"""The order of a description's clauses by topic, and the sentences that they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, TypeVar

from rag.answer.words import stem
from rag.describe.product import ProductField
from rag.describe.realise.attribute_phrases import phrase_of
from rag.describe.realise.attributes import ClauseKind, is_phrase, label_words
from rag.describe.realise.english import head_noun, is_plural, leading_noun
from rag.describe.realise.word_classes import PART_NOUNS, QUANTITY_NOUNS

Pattern = Literal["opening", "predicates", "statements", "line", "prose", "details", "list"]
"""The shape of a sentence: "It has A and B, and weighs C", "Its A is B and its C is D", "Label: value.", text as given,
or "Label: value; label: value.". A "list" is none: its lines "Label: value" stand below the sentences."""

NOUN_KINDS = ("part", "count", "storage", "capacity", "quantity", "holding")


@dataclass(frozen=True)
class PlannedClause:
    """Fields that one clause states: the three sides of a box, the booleans of one kind, or a single field."""

    kind: ClauseKind
    fields: tuple[ProductField, ...]

    @property
    def field(self) -> ProductField:
        """The first field."""
        return self.fields[0]


@dataclass(frozen=True)
class PlannedSentence:
    """The clauses of a sentence, in order, and its pattern."""

    pattern: Pattern
    clauses: tuple[PlannedClause, ...] = ()


def is_possession(clause: PlannedClause) -> bool:
    """Tell whether a clause is a thing or a quantity that the product has: "4 drawers", "a hood"."""
    return clause.kind in NOUN_KINDS or (clause.kind == "feature" and not denies(clause))


def denies(clause: PlannedClause) -> bool:
    """Tell whether a clause is of features that the product lacks."""
    return clause.kind == "feature" and (not clause.field.is_true or label_words(clause.field).startswith("no "))


def has_or_lacks(clause: PlannedClause) -> bool:
    """Tell whether a clause is of things that the product has or lacks, which share one verb."""
    return clause.kind in NOUN_KINDS or clause.kind == "feature"


def may_contrast(had: Sequence[PlannedClause], lacking: PlannedClause) -> bool:
    """Tell whether "but no" may follow what the product has: a part after parts, not "6 hoops, but no free delivery".

    What it lacks has to be things of the kind that it has, or to share a word with them: "a lid, but no lid lock".
    """
    if not had:
        return True
    last = had[-1].field
    words = {stem(word) for clause in had for one in clause.fields for word in label_words(one).split()}
    lacked = [label_words(one).removeprefix("no ") for one in lacking.fields]
    if all(words & set(map(stem, label.split())) for label in lacked):
        return True
    is_thing_had = had[-1].kind in ("part", "count", "feature") and is_part(label_words(last))
    return is_thing_had and all(map(is_part, lacked))


def is_part(label: str) -> bool:
    """Tell whether a label names a part that can be seen: "hood", "side pocket", but not "free delivery"."""
    return head_noun(label) in PART_NOUNS


# --- clauses ----------------------------------------------------------------------------------------------------------

_TOPICS: tuple[tuple[ClauseKind, ...], ...] = (
    ("maker", "colour", "size", "material"),
    ("storage", "quantity", "capacity", "holding", "part", "count", "feature"),
    ("property",),
    ("quality", "content", "action"),
    ("attribute",),
    ("system", "compatibility", "relation", "verb", "age", "audience", "users", "language"),
    ("substance",),
    ("extent", "dimensions", "weight"),
    ("inclusion", "packing", "release", "origin", "warranty", "price"),
    ("prose",),
    ("line", "instruction"),
    ("detail",),
)
_TOPIC = {kind: place for place, kinds in enumerate(_TOPICS) for kind in kinds}
_MERGED = ("extent", "substance", "quality", "content", "inclusion")
_UNORDERED = frozenset((_TOPIC["system"], _TOPIC["line"]))


def merge_fields(fields: Iterable[tuple[ClauseKind, ProductField]]) -> Iterator[PlannedClause]:
    """Yield the clauses in the order of their topics, fields that belong together in one."""
    kinds = [(_kind_of(kind, one), one) for kind, one in fields]

    def place(pair: tuple[ClauseKind, ProductField]) -> tuple[int, int]:
        topic = _TOPIC[pair[0]]
        # Behind "may contain nuts" another verb would be a "may" as well.
        if topic in _UNORDERED:
            return topic, pair[1].relation == "may contain"
        own = phrase_of(pair[1])
        return topic, _TOPICS[topic].index(pair[0]) * 1000 + (own.rank if own else 0)

    for kind, group in groupby(sorted(kinds, key=place), key=lambda pair: pair[0]):
        alike = [PlannedClause(kind, (one,)) for _, one in group]
        if kind in _MERGED:
            yield _merged(alike)
        elif kind == "feature":
            yield from (clause for clause in alike if not denies(clause))
            lacking = [clause for clause in alike if denies(clause)]
            yield from (_merged(part) for part in split_evenly(lacking, most=3))
        else:
            yield from alike


def _kind_of(kind: ClauseKind, field: ProductField) -> ClauseKind:
    """Return the kind of clause that suits a sentence best: "a runtime of 9 hours", "a white frame"."""
    if kind == "property" and _is_measured(field):
        return "quantity"
    return "part" if kind == "colour" and PART_COLOUR.fullmatch(label_words(field)) and len(field.items) < 2 else kind


PART_COLOUR = re.compile(r"(frame|body) colou?r")
"""Labels of the colour of a part, which is not that of the product."""


def _merged(clauses: Sequence[PlannedClause]) -> PlannedClause:
    return PlannedClause(clauses[0].kind, tuple(one for clause in clauses for one in clause.fields))


_MEASURED = re.compile(r"(?:(?:up to|from|at least|at most|about|approx\.?|max\.?|min\.?) )?[+-]?\d[^,;:]*")


def _is_measured(field: ProductField) -> bool:
    """Tell whether "a runtime of up to 9 hours" says a field whose label names a quantity."""
    label = label_words(field)
    is_quantity = head_noun(label) in QUANTITY_NOUNS | {"temperature", "age", "runtime", "rotation", "tilt", "charge"}
    value = field.value.strip()
    has_unit = bool(field.unit) or re.search(r"[^\W\d]|[%°\"]", value) is not None
    is_one = not is_plural(label) and leading_noun(label) == label and len(field.items) < 2
    return is_quantity and is_one and has_unit and is_phrase(field) and _MEASURED.fullmatch(value) is not None


def split_evenly(
    clauses: Sequence[PlannedClause], most: int, longest: int = 10**6
) -> Iterator[Sequence[PlannedClause]]:
    """Yield clauses in parts of `most` at most, and of about `longest` characters: four are two and two."""
    if not clauses:
        return
    total = sum(map(length_of, clauses))
    yield from cut_evenly(clauses, min(len(clauses), max(-(-len(clauses) // most), -(-total // longest))))


_Item = TypeVar("_Item")


def cut_evenly(items: Sequence[_Item], parts: int) -> Iterator[Sequence[_Item]]:
    """Yield items in so many parts, about as long as each other."""
    for part in range(parts):
        yield items[len(items) * part // parts : len(items) * (part + 1) // parts]


def length_of(clause: PlannedClause) -> int:
    """Return about how many characters a clause takes."""
    return sum(
        len(one.label) + 2
        if one.kind == "boolean"
        else len(one.label) * (clause.kind in _LABELLED) + len(one.value) + 6
        for one in clause.fields
    )


_LABELLED = ("quantity", "part", "count", "storage", "capacity", "property", "relation", "substance", "detail", "line")


# --- sentences --------------------------------------------------------------------------------------------------------

LONGEST_SENTENCE = 125
"""Characters of labels and values that a sentence takes as a rule."""

_MOST_PREDICATES = 3


def group_sentences(clauses: Sequence[PlannedClause]) -> list[PlannedSentence]:
    """Return the sentences of ordered clauses: those of one topic together, short ones with their neighbours."""
    sentences: list[PlannedSentence] = []
    for topic, group in groupby(clauses, key=lambda clause: _TOPIC[clause.kind]):
        sentences += _of_topic(topic, list(group))
    joined: list[PlannedSentence] = []
    for sentence in sentences:
        last = joined[-1] if joined else None
        if last and _can_join(last, sentence):
            joined[-1] = replace(last, clauses=(*last.clauses, *sentence.clauses))
        else:
            joined.append(sentence)
    return joined


def _of_topic(topic: int, clauses: list[PlannedClause]) -> Iterator[PlannedSentence]:
    kind = clauses[0].kind
    if kind in ("line", "prose", "instruction"):
        yield from (PlannedSentence("prose" if kind == "prose" else "line", (clause,)) for clause in clauses)
    elif kind == "detail":
        yield PlannedSentence("details", tuple(clauses))
    elif kind == "property":
        # A value with commas of its own would run into what follows.
        alone = [clause for clause in clauses if "," in clause.field.value and len(clause.field.items) < 2]
        yield from (PlannedSentence("statements", (clause,)) for clause in alone)
        rest = [clause for clause in clauses if clause not in alone]
        yield from (PlannedSentence("statements", tuple(part)) for part in split_evenly(rest, 2, LONGEST_SENTENCE))
    elif topic == _TOPIC["feature"]:
        yield from _equipment(clauses)
    else:
        yield from (
            PlannedSentence("predicates", tuple(part))
            for part in split_evenly(clauses, _MOST_PREDICATES, LONGEST_SENTENCE)
        )


def _equipment(clauses: list[PlannedClause]) -> Iterator[PlannedSentence]:
    """Yield sentences of what the product has, first its quantities, then its parts, then what it lacks."""
    measures = [clause for clause in clauses if clause.kind in ("storage", "quantity", "capacity")]
    parts = [clause for clause in clauses if clause not in measures and not denies(clause)]
    lacking = [clause for clause in clauses if denies(clause)]
    if len(measures) + len(parts) <= 3:
        measures, parts = [], [*measures, *parts]
    sentences = [*split_evenly(measures, 3, LONGEST_SENTENCE), *split_evenly(parts, 4, LONGEST_SENTENCE)]
    for place, clause in enumerate(lacking):
        # "But no hood" follows what it has of the kind.
        if place == 0 and sentences and may_contrast(sentences[-1], clause):
            sentences[-1] = [*sentences[-1], clause]
        else:
            sentences.append([clause])
    yield from (PlannedSentence("predicates", tuple(sentence)) for sentence in sentences)


SHORT_SENTENCE = 34
"""Characters of labels and values below which a sentence joins its neighbour."""


def _can_join(first: PlannedSentence, second: PlannedSentence) -> bool:
    """Tell whether two sentences read better as one."""
    before, after = first.clauses[-1], second.clauses[0]
    is_last = before.kind == "price" or before.field.relation == "may contain"
    if first.pattern != "predicates" or _has_own_subject(before) or is_last:
        return False
    lengths = [sum(map(length_of, one.clauses)) for one in (first, second)]
    predicates = _count_predicates((*first.clauses, *second.clauses))
    if sum(lengths) > 90 or predicates > _MOST_PREDICATES or min(lengths) > SHORT_SENTENCE:
        return False
    if sum(map(is_possession, first.clauses)) > 2:  # a list of its own
        return False
    is_lacking = denies(before) or (before.kind in ("quality", "content", "action") and not before.fields[-1].is_true)
    if second.pattern == "statements":  # "It has a lid, and its pattern is striped"
        is_short = len(second.clauses) == 1 and "," not in after.field.value
        return is_short and predicates <= 2 and not is_lacking
    if second.pattern != "predicates" or _has_own_subject(after):
        return False
    # "It has no lid and is 9 cm wide" are two thoughts.
    return after.kind in ("quality", "content", "action") if is_lacking else True


def _has_own_subject(clause: PlannedClause) -> bool:
    return clause.kind == "property"


def _count_predicates(clauses: Sequence[PlannedClause]) -> int:
    return sum(1 if is_one else len(list(group)) for is_one, group in groupby(clauses, key=has_or_lacks))
