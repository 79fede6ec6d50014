"""`rag pretrain`: texts in, a model folder out."""

from __future__ import annotations

from dataclasses import dataclass

from rag.cli.finetune import TrainingOptions, show_finetuned, start_model, training_settings
from rag.cli.options import Command
from rag.options import option


@dataclass(frozen=True, kw_only=True)
class PretrainOptions(TrainingOptions):
    """Options of `rag pretrain`."""

    paths: tuple[str, ...] = option(
        "files and folders, of every kind that `rag ingest` reads", "PATH", required=True, positional=True
    )
    window: int = option("length of a training text in tokens (default: 256)", "TOKENS", default=256)


def pretrain(options: PretrainOptions) -> int:
    """Learn a language from texts."""
    from rag.finetune.generator.pretrain import pretrain_generator as run

    done = run(
        start_model(options),
        options.paths,
        out=options.out,
        init=options.init,
        window=options.window,
        restart=options.restart,
        **training_settings(options),
    )
    return show_finetuned(done, options.json, [])


COMMAND = Command("train a language model on your texts", PretrainOptions, pretrain)
