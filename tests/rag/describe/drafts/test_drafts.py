"""Descriptions: checked, written again where they fail, marked where they still do, kept where a run was ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest

from prompts.types import Message, RenderedPrompt
from rag.data.contexts import FixedExamples, SimilarRows
from rag.data.rows import Row
from rag.describe.catalogue.product_file import read_products
from rag.describe.drafts.draft_writer import DraftText, DraftWriter
from rag.describe.drafts.value_lexicon import ValueLexicon
from rag.generate.base import Decoding, Generation
from rag.generate.trained import TRAINED_FILE, Trained

LAMP = {"brand": "Acme", "colour": "red", "weight": "2 kg"}
LEXICON = ValueLexicon({"colour": ("red", "dark blue"), "brand": ("Acme", "Zeta"), "weight": ("2 kg", "3 kg")})


class Attempts:
    """Writes by the attempt: the first is greedy, later ones are told apart by their seeds."""

    special_tokens: frozenset[str] = frozenset()
    style = "completion"
    context_window = 300

    def __init__(self, write: Callable[[str, int], str], name: str = "attempts") -> None:
        self.write = write
        self.name = name
        self.calls: list[tuple[int, Decoding]] = []
        self.prompts: list[RenderedPrompt] = []

    @property
    def fingerprint(self) -> str:
        return self.name

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return len(str(prompt).split())

    def prompt_window(self, max_new_tokens: int) -> int:
        return self.context_window - max_new_tokens

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        self.calls.append((len(prompts), decoding))
        self.prompts += prompts
        attempt = decoding.seed or 0 if decoding.temperature else 0
        return [Generation(self.write(str(prompt), attempt), 7, 3, "stop") for prompt in prompts]


def test_a_right_description_is_written_once() -> None:
    generator = Attempts(lambda prompt, attempt: " The red lamp by Acme weighs 2 kg. ")
    described = DraftWriter(generator, lexicon=LEXICON).write({**LAMP, "note": "", "size": None})
    text = "The red lamp by Acme weighs 2 kg."
    assert described == DraftText(LAMP, text, (), (), (), (), (), "attempts", 1, text, 7, 3)
    assert [size for size, _ in generator.calls] == [1]


def test_what_fails_is_written_again_all_of_it_at_a_time_and_the_rightest_stays() -> None:
    texts = {
        "red": ["A lamp.", "A red lamp by Acme, 3 kg.", "A red lamp by Acme of 2 kg."],
        "green": ["A green Acme.", "A green one.", "A lamp by Acme.", "Nothing."],
        "blue": ["Blue, by Acme."],
    }
    generator = Attempts(lambda prompt, attempt: next(texts[c][attempt] for c in texts if c in prompt))
    products = [{**LAMP}, {"brand": "Acme", "colour": "green", "price": 9}, {"brand": "Acme", "colour": "blue"}]
    red, green, blue = DraftWriter(generator, lexicon=LEXICON, decoding={"seed": 0}).write_many(products)
    assert (red.text, red.errors, red.attempts, red.first) == (texts["red"][2], 0, 3, "A lamp.")
    assert (green.text, green.missing, green.attempts) == ("A green Acme.", ("price",), 4)
    assert (blue.text, blue.attempts) == ("Blue, by Acme.", 1)
    assert [(size, each.temperature, each.seed) for size, each in generator.calls] == [
        (3, 0.0, 0), (2, 1.0, 1), (2, 1.0, 2), (1, 1.0, 3)
    ]  # fmt: skip
    assert (red.prompt_tokens, red.completion_tokens) == (21, 9)


def test_what_stays_wrong_is_marked() -> None:
    text = "A dark blue lamp by Acme, 2 kg, 40 watts."
    described = DraftWriter(Attempts(lambda *_: text), lexicon=LEXICON, attempts=2).write(LAMP)
    assert (described.missing, described.wrong, described.invented) == ((), (("colour", "dark blue"),), ("40",))
    assert [text[start:end] for start, end in described.spans] == ["dark blue", "40"]
    assert described.attempts == 2


def test_one_attempt_is_not_repeated_and_none_is_refused() -> None:
    generator = Attempts(lambda *_: "A lamp.")
    assert DraftWriter(generator, attempts=1).write(LAMP).missing == ("brand", "colour", "weight")
    assert len(generator.calls) == 1
    with pytest.raises(ValueError, match="attempts is 0: at least one"):
        DraftWriter(generator, attempts=0)


def test_first_texts_can_be_tried_again_later() -> None:
    generator = Attempts(lambda prompt, attempt: ["A lamp.", "The red Acme, 2 kg."][attempt])
    writer = DraftWriter(generator, lexicon=LEXICON)
    rows = [Row("a", "describe", {"fields": LAMP, "intent": "inform"}, ())]
    [first] = writer.first_texts(rows)
    assert (first.text, len(generator.calls)) == ("A lamp.", 1)
    [again] = writer.retry(rows, [first])
    assert again == writer.write_rows(rows)[0]
    assert (again.text, again.attempts) == ("The red Acme, 2 kg.", 2)


@pytest.mark.parametrize(
    ("products", "message"),
    [
        ([{}], "^no fields to describe: give NAME=VALUE"),
        ([LAMP, {"brand": ""}], "^product 2 of 2 has no fields"),
        ([LAMP, {"brand": "word " * 400}], "^row 2: the prompt has"),
    ],
)
def test_products_that_cannot_be_described_are_named(products, message) -> None:
    with pytest.raises(ValueError, match=message):
        DraftWriter(Attempts(lambda *_: "")).write_many(products)


def test_a_model_that_writes_marks_is_shown_them_and_its_text_is_filled_in(tmp_path) -> None:
    trained = Trained(("describe",), frozenset({"brand", "weight"}), {"colour": ["red", "dark blue"]})
    (tmp_path / TRAINED_FILE).write_text(json.dumps(trained.as_object()))
    generator = Attempts(lambda *_: "the [brand] lamp is dark blue , [weight]", str(tmp_path))
    described = DraftWriter(generator).write(LAMP)
    assert "brand: [brand] Acme" in generator.prompts[0]
    assert described.text == "the Acme lamp is dark blue , 2 kg"
    assert described.wrong == (("colour", "dark blue"),), "its folder says what it has seen"
    assert generator.calls[0][1] == Decoding(max_new_tokens=96), "it has learnt when to stop"


def product(number: int, fields: dict[str, str], text: str) -> Row:
    return Row(str(number), "describe", {"fields": fields, "intent": ""}, (text,))


TRAIN = [
    product(1, {"maker": "Zeta", "tint": "green"}, "Green Zeta."),
    product(2, {"brand": "Acme", "size": "big"}, "Big Acme."),
    product(3, {"brand": "Acme", "colour": "red", "weight": "3 kg"}, "Red Acme, 3 kg."),
    product(4, LAMP, "The very same."),
]


def test_examples_are_shown_and_never_the_product_itself() -> None:
    generator = Attempts(lambda *_: "")
    DraftWriter(generator, contexts=SimilarRows.of(TRAIN, 2), attempts=1).write(LAMP)
    assert generator.prompts[0] == (
        "brand: Acme\nsize: big\nDescription: Big Acme.\n\n"
        "brand: Acme\ncolour: red\nweight: 3 kg\nDescription: Red Acme, 3 kg.\n\n"
        "brand: Acme\ncolour: red\nweight: 2 kg\nDescription:"
    )
    DraftWriter(generator, contexts=SimilarRows.of(TRAIN, 1, "passages"), attempts=1).write(LAMP)
    assert str(generator.prompts[1]).startswith("Notes on similar products:\n[1] Red Acme, 3 kg.\n\nbrand: Acme")
    DraftWriter(generator, contexts=FixedExamples(TRAIN), attempts=1).write(LAMP)
    assert str(generator.prompts[2]).count("Description: ") == 3


def test_fixed_examples_are_drawn_by_a_seed_and_similar_rows_are_ranked() -> None:
    rows = [product(n, {"name": f"thing {n}"}, f"Thing {n}.") for n in range(50)]
    drawn = FixedExamples.draw(rows, 5, seed=3)
    assert drawn == FixedExamples.draw(rows, 5, seed=3)
    assert drawn != FixedExamples.draw(rows, 5, seed=4)
    similar = SimilarRows.of([*TRAIN, *TRAIN], 3).similar(product(9, LAMP, ""))
    assert [row.target for row in similar] == ["Red Acme, 3 kg.", "Red Acme, 3 kg.", "Big Acme."]
    for make in (FixedExamples.draw, SimilarRows.of):
        with pytest.raises(ValueError, match=r"60 .* cannot be chosen from 50 rows"):
            make(rows, 60)
        with pytest.raises(ValueError, match="at least 1 has to be shown"):
            make(rows, 0)


def test_an_empty_product_is_refused_before_anything_is_written(tmp_path) -> None:
    (tmp_path / "p.csv").write_text("name,price\nlamp,3\n,\n")
    with pytest.raises(ValueError, match=r"p.csv: product 2 of 2 has no field with a value"):
        read_products([], tmp_path / "p.csv")


def test_chat_examples_are_turns() -> None:
    generator = Attempts(lambda *_: "")
    generator.style = "chat"
    DraftWriter(generator, contexts=FixedExamples(TRAIN[:2]), attempts=1).write(LAMP)
    turns = generator.prompts[0]
    assert all(isinstance(turn, Message) for turn in turns)
    assert [turn.role for turn in turns] == ["system", "user", "assistant", "user", "assistant", "user"]
