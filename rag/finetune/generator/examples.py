"""From rows to token ids, by the same prompts and packing that answering uses; nothing is cut to fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.errors import RowsError
from prompts.prompt import Prompt
from prompts.types import RenderedPrompt
from rag.classify.labels import readable
from rag.data.contexts import Contexts, own_context
from rag.data.rows import Row
from rag.describe.drafts.delexicalise import Delexicalizer
from rag.finetune.shared.examples import IGNORED, Example
from rag.generate.base import Decoding
from rag.generate.decode import TransformersGenerator
from rag.generate.encode import text_ids


@dataclass(frozen=True)
class TaskData:
    """A task to learn: its rows, its prompt and the source of its contexts."""

    name: str
    prompt: Prompt
    train: Sequence[Row]
    valid: Sequence[Row] = ()
    contexts: Contexts = own_context
    placeholders: Delexicalizer | None = None


@dataclass(frozen=True)
class EncodedTask:
    """A task's examples. `left_out` counts rows that did not fit by reason, `shortened` those that lost passages."""

    examples: list[Example]
    left_out: Mapping[str, int]
    shortened: int
    lengths: Mapping[str, list[int]] = field(default_factory=dict)

    @property
    def left_out_share(self) -> float:
        """The share of rows that did not fit."""
        count = sum(self.left_out.values())
        return count / (count + len(self.examples)) if count else 0.0


def render_rows(
    task: TaskData, rows: Sequence[Row], generator: TransformersGenerator, max_target_tokens: int
) -> list[tuple[RenderedPrompt, int] | None]:
    """Return each row's packed prompt and how many passages or examples it shortened; None if it does not fit."""
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
        rendered.append((packed.prompt, sum(drop.reason != "duplicate" for drop in packed.dropped)))
    return rendered


def encode_rows(
    task: TaskData, rows: Sequence[Row], generator: TransformersGenerator, max_target_tokens: int
) -> EncodedTask:
    """Return the rows as examples for this generator's model. Raises RowsError for a row without a target."""
    examples: list[Example] = []
    left_out = {"input longer than the window": 0, "target longer than max_target_tokens": 0}
    lengths: dict[str, list[int]] = {"input": [], "target": []}
    shortened = 0
    # Encode each row, unless its prompt or its target does not fit.
    for row, rendered in zip(rows, render_rows(task, rows, generator, max_target_tokens), strict=True):
        if rendered is None:
            left_out["input longer than the window"] += 1
            continue
        prompt, shortenings = rendered
        ids, target = encode_pair(generator, prompt, write_target(task, row))
        lengths["input"].append(len(ids))
        lengths["target"].append(len(target))
        if len(target) > max_target_tokens:
            left_out["target longer than max_target_tokens"] += 1
            continue
        # A causal model reads the target after the prompt, an encoder-decoder writes it.
        shortened += shortenings > 0
        if generator.family == "causal":
            examples.append(Example(ids + target, [IGNORED] * len(ids) + target))
        else:
            examples.append(Example(ids, target))
    return EncodedTask(examples, left_out, shortened, lengths)


def write_target(task: TaskData, row: Row) -> str:
    """Return the text that the model learns to write for a row, with placeholders if the task has them."""
    if row.unanswerable:
        return "I don't know."
    if not row.references or not row.target.strip():
        raise RowsError(f"row {row.id} of task {task.name!r} has an empty target")
    if row.task == "classify":
        return readable(row.target)  # the form that the classifier scores
    if task.placeholders is None:
        return row.target.strip()
    return task.placeholders.encode_text(row.target.strip(), row.values["fields"])


def encode_pair(generator: TransformersGenerator, prompt: RenderedPrompt, target: str) -> tuple[list[int], list[int]]:
    """Return the ids of a prompt and of its target, which end with the end-of-text token."""
    tokenizer = generator.tokenizer
    ids = generator.encode(prompt)
    if generator.family == "seq2seq":
        return ids, text_ids(tokenizer, target)
    end = [tokenizer.eos_token_id]
    if isinstance(prompt, str) and generator.style == "completion":
        whole = text_ids(tokenizer, f"{prompt} {target}")
        # No token may span the border: prompt and target are generated apart, and have to be learnt that way.
        if whole[: len(ids)] == ids:
            return ids, whole[len(ids) :] + end
    plain = tokenizer(target, add_special_tokens=False, verbose=False).input_ids
    return ids, list(plain) + end


def generate_texts(
    task: TaskData, rows: Sequence[Row], generator: TransformersGenerator, max_new_tokens: int
) -> list[str]:
    """Return the text that the model writes greedily for each row, placeholders filled in; "" if it does not fit."""
    rendered = render_rows(task, rows, generator, max_new_tokens)
    prompts = [row[0] for row in rendered if row is not None]
    outputs = iter(generator.generate(prompts, Decoding(max_new_tokens=max_new_tokens)))
    texts = ["" if row is None else next(outputs).text.strip() for row in rendered]
    if task.placeholders is None:
        return texts
    return [task.placeholders.restore(text, row.values["fields"]) for text, row in zip(texts, rows, strict=True)]
