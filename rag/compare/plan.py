"""`Plan`: a whole comparison, from a TOML file or from the options of a command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ingest.errors import PlanError
from ingest.toml_file import read_toml
from rag.compare.settings import ComparisonSettings
from rag.compare.system import System
from rag.generate.base import Decoding

DATA = ("train", "valid", "test", "task", "store", "contexts")
SETTINGS = tuple(option.name for option in fields(ComparisonSettings) if option.name != "decoding")
RENAMED = {"batch": "batch_size", "alone": "latency_rows"}


@dataclass(frozen=True)
class Plan:
    """Systems, the files of the rows, and settings.

    Questions are answered from the folder `store`, or with `contexts` from a store made of all rows' own contexts.
    """

    systems: tuple[System, ...]
    test: Path
    train: Path | None = None
    valid: Path | None = None
    task: str | None = None
    store: Path | None = None
    contexts: bool = False
    out: Path | None = None
    settings: ComparisonSettings = field(default_factory=ComparisonSettings)

    @classmethod
    def load(cls, file: Path) -> Plan:
        """Read a plan. Paths in it are relative to its folder. Raises PlanError, which names the file."""
        tables = read_toml(file, f"no plan at {file}", PlanError)
        try:
            return cls._from_tables(tables, file.resolve().parent)
        except (TypeError, ValueError) as error:
            raise PlanError(f"{file}: {error}") from None

    @classmethod
    def _from_tables(cls, tables: Mapping[str, Any], folder: Path) -> Plan:
        # Top level: settings, and the tables [data], [decoding] and [[system]].
        options = {name: value for name, value in tables.items() if name not in ("data", "decoding", "system")}
        _refuse_unknown_options("", options, ("out", *SETTINGS), "[data], [decoding], [[system]]")
        # Each table has options of its own.
        data, decoding = (tables.get(name, {}) for name in ("data", "decoding"))
        for name, table in (("data", data), ("decoding", decoding)):
            if not isinstance(table, dict):
                raise PlanError(f"{name} has to be a table: [{name}] on a line of its own")
        _refuse_unknown_options("[data]: ", data, DATA)
        if "test" not in data:
            raise PlanError('[data] needs the test rows, such as test = "test.jsonl"')
        listed = tables.get("system", [])
        if not isinstance(listed, list) or not listed:
            raise PlanError("no systems to compare; each is a table of its own: [[system]]")

        # Paths, and models that are folders, are relative to the plan's folder.
        paths: dict[str, Path] = {}
        for name, value in {**data, **options}.items():
            if name in ("test", "train", "valid", "store", "out"):
                if not isinstance(value, str):
                    raise PlanError(f"{value!r} is no path")
                paths[name] = folder / Path(value).expanduser()
        systems = [System.from_table(table, f"[[system]] {number}") for number, table in enumerate(listed, start=1)]
        return cls(
            tuple(
                replace(system, model=str(folder / system.model))
                if system.model is not None and (folder / system.model).is_dir()
                else system
                for system in systems
            ),
            task=data.get("task"),
            contexts=bool(data.get("contexts", False)),
            settings=settings_of({name: value for name, value in options.items() if name != "out"}, decoding),
            **paths,
        )


def settings_of(options: Mapping[str, Any], decoding: Mapping[str, Any]) -> ComparisonSettings:
    """Return settings with these options of decoding. Raises ValueError if they are unknown or invalid."""
    _refuse_unknown_options("[decoding] has ", decoding, [option.name for option in fields(Decoding)])
    settings = ComparisonSettings(**options, decoding=dict(decoding))
    Decoding(**settings.decoding_for(""))
    return settings


def _refuse_unknown_options(place: str, options: Mapping[str, Any], known: Collection[str], tables: str = "") -> None:
    for name in options:
        if name not in known and name in RENAMED:
            raise PlanError(f"{place}the option {name} is now called {RENAMED[name]}")
        if name not in known:
            listed = ", ".join([*known, *([tables] if tables else [])])
            raise PlanError(f"{place}no option {name!r}; known: {listed}")
