"""The embedded models over small documents of the kinds that people have: figures in words, codes, rows, FAQ, lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from rag import Answer, Config

FILES = {
    "notes.txt": "The lease of the boat house runs for thirty-six months.\n\nThe harbour bell is rung every fourteen "
    "days.\n\nA mooring costs seventeen crowns for guests.\n",
    "signals.md": "# Signal codes\n\n"
    "**PX-201**: the pilot is asked for\n\n**PX-202**: the hold is too warm\n\n"
    "**PX-203**: the anchor is stuck in a chain\n\n**PX-204**: the rudder answers late\n",
    "parts.csv": "part,group,price,lead time\nRP-310,ropes,4.20 EUR,3 days\nRP-311,ropes,5.60 EUR,9 days\n"
    "SH-120,shackles,2.80 EUR,5 days\n",
    "faq.html": "<h1>Guests</h1><h2>Are showers included?</h2><p>Yes, for crews of up to six.</p>"
    "<h2>May dogs come ashore?</h2><p>No. Dogs stay on board.</p>"
    "<h2>Is there a slipway?</h2><p>Yes, beside the crane.</p>",
    "yard.md": "# The yard\n\n## In winter\n\nThe following must be taken off a boat before it is lifted:\n\n"
    "- sails and booms\n- gas bottles\n- loose anchors\n\n## On leaving\n\nReturn the key.\n",
}

QUESTIONS = (
    ("How long does the lease of the boat house run?", ("thirty-six months",)),
    ("How often is the harbour bell rung?", ("fourteen",)),
    ("How much does a mooring cost for guests?", ("seventeen crowns",)),
    ("What does PX-203 mean?", ("the anchor is stuck in a chain",)),
    ("What is the price of RP-311?", ("5.60",)),
    ("What is the lead time of SH-120?", ("5 days",)),
    ("May dogs come ashore?", ("No", "Dogs stay on board")),
    ("Are showers included?", ("Yes", "crews of up to six")),
    ("What must be taken off a boat before it is lifted?", ("sails and booms", "gas bottles", "loose anchors")),
    ("What does PX-209 mean?", ()),
)
"""Questions, and what their answers say; the last has none."""

SAME_NUMBER = {"thirty-six months": "36 months", "fourteen": "14", "seventeen crowns": "17 crowns"}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Answer]]:
    folder = tmp_path_factory.mktemp("small")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    config = Config().override("store", path=str(folder / "store"))
    with config.index() as index:
        index.sync([folder / name for name in FILES], progress=False)
    questions = [question for question, _ in QUESTIONS]
    with config.pipeline() as pipeline:
        yield dict(zip(questions, pipeline.ask_many(questions), strict=True))


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize(("question", "parts"), QUESTIONS)
def test_the_right_figure_row_entry_or_list_answers(
    question: str, parts: tuple[str, ...], answers: Mapping[str, Answer]
) -> None:
    answer = answers[question]
    if not parts:
        assert answer.abstained
        assert answer.nearest or answer.missing
        return
    assert not answer.abstained
    said = answer.text.casefold()
    assert all(part.casefold() in said or SAME_NUMBER.get(part, part).casefold() in said for part in parts), answer.text
    assert answer.citations
    assert all(citation.support > 0 for citation in answer.citations)
