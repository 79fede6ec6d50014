"""The phrases that say booleans: "is waterproof, but not cordless", "contains no palm oil", "a lid is included"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import infinitive, is_only_counted, plural, word_uses
from rag.describe.product import ProductField
from rag.describe.realise.attributes import label_words
from rag.describe.realise.boolean_kinds import is_effect
from rag.describe.realise.english import article, countability, is_plural
from rag.describe.realise.grouping import PlannedClause, cut_evenly
from rag.describe.realise.phrases import Phrase, Piece, join_phrases, note_words, phrase, phrase_text, shown_label
from rag.describe.realise.word_classes import MASS_NOUNS, PREPOSITIONS

_NO_ARTICLE = PREPOSITIONS | {"a", "an", "the"}
_Item = TypeVar("_Item")


def boolean_phrases(clause: PlannedClause) -> list[Phrase]:
    """Return verb phrases that state all booleans of a clause; those of an "inclusion" have subjects of their own."""
    true = [field for field in clause.fields if field.is_true]
    false = [field for field in clause.fields if not field.is_true]
    if clause.kind == "quality":
        return _qualities(true, false)
    if clause.kind == "content":
        return _possessions("<contains>", [_labelled(one) for one in true], [_labelled(one) for one in false])
    if clause.kind == "feature":
        denied = [one for one in true if label_words(one).startswith("no ")]
        asserted = [_feature(one) for one in true if one not in denied]
        denials = [_labelled(one) for one in false]
        stripped = [(Piece(re.sub(r"^no ", "", shown_label(one)), (one.key,)),) for one in denied]
        return _possessions("<has>", asserted, [*denials, *stripped])
    if clause.kind == "action":
        return [_action(one) for one in clause.fields]
    return _inclusions(true, is_true=True) + _inclusions(false, is_true=False)


def _labelled(field: ProductField) -> Phrase:
    return (Piece(shown_label(field) + note_words(field), (field.key,)),)


def _qualities(true: Sequence[ProductField], false: Sequence[ProductField]) -> list[Phrase]:
    """Return "is A and B", "is A, but not B", "is neither A nor B"; four or more of one sign are two phrases."""
    affirmed, denied = [_quality(one) for one in true], [_quality(one) for one in false]
    if len(affirmed) <= 3 and len(denied) == 1 and affirmed and _are_alike(true, false[0]):
        return [phrase("<is> {}, but not {}", join_phrases(affirmed), denied[0])]
    phrases = [phrase("<is> {}", join_phrases(part)) for part in _in_parts(affirmed)]
    for part in _in_parts(denied):
        if len(part) == 2 and _are_plain(part):
            phrases.append(phrase("<is> neither {} nor {}", *part))
        else:
            phrases.append(phrase("<is> {}", join_phrases([phrase("not {}", one) for one in part])))
    return phrases


_DIETS = frozenset(["vegan", "vegetarian", "organic", "halal", "kosher"])


def _are_alike(true: Sequence[ProductField], false: ProductField) -> bool:
    """Tell whether two qualities contrast: "damp rated, but not wet rated", and not "vegan, but not sparkling"."""
    label = label_words(false).replace("-", " ")
    words = set(label.split()) - PREPOSITIONS
    labels = [label_words(one).replace("-", " ") for one in true]
    return any(words & set(one.split()) for one in labels) or (label in _DIETS and bool(_DIETS & set(labels)))


def _are_plain(qualities: Sequence[Phrase]) -> bool:
    """Tell whether "neither A nor B" reaches to the end of B: not over "suitable for outdoors"."""
    return not any(re.search(r" (?:for|with|to|in) ", phrase_text(one)) for one in qualities)


def _quality(field: ProductField) -> Phrase:
    is_bare = field.relation == "suits" and not label_words(field).startswith("suit")
    label = label_words(field)
    is_counted = "counted" in word_uses(label)
    if field.relation == "is" and not is_predicate(label) and is_counted:  # "is an expansion"
        return phrase(f"{article(label)} {{}}", _labelled(field))
    if for_whom := _SAFE.fullmatch(label):  # "safe for pets"
        whom = for_whom["whom"]
        is_one = whom.rpartition(" ")[2] not in MASS_NOUNS and "counted" in word_uses(whom)
        whom = plural(whom) if is_one else whom
        return phrase("safe for {}", (Piece(whom + note_words(field), (field.key,)),))
    words = _joined(shown_label(field))
    return phrase("suitable for {}" if is_bare else "{}", (Piece(words + note_words(field), (field.key,)),))


_SAFE = re.compile(
    r"(?P<whom>(?!dishwasher|microwave|oven|freezer|fridge|machine|food|child|colou?r|reef|skin|tumble).+) safe"
)
_PREFIXED = re.compile(r"^(anti|self|semi|multi|ultra|pre) (?=[a-z])")
_ENDINGS = r"drying|lasting|wearing|fitting|growing|flowering|acting|setting|burning|bearing|standing"


def _joined(label: str) -> str:
    """Return an adjective of two words with its hyphen: anti-vibration, two-stroke, quick-drying, in-ground."""
    is_compound = len(label.split()) == 2 and (
        re.fullmatch(rf"(?:in|on|off|over|under) [a-z]+|[a-z]+ (?:{_ENDINGS}|bound|mounted|powered|operated)", label)
        or (is_predicate(label) and re.match(r"(?:one|two|three|four|five|six|seven|eight|\d+) ", label))
    )
    return label.replace(" ", "-") if is_compound else _PREFIXED.sub(r"\1-", label)


def _possessions(verb: str, affirmed: Sequence[Phrase], denied: Sequence[Phrase]) -> list[Phrase]:
    """Return "has A and B", "has A, but no B", "has no A and no B"."""
    nones = [phrase("no {}", one) for one in denied]
    if len(affirmed) <= 3 and 1 <= len(nones) <= 2 and affirmed:
        return [phrase(f"{verb} {{}}, but {{}}", join_phrases(affirmed), join_phrases(nones))]
    return [phrase(f"{verb} {{}}", join_phrases(part)) for part in (*_in_parts(affirmed), *_in_parts(nones))]


def _in_parts(items: Sequence[_Item], size: int = 4) -> Iterator[Sequence[_Item]]:
    """Return items in parts of at most `size`, about as long as each other."""
    return cut_evenly(items, -(-len(items) // size))


def _feature(field: ProductField) -> Phrase:
    label = shown_label(field)
    if is_effect(label.casefold()):
        return (Piece(re.sub(r" off$", "-off", label) + note_words(field), (field.key,)),)
    determiner = f"{article(label)} " if countability(label) == "count" else ""
    return phrase(f"{determiner}{{}}", _labelled(field))


def _action(field: ProductField) -> Phrase:
    """Return "contains nuts" or "does not contain nuts", for a label that is a verb phrase."""
    label = shown_label(field)
    verb, _, rest = label.partition(" ")
    if verb in ("can", "must", "should") or (verb == "may" and not field.relation):
        denial = "" if field.is_true else "not" if verb == "can" else " not"
        return phrase(f"{verb}{denial} {{}}", _rest(field, rest))
    if label.endswith(" needed"):
        verb, rest = "needs", label.removesuffix(" needed")
    elif field.relation in ("requires", "supports", "may contain"):
        verb, rest = field.relation, label
    if verb.startswith("may"):
        return phrase("may contain {}" if field.relation else "{}", _labelled(field))
    third = verb if verb.endswith("s") else f"{verb}s"
    stem = infinitive(third) or third.removesuffix("s")
    noun = rest
    # The object needs an article where one is counted: "includes a lid".
    is_one = countability(rest) == "count" or (field.relation == "requires" and is_only_counted(rest))
    if is_one and not is_predicate(rest) and rest.split()[0] not in _NO_ARTICLE:
        noun = f"{article(rest)} {rest}"
    object_words = _rest(field, noun)
    if not rest:
        lone = (Piece(f"<{third}>" if field.is_true else stem, (field.key,)),)
        return phrase("{}{}" if field.is_true else "<does> not {}{}", lone, object_words)
    return phrase(f"<{third}> {{}}", object_words) if field.is_true else phrase(f"<does> not {stem} {{}}", object_words)


def _rest(field: ProductField, words: str) -> Phrase:
    return (Piece(words + note_words(field), (field.key,)),) if words or field.note else ()


def _inclusions(fields: Sequence[ProductField], *, is_true: bool) -> list[Phrase]:
    """Return "a cushion and a lid are included", "the battery is not included": sentences, by their participle."""
    sentences: list[Phrase] = []
    for participle in dict.fromkeys(map(_participle, fields)):
        alike = [one for one in fields if _participle(one) == participle]
        for part in _in_parts(alike, size=3):
            subjects = [_subject(one, participle) for one in part]
            is_many = len(part) > 1 or is_plural(re.sub(rf" {participle}$", "", shown_label(part[0])))
            verb = ("are" if is_many else "is") + ("" if is_true else " not")
            sentences.append(phrase(f"{{}} {verb} {participle}", join_phrases(subjects)))
    return sentences


def _participle(field: ProductField) -> str:
    last = label_words(field).rpartition(" ")[2]
    return "included" if field.relation in ("includes", "contains") else last


def _subject(field: ProductField, participle: str) -> Phrase:
    noun = re.sub(rf" {participle}$", "", shown_label(field), flags=re.I)
    counted = countability(noun)
    is_bare = counted == "plural" or noun.rpartition(" ")[2].casefold() in MASS_NOUNS
    is_part = re.search(r"[ai]ble$", participle) is not None and participle not in ("available", "possible")
    if is_part:
        return phrase("the {}", (Piece(noun + note_words(field), (field.key,)),))
    determiner = f"{article(noun)} " if counted == "count" else ("" if is_bare else "the ")
    return phrase(f"{determiner}{{}}", (Piece(noun + note_words(field), (field.key,)),))
