from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ConfigError
from rag.describe.channels.write_channels import Channel, ChannelText
from rag.describe.fields.understand import understand_fields
from rag.describe.house_rules.address import Address, find_address
from rag.describe.house_rules.banned import BannedWords
from rag.describe.house_rules.rulebook import RuleBook
from rag.describe.house_rules.toml_rules import TextRules
from rag.describe.product import FieldSpan, Product, ProductField, SpannedText
from rag.describe.spans import compose_text, join_texts

CAPACITY = ProductField("capacity", "capacity", "measure", "1.7 l", ("1.7 l",))
POWER = ProductField("power", "power", "measure", "2200 W", ("2200 W",))
TYPE = ProductField("type", "type", "type", "electric kettle", ("electric kettle",))
KETTLE = Product((TYPE, CAPACITY, POWER))


def book(tmp_path: Path, content: str) -> RuleBook:
    file = tmp_path / "rules.toml"
    file.write_text(content, "utf-8")
    return RuleBook.read(file)


def broken(rules: RuleBook, text: str | SpannedText, channel: Channel = "long") -> list[tuple[str, str]]:
    whole = text if isinstance(text, str) else text.text
    return [(rule.rule, whole[rule.start : rule.end]) for rule in rules.broken_rules(text, channel, KETTLE)]


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("bargain", "Real BARGAINS here", ["BARGAINS"]),
        ("best in class", "the best-in-class kettle", ["best-in-class"]),
        ("best in class", "the best. In class", []),
        ("cheap", "Cheaply made, the cheapest; a cheap's", ["Cheaply", "cheapest", "cheap's"]),
        ("happy", "happily, the happiest", ["happily", "happiest"]),
        ("cook", "a cooker", []),
        ("cheap*", "cheaper by the day", ["cheaper"]),
        ("wonder*", "no wonderful wonder", ["wonderful", "wonder"]),
        ("best price", "best prices", ["best prices"]),
        ("ideal for", "ideal", []),
    ],
)
def test_banned_words_are_found_in_any_form(phrase: str, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end, _ in BannedWords((phrase,)).matches(text)] == expected


@pytest.mark.parametrize(
    ("address", "text", "expected"),
    [
        ("none", "Enjoy your tea. It's yours!", ["Enjoy", "your", "yours"]),
        ("none", "The use of it is simple. Use cases vary.", []),
        ("none", "Discover the taste", ["Discover"]),
        ("you", "You and the customer", ["the customer"]),
        ("formal", "It's here and doesn't leak! Für dich.", ["It's", "doesn't", "!", "dich"]),
        ("formal", "You may rely on the kettle's lid.", []),
    ],
)
def test_forms_of_address(address: Address, text: str, expected: list[str]) -> None:
    places = sorted((start, end) for start, end, _ in find_address(text, address))
    assert [text[start:end] for start, end in places] == expected


def test_words_of_a_field_are_no_address(tmp_path: Path) -> None:
    rules = book(tmp_path, 'address = "none"')
    assert broken(rules, SpannedText("The book is called You.", (FieldSpan(19, 22, "name"),))) == []
    assert broken(rules, "The book is called You.") == [("address", "You")]


def test_tables_add_up_and_the_most_particular_number_holds(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        banned = ["cheap"]
        max_words = 50
        address = "formal"
        [channel.long]
        max_words = 40
        [type.kettle]
        banned = ["toy"]
        max_words = 30
        address = "none"
        [type."electric kettle".channel.long]
        min_words = 3
        [type.lamp]
        banned = ["bright"]
        """,
    )
    assert rules.rules("long", KETTLE) == TextRules(banned=("cheap", "toy"), address="none", max_words=40, min_words=3)
    assert rules.rules("short", KETTLE) == TextRules(banned=("cheap", "toy"), address="none", max_words=30)
    assert rules.rules("short", Product((CAPACITY,))) == TextRules(banned=("cheap",), address="formal", max_words=50)


def test_each_broken_rule_has_its_words(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        banned = ["cheap"]
        required = ["{power}", "CE marked"]
        max_characters = 30
        max_words = 6
        max_sentences = 1
        """,
    )
    text = "It is cheap. It holds 1.7 l of water."
    assert broken(rules, text) == [
        ("banned", "cheap"), ("max_sentences", "It holds 1.7 l of water."), ("max_words", "l of water."),
        ("max_characters", " water."), ("required", ""), ("required", ""),
    ]  # fmt: skip
    messages = [rule.message for rule in rules.broken_rules(text, "long", KETTLE)]
    assert messages[0] == 'long says "cheap", which is banned'
    assert 'long does not say "CE marked", which is required' in messages
    assert "long does not state power, which is required" in messages


def test_a_required_field_is_stated_by_its_span_or_its_value_and_a_lacking_one_is_not_required(tmp_path: Path) -> None:
    rules = book(tmp_path, 'required = ["{power}", "{weight}"]')
    assert broken(rules, "It draws 2200 W.") == []
    assert broken(rules, SpannedText("It draws 2.2 kW.", (FieldSpan(9, 15, "power"),))) == []
    assert broken(rules, "A title", "title") == []
    assert broken(book(tmp_path, '[channel.title]\nrequired = ["{power}"]'), "A title", "title") == [("required", "")]


def test_an_allowed_phrase_excuses_a_banned_word_and_licenses_its_words(tmp_path: Path) -> None:
    rules = book(tmp_path, 'banned = ["cheap"]\nallowed = ["cheap to run"]\nrequired = ["CE marked", "{power}"]')
    assert broken(rules, "It is cheap to run, CE marked, 2200 W.") == []
    assert rules.allowed_phrases("long", KETTLE).phrases == ("cheap to run", "CE marked")


def test_a_text_that_breaks_a_rule_is_emptied_and_says_why(tmp_path: Path) -> None:
    rules = book(tmp_path, 'banned = ["cheap"]\nrequired = ["Not for sale to minors."]\nmax_words = 8')
    texts = [
        ChannelText("title", SpannedText("Cheap kettle")),
        ChannelText("short", SpannedText("It is red.")),
        ChannelText("long", SpannedText("", ()), "no field can be stated"),
    ]
    title, short, long = rules.keep(texts, KETTLE)
    assert title == ChannelText("title", SpannedText(""), 'title says "Cheap", which is banned')
    assert short == ChannelText("short", SpannedText("It is red. Not for sale to minors."))
    assert long == texts[2]


def test_a_text_that_is_too_long_loses_its_last_sentences(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        'required = ["Handle with care."]\n[channel.short]\nmax_sentences = 2\n[channel.bullets]\nmax_words = 4',
    )
    sentences = SpannedText(
        "It draws 2200 W. It holds 1.7 l. It is red.", (FieldSpan(9, 15, "power"), FieldSpan(26, 31, "x"))
    )
    short, bullets = rules.keep(
        [ChannelText("short", sentences), ChannelText("bullets", SpannedText("Power: 2200 W\nColour: red\nSize: M"))],
        KETTLE,
    )
    assert short.content == SpannedText("It draws 2200 W. Handle with care.", (FieldSpan(9, 15, "power"),))
    assert bullets.text == "Power: 2200 W"


TEA = understand_fields(
    {"name": "Mint", "type": "tea", "ingredients": "peppermint, almonds", "origin": "Morocco", "allergens": "almonds"}
)


def tea_text(*sentences: tuple[str, str]) -> SpannedText:
    """Return sentences as one text, each all of it the statement of a field."""
    spanned = [SpannedText(text, (FieldSpan(0, len(text), key),)) for text, key in sentences]
    return join_texts(spanned, " ")


def test_no_limit_cuts_ingredients_or_allergens(tmp_path: Path) -> None:
    whole = tea_text(
        ("Mint is a tea.", "name"), ("It comes from Morocco.", "origin"),
        ("Ingredients: peppermint, almonds.", "ingredients"), ("Allergens: almonds.", "allergens"),
    )  # fmt: skip
    (long,) = book(tmp_path, "max_sentences = 3").keep([ChannelText("long", whole)], TEA)
    assert long.text == "Mint is a tea. Ingredients: peppermint, almonds. Allergens: almonds."
    assert long.cut == ("origin",)
    assert [long.content.text[span.start : span.end] for span in long.content.spans][-1] == "Allergens: almonds."
    (refused,) = book(tmp_path, "max_characters = 50").keep([ChannelText("long", whole)], TEA)
    assert (refused.text, refused.cut) == ("", ())
    assert refused.reason == (
        "long has 91 characters, at most 50 are allowed; what no limit may cut: allergens, ingredients"
    )


LISTED = compose_text(
    [tea_text(("Mint is a tea.", "name")), tea_text(("It is green.", "x")), tea_text(("It is hot.", "y"))],
    [
        tea_text(("Allergens: almonds", "allergens")),
        tea_text(("Origin: Morocco", "origin")),
        tea_text(("Form: loose", "z")),
    ],
)


@pytest.mark.parametrize(
    ("rule", "text", "cut"),
    [
        # A line is no sentence, and none goes where sentences are too many.
        ("max_sentences = 3", LISTED.text, ()),
        (
            "max_sentences = 2",
            "Mint is a tea. It is green.\n\n- Allergens: almonds\n- Origin: Morocco\n- Form: loose",
            ("y",),
        ),
        # Elsewhere the last lines go first, then sentences; what is vital stays.
        (
            "max_characters = 75",
            "Mint is a tea. It is green. It is hot.\n\n- Allergens: almonds",
            ("origin", "z"),
        ),
        ("max_words = 14", "Mint is a tea. It is green. It is hot.\n\n- Allergens: almonds", ("origin", "z")),
        ("max_characters = 40", "Mint is a tea.\n\n- Allergens: almonds", ("x", "y", "origin", "z")),
        (
            "max_characters = 67\nmax_sentences = 2",
            "Mint is a tea. It is green.\n\n- Allergens: almonds\n- Origin: Morocco",
            ("y", "z"),
        ),
    ],
)
def test_lines_of_details_go_before_sentences(tmp_path: Path, rule: str, text: str, cut: tuple[str, ...]) -> None:
    (long,) = book(tmp_path, rule).keep([ChannelText("long", LISTED)], TEA)
    assert (long.text, long.cut, long.reason) == (text, cut, "")
    assert {span.key for span in long.content.spans} == {span.key for span in LISTED.spans} - set(cut)


def test_the_first_of_lines_without_sentences_is_not_cut(tmp_path: Path) -> None:
    lines = compose_text([], [tea_text(("Form: loose", "z")), tea_text(("Origin: Morocco", "origin"))])
    (long,) = book(tmp_path, "max_words = 5").keep([ChannelText("long", lines)], TEA)
    assert (long.text, long.cut) == ("- Form: loose", ("origin",))
    (long,) = book(tmp_path, "max_words = 1").keep([ChannelText("long", lines)], TEA)
    assert (long.text, long.reason) == ("", "long has 6 words, at most 1 are allowed")


def test_a_required_sentence_stands_before_the_lines(tmp_path: Path) -> None:
    rules = book(tmp_path, 'required = ["Not for sale to minors."]\nmax_sentences = 2')
    (long,) = rules.keep([ChannelText("long", LISTED)], TEA)
    assert long.text == (
        "Mint is a tea. Not for sale to minors.\n\n- Allergens: almonds\n- Origin: Morocco\n- Form: loose"
    )
    only = ChannelText("long", compose_text([], [tea_text(("Form: loose", "z"))]))
    assert rules.keep([only], TEA)[0].text == "Not for sale to minors.\n\n- Form: loose"


def test_a_required_mention_is_kept_and_another_sentence_goes(tmp_path: Path) -> None:
    whole = tea_text(
        ("Mint is a tea.", "name"), ("It is cheap.", "x"), ("It comes from Morocco.", "origin"),
    )  # fmt: skip
    rules = book(tmp_path, 'required = ["{origin}"]\nmax_sentences = 2')
    (long,) = rules.keep([ChannelText("long", whole)], TEA)
    assert (long.text, long.cut) == ("Mint is a tea. It comes from Morocco.", ("x",))


def test_a_text_is_not_shortened_by_what_it_has_to_say(tmp_path: Path) -> None:
    rules = book(tmp_path, 'required = ["{power}"]\nmax_sentences = 1')
    (short,) = rules.keep([ChannelText("short", SpannedText("It is red. It draws 2200 W."))], KETTLE)
    assert (short.text, short.reason) == ("", "short has 2 sentences, at most 1 are allowed")


def test_the_limits_of_a_title_are_those_of_the_rules(tmp_path: Path) -> None:
    rules = book(tmp_path, "[channel.title]\nmax_characters = 20\n[type.kettle.channel.alt_text]\nmax_characters = 9")
    limits = rules.limits(KETTLE)
    assert (limits.title, limits.alt_text, limits.meta_title) == (20, 9, 60)
    assert rules.limits(Product(())).alt_text == 125


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('banned = "x"', "banned is 'x'; it has to be a list of texts"),
        ('baned = ["x"]', "unknown rule 'baned'; did you mean banned?"),
        ("[chanel.title]\nmax_words = 1", "unknown rule 'chanel'; did you mean channel?"),
        ("[channel.titel]\nmax_words = 1", "unknown channel 'titel'; did you mean title?"),
        ("max_words = true", "max_words is True; it has to be a whole number above 0"),
        ("max_words = 0", "max_words is 0; it has to be a whole number above 0"),
        ("min_words = 5\nmax_words = 3", "min_words is 5, more than max_words, which is 3"),
        ("min_words = 5\n[channel.title]\nmax_words = 3", r"\[channel.title\]: min_words is 5, more than"),
        ('address = "sie"', "address is 'sie'; known: you, none, formal"),
        ('banned = ["cheap"]\nrequired = ["Cheap as chips"]', "'Cheap as chips' is required, but holds 'cheap'"),
        ('banned = ["x"]\nallowed = ["X"]', "'X' is banned and allowed"),
        ('required = ["has {weight}"]', "a field stands alone in required"),
        ('banned = ["--"]', "in which there is no word"),
        ("a = ", "is not valid TOML"),
        ("[type]\nkettle = 3", r"'kettle' stands in \[type\]; rules go in a table such as \[type.kettle\]"),
        ("type = 3", r"type is 3; it has to be tables such as \[type.kettle\]"),
    ],
)
def test_a_mistake_is_refused_in_one_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        book(tmp_path, content)
    assert "\n" not in str(error.value)


def test_a_lacking_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no rules at .*rules\.toml: give a TOML file"):
        RuleBook.read(tmp_path / "rules.toml")


def test_the_fingerprint_changes_with_the_rules(tmp_path: Path) -> None:
    assert book(tmp_path, 'banned = ["a"]').fingerprint == book(tmp_path, 'banned = [ "a" ]').fingerprint
    assert book(tmp_path, 'banned = ["a"]').fingerprint != book(tmp_path, 'allowed = ["a"]').fingerprint
