"""Train what `rag.describe` knows of the worth of a field to a customer, on fields that people marked.

    python examples/product_descriptions/train_worth.py examples/product_descriptions/worth            # cross-validate
    python examples/product_descriptions/train_worth.py examples/product_descriptions/worth --write    # and write

Each row of the folder is a product with its fields: label, value and a mark: 3 for what customers decide by, 2 for what
they may want, 1 for what no page prints, 0 for what is not to be shown. The products are invented and marked by people
who know nothing of the software. Ten-fold, whole products held out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

import rag.describe.fields.worth as worth
from rag.describe.fields.labels import read_label
from rag.describe.fields.shop_columns import plain_column

STRENGTH = 4.0
SHARES = (0.08, 0.12, 0.16, 0.2, 0.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="write rag/describe/fields/worth.bin")
    options = parser.parse_args()
    rows, groups, marks = read_marked(options.folder)
    print(f"{len(set(groups))} products, {len(marks)} fields, marks {np.bincount(marks).tolist()}")
    predicted = np.zeros((2, len(marks)))
    for train, test in GroupKFold(10).split(rows, marks, groups):
        for place, least in enumerate((2, 3)):
            model = fit(rows[train], marks[train] >= least)
            predicted[place, test] = model.predict_proba(rows[test])[:, 1]
    for name, scores, least in zip(("useful", "decides"), predicted, (2, 3), strict=True):
        print(f"{name}: area under the curve {roc_auc_score(marks >= least, scores):.3f}, on products not learnt from")
    for share in SHARES:
        below = predicted[0] < share
        left_out = [f"{np.mean(below[marks == mark]):.1%}" for mark in range(4)]
        print(f"left out below {share}: of marks 0 to 3 {', '.join(left_out)}")
    if options.write:
        models = [fit(rows, marks >= least) for least in (2, 3)]
        weights = [[*model.coef_[0].tolist(), float(model.intercept_[0])] for model in models]
        (Path(worth.__file__).parent / "worth.bin").write_bytes(worth.pack_weights(*weights))


def read_marked(folder: Path) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return the (n, SIZE) features of all fields, the numbers of their products, and their marks."""
    pointers, places, amounts, groups, marks = [0], [], [], [], []
    for number, line in enumerate(
        line for path in sorted(folder.glob("*.jsonl")) for line in path.open(encoding="utf-8")
    ):
        for label, value, mark in json.loads(line)["fields"]:
            features = worth.hashed_features(read_label(plain_column(label)).bare, str(value))
            places += [place for place, _ in features]
            amounts += [amount for _, amount in features]
            pointers.append(len(places))
            groups.append(number)
            marks.append(mark)
    rows = csr_matrix((amounts, places, pointers), shape=(len(marks), worth.SIZE))
    return rows, np.array(groups), np.array(marks)


def fit(rows: Any, is_so: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=1000).fit(rows, is_so)


if __name__ == "__main__":
    main()
