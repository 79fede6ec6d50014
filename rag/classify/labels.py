"""The labels: what may come out, and the words in which a model reads and writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from ingest.errors import RowsError
from rag.data.rows import Row


def readable(label: str) -> str:
    """Return a label in words: "card_arrival" is "card arrival", made of the tokens that texts are made of."""
    return " ".join(label.replace("_", " ").split())


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels. Raises ValueError where they leave no choice: fewer than two, an empty one, one twice."""
    if isinstance(labels, str):
        raise ValueError(f"labels are a sequence of texts, not the text {labels!r}")
    empty = [place for place, label in enumerate(labels, start=1) if not label.strip()]
    if empty:
        raise ValueError(f"label {empty[0]} of {len(labels)} is empty")
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if twice:
        raise ValueError(f"the label {twice[0]!r} stands {Counter(labels)[twice[0]]} times: name each label once")
    if len(labels) < 2:
        given = f"only {labels[0]!r} is given" if labels else "none is given"
        raise ValueError(f"there is nothing to choose: at least two labels are needed, {given}")
    return tuple(labels)


def label_names(labels: Sequence[str], name: Callable[[str], str] = readable) -> dict[str, str]:
    """Return each label's name for the model. Raises ValueError where two labels have one name."""
    labels_by_name: dict[str, str] = {}
    for label in labels:
        other = labels_by_name.setdefault(name(label), label)
        if other != label:
            raise ValueError(f"the labels {other!r} and {label!r} both read {name(label)!r}: rename one")
    return {label: name for name, label in labels_by_name.items()}


def labels_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the labels that occur in rows, in alphabetical order. Raises ValueError for fewer than two."""
    return check_labels(sorted({row.target for row in rows}))


def check_rows(rows: Iterable[Row], labels: Iterable[str]) -> None:
    """Raise RowsError where a row's label is none of these: no output could ever be right."""
    known = set(labels)
    unseen = [row for row in rows if row.target not in known]
    if unseen:
        more = f" ({len(unseen)} rows have such labels)" if len(unseen) > 1 else ""
        raise RowsError(
            f"row {unseen[0].id} has the label {unseen[0].target!r}, which is none of the {len(known)} known{more}"
        )
