"""The model of yes/no answers: which way the evidence leans, and how likely that is right.

Two logistic functions of what the reader's heads say to a question: of the passages with its most relevant sentences,
and of these sentences alone. `tests/quality/fit_verdicts.py` fits them to questions about documents that the reader did
not learn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from ingest.types import Chunk
from rag.answer.evidence import Evidence
from rag.answer.focus import cut_section
from rag.reader.base import JudgingReader, Verdict

MOST_JUDGED = 3  # sentences, by their relevance
TINY = 1e-3  # keeps logits finite

YES_WEIGHTS = (-0.09, 0.48, 0.28, 0.2, 0.33)
RIGHT_WEIGHTS = (-0.8, 0.76, 0.08, 0.05, 0.21)


@dataclass(frozen=True)
class VerdictSignals:
    """What is known of a yes/no question, and the sentence that decides it.

    `passage` is how much likelier yes is than no by the passage that decides most, in logits, `own_passage` by that of
    the sentence, `sentence` by the sentence alone. `statement` is 1 or -1 where words of a source affirm or deny what
    is asked, else 0. `passage_decides` and `sentence_decides` are the logits of yes and no together, `relevance` that
    of the sentence.
    """

    evidence: Evidence
    passage: float
    own_passage: float
    sentence: float
    statement: float
    passage_decides: float
    sentence_decides: float
    relevance: float

    @property
    def lean(self) -> float:
        """The logit of yes."""
        return _dot(YES_WEIGHTS, self.yes_values)

    @property
    def confidence(self) -> float:
        """The probability that the answer which the evidence leans to is right."""
        return 1 / (1 + exp(-_dot(RIGHT_WEIGHTS, self.right_values(self.lean))))

    @property
    def yes_values(self) -> tuple[float, ...]:
        """The values of `YES_WEIGHTS`."""
        return (1.0, self.passage, self.own_passage, self.sentence, self.statement)

    def right_values(self, lean: float) -> tuple[float, ...]:
        """Return the values of `RIGHT_WEIGHTS`."""
        return (1.0, abs(lean), self.passage_decides, self.sentence_decides, self.relevance)


def read_signals(
    reader: JudgingReader, question: str, best: Sequence[tuple[float, Evidence]], statement: float = 0.0
) -> VerdictSignals | None:
    """Return the signals of a question by its best sentences, given with their relevance; None without any."""
    if not best:
        return None
    passages: dict[int, Chunk] = {id(one.chunk): one.chunk for _, one in best}
    alone = [cut_section(one.chunk, one.start, one.end) for _, one in best]
    verdicts = reader.verdicts(question, [*passages.values(), *alone])
    of_passage = dict(zip(passages, verdicts, strict=False))
    of_sentence = verdicts[len(passages) :]

    # The sentence that is relevant and decides; the passage that decides most.
    place = max(range(len(best)), key=lambda place: best[place][0] * _decided(of_sentence[place]))
    relevance, evidence = best[place]
    passage, own = max(of_passage.values(), key=_decided), of_passage[id(evidence.chunk)]
    return VerdictSignals(
        evidence,
        _log_odds(passage.yes, passage.no),
        _log_odds(own.yes, own.no),
        _log_odds(of_sentence[place].yes, of_sentence[place].no),
        statement,
        _log_odds(_decided(passage), 1 - _decided(passage)),
        _log_odds(_decided(of_sentence[place]), 1 - _decided(of_sentence[place])),
        _log_odds(relevance, 1 - relevance),
    )


def _decided(verdict: Verdict) -> float:
    return verdict.yes + verdict.no


def _log_odds(share: float, other: float) -> float:
    return log((share + TINY) / (other + TINY))


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))
