"""Marks in place of values, such as "[name]" for "satellite eurus 65": who writes marks cannot misspell values.

Small models learn last to copy a product's name or price letter by letter, and never learn it for names that they have
not seen. With marks they learn where a value belongs; the value itself is put in afterwards. Source: delexicalisation,
as in Wen et al. 2015, "Semantically Conditioned LSTM-based Natural Language Generation" (arXiv:1508.01745). The value
stays in the prompt beside its mark, so that the words around it can agree with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.types import Scalar

Fields = Mapping[str, Scalar]

MIN_STATED = 0.6  # share of an attribute's values that the texts have to state verbatim
EMPTY = {"", "?", "none", "dontcare", "true", "false", "yes", "no"}
"""Values that texts express in other words."""


@dataclass(frozen=True)
class Delexicalizer:
    """Which attributes get marks. "name 2" is a further value of the attribute "name" and has a mark of its own."""

    attributes: frozenset[str]

    @classmethod
    def fit(cls, rows: Iterable[tuple[Fields, str]]) -> Delexicalizer:
        """Return marks for the attributes whose values the texts state verbatim, from (fields, text) pairs."""
        given, stated = Counter[str](), Counter[str]()
        for fields, text in rows:
            for name, value in fields.items():
                if _is_plain(value):
                    given[attribute(name)] += 1
                    stated[attribute(name)] += _pattern(str(value)).search(text) is not None
        return cls(frozenset(name for name, count in given.items() if stated[name] >= MIN_STATED * count))

    def encode(self, fields: Fields) -> dict[str, Scalar]:
        """Return the fields as a prompt shows them: "[memory] 4 gb" for "4 gb"."""
        marks = self._marks(fields)
        return {name: f"{marks[name]} {value}" if name in marks else value for name, value in fields.items()}

    def encode_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a prompt's values with marks in its fields, and in the fields and texts of its examples."""
        examples = [(self.encode(given), self.encode_text(text, given)) for given, text in values.get("examples", ())]
        return {**values, "fields": self.encode(values["fields"]), **({"examples": examples} if examples else {})}

    def encode_text(self, text: str, fields: Fields) -> str:
        """Return a text in which marks stand for the values of these fields, the longest value first."""
        marks = self._marks(fields)
        for name in sorted(marks, key=lambda name: -len(str(fields[name]))):
            # A value inside of a mark or of a longer value is gone already; what is left is the field's own.
            text = _pattern(str(fields[name])).sub(marks[name].replace("\\", r"\\"), text)
        return text

    def restore(self, text: str, fields: Fields) -> str:
        """Return the text with values for marks. A mark of a field that was not given is left out."""
        values = {mark: str(fields[name]) for name, mark in self._marks(fields).items()}
        known = {name.replace(" ", "_") for name in self.attributes}

        def value(found: re.Match[str]) -> str:
            is_ours = re.sub(r"_\d+$", "", found[1]) in known or found[1] in known
            return values.get(found[0], "") if is_ours else found[0]

        restored = _MARK.sub(value, text)
        return re.sub(r"(?<=\S) {2,}(?=\S)", " ", restored).strip()

    def tokens(self, rows: Iterable[Fields]) -> list[str]:
        """Return the marks that these rows need, most frequent first: worth a token each in an own vocabulary."""
        counts = Counter(mark for fields in rows for mark in self._marks(fields).values())
        return [mark for mark, _ in counts.most_common()]

    def _marks(self, fields: Fields) -> dict[str, str]:
        return {
            name: f"[{name.replace(' ', '_')}]"
            for name, value in fields.items()
            if self._knows(name) and _is_plain(value)
        }

    def _knows(self, name: str) -> bool:
        return attribute(name) in self.attributes


def attribute(name: str) -> str:
    """Return the attribute of a field: "name" for "name 2"."""
    return re.sub(r" \d+$", "", name)


def _is_plain(value: Scalar) -> bool:
    return value is not None and not isinstance(value, bool) and str(value).strip().casefold() not in EMPTY


_MARK = re.compile(r"\[([^\[\]]{1,60})\]")


def _pattern(value: str) -> re.Pattern[str]:
    """Match a value at token boundaries, whatever its case and white space; never within a mark."""
    words = r"\s+".join(re.escape(word) for word in value.split())
    return re.compile(rf"(?<![\w.\[]){words}(?![\w\]])(?!\.\d)", re.IGNORECASE)
