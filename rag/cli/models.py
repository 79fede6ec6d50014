"""`rag models`: list the embedded models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingest.errors import WeightsError
from ingest.models.weights import BUILTINS, find_weights
from rag.cli import output
from rag.cli.options import Command, CommonOptions


@dataclass(frozen=True, kw_only=True)
class ModelsOptions(CommonOptions):
    """Options of `rag models`."""


def models(options: ModelsOptions) -> int:
    """List the embedded models."""
    listed = builtin_models()
    if options.json:
        output.json_line({"models": listed})
    else:
        output.show_models(listed)
    return 0


def builtin_models() -> list[dict[str, Any]]:
    """Return each embedded model's name, kind, licence and hash, whether it is installed, and how to install it."""
    listed = []
    for short, builtin in BUILTINS.items():
        name, installed = f"builtin:{short}", True
        try:
            find_weights(name)
        except WeightsError:
            installed = False
        listed.append(
            {
                "name": name,
                "kind": builtin.kind,
                "licence": builtin.licence,
                "installed": installed,
                "sha256": builtin.sha256,
                "install": builtin.install,
            }
        )
    return listed


COMMAND = Command("list the embedded models, and how to name others", ModelsOptions, models)
