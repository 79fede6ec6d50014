"""Read `rag.toml`: each table holds the options of one part, and `kind` selects its class.

    [store]
    path = ".rag"
    [generator]
    model = "google/flan-t5-base"

Every table and key is optional; `rag init` writes a file with all of them and their defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import ConfigError
from ingest.plugins import suggest
from ingest.toml_file import read_toml
from rag.build import Builder
from rag.options import find_overrides

if TYPE_CHECKING:
    from rag.models import Models

CONFIG_FILE = "rag.toml"
TABLES = (
    "store", "embedder", "chunker", "parse", "retriever", "prompt", "generator", "reader", "decoding", "pipeline",
    "describe", "serve",
)  # fmt: skip

NAMES = {"allow", "backend", "confidence", "device", "folder", "kind", "model", "path", "reranker", "rules", "task"}
"""Keys whose values are names. In Python some of them take objects, too."""

RENAMED = {("pipeline", "fusion"): "passages", ("pipeline", "answer_style"): "answer_format"}
RENAMED_GUIDANCE = {"lead": "reader_first", "replace": "fallback"}
"""Keys, and values of [pipeline] guided, of earlier versions."""


class Config(Builder):
    """A configuration: tables that are read from a file or set by options, and the parts that they describe.

    `Config()` holds the defaults, `Config.load()` reads a file. The parts are built by `index()`, `pipeline()` and the
    other methods of `rag.build.Builder`.
    """

    @classmethod
    def load(cls, path: str | Path | None = None) -> Config:
        """Read a configuration. Without a path it is `rag.toml` of the current folder, or the defaults.

        Raises ConfigError for a file that cannot be read, an unknown table, and a name that is no text.
        """
        file = Path(path) if path is not None else Path(CONFIG_FILE)
        if path is None and not file.exists():
            return cls()
        tables = read_toml(file, f"no configuration at {file}; `rag init` writes one")
        for name, table in tables.items():
            if name not in TABLES:
                kind = f"table [{name}]" if isinstance(table, dict) else f"option {name!r} outside a table"
                raise ConfigError(f"{file}: unknown {kind}; {suggest(name, TABLES)}")
            if not isinstance(table, dict):
                raise ConfigError(f"{file}: {name} has to be a table: [{name}] on a line of its own")
        _refuse_renamed(tables, str(file))
        for name, table in tables.items():
            for key, value in table.items():
                if key in NAMES and not isinstance(value, str):
                    raise ConfigError(f"{file}: [{name}] {key} is {value!r}; it must be text in quotes")
        return cls(tables, file.resolve().parent, str(file))

    def override(self, table: str, **options: Any) -> Config:
        """Return a copy with these options of a table set, apart from those that are None.

        >>> Config().override("pipeline", k=3).override("generator", model="google/flan-t5-base")
        """
        if table not in TABLES:
            raise ConfigError(f"unknown table [{table}]; {suggest(table, TABLES)}")
        values = {key: value for key, value in options.items() if value is not None}
        if not values:
            return self
        _refuse_renamed({table: values}, self.source)
        return replace(self, tables={**self.tables, table: {**self.table(table), **values}})

    def with_models(self, models: Models) -> Config:
        """Return a copy whose parts use these models, which other configurations may share."""
        return replace(self, models=models)

    def with_options(self, *options: object) -> Config:
        """Return a copy with the options that are set, of dataclasses such as those of `rag.options`."""
        config = self
        for one in options:
            for table, key, value in find_overrides(one):
                config = config.override(table, **{key: value})
        return config


def _refuse_renamed(tables: Mapping[str, Mapping[str, Any]], source: str) -> None:
    """Raise ConfigError for a key or a value of an earlier version, and name the new one."""
    for (table, old), new in RENAMED.items():
        if old in tables.get(table, {}):
            raise ConfigError(f"{source}: [{table}] {old} is now {new}")
    guided = tables.get("pipeline", {}).get("guided", True)
    for old, new in RENAMED_GUIDANCE.items():
        if isinstance(guided, list | tuple) and old in guided:
            raise ConfigError(f'{source}: [pipeline] guided "{old}" is now "{new}"')
