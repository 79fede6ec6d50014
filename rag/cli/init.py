"""`rag init`: write a commented rag.toml."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ingest.errors import ConfigError
from rag.cli import output
from rag.cli.options import Command
from rag.config import CONFIG_FILE
from rag.options import option


@dataclass(frozen=True, kw_only=True)
class InitOptions:
    """Options of `rag init`."""

    force: bool = option("replace an existing file", default=False)


def init(options: InitOptions) -> int:
    """Write a commented rag.toml into the current folder."""
    file = Path(CONFIG_FILE)
    if file.exists() and not options.force:
        raise ConfigError(f"{file} exists already; --force replaces it")
    file.write_text((files("rag") / "rag.toml").read_text("utf-8"), "utf-8")
    output.line(f"wrote {file} with every option and its default")
    return 0


COMMAND = Command("write a commented rag.toml", InitOptions, init)
