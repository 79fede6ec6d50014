"""Statements of a draft's sentence that do not stand where they are said of the product: "the lid is 24 cm high"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.describe.drafts.draft_words import ARTICLES, DraftWord
from rag.describe.drafts.field_statements import Window
from rag.describe.product import Product


def misplaced_words(words: Sequence[DraftWord], windows: Sequence[Window], product: Product) -> Iterator[int]:
    """Yield the places of words that bind a statement to another thing, or say it in another sense.

    Behind a statement stands a comma, "and", "but" or the end: any other word would make it the subject or bind
    something to it, as in "a price of 49 EUR with a cable".
    """
    fields = {field.key: field for field in product.fields}
    starts = {window.start: window for window in windows}
    inner = {place for window in windows for place in range(window.start, window.end)}
    for window in windows:
        if not window.is_naming:
            yield from _doubt_behind(words, window, starts)
        # Of the word before, articles and qualities left out: "is a red kettle", but neither "has" nor "in the kettle".
        before, has_article = window.start - 1, False
        while before >= 0 and words[before].text in ARTICLES:
            before, has_article = before - 1, True
        kind = fields[window.key].kind
        said_before = words[before].text if before >= 0 and before not in inner else ""
        is_head = kind in ("name", "type")
        if is_head and said_before not in ("", "is", "are", "this", "these", "and"):
            yield before
        # "It is the drill for wood": the only one.
        if kind == "type" and said_before in ("is", "are") and words[window.start - 1].text == "the":
            yield window.start - 1
        is_thing = kind == "boolean" and fields[window.key].relation not in ("", "is")
        is_guess = kind == "boolean" and fields[window.key].relation == "" and has_article
        if (is_thing or is_guess) and said_before in ("is", "are"):  # "it is a timer"
            yield before
    bare = {window.start for window in windows if window.is_naming and fields[window.key].kind not in ("name", "type")}
    for place, word in enumerate(words):
        following = place + 1
        while following < len(words) and words[following].text in ARTICLES:
            following += 1
        if place in inner:
            continue
        is_with_label = following in starts and fields[starts[following].key].kind in (
            "list",
            "text",
        )  # "in sizes M, L"
        if (
            (word.text in ("in", "of", "from", "by") and following not in bare and not is_with_label)
            or (word.text == "made" and (following >= len(words) or words[following].text not in ("of", "from", "by")))
            or (word.text == "that" and not any(window.end == place for window in windows if window.is_naming))
        ):
            yield place


def _doubt_behind(words: Sequence[DraftWord], window: Window, starts: dict[int, Window]) -> Iterator[int]:
    """Yield the place behind a statement where that goes on as no list of statements does."""
    place = window.end
    if place >= len(words) or words[place].text in ("and", "or", "but") or words[place].follows_comma:
        return
    # "A BPA free red kettle": qualities before the kind of thing.
    while following := starts.get(place):
        if following.is_naming:
            return
        place = following.end
    yield window.end
