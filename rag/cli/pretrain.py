"""`rag pretrain`: texts in, a model folder out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.cli.finetune import GeneratorTrainingOptions, show_finetuned
from rag.cli.options import Command, settings_option
from rag.finetune.generator.settings import GeneratorSettings
from rag.options import option


@dataclass(frozen=True, kw_only=True)
class PretrainOptions(GeneratorTrainingOptions):
    """Options of `rag pretrain`."""

    paths: tuple[str, ...] = option(
        "files and folders, of every kind that `rag ingest` reads", "PATH", required=True, positional=True
    )
    settings: Mapping[str, Any] = settings_option(
        GeneratorSettings, without=("metric", "max_target_tokens", "placeholders", "temperature", "cap")
    )
    window: int = option("length of a training text in tokens (default: 256)", "TOKENS", default=256)


def run_pretrain(options: PretrainOptions) -> int:
    """Train a language model on texts, and show the result."""
    from rag.finetune.generator.pretrain import pretrain_generator

    tuned = pretrain_generator(
        options.start,
        options.paths,
        out=options.out,
        init=options.init,
        window=options.window,
        restart=options.restart,
        **options.all_settings,
    )
    return show_finetuned(tuned, options.json)


COMMAND = Command("train a language model on your texts", PretrainOptions, run_pretrain)
