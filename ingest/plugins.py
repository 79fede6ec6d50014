"""Turn names into parts: a name into a class, and a class and options into an object."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from ingest.errors import InputError, OptionError

TYPES = {"bool": "true or false", "int": "a whole number", "float": "a number", "str": "a text", "None": "nothing"}
"""The types of options that are checked, as messages name them."""


def construct(kind: str, table: Mapping[str, str], group: str, *parts: object, **options: object) -> Any:
    """Return an object of the class that `kind` names in the table or in an entry point of the group.

    Raises InputError for an unknown name, OptionError for an option that the class does not take.
    """
    constructor = resolve(kind, table, group)
    check_options(constructor, options, list(inspect.signature(constructor).parameters)[: len(parts)])
    return constructor(*parts, **options)


def resolve(kind: str, table: Mapping[str, str], group: str) -> Any:
    """Return the object that `kind` names: a `module:attribute` of the table, or an entry point of `group`.

    Raises InputError with the closest or all known names.
    """
    if kind in table:
        module, _, attribute = table[kind].partition(":")
        return getattr(import_module(module), attribute)
    from importlib.metadata import entry_points  # takes longer to import than all of this module

    points = {point.name: point for point in entry_points(group=group)}
    if kind in points:
        return points[kind].load()
    role = group.removeprefix("rag.").removesuffix("s")
    raise InputError(f"unknown {role} {kind!r}; {suggest(kind, {*table, *points})}")


def suggest(word: str, known: Iterable[str], otherwise: str = "", cutoff: float = 0.6) -> str:
    """Return "did you mean X?" for a word that is close to a known one, else `otherwise` or the list of known ones.

    `cutoff` is the similarity, 0 to 1, from which a word is close; long prefixes that all words share ask for more.
    """
    names = list(known) if isinstance(known, list | tuple) else sorted(known)
    close = get_close_matches(word, names, 1, cutoff)
    return f"did you mean {close[0]}?" if close else otherwise or f"known: {', '.join(names)}"


def check_options(make: Callable[..., object], options: Mapping[str, object], parts: Collection[str] = ()) -> None:
    """Raise OptionError unless the options fit the signature, apart from the parameters that are `parts`.

    Names are checked, plain types, and that nothing is missing. A callable that takes any keyword checks its own.
    """
    part, parameters = getattr(make, "__name__", "it"), inspect.signature(make).parameters
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    own = [name for name in parameters if name not in parts]
    for option in options:
        if option not in own:
            raise OptionError(part, f"has no option {option!r}; {suggest(option, own)}")
    for option in own:
        if parameters[option].default is inspect.Parameter.empty and option not in options:
            raise OptionError(part, f"needs the option {option!r}")
    for option, value in options.items():
        annotation = parameters[option].annotation
        text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
        kinds = set(text.split(" | "))
        actual = "None" if value is None else type(value).__name__
        if kinds <= set(TYPES) and actual not in kinds and not (actual == "int" and "float" in kinds):
            expected = " or ".join(TYPES[kind] for kind in TYPES if kind in kinds - {"None"})
            raise OptionError(part, f"{option} is {value!r}; it has to be {expected}")
