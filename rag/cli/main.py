"""The `rag` command: what it understands. Nothing heavy is imported until a command runs."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from rag.cli.training import add_training

INTERRUPTED = 130  # the exit status, as shells have it

DESCRIPTION = "Answers over your own documents with small open models: local, cited, measured."
EPILOG = """\
examples:
  rag ingest docs/ catalogue.csv          put documents into the store .rag
  rag ask "How long is parental leave?"   answer with verified citations
  rag search "parental leave" -k 10       the passages alone
  rag ask "Who approves travel?" --model google/flan-t5-base
"""


def run() -> NoReturn:
    """The command `rag`. After an interruption it ends at once, whatever threads are still at work."""
    status = main()
    if status == INTERRUPTED:
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(status)
    sys.exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status: 0 done, 1 failed, 2 misused, 130 interrupted."""
    options = build_parser().parse_args(arguments)
    _stay_offline_and_quiet()
    try:
        return int(getattr(import_module("rag.cli.commands"), options.command)(options))
    except KeyboardInterrupt:
        _complain("interrupted; what was finished is kept, and the same command goes on from there")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains again at exit
        return 1
    except Exception as error:
        if os.environ.get("RAG_DEBUG"):
            raise
        _complain(_one_line(error))
        return 1


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="rag", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"openbook-rag {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    shared = _shared()

    ingest = commands.add_parser("ingest", parents=[shared], help="put files and folders into the store, or refresh it")
    ingest.add_argument("paths", nargs="+", metavar="PATH", help="files and folders; vanished files leave the store")
    ingest.add_argument("--strict", action="store_true", help="exit with 1 if any file failed")
    ingest.add_argument("--chunk-size", type=int, metavar="TOKENS", help="most tokens a chunk (default: 200)")
    ingest.add_argument("--overlap", type=int, metavar="TOKENS", help="tokens repeated between chunks (default: 0)")
    ingest.add_argument("--template", metavar="TEXT", help="text of a catalogue row, such as '{name}: {description}'")
    ingest.add_argument("--max-file-size", type=_size, metavar="MB", help="skip larger files (default: 100)")
    ingest.add_argument("--timeout", type=float, metavar="S", help="seconds a file may take (default: 60)")

    search = commands.add_parser("search", parents=[shared, _asking()], help="show the passages found for a question")
    search.set_defaults(model=None)

    ask = commands.add_parser(
        "ask", parents=[shared, _asking(), _generating()], help="answer a question, with citations"
    )
    ask.add_argument(
        "--min-evidence",
        type=float,
        metavar="X",
        help="cosine the best passage must reach (default: .45 without a confidence, else 0)",
    )
    _add_reading(ask)

    _add_describe(commands, [shared, _generating()])
    _add_compare(commands, shared)
    _add_classify(commands, shared)
    _add_evaluate(commands, [shared, _generating()])
    _add_calibrate(commands, [shared, _generating()])

    add_training(commands, shared)
    _add_report(commands)
    commands.add_parser("sources", parents=[shared], help="list what the store holds")
    delete = commands.add_parser("delete", parents=[shared], help="remove a source from the store")
    delete.add_argument("source", metavar="SOURCE", help="a name as `rag sources` lists it")
    commands.add_parser("models", parents=[shared], help="list the embedded models, and how to name others")
    doctor = commands.add_parser("doctor", parents=[shared], help="check versions, threads, weights and the store")
    doctor.add_argument("--repair", action="store_true", help="rebuild what can be rebuilt from the store's rows")
    init = commands.add_parser("init", help="write a commented rag.toml")
    init.add_argument("--force", action="store_true", help="replace the file if it is there")
    return parser


def _add_describe(commands: Any, parents: Sequence[argparse.ArgumentParser]) -> None:
    describe = commands.add_parser(
        "describe",
        parents=parents,
        help="write a product description from its fields",
        description="Descriptions are checked, written again, else marked: fields left out, numbers that no field "
        "gives, other values than the known ones. Inventions in its own words are not seen: read before you publish.",
    )
    describe.add_argument("fields", nargs="*", metavar="NAME=VALUE", help="the product's fields")
    describe.add_argument("--file", type=Path, metavar="FILE", help="JSON, JSONL or CSV: one description a row")
    describe.add_argument("--out", type=Path, metavar="FILE", help="CSV or JSONL; a second run makes what it lacks")
    describe.add_argument(
        "--ignore", nargs="+", default=[], metavar="NAME", help='fields not to state, such as a key; "id" never is'
    )
    describe.add_argument("--examples-from", type=Path, metavar="FILE", help="JSONL of products with descriptions")
    describe.add_argument("--examples", type=int, default=0, metavar="N", help="show N of them, always the same")
    describe.add_argument(
        "--similar", type=int, default=0, metavar="K", help="show it the K most similar; without a file, of the store"
    )
    describe.add_argument(
        "--attempts", type=int, default=4, metavar="N", help="most texts a product; the rightest stays (default: 4)"
    )
    describe.add_argument("--complete", action="store_true", help="state what the text leaves out in a last line")


def _add_compare(commands: Any, shared: argparse.ArgumentParser) -> None:
    compare = commands.add_parser(
        "compare",
        parents=[shared],
        help="prompt, retrieve or fine-tune? measure them on rows of your own",
        description="Systems on the same rows: a table, comparison.json and report.html. Interrupted, it goes on.",
    )
    compare.add_argument("plan", nargs="?", type=Path, metavar="compare.toml", help="any systems, also to be trained")
    compare.add_argument("--test", type=Path, metavar="FILE", help="JSONL of rows to measure on")
    compare.add_argument("--train", type=Path, metavar="FILE", help="rows that examples and similar rows come from")
    compare.add_argument("--valid", type=Path, metavar="FILE", help="rows that choose checkpoints")
    compare.add_argument("--out", type=Path, metavar="DIR", help="the folder to write into, and to go on from")
    compare.add_argument(
        "--systems",
        metavar="A,B",
        help="of zero-shot, few-shot, rag, fine-tuned, rag-fine-tuned; rag+check writes failing descriptions again",
    )
    compare.add_argument("--model", metavar="MODEL", help="what is prompted (default: builtin:smollm2)")
    compare.add_argument("--finetuned", metavar="DIR", help="a folder that `rag finetune` wrote")
    compare.add_argument("--rag-finetuned", metavar="DIR", help="one trained with similar rows (default: --finetuned)")
    compare.add_argument(
        "--finetune", nargs="+", metavar="NAME=VALUE", help="train them, such as init=t5-mini epochs=9"
    )
    compare.add_argument("--curve", metavar="N,N", help="train on so many rows too: where fine-tuning overtakes RAG")
    compare.add_argument("--examples", type=int, metavar="N", help="fixed examples of few-shot (default: 5)")
    compare.add_argument("--passages", type=int, metavar="K", help="similar rows or passages of RAG (default: 5)")
    compare.add_argument("--attempts", type=int, metavar="N", help="most texts a row with +check (default: 4)")
    compare.add_argument("--task", metavar="NAME", help="the prefix of a task of your own (input, target)")
    compare.add_argument("--contexts", action="store_true", help="questions: retrieve from all rows' contexts")
    compare.add_argument("--rows", type=int, metavar="N", help="draw N test rows, the same for the same --seed")
    compare.add_argument("--batch", type=int, metavar="N", help="rows at a time (default: 16)")
    compare.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: the idle cores)")
    compare.add_argument("--seed", type=int, help="of examples, drawn rows and samples (default: 0)")
    compare.add_argument("--max-new-tokens", type=int, metavar="N", help="most tokens of an output")
    compare.add_argument("--repetition-penalty", type=float, metavar="X", help="of new tokens (default: 1.1)")
    compare.add_argument("--beams", type=int, metavar="N", help="beam search (default: 1, greedy)")
    compare.add_argument("--title", metavar="TEXT", help="of the report")


def _add_classify(commands: Any, shared: argparse.ArgumentParser) -> None:
    classify = commands.add_parser("classify", parents=[shared], help="choose one of your labels for a text")
    classify.add_argument("text", nargs="*", help="the text")
    classify.add_argument("--file", type=Path, metavar="FILE", help='JSONL of {"text"}: one object a line')
    classify.add_argument("--labels", metavar="A,B,C", help="the labels to choose from")
    classify.add_argument("--labels-from", type=Path, metavar="FILE", help='JSONL of {"text", "label"}: its labels')
    classify.add_argument("--model", metavar="MODEL", help="builtin:smollm2, a hub id or a folder")
    classify.add_argument("--examples", type=int, default=0, metavar="K", help="show the model the K most similar rows")
    classify.add_argument(
        "--candidates", type=int, default=0, metavar="N", help="only the labels of the N most similar rows may come out"
    )
    classify.add_argument(
        "--calibrate", action=argparse.BooleanOptionalAction, help="take off what labels score for empty texts"
    )
    classify.add_argument("--threshold", type=float, metavar="P", help="below this probability a text is out of scope")


def _add_report(commands: Any) -> None:
    report = commands.add_parser("report", help="show a comparison, or draw it as one HTML file")
    report.add_argument("comparison", type=Path, metavar="comparison.json", help="what `rag compare` wrote")
    report.add_argument("--out", type=Path, metavar="FILE.html", help="write the report; without it, show the table")


def _add_evaluate(commands: Any, parents: Sequence[argparse.ArgumentParser]) -> None:
    evaluate = commands.add_parser(
        "evaluate",
        parents=parents,
        help="measure retrieval, answers, texts or labels on rows of your own",
        description="Metrics with 95% intervals: of what is made here, or of outputs that you have.",
    )
    evaluate.add_argument(
        "what",
        choices=["retrieval", "answers", "text", "labels"],
        help="retrieval: a folder in the BEIR layout; answers, text, labels: JSONL",
    )
    evaluate.add_argument("path", type=Path, metavar="PATH", help="the folder, or the JSONL file of rows")
    evaluate.add_argument("--rows", type=int, metavar="N", help="a sample of N rows, the same for the same --seed")
    evaluate.add_argument(
        "--outputs", type=Path, metavar="FILE", help='measure these instead: JSONL of {"id", "output"}'
    )
    evaluate.add_argument("--against", type=Path, metavar="FILE", help="other outputs: every difference, with p")
    evaluate.add_argument("--save", type=Path, metavar="FILE", help="write the outputs, for --outputs and --against")
    evaluate.add_argument(
        "--per-row", "--per-query", type=Path, metavar="FILE", help="write every row's values as JSONL"
    )
    evaluate.add_argument("--report", type=Path, metavar="FILE.html", help="draw it all as one page, without scripts")
    evaluate.add_argument("--cache", type=Path, metavar="FILE", help="default: build/evaluate/records.jsonl")
    evaluate.add_argument("--no-cache", action="store_true", help="make every row again, and keep nothing")
    evaluate.add_argument(
        "--batch", type=int, default=1, metavar="N", help="rows at a time; above 1 none tells latency"
    )
    evaluate.add_argument("-k", type=int, metavar="K", help="passages an answer (default: 5), ranks of retrieval (10)")
    _add_reranking(evaluate)
    evaluate.add_argument("--retriever", choices=["hybrid", "dense", "bm25"], help="retrieval: default is all three")
    evaluate.add_argument(
        "--train", type=Path, metavar="FILE", help="training rows: labels, examples, known values; never measured on"
    )
    evaluate.add_argument(
        "--strict", action="store_true", help="refuse rows that stand in --train, instead of dropping"
    )
    answers = evaluate.add_argument_group("answers")
    answers.add_argument("--gold", action="store_true", help="each question is given its own row's context")
    _add_asked_rows(answers)
    answers.add_argument("--min-evidence", type=float, metavar="X", help="cosine the best passage must reach")
    _add_reading(answers)
    text = evaluate.add_argument_group("text")
    text.add_argument(
        "--attempts", type=int, default=1, metavar="N", help="write descriptions with errors so often (default: once)"
    )
    text.add_argument("--complete", action="store_true", help="state what a description leaves out in a last line")
    text.add_argument("--task", metavar="NAME", help="the prefix of a task of your own (input, target)")
    labels = evaluate.add_argument_group("labels")
    labels.add_argument("--examples", type=int, default=0, metavar="K", help="show the model the K most similar rows")
    labels.add_argument(
        "--candidates", type=int, default=0, metavar="N", help="name the labels of the N most similar rows"
    )
    labels.add_argument("--listed", choices=["all", "candidates", "none"], help="which labels the prompt names")
    labels.add_argument(
        "--calibrate", action=argparse.BooleanOptionalAction, help="take off what labels score for empty texts"
    )
    labels.add_argument("--out-of-scope", metavar="LABEL", help="the label of rows that belong to no other")
    labels.add_argument("--threshold", type=float, metavar="P", help="below this probability a text is out of scope")


def _add_asked_rows(parser: Any) -> None:
    parser.add_argument("--contexts", action="store_true", help="ingest all rows' contexts, and retrieve from them")
    parser.add_argument(
        "--withhold", action="store_true", help="ask each question again, without what answers it: it has to abstain"
    )
    parser.add_argument("--where", metavar="FILTER", help="such as \"brand == 'HP' and price < 900\"")


def _add_calibrate(commands: Any, parents: Sequence[argparse.ArgumentParser]) -> None:
    calibrate = commands.add_parser(
        "calibrate",
        parents=parents,
        help="fit how sure answers are to questions whose answers are known",
        description="Asks the questions, and fits the chance of a right answer to what reader, retrieval and the "
        "agreement of reader and generator said. Give some that cannot be answered, or --withhold: at least 20 answers "
        "have to be right and 20 wrong.",
    )
    calibrate.add_argument("path", type=Path, metavar="ROWS", help='JSONL of {"question", "answers", "context"}')
    calibrate.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to write it")
    calibrate.add_argument("--rows", type=int, metavar="N", help="a sample of N rows, the same for the same --seed")
    calibrate.add_argument("--batch", type=int, default=8, metavar="N", help="rows at a time (default: 8)")
    calibrate.add_argument("--cache", type=Path, metavar="FILE", help="default: build/evaluate/records.jsonl")
    calibrate.add_argument("--no-cache", action="store_true", help="make every row again, and keep nothing")
    calibrate.add_argument("-k", type=int, metavar="K", help="passages an answer (default: 5)")
    calibrate.add_argument("--retriever", choices=["hybrid", "dense", "bm25"], help="default: hybrid")
    _add_reranking(calibrate)
    _add_asked_rows(calibrate)
    _add_reading(calibrate)


def _shared() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--store", type=Path, metavar="DIR", help="the store's folder (default: .rag)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default: rag.toml if there)")
    parser.add_argument("--embedder", metavar="MODEL", help="builtin:minilm, a hub id or a folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _asking() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("question", nargs="*", help="the question; quotes are needed only for ? and other signs")
    parser.add_argument(
        "--questions", type=Path, metavar="FILE", help='JSONL of {"id", "question"}; an object a line is printed'
    )
    parser.add_argument("-k", type=int, metavar="K", help="how many passages (default: 5)")
    parser.add_argument("--where", metavar="FILTER", help="such as \"brand == 'HP' and price < 900\"")
    parser.add_argument(
        "--retriever", choices=["hybrid", "dense", "bm25"], help="how passages are found (default: hybrid)"
    )
    _add_reranking(parser)
    return parser


def _add_reranking(parser: Any) -> None:
    parser.add_argument(
        "--reranker", metavar="MODEL", help="reads the best hits again: a folder, a cross-encoder's hub id, none"
    )
    parser.add_argument("--rerank-depth", type=int, metavar="N", help="how many hits it reads (default: 20)")


def _add_reading(parser: Any) -> None:
    parser.add_argument(
        "--reader", metavar="MODEL", help="builtin:minilm-reader, a folder of `rag finetune-reader`, none"
    )
    parser.add_argument("--extractive", action="store_true", help="let the reader answer, in the sources' own words")
    parser.add_argument(
        "--min-confidence",
        type=float,
        metavar="P",
        help="chance of a right answer below which none is given (0 to 1; .25 for the embedded pair)",
    )
    parser.add_argument("--confidence", type=Path, metavar="FILE", help="how that chance is told: of `rag calibrate`")
    parser.add_argument("--style", choices=["short", "sentence", "list", "auto"], help="of the answer (default: short)")
    parser.add_argument(
        "--fusion",
        choices=["concat", "fid", "rag-sequence", "rag-token"],
        help="of passages: all in one prompt (concat, the default), or a prompt for each",
    )


def _generating() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--model", metavar="MODEL", help="a hub id, a folder, builtin:NAME, langchain:provider:name")
    parser.add_argument("--max-new-tokens", type=int, metavar="N", help="most tokens of the text")
    parser.add_argument("--temperature", type=float, metavar="T", help="0 is greedy (default); above, sampling")
    parser.add_argument("--seed", type=int, help="makes sampling repeatable")
    return parser


def _size(text: str) -> int:
    return int(float(text) * 1_000_000)


def _version() -> str:
    try:
        return version("openbook-rag")
    except PackageNotFoundError:
        return "0 (not installed)"


def _stay_offline_and_quiet() -> None:
    """Settings that the libraries read from the environment when they are first imported."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("rag: %(message)s"))
    logging.getLogger("rag").handlers = [handler]
    logging.getLogger("rag").setLevel(logging.INFO)


def _complain(message: str) -> None:
    sys.stderr.write(f"rag: {message}\n")


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    known = (ValueError, OSError, ImportError, LookupError)
    return (
        text if isinstance(error, known) or type(error).__module__.split(".")[0] in OURS else f"{_name(error)}: {text}"
    )


OURS = {"rag", "ingest", "stores", "prompts"}


def _name(error: Exception) -> str:
    return f"unexpected {type(error).__name__} (RAG_DEBUG=1 shows where)"


if __name__ == "__main__":
    run()
