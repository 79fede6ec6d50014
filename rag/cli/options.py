"""Turn a dataclass of options into the flags of a command, and the parsed flags back into it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from inspect import get_annotations
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from ingest.errors import InputError
from rag.config import Config
from rag.options import Option, option

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True)
class Command:
    """A command: one line of help, its class of options, and the function that runs it and returns the exit status."""

    help: str
    options: type[DataclassInstance]
    run: Callable[[Any], int]
    description: str = ""


@dataclass(frozen=True)
class CommandGroup:
    """A command with subcommands, by name."""

    help: str
    commands: Mapping[str, Command]
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class JsonOptions:
    """The output of a command that people and programs read."""

    TITLE: ClassVar = "general"

    json: bool = option("print one JSON object and nothing else", default=False)


@dataclass(frozen=True, kw_only=True)
class CommonOptions(JsonOptions):
    """The configuration, and the output."""

    config: Path | None = option("configuration (default: rag.toml of this folder, if there is one)", "FILE")


def load_config(options: CommonOptions) -> Config:
    """Return the configuration with the command's options over it."""
    return Config.load(options.config).with_options(options)


class CommandParser(argparse.ArgumentParser):
    """A parser that reports a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}\n")
        sys.exit(2)


def add_options(parser: argparse.ArgumentParser, options: type[DataclassInstance]) -> None:
    """Add a flag for each field: those of the class itself first, then those of each base under its title."""
    kinds, groups = get_type_hints(options), dict[str, Any]()
    remaining = {field.name: field for field in fields(options)}
    for declaring in options.__mro__:
        names = [name for name in get_annotations(declaring) if name in remaining]
        title = getattr(declaring, "TITLE", "")
        if names and declaring is not options and title not in groups:
            groups[title] = parser.add_argument_group(title)
        for name in names:
            _add_option(groups.get(title, parser), remaining.pop(name), kinds[name])


def read_options(namespace: argparse.Namespace, options: type[T]) -> T:
    """Return the options that were parsed."""
    values = {
        item.name: _read_settings(namespace, settings)
        if (settings := item.metadata.get("settings"))
        else getattr(namespace, item.name)
        for item in fields(options)
    }
    return options(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def flags_of(options: type[DataclassInstance]) -> list[str]:
    """Return the flags of a class of options, without those that were renamed."""
    parser = CommandParser(add_help=False)
    add_options(parser, options)
    return [flag for action in parser._actions if action.help != argparse.SUPPRESS for flag in action.option_strings]


def settings_option(settings: type[DataclassInstance], without: Sequence[str] = ()) -> Any:
    """Return a field whose flags are the fields of a settings class that have a help text, and --set for the others.

    Its value maps the names of the settings that are given to their values. Those in `without` have no flag.
    """
    return field(default_factory=dict, metadata={"settings": settings, "without": without})


def parse_settings(texts: Sequence[str], settings: type[DataclassInstance], flag: str = "--set") -> dict[str, Any]:
    """Return settings given as NAME=VALUE. Raises InputError, naming the flag, for a text that is none."""
    kinds = {item.name: get_type_hints(settings)[item.name] for item in fields(settings)}
    values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name not in kinds:
            raise InputError(f"{flag} {text!r}: needs NAME=VALUE with one of {', '.join(kinds)}")
        kind = _kind_of(kinds[name])
        if kind is bool:
            if value.casefold() not in ("true", "false"):
                raise InputError(f"{flag} {name}={value}: {value!r} is neither true nor false")
            values[name] = value.casefold() == "true"
        elif kind in (int, float):
            try:
                values[name] = kind(value)
            except ValueError:
                raise InputError(f"{flag} {name}={value}: {value!r} is no {kind.__name__}") from None
        else:
            values[name] = value
    return values


def _kind_of(kind: Any) -> Any:
    """Return the type of a value that may also be None."""
    kinds = get_args(kind) if get_origin(kind) in (UnionType, Union) else (kind,)
    return next(inner for inner in kinds if inner is not NoneType)


def _add_settings(group: Any, settings: type[DataclassInstance], without: Sequence[str]) -> None:
    kinds = get_type_hints(settings)
    for item in fields(settings):
        text = item.metadata["help"]
        if not text or item.name in without:
            continue
        if item.default is not None and item.default is not False and "(default" not in text:
            text = (
                f"{text} (default: {item.default:g})"
                if isinstance(item.default, float)
                else f"{text} (default: {item.default})"
            )
        kind, flag = _kind_of(kinds[item.name]), f"--{item.name.replace('_', '-')}"
        if kind is bool:
            group.add_argument(flag, dest=item.name, action="store_const", const=True, help=text)
        else:
            group.add_argument(flag, dest=item.name, type=kind, metavar=item.metadata["metavar"], help=text)
    group.add_argument(
        "--set", nargs="+", default=[], metavar="NAME=VALUE", help=f"any other setting of {settings.__name__}"
    )


def _read_settings(namespace: argparse.Namespace, settings: type[DataclassInstance]) -> Mapping[str, Any]:
    """Return the settings that are given, as flags or by --set. Raises InputError for values that cannot be."""
    flags = {item.name: getattr(namespace, item.name, None) for item in fields(settings) if item.metadata["help"]}
    values = {name: value for name, value in flags.items() if value is not None}
    values |= parse_settings(namespace.set, settings)
    settings(**values)
    return values


def _add_option(group: Any, field: Field[Any], kind: Any) -> None:
    if settings := field.metadata.get("settings"):
        _add_settings(group, settings, field.metadata["without"])
        return
    described: Option = field.metadata["option"]
    required = field.default is MISSING
    details: dict[str, Any] = {"help": described.help.replace("%", "%%"), "metavar": described.metavar}
    if not required:
        details["default"] = field.default
    # The type decides how many values a flag takes, and which.
    inner = _kind_of(kind)
    if inner is bool:
        del details["metavar"]
        details["action"] = "store_true" if kind is bool else argparse.BooleanOptionalAction
    elif get_origin(inner) is Literal:
        details["choices"] = get_args(inner)
    elif get_origin(inner) is tuple:
        details |= {"type": get_args(inner)[0], "nargs": "+" if required or not described.positional else "*"}
    else:
        details["type"] = inner
        if described.positional and not required:
            details["nargs"] = "?"
    # A positional argument has no flag. A flag keeps those that it replaced, to refuse them by name.
    if described.positional:
        group.add_argument(field.name, **details)
        return
    flags = described.flags or (f"--{field.name.replace('_', '-')}",)
    group.add_argument(*flags, dest=field.name, required=required, **details)
    for old in described.was:
        group.add_argument(
            old, action=_Renamed, const=flags[-1], dest=argparse.SUPPRESS, nargs="?", help=argparse.SUPPRESS
        )


class _Renamed(argparse.Action):
    """A flag of an earlier version: it is refused with the name of the one that replaced it."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> NoReturn:
        parser.error(f"{option_string} is now {self.const}")
