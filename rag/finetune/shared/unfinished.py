"""A training in progress: its files stay in OUT.training until all is done, then become the result in one step."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ingest.errors import InputError, MissingExtra


def check_output(out: Path, feature: str) -> None:
    """Raise MissingExtra without the training packages, and InputError if `out` exists and is not an empty folder."""
    if any(find_spec(name) is None for name in ("accelerate", "peft")):
        raise MissingExtra(feature, "finetune")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(f"{out} is there already: choose another folder, or remove it")


@dataclass(frozen=True)
class Unfinished:
    """The working folder of the run that will become `out`."""

    folder: Path
    out: Path

    @classmethod
    @contextmanager
    def begin(cls, out: Path, identity: Mapping[str, Any], restart: bool = False) -> Iterator[Unfinished]:
        """Open OUT.training for the run that `identity` describes; remove it when the run is complete.

        The folder stays after a kill, and the same call resumes the run. Raises InputError if it holds a run with
        another identity, unless `restart` discards that.
        """
        run = cls(out.with_name(f"{out.name}.training"), out)
        if restart:
            shutil.rmtree(run.folder, ignore_errors=True)
        run.folder.mkdir(parents=True, exist_ok=True)
        # The first call records the identity of the run; later calls have to be of the same run.
        wanted = json.loads(json.dumps(identity))
        begun = run.once("run", lambda: wanted)
        if begun != wanted:
            other = ", ".join(_list_changes(begun, wanted))
            raise InputError(f"{run.folder} has a run with different {other}: finish it, or discard it with restart")
        try:
            yield run
        except ValueError:
            if not any(run.folder.rglob("checkpoint-*")):  # a mistake of the caller's, and nothing is lost
                shutil.rmtree(run.folder)
            raise
        shutil.rmtree(run.folder)

    def once(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return what `compute` returns, as it comes back from JSON; a resumed run reads it from its file."""
        file = self.folder / f"{name}.json"
        if not file.exists():
            partial = file.with_suffix(".partial")
            partial.write_text(json.dumps(compute()), "utf-8")
            partial.replace(file)
        return json.loads(file.read_text("utf-8"))

    @contextmanager
    def result(self) -> Iterator[Path]:
        """Yield a folder to write the result to, and move it to `out` when all is written."""
        partial = self.folder / "result"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        yield partial
        os.replace(partial, self.out)  # noqa: PTH105 - of two folders: `out` may be there, empty


def _list_changes(begun: Mapping[str, Any], wanted: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the names under which the two differ: "settings.epochs"."""
    for name in sorted({*begun, *wanted}):
        one, other = begun.get(name), wanted.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _list_changes(one, other, f"{above}{name}.")
        elif one != other:
            yield f"{above}{name}"
