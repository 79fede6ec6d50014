"""Labels, and the words in which a model reads and writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from ingest.errors import InputError, RowsError
from rag.data.rows import Row


def readable(label: str) -> str:
    """Return a label in words: "card_arrival" becomes "card arrival", in the tokens of ordinary text."""
    return " ".join(label.replace("_", " ").split())


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels. Raises InputError for fewer than two, for an empty one, and for a repeated one."""
    if isinstance(labels, str):
        raise InputError(f"labels are a sequence of texts, not the text {labels!r}")
    empty = [place for place, label in enumerate(labels, start=1) if not label.strip()]
    if empty:
        raise InputError(f"label {empty[0]} of {len(labels)} is empty")
    label, count = next(iter(Counter(labels).most_common(1)), ("", 0))
    if count > 1:
        raise InputError(f"the label {label!r} occurs {count} times: name each label once")
    if len(labels) < 2:
        present = f"only {labels[0]!r} is given" if labels else "none is given"
        raise InputError(f"there is nothing to choose: at least two labels are needed, {present}")
    return tuple(labels)


def label_names(labels: Sequence[str], name: Callable[[str], str] = readable) -> dict[str, str]:
    """Return the name of each label for the model. Raises InputError where two labels have the same name."""
    labels_by_name: dict[str, str] = {}
    for label in labels:
        other = labels_by_name.setdefault(name(label), label)
        if other != label:
            raise InputError(f"the labels {other!r} and {label!r} both read {name(label)!r}: rename one")
    return {label: name for name, label in labels_by_name.items()}


def labels_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the labels of rows in alphabetical order. Raises InputError for fewer than two."""
    return check_labels(sorted({row.target for row in rows}))


def check_rows(rows: Iterable[Row], labels: Iterable[str]) -> None:
    """Raise RowsError for a row whose label is none of these: no output could be right."""
    expected = set(labels)
    unseen = [row for row in rows if row.target not in expected]
    if unseen:
        more = f" ({len(unseen)} rows have such labels)" if len(unseen) > 1 else ""
        raise RowsError(
            f"row {unseen[0].id} has the label {unseen[0].target!r}, which is none of the {len(expected)} known{more}"
        )
