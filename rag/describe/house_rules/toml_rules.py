"""Read the tables of rules.toml; a mistake is refused in a line that says where it is and what would work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from ingest.errors import ConfigError
from ingest.plugins import suggest
from ingest.toml_file import read_toml
from rag.describe.channels.write_channels import CHANNELS, Channel
from rag.describe.house_rules.address import ADDRESSES, Address
from rag.describe.house_rules.banned import BannedWords, banned_pattern
from rag.describe.licence.allowed import AllowedPhrases, words_of_phrase

Place = tuple[str, Channel | Literal[""]]
"""The product type and the channel that a table is for, "" for all."""


@dataclass(frozen=True)
class TextRules:
    """The rules of one table, or of all tables that fit a text. None is no rule."""

    banned: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    address: Address | None = None
    min_characters: int | None = None
    max_characters: int | None = None
    min_words: int | None = None
    max_words: int | None = None
    min_sentences: int | None = None
    max_sentences: int | None = None

    def joined(self, particular: TextRules) -> TextRules:
        """Return these rules with those of a more particular table."""
        joined: dict[str, Any] = {}
        for name in RULES:
            mine, theirs = getattr(self, name), getattr(particular, name)
            is_list = isinstance(mine, tuple)
            joined[name] = tuple(dict.fromkeys((*mine, *theirs))) if is_list else mine if theirs is None else theirs
        return TextRules(**joined)


RULES = tuple(rule.name for rule in fields(TextRules))
"""The names of the rules, as a file has them."""

_LISTS = ("banned", "required", "allowed")


def read_text_rules(file: Path) -> dict[Place, TextRules]:
    """Return the tables of a rules file by the place that they are for.

    Raises ConfigError for a file that cannot be read, an unknown table, channel or rule, a value of another type, and
    for rules that no text could keep.
    """
    content = read_toml(file, f'no rules at {file}: give a TOML file with rules such as: banned = ["cheap"]')
    tables: dict[Place, TextRules] = {("", ""): _read_table(content, ("channel", "type"), str(file))}
    for channel, table in _subtables(content, "channel", str(file)):
        tables["", _known_channel(channel, str(file))] = _read_table(table, (), f"{file}: [channel.{channel}]")
    for kind, table in _subtables(content, "type", str(file)):
        where = f"{file}: [type.{kind}]"
        if not words_of_phrase(kind):
            raise ConfigError(f'{where} names no type; write it as [type.kettle] or [type."dog bed"]')
        tables[kind, ""] = _read_table(table, ("channel",), where)
        for channel, inner in _subtables(table, "channel", where):
            inner_name = f"{file}: [type.{kind}.channel.{channel}]"
            tables[kind, _known_channel(channel, where)] = _read_table(inner, (), inner_name)
    for place, rules in tables.items():
        _refuse_conflicts(tables[("", "")].joined(rules), _table_name(place, file))
    return tables


def _subtables(table: Mapping[str, Any], name: str, where: str) -> list[tuple[str, Mapping[str, Any]]]:
    example = "title" if name == "channel" else "kettle"
    inner = table.get(name, {})
    if not isinstance(inner, dict):
        raise ConfigError(f"{where}: {name} is {inner!r}; it has to be tables such as [{name}.{example}]")
    for key, value in inner.items():
        if not isinstance(value, dict):
            raise ConfigError(f"{where}: {key!r} stands in [{name}]; rules go in a table such as [{name}.{example}]")
    return list(inner.items())


def _known_channel(name: str, where: str) -> Channel:
    for channel in CHANNELS:
        if name == channel:
            return channel
    raise ConfigError(f"{where}: unknown channel {name!r}; {suggest(name, CHANNELS)}")


def _read_table(table: Mapping[str, Any], subtables: tuple[str, ...], where: str) -> TextRules:
    rules: dict[str, Any] = {}
    for name, value in table.items():
        if name in subtables:
            continue
        if name not in RULES:
            raise ConfigError(f"{where}: unknown rule {name!r}; {suggest(name, [*RULES, *subtables])}")
        if name in _LISTS:
            rules[name] = _phrases(name, value, where)
        elif name == "address":
            if value not in ADDRESSES:
                raise ConfigError(f"{where}: address is {value!r}; known: {', '.join(ADDRESSES)}")
            rules[name] = value
        elif type(value) is not int or value < 1:
            raise ConfigError(f"{where}: {name} is {value!r}; it has to be a whole number above 0, such as {name} = 80")
        else:
            rules[name] = value
    return TextRules(**rules)


def _phrases(name: str, value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(phrase, str) for phrase in value):
        raise ConfigError(f'{where}: {name} is {value!r}; it has to be a list of texts, such as {name} = ["a phrase"]')
    for phrase in value:
        is_field = name == "required" and phrase.startswith("{") and phrase.endswith("}") and phrase.strip("{} ")
        if "{" in phrase and not is_field:
            raise ConfigError(f'{where}: {name} holds {phrase!r}; a field stands alone in required: "{{weight}}"')
        if not is_field and not (banned_pattern(phrase) if name == "banned" else words_of_phrase(phrase)):
            raise ConfigError(f"{where}: {name} holds {phrase!r}, in which there is no word")
    return tuple(phrase.strip() for phrase in value)


def _refuse_conflicts(rules: TextRules, where: str) -> None:
    """Raise ConfigError for rules that contradict one another."""
    banned = BannedWords(rules.banned)
    for phrase in rules.allowed:
        if any(words_of_phrase(phrase) == words_of_phrase(other) for other in rules.banned):
            raise ConfigError(f"{where}: {phrase!r} is banned and allowed; remove it from one of the lists")
    for phrase in rules.required:
        inside = AllowedPhrases(rules.allowed).spans(phrase)
        for start, end, word in banned.matches(phrase) if "{" not in phrase else ():
            if not any(one <= start and end <= other for one, other in inside):
                raise ConfigError(f"{where}: {phrase!r} is required, but holds {word!r}, which is banned")
    for unit in ("characters", "words", "sentences"):
        least, most = getattr(rules, f"min_{unit}"), getattr(rules, f"max_{unit}")
        if least is not None and most is not None and least > most:
            raise ConfigError(f"{where}: min_{unit} is {least}, more than max_{unit}, which is {most}")


def _table_name(place: Place, file: Path) -> str:
    kind, channel = place
    name = ".".join((*(("type", kind) if kind else ()), *(("channel", channel) if channel else ())))
    return f"{file}: [{name}]" if name else str(file)
