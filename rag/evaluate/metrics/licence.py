"""Metrics of descriptions: what they claim that no field says, and what they leave out of the fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.errors import InputError
from rag.data.rows import Row
from rag.describe.fields.field_rules import NO_RULES, FieldRules
from rag.describe.fields.understand import understand_fields
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.check import check_licence
from rag.describe.licence.claims import ClaimKind, LicenceCheck
from rag.describe.product import MUST, SHOULD, Product
from rag.evaluate.metrics.metric import Better, Metric, ratio_metric


@dataclass(frozen=True)
class HouseLicence:
    """What a house adds to the licence of all texts that are compared: rules for fields, and phrases of its own."""

    rules: FieldRules = NO_RULES
    allowed: AllowedPhrases = field(default_factory=AllowedPhrases)


NO_HOUSE = HouseLicence()


@dataclass(frozen=True)
class CheckedRow:
    """The texts of one row, checked against its product; no texts where the fields say nothing that can be stated."""

    product: Product
    checks: tuple[LicenceCheck, ...] = ()


def check_rows(texts: Sequence[Sequence[str]], rows: Sequence[Row], house: HouseLicence = NO_HOUSE) -> list[CheckedRow]:
    """Check the texts of rows, any number a row, against the rows' fields."""
    checked = []
    for of_row, row in zip(texts, rows, strict=True):
        product = product_of(row, house)
        checks = (check_licence(text, product, house.allowed) for text in of_row) if product.fields else ()
        checked.append(CheckedRow(product, tuple(checks)))
    return checked


def product_of(row: Row, house: HouseLicence = NO_HOUSE) -> Product:
    """Return the product of a row, without fields where they say nothing that a text may state."""
    try:
        return understand_fields(row.values["fields"], house.rules)
    except InputError:
        return Product(())


def licence_metrics(rows: Sequence[CheckedRow]) -> list[Metric]:
    """Return the metrics of descriptions by `check_licence`, in percent, the rule of which is written there.

    unlicensed: of the content words and numbers, those that no field licenses, contradictions among them.
    clean_texts: of the texts, those without such a word or number.
    contradictions, changed_numbers, repetition, grammar: of the texts, those with a finding of that kind. Another kind
        of product than the fields' contradicts them as well.
    fields_stated: of the fields that a text has to state or should, those that it states. priority_left_out: of the
        fields that it has to state, those that it does not.
    """
    texts = [len(row.checks) for row in rows]

    def share(name: str, counts: Sequence[int], whole: Sequence[int], better: Better = "lower") -> Metric:
        return ratio_metric(name, [100 * count for count in counts], whole, better, "percent")

    def texts_with(name: str, *kinds: ClaimKind) -> Metric:
        return share(name, [sum(bool(check.of_kind(*kinds)) for check in row.checks) for row in rows], texts)

    # A field counts once for each text of its row.
    keys = [{field.key for field in row.product.stated if field.priority <= SHOULD} for row in rows]
    own = list(zip(rows, keys, strict=True))
    wanted = [sum(field.priority == MUST for field in row.product.stated) * len(row.checks) for row in rows]
    return [
        share(
            "unlicensed",
            [sum(check.untrue_words for check in row.checks) for row in rows],
            [sum(check.words for check in row.checks) for row in rows],
        ),
        share("clean_texts", [sum(check.is_true for check in row.checks) for row in rows], texts, "higher"),
        texts_with("contradictions", "contradiction", "type"),
        texts_with("changed_numbers", "number"),
        share(
            "fields_stated",
            [sum(len(listed & {*check.stated}) for check in row.checks) for row, listed in own],
            [len(listed) * len(row.checks) for row, listed in own],
            "higher",
        ),
        share("priority_left_out", [sum(len(check.omitted) for check in row.checks) for row in rows], wanted),
        texts_with("repetition", "repetition"),
        texts_with("grammar", "grammar"),
    ]
