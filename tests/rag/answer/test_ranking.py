"""Candidate spans of all sections in one order, by a linear model of what is known of each."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest

from ingest.types import Chunk
from rag.answer.editions import put_newest_first
from rag.answer.ranking import (
    MOST_LEAD,
    SPAN_SIGNALS,
    RankingModel,
    SpanSignals,
    WordShares,
    is_misspelt,
    lead_of,
    rank_spans,
    signals_of_spans,
)
from rag.evaluate.rank_fit import RankingRow, fit_ranking
from rag.reader.base import Span
from stores.base import Hit

QUESTION = "How much is a canoe for a day?"
HIRE = Chunk("A canoe costs 30 euros a day. Ask Ada.", "hire.md", 0, 38, ("Hire",))
CLUB = Chunk("The club meets on Mondays at six.", "club.md", 0, 33, ("Club",))
HITS = [Hit(CLUB, 0.9, {"dense": 0.6, "bm25": 2.0}), Hit(HIRE, 0.8, {"dense": 0.5, "bm25": 4.0})]


def span_of(chunk: Chunk, text: str, margin: float, *others: Span, relevance: float = 0.5) -> Span:
    start = chunk.text.index(text)
    return Span(chunk, start, start + len(text), margin, 1 / (1 + np.exp(-margin)), others, relevance)


SPANS = [span_of(CLUB, "six", 4.0), span_of(HIRE, "30 euros", 3.0, span_of(HIRE, "Ada", 1.0), relevance=0.9)]


def test_without_a_model_margins_decide() -> None:
    assert [candidate.span.text for candidate in rank_spans(QUESTION, SPANS, HITS)] == ["six", "30 euros", "Ada"]
    assert lead_of(rank_spans(QUESTION, SPANS, HITS)) is None


def test_the_signals_of_a_span() -> None:
    signals = {span.text: known for span, known in signals_of_spans(QUESTION, SPANS, HITS)}
    price, person = signals["30 euros"], signals["Ada"]
    assert (price.margin, price.behind, person.behind) == (3.0, 0.0, 2.0)
    assert price.relevance == pytest.approx(np.log(9))
    assert (price.hit, price.later, price.words) == (0.5, 1.0, 4.0)
    assert (price.fits, person.fits, signals["six"].fits) == (1.0, -1.0, 0.0)
    assert price.named > person.named + person.passed - 1e-9 > 0, "the next sentence names neither canoe nor day"
    assert person.passed > 0 == price.passed


def test_a_model_weighs_the_signals() -> None:
    model = RankingModel({"margin": 0.5, "fits": 2.0})
    ranked = rank_spans(QUESTION, SPANS, HITS, model)
    assert [candidate.span.text for candidate in ranked] == ["30 euros", "six", "Ada"]
    assert [candidate.score for candidate in ranked] == [3.5, 2.0, -1.5]
    assert ranked[0].chance == pytest.approx(1 / (1 + np.exp(-1.5) + np.exp(-5)))
    assert lead_of(ranked) == 1.5


def test_the_lead_is_over_what_says_something_else() -> None:
    same = Chunk("It is 30 euros.", "b.md", 0, 15)
    ranked = rank_spans(QUESTION, [*SPANS, span_of(same, "30 euros", 2.9)], HITS, RankingModel({"margin": 1.0}))
    assert lead_of(ranked[1:]) == 2.0, "the second that says 30 euros is no rival"


def test_a_part_of_the_same_phrase_is_no_rival() -> None:
    chunk = Chunk("We move on Monday, 29 June, at 7 in the morning, not on 22 June.", "c.md", 0, 64)
    spans = [
        span_of(chunk, "29 June", 4.0, *(span_of(chunk, text, 3.0) for text in ("Monday", "June, at 7 in the morning")))
    ]
    candidates = rank_spans("When do we move?", spans, HITS, RankingModel({"margin": 1.0}))
    assert lead_of(candidates) == MOST_LEAD
    other = replace(spans[0], others=(*spans[0].others, span_of(chunk, "22 June", 1.0)))
    assert lead_of(rank_spans("When do we move?", [other], HITS, RankingModel({"margin": 1.0}))) == 3.0


def test_the_same_figure_in_other_words_is_no_rival_and_the_reader_chooses_its_wording() -> None:
    text = "A notice of 12 weeks holds. It is 12 weeks. A trial takes 3 days."
    chunk = Chunk(text, "rules.md", 0, len(text))
    spans = [
        span_of(chunk, "notice of 12 weeks holds", 1.0, relevance=0.9),
        span_of(chunk, "12 weeks", 0.8),
        span_of(chunk, "3 days", 0.0),
    ]
    model = RankingModel({"margin": 0.1, "relevance": 0.1})
    best, *_ = ranked = rank_spans("How long is the notice?", spans, HITS, model)
    assert best.span.text == "notice of 12 weeks holds"
    assert lead_of(ranked) == pytest.approx(ranked[0].score - ranked[-1].score)  # type: ignore[operator]
    surer = [spans[0], replace(spans[1], margin=1.2), spans[2]]
    assert rank_spans("How long is the notice?", surer, HITS, model)[0].span.text == "12 weeks"


def test_the_newest_of_dated_sources_is_marked_unless_the_question_asks_for_what_was() -> None:
    old, new = (Chunk("A canoe costs 30 euros.", f"prices-{year}.md", 0, 23) for year in (2023, 2026))
    spans = [span_of(chunk, "30 euros", 1.0) for chunk in (old, new)] + SPANS[:1]
    assert [signals.newer for _, signals in signals_of_spans(QUESTION, spans, HITS)] == [-1.0, 1.0, 0.0]
    past = signals_of_spans("What was the old price of a canoe?", spans, HITS)
    assert [signals.newer for _, signals in past] == [0.0, 0.0, 0.0]


def test_words_that_few_sections_have_weigh_more() -> None:
    shares = WordShares("canoe day", [HIRE, replace(CLUB, text="The day of the club.")])
    assert shares.share("the canoe") > 0.5 > shares.share("the day") > 0 == shares.share("the club")


@pytest.mark.parametrize(
    ("word", "other", "misspelt"),
    [
        ("choire", "choir", True),
        ("emergancy", "emergency", True),
        ("adress", "address", True),
        ("recieve", "receive", True),
        ("canoe", "kayak", False),
        ("four", "hour", False),
        ("t1234", "t1235", False),
    ],
)
def test_misspelt_words(word: str, other: str, misspelt: bool) -> None:
    assert is_misspelt(word, other) is misspelt


def test_the_fit_ranks_right_spans_first() -> None:
    # Right spans have the higher sum of two signals; a third is noise.
    draw = np.random.default_rng(0)
    none = SpanSignals(*[0.0] * len(SPAN_SIGNALS))
    rows = []
    for _ in range(80):
        spans = [replace(none, margin=a, fits=b, row=c) for a, b, c in draw.normal(size=(5, 3))]
        sums = [span.margin + 2 * span.fits for span in spans]
        rows.append(RankingRow(spans, [value == max(sums) for value in sums]))
    model = fit_ranking(rows)
    assert model is not None
    assert model.weights["fits"] / model.weights["margin"] == pytest.approx(2, abs=0.4)
    assert abs(model.weights["row"]) < 0.3 * model.weights["margin"]
    firsts = [np.argmax([model.score(span) for span in row.signals]) == np.argmax(row.right) for row in rows]
    assert np.mean(firsts) > 0.95
    assert fit_ranking(rows[:10]) is None, "too few questions"
    assert len(astuple(none)) == len(SPAN_SIGNALS)


@pytest.mark.parametrize(
    ("sources", "question", "order"),
    [
        (("terms-2023.pdf", "x.md", "terms-2026.docx"), "What is the fee?", (1, 2, 0)),
        (("terms-v2.md", "terms-v10.md"), "What is the fee?", (1, 0)),
        (("terms-2023.pdf", "terms-2026.pdf"), "What was the earlier fee?", (0, 1)),
        (("terms-2023.pdf", "terms-2026.pdf"), "What is the fee in 2023?", (0, 1)),
        (("terms-2023.pdf", "rates-2026.pdf"), "What is the fee?", (0, 1)),
        (("minutes-2023-04-01.md", "minutes-2026-04-01.md"), "What is the fee?", (0, 1)),
    ],
)
def test_older_editions_wait_for_the_newest(sources: tuple[str, ...], question: str, order: tuple[int, ...]) -> None:
    spans = [Span(Chunk("30 euros", source, 0, 8), 0, 8, 9.0 - place, 0.9) for place, source in enumerate(sources)]
    candidates = put_newest_first(question, rank_spans(question, spans, ()))
    assert [candidate.span for candidate in candidates] == [spans[place] for place in order]
