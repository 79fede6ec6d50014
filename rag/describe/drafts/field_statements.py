"""The places of a sentence that state a field whole: its value in the field's own words, beside its label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.describe.drafts.draft_words import ARTICLES, DraftWord, find_run, read_draft_words
from rag.describe.product import Product, ProductField, Relation

Words = Sequence[DraftWord]


@dataclass(frozen=True)
class Window:
    """The words `words[start:end]` that state a field; `is_naming` says that these name the product or its look."""

    start: int
    end: int
    key: str
    is_naming: bool = False


def find_windows(words: Words, product: Product) -> tuple[Window, ...]:
    """Return the windows of all fields, which may overlap."""
    naming = tuple(_naming_windows(words, product))
    bare = [
        Window(start, end, field.key, is_naming=True)
        for field in product.stated
        if field.kind in ("text", "list") and field.label.casefold() in _BARE_LABELS and not field.is_quoted
        for start, end in _value_places(words, field)
    ]
    is_of_product = _has_product_as_subject(words, [*bare, *naming])
    windows = [*naming]
    for field in product.stated:
        if field.kind in ("name", "brand", "type") or field.is_quoted:
            continue
        if field.kind == "boolean":
            # "Its lid is vegan" says it of the lid, "the lid is 24 cm high" the height.
            windows += _boolean_windows(words, field) if is_of_product else ()
            continue
        for start, end in _value_places(words, field):
            bound = _bind_label(words, start, end, field) or _bind_relation(words, start, end, field)
            if bound and (is_of_product or bound[0] < start):
                windows.append(Window(*bound, field.key))
    if not is_of_product:
        return tuple(windows)
    labels = {field.key: field.label.casefold() for field in product.stated}
    said = (one for one in bare if _says_of_product(words, one, _BARE_LABELS[labels[one.key]], bare, naming))
    return (*windows, *said)


# --- names ------------------------------------------------------------------------------------------------------------


def _naming_windows(words: Words, product: Product) -> Iterator[Window]:
    """Yield the places of name, brand and type; a brand stands beside these or behind "by" and "from"."""
    head = [
        Window(at, end, field.key, is_naming=True)
        for field in product.stated
        if field.kind in ("name", "type")
        for run in (read_draft_words(field.value),)
        for at in range(len(words))
        if (end := find_run(words, at, run))
    ]
    yield from head
    for field in product.stated:
        if field.kind != "brand":
            continue
        for at in range(len(words)):
            end = find_run(words, at, read_draft_words(field.value))
            before = words[at - 1].text if at else ""
            is_alone = product.name is None and product.type is None
            if end and (before in ("by", "from", "brand") or any(one.start == end for one in head) or is_alone):
                yield Window(at - (before == "brand"), end, field.key, is_naming=True)


def _has_product_as_subject(words: Words, naming: Sequence[Window]) -> bool:
    """Tell whether a sentence begins with "it", the product or a quality of it: not "its lid"."""
    subject = 0
    while subject < len(words) and words[subject].text in ARTICLES | {"this", "these"}:
        subject += 1
    return subject < len(words) and (
        words[subject].text in ("it", "they") or words[0].text == "this" or any(one.start == subject for one in naming)
    )


def _says_of_product(
    words: Words, window: Window, preposition: str, bare: Sequence[Window], naming: Sequence[Window]
) -> bool:
    """Tell whether a colour, a material or an origin is said of the product itself: not "the lid is red"."""
    # Before the kind of thing: "a red stainless steel kettle".
    place = window.end
    while following := next((one for one in bare if one.start == place), None):
        place = following.end
    before = window.start - 1
    while before >= 0 and words[before].text in ARTICLES:
        before -= 1
    if any(one.start == place for one in naming):
        return True
    # Behind the product: "it is red", "the kettle comes in red", "it is made of steel".
    verbs = {"of": ("made",), "in": ("comes", "come", "available"), "from": ("comes", "come")}[preposition]
    if before >= 0 and words[before].text == preposition:
        before -= 1
        if before >= 0 and words[before].text in verbs:
            before -= 1
    if before >= 0 and words[before].text in ("is", "are"):
        before -= 1
    ends = {one.end for one in (*bare, *naming)}
    return before < 0 or words[before].text in ("it", "they", "and") or before + 1 in ends


# --- booleans ---------------------------------------------------------------------------------------------------------


def _boolean_windows(words: Words, field: ProductField) -> Iterator[Window]:
    label, note = read_draft_words(field.label), read_draft_words(field.note)
    denies = field.is_true is False
    is_denied = any(word.is_denied for word in label)
    for at in range(len(words)):
        end = find_run(words, at, label)
        if not end:
            continue
        said = {word.is_denied for word in words[at:end] if word.text not in _SMALL | _VERBS_OF_RELATIONS}
        # A denied word is denied again ("is not BPA-free") where the field denies its label.
        if said != {is_denied != denies}:
            continue
        if at and words[at - 1].text in _VERBS_OF_RELATIONS and field.relation == "contains":
            at -= 1
        if note:  # the condition belongs to it
            start = end + (end < len(words) and words[end].text == "but" and note[0].text != "but")
            if not (end := find_run(words, start, note)):
                continue
        yield Window(at, end, field.key)


# --- values -----------------------------------------------------------------------------------------------------------


def _value_places(words: Words, field: ProductField) -> Iterator[tuple[int, int]]:
    """Yield the places of the whole value, the items of a list in any order."""
    value = read_draft_words(field.shown)
    items = [read_draft_words(item) for item in field.items]
    for at in range(len(words)):
        if (end := find_run(words, at, value)) or (len(items) > 1 and (end := _find_items(words, at, items))):
            yield at, end


def _find_items(words: Words, at: int, items: Sequence[Words]) -> int | None:
    left, place, end = list(items), at, at
    while left:
        ends = [(item, item_end) for item in left if (item_end := find_run(words, place, item))]
        if not ends:
            return None
        item, end = max(ends, key=lambda one: one[1])
        left.remove(item)
        place = end
        is_denied = words[end - 1].is_denied
        while left and place < len(words) and words[place].text in ARTICLES | {"and", "or" if is_denied else "and"}:
            place += 1
    return end


def _bind_label(words: Words, start: int, end: int, field: ProductField) -> tuple[int, int] | None:
    """Return the place of a value with its label before or behind it: "a weight of 2 kg", "2-year warranty"."""
    if field.relation in ("may contain", "free from", "excludes", "does not suit") or _is_denied(words, start, end):
        return None
    labels = [read_draft_words(field.label), read_draft_words(field.key.replace("_", " "))]
    for label in labels:
        place = start
        while place and words[place - 1].text in _LINKS and start - place < 3:
            place -= 1
        for before in range(max(0, place - 2 * len(label) - 2), start):
            label_end = find_run(words, before, label)
            if label_end and place <= label_end <= start:
                return before, end
        # "64 GB memory" and "64 GB of memory"
        is_of = field.kind == "measure" and end < len(words) and words[end].text == "of"
        label_end = find_run(words, end + is_of, label)
        # "2 persons" of "persons: 2", but no "3 seasons" of "season: 3".
        is_count = field.shown.strip().isdigit() and not (label and words[(label_end or 1) - 1].text == label[-1].text)
        if label_end and not is_count:
            return start, label_end
    name = field.label.casefold()
    if start and words[start - 1].text in _VERBS_OF_LABELS.get(name, ()):
        return start - 1, end
    if end < len(words) and words[end].text in _ADJECTIVES_OF_LABELS.get(name, ()):
        return start, end + 1
    return None


def _bind_relation(words: Words, start: int, end: int, field: ProductField) -> tuple[int, int] | None:
    """Return the place of a value with the words before it that say its relation: "may contain nuts"."""
    while start and words[start - 1].text in ARTICLES:
        start -= 1
    for phrase in _RELATION_WORDS.get(field.relation, ()):
        said = phrase.split()
        before = [word.text for word in words[max(0, start - len(said)) : start]]
        ahead = words[start - len(said) - 1].text if start > len(said) else ""
        if before == said and ahead not in ("may", "not", "no"):
            return start - len(said), end
    return None


def _is_denied(words: Words, start: int, end: int) -> bool:
    """Tell whether the text denies a value, by a word before it."""
    return words[start].is_denied and all(word.is_denied for word in words[start:end] if word.text not in _SMALL)


_BARE_LABELS = {
    "colour": "in", "color": "in", "material": "of", "fabric": "of", "origin": "from", "country of origin": "from",
}  # fmt: skip
"""Labels that need not be said, with the preposition of their values: in red, made of steel, from Italy."""

_SMALL = ARTICLES | frozenset(
    [
        "and",
        "or",
        "of",
        "in",
        "with",
        "for",
        "to",
        "from",
        "free",
        "not",
        "no",
        "non",
        "on",
        "at",
        "by",
        ":",
        "&",
        ",",
        "-",
    ]
)
_LINKS = ARTICLES | frozenset(("of", "is", "are", ":", "="))
_VERBS_OF_LABELS = {
    "weight": ("weighs", "weigh"),
    "price": ("costs", "cost"),
    "capacity": ("holds", "hold"),
    "volume": ("holds", "hold"),
}
_ADJECTIVES_OF_LABELS = {
    "height": ("high", "tall"),
    "width": ("wide",),
    "depth": ("deep",),
    "length": ("long",),
    "thickness": ("thick",),
}
_RELATION_WORDS: dict[Relation, tuple[str, ...]] = {
    "contains": ("contains", "contain", "containing"),
    "may contain": ("may contain",),
    "free from": ("free from", "free of", "contains no", "contain no", "without", "with no", "has no", "have no"),
    "includes": ("includes", "include", "comes with", "come with"),
    "excludes": ("without", "does not include", "do not include"),
    "requires": ("requires", "require", "needs", "need"),
    "supports": ("supports", "support"),
    "suits": ("suitable for", "is for", "are for", "suits", "suit"),
    "does not suit": ("not suitable for", "not for"),
    "has": ("has a", "has", "have"),
}
"""The words that say a relation in place of the label."""
_VERBS_OF_RELATIONS = frozenset(("contains", "contain"))
