"""Product descriptions from fields, checked: which values are not stated, which figures were never given."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.types import Scalar
from prompts.prompt import Prompt
from prompts.types import Dropped
from rag.cite import Content
from rag.generate.base import Decoding, Generator
from rag.retrieve import Retriever

Fields = Mapping[str, Scalar]


@dataclass(frozen=True)
class Description:
    """A description with what its check found.

    `unstated` names the fields whose value the text does not hold; `invented` lists numbers in the text that no field
    gives. Both are checked by words and digits: a paraphrase counts as unstated.
    """

    fields: Fields
    text: str
    unstated: tuple[str, ...]
    invented: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    model: str


class Describer:
    """Write product descriptions with a generator, showing it `similar` products from a store if asked to.

    `decoding` holds `Decoding`'s options by name; the rest are their defaults for descriptions.
    """

    def __init__(
        self,
        generator: Generator,
        retriever: Retriever | None = None,
        similar: int = 0,
        decoding: Mapping[str, Any] | None = None,
        prompt: Prompt | None = None,
    ) -> None:
        self.generator = generator
        self.retriever = retriever
        self.similar = similar
        self.prompt = prompt or Prompt.load("describe")
        self.decoding = replace(Decoding(max_new_tokens=96, repetition_penalty=1.1), **(decoding or {}))

    def describe(self, fields: Fields) -> Description:
        """Write one description. Raises ValueError when there is no field with a value."""
        given = {name: value for name, value in fields.items() if value not in (None, "")}
        if not given:
            raise ValueError("no fields to describe: give NAME=VALUE pairs or a file with rows")
        passages = []
        if self.retriever is not None and self.similar:
            asked = " ".join(str(value) for value in given.values())
            passages = [hit.chunk for hit in self.retriever.retrieve(asked, self.similar)]
        packed = self.prompt.pack(self.generator, self.decoding.max_new_tokens, {"fields": given}, passages)
        text = self.generator.generate([packed.prompt], self.decoding)[0].text.strip()
        unstated, invented = check(text, given)
        return Description(given, text, unstated, invented, packed.dropped, self.generator.name)


def check(text: str, fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of fields whose value is not in the text, and the text's numbers that no field gives."""
    said = Content.of(text)
    given = Content.of(" ".join(f"{name} {value}" for name, value in fields.items()))
    unstated = []
    for name, value in fields.items():
        wanted = Content.of(_said_name(name) if value is True else str(value))
        if value is not False and not (wanted.words <= said.words and wanted.numbers <= said.numbers):
            unstated.append(name)
    return tuple(unstated), tuple(sorted(said.numbers - given.numbers))


def read_products(pairs: Sequence[str], file: Path | None) -> list[Fields]:
    """Return the products given as NAME=VALUE pairs, or the rows of a JSON, JSONL or CSV file.

    Raises ValueError, saying what was given and what would work.
    """
    if bool(pairs) == (file is not None):
        raise ValueError("give the fields as NAME=VALUE pairs, or --file with rows")
    if file is None:
        return [dict(_pair(pair) for pair in pairs)]
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ValueError(f"no products at {file}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text") from None
    rows = _rows(text, file)
    if not rows:
        raise ValueError(f"{file} holds no rows")
    return rows


def _rows(text: str, file: Path) -> list[Fields]:
    if file.suffix.casefold() in (".csv", ".tsv"):
        delimiter = "\t" if file.suffix.casefold() == ".tsv" else ","
        return [{k: v for k, v in row.items() if k} for row in csv.DictReader(text.splitlines(), delimiter=delimiter)]
    try:
        content = json.loads(text)
        rows = content if isinstance(content, list) else [content]
    except json.JSONDecodeError:
        rows = [_json_line(each, f"{file}, line {n}") for n, each in enumerate(text.split("\n"), 1) if each.strip()]
    for row in rows:
        if not isinstance(row, dict):
            raise ValueError(f"{file}: each row has to be an object of fields, not {type(row).__name__}")
    return [{key: _flat(value) for key, value in row.items()} for row in rows]


def _json_line(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{place}: not JSON ({error.msg})") from None


def _flat(value: Any) -> Scalar:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return value if isinstance(value, Scalar) else json.dumps(value, ensure_ascii=False)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"{text!r} is not NAME=VALUE, such as brand=Acme")
    return name.strip(), value.strip()


def _said_name(name: str) -> str:
    return re.sub(r"[_\-.]+|(?<=[a-z])(?=[A-Z])", " ", name)
