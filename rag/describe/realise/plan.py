"""The planner: which fields a description states, in which order, and which of them share a clause and a sentence.

A plan holds no words. The rule-based realiser says it in plain English; a trained model may say it in others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field as dataclass_field, replace
from itertools import groupby
from typing import Literal

from rag.answer.words import stem, tokens_of
from rag.describe.product import MAY, MUST, Product, ProductField
from rag.describe.realise.attributes import BOOLEAN_KINDS, ClauseKind, clause_kind, is_thing, label_words
from rag.describe.realise.word_classes import COLOURS, COUNT_NOUNS, MASS_NOUNS, MATERIALS

Pattern = Literal["opening", "nouns", "verbs", "statements", "boolean", "line", "prose", "details"]
"""The shape of a sentence: "It has A and B", "It weighs A and costs B", "Its A is B and its C is D", one about booleans
of one kind, "Label: value.", text as given, or "Label: value; label: value."."""

Length = Literal["short", "long"]

SHORT, LONG = 80, 700
"""Characters of the fields, labels and values, that a short and a long description state; more if the priority fields
take more."""

SHORT_SENTENCES = 3
"""Sentences of a short description, more if the priority fields need them."""


LONGEST_PROSE = 300
"""Characters of a text of several sentences that a description quotes: its first whole sentences."""

MOST: dict[ClauseKind, int] = {"detail": 6, "property": 8}
"""Fields of the forms "label: value" and "its label is value" that a paragraph takes; bullets suit more of them."""


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


@dataclass(frozen=True)
class DescriptionPlan:
    """The sentences of a description, the opening first.

    The opening also states the product's name, brand and type; `modifiers` are those of its clauses that stand before
    the type: "a black leather bag". `omitted` are the keys of the fields that are left to other channels.
    """

    product: Product
    modifiers: tuple[PlannedClause, ...]
    sentences: tuple[PlannedSentence, ...]
    omitted: tuple[str, ...] = dataclass_field(default=())


_TOPICS: tuple[tuple[ClauseKind, ...], ...] = (
    ("maker", "colour", "material"),
    ("part", "count", "storage", "capacity", "quantity"),
    ("extent", "dimensions", "weight"),
    ("property",),
    ("quality", "feature", "action", "content", "inclusion"),
    ("system", "compatibility", "relation", "verb", "age", "audience", "users", "language"),
    ("substance",),
    ("line",),
    ("release", "origin", "warranty", "packing", "size", "price"),
    ("prose",),
    ("detail",),
)
_TOPIC = {kind: place for place, kinds in enumerate(_TOPICS) for kind in kinds}
NOUN_KINDS = ("part", "count", "storage", "capacity", "quantity")


def plan_description(product: Product, length: Length = "long", characters: int | None = None) -> DescriptionPlan:
    """Plan the description of a product.

    Fields of priority are always stated; the others while there is room, `characters` of labels and values: `SHORT` or
    `LONG` unless another number is given. A short description leaves out the fields that only their label can state.
    """
    product = _with_given_type(product)
    kind = product.type if product.type and is_thing(product.type) else None
    identity = {one.key for one in (product.name, product.brand, kind) if one}
    others = [one for one in product.stated if one.key not in identity and one.kind != "identifier"]
    said_by_name = {one.key for one in others if _is_in_name(one, product)}
    clauses = [(clause_kind(one), one) for one in others if one.key not in said_by_name]
    room = characters if characters is not None else (SHORT if length == "short" else LONG)
    chosen = _choose(clauses, room, is_short=length == "short")
    chosen -= _crowded(clauses, chosen)
    omitted = tuple(one.key for _, one in clauses if one.key not in chosen)
    planned = list(_merge([(kind, one) for kind, one in clauses if one.key in chosen]))
    modifiers = _modifiers(product, planned)
    planned = [clause for clause in planned if clause not in modifiers]
    # The opening takes one clause, or two small ones, of those that tell most.
    opening = _opening_clauses(planned, product, modifiers, has_type=kind is not None)
    rest = [clause for clause in planned if clause not in opening]
    sentences = [PlannedSentence("opening", tuple(opening)), *_sentences(rest)]
    if length == "short":
        # The first ones, and those of priority.
        kept = [one for place, one in enumerate(sentences) if place < SHORT_SENTENCES or _is_due(one)]
        stated = {one.key for sentence in kept for clause in sentence.clauses for one in clause.fields}
        stated |= {clause.field.key for clause in modifiers}
        omitted, sentences = tuple(one.key for _, one in clauses if one.key not in stated), kept
    return DescriptionPlan(product, modifiers, tuple(sentences), omitted)


def _is_due(sentence: PlannedSentence) -> bool:
    return any(one.priority == MUST for clause in sentence.clauses for one in clause.fields)


def _with_given_type(product: Product) -> Product:
    """Return a product whose type is the one that a field "type" gives, rather than one that only the name shows."""
    if product.type is not None and not product.type.key.endswith(":type"):
        return product
    for one in product.stated:
        is_type = label_words(one) in ("type", "product type") and one.kind == "text" and is_thing(one)
        if is_type and one.value.rpartition(" ")[2].casefold() in COUNT_NOUNS | MASS_NOUNS:
            fields = [replace(field, kind="type") if field is one else field for field in product.fields]
            return Product(tuple(field for field in fields if field is not product.type))
    return product


def _is_in_name(one: ProductField, product: Product) -> bool:
    """Tell whether the name already says a colour, a material or such: "Mauve Leather Daypack"."""
    if (
        not product.name
        or one.kind in ("boolean", "measure", "money")
        or clause_kind(one) not in ("colour", "material")
    ):
        return False
    return says_words(product.name.value, one.value)


def says_words(text: str, words: str) -> bool:
    """Tell whether a text has all words of another, in any form."""
    stems = set(map(stem, tokens_of(text)))
    return all(stem(word) in stems for word in tokens_of(words))


def _choose(clauses: Sequence[tuple[ClauseKind, ProductField]], room: int, *, is_short: bool) -> set[str]:
    """Return the keys of the fields that are stated: those of priority, then the others while there is room."""
    chosen: set[str] = set()

    def cost(kind: ClauseKind, one: ProductField) -> int:
        said = 0 if one.kind == "boolean" else len(one.value)
        return len(one.label) + (min(said, LONGEST_PROSE) if kind == "prose" else said)

    def rank(place: int) -> tuple[int, bool, int]:
        kind, one = clauses[place]
        return one.priority, kind in ("detail", "prose", "line"), place

    for place in sorted(range(len(clauses)), key=rank):
        kind, one = clauses[place]
        if one.priority > MUST:
            is_plain = kind in ("detail", "line", "prose")
            has_fluent = any(key not in ("detail", "line", "prose") for key, _ in clauses)
            if cost(kind, one) > room or (is_short and is_plain and has_fluent):
                continue
            if one.priority >= MAY and is_short:
                continue
        room -= cost(kind, one)
        chosen.add(one.key)
    return chosen


def _crowded(clauses: Sequence[tuple[ClauseKind, ProductField]], chosen: set[str]) -> set[str]:
    """Return the fields that are too many for a paragraph of those that only one form of sentence can state."""
    crowded: set[str] = set()
    for form, most in MOST.items():
        alike = [one for kind, one in clauses if kind == form and one.key in chosen]
        crowded |= {one.key for one in alike[most:] if one.priority > MUST}
    return crowded


def _merge(clauses: Iterable[tuple[ClauseKind, ProductField]]) -> Iterable[PlannedClause]:
    """Yield the clauses in the order of their topics, fields that belong together in one."""
    ordered = sorted(
        clauses,
        key=lambda pair: (
            _TOPIC[pair[0]],
            _TOPICS[_TOPIC[pair[0]]].index(pair[0]) if _TOPIC[pair[0]] in (0, 2, 4, 8) else 0,
        ),
    )
    for kind, group in groupby(ordered, key=lambda pair: pair[0]):
        fields = [one for _, one in group]
        if kind in ("extent", "substance", *BOOLEAN_KINDS) and kind != "action":
            yield PlannedClause(kind, tuple(fields))
        else:
            yield from (PlannedClause(kind, (one,)) for one in fields)


def _modifiers(product: Product, clauses: Sequence[PlannedClause]) -> tuple[PlannedClause, ...]:
    """Return the colour and the material that can stand before the type: "a black leather bag"."""
    if product.type is None or not is_thing(product.type):
        return ()
    modifiers = []
    for kind, words in (("colour", COLOURS), ("material", MATERIALS)):
        alike = [clause for clause in clauses if clause.kind == kind]
        for clause in alike[:1]:
            value = clause.field.value.casefold().replace("-", " ").split()
            # "A gold ring" would say what it is made of.
            if kind == "colour" and value and value[-1] in MATERIALS:
                continue
            is_known = len(value) <= 3 and all(word in words for word in value) and "with" not in value
            is_own = label_words(clause.field).split()[-1] in (
                "colour",
                "color",
                "material",
                "colors",
                "colours",
                "materials",
            )
            if len(clause.field.items) <= 1 and is_known and is_own and len(alike) == 1:
                modifiers.append(clause)
    return tuple(modifiers)


def _opening_clauses(
    clauses: Sequence[PlannedClause], product: Product, modifiers: Sequence[PlannedClause], *, has_type: bool
) -> list[PlannedClause]:
    """Return the clauses that the opening states beside the modifiers."""
    maker = [clause for clause in clauses if clause.kind == "maker"][:2]
    if maker:
        return maker
    # "A jacket for women", "software for 5 users".
    users = [clause for clause in clauses if clause.kind in ("audience", "age", "users")][:1]
    if users and has_type and product.name is not None:
        return users + [clause for clause in clauses if clause.kind in NOUN_KINDS and clause.field.priority <= 2][:1]
    nouns = [clause for clause in clauses if clause.kind in NOUN_KINDS and clause.field.priority <= 2]
    if has_type and nouns:
        return nouns[: 1 if modifiers else 2]
    verbs = [clause for clause in clauses if _pattern(clause) == "verbs"]
    is_said = has_type and product.name and product.type and says_words(product.name.value, product.type.value)
    if has_type and not is_said:  # "A chair that costs 9 EUR" defines no chair.
        verbs = [clause for clause in verbs if clause.kind not in ("price", "release", "system")]
    if verbs:
        return verbs[: 1 if has_type else 2]
    if (not has_type or product.name is None) and not nouns:
        return [clause for clause in clauses if clause.kind in ("quality", "feature", "content")][:1]
    return nouns[:2]


def _pattern(clause: PlannedClause) -> Pattern:
    kind = clause.kind
    if kind in NOUN_KINDS:
        return "nouns"
    if kind == "property":
        return "statements"
    if kind in BOOLEAN_KINDS:
        return "boolean"
    if kind in ("line", "prose"):
        return kind
    return "details" if kind == "detail" else "verbs"


_AT_MOST: dict[Pattern, int] = {"nouns": 3, "verbs": 2, "statements": 2, "boolean": 2, "line": 1, "prose": 1}


def _sentences(clauses: Sequence[PlannedClause]) -> Iterable[PlannedSentence]:
    """Yield sentences of clauses that follow each other and share a pattern."""
    for pattern, group in groupby(clauses, key=_pattern):
        alike = list(group)
        if pattern == "statements":
            # A value with commas of its own would run into what follows.
            alone = [clause for clause in alike if "," in clause.field.value and len(clause.field.items) < 2]
            yield from (PlannedSentence(pattern, (clause,)) for clause in alone)
            alike = [clause for clause in alike if clause not in alone]
        size = _AT_MOST.get(pattern, len(alike))
        # Four are two and two, not three and one.
        parts = -(-len(alike) // size)
        for part in range(parts):
            yield PlannedSentence(pattern, tuple(alike[len(alike) * part // parts : len(alike) * (part + 1) // parts]))
