"""Say one field as "Label: value", in words that are true whatever the field is: the form of bullets and of JSON-LD."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.sentences import sentence_spans
from rag.answer.words import stem
from rag.describe.fields.note_facts import is_own_note, said_inclusion
from rag.describe.fields.plain_text import capitalise
from rag.describe.product import ProductField, Relation, SpannedText
from rag.describe.realise.english import cased_label
from rag.describe.spans import join_texts, state_field

LONGEST_VALUE = 300
"""Characters of a value beside its label; of a longer one as many whole sentences as fit are shown."""

_SAID: dict[Relation, tuple[str, str]] = {
    "includes": ("included", "not included"),
    "excludes": ("not included", "included"),
    "requires": ("required", "not required"),
    "supports": ("supported", "not supported"),
}
"""What a boolean of a relation says instead of yes and no."""

_LEADS: dict[Relation, str] = {
    "contains": "contains", "may contain": "may contain", "free from": "free from", "suits": "suitable for",
    "excludes": "not included", "does not suit": "not suitable for",
}  # fmt: skip
"""The words that a label needs before it, where yes and no alone could be taken for the reverse."""

_STATEMENT = re.compile(
    r"(?:(?:key |main |product )?(?:feature|highlight|benefit|bullet(?: point)?)|(?:key|selling) point)s?"
    r"(?P<number> \d+)?"
)
_COLOURS, _MATERIALS = frozenset(map(stem, ("colour", "hue"))), frozenset(map(stem, ("material", "fabric")))


def truth_of(field: ProductField) -> tuple[str, bool]:
    """Return a boolean as a statement and whether it is true: ("cushion included", False), ("cordless", True)."""
    is_true = bool(field.is_true)
    if field.relation in _SAID:
        is_true = is_true != (field.relation == "excludes")
        word = "included" if field.relation == "excludes" else _SAID[field.relation][0]
        return (field.label if field.label.endswith(word) else f"{field.label} {word}"), is_true
    return full_label(field), is_true


def full_label(field: ProductField) -> str:
    """Return the label with the word of its relation where the value needs it: "contains nuts", "may contain"."""
    lead = _LEADS.get(field.relation, "")
    if field.is_true is not None:
        if field.relation in _SAID:
            return field.label
        return field.label if not lead or field.label.casefold().startswith(lead) else f"{lead} {field.label}"
    return lead if field.relation in ("may contain", "free from", "excludes", "does not suit") else field.label


def shown_value(field: ProductField) -> str:
    """Return the value in words, "" for a text of which no whole sentence is short enough."""
    if field.is_true is not None:
        return _SAID.get(field.relation, ("yes", "no"))[0 if field.is_true else 1]
    listed = replace(field, value=", ".join(field.items)) if field.kind == "list" else field
    value = said_inclusion(" ".join(listed.shown.split()))
    if len(value) <= LONGEST_VALUE:
        return value
    ends = [end for _, end in sentence_spans(value) if end <= LONGEST_VALUE]
    return value[: ends[-1]] if ends else ""


def label_and_value(field: ProductField) -> SpannedText | None:
    """Return "Label: value", None for a value that has no short form.

    What is included, required, contained or absent is said in full: "Cushion not included", "Contains no palm oil". A
    boolean is stated by its label's words too.
    """
    if field.is_quoted:
        return quote_field(field)
    label, value = cased_label(_name_choice(field)), shown_value(field)
    if not value:
        return None
    if field.is_true is not None:
        note = f" ({field.note})" if field.note else ""
        return state_field(field, capitalise(_say_relation(field) or f"{label}: {value}") + note)
    if not label or _states_itself(field, label):
        return state_field(field, capitalise(value if field.kind != "list" else field.value))
    stop = " " if field.relation in ("may contain", "free from", "does not suit") else ": "
    return join_texts((f"{capitalise(label)}{stop}", state_field(field, value)))


def _name_choice(field: ProductField) -> str:
    """Return the label, that of an option as what it chooses: a size, or else a version."""
    if field.label.casefold() not in ("option", "variant") or field.is_true is not None:
        return full_label(field)
    return "size" if re.match(r"\d|(?:XX?S|S|M|L|X{1,3}L)$", field.value.strip()) else "version"


def _states_itself(field: ProductField, label: str) -> bool:
    """Tell whether a value needs no label: "Feature 2: stands when folded", but a list of features keeps its."""
    if is_own_note(label, field.value):
        return True
    match = _STATEMENT.fullmatch(label.casefold())
    return match is not None and (field.kind != "list" or match["number"] is not None)


def quote_field(field: ProductField) -> SpannedText | None:
    """Return a field as it was given, "Label: value", None for a long text that may be said in other words."""
    is_short = field.is_quoted or len(field.value) <= LONGEST_VALUE
    return state_field(field, field.quotation) if field.quotation and is_short else None


def _say_relation(field: ProductField) -> str:
    """Return a boolean of a relation as a phrase, "" where only its label and yes or no are sure to be right."""
    if field.relation in _SAID:
        return f"{field.label} {shown_value(field)}"
    statement, is_true = truth_of(field)
    if is_true:
        return statement if field.relation in _LEADS else ""
    denials: dict[Relation, str] = {"contains": "contains no", "suits": "not suitable for"}
    label = re.sub(r"^(?:suitable for|suits) ", "", field.label, flags=re.IGNORECASE)
    return f"{denials[field.relation]} {label}" if field.relation in denials else ""


def is_colour(field: ProductField) -> bool:
    """Tell whether the field gives the colour of the product or of a part of it."""
    return bool(_COLOURS & set(map(stem, field.label.split()[-1:])))


def is_material(field: ProductField) -> bool:
    """Tell whether the field gives the material of the product or of a part of it."""
    return bool(_MATERIALS & set(map(stem, field.label.split()[-1:])))
