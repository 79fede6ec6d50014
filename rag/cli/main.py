"""The `rag` command: find the module of a command, parse its options and run it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from argparse import Action, RawDescriptionHelpFormatter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any, NoReturn

from ingest.plugins import suggest
from rag.cli.messages import message_of
from rag.cli.options import Command, CommandGroup, CommandParser, add_options, flags_of, read_options

INTERRUPTED = 130  # the exit status, as shells have it

DESCRIPTION = "Answers over your own documents with small open models: local, cited, measured."
EPILOG = """\
examples:
  rag ingest docs/ catalogue.csv          put documents into the store .rag
  rag ask "How long is parental leave?"   answer with verified citations
  rag search "parental leave" -k 10       the passages alone
  rag ask "Who approves travel?" --model google/flan-t5-base
"""
COMMANDS = (
    *("ingest", "search", "ask", "describe", "classify", "serve", "keys", "mcp"),
    *("evaluate", "calibrate", "compare", "report"),
    *("finetune", "finetune-embedder", "finetune-reader", "finetune-reranker", "pretrain"),
    *("prepare", "sources", "delete", "models", "doctor", "init"),
)
"""The commands; each is `COMMAND` of its module in this package."""


def run() -> NoReturn:
    """Run the command line of this process.

    An interruption ends it by the signal itself, as shells expect: no thread that is still at work is waited for.
    """
    status = main()
    if status == INTERRUPTED:
        with suppress(OSError):
            sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.raise_signal(signal.SIGINT)
    sys.exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return the exit status: 0 done, 1 failed, 2 misused, 130 interrupted."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name = next((argument for argument in arguments if not argument.startswith("-")), None)
    if not arguments:
        build_parser().print_help()
        return 2
    if name is not None and name not in COMMANDS:
        return _complain(f"unknown command {name!r}; {suggest(name, COMMANDS, '`rag --help` lists the commands')}", 2)
    # Only the module of the command that runs is imported; help needs them all.
    parser = build_parser(COMMANDS if name is None else [name])
    namespace, unknown = parser.parse_known_args(arguments)
    command = _find_command(namespace.command)
    if isinstance(command, CommandGroup):
        name, command = f"{name} {namespace.subcommand}", command.commands[namespace.subcommand]
    if unknown:
        otherwise = f"`rag {name} --help` lists the options"
        return _complain(
            f"unknown option {unknown[0]!r}; {suggest(unknown[0], flags_of(command.options), otherwise)}", 2
        )
    _set_up_libraries()
    try:
        return command.run(read_options(namespace, command.options))
    except KeyboardInterrupt:
        return _complain("interrupted; finished work is kept, and the same command resumes", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains again at exit
        return 1
    except Exception as error:
        if os.environ.get("RAG_DEBUG"):
            raise
        return _complain(message_of(error), 1)


def build_parser(names: Iterable[str] = COMMANDS) -> CommandParser:
    """Return a parser of these commands."""
    parser = CommandParser("rag", description=DESCRIPTION, epilog=EPILOG, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in names:
        _add_command(subparsers, name, _find_command(name))
    return parser


def _add_command(subparsers: Any, name: str, command: Command | CommandGroup) -> None:
    parser = subparsers.add_parser(name, help=command.help, description=command.description or None)
    if isinstance(command, Command):
        add_options(parser, command.options)
        return
    nested = parser.add_subparsers(dest="subcommand", metavar="WHAT", required=True)
    for subname, subcommand in command.commands.items():
        _add_command(nested, subname, subcommand)


class _ShowVersion(Action):
    """Print the version. Looking it up takes time, which help is spared."""

    def __call__(self, *_: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            installed = version("openbook-rag")
        except PackageNotFoundError:
            installed = "0 (not installed)"
        sys.stdout.write(f"openbook-rag {installed}\n")
        sys.exit(0)


def _find_command(name: str) -> Command | CommandGroup:
    command: Command | CommandGroup = import_module(f"rag.cli.{name.replace('-', '_')}").COMMAND
    return command


def _complain(message: str, status: int) -> int:
    sys.stderr.write(f"rag: {message}\n")
    return status


def _set_up_libraries() -> None:
    """Set what libraries read from the environment when they are first imported, and show our log on stderr."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    # A file name that is not UTF-8 must not end a command that prints it.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("rag: %(message)s"))
    logging.getLogger("openbook").handlers = [handler]
    logging.getLogger("openbook").setLevel(logging.INFO)


if __name__ == "__main__":
    run()
