"""The phrases that say clauses: one function for each kind, which puts neutral words around the values.

Verbs and pronouns stand in angle brackets until the number of their subject is known: `<weighs> 0.9 kg`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.describe.fields.labels import is_predicate
from rag.describe.product import FieldSpan, ProductField
from rag.describe.realise.attribute_phrases import phrase_of
from rag.describe.realise.attributes import ClauseKind, clause_kind, is_counted_thing, is_prose, label_words
from rag.describe.realise.comma_values import comma_template
from rag.describe.realise.english import (
    article,
    cased_label,
    coordinate,
    countability,
    head_noun,
    in_prose,
    is_plural,
    leading_noun,
    plural_noun,
    singular_noun,
)
from rag.describe.realise.grouping import PART_COLOUR, PlannedClause
from rag.describe.realise.word_classes import CASED, COLOURS, MASS_NOUNS, MATERIALS, PART_NOUNS


@dataclass(frozen=True)
class Piece:
    """Words of a text, and the keys of the fields that they state."""

    text: str
    keys: tuple[str, ...] = ()


Phrase = tuple[Piece, ...]

LONGEST_PROSE = 300
"""Characters of a text of several sentences that a description quotes: its first whole sentences."""

Pick = Callable[[str, Sequence[str]], str]
"""Chooses one of several ways to say the same, by a name for the choice."""


def phrase(template: str, *parts: Phrase) -> Phrase:
    """Return the words of a template with phrases in the place of its "{}"."""
    pieces: list[Piece] = []
    for place, words in enumerate(template.split("{}")):
        if place:
            pieces += parts[place - 1]
        if words:
            pieces.append(Piece(words))
    return tuple(pieces)


def join_phrases(phrases: Sequence[Phrase], conjunction: str = "and") -> Phrase:
    """Return phrases coordinated: "A, B and C"; one that holds "and" itself keeps a comma before the last."""
    if len(phrases) < 2:
        return phrases[0] if phrases else ()
    # What stands last may hold anything: "is made of oak and comes in red, green and blue".
    texts = [phrase_text(one) for one in (phrases if len(phrases) > 2 else phrases[:1])]
    has_conjunction = any(f" {conjunction} " in text or ", " in text for text in texts)
    comma = "," if has_conjunction else ""
    template = ", ".join(["{}"] * (len(phrases) - 1)) + f"{comma} {conjunction} {{}}"
    return phrase(template, *phrases)


def phrase_text(one: Phrase) -> str:
    """Return the text of a phrase."""
    return "".join(piece.text for piece in one)


def phrase_spans(pieces: Sequence[Piece]) -> list[FieldSpan]:
    """Return the spans of the fields that pieces state; pieces of one field that follow each other are one span."""
    spans: list[FieldSpan] = []
    start = 0
    for piece in pieces:
        end = start + len(piece.text)
        for key in piece.keys:
            place = next((at for at, span in enumerate(spans) if span.key == key and span.end == start), None)
            if place is None:
                spans.append(FieldSpan(start, end, key))
            else:
                spans[place] = replace(spans[place], end=end)
        start = end
    return spans


# --- values -----------------------------------------------------------------------------------------------------------

_BOUNDS = (
    (r"(?:<=|≤)\s?", "at most "),
    (r"(?:>=|≥)\s?", "at least "),
    (r"<\s?", "less than "),
    (r">\s?", "more than "),
    (r"(?:~|approx\.?|ca\.?|c\.)\s?(?=\d)", "about "),
    (r"max\.\s?(?=\d)", "at most "),
    (r"min\.\s?(?=\d)", "at least "),
)
_TIME_UNITS = (
    r"years?|months?|weeks?|days?|hours?|minutes?|seconds?|inch(?:es)?|litres?|liters?|gallons?|feet|foot|watts?"
)


def value_phrase(field: ProductField, shown: int = 12) -> Phrase:
    """Return the value as it stands in a sentence; of a longer list the first items, "among others" after them."""
    return (Piece(value_text(field, shown), (field.key,)),)


def value_text(field: ProductField, shown: int = 12) -> str:
    """Return the words of a value: lists coordinated, a missing unit added, "<=" read out."""
    if field.kind == "list" and len(field.items) > 1:
        items = [item.strip() for item in field.items]
        lowered = [in_prose(item) for item in items]
        # Beside a name, a word with a capital may be another: "Audi, Seat, Skoda".
        if clause_kind(field) not in _NAMES and not any(re.match(r"[A-Z][a-z]", item) for item in lowered):
            items = lowered
        if field.unit and field.unit not in field.value:  # "256, 512 and 1024 GB"
            is_sign = field.unit in "$£€¥"
            items = [f"{field.unit}{item}" if is_sign else item for item in items]
            items[-1:] = items[-1:] if is_sign else [f"{items[-1]} {field.unit}"]
        return coordinate(items) if len(items) <= shown else ", ".join(items[:shown]) + ", among others"
    value = field.value.strip().rstrip(".") if not re.search(r"\b\w\.$", field.value) else field.value.strip()
    for sign, words in _BOUNDS:
        if re.match(sign, value):
            value = re.sub(rf"^{sign}", words, value)
            break
    if field.unit and field.unit not in value:
        value = f"{field.unit}{value}" if field.unit in "$£€¥" else f"{value} {field.unit}"
    if number := re.search(rf"(?<![/\d.,])([\d.,]+) ({_TIME_UNITS}|gram|kilogram|pound|ounce)$", value):
        value = value if number[1] in ("1", "1.0") else value[: number.start(2)] + plural_noun(number[2])
    return value if field.quantity or clause_kind(field) in _NAMES else in_prose(value)


_NAMES = ("compatibility", "system", "maker", "origin", "language", "age", "size")


def modifier_text(field: ProductField) -> str:
    """Return a measure as it stands before a noun: "2-year", "11-inch", "0.9 kg"."""
    value = value_text(field)
    if inches := re.fullmatch(r"([\d.,]+)\s?(?:in|inch(?:es)?|″)", value):
        return f"{inches[1]}-inch"
    if words := re.fullmatch(rf"(\d[\d.,]*)[\s-]?({_TIME_UNITS})", value, re.IGNORECASE):
        return f"{words[1]}-{singular_noun(words[2].lower())}"
    return value


def shown_label(field: ProductField) -> str:
    """Return the label as it stands in a sentence."""
    label = re.sub(r"^non ", "non-", field.label.strip().rstrip(":"), flags=re.I)
    if field.kind == "boolean" and label.casefold() == "windows":  # those of a house
        return label.casefold()
    is_name = label.partition(" ")[0].casefold() in CASED
    return cased_label(label if is_name else re.sub(r"^([A-Z])(?=[a-z])", lambda match: match[1].lower(), label))


def note_words(field: ProductField) -> str:
    """Return what a value adds to its yes or no, in brackets: " (removable)", "" without such."""
    return f" ({field.note})" if field.note else ""


def holds_phrase(clause: PlannedClause) -> Phrase | None:
    """Return "<holds> 1.7 l" for a capacity that is a volume, else None."""
    is_volume = re.search(r"\d ?(?:l|ml|cl|litres?|liters?|gallons?)$", value_text(clause.field), re.I)
    return phrase("<holds> {}", value_phrase(clause.field)) if clause.kind == "capacity" and is_volume else None


# --- phrases of common attributes -------------------------------------------------------------------------------------


def attribute_phrase(field: ProductField, *, is_modifier: bool = False) -> Phrase:
    """Return the phrase that the table has for a field: "<runs> on 4 AA batteries", "a 1.8 m cable"."""
    own = phrase_of(field)
    if own is None:
        before, said, after = re.split(r"[{}]", comma_template(field))
        return phrase(f"{before}{{}}{after}", (Piece(said, (field.key,)),))
    template = own.modifier if is_modifier else own.template
    if "{}" not in template and "{m}" not in template:
        verb = re.match(r"(?:<\w+> )?", template)[0]  # type: ignore[index]
        return (*((Piece(verb),) if verb else ()), Piece(template[len(verb) :], (field.key,)))
    value = modifier_text(field) if "{m}" in template else value_text(field, 6)
    if own.included:  # "3 x AAA, not included"
        bare = re.sub(rf"\W*{own.included}\W*$", "", field.value.strip(), flags=re.IGNORECASE)
        stated: Phrase = (Piece(bare, (field.key,)),)
        return phrase(f"{template} ({{}})", stated, (Piece(own.included, (field.key,)),))
    if own.bound:
        value = f"{own.bound} {value}"
    is_bare = is_plural(value) or (template.endswith("{}") and countability(value) == "mass")
    template = template.replace("{m}", "{}").replace("{a} {}", "{}" if is_bare else f"{article(value)} {{}}")
    return phrase(template, (Piece(value, (field.key,)),))


# --- noun phrases, objects of "has" ---------------------------------------------------------------------------------


def noun_phrase(clause: PlannedClause) -> Phrase:
    """Return what the product has: "a blade length of 20 cm", "an 11-inch display", "4 drawers", "16 GB of memory"."""
    field = clause.field
    if clause.kind == "holding":
        return attribute_phrase(field)
    label, value = shown_label(field), value_phrase(field)
    if clause.kind == "count":
        noun = re.sub(r"^(?:number|no\.?|nr\.?|count|quantity) of | (?:count|quantity)$", "", label, flags=re.I)
        noun = re.sub(r"\bWindows$", "windows", noun)  # what is counted is no operating system
        number = field.value.strip().removesuffix(".0")
        is_one, value = number == "1", (Piece(number, (field.key,)),)
        return phrase("{} " + (singular_noun(noun) if is_one else plural_noun(noun)), value)
    if clause.kind in ("storage", "substance") and not re.match(r"m(?:ax|in)imum ", label):
        return phrase("{} of " + label if not field.shown.strip().endswith("%") else "{} " + label, value)
    if clause.kind == "part":
        return _part(field, label)
    return phrase(f"{_indefinite(label)} of {{}}", value)


def _part(field: ProductField, label: str) -> Phrase:
    """Return a part with its value before it; a value that names the part itself stands alone."""
    if part := PART_COLOUR.fullmatch(label):
        label = part[1]
    value = modifier_text(field)
    stated = (Piece(value, (field.key,)),)
    head = head_noun(label).casefold()
    last = singular_noun(value.rpartition(" ")[2].casefold())
    noun = label
    if last == head:
        noun, label = "", value
    is_bare = is_plural(label) or countability(label) == "mass"
    determiner = "" if is_bare else f"{article(value)} "
    return phrase(f"{determiner}{{}}{' ' + noun if noun else ''}", stated)


def _indefinite(noun: str) -> str:
    return (
        noun
        if is_plural(noun) or noun.rpartition(" ")[2] in MASS_NOUNS - {"voltage", "power"}
        else f"{article(noun)} {noun}"
    )


# --- verb phrases -----------------------------------------------------------------------------------------------------

_SIDES = {"length": "long", "width": "wide", "height": "high", "depth": "deep", "thickness": "thick",
          "diameter": "in diameter"}  # fmt: skip
_MAKERS = {"author": "by", "writer": "by", "by": "by", "publisher": "published by", "developer": "developed by",
           "designer": "designed by", "director": "directed by", "illustrator": "illustrated by",
           "translator": "translated by", "editor": "edited by", "supplier": "supplied by"}  # fmt: skip
_WITH_THE = re.compile(r"(?:Netherlands|Philippines|United|UK|USA?|EU|UAE|Czech Republic|European Union|Bahamas)\b")
_ADJECTIVAL = re.compile(r"(?:wooden|woollen|woolen|metallic|synthetic|recycled|natural|organic|golden)", re.I)


def verb_phrase(clause: PlannedClause, pick: Pick) -> Phrase:
    """Return what the product is or does: "<weighs> 0.9 kg", "<comes> with a 2-year warranty"."""
    field, kind = clause.field, clause.kind
    if kind == "attribute":
        return attribute_phrase(field)
    label, value = label_words(field), value_phrase(field, shown=6)
    if kind == "colour":
        return _colour(field, value, pick)
    if kind == "material":
        return phrase("<is> {}" if _ADJECTIVAL.fullmatch(field.value.strip()) else "<is> made of {}", value)
    if kind == "extent":
        return _extent(clause.fields)
    if kind == "relation":
        return phrase(
            (
                "<is> {}"
                if label.startswith("unisex") or label in ("gender", "audience")
                else f"<is> {shown_label(field)} {{}}"
            ),
            value,
        )
    if kind == "verb" and field.relation == "includes":
        return phrase("<includes> {}", noun_phrase(PlannedClause("count", (field,))))
    if kind == "verb" and field.relation in _RELATIONS:
        return phrase(_RELATIONS[field.relation], value)
    if kind == "verb":
        verb = shown_label(field)
        first, _, preposition = verb.partition(" ")
        words = verb if first == "may" else f"<{first}> {preposition}".rstrip()
        return phrase(f"{words} {{}}", value)
    if kind == "maker":
        return phrase(f"<is> {maker_words(field)} {{}}", value)
    if kind == "release":
        verb = "published" if "publi" in label else ("launched" if "launch" in label else "released")
        day = re.search(
            r"\d{1,2}[\s./-]+(?:\d{1,2}|[A-Za-z]+)[\s.,/-]+\d{2,4}|\d{4}-\d\d-\d\d|\w+ \d{1,2},", field.value
        )
        return phrase(f"<was> {verb} {'on' if day else 'in'} {{}}", value)
    if kind == "origin":
        verb = "<is> made in" if re.search(r"made|manufact|produced", label) else "<comes> from"
        verb = "<is> grown in" if label.startswith("grown") else verb
        return phrase(f"{verb} {'the ' if _WITH_THE.match(field.value.strip()) else ''}{{}}", value)
    if kind == "warranty":
        noun = "guarantee" if "guarantee" in label else "warranty"
        modifier = modifier_text(field)
        return phrase(f"<comes> with {article(modifier)} {{}} {noun}", (Piece(modifier, (field.key,)),))
    if kind == "size":
        noun = "sizes" if len(field.items) > 1 else "size"
        return phrase(f"{pick('size', ('<comes>', '<is> available'))} in {noun} {{}}", value)
    if kind == "packing":
        return phrase("<comes> in packs of {}", value)
    if kind == "price":
        return _price(field, label, value)
    if kind == "substance":
        return phrase(
            "<contains> {}", join_phrases([noun_phrase(PlannedClause(kind, (one,))) for one in clause.fields])
        )
    if kind == "compatibility" and label.startswith("fits"):
        return phrase("<fits> {}", value)
    if kind == "users":
        if field.value.strip().endswith(label):  # "2-4 players"
            return phrase("<is> for {}", value)
        return phrase("<is> for {} " + (singular_noun(label) if field.value.strip() == "1" else label), value)
    if kind == "age" and (plus := re.fullmatch(r"(\d{1,2}\+) years", field.value.strip())):
        return phrase("<is> suitable for ages {}", (Piece(plus[1], (field.key,)),))
    if kind == "age" and (since := _SINCE.fullmatch(field.value.strip())):
        return phrase("<is> suitable from {}", (Piece(f"{since[1]} {since[2]}", (field.key,)),))
    return phrase(_VERBS_AROUND[kind], value)


_RELATIONS = {"may contain": "may contain {}", "free from": "<is> free from {}", "suits": "<is> suitable for {}",
              "contains": "<contains> {}", "comes in": "<comes> in {}"}  # fmt: skip
_SINCE = re.compile(r"(?:from )?(\d{1,2}) (years|months)(?: and (?:up|over|older))?")
"""Ages without an end: "from 8 years", "3 years and up"."""

_VERBS_AROUND: dict[ClauseKind, str] = {
    "dimensions": "<measures> {}",
    "weight": "<weighs> {}",
    "compatibility": "<is> compatible with {}",
    "system": "<runs> on {}",
    "age": "<is> suitable for ages {}",
    "audience": "<is> for {}",
    "language": "<is> in {}",
}


def _extent(sides: Sequence[ProductField]) -> Phrase:
    """Return "<is> 40 cm long and 30 cm wide", or "<has> a diameter of 10 in"."""
    names = [label_words(side).split()[-1] for side in sides]
    if names == ["diameter"]:
        return phrase("<has> a diameter of {}", value_phrase(sides[0]))
    parts: list[Phrase] = []
    for side, name in zip(sides, names, strict=True):
        value = re.sub(r" in$", " inches", value_text(side))  # "10 in in diameter" stumbles
        parts.append(phrase("{} " + _SIDES[name], (Piece(value, (side.key,)),)))
    return phrase("<is> {}", join_phrases(parts))


def maker_words(field: ProductField) -> str:
    """Return the words before a maker: "by" an author, "published by" a publisher."""
    return _MAKERS[singular_noun(label_words(field))]


def _colour(field: ProductField, value: Phrase, pick: Pick) -> Phrase:
    # "Is graphite" and "are sand" say that it is the stuff.
    verb = "<comes>" if len(field.items) < 2 else pick("colour", ("<comes>", "<is> available"))
    return phrase(f"{verb} in {{}}", value)


def _is_plain_colour(field: ProductField) -> bool:
    """Tell whether a value is one colour that can follow "is": "light grey", but not "oak" or "red, blue"."""
    words = value_text(field).replace("-", " ").split()
    is_one = len(field.items) < 2 and bool(words) and words[-1] not in MATERIALS
    return is_one and all(word in COLOURS or is_predicate(word) for word in words)


def _price(field: ProductField, label: str, value: Phrase) -> Phrase:
    has_currency = bool(field.unit) or not re.fullmatch(r"[\d.,\s–-]+", field.value.strip())
    if has_currency and re.fullmatch(r"price|cost|retail price", label):
        return phrase("<costs> {}", value)
    noun = shown_label(field)
    return phrase(f"<has> {article(noun)} {noun} of {{}}", value)


# --- statements and lines ---------------------------------------------------------------------------------------------


def statement_phrase(clause: PlannedClause) -> Phrase:
    """Return "pattern <be> striped", to be said after "its"; the verb agrees with the label."""
    field = clause.field
    label = shown_label(field)
    if part := re.fullmatch(r"(\S+) (material|colou?r)", label):
        noun, verb = part[1], "are" if is_plural(part[1]) else "is"
        is_part = singular_noun(noun) in PART_NOUNS or countability(noun) in ("count", "plural")
        if is_part and part[2] == "material" and not _ADJECTIVAL.fullmatch(field.value.strip()):
            return phrase(f"{noun} {verb} made of {{}}", value_phrase(field, shown=8))
        if is_part and part[2] != "material" and _is_plain_colour(field):
            return phrase(f"{noun} {verb} {{}}", value_phrase(field))
    # "Genres: racing" has one.
    is_one = len(field.items) < 2 and not re.search(r"\band\b|[,&]", field.value) and not is_plural(field.value)
    is_one = is_one and field.value[:1].islower() and not (field.value in MATERIALS or is_predicate(field.value))
    if is_one and is_plural(label) and field.kind == "text" and leading_noun(label) == label:
        label = singular_noun(label)
    value = value_phrase(field, shown=8)
    is_thing_named = field.kind == "text" and not re.search(r"materials?$|composition$", label)
    if is_thing_named and is_counted_thing(field.value.strip()) and not is_plural(leading_noun(label)):
        value = phrase(f"{article(value_text(field))} {{}}", value)
    return phrase(f"{label} {'are' if is_plural(leading_noun(label)) else 'is'} {{}}", value)


def split_statement(statement: Phrase) -> tuple[Phrase, Phrase]:
    """Return the label of a statement, and the rest from its verb on."""
    label, verb = re.fullmatch(r"(.*) ((?:is|are) .*)", statement[0].text).groups()  # type: ignore[union-attr]
    return (Piece(label),), (Piece(verb), *statement[1:])


def first_sentences(text: str, longest: int) -> str:
    """Return the first whole sentences of a text, at most `longest` characters; "" where the first is longer."""
    text = text.strip()
    if len(text) <= longest:
        return text
    ends = [match.end() for match in re.finditer(r"(?<!\b[A-Z])[.!?…][\"”’')]*(?=\s|$)", text)]
    return text[: max((end for end in ends if end <= longest), default=0)]


def line_phrase(field: ProductField, *, is_inner: bool = False) -> Phrase:
    """Return "Label: value", the plainest form, "()" for prose whose first sentence is too long to quote."""
    if field.is_quoted:
        return (Piece(field.quotation, (field.key,)),)
    label = shown_label(field)
    if not is_inner and not re.match(r"[a-z][A-Z]", label):  # pH
        label = label[:1].upper() + label[1:]
    if field.kind == "boolean" and field.is_true is not None:
        answer = "yes" if field.is_true else "no"
        note = (Piece(f", {field.note}", (field.key,)),) if field.note else ()
        return phrase(f"{{}}: {answer}{{}}", (Piece(label, (field.key,)),), note)
    value = ", ".join(field.items) if field.kind == "list" and len(field.items) > 1 else field.value.strip()
    if (clause_kind(field) != "line" and is_prose(field)) or _is_note(field):
        value = first_sentences(value, LONGEST_PROSE)
        if not value:
            return ()
        value = f"“{value}”"
    elif field.unit and field.unit not in value:
        value = f"{value} {field.unit}"
    return phrase(f"{label}: {{}}", (Piece(value, (field.key,)),))


def _is_note(field: ProductField) -> bool:
    """Tell whether a line holds more than one sentence of a note, whose words are not the description's own."""
    return label_words(field).startswith(("note", "remark", "comment")) and is_prose(field)
