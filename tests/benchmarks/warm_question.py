"""Time a warm short question, now and with another version of the library.

    python tests/benchmarks/warm_question.py --other ../before/.venv/bin/python
    python tests/benchmarks/warm_question.py --profile

Each version ingests the handbook of the sample knowledge base into a store of its own, in a process that stays alive.
After two questions to warm up, both are asked the same fifteen, in turn, so that whatever else the machine does slows
both. Printed are the medians of the seconds (by the clock, and of the processor) and their ratio; `--profile` prints
the functions that take most time now.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ROOT / "examples/knowledge_base/documents/handbook"
WARM_UP = ("Who may donate leave to a colleague?", "When is overtime paid?")
QUESTIONS = (
    "How many weeks of paid parental leave are employees entitled to?",
    "How many hours of annual leave can be carried over?",
    "How many hours of sick leave can be advanced?",
    "Who approves overtime?",
    "When does parental leave have to be used?",
    "How much annual leave does an employee with three years of service earn?",
    "How long does FMLA leave last?",
    "Who is eligible for the leave transfer program?",
    "How many days of leave are there for a bone marrow donation?",
    "What is the deadline for requesting advanced sick leave?",
    "Where is leave requested?",
    "How many days of funeral leave are there?",
    "Who approves advanced sick leave?",
    "How long is the leave for organ donation?",
    "What is the form for donated leave?",
)


@dataclass
class Version:
    """A version of the library in a process of its own, and the seconds of its answers."""

    name: str
    process: subprocess.Popen[str]
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def ask(self, question: str, is_timed: bool) -> None:
        """Ask a question, and keep its times if it counts."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        while line and not line.startswith("{"):
            line = self.process.stdout.readline()
        times = json.loads(line)
        if is_timed:
            self.seconds.append(times["seconds"])
            self.processor.append(times["processor"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--other", type=Path, help="the Python of another version's environment")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    parser.add_argument("--answer", metavar="STORE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        answer_questions(options.answer, options.profile)
        return
    with tempfile.TemporaryDirectory() as folder:
        pythons = {"now": Path(sys.executable), **({"before": options.other.absolute()} if options.other else {})}
        versions = [
            Version(name, start(python, Path(folder) / name, options.profile and name == "now"))
            for name, python in pythons.items()
        ]
        for number, question in enumerate((*WARM_UP, *QUESTIONS)):
            # In turn, the one that was second first.
            for version in versions if number % 2 else reversed(versions):
                version.ask(question, number >= len(WARM_UP))
        for version in versions:
            version.process.communicate()
    show_times(versions)


def start(python: Path, store: Path, is_profiled: bool) -> subprocess.Popen[str]:
    """Start a version: this file again, with that Python, in a folder where no other version is imported."""
    store.mkdir()
    command = [str(python), __file__, "--answer", str(store / "store"), *(["--profile"] if is_profiled else [])]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=store)


def answer_questions(store: str, is_profiled: bool) -> None:
    """Ingest, then answer the questions that come, a line each, with a line of times each."""
    import cProfile
    import pstats

    from rag import Config  # of the version whose Python this is

    config = Config().override("store", path=store)
    config.index().sync([str(DOCUMENTS)])
    pipeline = config.pipeline()
    profile = cProfile.Profile()
    for number, question in enumerate(sys.stdin):
        began, used = time.perf_counter(), time.process_time()
        if is_profiled and number >= len(WARM_UP):
            profile.runcall(pipeline.ask, question.strip())
        else:
            pipeline.ask(question.strip())
        times = {"seconds": time.perf_counter() - began, "processor": time.process_time() - used}
        print(json.dumps(times), flush=True)
    if is_profiled:
        pstats.Stats(profile, stream=sys.stderr).sort_stats("cumulative").print_stats(45)


def show_times(versions: Sequence[Version]) -> None:
    """Print the medians of each version, and how many times the last one's the first one takes."""
    for version in versions:
        figures = {"seconds": median(version.seconds), "processor": median(version.processor)}
        print(json.dumps({"version": version.name, **{name: round(value, 3) for name, value in figures.items()}}))
    if len(versions) > 1:
        ratios = [now / before for now, before in zip(versions[0].seconds, versions[-1].seconds, strict=True)]
        print(
            f"{median(versions[0].seconds) / median(versions[-1].seconds):.2f} times the clock's seconds, "
            f"{median(versions[0].processor) / median(versions[-1].processor):.2f} times the processor's; "
            f"median of the ratios {median(ratios):.2f}"
        )


if __name__ == "__main__":
    main()
