"""What a field says that is neither the name nor the brand nor the type of its product."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.describe.fields.absence import (
    denies_all,
    hedge_substance,
    is_substance,
    may_contain,
    quote_as_given,
    read_allergens,
    read_warning,
    with_relation,
)
from rag.describe.fields.field_names import (
    asks_for_year,
    is_for_house,
    is_remark,
    rank_brand,
    rank_name,
    rank_type,
    why_identifier,
)
from rag.describe.fields.given import ANSWERS, KINDS_OF_ROW, WARNINGS, Given
from rag.describe.fields.house_fields import why_of_house, why_setting
from rag.describe.fields.lexicon import singular
from rag.describe.fields.note_facts import (
    facts_of_note,
    is_own_note,
    said_inclusion,
    sentences_of_note,
    without_bars,
    without_shop_talk,
)
from rag.describe.fields.nouns import is_product_noun
from rag.describe.fields.plain_text import capitalise, says_nothing
from rag.describe.fields.product_type import is_catalogue_path
from rag.describe.fields.quoted import ALLERGEN_LABELS, allergen_words, is_charge, is_to_quote, warns
from rag.describe.fields.read_value import is_lacked, read_value
from rag.describe.fields.unsure import why_unsure
from rag.describe.fields.values import (
    has_unit,
    is_year,
    read_truth,
    says_inclusion,
)
from rag.describe.product import MAY, SHOULD, ProductField

_KINDS_OF_FAMILY = frozenset(("accessory", "accessories", "other", "misc", "default", "standard"))
# "Flavours: assorted" is what is in the box, "colour: assorted" what the shop has not looked up.
_MIXED = frozenset(["flavour", "flavours", "flavor", "flavors", "scent", "scents", "contents", "fillings"])
# A value that speaks to a model says nothing of a product.
INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|prompts?|rules|above|previous)\b"
    r"|\byou are (?:now )?(?:an? |the )?(?:ai|assistant|language model|chatbot|gpt)\b|\bsystem prompt\b"
    r"|\b(?:as an ai|respond only with|reply only with|do not mention|write (?:only|that) )",
    re.IGNORECASE,
)


def read_field(row: Given, rows: Sequence[Given]) -> list[ProductField]:
    """Return what a field says that is neither the name nor the brand nor the type."""
    label, words, line = row.label, row.label.words, row.line
    # A unit in a label is one beside a number only: a "stabiliser bar" is no pressure.
    shown = label.bare if not label.unit or "(" in label.text or re.search(r"\d", line) else label.text
    # No customer reads "allergens: N" or "do not iron: 1".
    letter = read_truth(line, words, label.asks or label.relation != "") if len(line) == 1 else None
    answer = line if letter is None else "yes" if letter else "no"
    answer = answer.casefold() if answer.casefold() in ANSWERS else without_bars(said_inclusion(answer))
    # The unit of the value need not stand in the label too: "content pcs: 25 pieces".
    named = label.bare if label.unit and has_unit(line) and not label.relation else label.whole or label.text
    if is_own_note(label.bare, line):
        line = without_shop_talk(line, warns)
        if not line:
            return [
                ProductField(row.key, shown, "identifier", row.line, (row.line,), hidden="internal: notes of the shop")
            ]
    quotation = capitalise(without_bars(line)) if is_own_note(label.bare, line) else f"{capitalise(named)}: {answer}"
    plain = ProductField(row.key, shown, "text", line, (line,) if line else (), priority=MAY, quotation=quotation)
    # Fields that are never stated.
    if not label.text:
        return [replace(plain, hidden="it has no label")]
    is_unsaid = line.casefold() in ("unknown", "not known", "not declared") or line.casefold().startswith("see ")
    is_unknown = is_unsaid and label.relation in ("", "may contain")
    if is_unknown and (allergen_words(label) is not None or label.relation == "may contain"):
        return [quote_as_given(plain)]
    if line.casefold() == "missing" and is_lacked(label):
        return [quote_as_given(plain)]
    if not line or says_nothing(line):
        return [replace(plain, hidden="it has no value" if not line else f"{line!r} says nothing")]
    if reason := why_identifier(words, line):
        return [replace(plain, kind="identifier", hidden=reason)]
    is_tax = words[-1:] in (("vat",), ("tax",), ("gst",)) and says_inclusion(line)
    if (is_charge(label) or is_tax) and read_truth(line, words, True) is not None:
        return [quote_as_given(plain)]
    # Who supplies a product that has no brand is who it is from.
    is_house = words == ("supplier",) and any(rank_brand(other.label.words) is not None for other in rows)
    is_vital = allergen_words(label) is not None or is_substance(label.bare) or bool(set(words) & WARNINGS)
    reason = "suppliers" if is_house else "" if is_vital else why_of_house(words, line)
    reason = reason or ("" if label.unit else why_setting(words, line))
    if label.is_flag and not reason:  # "HAZ_FLG" is for carriers: its 0 does not say that there is no hazard
        reason = why_of_house((*words, "flag"), line)
    if reason == "notes of the shop" and (facts := facts_of_note(line)):
        return [_quote_facts(plain, facts)]
    if reason and not (asks_for_year(words) and is_year(line)):
        return [replace(plain, kind="identifier", hidden=f"internal: {reason}")]
    is_group = words == ("group",) and re.fullmatch(r"\S+/\S+", line) is not None
    is_group = is_group or (words == ("family",) and (is_product_noun(line) or line.casefold() in _KINDS_OF_FAMILY))
    is_path = is_catalogue_path(line) or len(row.parts) > 1 or (words[-1:] == ("category",) and "|" in line)
    if is_group or (rank_type(words) is not None and (is_path or line.casefold() in KINDS_OF_ROW)):
        return [replace(plain, kind="identifier", hidden="internal: a group of the catalogue")]
    if INSTRUCTION.search(line):
        return [replace(plain, hidden="it speaks to a model, and says nothing of the product")]
    if is_remark(words) and warns(line):
        return [quote_as_given(_without_house_words(plain))]
    if is_remark(words) and is_for_house(line) and (facts := facts_of_note(line)):
        return [_quote_facts(plain, facts)]
    if is_remark(words) and is_for_house(line):
        return [replace(plain, kind="identifier", hidden="internal: notes of the shop")]
    if is_remark(words):  # its words are somebody's, and no sentence can take them
        return [replace(plain, is_quoted=True, priority=SHOULD)]
    if line.casefold() in ("assorted", "various", "misc", "diverse"):
        is_mixed = bool(set(words) & _MIXED)
        return [replace(plain, is_quoted=is_mixed, hidden="" if is_mixed else f"{line!r} says nothing")]
    if reason := why_unsure(row, rows):
        return [replace(plain, hidden=reason)]
    named = next(
        (other.line for other in rows if other.key != row.key and rank_name(other.label.words) is not None), ""
    )
    is_repeated = words == ("style",) and line.isupper() and line.casefold() in named.casefold()
    if is_repeated or (rank_name(words) is not None and words != ("model",)):
        return [replace(plain, hidden="another name of the product")]
    # What is there, may be there, and is not.
    is_boolean = read_truth(line, words, label.asks or label.relation != "") is not None
    if label.denies and read_truth(line, words, True) is False:  # a denial denied
        return [quote_as_given(plain)]
    if (said := allergen_words(label)) is not None:
        if (allergens := read_allergens(plain, label, said, row.text)) is not None:
            return allergens
    elif label.whole.casefold() in ("contains", "contain", "contained") and not _has_substance(line):
        plain = replace(plain, label="contents", quotation=f"Contents: {line}")
        label = replace(label, text="contents", bare="contents", base="contents", whole="contents", relation="")
    elif (listed := label.whole.casefold()) and listed in ALLERGEN_LABELS:
        if is_boolean or denies_all("allergens", line) or line.casefold() == "nothing":
            return [quote_as_given(plain)]
        return read_warning(plain, ALLERGEN_LABELS[listed], row.text)
    is_inside = is_substance(label.bare)
    if is_boolean and re.match(r"(?:possible )?traces? of ", label.whole, re.IGNORECASE):
        return [quote_as_given(plain)]
    if may_contain(line) and is_inside:
        return [hedge_substance(plain, label.bare)]
    is_boolean = is_boolean or denies_all(label.bare, line)
    if is_to_quote(label, line, is_boolean=is_boolean, is_substance=is_inside):
        return [quote_as_given(plain)]
    return [with_relation(read_value(row, rows, plain), label)]


def _has_substance(line: str) -> bool:
    """Return whether a value may name what people avoid: "contains: milk", but not "contains: four coffees"."""
    words = re.findall(r"[^\W\d_]+", line.casefold())
    return not words or any(is_substance(word) or is_substance(singular(word)) for word in words)


def _without_house_words(plain: ProductField) -> ProductField:
    """Return a note that warns without its sentences for the shop: "Not for broken skin. Reorder in May"."""
    sentences = sentences_of_note(plain.value)
    kept = [one for one in sentences if warns(one) or not is_for_house(one)]
    if len(kept) == len(sentences):
        return plain
    said = ". ".join(capitalise(one.strip(" .;")) for one in kept)
    return replace(plain, value=said, items=(said,), quotation=_quote_note(plain.label, said))


def _quote_facts(plain: ProductField, facts: Sequence[str]) -> ProductField:
    """Return a note of the shop as those of its sentences that customers must know."""
    said = ". ".join(map(capitalise, facts))
    return quote_as_given(replace(plain, label="note", value=said, items=(said,), quotation=_quote_note("note", said)))


def _quote_note(label: str, said: str) -> str:
    return capitalise(said) if is_own_note(label, said) else f"{capitalise(label)}: {said}"
