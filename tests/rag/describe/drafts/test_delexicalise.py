"""Marks for values: what gets one, and that a text comes back as it was."""

from __future__ import annotations

import pytest

from rag.data.rows import read_rows
from rag.describe.drafts.delexicalise import Delexicalizer

MARKS = Delexicalizer(frozenset({"name", "memory", "family", "weight range"}))


def test_prompts_show_marks_beside_values() -> None:
    fields = {"name": "satellite eurus 65", "memory": "4 gb", "business": "true", "family": "dontcare"}
    assert MARKS.encode(fields) == {
        "name": "[name] satellite eurus 65",
        "memory": "[memory] 4 gb",
        "business": "true",
        "family": "dontcare",
    }


@pytest.mark.parametrize(
    ("fields", "text", "marked"),
    [
        (
            {"name": "satellite eurus 65", "family": "satellite"},
            "the Satellite Eurus 65 is of the satellite family",
            "the [name] is of the [family] family",
        ),
        ({"memory": "4 gb"}, "it has 14 gb , or 4 gb .", "it has 14 gb , or [memory] ."),
        ({"name": "a 1", "name 2": "b 2"}, "a 1 beats b 2", "[name] beats [name_2]"),
        ({"weight range": "light"}, "a light laptop, lightly built", "a [weight_range] laptop, lightly built"),
        ({"memory": "4.5"}, "4.5 and 4.55 and 14.5", "[memory] and 4.55 and 14.5"),
    ],
)
def test_values_become_marks_and_marks_values(fields: dict[str, str], text: str, marked: str) -> None:
    assert MARKS.encode_text(text, fields) == marked
    assert MARKS.restore(marked, fields).casefold() == text.casefold()


def test_marks_of_fields_that_were_not_given_are_left_out() -> None:
    assert MARKS.restore("[name] with [memory] of memory [sic]", {"name": "a 1"}) == "a 1 with of memory [sic]"


def test_examples_get_marks_of_their_own_fields() -> None:
    values = {"fields": {"name": "b"}, "intent": "inform", "examples": [({"name": "a"}, "a is good")]}
    assert MARKS.encode_values(values) == {
        "fields": {"name": "[name] b"},
        "intent": "inform",
        "examples": [({"name": "[name] a"}, "[name] is good")],
    }


def test_attributes_that_texts_paraphrase_get_no_marks() -> None:
    rows = [({"name": "a", "business": "for work"}, "a for the office"), ({"name": "b", "business": "yes"}, "b")]
    assert Delexicalizer.fit(rows).attributes == {"name"}


@pytest.mark.corpus
def test_every_real_description_comes_back_as_it_was(data: object) -> None:
    rows = read_rows(f"{data}/products/rnnlg_laptop/valid.jsonl")
    marks = Delexicalizer.fit((row.values["fields"], row.target) for row in rows)
    assert "name" in marks.attributes
    assert "isforbusinesscomputing" not in marks.attributes
    changed = 0
    for row in rows:
        fields = row.values["fields"]
        marked = marks.encode_text(row.target, fields)
        assert " ".join(marks.restore(marked, fields).split()) == " ".join(row.target.split())
        changed += marked != row.target
    assert changed > 0.95 * len(rows)
