"""A catalogue in one file: describe what is new or changed, keep what people approved, and go on after any kill.

>>> with CatalogueBatch(Path("described.csv"), ProductFile.open(Path("catalogue.csv")), settings) as batch:
...     for progress in batch.write(write_texts):
...         print(progress.written, "of", progress.pending)
...     report = batch.finish()
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ingest.errors import InputError, RowsError
from ingest.fingerprint import fingerprint
from ingest.types import Scalar
from rag.describe.catalogue.approvals import EditCheck, PublishedText
from rag.describe.catalogue.batch_plan import BatchPlan, assign_keys, forget_removed, plan_batch
from rag.describe.catalogue.batch_report import BatchReport, OutdatedTexts
from rag.describe.catalogue.decisions import ApprovedTexts
from rag.describe.catalogue.output_rows import OUTPUT_KINDS, OutputRow, write_output
from rag.describe.catalogue.product_file import ProductFile, ProductRow
from rag.describe.catalogue.record_database import (
    ProductTexts,
    RecordDatabase,
    TextRecord,
    filled_fields,
    records_path,
    version_of,
)

BATCH_SIZE = 16

_OTHERS = "holds descriptions of other products: choose another --out, or move it and its approvals away"

WriteTexts = Callable[[Sequence[ProductRow]], Sequence[ProductTexts]]
"""Writes the texts of products, in their order."""


@dataclass(frozen=True)
class BatchProgress:
    """The number of products that were written in this run, of those that had to be."""

    written: int
    pending: int


class CatalogueBatch:
    """The descriptions of a catalogue: `out` (CSV or JSONL), the approvals beside it, and the records of both.

    `settings` is a hash of all but the fields that texts depend on: model, rules, options. `channels` are the texts of
    a product. A product is known by a field with a usual name that has another value in every row, else by its fields,
    or by its place where at least half of them are as they were. `ignored` fields are shown in the output, but no text
    depends on them. `findings` are those that a CSV output has columns for. `outdated` says what the output has of a
    text that people approved or edited before its product changed: the text, the new draft, or none.

    Raises InputError for an output that is another's, RowsError for products or approvals that cannot be read, and
    BusyError where another process writes the same output.
    """

    def __init__(
        self,
        out: Path,
        products: ProductFile,
        settings: str,
        channels: Sequence[str] = ("description",),
        ignored: Collection[str] = (),
        findings: Sequence[str] = (),
        outdated: OutdatedTexts = "keep",
    ) -> None:
        if out.suffix.casefold() not in OUTPUT_KINDS:
            raise InputError(f"--out {out}: name it .csv or .jsonl")
        if out.exists() and not records_path(out).exists():
            raise InputError(f"{out} {_OTHERS}")
        self.out = out
        self.products = products
        self.channels = tuple(channels)
        self.settings = fingerprint(settings, list(channels))[:16]
        self._ignored = frozenset(name.casefold() for name in ignored)
        self._database = RecordDatabase(records_path(out))
        self._findings = tuple(findings)
        self._outdated = outdated
        self._written = 0
        try:
            chosen = self._choose_id()
            assign_keys(self._database, products, chosen, self._stated)
            self._approved = ApprovedTexts(self._database, out, self.channels, products.separator)
            self.plan: BatchPlan = plan_batch(self._database, self.settings, self.channels)
            if out.exists() and self.plan.removed and self.plan.added == self.plan.products:
                raise InputError(f"{out} {_OTHERS}")
            self._database.keep_fact("id_field", chosen or "")
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> CatalogueBatch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let other processes write the output."""
        self._database.close()

    def write(self, write_texts: WriteTexts, size: int = BATCH_SIZE) -> Iterator[BatchProgress]:
        """Write the pending products, `size` at a time, each batch kept on disk before the next begins."""
        batch: list[PlannedRow] = []
        for planned in self._planned_rows("pending"):
            batch.append(planned)
            if len(batch) == size:
                yield self._write_batch(write_texts, batch)
                batch = []
        if batch:
            yield self._write_batch(write_texts, batch)

    def finish(self, check: EditCheck | None = None) -> BatchReport:
        """Write the output and the approvals, each whole or not at all, and drop what the catalogue has no more.

        `check` finds what people's texts say that no field says; they are reported, and published all the same.
        Raises RowsError where the approvals, which people may have edited meanwhile, cannot be read.
        """
        self._approved.read_again()
        write_output(self.out, self.products, self.channels, self._findings, self._output_rows())
        decisions = self._approved.write(check)
        forget_removed(self._database)
        return BatchReport(self.out, self.plan, self._written, decisions, self.products.notes, self._outdated)

    def published(self) -> Iterator[PublishedProduct]:
        """Yield the products of the output, in its order, with the texts that people have not rejected."""
        for planned in self._planned_rows("catalogue"):
            published = self._approved.publish(planned.key, planned.version, self._database.record(planned.key))
            yield PublishedProduct(planned.row.number, planned.key, self._shown(published, planned.version))

    def _write_batch(self, write_texts: WriteTexts, batch: Sequence[PlannedRow]) -> BatchProgress:
        """Write products and keep their texts."""
        written = write_texts([planned.row for planned in batch])
        records = [
            TextRecord(planned.key, planned.row.number, planned.version, self.settings, texts)
            for planned, texts in zip(batch, written, strict=True)
        ]
        stated = [self._stated(planned.row.fields) for planned in batch]
        self._database.put(zip(records, stated, strict=True))
        self._written += len(batch)
        return BatchProgress(self._written, self.plan.pending)

    def _planned_rows(self, table: str) -> Iterator[PlannedRow]:
        """Yield the rows of the catalogue that a table of the run lists, as they were when it was planned."""
        query = f"SELECT key, version FROM {table} WHERE place = ?"
        for row in self.products.rows():
            planned = self._database.connection.execute(query, [row.number]).fetchone()
            if planned is None:
                continue
            if version_of(self._stated(row.fields)) != planned[1]:
                raise RowsError(f"{self.products.path} was changed while it was described: run the command again")
            yield PlannedRow(row, *planned)

    def _output_rows(self) -> Iterator[OutputRow]:
        for planned in self._planned_rows("catalogue"):
            record = self._database.record(planned.key)
            published = self._approved.publish(planned.key, planned.version, record)
            # What was found in a draft says nothing about another text.
            is_draft = all(text.is_draft_text for text in published.values())
            yield OutputRow(
                planned.row.fields,
                self._shown(published, planned.version),
                record.written.findings if record and is_draft else {},
                _state_of(published, planned.version, record, _SHOWN[self._outdated]),
            )

    def _shown(self, published: Mapping[str, PublishedText], version: str) -> dict[str, str]:
        """Return the texts that go into the output, by channel."""

        def shown(text: PublishedText) -> str:
            if self._outdated == "keep" or text.version == version:
                return text.text
            return text.proposal if self._outdated == "draft" else ""

        return {channel: shown(text) for channel, text in published.items()}

    def _choose_id(self) -> str | None:
        """Return the field that tells products apart, in this run as in those before."""
        known = self._database.fact("id_field")
        if known and known not in self.products.columns:
            raise RowsError(f"{self.products.path} has no field {known!r}, by which its products are known")
        return (known if known is not None else next(iter(self.products.id_fields), None)) or None

    def _stated(self, fields: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """Return the fields that texts depend on."""
        return filled_fields(fields, self._ignored)


@dataclass(frozen=True)
class PublishedProduct:
    """The number of a product's row, from 1, its key, and its text of each channel, "" where it has none."""

    number: int
    key: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class PlannedRow:
    """A row of the catalogue, the key of its product and the version of its fields."""

    row: ProductRow
    key: str
    version: str


_SHOWN: dict[OutdatedTexts, str] = {"keep": "", "draft": ", new draft shown", "omit": ", left out"}
"""What a state adds of a text that was approved before its product changed."""


def _state_of(published: Mapping[str, PublishedText], version: str, record: TextRecord | None, shown: str) -> str:
    """Return the state of a product's texts: one word, or that of each channel where they differ."""
    states: dict[str, str] = {
        channel: f"{text.state}{f', product changed{shown}' * (text.version != version)}"
        for channel, text in published.items()
    }
    for channel, reason in (record.written.refused if record else {}).items():
        if channel in published and published[channel].state == "draft":
            states[channel] = f"not written: {reason}"
    if len(set(states.values())) == 1:
        return next(iter(states.values()))
    return "; ".join(f"{channel}: {state}" for channel, state in states.items())
