"""The closed word lists of `word_lists.txt`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def listed_words(section: str) -> frozenset[str]:
    """Return the words and phrases of a section. Raises KeyError for an unknown one."""
    return _read_sections()[section]


@cache
def _read_sections() -> dict[str, frozenset[str]]:
    sections: dict[str, frozenset[str]] = {}
    name = ""
    for line in files("rag.describe.fields").joinpath("word_lists.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif line and not line.startswith("#"):
            words = (word.strip() for word in line.split(","))
            sections[name] = sections.get(name, frozenset()) | frozenset(filter(None, words))
    return sections
