"""The licence check's metrics by hand: each text's findings are counted once, in the row that it belongs to."""

from __future__ import annotations

import math
from typing import Any

import pytest

from rag.data.rows import Row
from rag.describe.fields.field_rules import FieldRules
from rag.describe.licence.allowed import AllowedPhrases
from rag.evaluate.metrics import HouseLicence, check_rows, licence_metrics

KETTLE = {"name": "Vesta 3", "type": "kettle", "colour": "black", "capacity": "1.5 l", "cordless": "no"}
TRUE = "The Vesta 3 is a black kettle of 1.5 l that is not cordless."


def describe(number: int, fields: dict[str, Any]) -> Row:
    return Row(str(number), "describe", {"fields": fields, "intent": ""}, ())


def measure(
    texts: list[list[str]], fields: list[dict[str, Any]], house: HouseLicence | None = None
) -> dict[str, float]:
    rows = [describe(number, product) for number, product in enumerate(fields)]
    checked = check_rows(texts, rows, house or HouseLicence())
    return {metric.name: metric.value for metric in licence_metrics(checked)}


def test_a_true_text_has_no_finding() -> None:
    assert measure([[TRUE]], [KETTLE]) == {
        "unlicensed": 0,
        "clean_texts": 100,
        "contradictions": 0,
        "changed_numbers": 0,
        "fields_stated": 100,
        "priority_left_out": 0,
        "repetition": 0,
        "grammar": 0,
    }


def test_each_finding_is_counted_in_its_own_metric() -> None:
    # Three claims, "elegant", "cordless" and "2 l", of six words and figures.
    metrics = measure([["The Vesta 3 is an elegant cordless kettle of 2 l."]], [KETTLE])
    assert metrics["unlicensed"] == pytest.approx(100 * 3 / 6)
    assert metrics["clean_texts"] == 0
    assert metrics["contradictions"] == metrics["changed_numbers"] == 100
    assert metrics["fields_stated"] == 50, "name and type of four fields; what a product lacks need not be stated"
    assert metrics["priority_left_out"] == metrics["repetition"] == metrics["grammar"] == 0


def test_style_is_no_matter_of_truth() -> None:
    metrics = measure([["the Vesta 3 is an black kettle of 1.5 l . It holds 1.5 l"]], [KETTLE])
    assert (metrics["clean_texts"], metrics["unlicensed"]) == (100, 0)
    assert (metrics["repetition"], metrics["grammar"]) == (100, 100)


def test_another_kind_of_product_contradicts() -> None:
    metrics = measure([["The Vesta 3 is a laptop."]], [KETTLE])
    assert metrics["contradictions"] == 100
    assert metrics["priority_left_out"] == pytest.approx(50), "the type, of name and type"


def test_texts_of_one_row_count_each_and_a_row_without_texts_is_left_out() -> None:
    rows = [KETTLE, {"name": "Almonds", "palm oil": "no"}, KETTLE]
    metrics = measure([[TRUE, "The Vesta 3 is cordless."], ["Almonds with palm oil."], []], rows)
    assert metrics["clean_texts"] == pytest.approx(100 / 3)
    assert metrics["contradictions"] == pytest.approx(200 / 3)
    assert metrics["priority_left_out"] == pytest.approx(100 * 1 / 5), "one type, of twice two fields and one"


def test_a_row_whose_fields_say_nothing_is_left_out() -> None:
    metrics = measure([["What range?"], [TRUE]], [{"weightrange": "n/a"}, KETTLE])
    assert metrics["clean_texts"] == 100
    assert all(math.isnan(value) for value in measure([["What range?"]], [{"weightrange": ""}]).values())


def test_a_house_licenses_phrases_and_ranks_fields() -> None:
    rules = FieldRules.read({"colour": {"priority": 1}, "cordless": {"hide": True}})
    house = HouseLicence(rules, AllowedPhrases(("made with care",)))
    text = "The Vesta 3 is a kettle of 1.5 l, made with care."
    assert measure([[text]], [KETTLE])["clean_texts"] == 0
    metrics = measure([[text]], [KETTLE], house)
    assert metrics["clean_texts"] == 100
    assert metrics["priority_left_out"] == pytest.approx(100 / 3), "the colour"
    assert metrics["fields_stated"] == pytest.approx(75), "the hidden field is none of them"
