"""Fine-tune a generator: rows -> prompts and targets in tokens -> training -> a model folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.errors import InputError, RowsError
from rag.data.contexts import Contexts, own_context
from rag.data.rows import Row, data_hash, read_rows
from rag.data.task_prompts import prompt_for
from rag.describe.drafts.delexicalise import Delexicalizer, attribute
from rag.finetune.generator.examples import EncodedTask, TaskData, encode_rows, generate_texts, write_target
from rag.finetune.generator.settings import GeneratorSettings
from rag.finetune.generator.start import FinetunedGenerator as FinetunedGenerator, StartModel
from rag.finetune.shared.batch_order import compute_shares, order_batches
from rag.finetune.shared.examples import Example
from rag.finetune.shared.unfinished import Unfinished, check_output
from rag.generate.decode import TransformersGenerator
from rag.generate.trained import Trained

Rows = str | Path | Sequence[Row]


def finetune_generator(
    model: str | None,
    train: Rows | Mapping[str, Rows],
    valid: Rows | Mapping[str, Rows] | None = None,
    *,
    out: str | Path,
    init: str | None = None,
    contexts: Contexts = own_context,
    context: Mapping[str, Any] | None = None,
    restart: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> FinetunedGenerator:
    """Fine-tune a model on rows and write it to the folder `out`.

    `model` is a hub id, a folder or `builtin:NAME`; None with `init` ("t5-mini", "gpt2-mini", ...) starts from random
    weights. `train` is a JSONL file or rows, or a mapping from the names of several tasks to theirs. `contexts` adds
    retrieved passages or examples to each row as answering will; `context` is the record of that. `settings` are those
    of GeneratorSettings.

    Work in progress lies in `out.training`, and the same call resumes a run that was interrupted, unless `restart` is
    set. Raises RowsError for rows that cannot be learnt, InputError for settings, WeightsError for weights, and
    MissingExtra.
    """
    chosen = GeneratorSettings(**settings)
    start = StartModel(model, init, chosen)
    out = Path(out)
    check_output(out, "fine-tuning")
    tasks = read_tasks(train, valid, contexts, chosen)
    data = {task.name: [data_hash(task.train), data_hash(task.valid)] for task in tasks}
    about = {"start": start.name, "settings": chosen.decisive(), "context": dict(context or {}), "data": data}
    with Unfinished.begin(out, about, restart) as unfinished:
        # Load the start; a tokenizer for random weights is trained on the prompts and targets.
        marks = [
            mark
            for task in tasks
            if task.placeholders
            for mark in task.placeholders.tokens(row.values["fields"] for row in task.train)
        ]
        generator = start.load(unfinished.folder, lambda: list(_yield_tokenizer_texts(tasks)), marks)

        # Encode all rows before training starts, so that rows that do not fit are refused at once.
        encoded = [_encode(task, task.train, generator, chosen, "rows") for task in tasks]
        valid_examples: list[Example] = []
        for task in tasks:
            if held_out := task.valid[: chosen.valid_rows]:
                valid_examples += _encode(task, held_out, generator, chosen, "validation rows").examples

        def measure_texts() -> dict[str, float]:
            """Return the mean over the tasks of the metric of generated texts."""
            if chosen.metric == "loss":
                return {}
            from rag.finetune.generator.validation import evaluate_texts

            scores = []
            for task in tasks:
                if held_out := task.valid[: chosen.valid_rows]:
                    texts = generate_texts(task, held_out, generator, chosen.max_target_tokens)
                    scores.append(evaluate_texts(chosen.metric, texts, held_out))
            return {chosen.metric: sum(scores) / len(scores)}

        # Train, with the best step at the end.
        batches = _mix_batches(encoded, chosen)
        rows = sum(len(task.examples) for task in encoded)
        result, final = run_training(
            start, generator, batches, valid_examples, measure_texts, rows, unfinished, progress
        )

        # Record what using the model depends on: its tasks, its placeholders and the values that it has seen.
        delexicalised = [task.placeholders.attributes for task in tasks if task.placeholders]
        trained = Trained(
            tuple(task.name for task in tasks),
            frozenset().union(*delexicalised) if delexicalised else None,
            collect_field_values([row for task in tasks for row in task.train]),
            dict(context or {}),
            describe_training(start, result),
        )
        counts = {
            f"{task.name}: rows": f"{len(part.examples)} of {len(task.train)}, SHA-256 {data_hash(task.train)}"
            for task, part in zip(tasks, encoded, strict=True)
        }
        start.write(unfinished, final, generator.tokenizer, trained, result, counts)
    return result


def run_training(
    start: StartModel,
    generator: TransformersGenerator,
    batches: Sequence[Sequence[Example]],
    valid: Sequence[Example],
    measure_texts: Callable[[], dict[str, float]],
    rows: int,
    unfinished: Unfinished,
    progress: bool | None,
) -> tuple[FinetunedGenerator, Any]:
    """Train the generator's model; return the result and the model to write, an adapter merged into it."""
    from rag.finetune.generator.train import train_generator

    settings = start.settings
    model, rate = start.prepare(generator)
    trained_parameters = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    folder = unfinished.folder / "checkpoints"
    run = train_generator(generator, model, batches, valid, measure_texts, settings, rate, folder, progress)
    final = model.merge_and_unload() if settings.method == "lora" and not settings.adapter_only else model
    result = FinetunedGenerator(
        unfinished.out,
        rows,
        run.steps,
        run.best_step,
        run.seconds,
        sum(weight.numel() for weight in final.parameters()),
        trained_parameters,
        run.metrics,
        run.losses,
        run.measured,
    )
    return result, final


def describe_training(start: StartModel, result: FinetunedGenerator) -> dict[str, Any]:
    """Return the facts on a training that its folder's `openbook.json` states."""
    return {
        "start": start.name,
        "rows": result.rows,
        "steps": result.steps,
        "seconds": round(result.seconds, 1),
        "parameters": result.parameters,
        "trained_parameters": result.trained_parameters,
        "settings": asdict(start.settings),
        "metrics": dict(result.metrics),
    }


def collect_field_values(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the values of each attribute in the rows' fields, sorted."""
    values: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.values.get("fields", {}).items():
            if value is not None and not isinstance(value, bool):
                values.setdefault(attribute(name), set()).add(str(value))
    return {name: sorted(texts) for name, texts in sorted(values.items())}


def read_tasks(
    train: Rows | Mapping[str, Rows],
    valid: Rows | Mapping[str, Rows] | None,
    contexts: Contexts,
    settings: GeneratorSettings,
) -> list[TaskData]:
    """Return the tasks to learn, their rows read from files. Raises RowsError for rows that do not belong together."""
    named = dict(train) if isinstance(train, Mapping) else {"": train}
    named_valid = dict(valid) if isinstance(valid, Mapping) else {"": valid} if valid is not None else {}
    for name in named_valid:
        if name not in named:
            raise InputError(f"valid names the task {name!r}, train has {', '.join(named)}")
    tasks = []
    for name, source in named.items():
        rows = _load_rows(source, name)
        held_out = _load_rows(named_valid[name], name) if name in named_valid else []
        if held_out and held_out[0].task != rows[0].task:
            raise RowsError(f"the validation rows are of the task {held_out[0].task!r}, the rows of {rows[0].task!r}")
        # Find the values of fields in the targets, to train with placeholders for them.
        placeholders = None
        if settings.placeholders and "fields" in rows[0].values:
            placeholders = Delexicalizer.fit((row.values["fields"], row.target) for row in rows)
        task = name or rows[0].task
        tasks.append(TaskData(task, prompt_for(task, rows[0].values), rows, held_out, contexts, placeholders))
    return tasks


def _load_rows(source: Rows, task: str) -> list[Row]:
    rows = read_rows(source, task or None) if isinstance(source, str | Path) else list(source)
    if not rows:
        raise RowsError(f"no rows{f' for the task {task!r}' if task else ''}")
    return rows


def _yield_tokenizer_texts(tasks: Sequence[TaskData]) -> Iterator[str]:
    """Yield the texts that a new tokenizer is trained on: each row's prompt and target as the model will see them."""
    for task in tasks:
        for row, context in zip(task.train, task.contexts(task.train), strict=True):
            values = task.placeholders.encode_values(context.values) if task.placeholders else context.values
            yield str(task.prompt.render("text2text", values, context.passages))
            yield write_target(task, row)


def _encode(
    task: TaskData, rows: Sequence[Row], generator: TransformersGenerator, settings: GeneratorSettings, label: str
) -> EncodedTask:
    """Return rows as examples. Raises RowsError if more of them do not fit than `max_left_out` allows."""
    encoded = encode_rows(task, rows, generator, settings.max_target_tokens)
    if encoded.left_out_share > settings.max_left_out or not encoded.examples:
        reasons = ", ".join(
            f"{count} with {'an' if reason.startswith('input') else 'a'} {reason}"
            for reason, count in encoded.left_out.items()
            if count
        )
        longest = max(encoded.lengths["target"], default=0)
        raise RowsError(
            f"{encoded.left_out_share:.1%} of the {label} of task {task.name!r} do not fit ({reasons}; longest target "
            f"{longest} tokens): raise max_target_tokens, shorten them, or allow it with max_left_out"
        )
    return encoded


def _mix_batches(encoded: Sequence[EncodedTask], settings: GeneratorSettings) -> list[list[Example]]:
    """Return the batches of the whole run, the tasks mixed by size, cap and temperature."""
    # `cap` limits what a large task counts with, in the mixture and in the length of an epoch.
    lengths = [[len(example) for example in task.examples] for task in encoded]
    sizes = [len(task.examples) for task in encoded]
    rows = round(settings.epochs * sum(min(size, settings.cap or size) for size in sizes))
    if settings.max_steps is not None:
        rows = settings.max_steps * settings.batch_size
    shares = compute_shares(sizes, settings.temperature, settings.cap)
    places = order_batches(lengths, shares, rows, settings.batch_size, settings.seed)
    return [[encoded[task].examples[row] for task, row in batch] for batch in places]
