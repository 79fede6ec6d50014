"""The planner: which fields a description states, in which order, and which of them share a clause and a sentence.

A plan holds no words. The rule-based realiser says it in plain English; a trained model may say it in others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field as dataclass_field, replace
from typing import Literal

from rag.answer.words import stem, tokens_of
from rag.describe.fields.labels import is_predicate
from rag.describe.product import MAY, MUST, Product, ProductField
from rag.describe.realise.attribute_phrases import phrase_of
from rag.describe.realise.attributes import ClauseKind, clause_kind, is_thing, label_words
from rag.describe.realise.english import is_plural, singular_noun
from rag.describe.realise.grouping import (
    PlannedClause,
    PlannedSentence,
    denies,
    group_sentences,
    is_possession,
    length_of,
    may_contrast,
    merge_fields,
)
from rag.describe.realise.listed import choose_lines, holds_words, order_details, split_listed, without_repeats
from rag.describe.realise.phrases import LONGEST_PROSE
from rag.describe.realise.product_words import is_plural_product
from rag.describe.realise.word_classes import COLOURS, COUNT_NOUNS, MASS_NOUNS, MATERIALS, OPEN_ADJECTIVES, PAIR_NOUNS

Length = Literal["short", "long"]

SHORT, LONG = 120, 1000
"""Characters of the fields, labels and values, that a short and a long description state; more if the priority fields
take more."""

SHORT_SENTENCES = 2
"""Sentences of a short description, more if the priority fields need them."""

MOST_LINES = 10
"""Details that stand in a list below the sentences of a long description, more if they have to be stated."""


@dataclass(frozen=True)
class DescriptionPlan:
    """The sentences of a description, the opening first.

    The opening also states the product's name, brand and type; `modifiers` are those of its clauses that stand before
    the type: "a black leather bag". `omitted` are the keys of the fields that are left to other channels.
    `pack` says how many things of the type the product is: "a set of 19 drill bits".
    """

    product: Product
    modifiers: tuple[PlannedClause, ...]
    sentences: tuple[PlannedSentence, ...]
    omitted: tuple[str, ...] = dataclass_field(default=())
    pack: ProductField | None = None


def plan_description(product: Product, length: Length = "long", characters: int | None = None) -> DescriptionPlan:
    """Plan the description of a product.

    Fields of priority are always stated; the others while there is room, `characters` of labels and values: `SHORT` or
    `LONG` unless another number is given. The fields that only their label can state are lines below the sentences of a
    long description, and a short one leaves them out.
    """
    product = _with_given_type(product)
    kind = product.type if product.type and is_thing(product.type) else None
    pack = _find_pack(product) if kind else None
    identity = {one.key for one in (product.name, product.brand, kind, pack) if one}
    others = [one for one in product.stated if one.key not in identity and one.kind != "identifier"]
    said_by_name = {one.key for one in others if _is_in_name(one, product) or _is_in_another(one, others)}
    clauses = [(clause_kind(one), one) for one in others if one.key not in said_by_name]
    room = characters if characters is not None else (SHORT if length == "short" else LONG)
    chosen = _choose(clauses, room, is_short=length == "short")
    planned = list(merge_fields([(kind, one) for kind, one in clauses if one.key in chosen]))
    planned, listed = split_listed(planned)
    lines = order_details(sorted(listed, key=product.stated.index))
    if length == "short":  # no list, but what has to be stated
        planned += [PlannedClause(_line_kind(one), (one,)) for one in lines if one.priority == MUST]
        lines = []
    said = [one for clause in planned for one in clause.fields]
    lines = choose_lines(without_repeats(lines, product, said), MOST_LINES)
    modifiers = _modifiers(product, planned)
    planned = _without(planned, modifiers)
    # The opening takes one clause, or two small ones, of those that tell most.
    opening = _opening_clauses(planned, product, modifiers, has_type=kind is not None)
    rest = _without(planned, opening)
    sentences = [PlannedSentence("opening", tuple(opening)), *group_sentences(rest)]
    if lines:
        sentences.append(PlannedSentence("list", tuple(PlannedClause(clause_kind(one), (one,)) for one in lines)))
    if length == "short":
        # The first that is more than "its A is B", and those of priority.
        fluent = [one for one in sentences[1:] if one.pattern == "predicates" and _affirming(one.clauses[0])]
        telling = [one for one in fluent if one.clauses[0].kind not in _LAST]
        is_bare = len(sentences[0].clauses) + len(modifiers) < 2
        kept = [sentences[0], *(telling or (fluent or sentences[1:] if is_bare else []))[: SHORT_SENTENCES - 1]]
        sentences = [one for one in sentences if one in kept or _is_due(one)]
    stated = {one.key for sentence in sentences for clause in sentence.clauses for one in clause.fields}
    stated |= {clause.field.key for clause in modifiers}
    omitted = tuple(one.key for _, one in clauses if one.key not in stated)
    return DescriptionPlan(product, modifiers, tuple(sentences), omitted, pack)


_PACK = re.compile(r"(?:number of )?packs?(?: (?:size|quantity|of))?|quantity per pack|pieces per pack")
_PIECES = re.compile(r"(?:number of )?pieces|piece count|set (?:size|of)|pieces in (?:the )?set")


def _find_pack(product: Product) -> ProductField | None:
    """Return the field that says how many things of the type the product is, None where that is not sure.

    Pieces are things of the type only where the type is a plural: a jigsaw of 1,000 pieces is one jigsaw.
    """
    name, kind = product.name, product.type
    if not name or not kind or is_plural_product(product) or says_words(name.value, kind.value):
        return None
    last = kind.value.strip().rpartition(" ")[2].casefold()
    if last in MASS_NOUNS | PAIR_NOUNS or singular_noun(last) not in COUNT_NOUNS or last in ("set", "pack", "kit"):
        return None
    is_many = is_plural(kind.items[0].casefold()) if kind.items else False
    for one in product.stated:
        label = label_words(one)
        is_pack = _PACK.fullmatch(label) or (_PIECES.fullmatch(label) and is_many)
        if is_pack and one.priority > MUST and re.fullmatch(r"[1-9]\d{0,3}", one.value.strip()) and one.value != "1":
            return one
    return None


def _line_kind(field: ProductField) -> ClauseKind:
    """Return the kind that says, in a text without a list, a field of a list: "may contain nuts", or its label."""
    kind = clause_kind(field)
    return kind if kind in ("line", "prose", "verb", "action", "content") else "detail"


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
    if product.name and _says_value(product.name.value.casefold(), one):
        return True
    if (
        not product.name
        or one.kind in ("boolean", "measure", "money")
        or clause_kind(one) not in ("colour", "material")
    ):
        return False
    return says_words(product.name.value, one.value)


def _says_value(name: str, one: ProductField) -> bool:
    """Tell whether a name has the whole value of a field word by word: "Phaser 4510", "5 m", the vintage of a wine."""
    if (
        one.kind not in ("text", "measure", "date")
        or one.priority == MUST
        or one.is_quoted
        or one.relation not in ("", "has")
    ):
        return False
    value = " ".join(one.shown.casefold().split())
    is_own = (
        re.search(r"[^\W\d_]", value) is not None
        if one.kind == "measure"
        else one.kind == "text" and len(value.split()) > 1
    )
    is_year = _YEARLY.fullmatch(label_words(one)) is not None
    forms = {value, re.sub(r"(?<=\d) (?=[a-z]+$)", "", value)}
    return (is_own or is_year) and any(holds_words(name, said) for said in forms)


_YEARLY = re.compile(r"vintage|(?:model |harvest )?year")


def _is_in_another(field: ProductField, others: Sequence[ProductField]) -> bool:
    """Tell whether another field says the same: "auto feed: yes" beside "auto feed capacity: 100 sheets".

    So does "box contents: 2 batteries, charger" beside "batteries included: 2".
    """
    label = label_words(field)
    if field.kind == "boolean":
        is_named = bool(field.is_true) and field.relation in ("", "has") and not field.note and field.priority > MUST
        return is_named and any(
            label_words(one).startswith(f"{label} ") and one.kind == "measure" and one.priority <= field.priority
            for one in others
        )
    if field.relation != "includes" or not field.value.strip().isdigit():
        return False
    noun = re.sub(r"^included | included$", "", label)
    return any(f"{field.value.strip()} {noun}" in map(str.casefold, one.items) for one in others if one is not field)


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


# --- the opening ------------------------------------------------------------------------------------------------------


def _modifiers(product: Product, clauses: Sequence[PlannedClause]) -> tuple[PlannedClause, ...]:
    """Return the qualities, the colour and the material that can stand before the type: "a foldable black bag"."""
    kind = product.type
    # "The Kettle K1 is a copper kettle" says kettle twice.
    if kind is None or not is_thing(kind) or (product.name and says_words(product.name.value, kind.value)):
        return ()
    modifiers = []
    for clause_type, words in (("colour", COLOURS), ("material", MATERIALS)):
        alike = [clause for clause in clauses if clause.kind == clause_type]
        for clause in alike[:1]:
            value = clause.field.value.casefold().replace("-", " ").split()
            # "A gold ring" would say what it is made of.
            if clause_type == "colour" and value and value[-1] in MATERIALS:
                continue
            is_known = len(value) <= 3 and all(word in words for word in value) and "with" not in value
            is_own = _OWN_LOOK.fullmatch(label_words(clause.field)) is not None
            if len(clause.field.items) <= 1 and is_known and is_own and len(alike) == 1:
                modifiers.append(clause)
    most = max(2 - len(modifiers) - (len(kind.value.split()) > 2), 0)
    return (*[*_attributive(clauses, product), *_own_modifiers(clauses, product)][:most], *modifiers)


_OWN_LOOK = re.compile(r"(?:(?:product|main|primary|item) )?(?:colou?r|material)s?(?: name)?")


def _attributive(clauses: Sequence[PlannedClause], product: Product) -> list[PlannedClause]:
    """Return the qualities of one word that stand before a noun as well as behind "is": "a waterproof jacket"."""
    named = product.name.value if product.name else ""
    qualities = []
    for clause in clauses:
        if clause.kind == "quality":
            for one in clause.fields:
                word = label_words(one) if " " not in one.label.strip() else ""
                is_adjective = bool(word) and is_predicate(word)
                if (
                    one.is_true
                    and is_adjective
                    and not one.note
                    and word not in OPEN_ADJECTIVES
                    and not says_words(named, word)
                ):
                    qualities.append(PlannedClause("quality", (one,)))
    return qualities


def _own_modifiers(clauses: Sequence[PlannedClause], product: Product) -> list[PlannedClause]:
    """Return the attributes that the table of phrases can say before the type: "a refurbished laptop"."""
    named = " ".join(one.value for one in (product.name, product.type) if one)
    own = [clause for clause in clauses if clause.kind in ("attribute", "holding")]
    return [one for one in own if _has_modifier(one.field) and not says_words(named, one.field.value)]


def _has_modifier(field: ProductField) -> bool:
    own = phrase_of(field)
    return own is not None and bool(own.modifier)


def _without(clauses: Iterable[PlannedClause], taken: Iterable[PlannedClause]) -> list[PlannedClause]:
    """Return the clauses without the fields of others."""
    keys = {one.key for clause in taken for one in clause.fields}
    left = (replace(clause, fields=tuple(one for one in clause.fields if one.key not in keys)) for clause in clauses)
    return [clause for clause in left if clause.fields]


_TELLING: tuple[ClauseKind, ...] = (
    "material", "quality", "attribute", "relation", "compatibility", "system", "verb", "colour", "size", "dimensions",
    "extent", "weight", "language", "substance", "content", "action",
)  # fmt: skip
"""The kinds that say most of a product beside what it has and whom it is for, best first; never its price."""

_LATE: tuple[ClauseKind, ...] = (
    "quality", "content", "action", "feature", "inclusion", "warranty", "origin", "release", "packing", "price",
)  # fmt: skip
"""The kinds that open the description of a product of which nothing else is known."""

_LAST = ("inclusion", "packing", "release", "origin", "warranty", "price")

_SLIGHT: tuple[ClauseKind, ...] = ("weight", "dimensions", "origin", "warranty")
"""The kinds that say least of what a product is."""

_ESSENCE = re.compile(
    r"\b(?:flavou?r|taste|scent|fragrance|use|purpose|application|occasion|skin|hair|animal|pet|sport|activity|room"
    r"|light|filling|upper|fit|roast)\b"
)
"""Labels of what a product is like and what it is for."""


def _rank_telling(clause: PlannedClause) -> tuple[bool, int]:
    """Return the place of a clause among those that tell most: what the product is like and for before its figures."""
    is_essence = clause.kind == "attribute" and _ESSENCE.search(label_words(clause.field)) is not None
    is_figure = clause.kind == "attribute" and re.search(r"\d", clause.field.value) is not None
    place = _TELLING.index("dimensions") if is_figure else _TELLING.index(clause.kind)
    return not is_essence, place


_OPENING = 90
"""Characters of labels and values that an opening takes beside the name and the type."""


def _opening_clauses(
    clauses: Sequence[PlannedClause], product: Product, modifiers: Sequence[PlannedClause], *, has_type: bool
) -> list[PlannedClause]:
    """Return the clauses that the opening states beside the modifiers: the maker, for whom it is, and what decides."""
    # What a product is not opens no description.
    positive = [one for clause in clauses if (one := _affirming(clause)) and not _is_aside(one)]
    maker = [clause for clause in positive if clause.kind == "maker"][:2]
    is_typed = has_type and not (
        product.name and product.type and says_words(product.name.value, product.type.value) and not modifiers
    )
    users = [clause for clause in positive if clause.kind in ("audience", "age", "users")][:1]
    nouns = [clause for clause in positive if is_possession(clause) and clause.field.priority < MAY]
    positive = [one for one in positive if one.field.relation != "may contain"]
    telling = sorted((one for one in positive if one.kind in _TELLING), key=_rank_telling)
    telling = [clause for clause in telling if not (is_typed and clause.kind in ("quality", "colour", "content"))]
    most = 2 if is_typed or telling or users else 3
    if is_typed and (users or len(modifiers) > 1) and product.name is not None:
        most = 1
    opening = [*maker, *_while_short(nouns, 1)] if maker else [*users, *_while_short(nouns, most)]
    if not opening or (not is_typed and not maker and len(opening) < 3):
        # A sentence of its own says no more than two kinds of thing.
        room = _OPENING - sum(map(length_of, opening))
        opening += [clause for clause in telling if length_of(clause) <= room][: 1 if opening or has_type else 2]
    if not opening and (not is_typed or product.name is None):
        opening = sorted((one for one in clauses if one.kind in _LATE), key=lambda one: _LATE.index(one.kind))[:1]
    # "The X weighs 285 g and is made in Italy": two sentences would say little each.
    if not is_typed and len(clauses) < 4 and all(one.kind in _SLIGHT for one in clauses):
        return list(clauses)
    # "But no lid" follows the last that it has.
    lacking = [clause for clause in clauses if denies(clause)]
    had = [clause for clause in clauses if is_possession(clause)]
    has_all = all(one in opening for one in had) and (had or (not is_typed and opening[:1] == telling[:1] != []))
    shown = [one for one in opening if is_possession(one)]
    is_short = len(lacking) == 1 and len(lacking[0].fields) < 3 and len(opening) <= 3
    if has_all and is_short and may_contrast(shown, lacking[0]):
        opening += lacking
    return opening


def _is_aside(clause: PlannedClause) -> bool:
    """Tell whether a clause says nothing of what a product is: its price, its state, what people think of it."""
    field = clause.field
    is_named_aside = _ASIDE.search(label_words(field)) is not None or _CONDITION.search(field.value) is not None
    return field.kind in ("money", "date") or clause.kind in _LAST or is_named_aside


_ASIDE = re.compile(
    r"^notes$|\b(?:recycled|price|quantity|quantities|rating|ratings|reviews?|condition|items?|lead time|delivery|stock"
    r"|shipping|date|code|units?|warranty|guarantee|season|status|note|style|series)\b"
)
"""Labels of what no description begins with."""

_CONDITION = re.compile(r";|\b(?:separately|excluded|not (?:included|supplied))\b", re.IGNORECASE)
"""What takes back a part of a value: "cushion (sold separately)"."""


def _affirming(clause: PlannedClause) -> PlannedClause | None:
    """Return a clause without the qualities that the product has not, None where nothing is left.

    A single one may stay: "vegan, but not organic".
    """
    if clause.kind not in ("quality", "content", "action"):
        return None if denies(clause) else clause
    true = tuple(one for one in clause.fields if one.is_true)[:3]
    if true and len(clause.fields) <= len(true) + 1:
        return clause
    return replace(clause, fields=true) if true else None


def _while_short(clauses: Sequence[PlannedClause], most: int) -> list[PlannedClause]:
    """Return the first clauses, one at least, that an opening has room for."""
    chosen: list[PlannedClause] = []
    for clause in clauses[:most]:
        if not chosen or sum(map(length_of, chosen)) + length_of(clause) <= _OPENING:
            chosen.append(clause)
    return chosen
