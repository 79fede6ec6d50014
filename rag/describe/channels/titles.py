"""Titles: brand, name, type and what decides between products, nothing twice and nothing cut to say something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer.quantities import find_quantities
from rag.answer.words import fold, stem
from rag.describe.fields.absence import is_substance
from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import is_noun, is_participle
from rag.describe.fields.plain_text import capitalise
from rag.describe.fields.product_type import head_noun
from rag.describe.product import MUST, Product, ProductField, SpannedText
from rag.describe.realise.attributes import clause_kind
from rag.describe.realise.english import cased_label, in_prose
from rag.describe.realise.label_value import is_colour, is_material
from rag.describe.realise.word_classes import MASS_NOUNS, MATERIALS
from rag.describe.spans import join_texts, state_field

ATTRIBUTES = 3
"""Attributes of a title, at most."""

_PLAIN_MEASURES = frozenset(("weight", "net weight", "capacity", "volume", "size", "power", "wattage", "voltage"))
"""Measures that need no label: "1.7 l" and "2200 W", where "120 kg" of a maximum load and "2 years" do."""

_PLAIN_LABELS = frozenset(map(stem, ("flavour", "scent", "fragrance", "pattern", "finish", "shade")))
"""Labels whose values say by themselves what they are, as those of colours and materials do."""

_CODES = frozenset(("model", "model number", "series", "version", "article number", "part number"))
"""Labels of codes that look like a measure: "345J"."""

_NO_TITLE = re.compile(
    r"\b(?:price|rrp|srp|msrp|uvp|pp|cost|lead|delivery|stock|shipping|package|packaging|carton|ctn|outer|quantity|items?"
    r"|units?|rating|reviews?|recycled|notes?|remarks?|care|season|dimensions?|recommendation|description|age|content"
    r"|sowing|flowering|harvest|planting|spacing|temp(?:erature)?|moq|lot|code)\b|[/.(:]",
    re.IGNORECASE,
)
"""Labels of what decides between no two products in a list of results, or is not for customers."""

_CUSTOM = re.compile(r"\bwarranty\b|\bguarantee\b", re.IGNORECASE)

_OPEN_VALUE = re.compile(r"->|=>|[;:()]|\s/\s|/.*/|\b(?:on request|various|see)\b")
"""What a colour or a size that is a choice, or changes, is written with."""

_MEASURE_START = re.compile(r"(?:(?:up to|from|min\.?|max\.?|approx\.?|about|[<>≤≥~±]=?)\s?)?\d", re.IGNORECASE)
_PLURAL = re.compile(r"(?!.*\b(?:in|of|per|for|with)\b)\S+(?: \S+){0,2}(?<![sui])s")

_QUALITY = re.compile(
    r"(?:proof|free|able|ible|resistant|less|vegan|vegetarian|organic|(?<!requir)(?<!includ)ed)$", re.I
)
"""Ends of labels that are a quality by themselves; "manual" or "energy star" may be a thing."""

_SETS = {
    "pieces": "piece", "number of pieces": "piece", "piece count": "piece", "pack size": "pack",
    "pack quantity": "pack",
}  # fmt: skip
"""Labels of the number of things in a set or a pack, with the word behind the number: "19-piece"."""

_CONDITION = re.compile(r"[(),;:]|\b(?:not|no|or|only|unless|except|if|on|without|with|when)\b", re.IGNORECASE)
"""What a colour of a part, a choice or a condition is written with."""

_OPEN_LABEL = re.compile(r"^(?:for|from|up to|to|per)\b|\b(?:for|from|up to|to|per|until|with|in)$", re.IGNORECASE)
"""Labels that only a value completes."""

_SPELT_UNITS = "second|minute|hour|day|week|month|year|inch|metre|meter|litre|liter|watt|volt|gram|pound|ounce"
_LEGAL_FORMS = frozenset(
    ["ab", "ag", "as", "bv", "co", "company", "corp", "gmbh", "inc", "kg", "llc", "ltd", "oy", "sa", "srl"]
)


def write_title(product: Product, limit: int, attributes: int = ATTRIBUTES) -> SpannedText | None:
    """Return brand, name, type and up to `attributes` deciding attributes, in at most `limit` characters.

    "Lund Kettle K1, copper, 1.7 l": a name that holds the brand or the type says it for both, and what does not fit
    whole is left out. None where not even a shortened name fits, or nothing names the product.
    """
    title = _write_head(product, limit)
    if title is None:
        return None
    used = 0
    for field, phrase in _deciding(product) if attributes > 0 else ():
        longer = join_texts((title, state_field(field, phrase)), ", ")
        is_new = not _states(title.text, phrase.removeprefix("size ")) and not _counts(title.text, phrase)
        if len(longer.text) <= limit and is_new:
            title, used = longer, used + 1
        if used == attributes:
            break
    return title


def write_alt_text(product: Product, limit: int) -> SpannedText | None:
    """Return what a picture of the product shows: its brand, name, type, and its colour where it has one only."""
    head = _write_head(product, limit)
    colours = [one for one in product.stated if one.label.casefold() in ("colour", "color") and not one.is_quoted]
    if head is None or len(colours) != 1:
        return head
    colour = colours[0]
    # Of several colours, or one on request, a picture may show any.
    is_sure = colour.kind in ("text", "list") and len(colour.items) < 2 and not _CONDITION.search(colour.value)
    if not is_sure or _states(head.text, colour.value):
        return head
    described = join_texts((head, " in ", state_field(colour, in_prose(colour.value))))
    return described if len(described.text) <= limit and len(colour.value.split()) <= 4 else head


def _write_head(product: Product, limit: int) -> SpannedText | None:
    """Return brand, name and type, as many of them as fit; the name is shortened where it has to be."""
    name, brand, kind = product.name, product.brand, product.type
    parts: list[SpannedText] = []
    if name:
        # A brand is worth more than the end of a long name.
        room = limit - len(brand.value) - 1 if brand and not _holds_brand(name.value, brand.value) else limit
        shortened = shorten_name(name.value, room) or shorten_name(name.value, limit)
        if shortened:
            parts = [state_field(name, shortened)]
    if brand and not _holds_brand(parts[0].text if parts else "", brand.value):
        parts = [state_field(brand, brand.value), *parts]
    rest = _lacking_words(" ".join(part.text for part in parts), kind.value) if kind else ""
    if kind and rest:
        parts.append(state_field(kind, rest))
    # "Aurora tent" and "T10 tablet", but "Roasted Almonds, nuts": after several words a type reads as one more of them.
    named = name.value.split() if name else []
    separator = ", " if len(named) > 1 and not re.search(r"\d", named[-1]) else " "
    # The type goes first, then the brand.
    while parts:
        keys = [part.spans[0].key for part in parts]
        is_apart = bool(kind and name and keys[-1] == kind.key and name.key in keys)
        head = join_texts((join_texts(parts[:-1], " "), parts[-1]), separator) if is_apart else join_texts(parts, " ")
        if len(head.text) <= limit:
            # A name and a brand keep their letters: "adidas".
            return SpannedText(capitalise(head.text), head.spans) if kind and keys[0] == kind.key else head
        if kind and kind.key in keys and len(parts) > 1:
            parts.pop(keys.index(kind.key))
        else:
            parts.pop(0)
    return None


def shorten_name(name: str, limit: int) -> str:
    """Return a name in at most `limit` characters, "" where it cannot be cut.

    It is cut between its parts, or before "with" and "for": anywhere else "laptop battery charger" would be a laptop,
    and "no added sugar" sugar.
    """
    if len(name) <= limit:
        return name
    cuts = [match.start() for match in _PART.finditer(name) if 0 < match.start() <= limit]
    return name[: cuts[-1]].rstrip() if cuts else ""


_PART = re.compile(r"\s*[;|(\[]|,\s|\s[–—-]\s|:\s|\s(?=(?:with|for|incl|including)\b)", re.IGNORECASE)


def _deciding(product: Product) -> Iterator[tuple[ProductField, str]]:
    """Yield the attributes that decide between products with their phrases: those that must be said, then the rest."""
    kinds = ("name", "brand", "type", "money", "date")
    fields = [field for field in product.stated if field.kind not in kinds and not field.is_quoted]
    fields = [field for field in fields if not _is_minor(field) or (_is_net(field) and _is_substance(product))]
    # Beside "price basis: each" a pack is how the trade orders, and of a set it counts the parts.
    is_of_parts = product.name is not None and re.search(r"\b(?:set|kit|pair)\b", product.name.value, re.IGNORECASE)
    if is_of_parts or any(field.value.casefold() in ("each", "ea") for field in product.fields):
        fields = [field for field in fields if field.label.casefold() not in _SETS or "piece" in field.label.casefold()]
    for field in sorted(fields, key=lambda field: (field.priority != MUST, not is_colour(field))):
        if phrase := _attribute_phrase(field):
            yield field, phrase


_MINOR = re.compile(r"(?:.* )?(?:weight(?: net)?|length|width|height|depth|thickness|temperature)", re.IGNORECASE)


def _is_minor(field: ProductField) -> bool:
    """Tell whether a measure decides little in a title: the own size and weight of a thing, but not a net weight."""
    return _MINOR.fullmatch(field.label) is not None


def _is_net(field: ProductField) -> bool:
    return field.label.casefold() == "net weight"


def _is_substance(product: Product) -> bool:
    """Tell whether a product is sold by its net weight: cheese and paint, but not a casserole."""
    name, kind = product.name, product.type
    noun = kind.value.rpartition(" ")[2] if kind else head_noun(name.value) if name else ""
    is_mass = noun.casefold() in MASS_NOUNS or is_substance(noun)
    return is_mass or not any(_is_minor(field) and not _is_net(field) for field in product.fields)


def _is_sure_noun(label: str) -> bool:
    """Tell whether a label ends in a noun that can follow a number: not "weight strung" nor "supply days"."""
    last = label.casefold().rpartition(" ")[2]
    is_of_form = last in ("vol", "quantity", "day", "days", "month", "months", "hour", "hours", "name", "type")
    return not is_of_form and not is_participle(last) and is_noun(last) and not is_predicate(label)


_TERM = re.compile(r"\d+ (?:years?|months?)", re.IGNORECASE)


def _attribute_phrase(field: ProductField) -> str:
    """Return the few words that say a field without a sentence, "" where it takes one."""
    label, value = field.label, in_prose(field.shown)
    if _OPEN_LABEL.search(label):  # "35 kg for dogs up to"
        return ""
    if _NO_TITLE.search(label) and label.casefold() not in {*_SETS, "net content", "age", "age range"}:
        return ""
    if _CUSTOM.search(label) and (label.casefold() not in ("warranty", "guarantee") or not _TERM.fullmatch(value)):
        return ""
    if field.kind == "boolean":
        if field.note:  # "gluten-free" of "yes, but may contain traces of wheat"
            return ""
        is_short = field.relation == "is" and len(label.split()) <= 3
        # "Lamp dimmable" is said of the lamp.
        is_quality = is_short and _QUALITY.search(label) is not None and clause_kind(field) == "quality"
        return cased_label(label) if field.is_true and is_quality else ""
    if (
        field.absent
        or field.relation in ("may contain", "free from", "requires", "suits", "excludes", "does not suit")
        or len(value) > 40
    ):
        return ""
    if clause_kind(field) == "age":
        return f"ages {value}"
    if field.kind == "measure":
        if (
            not _MEASURE_START.match(value)
            or re.search(r"[,;/]\s*\d|\s(?:x|×|by)\s|\d[x×]\d", value, re.IGNORECASE)
            or label in _CODES
            or "(" in label + value
        ):
            return ""
        if not re.search(r"[^\W\d]|[%°\"]", value):
            # "3 speed settings" and "2 speakers", but not "4.8 rating" nor "1 cores".
            counted = label.removeprefix("number of ")
            is_whole = re.fullmatch(r"[1-9]\d{0,3}", value) and value != "1"
            if is_whole and (one := _SETS.get(label.casefold())):
                return f"{value}-{one}"
            is_count = is_whole and _PLURAL.fullmatch(counted) and _is_sure_noun(counted)
            return f"{value} {cased_label(counted)}" if is_count else ""
        if label.casefold() in _PLAIN_MEASURES:
            return value
        if label.casefold() in _SETS:  # "pack size: 12 pairs"
            return ""
        if re.search(r"\bsize$", label, re.IGNORECASE) and re.search(r"\d ?(?:[mc]?l|k?g)$", value):
            return value  # "750 ml" of a bottle size
        if not _is_sure_noun(label):
            return ""
        # A unit in words is singular before a noun: "2-year warranty".
        spelt = re.fullmatch(rf"([\d.,]+) ({_SPELT_UNITS})(?:s|es)?", value, re.IGNORECASE)
        noun = cased_label(label)
        return f"{spelt[1]}-{spelt[2].lower()} {noun}" if spelt else f"{value} {noun}"
    if len(field.items) > 2 or len(value.split()) > 5 or value[-1:] in ".!?" or _OPEN_VALUE.search(value):
        return ""
    if label.casefold() == "size":
        # "Size 42" and "size M", but not "size 130 x 38 x 60".
        return f"size {value}" if re.fullmatch(r"\S{1,6}(?: (?:EU|UK|US))?", value) else ""
    # "BLK/ST" is for the house.
    if is_colour(field) and re.search(r"\b[A-Z]{2,}\b(?! ?\d)", value):
        return ""
    # "xx" marks a degree of scent, "steel blades and PP handle" are of parts.
    if len(value) < 3 and not is_material(field):
        return ""
    if is_material(field) and not all(_is_material_words(item) for item in field.items or (value,)):
        return ""
    is_plain = is_colour(field) or is_material(field) or bool(_PLAIN_LABELS & set(map(stem, label.split()[-1:])))
    if not is_plain or (len(label.split()) > 1 and field.priority != MUST):  # "strap colour" isn't the product's
        return ""
    if len(field.items) < 2:
        return value
    items = tuple(map(in_prose, field.items))
    # Of two colours nobody knows whether one or both are on the product.
    return "/".join(items) if is_colour(field) else " and ".join(items)


def _is_material_words(value: str) -> bool:
    """Tell whether a value is a material and no part of that material: "solid oak", but not "aluminium barrel"."""
    words = re.findall(r"[^\W_]+", value)
    is_known = bool(words) and words[-1].casefold() in MATERIALS
    has_code = len(words) > 1 and words[0].casefold() in MATERIALS and any(map(str.isdigit, words[-1]))
    return (is_known or has_code) and not (value.isupper() and " " in value)


def _words(text: str) -> list[str]:
    return [stem(word) for word in re.findall(r"[^\W_]+", fold(text))]


def _states(text: str, phrase: str) -> bool:
    """Tell whether a text has all words of a phrase, or its quantity."""
    quantities = find_quantities(phrase)
    if quantities and quantities[0].unit:
        return any(quantities[0].equals(other) for other in find_quantities(text) if other.unit)
    return set(_words(phrase)) <= set(_words(text))


def _counts(text: str, phrase: str) -> bool:
    """Tell whether a text has the number of a pack in its own writing: "pk12" of "12-pack"."""
    count = re.fullmatch(r"(\d+)-(?:pack|piece)", phrase)
    return count is not None and re.search(rf"(?<!\d){count[1]}(?![\d.])", text) is not None


def _holds_brand(name: str, brand: str) -> bool:
    """Tell whether a name has the words of the brand, its legal form left out."""
    words, wanted = _words(name), [word for word in _words(brand) if word not in _LEGAL_FORMS]
    if wanted and words and words[0] == wanted[-1]:  # "Silberau Riesling" of "Weingut Silberau"
        return True
    return bool(wanted) and any(words[place : place + len(wanted)] == wanted for place in range(len(words)))


def _lacking_words(name: str, kind: str) -> str:
    """Return the words of a type that the name lacks, from the first such on; its last word is what the thing is."""
    known, words = set(_words(name)), kind.split()
    head = _words(words[-1]) if words else []
    # A compound names it as well: a taillight is a light.
    if not head or head[-1] in known or any(len(head[-1]) > 3 and word.endswith(head[-1]) for word in known):
        return ""
    while words and set(_words(words[0])) <= known:
        words.pop(0)
    return " ".join(words)
