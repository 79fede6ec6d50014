"""Read the reviews among the fields of a product, so that none of their words counts as a field.

>>> fields, reviews = take_reviews({"name": "Fell", "reviews": [{"text": "Light.", "author": "Ann", "rating": "4/5"}]})
>>> fields, reviews[0].attribution
({'name': 'Fell'}, 'Ann, 4 of 5')
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal

from ingest.errors import InputError
from rag.describe.fields.plain_text import plain_text
from rag.describe.review import Review

_FIELD = re.compile(
    r"(?:(?:all|buyer|client|customer|latest|our|product|reader|recent|top|user|verified)s?'? )*"
    r"(?:reviews?|testimonials?)"
)
_TEXT = ("text", "review", "body", "reviewbody", "review text", "comment", "content", "quote")
_SOURCE = ("author", "source", "name", "reviewer", "customer", "user", "publisher")
_RATING = ("rating", "stars", "score", "rating value", "reviewrating", "review rating")
_BEST = ("best", "best rating", "max rating", "max", "scale", "out of")
_DATE = ("date", "published", "date published", "created", "created at")
_RATED = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:(?:/|of|out of)\s*(\d+)|(stars?))?(?:\s*stars?)?", re.IGNORECASE)


def take_reviews(given: Mapping[str, object]) -> tuple[dict[str, object], tuple[Review, ...]]:
    """Return the fields without those of reviews, and the reviews.

    A field such as "reviews", "customer_reviews" or "testimonials" holds a text, a list of texts, or a list of objects
    with a text and perhaps a source, a rating and a date; in a cell of a table, the list is JSON. A number is none of
    these, and stays a field. Raises InputError for a review without text and rating, or a rating that is no number.
    """
    if not isinstance(given, Mapping):
        raise InputError(f"a product is an object of fields, not {type(given).__name__}")
    fields: dict[str, object] = {}
    reviews: list[Review] = []
    for key, value in given.items():
        items = _items_of(value) if _FIELD.fullmatch(_words(key)) else None
        if items is None:
            fields[key] = value
            continue
        reviews += filter(None, (_read(key, number, item) for number, item in enumerate(items, start=1)))
    # The same words of the same person are one review, however often they are given.
    return fields, tuple(dict.fromkeys(reviews))


def _items_of(value: object) -> list[object] | None:
    """Return the reviews that a field holds, None for a value that is something else, such as their number."""
    if isinstance(value, str) and value.strip()[:1] in ("[", "{"):
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, list | tuple):
        return list(value)
    is_text = isinstance(value, str) and len(re.findall(r"[^\W\d_]+", value)) > 1 and not _RATED.match(value.strip())
    return [value] if is_text else None


def _read(key: str, number: int, item: object) -> Review | None:
    if item is None or isinstance(item, str):
        text = _line(item)
        return Review(text) if text else None
    if not isinstance(item, Mapping):
        raise InputError(f"review {number} of {key!r} is {item!r}: give a text, or an object with a text")
    values = {_words(name): value for name, value in item.items()}
    text, source, day = (_line(_first(values, names)) for names in (_TEXT, _SOURCE, _DATE))
    rating, best = _rating_of(key, number, values)
    if not text and rating is None:
        raise InputError(
            f"review {number} of {key!r} has neither a text nor a rating: {', '.join(values) or 'it is empty'}"
        )
    return Review(text, source, rating, best, day)


def _rating_of(key: str, number: int, values: Mapping[str, object]) -> tuple[Decimal | None, Decimal | None]:
    content = _first(values, _RATING)
    if isinstance(content, Mapping):  # of schema.org
        own = {_words(name): value for name, value in content.items()}
        values = {**values, **own}
        content = own.get("rating value")
    line = _line(content)
    if not line:
        return None, None
    match = _RATED.fullmatch(line)
    if match is None:
        raise InputError(f"review {number} of {key!r} has the rating {line!r}: give a number, such as 4 or 4/5")
    best = match[2] or ("5" if match[3] else _line(_first(values, _BEST)))
    rating = Decimal(match[1].replace(",", "."))
    highest = Decimal(best) if best.isdecimal() else None
    if highest is not None and rating > highest:
        raise InputError(f"review {number} of {key!r} has the rating {line!r}, which is more than {highest}")
    return rating, highest


def _first(values: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((values[name] for name in names if values.get(name) not in (None, "")), None)


def _line(value: object) -> str:
    """Return a value as plain text in one line; the author of schema.org is an object with a name."""
    if isinstance(value, Mapping):
        value = value.get("name")
    if not isinstance(value, str | int | float | Decimal | date):
        return ""
    return " ".join(plain_text(value).split())


def _words(name: object) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name))
    return " ".join(re.findall(r"[^\W_]+'?", spaced)).casefold()
