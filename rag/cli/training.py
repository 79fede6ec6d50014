"""The commands of `rag` that train something: what they understand."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_training(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the parsers of `finetune`, its kin for embedder, reader and reranker, and `pretrain`."""
    _add_finetune(commands, shared)
    _add_finetune_embedder(commands, shared)
    _add_finetune_reader(commands)
    _add_finetune_reranker(commands, shared)
    _add_pretrain(commands, shared)


def _add_finetune(commands: Any, shared: argparse.ArgumentParser) -> None:
    finetune = commands.add_parser("finetune", parents=[shared, _training()], help="fine-tune a model on your rows")
    finetune.add_argument("train", nargs="+", metavar="[TASK=]FILE", help="JSONL rows; several tasks by their names")
    finetune.add_argument("--valid", nargs="+", metavar="[TASK=]FILE", help="rows that choose the best checkpoint")
    finetune.add_argument("--metric", help="what chooses: loss (default), bleu, exact_match, f1")
    finetune.add_argument("--words", metavar="MODEL", help="embedder whose vectors a model from nothing starts from")
    finetune.add_argument("--patience", type=int, metavar="N", help="stop after N evaluations without a better one")
    finetune.add_argument("--max-target-tokens", type=int, metavar="N", help="longest target (default: 96)")
    finetune.add_argument("--placeholders", action="store_true", help="learn marks in place of fields' values")
    finetune.add_argument("--temperature", type=float, metavar="T", help="mixing of tasks: 1 by size, more evens out")
    finetune.add_argument("--cap", type=int, metavar="ROWS", help="most rows a task counts with in the mixing")
    finetune.add_argument("--export", type=Path, metavar="DIR", help="write it for CTranslate2 too, in 8 bits")
    finetune.add_argument("--strict", action="store_true", help="refuse rows that stand in both files")


def _add_finetune_embedder(commands: Any, shared: argparse.ArgumentParser) -> None:
    finetune = commands.add_parser(
        "finetune-embedder", parents=[shared, _fitting()], help="fine-tune the embedder on questions and their passages"
    )
    finetune.set_defaults(command="finetune_embedder")
    finetune.add_argument("pairs", type=Path, metavar="FILE", help='JSONL of {"question", "passage"}')
    finetune.add_argument("--valid", type=Path, metavar="FILE", help="pairs to measure with (default: some held out)")
    finetune.add_argument("--valid-share", type=float, metavar="X", help="share of passages held out (default: 0.1)")
    finetune.add_argument("--negatives", type=int, metavar="N", help="hard negatives a pair, mined from the store")
    finetune.add_argument("--documents", nargs="+", metavar="PATH", help="files and folders to read beforehand")
    finetune.add_argument("--epochs", type=float, metavar="N", help="passes over the pairs (default: 3)")
    finetune.add_argument("--batch-size", type=int, metavar="PAIRS", help="pairs a step (default: 32)")
    finetune.add_argument("--learning-rate", type=float, metavar="X", help="default: 3e-5")
    finetune.add_argument("--metric", help="what chooses the best: ndcg@10 (default), mrr@10")
    finetune.add_argument("--max-truncated", type=float, metavar="X", help="share of texts that may be cut off")


def _add_finetune_reader(commands: Any) -> None:
    finetune = commands.add_parser(
        "finetune-reader",
        parents=[_fitting()],
        help="train a reader, which points at answers, on questions with their contexts",
    )
    finetune.set_defaults(command="finetune_reader")
    finetune.add_argument("rows", type=Path, metavar="FILE", help='JSONL of {"question", "answers", "context"}')
    finetune.add_argument("--valid", type=Path, metavar="FILE", help="rows that choose the step and calibrate")
    finetune.add_argument("--base", default="builtin:minilm", metavar="MODEL", help="encoder (default: builtin:minilm)")
    finetune.add_argument("--start", metavar="READER", help="go on from a folder or builtin:minilm-reader")
    finetune.add_argument("--full", action="store_true", help="train all of the encoder, not a low-rank adapter")
    finetune.add_argument(
        "--unanswerable", type=float, metavar="N", help="questions with wrong contexts, so many for each question"
    )
    finetune.add_argument("--epochs", type=float, metavar="N", help="passes over the windows (default: 3)")
    finetune.add_argument("--batch-size", type=int, metavar="WINDOWS", help="windows a step (default: 16)")
    finetune.add_argument("--learning-rate", type=float, metavar="X", help="default: by method")
    finetune.add_argument("--set", nargs="+", metavar="NAME=VALUE", help="any other option of ReaderSettings")
    finetune.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _add_finetune_reranker(commands: Any, shared: argparse.ArgumentParser) -> None:
    finetune = commands.add_parser(
        "finetune-reranker",
        parents=[shared, _fitting()],
        help="train a reranker, which orders what was found, on questions with their passages",
    )
    finetune.set_defaults(command="finetune_reranker")
    finetune.add_argument("pairs", type=Path, metavar="PAIRS", help='JSONL of {"question", "passage"} (or "context")')
    finetune.add_argument("--valid", type=Path, metavar="FILE", help="pairs to measure with (default: 5%% of these)")
    finetune.add_argument("--base", default="builtin:minilm", metavar="MODEL", help="encoder (default: builtin:minilm)")
    finetune.add_argument(
        "--negatives", type=int, metavar="N", help="wrong passages a pair, of --store or of the pairs' own (default: 3)"
    )
    finetune.add_argument("--epochs", type=float, metavar="N", help="passes over the pairs (default: 2)")
    finetune.add_argument("--batch-size", type=int, metavar="PAIRS", help="pairs a step (default: 8)")
    finetune.add_argument("--learning-rate", type=float, metavar="X", help="default: 5e-4")
    finetune.add_argument("--set", nargs="+", metavar="NAME=VALUE", help="any other option of RerankerSettings")


def _add_pretrain(commands: Any, shared: argparse.ArgumentParser) -> None:
    pretrain = commands.add_parser("pretrain", parents=[shared, _training()], help="learn a language from your texts")
    pretrain.add_argument("paths", nargs="+", metavar="PATH", help="files and folders, whatever `rag ingest` reads")
    pretrain.add_argument("--window", type=int, default=256, metavar="TOKENS", help="length of a piece (default: 256)")


def _training() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--model", metavar="MODEL", help="what to start from (default: builtin:smollm2)")
    parser.add_argument("--init", metavar="SIZE", help="start from nothing: t5-tiny, t5-micro, t5-mini, gpt2-mini, ...")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write the model into")
    parser.add_argument("--lora", action="store_true", help="train a low-rank adapter, merged at the end")
    parser.add_argument("--adapter", action="store_true", help="write the low-rank adapter alone: a few megabytes")
    parser.add_argument("--epochs", type=float, metavar="N", help="passes over the rows (default: 3)")
    parser.add_argument("--max-steps", type=int, metavar="N", help="steps in place of epochs")
    parser.add_argument("--batch-size", type=int, metavar="ROWS", help="rows a step (default: 32)")
    parser.add_argument("--learning-rate", type=float, metavar="X", help="default: by model and method")
    parser.add_argument("--seed", type=int, help="of everything random (default: 0)")
    parser.add_argument("--device", metavar="NAME", help="cpu (default), cuda, mps or auto")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: all cores)")
    parser.add_argument("--set", nargs="+", metavar="NAME=VALUE", help="any other option of GeneratorSettings")
    parser.add_argument("--restart", action="store_true", help="forget the checkpoints of a run that was ended")
    return parser


def _fitting() -> argparse.ArgumentParser:
    """What embedders, readers and rerankers are trained with alike."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    parser.add_argument("--eval-every", type=int, metavar="STEPS", help="measure so often (default: once an epoch)")
    parser.add_argument("--patience", type=int, metavar="N", help="stop after N measurements without a better one")
    parser.add_argument("--seed", type=int, help="of everything random (default: 0)")
    parser.add_argument("--device", metavar="NAME", help="cpu (default), cuda or mps")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: as torch is set up)")
    parser.add_argument("--restart", action="store_true", help="forget the checkpoints of a run that was ended")
    return parser
