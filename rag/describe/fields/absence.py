"""What a product has not, may have or warns of: allergens, denied ingredients, things that do not come with it.

Nothing here guesses. A form that no rule knows stays text, which is said as it was given.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.describe.fields.labels import Label, is_predicate, part_label
from rag.describe.fields.lexicon import is_noun
from rag.describe.fields.quoted import ALLERGEN_LABELS, is_plain_name
from rag.describe.fields.values import read_truth, split_items
from rag.describe.product import MUST, SHOULD, ProductField, Relation

# Ingredients and substances that people avoid: their "no" means that the product contains none.
_SUBSTANCES = re.compile(
    r"(?:added |artificial |natural |synthetic |animal |mineral |essential |trans |saturated |refined )*"
    r"(?:gluten|wheat|rye|barley|oats?|crustaceans?|shellfish|molluscs?|eggs?|fish|peanuts?|soya?|soybeans?|milk|dairy"
    r"|lactose|(?:tree )?nuts?|almonds?|hazelnuts?|walnuts?|cashews?|pecans?|pistachios?|macadamias?|celery|mustard"
    r"|sesame|sulphites?|sulfites?|lupins?|sugars?|salt|palm (?:oil|fat)|oils?|fats?|alcohol|caffeine|parabens?"
    r"|fragrances?|perfumes?|sulphates?|sulfates?|silicones?|phthalates?|bpa|pvc|latex|nickel|lead|mercury|aluminium"
    r"|preservatives?|colou?rs|colou?rings?|colou?rants?|dyes?|flavou?rs|flavou?rings?|sweeteners?|additives?|gmos?|msg"
    r"|yeast|gelatine?|pork|beef|meat|honey|allergens?|hormones?|antibiotics?|pesticides?|nicotine|formaldehyde|ammonia"
    r"|talc|asbestos|pfas|pfoa|ptfe|sls|carrageenan|aspartame|cholesterol|batteries)"
)
_CLAUSE = re.compile(
    r"\s*(?:[.;\n]\s*|,?\s+(?:but|and)\s+(?=may\b)|,\s*(?=(?:may\s+(?:also\s+)?contain|contains|free\s+from|no\s)\b))\s*",
    re.IGNORECASE,
)
_SAID: tuple[tuple[re.Pattern[str], Relation], ...] = (
    (re.compile(r"(?:may|can|might)\s+(?:also\s+)?contain:?\s*(?:traces?\s+of\s+)?", re.I), "may contain"),
    (re.compile(r"(?:(?:possible|may\s+have)\s+)?traces?\s+of\s+", re.I), "may contain"),
    (re.compile(r"contains?\s*:?\s+", re.I), "contains"),
    (re.compile(r"free\s+(?:from|of)\s*:?\s+", re.I), "free from"),
    (re.compile(r"(?:does\s+not\s+contain(?:\s+any)?|contains\s+no|no|without)\s*:?\s+", re.I), "free from"),
)  # fmt: skip
_DENIED = re.compile(
    r"(?:no|without|non|zero|0 ?%|free (?:from|of)|not containing|contains no|does not contain)\s+(?P<after>.+)"
    r"|(?P<before>.+?)[\s-]free",
    re.IGNORECASE,
)
_IS_HOW = re.compile(r"online|offline|outdoors|indoors")
_MAYBE = re.compile(
    r"(?:may (?:also )?contain(?: traces)?|(?:possible )?traces?(?: possible)?|possibl[ey]|may|maybe)\.?", re.IGNORECASE
)
_NONE = re.compile(r"(?:none|nil|zero|no|without|free|free from)\.?", re.IGNORECASE)
_NONE_OF = re.compile(
    r"(?:added|artificial|any)\b|allerg|addit|preserv|colou?ring|sweetener|flavou?ring", re.IGNORECASE
)


def find_absent(items: tuple[str, ...]) -> tuple[str, ...]:
    """Return the things that phrases deny: ("palm oil", "gluten") of "no palm oil", "gluten-free" and "vegan"."""
    matches = (_DENIED.fullmatch(item.strip()) for item in items)
    return tuple((match["after"] or match["before"]).strip() for match in matches if match)


def is_substance(label: str) -> bool:
    """Return whether a label is a substance that people avoid, so that its yes or no is about what is inside."""
    return bool(_SUBSTANCES.fullmatch(label.casefold()))


def denies_all(label: str, text: str) -> bool:
    """Return whether a value denies its label: "none" for added sugar, but not for the brand; "fragrance-free"."""
    if label.casefold() in map(str.casefold, find_absent((text,))):
        return True
    return bool(_NONE.fullmatch(text)) and (is_substance(label) or bool(_NONE_OF.search(label)))


def may_contain(text: str) -> bool:
    """Return whether a value says that a product may contain what the label names: "traces", "may contain"."""
    return bool(_MAYBE.fullmatch(text))


def quote_as_given(field: ProductField) -> ProductField:
    """Return a field of text that may only be said as it was given."""
    return replace(field, is_quoted=True, priority=MUST, relation="", absent=())


def hedge_substance(plain: ProductField, name: str) -> ProductField:
    """Return a field that says that the product may contain one substance: "milk: traces"."""
    return replace(
        plain, kind="list", label="may contain", value=name, items=(name,), relation="may contain", priority=MUST
    )


def read_allergens(plain: ProductField, label: Label, said: str, text: str) -> list[ProductField] | None:
    """Return what a field of allergens says, None for one that is no different from any other, such as a filter's.

    `said` are the words beside "allergens" in its label: none, those of a relation, or a substance. A field with any
    other, and one whose value is more than names of allergens, is quoted.
    """
    line = plain.value
    truth = read_truth(line, (), True)
    is_answer = truth is not None or denies_all("allergens", line)
    if is_substance(said):
        return [_read_one_allergen(plain, said, line)]
    if not is_answer:
        if relation := ALLERGEN_LABELS.get(said):
            return read_warning(plain, relation, text)
        return [quote_as_given(plain)]
    # "Allergens: none", "allergen filter: yes", "contains allergens: no".
    is_plain = said in ("", "contains") and label.whole.casefold().startswith(said)
    is_thing = is_noun(label.bare.rpartition(" ")[2]) and not re.search(r"allerg\w*$", label.bare)
    return None if is_plain or (is_thing and label.relation in ("", "is", "has")) else [quote_as_given(plain)]


_IS_THERE = re.compile(r"contain(?:s|ed)?|present|yes", re.IGNORECASE)
_IS_ABSENT = re.compile(r"(?:does not contain|not contained|absent|free|free from|none|without)", re.IGNORECASE)


def _read_one_allergen(plain: ProductField, name: str, line: str) -> ProductField:
    """Return what a field says of one allergen: "allergen milk: may contain"."""
    if may_contain(line):
        return hedge_substance(plain, name)
    truth = read_truth(line, (), True)
    truth = True if _IS_THERE.fullmatch(line) else False if _IS_ABSENT.fullmatch(line) else truth
    if truth is None:
        return quote_as_given(plain)
    answer, absent = ("yes", ()) if truth else ("no", (name,))
    field = replace(plain, kind="boolean", label=name, value=answer, items=(answer,), is_true=truth, absent=absent)
    return replace(field, relation="contains", priority=MUST)


def read_warning(plain: ProductField, default: Relation, text: str) -> list[ProductField]:
    """Return what a list of allergens says, one field for each of contains, may contain and free from.

    "milk, soy; may contain nuts" is two fields. What no rule reads is one field, to be quoted as it was given.
    """
    items: dict[Relation, list[str]] = {}
    for clause in filter(None, (part.strip(" .,") for part in _CLAUSE.split(text))):
        relation, rest = default, clause
        for pattern, said in _SAID:
            if match := pattern.match(clause):
                relation, rest = said, clause[match.end() :]
                break
        # More than a list of names is not taken apart; "may contain: no nuts" says less than that there are none.
        parts = split_items(rest, ("allergens",))
        if not all(map(is_plain_name, parts)) or (default != "contains" and relation != default):
            return [quote_as_given(plain)]
        items.setdefault(relation, []).extend(parts)
    first = next(iter(items), default)
    return [
        replace(
            plain,
            key=plain.key if relation == first else f"{plain.key}:{relation}",
            label="allergens" if relation == "contains" else str(relation),
            kind="list",
            value=", ".join(parts),
            items=tuple(dict.fromkeys(parts)),
            priority=SHOULD if relation == "free from" else MUST,
            relation=relation,
            absent=tuple(parts) if relation == "free from" else (),
        )
        for relation, parts in items.items()
    ]


def with_relation(field: ProductField, label: Label) -> ProductField:
    """Return a field with the relation of its label, and with what is absent by it."""
    relation: Relation = field.relation or label.relation
    is_true, text, absent = field.is_true, field.label, field.absent
    if field.kind == "boolean":
        if (part := part_label(text)) != text and relation in ("", "is", "has"):
            relation, text = "has", part
        if label.denies:
            is_true = not is_true
        is_thing = is_noun(text.rpartition(" ")[2]) or text.isupper() or not is_predicate(text)
        if relation in ("requires", "supports") and not (is_thing and not _IS_HOW.fullmatch(text)):
            relation, text = "", label.whole  # "online required"
        if is_substance(text) and relation in ("", "has", "is") and label.relation != "includes":
            relation = "contains"
        denied_inside = relation not in ("free from", "suits", "does not suit", "is", "requires", "excludes")
        if is_true is False and (denied_inside or (relation == "is" and not find_absent((text,)))):
            absent = (text,)
        elif is_true and relation in ("free from", "is", ""):
            absent = find_absent((text,))
        return replace(field, label=text, is_true=is_true, relation=relation, absent=absent)
    if relation in ("free from", "excludes"):
        return replace(field, relation=relation, absent=field.items)
    if relation == "does not suit":
        return replace(field, relation=relation, priority=MUST)
    is_number_of = relation == "includes" and field.value.isdigit() and not label.denies
    if (relation in ("includes", "requires", "supports") or label.denies) and not field.unit and not is_number_of:
        # "Updates included: 12 months" is no "updates: 12 months".
        return replace(field, label=label.whole)
    return replace(field, relation=relation if relation != "is" else "")
