"""Readable labels: "batteryLifeHours" is "battery life" in hours, "has_usb_port" a "USB port" that is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rag.answer.words import fold
from rag.describe.fields.label_units import split_unit
from rag.describe.fields.label_words import spell_flag, spell_out
from rag.describe.fields.lexicon import is_adjective, is_noun, is_sure_adjective
from rag.describe.fields.nouns import is_product_noun
from rag.describe.fields.plain_text import plain_text
from rag.describe.fields.unit_names import written_unit
from rag.describe.fields.word_lists import listed_words
from rag.describe.product import Relation


@dataclass(frozen=True)
class Label:
    """A field's name as words.

    `text` is the readable label, `unit` a unit that stood in it and `bare` the label without it: it is a unit only for
    a number, "built in" and "screen size in" are told apart by the value. `relation` is that of a prefix or suffix,
    `denies` whether it denies: "without lid" is "lid", has, denied. `whole` has the words of the relation: "lid
    included". `base` has no number: "feature" of "feature 3". `is_flag` tells that its 1 and 0 are yes and no, and
    `is_question` that they are because it asks so in words: "needs assembly", "refill pack?".
    """

    text: str
    bare: str
    unit: str = ""
    relation: Relation = ""
    denies: bool = False
    base: str = ""
    whole: str = ""
    is_flag: bool = False
    is_question: bool = False

    @property
    def asks(self) -> bool:
        """Whether the label asks for yes or no, so that 1 and 0 are answers."""
        return self.is_flag or self.is_question or self.relation in _ASKING

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the bare label in lower case without accents."""
        return tuple(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", fold(self.bare)))


@lru_cache(maxsize=8192)
def read_label(key: str) -> Label:
    """Return the readable label of a field's name."""
    text = plain_text(key).replace("\n", " ").strip(" :=*#•-–")
    text = _NAMESPACE.sub("", text)
    text = _lower(_split_words(_join_kebab(_without_underscores(text))))
    flag = spell_flag(text, in_capitals=key.isupper())
    text = _spell_out(flag or _spell_abbreviations(_without_markup(text), in_capitals=key.isupper()))
    text = _REPEATED_UNIT.sub(r"\g<label>", _without_markup(text))
    label = _read_relation(text)
    bare, unit = split_unit(label.text)
    bare = _NET.sub(r"\g<net>\g<about> \g<what>", _TAIL.sub("", bare) or bare)
    if not label.relation and is_predicate(bare):
        label = replace(label, relation="is")
    base = re.sub(r"[ #]*\d{1,2}$", "", bare) or bare
    shown = label.text if unit else bare
    label = replace(label, text=shown, bare=bare, unit=unit, base=base, whole=text if label.relation else shown)
    is_question = key.strip().endswith("?") or bool(_QUESTION.search(text))
    return replace(label, is_flag=bool(flag), is_question=is_question)


def _without_markup(text: str) -> str:
    """Return a label without what it says of its own form: "ingredients (text)", "care (HTML)", "price (raw)"."""
    return _LANGUAGE.sub("", _DECORATION.sub("", text)).strip(" :") or text


def _spell_abbreviations(text: str, *, in_capitals: bool) -> str:
    """Return a label with its abbreviations spelt out, and a unit that it has in brackets: "cord M" of a cord."""
    text = _BOUND.sub(r"\g<bound>imum \g<what>", text)
    spelt = spell_out(text, in_capitals=in_capitals)
    bare, unit = split_unit(spelt)
    name = spell_out(bare, in_capitals=in_capitals) if unit else ""
    return f"{name} ({unit})" if name != bare and unit else spelt


# --- words ------------------------------------------------------------------------------------------------------------

_NAMESPACE = re.compile(
    r"^(?:(?:attributes?|attrs?|specifications?|specs?|properties|property|props?|fields?|features|details|meta|data"
    r"|product|products|item|custom|extra|node|options?)\s*[.:/>]+\s*|(?:pa|attr|attribute|custom|field|prop|spec|grp|fam|f|c|g)"
    r"(?:_|:)(?!of_)(?=\w{2}))+",
    re.IGNORECASE,
)
_HUMP = re.compile(
    r"(?<=[a-z])(?=[A-Z][a-z]|[A-Z]{2})|(?<=[a-z]{2})(?=[A-Z]\b)|(?<=[A-Z])(?=[A-Z][a-z]{2})|(?<=[a-zA-Z][a-z]{2})(?=\d)"
)
_ASKING: frozenset[Relation] = frozenset(["is", "has", "contains", "includes", "requires", "supports", "free from"])
_QUESTION = re.compile(
    r"^(?:do not|don't|never|needs?|can be|may be|fits in|folds|works|uses|made (?:in|from|with|without|of)) \w"
    r"|\w (?:needed|necessary"
    r"|possible|allowed|permitted|available|enabled|installed|fitted|supplied|provided|accepted|present)$",
    re.IGNORECASE,
)
_FORMS = (
    "html|xhtml|text|txt|plain|plain text|rich text|raw|raw value|md|markdown|json|xml|csv|string|str|bool|boolean|int"
    "|float|integer|varchar|short text|long text|free text|display|displayed|formatted|unformatted|localized|localised"
)
_DECORATION = re.compile(
    r"(?:\s*(?:[(\[](?:optional|required|if any|if applicable|s|en|eng|english|en[-_ ](?:gb|us|uk)"
    rf"|{_FORMS})[)\]]|[?*:]))+\s*$",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"(?<=\w) (?:en|EN|eng|ENG)(?: (?:gb|us|uk|GB|US|UK))?$")
# "Price per 100 g / 100", "unit price (per kg) / kg": what follows the slash stands before it.
_REPEATED_UNIT = re.compile(
    r"^(?P<label>.*\bper (?P<per>(?:\d+ ?)?[^\W\d_]+)\)?) ?/ ?(?:per )?(?:(?P=per)|\d+|[^\W\d_]{1,2})$", re.IGNORECASE
)
# Parts of a name that say how a catalogue keeps a field, not what it is.
_TAIL = re.compile(
    r"(?<=\w) (?:value|attribute|attr|(?<! of )field|text|(?<=\bcolor )label|(?<=\bcolour )label|(?<=\bsize )label|desc"
    r"|default|en|en (?:gb|us|uk)|str|string|bool|flag|y/n|(?i:html|json|xml|markdown|varchar))$"
    r"|(?<=\bprice) raw$|(?<=\bweight) raw$|(?<=\bdescription) raw$|(?<=\bvalue) raw$"
    r"|(?<=\bstyle) (?:top|bottom|main)$|(?<=\bcolor) name$|(?<=\bcolour) name$"
)
# "Weight g (net)" is the net weight.
_NET = re.compile(
    r"^(?P<what>weight|volume|content|price) (?:\((?P<net>net|gross|approximate)\)|(?P<about>approximate))$"
)
# "Age (min)" is no age in minutes.
_BOUND = re.compile(
    r"^(?P<what>age|players|weight|height|load|temperature|(?:.* )?(?:cocoa(?: solids)?|fat|alcohol|content|purity"
    r"|pressure|power|voltage|current|flow|depth|diameter|width|length|distance|dose|intake|order|share|solids))"
    r" \((?P<bound>min|max)(?:imum)?\.?\)$"
)
_KEPT_AFTER = listed_words("kept_after")
_KEPT_BEFORE = listed_words("kept_before")


def _before_unit(text: str) -> tuple[str, str] | None:
    """Return "output" and "ml/h" of "output_ml_h", "battery" and "mAh" of "battery_mAh", None for another name."""
    parts = text.strip("_").split("_")
    if len(parts) > 2 and written_unit(f"{parts[-2]}/{parts[-1]}"):
        return "_".join(parts[:-2]), f"{parts[-2]}/{parts[-1]}"
    has_humps = re.search(r"[a-z][A-Z]", parts[-1])
    return ("_".join(parts[:-1]), parts[-1]) if has_humps and written_unit(parts[-1]) else None


def _without_underscores(text: str) -> str:
    """Return a name with blanks between its words: snake_case, camelCase, dots."""
    if "_" in text.strip("_") and " " not in text and (parts := _before_unit(text)):
        return f"{_without_underscores(parts[0])} {parts[1]}"
    if " " not in text.strip("_"):
        text = re.sub(r"^(is|has)(?=\d)", r"\1 ", text)  # "is3D"
        # "connector_s_" of "Connector(s)", "dimensions__wxdxh_" of "Dimensions (WxDxH)".
        text = re.sub(r"_s_$", "s", text)
        text = re.sub(r"__([a-z0-9_]{1,12}?)_(?=_|$)", lambda match: f" ({match[1].replace('_', ' ')})", text)
        text = re.sub(r"(?<=\w)[.](?=[a-zA-Z])", " ", text)
        if not text.isupper() and _HUMP.search(text):
            # The humps of a name are no names: only abbreviations keep their capitals.
            words = _HUMP.sub(" ", text).split()
            text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
        # "usb_2_0_ports": an underscore cannot be a full stop.
        text = re.sub(r"(?<=_\d)_(?=\d(?:_|$))", ".", text)
    return re.sub(r"[\s_]+", " ", text).strip()


_SPELT_OUT = (
    (re.compile(r"(?<!\w)w/o(?!\w) ?", re.IGNORECASE), "without "),
    (re.compile(r"(?<!\w)(?:w/ +(?=\w)|w/(?=[a-z]{3})|w/$)", re.IGNORECASE), "with "),
    (re.compile(r"(?<=\w )including$"), "included"),
    (re.compile(r"\b(?:no|nr|num|qty)\.? of\b|^#(?: of)?(?= \w)", re.IGNORECASE), "number of"),
    (re.compile(r"\bqty\b", re.IGNORECASE), "quantity"),
    (re.compile(r"\bper (\d+)(ml|g|kg|l)\b", re.IGNORECASE), r"per \1 \2"),
    (re.compile(r"\bi o\b", re.IGNORECASE), "I/O"),
    (re.compile(r"\bbuilt in(?= [a-z])", re.IGNORECASE), "built-in"),
    (re.compile(r"\bwi fi\b", re.IGNORECASE), "Wi-Fi"),
    (re.compile(r"\bdims?\b(?=$| )", re.IGNORECASE), "dimensions"),
    (re.compile(r"\btemps?\b\.?(?!$)|(?<=\w )\btemps?$", re.IGNORECASE), "temperature"),
    (re.compile(r"^(?:abv|alcohol (?:by )?vol(?:ume)?)$", re.IGNORECASE), "alcohol (% vol)"),
    (re.compile(r"\bpin(?= (?:pad|code|lock|entry|protect\w+)\b)", re.IGNORECASE), "PIN"),
    (re.compile(r"\bincl\b\.?(?= \w)"), "including"),
    (re.compile(r"\bexcl\b\.?(?= \w)"), "excluding"),
    (re.compile(r"\bmax\b\.?"), "maximum"),
    (re.compile(r"\bmin\b\.?(?= \w)"), "minimum"),
    (re.compile(r"\(([a-z]) ?x ?([a-z])(?: ?x ?([a-z]))?\)", re.IGNORECASE), "({})"),
    (re.compile(r" \((\w) \1\)$"), ""),
)


def _spell_out(text: str) -> str:
    """Return a label without abbreviations that read badly, and the order of dimensions as (W x D x H)."""
    for pattern, words in _SPELT_OUT:
        if words == "({})":
            text = pattern.sub(
                lambda match: f"({' x '.join(filter(None, match.groups())).upper().replace('X', 'x')})", text
            )
        else:
            text = pattern.sub(words, text)
    return text


def _split_words(text: str) -> str:
    """Return a name without any sign between its words in words, if all of it is common ones: "screensize"."""
    if not text.islower() or not text.isalpha() or len(text) < 7:
        return text
    known = listed_words("label_words")
    if text in known or is_adjective(text) or is_product_noun(text):
        return text
    for prefix in ("is", "has", ""):
        if text.startswith(prefix) and (words := _segment(text[len(prefix) :], known)):
            return " ".join([prefix, *words]).strip()
    return text


def _segment(text: str, known: frozenset[str]) -> list[str]:
    """Return the known words that a text consists of, the longest first, [] where it does not."""
    for length in range(len(text), 1, -1):
        if text[:length] not in known:
            continue
        if length == len(text):
            return [text]
        if rest := _segment(text[length:], known):
            return [text[:length], *rest]
    return []


def _join_kebab(text: str) -> str:
    """Return a name with blanks for the hyphens of kebab-case; those of compounds stay: fragrance-free, non-slip."""
    if " " in text or "-" not in text:
        return text
    parts = text.split("-")
    joined = parts[0]
    for before, after in pairwise(parts):
        is_compound = after.casefold() in _KEPT_AFTER or before.casefold() in _KEPT_BEFORE
        joined += ("-" if is_compound else " ") + after
    return joined


_UPPER = {name.casefold(): name for name in listed_words("written_so")} | {"wifi": "Wi-Fi"}


def _lower(text: str) -> str:
    """Return a label in lower case, apart from abbreviations and names: "Battery Life", "USB ports", "WEIGHT"."""
    words = text.split(" ")
    is_shouted = text.isupper() and len(text) > 4
    is_titled = all(word[:1].isupper() or len(word.strip("()[]")) < 4 for word in words)
    return " ".join(_lower_word(word, is_shouted, is_titled or place == 0) for place, word in enumerate(words))


def _lower_word(word: str, is_shouted: bool, is_start: bool) -> str:
    core = word.strip("()[],;:/")
    if (known := _UPPER.get(core.casefold())) and not (core.islower() and core in ("am", "us", "id", "ar", "ip")):
        return word.replace(core, known)
    if len(core) == 1 and core.isupper():
        return word
    if is_shouted or (is_start and core[:1].isupper() and core[1:].islower()):
        return word.lower()
    return word if any(letter.isupper() for letter in core[1:]) or not is_start else word.lower()


# --- relations --------------------------------------------------------------------------------------------------------

# Beginning, relation, whether it denies; the longer come first.
_BEGINNINGS: tuple[tuple[str, Relation, bool], ...] = (
    ("may contain traces of", "may contain", False),
    ("may contain", "may contain", False),
    ("does not contain", "contains", True),
    ("contains no", "contains", True),
    ("contains", "contains", False),
    ("contain", "contains", False),
    ("with added", "contains", False),
    ("free from", "free from", False),
    ("free of", "free from", False),
    ("not suitable for", "does not suit", False),
    ("unsuitable for", "does not suit", False),
    ("not recommended for", "does not suit", False),
    ("not intended for", "does not suit", False),
    ("is suitable for", "suits", False),
    ("suitable for", "suits", False),
    ("not included", "excludes", False),
    ("does not include", "excludes", False),
    ("excludes", "excludes", False),
    ("is not", "is", True),
    ("is", "is", False),
    ("has no", "has", True),
    ("has", "has", False),
    ("comes without", "includes", True),
    ("comes with", "includes", False),
    ("includes", "includes", False),
    ("included", "includes", False),
    ("including", "includes", False),
    ("requires", "requires", False),
    ("needs", "requires", False),
    ("supports", "supports", False),
    ("without", "has", True),
    ("with", "has", False),
    ("no", "has", True),
)
_ENDINGS: tuple[tuple[str, Relation, bool], ...] = (
    ("not included", "includes", True),
    ("is included", "includes", False),
    ("included", "includes", False),
    ("not required", "requires", True),
    ("required", "requires", False),
    ("not supported", "supports", True),
    ("supported", "supports", False),
)
_ADDED = re.compile(
    r"(?P<what>salt|sugars?|colou?rs?|colou?rings?|flavou?rs?|flavou?rings?|preservatives?|sweeteners?) added", re.I
)


_SUITED = r"adults|babies|beginners|cats|children|c(?:o?)eliacs|diabetics|dogs|kittens|men|pets|puppies|toddlers|vegans"
_SUITABLE = re.compile(rf"^((?:not |is )?(?:un)?suitable) (?=(?:{_SUITED}|vegetarians|women)\b)", re.IGNORECASE)
"""What a name of a column lacks where it says whom a product suits."""


def _read_relation(text: str) -> Label:
    """Return a label without the verb that it begins or ends with."""
    text = _SUITABLE.sub(r"\1 for ", text)  # "suitable_diabetics"
    lower = text.casefold()
    for beginning, relation, denies in _BEGINNINGS:
        if lower == beginning:
            return Label(text, text, relation=relation, denies=denies)
        if lower.startswith(beginning + " "):
            rest = text[len(beginning) + 1 :].strip()
            if beginning == "no" and re.match(r"(?:of|\.|\d)", rest):  # number of
                break
            # What the product is free from, and whom it suits, need the whole label.
            kept = text if relation in ("free from", "suits", "does not suit") else rest
            return Label(kept, kept, relation=relation, denies=denies)
    if lower.startswith(("number ", "quantity ", "maximum ", "minimum ", "total ", "count ")):
        return Label(text, text)
    if added := _ADDED.fullmatch(text):  # "no added salt", and not "not salt added"
        return Label(f"added {added['what']}", f"added {added['what']}", relation="contains")
    for ending, relation, denies in _ENDINGS:
        if lower.endswith(" " + ending):
            rest = text[: -len(ending)].strip()
            rest = re.sub(r"(?: is| are)$", "", rest)
            return Label(rest, rest, relation=relation, denies=denies)
    return Label(text, text)


# Said of a part: "reel replaceable", but "machine washable" and "user replaceable" are said of the product.
_OF_A_PART = frozenset(["removable", "detachable", "replaceable", "recyclable", "refillable", "compostable"])
_MEANS = frozenset(["user", "machine", "hand", "tool", "home", "self", "kerbside", "curbside", "customer", "field"])


_ABLE = re.compile(r"(?<!avail)(?<!suit)able$|(?<!poss)(?<!compat)ible$", re.IGNORECASE)


def part_label(label: str) -> str:
    """Return "removable cover" for "cover removable", another label as it is."""
    words = label.split()
    is_of_part = len(words) in (2, 3) and _ABLE.search(words[-1]) is not None
    if is_of_part and words[-2].casefold().endswith("s") and is_noun(words[-2]) and not is_adjective(words[-2]):
        return " ".join((words[-1], *words[:-1]))  # "ear pads washable"
    if len(words) != 2 or words[1].casefold() not in _OF_A_PART or words[0].casefold() in _MEANS:
        return label
    return f"{words[1]} {words[0]}" if is_noun(words[0]) and not is_adjective(words[0]) else label


_NUMBERS = "one|two|three|four|five|six|seven|eight"
# Adjectives of two words whatever the second one is alone: two-stroke, quick-drying, spiral-bound.
_COMPOUND = re.compile(
    rf"(?:{_NUMBERS}|\d{{1,2}})-(?:stroke|speed|way|ply|shoulder|handed|person|stage|colou?r|door|seater|sided|star)"
    r"|(?:quick|fast|slow|long|hard|easy|free|low|high|loose|close|early|late|ever)-(?:drying|lasting|wearing|fitting"
    r"|growing|flowering|acting|setting|burning|melting|flowing|curing|ripening|bearing|running|standing)"
    rf"|[a-z]+-(?:{'|'.join(sorted(listed_words('compound_ends')))})"
)

_OPEN = ("available", "compatible", "certified", "approved", "safe", "resistant")
_DEGREES = frozenset(
    ["fully", "semi", "extra", "very", "non", "anti", "self", "ultra", "super", "all", "highly", "partly"]
)


def is_predicate(label: str) -> bool:
    """Return whether a label says what a product is, not what it has: cordless, dishwasher safe, available on Steam."""
    words = label.casefold().split()
    if not words:
        return False
    if words[0] in _OPEN and len(words) > 1:
        return True
    last = words[-1]
    if len(words) == 1 and last == "light":  # a lamp that a fan has, or not heavy
        return False
    if last.startswith(("non-", "anti-", "self-")) or (len(words) == 2 and words[0] in ("self", "anti")):
        return True
    if len(words) > 2 and words[1] in ("from", "with", "by", "into") and not is_adjective(words[0]):
        return False  # "toast from frozen"
    if len(words) < 3 and _COMPOUND.fullmatch("-".join(words)):
        return True
    if len(words) > 1 and words[0] in ("made", "number", "level", "type"):
        return False
    if last in ("free", "safe", "proof", "friendly", "tested", "certified"):
        return True
    # "Reversing light" and "user manual" are things, "extra light" is none.
    if len(words) > 1 and words[-2] not in _DEGREES and not words[-2].endswith("ly"):
        return is_sure_adjective(last)
    return is_adjective(last) or "-".join(words) in listed_words("adjectives")
