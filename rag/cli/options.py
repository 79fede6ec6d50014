"""Options that several commands share."""

from __future__ import annotations

import argparse

from rag.cli.finetune_reranker import reranked_by
from rag.config import Config


def _config(options: argparse.Namespace) -> Config:
    config = Config.load(options.config)
    if options.store is not None:
        config = config.override("store", path=str(options.store.absolute()))
    return config.override("embedder", model=options.embedder)


def _asked(config: Config, options: argparse.Namespace) -> Config:
    if options.k is not None and options.k < 1:
        raise ValueError(f"-k is {options.k}: at least one passage has to be retrieved")
    config = reranked_by(config, options).override("retriever", kind=options.retriever)
    return config.override("pipeline", k=options.k)


def _generated(config: Config, options: argparse.Namespace) -> Config:
    config = config.override("generator", model=options.model)
    return config.override(
        "decoding", max_new_tokens=options.max_new_tokens, temperature=options.temperature, seed=options.seed
    )
