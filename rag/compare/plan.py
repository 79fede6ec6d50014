"""A comparison's plan: from a TOML file, or from the command line for the common case."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import PlanError
from rag.compare.settings import Settings
from rag.compare.system import System, system_of
from rag.generate.base import Decoding

DATA = ("train", "valid", "test", "task", "store", "contexts")
TABLES = ("data", "decoding", "system")


@dataclass(frozen=True)
class Plan:
    """What to compare on what. `store` is a folder to retrieve from; `contexts`: retrieve from all rows' contexts."""

    systems: tuple[System, ...]
    test: Path
    train: Path | None = None
    valid: Path | None = None
    task: str | None = None
    store: Path | None = None
    contexts: bool = False
    out: Path | None = None
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def load(cls, file: Path) -> Plan:
        """Read a plan. Paths in it are relative to its folder. Raises PlanError."""
        tables = _read(file)
        settings = [each.name for each in dataclasses.fields(Settings) if each.name != "decoding"]
        known = ["out", *settings, *(f"[{name}]" for name in TABLES if name != "system"), "[[system]]"]
        _refuse_unknown(f"{file}", [name for name in tables if name not in TABLES], known)
        data = _table(file, tables, "data")
        _refuse_unknown(f"{file}: [data]", [name for name in data if name not in DATA], list(DATA))
        if "test" not in data:
            raise PlanError(f'{file}: [data] needs the test rows, such as test = "test.jsonl"')
        listed = tables.get("system", [])
        if not isinstance(listed, list) or not listed:
            raise PlanError(f"{file}: no systems to compare; each is a table of its own: [[system]]")
        folder = file.resolve().parent
        paths = {name: _path(folder, data[name], file) for name in ("test", "train", "valid", "store") if name in data}
        try:
            systems = tuple(
                _placed(system_of(table, f"{file}: [[system]] {number}"), folder)
                for number, table in enumerate(listed, start=1)
            )
            chosen = settings_of(
                {name: tables[name] for name in settings if name in tables}, _table(file, tables, "decoding")
            )
        except PlanError:
            raise
        except (TypeError, ValueError) as error:
            raise PlanError(str(error) if str(error).startswith(str(file)) else f"{file}: {error}") from None
        return cls(
            systems,
            task=data.get("task"),
            contexts=bool(data.get("contexts", False)),
            out=_path(folder, tables["out"], file) if "out" in tables else None,
            settings=chosen,
            **paths,
        )


def settings_of(options: Mapping[str, Any], decoding: Mapping[str, Any]) -> Settings:
    """Return settings. Raises ValueError for options of decoding that cannot be."""
    known = [each.name for each in dataclasses.fields(Decoding)]
    unknown = next((name for name in decoding if name not in known), None)
    if unknown is not None:
        raise ValueError(f"[decoding] has no option {unknown!r}; known: {', '.join(known)}")
    settings = Settings(**options, decoding=dict(decoding))
    Decoding(**settings.decoding_for(""))
    return settings


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise PlanError(f"no plan at {file}") from None
    except OSError as error:
        raise PlanError(f"{file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise PlanError(f"{file} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{file} is not valid TOML: {error}") from None


def _table(file: Path, tables: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise PlanError(f"{file}: {name} has to be a table: [{name}] on a line of its own")
    return table


def _refuse_unknown(place: str, given: list[str], known: list[str]) -> None:
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        raise PlanError(f"{place}: no option {unknown!r}; known: {', '.join(known)}")


def _path(folder: Path, value: object, file: Path) -> Path:
    if not isinstance(value, str):
        raise PlanError(f"{file}: {value!r} is no path")
    return folder / Path(value).expanduser()


def _placed(system: System, folder: Path) -> System:
    """Return the system with its model's folder relative to the plan's, where there is such a folder."""
    if system.model is None or not (folder / system.model).is_dir():
        return system
    return dataclasses.replace(system, model=str(folder / system.model))
