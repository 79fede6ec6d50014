"""The kind of clause that says a boolean: what the product is, has, contains, does, comes with."""

from __future__ import annotations

import re
from typing import Literal

from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import infinitive, is_gerund, is_noun, is_participle, is_plural_word, word_uses
from rag.describe.product import ProductField
from rag.describe.realise.english import countability, head_noun
from rag.describe.realise.word_classes import (
    COUNT_NOUNS,
    MASS_NOUNS,
    OPEN_ADJECTIVES,
    PART_NOUNS,
    PREPOSITIONS,
    SUBSTANCES,
    VERBS,
)

BooleanKind = Literal["quality", "feature", "content", "inclusion", "action", "detail"]

_KINDS_OF_THING = frozenset(["device", "product", "item", "model", "edition", "toy", "book", "set", "unit"])
_STATE = re.compile(
    r"(.+) (?:included|required|supported|available|supplied|provided|possible|allowed|enabled|disabled|installed)"
)
_EFFECT = re.compile(
    r"(?:auto|automatic) (?:shut ?-?off|switch ?-?off|power ?-?off|cut ?-?off|reverse|focus|start|stop|rewind|feed"
    r"|defrost|clean|tune|play|sleep|standby|lock|pause|ignition|duplex|shutdown|levelling|leveling)"
)
_CARE = frozenset(["dry", "wash", "clean", "iron", "bleach"])
_MODAL = re.compile(r"(?:can|may|must|should) (?:not )?(?:be )?\w+")


def boolean_kind(field: ProductField, label: str) -> BooleanKind:
    """Return the kind of clause that says a boolean with a label in lower case; "detail" is "Label: yes"."""
    label = re.sub(r"^(built|plug) in (?=[a-z])", r"\1-in ", label)
    words = label.split()
    if not words or len(words) > 6 or re.search(r"[():;?!/|]", label):
        return "detail"
    if "without" in words[1:] and not field.is_true:  # a denial denied
        return "detail"
    if words[-1] in _CARE and len(words) > 1:  # "tumble dry: no"
        return "detail"
    if len(words) > 1 and _is_part_predicate(words):
        return "inclusion"
    # "Returns accepted" is said of the returns.
    if len(words) == 2 and is_plural_word(words[0]) and is_participle(words[1]) and words[1] != "needed":
        return "inclusion"
    if is_effect(label):
        return "feature"
    if len(words) > 2 and words[1] in PREPOSITIONS and word_uses(words[0]) == {"verb"}:  # "toast from frozen"
        return "detail"
    if len(words) > 1 and (_MODAL.match(label) or says_action(label)):
        return "detail" if label.startswith("may contain ") and not field.is_true else "action"
    if words[-1] == "needed" and len(words) > 1:
        return "action"
    if _STATE.fullmatch(label) and label.split()[0] not in PREPOSITIONS:
        subject = label.rpartition(" ")[0]
        last = subject.rpartition(" ")[2]
        is_thing_there = is_noun(last) or is_gerund(last) or countability(subject) != "unknown"
        is_state = field.is_true or words[-1] not in ("enabled", "disabled", "installed")
        return "inclusion" if is_thing_there and is_state and not is_predicate(subject) else "detail"
    if field.relation and (kind := _related_kind(field, label)) is not None:
        return kind
    if words[0] == "non" and len(words) > 1 and (len(words) == 2 or is_predicate(label)):
        return "quality"
    if words[0] in ("no", "not", "without"):  # A denial in the label: kept as it stands where it is true.
        return "feature" if field.is_true and words[0] == "no" and len(words) > 1 else "detail"
    head = head_noun(label)
    if len(words) > 2 and words[1] in PREPOSITIONS and words[-1] not in PREPOSITIONS:
        is_open = words[0] in OPEN_ADJECTIVES or (is_predicate(words[0]) and words[1] in ("to", "for", "from", "in"))
        return "quality" if is_open else "detail"
    if words[0] in ("for", "in", "on") and len(words) > 1:
        return "quality"
    if words[-1] in PREPOSITIONS:
        return "detail"
    if head in SUBSTANCES and not is_predicate(label):
        return "content"
    if is_predicate(label):
        return "quality"
    if says_action(label):
        return "action"
    if head in _KINDS_OF_THING or (field.is_true and countability(label) == "unknown"):
        return "detail"
    # A single word that only the lexicon counts may be the name of an effect: "blackout".
    is_doubtful = len(words) == 1 and head not in COUNT_NOUNS | MASS_NOUNS and countability(label) == "count"
    return "detail" if is_doubtful and field.is_true else "feature"


def is_effect(label: str) -> bool:
    """Tell whether a label is what a product does by itself, said without an article: "auto reverse"."""
    return _EFFECT.fullmatch(label) is not None


def _is_part_predicate(words: list[str]) -> bool:
    """Tell whether a label says something of a part: "cover washable"."""
    return words[-2] in PART_NOUNS - {"wall", "head"} and re.search(r"[ai]ble$", words[-1]) is not None


def says_action(label: str) -> bool:
    """Tell whether a label is a verb in the third person with what follows it: "folds flat", "makes noise"."""
    first, _, rest = label.partition(" ")
    if first in VERBS:
        return bool(rest) or first not in ("has", "fits", "comes", "uses", "includes", "contains", "requires")
    following, last = rest.partition(" ")[0], rest.rpartition(" ")[2]
    # "Scans receipts" has an object, and "sports bras" are things.
    if (
        infinitive(first)
        and (is_plural_word(last) or last in ("cds", "dvds", "pcs"))
        and first not in _NOT_SAID_AS_VERBS
    ):
        return True
    is_verb = bool(infinitive(first)) and not is_noun(first)
    return bool(infinitive(first)) and (
        (is_verb and bool(rest)) or following in PREPOSITIONS or "adverb" in word_uses(following) or following == "up"
    )


_NOT_SAID_AS_VERBS = frozenset(["sports", "goods", "arms", "glasses", "contents", "means", "savings", "lens"])


def _related_kind(field: ProductField, label: str) -> BooleanKind | None:
    """Return the kind of a boolean whose relation is known, None where its label has to tell."""
    last = label.rpartition(" ")[2]
    if field.relation == "is":
        is_unknown = label.isalpha() and not word_uses(label) and not is_participle(label) and not is_predicate(label)
        if (
            is_unknown and countability(label) == "unknown"
        ):  # a wetsuit needs an article, and who knows what else is one
            return "detail"
        if is_predicate(label) or label.split()[0] in PREPOSITIONS or not (is_noun(last) or last.isupper()):
            return "quality"
        return "quality" if " " not in label and "counted" in word_uses(label) else "detail"
    if field.relation == "has":
        return None
    if field.relation in ("requires", "supports"):
        return "action" if countability(label) != "unknown" or is_noun(last) or not is_predicate(label) else "detail"
    if field.relation == "may contain":
        return "action" if field.is_true else "detail"
    if field.relation == "contains" and "included" in field.key.casefold():
        return "inclusion"
    kinds: dict[str, BooleanKind] = {
        "contains": "content", "free from": "content", "includes": "inclusion", "suits": "quality",
    }  # fmt: skip
    return kinds.get(field.relation)
