"""The table [describe.fields]: what it sets, for which products, and what it refuses."""

import tomllib

import pytest

from ingest.errors import ConfigError
from rag.describe.fields.field_rules import FieldRule, FieldRules
from rag.describe.fields.understand import understand_fields
from rag.describe.product import MUST

RULES = FieldRules.read(
    tomllib.loads(
        """
        [describe.fields.weight]
        label = "net weight"
        unit = "kg"
        [describe.fields."battery life"]
        priority = 3
        order = 1
        [describe.fields.margin]
        hide = false
        [describe.fields.Colour]
        hide = true
        [describe.fields.capacity.types.kettle]
        priority = 1
        """
    )["describe"]["fields"]
)


def test_rules_change_what_is_understood():
    product = understand_fields(
        {"name": "Kettle K1", "category": "Kettles", "weight": "0.9", "batteryLifeHours": 3, "margin": "30 %",
         "colour": "red", "capacity": "1 l"}, RULES
    )  # fmt: skip
    weight = product.field("weight")
    assert (weight.label, weight.shown) == ("net weight", "0.9 kg")
    assert product.field("margin").hidden == ""
    assert product.field("colour").hidden == "hidden by a rule"
    assert product.field("capacity").priority == MUST
    assert product.stated[2].key == "batteryLifeHours"


def test_a_rule_of_a_type_holds_for_that_type_only():
    assert RULES.rule("capacity", "capacity", "water kettle") == FieldRule(priority=1)
    assert RULES.rule("capacity", "capacity", "mug") == FieldRule()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"weight": {"lable": "x"}}, r"\[describe.fields.weight\] unknown key 'lable'; did you mean label\?"),
        ({"weight": {"priority": 4}}, r"priority is 4; it has to be 1 \(must be stated\)"),
        ({"weight": {"hide": "yes"}}, "hide is 'yes'; it has to be true or false"),
        ({"weight": {"order": "a"}}, "order is 'a'; it has to be a whole number"),
        ({"weight": {"label": 3}}, "label is 3; it has to be a text in quotes"),
        ({"weight": 3}, r"weight has to be a table: \[describe.fields.weight\]"),
        ({"a b": {"types": {"kettle": {"types": {}}}}}, r'\[describe.fields."a b".types.kettle\] unknown key'),
        ({"weight": {"types": 3}}, "types has to hold tables"),
    ],
)
def test_mistakes_are_refused_in_one_line(table, message):
    with pytest.raises(ConfigError, match=message):
        FieldRules.read(table)
