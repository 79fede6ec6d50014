"""Values of a part in two halves, put in the order of a noun phrase: "3, telescopic" legs are 3 telescopic legs."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import is_noun, is_participle, is_sure_adjective
from rag.describe.fields.values import has_unit, is_measure
from rag.describe.fields.word_lists import listed_words
from rag.describe.product import ProductField
from rag.describe.realise.english import article, cased_label, countability, is_plural, singular_noun
from rag.describe.realise.word_classes import COUNT_NOUNS, MATERIALS, PART_NOUNS

_HALVES = re.compile(r"(?P<first>[^,;:()]{1,40}), (?P<second>[^,;:()]{1,40})")
_COUNTED = re.compile(r"(?P<number>\d{1,3}),? (?P<how>[^\W\d]+(?:-[^\W\d]+)*)")
_ABSTRACT = frozenset({"range", "setting", "speed", "level", "stage", "size", "option", "mode", "rate", "limit"})
_MATERIAL = re.compile(r"(?:(?:main|outer|product) )?(?:materials?|composition|fabric)")


@lru_cache(maxsize=4096)
def comma_template(field: ProductField) -> str:
    """Return what the product has or is, its value between the braces, "" for a value without two sure halves.

    "{3 telescopic} legs", "a {25.4 cc 2-stroke petrol} engine", "<is> made of {polyester with a cotton lining}".
    """
    label = re.sub(r"[\s_-]+", " ", field.label).strip(" :")
    if field.kind not in ("text", "measure") or field.relation or not label:
        return ""
    value = field.value.strip()
    if counted := _COUNTED.fullmatch(value):
        return _counted(cased_label(label), counted["number"], counted["how"].casefold())
    halves = _HALVES.fullmatch(value)
    if halves is None:
        return ""
    first, second = halves["first"].strip(), halves["second"].strip()
    if _MATERIAL.fullmatch(label.casefold()):
        return _of_materials(first.casefold(), second.casefold())
    head = singular_noun(label.rpartition(" ")[2].casefold())
    if head not in PART_NOUNS | (COUNT_NOUNS - _ABSTRACT) or not (is_measure(second) and has_unit(second)):
        return ""
    return _measured(cased_label(label), first, second)


def _counted(label: str, number: str, how: str) -> str:
    if not is_plural(label) or int(number) < 2:
        return ""
    if how in ("included", "supplied"):
        return f"<includes> {{{number}}} {label}"
    is_how = (is_sure_adjective(how) or is_participle(how)) and how not in ("required", "needed", "recommended")
    return f"{{{number} {how}}} {label}" if is_how else ""


def _measured(label: str, what: str, measure: str) -> str:
    """Return "a {3 mm toughened glass} door": the words before the noun are a material, an adjective or a code."""
    words = what.casefold().split()
    is_made_of = all(word in MATERIALS for word in words[-1:])
    is_before = is_made_of or is_predicate(what.casefold()) or re.match(r"\d+-[a-z]+ [a-z]+$", what) or what.isupper()
    if not is_before or len(words) > 3 or is_noun(measure):
        return ""
    stated = f"{measure} {what if what[:1].isdigit() or what.isupper() else what[:1].lower() + what[1:]}"
    determiner = "" if is_plural(label) or countability(label) == "mass" else f"{article(stated)} "
    return f"{determiner}{{{stated}}} {label}"


def _of_materials(main: str, other: str) -> str:
    part, _, material = other.partition(" ")
    is_known = all(word in MATERIALS for word in re.findall(r"[a-z]+", f"{main} {material}"))
    if part not in listed_words("parts_of_material") or not material or not is_known or re.search(r"\d", main):
        return ""
    determiner = "" if is_plural(part) or part in ("padding", "filling", "mesh") else f"{article(material)} "
    return f"<is> made of {{{main} with {determiner}{material} {part}}}"
