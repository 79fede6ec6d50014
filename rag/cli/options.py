"""Turn a dataclass of options into the flags of a command, and the parsed flags back into it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from inspect import get_annotations
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

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


@dataclass(frozen=True, kw_only=True)
class JsonOptions:
    """The output of a command that people and programs read."""

    TITLE: ClassVar = "output"

    json: bool = option("print one JSON object and nothing else", default=False)


@dataclass(frozen=True, kw_only=True)
class CommonOptions(JsonOptions):
    """The configuration, and the output."""

    TITLE: ClassVar = "configuration and output"

    config: Path | None = option("configuration (default: rag.toml of this folder, if there is one)", "FILE")


def load_config(options: CommonOptions) -> Config:
    """Return the configuration with the command's options over it."""
    return Config.load(options.config).with_options(options)


class Parser(argparse.ArgumentParser):
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
    values = {field.name: getattr(namespace, field.name) for field in fields(options)}
    return options(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def _add_option(group: Any, field: Field[Any], kind: Any) -> None:
    described: Option = field.metadata["option"]
    required = field.default is MISSING
    details: dict[str, Any] = {"help": described.help.replace("%", "%%"), "metavar": described.metavar}
    if not required:
        details["default"] = field.default
    # The type says how many values a flag takes, and which.
    kinds = get_args(kind) if get_origin(kind) in (UnionType, Union) else (kind,)
    inner = next(each for each in kinds if each is not NoneType)
    if inner is bool:
        del details["metavar"]
        details["action"] = "store_true" if len(kinds) == 1 else argparse.BooleanOptionalAction
    elif get_origin(inner) is Literal:
        details["choices"] = get_args(inner)
    elif get_origin(inner) is tuple:
        details |= {"type": get_args(inner)[0], "nargs": "+" if required or not described.positional else "*"}
    else:
        details["type"] = inner
        if described.positional and not required:
            details["nargs"] = "?"
    if described.positional:
        group.add_argument(field.name, **details)
        return
    flags = described.flags or (f"--{field.name.replace('_', '-')}",)
    group.add_argument(*flags, dest=field.name, **details, **({"required": True} if required else {}))
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
