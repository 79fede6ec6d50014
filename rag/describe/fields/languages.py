"""Columns of one attribute in several languages: of "name-en_GB" and "name-de_DE" the English one is read.

>>> without_translations(["name-en_GB", "name-de_DE", "colour", "Size FR"])
['name-en_GB', 'colour', 'Size FR']
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LANGUAGE = r"(?:en|de|fr|nl|it|es|pl|sv|da|nb|fi|pt|cs|sk|hu|ro|bg|el|ru|tr)"
_COLUMN = re.compile(
    rf"(?P<before>translations?[.\[])?(?(before)|(?P<name>.+?)(?:[-_. ]| ?[(\[]))(?P<language>{_LANGUAGE})"
    rf"(?:[-_](?P<country>[a-z]{{2}}))?(?P<after>[\])]?(?:\..+|-\w+)?)",
    re.IGNORECASE,
)


def without_translations(keys: Sequence[str]) -> list[str]:
    """Return the names of columns without those in another language of what an English column says.

    A column that has no English sibling marked so stays: "size FR" is a French size.
    """
    parts = {key: match for key in keys if (match := _COLUMN.fullmatch(key.strip()))}
    english = {_base(match) for match in parts.values() if match["language"].casefold() == "en"}
    return [
        key
        for key in keys
        if key not in parts or parts[key]["language"].casefold() == "en" or _base(parts[key]) not in english
    ]


def _base(match: re.Match[str]) -> tuple[str, str]:
    return (match["name"] or match["before"]).casefold(), match["after"].casefold()
