"""Fine-tune a reader on questions, answers and the contexts that they stand in.

rows -> checks -> unanswerable rows -> windows -> training -> calibration -> a folder of a few megabytes

>>> from rag.finetune.reader.run import finetune_reader
>>> tuned = finetune_reader("train.jsonl", valid="valid.jsonl", out="my-reader")
>>> ExtractiveReader("my-reader").read("who wrote it", passages)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import MissingExtra, RowsError
from ingest.models.weights import MINILM, folder_named, local_path, model_fingerprint, weights_fingerprint
from rag.data.checks import RowChecks
from rag.data.rows import Row, data_hash, read_rows
from rag.evaluate.metrics.answers import is_right
from rag.evaluate.metrics.logistic import fit_logistic
from rag.finetune.reader.examples import reader_examples
from rag.finetune.reader.quality import reading_metrics
from rag.finetune.reader.settings import ReaderSettings
from rag.finetune.shared.adapter import go_on_from, learning_adapter
from rag.finetune.shared.folder import card, licence_of_builtin
from rag.finetune.shared.unfinished import Unfinished, refuse_taken
from rag.generate.adapter import WEIGHTS, Adapter, adapter_weights
from rag.reader.folder import HEADS, SETTINGS, ReaderConfig, new_reader_network
from rag.reader.reader import read_spans
from rag.reader.score import score_windows
from rag.reader.windows import Windows

if TYPE_CHECKING:
    from rag.reader.network import ReaderNetwork

Rows = str | Path | Sequence[Row]


@dataclass(frozen=True)
class FinetunedReader:
    """A reader's folder and how it came to be; `metrics` are those of the validation rows at the step that was kept."""

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
    licence: str | None = None,
    restart: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> FinetunedReader:
    """Train a reader on rows with question, answers and context, and write it into the folder `out`.

    `base` names an encoder of BERT's kind: a hub id, a folder or `builtin:minilm`; `start` a reader over
    the same base, trained in the same way, to go on from instead of from a reader that knows nothing. Without `valid`
    rows the last step is kept, and probabilities are not calibrated. Validation rows whose input stands in `train` are
    dropped. Further options are those of ReaderSettings. Until all is done everything is in `out.training`, and the
    same call goes on from there unless `restart` is set. Raises RowsError for rows that cannot be used, ValueError for
    options, WeightsError for a base or start that is not there, and MissingExtra.
    """
    chosen = ReaderSettings(**settings)
    if any(find_spec(name) is None for name in ("accelerate", "peft")):
        raise MissingExtra("fine-tuning a reader", "finetune")
    out = Path(out)
    refuse_taken(out)
    rows, held = _checked(_read(train), _read(valid) if valid is not None else [])
    data = {"train": data_hash(rows), "valid": data_hash(held)}
    identity = {"base": model_fingerprint(base), "data": data, "settings": asdict(replace(chosen, threads=None))}
    begun = None if start is None else folder_named(start)
    if begun is not None:
        identity["start"] = _startable(begun, base, chosen)
    with Unfinished.begin(out, identity, restart) as unfinished:
        run = _Run(base, begun, rows, held, chosen, unfinished, progress)
        return run.run(licence or licence_of_builtin(base), data)


@dataclass(frozen=True)
class _Run:
    base: str
    start: Path | None
    rows: Sequence[Row]
    held: Sequence[Row]
    settings: ReaderSettings
    unfinished: Unfinished
    progress: bool | None

    def run(self, licence: str, data: Mapping[str, str]) -> FinetunedReader:
        from safetensors.torch import load_file

        from rag.finetune.reader.train import train_reader
        from rag.finetune.shared.stage import threads
        from rag.generate.load import quiet

        settings = self.settings
        windows = Windows.of_folder(local_path(self.base), settings.max_tokens, settings.stride)
        rows = [*self.rows, *self._mined()]
        examples = reader_examples(rows, windows, settings)
        network = new_reader_network(self.base, settings.seed)
        if settings.method == "lora":
            updates = (settings.lora_rank, settings.lora_alpha, settings.lora_dropout, settings.seed)
            network.encoder = learning_adapter(network.encoder, *updates)
        if self.start is not None:
            go_on_from(network, load_file(self.start / WEIGHTS))
        held = _drawn(self.held, settings.valid_rows)
        measure = (lambda net: reading_metrics(held, *_read_rows(net, held, windows, settings))) if held else None
        with quiet(), threads(settings.threads):
            done = train_reader(network, examples, measure, self.unfinished.folder / "steps", settings, self.progress)
            calibration = _calibrated(network, self.held, windows, settings) if self.held else (1.0, 0.0)
        result = FinetunedReader(
            self.unfinished.out,
            len(examples),
            done.steps,
            done.best_step,
            done.measured.get(done.best_step, {}),
            done.losses,
        )
        self._write(network, calibration, result, licence, {**data, "rows": len(rows), "held": len(self.held)})
        return result

    def _mined(self) -> list[Row]:
        """Return unanswerable rows made from the others; once, since it takes an embedder minutes."""
        if not self.settings.unanswerable:
            return []
        from ingest.embed import new_embedder
        from rag.finetune.reader.unanswerable import mine_unanswerable

        def mine() -> list[list[Any]]:
            mined = mine_unanswerable(self.rows, new_embedder(), self.settings.unanswerable, self.settings.seed)
            return [[places[row.passages[0].text], row.id, row.values["question"]] for row in mined]

        places = {row.passages[0].text: place for place, row in enumerate(self.rows)}
        return [
            Row(name, "answer", {"question": question}, (), self.rows[place].passages, unanswerable=True)
            for place, name, question in self.unfinished.once("unanswerable", mine)
        ]

    def _write(
        self,
        network: ReaderNetwork,
        calibration: tuple[float, float],
        result: FinetunedReader,
        licence: str,
        data: Mapping[str, Any],
    ) -> None:
        settings = self.settings
        weights, scale = adapter_weights(network, HEADS)
        config = ReaderConfig(
            max_tokens=settings.max_tokens,
            stride=settings.stride,
            max_answer_tokens=settings.max_answer_tokens,
            slope=calibration[0],
            bias=calibration[1],
        )
        metrics = {**result.metrics, "steps": result.steps, "best_step": result.best_step}
        with self.unfinished.result() as folder:
            Adapter(self.base, model_fingerprint(self.base), scale).write(folder, weights)
            config.write(folder, {"metrics": metrics, "data": dict(data), "settings": asdict(settings)})
            title = f"{self.unfinished.out.name}, an extractive reader"
            (folder / "README.md").write_text(card(title, self.base, licence, data, asdict(settings), metrics), "utf-8")


def _startable(start: Path, base: str, settings: ReaderSettings) -> str:
    """Return the hash of the reader to go on from. Raises WeightsError for none, ValueError for one that is unlike."""
    ReaderConfig.read(start)
    adapter = Adapter.of(start)
    assert adapter is not None
    if adapter.base_sha256 != model_fingerprint(base):
        raise ValueError(f"{start} is a reader over {adapter.base}, not over {base}: give that as the base")
    trained = json.loads((start / SETTINGS).read_text("utf-8"))["settings"]
    for name in ("method", "lora_rank", "lora_alpha"):
        if trained[name] != getattr(settings, name):
            raise ValueError(f"{start} was trained with {name} {trained[name]}, not {getattr(settings, name)}")
    return weights_fingerprint(start)


def _read(given: Rows) -> list[Row]:
    rows = read_rows(given, "answer") if isinstance(given, str | Path) else list(given)
    if not rows:
        raise RowsError("no rows to learn from: a reader needs question, answers and context")
    for row in rows:
        if row.task != "answer" or not row.passages:
            raise RowsError(f"row {row.id} has no context: a reader needs question, answers and context")
    return rows


def _checked(train: list[Row], valid: list[Row]) -> tuple[list[Row], list[Row]]:
    """Drop what stands twice: a validation row that is a training row too tells nothing."""
    if not valid:
        return train, valid
    checked = RowChecks().run(train=train, valid=valid)
    kept = {row.id for row in checked.valid}
    return train, [row for row in valid if row.id in kept]


def _drawn(rows: Sequence[Row], count: int) -> list[Row]:
    """Return `count` rows spread evenly over all, so that every part of a file counts."""
    if len(rows) <= count:
        return list(rows)
    return [rows[place * len(rows) // count] for place in range(count)]


def _read_rows(
    network: ReaderNetwork, rows: Sequence[Row], windows: Windows, settings: ReaderSettings
) -> tuple[list[str], list[float]]:
    """Return the best span of each row's context, and its margin."""
    pairs = [(row.values["question"], row.passages[0]) for row in rows]
    spans = [
        each[0] for each in read_spans(partial(score_windows, network), windows, pairs, settings.max_answer_tokens)
    ]
    texts = [chunk.text[span.start : span.end] for (_, chunk), span in zip(pairs, spans, strict=True)]
    return texts, [span.margin for span in spans]


def _calibrated(
    network: ReaderNetwork, rows: Sequence[Row], windows: Windows, settings: ReaderSettings
) -> tuple[float, float]:
    texts, margins = _read_rows(network, rows, windows, settings)
    return fit_logistic(margins, [is_right(text, row) for row, text in zip(rows, texts, strict=True)])
