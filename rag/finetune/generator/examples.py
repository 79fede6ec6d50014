"""From rows to token ids, by the same prompts and packing that answering uses; nothing is ever cut to fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.errors import RowsError
from prompts.prompt import Prompt
from prompts.types import RenderedPrompt
from rag.classify.labels import readable
from rag.data.contexts import Contexts, own_context
from rag.data.rows import Row
from rag.describe.delexicalise import Delexicalizer
from rag.generate.decode import TransformersGenerator
from rag.generate.encode import text_ids

IGNORED = -100
"""The label of a token that is not learnt: the prompt's, and padding."""


@dataclass(frozen=True)
class TaskData:
    """A task to learn: its rows, its prompt and where its contexts come from."""

    name: str
    prompt: Prompt
    train: Sequence[Row]
    valid: Sequence[Row] = ()
    contexts: Contexts = own_context
    placeholders: Delexicalizer | None = None


@dataclass(frozen=True)
class Example:
    """One row in tokens. `labels` are what is learnt: for a causal model as long as the input, its prompt ignored."""

    input_ids: list[int]
    labels: list[int]

    def __len__(self) -> int:
        return len(self.input_ids) + len(self.labels)


@dataclass(frozen=True)
class Encoded:
    """A task's examples; `left_out` tells by reason how many rows did not fit, `shortened` how many lost passages."""

    examples: list[Example]
    left_out: Mapping[str, int]
    shortened: int
    lengths: Mapping[str, list[int]] = field(default_factory=dict)

    @property
    def left_out_share(self) -> float:
        """The share of rows that did not fit."""
        count = sum(self.left_out.values())
        return count / (count + len(self.examples)) if count else 0.0


def render(
    task: TaskData, rows: Sequence[Row], generator: TransformersGenerator, max_target_tokens: int
) -> list[tuple[RenderedPrompt, int] | None]:
    """Return each row's prompt, packed, with how many passages or examples lost text; None where it does not fit."""
    rendered: list[tuple[RenderedPrompt, int] | None] = []
    for context in task.contexts(rows):
        values = task.placeholders.encode_values(context.values) if task.placeholders else context.values
        try:
            packed = task.prompt.pack(generator, max_target_tokens, values, context.passages)
        except ValueError as error:
            if "no template" in str(error) or "undefined" in str(error):
                raise RowsError(str(error)) from error
            rendered.append(None)
            continue
        rendered.append((packed.prompt, sum(each.reason != "duplicate" for each in packed.dropped)))
    return rendered


def encode(task: TaskData, rows: Sequence[Row], generator: TransformersGenerator, max_target_tokens: int) -> Encoded:
    """Return the rows as examples for this generator's model. Raises RowsError for a row without a target."""
    examples: list[Example] = []
    left_out = {"input longer than the window": 0, "target longer than max_target_tokens": 0}
    lengths: dict[str, list[int]] = {"input": [], "target": []}
    shortened = 0
    for row, prompt in zip(rows, render(task, rows, generator, max_target_tokens), strict=True):
        if prompt is None:
            left_out["input longer than the window"] += 1
            continue
        ids, target = _ids(generator, prompt[0], target_text(task, row))
        lengths["input"].append(len(ids))
        lengths["target"].append(len(target))
        if len(target) > max_target_tokens:
            left_out["target longer than max_target_tokens"] += 1
            continue
        shortened += prompt[1] > 0
        if generator.family == "causal":
            examples.append(Example(ids + target, [IGNORED] * len(ids) + target))
        else:
            examples.append(Example(ids, target))
    return Encoded(examples, left_out, shortened, lengths)


def target_text(task: TaskData, row: Row) -> str:
    """Return what the model is to write for a row, with marks where the task has them."""
    if row.unanswerable:
        return "I don't know."
    if not row.references or not row.target.strip():
        raise RowsError(f"row {row.id} of task {task.name!r} has an empty target")
    if row.task == "classify":
        return readable(row.target)  # as the classifier will score it
    if task.placeholders is None:
        return row.target.strip()
    return task.placeholders.encode_text(row.target.strip(), row.values["fields"])


def _ids(generator: TransformersGenerator, prompt: RenderedPrompt, target: str) -> tuple[list[int], list[int]]:
    """Return a prompt's and a target's ids; the target's end with the token that ends a text."""
    tokenizer = generator.tokenizer
    ids = generator.encode(prompt)
    if generator.family == "seq2seq":
        return ids, text_ids(tokenizer, target)
    end = [tokenizer.eos_token_id]
    if isinstance(prompt, str) and generator.style == "completion":
        whole = text_ids(tokenizer, f"{prompt} {target}")
        # A token must not reach over the border: then the two would be learnt otherwise than they are generated.
        if whole[: len(ids)] == ids:
            return ids, whole[len(ids) :] + end
    plain = tokenizer(target, add_special_tokens=False, verbose=False).input_ids
    return ids, list(plain) + end
