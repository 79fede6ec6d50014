"""The trained realiser as a writer of sentences: plans -> inputs -> patterns -> filled and checked sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field as dataclass_field

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.models.weights import SMOLLM2_REALISER, is_endpoint
from rag.describe.product import Product, ProductField, SpannedText
from rag.describe.realise.attributes import is_thing
from rag.describe.realise.learnt.decode_patterns import PatternDecoder, ScoredPattern
from rag.describe.realise.learnt.fill_patterns import SentenceCheck, fill_pattern
from rag.describe.realise.learnt.sentence_input import SentenceInput, read_sentence
from rag.describe.realise.plan import DescriptionPlan, says_words
from rag.describe.realise.product_words import is_plural_product, name_pieces
from rag.generate import load_reference
from rag.generate.decode import TransformersGenerator
from rag.generate.trained import Trained

LEAST_LIKELY = -0.4
"""Mean log-likelihood of a token below which a pattern is not used: the rules write more fluently."""

SAME_START = 0.15
"""Likelihood that a sentence loses which begins with the same word as the one before."""

MOST_PATTERNS = 20_000
"""Inputs whose patterns are kept in memory."""

REALISE = "realise"
"""The task that a realiser's record names."""

Decode = Callable[[Sequence[str]], Sequence[Sequence[ScoredPattern]]]


@dataclass(frozen=True)
class _PlannedInput:
    """A planned sentence with its input."""

    product: Product
    read: SentenceInput
    is_work: bool


@dataclass(frozen=True)
class LearntRealiser:
    """Writes planned sentences by patterns of a model, which sees labels and shapes of values but no value.

    Sentences with the same columns share their patterns, so that a catalogue costs as many generations as it has kinds
    of sentences. A sentence of which no pattern is true, complete and fluent is left to the rules.
    """

    name: str
    decode: Decode
    fingerprint: str
    _patterns: dict[str, Sequence[ScoredPattern]] = dataclass_field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls, model: str = SMOLLM2_REALISER, *, samples: int = 4, threads: int | None = None) -> LearntRealiser:
        """Load an adapter or a model that was trained on such patterns. Raises WeightsError, InputError for others."""
        generator = load_reference(model, threads=threads)
        if not isinstance(generator, TransformersGenerator) or generator.family != "causal":
            raise InputError(f"{model} cannot write patterns: only a decoder-only model with local weights can")
        decoder = PatternDecoder(generator, samples)
        return cls(model, decoder.decode, fingerprint("learnt realiser", generator.fingerprint, samples))

    def write(self, plans: Sequence[DescriptionPlan]) -> list[tuple[SpannedText | None, ...]]:
        """Return a text for each sentence of each plan, None where the rules are to write it; see SentenceWriter."""
        inputs = [[_read_planned(plan, place) for place in range(len(plan.sentences))] for plan in plans]
        self._decode_new([one.read.text for many in inputs for one in many if one])
        return [tuple(self._write_plan(many)) for many in inputs]

    def _decode_new(self, texts: Sequence[str]) -> None:
        """Keep the patterns of inputs that were not seen before."""
        new = [text for text in dict.fromkeys(texts) if text not in self._patterns]
        if len(self._patterns) + len(new) > MOST_PATTERNS:
            self._patterns.clear()
            new = list(dict.fromkeys(texts))
        if new:
            self._patterns.update(zip(new, self.decode(new), strict=True))

    def _write_plan(self, inputs: Sequence[_PlannedInput | None]) -> list[SpannedText | None]:
        written: list[SpannedText | None] = []
        for one in inputs:
            before = written[-1].text if written and written[-1] else ""
            written.append(self._write_sentence(one, before) if one else None)
        return written

    def _write_sentence(self, one: _PlannedInput, before: str) -> SpannedText | None:
        """Return the best sentence of an input's patterns: likely, and begun otherwise than the one before."""

        def score(pattern: ScoredPattern) -> float:
            is_same = bool(before) and pattern.text.split(" ")[0] == before.split(" ")[0]
            return pattern.likelihood - SAME_START * is_same

        check = SentenceCheck(one.product, one.read)
        for pattern in sorted(self._patterns[one.read.text], key=score, reverse=True):
            if pattern.likelihood < LEAST_LIKELY:
                continue
            content = fill_pattern(pattern.text, one.read, one.product, is_work=one.is_work)
            if content and not check.find_fault(pattern.text, content):
                return content
        return None


def is_realiser(model: str) -> bool:
    """Tell whether a model learnt to write patterns for planned sentences."""
    if is_endpoint(model):
        return False
    trained = Trained.of(model)
    return trained is not None and trained.tasks == (REALISE,)


def _read_planned(plan: DescriptionPlan, place: int) -> _PlannedInput | None:
    """Return the input of a planned sentence, None for a form that is no sentence: a line, or text as given."""
    sentence = plan.sentences[place]
    if sentence.pattern not in ("opening", "predicates", "statements"):
        return None
    fields = [field for clause in sentence.clauses for field in clause.fields]
    if place == 0:
        fields = [*_identity(plan), *(clause.field for clause in plan.modifiers), *fields]
    is_first = place == 0 and plan.product.name is not None
    if not fields or (place == 0 and not is_first) or (is_first and len(fields) < 2):
        return None
    read = read_sentence(plan.product, fields, is_first=place == 0, is_many=is_plural_product(plan.product))
    is_work = any(clause.kind == "maker" for one in plan.sentences for clause in one.clauses)
    return _PlannedInput(plan.product, read, is_work)


def _identity(plan: DescriptionPlan) -> list[ProductField]:
    """Return the name, and the brand and the type unless the name says them."""
    product, name = plan.product, plan.product.name
    if name is None:
        return []
    in_name = {key for piece in name_pieces(product) for key in piece.keys}
    fields = [name]
    if product.brand and product.brand.key not in in_name:
        fields.append(product.brand)
    kind = product.type
    if kind and is_thing(kind) and not says_words(name.value, kind.value):
        fields.append(kind)
    return fields
