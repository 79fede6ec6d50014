"""The clauses that sentences say: those whose English reads well for every value that they let through.

What is no more than a label read out ("It has a sowing depth of 2 cm"), what a shop says of an offer ("It is
returnable"), what nobody asks for, and every value that is not surely English stands better in a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import is_noun, is_participle
from rag.describe.product import MUST, ProductField
from rag.describe.realise.attribute_phrases import phrase_of
from rag.describe.realise.attributes import ClauseKind, label_words
from rag.describe.realise.boolean_kinds import is_effect
from rag.describe.realise.comma_values import comma_template
from rag.describe.realise.english import countability, head_noun, singular_noun
from rag.describe.realise.grouping import PART_COLOUR
from rag.describe.realise.spoken_values import (
    all_items,
    is_known,
    says_code,
    says_measure,
    says_modifier,
    says_names,
    says_sides,
    says_things,
    says_words,
)
from rag.describe.realise.word_classes import (
    ACRONYMS,
    ALLERGENS,
    COLOURS,
    COUNT_NOUNS,
    FORM_NOUNS,
    MATERIALS,
    PART_NOUNS,
    PEOPLE_NAMES,
    SALE_WORDS,
    SHADES,
    SUBSTANCES,
)


def is_spoken(kind: ClauseKind, field: ProductField) -> bool:
    """Tell whether a sentence says a field that its label and its value make a clause of this kind."""
    if field.is_quoted or field.note:
        return False
    if field.kind == "boolean" and phrase_of(field) is None:
        return _says_boolean(kind, field)
    if field.relation in _DENYING or _says_twice(kind, field):
        return False
    says = _SPOKEN.get(kind)
    return says is not None and says(field)


def _says_twice(kind: ClauseKind, field: ProductField) -> bool:
    """Tell whether the words around a value follow with what it ends in: "2-4 players players", "30 min minutes"."""
    words = field.shown.casefold().split()
    pairs = ((one, two) for one, two in pairwise(words) if one.isalpha() and two.isalpha())
    if any(singular_noun(one) == singular_noun(two) for one, two in pairs):
        return True
    own = phrase_of(field)
    after = re.match(r".*\{\w*\} ([\w-]+)", own.template) if own else None
    noun = after[1] if after else head_noun(label_words(field)) if kind == "count" else ""
    return bool(words and noun) and singular_noun(noun) == singular_noun(words[-1])


_DENYING = ("may contain", "contains", "excludes", "does not suit", "requires")
"""Relations that are read where warnings, allergens and conditions are looked for."""


# --- values -----------------------------------------------------------------------------------------------------------


def _says_colour(field: ProductField) -> bool:
    def says(item: str) -> bool:
        words = re.split(r"[\s-]+", item.strip().casefold())
        is_shade = words[0] in SHADES and words[-1] in COLOURS and len(words) == 2
        return (
            set(words) <= COLOURS or is_shade or (len(words) == 1 and is_noun(words[0]) and not is_predicate(words[0]))
        )

    return all_items(field, says)


_SHARE = re.compile(r"^\d{1,3} ?% ?")


def _says_material(field: ProductField) -> bool:
    def says(item: str) -> bool:
        words = re.split(r"[\s-]+", _SHARE.sub("", item).casefold())
        is_stuff = words[-1] in MATERIALS and not (len(words) > 1 and is_participle(words[-1]))
        return is_stuff and says_words(" ".join(words)) and not set(words) & {"and", "with", "or"}

    is_part = _SHARE.match(field.value) and not field.value.startswith("100")
    return all_items(field, says) and (len(field.items) > 1 or not is_part)


_AGES = re.compile(
    r"\d{1,2}(?:\+| and (?:up|over|older))|\d{1,2} ?(?:-|–|to) ?\d{1,2}(?: (?:years|months))?"
    r"|\d{1,2}\+ years|from \d{1,2} (?:years|months)"
    r"|\d{1,2} (?:years|months) and (?:up|over|older)"
)
"""Ages that "for ages" or "from" can stand before; of "8 years" alone nobody knows whether it is the least."""


def _says_origin(field: ProductField) -> bool:
    """Tell whether an origin is a place, or a region and its country: "Douro, Portugal"."""
    if field.kind == "list":
        return _matches(_COUNTRY)(field)
    places = field.value.strip().split(", ")
    return len(places) < 3 and all(map(_COUNTRY.fullmatch, places))


def _says_age(field: ProductField) -> bool:
    """Tell whether an age is that of users: "age: 4-6 months" may be that of a fish, or of a cheese."""
    value = field.value.strip()
    is_open = re.search(r"\+|\b(?:up|over|older|from)\b", value) is not None
    return _AGES.fullmatch(value) is not None and (is_open or label_words(field) != "age")


_TIME = re.compile(r"\d{1,2}[ -](?:year|month)s?|lifetime", re.IGNORECASE)
_RELEASED = re.compile(r"(?:(?:\d{1,2} )?[A-Z][a-z]+ )?(?:19|20)\d\d")
_COUNTRY = re.compile(r"(?:[A-Z][a-zà-ÿ]+|UK|USA)(?: (?:[A-Z][a-zà-ÿ]+|and|of))*")
_SIZE = re.compile(r"[\w½/]{1,6}(?: ?cm)?|[a-z]+(?:-[a-z]+)?")


def _says_value(field: ProductField) -> bool:
    """Tell whether a value is one of words, whose items are alike."""
    return all_items(field, says_words)


_SUITS = re.compile(r"(?:suitable|ideal|designed|made|intended|recommended) for")


def _says_relation(field: ProductField) -> bool:
    return _SUITS.fullmatch(label_words(field)) is not None and all_items(field, says_things)


def _says_verb(field: ProductField) -> bool:
    if field.relation == "includes":
        return says_words(label_words(field))
    if field.relation == "suits":
        return all_items(field, says_things)
    return bool(field.relation or label_words(field) in ("includes", "fits")) and _says_value(field)


def _says_part(field: ProductField) -> bool:
    """Tell whether "a round neck" says a field: one thing that can be seen, and a word that stands before it."""
    label = label_words(field)
    if label in ("display", "screen"):
        return re.fullmatch(r"\d[\d.]*(?: ?in(?:ch(?:es)?)?|[-″\"])", field.shown.strip()) is not None
    is_part = len(label.split()) == 1 or PART_COLOUR.fullmatch(label) is not None
    return is_part and is_known(label.split()[0]) and len(field.items) < 2 and says_modifier(field.value)


def _says_count(field: ProductField) -> bool:
    noun = re.sub(r"^(?:number|no\.?|nr\.?|count|quantity) of | (?:count|quantity)$", "", label_words(field))
    return field.value.strip() not in ("0", "1") and says_words(noun) and head_noun(noun) not in FORM_NOUNS


def _says_capacity(field: ProductField) -> bool:
    return says_measure(field) and re.search(r"\d ?(?:l|ml|cl|litres?)$", field.shown) is not None


def _says_maker(field: ProductField) -> bool:
    return not label_words(field).startswith("supplier") and all_items(field, says_names)


def _says_audience(field: ProductField) -> bool:
    return all_items(
        field, lambda item: item.strip().casefold().rpartition(" ")[2] in PEOPLE_NAMES and says_words(item)
    )


def _says_size(field: ProductField) -> bool:
    return len(field.items) > 1 and all_items(field, lambda item: _SIZE.fullmatch(item) is not None, most=8)


def _matches(pattern: re.Pattern[str]) -> Callable[[ProductField], bool]:
    return lambda field: all_items(field, lambda item: pattern.fullmatch(item.strip()) is not None, most=3)


def _says_names(field: ProductField) -> bool:
    return all_items(field, says_names)


# --- phrases of the table ---------------------------------------------------------------------------------------------

_SPEC = re.compile(r"(?:an? )?(?P<what>[\w -]+) of \{\}")
_SPOKEN_SPECS = frozenset(
    ["battery life", "playback time", "talk time", "range", "electric range", "fill power", "thread count", "beam",
     "cutting width", "working width", "resolution", "screen resolution", "notes", "subtitles", "audio"]
)  # fmt: skip
"""What a sentence may say that the product has so much of: people say it so."""

_FORMAL = re.compile(
    r"<is> (?:sold|in the|in energy|in \{\} format|packed|supplied|delivered|shipped|licensed|from model|a set of"
    r"|a pack of|for a body)|<uses>|<works> at|<measures> \{\}$|<charges> by|<runs> on \{\} cells?|Best before"
    r"|\{\} (?:style|look|design|design style|licence|shape|kind)$|\{\} per"
)
"""Templates that read as a form does, or say what stands better in a list."""


def _says_attribute(field: ProductField) -> bool:
    """Tell whether a sentence says the phrase that the table has for a field."""
    own = phrase_of(field)
    if own is None:
        return bool(comma_template(field))
    if field.kind == "boolean":
        return True
    if own.included or _FORMAL.search(own.template):
        return False
    spec = _SPEC.fullmatch(own.template)
    if spec and spec["what"] not in _SPOKEN_SPECS:
        return False
    if not all(map(_is_word, re.sub(r"\{\w*\}|<\w+>", "", own.template).split())):
        return False
    label = label_words(field)
    if _SEASONS.fullmatch(label) or (own.template == "<is> {}" and _FORM_LABELS.search(label)):
        return False
    if own.template.endswith(" to {}") and value_has_bound(field):
        return False
    if own.template in ("<supports> {}", "<lifts> {}") and re.search(r"\d ?[-–]", field.value):
        return False
    if _NO_WATER.fullmatch(field.value.strip()):
        return False
    noun = re.search(r"\{\} ([\w ]+)$", own.template)
    if noun and head_noun(noun[1]) in FORM_NOUNS:
        return False
    if noun and not re.search(r"\d", field.value) and not says_code(field.value):
        return all_items(field, says_modifier) or (len(field.items) < 2 and _says_name_alone(field.value))
    if own.template.endswith("{} players") and re.fullmatch(r"\d{1,2}(?: ?[-–] ?| to )\d{1,2}", field.value.strip()):
        return True
    if own.bound and not says_measure(field):
        return bool(re.fullmatch(r"\d{1,4}", field.value.strip()))
    return _says_phrase_value(field)


_SEASONS = re.compile(r"(?:\w+ )?seasons?(?: \w+)?")
_FORM_LABELS = re.compile(r"operat|drive type|power|energy|process")
"""Labels whose adjectives say little alone: "It is passive."."""


_NO_WATER = re.compile(r"IP ?[\dX][0-3]", re.IGNORECASE)
"""Ratings that promise next to nothing: "is rated IP20" is said of every indoor lamp."""


def value_has_bound(field: ProductField) -> bool:
    """Tell whether a value begins with "up to" or such, which no "to" can stand before."""
    return re.match(r"[a-z<>≤≥~]", field.value.strip(), re.IGNORECASE) is not None


def _is_word(word: str) -> bool:
    return is_known(word.casefold().strip(",")) or not word.islower()


def _says_phrase_value(field: ProductField) -> bool:
    value = field.value.strip()
    if re.search(r"\d", value) and len(field.items) < 2:
        is_plain = re.fullmatch(r"\d{1,4}(?:\.\d)?\+?", value) is not None
        return (
            is_plain or says_measure(field) or says_sides(field) or says_code(value) or _CELLS.match(value) is not None
        )
    return all_items(field, says_words) or all_items(field, _says_name_alone) or says_code(value)


_CELLS = re.compile(
    r"\d+ ?[x×]? ?(?:AAA?A?|C|D)\b|(?:EN|ISO|BS|IP|Bluetooth|USB|HDMI|[A-Z]\w+ to [A-Z]\w+)[ -]?[\w: -]*$"
)


def _says_name_alone(item: str) -> bool:
    return re.fullmatch(r"(?:[A-Z][a-zà-ÿ]+)(?: [A-Z][a-zà-ÿ]+){0,2}(?: to [A-Z][a-z]+)?", item.strip()) is not None


# --- booleans ---------------------------------------------------------------------------------------------------------


def _says_boolean(kind: ClauseKind, field: ProductField) -> bool:
    """Tell whether a sentence says a boolean: a "no" only of what is missing from the box, and what people avoid."""
    label = re.sub(r"^(built|plug) in ", r"\1-in ", label_words(field))
    words = label.split()
    if label in _ASKED_FOR and field.is_true:
        return kind == "quality"
    if len(words) > 4 or set(words) & SALE_WORDS or not all(map(_is_label_word, words)):
        return False
    if kind == "inclusion":
        return _says_inclusion(field, label)
    if kind == "content":
        is_denied = bool(field.is_true) == (field.relation == "free from")
        is_allergen = bool(ALLERGENS & {head_noun(label), *label.split()})
        return is_denied and not is_allergen and field.priority > MUST and head_noun(label) in SUBSTANCES
    if field.relation in _DENYING:
        return False
    if not field.is_true:
        return False
    says = {"quality": _says_quality, "feature": _says_feature, "action": _says_action}.get(kind)
    return says is not None and says(field, label)


def _is_label_word(word: str) -> bool:
    return is_known(word) or is_known(singular_noun(word)) or says_words(word.upper())


_QUALITY_ENDS = re.compile(
    r"(?:[a-z]{2}(?:able|ible|less)|proof|resistant|repellent|retardant|friendly|safe|free|hardy|tight|wound|mounted"
    r"|operated|powered|lined|coated|made|woven|knitted|drying|rated|adhesive|heating|cleaning|standing|fitting"
    r"|slip|scratch|stick|shrink|toxic|bound)$"
)


def _says_quality(field: ProductField, label: str) -> bool:
    last = re.split(r"[\s-]+", label)[-1]
    if field.relation == "suits" or label.startswith("suitable for"):
        return says_things(re.sub(r"^(?:suitable for|suits) ", "", label))
    is_asked_for = last in _ASKED_FOR or re.match(r"(?:anti|non|self)[ -]", label) is not None
    is_made = is_participle(last) and len(label.split()) < 3
    return is_asked_for or is_made or _QUALITY_ENDS.search(last) is not None


_ASKED_FOR = frozenset(
    ["waterproof", "wireless", "cordless", "vegan", "vegetarian", "organic", "kosher", "halal", "hypoallergenic",
     "portable", "foldable", "compact", "lightweight", "ergonomic", "handmade", "hand-painted", "heated", "insulated",
     "padded", "quilted", "lined", "hooded", "elasticated", "stretchy", "seamless", "fragrant", "scented", "evergreen",
     "perennial", "annual", "edible", "biodegradable", "compostable", "recyclable", "recycled", "natural", "raw",
     "unsweetened", "unscented", "sugar-free", "decaffeinated", "sparkling", "alcoholic", "sterile", "backlit",
     "illuminated", "automatic", "magnetic", "extendable", "telescopic", "inflatable", "double-sided", "self-cleaning",
     "wholegrain", "fairtrade", "fair-trade", "digital", "antibacterial", "antimicrobial", "dermatologically tested",
     "photochromic", "polarised", "polarized", "tinted", "thermal", "convertible", "collapsible", "adjustable"]
)  # fmt: skip
"""Qualities of one word that people look for."""


def _says_feature(field: ProductField, label: str) -> bool:
    head = head_noun(label)
    if label.startswith("no "):
        return head in SUBSTANCES and not ALLERGENS & set(label.split())
    is_thing = head in PART_NOUNS | COUNT_NOUNS or countability(label) in ("count", "plural") or is_effect(label)
    return is_thing and singular_noun(head) not in FORM_NOUNS


def _says_action(field: ProductField, label: str) -> bool:
    return not field.relation or (field.relation == "supports" and says_words(label))


_INCLUDED = re.compile(r"(.+?) (?:included|supplied|provided)|(.+ (?:removable|replaceable|adjustable|washable))")


_MISSED = frozenset(
    ["battery", "charger", "cable", "adapter", "adaptor", "plug", "bulb", "lamp",
     "mattress", "cushion", "pillow", "remote", "stylus", "stand", "footprint", "tripod", "screw", "cover",
     "bag", "case", "bottle", "frame", "filter",
     "pole", "seat", "base", "hook", "pot"]
)  # fmt: skip
"""Single things that people expect with a product, and are told of where they do not come with it."""


def _says_inclusion(field: ProductField, label: str) -> bool:
    match = _INCLUDED.fullmatch(label)
    if field.relation not in ("includes", "contains") and not match:
        return False
    noun = next(filter(None, match.groups()), label) if match else label
    if noun in ACRONYMS:  # "comes with PSU"
        return False
    if not field.is_true and countability(noun) == "count" and not {head_noun(noun), *noun.split()} & _MISSED:
        return False
    return countability(noun) != "unknown" or noun.endswith("able")


_SPOKEN: Mapping[ClauseKind, Callable[[ProductField], bool]] = {
    "colour": _says_colour,
    "material": _says_material,
    "part": _says_part,
    "count": _says_count,
    "storage": says_measure,
    "capacity": _says_capacity,
    "extent": says_measure,
    "weight": says_measure,
    "dimensions": says_sides,
    "relation": _says_relation,
    "verb": _says_verb,
    "compatibility": _says_names,
    "system": _says_names,
    "age": _says_age,
    "audience": _says_audience,
    "language": _matches(_COUNTRY),
    "maker": _says_maker,
    "release": _matches(_RELEASED),
    "origin": _says_origin,
    "users": lambda field: field.value.strip() != "1" and not field.unit,
    "warranty": _matches(_TIME),
    "size": _says_size,
    "attribute": _says_attribute,
    "holding": _says_attribute,
    "instruction": _says_attribute,
}
"""What a value must be like for each kind of clause; kinds that are not here are for the list: a price, a property."""
