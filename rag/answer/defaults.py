"""The defaults of answering, by model: what an option of None means for a pipeline's models.

The rule, for a pipeline from rag.toml and for one made in Python:

- The embedded generator that answers, `builtin:smollm2-answers`, is guided by the embedded reader, which it was trained
  with. Any other generator works without a reader.
- The embedded models have an embedded confidence model, fitted to their own answers. It applies where the retriever
  embeds with `builtin:minilm`, the reader is the embedded one, and that reader or the embedded generator answers.
- `min_confidence` of None is the threshold that the confidence model has for a question's kind; without a model it is
  that of the reader, else 0.
- `min_evidence` is 0 with a confidence model, which judges the cosine itself; else the threshold of the embedder.
- `prompt_tokens` is the limit of the generator, which is lower where a reader puts the best passage first.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from ingest.models.weights import MINILM, MINILM_READER, SMOLLM2, SMOLLM2_ANSWERS
from rag.answer.confidence import ConfidenceModel, embedded_confidence
from rag.answer.options import Guidance, PipelineOptions
from rag.generate.base import Generator
from rag.reader.base import Reader
from rag.retrieve.retrievers import Retriever

# The reader that guides a generator unless another one is named.
READERS = {SMOLLM2_ANSWERS: MINILM_READER}

# The best hit's cosine below which a question stays unanswered, by embedder. Calibrated on questions whose passage is
# in the store against questions whose passage was taken out: see tests/benchmarks/abstention.py.
MIN_EVIDENCE = {MINILM: 0.45}

# The probability of a right answer below which a question stays unanswered, by reader: of .15 to .5 the value that
# separates answerable from unanswerable validation rows best over four sets. tests/benchmarks/reader.py measures it on
# test rows.
MIN_CONFIDENCE = {MINILM_READER: 0.2}

# The longest useful prompt, by generator. The smallest models answer no better with more, and each token takes time:
# see tests/benchmarks/answers.py.
PROMPT_TOKENS = {SMOLLM2: 512, SMOLLM2_ANSWERS: 512}

# The same where a reader puts the best passage first. On validation rows the answers were no worse (exact match 56 %
# against 54) in half the time.
READER_FIRST_PROMPT_TOKENS = {SMOLLM2_ANSWERS: 256}

# The words for a confidence, from the least that each of them needs. `make confidence` prints the share right for each.
CONFIDENCE_WORDS = ((0.75, "sure"), (0.5, "likely"), (0.0, "unsure"))


def word_confidence(confidence: float) -> str:
    """Return the word for a confidence from 0 to 1."""
    return next(word for least, word in CONFIDENCE_WORDS if confidence >= least)


@dataclass(frozen=True)
class Defaults:
    """The values that a pipeline's options of None stand for, and those that were set."""

    reader: Reader | Literal[False]
    confidence: ConfidenceModel | Literal[False]
    min_confidence: float | None
    min_evidence: float
    prompt_tokens: int | None


def resolve_defaults(
    options: PipelineOptions,
    retriever: Retriever,
    generator: Generator | None,
    reader: Reader | Literal[False] | None,
    confidence: ConfidenceModel | Literal[False] | None,
) -> Defaults:
    """Return the options that depend on the models; each one that is set stays as it is."""
    # The default reader.
    if reader is None:
        reader = False
        if generator is not None and (name := READERS.get(generator.name)) is not None:
            from rag.reader.reader import ExtractiveReader

            reader = ExtractiveReader(name)

    # The confidence model of the embedded models.
    embedder = getattr(getattr(retriever, "embedder", None), "name", "")
    if confidence is None:
        embedded = embedder == MINILM and reader and reader.name == MINILM_READER
        confidence = (embedded and embedded_confidence(generator.name if generator else MINILM_READER)) or False

    # The thresholds.
    min_confidence, min_evidence = options.min_confidence, options.min_evidence
    if min_confidence is None and not confidence:
        min_confidence = MIN_CONFIDENCE.get(reader.name, 0.0) if reader else 0.0
    if min_evidence is None:
        min_evidence = 0.0 if confidence else MIN_EVIDENCE.get(embedder, 0.0)

    # The longest prompt.
    prompt_tokens = options.prompt_tokens
    if prompt_tokens is None and generator is not None:
        guidance = options.guidance if reader else frozenset[Guidance]()
        prompt_tokens = prompt_limit(generator.name, guidance)
    return Defaults(reader, confidence, min_confidence, min_evidence, prompt_tokens)


def prompt_limit(model: str, guidance: Set[Guidance]) -> int | None:
    """Return the most tokens that a prompt for this generator should have, None for its whole window."""
    if "reader_first" in guidance and model in READER_FIRST_PROMPT_TOKENS:
        return READER_FIRST_PROMPT_TOKENS[model]
    return PROMPT_TOKENS.get(model)
