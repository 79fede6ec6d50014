"""The model that the training of a generator starts from, and the folder that its result is written to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ingest.closing import close_parts
from ingest.errors import InputError
from rag.finetune.generator.settings import GeneratorSettings
from rag.finetune.shared.card import find_licence, render_card
from rag.finetune.shared.lora import add_lora, write_adapter
from rag.finetune.shared.unfinished import Unfinished
from rag.generate.adapter import Adapter
from rag.generate.decode import TransformersGenerator
from rag.generate.load import quiet
from rag.generate.trained import TRAINED_FILE, Trained

COMPLETE = ".complete"


@dataclass(frozen=True)
class FinetunedGenerator:
    """A fine-tuned generator's folder and its training.

    `metrics` are the validation metrics of the step that was kept, `best_step`. `losses` and `measured` are the
    training losses and the validation metrics by step.
    """

    folder: Path
    rows: int
    steps: int
    best_step: int
    seconds: float
    parameters: int
    trained_parameters: int
    metrics: Mapping[str, float]
    losses: Mapping[int, float] = field(repr=False)
    measured: Mapping[int, Mapping[str, float]] = field(repr=False)


@dataclass(frozen=True)
class StartModel:
    """A pretrained model by name, or random weights of a size: `model` or `init`, exactly one."""

    model: str | None
    init: str | None
    settings: GeneratorSettings

    def __post_init__(self) -> None:
        if (self.model is None) == (self.init is None):
            raise InputError("give a model to start from, or init=NAME to start from random weights")
        if not self.settings.adapter_only:
            return
        if self.model is None:
            raise InputError("an adapter is written for a base model: give a model to start from, not init=NAME")
        if Adapter.of(self.model):
            raise InputError(
                f"{self.model} is an adapter, and none can be put over it: start from its base, or leave "
                "adapter_only out"
            )

    @property
    def name(self) -> str:
        """The start as model cards state it."""
        return self.model or f"random weights ({self.init})"

    def load(
        self, folder: Path, texts: Callable[[], Sequence[str]], marks: Sequence[str] = ()
    ) -> TransformersGenerator:
        """Return the model as a generator.

        For random weights a tokenizer is trained on `texts` first, with `marks` as single tokens; both are kept in
        `folder`. Raises InputError for a model without local weights.
        """
        from rag.generate import load_reference

        name = self.model
        if name is None:
            from ingest.embed import new_embedder
            from rag.finetune.generator.scratch import new_model

            # A kill may leave the folder half-written, so that a mark tells when it is complete.
            name = str(folder / "start")
            if not (folder / "start" / COMPLETE).exists():
                words = new_embedder(model=self.settings.words) if self.settings.words is not None else None
                new_model(str(self.init), texts(), folder / "start", self.settings.seed, marks, words)
                close_parts(words)
                (folder / "start" / COMPLETE).touch()
        threads: dict[str, Any] = {} if self.settings.threads is None else {"threads": self.settings.threads}
        generator = load_reference(name, device=self.settings.device, batch_size=32, **threads)
        if not isinstance(generator, TransformersGenerator):
            raise InputError(f"{name} cannot be fine-tuned: only models with local weights can")
        return generator

    def prepare(self, generator: TransformersGenerator) -> tuple[Any, float]:
        """Return the model as it is trained, with LoRA where the method says so, and its learning rate."""
        # LoRA and random weights need a higher rate than full fine-tuning; T5 was trained with a high one.
        settings, model = self.settings, generator.model
        if settings.method == "lora":
            targets: Any = settings.lora_targets
            if targets != "all-linear":
                targets = targets.split(",")
            task = "SEQ_2_SEQ_LM" if generator.family == "seq2seq" else "CAUSAL_LM"
            shape = (settings.lora_rank, settings.lora_alpha, settings.lora_dropout, settings.seed)
            return add_lora(model, *shape, targets, task_type=task), settings.learning_rate or 1e-3
        default = 3e-4 if hasattr(model.config, "relative_attention_num_buckets") else 5e-5
        return model, settings.learning_rate or (1e-3 if self.init is not None else default)

    def write(
        self,
        unfinished: Unfinished,
        model: Any,
        tokenizer: Any,
        trained: Trained,
        result: FinetunedGenerator,
        data: Mapping[str, Any],
    ) -> None:
        """Write the result's folder: the weights or the adapter, `openbook.json`, and the model card."""
        settings = {name: value for name, value in asdict(self.settings).items() if value is not None}
        course = {"steps": result.steps, "seconds": round(result.seconds), "parameters": result.parameters}
        tables = {"Data": data, "Settings": settings, "Metrics": {**result.metrics, **course}}
        kind = "An adapter" if self.settings.adapter_only else "A generator"
        card = render_card(unfinished.out.name, f"{kind} for text.", self.name, find_licence(self.model), tables)
        with unfinished.result() as folder:
            if self.settings.adapter_only:
                write_adapter(folder, model, str(self.model))
            else:
                with quiet():
                    model.save_pretrained(folder)
                    tokenizer.save_pretrained(folder)
            (folder / TRAINED_FILE).write_text(json.dumps(trained.as_object(), indent=1, ensure_ascii=False), "utf-8")
            (folder / "README.md").write_text(card, "utf-8")
