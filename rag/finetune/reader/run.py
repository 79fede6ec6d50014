"""Fine-tune a reader on questions, answers and their contexts.

rows -> checks -> unanswerable rows -> windows -> training -> calibration -> a folder of a few megabytes

>>> from rag.finetune import finetune_reader
>>> tuned = finetune_reader("train.jsonl", valid="valid.jsonl", out="my-reader")
>>> ExtractiveReader("my-reader").read("who wrote it", passages)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.closing import close_parts
from ingest.errors import InputError, RowsError
from ingest.models.weights import MINILM, folder_named, local_path, model_fingerprint, weights_fingerprint
from rag.answer.match import exact_match, token_f1
from rag.data.checks import RowChecks
from rag.data.rows import Row, data_hash, read_rows
from rag.evaluate.metrics.answers import is_right
from rag.evaluate.metrics.labels import auroc
from rag.evaluate.metrics.logistic import fit_logistic
from rag.finetune.reader.examples import (
    collate_with_targets,
    make_reader_examples,
    make_sentence_examples,
    make_verdict_examples,
)
from rag.finetune.reader.settings import ReaderSettings
from rag.finetune.shared.batch_order import order_batches
from rag.finetune.shared.card import find_licence, render_card
from rag.finetune.shared.lora import add_lora, load_updates, write_adapter
from rag.finetune.shared.unfinished import Unfinished, check_output
from rag.generate.adapter import WEIGHTS, Adapter
from rag.reader.folder import HEADS, SETTINGS, ReaderConfig, adapter_in, new_reader_network
from rag.reader.reader import read_spans
from rag.reader.score import score_windows
from rag.reader.windows import Windows

if TYPE_CHECKING:
    from torch import Tensor

    from rag.reader.network import ReaderNetwork

Rows = str | Path | Sequence[Row]


@dataclass(frozen=True)
class FinetunedReader:
    """A reader's folder and its training; `metrics` are the validation metrics of the step that was kept."""

    folder: Path
    examples: int
    steps: int
    best_step: int
    metrics: Mapping[str, float]
    losses: Mapping[int, float] = field(repr=False)


def finetune_reader(
    train: Rows,
    valid: Rows | None = None,
    *,
    out: str | Path,
    base: str = MINILM,
    start: str | Path | None = None,
    yes_no: str | Path | None = None,
    sentences: str | Path | None = None,
    licence: str | None = None,
    restart: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> FinetunedReader:
    """Train a reader on rows with question, answers and context, and write it to the folder `out`.

    `base` names an encoder of BERT's kind: a hub id, a folder or `builtin:minilm`. `start` is a reader over the same
    base to continue from; low-rank updates continue only those of the same shape. Without `valid` rows the last step is
    kept, and probabilities are not calibrated. Validation rows whose input is also in `train` are dropped. `settings`
    are those of ReaderSettings. The files `yes_no` and `sentences` teach the heads for verdicts and for relevant
    sentences, see `rag.finetune.reader.examples`; their examples are mixed with those of `train` in each batch.

    Work in progress lies in `out.training`, and the same call resumes a run that was interrupted, unless `restart` is
    set. Raises RowsError for rows that cannot be used, InputError for settings, WeightsError for a base or start that
    is not there, and MissingExtra.
    """
    chosen = ReaderSettings(**settings)
    out = Path(out)
    check_output(out, "fine-tuning a reader")
    rows, held_out = _read_context_rows(train), _read_context_rows(valid) if valid is not None else []
    if held_out:
        # A validation row that is a training row too shows nothing.
        distinct = {row.id for row in RowChecks().run(train=rows, valid=held_out).valid}
        held_out = [row for row in held_out if row.id in distinct]
    data = {"train": data_hash(rows), "valid": data_hash(held_out)}
    for name, file in (("yes_no", yes_no), ("sentences", sentences)):
        if file is not None:
            data[name] = _hash_rows(Path(file))
    identity = {"base": model_fingerprint(base), "data": data, "settings": chosen.decisive()}
    if chosen.average < 1 and (start is None or chosen.method == "lora"):
        raise InputError(
            "average needs a reader to start from, and the method layers or full: low-rank updates do not mix"
        )
    if start is not None:
        start = folder_named(start)
        identity["start"] = _check_start(start, base, chosen)
    with Unfinished.begin(out, identity, restart) as unfinished:
        from safetensors.torch import load_file

        from rag.finetune.shared.loop import train as train_network

        # Cut rows, and the unanswerable ones mined from them, into windows.
        windows = Windows.of_folder(local_path(base), chosen.max_tokens, chosen.stride)
        learnt = [*rows, *_mine_unanswerable(rows, chosen, unfinished)]
        examples = make_reader_examples(learnt, windows, chosen)
        tasks = [examples]
        if yes_no is not None:
            tasks.append(make_verdict_examples(Path(yes_no), windows))
        if sentences is not None:
            tasks.append(make_sentence_examples(Path(sentences), windows))
        lengths = [[len(example) for example in task] for task in tasks]
        total = sum(map(len, tasks))
        shares = [len(task) / total for task in tasks]
        places = order_batches(lengths, shares, round(chosen.epochs * total), chosen.batch_size, chosen.seed)

        # Train an encoder with new heads, or go on from those of `start`.
        network = new_reader_network(base, chosen.seed)
        if chosen.dropout is not None:
            set_dropout(network.encoder, chosen.dropout)
        if chosen.method == "lora":
            shape = (chosen.lora_rank, chosen.lora_alpha, chosen.lora_dropout, chosen.seed)
            network.encoder = add_lora(network.encoder, *shape)
            if start is not None:
                load_updates(network, load_file(start / WEIGHTS))
        elif start is not None:
            adapter_in(start).apply(start, network)
        if chosen.method == "layers":
            network.encoder.get_input_embeddings().requires_grad_(False)
        earlier = _copy_trained(network, start) if start is not None and chosen.average < 1 else {}
        count = min(len(held_out), chosen.valid_rows)
        measured = [held_out[place * len(held_out) // count] for place in range(count)]  # spread over all parts

        def measure() -> dict[str, float]:
            return measure_reading(measured, *_read_best_spans(network, measured, windows, chosen))

        run = train_network(
            network,
            [[tasks[task][row] for task, row in batch] for batch in places],
            collate_with_targets,
            measure if measured else None,
            unfinished.folder / "steps",
            chosen,
            name="reader",
            progress=progress,
        )

        # Mix the tuned weights with those of `start`; the metrics are those of the mixture.
        metrics = run.metrics
        if earlier:
            mix_weights(network, earlier, chosen.average)
            metrics = measure() if measured else {}

        # Calibrate the margin of a span, and write the folder.
        slope, bias = 1.0, 0.0
        if held_out:
            texts, margins = _read_best_spans(network, held_out, windows, chosen)
            slope, bias = fit_logistic(
                margins, [is_right(text, row) for row, text in zip(held_out, texts, strict=True)]
            )
        config = ReaderConfig(
            max_tokens=chosen.max_tokens,
            stride=chosen.stride,
            max_answer_tokens=chosen.max_answer_tokens,
            slope=slope,
            bias=bias,
            has_verdicts=yes_no is not None,
            has_relevance=sentences is not None,
        )
        tables = {
            "Data": {**data, "rows": len(learnt), "held out": len(held_out)},
            "Settings": asdict(chosen),
            "Metrics": {**metrics, "steps": run.steps, "best_step": run.best_step},
        }
        card = render_card(out.name, "An extractive reader.", base, licence or find_licence(base), tables)
        with unfinished.result() as folder:
            write_adapter(folder, network, base, HEADS)
            config.write(folder, {heading.lower(): table for heading, table in tables.items()})
            (folder / "README.md").write_text(card, "utf-8")
    return FinetunedReader(out, total, run.steps, run.best_step, metrics, run.losses)


def measure_reading(rows: Sequence[Row], texts: Sequence[str], margins: Sequence[float]) -> dict[str, float]:
    """Return exact match and F1 over answerable rows, in percent, and how well margins separate answerable rows.

    `auroc` is the chance that the margin of an answerable row is above that of an unanswerable one, 0 to 1. It is left
    out if all rows are of one kind.
    """
    answered = [(row, text) for row, text in zip(rows, texts, strict=True) if not row.unanswerable]
    exact = [float(exact_match(text, row.references)) for row, text in answered] or [0.0]
    shared = [token_f1(text, row.references) for row, text in answered] or [0.0]
    metrics = {"exact_match": 100 * float(np.mean(exact)), "f1": 100 * float(np.mean(shared))}
    answerable = np.array([not row.unanswerable for row in rows])
    if answerable.all() or not answerable.any():
        return metrics
    return {**metrics, "auroc": auroc("auroc", margins, answerable).value / 100}


def mix_weights(network: Any, earlier: Mapping[str, Tensor], share: float) -> None:
    """Set weights, by name, to `share` of themselves and the rest of their earlier values, in place."""
    import torch

    with torch.no_grad():
        for name, weight in network.named_parameters():
            if name in earlier:
                weight.copy_(earlier[name].to(weight.device).lerp(weight, share))


def set_dropout(encoder: Any, dropout: float) -> None:
    """Set the dropout of an encoder, that of its attention included."""
    from torch import nn

    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout


def _hash_rows(file: Path) -> str:
    """Return a hash of a file of rows. Raises RowsError if it is missing."""
    if not file.is_file():
        raise RowsError(f"{file} is not a file")
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def _mine_unanswerable(rows: Sequence[Row], settings: ReaderSettings, unfinished: Unfinished) -> list[Row]:
    """Return unanswerable rows made from others; mined once in a run, since that takes an embedder minutes."""
    if not settings.unanswerable:
        return []
    from ingest.embed import new_embedder
    from rag.finetune.reader.unanswerable import mine_unanswerable

    places = {row.passages[0].text: place for place, row in enumerate(rows)}

    def mine() -> list[list[Any]]:
        embedder = new_embedder()
        mined = mine_unanswerable(rows, embedder, settings.unanswerable, settings.seed)
        close_parts(embedder)
        return [[places[row.passages[0].text], row.id, row.values["question"]] for row in mined]

    return [
        Row(name, "answer", {"question": question}, (), rows[place].passages, unanswerable=True)
        for place, name, question in unfinished.once("unanswerable", mine)
    ]


def _check_start(start: Path, base: str, settings: ReaderSettings) -> str:
    """Return the hash of the reader to continue from.

    Raises WeightsError if there is none, and InputError for another base or method.
    """
    ReaderConfig.read(start)
    adapter = Adapter.of(start)
    assert adapter is not None
    if adapter.base_sha256 != model_fingerprint(base):
        raise InputError(f"{start} is a reader over {adapter.base}, not over {base}: give that as the base")
    trained = json.loads((start / SETTINGS).read_text("utf-8"))["settings"]
    for name in ("method", "lora_rank", "lora_alpha") if settings.method == "lora" else ():
        if trained[name] != getattr(settings, name):
            raise InputError(f"{start} was trained with {name} {trained[name]}, not {getattr(settings, name)}")
    return weights_fingerprint(start)


def _copy_trained(network: ReaderNetwork, start: Path) -> dict[str, Tensor]:
    """Return copies of the weights that training changes, without the heads that the reader `start` did not train."""
    config = ReaderConfig.read(start)
    heads = {"verdict.": config.has_verdicts, "relevance.": config.has_relevance}
    untrained = tuple(name for name, is_trained in heads.items() if not is_trained)
    return {
        name: weight.detach().clone()
        for name, weight in network.named_parameters()
        if weight.requires_grad and not name.startswith(untrained)
    }


def _read_context_rows(source: Rows) -> list[Row]:
    rows = read_rows(source, "answer") if isinstance(source, str | Path) else list(source)
    if not rows:
        raise RowsError("no rows to learn from: a reader needs question, answers and context")
    for row in rows:
        if row.task != "answer" or not row.passages:
            raise RowsError(f"row {row.id} has no context: a reader needs question, answers and context")
    return rows


def _read_best_spans(
    network: ReaderNetwork, rows: Sequence[Row], windows: Windows, settings: ReaderSettings
) -> tuple[list[str], list[float]]:
    """Return the best span of each row's context, and its margin."""
    pairs = [(row.values["question"], row.passages[0]) for row in rows]
    best = [
        spans[0] for spans in read_spans(partial(score_windows, network), windows, pairs, settings.max_answer_tokens)
    ]
    texts = [chunk.text[span.start : span.end] for (_, chunk), span in zip(pairs, best, strict=True)]
    return texts, [span.margin for span in best]
