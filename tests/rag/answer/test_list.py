"""Questions for several things are answered with a whole list, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest.chunk import Chunker
from ingest.embed.tokens import EstimatedTokens
from ingest.parsers.base import ParseSettings
from ingest.parsers.registry import parse
from ingest.sections import split_sections
from ingest.types import Block, Chunk
from rag.answer.abstain import Abstention
from rag.answer.anchors import Anchor, Anchors
from rag.answer.kinds import classify_question
from rag.answer.list import ListItems, SourceList, complete_list, find_lists
from rag.answer.types import Answer, Retrieved
from rag.reader.base import Span
from stores import new_store
from stores.base import Entry, Hit, Source
from stores.filters.parse import as_filter

NONE = Anchors()

BOAT = """# Rules of the boat house

## Hiring a boat

Boats are hired out from April to October. These things are not allowed in a boat:

- glass bottles
- dogs without a life vest
- barbecues

To hire a boat:

1. Show your card at the desk.
2. Choose a boat and note its number.
   - kayaks have blue numbers
   - canoes have red numbers
3. Sign the book.

## After the trip

Rinse the boat, hang up the vests and hand in the paddles.

## Prices

A kayak costs 12 euros an hour. Lockers, towels and showers are free, and parking costs 3 euros.
"""


@pytest.fixture
def sections(tmp_path, embedder) -> list[Chunk]:
    (tmp_path / "boat.md").write_text(BOAT)
    [document] = parse(tmp_path / "boat.md", "boat.md", ParseSettings()).documents
    chunks = Chunker(EstimatedTokens(400), size=200).chunk(document)
    return [section for chunk in chunks for section in split_sections(chunk)]


class SpanReader:
    """A reader by name: the spans are there already."""

    name = fingerprint = "reader"

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Span]:
        raise AssertionError("nobody asked for a span")

    def read_many(self, questions: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Span]]:
        raise AssertionError("nobody asked for spans")


def ask(
    question: str, sections: list[Chunk], embedder, probability: float = 0.0, span: str = "", anchors: Anchors = NONE
) -> Answer:
    """Ask the list strategy, the reader pointing at `span`, or unsure at the first word of each section."""
    spans = []
    for section in sections:
        start = section.text.find(span)
        sure = probability if span and start >= 0 else 0.01
        spans.append(Span(section, max(start, 0), max(start, 0) + len(span or "Boats"), 10 * sure - 5, sure))
    retrieved = Retrieved(
        question,
        classify_question(question),
        [Hit(section, 0.5) for section in sections],
        spans,
        anchors,
        confidence=probability,
    )
    [answer] = ListItems(Abstention(0.0, 0.0, False, "none", 0), SpanReader(), embedder).answer([retrieved])
    return answer


def test_the_lists_of_a_section_are_its_blocks_their_parts_and_sentences_that_list(sections) -> None:
    lists = [one for section in sections for one in find_lists(section)]
    assert [(one.lead_in, [item.text for item in one.items]) for one in lists] == [
        (
            "These things are not allowed in a boat:",
            ["glass bottles", "dogs without a life vest", "barbecues"],
        ),
        (
            "To hire a boat:",
            [
                "Show your card at the desk.",
                "Choose a boat and note its number.",
                "kayaks have blue numbers",
                "canoes have red numbers",
                "Sign the book.",
            ],
        ),
        ("Choose a boat and note its number:", ["kayaks have blue numbers", "canoes have red numbers"]),
        ("", ["Rinse the boat, hang up the vests and hand in the paddles."]),
        ("", ["Lockers, towels and showers are free, and parking costs 3 euros."]),
    ]
    assert [item.number for item in lists[1].items] == ["1.", "2.", "", "", "3."]
    assert [item.level for item in lists[1].items] == [0, 0, 1, 1, 0]
    assert [one.is_loose for one in lists] == [False, False, False, False, True]


def test_the_whole_list_answers_with_its_lead_in_and_each_item_cited(sections, embedder) -> None:
    answer = ask("Which things are not allowed in a boat?", sections, embedder)
    assert answer.text.splitlines() == [
        "These things are not allowed in a boat:",
        "- glass bottles",
        "- dogs without a life vest",
        "- barbecues",
    ]
    said = [answer.text[sentence.start : sentence.end] for sentence in answer.sentences]
    assert said == ["glass bottles", "dogs without a life vest", "barbecues"]
    assert [sentence.citation for sentence in answer.sentences] == [1, 1, 1]
    [citation] = answer.citations
    assert citation.text == "glass bottles\n- dogs without a life vest\n- barbecues"
    assert sections[0].text[citation.start - sections[0].start :].startswith(citation.text)
    assert answer.signals.score is not None
    assert 0.5 < answer.signals.score < 1


def test_steps_stay_steps(sections, embedder) -> None:
    answer = ask("How do I hire a boat?", sections, embedder)
    assert answer.text.splitlines() == [
        "To hire a boat:",
        "1. Show your card at the desk.",
        "2. Choose a boat and note its number.",
        "  - kayaks have blue numbers",
        "  - canoes have red numbers",
        "3. Sign the book.",
    ]


def test_of_two_editions_the_newer_list_answers(embedder) -> None:
    editions = []
    for year, steps in (
        (2023, "1. Show your card.\n2. Sign the book."),
        (2026, "1. Show your card.\n2. Pay at the desk."),
    ):
        blocks = (Block(0, len(steps), "list", heading=("Hiring a boat",)),)
        editions.append(Chunk(steps, f"rules_{year}.md", 0, len(steps), heading=("Hiring a boat",), blocks=blocks))
    answer = ask("What are the steps for hiring a boat?", editions, embedder)
    assert answer.text == "1. Show your card.\n2. Pay at the desk."


def test_a_sentence_that_lists_answers_whole(sections, embedder) -> None:
    answer = ask("What do I do after the trip?", sections, embedder)
    assert answer.text == "Rinse the boat, hang up the vests and hand in the paddles."
    assert [citation.text for citation in answer.citations] == [answer.text]


@pytest.mark.parametrize(
    "question",
    [
        "Which things do I have to hand back in winter?",
        "What are the steps for repairing an engine?",
        "Why is a kayak 12 euros an hour?",
    ],
)
def test_a_list_of_something_else_is_no_answer(question: str, sections, embedder) -> None:
    assert ask(question, sections, embedder).abstained


def test_an_item_that_the_reader_finds_brings_its_list(sections, embedder) -> None:
    answer = ask("What may nobody take along?", sections, embedder, 0.6, "glass bottles")
    assert answer.text.endswith("- glass bottles\n- dogs without a life vest\n- barbecues")
    assert ask("What may nobody take along?", sections, embedder, 0.1, "glass bottles").abstained


def test_the_list_of_something_else_is_not_shown_whatever_the_reader_finds(sections, embedder) -> None:
    elsewhere = Anchors((Anchor("Sculling Club", "name"),))
    question, item = "What is on the list?", "dogs without a life vest"
    assert not ask(question, sections, embedder, 0.9, item).abstained
    assert ask(question, sections, embedder, 0.9, item, elsewhere).abstained


def test_one_row_is_no_answer_to_a_question_for_several_things(embedder) -> None:
    text = "Course: Knots\nAge: adults\nDay: Sunday"
    row = Chunk(text, "courses.csv#1", 0, len(text), blocks=(Block(0, len(text), "list"),))
    answer = ask("Which courses are for adults?", [row], embedder, 0.9, "Knots")
    assert (answer.abstained, answer.missing) == (True, "there is no list of them")
    assert [citation.text for citation in answer.nearest] == [text], "the whole record"


def test_steps_that_are_numbered_within_a_text_are_a_list() -> None:
    lines = ["Tours start at 11. Please follow these steps:", "1 Book a day ahead. 2 Be there early."]
    text = "\n".join([*lines, "3 Put on a helmet.", "No pets."])
    section = Chunk(text, "guide.pdf", 0, len(text), blocks=(Block(0, len(text), "text"),))
    steps = next(find_lists(section))
    assert steps.lead_in == "Please follow these steps:"
    assert [f"{item.number} {item.text}" for item in steps.items] == [
        "1. Book a day ahead.",
        "2. Be there early.",
        "3. Put on a helmet.",
    ]
    counted = "There were 3 Swedes.\n1 Dane came later, and 2 Finns."
    assert list(find_lists(Chunk(counted, "x", 0, len(counted), blocks=(Block(0, len(counted), "text"),)))) == []


def test_short_lines_under_a_heading_are_a_list_and_records_are_none() -> None:
    lines = ["Who stands where", "Soup of the day", "Large bookings"]
    text = "\n\n".join(lines)
    blocks = tuple(Block(text.index(line), text.index(line) + len(line)) for line in lines)
    [one] = find_lists(Chunk(text, "slides.pptx", 0, len(text), heading=("Briefing",), blocks=blocks))
    assert ([item.text for item in one.items], one.part.titles, one.is_loose) == (lines, ("Briefing",), True)
    record = "Name: Kettle\nPrice: 49"
    assert list(find_lists(Chunk(record, "a.csv#1", 0, len(record), blocks=(Block(0, len(record), "list"),)))) == []


def test_a_list_that_was_cut_by_chunking_is_completed(embedder) -> None:
    text = "- one\n- two\n- three\n- four"
    parts = [
        Chunk(
            text[low:high],
            "a.md",
            low,
            high,
            heading=("Rules",),
            blocks=(Block(low, high, "list", heading=("Rules",)),),
        )
        for low, high in ((0, 11), (12, 19), (20, 26))
    ]
    store = new_store("memory")
    store.bind({"embedder": "words", "embedder_fingerprint": "words-1", "dimension": "64"})
    vectors = embedder.embed_documents([part.text for part in parts])
    store.write([Entry(Source("a.md", "a.md", "1"), parts, vectors)])
    [first] = find_lists(parts[0])
    question = Retrieved("Which rules are there?", "list", [Hit(parts[0], 0.9)])
    for one in (first, SourceList(tuple(first.items[:1]))):
        completed = complete_list(one, question, store)
    assert [item.text for item in complete_list(first, question, store).items] == ["one", "two", "three", "four"]
    assert [item.text for item in complete_list(first, question, None).items] == ["one", "two"]
    narrowed = replace(question, where=as_filter("end < 20"))
    assert [item.text for item in complete_list(first, narrowed, store).items] == ["one", "two", "three"]
    assert completed.items[-1].text == "four"


def test_without_an_embedder_the_words_choose_the_list(sections) -> None:
    answer = ask("What are the steps for the card and the desk?", sections, None)
    assert answer.text.splitlines()[0] == "To hire a boat:"
