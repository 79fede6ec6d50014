"""The fit of a part of a section to a question: its nearness, the question's words in it, and the reader's judgement.

Each of the three misses what the others see: "Power cut" is near "if the electricity fails" without a word of it, a
code or a product has to be held, and the reader knows an answer from a mention. On the questions of tests/quality their
sum finds the right one of the retrieved sections for 34 of 35 (cosines alone 32, the reader alone 27).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from ingest.embed import Embedder
from ingest.types import Chunk
from rag.answer.evidence import TITLE_FIELDS
from rag.answer.kinds import core_question
from rag.answer.phrasal import replace_phrasal
from rag.answer.proposition import content_tokens, is_modal
from rag.answer.synonyms import Vocabulary
from rag.answer.words import stem
from rag.reader.base import JudgingReader, Reader, SentenceScore
from stores.scoring import cosines, query_vector

TITLE_WEIGHT = 0.9  # what the cosine of a title counts beside that of the text under it, the larger of which counts
HELD_WEIGHT = 0.5  # ... the share of the question's content words
RELEVANCE_WEIGHT = 0.3  # ... the reader's probability of the most relevant sentence
JUDGED = 4  # sections that the reader's head judges, those that fit best without it
TYPO = 0.86  # similarity of two words from which on one is a misspelling of the other
SHORTEST_TYPO = 5  # letters from which on a word may be misspelt

# The fit at which an answer is as unsure, and as sure, as can be.
UNSURE, SURE = 0.4, 1.6


@dataclass(frozen=True)
class SectionPart:
    """A part of a section, `section.text[start:end]`, and the titles that it stands under beside the headings."""

    section: Chunk
    start: int
    end: int
    lead_in: str = ""

    @property
    def text(self) -> str:
        """The text of the part."""
        return self.section.text[self.start : self.end]

    @property
    def titles(self) -> tuple[str, ...]:
        """What it is of: the last heading without its number, the lead-in, and both together."""
        headings = (_NUMBER.sub("", heading) for heading in self.section.heading[-1:])
        both = [*headings, *filter(None, [self.lead_in])]
        return tuple(dict.fromkeys(["\n".join(both), *both])) if both else ()


@dataclass(frozen=True)
class Fit:
    """How well a part fits a question.

    `cosine` is the larger one of text and titles, `held` the share of the question's words that they hold, `relevance`
    the probability that the most relevant sentence answers, 0 if nobody knows.
    """

    cosine: float
    held: float
    relevance: float = 0.0

    @property
    def total(self) -> float:
        """The weighted sum, by which parts are ranked."""
        return self.cosine + HELD_WEIGHT * self.held + RELEVANCE_WEIGHT * self.relevance

    @property
    def score(self) -> float:
        """The sum on a scale from 0 to 1."""
        return min(max((self.total - UNSURE) / (SURE - UNSURE), 0.0), 1.0)


class FitMeasure:
    """Measures how well parts fit a question; the vectors of words, and the reader's judgements, are kept for it."""

    def __init__(self, question: str, vocabulary: Vocabulary, embedder: Embedder | None, reader: Reader | None) -> None:
        self.question = question
        self._vocabulary = vocabulary
        self._embedder = embedder
        self._reader = reader
        self._words = asked_content(question)
        self._relevance: dict[str, list[SentenceScore]] = {}

    def measure(self, parts: Sequence[SectionPart]) -> list[Fit]:
        """Return the fit of each part, in order; the relevance is that of the parts in the sections that fit best."""
        fits = [
            Fit(cosine, self.held_share(part)) for part, cosine in zip(parts, self._measure_cosines(parts), strict=True)
        ]
        ranked = sorted(zip(parts, fits, strict=True), key=lambda pair: -pair[1].total)
        self._judge(list({part.section.id: part.section for part, _ in ranked}.values())[:JUDGED])
        return [replace(fit, relevance=self.relevance(part)) for part, fit in zip(parts, fits, strict=True)]

    def relevance(self, part: SectionPart) -> float:
        """Return the probability of the part's most relevant sentence, 0 where the reader has not judged."""
        scores = self._relevance.get(part.section.id, ())
        return max((one.score for one in scores if one.start < part.end and one.end > part.start), default=0.0)

    def held_share(self, part: SectionPart) -> float:
        """Return the share of the question's content words that a part or its titles hold, synonyms and typos, too."""
        titles = [part.section.metadata.get(name) for name in TITLE_FIELDS]
        context = "\n".join([*(str(title) for title in titles if title), *part.section.heading, part.lead_in])
        text = f"{context}\n{part.text}"
        tokens = list(dict.fromkeys([*content_tokens(text), *content_tokens(replace_phrasal(text))]))
        return sum(self._holds(tokens, word) for word in self._words) / max(len(self._words), 1)

    def _holds(self, tokens: Sequence[str], word: str) -> bool:
        if self._vocabulary.is_held(word, tokens):
            return True
        return word.isalpha() and len(word) >= SHORTEST_TYPO and bool(get_close_matches(word, tokens, 1, TYPO))

    def _measure_cosines(self, parts: Sequence[SectionPart]) -> list[float]:
        """Return the larger cosine of each part's text and titles; without an embedder the share of words."""
        if self._embedder is None or not parts:
            return [self.held_share(part) for part in parts]
        wholes = ["\n".join([*part.titles[:1], part.text]) for part in parts]
        texts = list(dict.fromkeys([*wholes, *(title for part in parts for title in part.titles)]))
        query = query_vector(self._embedder.embed_query(self.question), self._embedder.dimension)
        near = dict(zip(texts, map(float, cosines(self._embedder.embed_documents(texts), query)), strict=True))
        return [
            max([near[whole], *(TITLE_WEIGHT * near[title] for title in part.titles)])
            for part, whole in zip(parts, wholes, strict=True)
        ]

    def _judge(self, sections: Sequence[Chunk]) -> None:
        """Have the reader score the sentences of sections that it has not yet seen, if it can."""
        if not isinstance(self._reader, JudgingReader) or not self._reader.has_relevance:
            return
        new = [section for section in sections if section.id not in self._relevance]
        if new:
            scores = self._reader.score_sentences(self.question, new)
            self._relevance |= {section.id: one for section, one in zip(new, scores, strict=True)}


def asked_content(question: str) -> list[str]:
    """Return the words that a part has to hold to be about a question: not those that only ask, and plain verbs."""
    core = core_question(question)
    asked = _COMMAND.sub("", core) if _COMMAND.match(core) else question
    words = dict.fromkeys(content_tokens(replace_phrasal(asked)))
    return [
        word for word in words if stem(word) not in _ASKING and not _INDEFINITE.fullmatch(word) and not is_modal(word)
    ]


# "List the fees" asks for fees, and "the waiting list" for that.
_COMMAND = re.compile(r"^\W*(?:list|name|show|outline|define|enumerate)\b", re.IGNORECASE)
# "Somebody took my laptop" is about the laptop, and "I'm", with or without its apostrophe, about nothing.
_INDEFINITE = re.compile(
    r"(?:some|any|every|no)(?:body|one|thing|where)|else|(?:who|what|which)ever"
    r"|(?:i|you|he|she|it|we|they|who|what|that|there|here|where|how)['’](?:m|s|re|ve|d|ll)"
    r"|(?:im|ive|its|thats|whats|theres|heres|youre|theyre)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*\.?|§ ?\d+)\s+")
_ASKING = frozenset(
    map(
        stem,
        """explain describe summarise summarize happen tell mean purpose reason why way work overview please everything
        thing things step steps kind kinds sort type details""".split(),  # noqa: SIM905
    )
)
