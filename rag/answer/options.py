"""The options of answering: the table [pipeline] of rag.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ingest.errors import InputError
from rag.answer.kinds import FORMAT_CHOICES, FormatChoice
from stores.filters.filter import Where
from stores.filters.parse import as_filter

Guidance = Literal["reader_first", "retry", "fallback"]
GUIDANCE: tuple[Guidance, ...] = get_args(Guidance)

DEFAULT_K = 5

PassageMode = Literal["concat", "fid", "rag-sequence", "rag-token"]
PASSAGE_MODES: tuple[PassageMode, ...] = get_args(PassageMode)


@dataclass(frozen=True, kw_only=True)
class PipelineOptions:
    """Options of a pipeline. Raises InputError for a value that no pipeline can have.

    `k` chunks are retrieved, only those that the filter `where` allows; of None five, and where there is a reader up to
    three times as many short ones, such as rows. The prompt has at most `prompt_tokens` tokens, and never more than the
    generator's window. A question stays unanswered if the best hit's cosine is below `min_evidence` or the estimated
    probability of a right answer is below `min_confidence`. None is the default for the pipeline's models, see
    `rag.answer.defaults`.

    `guided` selects the ways in which a reader guides the generator; True is all of them, False none:

    - "reader_first": the passage that the reader finds the answer in comes first in the prompt.
    - "retry": an answer that the reader does not confirm is generated again from the sentence of the reader's best
      span alone.
    - "fallback": an answer that is still not confirmed is replaced by the reader's own.

    `answer_format` is one of the kinds of questions, "short", "yes-no", "explain", "list" and "compare", or "sentence",
    or "auto", which decides by the question. `passages` is "concat" for all passages in one prompt. The other modes
    give each passage its own prompt, so that more of them fit than the window holds: "fid" for encoder-decoders,
    "rag-token" and "rag-sequence" for any model of the transformers backend, see `rag.generate.fusion`.
    """

    k: int | None = None
    where: Where = None
    min_evidence: float | None = None
    min_confidence: float | None = None
    prompt_tokens: int | None = None
    guided: bool | Sequence[Guidance] = True
    answer_format: FormatChoice = "auto"
    passages: PassageMode = "concat"

    def __post_init__(self) -> None:
        # The values may come from rag.toml, so that their types are checked, too.
        if self.k is not None and (not isinstance(self.k, int) or self.k < 1):
            raise InputError(f"k is {self.k!r}: at least one passage has to be retrieved")
        if self.min_evidence is not None and not _is_within(self.min_evidence, -1, 1):
            raise InputError(f"min_evidence is {self.min_evidence!r}: it is a cosine, from -1 to 1")
        if self.prompt_tokens is not None and (not isinstance(self.prompt_tokens, int) or self.prompt_tokens < 1):
            raise InputError(f"prompt_tokens is {self.prompt_tokens!r}: a prompt needs room for at least one")
        if self.min_confidence is not None and not _is_within(self.min_confidence, 0, 1):
            raise InputError(f"min_confidence is {self.min_confidence!r}: it is a probability, from 0 to 1")
        if self.answer_format not in FORMAT_CHOICES:
            raise InputError(f"answer_format is {self.answer_format!r}: known are {', '.join(FORMAT_CHOICES)}")
        if self.passages not in PASSAGE_MODES:
            raise InputError(f"passages is {self.passages!r}: known are {', '.join(PASSAGE_MODES)}")
        several = isinstance(self.guided, list | tuple | set | frozenset)
        if not isinstance(self.guided, bool) and not (several and all(way in GUIDANCE for way in self.guided)):
            raise InputError(f"guided is {self.guided!r}: true, false, or some of {', '.join(GUIDANCE)}")
        as_filter(self.where)

    @property
    def guidance(self) -> frozenset[Guidance]:
        """The ways in which a reader guides the generator."""
        if isinstance(self.guided, bool):
            return frozenset(GUIDANCE if self.guided else ())
        return frozenset(self.guided)


def _is_within(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and low <= value <= high
