"""`finetune`: rows in, a model folder out."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import MissingExtra, RowsError
from rag.data.contexts import Contexts, own_context
from rag.data.rows import Row, data_hash, read_rows
from rag.data.task_prompts import prompt_for
from rag.describe.delexicalise import Delexicalizer
from rag.finetune.generator.examples import Encoded, Example, TaskData, encode, render, target_text
from rag.finetune.generator.settings import GeneratorSettings
from rag.finetune.shared.batch_order import fixed_batches, mixture
from rag.finetune.shared.folder import card, lexicon_of, licence_of_builtin, save
from rag.finetune.shared.unfinished import Unfinished
from rag.generate.adapter import Adapter
from rag.generate.trained import Trained

if TYPE_CHECKING:
    from ingest.embed import Embedder
    from rag.generate.decode import TransformersGenerator

Rows = str | Path | Sequence[Row]


@dataclass(frozen=True)
class FinetunedGenerator:
    """A model that was fine-tuned. `metrics` are those of the best checkpoint on the validation rows."""

    folder: Path
    rows: int
    steps: int
    seconds: float
    parameters: int
    trained_parameters: int
    metrics: Mapping[str, float]
    history: Sequence[Mapping[str, float]]


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
    **settings: Any,
) -> FinetunedGenerator:
    """Fine-tune a model on rows and write it into the folder `out`.

    `model` is a hub id, a folder or `builtin:NAME`; None with `init` ("t5-mini", "gpt2-mini", ...) starts from nothing.
    `train` is a JSONL file or rows, or several by the name of their task. `contexts` gives each row what is retrieved
    for it, as answering will; `context` is how that is written down. Further options are those of GeneratorSettings.
    Checkpoints lie in `out.training`; a run that was ended goes on from the last one when called in the same way,
    unless `restart` is set. Raises RowsError for rows that cannot be learnt, ValueError for options, WeightsError for
    weights.
    """
    chosen = GeneratorSettings(**settings)
    _check_packages()
    out = Path(out)
    tasks = _tasks(train, valid, contexts, chosen)
    data = {task.name: [data_hash(task.train), data_hash(task.valid)] for task in tasks}
    about = {"kind": "finetune", "context": dict(context or {}), "data": data}
    with begun(out, model, init, chosen, about, restart) as unfinished:
        marks = [mark for task in tasks if task.placeholders for mark in _marks(task)]
        generator = generator_for(model, init, lambda: _texts(tasks), marks, unfinished.folder, chosen)
        encoded = [_encoded(task, task.train, generator, chosen, "rows") for task in tasks]
        valid_examples = [
            example
            for task in tasks
            if task.valid
            for example in _encoded(
                task, task.valid[: chosen.valid_rows], generator, chosen, "validation rows"
            ).examples
        ]
        rows = sum(len(each.examples) for each in encoded)
        result, final = trained(
            generator,
            _batches(encoded, chosen),
            valid_examples,
            lambda: _validate(tasks, generator, chosen),
            chosen,
            unfinished,
            rows,
            init is not None,
        )
        about_it = _described(result, tasks, encoded, model, init, chosen, context)
        save(final, generator.tokenizer, *about_it, unfinished, model if chosen.adapter_only else None)
    return result


def trained(
    generator: TransformersGenerator,
    batches: Sequence[Sequence[Example]],
    valid: Sequence[Example],
    validate: Callable[[], dict[str, float]],
    settings: GeneratorSettings,
    unfinished: Unfinished,
    rows: int,
    from_nothing: bool,
) -> tuple[FinetunedGenerator, Any]:
    """Train the generator's model, and return what came of it and the model, an adapter merged into it."""
    from rag.finetune.generator.train import train as run

    trainable, rate = _prepared(generator, from_nothing, settings)
    began = time.perf_counter()
    done = run(generator, trainable, batches, valid, validate, settings, rate, unfinished.folder / "checkpoints")
    merged = settings.method == "lora" and not settings.adapter_only
    final = trainable.merge_and_unload() if merged else trainable
    history = done["history"]
    result = FinetunedGenerator(
        folder=unfinished.out,
        rows=rows,
        steps=done["steps"],
        # Of all its parts, where the run was ended in between.
        seconds=max((line["seconds"] for line in history), default=time.perf_counter() - began),
        parameters=sum(weight.numel() for weight in final.parameters()),
        trained_parameters=done["trained_parameters"],
        metrics=_best(history, done["best_step"]),
        history=history,
    )
    return result, final


def _tasks(
    train: Rows | Mapping[str, Rows],
    valid: Rows | Mapping[str, Rows] | None,
    contexts: Contexts,
    settings: GeneratorSettings,
) -> list[TaskData]:
    named = dict(train) if isinstance(train, Mapping) else {"": train}
    checks = dict(valid) if isinstance(valid, Mapping) else {"": valid} if valid is not None else {}
    for name in checks:
        if name not in named:
            raise ValueError(f"valid names the task {name!r}, train has {', '.join(named)}")
    tasks = []
    for name, given in named.items():
        rows = _rows(given, name)
        marks = None
        if settings.placeholders and "fields" in rows[0].values:
            marks = Delexicalizer.fit((row.values["fields"], row.target) for row in rows)
        task = name or rows[0].task
        prompt = prompt_for(task, rows[0].values)
        check = _rows(checks[name], name) if name in checks else []
        if check and check[0].task != rows[0].task:
            raise RowsError(f"the validation rows are of the task {check[0].task!r}, the rows of {rows[0].task!r}")
        tasks.append(TaskData(task, prompt, rows, check, contexts, marks))
    return tasks


def _rows(given: Rows, task: str) -> list[Row]:
    rows = read_rows(given, task or None) if isinstance(given, str | Path) else list(given)
    if not rows:
        raise RowsError(f"no rows{f' for the task {task!r}' if task else ''}")
    return rows


def begun(
    out: Path,
    model: str | None,
    init: str | None,
    settings: GeneratorSettings,
    about: Mapping[str, Any],
    restart: bool,
) -> AbstractContextManager[Unfinished]:
    """Open the folder of an unfinished run.

    Raises ValueError where there is nothing or too much to start from, and where `out` is there already.
    """
    if (model is None) == (init is None):
        raise ValueError("give a model to start from, or init=NAME to start from nothing")
    if init is not None and settings.adapter_only:
        raise ValueError("an adapter needs a model to be put over: give one to start from, not init=NAME")
    if model is not None and settings.adapter_only and Adapter.of(model):
        raise ValueError(f"{model} is an adapter, and none can be put over it: start from its base, or write it merged")
    if out.is_dir() and any(out.iterdir()):
        raise ValueError(f"{out} is there already: choose another folder, or remove it")
    return Unfinished.begin(out, {"start": model or f"init:{init}", "settings": asdict(settings), **about}, restart)


def generator_for(
    model: str | None,
    init: str | None,
    texts: Callable[[], Sequence[str]],
    marks: Sequence[str],
    work: Path,
    settings: GeneratorSettings,
) -> TransformersGenerator:
    """Return the model that training starts from; one from nothing learns its tokenizer from `texts` first."""
    from rag.generate import load_reference
    from rag.generate.decode import TransformersGenerator

    name = model
    if init is not None:
        from rag.finetune.generator.scratch import new_model

        folder = work / "start"
        if not (folder / DONE).exists():
            new_model(init, texts(), folder, settings.seed, marks, _words(settings))
            (folder / DONE).touch()
        name = str(folder)
    assert name is not None
    options: dict[str, Any] = {} if settings.threads is None else {"threads": settings.threads}
    generator = load_reference(name, device=settings.device, batch_size=32, **options)
    if not isinstance(generator, TransformersGenerator):
        raise ValueError(f"{name} cannot be fine-tuned: only models with local weights can")
    return generator


def _words(settings: GeneratorSettings) -> Embedder | None:
    if settings.words is None:
        return None
    from ingest.embed import new_embedder

    return new_embedder(model=settings.words)


DONE = ".done"


def _marks(task: TaskData) -> list[str]:
    assert task.placeholders is not None
    return task.placeholders.tokens(row.values["fields"] for row in task.train)


def _texts(tasks: Sequence[TaskData]) -> list[str]:
    """Return what a tokenizer is trained on: every row's prompt and target as the model will see them."""
    texts = []
    for task in tasks:
        for row, context in zip(task.train, task.contexts(task.train), strict=True):
            values = task.placeholders.encode_values(context.values) if task.placeholders else context.values
            texts += [str(task.prompt.render("text2text", values, context.passages)), target_text(task, row)]
    return texts


def _encoded(
    task: TaskData, rows: Sequence[Row], generator: TransformersGenerator, settings: GeneratorSettings, which: str
) -> Encoded:
    found = encode(task, rows, generator, settings.max_target_tokens)
    _check_left_out(task, found, settings, which)
    return found


def _check_left_out(task: TaskData, encoded: Encoded, settings: GeneratorSettings, which: str) -> None:
    if encoded.left_out_share > settings.max_left_out or not encoded.examples:
        why = ", ".join(
            f"{count} with an {reason}" if reason[0] == "i" else f"{count} with a {reason}"
            for reason, count in encoded.left_out.items()
            if count
        )
        longest = max(encoded.lengths["target"], default=0)
        raise RowsError(
            f"{encoded.left_out_share:.1%} of the {which} of task {task.name!r} do not fit ({why}; longest target "
            f"{longest} tokens): raise max_target_tokens, shorten them, or allow it with max_left_out"
        )


def _batches(encoded: Sequence[Encoded], settings: GeneratorSettings) -> list[list[Example]]:
    lengths = [[len(example) for example in each.examples] for each in encoded]
    sizes = [len(each) for each in lengths]
    counted = sum(min(size, settings.cap or size) for size in sizes)
    rows = round(settings.epochs * counted)
    if settings.max_steps is not None:
        rows = settings.max_steps * settings.batch_size
    shares = mixture(sizes, settings.temperature, settings.cap)
    placed = fixed_batches(lengths, shares, rows, settings.batch_size, settings.seed)
    return [[encoded[task].examples[row] for task, row in batch] for batch in placed]


def _prepared(generator: TransformersGenerator, from_nothing: bool, settings: GeneratorSettings) -> tuple[Any, float]:
    """Return the model as it is trained, and the learning rate."""
    model = generator.model
    rate = settings.learning_rate
    if settings.method == "lora":
        import torch
        from peft import LoraConfig, get_peft_model

        targets = settings.lora_targets

        config = LoraConfig(
            r=settings.lora_rank,
            lora_alpha=settings.lora_alpha,
            lora_dropout=settings.lora_dropout,
            target_modules=targets if targets == "all-linear" else targets.split(","),
            task_type="SEQ_2_SEQ_LM" if generator.family == "seq2seq" else "CAUSAL_LM",
        )
        with torch.random.fork_rng(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # peft's remarks on transformers' names, and on GPT-2's turned weights
            torch.manual_seed(settings.seed)  # the adapter's first weights are random
            return get_peft_model(model, config), rate or 1e-3
    if rate is None:
        is_t5 = hasattr(model.config, "relative_attention_num_buckets")
        rate = 1e-3 if from_nothing else 3e-4 if is_t5 else 5e-5
    return model, rate


def _validate(
    tasks: Sequence[TaskData], generator: TransformersGenerator, settings: GeneratorSettings
) -> dict[str, float]:
    """Return the mean over the tasks of the metric on texts generated for their first validation rows."""
    if settings.metric == "loss":
        return {}
    from rag.finetune.generator.validation import score

    values = []
    for task in tasks:
        rows = list(task.valid[: settings.valid_rows])
        if rows:
            values.append(score(settings.metric, generate(task, rows, generator, settings.max_target_tokens), rows))
    return {settings.metric: sum(values) / len(values)}


def generate(task: TaskData, rows: Sequence[Row], generator: TransformersGenerator, max_new_tokens: int) -> list[str]:
    """Return what the model writes for each row, greedily, values put in for marks; "" where the row does not fit."""
    from rag.generate.base import Decoding

    prompts = render(task, rows, generator, max_new_tokens)
    fitting = [prompt[0] for prompt in prompts if prompt is not None]
    made = iter(generator.generate(fitting, Decoding(max_new_tokens=max_new_tokens)))
    texts = ["" if prompt is None else next(made).text.strip() for prompt in prompts]
    if task.placeholders is None:
        return texts
    return [task.placeholders.restore(text, row.values["fields"]) for text, row in zip(texts, rows, strict=True)]


def _best(history: Sequence[Mapping[str, float]], step: int | None) -> dict[str, float]:
    lines = [line for line in history if "eval_loss" in line and (step is None or line["step"] == step)]
    return (
        {name.removeprefix("eval_"): value for name, value in lines[-1].items() if name.startswith("eval_")}
        if lines
        else {}
    )


def _described(
    result: FinetunedGenerator,
    tasks: Sequence[TaskData],
    encoded: Sequence[Encoded],
    model: str | None,
    init: str | None,
    settings: GeneratorSettings,
    context: Mapping[str, Any] | None,
) -> tuple[Trained, str]:
    start = model or f"random weights ({init})"
    rows = [row for task in tasks for row in task.train]
    marks = [task.placeholders.attributes for task in tasks if task.placeholders]
    details = {
        "start": start,
        "rows": result.rows,
        "steps": result.steps,
        "seconds": round(result.seconds, 1),
        "parameters": result.parameters,
        "trained_parameters": result.trained_parameters,
        "settings": asdict(settings),
        "metrics": dict(result.metrics),
    }
    trained = Trained(
        tuple(task.name for task in tasks),
        frozenset().union(*marks) if marks else None,
        lexicon_of(rows),
        dict(context or {}),
        details,
    )
    data = {
        f"{task.name}: rows": f"{len(each.examples)} of {len(task.train)}, SHA-256 {data_hash(task.train)}"
        for task, each in zip(tasks, encoded, strict=True)
    }
    shown = {name: value for name, value in asdict(settings).items() if value is not None}
    reached = {
        **result.metrics,
        "steps": result.steps,
        "seconds": round(result.seconds),
        "parameters": result.parameters,
    }
    return trained, card(result.folder.name, start, licence_of_builtin(model), data, shown, reached)


def _check_packages() -> None:
    from importlib.util import find_spec

    if find_spec("accelerate") is None or find_spec("peft") is None:
        raise MissingExtra("fine-tuning", "finetune")
