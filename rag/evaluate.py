"""How well does it do on labelled rows? Retrieval, answers, texts and labels: made, kept, measured with intervals.

    rows -> a record for each (rag.records) -> metrics (rag.measure) -> Evaluation

What writes the records is a pipeline, a generator or a classifier; outputs that exist already are measured alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ingest.types import Chunk
from prompts.prompt import Prompt
from rag.beir import RetrievalSet
from rag.describe import Describer
from rag.finetune.examples import prompt_for
from rag.generate.base import Decoding, Generator
from rag.generated import is_refusal
from rag.maker import maker_hash
from rag.measure.answers import AnswerOutput, answer_metrics, is_right
from rag.measure.cost import Estimate, Spent, cost_metrics, peak_memory_mb, percentile
from rag.measure.labels import label_metrics
from rag.measure.measured import Difference, Measured, difference
from rag.measure.ranking import ranking_metrics
from rag.measure.rouge import rouge_scorer
from rag.measure.slots import slot_metrics
from rag.measure.text import text_metrics
from rag.pipeline import Pipeline
from rag.records import Make, Record, recall_or_make
from rag.retrieve import Retriever
from rag.rows import Row, RowsError
from rag.slots import ValueLexicon, check_slots
from rag.trust import Trust, trust_of
from rag.types import Answer, Signals
from rag.withhold import Withholding
from stores.base import Hit
from stores.filters import Where

if TYPE_CHECKING:
    from rag.classify.types import Classification

DEPTH = 100  # chunks looked at for a ranking of documents
WRITTEN = Decoding(max_new_tokens=128, repetition_penalty=1.1)  # summaries, and tasks of one's own


@dataclass(frozen=True)
class Cost:
    """What rows cost: percentiles of the seconds that one takes, means a row, and the process's peak memory.

    Latency is that of rows which were made alone, nan where none was; `peak_memory_mb` is nan where nothing was made
    here.
    """

    latency_p50: Estimate
    latency_p95: Estimate
    metrics: tuple[Measured, ...]
    peak_memory_mb: float


@dataclass(frozen=True)
class Evaluation:
    """One system's metrics over rows, with its outputs in the rows' order.

    Where it is known also what they cost, and what the system's own confidence is worth.
    """

    task: str
    metrics: tuple[Measured, ...]
    outputs: tuple[Record, ...]
    cost: Cost | None = None
    trust: Trust | None = None


class Labeller(Protocol):
    """What gives a text one of its labels: `rag.classify.Classifier`."""

    @property
    def labels(self) -> Sequence[str]:
        """All labels that may come out."""

    def classify(self, text: str) -> Classification:
        """Return the text's label."""


@dataclass(frozen=True)
class Run:
    """How records are made: kept in `cache` if given, `batch` rows at a time, with a bar (None: on a terminal only).

    Rows of one batch share its time, and tell nothing of latency.
    """

    cache: Path | None = None
    batch: int = 1
    progress: bool | None = None

    def records(self, rows: Sequence[Row], make: Make, made_by: Mapping[str, Any]) -> list[Record]:
        """Return a record for each row, made where it is not kept already."""
        return recall_or_make(rows, make, made_by, self.cache, self.batch, self.progress)


MAKING = Run()


# --- answers ----------------------------------------------------------------------------------------------------------


def evaluate_answers(
    pipeline: Pipeline,
    rows: Sequence[Row],
    gold: bool = False,
    run: Run = MAKING,
    withheld: Sequence[Row] = (),
) -> Evaluation:
    """Ask a pipeline the rows' questions; `gold` gives each question its own row's passages instead of retrieving.

    The `withheld` rows (`rag.withhold`) are asked after them, over what is found less what answers `rows`. Raises
    RowsError for rows of another task, and with `gold` for one without a context.
    """
    _refuse_others(rows, ("answer",))
    rouge_scorer("rougeL")  # what is missing is told before the work
    without = next((row.id for row in rows if gold and not row.passages), None)
    if without is not None:
        raise RowsError(f'row {without!r} has no "context" to answer from: leave --gold out, or add it')
    asked = replace(pipeline, retriever=NO_PASSAGES) if gold else pipeline
    made_by = {"task": "answer", "gold": gold, "pipeline": maker_hash(asked)}
    records = run.records(rows, lambda batch: list(_answers(pipeline, batch, gold)), made_by)
    if withheld:
        less = replace(pipeline, retriever=Withholding.of(pipeline.retriever, rows))
        made_by = {"task": "answer", "gold": False, "pipeline": maker_hash(less)}
        records += run.records(withheld, lambda batch: list(_answers(less, batch, False)), made_by)
    every = [*rows, *withheld]
    cost = cost_of(records, here=True)
    return Evaluation("answer", score_answers(records, every), tuple(records), cost, trust_of(records, every))


def score_answers(records: Sequence[Record], rows: Sequence[Row]) -> tuple[Measured, ...]:
    """Return the metrics of answers; one of which it is not said whether it abstains is judged by its words."""
    outputs = [
        AnswerOutput(
            record.output,
            is_refusal(record.output) if record.abstained is None else record.abstained,
            record.citations or (),
            record.sentences or 0,
            record.supported or 0,
            record.confidence,
        )
        for record in records
    ]
    return tuple(answer_metrics(outputs, rows))


def _answers(pipeline: Pipeline, rows: Sequence[Row], gold: bool) -> Iterator[Record]:
    for part in distinct_questions(rows) if gold else [rows]:
        asked = replace(pipeline, retriever=OwnPassages.of(part)) if gold else pipeline
        answers = asked.ask_many([row.values["question"] for row in part])
        yield from (answer_record(row, answer) for row, answer in zip(part, answers, strict=True))


def answers_right(records: Sequence[Record], rows: Sequence[Row]) -> list[bool]:
    """Return whether each row was answered, and rightly."""
    return [not record.abstained and is_right(record.output, row) for record, row in zip(records, rows, strict=True)]


def signals_of_record(record: Record) -> Signals:
    """Return what a record says was known of its answer."""
    given = dict(record.signals or {})
    agreed = given.pop("agreed", None)
    return Signals(**given, agreed=None if agreed is None else bool(agreed))


def answer_record(row: Row, answer: Answer) -> Record:
    """Return what is kept of a pipeline's answer to a row."""
    output = AnswerOutput.from_answer(answer)
    return Record(
        row.id,
        answer.text,
        answer.usage.prompt_tokens,
        answer.usage.completion_tokens,
        abstained=answer.abstained,
        citations=output.citations,
        sentences=output.sentences,
        supported=output.supported,
        confidence=answer.confidence,
        signals={name: value for name, value in asdict(answer.signals).items() if value is not None},
    )


@dataclass(frozen=True)
class OwnPassages:
    """A retriever that finds for a question the passages of its own row, and nothing else."""

    passages: Mapping[str, Sequence[Chunk]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> OwnPassages:
        return cls({row.values["question"]: row.passages for row in rows})

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        return [Hit(chunk, 1.0) for chunk in self.passages[question]]


NO_PASSAGES = OwnPassages({})


def distinct_questions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Cut rows so that no part asks the same question twice: it may have another context there."""
    part: dict[str, Row] = {}
    for row in rows:
        if row.values["question"] in part:
            yield list(part.values())
            part = {}
        part[row.values["question"]] = row
    if part:
        yield list(part.values())


# --- texts ------------------------------------------------------------------------------------------------------------


def evaluate_text(
    generator: Generator,
    rows: Sequence[Row],
    decoding: Mapping[str, Any] | None = None,
    prompt: Prompt | None = None,
    lexicon: ValueLexicon | None = None,
    attempts: int = 1,
    run: Run = MAKING,
    complete: bool = False,
) -> Evaluation:
    """Let a generator write a text for each row: from its fields, its passage or its input, with its task's prompt.

    `decoding` holds `Decoding`'s options by name. Descriptions with errors are written up to `attempts` times, 1 being
    the model as it is, and with `complete` state in a last line what they leave out; `lexicon` is what their slots are
    measured by, by default made of these rows. Raises RowsError for rows of several tasks or of one that is not
    written, and for a row that does not fit.
    """
    _refuse_others(rows, {row.task for row in rows} - {"answer", "classify"})
    task = rows[0].task
    writer: _Describes | _Writes
    if task == "describe":
        describer = Describer(generator, decoding=decoding, prompt=prompt, attempts=attempts, complete=complete)
        writer = _Describes(describer)
    else:
        writer = _Writes(generator, prompt or prompt_for(task), replace(WRITTEN, **(decoding or {})))
    records = run.records(rows, writer.write, {"task": task, "writer": maker_hash(writer)})
    return Evaluation(task, score_text(records, rows, lexicon), tuple(records), cost_of(records, here=True))


def score_text(
    records: Sequence[Record], rows: Sequence[Row], lexicon: ValueLexicon | None = None
) -> tuple[Measured, ...]:
    """Return the metrics of texts; those of slots first to last where the rows have fields."""
    texts = [record.output for record in records]
    found = text_metrics(texts, rows)
    if rows[0].task != "describe":
        return tuple(found)
    lexicon = lexicon or lexicon_of(rows)
    checks = [check_slots(text, row.values["fields"], lexicon) for text, row in zip(texts, rows, strict=True)]
    return (*found, *slot_metrics(checks))


def lexicon_of(rows: Sequence[Row]) -> ValueLexicon:
    """Return the values that rows give, and what their references say without being given it."""
    described = [row for row in rows if row.references]
    return ValueLexicon.of([row.values["fields"] for row in described], [row.target for row in described])


@dataclass(frozen=True)
class _Describes:
    describer: Describer

    def write(self, rows: Sequence[Row]) -> list[Record]:
        """Return a description of each row."""
        try:
            found = self.describer.describe_rows(rows)
        except ValueError as error:
            raise RowsError(str(error)) from None
        return [
            Record(
                row.id, each.text, each.prompt_tokens, each.completion_tokens, attempts=each.attempts, raw=each.first
            )
            for row, each in zip(rows, found, strict=True)
        ]


@dataclass(frozen=True)
class _Writes:
    generator: Generator
    prompt: Prompt
    decoding: Decoding

    def write(self, rows: Sequence[Row]) -> list[Record]:
        """Return a text for each row."""
        room = self.decoding.max_new_tokens
        prompts = []
        for row in rows:
            try:
                prompts.append(self.prompt.pack(self.generator, room, row.values, row.passages).prompt)
            except ValueError as error:
                raise RowsError(f"row {row.id}: {error}") from None
        return [
            Record(row.id, each.text.strip(), each.prompt_tokens, each.completion_tokens)
            for row, each in zip(rows, self.generator.generate(prompts, self.decoding), strict=True)
        ]


# --- labels -----------------------------------------------------------------------------------------------------------


def evaluate_labels(
    labeller: Labeller, rows: Sequence[Row], out_of_scope: str | None = None, run: Run = MAKING
) -> Evaluation:
    """Label the rows' texts. `out_of_scope` is the label of rows that belong to none of the labeller's.

    It is given to texts that the labeller calls out of scope, and how uncertain all labels are is measured against it.
    Raises RowsError for a row whose label can never come out.
    """
    _refuse_others(rows, ("classify",))
    _refuse_foreign(rows, {*labeller.labels, *([out_of_scope] if out_of_scope else [])})

    def label(batch: Sequence[Row]) -> list[Record]:
        return [label_record(row, labeller.classify(row.text), out_of_scope) for row in batch]

    made_by = {"task": "classify", "labeller": maker_hash(labeller), "out_of_scope": out_of_scope}
    records = run.records(rows, label, made_by)
    classes = {*labeller.labels, *([out_of_scope] if out_of_scope else [])}
    metrics = score_labels(records, rows, out_of_scope, classes)
    trust = trust_of(records, rows) if out_of_scope is None else None
    return Evaluation("classify", metrics, tuple(records), cost_of(records, here=True), trust)


def score_labels(
    records: Sequence[Record],
    rows: Sequence[Row],
    out_of_scope: str | None = None,
    classes: Iterable[str] | None = None,
) -> tuple[Measured, ...]:
    """Return the metrics of labels. Systems that are to be compared need the same `classes`, all that may come out."""
    labels = [record.output for record in records]
    certain = [record.probability for record in records]
    scores = [1 - each for each in certain if each is not None]
    ordered = sorted(classes) if classes is not None else None
    return tuple(label_metrics(labels, rows, ordered, out_of_scope, scores if len(scores) == len(certain) else None))


def label_record(row: Row, found: Classification, out_of_scope: str | None) -> Record:
    """Return what is kept of the label that a row was given."""
    outside = out_of_scope is not None and found.out_of_scope
    label = out_of_scope if outside and out_of_scope else found.label
    return Record(row.id, label, found.prompt_tokens, 0, label=label, probability=found.probability)


def _refuse_foreign(rows: Sequence[Row], known: set[str]) -> None:
    if foreign := sorted({row.target for row in rows} - known):
        raise RowsError(
            f"{len(foreign)} labels of the rows can never come out, such as {foreign[0]!r}: train on rows that have "
            "them, or name the one for texts out of scope with --out-of-scope"
        )


# --- retrieval --------------------------------------------------------------------------------------------------------


def evaluate_retrieval(
    retriever: Retriever,
    judged: RetrievalSet,
    k: int = 10,
    document: Callable[[str], str | None] = lambda source: source,
    progress: bool | None = None,
) -> Evaluation:
    """Rank documents for the judged queries, each by its best chunk; metrics look at the first k.

    `document` tells the id that the judgements use for a chunk's source, None for what is not of the corpus. Outputs
    are the first k documents, separated by tabs.
    """
    # The id keeps queries of equal text apart. Nothing is kept: a ranking takes milliseconds.
    retriever.retrieve(next(iter(judged.queries.values())), 1)  # the first call loads the embedder: nobody's latency
    queries = [Row(name, "retrieve", {"question": text, "id": name}, ()) for name, text in judged.queries.items()]
    rankings: dict[str, list[str]] = {}

    def rank(batch: Sequence[Row]) -> list[Record]:
        for row in batch:
            hits = retriever.retrieve(row.values["question"], max(DEPTH, 2 * k))
            found = dict.fromkeys(document(hit.chunk.source) for hit in hits)
            rankings[row.id] = [name for name in found if name is not None]
        return [Record(row.id, "\t".join(rankings[row.id][:k])) for row in batch]

    records = recall_or_make(queries, rank, {}, progress=progress)
    metrics = ranking_metrics(rankings, judged.judgements, k)
    return Evaluation("retrieve", tuple(metrics), tuple(records), cost_of(records))


# --- what all have in common ------------------------------------------------------------------------------------------


def cost_of(records: Sequence[Record], here: bool = False) -> Cost | None:
    """Return what records cost, None where that is not known of each. `here`: this process made them."""
    if any(record.seconds is None for record in records):
        return None
    spent = [
        Spent(record.seconds or 0, record.cpu_seconds or 0, record.prompt_tokens or 0, record.completion_tokens or 0)
        for record in records
    ]
    known = [each for each in cost_metrics(spent) if all(getattr(record, each.name) is not None for record in records)]
    seconds = [each.seconds for each, record in zip(spent, records, strict=True) if record.together in (None, 1)]
    memory = peak_memory_mb() if here else float("nan")
    return Cost(percentile(seconds, 50), percentile(seconds, 95), tuple(known), memory)


def differences(evaluations: Mapping[str, Evaluation]) -> dict[str, list[tuple[str, str, Difference]]]:
    """Return, for each metric, every pair of systems with the first one's value less the second's.

    Metrics that one of the two lacks are left out. The evaluations must be over the same rows in the same order.
    """
    found: dict[str, list[tuple[str, str, Difference]]] = {}
    for (name, one), (other_name, other) in combinations(evaluations.items(), 2):
        others = {each.name: each for each in other.metrics}
        for each in one.metrics:
            if each.name in others:
                found.setdefault(each.name, []).append((name, other_name, difference(each, others[each.name])))
    return found


def _refuse_others(rows: Sequence[Row], tasks: Iterable[str]) -> None:
    """Raise RowsError unless all rows are of one of the tasks, and of the same."""
    tasks, found = set(tasks), sorted({row.task for row in rows})
    if not found:
        raise RowsError("there are no rows to evaluate")
    if len(found) > 1 or not set(found) <= tasks:
        wanted = " or ".join(sorted(tasks)) if tasks else "a task whose output is a text"
        raise RowsError(f"the rows are of {' and '.join(found)}; needed are rows of {wanted}, all of one task")
