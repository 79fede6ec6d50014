"""Which values a text states: by hand-worked cases, and on people's descriptions, as they are and corrupted."""

from __future__ import annotations

import random
import re
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from rag.data.rows import Row, read_rows
from rag.describe.drafts.slots import SlotCheck, check_slots
from rag.describe.drafts.value_lexicon import ValueLexicon

PRODUCTS = Path(__file__).parents[5] / "shared" / "data" / "products"
LEXICON = ValueLexicon.of(
    [
        {
            "name": "satellite eurus 65",
            "family": "satellite",
            "memory": "4 gb",
            "platform": "windows 8",
            "type": "laptop",
        },
        {"name": "tecra pan 29", "family": "tecra", "memory": "8 gb", "platform": "windows 8.1 pro", "drive": "500 gb"},
        {"name": "portege eos 3", "family": "satellite pro", "memory": "16 gb", "utility": "ultra mobile", "hdmi": "2"},
        {"weight": "2.20 kg", "hdmi": "3", "battery": "good", "platform": "windows 8 pro", "business": "true"},
    ]
)


def check(text: str, lexicon: ValueLexicon | None = LEXICON, **fields: object) -> SlotCheck:
    return check_slots(text, fields, lexicon)


def test_a_right_description_has_no_errors() -> None:
    found = check("The Satellite  Eurus 65 has 4 GB of memory.", name="satellite eurus 65", memory="4 gb")
    assert found == SlotCheck((), (), (), 2)


@pytest.mark.parametrize(
    ("text", "value", "held"),
    [
        ("it has 4 gb", "4 gb", True),
        ("it has 4GB", "4 gb", True),
        ("it has 14 gb", "4 gb", False),
        ("it has 1.4 gb", "4 gb", False),
        ("it has 4.1 gb", "4 gb", False),
        ("it has 4 gbx", "4 gb", False),
        ("it weighs 3.50 kg", "3.5 kg", True),
        ("it weighs 3.05 kg", "3.5 kg", False),
        ("it costs 1,225 dollars.", "1225 dollars", True),
        ("rated a++", "a++", True),
        ("rated a++", "a+", False),
        ("rated a+", "a", False),
        ("it has two ports", "2", True),
        ("a 24 inch screen, 24 inches", "24 inch", True),
        ("black finish, black keyboard", "black finish , black keyboard", True),
        ("black finish and black keyboard", "black finish , black keyboard", False),
        ("resolution of 720p.", "720p", True),
        ("windows 8.1.", "windows 8.1", True),
        ("windows 8.1", "windows 8", False),
    ],
)
def test_verbatim_at_word_boundaries(text: str, value: str, held: bool) -> None:
    found = check_slots(text, {"field": value})
    assert (not found.missing and not found.wrong) is held


@pytest.mark.parametrize("value", [True, False, None, "true", "False", "dontcare", "none", "", "?", " "])
def test_what_says_nothing_is_not_a_slot(value: object) -> None:
    assert check("anything", field=value) == SlotCheck((), (), (), 0)


def test_another_value_of_the_attribute_is_wrong_and_not_missing() -> None:
    text = "the tecra pan 29 has 8 GB memory"
    found = check(text, name="tecra pan 29", memory="4 gb")
    assert found == SlotCheck((), (("memory", "8 GB"),), (), 2, ((21, 25),))
    assert found.errors == 1
    assert text[21:25] == "8 GB"


def test_a_wrong_number_in_the_place_of_the_right_one_needs_no_lexicon() -> None:
    found = check("it has 5 gb of memory", None, memory="4 gb")
    assert found == SlotCheck((), (("memory", "5 gb"),), (), 1, ((7, 11),))


def test_a_number_alone_is_wrong_when_it_is_a_known_value_of_the_attribute() -> None:
    assert check("it has 3 hdmi ports", hdmi="2").wrong == (("hdmi", "3"),)
    assert check("it has 7 hdmi ports", hdmi="2") == SlotCheck(("hdmi",), (), ("7",), 1, ((7, 8),))


def test_a_longer_known_value_is_what_the_text_states() -> None:
    assert check("it runs windows 8 pro", platform="windows 8").wrong == (("platform", "windows 8 pro"),)
    assert check("it runs windows 8", platform="windows 8 pro").missing == ("platform",)  # a part is not another value


def test_given_values_hide_what_stands_within_them() -> None:
    found = check("the satellite eurus 65 of the satellite pro line", name="satellite eurus 65", family="satellite pro")
    assert found == SlotCheck((), (), (), 2)


def test_values_and_numbers_that_nothing_gives_are_invented_once_each() -> None:
    text = "the tecra pan 29 has a 500 gb drive, a 500 gb drive, 16 cores and is ultra mobile"
    found = check(text, name="tecra pan 29")
    assert found.invented == ("500 gb", "16", "ultra mobile")
    assert [text[start:end] for start, end in found.spans] == ["500 gb", "500 gb", "16", "ultra mobile"]
    assert found.missing == ()


def test_single_words_are_doubtful_but_explain_what_is_missing() -> None:
    assert check("a good choice, says tecra", memory="?").invented == ()
    assert check("the tecra", family="satellite").wrong == (("family", "tecra"),)


def test_numbers_of_any_given_field_may_be_said() -> None:
    assert check("65 of them, 8.10 and 8.1", None, name="satellite eurus 65", platform="windows 8.1").invented == ()


def test_a_repeated_attribute_is_compared_under_one_name() -> None:
    fields = {"name": "tecra pan 29", "memory": "4 gb", "name 2": "portege eos 3", "memory 2": "16 gb"}
    found = check_slots("tecra pan 29 has 8 gb and portege eos 3 has 16 gb", fields, LEXICON)
    assert found == SlotCheck((), (("memory", "8 gb"),), (), 4, ((17, 21),))


def test_two_given_values_joined_are_no_third() -> None:
    lexicon = ValueLexicon.of([{"extras": "remote control"}, {"extras": "remote control and stand"}, {"foot": "stand"}])
    assert check("a remote control and stand", lexicon, extras="remote control", foot="stand").errors == 0
    assert check("a remote control and stand", lexicon, extras="remote control").wrong == (
        ("extras", "remote control and stand"),
    )


def test_texts_teach_which_words_state_a_value() -> None:
    fields = [{"size": "large", "rating": "good"}] * 10 + [{"size": "small", "rating": "fair"}] * 10
    texts = ["a large laptop with a good battery"] * 10 + ["a good small laptop with a fair battery"] * 10
    taught, untaught = ValueLexicon.of(fields, texts), ValueLexicon.of(fields)
    assert check("a large and good laptop", taught, rating="fair").invented == ("large",)
    assert check("a large and good laptop", untaught, rating="fair").invented == ()


def test_what_all_rows_are_is_no_invention() -> None:
    lexicon = ValueLexicon.of([{"type": "smart phone", "size": f"{size} inch"} for size in range(5)])
    assert check("a smart phone of 3 inch", lexicon, size="3 inch").errors == 0


def test_an_empty_text_lacks_everything() -> None:
    assert check("", name="tecra pan 29", memory="8 gb").missing == ("name", "memory")
    assert check("", None).slots == 0


pieces = st.sampled_from(
    ["4 gb", "8 gb", "windows", "8.1", "pro", "tecra", "12", "two", ",", "a+", "_", "ß", "satellite"]
)
phrases = st.lists(pieces, max_size=8).map(" ".join)
products = st.dictionaries(st.sampled_from(["name", "name 2", "memory", "", "é"]), phrases, max_size=4)


@given(phrases, products, st.lists(products, max_size=4))
@settings(max_examples=200, deadline=None)
def test_whatever_is_given_the_sums_are_right(text: str, fields: dict[str, str], known: list[dict[str, str]]) -> None:
    found = check_slots(text, fields, ValueLexicon.of(known))
    names = [*found.missing, *(name for name, _ in found.wrong)]
    assert len(set(names)) == len(names) <= found.slots <= len(fields)
    assert all(0 <= start < end <= len(text) for start, end in found.spans)
    shown = {text[start:end] for start, end in found.spans}
    assert {*(value for _, value in found.wrong), *found.invented} <= shown
    everything = check_slots(" . ".join(fields.values()), fields)
    assert everything == SlotCheck((), (), (), found.slots)


needs_products = pytest.mark.skipif(not PRODUCTS.is_dir(), reason="needs the shared products")


@needs_products
@pytest.mark.corpus
@pytest.mark.parametrize(("name", "most_missing"), [("rnnlg_laptop", 0.0), ("rnnlg_tv", 0.2)])
def test_peoples_descriptions_hold_what_they_were_given(name: str, most_missing: float) -> None:
    lexicon, rows = lexicon_and_rows(name)
    began = time.process_time()
    checks = [check_slots(row.target, row.values["fields"], lexicon) for row in rows]
    seconds = time.process_time() - began
    slots = sum(check.slots for check in checks)
    assert slots > 5000
    assert 100 * sum(len(check.missing) for check in checks) / slots <= most_missing
    assert 100 * sum(len(check.wrong) + len(check.invented) for check in checks) / slots <= 0.3
    assert len(rows) / seconds > 1000


@needs_products
@pytest.mark.corpus
@pytest.mark.parametrize("corruption", ["swapped", "deleted", "inserted"])
@pytest.mark.parametrize("name", ["rnnlg_laptop", "rnnlg_tv"])
def test_corrupted_descriptions_are_found(name: str, corruption: str) -> None:
    lexicon, rows = lexicon_and_rows(name)
    chance = random.Random(0)
    found = []
    for row in rows:
        fields = row.values["fields"]
        corrupted = corrupt(row.target, fields, lexicon, corruption, chance)
        if corrupted is not None:
            before = check_slots(row.target, fields, lexicon).errors
            found.append(check_slots(corrupted, fields, lexicon).errors > before)
    print(f"{name}: {100 * sum(found) / len(found):.1f}% of {len(found)} {corruption} values found")
    assert len(found) > 800
    assert sum(found) >= 0.95 * len(found)


@cache
def lexicon_and_rows(name: str) -> tuple[ValueLexicon, list[Row]]:
    train = read_rows(PRODUCTS / name / "train.jsonl")
    lexicon = ValueLexicon.of([row.values["fields"] for row in train], [row.target for row in train])
    return lexicon, read_rows(PRODUCTS / name / "test.jsonl")


def corrupt(
    text: str, fields: dict[str, str], lexicon: ValueLexicon, corruption: str, chance: random.Random
) -> str | None:
    """The text with one value swapped, deleted or inserted; None where the values do not allow it."""
    given = [value for value in fields.values() if value not in ("true", "false", "dontcare", "none", "?", "")]
    open_to = {name: values for name, values in lexicon.values.items() if len(values) > 1}
    if corruption == "inserted":
        attribute = chance.choice(sorted(open_to))
        value = chance.choice(open_to[attribute])
        return None if any(whole(value).search(each) for each in given) else f"{text} . it has {value} {attribute}"
    stated = [name for name, value in fields.items() if value in given and whole(value).search(text)]
    name = chance.choice(stated) if stated else ""
    others = [value for value in open_to.get(re.sub(r" \d+$", "", name), ()) if value not in given]
    if not name or (corruption == "swapped" and not others):
        return None
    corrupted = whole(fields[name]).sub(chance.choice(others) if corruption == "swapped" else "", text)
    return None if whole(fields[name]).search(corrupted) or fields[name] in corrupted else corrupted


def whole(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(value)}(?![\w+])", re.IGNORECASE)
