"""Defaults of answering, by model."""

from __future__ import annotations

from ingest.models.weights import MINILM, SMOLLM2, SMOLLM2_ANSWERS
from rag.reader.base import BUILTIN_READER

# The best hit's cosine below which a question is left unanswered, by embedder. Calibrated on questions whose passage is
# in the store against questions whose passage was taken out: see tests/benchmarks/abstention.py and the README.
MIN_EVIDENCE = {MINILM: 0.45}


# The longest prompt worth giving, by generator. The smallest models read no better from more, and each token takes
# time: see tests/benchmarks/answers.py.
PROMPT_TOKENS = {SMOLLM2: 512, SMOLLM2_ANSWERS: 512}


# The same where a reader puts the passage with the answer first and no list is asked for, whose items may stand in
# several: on validation rows the answers were no worse (exact match 56 % against 54), in half the time.
READER_FIRST_PROMPT_TOKENS = {SMOLLM2_ANSWERS: 256}


# The chance of a right answer below which a question is left unanswered, by reader: of .15 to .5 the one that tells
# answerable from unanswerable validation rows best over four sets. tests/benchmarks/reader.py measures it on test rows.
MIN_CONFIDENCE = {BUILTIN_READER: 0.2}


def prompt_limit(model: str, reader_first: bool, answer_format: str) -> int | None:
    """Return the most tokens that a prompt for this model should have, None for what its window holds.

    `reader_first`: a reader puts the passage first that answers best.
    """
    if reader_first and answer_format in ("short", "sentence") and model in READER_FIRST_PROMPT_TOKENS:
        return READER_FIRST_PROMPT_TOKENS[model]
    return PROMPT_TOKENS.get(model)
