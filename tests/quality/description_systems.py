"""Systems that describe a file of products: rules, `rag describe` with any model, or texts that a folder keeps."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from rag.describe.catalogue.product_file import ProductFile
from rag.describe.describer import Describer
from rag.describe.house_rules.rulebook import RuleBook

HOUSE_RULES = Path(__file__).parent / "house_rules.toml"


@dataclass(frozen=True)
class WrittenText:
    """A system's text of a product, "" with a reason where it wrote none; `seconds` where they were taken."""

    text: str
    seconds: float | None = None
    reason: str = ""


class DescriptionSystem(Protocol):
    """Describes the products of a file, in order; None for a product that it was not asked about."""

    def __call__(self, file: Path) -> list[WrittenText | None]: ...


def describe_by_rules(file: Path) -> list[WrittenText | None]:
    """Describe each product by rules alone and keep the house's rules, without the command line."""
    return _describe_each(Describer(rulebook=RuleBook.read(HOUSE_RULES)), file)


def describe_by_realiser(file: Path) -> list[WrittenText | None]:
    """Describe each product with the trained realiser, which says the planned sentences in other words."""
    from rag.describe.realise.learnt.writer import LearntRealiser

    describer = Describer(rulebook=RuleBook.read(HOUSE_RULES), sentence_writer=LearntRealiser.load())
    return _describe_each(describer, file)


def _describe_each(describer: Describer, file: Path) -> list[WrittenText | None]:
    written: list[WrittenText | None] = []
    for row in ProductFile.open(file).rows():
        began = time.perf_counter()
        try:
            text = describer.describe(row.given).main
        except InputError as error:
            written.append(WrittenText("", time.perf_counter() - began, str(error)))
        else:
            written.append(WrittenText(text.text, time.perf_counter() - began, text.reason))
    return written


def describe_by_command(options: Sequence[str], folder: Path, file: Path) -> list[WrittenText | None]:
    """Describe a file by `rag describe` with some options; `folder` keeps the output, which a second run completes."""
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"{file.stem}.jsonl"
    rag = [sys.executable, "-c", "from rag.cli.main import run; run()"]
    command = [*rag, "describe", "--file", str(file), "--out", str(out), *options]
    began = time.perf_counter()
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    # Exit status 1 says that some product has no text.
    if process.returncode not in (0, 1) or not out.exists():
        raise RuntimeError(f"{' '.join(command)}: {process.stderr.strip() or process.stdout.strip()}")
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    # The time of the first run holds; a second one finds its texts there.
    timing = folder / f"{file.stem}.seconds"
    if not timing.exists():
        timing.write_text(str(seconds / max(1, len(rows))))
    took = float(timing.read_text())
    return [WrittenText(text := _text_of(row), took, "" if text else str(row.get("state", ""))) for row in rows]


def read_kept_texts(folder: Path, file: Path) -> list[WrittenText | None]:
    """Return the texts that JSONL files below a folder keep of a file's products, known by their fields.

    A file's seconds a product, where they were taken, stand beside it in a file that ends in `.seconds`.
    """
    kept: dict[str, WrittenText] = {}
    for path in sorted(folder.rglob(f"{file.stem}.jsonl")):
        timing = path.with_suffix(".seconds")
        seconds = float(timing.read_text()) if timing.exists() else None
        for line in path.read_text("utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            if "fields" in row and _text_of(row):
                kept[_key_of(row["fields"])] = WrittenText(_text_of(row), seconds)
    return [kept.get(_key_of(row.fields)) for row in ProductFile.open(file).rows()]


def find_system(name: str, before: Path, folder: Path, again: bool = False) -> DescriptionSystem:
    """Return the system of a name: rules, before, learnt, default, or model:NAME for any model behind the check.

    A model's texts in the folder are kept unless they are to be written `again`; those of the default never are.
    """
    rules = ("--rules", str(HOUSE_RULES))
    if again or name == "default":
        # The output of rag describe knows other options and fields, but not another version of the code.
        shutil.rmtree(folder / name.replace("/", "_"), ignore_errors=True)
    if name == "rules":
        return describe_by_rules
    if name == "before":
        return partial(read_kept_texts, before)
    if name == "default":
        return partial(describe_by_command, rules, folder / name)
    if name == "learnt":
        return describe_by_realiser
    if name.startswith("model:"):
        model = name.removeprefix("model:")
        return partial(describe_by_command, (*rules, "--model", model), folder / name.replace("/", "_"))
    raise ValueError(f"unknown system {name!r}: give rules, default, before, learnt, or model:NAME")


def _text_of(row: Mapping[str, Any]) -> str:
    """Return the paragraph of an output row, whose column is called for its channel."""
    return str(next((row[name] for name in ("long", "description") if row.get(name)), ""))


def _key_of(fields: Mapping[str, Any]) -> str:
    return fingerprint({name: str(value) for name, value in fields.items() if value not in (None, "")})
