"""Explanations: the right sentences, in reading order, with their lists and what they lean on, each cited."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.division import divide_section, group_sentences, steps_of
from rag.answer.explain import LONGEST, Explain
from rag.answer.types import Answer, Retrieved
from rag.reader.base import SentenceScore, Span, Verdict
from stores.base import Hit

KILN = (
    "The kiln is fired twice a week. It is loaded the evening before. Glaze cracks when the kiln cools too fast. "
    "This is why the door stays shut overnight. Visitors may watch on Fridays."
)
STEPS = "To light the kiln:\n1. Open the damper.\n2. Start the fan.\n3. Light the burner.\n4. Close the door."
CAFE = "The cafe sells cake. It closes at five."


def chunk_of(text: str, title: str, source: str = "pottery.md") -> Chunk:
    return Chunk(text, source, 0, len(text), heading=(title,))


def ask(question: str, chunks: Sequence[Chunk], embedder: object, reader: object = None) -> Answer:
    hits = [Hit(chunk, 1.0, {"dense": 0.5}) for chunk in chunks]
    strategy = Explain(Abstention(0.0, 0.0, False, "reader", 0), reader, embedder)  # type: ignore[arg-type]
    return strategy.answer([Retrieved(question, "explain", hits, kind="explain")])[0]


def test_an_explanation_is_read_from_the_best_passage_and_cited(embedder) -> None:
    chunks = [chunk_of(CAFE, "Cafe", "cafe.md"), chunk_of(KILN, "Firing the kiln")]
    answer = ask("Why does glaze crack in the kiln?", chunks, embedder)
    assert "Glaze cracks when the kiln cools too fast. This is why the door stays shut overnight." in answer.text
    assert "cake" not in answer.text
    assert len(answer.sentences) <= LONGEST
    cited = {citation.number: citation for citation in answer.citations}
    for sentence in answer.sentences:
        citation = cited[sentence.citation]
        assert answer.text[sentence.start : sentence.end] == citation.text == KILN[citation.start : citation.end]
        assert (citation.source, citation.support) == ("pottery.md", 1.0)


def test_steps_come_whole_with_their_lead_in(embedder) -> None:
    answer = ask("How do I light the kiln?", [chunk_of(STEPS, "Lighting the kiln")], embedder)
    assert answer.text == STEPS


def test_what_the_passages_are_not_about_is_left_unanswered(embedder) -> None:
    assert ask("Why do bananas ripen in paper bags?", [chunk_of(KILN, "Firing the kiln")], embedder).abstained


def test_an_faq_entry_that_asks_the_same_is_answered_by_its_author(embedder) -> None:
    entry = chunk_of("The clay holds water. Steam bursts it. Dry it for a week.", "Why does clay burst in the kiln?")
    answer = ask("Why does clay burst in the kiln?", [chunk_of(KILN, "Firing the kiln"), entry], embedder)
    assert answer.text == entry.text


class RelevanceFake:
    """A reader that finds every sentence with the word "shut" relevant, and no other."""

    name = fingerprint = "fake"
    has_verdicts, has_relevance = False, True

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Span]:
        return [Span(chunk, 0, 1, 0.0, 0.5) for chunk in passages]

    def read_many(self, questions: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Span]]:
        return [self.read(question, passages) for question, passages in questions]

    def verdicts(self, question: str, passages: Sequence[Chunk]) -> list[Verdict]:
        raise AssertionError("nobody asked for a verdict")

    def score_sentences(self, question: str, passages: Sequence[Chunk]) -> list[list[SentenceScore]]:
        from ingest.sentences import sentence_spans

        return [
            [
                SentenceScore(start, end, 0.9 if "shut" in chunk.text[start:end] else 0.1)
                for start, end in sentence_spans(chunk.text)
            ]
            for chunk in passages
        ]


def test_a_sentence_that_leans_on_the_one_before_brings_it_along(embedder) -> None:
    answer = ask("Why does glaze crack in the kiln?", [chunk_of(KILN, "Firing the kiln")], embedder, RelevanceFake())
    expected = "Glaze cracks when the kiln cools too fast. This is why the door stays shut overnight."
    assert (answer.text, answer.model) == (expected, "fake")


def test_a_reason_that_the_source_does_not_give_is_left_unanswered(embedder) -> None:
    closed = chunk_of("The glaze shop is shut on Mondays. It was shut in May, too, and opens at ten.", "Glaze shop")
    assert ask("Why is the glaze shop shut on Mondays?", [closed], embedder).abstained
    reason = chunk_of("The glaze shop is shut on Mondays because its oven is cleaned.", "Glaze shop")
    answer = ask("Why is the glaze shop shut on Mondays?", [closed, reason], embedder)
    assert answer.text == reason.text


def test_an_event_that_is_only_stated_again_has_no_reason(embedder) -> None:
    stated = chunk_of("Not any more. The glaze shop, which was shut at times, closed in May.", "Is there a glaze shop?")
    assert ask("Why did the glaze shop close at that time?", [stated], embedder, RelevanceFake()).abstained


MISHAPS = """- Power
  - write down the time
  - keep the kiln shut
- Broken shelf
  - take the kiln out of use
  - tell the owner the same day
- Opening hours: from nine to five"""


def test_of_a_nested_list_the_branch_answers_that_is_about_it(embedder) -> None:
    answer = ask("What do I do about a broken shelf?", [chunk_of(MISHAPS, "Kiln room")], embedder)
    assert answer.text == "- Broken shelf\n  - take the kiln out of use\n  - tell the owner the same day"


def test_what_depends_on_a_sentence_comes_along() -> None:
    text = "Someone talks to them. If that does not help, we write. Otherwise nothing happens.\n\nParking is free."
    groups = group_sentences(divide_section(chunk_of(text, "Noise")))
    assert [len(group) for group in groups] == [3, 1]


def test_an_item_of_several_sentences_is_one_step() -> None:
    text = "1 Stop the wheel. Leave your bag.\n2 Take the stairs."
    assert [one.text for one in steps_of(divide_section(chunk_of(text, "Fire")))] == [
        "1 Stop the wheel. Leave your bag.",
        "2 Take the stairs.",
    ]


def test_items_of_many_sentences_end_with_the_sixth(embedder) -> None:
    items = "\n".join(f"- Shelf {name}. It is warm. It is dry." for name in ("north", "south", "west"))
    answer = ask("How are the shelves of the kiln?", [chunk_of(items, "Shelves of the kiln")], embedder)
    assert answer.text == "\n".join(items.splitlines()[:2])
