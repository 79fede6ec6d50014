"""The fields that are said as they were given, because their words are not sure to mean what they seem to.

An allergen, a warning, an age limit or an exclusion is never left out and never said in words of another meaning.
"""

from __future__ import annotations

import re

from rag.answer.words import fold
from rag.describe.fields.labels import Label
from rag.describe.product import Relation

ALLERGEN_LABELS: dict[str, Relation] = {
    "": "contains", "contains": "contains", "contain": "contains", "contained": "contains", "present": "contains",
    "may contain": "may contain", "may contain traces": "may contain", "may contain traces of": "may contain",
    "traces": "may contain", "trace": "may contain", "traces of": "may contain", "possible traces": "may contain",
    "possible traces of": "may contain",
    "free from": "free from", "free of": "free from", "does not contain": "free from", "contains no": "free from",
    "not contained": "free from", "absent": "free from",
}  # fmt: skip
"""What the words beside "allergens" in a label say of the allergens in the value, before them or behind."""

_ALLERGEN = r"allergens?|allergy|allergies"
_ABOUT = r"advice|information|infos?|warnings?|statements?|declarations?|lists?|food|details?|data|and|in the product"
_ALLERGEN_WORDS = re.compile(rf"\b(?:{_ALLERGEN})\b")
_ABOUT_WORDS = re.compile(rf"\b(?:{_ALLERGEN}|{_ABOUT})\b|[^\w\s]")

# Labels that deny or warn, whatever stands behind them.
_DENYING_LABEL = re.compile(
    r"(?:do|does|is|are|was|must|should|can|may|will) ?not\b|don['’]?t\b|doesn['’]?t\b|not\b|never\b|avoid\b|cannot\b"
    r"|without\b|except(?:ions?|ing)?\b|excluding\b|unsuitable\b|incompatible\b|missing\b|unless\b|only\b"
    r"|cross[- ]conta\w+|contra-?indicat\w+|precautions?\b|beware\b|(?:contains|has|have|comes with) no\b",
    re.IGNORECASE,
)
_BOUND = r"under|over|above|below|up to|from|until|than|at least|at most|minimum|maximum|younger|older|aged?|ages"
_BOUND_FIGURE = re.compile(
    rf"\b(?:{_BOUND})\b.*\d|\d.*\b(?:and|or) (?:over|above|under|below|older|younger|up)\b", re.I
)
_OPEN_BOUND = re.compile(
    r"\b(?:suitable|fits?|usable|safe|approved|allowed|recommended|people|children|persons?|riders?|babies|infants|"
    r"dogs|cats|for)\b.*\b(?:under|over|above|below|up to|from|until)$",
    re.IGNORECASE,
)
_WARNING_VALUE = re.compile(
    r"(?:do not|don['’]?t|never|must not|should not|cannot|can not|may not|avoid|unless|beware|caution|danger"
    r"|(?:available|sold|supplied|ordered) separately"
    r"|not (?:for|to|suitable|recommended|admitted|allowed|permitted|intended|approved|compatible|under|below))\b",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    r"\b(?:(?:may|can) contain|contains|traces of|free (?:from|of)|warning|keep away)\b", re.IGNORECASE
)
_CONDITION = re.compile(
    r"(?:only|not|no|from|until|unless|if|when|with|without|except|ask|see|consult|unclear|unknown|depends|up to|under"
    r"|over|above|below|after|before|on|in|at|once|while|during)\b",
    re.IGNORECASE,
)
_CHARGE = re.compile(
    r"(?:fees?|surcharges?|tolls?|costs?|postage|shipping|delivery|tax|taxes|vat|gst|breakages?|insurance|charges?|duty"
    r"|duties|tips?|gratuity|gratuities|commission|levy|tariff|freight|handling|customs|deposits?)"
    r" (?:is |are |not )?(?:included|incl|extra)",
    re.IGNORECASE,
)
# Words of other languages that deny, or say what may be there: their English is not ours to give.
_FOREIGN = re.compile(
    r"\b(?:frei (?:von|de)|ohne|keine?|enthalt|enthalten|kann spuren|spuren|sans|contient|peut contenir|sin|contiene"
    r"|senza|puede contener|puo contenere|zonder|bevat|kan bevatten|vrij van|allergene|allergenes|allergeni|alergenos|"
    r"allergenen|inneholder|innehaller|uten|utan|uden|pas de)\b|\b[a-z]{4,}(?:frei|vrij|fri)\b"
)
_PLAIN_NAME = re.compile(r"[^\W\d_][\w'’ /-]*(?:\([\w'’ ,/-]+\))?(?: [\w-]+)?")
_NO_NAME = re.compile(
    r"\b(?:no|not|non|none|nil|may|might|can|could|free|without|with|contains?|contained|except|but|see|check|refer|please"
    r"|ask|label|packaging|packing|website|absent|present|lacks?|lacking|excluded|excludes?|excluding|removed|substitutes?"
    r"|replac\w+|instead|alternative|suitable|unsuitable|safe|allerg\w+|intoleran\w+|avoid|if|known|unknown|possible"
    r"|possibly|traces?|vegan|vegetarian|recipe|yes|true|false|negative|positive|tested|declared|applicable|included|made"
    r"|produced|manufactured|processed|factory|facility|is|are|has|have|only|unless|where|never|nothing|low|reduced"
    r"|below|under|less)\b",
    re.IGNORECASE,
)


_FACTORY = re.compile(
    r"\b(?:factory|facility|premises|site|kitchen|bakery|equipment|machinery|line)\b.*"
    r"\b(?:handl\w+|process\w*|uses?|using|contains?|stores?|packs?|works? with)\b",
    re.IGNORECASE,
)


def allergen_words(label: Label) -> str | None:
    """Return what a label of allergens says beside that word, in lower case, None for another label."""
    whole = re.sub(r"[-_]", " ", fold(label.whole))
    if not _ALLERGEN_WORDS.search(whole):
        return None
    return " ".join(_ABOUT_WORDS.sub(" ", whole).split())


def is_plain_name(item: str) -> bool:
    """Return whether an item of a list of allergens is the name of one, and says nothing about it."""
    words = item.split()
    return (
        0 < len(words) <= 7
        and len(item) > 2
        and bool(_PLAIN_NAME.fullmatch(item))
        and not _NO_NAME.search(item)
        and not is_foreign_denial(item)
        and not re.search(r"-free$", item, re.IGNORECASE)
    )


def is_foreign_denial(text: str) -> bool:
    """Return whether a text has a word of another language that denies or hedges: "frei von", "peut contenir"."""
    return bool(_FOREIGN.search(fold(text)))


def warns(text: str) -> bool:
    """Return whether a text of its own holds a warning, a limit or an allergen, wherever in it."""
    return bool(_WARNING_VALUE.search(text) or _CONTENT.search(text) or _ALLERGEN_WORDS.search(fold(text)))


def is_charge(label: Label) -> bool:
    """Return whether a label asks if a price includes a charge, so that its "no" means that it comes on top."""
    return bool(_CHARGE.fullmatch(" ".join(label.whole.split()[-2:])))


def is_to_quote(label: Label, line: str, *, is_boolean: bool, is_substance: bool) -> bool:
    """Return whether a field warns, limits or denies in words that are not sure in another form than its own."""
    whole = label.whole.strip()
    if is_foreign_denial(whole) or _BOUND_FIGURE.search(whole):
        return True
    if is_boolean:
        return is_charge(label) or bool(re.match(r"(?:do not|don['’]?t|never|avoid|must not)\b", whole, re.IGNORECASE))
    if _OPEN_BOUND.search(whole):
        return True
    if is_substance:  # "milk: no (may contain traces)"
        return bool(re.match(r"(?:yes|no|none|false|true|without|free)\b.*[ (]", line, re.IGNORECASE))
    if label.relation in ("suits", "does not suit"):
        is_open = whole.casefold().endswith(" for")
        return not is_open or bool(_CONDITION.match(line))
    if label.relation in ("excludes", "free from", "may contain"):
        return False
    return label.denies or bool(_DENYING_LABEL.match(whole) or _WARNING_VALUE.match(line) or _FACTORY.search(line))
