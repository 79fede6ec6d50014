"""The model card of a fine-tuned model: base, licence, data, settings and metrics, as README.md in its folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ingest.errors import WeightsError
from ingest.models.weights import builtin_of, local_path

UNKNOWN = "other"  # the hub's word for a licence that is not in its list


def render_card(
    name: str,
    introduction: str,
    base: str,
    licence: str,
    tables: Mapping[str, Mapping[str, Any]],
    notes: Sequence[str] = (),
    library: str = "transformers",
) -> str:
    """Return a model card in Markdown, with the front matter that model hubs read.

    `tables` maps a heading to its rows; rows without a value are left out. If all values of a table are mappings with
    the same keys, these become its columns.
    """
    # The front matter states what hubs search for.
    lines = ["---", f"license: {licence.lower()}", f"library_name: {library}"]
    if "/" in base and not Path(base).exists():
        lines.append(f"base_model: {base}")
    try:
        release = version("openbook-rag")
    except PackageNotFoundError:
        release = "0"
    lines += ["---", f"# {name}", "", f"{introduction} Fine-tuned with openbook-rag {release} from {base}."]
    # A table has one column of values, or a grid of them.
    for heading, rows in tables.items():
        rows = {label: value for label, value in rows.items() if value is not None}
        names = [tuple(value) if isinstance(value, Mapping) else None for value in rows.values()]
        is_grid = bool(names and names[0]) and len(set(names)) == 1
        columns = names[0] if is_grid and names[0] else ("",)
        lines += ["", f"## {heading}", "", _table_row(["", *columns]), "|---" * (len(columns) + 1) + "|"]
        lines += [_table_row([label, *(value.values() if is_grid else [value])]) for label, value in rows.items()]
    if notes:
        lines += ["", "## Notes", "", *(f"- {note}" for note in notes)]
    return "\n".join(lines) + "\n"


def _table_row(cells: Sequence[Any]) -> str:
    texts = []
    for cell in cells:
        if isinstance(cell, Mapping):
            cell = ", ".join(f"{name} {value}" for name, value in cell.items())
        text = f"{cell:.4g}" if isinstance(cell, float) else str(cell)
        texts.append(text.replace("|", "\\|").replace("\n", " "))
    return f"| {' | '.join(texts)} |"


def find_licence(model: str | None) -> str:
    """Return the licence of a model as pinned, or as the README.md of its folder states; "other" if neither does."""
    if model is None:
        return UNKNOWN
    if builtin := builtin_of(model):
        return builtin.licence.lower()
    try:
        readme = local_path(model) / "README.md"
    except WeightsError:
        return UNKNOWN
    head = readme.read_text("utf-8", errors="replace")[:4000] if readme.is_file() else ""
    stated = re.search(r"^license:\s*['\"]?([\w.-]+)", head, re.MULTILINE)
    return stated[1].lower() if stated else UNKNOWN


def hash_texts(texts: Sequence[str]) -> str:
    """Return a SHA-256 over texts, in order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return digest.hexdigest()
