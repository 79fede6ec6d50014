"""Delexicalisation: put placeholders such as "[name]" in the place of values such as "satellite eurus 65".

A small model learns last to copy a product's name or price letter by letter, and never learns it for names that it has
not seen. With placeholders it learns where a value belongs, and the value is filled in afterwards. Source: Wen et al.
2015, "Semantically Conditioned LSTM-based Natural Language Generation" (arXiv:1508.01745). The prompt shows the value
behind its placeholder, so that the words around it can agree with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.types import Scalar

Fields = Mapping[str, Scalar]

MIN_STATED = 0.6
"""Share of an attribute's values that the texts have to state verbatim."""

PARAPHRASED = {"", "?", "none", "dontcare", "true", "false", "yes", "no"}
"""Values that texts express in other words."""

_PLACEHOLDER = re.compile(r"\[([^\[\]]{1,60})\]")


@dataclass(frozen=True)
class Delexicalizer:
    """The attributes that get placeholders.

    A field "name 2" is a further value of the attribute "name" and has its own placeholder.
    """

    attributes: frozenset[str]

    @classmethod
    def fit(cls, rows: Iterable[tuple[Fields, str]]) -> Delexicalizer:
        """Choose the attributes whose values the texts state verbatim, from pairs of fields and text."""
        counts, stated = Counter[str](), Counter[str]()
        for fields, text in rows:
            for name, value in fields.items():
                if _has_placeholder(value):
                    counts[attribute(name)] += 1
                    stated[attribute(name)] += _value_pattern(str(value)).search(text) is not None
        return cls(frozenset(name for name, count in counts.items() if stated[name] >= MIN_STATED * count))

    def encode(self, fields: Fields) -> dict[str, Scalar]:
        """Return the fields as a prompt shows them: "[memory] 4 gb" for "4 gb"."""
        marks = self._placeholders(fields)
        return {name: f"{marks[name]} {value}" if name in marks else value for name, value in fields.items()}

    def encode_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a prompt's values with placeholders in the fields, and in the fields and texts of the examples."""
        examples = [
            (self.encode(fields), self.encode_text(text, fields)) for fields, text in values.get("examples", ())
        ]
        return {**values, "fields": self.encode(values["fields"]), **({"examples": examples} if examples else {})}

    def encode_text(self, text: str, fields: Fields) -> str:
        """Return a text with placeholders for the values of these fields, replacing the longest value first."""
        marks = self._placeholders(fields)
        for name in sorted(marks, key=lambda name: -len(str(fields[name]))):
            # A value inside of a placeholder or of a longer value is gone already; the rest is the field's own.
            text = _value_pattern(str(fields[name])).sub(marks[name].replace("\\", r"\\"), text)
        return text

    def restore(self, text: str, fields: Fields) -> str:
        """Return the text with values for placeholders. A placeholder whose field is absent is left out."""
        values = {mark: str(fields[name]) for name, mark in self._placeholders(fields).items()}
        ours = {name.replace(" ", "_") for name in self.attributes}

        def value(match: re.Match[str]) -> str:
            is_ours = re.sub(r"_\d+$", "", match[1]) in ours or match[1] in ours
            return values.get(match[0], "") if is_ours else match[0]

        return re.sub(r"(?<=\S) {2,}(?=\S)", " ", _PLACEHOLDER.sub(value, text)).strip()

    def tokens(self, rows: Iterable[Fields]) -> list[str]:
        """Return the placeholders of these rows, most frequent first: each deserves a token in a new vocabulary."""
        counts = Counter(mark for fields in rows for mark in self._placeholders(fields).values())
        return [mark for mark, _ in counts.most_common()]

    def _placeholders(self, fields: Fields) -> dict[str, str]:
        return {
            name: f"[{name.replace(' ', '_')}]"
            for name, value in fields.items()
            if attribute(name) in self.attributes and _has_placeholder(value)
        }


def attribute(name: str) -> str:
    """Return the attribute of a field: "name" for "name 2"."""
    return re.sub(r" \d+$", "", name)


def _has_placeholder(value: Scalar) -> bool:
    return value is not None and not isinstance(value, bool) and str(value).strip().casefold() not in PARAPHRASED


def _value_pattern(value: str) -> re.Pattern[str]:
    """Match a value at token boundaries, whatever its case and white space; never within a placeholder."""
    words = r"\s+".join(re.escape(word) for word in value.split())
    return re.compile(rf"(?<![\w.\[]){words}(?![\w\]])(?!\.\d)", re.IGNORECASE)
