"""The words for the product itself: its name as a subject, its type as a noun, and whether it is one thing or many."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from rag.answer.words import stem
from rag.describe.fields.lexicon import is_only_counted, is_sure_adjective
from rag.describe.fields.nouns import is_product_noun
from rag.describe.fields.product_type import head_noun, is_kind_of_work, name_core, without_brand
from rag.describe.product import Product
from rag.describe.realise.attributes import is_thing
from rag.describe.realise.english import cased_label, in_prose, is_plural, plural_noun, singular_noun
from rag.describe.realise.phrases import Phrase, Piece, phrase, phrase_text
from rag.describe.realise.word_classes import COUNT_NOUNS, MASS_NOUNS, PAIR_NOUNS, PLURAL_NAMES


def type_noun(product: Product, is_many: bool) -> Phrase | None:
    """Return the type as a noun, None where its value is none: "kettle", "gloves"."""
    kind = product.type
    if kind is None or not is_thing(kind):
        return None
    words = kind.value.strip()
    if words.istitle() or in_prose(words) != words or re.fullmatch(r"[A-Z][a-z]+(?: [a-z].*)?", words):
        words = " ".join(
            word.lower() if re.fullmatch(r"[A-Z][a-z]+(?:-[A-Za-z]+)*", word) else word for word in words.split()
        )
    words = cased_label(words)
    # A category in the plural: one of the "mountain frames" is a mountain frame.
    if not is_many and product.name and not _is_set(product.name.value):
        one = singular_noun(words)
        words = words if one.rpartition(" ")[2].casefold() in MASS_NOUNS else one
    return (Piece(plural_noun(words) if is_many else words, (kind.key,)),)


def is_titled(product: Product) -> bool:
    """Tell whether the name is the title of a work, which says nothing of what it is: "Harbour Lanterns", a game."""
    return product.type is not None and is_kind_of_work(product.type.value)


def is_plural_product(product: Product) -> bool:
    """Tell whether the product is spoken of as "they": gloves, almonds, trousers."""
    if is_titled(product):
        return False
    kind = product.type
    name = _own_name(product)
    low = _head_word(name)
    kind_last = kind.value.strip().rpartition(" ")[2].casefold() if kind else ""
    # A set of gloves is one thing.
    if _is_set(name):
        return False
    # "Muslin squares 5-pack"
    if is_plural(low) and name_core(name) and _PACK.search(name):
        return True
    if is_plural(kind_last) and kind_last in name.casefold().split():  # "Gaiters Light Low"
        return True
    if kind_last and kind_last in PAIR_NOUNS | PLURAL_NAMES:
        return True
    is_of_kind = bool(kind_last) and is_plural(low) and stem(low) == stem(kind_last)
    if kind_last and is_plural(kind_last) and (not low or is_of_kind or low in PLURAL_NAMES):
        return True
    if is_plural(low) and kind_last in MASS_NOUNS:  # "Trail Runners" of the type "footwear"
        return True
    is_many = low in PLURAL_NAMES or (is_plural(low) and is_product_noun(low) and " " in name)
    return low in PAIR_NOUNS or is_of_kind or (is_many and kind_last not in ("set", "kit", "pack", "game"))


def looks_plural(product: Product) -> bool:
    """Tell whether a name ends as a plural does, whatever it names: "Chewy Bites", "Jan & Sons"."""
    last = _head_word(_own_name(product))
    return is_plural(last) or last in PLURAL_NAMES


def ends_as_plural(product: Product) -> bool:
    """Tell whether the very last word of a name looks so: of "Knife Cooks 20 cm" nobody takes it for the noun."""
    name = _own_name(product)
    is_end = name.casefold().endswith(_head_word(name)) and not (_is_set(name) or is_shouted(name))
    return is_end and looks_plural(product)


def _own_name(product: Product) -> str:
    name, brand = product.name, product.brand
    return without_brand(name.value.strip(), brand.value.strip() if brand else "") if name else ""


_PACK = re.compile(r"\b(?:pack|pk|packs|pcs|pieces|ct)\b|\b(?:pk|pack)\d", re.IGNORECASE)


def _is_set(name: str) -> bool:
    core = name_core(name) or name
    return re.search(r"\b(?:set|kit|pack|box|bundle|collection|pair|\d+-pack)\b", core, re.I) is not None


def _head_word(name: str) -> str:
    """Return the last word of a name, before sizes, colours and codes: "slippers" of "Hut Slippers felt"."""
    core = name_core(name) or ("" if re.search(r"\d\s+[^\W\d]+s$", name) else name)
    return re.sub(r"\W+$", "", core.strip()).rpartition(" ")[2].casefold()


def name_pieces(product: Product) -> Phrase:
    """Return the name, the words that are the brand and the type marked with their fields as well."""
    name = product.name
    assert name is not None
    value = name.value.strip()
    marks: list[tuple[int, int, str]] = []
    for one in (product.brand, product.type):
        words = re.escape(one.value.strip()) if one else ""
        if one and words and (match := re.search(rf"(?<!\w){words}(?:e?s)?(?!\w)", value, re.I)):
            marks.append((match.start(), match.end(), one.key))
    cuts = sorted({0, len(value), *(mark[0] for mark in marks), *(mark[1] for mark in marks)})
    pieces = []
    for start, end in pairwise(cuts):
        keys = tuple(key for low, high, key in marks if low <= start and end <= high)
        pieces.append(Piece(value[start:end], (name.key, *keys)))
    return tuple(pieces)


def is_shouted(name: str) -> bool:
    """Tell whether a name is the line of a price list in capitals: "CASSEROLE RND C/IRON 26CM", but not "TX-500"."""
    return name.isupper() and len(re.findall(r"[^\W\d_]{2,}", name)) > 2


def name_after_article(product: Product) -> Phrase:
    """Return the name as it stands behind "the": "retractable gel pen 0.7" of a name that is written as a sentence.

    Only an adjective is sure to be no name of its own: "Trek tent" and "Concert ukulele" keep their capitals.
    """
    first, *others = name_pieces(product)
    words = re.findall(r"[^\W\d_]+", product.name.value if product.name else "")
    is_brand = product.brand is not None and product.brand.key in first.keys
    is_sentence = len(words) > 2 and len(words[1]) > 2 and words[1].islower() and words[0].istitle()
    if is_brand or not is_sentence or not is_sure_adjective(words[0]):
        return (first, *others)
    return (replace(first, text=first.text[:1].lower() + first.text[1:]), *others)


def short_type(product: Product, kind: Phrase) -> Phrase:
    """Return the type as later sentences say it: "the camera" of a "mirrorless camera", "the olive oil" in full."""
    words = kind[0].text.split()
    head = words[-1].casefold()
    # The head of another compound may be a thing of its own: a hot dog is no dog.
    is_clear = len(words) > 1 and singular_noun(head) in COUNT_NOUNS and head not in MASS_NOUNS
    return (Piece(words[-1], kind[0].keys),) if is_clear and words[-1].islower() else kind


def takes_article(product: Product, name: str, *, is_work: bool) -> bool:
    """Tell whether "the" stands before the name: not before works, places and other proper names."""
    if (
        is_work
        or is_titled(product)
        or re.match(r"(?:the|a|an|my|our|this|el|la|le)\b", name, re.I)
        or not re.search(r"[A-Za-z]", name)
    ):
        return False
    if is_shouted(name):
        return True
    own = without_brand(name, product.brand.value.strip() if product.brand else "")
    if head_noun(own) in MASS_NOUNS:  # "Copier Paper A4"
        return False
    code = name.rpartition(" ")[2]
    has_number = " " in name and bool(re.search(r"\d", name) or (code.isupper() and len(code) < 5))
    return ends_in_noun(product, name) or (has_number and not re.search(r"[,%]", name))


def ends_in_noun(product: Product, name: str) -> bool:
    """Tell whether a name ends with a noun that is counted, or with the product's type: "Mountain Bottle Cage"."""
    kind = product.type.value if product.type else ""
    last = _head_word(without_brand(name.strip(), product.brand.value.strip() if product.brand else ""))
    is_type = bool(kind) and stem(last) == stem(kind.rpartition(" ")[2])
    is_device = " " in name.strip() and is_only_counted(last) and last.endswith(("er", "or"))
    is_thing_sold = is_product_noun(last) and (is_plural(last) or is_only_counted(last))
    is_counted = singular_noun(last) in COUNT_NOUNS or last in PLURAL_NAMES or is_device or is_thing_sold
    return (is_counted or is_type) and last not in MASS_NOUNS


def subject_name(product: Product) -> Phrase:
    """Return the name alone as a subject: "the Pebble Go"."""
    name = product.name
    assert name is not None
    if takes_article(product, name.value.strip(), is_work=False):
        text = phrase_text(name_after_article(product))
        return phrase("the {}", (Piece(text, (name.key,)),))
    return (Piece(name.value.strip(), (name.key,)),)
