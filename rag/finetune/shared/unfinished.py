"""The folder of an unfinished run: what is done stays there until all is, then it becomes the result in one step."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Unfinished:
    """`folder` holds the run that will become `out`."""

    folder: Path
    out: Path

    @classmethod
    @contextmanager
    def begin(cls, out: Path, identity: Mapping[str, Any], restart: bool = False) -> Iterator[Unfinished]:
        """Open OUT.training for a run that `identity` decides; it goes when all is done and stays after a kill.

        Raises ValueError where it holds a run with another identity, unless `restart` lets that be forgotten.
        """
        run = cls(out.with_name(f"{out.name}.training"), out)
        if restart:
            shutil.rmtree(run.folder, ignore_errors=True)
        run.folder.mkdir(parents=True, exist_ok=True)
        wanted = json.loads(json.dumps(identity))
        begun = run.once("run", lambda: wanted)
        if begun != wanted:
            other = ", ".join(_differing(begun, wanted))
            raise ValueError(f"{run.folder} holds a run begun with other {other}: finish it, or forget it with restart")
        try:
            yield run
        except ValueError:
            if not any(run.folder.rglob("checkpoint-*")):  # a mistake of the caller's, and nothing is lost
                shutil.rmtree(run.folder)
            raise
        shutil.rmtree(run.folder)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Return what `make` gives, as JSON gives it back; made only where no earlier run has."""
        file = self.folder / f"{name}.json"
        if not file.exists():
            half = file.with_suffix(".half")
            half.write_text(json.dumps(make()), "utf-8")
            half.replace(file)
        return json.loads(file.read_text("utf-8"))

    @contextmanager
    def result(self) -> Iterator[Path]:
        """Give a folder to write the result to, and make it `out` when all is written."""
        half = self.folder / "result"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        yield half
        os.replace(half, self.out)  # noqa: PTH105 - of two folders: `out` may be there, empty


def refuse_taken(out: Path) -> None:
    """Raise ValueError where a result cannot be put: anything is there but an empty folder."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise ValueError(f"{out} is there already: give a folder that is not")


def _differing(begun: Mapping[str, Any], wanted: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the names under which the two differ: "settings.epochs"."""
    for name in sorted({*begun, *wanted}):
        one, other = begun.get(name), wanted.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _differing(one, other, f"{above}{name}.")
        elif one != other:
            yield f"{above}{name}"
