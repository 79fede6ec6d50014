"""Ask every question of the quality collections and judge the answers; `make quality` runs it.

    .venv/bin/python tests/quality/run.py --split tune --out build/quality/answers.jsonl

Each collection is ingested into a store of its own under build/quality and asked with the default configuration.
Printed for each collection, kind of question and split: counts of the verdicts (README.md has the rule), and shares in
per cent with 95% intervals (Wilson's). "source" is the share of right and half right answers that cite the file of the
answer, "sure" the share right of the answers with a confidence of .5 or more.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

from judge import Question, Verdict, judge, read_questions

from rag import Config

COLLECTIONS = Path(__file__).parent / "collections"
BATCH = 8
SURE = 0.5


@dataclass(frozen=True)
class Collection:
    """Documents with questions about them. Whoever improves the answers may look at those of split "tune" only."""

    name: str
    split: str
    documents: Path
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class JudgedAnswer:
    """A question of a collection, what was answered, and the verdict."""

    collection: Collection
    question: Question
    verdict: Verdict
    text: str
    confidence: float | None
    cited: tuple[str, ...]

    @property
    def cites_source(self) -> bool:
        """True if a citation names the file that holds the answer; a row's source is its file's, `#` and its key."""
        return any(Path(source.split("#")[0]).name == self.question.source for source in self.cited)


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    part: int
    whole: int

    def interval(self) -> tuple[float, float]:
        """Return Wilson's interval (1927) of the share, 95%."""
        if not self.whole:
            return 0.0, 1.0
        z = 1.959964
        share, scale = self.part / self.whole, 1 + z**2 / self.whole
        middle = share + z**2 / (2 * self.whole)
        margin = z * (share * (1 - share) / self.whole + z**2 / (4 * self.whole**2)) ** 0.5
        return max(0.0, middle - margin) / scale, min(scale, middle + margin) / scale

    def __str__(self) -> str:
        if not self.whole:
            return "-"
        low, high = self.interval()
        return f"{100 * self.part / self.whole:.0f} ({100 * low:.0f}-{100 * high:.0f})"


@dataclass(frozen=True)
class Figures:
    """The counts of a group of answers: five about answerable questions, two about the others, three about the rest."""

    answerable: int
    right: int
    half: int
    wrong: int
    abstained: int
    declined: int
    answered: int
    cites_source: int
    sure: int
    sure_right: int

    @classmethod
    def of(cls, answers: Sequence[JudgedAnswer]) -> Figures:
        """Count a group of answers."""
        answerable = [answer for answer in answers if answer.question.is_answerable]
        count = Counter(answer.verdict for answer in answerable)
        declined = sum(answer.verdict == "declined" for answer in answers)
        sure = [
            answer
            for answer in answers
            if answer.verdict not in ("abstained", "declined") and (answer.confidence or 0.0) >= SURE
        ]
        return cls(
            answerable=len(answerable),
            right=count["right"],
            half=count["half"],
            wrong=count["wrong"],
            abstained=count["abstained"],
            declined=declined,
            answered=len(answers) - len(answerable) - declined,
            cites_source=sum(answer.verdict in ("right", "half") and answer.cites_source for answer in answerable),
            sure=len(sure),
            sure_right=sum(answer.verdict == "right" for answer in sure),
        )

    @property
    def questions(self) -> int:
        """The size of the group."""
        return self.answerable + self.declined + self.answered

    @property
    def shares(self) -> dict[str, Share]:
        """The shares that are shown, by the heading of their column."""
        given = self.right + self.half + self.wrong + self.answered
        return {
            "right of answerable": Share(self.right, self.answerable),
            "wrong of given": Share(self.wrong + self.answered, given),
            "declined of unanswerable": Share(self.declined, self.declined + self.answered),
            "source": Share(self.cites_source, self.right + self.half),
            "sure": Share(self.sure_right, self.sure),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="collections to ask (default: all)")
    parser.add_argument("--split", choices=("tune", "held-out"), help="collections of this split only")
    parser.add_argument("--out", type=Path, help="write the answers for reading, JSONL")
    parser.add_argument("--figures", type=Path, help="write the figures, JSON")
    parser.add_argument("--baseline", type=Path, help="figures of an earlier run to compare with")
    parser.add_argument("--stores", type=Path, default=Path("build/quality"), help="folder of the stores")
    options = parser.parse_args()

    collections = [
        collection
        for collection in read_collections(options.split)
        if not options.only or collection.name in options.only
    ]
    if not collections:
        parser.error(f"no such collection: there are {', '.join(one.name for one in read_collections())}")
    answers: list[JudgedAnswer] = []
    for collection in collections:
        began = time.perf_counter()
        answers += ask(collection, options.stores / collection.name)
        seconds = (time.perf_counter() - began) / len(collection.questions)
        print(f"{collection.name}: {len(collection.questions)} questions, {seconds:.1f} s each", flush=True)
    groups = {name: Figures.of(group) for name, group in group_answers(answers)}
    show_figures(groups)
    if options.baseline:
        show_changes(answers, json.loads(options.baseline.read_text("utf-8")))
    if options.figures:
        figures = {name: asdict(one) for name, one in groups.items()}
        options.figures.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if options.out:
        options.out.write_text("".join(answer_line(answer) + "\n" for answer in answers), "utf-8")


def read_collections(split: str | None = None) -> list[Collection]:
    """Return the collections of a split, or all, by name."""
    collections = []
    for folder in sorted(COLLECTIONS.iterdir()):
        about = tomllib.loads((folder / "collection.toml").read_text("utf-8"))
        if split not in (None, about["split"]):
            continue
        questions = tuple(read_questions(folder / "questions.jsonl"))
        collections.append(Collection(about["name"], about["split"], folder / "documents", questions))
    return collections


def ask(collection: Collection, folder: Path) -> Iterator[JudgedAnswer]:
    """Ingest the documents into a new store in the folder, and judge the answers to the questions."""
    shutil.rmtree(folder, ignore_errors=True)
    config = Config().override("store", path=str(folder.absolute()))
    ingest_documents(collection, config)
    pipeline = config.pipeline()
    for low in range(0, len(collection.questions), BATCH):
        questions = collection.questions[low : low + BATCH]
        for question, answer in zip(questions, pipeline.ask_many([one.text for one in questions]), strict=True):
            verdict = judge(question, answer.text, answer.abstained)
            cited = tuple(citation.source for citation in answer.citations)
            yield JudgedAnswer(collection, question, verdict, answer.text, answer.confidence, cited)


def ingest_documents(collection: Collection, config: Config) -> bool:
    """Ingest a collection's documents into the store of a configuration, print those that cannot be read.

    Return whether all were.
    """
    with config.index() as index:
        report = index.sync([collection.documents], progress=False)
    for problem in (*report.failed, *report.skipped):
        print(f"{collection.name}: {problem}", file=sys.stderr)
    return not (report.failed or report.skipped)


def group_answers(answers: Sequence[JudgedAnswer]) -> Iterator[tuple[str, list[JudgedAnswer]]]:
    """Yield the answers by collection, and by kind and altogether within a split."""
    for name in dict.fromkeys(answer.collection.name for answer in answers):
        yield name, [answer for answer in answers if answer.collection.name == name]
    for split in sorted({answer.collection.split for answer in answers}, reverse=True):
        within = [answer for answer in answers if answer.collection.split == split]
        for kind in dict.fromkeys(answer.question.kind for answer in within):
            yield f"{split}: {kind}", [answer for answer in within if answer.question.kind == kind]
        yield f"{split}: all", within


def show_figures(groups: dict[str, Figures]) -> None:
    """Print a line a group."""
    counts = ("answerable", "right", "half", "wrong", "abstained", "declined", "answered")
    print(f"\n{'':22}" + "".join(f"{name:>11}" for name in counts))
    for name, figures in groups.items():
        print(f"{name:22}" + "".join(f"{asdict(figures)[column]:11}" for column in counts))
    columns = list(next(iter(groups.values())).shares)
    print(f"\n{'':22}" + "".join(f"{name:>26}" for name in columns))
    for name, figures in groups.items():
        print(f"{name:22}" + "".join(f"{share!s:>26}" for share in figures.shares.values()))


def show_changes(answers: Sequence[JudgedAnswer], baseline: dict[str, dict[str, int]]) -> None:
    """Print the shares of an earlier run and of this one, for the groups of the same questions.

    Answers about collections that the earlier run did not ask are left out.
    """
    known = [answer for answer in answers if answer.collection.name in baseline]
    print("\nbefore -> now")
    for name, group in group_answers(known):
        # A kind or a split of other collections than now does not compare.
        if name in baseline and Figures(**baseline[name]).questions == len(group):
            before, now = Figures(**baseline[name]).shares, Figures.of(group).shares
            for column in now:
                print(f"{name:22}{column:>26}  {before[column]} -> {now[column]}")
    if left_out := sorted({answer.collection.name for answer in answers} - baseline.keys()):
        print(f"not asked before: {', '.join(left_out)}")


def answer_line(answer: JudgedAnswer) -> str:
    """Return a line of JSON for reading."""
    return json.dumps(
        {
            "id": answer.question.id,
            "verdict": answer.verdict,
            "question": answer.question.text,
            "answer": answer.text,
            "facts": answer.question.facts,
            "confidence": answer.confidence and round(answer.confidence, 3),
            "cited": [Path(source).name for source in answer.cited],
            "source": answer.question.source,
        },
        ensure_ascii=False,
    )


if __name__ == "__main__":
    main()
