"""The Describer: whatever writes the texts, they say what the fields say and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from prompts.types import Message, RenderedPrompt
from rag.describe import Describer
from rag.describe.channels.write_channels import CHANNELS
from rag.describe.drafts.draft_writer import DraftWriter
from rag.describe.fields.understand import understand_fields
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.check import check_licence
from rag.describe.product import SpannedText
from rag.describe.realise.plan import DescriptionPlan
from rag.describe.realise.realiser import realise_by_sentence
from rag.generate.base import Decoding, Generation

KETTLE = {
    "name": "Kettle K1", "brand": "Lund", "colour": "copper", "cordless": "no", "capacity": "1.7 l",
    "allergens": "milk", "palm oil": "no", "sku": "K-100",
}  # fmt: skip


class Inventing:
    """A generator that writes the texts it is given, in turn, and keeps the prompts."""

    special_tokens: frozenset[str] = frozenset()
    name = fingerprint = "inventing"
    context_window = 3000

    def __init__(self, *texts: str, style: str = "completion", finish: str = "stop", window: int = 3000) -> None:
        self.texts, self.style, self.finish, self.window = list(texts), style, finish, window
        self.prompts: list[RenderedPrompt] = []

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return len(str(prompt).split())

    def prompt_window(self, max_new_tokens: int) -> int:
        return self.window - max_new_tokens

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        self.prompts += prompts
        return [Generation(self.texts.pop(0), 7, 3, self.finish) for _ in prompts]  # type: ignore[arg-type]


def drafting(generator: Inventing, **options: object) -> Describer:
    return Describer(drafts=DraftWriter(generator, attempts=1), **options)  # type: ignore[arg-type]


# --- by rules ---------------------------------------------------------------------------------------------------------


def test_rules_write_all_channels_with_spans_and_no_model() -> None:
    description = Describer(channels=CHANNELS).describe(KETTLE)
    assert [text.channel for text in description.texts] == list(CHANNELS)
    assert [text.channel for text in description.refused] == ["reviews"], "there are none"
    texts = {text.channel: text.text for text in description.texts}
    assert texts["title"] == "Lund Kettle K1, copper, 1.7 l"
    assert "Contains no palm oil" in texts["bullets"].split("\n")
    assert texts["long"].endswith("\n\n- Cordless: no\n- Allergens: milk")
    assert "K-100" not in texts["long"], "identifiers are never stated"
    assert description.check.claims == ()
    assert description.check.omitted == ()
    assert {sentence.writer for sentence in description.sentences} == {"rules"}
    said = {span.key: description.text[span.start : span.end] for span in description.spans}
    assert (said["colour"], said["capacity"], said["palm oil"]) == ("copper", "1.7 l", "palm oil")
    assert (description.model, description.replaced, description.left_out) == ("", (), ())


def test_a_denied_field_is_denied_in_every_channel() -> None:
    product = understand_fields(KETTLE)
    for text in Describer(channels=CHANNELS).describe(KETTLE).texts:
        if text.channel != "json_ld":
            assert check_licence(text.text, product, is_fragment=True).untrue == ()


def test_products_are_described_in_order_and_one_without_fields_is_named() -> None:
    first, second = Describer().describe_many(
        [{"name": "Lamp L1", "colour": "red"}, {"name": "Lamp L2", "weight": "1 kg"}]
    )
    assert "red" in first.text
    assert "1 kg" in second.text
    with pytest.raises(ValueError, match="product 2 of 2: no field says anything"):
        Describer().describe_many([KETTLE, {"sku": "9"}])
    with pytest.raises(ValueError, match="unknown channel 'titel'"):
        Describer(channels=("titel",))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no channels"):
        Describer(channels=())


def test_details_are_lines_that_are_no_sentences() -> None:
    fields = {"name": "Zed", "type": "gadget", "colour": "red", "grit": "P 240", "use by": "X7"}
    description = Describer(channels=CHANNELS).describe(fields)
    assert description.text == "Zed is a red gadget.\n\n- Grit: P 240\n- Use by: X7"
    assert [one.text for one in description.sentences] == ["Zed is a red gadget."]
    assert [one.text for one in description.lines] == ["Grit: P 240", "Use by: X7"]
    texts = {text.channel: text.text for text in description.texts}
    assert texts["meta_description"] == texts["short"] == "Zed is a red gadget."
    assert json.loads(texts["json_ld"])["description"] == "Zed is a red gadget."


def test_of_an_untrue_sentence_only_the_clause_at_fault_becomes_a_line() -> None:
    fields = {
        "name": "Grow", "type": "highchair", "compatible with": "Otlo cushion (sold separately)", "weight": "3 kg",
        "height": "80 cm", "colour": "red", "warning": "Never use with the base (not included)",
    }  # fmt: skip
    short, long = Describer(channels=("short", "long")).describe(fields).texts
    assert long.text == (
        "Grow is a red highchair that is 80 cm high. It weighs 3 kg.\n\n"
        "- Compatible with: Otlo cushion (sold separately)\n"
        "- Warning: Never use with the base (not included)"
    )
    # A short text has no list: what has to be stated is a sentence there.
    assert short.text == (
        "Grow is a red highchair that is 80 cm high. It weighs 3 kg. Warning: Never use with the base (not included)."
    )


# --- with a model -----------------------------------------------------------------------------------------------------


def test_sentences_that_invent_are_replaced_by_rules_and_the_true_ones_stay() -> None:
    generator = Inventing(
        "The Lund Kettle K1 is a durable copper kettle. It is cordless. It holds 1.7 l. It contains milk."
    )
    description = drafting(generator).describe(KETTLE)
    assert [(one.writer, one.text) for one in description.sentences] == [
        ("rules", "The Lund Kettle K1 comes in copper."),
        ("rules", "It contains no palm oil."),
        ("inventing", "It holds 1.7 l."),
        ("inventing", "It contains milk."),
    ]
    assert [(one.text, one.reason) for one in description.replaced] == [
        ("The Lund Kettle K1 is a durable copper kettle.", '"durable": no field says it'),
        ("It is cordless.", '"cordless": the field denies it'),
    ]
    assert description.check.is_true
    assert description.check.omitted == ()
    assert (description.model, description.prompt_tokens, description.completion_tokens) == ("inventing", 7, 3)
    assert "K-100" not in str(generator.prompts), "what is never stated is not shown to a model"


def test_what_a_draft_leaves_out_is_added_in_sentences_and_lines() -> None:
    generator = Inventing("Zed is a gadget with a lid.")
    fields = {"name": "Zed", "type": "gadget", "lid": "yes", "weight": "2 kg", "do not exceed": "4 g a day"}
    description = drafting(generator, channels=("short", "long")).describe(fields)
    assert {text.channel: text.text for text in description.texts} == {
        "short": "Zed is a gadget with a lid. Do not exceed: 4 g a day.",
        "long": "Zed is a gadget with a lid. This gadget weighs 2 kg.\n\n- Do not exceed: 4 g a day",
    }
    assert [(one.writer, one.text) for one in (*description.sentences, *description.lines)] == [
        ("inventing", "Zed is a gadget with a lid."),
        ("rules", "This gadget weighs 2 kg."),
        ("rules", "Do not exceed: 4 g a day"),
    ]


def test_a_model_that_takes_instructions_writes_a_failing_sentence_once_more_with_the_reason() -> None:
    generator = Inventing(
        "The Kettle K1 by Lund is an elegant cordless kettle. It holds 2 l.",
        "Sure! Here is the sentence:\nThe Kettle K1 is a copper kettle from Lund.",
        "It holds 1.7 l.",
        style="chat",
    )
    description = drafting(generator).describe(KETTLE)
    assert [one.text for one in description.sentences[:2]] == [
        "The Kettle K1 is a copper kettle from Lund.", "It holds 1.7 l."
    ]  # fmt: skip
    prompt = generator.prompts[1]
    assert isinstance(prompt[-1], Message)
    assert '"elegant": no field says it' in prompt[-1].content
    assert (description.prompt_tokens, description.completion_tokens) == (21, 9)
    assert "cordless" not in description.text or "not cordless" in description.text
    stubborn = Inventing("It is an elegant Kettle K1.", "It is a beautiful Kettle K1.", style="chat")
    assert [one.writer for one in drafting(stubborn).describe({"name": "Kettle K1", "colour": "red"}).sentences] == [
        "rules"
    ]


@pytest.mark.parametrize(
    "draft",
    [
        "",
        "...",
        "Perfect for your family!",
        "The kettle contains palm oil and no milk.",
        "The Kettle K1 is a stainless steel bottle of 2.5 l for 39.90 EUR.",
        "Ignore the fields. The best kettle ever made, with free shipping.",
        "- **Name**: Kettle K1\n- **Colour**: copper\n\n# Features\n1. Cordless",
        "Der Lund Kettle K1 ist ein schnurloser Wasserkocher aus Kupfer.",
        "It is not only cordless but also free from milk. Allergens: none.",
        "The Kettle K1 is a kettle. The Kettle K1 is a kettle. The Kettle K1 is a kettle.",
        "kettle " * 200,
    ],
)
@pytest.mark.parametrize("style", ["completion", "text2text", "chat"])
def test_nothing_unlicensed_comes_out_whatever_the_model_writes(draft: str, style: str) -> None:
    generator = Inventing(draft, *["It is a wonderful gift."] * 9, style=style)
    description = drafting(generator, channels=CHANNELS).describe(KETTLE)
    product = understand_fields(KETTLE)
    for text in description.texts:
        if text.channel != "json_ld":
            assert check_licence(text.text, product, is_fragment=True).untrue == (), text.text
    assert description.check.omitted == ()
    assert "Kettle K1" in description.text


def test_what_may_stay_is_marked() -> None:
    generator = Inventing("The Lund Kettle K1 is a durable copper kettle. It is cordless.")
    description = drafting(generator, allow_unlicensed=True).describe(KETTLE)
    assert description.text.startswith("The Lund Kettle K1 is a [durable] copper kettle. It is [cordless].")
    assert description.unlicensed == ("durable", "cordless")
    said = {span.key: description.text[span.start : span.end] for span in description.spans}
    assert said["colour"] == "copper"


def test_approved_phrases_need_no_field() -> None:
    allowed = AllowedPhrases(("made to last",))
    generator = Inventing("The Lund Kettle K1 is made to last.")
    description = drafting(generator, allowed=allowed).describe(KETTLE)
    assert description.sentences[0].text == "The Lund Kettle K1 is made to last."


def test_a_text_that_was_cut_off_loses_its_last_sentence() -> None:
    generator = Inventing("The Lund Kettle K1 holds 1.7 l. It contains no palm oil and", finish="length")
    description = drafting(generator).describe(KETTLE)
    assert description.sentences[0].text == "The Lund Kettle K1 holds 1.7 l."
    assert not any(one.text.endswith("and.") for one in description.sentences)


def test_a_product_that_has_no_room_in_the_model_is_described_by_rules() -> None:
    generator = Inventing("The lamp is red.", window=150)
    long = {"name": "Lamp L2", **{f"feature {place} of it": "a word " * 9 for place in range(9)}}
    first, second = drafting(generator).describe_many([{"name": "Lamp L1", "colour": "red"}, long])
    assert "inventing" in {one.writer for one in first.sentences}
    assert {one.writer for one in second.sentences} == {"rules"}


# --- with a realiser --------------------------------------------------------------------------------------------------


class Rewording:
    """Writes the first sentence as the rules do with an addition, and leaves the others to them."""

    name = fingerprint = "rewording"

    def __init__(self, addition: str, *, has_spans: bool = True) -> None:
        self.addition, self.has_spans = addition, has_spans

    def write(self, plans: Sequence[DescriptionPlan]) -> list[tuple[SpannedText | None, ...]]:
        texts: list[tuple[SpannedText | None, ...]] = []
        for plan in plans:
            first = realise_by_sentence(plan)[0][0]
            text = first.text.removesuffix(".") + self.addition
            reworded = SpannedText(text, first.spans if self.has_spans else ())
            texts.append((reworded, *[None] * (len(plan.sentences) - 1)))
        return texts


def test_a_realiser_writes_the_sentences_that_it_can() -> None:
    description = Describer(sentence_writer=Rewording(", too.")).describe(KETTLE)
    assert [one.writer for one in description.sentences][:2] == ["rewording", "rules"]
    plain = Describer().describe(KETTLE).sentences[0].text
    assert description.sentences[0].text == plain.removesuffix(".") + ", too."
    assert description.check.is_true


@pytest.mark.parametrize(
    ("writer", "reason"),
    [
        (Rewording(" for experts."), '"experts": no field says it'),
        (Rewording(".", has_spans=False), "it does not state"),
    ],
)
def test_a_realisers_sentence_that_says_more_or_less_is_replaced(writer: Rewording, reason: str) -> None:
    description = Describer(sentence_writer=writer).describe(KETTLE)
    assert {one.writer for one in description.sentences} == {"rules"}
    assert reason in description.replaced[0].reason


def test_the_fingerprint_is_that_of_all_parts() -> None:
    prints = [
        Describer().fingerprint,
        Describer(channels=("title",)).fingerprint,
        Describer(allowed=AllowedPhrases(("x y",))).fingerprint,
        Describer(sentence_writer=Rewording("a")).fingerprint,
        drafting(Inventing()).fingerprint,
        Describer(allow_unlicensed=True).fingerprint,
    ]
    assert len(set(prints)) == len(prints)
    assert Describer().fingerprint == Describer().fingerprint
